"""Stores the teasers that home and section pages show, and derives from when to when each stood in its place.

A span begins with the first capture that shows a teaser in a place and ends with the first that does not: `gone_at`,
empty while it stands. `last_seen_at` is the last capture before that. Between the two nobody looked. A capture that is
unreadable says nothing. The result depends on captures and their readings alone, in whatever order they came.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from archive.model.digests import digest_of_value
from archive.model.errors import BadValue
from archive.model.records import Reading, Teaser, Unreadable
from archive.model.urls import url_key
from archive.storage.connection import insert, rows_of, transaction, update
from archive.storage.integrity import Problem, Step
from archive.storage.integrity.column_validation import row_numbers
from archive.storage.schema_views import CORRECTED_TIME
from archive.storage.withdrawals import is_withdrawn

_LISTS = ("home", "listing")


def put_teasers(db: Database, capture_id: int, answer: Reading | Unreadable | None) -> None:
    """Stores the teasers read in a capture; deletes those of a page that is no list by this reading. A stored reading
    has none, and changes nothing. Call inside a transaction."""
    if isinstance(answer, Unreadable) and answer.teasers is not None:
        list_id, outlet_id = _list_of(db, capture_id)
        numbers = [_teaser_id(db, outlet_id, teaser) for teaser in answer.teasers]
        _write(db, capture_id, list_id, json.dumps(numbers, separators=(",", ":")))
    elif answer is not None and not (isinstance(answer, Unreadable) and answer.reason in _LISTS):
        _delete(db, capture_id)


def _write(db: Database, capture_id: int, list_id: int, teasers: str) -> None:
    written = db.execute(
        "INSERT INTO list_readings (capture_id, list_id, teasers) VALUES (?, ?, ?) ON CONFLICT (capture_id)"
        " DO UPDATE SET list_id = excluded.list_id, teasers = excluded.teasers WHERE teasers <> excluded.teasers",
        [capture_id, list_id, teasers],
    )
    if written.rowcount:
        _mark_stale(db, capture_id, list_id)


def _delete(db: Database, capture_id: int) -> None:
    row = db.execute("DELETE FROM list_readings WHERE capture_id = ? RETURNING list_id", [capture_id]).fetchone()
    if row:
        _mark_stale(db, capture_id, row[0])


def _mark_stale(db: Database, capture_id: int, list_id: int) -> None:
    """Placements of a list must be derived again from the time of a capture on."""
    (moment,) = db.execute("SELECT captured_at FROM captures WHERE id = ?", [capture_id]).fetchone()
    db.execute("UPDATE list_pages SET stale_from = min(coalesce(stale_from, ?1), ?1) WHERE id = ?2", [moment, list_id])


def _list_of(db: Database, capture_id: int) -> tuple[int, int]:
    """list_pages.id and outlets.id of a capture."""
    outlet_id, key, url = db.execute(
        "SELECT outlet_id, url_key, requested_url FROM captures WHERE id = ?", [capture_id]
    ).fetchone()
    db.execute(
        "INSERT INTO list_pages (outlet_id, url_key, url) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [outlet_id, key, url],
    )
    query = "SELECT id FROM list_pages WHERE outlet_id = ? AND url_key = ?"
    return int(db.execute(query, [outlet_id, key]).fetchone()[0]), int(outlet_id)


def _teaser_id(db: Database, outlet_id: int, teaser: Teaser) -> int:
    """teasers.id; without the words, where the article is withdrawn."""
    key = url_key(teaser.url)
    if is_withdrawn(db, outlet_id, key):
        teaser = Teaser(teaser.url, "")
    row = [outlet_id, key, teaser.url, teaser.headline, teaser.summary, teaser.picture]
    digest = digest_of_value(row[2:])
    db.execute(
        "INSERT INTO teasers (outlet_id, url_key, url, headline, summary, picture, digest) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [*row, digest],
    )
    query = "SELECT id FROM teasers WHERE outlet_id = ? AND url_key = ? AND digest = ?"
    return int(db.execute(query, [outlet_id, key, digest]).fetchone()[0])


_LOOKS = (
    "SELECT captures.id, {time} AS at, teasers FROM list_pages JOIN captures USING (outlet_id, url_key)"
    " JOIN runs ON runs.id = captures.run_id"
    " JOIN list_readings ON list_readings.capture_id = coalesce(captures.revisit_of, captures.id)"
    " WHERE list_pages.id = {list_id}"
)
_COLUMNS = ("list_id", "position", "teaser_id", "capture_id", "first_seen_at", "last_seen_at", "gone_at")
_STALE = (
    "SELECT id, min(coalesce(stale_from, '9999'), coalesce((SELECT min(captured_at) FROM captures"
    " WHERE captures.outlet_id = list_pages.outlet_id AND captures.url_key = list_pages.url_key"
    " AND captures.id > placed_through), '9999')) AS since,"
    " EXISTS (SELECT 1 FROM runs WHERE runs.outlet_id = list_pages.outlet_id AND clock_ahead IS NOT NULL) AS corrected"
    " FROM list_pages WHERE outlet_id = ?"
)
_STANDING = (
    "SELECT id, position, teaser_id, capture_id, first_seen_at, last_seen_at FROM placement_spans WHERE list_id = ?1"
    " AND gone_at IS NULL UNION ALL SELECT id, position, teaser_id, capture_id, first_seen_at, last_seen_at"
    " FROM placement_spans WHERE list_id = ?1 AND gone_at >= ?2"
)


@dataclass(slots=True)
class TeaserSpan:
    """A teaser in a place. number: placement_spans.id; None for one that is not stored yet."""

    position: int
    teaser_id: int
    capture_id: int
    first_seen_at: str
    last_seen_at: str
    gone_at: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    capture_id: int
    at: str
    teasers: tuple[int, ...]


def place_teasers(db: Database, outlet_id: int) -> None:
    """Brings the placements of an outlet's list pages up to date with its captures."""
    for row in rows_of(db, _STALE, [outlet_id]):
        if row["since"] < "9999":
            with transaction(db):
                _place(db, row["id"], "" if row["corrected"] else row["since"])


