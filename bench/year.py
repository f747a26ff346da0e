"""A year of hourly runs over an imagined newsroom, under one policy of rechecks or another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles

from archive.habits import Bucket, Habits, Tally
from archive.schedule import LONGEST, State, budget, lessons, next_due
from bench.newsroom import DAY, YEAR, Article

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
HALF_YEAR = LONGEST.total_seconds() / 3600


@dataclass
class Seen:
    """What a year's looks saw. late: hours from an edit to the look that saw it, of every state caught."""

    requests: int = 0
    late: list[float] = field(default_factory=list)
    gone: int = 0
    gone_late: list[float] = field(default_factory=list)
    longest: float = 0.0

    @property
    def caught(self) -> int:
        """Distinct states seen, the first of each article not counted."""
        return len(self.late)

    def look(self, article: Article, shown: int, last: float, at: float) -> tuple[int, bool]:
        """A look at an article of which state `shown` is known, last looked at then. Returns the state it shows now,
        and whether it is gone."""
        self.requests += 1
        self.longest = max(self.longest, at - last)
        if article.gone is not None and article.gone <= at:
            self.gone += 1
            self.gone_late.append(at - article.gone)
            return shown, True
        now = article.state(at)
        if now != shown:
            self.late.append(at - article.edits[now - 1])
        return now, False


def chances(articles: list[Article]) -> tuple[int, int]:
    """How many edits and disappearances of known articles the year has: what could be seen at best."""
    edits = sum(
        sum(max(0.0, one.published) + 1 < edit < (one.gone or YEAR) for edit in one.edits) for one in articles
    )
    return edits, sum(one.gone is not None and one.gone < YEAR for one in articles)


Interval = Callable[[float, float], float]
"""Hours until the next look at an article of so many hours of age, that has not changed for so many hours."""


def unlearned(articles: list[Article], interval: Interval, rhythm: float = 1.0) -> Seen:
    """A year under a rule that knows an article's age and when it changed last, and nothing else. Every article is
    looked at when it is due, at the next run; there is no budget, so articles do not stand in each other's way."""
    seen = Seen()
    for article in articles:
        met = _run_after(max(0.0, article.published), rhythm)
        shown, changed, at = article.state(met), met, met
        # what the rule calls its change: its publication, where the page says when that was
        since = article.published if article.dated else met
        while True:
            last, at = at, _run_after(at + min(interval(at - since, at - changed), HALF_YEAR), rhythm)
            if at >= YEAR:
                break
            now, gone = seen.look(article, shown, last, at)
            if gone:
                break
            if now != shown:
                shown, changed = now, at
    return seen


