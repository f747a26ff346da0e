"""Schedules rechecks: when a URL is due again, and its priority: how much a recheck is worth.

An article is due when the edits expected since the last recheck make a recheck worth while (`WORTH_A_LOOK`): the same
number for all. To see as many states of as many articles as the requests allow, that is optimal where edits come at
random: to recheck each when 1 - (1 + x) exp(-x), with x the edits expected, passes a common threshold, is what the
method of Lagrange gives for the sum of 1 - exp(-x) over all rechecks. It is the form of policy that Cho and
Garcia-Molina ("Effective Page Refresh Policies for Web Crawlers", ACM TODS 28:4, 2003) and Olston and Pandey ("Recrawl
Scheduling Based on Information Longevity", WWW 2008) found for other aims. The expected edits are learned:
archive/model/change_rate.py.

Lists (home, sections, their pages) are due by how often they bring links never seen before. Nothing is due later than
150 days after its last recheck, which leaves a run's budget a month to come round to it within half a year.

A host that answered with errors is asked again after a pause, which one run leaves to the next one, of any outlet.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Literal, NamedTuple

from sqlite_utils import Database

from archive.model import clock
from archive.model.change_rate import DAY, Bucket, ChangeRates, Stretch, Tally, shared_out, stretches
from archive.storage.connection import insert, transaction
from archive.storage.integrity.column_validation import readable_values

SEED, NEW, LIST, KNOWN, DEFERRED = range(5)
"""The ranks of the frontier: the order in which a run takes URLs. No run takes those that are deferred
(archive.frontier.dequeue)."""
MAX_INTERVAL = timedelta(days=180)
"""The longest time without a recheck, as long as the outlet is crawled."""
MAX_DUE_INTERVAL = timedelta(days=150)
"""After this a URL is due whatever its expected edits: a month is left for the budget to reach it."""
WORTH_A_LOOK = 0.02
"""Edits expected since the last recheck at which the next is due: one recheck in fifty finds something."""
BUDGET = 100
"""Known articles that an hourly run rechecks at most, unless another number is given; rarer runs have as much more, up
to a day's. At the usual page a second that is two minutes. A paper of 30 articles a day has some 22 due in an hour
(docs/rechecks.md): the budget does not hold back what is due, it spreads what falls due together."""

SPENT = 74
"""Known articles that an hourly run rechecks in any case, if there are as many: what is due, then what gains most. That
is 1,776 a day: of 500 articles each every seventh hour, of 17,000 each every ten days."""
RECHECK_FLOOR = timedelta(minutes=55)
"""Shortest time between requests for a known article: an hour, less a margin because cron may start a little sooner."""
UNSEEN_DAYS = 600.0
"""Days without a recheck after which that alone is worth one, as if an edit were certain; half as many, a quarter. It
grows with the square of the time: a disappearance was missed for half of it on average, and every recheck ends all of
it."""
RecheckMode = Literal["due", "budget", "all"]
"""Which known articles a run rechecks: those that are due; besides, as many as it may spend on; or all."""

_PICTURE_DIVISOR = 4
_SHORTEST_WAIT = timedelta(minutes=30)
_FIRST_BACK_OFF, _LONGEST_BACK_OFF = timedelta(hours=1), timedelta(days=30)
_FIRST_GONE_WAIT = timedelta(days=1)
_FIRST_WAITS = (timedelta(days=1), timedelta(hours=12))  # of a page that is neither article nor list, of a list
_UNDATED_WEEK, _UNDATED_AGE = timedelta(days=7), timedelta(days=90)
_CLAIMED_WITHIN = 1 / 24  # days: a claim that proves true counts as an edit expected within an hour
_CATCH_UP_DAYS = 10  # days


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a URL before a recheck. All times aware.

    kind: everything that is not an article is treated as a list. published_at: as the article's page says. checked_at:
    the last request that was answered. checks: requests answered so far, the first fetch included. changes: how many of
    these found an edit (article) or links never seen before (list); the first fetch is none. changed_at: the last that
    did; None for never. failures: errors since the last answer. lastmod: the newest time of change that a sitemap or
    feed has named. gone_since: when it was found gone.
    """

    kind: Literal["article", "list", "other"]
    found_at: datetime
    published_at: datetime | None = None
    checked_at: datetime | None = None
    changed_at: datetime | None = None
    checks: int = 0
    changes: int = 0
    failures: int = 0
    lastmod: datetime | None = None
    gone_since: datetime | None = None


