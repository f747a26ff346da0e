"""The pages on an archive as a whole: the room's home page (latest articles, edits and disappearances, counts, plots
with the gaps), the about page (facts for readers and librarians), robots.txt (RFC 9309), and the calendar: a
year of an outlet as a heatmap, darker where more was published, hatched on days without a crawl. The templates draw bar
charts as SVG, with a table beside."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import log10
from typing import Any

from datasette.utils import tilde_encode
from datasette.utils.asgi import Response

from archive.model.clock import now
from archive.queries import days, outlets_followed, recent
from archive.queries import photographs as photo_queries
from archive.queries.article_search import ArticleFilter
from archive.queries.days import Days, each_day
from archive.queries.outlets_followed import FollowedOutlet
from archive.storage.connection import Database
from archive.web.room import translations
from archive.web.room.list_pages import EditEntry, edit_entries_of
from archive.web.room.parameters import archive_names, prefix_of
from archive.web.room.request import RequestContext, is_public, page, settings_of

_NEW, _EDITED, _GONE, _PICTURES = 8, 8, 6, 6
_EDIT_DAYS, _PLOT_DAYS = 14, 90


@page
async def front(context: RequestContext) -> Response:
    """`/`: the home page."""
    return await context.page("home", front=await context.ask(lambda db: _front(db, context)))


def _front(db: Database, context: RequestContext) -> dict[str, Any]:
    outlets = outlets_followed.outlets(db)
    spans = [(outlet, last) for outlet in outlets if (last := days.latest_day(db, outlet))]
    pictures = photo_queries.photographs(db, limit=_PICTURES, by_arrival=True) if context.picture("thumbnails/") else []
    first = timedelta(days=_PLOT_DAYS - 1)
    return {
        "holdings": outlets_followed.holdings(db),
        "new": recent.published(db, ArticleFilter(), limit=_NEW),
        "edits": _edits(db, spans),
        "edit_days": _EDIT_DAYS,
        "gone": recent.gone(db, ArticleFilter(), limit=_GONE),
        "photographs": pictures,
        "plots": [(outlet, plot_of(days.days(db, outlet, last - first, last), context)) for outlet, last in spans],
    }


def _edits(db: Database, spans: list[tuple[outlets_followed.FollowedOutlet, date]]) -> list[EditEntry]:
    """The edits with the highest weight in the fortnight before the last crawl of any outlet."""
    if not spans:
        return []
    last = max(day for _, day in spans)
    between = (last - timedelta(days=_EDIT_DAYS)).isoformat(), "9999"
    return edit_entries_of(db, recent.edits(db, ArticleFilter(), order="weight", between=between, limit=_EDITED))


@page
async def about(context: RequestContext) -> Response:
    """`/-/about`: who keeps the archive, since when, how often it crawls, its gaps, its rules, how to cite it."""
    sizes, followed = await context.ask(
        lambda db: (outlets_followed.sizes(db), [_summarized(db, outlet) for outlet in outlets_followed.outlets(db)])
    )
    settings = settings_of(context.datasette)
    return await context.page(
        "about", sizes=sizes, followed=followed, keeper=settings.get("keeper"), contact=settings.get("contact"),
        address=context.permanent("/"),
    )  # fmt: skip


def _summarized(db: Database, outlet: FollowedOutlet) -> dict[str, Any]:
    last = days.latest_day(db, outlet)
    recorded = days.days(db, outlet, last, last).recorded if last else None
    missed = len(days.days(db, outlet, *recorded).gaps) if recorded else 0
    return {"outlet": outlet, "followed": outlets_followed.crawl_history(db, outlet), "missed": missed}


# Copies of an outlet's pages should not compete with the originals; the other paths have too many URLs to crawl.
_DISALLOWED = (
    "/-/capture/", "/-/diff/", "/-/search", "/-/at", "/-/new", "/-/edits", "/-/gone", "/-/photos", "/-/picture/",
    "/-/day/", "/-/timegate/", "/-/timemap/",
)  # fmt: skip


@page
async def robots(context: RequestContext) -> Response:
    """`/robots.txt`: allows the home page and articles of a public archive, and nothing of any other."""
    server, rules = context.datasette, [("Disallow", "/")]
    if is_public(server):
        rules = [rule for archive in archive_names(server) for rule in _rules(server, archive)]
    lines = ["User-agent: *", *(f"{word}: {server.urls.path(path)}" for word, path in rules)]
    return Response.text("\n".join(lines) + "\n")


def _rules(server: Any, archive: str) -> Iterator[tuple[str, str]]:
    """The rules for an archive: not its tables, and of its room what is no article. (The longest rule decides, RFC 9309
    section 2.2.2.)"""
    prefix = prefix_of(server, archive)
    yield from (("Disallow", f"{prefix}{path}") for path in _DISALLOWED)
    yield "Disallow", f"/{tilde_encode(archive)}"
    if prefix:
        yield "Allow", f"{prefix}/-/"


WIDTH, HEIGHT = 720, 96
"""Size of one row of bars, in SVG units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of one row, or several days. x, y, width, height: in SVG units; title: the day and the count in words."""

    day: date
    count: int
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of bars. name: `articles`, `edits`, `unannounced` or `gone`; total: sum of all counts; top: the
    top of the scale."""

    name: str
    bars: list[Bar]
    total: int
    top: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive days as a band behind the bars."""

    x: float
    width: float
    title: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A bar chart over a span of days. rows: one for each count; gaps: days without a crawl; before: days before the
    record began; since: the first day of the span within the record; ticks: starts of months; busy: the bars that are
    not empty, as a table."""

    first: date
    last: date
    rows: list[Row]
    gaps: list[Stretch]
    before: list[Stretch]
    gap_days: int
    before_days: int
    since: date | None
    ticks: list[tuple[float, str]]
    busy: list[tuple[date, tuple[int, ...]]]


