"""Limits on a run and an outlet, so that a crawl ends and an archive stays small whatever a site does. An ordinary
outlet reaches none of them: docs/cron.md has each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """waiting: URLs never requested that an outlet may have in the frontier. sitemaps: new ones that a run requests;
    depth: how many sitemaps in a row may name one another. header_bytes: kept of a response's headers. redirects:
    followed from one URL."""

    waiting: int = 2_000_000
    sitemaps: int = 1_000
    depth: int = 3
    header_bytes: int = 32 * 1024
    redirects: int = 5

    @property
    def from_pages(self) -> int:
        """How many of the waiting URLs pages may have named: what sitemaps and feeds name always has room, however many
        URLs a crawler trap makes up."""
        return max(self.waiting // 10, 1)