class Due(NamedTuple):
    """When a URL is due, and the edits expected a day from then on, by which a run with a budget chooses."""

    due_at: datetime
    worth: float


class Lesson(NamedTuple):
    """What a recheck adds to the tally of a bucket; None stands for claims of a
    sitemap or feed (lastmod)."""

    bucket: Bucket | None
    tally: Tally


def next_due(
    change_rates: ChangeRates, state: State, changed: bool, moment: datetime, enough: float = WORTH_A_LOOK
) -> Due:
    """When a URL that was just rechecked is due again. `state` is as it was before this recheck; changed: whether it
    found an edit, or, for a list, links never seen before; enough: edits expected that make a recheck worth while."""
    if state.gone_since is not None:
        return _after_wait(max(_FIRST_GONE_WAIT, moment - state.gone_since), moment)
    if state.kind == "article":
        return _article_due(change_rates, _state_after(state, changed, moment), moment, enough)
    return _list_due(state, changed, moment)


def due_by_lastmod(change_rates: ChangeRates, state: State, due: Due, moment: datetime) -> Due:
    """A sitemap or feed names `state.lastmod` as the time of change of a known article: it is due at once if that is
    later than our last recheck and such claims have proved true often enough; else it stays due as before."""
    if state.checked_at is None or not _has_newer_lastmod(state) or change_rates.trust < WORTH_A_LOOK:
        return due
    return Due(min(due.due_at, moment), max(due.worth, change_rates.trust / _CLAIMED_WITHIN))


def after_error(state: State, moment: datetime) -> datetime:
    """When a URL that failed or did not answer is retried (exponential backoff): after an hour, two, four, at most a
    month. `state` is as it was before this error."""
    return moment + min(_FIRST_BACK_OFF * (1 << min(state.failures, 20)), _LONGEST_BACK_OFF)


def lessons(change_rates: ChangeRates, state: State, changed: bool, moment: datetime) -> list[Lesson]:
    """What a recheck of an article teaches about the outlet's change rates; changed: whether it found an edit, or the
    article gone. A first fetch teaches nothing, nor does a list, or an article that was gone before."""
    if state.kind != "article" or state.checked_at is None or state.checks == 0:
        return []
    if state.gone_since is not None and not changed:
        return []
    days_watched = (moment - state.checked_at) / DAY
    life = list(_life(change_rates, state, moment, -days_watched, 0.0))
    taught = [Lesson(bucket, tally) for bucket, tally in shared_out(change_rates.rates, life, changed=changed)]
    return [*taught, Lesson(None, Tally(1, float(changed), 0))] if _has_newer_lastmod(state) else taught


class Budget(NamedTuple):
    """most: known articles that a run rechecks at most; overdue: how many of these are those unchecked for longest."""

    most: int
    overdue: int


def budget(waiting: Mapping[int, int], runs_a_day: float, asked: int | None = None) -> Budget:
    """A run's budget for rechecks: the number given, or more where more is needed to see every article twice a year.
    waiting: number of articles that wait, by whole days since the last recheck.

    Feasibility by the earliest deadline first: for each waiting time d, the articles that wait for d days or longer
    must fit into the runs left until their deadline, so `overdue` is the largest of their number / (days left * runs a
    day). Where that is more than half of the number given, the budget rises, so that others have their share too. The
    backlog of a pause of months is made up for in ten days.
    """
    overdue = total = 0
    for days, number in sorted(waiting.items(), reverse=True):
        total += number
        overdue = max(overdue, ceil(total / max(1, int(_days_left(days) * runs_a_day))))
    usual = BUDGET * ceil(24 / min(24, max(1, runs_a_day))) if asked is None else asked
    return Budget(max(usual, overdue + min(overdue, usual)), overdue)


def recheck_target(recheck_mode: RecheckMode, runs_a_day: float, asked: int | None = None) -> int:
    """How many known articles a run rechecks at least, due or not, if there are as many."""
    if recheck_mode == "all":
        return sys.maxsize
    if recheck_mode == "due":
        return 0
    return SPENT * ceil(24 / min(24, max(1, runs_a_day))) if asked is None else asked


def pictures_again(recheck_mode: RecheckMode, runs_a_day: float, asked: int | None = None) -> int:
    """How many known pictures a run requests again: a quarter of what it may spend, of which they are a part."""
    return recheck_target("all" if recheck_mode == "all" else "budget", runs_a_day, asked) // _PICTURE_DIVISOR


