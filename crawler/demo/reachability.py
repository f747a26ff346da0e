"""Which articles can be reached at all: what the newspaper knows of itself, whoever comes to look.

An article is reachable when some address that a GET can ask for names it, and that address is reachable too: the front
page, robots.txt and the feeds are where everybody begins. What only a script shows, nobody finds who runs none.
"""

from __future__ import annotations

from crawler.demo.edition import LIVE, Edition, edition
from crawler.demo.section_addresses import BY_SLUG, article_path
from crawler.demo.shelves import SCRIPTED, shelf_of


def reachable(day: int, extra_articles: int = 0, added: int = 0) -> frozenset[str]:
    """The paths of the articles that can be reached on that day, written and generated ones."""
    return reachable_in(edition(day, extra_articles, added))


def reachable_in(today: Edition) -> frozenset[str]:
    """The paths of the articles that can be reached in an edition. Of the written ones these are all that are live."""
    written = (article_path(one) for one in today.articles if one.state in LIVE)
    generated = (article_path(today.generated(number)) for number in reachable_numbers(today))
    return frozenset((*written, *generated))


def reachable_numbers(today: Edition) -> list[int]:
    """The numbers of the generated articles that can be reached, newest first."""
    named = _named(today)
    found: set[int] = set()
    for number in today.numbers:
        # the article before it comes first, and is the only one that links to it
        if number in named or (shelf_of(number).linked and number - 1 in found):
            found.add(number)
    return sorted(found)


def _named(today: Edition) -> set[int]:
    """The numbers that a list, a sitemap or a feed names."""
    named = {*today.monthly_numbers, *today.news_numbers, *today.feed_numbers("atom"), *today.feed_numbers("utf-16")}
    for slug, numbers in today.listed_numbers.items():
        named.update(numbers[: today.size(BY_SLUG[slug])] if slug == SCRIPTED else numbers)
    return named
