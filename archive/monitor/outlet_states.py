"""The state of every outlet, in one word and in sentences that ask for attention.

A day without a run is unknown, not a day without news.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import IntEnum
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Literal

from archive.console import duration, every, moment
from archive.frontier.schedule import WORTH_A_LOOK, HostState, troubled_hosts
from archive.model.change_rate import HEADLINE, LEFT, MIN_TRUST, PICTURE, WORDS, Tally, confirmed_share
from archive.model.clock import zone_of
from archive.queries.outlets_followed import (
    NO_CERTAINTY,
    NO_REVISITS,
    CertaintyCounts,
    DueCounts,
    OutletFacts,
    RevisitCounts,
    RunFacts,
    outlet_facts,
)
from archive.storage.connection import Database

if TYPE_CHECKING:
    from archive.monitor.health import Share


_FEWEST = 3
_LATEST = 60
_PATIENCE = 1.5
_SLACK = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """usual: the median time between the starts of two runs. due: the latest start of the next run."""

    usual: timedelta
    due: datetime


def rhythm(begun: Sequence[datetime]) -> Rhythm | None:
    """The rhythm of runs, oldest first; None where there are too few.

    The third longest of the last sixty pauses still counts as usual: a crawl that pauses by day, or at weekends, is not
    overdue then, and two times when the machine was off do not change the rhythm.
    """
    pauses = sorted((later - earlier for earlier, later in pairwise(begun[-_LATEST - 1 :])), reverse=True)
    if len(pauses) < _FEWEST:
        return None
    longest = pauses[2] if len(pauses) > 2 * _FEWEST else pauses[1]
    usual = timedelta(seconds=median(pause.total_seconds() for pause in pauses))
    return Rhythm(usual, begun[-1] + max(_PATIENCE * longest, 2 * usual) + _SLACK)


_CRAWLED = ("ok", "partly-failed", "interrupted")


@dataclass(slots=True)
class Day:
    """The sums of one day's runs. crawled: whether any of them reached the outlet; if not, the counts mean nothing.
    shares: as in archive.monitor.health."""

    date: date
    crawled: bool = False
    runs: int = 0
    troubles: int = 0
    pages: int = 0
    new: int = 0
    edited: int = 0
    disappeared: int = 0
    shares: dict[str, Share] = field(default_factory=dict)

    def add(self, run: RunFacts) -> None:
        self.runs += 1
        self.crawled |= run.outcome in _CRAWLED
        self.troubles += run.outcome in ("partly-failed", "failed", "nothing-found")
        self.pages += run.stats.get("captures", 0)
        self.new += run.stats.get("new", 0)
        self.edited += run.stats.get("edited", 0)
        self.disappeared += run.stats.get("disappeared", 0)
        for name, (hits, total) in run.health.get("shares", {}).items():
            own = self.shares.get(name, (0, 0))
            self.shares[name] = (own[0] + hits, own[1] + total)

    def count(self, name: str) -> int | None:
        """One of the counts; None on a day without a crawl."""
        return int(getattr(self, name)) if self.crawled else None

    def share(self, name: str) -> float | None:
        """One of the shares, between 0 and 1; None where there was nothing to count."""
        hits, total = self.shares.get(name, (0, 0))
        return hits / total if total else None


def by_day(runs: Sequence[RunFacts], zone: tzinfo, now: datetime, length: int) -> list[Day]:
    """The last `length` days, today last, each with the sums of its runs."""
    today = now.astimezone(zone).date()
    days = {today - timedelta(days=age): Day(today - timedelta(days=age)) for age in reversed(range(length))}
    for run in runs:
        if day := days.get(run.started_at.astimezone(zone).date()):
            day.add(run)
    return list(days.values())


State = Literal["ok", "warnings", "overdue", "failing", "never crawled", "given up"]
"""warnings: something is unusual. overdue: no run for longer than the outlet's own rhythm. failing: the last finished
run did not succeed."""

HISTORY = timedelta(days=92)
_FAILURES = ("partly-failed", "failed", "nothing-found")
_MANY_INTERRUPTED, _LAST_RUNS = 3, 5
_CLOCK_TOLERANCE = timedelta(hours=1)  # between clocks of two machines


_SIGNS = {
    "promised": "times of change in sitemaps and feeds",
    HEADLINE: "headlines that change on lists",
    PICTURE: "pictures that change on lists",
    LEFT: "articles that leave sitemaps and feeds",
    WORDS: "known words at new addresses",
}
_TURNS = {
    "turn: headline": "lists on which many headlines change at once",
    "turn: picture": "lists on which many pictures change at once",
    "turn: left": "sitemaps or feeds that name their articles by turns",
}
_MANY_TURNS = 3


class Exit(IntEnum):
    """Exit codes of `luubao status`: those of `luubao crawl` with the same meaning."""

    OK = 0
    FAILING = 4
    WARNINGS = 6


_EXITS: Mapping[State, Exit] = {
    "ok": Exit.OK, "given up": Exit.OK, "warnings": Exit.WARNINGS, "overdue": Exit.WARNINGS,
    "never crawled": Exit.WARNINGS, "failing": Exit.FAILING,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OutletStatus:
    """One outlet. attention: sentences, empty when all is well. running_since: start of the present run. last: the last
    finished run. last_new: start of the last run with a new article. days: see by_day. ignored:
    change signals of lists that are not believed."""

    name: str
    title: str
    timezone: str
    state: State
    attention: tuple[str, ...]
    running_since: datetime | None
    last: RunFacts | None
    last_new: datetime | None
    rhythm: Rhythm | None
    articles: int
    edited: int
    gone: int
    waiting: DueCounts
    days: tuple[Day, ...]
    runs: tuple[RunFacts, ...]
    seen: RevisitCounts = NO_REVISITS
    ignored: tuple[str, ...] = ()
    certain: CertaintyCounts = NO_CERTAINTY


@dataclass(frozen=True, slots=True)
class Expected:
    """An outlet that should be crawled. hours: the hours of the day in which it may be; None for any."""

    title: str
    hours: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """All outlets of an archive at a moment. bytes: size of the file. resting: hosts under backoff, because they asked
    for it or kept failing."""

    archive: str
    bytes: int
    at: datetime
    outlets: tuple[OutletStatus, ...]
    resting: tuple[HostState, ...] = ()

    @property
    def exit(self) -> Exit:
        """The worst outlet's state as an exit code: failing is worse than warnings."""
        exits = {_EXITS[outlet.state] for outlet in self.outlets}
        return next((code for code in (Exit.FAILING, Exit.WARNINGS) if code in exits), Exit.OK)


