"""Reads alerts from the tables `[alert.NAME]` of luubao.toml.

A mistake is reported with file, line and remedy. It affects that alert alone: no crawl stays undone for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from archive.model.errors import BadQuery
from archive.model.urls import scheme_only
from archive.queries.alert_matches import KINDS, AlertFilter, Kind
from archive.text.search_query import parse
from crawler.config.descriptions import SettingsText

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{0,40}://\S+")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_ONLY = ("numbers", "headlines")
_OF_EDITS: tuple[Kind, ...] = ("edited",)

KEYS: Mapping[str, str] = {
    "to": "where to send: one or more addresses of apprise, such as mailtos://user:password@example.org,"
    " json://hooks.example/luubao, tgram://token/chat or mastodons://token@example.social; or $NAME, an environment"
    " variable that holds one",
    "words": 'as for `luubao search`, in the article before or after an edit: words, "phrases", beginnings*, a OR b,'
    " -excluded",
    "outlet": "the outlet's name",
    "section": "as the newspaper names it; case and diacritics do not matter",
    "kinds": "which events: new, edited, gone, back; by default all, or edited where `weight` or `only` is given",
    "weight": "the least weight of an edit; a changed number weighs 5, a name 4, a headline 8, the lead 3",
    "only": "only edits that change numbers, headlines, or either",
    "room": "the URL of your reading room, such as https://archive.example, for links to each match's page",
}
"""The keys of a table, with their meanings."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A saved search and where to send what it matches. to: the addresses, by a name that gives nothing away: the kind
    of the address, and its number among those of one kind. room: the URL of the reading room that messages link to."""

    name: str
    article_filter: AlertFilter
    to: Mapping[str, str] = field(repr=False, default_factory=dict)
    room: str | None = None


@dataclass(frozen=True, slots=True)
class Alerts:
    """The alerts of a file. wrong: the mistakes, in sentences; an alert with one is not among `all`. names: of all,
    those with a mistake too."""

    all: tuple[Alert, ...] = ()
    wrong: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()


NO_ALERTS = Alerts()


def read(source: SettingsText, tables: object, environment: Mapping[str, str]) -> Alerts:
    if not isinstance(tables, Mapping):
        return Alerts(wrong=(f"{source.file}:{source.line('alert')} alert: {_NOT_A_TABLE}",))
    alerts, wrong = [], []
    for name, table in tables.items():
        sentences = [
            f"{source.file}:{source.line('alert', name, key) or source.line('alert', name)} [alert.{name}] {sentence}"
            for key, sentence in _mistakes(name, table, environment)
        ]
        wrong += sentences
        if not sentences:
            alerts.append(_alert(name, table, environment))
    return Alerts(tuple(alerts), tuple(wrong), frozenset(tables))


_NOT_A_TABLE = "must be a table for each alert, which begins with a line such as [alert.bridges]"


def _alert(name: str, table: Mapping[str, Any], environment: Mapping[str, str]) -> Alert:
    kinds = _OF_EDITS if "weight" in table or "only" in table else KINDS
    kinds = tuple(_listed(table["kinds"])) if "kinds" in table else kinds
    about = table.get("words", ""), table.get("outlet"), table.get("section"), kinds, table.get("weight", 0)
    article_filter = AlertFilter(*about, tuple(_listed(table.get("only", []))))
    to: dict[str, str] = {}
    for address in _listed(table["to"]):
        resolved = _resolved(address, environment)
        scheme = scheme_only(resolved)
        count = sum(other.partition(" ")[0] == scheme for other in to)
        to[f"{scheme} {count + 1}" if count else scheme] = resolved
    return Alert(name, article_filter, to, table.get("room"))


def _mistakes(name: str, table: object, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The mistakes in a table: the key each is at, and a sentence that begins with it. No value of `to` is told, for it
    may be secret."""
    if not isinstance(table, Mapping):
        yield "", f": {_NOT_A_TABLE}"
        return
    if not name.isprintable() or not name.strip():
        yield "", ": give it a name that can be printed"
    for key, value in table.items():
        if key not in KEYS:
            yield key, f"{key}: there is no such key. There are: {', '.join(KEYS)}"
        elif key != "to" and (requirement := _CHECKS[key](value)):
            yield key, f"{key}: {requirement}"
    if "to" not in table:
        yield "to", 'to: is missing: add a line such as to = "mailtos://user:password@example.org" or to = "$ALERT_TO"'
    else:
        yield from (("to", f"to: {sentence}") for sentence in _address_mistakes(table["to"], environment))


def _address_mistakes(value: object, environment: Mapping[str, str]) -> Iterator[str]:
    addresses = _listed(value)
    if not addresses or not all(isinstance(address, str) for address in addresses):
        yield 'must be addresses in brackets, such as ["mailtos://user:password@example.org", "$ALERT_HOOK"]'
        return
    for number, address in enumerate(addresses, 1):
        label = f"address {number} " if len(addresses) > 1 else ""
        resolved = _resolved(address, environment)
        variable = _VARIABLE.fullmatch(address)
        if variable and not resolved:
            yield f"{label}is the environment variable {variable[1] or variable[2]}, which is not set: set it"
        elif not (_ADDRESS.fullmatch(resolved) and resolved.isprintable()):
            yield f"{label}is no address of apprise, such as mailtos://user:password@example.org"


def _resolved(address: str, environment: Mapping[str, str]) -> str:
    variable = _VARIABLE.fullmatch(address)
    return environment.get(variable[1] or variable[2], "").strip() if variable else address


def _listed(value: Any) -> list[Any]:
    """A list, also where one text stands for itself."""
    return [value] if isinstance(value, str) else value if isinstance(value, list) else []


def _text_mistake(value: object) -> str:
    is_valid = isinstance(value, str) and value.strip() and value.isprintable()
    return "" if is_valid else "must be a text of one line"


def _words_mistake(value: object) -> str:
    if mistake := _text_mistake(value):
        return mistake
    try:
        parse(str(value))
    except BadQuery as error:
        return str(error)
    return ""


def _choice_mistake(value: object, choices: tuple[str, ...]) -> str:
    requirement = f"must be some of {', '.join(choices)} in brackets, such as {[choices[0]]}".replace("'", '"')
    return "" if _listed(value) and all(word in choices for word in _listed(value)) else requirement


def _weight_mistake(value: Any) -> str:
    is_valid = type(value) in (int, float) and 0 <= value <= 1000
    return "" if is_valid else "must be a number from 0 to 1000, such as 8"


def _room_mistake(value: object) -> str:
    is_valid = isinstance(value, str) and value.isprintable() and re.fullmatch(r"https?://[^\s?#@]+", value)
    return "" if is_valid else "must be the URL of a reading room, such as https://archive.example"


_CHECKS: Mapping[str, Callable[[object], str]] = {
    "words": _words_mistake, "outlet": _text_mistake, "section": _text_mistake, "weight": _weight_mistake,
    "kinds": partial(_choice_mistake, choices=KINDS), "only": partial(_choice_mistake, choices=_ONLY),
    "room": _room_mistake,
}  # fmt: skip
