"""A reading as a row: the form in which readings travel between the machines that make them and the archive.

A row names the capture it was made from by what an archive knows it by (outlet, address, time, status, digest of the
body), and what else its reader was told (final address, charset, time zone), so that a reading of something else is
never taken for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from archive.model import clock, validation
from archive.model.errors import BadValue
from archive.model.records import Block, BlockKind, Image, ReadableKind, Reading, Unreadable, UnreadableReason

Row = dict[str, Any]

KEY: dict[str, tuple[str, str]] = {
    "outlet": ("string", "the outlet's name"),
    "requested_url": ("string", "the address that was asked for"),
    "captured_at": ("string", "when it was captured, in UTC: `2026-05-20T01:15:00Z`"),
    "status": ("int32", "the HTTP status of the answer"),
    "digest": ("string", "the digest of the bytes that were read, worked out from them: `sha256:...`"),
    "final_url": ("string", "the address that answered, against which links were resolved"),
    "encoding": ("string", "the charset of the HTTP header; null where it named none"),
    "timezone": ("string", "the IANA name of the zone in which the outlet prints its times"),
    "warc": ("string", "the file whose record held the bytes, as the job was told it"),
    "offset": ("int64", "where that record begins, in bytes"),
}
"""The capture a reading was made from: columns with their types and meanings."""

SAID: dict[str, tuple[str, str]] = {
    "extractor": ("string", "who read it, as in `extractors.name`: versions of what read, and the furniture left out"),
    "kind": ("string", "what was read, as in `readings.kind`: `article`, or why nothing was: `listing`, `gave-up`"),
    "detail": ("string", "more on why nothing was read"),
    "headline": ("string", "null where nothing was read, as in all that follows"),
    "lead": ("string", "the paragraph that introduces it"),
    "text": ("string", "its paragraphs, subheads, quotes, lists and tables, joined by blank lines"),
    "blocks": ("blocks", "the same in pieces, pictures included: kind, text, and for an image its index in `images`"),
    "images": ("images", "url, caption, credit, caption_raw (both as printed), alt"),
    "kicker": ("string", "the line above the headline"),
    "byline": ("string", "as printed"),
    "authors": ("strings", "the persons named"),
    "published_at": ("string", "what the page claims, with its offset: `2026-05-20T08:15:00+07:00`"),
    "published_at_raw": ("string", "as printed"),
    "modified_at": ("string", "what the page claims, with its offset"),
    "modified_at_raw": ("string", "as printed"),
    "section": ("string", "the outlet's own word for it"),
    "tags": ("strings", "the outlet's own words for it"),
    "language": ("string", "as declared"),
    "canonical_url": ("string", "the address the page declares"),
    "flags": ("strings", "what a person should look at"),
    "origins": ("origins", "which rule gave which field: field, rule"),
}
"""What was read: columns with their types and meanings."""

COLUMNS = {**KEY, **SAID}

_KINDS, _REASONS, _BLOCKS = (frozenset(get_args(kinds)) for kinds in (ReadableKind, UnreadableReason, BlockKind))
_PLAIN = ("headline", "lead", "text", "kicker", "byline", "published_at_raw", "modified_at_raw", "section", "language",
          "canonical_url")  # fmt: skip
_LISTS = ("authors", "tags", "flags")
_TIMES = ("published_at", "modified_at")


class BadRow(ValueError):
    """A row that cannot be a reading; the text says why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The capture a reading was made from. captured_at: as clock.stamp writes it; see KEY."""

    outlet: str
    requested_url: str
    captured_at: str
    status: int
    digest: str
    final_url: str
    encoding: str | None
    timezone: str
    warc: str = ""
    offset: int = 0

    def row(self) -> Row:
        """As columns."""
        return {name: getattr(self, name) for name in KEY}


def row_of(seen: Seen, reading: Reading | Unreadable) -> Row:
    """A reading as a row of plain values.

    Raises UnicodeEncodeError where a text cannot be written as UTF-8: a lone surrogate, which JSON in a page can spell.
    """
    row: Row = dict.fromkeys(COLUMNS) | seen.row() | {"extractor": reading.extractor}
    row |= _refusal(reading) if isinstance(reading, Unreadable) else _words(reading)
    json.dumps(row, ensure_ascii=False).encode()
    return row


def _refusal(refusal: Unreadable) -> Row:
    return {"kind": refusal.reason, "detail": refusal.detail or None}


def _words(reading: Reading) -> Row:
    return {
        "kind": reading.kind,
        **{name: getattr(reading, name) for name in _PLAIN},
        **{name: list(getattr(reading, name)) for name in _LISTS},
        **{name: clock.claimed(getattr(reading, name)) for name in _TIMES},
        "blocks": [{"kind": one.kind, "text": one.text, "image": one.image} for one in reading.blocks],
        "images": [{name: getattr(one, name) for name in _IMAGE} for one in reading.images],
        "origins": [{"field": field, "rule": rule} for field, rule in reading.origins],
    }


_IMAGE = ("url", "caption", "credit", "caption_raw", "alt")


def seen_in(row: Mapping[str, Any]) -> Seen:
    """The capture a row names.

    Raises BadRow.
    """
    try:
        seen = Seen(**{name: row[name] for name in KEY})
    except KeyError as error:
        raise BadRow(f"it has no {error}") from error
    for name in ("outlet", "requested_url", "captured_at", "status", "digest", "final_url", "timezone"):
        if row[name] is None:
            raise BadRow(f"its {name} is empty")
    _moment(seen.captured_at, "captured_at")
    return seen


def reading_in(row: Mapping[str, Any]) -> Reading | Unreadable:
    """What a row says was read.

    Raises BadRow.
    """
    kind, extractor = row["kind"], row["extractor"]
    if not extractor:
        raise BadRow("its extractor is empty")
    if kind in _REASONS:
        return Unreadable(kind, row["detail"] or "", extractor)
    if kind not in _KINDS:
        raise BadRow(f"its kind is {kind!r}, which no reader gives")
    try:
        return _reading(row)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadRow(f"its columns do not fit together ({error})") from error


def _reading(row: Mapping[str, Any]) -> Reading:
    images = tuple(Image(**{name: one[name] for name in _IMAGE}) for one in row["images"])
    blocks = tuple(_block(one, len(images)) for one in row["blocks"])
    if row["headline"] is None or row["text"] is None:
        raise BadRow("it has neither headline nor text")
    said: dict[str, Any] = {name: row[name] for name in _PLAIN}
    said |= {name: tuple(row[name]) for name in _LISTS} | {name: _moment(row[name], name) for name in _TIMES}
    origins = tuple((one["field"], one["rule"]) for one in row["origins"])
    return Reading(
        kind=row["kind"], blocks=blocks, images=images, origins=origins, extractor=row["extractor"], **said
    )  # fmt: skip


def _block(one: Mapping[str, Any], images: int) -> Block:
    kind, image = one["kind"], one["image"]
    if kind not in _BLOCKS:
        raise BadRow(f"one of its blocks is {kind!r}, which is none")
    if image is not None and not 0 <= image < images:
        raise BadRow(f"one of its blocks shows picture {image} of {images}")
    return Block(kind, one["text"] or "", image)


def _moment(text: str | None, name: str) -> datetime | None:
    try:
        return None if text is None else validation.claimed_moment(text)
    except BadValue as error:
        raise BadRow(f"its {name} is {str(error).replace(' is ', ', which is ', 1)}") from error
