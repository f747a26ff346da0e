"""What the pages of one shape were and brought, and how long patience with them lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from archive.frontier.url_patterns.url_pattern import Level

Kind = Literal["article", "list", "other"]
News = Literal["much", "some", "none"]
"""How much of what a page links to was not linked to before from pages of its shape."""

PATIENCE: dict[Level, int] = {"series": 20, "place": 40, "family": 60, "form": 150, "tail": 400}
"""How many barren pages in a row are asked for before a shape is given up."""

EXPLORED: dict[Level, int] = {"series": 3, "place": 3, "family": 6, "form": 10, "tail": 20}
"""How many pages of a shape that was given up in an earlier run are asked for in a run."""

_MEMORY = 200.0  # pages; older ones count half, so that a shape can change its meaning
_BARREN: dict[News, float] = {"much": 0.02, "some": 0.5, "none": 1.0}
_REDEEMED = 10.0  # barren pages that a new article makes good


@dataclass(slots=True)
class Counts:
    """articles: new ones; others: error pages, and articles known from elsewhere; found: new links to articles on the
    pages. These four are of the recent past: all are halved when there are too many.

    barren: how many pages in a row brought no new article and no new link to one. A page counts little that links to
    known articles which its shape had not linked to: it is part of a list that may lead to unknown ones. alive: whether
    pages have ever brought something, or shown what their shape had not shown. pages: how many were visited since the
    counts were at hand.
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
        """How many pages, of the recent past."""
        return self.articles + self.lists + self.others

    def was(self, kind: Kind) -> None:
        """Counts what a page was."""
        if self.read >= _MEMORY:
            self.articles, self.lists, self.others, self.found = (
                value / 2 for value in (self.articles, self.lists, self.others, self.found)
            )
        self.articles += kind == "article"
        self.lists += kind == "list"
        self.others += kind == "other"

    def visit(self, level: Level, new_links: int, news: News) -> None:
        """Counts what a page brought. That the first page of a shape shows what it had not shown says nothing."""
        self.pages += 1
        self.found += new_links
        self.alive = self.alive or (news == "much" and self.pages > 1)
        if new_links:
            self.redeem(level, new_links)
        else:
            self.barren += _BARREN[news]

    def redeem(self, level: Level, articles: int = 1) -> None:
        """A page has turned out to bring articles."""
        self.alive = True
        self.barren = max(min(self.barren, PATIENCE[level]) - _REDEEMED * articles, 0.0)

    def is_barren(self, level: Level) -> bool:
        """Whether patience is at its end."""
        return self.barren >= PATIENCE[level]
