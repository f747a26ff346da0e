"""Serialises a Reading to a row of `texts` and back, without loss; with an outlet's learned boilerplate sets.

`body` holds the text blocks joined by blank lines; `layout` holds one entry per block, in order: the kind of a text
block, or the index of a picture. The k-th text kind is the k-th part of `body`. `details` is everything else.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlite_utils import Database

from archive.model import clock
from archive.model.digests import digest_of_value
from archive.model.errors import BadValue, pass_over
from archive.model.records import Block, Image, Reading, Run
from archive.model.validation import claimed_moment, json_lines, number, optional, text
from archive.storage.connection import transaction
from archive.storage.integrity.column_validation import readable_values
from archive.text.equivalence import REMEMBERED, IdentityMemo
from archive.text.recurring_blocks import Boilerplate, learn, learn_from_changes, without

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
_RARE_DETAILS = ("dateline", "correction")
"""Stored only where a page has them: texts stored before these fields were read keep their digests."""


@IdentityMemo
def to_row(reading: Reading) -> Mapping[str, str | None]:
    """The columns of `texts` that hold a reading."""
    from archive.history.edits import reading_digest

    captions = [text for image in reading.images for text in (image.caption, image.credit) if text]
    row = {
        "headline": reading.headline,
        "lead": reading.lead,
        "body": body_of(reading),
        "captions": "\n".join(captions) or None,
        "layout": json.dumps([block.kind if block.image is None else block.image for block in reading.blocks]),
        "details": json.dumps(_details(reading), ensure_ascii=False),
    }
    return {"digest": reading_digest(reading), "row_digest": row_digest(row), **row}


def body_of(reading: Reading) -> str:
    """The text blocks, joined as in `body`."""
    texts = (block.text for block in reading.blocks if block.kind != "image")
    return _SEPARATOR.join(re.sub(r"\n\s*\n", "\n", text) for text in texts)  # blank lines separate blocks


def row_digest(row: Mapping[str, Any]) -> str:
    """The digest over COLUMNS of a row of `texts`, as stored."""
    return digest_of_value([row[name] for name in COLUMNS])


def _details(reading: Reading) -> dict[str, Any]:
    return {
        **{name: getattr(reading, name) for name in _PLAIN_DETAILS},
        **{name: list(getattr(reading, name)) for name in _LIST_DETAILS},
        "published_at": clock.claimed(reading.published_at),
        "modified_at": clock.claimed(reading.modified_at),
        "images": [[i.url, i.caption, i.credit, i.caption_raw, i.alt] for i in reading.images],
        "origins": dict(reading.origins),
        "confidence": dict(reading.confidence),
        **{name: value for name in _RARE_DETAILS if (value := getattr(reading, name)) is not None},
    }


def from_row(row: dict[str, Any], extractor: str = "") -> Reading:
    """The reading that `to_row` wrote."""
    return _parsed(row["headline"], row["lead"], row["body"], row["layout"], row["details"], extractor)


@lru_cache(maxsize=REMEMBERED)  # filing an article parses all its versions
def _parsed(headline: str, lead: str | None, body: str, stored: str, other: str, extractor: str) -> Reading:
    details, layout = details_of(other), json.loads(stored)
    if any(isinstance(entry, int) and not 0 <= entry < len(details["images"]) for entry in layout):
        raise BadValue("its layout names a picture that it has not")
    plain: dict[str, Any] = {name: details[name] for name in _PLAIN_DETAILS}
    plain |= {name: details.get(name) for name in _RARE_DETAILS}
    lists: dict[str, Any] = {name: tuple(details[name]) for name in _LIST_DETAILS}
    return Reading(
        headline=headline,
        lead=lead,
        text=body,
        blocks=_blocks(layout, body),
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


def details_of(details_json: str) -> dict[str, Any]:
    """Parses the column `details`: a reading without its text. Raises ValueError where it is not what `to_row`
    writes."""
    details: dict[str, Any] = json.loads(details_json)
    plain = (*(details[name] for name in _PLAIN_DETAILS), *(details.get(name) for name in _RARE_DETAILS))
    values = (*plain, *(item for image in details["images"] for item in image))
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


_MIN_ARTICLES = 20
_SAMPLE_SIZE = 200
# With a new set, every version is read again when its article is next compared, so sets are learned rarely: when the
# outlet has twice the articles it had, or after a week.
_GROWTH = 2
_MAX_AGE = timedelta(days=7)


def boilerplate_of(db: Database, outlet_id: int) -> Boilerplate:
    """The newest boilerplate set of an outlet; the empty one when none was learned."""
    row = db.execute(
        "SELECT recurring FROM furniture WHERE outlet_id = ? ORDER BY id DESC LIMIT 1", [outlet_id]
    ).fetchone()
    return _parsed_set(row[0]) if row else Boilerplate()


def known_boilerplate(db: Database, outlet_id: int) -> list[Boilerplate]:
    """All boilerplate sets of an outlet, oldest first."""
    rows = db.execute("SELECT recurring FROM furniture WHERE outlet_id = ? ORDER BY id", [outlet_id]).fetchall()
    return [_parsed_set(row[0]) for row in rows]


def _parsed_set(stored: str) -> Boilerplate:
    """Parses a stored set; the empty one, with a notice, where it cannot be read."""
    try:
        return _parsed_marks(stored)
    except BadValue as error:
        pass_over("furniture", error)
        return Boilerplate()


@lru_cache(maxsize=8)  # each page that is filed asks for its outlet's set
def _parsed_marks(stored: str) -> Boilerplate:
    return Boilerplate(frozenset(json_lines(stored)))


def learn_boilerplate(db: Database, run: Run, moment: datetime) -> Boilerplate | None:
    """Learns from the outlet's latest articles, when due; stores and returns the set where it differs, None
    otherwise."""
    if not _is_due(db, run, moment):
        return None
    present = boilerplate_of(db, run.outlet_id)
    learned = learn(_latest_readings(db, run), present)
    if learned == present:
        return None
    return put_boilerplate(db, run, learned, moment)


def learn_from_edits(db: Database, run: Run, moment: datetime, *, whole: bool) -> list[str]:
    """Learns what the last days' edits brought into several articles at once, or took away, where enough were looked
    at. Returns the keys of these articles, whose edits are none then. whole: the last edits, however long ago."""
    states = defaultdict[str, list[tuple[datetime, Reading]]](list)
    rows = db.query(_EDITED_TEXTS, [run.outlet_id, 0 if whole else run.id])
    for key, moment_seen, reading in readable_values(
        rows, "texts", lambda row: (row["article"], clock.parse(row["at"]), from_row(row))
    ):
        states[key].append((moment_seen, reading))
    is_small = _article_count(db, run) < _MIN_ARTICLES

    def looked_at(first: datetime, last: datetime) -> int:
        span = {"outlet": run.outlet_id, "first": clock.stamp(first - _ABOUT), "last": clock.stamp(last + _ABOUT)}
        count = int(db.execute(_LOOKED_AT, span).fetchone()[0])
        return count if is_small or count >= _MIN_ARTICLES else _NEVER

    present = boilerplate_of(db, run.outlet_id)
    learned = learn_from_changes(states, looked_at, present)
    if learned == present:
        return []
    put_boilerplate(db, run, learned, moment)
    return [
        key
        for key, readings in states.items()
        if any(without(reading, learned) is not reading for _, reading in readings)
    ]


_NEVER = 1_000_000_000
_ABOUT = timedelta(minutes=20)  # a run looks at some articles before the first that was edited
_LOOKED_AT = """
SELECT count(*) FROM articles WHERE outlet_id = :outlet AND withdrawn_at IS NULL AND first_seen_at < :first AND EXISTS (
  SELECT 1 FROM aliases CROSS JOIN captures INDEXED BY captures_time USING (outlet_id, url_key)
  WHERE aliases.article_id = articles.id AND captured_at BETWEEN :first AND :last AND outcome <> 'error')
