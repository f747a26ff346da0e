"""Counts by day: articles an outlet published, edited and removed, and gaps, days without a crawl.

Days are in the outlet's time zone. An article's day is the date of its published_at, which has the outlet's offset; for
times of our clock, the day in the outlet's zone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from archive.model import clock
from archive.model.clock import day_span, zone_of
from archive.queries.outlets_followed import CRAWLED, PLAUSIBLE, FollowedOutlet

_ONE_DAY = timedelta(days=1)


DayState = Literal["seen", "gap", "before", "after"]
"""`seen`: crawled. `gap`: not crawled, though within the record. `before`, `after`: outside the record. Only for a day
that was seen do zero counts mean that nothing was edited or removed."""


@dataclass(frozen=True, slots=True)
class Days:
    """Counts for a span of days, first and last included; days with nothing are not in the counters.

    unannounced: those of the edits that the newspaper did not announce. crawled: days on which a run crawled the
    outlet. recorded: first and last day of the record, from the start of the first run to the end of the last; None
    before the first run. A day within the record that is not in `crawled` is a gap: edits and removals of that day may
    be missing.
    """

    first: date
    last: date
    articles: Counter[date]
    edits: Counter[date]
    unannounced: Counter[date]
    gone: Counter[date]
    crawled: frozenset[date]
    recorded: tuple[date, date] | None

    def state(self, day: date) -> DayState:
        """Whether a day was seen, is a gap, or lies before or after the record."""
        if self.recorded is None or day < self.recorded[0]:
            return "before"
        if day > self.recorded[1]:
            return "after"
        return "seen" if day in self.crawled else "gap"

    @property
    def gaps(self) -> list[date]:
        """Days of the record without a crawl."""
        return [day for day in each_day(self.first, self.last) if self.state(day) == "gap"]


def each_day(first: date, last: date) -> Iterator[date]:
    """All days of a span, including first and last."""
    return (first + _ONE_DAY * n for n in range((last - first).days + 1))


def days(db: Database, outlet: FollowedOutlet, first: date, last: date) -> Days:
    zone = zone_of(outlet.timezone)
    span = day_span(first, last, outlet.timezone)
    crawled, recorded = _crawled_days(db, outlet, zone, first, last)
    queries = (_EDITED, f"{_EDITED} AND announced = 'none'", _GONE)
    edits, unannounced, gone = (_count_by_day(db, query, outlet, zone, span) for query in queries)
    return Days(first, last, _published(db, outlet, first, last), edits, unannounced, gone, crawled, recorded)


def _published(db: Database, outlet: FollowedOutlet, first: date, last: date) -> Counter[date]:
    rows = db.execute(
        "SELECT substr(published_at, 1, 10) AS day, count(*) FROM articles WHERE outlet_id = ? AND published_at >= ?"
        " AND published_at < ? GROUP BY day",
        [outlet.id, first.isoformat(), (min(last, date.max - _ONE_DAY) + _ONE_DAY).isoformat()],
    )
    return Counter({day: count for text, count in rows.fetchall() if (day := _parse_date(text))})


_EDITED = (
    "SELECT versions.first_seen_at FROM versions CROSS JOIN articles ON articles.id = versions.article_id"
    " WHERE versions.number > 1 AND versions.first_seen_at >= ? AND versions.first_seen_at < ? AND outlet_id = ?"
    " AND withdrawn_at IS NULL"
)
_GONE = (
    "SELECT gone_since FROM articles WHERE gone_since >= ? AND gone_since < ?"
    " AND +outlet_id = ? AND withdrawn_at IS NULL"  # the plus: use the index on gone_since, not that on outlet_id
)


def _count_by_day(
    db: Database, query: str, outlet: FollowedOutlet, zone: ZoneInfo, span: tuple[str, str]
) -> Counter[date]:
    rows = db.execute(query, [*span, outlet.id]).fetchall()
    return Counter(day for (stamp,) in rows if (day := _local_day(stamp, zone)))


def _crawled_days(
    db: Database, outlet: FollowedOutlet, zone: ZoneInfo, first: date, last: date
) -> tuple[frozenset[date], tuple[date, date] | None]:
    """The days of the span on which runs crawled the outlet, and the first and last day of its record."""
    rows = db.execute(
        f"SELECT min(started_at), max({_ENDED}) FROM runs WHERE outlet_id = ? AND {CRAWLED}",
        [outlet.id],
    )
    begin, end = (_local_day(stamp, zone) for stamp in rows.fetchone())
    if begin is None or end is None:
        return frozenset(), None
    span = day_span(first, last, outlet.timezone)
    runs = db.execute(
        f"SELECT started_at, {_ENDED} AS ended FROM runs WHERE outlet_id = ? AND {CRAWLED}"
        f" AND started_at < ? AND ended >= ?",
        [outlet.id, span[1], span[0]],
    )
    crawled: set[date] = set()
    for started, ended in runs.fetchall():
        began, stopped = _local_day(started, zone), _local_day(ended, zone)
        if began and stopped:
            crawled |= set(each_day(max(first, began), min(last, stopped)))
    return frozenset(crawled), (begin, end)


_ENDED = "CASE WHEN finished_at BETWEEN '1990' AND '2200' THEN finished_at ELSE started_at END"


def _local_day(stamp: str | None, zone: ZoneInfo) -> date | None:
    """The local day of a stored time; None where it cannot be parsed."""
    moment = clock.read(stamp)
    return moment.astimezone(zone).date() if moment else None


def _parse_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def latest_day(db: Database, outlet: FollowedOutlet) -> date | None:
    """The last day on which a run crawled the outlet; None before the first."""
    row = db.execute(
        f"SELECT max({_ENDED}) FROM runs WHERE outlet_id = ? AND kind <> 'cleanse' AND {PLAUSIBLE}", [outlet.id]
    ).fetchone()
    return _local_day(row[0], zone_of(outlet.timezone))


def years(db: Database, outlet: FollowedOutlet) -> tuple[int, int] | None:
    """The first and last year of an outlet's articles; None where none has a date."""
    row = db.execute(
        "SELECT min(month), max(month) FROM months WHERE outlet_id = ? AND month GLOB '[12][0-9][0-9][0-9]-*'"
        " AND month BETWEEN '1500' AND '2200'",  # the range a page can claim: archive.model.validation
        [outlet.id],
    ).fetchone()
    return (int(row[0][:4]), int(row[1][:4])) if row[0] else None


def by_section(db: Database, outlet: FollowedOutlet, first_month: str, last_month: str) -> list[tuple[str, str, int]]:
    """Section, month and number of articles; months as `2026-05`."""
    rows = db.execute(
        "SELECT section, month, articles FROM months WHERE outlet_id = ? AND month BETWEEN ? AND ? ORDER BY 2, 1",
        [outlet.id, first_month, last_month],
    )
    return [(str(section), str(month), int(count)) for section, month, count in rows.fetchall()]
