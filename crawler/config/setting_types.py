"""Types of settings: how a value is validated, how the environment writes it, and what a valid value is, in words.
Decides which files of settings are trusted."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.model.errors import Misconfigured
from archive.model.urls import without_credentials

Value = bool | int | float | str | date | None

_NUMBERS = re.compile(r"[+-]?\d+(\.\d*)?")
_SWITCHES = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class HoldsCredentialsError(ValueError):
    """Raised for an address with credentials, which would be stored in plain text."""

    def __init__(self) -> None:
        super().__init__("holds user:password@, which luubao keeps nowhere: write the address without it")


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a setting. requirement: what a value must be, as the end of a sentence. check: validates a value and
    returns it in its final form; raises ValueError. read: parses a string from the environment or the command line to
    the value that TOML would hold; raises ValueError."""

    requirement: str
    check: Callable[[Any], Value]
    read: Callable[[str], Any] = str


def number(requirement: str, least: float = 0, most: float = float("inf")) -> Kind:
    return Kind(requirement, lambda value: _bounded(value, (int, float), least, most), _parse_number)


def count(requirement: str, least: int = 0, most: float = 2**53) -> Kind:
    """A whole number, by default up to the largest that JSON readers agree on."""
    return Kind(requirement, lambda value: _bounded(value, (int,), least, most), _parse_number)


def _require(is_valid: object) -> None:
    if not is_valid:
        raise ValueError


def _bounded(value: Any, types: tuple[type, ...], least: float, most: float) -> Value:
    _require(type(value) in types and least <= value <= most)  # a bool is an int too
    checked: int | float = value
    return checked


def _parse_number(text: str) -> int | float:
    _require(_NUMBERS.fullmatch(text.strip()))
    return float(text) if "." in text else int(text)


def _switch(value: Any) -> Value:
    _require(isinstance(value, bool))
    return bool(value)


def _parse_switch(text: str) -> bool:
    _require(text.strip().lower() in _SWITCHES)
    return _SWITCHES[text.strip().lower()]


def _text(value: Any) -> str:
    """One line of text, not blank, without control characters: it goes into headers and file names."""
    _require(isinstance(value, str) and value.strip() and value.isprintable())
    return str(value).strip()


def _contact(value: Any) -> str:
    text = _text(value)
    _require(re.fullmatch(r"[^@\s()]+@[^@\s()]+\.[^@\s()]+", text) or _is_web(text))
    return _reject_credentials(text)


def _reject_credentials(text: str) -> str:
    if without_credentials(text) != text:
        raise HoldsCredentialsError
    return text


def _folder_or_store(value: Any) -> str:
    """A folder or a store. Only ftp:// may hold credentials: FTP has no other way to pass them."""
    text = _text(value)
    return text if text.startswith("ftp://") else _reject_credentials(text)


def _is_web(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and bool(address.hostname) and " " not in text


def _url(value: Any) -> str:
    text = _text(value)
    _require(_is_web(text))
    return _reject_credentials(text)


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a crawl window: from `start` up to but not including `end`, on the clock of the moment that is
    compared; over midnight where `end` comes first."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Hours written as `22:00-06:00`; `24:00` is midnight. Raises ValueError."""
        match = re.fullmatch(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})", text.strip())
        if match is None:
            raise ValueError(f"not two times of day: {text}")
        start, end = ((int(match[part]), int(match[part + 1])) for part in (1, 3))
        hours = cls(*(time(0) if clock == (24, 0) else time(*clock) for clock in (start, end)))
        if hours.start == hours.end:
            raise ValueError(f"no time at all: {text}")
        return hours

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def hold(self, moment: datetime) -> bool:
        """Whether a moment is inside the hours, by the clock of its own time zone."""
        clock = moment.timetz().replace(tzinfo=None)
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def end_after(self, moment: datetime) -> datetime:
        """When the hours end that a moment lies in, in UTC: between two moments of one zone Python counts no hour that
        summer time adds or takes. The moment itself where it lies outside."""
        if not self.hold(moment):
            return moment
        end = datetime.combine(moment.date(), self.end, moment.tzinfo)
        return (end if end > moment else end + timedelta(days=1)).astimezone(UTC)


