"""A reading as a row of `texts` and back: nothing of a Reading is lost on the way.

`body` holds the text blocks joined by blank lines and `layout` the kinds of all blocks in order, so that the k-th text
kind is the k-th part of `body` and the k-th "image" the k-th picture of the layout; `details` is everything else.
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
from archive.model.validation import claimed_moment, optional, text

COLUMNS = ("headline", "lead", "body", "captions", "layout", "details")
"""The columns that hold the reading, in the order in which `row_digest` covers them."""

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
    """The columns of `texts` that a reading fills."""
    from archive.history.edits import reading_digest

    captions = [text for image in reading.images for text in (image.caption, image.credit) if text]
    row = {
        "headline": reading.headline,
        "lead": reading.lead,
        "body": body_of(reading),
        "captions": "\n".join(captions) or None,
        "layout": json.dumps([_place(block) for block in reading.blocks]),
        "details": json.dumps(_details(reading), ensure_ascii=False),
    }
    return {"digest": reading_digest(reading), "row_digest": row_digest(row), **row}


def body_of(reading: Reading) -> str:
    """The text blocks, as `body` holds them."""
    return _SEPARATOR.join(_one_part(block.text) for block in reading.blocks if block.kind != "image")


def row_digest(row: Mapping[str, Any]) -> str:
    """The digest of the words and everything else a row of `texts` holds, just as it is stored."""
    return digest_of_value([row[name] for name in COLUMNS])


def _one_part(text: str) -> str:
    """Blank lines separate blocks, so none may stand inside one."""
    return re.sub(r"\n\s*\n", "\n", text)


def _place(block: Block) -> str | int:
    return block.image if block.kind == "image" and block.image is not None else block.kind


def _details(reading: Reading) -> dict[str, Any]:
    return {
        **{name: getattr(reading, name) for name in _PLAIN_DETAILS},
        **{name: list(getattr(reading, name)) for name in _LIST_DETAILS},
        "published_at": clock.claimed(reading.published_at),
        "modified_at": clock.claimed(reading.modified_at),
        "images": [[i.url, i.caption, i.credit, i.caption_raw, i.alt] for i in reading.images],
        "origins": dict(reading.origins),
    }


def from_row(row: dict[str, Any], extractor: str = "") -> Reading:
    """The reading that `to_row` wrote."""
    details, layout = details_of(row["details"]), json.loads(row["layout"])
    if any(isinstance(place, int) and not 0 <= place < len(details["images"]) for place in layout):
        raise BadValue("its layout names a picture that it has not")
    plain: dict[str, Any] = {name: details[name] for name in _PLAIN_DETAILS}
    lists: dict[str, Any] = {name: tuple(details[name]) for name in _LIST_DETAILS}
    return Reading(
        headline=row["headline"],
        lead=row["lead"],
        text=row["body"],
        blocks=_blocks(layout, row["body"]),
        images=tuple(Image(*values) for values in details["images"]),
        published_at=_moment(details["published_at"]),
        modified_at=_moment(details["modified_at"]),
        origins=tuple(details["origins"].items()),
        extractor=extractor,
        **plain,
        **lists,
    )


def _blocks(layout: list[Any], body: str) -> tuple[Block, ...]:
    parts = iter(body.split(_SEPARATOR))
    return tuple(
        Block("image", image=place) if isinstance(place, int) else Block(place, next(parts, "")) for place in layout
    )


def details_of(told: str) -> dict[str, Any]:
    """What a reading says besides its words, as JSON holds it. Raises ValueError where that is not what `to_row`
    writes."""
    details: dict[str, Any] = json.loads(told)
    values = (*(details[name] for name in _PLAIN_DETAILS), *(one for image in details["images"] for one in image))
    listed = (*(one for name in _LIST_DETAILS for one in details[name]), *details["origins"].values())
    for value in (*(value for value in values if value is not None), *listed):
        text(value)
    for name in ("published_at", "modified_at"):
        optional(claimed_moment)(details[name])
    return details


def _moment(text: str | None) -> datetime | None:
    return clock.parse(text) if text else None
