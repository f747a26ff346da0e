"""Small SVG plots: one bar or point a day; days without a crawl are hatched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from archive.monitor.status.run_days import Day

_BAR, _STEP, _HEIGHT = 5, 7, 70
_TOP = 4


def bars(days: Sequence[Day], name: str, label: str) -> str:
    """A figure with a bar a day for one of the counts; `label` names what it counts."""
    highest = max((value for day in days if (value := day.count(name)) is not None), default=0)
    shapes = [_bar(number, day, day.count(name), highest, label) for number, day in enumerate(days)]
    return _plot(days, shapes, f"{label} a day, at most {highest:,}")


def _bar(number: int, day: Day, value: int | None, highest: int, label: str) -> str:
    x = number * _STEP
    if value is None:
        return _gap(x, day)
    height = max(round(value / highest * (_HEIGHT - _TOP), 1) if highest else 0, 0.5)
    title = f"<title>{day.date:%a %Y-%m-%d}: {value:,} {escape(label)}</title>"
    return f'<rect class="bar" x="{x}" y="{_HEIGHT - height:g}" width="{_BAR}" height="{height:g}">{title}</rect>'


def _gap(x: int, day: Day) -> str:
    title = f"<title>{day.date:%a %Y-%m-%d}: not crawled</title>"
    return f'<rect class="gap" x="{x}" y="{_TOP}" width="{_STEP}" height="{_HEIGHT - _TOP}">{title}</rect>'


def shares(days: Sequence[Day], name: str, label: str) -> str:
    """A figure with a line for a share between 0 and 1, broken where there was nothing to count."""
    points = [(number * _STEP + _BAR / 2, day, day.share(name)) for number, day in enumerate(days)]
    gaps = (_gap(number * _STEP, day) for number, day in enumerate(days) if not day.crawled)
    return _plot(days, (*gaps, *_lines(points), *_dots(points, label)), f"{label}, from 0% to 100%")


def _lines(points: list[tuple[float, Day, float | None]]) -> Iterator[str]:
    for has_value, group in groupby(points, key=lambda point: point[2] is not None):
        if has_value:
            path = " ".join(f"{x:g},{_y(share or 0)}" for x, _, share in group)
            yield f'<polyline class="line" points="{path}"/>'


def _dots(points: list[tuple[float, Day, float | None]], label: str) -> Iterator[str]:
    for x, day, share in points:
        if share is not None:
            title = f"<title>{day.date:%a %Y-%m-%d}: {share:.0%} {escape(label)}</title>"
            yield f'<circle class="dot" cx="{x:g}" cy="{_y(share)}" r="1.6">{title}</circle>'


def _y(share: float) -> str:
    return f"{_TOP + (1 - share) * (_HEIGHT - _TOP):g}"


def _plot(days: Sequence[Day], shapes: Sequence[str], caption: str) -> str:
    width, height = len(days) * _STEP, _HEIGHT + 16
    return (
        f'<figure><figcaption>{escape(caption)}</figcaption><svg role="img" aria-label="{escape(caption)}"'
        f' viewBox="0 0 {width} {height}" width="{width}" height="{height}">{"".join(shapes)}'
        f'<path class="axis" d="M0 {_HEIGHT}.5H{width}"/>{"".join(_months(days))}</svg></figure>'
    )


def _months(days: Sequence[Day]) -> Iterator[str]:
    """A mark where a month begins."""
    for number, day in enumerate(days):
        if day.date.day == 1:
            x = number * _STEP
            yield f'<path class="axis" d="M{x}.5 {_HEIGHT}v4"/><text x="{x}" y="{_HEIGHT + 15}">{day.date:%Y-%m}</text>'


HATCHING = (
    '<svg width="0" height="0" aria-hidden="true"><defs><pattern id="hatching" width="4" height="4"'
    ' patternUnits="userSpaceOnUse"><path d="M0 4L4 0" stroke="#999" stroke-width="0.7"/></pattern></defs></svg>'
)
"""The SVG pattern for days without a crawl; once a page."""
