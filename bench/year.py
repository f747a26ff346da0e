"""A year of hourly runs over an imagined newsroom, under one policy of rechecks or another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from random import Random
from statistics import median, quantiles

from archive.habits import Bucket, Habits, Tally
from archive.schedule import LONGEST, TURN, WORTH_A_LOOK, State, budget, lessons, next_due
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
    """What the year's hourly runs could see at best: edits of known articles that stood at the turn of an hour, and
    disappearances of known articles."""
    edits = sum(len({ceil(edit) for edit in one.edits if _met(one) < edit < (one.gone or YEAR)}) for one in articles)
    return edits, sum(one.gone is not None and _met(one) < one.gone < YEAR for one in articles)


def _met(article: Article) -> float:
    return float(ceil(max(0.0, article.published)))


Interval = Callable[[float, float], float]
"""Hours until the next look at an article of so many hours of age, that has not changed for so many hours."""
Family = Callable[[float], Interval]
"""Rules of one form, by a factor: the larger, the fewer looks."""


def unlearned(articles: Iterable[Article], interval: Interval, seen: Seen | None = None) -> Seen:
    """A year under a rule that knows an article's age and when it changed last, and nothing else. Every article is
    looked at when it is due, by the next hourly run; there is no budget, so none stands in another's way."""
    seen = seen or Seen()
    for article in articles:
        at = changed = _met(article)
        shown = article.state(at)
        since = article.published if article.dated else at
        while True:
            last, at = at, ceil(at + min(max(1.0, interval(at - since, at - changed)), HALF_YEAR))
            if at >= YEAR:
                break
            now, gone = seen.look(article, shown, last, at)
            if gone:
                break
            if now != shown:
                shown, changed = now, at
    return seen


def at_cost(articles: list[Article], family: Family, requests: int) -> Seen:
    """A year under a rule of the family with exactly that many requests: some articles by the rule that is a little too
    costly, the others by the next that is not, and the few requests left over in the year's last run, where they find
    most."""
    mixed = Random(1).sample(articles, len(articles))
    low, high = 1e-3, 1e3
    for _ in range(18):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if unlearned(mixed, family(middle)).requests > requests else (low, middle)
    dear, cheap = 0, len(mixed)
    while cheap - dear > 1:  # how many by the costlier rule
        middle_number = (dear + cheap) // 2
        costs = _mixture(mixed, family(low), family(high), middle_number).requests
        dear, cheap = (dear, middle_number) if costs > requests else (middle_number, cheap)
    seen = _mixture(mixed, family(low), family(high), dear)
    seen.requests = requests
    return seen


def _mixture(articles: list[Article], dear: Interval, cheap: Interval, number: int) -> Seen:
    return unlearned(articles[number:], cheap, unlearned(articles[:number], dear))


@dataclass(slots=True)
class _Known:
    article: Article
    state: State
    shown: int
    last: float
    due: float = 0.0
    worth: float = 0.0


class Learned:
    """The schedule as the crawler uses it: archive/schedule.py, with what it learns kept in memory."""

    def __init__(
        self,
        articles: list[Article],
        *,
        asked: int | None = None,
        rhythm: float = 1.0,
        worth_a_look: float = WORTH_A_LOOK,
    ):
        self.articles, self.asked, self.rhythm, self.worth_a_look = articles, asked, rhythm, worth_a_look
        self.tallies: dict[Bucket | None, Tally] = defaultdict(Tally)
        self.habits = Habits(since=BEGIN)
        self.seen = Seen()
        self.due: dict[int, list[_Known]] = defaultdict(list)
        self.waiting: list[_Known] = []

    def year(self) -> Seen:
        """Runs the year."""
        number = 0
        for run in range(int(YEAR / self.rhythm)):
            at = run * self.rhythm
            self.recall()
            while number < len(self.articles) and self.articles[number].published <= at:
                self.meet(self.articles[number], at)
                number += 1
            for one in self.take(run, at):
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

    def meet(self, article: Article, at: float) -> None:
        """The first fetch of an article, unless it is gone already; it is no recheck."""
        if article.gone is not None and article.gone <= at:
            return
        published = BEGIN + timedelta(hours=article.published) if article.dated else None
        one = _Known(article, State("article", _moment(at), published), article.state(at), at)
        self.settle(one, False, at)

    def take(self, run: int, at: float) -> list[_Known]:
        """What store.habits.rechecks takes of what is due."""
        self.waiting += self.due.pop(run, [])
        pressing = sorted((one for one in self.waiting if at - one.last >= TURN.days * DAY), key=lambda one: one.last)
        waiting = Counter(int((at - one.last) // DAY) for one in pressing)
        most, turns = budget(waiting, DAY / self.rhythm, self.asked)
        first = {id(one) for one in pressing[:turns]}
        self.waiting.sort(key=lambda one: (id(one) in first, one.worth * (at - one.due)), reverse=True)
        taken, self.waiting = self.waiting[:most], self.waiting[most:]
        return taken

    def look(self, one: _Known, at: float) -> None:
        """A recheck."""
        now, gone = self.seen.look(one.article, one.shown, one.last, at)
        misread = one.article.misread is not None and one.article.misread <= at
        if misread:
            one.article.misread = None
        changed, one.shown = now != one.shown or misread, now
        self.learn(one, changed or gone, at)
        if not gone:
            self.settle(one, changed, at)

    def learn(self, one: _Known, changed: bool, at: float) -> None:
        """What store.habits.learn_check does in the archive."""
        for bucket, tally in lessons(self.habits, one.state, changed, _moment(at)):
            old = self.tallies[bucket]
            self.tallies[bucket] = Tally(old.looks + tally.looks, old.changes + tally.changes, old.days + tally.days)

    def settle(self, one: _Known, changed: bool, at: float) -> None:
        """Notes the look's result, and when the next is due."""
        moment, old, one.last = _moment(at), one.state, at
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
