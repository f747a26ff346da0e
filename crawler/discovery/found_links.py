"""What was found: links, each once, and notes of what could not be followed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from archive import Link
from crawler.discovery.tolerant_xml import TooMany

MOST_LINKS = 50_000
"""As many as one sitemap may hold (sitemaps.org, protocol 0.9)."""
MOST_OF_A_PAGE = 10_000
"""Of a page or a feed. The fullest front pages have 500 addresses, whole archives on one page 5,000; what a stranger
writes on one page must not fill the frontier."""


@dataclass(frozen=True, slots=True)
class Found:
    """links: each address once, in the order of the document. notes: what leads on and is not followed: later pages of
    a list that only a script turns, or the end of a document that is too long; of a feed, a sitemap or what should be
    one, what it looked like where it has no links."""

    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()


def gathered(links: Iterable[Link], notes: tuple[str, ...] = (), most: int = MOST_LINKS) -> Found:
    """The links, each address once and so many at most: what is said of it later counts where it says more."""
    kept: dict[str, Link] = {}
    try:
        for link in links:
            known = kept.get(link.url)
            if known is None and len(kept) == most:
                return Found(tuple(kept.values()), (*notes, f"what comes after {most} links"))
            words = max(link.words, known.words, key=len) if known else link.words
            if known is None or _tells_more(link, known):
                kept[link.url] = replace(link, words=words) if known else link
            elif words != known.words:
                kept[link.url] = replace(known, words=words)
    except TooMany as bound:
        notes = (*notes, f"what comes after {bound}")
    return Found(tuple(kept.values()), notes)


def _tells_more(link: Link, known: Link) -> bool:
    if known.found_in == "page":
        return link.found_in == "pagination"
    return (known.lastmod or known.published) is None and (link.lastmod or link.published) is not None
