"""How every outlet stands, in one word and in sentences that ask for attention."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Literal

from archive.console.human_units import duration, every, moment
from archive.frontier.host_state import troubled_hosts
from archive.model.records import HostState
from archive.model.time_zones import zone_of
from archive.monitor.status.crawl_rhythm import Rhythm, rhythm
from archive.monitor.status.run_days import Day, by_day
from archive.queries.run_status import NOT_SEEN, OutletFacts, RunFacts, Seen, Waiting, outlet_facts
from archive.storage.connection import Database

State = Literal["ok", "warnings", "overdue", "failing", "never crawled", "given up"]
"""warnings: something is not as usual. overdue: no run for longer than the outlet's own rhythm. failing: the last run
that ended did not succeed."""

HISTORY = timedelta(days=92)
_FAILURES = ("partly-failed", "failed", "nothing-found")
_BROKEN_OFF, _OF_LAST = 3, 5
_SLACK = timedelta(hours=1)  # clocks of two machines


class Exit(IntEnum):
    """Exit codes of `luubao status`: those of `luubao crawl` that say the same."""

    OK = 0
    FAILING = 4
    WARNINGS = 6


_EXITS: Mapping[State, Exit] = {
    "ok": Exit.OK,
    "given up": Exit.OK,
    "warnings": Exit.WARNINGS,
    "overdue": Exit.WARNINGS,
    "never crawled": Exit.WARNINGS,
    "failing": Exit.FAILING,
}


@dataclass(frozen=True, slots=True)
class OutletStatus:
    """One outlet. attention: sentences, empty when all is well. running_since: when the run that is under way began.
    last: the last run that ended. last_new: when a run last found a new article. days: see by_day."""

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
    waiting: Waiting
    days: tuple[Day, ...]
    runs: tuple[RunFacts, ...]
    seen: Seen = NOT_SEEN


@dataclass(frozen=True, slots=True)
class Expected:
    """An outlet that is meant to be crawled. hours: of the day, in which it may be; None for any."""

    title: str
    hours: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """All outlets of an archive at a moment. bytes: the size of the file. resting: hosts that are left alone for a
    while, for they asked for it or kept failing."""

    archive: str
    bytes: int
    at: datetime
    outlets: tuple[OutletStatus, ...]
    resting: tuple[HostState, ...] = ()

    @property
    def exit(self) -> Exit:
        """The worst outlet's state as an exit code: a failing one is worse than a warning."""
        exits = {_EXITS[outlet.state] for outlet in self.outlets}
        return next((code for code in (Exit.FAILING, Exit.WARNINGS) if code in exits), Exit.OK)


def status(
    db: Database,
    archive: str,
    size: int,
    at: datetime,
    *,
    running: Collection[str] = (),
    given_up: Collection[str] = (),
    expected: Mapping[str, Expected] | None = None,
    length: int = 90,
) -> Status:
    """How the outlets of an archive stand. running: those that a process is crawling now. given_up: those that are not
    meant to be crawled any more. expected: outlets that are meant to be, whether they ever were or not.
    length: how many days are told."""
    found = [
        outlet_status(facts, at, running=facts.name in running, given_up=facts.name in given_up, length=length)
        for facts in outlet_facts(db, at - HISTORY, at)
    ]
    known = {outlet.name for outlet in found}
    never = [_never(name, one) for name, one in (expected or {}).items() if name not in known | set(given_up)]
    resting = tuple(host for host in troubled_hosts(db) if host.quiet_until and host.quiet_until > at)
    return Status(archive, size, at, tuple(sorted((*found, *never), key=lambda one: one.name)), resting)


def not_begun(archive: str, at: datetime, expected: Mapping[str, Expected]) -> Status:
    """How it stands where there is no archive yet: the first crawl makes it."""
    return Status(archive, 0, at, tuple(_never(name, expected[name]) for name in sorted(expected)))


def _never(name: str, expected: Expected) -> OutletStatus:
    when = f". It may be asked at {expected.hours} by its own clock; a run within them begins" if expected.hours else ""
    attention, title = (f"never crawled: `luubao crawl {name}` would begin{when}",), expected.title
    return OutletStatus(
        name, title, "UTC", "never crawled", attention, None, None, None, None, 0, 0, 0, Waiting(0, 0, 0), (), ()
    )


def outlet_status(
    facts: OutletFacts, at: datetime, *, running: bool = False, given_up: bool = False, length: int = 90
) -> OutletStatus:
    """How one outlet stands, from what the archive has of it."""
    ahead = [run for run in facts.runs if run.started_at > at + _SLACK]
    facts = replace(facts, runs=facts.runs[: len(facts.runs) - len(ahead)])  # they would hide that others are missing
    ended = [run for run in facts.runs if run.outcome != "running"]
    begun = rhythm([run.started_at for run in facts.runs])
    last = ended[-1] if ended else None
    newest = facts.runs[-1] if facts.runs else None
    under_way = newest.started_at if running and newest and newest.outcome == "running" else None
    overdue = begun is not None and at > begun.due and not running
    attention = [*_attention(facts, ended, running=running)]
    if ahead:
        attention.append(f"{_runs(ahead)} later than it is now: a clock was wrong, then or now")
    if overdue and begun and newest:
        attention.insert(0, _silence(begun, newest.started_at, at))
    return OutletStatus(
        facts.name,
        facts.title,
        facts.timezone,
        "given up" if given_up else _state(last, attention, overdue=overdue),
        () if given_up else tuple(attention),
        under_way,
        last,
        next((run.started_at for run in reversed(facts.runs) if run.stats.get("new")), None),
        begun,
        facts.articles,
        facts.edited,
        facts.gone,
        facts.waiting,
        tuple(by_day(facts.runs, zone_of(facts.timezone), at, length)),
        facts.runs,
        facts.seen,
    )


def _runs(ahead: Sequence[RunFacts]) -> str:
    first = f"a run began on {ahead[0].started_at:%Y-%m-%d}"
    return f"{first}, and {len(ahead) - 1} more did so," if len(ahead) > 1 else f"{first},"


def _state(last: RunFacts | None, attention: list[str], *, overdue: bool) -> State:
    if last is not None and last.outcome in _FAILURES:
        return "failing"
    if overdue:
        return "overdue"
    return "warnings" if attention else "ok"


def _silence(begun: Rhythm, last: datetime, at: datetime) -> str:
    return (
        f"no run for {duration(at - last)}, where there is one {every(begun.usual)}: is cron running, and the machine?"
    )


def _attention(facts: OutletFacts, ended: list[RunFacts], *, running: bool) -> Iterator[str]:
    if not facts.runs:
        yield f"no run for {HISTORY.days} days"
        return
    killed = facts.runs[-1]
    if killed.outcome == "running" and not running:
        yield (
            f"the run of {moment(killed.started_at, facts.timezone)} was killed, or its machine lost power; nothing is"
            " lost, and the next run goes on from there"
        )
    broken_off = sum(run.outcome == "interrupted" for run in ended[-_OF_LAST:])
    if broken_off >= _BROKEN_OFF:
        yield f"{broken_off} of the last {len(ended[-_OF_LAST:])} runs were broken off before they were done"
    if facts.doubted:
        addresses = "1 address" if facts.doubted == 1 else f"{facts.doubted} addresses"
        yield f"{addresses} last showed what is kept and not believed (readings.doubt says why); the next look decides"
    if ended:
        yield from filter(None, [ended[-1].reason if ended[-1].outcome in _FAILURES else None])
        yield from ended[-1].warnings
