"""Stores a reading for each capture: the version it shows, or why it shows none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeGuard

from sqlite_utils import Database

from archive.history import Article, CaptureVerdict, History, Version, compared_captures
from archive.history.edits import headline_of, prints_alike, state_of, words_of
from archive.history.plausibility import SAME_HEADLINE, SAME_WORDS
from archive.model import clock
from archive.model.records import Reading, Unreadable
from archive.storage.captures.capture_writer import mark_for_rebuild
from archive.storage.histories.related_urls import RelatedUrls, StoredCapture
from archive.storage.list_placements import put_teasers
from archive.storage.reading_rows import READABLE, record_reading, set_aside

VersionRef = tuple[int, int]
"""A version in a history: its article's number, and its index among that article's versions."""


@dataclass(slots=True)
class Plan:
    """Maps a derived history to stored rows. old: stored versions by id; derived: derived versions; versions, articles:
    ref in the history -> id."""

    old: dict[int, dict[str, Any]]
    derived: dict[VersionRef, Version]
    shown: dict[int, VersionRef]  # capture -> the version it shows
    versions: dict[VersionRef, int] = field(default_factory=dict)
    articles: dict[int, int] = field(default_factory=dict)


def article_row(article: Article, plan: Plan) -> dict[str, Any]:
    """An article's row: its current page, its address, and since when it is gone."""
    refs = [ref for ref in plan.derived if ref[0] == article.number]
    current = max(refs)
    shown = article.page.reading if isinstance(article.page.reading, Reading) else article.latest.reading
    tombstone = article.tombstones[-1] if article.is_gone else None
    return {
        "headline": shown.headline, "byline": shown.byline, "section": shown.section,
        "published_at": clock.claimed(shown.published_at), "url": article.url, "url_key": article.primary,
        "version_count": len(refs), "first_seen_at": clock.stamp(article.first_seen),
        "changed_at": clock.stamp(plan.derived[current].first_seen), "last_seen_at": clock.stamp(article.last_seen),
        "gone_since": clock.stamp(tombstone.gone_at) if tombstone else None,
        "gone_reason": tombstone.reason if tombstone else None,
        "current_version_id": plan.versions.get(current),
        "moved_to_id": plan.articles.get(-1 if article.moved_to is None else article.moved_to),
    }  # fmt: skip


def address_rows(history: History, plan: Plan) -> dict[str, tuple[int | None, str, str]]:
    """By address (url_key): article id, since when, and kind of alias."""
    return {
        key: (plan.articles.get(address.article), clock.stamp(address.since), address.kind)
        for key, address in history.addresses.items()
    }


def tombstone_rows(article: Article) -> list[tuple[str, str, str | None]]:
    """An article's disappearances: when it was found gone, how, and when it returned."""
    return [
        (
            clock.stamp(tombstone.gone_at),
            tombstone.reason,
            clock.stamp(tombstone.returned_at) if tombstone.returned_at else None,
        )
        for tombstone in article.tombstones
    ]


@dataclass(frozen=True, slots=True)
class DerivedHistory:
    """The history derived for related addresses, and what it was derived from. pasts: their captures in order of time;
    readings: by captures.id, the extractor's result for each capture whose page differs from its address's previous
    one, None if its bytes cannot be read; refused: captures in which it found no article, whatever former extractors
    found. extractor: extractors.id; quiet_run: a run in progress, whose own version numbers nobody can have quoted;
    reason: why numbers change, if they do."""

    outlet_id: int
    related: RelatedUrls
    history: History
    pasts: Sequence[StoredCapture]
    readings: Mapping[int, Reading | Unreadable | None]
    refused: Mapping[int, Unreadable]
    extractor: int
    at: datetime
    quiet_run: int | None
    reason: str


def put_readings(db: Database, facts: DerivedHistory, ids: Mapping[int, int], words: Mapping[int, Reading]) -> None:
    """Stores the readings. A capture that confirms another's bytes gets a row only if it shows something else than that
    one. ids: the version whose words each capture shows, by captures.id; words: each version's, by versions.id."""
    extractor = facts.extractor
    for capture_id, reading in {**facts.readings, **facts.refused}.items():
        put_teasers(db, capture_id, reading)
    for row in reading_rows(facts, ids):
        past, values = row.past, row.values
        if values is None:  # detached from a version that does not exist any more
            if past.outcome in ("fresh", "revisit", "not-modified"):
                _point_to_version(db, past.id, ids.get(past.id))
        elif row.own:
            written = _put_row(db, facts, past, values)
            if written and row.aside is not None:
                set_aside(db, past.id, extractor, row.aside)
            elif row.aside is None and _prints_others(row.reading, words, values["version_id"]):
                set_aside(db, past.id, extractor, row.reading, again=False)
        elif db.execute(_OTHER_READING, [past.id, extractor]).fetchone():  # is explicit, so this one must be too
            _put_row(db, facts, past, values)
        else:
            db.execute("DELETE FROM readings WHERE capture_id = ? AND extractor_id = ?", [past.id, extractor])


