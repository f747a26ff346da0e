"""Feeds, sitemaps and section pages that died, lead nowhere any more, or stand still while the paper goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from statistics import median

from archive.monitor.baseline.findings import Finding, Past
from archive.monitor.health import MOVED, Seed

_DEAD_RUNS, _DEAD_TIME = 3, timedelta(hours=6)
_FEWEST_ANSWERS = 5
_MOST_ANSWERS = 60
_LINKS = 5  # a page that usually leads to fewer cannot be missed
_STILL = timedelta(days=7)
_SLOW = 6  # times the usual age of its newest article
_MEANWHILE = 20  # new articles

Answers = list[tuple[Past, Seed]]


def compare(runs: Sequence[Past]) -> Iterator[Finding]:
    """What is wrong with seeds of the present run, the last of `runs`."""
    if sentence := _nowhere_at_all(runs):
        yield Finding("seeds", sentence, collapse=True)
    for url in runs[-1].health.seeds:
        answers = [(run, seed) for run in runs if (seed := run.health.seeds.get(url))]
        sentence = _dead(url, answers) or _leads_nowhere(url, answers) or _still(url, answers, runs)
        if sentence:
            yield Finding(f"seed:{url}", sentence)


def _nowhere_at_all(runs: Sequence[Past]) -> str | None:
    """Seeds answer, and none of them leads to any page, where some did: told at once, for nothing can be found so. A
    page that is as it was before leads where it led."""
    now = {url: seed for url, seed in runs[-1].health.seeds.items() if seed.answered}
    led = {url: [links for run in runs if (links := _led(run, url)) is not None] for url in now}
    if not now or any(not known or known[-1] for known in led.values()):
        return None
    usual = max(max(known) for known in led.values())
    if not usual:
        return None
    which = f"none of {len(now)} seeds leads" if len(now) > 1 else "the one seed does not lead"
    return (
        f"no page is reached any more: {which} anywhere,"
        f" where there were up to {usual} links. Is the paper out of order, or are its pages made by a script now?"
    )


def _led(run: Past, url: str) -> int | None:
    seed = run.health.seeds.get(url)
    return None if seed is None else seed.links


def _dead(url: str, answers: Answers) -> str | None:
    alive = [run.at for run, seed in answers if seed.answered]
    if len(alive) < _FEWEST_ANSWERS:
        return None  # a guess of the spider's that never led anywhere
    silent = [(run, seed) for run, seed in answers if run.at > alive[-1]]
    if answers[-1][1].outcome == MOVED:
        return None  # which is told by itself
    if len(silent) < _DEAD_RUNS or silent[-1][0].at - alive[-1] < _DEAD_TIME:
        return None
    return f"{url} has not answered since {alive[-1]:%Y-%m-%d} ({silent[-1][1].outcome})."


def _leads_nowhere(url: str, answers: Answers) -> str | None:
    read = [seed.links for _, seed in answers if seed.links is not None]
    last = max((number for number, links in enumerate(read, 1) if links), default=0)
    before = read[:last][-_MOST_ANSWERS:]
    if len(before) < _FEWEST_ANSWERS or len(read) - last < _DEAD_RUNS or not answers[-1][1].answered:
        return None
    usual = median(before)
    return (
        f"{url} answers, but leads to no page any more, where it led to about {usual:.0f}." if usual >= _LINKS else None
    )


def _still(url: str, answers: Answers, runs: Sequence[Past]) -> str | None:
    """Newest dates, where a seed gives some; otherwise when its bytes last changed."""
    now = runs[-1].at
    dated = [(run.at, seed.newest) for run, seed in answers if seed.newest is not None]
    if dated:
        latest = max(newest for _, newest in dated)
        pauses = [at - newest for at, newest in dated if newest <= at]
    else:
        fresh = [run.at for run, seed in answers if seed.outcome == "fresh"]
        if len(fresh) < _FEWEST_ANSWERS:
            return None
        latest, pauses = fresh[-1], [later - earlier for earlier, later in pairwise(fresh)]
    usual = sorted(pauses)[len(pauses) // 2] if pauses else timedelta()
    meanwhile = sum(run.health.new for run in runs if run.at > latest)
    if now - latest < max(_STILL, _SLOW * usual) or meanwhile < _MEANWHILE or not answers[-1][1].answered:
        return None
    return (
        f"{url} has brought nothing new since {latest:%Y-%m-%d}, while {meanwhile} new articles were found elsewhere."
    )
