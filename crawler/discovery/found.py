"""What was found: links, each once, and notes of what could not be followed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archive import Link

MOST_LINKS = 50_000  # as many as one sitemap may hold (sitemaps.org, protocol 0.9)


@dataclass(frozen=True, slots=True)
class Found:
    """links: each address once, in the order of the document. notes: sentences on what leads on, but not for us: a
    pager that only a script turns, or a document that was too long to be read to its end."""

    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()


def gathered(links: Iterable[Link], notes: tuple[str, ...] = ()) -> Found:
    """The links, each address once: what is said of it later counts where it says more."""
    kept: dict[str, Link] = {}
    for link in links:
        known = kept.get(link.url)
        if known is None and len(kept) == MOST_LINKS:
            return Found(tuple(kept.values()), (*notes, f"more than {MOST_LINKS} links: the rest is left out"))
        if known is None or _tells_more(link, known):
            kept[link.url] = link
    return Found(tuple(kept.values()), notes)


def _tells_more(link: Link, known: Link) -> bool:
    if known.found_in == "page":
        return link.found_in == "pagination"
    return (known.lastmod or known.published) is None and (link.lastmod or link.published) is not None
