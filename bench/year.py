"""A year of hourly runs over an imagined newsroom, under one policy of rechecks or another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil, inf
from random import Random
from statistics import median, quantiles

from archive.frontier.schedule import MAX_DUE_INTERVAL, MAX_INTERVAL, WORTH_A_LOOK, State, budget, lessons, next_due
from archive.model.change_rate import Bucket, ChangeRates, Tally
from bench.newsroom import DAY, YEAR, Article

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
HALF_YEAR = MAX_INTERVAL.total_seconds() / 3600


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

    @property
    def seen(self) -> int:
        """Distinct states and disappearances."""
        return self.caught + self.gone

    def look(self, article: Article, shown: int, last: float, moment: float) -> tuple[int, bool]:
        """A look at an article of which state `shown` is known, last looked at then. Returns the state it shows now,
        and whether it is gone."""
        self.requests += 1
        self.longest = max(self.longest, moment - last)
        if article.gone is not None and article.gone <= moment:
            self.gone += 1
            self.gone_late.append(moment - article.gone)
            return shown, True
        now = article.state(moment)
        if now != shown:
            self.late.append(moment - article.edits[now - 1])
        return now, False


def chances(articles: list[Article], rhythm: float = 1.0) -> tuple[int, int]:
    """What the year's runs, at so many hours' intervals, could see at best: edits of known articles that stood at a
    run, and disappearances of known articles."""
    edits = sum(len(_runs_that_see(one, rhythm)) for one in articles)
    return edits, sum(one.gone is not None and _met(one, rhythm) < one.gone < YEAR for one in articles)


def _runs_that_see(article: Article, rhythm: float) -> set[int]:
    """The numbers of the runs that find an edit made since the run before."""
    end = article.gone or YEAR
    runs = {ceil(edit / rhythm) for edit in article.edits if edit > _met(article, rhythm)}
    return {run for run in runs if run * rhythm < end}


def _met(article: Article, rhythm: float = 1.0) -> float:
    return rhythm * ceil(max(0.0, article.published) / rhythm)


Interval = Callable[[float, float], float]
"""Hours until the next look at an article of so many hours of age, that has not changed for so many hours."""
Family = Callable[[float], Interval]
"""Rules of one form, by a factor: the larger, the fewer looks."""


def unlearned(articles: Iterable[Article], interval: Interval) -> Seen:
    """A year under a rule that knows an article's age and when it changed last, and nothing else. Every article is
    looked at when it is due, by the next hourly run; there is no budget, so none stands in another's way."""
    seen = Seen()
    for article in articles:
        follow(article, interval, seen)
    return seen


def follow(article: Article, interval: Interval, seen: Seen, most: float = inf) -> None:
    """An article's year under a rule, with at most so many looks."""
    moment = changed = _met(article)
    shown, looks = article.state(moment), 0
    since = article.published if article.dated else moment
    while looks < most:
        last, moment = moment, ceil(moment + min(max(1.0, interval(moment - since, moment - changed)), HALF_YEAR))
        if moment >= YEAR:
            return
        looks += 1
        now, gone = seen.look(article, shown, last, moment)
        if gone:
            return
        if now != shown:
            shown, changed = now, moment


def at_cost(articles: list[Article], family: Family, requests: int) -> Seen:
    """A year under a rule of the family with exactly that many requests: some articles by a rule that is a little too
    costly for all, one by that rule until its requests are used up, the others by a rule a little cheaper."""
    mixed = Random(1).sample(articles, len(articles))
    dear, cheap = _two(mixed, family, requests)
    costs = [(_requests(one, dear), _requests(one, cheap)) for one in mixed]
    left = requests - sum(cheaper for _, cheaper in costs)
    seen = Seen()
    for article, (costlier, cheaper) in zip(mixed, costs, strict=True):
        extra = max(0, min(left, costlier - cheaper))
        follow(article, dear if extra else cheap, seen, cheaper + extra)
        left -= extra
    return seen


def _requests(article: Article, interval: Interval) -> int:
    seen = Seen()
    follow(article, interval, seen)
    return seen.requests


