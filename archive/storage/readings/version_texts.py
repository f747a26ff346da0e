"""Serialises a Reading to a row of `texts` and back, without loss.

`body` holds the text blocks joined by blank lines; `layout` holds one entry per block, in order: the kind of a text
block, or the index of a picture. The k-th text kind is the k-th part of `body`. `details` is everything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from archive.model import clock
from archive.model.digests import digest_of_value
from archive.model.errors import BadValue
from archive.model.records import Block, Image, Reading
from archive.model.validation import claimed_moment, number, optional, text

COLUMNS = ("headline", "lead", "body", "captions", "layout", "details")
"""The columns that hold the reading, in the order in which `row_digest` covers them."""

CONFIDENCE = "CASE WHEN json_valid(texts.details) THEN json_extract(texts.details, '$.confidence.reading') END"
"""The SQL for how likely the reading of a text is right; NULL where it was not measured."""

UNCERTAIN = 0.5
"""A reading with less confidence is likelier wrong than right."""

_SEPARATOR = "\n\n"
_PLAIN_DETAILS = (
    "kind",
    "kicker",
    "byline",
    "published_at_raw",
    "modified_at_raw",
    "section",
    "language",
    "canonical_url",
)
_LIST_DETAILS = ("authors", "tags", "flags")


def to_row(reading: Reading) -> dict[str, str | None]:
    """The columns of `texts` that hold a reading."""
    from archive.history.edits import reading_digest

    captions = [text for image in reading.images for text in (image.caption, image.credit) if text]
    row = {
        "headline": reading.headline,
        "lead": reading.lead,
        "body": body_of(reading),
        "captions": "\n".join(captions) or None,
        "layout": json.dumps([_layout_entry(block) for block in reading.blocks]),
        "details": json.dumps(_details(reading), ensure_ascii=False),
    }
    return {"digest": reading_digest(reading), "row_digest": row_digest(row), **row}


def body_of(reading: Reading) -> str:
    """The text blocks, joined as in `body`."""
    return _SEPARATOR.join(_without_blank_lines(block.text) for block in reading.blocks if block.kind != "image")


def row_digest(row: Mapping[str, Any]) -> str:
    """The digest over COLUMNS of a row of `texts`, as stored."""
    return digest_of_value([row[name] for name in COLUMNS])


def _without_blank_lines(text: str) -> str:
    """Removes blank lines from a block, because they separate blocks in `body`."""
    return re.sub(r"\n\s*\n", "\n", text)


def _layout_entry(block: Block) -> str | int:
    return block.image if block.kind == "image" and block.image is not None else block.kind


def _details(reading: Reading) -> dict[str, Any]:
    return {
        **{name: getattr(reading, name) for name in _PLAIN_DETAILS},
        **{name: list(getattr(reading, name)) for name in _LIST_DETAILS},
        "published_at": clock.claimed(reading.published_at),
        "modified_at": clock.claimed(reading.modified_at),
        "images": [[i.url, i.caption, i.credit, i.caption_raw, i.alt] for i in reading.images],
        "origins": dict(reading.origins),
        "confidence": dict(reading.confidence),
    }


def from_row(row: dict[str, Any], extractor: str = "") -> Reading:
    """The reading that `to_row` wrote."""
    details, layout = details_of(row["details"]), json.loads(row["layout"])
    if any(isinstance(entry, int) and not 0 <= entry < len(details["images"]) for entry in layout):
        raise BadValue("its layout names a picture that it has not")
    plain: dict[str, Any] = {name: details[name] for name in _PLAIN_DETAILS}
    lists: dict[str, Any] = {name: tuple(details[name]) for name in _LIST_DETAILS}
    return Reading(
        headline=row["headline"],
        lead=row["lead"],
        text=row["body"],
        blocks=_blocks(layout, row["body"]),
        images=tuple(Image(*values) for values in details["images"]),
        published_at=_parsed_time(details["published_at"]),
        modified_at=_parsed_time(details["modified_at"]),
        origins=tuple(details["origins"].items()),
        confidence=tuple(details.get("confidence", {}).items()),
        extractor=extractor,
        **plain,
        **lists,
    )


def _blocks(layout: list[Any], body: str) -> tuple[Block, ...]:
    parts = iter(body.split(_SEPARATOR))
    return tuple(
        Block("image", image=entry) if isinstance(entry, int) else Block(entry, next(parts, "")) for entry in layout
    )


def details_of(told: str) -> dict[str, Any]:
    """Parses the column `details`: a reading without its text. Raises ValueError where it is not what `to_row`
    writes."""
    details: dict[str, Any] = json.loads(told)
    values = (*(details[name] for name in _PLAIN_DETAILS), *(item for image in details["images"] for item in image))
    listed = (*(item for name in _LIST_DETAILS for item in details[name]), *details["origins"].values())
    for value in (*(value for value in values if value is not None), *listed):
        text(value)
    for name in ("published_at", "modified_at"):
        optional(claimed_moment)(details[name])
    for likelihood in details.get("confidence", {}).values():
        number(likelihood)
    return details


def _parsed_time(text: str | None) -> datetime | None:
    return clock.parse(text) if text else None
