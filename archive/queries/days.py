"""Days: what a paper published, edited and took away on each, and on which nobody looked.

Days are the paper's own. An article's day is that of its published_at, which carries the paper's offset; of what our
clock saw, the day in the paper's zone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from archive.model import clock
from archive.model.time_zones import zone_of
from archive.queries.outlets_followed import Paper

_DAY = timedelta(days=1)
# A run that ended so has looked at the paper. One that still runs has, until now.
_LOOKED = "outcome IN ('ok', 'partly-failed', 'running') AND kind <> 'cleanse'"


DayState = Literal["seen", "gap", "before", "after"]
"""Somebody looked, or nobody did though the record had begun; or the day lies before the record or after it. Only of a
day that was seen can it be said that nothing was edited or taken away."""


@dataclass(frozen=True, slots=True)
class Days:
    """A span of days, first and last included, with what happened on each; days without are not in the counts.

    crawled: the days on which a run looked. recorded: first and last day of the record, from the first run's start to
    the last one's end; None before the first run. A day of the span that lies in the record and is not in `crawled` is
    a gap: what was edited or taken away on it may be missing.
    """

    first: date
    last: date
    articles: Counter[date]
    edits: Counter[date]
    gone: Counter[date]
    crawled: frozenset[date]
    recorded: tuple[date, date] | None

    def state(self, day: date) -> DayState:
        """What is known of a day."""
        if self.recorded is None or day < self.recorded[0]:
            return "before"
        if day > self.recorded[1]:
            return "after"
        return "seen" if day in self.crawled else "gap"

    @property
    def gaps(self) -> list[date]:
        """Days of the record on which nobody looked."""
        return [day for day in each_day(self.first, self.last) if self.state(day) == "gap"]


def each_day(first: date, last: date) -> Iterator[date]:
    """All days of a span, first and last included."""
    return (first + _DAY * n for n in range((last - first).days + 1))


def days(db: Database, paper: Paper, first: date, last: date) -> Days:
    """What happened to a paper's articles in a span of days."""
    zone = zone_of(paper.timezone)
    span = moments(first, last, zone)
    crawled, recorded = _looks(db, paper, zone, first, last)
    return Days(
        first,
        last,
        _published(db, paper, first, last),
        _seen(db, _EDITED, paper, zone, span),
        _seen(db, _GONE, paper, zone, span),
        crawled,
        recorded,
    )


def moments(first: date, last: date, zone: ZoneInfo) -> tuple[str, str]:
    """When a span of days begins, and when the day after it does, in UTC as the archive writes times."""
    return _midnight(first, zone), _midnight(min(last, date.max - _DAY) + _DAY, zone)


def _midnight(day: date, zone: ZoneInfo) -> str:
    """When a day begins; at the ends of the calendar, where another zone's day is none, the day itself."""
    try:
        return clock.stamp(datetime.combine(day, time(), zone))
    except OverflowError:
        return f"{day.isoformat()}T00:00:00Z"


def _published(db: Database, paper: Paper, first: date, last: date) -> Counter[date]:
    rows = db.execute(
        "SELECT substr(published_at, 1, 10) AS day, count(*) FROM articles WHERE outlet_id = ? AND published_at >= ?"
        " AND published_at < ? GROUP BY day",
        [paper.id, first.isoformat(), (min(last, date.max - _DAY) + _DAY).isoformat()],
    )
    return Counter({day: count for text, count in rows.fetchall() if (day := _date(text))})


_EDITED = (
    "SELECT versions.first_seen_at FROM versions CROSS JOIN articles ON articles.id = versions.article_id"
    " WHERE versions.number > 1 AND versions.first_seen_at >= ? AND versions.first_seen_at < ? AND outlet_id = ?"
    " AND withdrawn_at IS NULL"
)
_GONE = (
    "SELECT gone_since FROM articles WHERE gone_since >= ? AND gone_since < ?"
    " AND +outlet_id = ? AND withdrawn_at IS NULL"  # the plus: by the few that are gone, not by all of a paper's
)


def _seen(db: Database, query: str, paper: Paper, zone: ZoneInfo, span: tuple[str, str]) -> Counter[date]:
    rows = db.execute(query, [*span, paper.id]).fetchall()
    return Counter(day for (at,) in rows if (day := _day(at, zone)))


def _looks(
    db: Database, paper: Paper, zone: ZoneInfo, first: date, last: date
) -> tuple[frozenset[date], tuple[date, date] | None]:
    """The days on which runs looked, and the first and last of all of them."""
    rows = db.execute(
        f"SELECT min(started_at), max({_ENDED}) FROM runs WHERE outlet_id = ? AND {_LOOKED} AND {_SANE}",
        [paper.id],
    )
    begin, end = (_day(stamp, zone) for stamp in rows.fetchone())
    if begin is None or end is None:
        return frozenset(), None
    span = moments(first, last, zone)
    found = db.execute(
        f"SELECT started_at, {_ENDED} AS ended FROM runs WHERE outlet_id = ? AND {_SANE}"
        f" AND {_LOOKED} AND started_at < ? AND ended >= ?",
        [paper.id, span[1], span[0]],
    )
    looked: set[date] = set()
    for started, ended in found.fetchall():
        began, stopped = _day(started, zone), _day(ended, zone)
        if began and stopped:
            looked |= set(each_day(max(first, began), min(last, stopped)))
    return frozenset(looked), (begin, end)


_SANE = "started_at BETWEEN '1990' AND '2200'"  # what a clock of ours writes: archive.model.validation
_ENDED = "CASE WHEN finished_at BETWEEN '1990' AND '2200' THEN finished_at ELSE started_at END"


def _day(stamp: str | None, zone: ZoneInfo) -> date | None:
    """The day of a moment in a zone; None where it cannot be read."""
    at = clock.read(stamp)
    return at.astimezone(zone).date() if at else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def latest_day(db: Database, paper: Paper) -> date | None:
    """The last day on which a run looked at a paper; None before the first."""
    row = db.execute(
        f"SELECT max({_ENDED}) FROM runs WHERE outlet_id = ? AND kind <> 'cleanse' AND {_SANE}", [paper.id]
    ).fetchone()
    return _day(row[0], zone_of(paper.timezone))


def years(db: Database, paper: Paper) -> tuple[int, int] | None:
    """The first and last year of a paper's articles; None where none has a date."""
    row = db.execute(
        "SELECT min(month), max(month) FROM months WHERE outlet_id = ? AND month GLOB '[12][0-9][0-9][0-9]-*'"
        " AND month BETWEEN '1500' AND '2200'",  # what a page can claim: archive.model.validation
        [paper.id],
    ).fetchone()
    return (int(row[0][:4]), int(row[1][:4])) if row[0] else None


def by_section(db: Database, paper: Paper, first_month: str, last_month: str) -> list[tuple[str, str, int]]:
    """Section, month and number of articles; months as `2026-05`."""
    rows = db.execute(
        "SELECT section, month, articles FROM months WHERE outlet_id = ? AND month BETWEEN ? AND ? ORDER BY 2, 1",
        [paper.id, first_month, last_month],
    )
    return [(str(section), str(month), int(count)) for section, month, count in rows.fetchall()]
