"""Plots as numbers: where each bar stands and how high it is. The templates draw them as SVG, with a table beside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from math import log10

from archive.queries.days import Days, each_day
from archive.web.room import local_times
from archive.web.room.request import Visit

WIDTH, HEIGHT = 720, 96
"""Of the drawing of one row of bars, in its own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of one row, or several. x, y, width, height: in the drawing; title: the day and the count in words."""

    day: date
    count: int
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """What is counted (`articles`, `edits`, `gone`), its bars, the highest count, and the top of its scale."""

    name: str
    bars: list[Bar]
    total: int
    top: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days that follow one another, as a band behind the bars."""

    x: float
    width: float
    title: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A span of days: one row of bars for each thing counted; gaps: days on which nobody looked; before: days before
    the record began; since: the first day of the span that lies in the record; ticks: where months begin; busy: the
    bars that are not empty, as a table."""

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
    """The plot of a span of days, so many of them in a bar."""
    every = list(each_day(days.first, days.last))
    counted = {"articles": days.articles, "edits": days.edits, "gone": days.gone}
    unrecorded = [day for day in every if days.state(day) == "before"]
    starts = every[::together]
    grouped = {name: _grouped(counts, every, together) for name, counts in counted.items()}
    busy = [(day, tuple(counts[day] for counts in grouped.values())) for day in starts]
    return Plot(
        days.first,
        days.last,
        [_row(name, counts, starts, visit, len(every) / together) for name, counts in grouped.items()],
        _stretches(days.gaps, every, visit),
        _stretches(unrecorded, every, visit),
        len(days.gaps),
        len(unrecorded),
        max(days.first, days.recorded[0]) if days.recorded else None,
        [
            (n * WIDTH / len(every), local_times.month(day, visit.language))
            for n, day in enumerate(every)
            if day.day == 1 and n < len(every) - 4
        ],
        [one for one in busy if any(one[1])],
    )


def _grouped(counts: Counter[date], every: list[date], together: int) -> Counter[date]:
    """Counts of days under the first of the days that stand in one bar."""
    starts = every[::together]
    return Counter({day: sum(counts[one] for one in every[n * together :][:together]) for n, day in enumerate(starts)})


def _row(name: str, counts: Counter[date], starts: list[date], visit: Visit, bars_wide: float) -> Row:
    top = scale(max(counts.values(), default=0))
    step = WIDTH / bars_wide
    bars = []
    for n, day in enumerate(starts):
        if count := counts[day]:
            height = max(2.0, HEIGHT * count / top)
            title = f"{local_times.day(day, visit.language)}: {visit.say(f'count.{name}', n=count)}"
            bars.append(Bar(day, count, n * step, HEIGHT - height, max(step - 1, 1), height, title))
    return Row(name, bars, counts.total(), top)


def scale(most: int) -> int:
    """The top of a scale on which `most` fits: 1, 2 or 5 with zeros."""
    if most <= 1:
        return 1
    ten = int(10 ** int(log10(most)))
    return next(ten * step for step in (1, 2, 5, 10) if most <= ten * step)


def _stretches(days: list[date], every: list[date], visit: Visit) -> list[Stretch]:
    """Bands over days that follow one another."""
    step = WIDTH / len(every)
    found: list[list[date]] = []
    for day in days:
        if found and (day - found[-1][-1]).days == 1:
            found[-1].append(day)
        else:
            found.append([day])
    return [Stretch((run[0] - every[0]).days * step, len(run) * step, _span(run[0], run[-1], visit)) for run in found]


def _span(first: date, last: date, visit: Visit) -> str:
    shown = local_times.day(first, visit.language)
    return shown if first == last else f"{shown} – {local_times.day(last, visit.language)}"
