"""Detects dead, empty and stale seeds: feeds, sitemaps and section pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from statistics import median

from archive.monitor.baseline.findings import Finding, PastRun
from archive.monitor.health import MOVED, Seed

_DEAD_RUNS, _DEAD_TIME = 3, timedelta(hours=6)
_FEWEST_ANSWERS = 5
_MOST_ANSWERS = 60
_FEWEST_LINKS = 5  # a seed that usually has fewer links is not checked
_STALE_AFTER = timedelta(days=7)
_STALE_FACTOR = 6  # times the usual age of its newest article
_FEWEST_MEANWHILE = 20  # new articles

SeedHistory = list[tuple[PastRun, Seed]]


def compare(runs: Sequence[PastRun]) -> Iterator[Finding]:
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
