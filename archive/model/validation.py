"""Validators, one for each kind of value that comes from outside: from a server, a file, another archive, a person.

A validator returns a value of its type, or raises BadValue, whose text ends a sentence: `status` -> "999 is no HTTP
status (100 to 599)". Unvalidated values never reach SQL, `datetime` or a file name. Validators are pure and fast.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from archive.model import clock
from archive.model.clock import is_zone
from archive.model.errors import BadValue
from archive.model.urls import without_credentials

Validator = Callable[[Any], Any]
Value = TypeVar("Value")

FIRST_MOMENT = datetime(1990, 1, 1, tzinfo=UTC)
"""Nothing was captured before the web began (December 1990)."""
LAST_MOMENT = datetime(2200, 1, 1, tzinfo=UTC)
"""The latest moment an archive may hold: what a clock that was ahead wrote stays readable, and half a year can be added
to it."""
AHEAD = timedelta(days=1)  # how much later than our clock, which may be wrong as well, a foreign capture may be
FIRST_CLAIM, LAST_CLAIM = datetime(1500, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Bounds of the times a page may claim: digitised newspapers give their printed day."""
LONGEST_ADDRESS = 8000
"""Characters of a URL: RFC 9110 section 4.1 recommends supporting as many. A crawl requests shorter ones
(archive.model.urls)."""
LONGEST_LINE = 64 * 1024  # characters of a name or a reason
LONGEST_TEXT = 32 * 1024 * 1024
"""Characters of a text: as many as the largest page has bytes."""
LARGEST_COUNT = 2**53  # the largest whole number that readers of JSON agree on
LARGEST_HEADER = 1024 * 1024
"""Characters of one header: as many as a whole header section."""
_LONGEST_NAME = 64
_SHOWN = 60

_NAME = re.compile(r"\w[\w.-]*")
_PLACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\r\n]*")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,6}")
_FILE_NAME = re.compile(r"(?!\.{1,2}\Z)[^/\\\0]{1,200}")
_PERCEPTUAL = re.compile(r"(?:[0-9a-f]{2}){1,512}")
# Control characters: C0 and C1 but tab and the ends of lines.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def shown(value: object) -> str:
    """A value as messages show it: short, without credentials, and without terminal control characters."""
    redacted = repr(without_credentials(value)) if isinstance(value, str) else value
    text = ascii(redacted) if isinstance(redacted, bytes) else str(redacted)
    printable = text.encode("utf-8", "backslashreplace").decode() if text.isprintable() else ascii(text)
    return printable if len(printable) <= _SHOWN else f"{printable[:_SHOWN]}..."


def status(value: object) -> int:
    """An HTTP status (RFC 9110 section 15)."""
    return _whole(value, 100, 599, "is no HTTP status (100 to 599)")


def moment(value: object, latest: datetime | None = None) -> datetime:
    """A moment at which something was captured elsewhere, in UTC, to the second. latest: one day from now."""
    return _within(_utc(_aware(value)), value, FIRST_MOMENT, latest or clock.now() + AHEAD)


def stored_moment(value: object) -> datetime:
    """A moment of our own clock, as an archive stores it: aware, in UTC."""
    return _within(_utc(_aware(value)), value, FIRST_MOMENT, LAST_MOMENT)


def claimed_moment(value: object) -> datetime:
    """A moment that a page claims, with the offset it was printed in."""
    aware = _aware(value)
    _within(_utc(aware), value, FIRST_CLAIM, LAST_CLAIM)
    return aware


def _aware(value: object) -> datetime:
    try:
        moment_read = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= _LONGEST_NAME else value
    except ValueError:
        moment_read = None
    if not isinstance(moment_read, datetime):
        raise BadValue(f"{shown(value)} is no time")
    if moment_read.tzinfo is None:
        raise BadValue(f"{shown(value)} is a time without zone")
    return moment_read


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
    """A whole number, 0 or more."""
    return _whole(value, 0, LARGEST_COUNT, f"is no number of something (0 to {LARGEST_COUNT})")


def row_number(value: object) -> int:
    """A row's number."""
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
    """Text with line breaks, up to LONGEST_TEXT."""
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
    """Whether it can be encoded as UTF-8: half a surrogate pair, or bytes that were not UTF-8, cannot."""
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def zone(value: object) -> str:
    """The IANA name of a time zone that is known here."""
    if not isinstance(value, str) or not is_zone(value):
        raise BadValue(f"{shown(value)} is no time zone")
    return value


