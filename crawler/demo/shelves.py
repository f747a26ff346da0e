"""Where generated articles lie: in lists of every form, in sitemaps, in feeds, or only behind one another.

A generated article's number decides, so that every tenth, every fortieth article of a paper of any size lies alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crawler.demo.newsroom_records import Reach
from crawler.demo.section_addresses import GENERATED, SECTIONS

Feed = Literal["atom", "utf-16"]


@dataclass(frozen=True, slots=True)
class Shelf:
    """section: its slug. listed: whether the section's pages list the article. monthly: whether the sitemap of its
    month names it. feed: the feed it is in while it is among the newest. news: whether the news sitemap names it then,
    and nothing else does. linked: whether the only way to it is a link in the article before it."""

    section: str
    listed: bool = True
    monthly: bool = False
    feed: Feed | None = None
    news: bool = False
    linked: bool = False

    @property
    def reach(self) -> Reach:
        """As `Article.reach` has it."""
        if self.listed:
            return "script" if self.section == SCRIPTED else "open"
        if self.linked:
            return "link"
        return "feed" if self.feed else "sitemap"


SCRIPTED = "thong-bao"
"""The section whose later pages only a script shows."""
TOPICS = tuple(section.slug for section in SECTIONS[:5])
STYLES = tuple(section.slug for section in GENERATED if section.slug != SCRIPTED)

SHELVES = (
    *(Shelf(slug, monthly=True) for slug in TOPICS),
    *(Shelf(slug) for slug in TOPICS),
    *(Shelf(slug) for slug in STYLES),
    Shelf(SCRIPTED, monthly=True),
    Shelf(SCRIPTED),
    Shelf("xa-hoi", listed=False, monthly=True),
    Shelf("van-hoa", listed=False, linked=True),
    Shelf("the-thao", listed=False, linked=True),
    *(Shelf(slug, monthly=True) for slug in TOPICS),
    *(Shelf(slug) for slug in TOPICS),
    *(Shelf(slug) for slug in STYLES),
    Shelf(SCRIPTED, monthly=True),
    Shelf(SCRIPTED),
    Shelf("thoi-su", listed=False, feed="atom"),
    Shelf("kinh-te", listed=False, feed="utf-16"),
    Shelf("thoi-su", listed=False, news=True),
)


def shelf_of(number: int) -> Shelf:
    """The shelf of the generated article of that number; negative numbers are articles that came later."""
    return SHELVES[number % len(SHELVES)]
