"""The crawler's side of the one door into the archive: what a run asks it and hands over. Synchronous, and used by one
thread at a time: crawler.writer calls it from the thread that owns the archive."""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import archive
from archive import (
    Arrival,
    Capture,
    HostState,
    Ingested,
    Link,
    PictureCapture,
    PictureOutcome,
    Reading,
    Run,
    Unreadable,
    WantedPicture,
)
from archive.frontier.schedule import AGAIN, How, pictures_again
from archive.model.capture_validation import gated
from archive.model.clock import now
from archive.monitor.health import MOVED, Health, Seed
from archive.runtime import isolated
from archive.storage.clock_corrections import usual_offset
from archive.storage.connection import Database
from archive.workers import Lost
from crawler import discovery
from crawler.run.site_witness import Move, Witness

_PICTURE_COUNTS = {"gone": "pictures-failed", "error": "pictures-failed", "forbidden": "pictures-forbidden"}


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a capture that was handed over brought. pictures: those to ask for now; onward: where its redirect is to be
    followed to, None where it is not."""

    ingested: Ingested
    pictures: tuple[WantedPicture, ...] = ()
    onward: str | None = None


class CrawlSession:
    """An open archive, an open run, and the run's counts.

    failures: why requests got no answer, each reason once. warnings: sentences, what a person should know of this run
    though it goes on. troubled_hosts: what stands against hosts since earlier runs. pictures_left: how many pictures
    may still be asked for in this run. rechecks: how many known articles may be, None for what
    archive.frontier.schedule thinks right, and how: which of them; floor: how long ago the last look at one must be.
    waiting: how many addresses wait that were never read, or are lists. health: what its pages were like.
    """

    def __init__(self, db: Database, run: Run, rechecks: int | None = None, how: How = "budget"):
        self.db = db
        self.run = run
        self.health = Health(now())
        self._seeds: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self.failures: dict[str, None] = {}
        self.warnings: dict[str, None] = {}
        self.troubled_hosts = archive.troubled_hosts(db)
        self.pictures_left: int | None = (
            None  # a run that keeps no pictures; crawler.download.picture_pipeline sets it for others
        )
        self.rechecks, self.how, self.floor = rechecks, how, AGAIN
        self.trusts = True  # what servers say of pages that have not changed
        self.lied: list[str] = []  # addresses of which that was not so
        self.waiting = 0
        self.never: Callable[[str], bool] = lambda _: False  # what a person says is never to be asked for
        self._again: deque[str] | None = None
        self._home = archive.url_key(run.outlet.home_url)
        self._unanswered: set[str] = set()
        self.move = Move(run.outlet)
        self.witness = Witness(partial(usual_offset, db, run.outlet_id, run.id))
        self.boilerplate = archive.boilerplate_of(db, run.outlet_id)
        self._due_asked = self._fetches_pictures = False
        self._pictures_again = 0

    def known_articles(self) -> int:
        """How many articles of the outlet the archive holds."""
        return archive.article_count(self.db, self.run)

    def count_limits(self) -> None:
        """Counts what of the frontier's limits the run has met."""
        for name, count in archive.left_out(self.db, self.run).items():
            if count:
                self.counts[f"left: {name}"] += count

    def seed(self, seeds: Sequence[str]) -> None:
        """Makes the seeds due, first of all."""
        self._seeds = {archive.url_key(seed): seed for seed in seeds}
        self._unanswered = set(self._seeds)
        archive.seed(self.db, self.run, seeds, now())

    def relist(self) -> None:
        """Makes every list and sitemap due."""
        archive.relist(self.db, self.run, now())

    def set_since(self, since: datetime) -> None:
        """Leaves aside what is older from now on."""
        self.run = archive.set_since(self.db, self.run, since)

    def recheck_all(self) -> None:
        """Makes all that is known due in this run, whatever its budget."""
        archive.recheck_all(self.db, self.run, now())
        self.rechecks, self.floor = sys.maxsize, timedelta()

    def take(self, limit: int) -> list[str]:
        """The next addresses to ask for; none when nothing waits, or nothing that this run has a budget for."""
        while urls := self._next(limit):
            if asked := [url for url in urls if not self._left_out(url)]:
                return asked
        return []

    def _left_out(self, url: str) -> bool:
        if out := self.never(url):
            archive.forbid(self.db, self.run, url, now())
            self.counts["never"] += 1
        return out

    def _next(self, limit: int) -> list[str]:
        at = now()
        self.waiting = archive.waiting(self.db, self.run, at)
        if urls := archive.due(self.db, self.run, at, limit):
            return urls
        if self._home in self._unanswered or self.is_moved():  # it says whether the paper still lives here
            return []
        if self._again is None:
            self._again = deque(
                archive.rechecks(self.db, self.run, at, self.rechecks, self.how, self.floor, self._pictures_again)
            )
        if not self._again:
            self._again.extend(archive.signed(self.db, self.run, at))
        return [self._again.popleft() for _ in range(min(limit, len(self._again)))]

    def is_moved(self) -> bool:
        """Whether the paper answers from another site: then nothing is asked of its articles, for where they lead says
        nothing of them."""
        seeds = self.health.seeds.values()
        return self.move.to is not None and not any(seed.answered and seed.links != 0 for seed in seeds)

    def validators(self, url: str) -> tuple[str | None, str | None]:
        """ETag and Last-Modified to send."""
        return archive.validators(self.db, self.run, url) if self.trusts else (None, None)

    def failed(self, url: str, reason: str) -> None:
        """No answer came."""
        archive.give_up(self.db, self.run, url, now())
        self.counts["failed"] += 1
        self.failures[reason] = None
        self._note_seed(archive.url_key(url), Seed("failed"))

    def left_alone(self, url: str, until: datetime) -> None:
        """Its host is to be left alone."""
        archive.drop(self.db, self.run, url, until)
        self._unanswered.discard(archive.url_key(url))
        self.counts["left-alone"] += 1

    def leave_picture(self, picture: WantedPicture, until: datetime) -> None:
        """Its host is to be left alone."""
        archive.leave_picture(self.db, picture, until)
        self.counts["pictures-left"] += 1

    def inside(self, url: str, reason: str) -> None:
        """It lies in our own network; that may change, as rules do. One such address is told of: a page may have
        thousands."""
        archive.forbid(self.db, self.run, url, now())
        self._unanswered.discard(archive.url_key(url))
        if not self.counts["inside"]:
            self.failures[reason] = None
        self.counts["inside"] += 1

    def note_host(self, state: HostState) -> None:
        """How a host stands now, for later runs."""
        archive.note_hosts(self.db, [state], now())

    def refused(self, url: str) -> None:
        """It is no address that can be asked for."""
        archive.give_up(self.db, self.run, url, now())
        self._unanswered.discard(archive.url_key(url))
        self.counts["refused"] += 1

    def forbidden(self, url: str) -> None:
        """robots.txt forbids it."""
        archive.forbid(self.db, self.run, url, now())
        self._unanswered.discard(archive.url_key(url))
        self.counts["forbidden"] += 1

    def note_sitemaps(self, robots_url: str, urls: Sequence[str]) -> None:
        """Notes the sitemaps that a robots.txt names."""
        archive.note_sitemaps(self.db, self.run, robots_url, urls, now())

    def take_in(self, capture: Capture) -> Arrival:
        """Keeps a capture. Raises BadValue where it says what cannot be."""
        whole = gated(capture, self.run.limits.header_bytes)
        if whole.headers != capture.headers:
            self.counts["left: headers"] += 1
        self.witness.hear(whole)
        return archive.take_in(self.db, self.run, whole)

    def put_away(
        self,
        capture: Capture,
        arrival: Arrival,
        reading: Reading | Unreadable,
        links: list[Link],
        notes: Sequence[str] = (),
    ) -> Submitted:
        """Files what was read in a capture, and notes where it leads; counts what leads on and is not followed."""
        self.counts.update(f"not followed: {note}" for note in notes)
        ingested = archive.put_away(self.db, arrival.source, reading)
        self._check_word(capture, ingested)
        fresh = archive.discover(self.db, self.run, arrival, ingested, links, capture.captured_at)
        self.counts["links"] += fresh
        if arrival.source.url_key in self._seeds:
            self._note_seed(arrival.source.url_key, Seed(arrival.outcome, self._beyond(links), _newest(links)))
        else:
            self.health.add(ingested)
        return self._handed(ingested, arrival)

    def _check_word(self, capture: Capture, ingested: Ingested) -> None:
        """Tells of a server that calls a page unchanged which has changed."""
        if ingested.filed is None or ingested.filed.outcome != "edited":
            return
        said = capture.header("ETag"), capture.header("Last-Modified")
        if archive.versions_under(self.db, self.run, capture.requested_url, *said) == 2:  # not told again
            self.lied.append(capture.requested_url)

    def leave_unread(self, arrival: Arrival) -> Submitted:
        """Leaves a kept capture to the next run, which reads it before all else."""
        self.counts["unread"] += 1
        return self._handed(Ingested(arrival.outcome), arrival)

    def confirm(self, capture: Capture, arrival: Arrival) -> Submitted:
        """What is done about a capture that brought nothing to read."""
        ingested = Ingested(arrival.outcome, buried=arrival.buried)
        self.move.hear(capture, self._seeds.get(arrival.source.url_key))
        outcome = MOVED if self.move.leads_there(capture) else arrival.outcome
        self._note_seed(arrival.source.url_key, Seed(outcome))
        if arrival.outcome in ("revisit", "not-modified"):
            links = [] if archive.links_are_noted(self.db, self.run, arrival) else self._kept_links(capture)
            archive.discover(self.db, self.run, arrival, ingested, links, capture.captured_at)
        return self._handed(ingested, arrival, self._onward(capture))

    def _kept_links(self, capture: Capture) -> list[Link]:
        body = archive.last_body(self.db, self.run, capture.requested_url) or b""
        outlet = self.run.outlet
        found = isolated.run(discovery.links, body, capture.final_url, outlet.hosts, capture.encoding, outlet.timezone)
        if isinstance(found, Lost):
            self.counts[f"not followed: the links, {found.reason}"] += 1
            return []
        return found

    def _onward(self, capture: Capture) -> str | None:
        """Where a redirect leads that is worth following: to another page of the site that neither has answered in this
        run nor waits for its turn in it. Another spelling of its own address has not answered, and does not wait."""
        via, target = (*capture.via, capture.requested_url), capture.final_url
        if not _redirects(capture) or target in via:
            return None
        if len(via) > self.run.limits.redirects:
            self.counts["left: redirects"] += 1
            return None
        if archive.leads_away(capture, self.run.outlet) or self.never(target):
            return None
        if archive.url_key(target) not in map(archive.url_key, via):
            if archive.captured_in_run(self.db, self.run, target):
                self.counts["disappeared"] += archive.note_redirect(self.db, self.run, via, target, now())
                return None
            if archive.taken_in_run(self.db, self.run, target):
                return None
        archive.enqueue(self.db, self.run, target, now())
        return target

    def _handed(self, ingested: Ingested, arrival: Arrival, onward: str | None = None) -> Submitted:
        self._count(ingested)
        return Submitted(ingested, tuple(self._pictures(ingested)), onward)

    def _beyond(self, links: Sequence[Link]) -> int:
        """How many addresses a seed leads to that are no seeds themselves."""
        return sum(archive.url_key(link.url) not in self._seeds for link in links)

    def _note_seed(self, key: str, seed: Seed) -> None:
        """How a seed answered is part of the run's health."""
        self._unanswered.discard(key)
        if url := self._seeds.get(key):
            self.health.add_seed(url, seed)

    def _count(self, ingested: Ingested) -> None:
        self.counts["captures"] += 1
        self.counts[ingested.outcome] += 1
        self.counts["disappeared"] += ingested.buried
        if ingested.filed:
            self.counts[ingested.filed.outcome] += 1
            known = ingested.filed.article_id is not None and not ingested.buried
            self.counts["turned-unreadable"] += known and ingested.filed.outcome == "unreadable"
        if isinstance(ingested.reading, Unreadable):
            self.counts[f"unreadable: {ingested.reading.reason}"] += 1

    def _pictures(self, ingested: Ingested) -> Iterator[WantedPicture]:
        """The pictures to ask for after a page: those of an article that is new or edited; and, after the first page,
        those that are due. They take at most half of what a run may ask for: a new article's are not to wait."""
        if self.pictures_left is None:
            return
        if not self._due_asked:
            self._due_asked = True
            yield from self._spend(self._due_pictures())
        if ingested.filed and ingested.filed.outcome in ("new", "edited") and ingested.filed.article_id is not None:
            yield from self._spend(archive.pictures_of(self.db, ingested.filed.article_id))

    def _due_pictures(self) -> list[WantedPicture]:
        assert self.pictures_left is not None
        at = now()
        again = pictures_again(self.how, archive.runs_a_day(self.db, self.run, at), self.rechecks)
        wanted = archive.due_pictures(self.db, self.run, at, self.pictures_left // 2, again)
        self._pictures_again = sum(one.final_url is not None for one in wanted)
        return wanted

    def _spend(self, wanted: list[WantedPicture]) -> list[WantedPicture]:
        assert self.pictures_left is not None
        allowed = wanted[: self.pictures_left]
        self._fetches_pictures |= self.pictures_left > 0
        if self._fetches_pictures and len(wanted) > len(allowed):
            self.counts["left: pictures"] += len(wanted) - len(allowed)
        self.pictures_left -= len(allowed)
        return allowed

    def keep_picture(self, capture: PictureCapture, rest: timedelta) -> PictureOutcome:
        """Records a fetch of a picture, and counts what it brought."""
        outcome = archive.keep_picture(self.db, self.run, capture, rest)
        self.counts[_PICTURE_COUNTS.get(outcome, "pictures")] += 1
        self.counts["pictures-replaced"] += outcome == "replaced"
        return outcome


def _newest(links: Sequence[Link]) -> datetime | None:
    """The latest time that a feed or a sitemap gives."""
    return max((at for link in links if (at := link.published or link.lastmod)), default=None)


def _redirects(capture: Capture) -> bool:
    """Whether the answer sends the asker elsewhere (RFC 9110 section 15.4); a 300, a 304 or a 305 does not."""
    return capture.status in archive.REDIRECTS and capture.header("Location") is not None
