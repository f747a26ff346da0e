"""When an address is due again, and how much a look at it is worth.

An article is due when as many edits are expected since the last look as make a look worth while (`WORTH_A_LOOK`): the
same number for all. For whoever wants to see as many states of as many articles as requests allow, that is the best
there is where edits come at random: to look at each when 1 - (1 + x) exp(-x), with x the edits expected, passes a
common threshold, is what the method of Lagrange gives for the sum of 1 - exp(-x) over all looks. It is the form of
policy that Cho and Garcia-Molina ("Effective Page Refresh Policies for Web Crawlers", ACM TODS 28:4, 2003) and Olston
and Pandey ("Recrawl Scheduling Based on Information Longevity", WWW 2008) found for other aims. How many are expected
is learned: archive/model/change_rate.py.

Lists (home, sections, their pages) are due by how often they bring links never seen before. Nothing is due later than
150 days after its last look, which leaves a run's budget a month to come round to it within half a year.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal, NamedTuple

from archive.model.change_rate import DAY, Bucket, Habits, Stretch, Tally, shared_out, stretches

LONGEST = timedelta(days=180)
"""Nothing goes without a look for longer, as long as the paper is crawled."""
TURN = timedelta(days=150)
"""After this an address is due whatever is expected of it: a month is left for its turn to come within the budget."""
WORTH_A_LOOK = 0.02
"""Edits expected since the last look at which the next is due: one look in fifty finds something."""
BUDGET = 100
"""Known articles that an hourly run looks at again at most, if nobody asks for another number; rarer runs have as much
more, up to a day's. At the usual page a second that is two minutes. A paper of 30 articles a day has some 22 due in an
hour (docs/rechecks.md): the budget does not hold back what is due, it spreads what falls due together."""

SPENT = 74
"""Known articles that an hourly run looks at in any case, if there are as many: what is due, then what gains most.
That is 1,776 a day: of 500 articles each every seventh hour, of 17,000 each every ten days."""
AGAIN = timedelta(minutes=55)
"""No known article is asked for sooner after the last look: an hour, but that cron may begin a little sooner."""
UNSEEN = 600.0
"""Days without a look after which that alone is worth a look, as if an edit were certain; half as many, a quarter. It
grows with the square of the time: what is gone was missed for half of it on average, and every look ends all of it."""
How = Literal["due", "budget", "all"]
"""Which known articles a run looks at: those that are due; besides, as many as it may spend on; or all."""

_PICTURES = 4
_SOONEST = timedelta(minutes=30)
_FIRST_BACK_OFF, _LONGEST_BACK_OFF = timedelta(hours=1), timedelta(days=30)
_GONE = timedelta(days=1)
_FIRST_LOOK = (timedelta(days=1), timedelta(hours=12))  # at a page that is neither, at a list
_UNDATED_WEEK, _UNDATED_AGE = timedelta(days=7), timedelta(days=90)
_PROMISED_WITHIN = 1 / 24  # days: a promise kept counts as an edit expected within an hour
_CATCH_UP = 10  # days


@dataclass(frozen=True, slots=True)
class State:
    """What is known of an address before a look. All times aware.

    kind: everything that is not an article is treated as a list. published_at: as the article's page says.
    checked_at: the last look that was answered. checks: looks answered so far, the first fetch included.
    changes: of these, how many found an edit (article) or links never seen before (list); the first fetch is none.
    changed_at: the last that did; None for never. failures: errors since the last answer.
    lastmod: the newest time of change that a sitemap or feed has named. gone_since: when it was found gone.
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
    """When an address is due, and the edits expected a day from then on: what a run with a budget goes by."""

    at: datetime
    worth: float


class Lesson(NamedTuple):
    """What a look adds to the tally of a bucket; None stands for the promises of sitemaps and feeds."""

    bucket: Bucket | None
    tally: Tally


def next_due(habits: Habits, state: State, changed: bool, at: datetime, enough: float = WORTH_A_LOOK) -> Due:
    """When an address that was just looked at is due again. `state` is as it was before this look; changed: whether it
    found an edit, or, for a list, links never seen before; enough: edits expected that make a look worth while."""
    after = _after(state, changed, at)
    if after.gone_since is not None:
        return _after_wait(max(_GONE, at - after.gone_since), at)
    return _article_due(habits, after, at, enough) if after.kind == "article" else _list_due(state, changed, at)


def promised(habits: Habits, state: State, due: Due, at: datetime) -> Due:
    """A sitemap or feed names `state.lastmod` as the time of change of a known article: it is due at once if that is
    later than our last look and such promises have proved true often enough; else when it was due anyway."""
    if state.checked_at is None or not _is_promised(state) or habits.trust < WORTH_A_LOOK:
        return due
    return Due(min(due.at, at), max(due.worth, habits.trust / _PROMISED_WITHIN))


def after_error(state: State, at: datetime) -> datetime:
    """When an address that answered with an error, or not at all, is tried again: after an hour, two, four, at most a
    month. `state` is as it was before this error."""
    return at + min(_FIRST_BACK_OFF * (1 << min(state.failures, 20)), _LONGEST_BACK_OFF)