def _hosts(value: Any) -> str:
    from crawler.politeness.private_networks import PrivateNetworkFilter

    text = _text(value)
    try:
        PrivateNetworkFilter.of("", text.split(","))
    except Misconfigured:
        raise ValueError from None
    return text


def _day(value: Any) -> Value:
    _require(type(value) is date)  # a datetime is a date too, and has a time that no setting takes
    day: date = value
    return day


def text_like(pattern: str, requirement: str, *, bare: bool = False) -> Kind:
    def check(value: Any) -> str:
        text = _text(value)
        _require(re.fullmatch(pattern, text))
        return _reject_credentials(text) if bare else text

    return Kind(requirement, check)


def one_of(*words: str) -> Kind:
    requirement = ", ".join(f'"{word}"' for word in words[:-1]) + f' or "{words[-1]}"'
    return text_like("|".join(words), requirement)


SWITCH = Kind("true or false", _switch, _parse_switch)
TEXT = Kind("a text of one line", _text)
PLACE = Kind("a text of one line", _folder_or_store)
CONTACT = Kind("an e-mail address or a web address, such as archive@library.example", _contact)
URL = Kind("a web address, such as https://hc.example/ping/0d1f", _url)
HOSTS = Kind("hosts with commas between them, such as 10.0.0.8:8080, anh.noibo", _hosts)
HOURS = Kind("two times of day, such as 22:00-06:00", lambda value: str(Hours.parse(_text(value))))
DAY = Kind("a day, such as 2026-06-01", _day, date.fromisoformat)


def toml(value: Value | Sequence[str]) -> str:
    """A value, or a list of texts, in TOML syntax; a dash for None."""
    if value is None:
        return "-"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def placed(value: str, folder: Path) -> str:
    """A path from a file in that folder, resolved: `~` is the home directory, a relative path starts at the folder.
    Addresses of stores (s3://...) stay as they are."""
    return value if "://" in value else str(folder / Path(value).expanduser())


def check_found(file: Path) -> None:
    """Checks a settings file that was found at a default path. Raises Misconfigured."""
    why = _distrust_reason(file) or _distrust_reason(file.resolve().parent)
    if why:
        raise Misconfigured(f"{why}. {file} is not read for that; name it with --config if you trust it")


def check_writers(file: Path) -> None:
    """Checks a settings file that the user named: it may belong to anybody, but others must not be able to write it.
    Raises Misconfigured."""
    if file.is_file() and _writable_by_others(file.stat()):
        raise Misconfigured(f"{file} can be written by others, and so is not read. `chmod go-w {file}` fixes that")


def check_code(folder: Path) -> None:
    """Checks a folder whose code is run, with everything in it, packages and compiled files too. Raises
    Misconfigured."""
    for place in (folder, *sorted(folder.rglob("*"))):
        if place.exists() and (why := _distrust_reason(place, sticky=False)):  # a symbolic link may be broken
            raise Misconfigured(f"{why}. No code is run from there; `chown` and `chmod go-w` fix that")


def _distrust_reason(place: Path, *, sticky: bool = True) -> str | None:
    """Why a file or folder (or a link's target) is not trusted; None where it is. sticky: a sticky bit is enough."""
    status = place.stat()
    if hasattr(os, "geteuid") and status.st_uid not in _trusted_uids():
        return f"{place} belongs to another user"
    return f"{place} can be written by others" if _writable_by_others(status, sticky=sticky) else None


def _trusted_uids() -> set[int]:
    """The trusted user ids: root, the user who runs luubao, and the user behind sudo."""
    sudo_uid = os.environ.get("SUDO_UID", "")
    return {0, os.geteuid(), *([int(sudo_uid)] if sudo_uid.isdecimal() else [])}


def _writable_by_others(status: os.stat_result, *, sticky: bool = True) -> bool:
    """Whether other users can write. In a sticky folder such as /tmp others can add files, but not change ours: enough
    for a file we name, not for a folder whose files are all run. A user's own group, which many systems have, does not
    count as others."""
    if not hasattr(os, "geteuid"):
        return False
    if sticky and stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX:
        return False
    group_writes = bool(status.st_mode & stat.S_IWGRP) and status.st_gid not in (0, os.getegid())
    return group_writes or bool(status.st_mode & stat.S_IWOTH)