def plot_of(days: Days, context: RequestContext, together: int = 1) -> Plot:
    """The plot of a span of days. together: days in one bar."""
    all_days = list(each_day(days.first, days.last))
    days_before = [day for day in all_days if days.state(day) == "before"]
    starts = all_days[::together]
    grouped = {
        name: _by_bar(getattr(days, name), all_days, together) for name in ("articles", "edits", "unannounced", "gone")
    }
    busy = [(day, tuple(counts[day] for counts in grouped.values())) for day in starts]
    ticks = [(index * WIDTH / len(all_days), translations.month(day, context.language))
             for index, day in enumerate(all_days[:-4]) if day.day == 1]  # fmt: skip
    return Plot(
        days.first, days.last,
        [_row(name, counts, starts, context, len(all_days) / together) for name, counts in grouped.items()],
        _stretches(days.gaps, all_days, context), _stretches(days_before, all_days, context), len(days.gaps),
        len(days_before), max(days.first, days.recorded[0]) if days.recorded else None, ticks,
        [entry for entry in busy if any(entry[1])],
    )  # fmt: skip


def _by_bar(counts: Counter[date], all_days: list[date], together: int) -> Counter[date]:
    """Sums the counts of each bar under its first day."""
    bars = (all_days[start : start + together] for start in range(0, len(all_days), together))
    return Counter({bar[0]: sum(counts[day] for day in bar) for bar in bars})


def _row(name: str, counts: Counter[date], starts: list[date], context: RequestContext, bars_wide: float) -> Row:
    top = scale(max(counts.values(), default=0))
    step = WIDTH / bars_wide
    bars = []
    for index, day in enumerate(starts):
        if count := counts[day]:
            height = max(2.0, HEIGHT * count / top)
            title = f"{translations.day(day, context.language)}: {context.say(f'count.{name}', n=count)}"
            bars.append(Bar(day, count, index * step, HEIGHT - height, max(step - 1, 1), height, title))
    return Row(name, bars, counts.total(), top)


