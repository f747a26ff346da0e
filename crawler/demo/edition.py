"""One day's paper: which articles stand where, and which address leads to what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from crawler.demo import paper, words
from crawler.demo.records import Article, Picture
from crawler.demo.sections import Section, article_path

LIVE = ("live", "moved")


@dataclass(frozen=True)
class Edition:
    """The paper of one day. extra: the number of generated articles behind the written ones."""

    day: int
    extra: int = 0

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

    def find(self, path: str) -> Article | None:
        """The article behind an address, in whatever state; None when there never was one."""
        return self.by_path.get(path) or self._generated(path)

    def _generated(self, path: str) -> Article | None:
        for number in (int(digits) - words.FIRST_ID for digits in re.findall(r"\d{6,9}", path)):
            if 0 <= number < self.extra and article_path(words.article(number)) == path:
                return words.article(number)
        return None

    def count(self, section: Section) -> int:
        """How many articles the section lists."""
        return len(self._written(section)) + len(self._numbers(section))

    def listed(self, section: Section, start: int, stop: int) -> tuple[Article, ...]:
        """A slice of the section's list, newest first; only this slice of the generated articles is written."""
        written, numbers = self._written(section), self._numbers(section)
        known = len(written)
        later = numbers[max(start - known, 0) : max(stop - known, 0)]
        return written[start:stop] + tuple(words.article(number) for number in later)

    def _written(self, section: Section) -> tuple[Article, ...]:
        return tuple(one for one in self.reachable("open", "page-3") if one.section == section.slug)

    def _numbers(self, section: Section) -> range:
        """The numbers of the generated articles of a section."""
        if section.slug not in words.TOPICS:
            return range(0)
        return range(words.TOPICS.index(section.slug), self.extra, len(words.TOPICS))

    def for_sitemap(self) -> Iterator[tuple[datetime, Article | int]]:
        """(published, article or the number of a generated one) of all that the sitemap names."""
        yield from ((one.published, one) for one in self.reachable("open", "sitemap"))
        yield from ((words.NEWEST - number * words.APART, number) for number in range(self.extra))

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        """The pictures on the host by their files, as they are today: those replaced before, too."""
        days = range(paper.DAYS[0], self.day + 1)
        return {picture.file: picture for day in days for one in paper.articles_of(day) for picture in one.pictures}


@lru_cache(maxsize=16)
def edition(day: int, extra: int = 0) -> Edition:
    """The edition of that day, kept."""
    return Edition(day, extra)
