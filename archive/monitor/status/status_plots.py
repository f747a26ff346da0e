"""Small plots as SVG: one bar or one point a day, days on which nobody looked left open and hatched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from archive.monitor.status.run_days import Day

_BAR, _STEP, _HEIGHT = 5, 7, 70
_TOP = 4


def bars(days: Sequence[Day], name: str, told: str) -> str:
    """A figure with a bar a day for one of a day's counts; `told` says what is counted."""
    most = max((value for day in days if (value := day.count(name)) is not None), default=0)
    drawn = [_bar(number, day, day.count(name), most, told) for number, day in enumerate(days)]
    return _plot(days, drawn, f"{told} a day, at most {most:,}")


def _bar(number: int, day: Day, value: int | None, most: int, told: str) -> str:
    x = number * _STEP
    if value is None:
        return _gap(x, day)
    height = max(round(value / most * (_HEIGHT - _TOP), 1) if most else 0, 0.5)
    title = f"<title>{day.date:%a %Y-%m-%d}: {value:,} {escape(told)}</title>"
    return f'<rect class="bar" x="{x}" y="{_HEIGHT - height:g}" width="{_BAR}" height="{height:g}">{title}</rect>'


def _gap(x: int, day: Day) -> str:
    told = f"<title>{day.date:%a %Y-%m-%d}: not crawled</title>"
    return f'<rect class="gap" x="{x}" y="{_TOP}" width="{_STEP}" height="{_HEIGHT - _TOP}">{told}</rect>'


def shares(days: Sequence[Day], name: str, told: str) -> str:
    """A figure with a line for a share between 0 and 1, broken where there was nothing to count."""
    points = [(number * _STEP + _BAR / 2, day, day.share(name)) for number, day in enumerate(days)]
    gaps = (_gap(number * _STEP, day) for number, day in enumerate(days) if not day.crawled)
    return _plot(days, (*gaps, *_lines(points), *_dots(points, told)), f"{told}, from 0% to 100%")


def _lines(points: list[tuple[float, Day, float | None]]) -> Iterator[str]:
    for known, group in groupby(points, key=lambda point: point[2] is not None):
        if known:
            path = " ".join(f"{x:g},{_y(share or 0)}" for x, _, share in group)
            yield f'<polyline class="line" points="{path}"/>'


def _dots(points: list[tuple[float, Day, float | None]], told: str) -> Iterator[str]:
    for x, day, share in points:
        if share is not None:
            title = f"<title>{day.date:%a %Y-%m-%d}: {share:.0%} {escape(told)}</title>"
            yield f'<circle class="dot" cx="{x:g}" cy="{_y(share)}" r="1.6">{title}</circle>'


def _y(share: float) -> str:
    return f"{_TOP + (1 - share) * (_HEIGHT - _TOP):g}"


def _plot(days: Sequence[Day], drawn: Sequence[str], told: str) -> str:
    width, height = len(days) * _STEP, _HEIGHT + 16
    return (
        f'<figure><figcaption>{escape(told)}</figcaption><svg role="img" aria-label="{escape(told)}"'
        f' viewBox="0 0 {width} {height}" width="{width}" height="{height}">{"".join(drawn)}'
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
"""What days look like on which nobody looked; once a page."""
