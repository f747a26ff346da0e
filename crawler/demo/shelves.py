"""Decides where generated articles are linked: in section lists, sitemaps, feeds, or only in another article.

The number of a generated article decides, so that the pattern repeats in a paper of any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crawler.demo.newsroom_records import LinkedFrom
from crawler.demo.section_addresses import GENERATED, SECTIONS

Feed = Literal["atom", "utf-16"]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a generated article is linked. section: its slug. listed: in the section's pages. monthly: in the sitemap
    of its month. feed: the feed it is in while it is among the newest. news: then only in the news sitemap. linked:
    only in the article before it."""

    section: str
    listed: bool = True
    monthly: bool = False
    feed: Feed | None = None
    news: bool = False
    linked: bool = False

    @property
    def reach(self) -> LinkedFrom:
        """The value for `Article.reach`."""
        if self.listed:
            return "script" if self.section == SCRIPTED else "open"
        if self.linked:
            return "link"
        return "feed" if self.feed else "sitemap"


SCRIPTED = "thong-bao"
"""The section whose later pages need a script."""
TOPICS = tuple(section.slug for section in SECTIONS[:5])
STYLES = tuple(section.slug for section in GENERATED if section.slug != SCRIPTED)

SHELVES = (
    *(Placement(slug, monthly=True) for slug in TOPICS),
    *(Placement(slug) for slug in TOPICS),
    *(Placement(slug) for slug in STYLES),
    Placement(SCRIPTED, monthly=True),
    Placement(SCRIPTED),
    Placement("xa-hoi", listed=False, monthly=True),
    Placement("van-hoa", listed=False, linked=True),
    Placement("the-thao", listed=False, linked=True),
    *(Placement(slug, monthly=True) for slug in TOPICS),
    *(Placement(slug) for slug in TOPICS),
    *(Placement(slug) for slug in STYLES),
    Placement(SCRIPTED, monthly=True),
    Placement(SCRIPTED),
    Placement("thoi-su", listed=False, feed="atom"),
    Placement("kinh-te", listed=False, feed="utf-16"),
    Placement("thoi-su", listed=False, news=True),
)


def placement_of(number: int) -> Placement:
    """The shelf of the generated article of that number; negative numbers are articles published later."""
    return SHELVES[number % len(SHELVES)]