def _days_left(days: int) -> int:
    """How many days are left, with one to spare, for an article whose last recheck was so many whole days ago."""
    return max(MAX_INTERVAL.days - days - 2, 0) if days < MAX_INTERVAL.days else _CATCH_UP_DAYS


def _has_newer_lastmod(state: State) -> bool:
    return state.lastmod is not None and state.checked_at is not None and state.lastmod > state.checked_at


def _state_after(state: State, changed: bool, moment: datetime) -> State:
    edited = changed and state.checks > 0
    return State(
        state.kind, min(state.found_at, moment), state.published_at, moment, moment if edited else state.changed_at,
        state.checks + 1, state.changes + edited, 0, state.lastmod, state.gone_since,
    )  # fmt: skip


def _publication_time(change_rates: ChangeRates, state: State) -> datetime:
    """When an article was published, as far as is known. An undated one found in the first week of an outlet's first
    crawl is not new: it was there before."""
    if state.published_at is not None:
        return min(state.published_at, state.found_at)
    if change_rates.since is not None and state.found_at - change_rates.since < _UNDATED_WEEK:
        return state.found_at - _UNDATED_AGE
    return state.found_at


def _life(change_rates: ChangeRates, state: State, moment: datetime, begin: float, end: float) -> list[Stretch]:
    """The buckets an article passes through between two moments, in days from `moment`."""
    quiet = None if state.changed_at is None else (moment - state.changed_at) / DAY
    return list(stretches((moment - _publication_time(change_rates, state)) / DAY, quiet, state.changes, begin, end))


def _article_due(change_rates: ChangeRates, state: State, moment: datetime, enough: float) -> Due:
    rates, missing, rate = change_rates.rates, enough, 0.0
    for bucket, begin, end in _life(change_rates, state, moment, 0.0, MAX_DUE_INTERVAL / DAY):
        rate = rates[bucket]
        if rate * (end - begin) >= missing:
            return Due(moment + max(_SHORTEST_WAIT, DAY * (begin + missing / rate)), rate)
        missing -= rate * (end - begin)
    return Due(moment + MAX_DUE_INTERVAL, rate)


def _list_due(state: State, changed: bool, moment: datetime) -> Due:
    """After half the time that brought new links, or twice the time that brought none: so every other recheck of a list
    brings some."""
    if state.checked_at is None:
        return _after_wait(_FIRST_WAITS[state.kind == "list"], moment)
    waited = moment - state.checked_at
    return _after_wait(waited / 2 if changed else waited * 2, moment)


def _after_wait(wait: timedelta, moment: datetime) -> Due:
    """Due after a wait; its worth is set as if exactly WORTH_A_LOOK edits were expected by then."""
    wait = max(_SHORTEST_WAIT, min(wait, MAX_DUE_INTERVAL))
    return Due(moment + wait, WORTH_A_LOOK / (wait / DAY))


@dataclass(frozen=True, slots=True)
class HostState:
    """Errors and pauses of a host. errors: how many in a row, over all runs. quiet_until: aware; no requests until
    then, and reason, one sentence, says why. no_rules_since: since when its robots.txt has given no answer."""

    host: str
    errors: int = 0
    quiet_until: datetime | None = None
    reason: str | None = None
    no_rules_since: datetime | None = None

    @property
    def is_troubled(self) -> bool:
        """Whether there is anything to store."""
        return bool(self.errors or self.quiet_until or self.no_rules_since)


def troubled_hosts(db: Database) -> list[HostState]:
    """The hosts with errors or pauses; nothing is stored of others."""
    rows = db.query("SELECT host, errors, quiet_until, reason, no_rules_since FROM hosts ORDER BY host")
    return list(readable_values(rows, "hosts", _state))


def _state(row: dict[str, Any]) -> HostState:
    until, since = (text and clock.parse(text) for text in (row["quiet_until"], row["no_rules_since"]))
    return HostState(row["host"], row["errors"], until, row["reason"], since)


def note_hosts(db: Database, states: Sequence[HostState], moment: datetime) -> None:
    """Stores hosts' states; removes a host without errors and pauses."""
    with transaction(db):
        for state in states:
            db.execute("DELETE FROM hosts WHERE host = ?", [state.host])
            if state.is_troubled:
                insert(db, "hosts", {
                    "host": state.host, "errors": state.errors, "reason": state.reason, "noted_at": clock.stamp(moment),
                    "quiet_until": state.quiet_until and clock.stamp(state.quiet_until),
                    "no_rules_since": state.no_rules_since and clock.stamp(state.no_rules_since),
                })  # fmt: skip
