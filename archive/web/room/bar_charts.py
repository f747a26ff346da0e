"""Computes bar charts: position and height of each bar. The templates draw them as SVG, with a table beside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from math import log10

from archive.queries.days import Days, each_day
from archive.web.room import local_times
from archive.web.room.request import Visit

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


def plot_of(days: Days, visit: Visit, together: int = 1) -> Plot:
    """The plot of a span of days. together: days in one bar."""
    all_days = list(each_day(days.first, days.last))
    counts_by_name = {
        "articles": days.articles,
        "edits": days.edits,
        "unannounced": days.unannounced,
        "gone": days.gone,
    }
    days_before = [day for day in all_days if days.state(day) == "before"]
    starts = all_days[::together]
    grouped = {name: _by_bar(counts, all_days, together) for name, counts in counts_by_name.items()}
    busy = [(day, tuple(counts[day] for counts in grouped.values())) for day in starts]
    return Plot(
        days.first,
        days.last,
        [_row(name, counts, starts, visit, len(all_days) / together) for name, counts in grouped.items()],
        _stretches(days.gaps, all_days, visit),
        _stretches(days_before, all_days, visit),
        len(days.gaps),
        len(days_before),
        max(days.first, days.recorded[0]) if days.recorded else None,
        [
            (index * WIDTH / len(all_days), local_times.month(day, visit.language))
            for index, day in enumerate(all_days)
            if day.day == 1 and index < len(all_days) - 4
        ],
        [entry for entry in busy if any(entry[1])],
    )


def _by_bar(counts: Counter[date], all_days: list[date], together: int) -> Counter[date]:
    """Sums the counts of each bar under its first day."""
    starts = all_days[::together]
    return Counter(
        {
            day: sum(counts[member] for member in all_days[index * together :][:together])
            for index, day in enumerate(starts)
        }
    )


def _row(name: str, counts: Counter[date], starts: list[date], visit: Visit, bars_wide: float) -> Row:
    top = scale(max(counts.values(), default=0))
    step = WIDTH / bars_wide
    bars = []
    for index, day in enumerate(starts):
        if count := counts[day]:
            height = max(2.0, HEIGHT * count / top)
            title = f"{local_times.day(day, visit.language)}: {visit.say(f'count.{name}', n=count)}"
            bars.append(Bar(day, count, index * step, HEIGHT - height, max(step - 1, 1), height, title))
    return Row(name, bars, counts.total(), top)


def scale(highest: int) -> int:
    """The top of a scale that fits `highest`: 1, 2 or 5 with zeros."""
    if highest <= 1:
        return 1
    power = int(10 ** int(log10(highest)))
    return next(power * step for step in (1, 2, 5, 10) if highest <= power * step)


def _stretches(days: list[date], all_days: list[date], visit: Visit) -> list[Stretch]:
    """Bands over runs of consecutive days."""
    step = WIDTH / len(all_days)
    stretches: list[list[date]] = []
    for day in days:
        if stretches and (day - stretches[-1][-1]).days == 1:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    return [
        Stretch((stretch[0] - all_days[0]).days * step, len(stretch) * step, _span(stretch[0], stretch[-1], visit))
        for stretch in stretches
    ]


def _span(first: date, last: date, visit: Visit) -> str:
    shown = local_times.day(first, visit.language)
    return shown if first == last else f"{shown} – {local_times.day(last, visit.language)}"
