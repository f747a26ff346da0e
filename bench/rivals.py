"""Other ways of looking again, to compare with: what a careful person would set up without a schedule that learns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import ceil, inf
from random import Random

from bench.newsroom import DAY, YEAR, Article
from bench.year import Family, Interval, unlearned

_EDGES = (DAY / 4, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 90 * DAY)
_AGES = tuple(zip((0.0, *_EDGES), (*_EDGES, inf), strict=True))
_SAMPLE = 3
_HOURS = (1.0, 1.5, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 120, 168, 336, 720, 1440, 2880, 3200, 4320)


def fixed(factor: float) -> Interval:
    """The same interval for all."""
    return lambda age, quiet: factor * DAY


def since_change(factor: float) -> Interval:
    """A share of the time since the last change: luubao's rule before it learned, with a quarter."""
    return lambda age, quiet: max(0.5, quiet * factor)


def since_found(factor: float) -> Interval:
    """A share of the age: how diffengine goes about it, with a quarter."""
    return lambda age, quiet: max(0.5, age * factor)


def newsdiffs(factor: float) -> Interval:
    """The intervals of NewsDiffs, by the time since the last change: a quarter of an hour in the first three hours, then
    half an hour, two hours in the first week, a day in the first month, then a week."""
    minutes, ends = (15, 30, 120, 1440, 10080), (3, DAY, 7 * DAY, 30 * DAY)
    return lambda age, quiet: minutes[bisect_right(ends, quiet)] / 60 * factor


def by_age(hours: Sequence[float]) -> Family:
    """An interval for each class of age."""

    def family(factor: float) -> Interval:
        return lambda age, quiet: hours[bisect_right(_EDGES, age)] * factor

    return family


def best_by_age(articles: list[Article], requests: int) -> list[float]:
    """The intervals by age that catch most in this very year at about that cost: chosen with the year's outcome known,
    which nobody has. In each age by itself, the interval that catches most less a price for each request; the price at
    which the cost comes out."""
    some = Random(2).sample(articles, len(articles) // _SAMPLE)
    table = [[(hours, *_within(some, begin, end, hours)) for hours in _sensible(begin, end)] for begin, end in _AGES]
    aim, best = float(requests), [24.0]
    for _ in range(4):  # the ages apart are not quite the whole: their borders cost, or save, some looks
        best = _at_price(table, aim / _SAMPLE)
        aim *= requests / unlearned(articles, by_age(best)(1.0)).requests
    return best


def _at_price(table: list[list[tuple[float, int, int]]], requests: float) -> list[float]:
    low, high = 1e-5, 1.0
    best = [row[0] for row in table]
    for _ in range(30):
        price = (low * high) ** 0.5
        best = [max(row, key=lambda choice: choice[1] - price * choice[2]) for row in table]
        low, high = (price, high) if sum(looks for _, _, looks in best) > requests else (low, price)
    return [hours for hours, _, _ in best]


def _sensible(begin: float, end: float) -> list[float]:
    return [hours for hours in _HOURS if hours >= min(end - begin, 400 * DAY) / 80]


def _within(articles: list[Article], begin: float, end: float, hours: float) -> tuple[int, int]:
    """What looks every so many hours catch while articles are of that age, and how many looks that takes."""
    caught = looks = 0
    for article in articles:
        born = article.published if article.dated else max(0.0, article.published)
        moment, until = ceil(max(0.0, born + begin)), min(born + end, YEAR, article.gone or YEAR)
        shown = article.state(moment)
        while (moment := ceil(moment + hours)) < until:
            looks += 1
            now = article.state(moment)
            caught, shown = caught + (now != shown), now
    return caught, looks
