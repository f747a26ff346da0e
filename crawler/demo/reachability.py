"""Computes which articles a crawler can reach, as ground truth for crawls.

An article is reachable when some URL that a GET can fetch links to it, and that URL is reachable too: the home page,
robots.txt and the feeds are the starting points. A crawler without JavaScript does not find what only a script shows.
"""

from __future__ import annotations

from crawler.demo.edition import LIVE, Edition, edition
from crawler.demo.section_addresses import BY_SLUG, article_path
from crawler.demo.shelves import SCRIPTED, placement_of


def reachable(day: int, extra_articles: int = 0, added: int = 0) -> frozenset[str]:
    """The paths of the articles that are reachable on that day, written and generated ones."""
    return reachable_in(edition(day, extra_articles, added))


def reachable_in(today: Edition) -> frozenset[str]:
    """The paths of the articles that are reachable in an edition: all live written ones, and some generated ones."""
    written = (article_path(article) for article in today.articles if article.state in LIVE)
    generated = (article_path(today.generated(number)) for number in reachable_numbers(today))
    return frozenset((*written, *generated))


def reachable_numbers(today: Edition) -> list[int]:
    """The numbers of the reachable generated articles, newest first."""
    linked = _linked_numbers(today)
    reached: set[int] = set()
    for number in today.numbers:
        # the article before it, which comes first here, is the only one that links to it
        if number in linked or (placement_of(number).linked and number - 1 in reached):
            reached.add(number)
    return sorted(reached)


def _linked_numbers(today: Edition) -> set[int]:
    """The numbers of the articles in a list, a sitemap or a feed."""
    linked = {*today.monthly_numbers, *today.news_numbers, *today.feed_numbers("atom"), *today.feed_numbers("utf-16")}
    for slug, numbers in today.listed_numbers.items():
        linked.update(numbers[: today.size(BY_SLUG[slug])] if slug == SCRIPTED else numbers)
    return linked
