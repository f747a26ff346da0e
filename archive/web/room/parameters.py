"""Parses query parameters, and says of those that cannot be used why."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from archive.model.errors import LuubaoError
from archive.web.room import translations

HIGHEST_ID = 10**9 - 1
_LONGEST, _LONGEST_QUOTED = 2_000, 60
# Control characters but white space, lone surrogates, and what stands for bytes that are no UTF-8.
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")


class BadParameter(LuubaoError):
    """Raised for a query parameter that cannot be used. key, values: of the text that says so."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def single(name: str, values: Sequence[str]) -> str:
    """The value of a parameter, in NFC and on one line; empty when absent. Raises BadParameter where it is given twice
    with different values, is too long, or contains characters that nobody types."""
    if len(set(values)) > 1:
        raise BadParameter("refusal.twice", name=name)
    value = "".join(values[:1])
    if len(value) > _LONGEST:
        raise BadParameter("refusal.long", name=name, most=_LONGEST)
    if _UNREADABLE.search(value):
        raise BadParameter("refusal.unreadable", name=name)
    return unicodedata.normalize("NFC", " ".join(value.split()))


def number(name: str, value: str, most: int) -> int:
    """A number from 1 to `most`. Raises BadParameter for anything else."""
    if not re.fullmatch(r"[1-9]\d{0,17}", value, re.ASCII) or int(value) > most:
        raise BadParameter("refusal.no_number", name=name, value=quoted(value), most=most)
    return int(value)


def choice(name: str, value: str, choices: Sequence[str]) -> str:
    """One of `choices`. Raises BadParameter for anything else."""
    if value not in choices:
        raise BadParameter("refusal.choice", name=name, value=quoted(value), choices=", ".join(filter(None, choices)))
    return value


def day(text: str, *, last: bool = False) -> date:
    """A day as people write it; for a month or year its first, or with `last` its last. Raises BadParameter for
    anything else."""
    if (parsed := translations.day_in(text, last=last)) is None:
        raise BadParameter("refusal.no_day", day=quoted(text))
    return parsed


def quoted(text: str) -> str:
    """What a reader typed, for a sentence: its beginning, without characters that are not seen or turn others round."""
    return "".join(character for character in text if unicodedata.category(character)[0] != "C")[:_LONGEST_QUOTED]