def _run_after(at: float, rhythm: float) -> float:
    return -(-at // rhythm) * rhythm


def at_cost(articles: list[Article], rule: Callable[[float], Interval], requests: int, rhythm: float = 1.0) -> Seen:
    """A year under the rule that comes closest to that many requests without exceeding them, of all that `rule` gives
    (the larger its factor, the fewer requests). What is left over is spent in the last run, on the articles longest
    not edited being no matter: on any, for it finds all that there is to find then."""
    low, high = 1e-4, 1e4
    for _ in range(22):
        factor = (low * high) ** 0.5
        low, high = (factor, high) if unlearned(articles, rule(factor), rhythm).requests > requests else (low, factor)
    return unlearned(articles, rule(high), rhythm)


@dataclass(slots=True)
class _Known:
    article: Article
    state: State
    shown: int
    due: float
    worth: float


class Learned:
    """The schedule as the crawler uses it: archive/schedule.py, with what it learns kept in memory."""

    def __init__(self, articles: list[Article], *, asked: int = 10**6, rhythm: float = 1.0, worth_a_look: float):
        self.articles, self.asked, self.rhythm, self.worth_a_look = articles, asked, rhythm, worth_a_look
        self.tallies: dict[Bucket | None, Tally] = defaultdict(Tally)
        self.habits = Habits(since=BEGIN)
        self.seen = Seen()
        self.due: dict[int, list[_Known]] = defaultdict(list)
        self.waiting: list[_Known] = []

    def year(self) -> Seen:
        """Runs the year."""
        number, known = 0, 0
        for run in range(int(YEAR / self.rhythm)):
            at = run * self.rhythm
            self.recall()
            while number < len(self.articles) and self.articles[number].published <= at:
                known += self.meet(self.articles[number], at)
                number += 1
            for one in self.take(run, at, budget(known, DAY / self.rhythm, self.asked)):
                self.look(one, at)
        return self.seen

    def recall(self) -> None:
        """What a run does at its start: what was learned fades a little, and is read."""
        share = 0.5 ** (self.rhythm / (180 * DAY))
        self.tallies = defaultdict(
            Tally,
            {b: Tally(t.looks * share, t.changes * share, t.days * share) for b, t in self.tallies.items()},
        )
        tallies = {bucket: tally for bucket, tally in self.tallies.items() if bucket is not None}
        self.habits = Habits(tallies, self.tallies[None], BEGIN)

    def meet(self, article: Article, at: float) -> bool:
        """The first fetch of an article; it is no recheck. False when it is gone already."""
        if article.gone is not None and article.gone <= at:
            return False
        published = BEGIN + timedelta(hours=article.published) if article.dated else None
        one = _Known(article, State("article", _moment(at), published), article.state(at), 0, 0)
        self.settle(one, False, at)
        return True

    def take(self, run: int, at: float, most: int) -> list[_Known]:
        """What is due, most worth first, as store.habits.MOST_WORTH has it."""
        self.waiting += self.due.pop(run, [])
        if len(self.waiting) <= most:
            taken, self.waiting = self.waiting, []
            return taken
        call = _moment(at) - timedelta(days=170)
        self.waiting.sort(key=lambda one: (one.state.checked_at < call, one.worth * (at - one.due)), reverse=True)  # type: ignore[operator]
        taken, self.waiting = self.waiting[:most], self.waiting[most:]
        return taken

    def look(self, one: _Known, at: float) -> None:
        """A recheck."""
        assert one.state.checked_at is not None
        last = (one.state.checked_at - BEGIN) / timedelta(hours=1)
        now, gone = self.seen.look(one.article, one.shown, last, at)
        if gone:
            return
        misread = one.article.misread is not None and one.article.misread <= at
        if misread:
            one.article.misread = None
        changed, one.shown = now != one.shown or misread, now
        for bucket, tally in lessons(self.habits, one.state, changed, _moment(at)):
            old = self.tallies[bucket]
            self.tallies[bucket] = Tally(old.looks + tally.looks, old.changes + tally.changes, old.days + tally.days)
        self.settle(one, changed, at)

    def settle(self, one: _Known, changed: bool, at: float) -> None:
        """Notes the look's result, and when the next is due."""
        moment, old = _moment(at), one.state
        due = next_due(self.habits, old, changed, moment, self.worth_a_look)
        edited = changed and old.checks > 0
        one.state = State(
            "article", old.found_at, old.published_at, moment, moment if edited else old.changed_at, old.checks + 1,
            old.changes + edited,
        )  # fmt: skip
        one.due, one.worth = (due.at - BEGIN) / timedelta(hours=1), due.worth
        self.due[max(int(-(-one.due // self.rhythm)), int(at / self.rhythm) + 1)].append(one)


def _moment(at: float) -> datetime:
    return BEGIN + timedelta(hours=at)


def told(name: str, seen: Seen, edits: int, gone: int) -> str:
    """One line of a comparison."""
    late, ninth = median(seen.late), quantiles(seen.late, n=10)[-1]
    soon = sum(one <= DAY for one in seen.late)
    return (
        f"{name:34} {seen.requests:8} requests, {seen.caught:6} of {edits} edits ({seen.caught / edits:.0%}), "
        f"{soon / edits:.0%} within a day; late {late:7.1f} h, p90 {ninth:7.1f} h; "
        f"{seen.gone} of {gone} gone, late {median(seen.gone_late or [0]) / DAY:.1f} d; longest {seen.longest / DAY:.0f} d"
    )
