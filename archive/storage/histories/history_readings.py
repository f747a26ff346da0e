"""What each capture shows, written down: the version, or why it shows none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.history import History, Verdict, departures
from archive.history.states import headline_of, state_of, words_of
from archive.model.records import Reading, Unreadable
from archive.storage.histories.related_urls import Past
from archive.storage.readings.reading_rows import record_reading, set_aside


@dataclass(frozen=True, slots=True)
class Said:
    """The captures of a neighbourhood in order of time. readings: by captures.id, what the reader read in those that
    brought a page their address had not just brought; None where their bytes are not to be had. refused: those in which
    it found nothing, whatever former readers found."""

    pasts: Sequence[Past]
    readings: Mapping[int, Reading | Unreadable | None]
    refused: Mapping[int, Unreadable]


def put_readings(
    db: Database, said: Said, history: History, ids: Mapping[int, int], extractor: int
) -> None:  # fmt: skip
    """A capture that confirms another's bytes is written down only where it shows something else than that one. ids:
    the version whose words each capture shows, by captures.id."""
    for row in reading_rows(said, history, ids):
        past, values = row.past, row.values
        if values is None:
            _unread(db, past, ids)
        elif row.own:
            written = _put(db, past.id, extractor, values)
            if written and row.aside is not None:
                set_aside(db, past.id, extractor, row.aside)
        elif _was_read_before(db, past.id, extractor):  # what was made of it then stands for itself, and is not implied
            _put(db, past.id, extractor, values)
        else:
            _clear(db, past.id, extractor)


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """What is to be written down of a capture. values: the row; None where its bytes are not to be had. own: it is not
    implied by that of the capture whose bytes it brought again. aside: what was read, where it is no version's."""

    past: Past
    values: dict[str, Any] | None
    own: bool = True
    aside: Reading | None = None


def reading_rows(said: Said, history: History, ids: Mapping[int, int]) -> Iterator[ReadingRow]:
    """What each capture shows. ids: as for put_readings."""
    verdicts = {verdict.look.id: verdict for verdict in history.verdicts}
    departures = _departures(history, ids)
    for past in said.pasts:
        verdict = verdicts.get(past.id)
        if past.id in said.refused:
            doubt = verdict.why if verdict and verdict.doubted else None
            yield ReadingRow(past, _refusal(said.refused[past.id]) | {"doubt": doubt})
        elif verdict is None or verdict.look.said is None:
            yield ReadingRow(past, None)
        else:
            yield _of_page(past, verdict, said, ids, departs=past.id in departures)


def _of_page(past: Past, verdict: Verdict, said: Said, ids: Mapping[int, int], *, departs: bool) -> ReadingRow:
    implied, shows = ids.get(past.root or 0), ids.get(past.id)
    if past.outcome == "fresh" or past.id in said.readings or shows != implied or verdict.doubted:
        values = _row(verdict, shows, departs=departs)
        aside = verdict.look.said if values["version_id"] is None and values["state"] else None
        return ReadingRow(past, values, aside=aside if isinstance(aside, Reading) else None)
    return ReadingRow(past, _row(verdict, implied, departs=False), own=False)


def _departures(history: History, ids: Mapping[int, int]) -> set[int]:
    """Captures whose words are compared with those of other addresses."""
    doubted = {verdict.look.id for verdict in history.verdicts if verdict.doubted and verdict.look.answer == "page"}
    return doubted | ({look.id for look in departures(history)} & ids.keys())


def _row(verdict: Verdict, version_id: int | None, *, departs: bool) -> dict[str, Any]:
    said = verdict.look.said
    if isinstance(said, Unreadable):
        return _refusal(said)
    assert isinstance(said, Reading)
    return {
        "kind": said.kind, "detail": (verdict.why or None) if version_id is None else None, "version_id": version_id,
        "rules": dict(said.origins).get("rules"), "state": state_of(said), "words": words_of(said) if departs else None,
        "headline": headline_of(said) if departs else None, "doubt": verdict.why if verdict.doubted else None,
    }  # fmt: skip


def _refusal(said: Unreadable) -> dict[str, Any]:
    return {
        "kind": said.reason,
        "detail": said.detail or None,
        "version_id": None,
        "rules": None,
        "state": None,
        "words": None,
        "headline": None,
        "doubt": None,
    }


def _put(db: Database, capture_id: int, extractor: int, row: dict[str, Any]) -> bool:
    """Returns whether anything was written."""
    rows = db.execute(f"SELECT extractor_id, {', '.join(row)} FROM readings WHERE capture_id = ?", [capture_id])
    had = {number: tuple(values) for number, *values in rows.fetchall()}
    if had.get(extractor) == tuple(row.values()):
        return False
    record_reading(db, capture_id, extractor, row)
    if had and (row["version_id"] is not None or row["state"]):
        _point(db, capture_id, row["version_id"])
    return True


def _unread(db: Database, past: Past, ids: Mapping[int, int]) -> None:
    """A capture whose bytes are not to be had shows no version that is not there any more."""
    if past.outcome in ("fresh", "revisit", "not-modified"):
        _point(db, past.id, ids.get(past.id))


def _point(db: Database, capture_id: int, version_id: int | None) -> None:
    """What former readers read in a capture is told of the version it shows."""
    db.execute(
        "UPDATE readings SET version_id = ? WHERE capture_id = ? AND version_id IS NOT NULL AND version_id IS NOT ?",
        [version_id, capture_id, version_id],
    )


def _was_read_before(db: Database, capture_id: int, extractor: int) -> bool:
    row = db.execute(
        "SELECT 1 FROM readings WHERE capture_id = ? AND extractor_id <> ?", [capture_id, extractor]
    ).fetchone()
    return row is not None


def _clear(db: Database, capture_id: int, extractor: int) -> None:
    db.execute("DELETE FROM readings WHERE capture_id = ? AND extractor_id = ?", [capture_id, extractor])
