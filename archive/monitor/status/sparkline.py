"""Sparklines: a row of values as block characters, one a day."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
"""A day without a crawl."""


def sparkline(values: Sequence[float | None], top: float | None = None) -> str:
    """A bar for each value, from 0 to `top` or else to the largest; a count of zero is a flat line, no value a dot."""
    highest = top or max((value for value in values if value is not None), default=0)
    return "".join(GAP if value is None else _bar(value, highest) for value in values)


def _bar(value: float, highest: float) -> str:
    if value <= 0 or highest <= 0:
        return _BARS[0]
    return _BARS[min(1 + int(value / highest * (len(_BARS) - 1)), len(_BARS) - 1)]