def looks_of(db: Database, list_id: int) -> tuple[str, str]:
    """SQL for the looks at a list page: captures that show it, each with the teasers that it shows or confirms; and SQL
    for their time. Where no clock was ahead, that is a column with an index."""
    (ahead,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM runs JOIN list_pages USING (outlet_id) WHERE list_pages.id = ? AND clock_ahead"
        " IS NOT NULL)",
        [list_id],
    ).fetchone()
    time = CORRECTED_TIME if ahead else "captures.captured_at"
    return _LOOKS.format(time=time, list_id=int(list_id)), time


def _place(db: Database, list_id: int, since: str) -> None:
    """Derives a list page's spans from a time on: what came before stays as it is."""
    standing = _standing_before(db, list_id, since)
    for span in spans(_looks(db, list_id, since), standing):
        row = [list_id, span.position, span.teaser_id, span.capture_id, span.first_seen_at, span.last_seen_at]
        if span.number is None:
            insert(db, "placement_spans", dict(zip(_COLUMNS, (*row, span.gone_at), strict=True)))
        else:
            changes = {"last_seen_at": span.last_seen_at, "gone_at": span.gone_at}
            update(db, "placement_spans", span.number, changes)
    db.execute(
        "UPDATE list_pages SET stale_from = NULL, placed_through = (SELECT max(captures.id) FROM captures"
        " WHERE captures.outlet_id = list_pages.outlet_id AND captures.url_key = list_pages.url_key) WHERE id = ?",
        [list_id],
    )


def _standing_before(db: Database, list_id: int, since: str) -> list[TeaserSpan]:
    """Deletes the spans that began at or after a time; returns those that stood at the last look before it, as they
    were then."""
    db.execute("DELETE FROM placement_spans WHERE list_id = ? AND first_seen_at >= ?", [list_id, since])
    looks, time = looks_of(db, list_id)
    last = db.execute(f"{looks} AND {time} < ? ORDER BY {time} DESC LIMIT 1", [since]).fetchone()
    former = [TeaserSpan(number=row.pop("id"), **row) for row in rows_of(db, _STANDING, [list_id, since])]
    for span in former:
        span.last_seen_at = min(span.last_seen_at, last[1] if last else span.last_seen_at)
    return former


def _looks(db: Database, list_id: int, since: str) -> Iterator[_Look]:
    looks, time = looks_of(db, list_id)
    rows = db.execute(f"{looks} AND {time} >= ? ORDER BY {time}, captures.id", [since])
    for capture_id, moment, teasers in rows.fetchall():
        yield _Look(capture_id, moment, row_numbers(teasers))


def spans(looks: Iterable[_Look], standing: Iterable[TeaserSpan] = ()) -> list[TeaserSpan]:
    """The spans that looks in order of time amount to. standing: those that stood before the first of them."""
    current = {span.position: span for span in standing}
    found = list(current.values())
    for look in looks:
        for position, teaser_id in enumerate(look.teasers, 1):
            span = current.get(position)
            if span is not None and span.teaser_id == teaser_id:
                span.last_seen_at = look.at
                continue
            if span is not None:
                span.gone_at = look.at
            current[position] = TeaserSpan(position, teaser_id, look.capture_id, look.at, look.at)
            found.append(current[position])
        for position in [position for position in current if position > len(look.teasers)]:
            current.pop(position).gone_at = look.at
    return found


def wrong_placements(db: Database, step: Step) -> Iterator[Problem]:
    """Yields the placements that do not follow from the captures and readings of their list. Lists with captures that
    were not placed yet are passed over."""
    del step  # these rows are counted with all others
    for list_id, stale, placed, newest in db.execute(
        "SELECT id, stale_from, placed_through, (SELECT max(captures.id) FROM captures WHERE"
        " captures.outlet_id = list_pages.outlet_id AND captures.url_key = list_pages.url_key) FROM list_pages"
    ).fetchall():
        if stale is None and placed == newest:
            yield from _differences(db, list_id)


def _differences(db: Database, list_id: int) -> Iterator[Problem]:
    try:
        derived = Counter(
            tuple(getattr(span, name) for name in _COLUMNS[1:]) for span in spans(_looks(db, list_id, ""))
        )
    except BadValue as error:
        yield Problem(f"list_pages {list_id}", str(error))
        return
    stored = f"SELECT id, {', '.join(_COLUMNS[1:])} FROM placement_spans WHERE list_id = ?"
    for number, *row in db.execute(stored, [list_id]).fetchall():
        if not derived[tuple(row)]:
            yield Problem(f"placement_spans {number}", "the captures of its list amount to something else")
        derived[tuple(row)] -= 1
    if missing := (+derived).total():
        yield Problem(f"list_pages {list_id}", f"{missing} placements that its captures show are not there")
