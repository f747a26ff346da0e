"""How many new articles come, by the same time and weekday of the weeks before; and which section fell silent.

What a run found is spread over the time since the run before, so that it matters little when exactly a run began. A
paper's days are no Poisson process: days of the same weekday differ by a fifth and more, which the scatter allows for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from statistics import median

from archive.monitor.baseline.findings import LONGEST, Finding, Past
from archive.monitor.baseline.statistics import TOO_UNLIKELY, so_quiet, spread

DAY = timedelta(days=1)
WEEK = 7 * DAY
_WINDOWS = {DAY: "24 hours", 3 * DAY: "3 days", WEEK: "7 days", 2 * WEEK: "14 days", 4 * WEEK: "28 days"}
_MOST_WINDOWS, _FEWEST_WINDOWS = 8, 3
_FEW = 0.25  # of what is usual
_COLLAPSE = 0.05
_SCATTER = 0.04  # the square of how much the pace of days varies by itself
_YOUNG_WINDOW, _FEWEST_DAYS, _SURE = 3 * DAY, 5, 20
_SECTION_WINDOWS = (WEEK, 2 * WEEK)
_SILENT = 0.1
_LIVELY = 30  # articles, before a section can be missed
_MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Flow:
    """How many had come by the end of each run that looked."""

    times: tuple[datetime, ...]
    totals: tuple[float, ...]

    def until(self, moment: datetime) -> float:
        """How many had come by a moment, between runs in proportion."""
        after = bisect_right(self.times, moment)
        if after == 0 or after == len(self.times):
            return self.totals[-1] if after else 0.0
        (begin, end), (low, high) = self.times[after - 1 : after + 1], self.totals[after - 1 : after + 1]
        return low + (high - low) * ((moment - begin) / (end - begin))

    def within(self, end: datetime, length: timedelta) -> float:
        """How many came in so long a time before a moment."""
        return self.until(end) - self.until(end - length)

    def covers(self, end: datetime, length: timedelta) -> bool:
        """Whether runs looked all that time."""
        return bool(self.times) and end - length >= self.times[0] and end <= self.times[-1]


def flow(runs: Sequence[Past], counts: Sequence[int]) -> Flow:
    """The flow of what runs, oldest first, counted. What the first one found had come any time before it; what one
    found that was broken off is part of what the next did."""
    times: list[datetime] = []
    totals: list[float] = []
    for run, total in zip(runs, accumulate(counts), strict=True):
        if run.looked and (not times or run.at > times[-1]):
            times.append(run.at)
            totals.append(total)
    return Flow(tuple(times), tuple(totals))


def compare(runs: Sequence[Past]) -> Iterator[Finding]:
    """Whether the paper, or a section of it, brings too little. runs: oldest first, the present one last."""
    if not runs[-1].looked:
        return
    whole = flow(runs, [run.health.new for run in runs])
    if found := _too_few(whole, runs) or _nothing(whole):
        yield found
    else:
        yield from _silent_sections(runs)


def _too_few(whole: Flow, runs: Sequence[Past]) -> Finding | None:
    now = whole.times[-1]
    marked = [run.at for run in runs if "pace" in run.health.flags]
    found: list[tuple[float, Finding]] = []
    for length, told in _WINDOWS.items():
        ends = [end for end in _ends_before(now, length) if whole.covers(end, length)]
        values = [whole.within(end, length) for end in ends if not _any_within(marked, end, length)][:_MOST_WINDOWS]
        if len(values) >= _FEWEST_WINDOWS and (chance := _chance(whole.within(now, length), values)):
            found.append((chance, _told(whole.within(now, length), median(values), told)))
    return min(found, key=lambda one: (not one[1].collapse, one[0]))[1] if found else None


def _ends_before(now: datetime, length: timedelta) -> list[datetime]:
    """The same moment of the weeks before, as far apart as the windows that end there are long."""
    step = max(length, WEEK)
    return [now - times * step for times in range(1, LONGEST // step + 1)]


def _any_within(moments: Sequence[datetime], end: datetime, length: timedelta) -> bool:
    return any(end - length < moment <= end for moment in moments)


def _chance(count: float, values: Sequence[float], few: float = _FEW) -> float:
    """How unlikely so few are where these came at other times; 0.0 where it is not unlikely enough, or not few."""
    expected = median(values)
    if count >= few * expected:
        return 0.0
    scatter = max(1 + _SCATTER * expected, spread(values) ** 2 / expected)
    chance = so_quiet(count, expected, scatter)
    return chance if chance < TOO_UNLIKELY else 0.0


def _told(count: float, expected: float, when: str) -> Finding:
    few = round(count)
    came = f"only {few} new article{'s' * (few > 1)}" if few else "no new article"
    sentence = f"{came} in the last {when}, where about {expected:.0f} are usual by this time of the week."
    return Finding("pace", sentence, count < _COLLAPSE * expected)


def _nothing(whole: Flow) -> Finding | None:
    """Before there are weeks to compare with: nothing at all for days, where the days before brought
    plenty."""
    now, length = whole.times[-1], _YOUNG_WINDOW
    if whole.covers(now - _FEWEST_WINDOWS * WEEK, length) or whole.within(now, length) > 0:
        return None
    ends = [now - days * DAY for days in range(3, 22)]
    values = [whole.within(end, length) for end in ends if whole.covers(end, length)]
    busy = [value for value in values if value > 0]
    if len(busy) >= _FEWEST_DAYS and median(busy) >= _SURE:
        return _told(0, median(busy), _WINDOWS[length])
    return None


def _silent_sections(runs: Sequence[Past]) -> Iterator[Finding]:
    silent = [told for section in _dull_sections(runs) if (told := _silence(section, runs))]
    if silent:
        more = f" and {len(silent) - _MOST_TOLD} more" if len(silent) > _MOST_TOLD else ""
        yield Finding("sections", f"sections that fell silent: {', '.join(silent[:_MOST_TOLD])}{more}.")


def _dull_sections(runs: Sequence[Past]) -> Iterator[str]:
    """Sections that lately brought less than they do on the whole, the liveliest first."""
    longest = max(_SECTION_WINDOWS)
    found, lately = Counter[str](), Counter[str]()
    for run in runs:
        found.update(run.health.sections)
        if run.at > runs[-1].at - longest:
            lately.update(run.health.sections)
    part = longest / max(runs[-1].at - runs[0].at, longest)
    for section, count in found.most_common():
        if section and count >= _LIVELY and lately[section] < 0.75 * count * part:
            yield section


def _silence(section: str, runs: Sequence[Past]) -> str | None:
    of_section = flow(runs, [run.health.sections[section] for run in runs])
    now = of_section.times[-1]
    for length in _SECTION_WINDOWS:
        ends = [end for end in _ends_before(now, length) if of_section.covers(end, length)]
        values = [of_section.within(end, length) for end in ends[:_MOST_WINDOWS]]
        count = of_section.within(now, length)
        if len(values) >= _FEWEST_WINDOWS and _chance(count, values, _SILENT):
            return f"{section} ({count:.0f} new in {length.days} days, where about {median(values):.0f} are usual)"
    return None
