"""One gate for each kind of value that comes from outside: from a server, a file, another archive, a person.

A gate takes whatever came and returns it as a value of its type, or raises BadValue with what is wrong as the end of a
sentence: `status` -> "999 is no HTTP status (100 to 599)". Nothing that has not passed its gate reaches SQL, `datetime`
or the name of a file. Gates are pure, never slow, and raise nothing else.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from archive.model import clock
from archive.model.errors import BadValue
from archive.model.urls import without_credentials

Validator = Callable[[Any], Any]

FIRST_MOMENT = datetime(1990, 1, 1, tzinfo=UTC)
"""Nothing was captured before there was a web (December 1990)."""
LAST_MOMENT = datetime(2200, 1, 1, tzinfo=UTC)
"""The latest moment an archive may hold: what a clock that was ahead wrote stays readable, and half a year can be added
to it."""
AHEAD = timedelta(days=1)  # by which a capture from elsewhere may be later than our clock, which may be wrong as well
FIRST_CLAIM, LAST_CLAIM = datetime(1500, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""What a page may claim of its own times: digitised papers give their printed day."""
LONGEST_ADDRESS = 8000
"""Letters: RFC 9110 section 4.1 has everybody support as many. A crawl asks for shorter ones (archive.model.urls)."""
LONGEST_LINE = 64 * 1024  # letters of a name or a reason
LONGEST_TEXT = 32 * 1024 * 1024
"""Letters of a text: as many as the largest page has bytes."""
LARGEST_COUNT = 2**53  # the largest whole number that readers of JSON agree on
LARGEST_HEADER = 1024 * 1024
"""Letters of one header: as many as a whole head."""
_LONGEST_NAME = 64
_SHOWN = 60

_NAME = re.compile(r"\w[\w.-]*")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_PLACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\r\n]*")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,6}")
_FILE_NAME = re.compile(r"[^/\\\0]{1,200}")
_PERCEPTUAL = re.compile(r"(?:[0-9a-f]{2}){1,512}")
# Letters that steer: C0 and C1 but tab and the ends of lines.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def shown(value: object) -> str:
    """A value as it stands in a sentence: short, without credentials, and without anything that steers a terminal."""
    bare = repr(without_credentials(value)) if isinstance(value, str) else value
    text = ascii(bare) if isinstance(bare, bytes) else str(bare)
    plain = text.encode("utf-8", "backslashreplace").decode() if text.isprintable() else ascii(text)
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}..."


def status(value: object) -> int:
    """An HTTP status (RFC 9110 section 15)."""
    return _whole(value, 100, 599, "is no HTTP status (100 to 599)")


def moment(value: object, latest: datetime | None = None) -> datetime:
    """A moment at which something was captured elsewhere, in UTC, to the second. latest: one day from now."""
    return _within(_utc(_aware(value)), value, FIRST_MOMENT, latest or clock.now() + AHEAD)


def stored_moment(value: object) -> datetime:
    """A moment of a clock of ours, as an archive holds it: aware, in UTC."""
    return _within(_utc(_aware(value)), value, FIRST_MOMENT, LAST_MOMENT)


def claimed_moment(value: object) -> datetime:
    """A moment that a page claims, with the offset it was printed in."""
    aware = _aware(value)
    _within(_utc(aware), value, FIRST_CLAIM, LAST_CLAIM)
    return aware


def _aware(value: object) -> datetime:
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= _LONGEST_NAME else value
    except ValueError:
        read = None
    if not isinstance(read, datetime):
        raise BadValue(f"{shown(value)} is no time")
    if read.tzinfo is None:
        raise BadValue(f"{shown(value)} is a time without zone")
    return read


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC).replace(microsecond=0)
    except (OverflowError, ValueError):  # before year 1 or after 9999; an offset of more than a day
        raise BadValue(f"{value.isoformat()} is outside of the calendar") from None


def _within(moment: datetime, value: object, first: datetime, last: datetime) -> datetime:
    if not first <= moment <= last:
        raise BadValue(f"{shown(str(value))} is not between {first:%Y-%m-%d} and {last:%Y-%m-%d}")
    return moment


def size(value: object) -> int:
    """A number of bytes."""
    return count(value)


def count(value: object) -> int:
    """A whole number of something, 0 or more."""
    return _whole(value, 0, LARGEST_COUNT, f"is no number of something (0 to {LARGEST_COUNT})")


def row_number(value: object) -> int:
    """The number of a row."""
    return _whole(value, 1, LARGEST_COUNT, "is no number of a row")


def flag(value: object) -> int:
    """0 or 1."""
    return _whole(value, 0, 1, "is neither 0 nor 1")