def lessons(habits: Habits, state: State, changed: bool, at: datetime) -> list[Lesson]:
    """What a look at an article teaches about the paper's habits; changed: whether it found an edit, or the article
    gone. A first look teaches nothing, nor does one at a list, or at what has been gone for long."""
    if state.kind != "article" or state.checked_at is None or state.checks == 0:
        return []
    if state.gone_since is not None and not changed:
        return []
    watched = (at - state.checked_at) / DAY
    life = list(_life(habits, state, at, -watched, 0.0))
    taught = [Lesson(bucket, tally) for bucket, tally in shared_out(habits.rates, life, changed=changed)]
    return [*taught, Lesson(None, Tally(1, float(changed), 0))] if _is_promised(state) else taught


class Budget(NamedTuple):
    """How many known articles a run looks at again at most, and how many of them are those longest not looked at."""

    most: int
    turns: int


def budget(waiting: Mapping[int, int], runs_a_day: float, asked: int | None = None) -> Budget:
    """What a run may spend on rechecks: what was asked for, or more where more is needed for every article to be seen
    twice a year. waiting: by whole days since the last look, how many articles wait for their turn.

    As many must be looked at now as lets those waiting longest, at that many a run, be seen in time, however many of
    them one counts (the earliest deadline first). Where that is more than half of what was asked for, the budget rises,
    so that others have their share too. What a pause of months has left behind is made up for in ten days."""
    turns = total = 0
    for days, number in sorted(waiting.items(), reverse=True):
        total += number
        turns = max(turns, ceil(total / max(1, int(_days_left(days) * runs_a_day))))
    usual = BUDGET * ceil(24 / min(24, max(1, runs_a_day))) if asked is None else asked
    return Budget(max(usual, turns + min(turns, usual)), turns)


def spent(how: How, runs_a_day: float, asked: int | None = None) -> int:
    """How many known articles a run looks at in any case, due or not."""
    if how == "all":
        return sys.maxsize
    if how == "due":
        return 0
    return SPENT * ceil(24 / min(24, max(1, runs_a_day))) if asked is None else asked


def pictures_again(how: How, runs_a_day: float, asked: int | None = None) -> int:
    """How many pictures that were fetched before a run asks for again: a quarter of what it may spend, of which they
    are a part."""
    return spent("all" if how == "all" else "budget", runs_a_day, asked) // _PICTURES


def early_gain(looked: float, due: float, worth: float = 0.0) -> float:
    """What a look gains, in edits expected and in what it ends of not knowing whether an article is still there.

    looked: days since the last look; due: days until it is due, negative where it is; worth: edits a day from then on.
    Until it is due the edits expected grow evenly to WORTH_A_LOOK."""
    edits = WORTH_A_LOOK - worth * due if due <= 0 else WORTH_A_LOOK * looked / (looked + due)
    return edits + (looked / UNSEEN) ** 2


def _days_left(days: int) -> int:
    """How many days are left, with one to spare, for an article that was looked at so many whole days ago."""
    return max(LONGEST.days - days - 2, 0) if days < LONGEST.days else _CATCH_UP


def _is_promised(state: State) -> bool:
    return state.lastmod is not None and state.checked_at is not None and state.lastmod > state.checked_at


def _after(state: State, changed: bool, at: datetime) -> State:
    """The state after a look."""
    edited = changed and state.checks > 0
    return State(
        state.kind, min(state.found_at, at), state.published_at, at, at if edited else state.changed_at,
        state.checks + 1, state.changes + edited, 0, state.lastmod, state.gone_since,
    )  # fmt: skip


def _born(habits: Habits, state: State) -> datetime:
    """When an article was published, as far as is known. One without a date that was found in the first week of a
    paper's first crawl is not new: it is what the paper had."""
    if state.published_at is not None:
        return min(state.published_at, state.found_at)
    if habits.since is not None and state.found_at - habits.since < _UNDATED_WEEK:
        return state.found_at - _UNDATED_AGE
    return state.found_at


def _life(habits: Habits, state: State, at: datetime, begin: float, end: float) -> list[Stretch]:
    """The buckets an article goes through between two moments, in days from `at`."""
    quiet = None if state.changed_at is None else (at - state.changed_at) / DAY
    return list(stretches((at - _born(habits, state)) / DAY, quiet, state.changes, begin, end))


def _article_due(habits: Habits, state: State, at: datetime, enough: float) -> Due:
    rates, missing, rate = habits.rates, enough, 0.0
    for bucket, begin, end in _life(habits, state, at, 0.0, TURN / DAY):
        rate = rates[bucket]
        if rate * (end - begin) >= missing:
            return Due(at + max(_SOONEST, DAY * (begin + missing / rate)), rate)
        missing -= rate * (end - begin)
    return Due(at + TURN, rate)


def _list_due(before: State, changed: bool, at: datetime) -> Due:
    """Half the time that brought new links, or twice the time that brought none: so that every other look at a list
    brings some."""
    if before.checked_at is None:
        return _after_wait(_FIRST_LOOK[before.kind == "list"], at)
    waited = at - before.checked_at
    return _after_wait(waited / 2 if changed else waited * 2, at)


def _after_wait(wait: timedelta, at: datetime) -> Due:
    """Due after a time that is taken to be as long as makes a look worth while."""
    wait = max(_SOONEST, min(wait, TURN))
    return Due(at + wait, WORTH_A_LOOK / (wait / DAY))
