"""What each capture shows, written down: the version, or why it shows none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.history import History, Verdict, departures
from archive.history.states import headline_of, state_of, words_of
from archive.records import Reading, Unreadable
from archive.store.kin import Past
from archive.store.readings import record_reading, set_aside


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
    verdicts = {verdict.look.id: verdict for verdict in history.verdicts}
    departures = _departures(history, ids)
    for past in said.pasts:
        verdict = verdicts.get(past.id)
        if past.id in said.refused:
            doubt = verdict.why if verdict and verdict.doubted else None
            _put(db, past.id, extractor, _refusal(said.refused[past.id]) | {"doubt": doubt})
            continue
        if verdict is None or verdict.look.said is None:
            _unread(db, past, ids)
            continue
        own = past.outcome == "fresh" or past.id in said.readings
        implied = ids.get(past.root or 0)
        if own or ids.get(past.id) != implied or verdict.doubted:
            row = _row(verdict, ids.get(past.id), departs=past.id in departures)
            if _put(db, past.id, extractor, row) and row["version_id"] is None and row["state"]:
                assert isinstance(verdict.look.said, Reading)
                set_aside(db, past.id, extractor, verdict.look.said)
        elif _was_read_before(db, past.id, extractor):  # what was made of it then stands for itself, and is not implied
            _put(db, past.id, extractor, _row(verdict, implied, departs=False))
        else:
            _clear(db, past.id, extractor)


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