def _two(articles: list[Article], family: Family, requests: int) -> tuple[Interval, Interval]:
    """Two rules of the family that cost more, and no more, than so much: as near as a part of the articles tells."""
    some = articles[: len(articles) // 8]
    low, high = 1e-3, 1e3
    for _ in range(18):
        middle = (low * high) ** 0.5
        dear = unlearned(some, family(middle)).requests * len(articles) > requests * len(some)
        low, high = (middle, high) if dear else (low, middle)
    while unlearned(articles, family(low)).requests < requests:
        low *= 0.98
    while unlearned(articles, family(high)).requests > requests:
        high *= 1.02
    return family(low), family(high)


@dataclass(slots=True)
class Known:
    """An article as the schedule knows it."""

    article: Article
    state: State
    shown: int
    last: float
    due: float = 0.0
    worth: float = 0.0
    key: str = ""
    gone: bool = False

    def misread(self, moment: float) -> bool:
        """Whether a redesign makes it look edited, for the first time."""
        if self.article.misread is None or self.article.misread > moment:
            return False
        self.article.misread = None
        return True


class Learned:
    """The schedule as the crawler uses it: archive/frontier/schedule.py, with what it learns kept in memory."""

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
        self.change_rates = ChangeRates(since=BEGIN)
        self.seen = Seen()
        self.due: dict[int, list[Known]] = defaultdict(list)
        self.waiting: list[Known] = []

    def year(self, until: float = YEAR) -> Seen:
        """Runs the year, or its first hours."""
        number = 0
        for run in range(int(until / self.rhythm)):
            moment = run * self.rhythm
            self.recall(moment)
            while number < len(self.articles) and self.articles[number].published <= moment:
                self.meet(self.articles[number], moment)
                number += 1
            for one in self.take(run, moment):
                self.look(one, moment)
        return self.seen

    def recall(self, moment: float) -> None:
        """What a run does at its start: what was learned fades a little, and is read."""
        share = 0.5 ** (self.rhythm / (180 * DAY))
        self.tallies = defaultdict(
            Tally,
            {b: Tally(t.looks * share, t.changes * share, t.days * share) for b, t in self.tallies.items()},
        )
        tallies = {bucket: tally for bucket, tally in self.tallies.items() if bucket is not None}
        self.change_rates = ChangeRates(tallies, self.tallies[None], BEGIN)

    def meet(self, article: Article, at: float) -> None:
        """The first fetch of an article, unless it is gone already; it is no recheck."""
        if article.gone is not None and article.gone <= at:
            return
        published = BEGIN + timedelta(hours=article.published) if article.dated else None
        one = Known(article, State("article", moment(at), published), article.state(at), at)
        self.file_pending(one, False, at)

    def take(self, run: int, moment: float) -> list[Known]:
        """What change_rate_store.rechecks takes of what is due."""
        self.waiting += self.due.pop(run, [])
        pressing = sorted(
            (one for one in self.waiting if moment - one.last >= MAX_DUE_INTERVAL.days * DAY), key=lambda one: one.last
        )
        waiting = Counter(int((moment - one.last) // DAY) for one in pressing)
        most, overdue = budget(waiting, DAY / self.rhythm, self.asked)
        first = {id(one) for one in pressing[:overdue]}
        self.waiting.sort(key=lambda one: (id(one) in first, one.worth * (moment - one.due)), reverse=True)
        taken, self.waiting = self.waiting[:most], self.waiting[most:]
        return taken

    def look(self, one: Known, moment: float) -> None:
        """A recheck."""
        now, one.gone = self.seen.look(one.article, one.shown, one.last, moment)
        changed, one.shown = one.misread(moment) or now != one.shown, now
        self.learn(one, changed or one.gone, moment)
        if not one.gone:  # whether it comes back is not asked
            self.file_pending(one, changed, moment)

    def learn(self, one: Known, changed: bool, at: float) -> None:
        """What change_rate_store.learn_check does in the archive."""
        for bucket, tally in lessons(self.change_rates, one.state, changed, moment(at)):
            old = self.tallies[bucket]
            self.tallies[bucket] = Tally(old.looks + tally.looks, old.changes + tally.changes, old.days + tally.days)

    def file_pending(self, one: Known, changed: bool, at: float) -> None:
        """Notes the look's result, and when the next is due."""
        now, old, one.last = moment(at), one.state, at
        due = next_due(self.change_rates, old, changed, now, self.worth_a_look)
        edited = changed and old.checks > 0
        one.state = State(
            "article", old.found_at, old.published_at, now, now if edited else old.changed_at, old.checks + 1,
            old.changes + edited,
        )  # fmt: skip
        one.due, one.worth = (due.due_at - BEGIN) / timedelta(hours=1), due.worth
        self.due[max(ceil(one.due / self.rhythm), int(at / self.rhythm) + 1)].append(one)


def moment(at: float) -> datetime:
    """The time of an hour of the year."""
    return BEGIN + timedelta(hours=at)


def told(name: str, seen: Seen, edits: int, gone: int) -> str:
    """One line of a comparison."""
    late, ninth = median(seen.late), quantiles(seen.late, n=10)[-1]
    soon = sum(one <= DAY for one in seen.late)
    return (
        f"{name:37} {seen.requests:8} requests, {seen.caught:6} of {edits} edits ({seen.caught / edits:.0%}), "
        f"{soon / edits:.0%} within a day; late {late:7.1f} h, p90 {ninth:7.1f} h; "
        f"{seen.gone} of {gone} gone, late {median(seen.gone_late or [0]) / DAY:.1f} d; longest {seen.longest / DAY:.0f} d"
    )