def status(
    db: Database, archive: str, size: int, now: datetime, *, running: Collection[str] = (),
    given_up: Collection[str] = (), expected: Mapping[str, Expected] | None = None, length: int = 90,
) -> Status:  # fmt: skip
    """The status of an archive's outlets. running: those that a process is crawling now. given_up: those no longer
    crawled. expected: those that should be crawled, whether or not they ever were. length: how many days to count."""
    crawled = [
        outlet_status(facts, now, running=facts.name in running, given_up=facts.name in given_up, length=length)
        for facts in outlet_facts(db, now - HISTORY, now)
    ]
    crawled_names = {outlet.name for outlet in crawled}
    never_crawled = [
        _never_crawled(name, outlet)
        for name, outlet in (expected or {}).items()
        if name not in crawled_names | set(given_up)
    ]
    resting = tuple(host for host in troubled_hosts(db) if host.quiet_until and host.quiet_until > now)
    outlets = sorted((*crawled, *never_crawled), key=lambda outlet: outlet.name)
    return Status(archive, size, now, tuple(outlets), resting)


def not_begun(archive: str, now: datetime, expected: Mapping[str, Expected]) -> Status:
    """The status before there is an archive: the first crawl creates it."""
    return Status(archive, 0, now, tuple(_never_crawled(name, expected[name]) for name in sorted(expected)))


