"""What the value of a setting can be: how it is written in TOML and in the environment, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.model.errors import Misconfigured
from archive.model.urls import without_credentials

Value = bool | int | float | str | date | None

_NUMBERS = re.compile(r"[+-]?\d+(\.\d*)?")
_SWITCHES = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class HoldsCredentialsError(ValueError):
    """An address holds what would be written down wherever it is."""

    def __init__(self) -> None:
        super().__init__("holds user:password@, which luubao keeps nowhere: write the address without it")


@dataclass(frozen=True, slots=True)
class Kind:
    """right: what a value must be, as the end of a sentence. check: the value as it is used; raises ValueError for one
    that is not right. read: from a string of the environment or of a command line to what TOML would hold; raises
    ValueError where that is impossible."""

    right: str
    check: Callable[[Any], Value]
    read: Callable[[str], Any] = str


def number(right: str, least: float = 0, most: float = float("inf")) -> Kind:
    """A number, with or without decimals."""
    return Kind(right, lambda value: _bounded(value, (int, float), least, most), _number)


def count(right: str, least: int = 0, most: float = float("inf")) -> Kind:
    """A whole number."""
    return Kind(right, lambda value: _bounded(value, (int,), least, most), _number)


def _bounded(value: Any, types: tuple[type, ...], least: float, most: float) -> int | float:
    if isinstance(value, bool) or not isinstance(value, types):
        raise ValueError
    assert isinstance(value, int | float)
    if not least <= value <= most:
        raise ValueError
    return value


def _number(text: str) -> int | float:
    if not _NUMBERS.fullmatch(text.strip()):
        raise ValueError
    return float(text) if "." in text else int(text)


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _switch_from(text: str) -> bool:
    try:
        return _SWITCHES[text.strip().lower()]
    except KeyError:
        raise ValueError from None


def _text(value: Any) -> str:
    """One line that holds something. What stands in it goes into headers and file names: no control characters."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError
    return value.strip()


def _contact(value: Any) -> str:
    text = _text(value)
    if not (re.fullmatch(r"[^@\s()]+@[^@\s()]+\.[^@\s()]+", text) or _is_web(text)):
        raise ValueError
    return _bare(text)


def _bare(text: str) -> str:
    if without_credentials(text) != text:
        raise HoldsCredentialsError
    return text


def _place(value: Any) -> str:
    """A folder or a store. FTP knows no other way to say who asks."""
    text = _text(value)
    return text if text.startswith("ftp://") else _bare(text)


def _is_web(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and bool(address.hostname) and " " not in text


def _url(value: Any) -> str:
    text = _text(value)
    if not _is_web(text):
        raise ValueError
    return _bare(text)


def _hours(value: Any) -> str:
    from crawler.politeness.window_hours import Hours

    return str(Hours.parse(_text(value)))


def _hosts(value: Any) -> str:
    from crawler.politeness.private_networks import PrivateNetworkFilter

    text = _text(value)
    try:
        PrivateNetworkFilter.of("", text.split(","))
    except Misconfigured:
        raise ValueError from None
    return text


def _day(value: Any) -> date:
    if type(value) is not date:  # a datetime is a date too, and says more than is meant
        raise ValueError
    return value


def text_like(pattern: str, right: str, *, bare: bool = False) -> Kind:
    """A text of that form. bare: an address that holds no credentials."""

    def check(value: Any) -> str:
        text = _text(value)
        if not re.fullmatch(pattern, text):
            raise ValueError
        return _bare(text) if bare else text

    return Kind(right, check)


def one_of(*words: str) -> Kind:
    """One of a few words."""
    right = ", ".join(f'"{word}"' for word in words[:-1]) + f' or "{words[-1]}"'
    return text_like("|".join(words), right)


SWITCH = Kind("true or false", _switch, _switch_from)
TEXT = Kind("a text of one line", _text)
PLACE = Kind("a text of one line", _place)
CONTACT = Kind("an e-mail address or a web address, such as archive@library.example", _contact)
URL = Kind("a web address, such as https://hc.example/ping/0d1f", _url)
HOSTS = Kind("hosts with commas between them, such as 10.0.0.8:8080, anh.noibo", _hosts)
HOURS = Kind("two times of day, such as 22:00-06:00", _hours)
DAY = Kind("a day, such as 2026-06-01", _day, date.fromisoformat)


def placed(value: str, folder: Path) -> str:
    """A path as written in a file of that folder: `~` is the home directory, and a relative path starts at the folder.
    Addresses of stores (s3://...) stay as they are."""
    return value if "://" in value else str(folder / Path(value).expanduser())