def scale(highest: int) -> int:
    """The top of a scale that fits `highest`: 1, 2 or 5 with zeros."""
    if highest <= 1:
        return 1
    power = int(10 ** int(log10(highest)))
    return next(power * step for step in (1, 2, 5, 10) if highest <= power * step)


def _stretches(days: list[date], all_days: list[date], context: RequestContext) -> list[Stretch]:
    """Bands over runs of consecutive days."""
    step = WIDTH / len(all_days)
    stretches: list[list[date]] = []
    for day in days:
        if stretches and (day - stretches[-1][-1]).days == 1:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    ends = (dict.fromkeys((stretch[0], stretch[-1])) for stretch in stretches)
    titles = (" – ".join(map(context.written, days)) for days in ends)
    return [
        Stretch((stretch[0] - all_days[0]).days * step, len(stretch) * step, title)
        for stretch, title in zip(stretches, titles, strict=True)
    ]


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


@page
async def calendar(context: RequestContext) -> Response:
    """`/-/calendar?outlet=...&year=...`"""
    return await context.page("calendar", found=await context.ask(lambda db: _year(db, context)))


def _year(db: Database, context: RequestContext) -> dict[str, Any] | None:
    outlets = outlets_followed.outlets(db)
    if not outlets:
        return None
    outlet = next((outlet for outlet in outlets if outlet.name == context.argument("outlet")), outlets[0])
    last = days.latest_day(db, outlet)
    first, newest = days.years(db, outlet) or ((last or now().date()).year,) * 2
    newest = max(newest, last.year if last else newest)
    requested_year = context.number("year", newest, 9998)
    year = min(max(requested_year, first), newest)
    end = min(date(year, 12, 31), last) if last and last.year == year else date(year, 12, 31)
    span, sections = days.days(db, outlet, date(year, 1, 1), end), _sections(db, outlet, year)
    return {
        "outlet": outlet,
        "year": year,
        "asked": requested_year,  # which may lie outside the span
        "span": (first, newest),  # of years with articles
        "cells": _cells(span, context),
        "labels": _labels(year, context),
        "plot": plot_of(span, context, together=7),
        "sections": sections,
        "most": max((count for share in sections for count in share.months), default=0),
    }


def _cells(span: Days, context: RequestContext) -> list[Cell]:
    """The squares: weeks are columns, Monday is at the top."""
    start = span.first - timedelta(days=span.first.weekday())
    highest = max(span.articles.values(), default=0)
    cells = []
    for day in each_day(span.first, span.last):
        state = span.state(day)
        count = span.articles[day]
        level = 0 if not count else min(_LEVELS, 1 + _LEVELS * (count - 1) // max(highest, 1))
        x, y = (number * CELL for number in divmod((day - start).days, 7))
        cells.append(Cell(day, x, y, level, state, bool(span.edits[day]), _title(day, span, state, context)))
    return cells


def _title(day: date, span: Days, state: str, context: RequestContext) -> str:
    counts = [context.say("count.articles", n=span.articles[day])]
    counted = {"edits": span.edits[day], "gone": span.gone[day]}
    counts += [context.say(f"count.{name}", n=count) for name, count in counted.items() if count]
    counts += [context.say(f"calendar.{state}")] if state != "seen" else []
    return f"{translations.day(day, context.language)}: {', '.join(counts)}"


def _labels(year: int, context: RequestContext) -> list[tuple[int, str]]:
    offset = date(year, 1, 1).weekday() - date(year, 1, 1).toordinal()
    columns = ((date(year, month, 1).toordinal() + offset) // 7 for month in range(1, 13))
    return list(zip((column * CELL for column in columns), context.say("calendar.month").split(), strict=True))


def _sections(db: Database, outlet: FollowedOutlet, year: int) -> list[Share]:
    """Sections, those with the most articles first."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * 12)
    for section, month, count in days.by_section(db, outlet, f"{year}-01", f"{year}-12"):
        counts[section][int(month[5:]) - 1] += count
    shares = [Share(section, months, sum(months)) for section, months in counts.items()]
    return sorted(shares, key=lambda share: (-share.total, share.section))
