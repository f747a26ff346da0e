"""How much a run and an outlet may take, so that a crawl ends and an archive stays small whatever a site does. An
ordinary paper meets none of these: docs/cron.md has each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """waiting: addresses never asked for that an outlet may have in the frontier. sitemaps: new ones that a run asks
    for; depth: how many sitemaps in a row may name one another. header_bytes: of an answer's headers, kept.
    redirects: followed from one address."""

    waiting: int = 2_000_000
    sitemaps: int = 1_000
    depth: int = 3
    header_bytes: int = 32 * 1024
    redirects: int = 5

    @property
    def from_pages(self) -> int:
        """Of the addresses that wait, those that pages may have named: what sitemaps and feeds name always has room,
        however many a trap makes up."""
        return max(self.waiting // 10, 1)
