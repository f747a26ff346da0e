"""The edition of one day: which articles each page, feed and sitemap lists, and which path is which article's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from crawler.demo import paper, words
from crawler.demo.newsroom_records import Article, Picture, Revision
from crawler.demo.section_addresses import GENERATED, SECTIONS, Feed, Section, article_path, placement_of

LIVE = ("live", "moved")
NEWS = 78
"""The size of the news sitemap: the articles of two days, at one in 37 minutes."""
FEED = 50
"""The number of articles in a feed of generated articles."""


@dataclass(frozen=True)
class Edition:
    """The paper of one day. extra: the number of generated articles, older than the written ones; added: the number of
    those published since; revised: (number, last edit) of the generated articles that the newsroom has edited."""

    day: int
    extra: int = 0
    added: int = 0
    revised: frozenset[tuple[int, Revision]] = frozenset()

    @cached_property
    def articles(self) -> tuple[Article, ...]:
        """The written articles of the day, newest first, including disappeared ones."""
        return paper.articles_of(self.day)

    @cached_property
    def by_path(self) -> dict[str, Article]:
        """Every present or former path of a written article -> the article."""
        today = {article_path(article): article for article in self.articles}
        before = {article_path(article, article.old_slug): article for article in self.articles if article.old_slug}
        return before | today

    @cached_property
    def by_id(self) -> dict[int, Article]:
        return {article.id: article for article in self.articles}

    def reachable(self, *ways: str) -> tuple[Article, ...]:
        """The live written articles with one of these values of `reach` (newsroom_records.Reach), newest first."""
        return tuple(article for article in self.articles if article.state in LIVE and article.reach in ways)

    @cached_property
    def open(self) -> tuple[Article, ...]:
        return self.reachable("open")

    @property
    def numbers(self) -> range:
        return range(-self.added, self.extra)

    @cached_property
    def _revisions(self) -> dict[int, Revision]:
        return dict(self.revised)

    def generated(self, number: int) -> Article:
        """The generated article of that number, with its last edit."""
        return words.article(number, self._revisions.get(number))

    def touched(self, number: int) -> datetime:
        """The time at which a generated article was published, or last edited."""
        revision = self._revisions.get(number)
        return revision.edited_at if revision else words.published(number)

    def find(self, path: str) -> Article | None:
        """The article at a path, in whatever state; None where there never was one."""
        return self.by_path.get(path) or self._generated_by_path(path)

    def _generated_by_path(self, path: str) -> Article | None:
        for digits in re.findall(r"\d{6,9}", path):
            article = self.with_id(int(digits))
            if article is not None and article_path(article) == path:
                return article
        return None

    def with_id(self, number: int) -> Article | None:
        """The article with that id, in whatever state."""
        if number - words.FIRST_ID in self.numbers:
            return self.generated(number - words.FIRST_ID)
        return self.by_id.get(number)

    @property
    def sections(self) -> tuple[Section, ...]:
        return SECTIONS + GENERATED if self.numbers else SECTIONS

    def size(self, section: Section) -> int:
        """The number of articles on a page of the section."""
        return GENERATED[0].size if self.numbers else section.size

    def count(self, section: Section) -> int:
        return len(self._written_in(section)) + len(self.listed_numbers.get(section.slug, ()))

    def listed(self, section: Section, start: int, stop: int) -> tuple[Article, ...]:
        """A slice of the section's list, newest first; generates only the articles of this slice."""
        written, numbers = self._written_in(section), self.listed_numbers.get(section.slug, [])
        written_count = len(written)
        generated_numbers = numbers[max(start - written_count, 0) : max(stop - written_count, 0)]
        return written[start:stop] + tuple(self.generated(number) for number in generated_numbers)

    def _written_in(self, section: Section) -> tuple[Article, ...]:
        return tuple(article for article in self.reachable("open", "page-3") if article.section == section.slug)

    @cached_property
    def listed_numbers(self) -> dict[str, list[int]]:
        by_section: dict[str, list[int]] = {}
        for number in self.numbers:
            shelf = placement_of(number)
            if shelf.listed:
                by_section.setdefault(shelf.section, []).append(number)
        return by_section

    @cached_property
    def monthly_numbers(self) -> list[int]:
        """The generated articles that the sitemap of their month names."""
        return [number for number in self.numbers if placement_of(number).monthly]

    @cached_property
    def news_numbers(self) -> list[int]:
        """The generated articles in the news sitemap: the listed ones of two days, and some that are linked nowhere
        else."""
        newest = self.numbers[:NEWS]
        return [number for number in newest if placement_of(number).listed or placement_of(number).news]

    def feed_numbers(self, feed: Feed) -> list[int]:
        """The generated articles in a feed: the newest listed ones, and some that are linked nowhere else."""
        candidates = (
            number for number in self.numbers if placement_of(number).listed or placement_of(number).feed == feed
        )
        return [number for number, _ in zip(candidates, range(FEED), strict=False)]

    def for_sitemap(self) -> Iterator[tuple[datetime, Article | int]]:
        """(published, article or the number of a generated one) of all articles in the sitemap."""
        yield from ((article.published, article) for article in self.reachable("open", "sitemap"))
        yield from ((words.published(number), number) for number in self.monthly_numbers)

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        """File name -> picture, as of today, of all pictures on the host, including those replaced before."""
        days = range(paper.DAYS[0], self.day + 1)
        return {
            picture.file: picture for day in days for article in paper.articles_of(day) for picture in article.pictures
        }


@lru_cache(maxsize=16)
def edition(
    day: int, extra: int = 0, added: int = 0, revised: frozenset[tuple[int, Revision]] = frozenset()
) -> Edition:
    return Edition(day, extra, added, revised)