def _whole(value: object, least: int, most: int, wrong: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadValue(f"{shown(value)} {wrong}")
    return value


def number(value: object) -> float:
    """Any finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadValue(f"{shown(value)} is no number")
    return float(value)


def text(value: object) -> str:
    """Text of any length that an archive can hold, with line breaks."""
    return _text(value, LONGEST_TEXT)


def line(value: object) -> str:
    """A short text: a name, a reason, a header's value."""
    return _text(value, LONGEST_LINE)


def _text(value: object, most: int) -> str:
    if not isinstance(value, str):
        raise BadValue(f"{shown(value)} is no text")
    if len(value) > most:
        raise BadValue(f"{shown(value)} is longer than {most:,} letters")
    if "\0" in value:
        raise BadValue(f"{shown(value)} holds the letter NUL")
    if not _is_unicode(value):
        raise BadValue(f"{shown(value)} is no UTF-8")
    return value


def _is_unicode(value: str) -> bool:
    """Whether it can be written: half a surrogate pair, or bytes that were no UTF-8, cannot."""
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def zone(value: object) -> str:
    """The IANA name of a time zone that is known here."""
    if not isinstance(value, str) or not is_zone(value):
        raise BadValue(f"{shown(value)} is no time zone")
    return value


@lru_cache(maxsize=256)
def is_zone(name: str) -> bool:
    """Whether a time zone of that name is known here. A name is never a path."""
    if len(name) > _LONGEST_NAME or not _ZONE.fullmatch(name):
        return False
    try:
        return bool(ZoneInfo(name).key)
    except (KeyError, ValueError, OSError):  # not there; no zone; a folder of zones
        return False


def outlet_name(value: object) -> str:
    """An outlet's name on the command line, which is part of file names: letters, digits, `-`, `_` and dots between
    them."""
    if not isinstance(value, str) or len(value) > _LONGEST_NAME or not _NAME.fullmatch(value) or value.endswith("."):
        raise BadValue(f"{shown(value)} is no outlet's name: letters, digits, - and _, {_LONGEST_NAME} at most")
    return value


def file_name(value: object) -> str:
    """The name of a file in a folder: no path that leads anywhere else."""
    if (
        not isinstance(value, str)
        or value in ("", ".", "..")
        or any(one in value for one in "/\\\0")
        or len(value) > 200
    ):
        raise BadValue(f"{shown(value)} is no name of a file")
    return value


def address(value: object) -> str:
    """An http(s) address with a host, as one asks for it, without credentials."""
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or not _is_unicode(value) or not _is_web(value):
        raise BadValue(f"{shown(value)} is no web address")
    return without_credentials(value)


def is_address(value: object) -> bool:
    """Whether it is a web address."""
    try:
        return bool(address(value))
    except BadValue:
        return False


def _is_web(value: str) -> bool:
    if _CONTROL.search(value) or any(letter in value for letter in "\t\r\n"):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def place(value: object) -> str:
    """Where an answer came from or leads to, without credentials: an address, or one of something off the web."""
    if len(line(value)) > LONGEST_ADDRESS or not isinstance(value, str) or not _PLACE.fullmatch(value):
        raise BadValue(f"{shown(value)} is no address")
    return without_credentials(value)


def digest(value: object) -> str:
    """A SHA-256, as `sha256:` and 64 digits."""
    if not is_digest(value):
        raise BadValue(f"{shown(value)} is no digest (sha256: and 64 hexadecimal digits)")
    return str(value)


def is_digest(value: object) -> bool:
    """Whether it is a SHA-256 as we write it."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def perceptual_hash(value: object) -> str:
    """How a picture looks, in hexadecimal digits."""
    return _like(_PERCEPTUAL, value, "is no perceptual hash")


def language(value: object) -> str:
    """A language's tag (RFC 5646)."""
    return _like(_LANGUAGE, value, "is no language")


def _like(pattern: re.Pattern[str], value: object, wrong: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadValue(f"{shown(value)} {wrong}")
    return value


def one_of(*words: str) -> Validator:
    """The gate for a few words."""

    def gate(value: object) -> str:
        if value not in words or not isinstance(value, str):
            raise BadValue(f"{shown(value)} is none of {', '.join(words)}")
        return value

    return gate


def optional(gate: Validator) -> Validator:
    """The gate for what may be absent."""

    def optionally(value: object) -> Any:
        return None if value is None else gate(value)

    return optionally


def from_json(value: object) -> Any:
    """What a text of JSON holds, as deep as Python can read."""
    found = text(value)
    try:
        return json.loads(found)
    except (ValueError, RecursionError):
        raise BadValue(f"{shown(value)} is no JSON") from None


def json_object(value: object) -> dict[str, Any]:
    """An object, in JSON."""
    found = from_json(value)
    if not isinstance(found, dict):
        raise BadValue(f"{shown(value)} is no JSON object")
    return found


def json_counts(value: object) -> dict[str, int]:
    """An object of whole numbers, in JSON."""
    found = json_object(value).items()
    return {line(name): count(int(number) if isinstance(number, bool) else number) for name, number in found}


def json_lines(value: object) -> tuple[str, ...]:
    """A list of short texts, in JSON."""
    return tuple(line(one) for one in _json_list(value))


def json_pairs(value: object) -> tuple[tuple[str, str], ...]:
    """A list of pairs of short texts, in JSON: headers."""
    return pairs(_json_list(value))


def _json_list(value: object) -> list[Any]:
    found = from_json(value)
    if not isinstance(found, list):
        raise BadValue(f"{shown(value)} is no JSON list")
    return found


def pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """Pairs of short texts."""
    if not all(isinstance(one, list | tuple) and len(one) == 2 for one in value):
        raise BadValue(f"{shown(value)} are no pairs")
    return tuple((header(name), header(one)) for name, one in value)


def header(value: object) -> str:
    """A header's name or value, as it came: anything can stand in it."""
    if not isinstance(value, str) or len(value) > LARGEST_HEADER:
        raise BadValue(f"{shown(value)} is no header")
    return value


def data(value: object) -> bytes:
    """Bytes."""
    if not isinstance(value, bytes):
        raise BadValue(f"{shown(value)} are no bytes")
    return value