"""
_EDITED_TEXTS = f"""
SELECT articles.url_key AS article, versions.first_seen_at AS at, texts.* FROM (
  SELECT edited.id, number, article_id FROM versions AS edited INDEXED BY versions_edits
  JOIN articles ON articles.id = article_id AND current_version_id = edited.id
  WHERE outlet_id = ? AND number > 1 AND words_of IS NULL AND edited.first_seen_at >= coalesce(
    (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', started_at, '-7 days') FROM runs WHERE id = ?), '')
  ORDER BY edited.first_seen_at DESC LIMIT {_SAMPLE_SIZE}) AS edited
JOIN articles ON articles.id = edited.article_id
JOIN versions ON versions.article_id = articles.id AND versions.number BETWEEN edited.number - 2 AND edited.number
JOIN active_texts ON active_texts.version_id = versions.id JOIN texts ON texts.id = text_id
ORDER BY articles.id, versions.number
"""
"""Of articles whose newest version is one of the last edits, the last three texts: what came may have left again."""


def put_boilerplate(db: Database, run: Run, learned: Boilerplate, moment: datetime) -> Boilerplate:
    """Stores a set that was learned, here or by another archive, with the number of articles that the outlet has."""
    with transaction(db):
        count = _article_count(db, run)
        db.execute(
            "INSERT INTO furniture (outlet_id, digest, learned_at, article_count, recurring) VALUES (?, ?, ?, ?, ?)",
            [run.outlet_id, learned.digest, clock.stamp(moment), count, json.dumps(sorted(learned.marks))],
        )
    return learned


def _article_count(db: Database, run: Run) -> int:
    return int(db.execute("SELECT count(*) FROM articles WHERE outlet_id = ?", [run.outlet_id]).fetchone()[0])


def _is_due(db: Database, run: Run, moment: datetime) -> bool:
    count = _article_count(db, run)
    row = db.execute(
        "SELECT learned_at, article_count FROM furniture WHERE outlet_id = ? ORDER BY id DESC LIMIT 1", [run.outlet_id]
    ).fetchone()
    if row is None:
        return count >= _MIN_ARTICLES
    learned_at = clock.read(row[0])
    return learned_at is None or count >= _GROWTH * row[1] or moment - learned_at >= _MAX_AGE


def _latest_readings(db: Database, run: Run) -> list[Reading]:
    rows = db.query(
        "SELECT texts.* FROM articles JOIN versions ON article_id = articles.id AND number = 1"
        " JOIN active_texts ON active_texts.version_id = versions.id JOIN texts ON texts.id = active_texts.text_id"
        " WHERE articles.outlet_id = ? ORDER BY articles.id DESC LIMIT ?",
        [run.outlet_id, _SAMPLE_SIZE],
    )
    return list(readable_values(rows, "texts", from_row))
