"""The crawler's side of the one door into the archive: what a run asks it and hands over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlite_utils import Database

import archive
from archive import Capture, HostState, Ingested, PictureCapture, PictureOutcome, Run, Unreadable, WantedPicture
from archive.clock import now
from archive.errors import ArchiveUnusable

_BATCH = 100
_PICTURE_COUNTS = {"gone": "pictures-failed", "error": "pictures-failed", "forbidden": "pictures-forbidden"}


class Door:
    """An open archive, an open run, and the run's counts.

    failures: why requests got no answer, each reason once. broken: why the archive cannot be written any more, None
    while all is well. pictures_left: how many pictures may still be asked for in this run.
    """

    def __init__(self, db: Database, run: Run):
        self.db = db
        self.run = run
        self.counts: Counter[str] = Counter()
        self.failures: dict[str, None] = {}
        self.warnings: dict[str, None] = {}
        self.broken: str | None = None
        self.pictures_left = 0  # none, unless crawler.pictures sets it
        self._due_asked = False

    @contextmanager
    def noting_the_end(self) -> Iterator[None]:
        """What is done inside may find the archive unusable, which is the end of the run; it is written down here for
        the verdict, and raised again as ArchiveUnusable."""
        try:
            if self.broken:
                raise ArchiveUnusable(self.broken)
            yield
        except ArchiveUnusable as error:
            self.broken = str(error)
            raise

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

    def waits(self, via: tuple[str, ...], url: str) -> bool:
        """Whether the end of a redirect waits for its turn in this run already, and so need not be asked for again:
        when it answers, the archive knows who redirects there. Another spelling of its own address does not wait."""
        return archive.url_key(url) not in map(archive.url_key, via) and archive.taken_in_run(self.db, self.run, url)

    def has_answered(self, via: tuple[str, ...], url: str) -> bool:
        """Whether the end of a redirect has answered in this run already; then that is noted, and it need not be asked
        again. An address that redirects to another spelling of itself has not answered."""
        if archive.url_key(url) in map(archive.url_key, via) or not archive.captured_in_run(self.db, self.run, url):
            return False
        self.counts["disappeared"] += archive.note_redirect(self.db, self.run, via, url, now())
        return True

    def failed(self, url: str, reason: str) -> None:
        """No answer came."""
        archive.give_up(self.db, self.run, url, now())
        self.counts["failed"] += 1
        self.failures[reason] = None

    def left_alone(self, url: str, until: datetime) -> None:
        """Its host is to be left alone."""
        archive.leave(self.db, self.run, url, until)
        self.counts["left-alone"] += 1

    def leave_picture(self, picture: WantedPicture, until: datetime) -> None:
        """Its host is to be left alone."""
        archive.leave_picture(self.db, picture, until)
        self.counts["pictures-left"] += 1

    def inside(self, url: str) -> None:
        """It lies in our own network; that may change, as rules do."""
        archive.forbid(self.db, self.run, url, now())
        self.counts["inside"] += 1

    def troubled_hosts(self) -> list[HostState]:
        """What stands against hosts since earlier runs."""
        return archive.troubled_hosts(self.db)

    def note_host(self, state: HostState) -> None:
        """How a host stands now, for later runs."""
        archive.note_hosts(self.db, [state], now())

    def warn(self, sentence: str) -> None:
        """What a person should know of this run, though it goes on."""
        self.warnings[sentence] = None

    def refused(self, url: str) -> None:
        """It is no address that can be asked for."""
        archive.give_up(self.db, self.run, url, now())
        self.counts["refused"] += 1

    def forbidden(self, url: str) -> None:
        """robots.txt forbids it."""
        archive.forbid(self.db, self.run, url, now())
        self.counts["forbidden"] += 1

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

    def pictures(self, ingested: Ingested) -> Iterator[WantedPicture]:
        """The pictures to ask for after a page: those of an article that is new or edited; and, after the first page,
        those that are due. They take at most half of what a run may ask for: a new article's are not to wait."""
        if not self._due_asked:
            self._due_asked = True
            yield from self._spend(archive.due_pictures(self.db, self.run, now(), self.pictures_left // 2))
        if ingested.filed and ingested.filed.outcome in ("new", "edited") and ingested.filed.article_id is not None:
            yield from self._spend(archive.pictures_of(self.db, ingested.filed.article_id))

    def _spend(self, wanted: list[WantedPicture]) -> list[WantedPicture]:
        allowed = wanted[: self.pictures_left]
        self.pictures_left -= len(allowed)
        return allowed

    def keep_picture(self, capture: PictureCapture, rest: timedelta) -> PictureOutcome:
        """Records a fetch of a picture, and counts what it brought."""
        with self.noting_the_end():
            outcome = archive.keep_picture(self.db, self.run, capture, rest)
        self.counts[_PICTURE_COUNTS.get(outcome, "pictures")] += 1
        self.counts["pictures-replaced"] += outcome == "replaced"
        return outcome
