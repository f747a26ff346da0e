"""Compares what comes to a run with what came before: the rate of new articles, and dead, empty and stale seeds (feeds,
sitemaps and section pages).

The rate is compared with the same time and weekday of the weeks before, in all and for each section. The new articles
of a run are spread over the time since the run before, so that it matters little when exactly a run began. An outlet's
days are no Poisson process: days of the same weekday differ by a fifth and more, which the scatter allows for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from statistics import median

from archive.monitor.health import LONGEST, MOVED, TOO_UNLIKELY, Finding, PastRun, Seed, so_quiet, spread

DAY = timedelta(days=1)
WEEK = 7 * DAY
_WINDOWS = {DAY: "24 hours", 3 * DAY: "3 days", WEEK: "7 days", 2 * WEEK: "14 days", 4 * WEEK: "28 days"}
_MOST_WINDOWS, _FEWEST_WINDOWS = 8, 3
_LOW_SHARE = 0.25  # of the usual rate
_COLLAPSE_SHARE = 0.05
_SCATTER = 0.04  # the squared relative variation of the daily rate
_EARLY_WINDOW, _FEWEST_DAYS, _FEWEST_PER_DAY = 3 * DAY, 5, 20
_SECTION_WINDOWS = (WEEK, 2 * WEEK)
_SILENT_SHARE = 0.1
_FEWEST_IN_SECTION = 30  # articles, before silence of a section counts
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class CumulativeCounts:
    """Cumulative count of new articles up to each run that crawled the outlet."""

    times: tuple[datetime, ...]
    totals: tuple[float, ...]

    def until(self, moment: datetime) -> float:
        """The cumulative count at a moment, interpolated between runs."""
        after = bisect_right(self.times, moment)
        if after == 0 or after == len(self.times):
            return self.totals[-1] if after else 0.0
        (begin, end), (low, high) = self.times[after - 1 : after + 1], self.totals[after - 1 : after + 1]
        return low + (high - low) * ((moment - begin) / (end - begin))

    def within(self, end: datetime, length: timedelta) -> float:
        return self.until(end) - self.until(end - length)

    def covers(self, end: datetime, length: timedelta) -> bool:
        return bool(self.times) and end - length >= self.times[0] and end <= self.times[-1]


def cumulative_counts(runs: Sequence[PastRun], counts: Sequence[int]) -> CumulativeCounts:
    """The flow of counts by runs, oldest first. The articles of the first run may have come at any time before it;
    those of an interrupted run count with the next run."""
    times: list[datetime] = []
    totals: list[float] = []
    for run, total in zip(runs, accumulate(counts), strict=True):
        if run.looked and (not times or run.at > times[-1]):
            times.append(run.at)
            totals.append(total)
    return CumulativeCounts(tuple(times), tuple(totals))


def rates(runs: Sequence[PastRun]) -> Iterator[Finding]:
    """Findings for too few new articles, in all or in a section. runs: oldest first, the present one last."""
    if not runs[-1].looked:
        return
    outlet_flow = cumulative_counts(runs, [run.health.new for run in runs])
    if found := _slow_rate(outlet_flow, runs) or _stopped_early(outlet_flow):
        yield found
    else:
        yield from _silent_sections(runs)


def _slow_rate(outlet_flow: CumulativeCounts, runs: Sequence[PastRun]) -> Finding | None:
    now = outlet_flow.times[-1]
    marked = [run.at for run in runs if "pace" in run.health.flags]
    candidates: list[tuple[float, Finding]] = []
    for length, window_name in _WINDOWS.items():
        ends = [end for end in _ends_before(now, length) if outlet_flow.covers(end, length)]
        clean = [end for end in ends if not any(end - length < moment <= end for moment in marked)]
        values = [outlet_flow.within(end, length) for end in clean[:_MOST_WINDOWS]]
        if len(values) >= _FEWEST_WINDOWS and (chance := _chance(outlet_flow.within(now, length), values)):
            candidates.append((chance, _finding(outlet_flow.within(now, length), median(values), window_name)))
    return min(candidates, key=lambda candidate: (not candidate[1].collapse, candidate[0]))[1] if candidates else None


def _ends_before(now: datetime, length: timedelta) -> list[datetime]:
    """The same time of earlier weeks, at least one window length apart."""
    step = max(length, WEEK)
    return [now - times * step for times in range(1, LONGEST // step + 1)]


def _chance(count: float, values: Sequence[float], few: float = _LOW_SHARE) -> float:
    """The probability of so low a count, given the counts of other windows; 0.0 where it is not low or not unlikely
    enough."""
    expected = median(values)
    if count >= few * expected:
        return 0.0
    scatter = max(1 + _SCATTER * expected, spread(values) ** 2 / expected)
    chance = so_quiet(count, expected, scatter)
    return chance if chance < TOO_UNLIKELY else 0.0


def _finding(count: float, expected: float, window: str) -> Finding:
    few = round(count)
    subject = f"only {few} new article{'s' * (few > 1)}" if few else "no new article"
    sentence = f"{subject} in the last {window}, where about {expected:.0f} are usual by this time of the week."
    return Finding("pace", sentence, count < _COLLAPSE_SHARE * expected)


def _stopped_early(outlet_flow: CumulativeCounts) -> Finding | None:
    """For outlets with too few weeks to compare with: no article at all for days, after days with many."""
    now, length = outlet_flow.times[-1], _EARLY_WINDOW
    if outlet_flow.covers(now - _FEWEST_WINDOWS * WEEK, length) or outlet_flow.within(now, length) > 0:
        return None
    ends = [now - days * DAY for days in range(3, 22)]
    values = [outlet_flow.within(end, length) for end in ends if outlet_flow.covers(end, length)]
    busy = [value for value in values if value > 0]
    if len(busy) >= _FEWEST_DAYS and median(busy) >= _FEWEST_PER_DAY:
        return _finding(0, median(busy), _WINDOWS[length])
    return None


def _silent_sections(runs: Sequence[PastRun]) -> Iterator[Finding]:
    silent = [description for section in _slowed_sections(runs) if (description := _section_silence(section, runs))]
    if silent:
        more = f" and {len(silent) - _MOST_NAMED} more" if len(silent) > _MOST_NAMED else ""
        yield Finding("sections", f"sections that fell silent: {', '.join(silent[:_MOST_NAMED])}{more}.")


def _slowed_sections(runs: Sequence[PastRun]) -> Iterator[str]:
    """Sections with fewer recent articles than their average, those with the most articles first."""
    longest = max(_SECTION_WINDOWS)
    totals, recent = Counter[str](), Counter[str]()
    for run in runs:
        totals.update(run.health.sections)
        if run.at > runs[-1].at - longest:
            recent.update(run.health.sections)
    recent_share = longest / max(runs[-1].at - runs[0].at, longest)
    for section, count in totals.most_common():
        if section and count >= _FEWEST_IN_SECTION and recent[section] < 0.75 * count * recent_share:
            yield section


def _section_silence(section: str, runs: Sequence[PastRun]) -> str | None:
    of_section = cumulative_counts(runs, [run.health.sections[section] for run in runs])
    now = of_section.times[-1]
    for length in _SECTION_WINDOWS:
        ends = [end for end in _ends_before(now, length) if of_section.covers(end, length)]
        values = [of_section.within(end, length) for end in ends[:_MOST_WINDOWS]]
        count = of_section.within(now, length)
        if len(values) >= _FEWEST_WINDOWS and _chance(count, values, _SILENT_SHARE):
            return f"{section} ({count:.0f} new in {length.days} days, where about {median(values):.0f} are usual)"
    return None


_DEAD_RUNS, _DEAD_TIME = 3, timedelta(hours=6)
_FEWEST_ANSWERS = 5
_MOST_ANSWERS = 60
_FEWEST_LINKS = 5  # a seed that usually has fewer links is not checked
_STALE_AFTER = timedelta(days=7)
_STALE_FACTOR = 6  # times the usual age of its newest article
_FEWEST_MEANWHILE = 20  # new articles

SeedHistory = list[tuple[PastRun, Seed]]


def seeds(runs: Sequence[PastRun]) -> Iterator[Finding]:
    """Findings about the seeds of the present run, the last of `runs`."""
    if sentence := _no_links_anywhere(runs):
        yield Finding("seeds", sentence, collapse=True)
    for url in runs[-1].health.seeds:
        answers = [(run, seed) for run in runs if (seed := run.health.seeds.get(url))]
        sentence = _dead(url, answers) or _no_links(url, answers) or _stale(url, answers, runs)
        if sentence:
            yield Finding(f"seed:{url}", sentence)


def _no_links_anywhere(runs: Sequence[PastRun]) -> str | None:
    """Seeds answer, but none has links any more: reported at once, because nothing can be found this way. An unchanged
    page keeps its links."""
    answering = {url: seed for url, seed in runs[-1].health.seeds.items() if seed.answered}
    seeds = {url: [seed for run in runs if (seed := run.health.seeds.get(url))] for url in answering}
    link_counts = {url: [seed.links for seed in found if seed.links is not None] for url, found in seeds.items()}
    if not answering or any(not counts or counts[-1] for counts in link_counts.values()):
        return None
    usual = max(max(counts) for counts in link_counts.values())
    if not usual:
        return None
    which = f"none of {len(answering)} seeds leads" if len(answering) > 1 else "the one seed does not lead"
    return (
        f"no page is reached any more: {which} anywhere,"
        f" where there were up to {usual} links. Is the paper out of order, or are its pages made by a script now?"
    )


def _dead(url: str, answers: SeedHistory) -> str | None:
    alive = [run.at for run, seed in answers if seed.answered]
    if len(alive) < _FEWEST_ANSWERS:
        return None  # a URL the spider guessed, which never worked
    since_alive = [(run, seed) for run, seed in answers if run.at > alive[-1]]
    if answers[-1][1].outcome == MOVED:
        return None  # reported elsewhere
    if len(since_alive) < _DEAD_RUNS or since_alive[-1][0].at - alive[-1] < _DEAD_TIME:
        return None
    return f"{url} has not answered since {alive[-1]:%Y-%m-%d} ({since_alive[-1][1].outcome})."


def _no_links(url: str, answers: SeedHistory) -> str | None:
    link_counts = [seed.links for _, seed in answers if seed.links is not None]
    last_with_links = max((number for number, links in enumerate(link_counts, 1) if links), default=0)
    earlier = link_counts[:last_with_links][-_MOST_ANSWERS:]
    if len(earlier) < _FEWEST_ANSWERS or len(link_counts) - last_with_links < _DEAD_RUNS or not answers[-1][1].answered:
        return None
    if (usual := median(earlier)) < _FEWEST_LINKS:
        return None
    return f"{url} answers, but leads to no page any more, where it led to about {usual:.0f}."


def _stale(url: str, answers: SeedHistory, runs: Sequence[PastRun]) -> str | None:
    """Staleness by the newest dates a seed lists; without dates, by when its bytes last changed."""
    now = runs[-1].at
    dated = [(run.at, seed.newest) for run, seed in answers if seed.newest is not None]
    if dated:
        latest = max(newest for _, newest in dated)
        pauses = [moment - newest for moment, newest in dated if newest <= moment]
    else:
        fresh = [run.at for run, seed in answers if seed.outcome == "fresh"]
        if len(fresh) < _FEWEST_ANSWERS:
            return None
        latest, pauses = fresh[-1], [later - earlier for earlier, later in pairwise(fresh)]
    usual = sorted(pauses)[len(pauses) // 2] if pauses else timedelta()
    meanwhile = sum(run.health.new for run in runs if run.at > latest)
    is_stale = now - latest >= max(_STALE_AFTER, _STALE_FACTOR * usual)
    if not is_stale or meanwhile < _FEWEST_MEANWHILE or not answers[-1][1].answered:
        return None
    found = f"{meanwhile} new articles were found elsewhere"
    return f"{url} has brought nothing new since {latest:%Y-%m-%d}, while {found}."
