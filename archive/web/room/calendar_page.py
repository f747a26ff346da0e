"""The calendar page: a year of an outlet as a heatmap, darker where more was published, hatched on days without a
crawl."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from datasette.utils.asgi import Response

from archive.model.clock import now
from archive.queries import days, outlets_followed
from archive.queries.days import Days, each_day
from archive.queries.outlets_followed import FollowedOutlet
from archive.storage.connection import Database
from archive.web.room import local_times
from archive.web.room.bar_charts import Plot, plot_of
from archive.web.room.request import Visit, page

CELL = 13
_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """The square of a day. level: 0 where nothing was published, else 1 to 4; state: see
    archive.queries.days.DayState; title: all counts in words."""

    day: date
    x: int
    y: int
    level: int
    state: str
    edited: bool
    title: str


@dataclass(frozen=True, slots=True)
class Share:
    """A section's articles in each month of the year."""

    section: str
    months: list[int]
    total: int


@dataclass(frozen=True, slots=True)
class Year:
    """An outlet's year. span: first and last year with articles; cells: squares; labels: months above them; most: the
    highest monthly count of a section; asked: the requested year, which may lie outside the span."""

    paper: FollowedOutlet
    year: int
    span: tuple[int, int]
    cells: list[Cell]
    labels: list[tuple[int, str]]
    plot: Plot
    sections: list[Share]
    most: int
    asked: int


@page
async def calendar(visit: Visit) -> Response:
    """`/-/calendar?outlet=...&year=...`"""
    year = await visit.ask(lambda db: _year(db, visit))
    return await visit.page("calendar", found=year)


def _year(db: Database, visit: Visit) -> Year | None:
    papers = outlets_followed.papers(db)
    paper = next((paper for paper in papers if paper.name == visit.argument("outlet")), papers[0] if papers else None)
    if paper is None:
        return None
    last = days.latest_day(db, paper)
    first, newest = days.years(db, paper) or ((last or now().date()).year,) * 2
    newest = max(newest, last.year if last else newest)
    requested_year = visit.number("year", newest, 9998)
    year = min(max(requested_year, first), newest)
    end = min(date(year, 12, 31), last) if last and last.year == year else date(year, 12, 31)
    span = days.days(db, paper, date(year, 1, 1), end)
    return Year(
        paper, year, (first, newest), _cells(span, visit), _labels(year, visit), plot_of(span, visit, together=7),
        *_sections(db, paper, year), requested_year,
    )  # fmt: skip


def _cells(span: Days, visit: Visit) -> list[Cell]:
    """The squares: weeks are columns, Monday is at the top."""
    start = span.first - timedelta(days=span.first.weekday())
    highest = max(span.articles.values(), default=0)
    cells = []
    for day in each_day(span.first, span.last):
        state = span.state(day)
        count = span.articles[day]
        level = 0 if not count else min(_LEVELS, 1 + _LEVELS * (count - 1) // max(highest, 1))
        weeks, weekday = divmod((day - start).days, 7)
        cells.append(
            Cell(
                day, weeks * CELL, weekday * CELL, level, state, bool(span.edits[day]), _title(day, span, state, visit)
            )
        )
    return cells


def _title(day: date, span: Days, state: str, visit: Visit) -> str:
    counts = [visit.say("count.articles", n=span.articles[day])]
    counts += [
        visit.say(f"count.{name}", n=count)
        for name, count in (("edits", span.edits[day]), ("gone", span.gone[day]))
        if count
    ]
    counts += [visit.say(f"calendar.{state}")] if state != "seen" else []
    return f"{local_times.day(day, visit.language)}: {', '.join(counts)}"


def _labels(year: int, visit: Visit) -> list[tuple[int, str]]:
    start = date(year, 1, 1)
    start -= timedelta(days=start.weekday())
    return [
        ((date(year, month, 1) - start).days // 7 * CELL, visit.say("calendar.month").split()[month - 1])
        for month in range(1, 13)
    ]


def _sections(db: Database, paper: FollowedOutlet, year: int) -> tuple[list[Share], int]:
    """Sections, those with the most articles first, and the highest monthly count."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * 12)
    for section, month, count in days.by_section(db, paper, f"{year}-01", f"{year}-12"):
        counts[section][int(month[5:]) - 1] += count
    shares = [Share(section, months, sum(months)) for section, months in counts.items()]
    shares.sort(key=lambda share: (-share.total, share.section))
    return shares, max((count for share in shares for count in share.months), default=0)