def _never_crawled(name: str, expected: Expected) -> OutletStatus:
    when = f". It may be asked at {expected.hours} by its own clock; a run within them begins" if expected.hours else ""
    attention, title = (f"never crawled: `luubao crawl {name}` would begin{when}",), expected.title
    return OutletStatus(
        name, title, "UTC", "never crawled", attention, None, None, None, None, 0, 0, 0, DueCounts(0, 0, 0), (), ()
    )


def outlet_status(
    facts: OutletFacts, now: datetime, *, running: bool = False, given_up: bool = False, length: int = 90
) -> OutletStatus:
    future_runs = [run for run in facts.runs if run.started_at > now + _CLOCK_TOLERANCE]
    # future runs would hide that others are missing
    facts = replace(facts, runs=facts.runs[: len(facts.runs) - len(future_runs)])
    finished = [run for run in facts.runs if run.outcome != "running"]
    interval = rhythm([run.started_at for run in facts.runs])
    last = finished[-1] if finished else None
    newest = facts.runs[-1] if facts.runs else None
    under_way = newest.started_at if running and newest and newest.outcome == "running" else None
    overdue = interval is not None and now > interval.due and not running
    attention = [*_attention(facts, finished, running=running)]
    if future_runs:
        others = f" and {len(future_runs) - 1} more did so," if len(future_runs) > 1 else ""
        first = f"a run began on {future_runs[0].started_at:%Y-%m-%d},{others}"
        attention.append(f"{first} later than it is now: a clock was wrong, then or now")
    if overdue and interval and newest:
        attention.insert(0, _overdue_text(interval, newest.started_at, now))
    return OutletStatus(
        facts.name, facts.title, facts.timezone,
        "given up" if given_up else _state(last, attention, overdue=overdue), () if given_up else tuple(attention),
        under_way, last, next((run.started_at for run in reversed(facts.runs) if run.stats.get("new")), None), interval,
        facts.articles, facts.edited, facts.gone, facts.waiting,
        tuple(by_day(facts.runs, zone_of(facts.timezone), now, length)), facts.runs, facts.seen,
        tuple(_ignored_signs(facts.signs)), facts.certain,
    )  # fmt: skip


def _ignored_signs(signs: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    for kind, text in _SIGNS.items():
        looks, changes = signs.get(kind, (0.0, 0.0))
        if confirmed_share(Tally(looks, changes)) < (WORTH_A_LOOK if kind == "promised" else MIN_TRUST):
            yield f"{text} ({changes:.0f} of {looks:.0f} looks found a change)"
    for kind, text in _TURNS.items():
        if (times := round(signs.get(kind, (0.0, 0.0))[0])) >= _MANY_TURNS:
            yield f"{text} ({times} times)"


def _state(last: RunFacts | None, attention: list[str], *, overdue: bool) -> State:
    if last is not None and last.outcome in _FAILURES:
        return "failing"
    if overdue:
        return "overdue"
    return "warnings" if attention else "ok"


def _overdue_text(interval: Rhythm, last: datetime, now: datetime) -> str:
    usual = f"where there is one {every(interval.usual)}"
    return f"no run for {duration(now - last)}, {usual}: is cron running, and the machine?"


def _attention(facts: OutletFacts, finished: list[RunFacts], *, running: bool) -> Iterator[str]:
    if not facts.runs:
        yield f"no run for {HISTORY.days} days"
        return
    killed = facts.runs[-1]
    if killed.outcome == "running" and not running:
        yield (
            f"the run of {moment(killed.started_at, facts.timezone)} was killed, or its machine lost power; nothing is"
            " lost, and the next run continues from there"
        )
    broken_off = sum(run.outcome == "interrupted" for run in finished[-_LAST_RUNS:])
    if broken_off >= _MANY_INTERRUPTED:
        yield f"{broken_off} of the last {len(finished[-_LAST_RUNS:])} runs were interrupted before they finished"
    if facts.doubted:
        addresses = "1 address" if facts.doubted == 1 else f"{facts.doubted} addresses"
        yield f"{addresses} last showed what is kept and not believed (readings.doubt says why); the next look decides"
    if finished:
        yield from filter(None, [finished[-1].reason if finished[-1].outcome in _FAILURES else None])
        yield from finished[-1].warnings
