"""Reading rules of the user's own, as data (a file NAME.toml for each outlet), and how XPath rules match a page.

A variable, so that every worker process has the same rules. A file holds one set of rules, or several in tables
`[[rules]]`, each valid for some days. The outlet's name or, for a page of no outlet, one of the file's `hosts` selects
it. Rules are XPath, so nothing in the folder is run.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from lxml import etree, html

from archive.extract.elements import text_of
from archive.model.errors import BadValue, Misconfigured
from archive.rules.xpath_rules import Rules, cls
from archive.text.folding import folded

MOST_FINDS = 60
Field = Literal["headline", "published", "byline", "section", "tags"]


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """One match of an expression: its text, the rule set's name, and the element unless it is only text."""

    text: str
    rule: str
    element: html.HtmlElement | None = None


def rule_matches(rules: Iterable[Rules], field: Field, root: html.HtmlElement) -> list[RuleMatch]:
    """The matches of the first expression with any text."""
    for rule_set in rules:
        for expression in getattr(rule_set, field):
            matches = [find for item in _selected(expression, root) if (find := _find(item, rule_set.name)).text]
            if matches:
                return matches
    return []


def _selected(expression: str, root: html.HtmlElement) -> list[Any]:
    selected = _compiled(expression)(root)
    return list(islice(selected, MOST_FINDS)) if isinstance(selected, list) else [selected]


@lru_cache(maxsize=512)
def _compiled(expression: str) -> etree.XPath:
    return etree.XPath(expression)


def _find(item: object, rule: str) -> RuleMatch:
    if isinstance(item, html.HtmlElement):
        return RuleMatch(text_of(item) or folded(item.get("content") or ""), rule, item)
    return RuleMatch(folded(str(item)), rule)


VARIABLE = "LUUBAO_RULES"
_EXPRESSIONS = ("body", "headline", "lead", "published", "byline", "section", "tags", "caption", "drop")
_KINDS: Mapping[str, type] = {"valid_from": date, "valid_until": date, "version": int}
_KEYS = ("hosts", "rules", *_EXPRESSIONS, *_KINDS)
_PAGE = etree.Element("html")  # an unknown function is a mistake only where an expression is evaluated
_CLASS = re.compile(r"cls\('([\w-]+)'\)")


@dataclass(frozen=True, slots=True)
class OwnRules:
    """The rules of one file. mistake: why it cannot be used, in a sentence; its bytes then stand for the rules."""

    hosts: tuple[str, ...] = ()
    rules: tuple[Rules, ...] = ()
    mistake: str | None = None
    unread: bytes = b""


def own_rules(outlet: str | None, url: str) -> tuple[Rules, ...]:
    """The user's own rules for a page of this outlet or, where it is None, of the URL's host."""
    files = _loaded()
    if not files or outlet:
        return files.get(outlet or "", OwnRules()).rules
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    return next((loaded.rules for loaded in files.values() if host in loaded.hosts), ())


def rules_state() -> bytes:
    """What the rules are, for the extractor's name; empty where there are none."""
    files = _loaded()
    return repr(sorted((name, repr(loaded)) for name, loaded in files.items())).encode() if files else b""


def mistakes() -> dict[str, str]:
    """A sentence for each file that cannot be used, by outlet."""
    return {name: loaded.mistake for name, loaded in _loaded().items() if loaded.mistake}


def require_rules(outlet: str | None = None) -> None:
    """Raises Misconfigured where the rules of this outlet, or of any, cannot be used."""
    if sentences := [sentence for name, sentence in mistakes().items() if outlet in (None, name)]:
        raise Misconfigured("\n".join(sentences))


def _loaded() -> dict[str, OwnRules]:
    folder = os.environ.get(VARIABLE, "")
    return _load(folder) if folder else {}


@lru_cache(maxsize=1)
def _load(folder: str) -> dict[str, OwnRules]:
    return {path.stem: _read(path) for path in sorted(Path(folder).glob("*.toml"))}


def _read(path: Path) -> OwnRules:
    data = b""
    try:
        data = path.read_bytes()
        table = tomllib.loads(data.decode("utf-8-sig"))
        _check_keys(table, _KEYS)
        sets = table.get("rules", [{key: value for key, value in table.items() if key != "hosts"}])
        if not isinstance(sets, list) or not all(isinstance(item, dict) for item in sets):
            raise BadValue("rules: write [[rules]] on a line of its own before each set")
        if "rules" in table and (loose := [key for key in table if key not in ("hosts", "rules")]):
            raise BadValue(f"{loose[0]}: belongs below a line [[rules]]")
        return OwnRules(_texts("hosts", table.get("hosts", [])), tuple(_rule_set(path.stem, item) for item in sets))
    except OSError as error:
        return OwnRules(mistake=f"{path} cannot be read: {error.strerror}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        return OwnRules(mistake=f"{path} is not TOML: {error}", unread=data)
    except BadValue as error:
        return OwnRules(mistake=f"{path} {error}", unread=data)


def _rule_set(name: str, table: Mapping[str, Any]) -> Rules:
    _check_keys(table, (*_EXPRESSIONS, *_KINDS))
    for key, kind in _KINDS.items():
        if key in table and type(table[key]) is not kind:
            raise BadValue(f"{key}: must be {'a whole number' if kind is int else 'a day, such as 2026-06-30'}")
    fields: dict[str, Any] = {key: table[key] for key in _KINDS if key in table}
    fields |= {key: tuple(_expressions(key, table[key])) for key in _EXPRESSIONS if key in table}
    return Rules(name, **fields)


def _expressions(key: str, value: object) -> Iterator[str]:
    for written in _texts(key, value):
        expression = _CLASS.sub(lambda match: cls(match[1]), written)
        try:
            etree.XPath(expression)(_PAGE)
        except etree.XPathError as error:
            raise BadValue(f"{key}: {written} is no XPath 1.0: {error}") from error
        yield expression


def _texts(key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(part, str) and part.strip() for part in value):
        return tuple(value)
    raise BadValue(f"{key}: must be texts in brackets, such as [\"//h1[cls('title')]\"]")


def _check_keys(table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            close = get_close_matches(key, known, n=1, cutoff=0.7)
            raise BadValue(f"{key}: there is no such key{f'; did you mean {close[0]}?' if close else ''}")