_OTHER_READING = "SELECT 1 FROM readings WHERE capture_id = ? AND extractor_id <> ?"


def _prints_others(
    reading: Reading | Unreadable | None, words: Mapping[int, Reading], version_id: int | None
) -> TypeGuard[Reading]:
    """Whether a page prints something else than the version whose words it shows, by no edit: its pictures' addresses,
    its section, the address it calls canonical."""
    version = words.get(version_id or 0)
    return version is not None and isinstance(reading, Reading) and not prints_alike(version, reading)


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """The row of a capture in `readings`. values: the columns; None if its bytes cannot be read. own: the row of the
    capture whose bytes it repeats does not imply this one. aside: the reading, if it belongs to no version; reading: it
    or the one that its bytes or its version have."""

    past: StoredCapture
    values: dict[str, Any] | None
    own: bool = True
    aside: Reading | None = None
    reading: Reading | Unreadable | None = None


def reading_rows(facts: DerivedHistory, ids: Mapping[int, int]) -> Iterator[ReadingRow]:
    """Derives the row of each capture. ids: as for put_readings."""
    verdicts = {verdict.capture.id: verdict for verdict in facts.history.verdicts}
    compared = compared_captures(facts.history)  # a 304 repeats what it confirms
    for past in facts.pasts:
        verdict = verdicts.get(past.id)
        if past.id in facts.refused:
            doubt = verdict.why if verdict and verdict.doubted else None
            yield ReadingRow(past, _refusal_row(facts.refused[past.id]) | {"doubt": doubt})
        elif verdict is None or verdict.capture.reading is None:
            yield ReadingRow(past, None)
        else:
            yield _page_row(past, verdict, facts, ids, compared=past.id in compared and past.capture.answer == "page")


def _page_row(
    past: StoredCapture, verdict: CaptureVerdict, facts: DerivedHistory, ids: Mapping[int, int], *, compared: bool
) -> ReadingRow:
    implied_id, shown_id = ids.get(past.root or 0), ids.get(past.id)
    if past.outcome == "fresh" or past.id in facts.readings or shown_id != implied_id or verdict.doubted:
        values = _verdict_row(verdict, shown_id, compared=compared)
        reading = verdict.capture.reading
        aside = reading if values["version_id"] is None and values["state"] else None
        return ReadingRow(past, values, aside=aside if isinstance(aside, Reading) else None, reading=reading)
    return ReadingRow(past, _verdict_row(verdict, implied_id), own=False)


def _verdict_row(verdict: CaptureVerdict, version_id: int | None, *, compared: bool = False) -> dict[str, Any]:
    """compared: its words are to be compared with those of other addresses."""
    reading = verdict.capture.reading
    if isinstance(reading, Unreadable):
        return _refusal_row(reading)
    assert isinstance(reading, Reading)
    return {
        "kind": reading.kind, "detail": (verdict.why or None) if version_id is None else None, "version_id": version_id,
        "rules": dict(reading.origins).get("rules"), "state": state_of(reading),
        "words": words_of(reading) if compared else None,
        "headline": headline_of(reading) if compared else None,
        "doubt": verdict.why if verdict.doubted else None,
    }  # fmt: skip


def _refusal_row(refusal: Unreadable) -> dict[str, Any]:
    nothing = dict.fromkeys(("version_id", "rules", "state", "words", "headline", "doubt"))
    return {"kind": refusal.reason, "detail": refusal.detail or None, **nothing}


def _put_row(db: Database, facts: DerivedHistory, past: StoredCapture, row: dict[str, Any]) -> bool:
    """Writes the row; returns False if it was there already."""
    capture_id, extractor = past.id, facts.extractor
    rows = db.execute(f"SELECT extractor_id, {', '.join(row)} FROM readings WHERE capture_id = ?", [capture_id])
    existing = {extractor_id: tuple(values) for extractor_id, *values in rows.fetchall()}
    if existing.get(extractor) == tuple(row.values()):
        return False
    _mark_alike(db, facts, past, row, [dict(zip(row, values, strict=True)) for values in existing.values()])
    record_reading(db, capture_id, extractor, row)
    if existing and (row["version_id"] is not None or row["state"]):
        _point_to_version(db, capture_id, row["version_id"])
    return True


