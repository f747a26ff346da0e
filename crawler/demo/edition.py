"""One day's paper: which articles stand where, and which address leads to what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from crawler.demo import paper, words
from crawler.demo.newsroom_records import Article, Picture, Revision
from crawler.demo.section_addresses import GENERATED, SECTIONS, Section, article_path
from crawler.demo.shelves import Feed, shelf_of

LIVE = ("live", "moved")
NEWS = 78
"""The news sitemap names the articles of two days, at one in 37 minutes."""
FEED = 50
"""So many articles a feed of generated articles holds."""


@dataclass(frozen=True)
class Edition:
    """The paper of one day. extra: the number of generated articles behind the written ones; added: of those that came
    since; revised: of the generated ones that the newsroom has edited, (number, the last edit)."""

    day: int
    extra: int = 0
    added: int = 0
    revised: frozenset[tuple[int, Revision]] = frozenset()

    @cached_property
    def articles(self) -> tuple[Article, ...]:
        """The written articles that exist, newest first, disappeared ones too."""
        return paper.articles_of(self.day)

    @cached_property
    def by_path(self) -> dict[str, Article]:
        """Every address a written article has or had."""
        today = {article_path(article): article for article in self.articles}
        before = {article_path(one, one.old_slug): one for one in self.articles if one.old_slug}
        return before | today

    @cached_property
    def by_id(self) -> dict[int, Article]:
        return {article.id: article for article in self.articles}

    def reachable(self, *ways: str) -> tuple[Article, ...]:
        """The live written articles that are found in one of these ways (records.Reach), newest first."""
        return tuple(one for one in self.articles if one.state in LIVE and one.reach in ways)

    @cached_property
    def open(self) -> tuple[Article, ...]:
        return self.reachable("open")

    @property
    def numbers(self) -> range:
        """The numbers of the generated articles, newest first."""
        return range(-self.added, self.extra)

    @cached_property
    def _revisions(self) -> dict[int, Revision]:
        return dict(self.revised)

    def generated(self, number: int) -> Article:
        """The generated article of that number, as it stands."""
        return words.article(number, self._revisions.get(number))

    def touched(self, number: int) -> datetime:
        """When a generated article was published, or last edited."""
        revision = self._revisions.get(number)
        return revision.at if revision else words.published(number)

    def find(self, path: str) -> Article | None:
        """The article behind an address, in whatever state; None when there never was one."""
        return self.by_path.get(path) or self._generated_at(path)

    def _generated_at(self, path: str) -> Article | None:
        for digits in re.findall(r"\d{6,9}", path):
            article = self.with_id(int(digits))
            if article is not None and article_path(article) == path:
                return article
        return None

    def with_id(self, number: int) -> Article | None:
        """The article of that id, in whatever state."""
        if number - words.FIRST_ID in self.numbers:
            return self.generated(number - words.FIRST_ID)
        return self.by_id.get(number)

    @property
    def sections(self) -> tuple[Section, ...]:
        return SECTIONS + GENERATED if self.numbers else SECTIONS

    def size(self, section: Section) -> int:
        """How many articles a page of the section lists."""
        return GENERATED[0].size if self.numbers else section.size

    def count(self, section: Section) -> int:
        """How many articles the section lists."""
        return len(self._written(section)) + len(self.listed_numbers.get(section.slug, ()))

    def listed(self, section: Section, start: int, stop: int) -> tuple[Article, ...]:
        """A slice of the section's list, newest first; only this slice of the generated articles is written."""
        written, numbers = self._written(section), self.listed_numbers.get(section.slug, [])
        known = len(written)
        later = numbers[max(start - known, 0) : max(stop - known, 0)]
        return written[start:stop] + tuple(self.generated(number) for number in later)

    def _written(self, section: Section) -> tuple[Article, ...]:
        return tuple(one for one in self.reachable("open", "page-3") if one.section == section.slug)

    @cached_property
    def listed_numbers(self) -> dict[str, list[int]]:
        """Section -> the numbers of the generated articles it lists, newest first."""
        found: dict[str, list[int]] = {}
        for number in self.numbers:
            shelf = shelf_of(number)
            if shelf.listed:
                found.setdefault(shelf.section, []).append(number)
        return found

    @cached_property
    def monthly_numbers(self) -> list[int]:
        """The generated articles that the sitemap of their month names."""
        return [number for number in self.numbers if shelf_of(number).monthly]

    @cached_property
    def news_numbers(self) -> list[int]:
        """The generated articles that the news sitemap names: the listed ones of two days, and some that nothing else
        names."""
        newest = self.numbers[:NEWS]
        return [number for number in newest if shelf_of(number).listed or shelf_of(number).news]

    def feed_numbers(self, feed: Feed) -> list[int]:
        """The generated articles in a feed: the newest listed ones, and some that nothing else names."""
        found = (number for number in self.numbers if shelf_of(number).listed or shelf_of(number).feed == feed)
        return [number for number, _ in zip(found, range(FEED), strict=False)]

    def for_sitemap(self) -> Iterator[tuple[datetime, Article | int]]:
        """(published, article or the number of a generated one) of all that the sitemap names."""
        yield from ((one.published, one) for one in self.reachable("open", "sitemap"))
        yield from ((words.published(number), number) for number in self.monthly_numbers)

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        """The pictures on the host by their files, as they are today: those replaced before, too."""
        days = range(paper.DAYS[0], self.day + 1)
        return {picture.file: picture for day in days for one in paper.articles_of(day) for picture in one.pictures}


@lru_cache(maxsize=16)
def edition(
    day: int, extra: int = 0, added: int = 0, revised: frozenset[tuple[int, Revision]] = frozenset()
) -> Edition:
    """The edition of that day, kept."""
    return Edition(day, extra, added, revised)
