"""A year in which every run spends what it may: what is due first, then what gains most (change_rate_store.rechecks).

Instead of comparing all that is known in every run, each article waits for the hour in which its gain passes a
threshold, which is lowered whenever too few have passed it: what is taken is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from heapq import nlargest
from math import ceil, inf
from random import Random

from archive.frontier.change_signals import LISTED_AGAIN
from archive.frontier.schedule import RECHECK_FLOOR, UNSEEN_DAYS, WORTH_A_LOOK, recheck_target
from bench.newsroom import DAY, YEAR, Article
from bench.year import Known, Learned

_MANY = 6  # runs
_ON_LISTS, _IN_SITEMAP = 150, 1000  # the newest articles


class Spending(Learned):
    """As Learned, with rechecks = "budget"."""

    def __init__(self, articles: list[Article], *, asked: int | None = None, rhythm: float = 1.0):
        super().__init__(articles, asked=asked, rhythm=rhythm)
        self.threshold = WORTH_A_LOOK
        self.early: dict[int, list[Known]] = defaultdict(list)
        self.passed: dict[int, Known] = {}
        self.turns: dict[int, int] = {}

    def file_pending(self, one: Known, changed: bool, moment: float) -> None:
        super().file_pending(one, changed, moment)
        self.passed.pop(id(one), None)
        self._await(one, moment)

    def _await(self, one: Known, moment: float) -> None:
        """Puts an article where its gain passes the threshold: both parts of it grow, so neither later than either."""
        hours = UNSEEN_DAYS * self.threshold**0.5 * DAY
        if one.due > one.last:
            hours = min(hours, _passes(self.threshold, WORTH_A_LOOK / (one.due - one.last)))
        turn = self.turns[id(one)] = max(ceil((one.last + hours) / self.rhythm), int(moment / self.rhythm) + 1)
        self.early[turn].append(one)

    def take(self, run: int, moment: float) -> list[Known]:
        due = {id(one): one for one in (*self.due.pop(run, []), *self.waiting) if one.due <= moment and not one.gone}
        self.waiting = list(due.values())  # some were looked at before their turn
        taken = super().take(run, moment)
        self._pass(run, moment)
        for one in taken:
            self.passed.pop(id(one), None)
        most = recheck_target("budget", DAY / self.rhythm, self.asked)
        left = most - len(taken)
        if left <= 0:
            return taken
        while len(self.passed) < left and any(self.early.values()) and self.threshold > 1e-7:
            self._lower(run, moment)
        ripe = [
            one
            for one in self.passed.values()
            if one.due > moment and moment - one.last >= RECHECK_FLOOR.total_seconds() / 3600
        ]
        chosen = nlargest(left, ripe, key=lambda one: (_gain(one, moment), one.last))
        for one in chosen:
            self.passed.pop(id(one))
        if len(self.passed) > _MANY * most and chosen:  # no higher than what is chosen gains, or the choice is another
            self.threshold = max(self.threshold, min(1.05 * self.threshold, _gain(chosen[-1], moment)))
        return taken + chosen

    def _lower(self, run: int, moment: float) -> None:
        self.threshold *= 0.7
        waiting = [one for turn, some in self.early.items() for one in some if self.turns[id(one)] == turn]
        self.early.clear()
        for one in waiting:
            if not one.gone and id(one) not in self.passed:
                self._await(one, moment)
        self._pass(run + 1, moment + self.rhythm)

    def _pass(self, run: int, moment: float) -> None:
        for one in self.early.pop(run, []):
            if one.gone or self.turns.get(id(one)) != run:
                continue  # it was looked at meanwhile
            if _gain(one, moment) >= 0.9 * self.threshold:
                self.passed[id(one)] = one
            else:
                self._await(one, moment)


class Signalled(Spending):
    """As Spending, of a paper with the usual lists: home, sections and feed name the newest 150 articles, a sitemap the
    newest 1,000, others the rest, which are requested every second day.

    Assumed: an edit in three changes the headline (of 100 articles 21 are edited and 7.5 retitled, bench/newsroom.py);
    one article in ten gets another headline on a list alone; what is gone leaves its sitemap. Each sign makes an
    article due in the next run that requests the list.
    """

    def __init__(self, articles: list[Article], *, asked: int | None = None, rhythm: float = 1.0):
        super().__init__(articles, asked=asked, rhythm=rhythm)
        self.known: dict[int, Known] = {}
        self.signs: dict[int, list[Article]] = defaultdict(list)
        for moment, article in self._shown(Random(3)):
            self.signs[ceil(moment / rhythm)].append(article)

    def _shown(self, rng: Random) -> Iterator[tuple[float, Article]]:
        """The hours at which a list shows something, and of which article."""
        for number, article in enumerate(self.articles):
            off_lists, off_sitemap = (
                self.articles[number + places].published if number + places < len(self.articles) else YEAR
                for places in (_ON_LISTS, _IN_SITEMAP)
            )
            yield from ((edit, article) for edit in article.edits if rng.random() < 1 / 3 and edit < off_lists)
            if rng.random() < 0.1:
                yield rng.uniform(article.published, off_lists), article
            if article.gone is not None:
                wait = 0.0 if article.gone < off_sitemap else rng.uniform(0, LISTED_AGAIN.days * DAY)
                yield article.gone + wait, article

    def file_pending(self, one: Known, changed: bool, moment: float) -> None:
        super().file_pending(one, changed, moment)
        self.known[id(one.article)] = one

    def take(self, run: int, moment: float) -> list[Known]:
        for article in self.signs.pop(run, []):
            one = self.known.get(id(article))
            if one is not None and not one.gone and one.due > moment > one.last:
                one.due, one.worth = moment, DAY / 2
                self.due[run].append(one)
        return super().take(run, moment)


def _passes(threshold: float, slope: float) -> float:
    """After how many hours slope * h + (h / UNSEEN)² in days passes the threshold."""
    square = 1 / (UNSEEN_DAYS * DAY) ** 2
    return (-slope + (slope * slope + 4 * square * threshold) ** 0.5) / (2 * square) if slope else inf


def _gain(one: Known, moment: float) -> float:
    """As archive.frontier.change_rate_store orders known articles, due or not."""
    looked, due = (moment - one.last) / DAY, (one.due - moment) / DAY
    expected_edits = WORTH_A_LOOK - one.worth * due if due <= 0 else WORTH_A_LOOK * looked / (looked + due)
    return expected_edits + (looked / UNSEEN_DAYS) ** 2