def _mark_alike(
    db: Database, facts: DerivedHistory, past: StoredCapture, row: dict[str, Any],
    existing: Collection[dict[str, Any]],
) -> None:  # fmt: skip
    """Marks the other articles for rebuilding that changed to what this capture shows, or showed until now: how many
    they are decides what is accepted of each."""
    own = {past.key for past in facts.pasts}
    for column, fewest in (("words", SAME_WORDS), ("headline", SAME_HEADLINE)):
        former = {values[column] for values in existing}
        for name in (former ^ {row[column]}) - {None}:
            rows = db.execute(
                "SELECT DISTINCT url_key FROM readings JOIN captures ON captures.id = capture_id"
                f" WHERE {column} = ? AND +outlet_id = ?",  # the plus: else SQLite goes through the outlet's captures
                [name, facts.outlet_id],
            )
            others = {key for (key,) in rows.fetchall()} - {past.key}
            for key in others - own if len(others) >= fewest else ():
                mark_for_rebuild(db, facts.outlet_id, key)


def _point_to_version(db: Database, capture_id: int, version_id: int | None) -> None:
    """Points the readings of former extractors of a capture to the version it shows."""
    db.execute(
        "UPDATE readings SET version_id = ? WHERE capture_id = ? AND version_id IS NOT NULL AND version_id IS NOT ?",
        [version_id, capture_id, version_id],
    )


_EXTRACTOR_OF_ARTICLE = """
SELECT id, name FROM extractors WHERE id = (SELECT max(texts.extractor_id) FROM versions
  JOIN active_texts ON active_texts.version_id = versions.id JOIN texts ON texts.id = text_id WHERE article_id = ?)
"""
_EXTRACTOR_OF_CAPTURE = """
SELECT extractors.id, name FROM readings JOIN extractors ON extractors.id = extractor_id
WHERE capture_id = ? ORDER BY extractors.id DESC LIMIT 1
"""


def reader_of(db: Database, articles: Iterable[int], pages: Iterable[int]) -> tuple[int, str]:
    """Id and name of the latest extractor whose texts these articles show; where there is none, of the latest that read
    one of these captures; 0 and no name where none did. pages: capture ids."""
    rows = [db.execute(_EXTRACTOR_OF_ARTICLE, [article]).fetchone() for article in articles]
    extractors = [row for row in rows if row] or [
        row for page in pages if (row := db.execute(_EXTRACTOR_OF_CAPTURE, [page]).fetchone())
    ]
    extractor_id, name = max(extractors, default=(0, ""))
    return int(extractor_id), str(name)


def has_read(db: Database, extractor: int, capture_id: int) -> bool:
    """Whether an extractor has read a capture."""
    query = "SELECT 1 FROM readings WHERE capture_id = ? AND extractor_id = ?"
    return db.execute(query, [capture_id, extractor]).fetchone() is not None


def refused_by(db: Database, capture_id: int) -> tuple[int, Unreadable] | None:
    """Id and refusal of the latest extractor of a capture; None where it read something, or the capture is unconfirmed
    or withdrawn."""
    row = db.execute(
        "SELECT extractors.id, name, kind, detail FROM readings JOIN extractors ON extractors.id = extractor_id"
        " WHERE capture_id = ? ORDER BY extractors.id DESC LIMIT 1",
        [capture_id],
    ).fetchone()
    if row is None or row[2] in READABLE or row[2] == "unconfirmed" or row[3] == "withdrawn":
        return None
    return int(row[0]), Unreadable(row[2], row[3] or "", row[1])


def are_by_former_rules(db: Database, readings: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of these rows of `readings` has no `state`, made before histories were derived from readings, in an
    upgraded archive: its history stays until the captures are read again."""
    return any(row["state"] is None and row["kind"] in READABLE for row in readings) and _was_upgraded(db)


def _was_upgraded(db: Database) -> bool:
    row = db.execute(
        "SELECT 1 FROM _sqlite_migrations, runs WHERE name = 'm008_one_history'"
        " AND runs.id = (SELECT min(id) FROM runs)"
        " AND replace(substr(started_at, 1, 19), 'T', ' ') < substr(applied_at, 1, 19)"
    ).fetchone()
    return row is not None
