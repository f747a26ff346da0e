"""The crawler's side of the one door into the archive: what a run asks it and hands over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from sqlite_utils import Database
from twisted.python.failure import Failure

import archive
from archive import Capture, Ingested, Run, Unreadable
from archive.clock import now

_BATCH = 100


class Door:
    """An open archive, an open run, and the run's counts."""

    def __init__(self, db: Database, run: Run):
        self.db = db
        self.run = run
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []

    def known_articles(self) -> int:
        """How many articles of the outlet the archive holds."""
        return archive.article_count(self.db, self.run)

    def enter(self, urls: Iterable[str]) -> None:
        """Takes addresses for this run, due or not."""
        archive.enter(self.db, self.run, urls, now())

    def due(self) -> Iterator[str]:
        """Addresses that wait since earlier runs, a batch at a time."""
        while batch := archive.due(self.db, self.run, now(), _BATCH):
            yield from batch

    def discover(self, page_url: str, links: Iterable[str]) -> list[str]:
        """Notes a page's links; returns those to fetch."""
        return archive.discover(self.db, self.run, page_url, links, now())

    def validators(self, url: str) -> tuple[str | None, str | None]:
        """ETag and Last-Modified to send."""
        return archive.validators(self.db, self.run, url)

    def last_body(self, url: str) -> bytes | None:
        """What a 304 confirms."""
        return archive.last_body(self.db, self.run, url)

    def stays(self, capture: Capture) -> bool:
        """Whether a redirect leads to another page of the site, not to its home page."""
        return not archive.leads_away(capture, self.run.outlet)

    def failed(self, url: str, failure: Failure) -> None:
        """No answer came."""
        archive.give_up(self.db, self.run, url, now())
        self.counts["failed"] += 1
        self.failures.append(f"{url}: {failure.getErrorMessage() or type(failure.value).__name__}")

    def ingest(self, capture: Capture) -> Ingested:
        """Keeps, reads and files a capture, and counts what it was."""
        ingested = archive.ingest(self.db, self.run, capture)
        self.counts["captures"] += 1
        self.counts[ingested.outcome] += 1
        self.counts["disappeared"] += ingested.buried
        if ingested.filed:
            self.counts[ingested.filed.outcome] += 1
            known = ingested.filed.article_id is not None and not ingested.buried
            self.counts["turned-unreadable"] += known and ingested.filed.outcome == "unreadable"
        if isinstance(ingested.reading, Unreadable):
            self.counts[f"unreadable: {ingested.reading.reason}"] += 1
        return ingested
