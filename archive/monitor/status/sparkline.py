"""A row of values as a row of letters, one a day."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
"""A day on which nobody looked."""


def sparkline(values: Sequence[float | None], top: float | None = None) -> str:
    """A bar for each value, from 0 to `top` or else to the largest; nothing counted is a flat line, nothing known a
    dot."""
    most = top or max((value for value in values if value is not None), default=0)
    return "".join(GAP if value is None else _bar(value, most) for value in values)


def _bar(value: float, most: float) -> str:
    if value <= 0 or most <= 0:
        return _BARS[0]
    return _BARS[min(1 + int(value / most * (len(_BARS) - 1)), len(_BARS) - 1)]
