"""Counts what the pages of one URL pattern were and brought, and decides when the pattern is given up as barren."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from archive.frontier.url_patterns.url_pattern import Level

Kind = Literal["article", "list", "other"]
News = Literal["much", "some", "none"]
"""How many of a page's links no page of its pattern had before."""

PATIENCE: dict[Level, int] = {"series": 20, "place": 40, "family": 60, "form": 150, "tail": 400}
"""How many barren pages in a row are requested before a pattern is given up."""

EXPLORED: dict[Level, int] = {"series": 3, "place": 3, "family": 6, "form": 10, "tail": 20}
"""How many pages of a pattern that an earlier run gave up are requested in a run."""

_HALVED_AT = 200.0  # pages; older ones count half, because a pattern can change its meaning
_BARREN_WEIGHT: dict[News, float] = {"much": 0.02, "some": 0.5, "none": 1.0}
_BARREN_REDEEMED = 10.0  # barren pages that a new article cancels


@dataclass(slots=True)
class Counts:
    """articles: new ones; others: error pages, and articles known from elsewhere; found: new links to articles on the
    pages. These four are of the recent past: all are halved when there are too many.

    barren: how many pages in a row brought no new article and no new link to one. A page counts little that links to
    known articles which its pattern had not linked to: it is part of a list that may lead to unknown ones. alive:
    whether pages have ever brought something, or shown links new to their pattern. pages: how many were visited since
    the counts were loaded.
    """

    articles: float = 0.0
    lists: float = 0.0
    others: float = 0.0
    found: float = 0.0
    barren: float = 0.0
    alive: bool = False
    pages: int = 0

    @property
    def read(self) -> float:
        """How many pages were read, in the recent past."""
        return self.articles + self.lists + self.others

    def was(self, kind: Kind) -> None:
        """Counts a page's kind."""
        if self.read >= _HALVED_AT:
            self.articles, self.lists, self.others, self.found = (
                value / 2 for value in (self.articles, self.lists, self.others, self.found)
            )
        self.articles += kind == "article"
        self.lists += kind == "list"
        self.others += kind == "other"

    def visit(self, level: Level, new_links: int, news: News) -> None:
        """Counts a page's new links. The first page of a pattern does not make it alive: all its links are new to the
        pattern."""
        self.pages += 1
        self.found += new_links
        self.alive = self.alive or (news == "much" and self.pages > 1)
        if new_links:
            self.redeem(level, new_links)
        else:
            self.barren += _BARREN_WEIGHT[news]

    def redeem(self, level: Level, articles: int = 1) -> None:
        """Pages of the pattern have brought articles."""
        self.alive = True
        self.barren = max(min(self.barren, PATIENCE[level]) - _BARREN_REDEEMED * articles, 0.0)

    def is_barren(self, level: Level) -> bool:
        """Whether the pattern is given up."""
        return self.barren >= PATIENCE[level]