def outlet_name(value: object) -> str:
    """An outlet's name on the command line, which becomes part of file names: letters, digits, `-`, `_` and dots
    between them."""
    if not isinstance(value, str) or len(value) > _LONGEST_NAME or not _NAME.fullmatch(value) or value.endswith("."):
        raise BadValue(f"{shown(value)} is no outlet's name: letters, digits, - and _, {_LONGEST_NAME} at most")
    return value


def file_name(value: object) -> str:
    """The name of a file in a folder, not a path."""
    return _matching(_FILE_NAME, value, "is no name of a file")


def address(value: object) -> str:
    """An http(s) URL with a host, as it is requested, without credentials."""
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or not _is_unicode(value) or not _is_web(value):
        raise BadValue(f"{shown(value)} is no web address")
    return without_credentials(value)


def is_address(value: object) -> bool:
    """Whether it is an http(s) URL."""
    return or_none(address, value) is not None


def _is_web(value: str) -> bool:
    if _CONTROL.search(value) or any(letter in value for letter in "\t\r\n"):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def place(value: object) -> str:
    """The final URL or redirect target of a response, without credentials; it may have a scheme other than http(s)."""
    if len(line(value)) > LONGEST_ADDRESS or not isinstance(value, str) or not _PLACE.fullmatch(value):
        raise BadValue(f"{shown(value)} is no address")
    return without_credentials(value)


def digest(value: object) -> str:
    """A SHA-256, as `sha256:` and 64 digits."""
    if not is_digest(value):
        raise BadValue(f"{shown(value)} is no digest (sha256: and 64 hexadecimal digits)")
    return str(value)


def is_digest(value: object) -> bool:
    """Whether it is a SHA-256 in our notation."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def perceptual_hash(value: object) -> str:
    """A picture's perceptual hash, in hexadecimal digits."""
    return _matching(_PERCEPTUAL, value, "is no perceptual hash")


def language(value: object) -> str:
    """A language tag (RFC 5646)."""
    return _matching(_LANGUAGE, value, "is no language")


def _matching(pattern: re.Pattern[str], value: object, wrong: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadValue(f"{shown(value)} {wrong}")
    return value


def one_of(*words: str) -> Validator:
    """Validator of a fixed set of words."""

    def validate(value: object) -> str:
        if value not in words or not isinstance(value, str):
            raise BadValue(f"{shown(value)} is none of {', '.join(words)}")
        return value

    return validate


def optional(validator: Validator) -> Validator:
    """Validator of a value that may be None."""

    def optionally(value: object) -> Any:
        return None if value is None else validator(value)

    return optionally


def or_none(validator: Callable[[Any], Value], value: object) -> Value | None:
    """The value as the validator returns it; None where it is None or invalid."""
    try:
        return None if value is None else validator(value)
    except BadValue:
        return None


def from_json(value: object) -> Any:
    """A parsed JSON text, as deep as Python can read."""
    document = text(value)
    try:
        return json.loads(document)
    except (ValueError, RecursionError):
        raise BadValue(f"{shown(value)} is no JSON") from None


def json_object(value: object) -> dict[str, Any]:
    """An object, in JSON."""
    parsed = from_json(value)
    if not isinstance(parsed, dict):
        raise BadValue(f"{shown(value)} is no JSON object")
    return parsed


def json_counts(value: object) -> dict[str, int]:
    """An object of whole numbers, in JSON."""
    items = json_object(value).items()
    return {line(name): count(int(number) if isinstance(number, bool) else number) for name, number in items}


def json_lines(value: object) -> tuple[str, ...]:
    """A list of short texts, in JSON."""
    return tuple(line(item) for item in json_list(value))


def json_pairs(value: object) -> tuple[tuple[str, str], ...]:
    """A list of pairs of short texts, in JSON: headers."""
    return pairs(json_list(value))


def json_list(value: object) -> list[Any]:
    """A list, in JSON."""
    parsed = from_json(value)
    if not isinstance(parsed, list):
        raise BadValue(f"{shown(value)} is no JSON list")
    return parsed


def pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """Pairs of short texts."""
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in value):
        raise BadValue(f"{shown(value)} are no pairs")
    return tuple((header(name), header(content)) for name, content in value)


def header(value: object) -> str:
    """A header's name or value, as received: it may hold anything."""
    if not isinstance(value, str) or len(value) > LARGEST_HEADER:
        raise BadValue(f"{shown(value)} is no header")
    return value


def data(value: object) -> bytes:
    """Bytes."""
    if not isinstance(value, bytes):
        raise BadValue(f"{shown(value)} are no bytes")
    return value
