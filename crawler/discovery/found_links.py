"""Collects the links of a document, deduplicated, with notes of what is not followed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from archive import Link
from crawler.discovery.tolerant_xml import TooMany

MOST_LINKS = 50_000
"""The most links that one sitemap may hold (sitemaps.org, protocol 0.9)."""
MOST_OF_A_PAGE = 10_000
"""The most links of a page or feed. The fullest front pages have 500, whole archives on one page 5,000; a hostile page
must not fill the frontier."""


@dataclass(frozen=True, slots=True)
class FoundLinks:
    """links: deduplicated, in the order of the document. notes: what is not followed: later pages of a list that only a
    script reaches, the cut end of a document; and the kind of a document that should be a feed or sitemap and has no
    links."""

    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()


def deduplicated(links: Iterable[Link], notes: tuple[str, ...] = (), most: int = MOST_LINKS) -> FoundLinks:
    """The links, deduplicated and limited: a later link to the same address replaces an earlier one with less data."""
    kept: dict[str, Link] = {}
    try:
        for link in links:
            known = kept.get(link.url)
            if known is None and len(kept) == most:
                return FoundLinks(tuple(kept.values()), (*notes, f"what comes after {most} links"))
            words = max(link.words, known.words, key=len) if known else link.words
            if known is None or _has_more_data(link, known):
                kept[link.url] = replace(link, words=words) if known else link
            elif words != known.words:
                kept[link.url] = replace(known, words=words)
    except TooMany as limit:
        notes = (*notes, f"what comes after {limit}")
    return FoundLinks(tuple(kept.values()), notes)


def _has_more_data(link: Link, known: Link) -> bool:
    if known.found_in == "page":
        return link.found_in == "pagination"
    return (known.lastmod or known.published) is None and (link.lastmod or link.published) is not None
