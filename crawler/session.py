"""CrawlSession: one run's calls to the archive, and its counts. Synchronous: crawler.writer calls it in one thread."""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from archive import Capture, Link, PictureCapture, Reading, Run, Unreadable
from archive.frontier import capacity, change_rate_store, dequeue, url_queue
from archive.frontier.schedule import RECHECK_FLOOR, RecheckMode, pictures_again, troubled_hosts
from archive.history.facts import REDIRECTS, redirect_means_gone
from archive.model.capture_validation import validated
from archive.model.clock import now
from archive.model.records import PictureOutcome, WantedPicture
from archive.model.urls import url_key
from archive.monitor.health import MOVED, ClockCheck, Health, Seed, SiteMove
from archive.pipeline import ingest
from archive.pipeline.ingest import Arrival, Ingested
from archive.runtime import isolated
from archive.storage import picture_fetches, version_texts
from archive.storage.captures import capture_writer
from archive.storage.connection import Database
from archive.storage.run_rows import usual_offset
from archive.workers import Lost
from crawler.readers import packed_links

_PICTURE_COUNTS = {"gone": "pictures-failed", "error": "pictures-failed", "forbidden": "pictures-forbidden"}


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submitted capture brought. pictures: those to fetch now; onward: the redirect target to follow, None for
    none."""

    pictures: tuple[WantedPicture, ...] = ()
    onward: str | None = None


class CrawlSession:
    """An open archive, an open run, and the run's counts.

    failures: why requests got no answer, each reason once. warnings: sentences for a person. troubled_hosts: the hosts'
    states from earlier runs. pictures_left: the run's remaining budget of picture requests. rechecks: how many known
    articles the run rechecks, None for what archive.frontier.schedule decides; how: which of them; floor: the shortest
    time since an article's last recheck. waiting: how many addresses wait that are lists, or were never read. health:
    the measures of the run's pages.
    """

    def __init__(self, db: Database, run: Run, rechecks: int | None = None, recheck_mode: RecheckMode = "budget"):
        self.db = db
        self.run = run
        self.health = Health(now())
        self._seeds: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self.failures: dict[str, None] = {}
        self.warnings: dict[str, None] = {}
        self.troubled_hosts = troubled_hosts(db)
        self.pictures_left: int | None = None  # no pictures; crawler.download.picture_pipeline sets it
        self.rechecks, self.recheck_mode, self.floor = rechecks, recheck_mode, RECHECK_FLOOR
        self.sends_conditions = True  # whether a 304 is believed, and conditional requests are sent
        self.changed_silently: list[str] = []  # URLs of pages that changed and kept their validators
        self.waiting = 0
        self.never: Callable[[str], bool] = lambda _: False  # the outlet's excluded addresses
        self._recheck_queue: deque[str] | None = None
        self._home_key = url_key(run.outlet.home_url)
        self._unanswered_seeds: set[str] = set()
        self.move = SiteMove(run.outlet)
        self.clock_check = ClockCheck(partial(usual_offset, db, run.outlet_id, run.id))
        self.boilerplate = version_texts.boilerplate_of(db, run.outlet_id)
        self._due_pictures_taken = self._fetches_pictures = False
        self._picture_rechecks = 0

    def warn(self, sentence: str) -> None:
        self.warnings.setdefault(sentence)

    def count_limits(self) -> None:
        for name, count in capacity.left_out(self.db, self.run).items():
            if count:
                self.counts[f"left: {name}"] += count

    def seed(self, seeds: Sequence[str]) -> None:
        """Makes the seeds due, before all other addresses."""
        self._seeds = {url_key(seed): seed for seed in seeds}
        self._unanswered_seeds = set(self._seeds)
        url_queue.seed(self.db, self.run, seeds, now())

    def recheck_all(self) -> None:
        url_queue.recheck_all(self.db, self.run, now())
        self.rechecks, self.floor = sys.maxsize, timedelta()

    def take(self, limit: int) -> list[str]:
        """The next URLs from the frontier; none when nothing waits, or the run has reached its target."""
        while urls := self._next_urls(limit):
            if allowed := [url for url in urls if not self._is_excluded(url)]:
                return allowed
        return []

    def _is_excluded(self, url: str) -> bool:
        if excluded := self.never(url):
            self.record_forbidden(url, "never")
        return excluded

    def _next_urls(self, limit: int) -> list[str]:
        moment = now()
        self.waiting = dequeue.waiting(self.db, self.run, moment)
        if urls := dequeue.due(self.db, self.run, moment, limit):
            return urls
        if self._home_key in self._unanswered_seeds or self.is_moved():  # the home page may show a move
            return []
        if self._recheck_queue is None:
            how = self.rechecks, self.recheck_mode, self.floor, self._picture_rechecks
            self._recheck_queue = deque(change_rate_store.rechecks(self.db, self.run, moment, *how))
        if not self._recheck_queue:
            self._recheck_queue.extend(change_rate_store.take_signalled(self.db, self.run, moment))
        return [self._recheck_queue.popleft() for _ in range(min(limit, len(self._recheck_queue)))]

    def is_moved(self) -> bool:
        """Whether the paper redirects to another site: then such redirects say nothing of the articles."""
        seeds = self.health.seeds.values()
        return self.move.to is not None and not any(seed.answered and seed.links != 0 for seed in seeds)

    def validators(self, url: str) -> tuple[str | None, str | None]:
        return capture_writer.http_validators(self.db, self.run, url) if self.sends_conditions else (None, None)

    def record_failure(self, url: str, reason: str) -> None:
        url_queue.give_up(self.db, self.run, url, now())
        self.counts["failed"] += 1
        self.failures[reason] = None
        self._note_seed(url_key(url), Seed("failed"))

    def record_backoff(self, url: str, until: datetime) -> None:
        """Notes that an address was not asked: its host is in backoff."""
        url_queue.drop(self.db, self.run, url, until)
        self._unanswered_seeds.discard(url_key(url))
        self.counts["left-alone"] += 1

    def postpone_picture(self, picture: WantedPicture, until: datetime) -> None:
        """Notes that a picture was not asked for: its host is in backoff."""
        picture_fetches.leave_picture(self.db, picture, until)
        self.counts["pictures-left"] += 1

    def record_refusal(self, url: str) -> None:
        """Notes that Scrapy cannot make a request for an address."""
        url_queue.give_up(self.db, self.run, url, now())
        self._unanswered_seeds.discard(url_key(url))
        self.counts["refused"] += 1

    def record_forbidden(self, url: str, count: str, reason: str | None = None) -> None:
        """Notes an address that is not to be asked. count: `forbidden` by robots.txt, `inside` the private network,
        `never` by the outlet's settings; reason: reported once, for a page may name thousands."""
        url_queue.forbid(self.db, self.run, url, now())
        self._unanswered_seeds.discard(url_key(url))
        if reason and not self.counts[count]:
            self.failures[reason] = None
        self.counts[count] += 1

    def store_capture(self, capture: Capture) -> Arrival:
        """Keeps a capture. Raises BadValue where it is invalid, and WrongClock where a clock is."""
        self.clock_check.check(capture)
        checked = validated(capture, self.run.limits.header_bytes)
        if checked.headers != capture.headers:
            self.counts["left: headers"] += 1
        return ingest.keep_capture(self.db, self.run, checked)

    def file_reading(
        self, capture: Capture, arrival: Arrival, reading: Reading | Unreadable, links: Collection[Link],
        notes: Sequence[str] = (),
    ) -> Submitted:  # fmt: skip
        """Files a capture's reading and adds its links to the frontier; counts what is not followed."""
        self.counts.update(f"not followed: {note}" for note in notes)
        ingested = ingest.file_reading(self.db, arrival.source, reading)
        self._check_validators(capture, ingested)
        new_links = ingest.discover(self.db, self.run, arrival, ingested, links, capture.captured_at)
        self.counts["links"] += new_links
        if arrival.source.url_key in self._seeds:
            leads_on = sum(url_key(link.url) not in self._seeds for link in links)
            newest = max((date for link in links if (date := link.published or link.lastmod)), default=None)
            self._note_seed(arrival.source.url_key, Seed(arrival.outcome, leads_on, newest))
        else:
            self.health.add(ingested)
        return self._submitted(ingested)

    def _check_validators(self, capture: Capture, ingested: Ingested) -> None:
        """Notes a page that changed while its validators (ETag, Last-Modified) did not."""
        if ingested.filed is None or ingested.filed.outcome != "edited":
            return
        validators = capture.header("ETag"), capture.header("Last-Modified")
        if capture_writer.versions_under(self.db, self.run, capture.requested_url, *validators) == 2:  # noted once
            self.changed_silently.append(capture.requested_url)

    def leave_unread(self, arrival: Arrival) -> Submitted:
        """Leaves a kept capture unread; the next run reads it first."""
        self.counts["unread"] += 1
        return self._submitted(Ingested(arrival.outcome))

    def confirm(self, capture: Capture, arrival: Arrival) -> Submitted:
        """Handles a capture with nothing to read: a redirect, an error, an unchanged page."""
        ingested = Ingested(arrival.outcome, disappeared=arrival.disappeared)
        self.move.check(capture, self._seeds.get(arrival.source.url_key))
        outcome = MOVED if self.move.leads_there(capture) else arrival.outcome
        self._note_seed(arrival.source.url_key, Seed(outcome))
        if arrival.outcome in ("revisit", "not-modified"):
            are_noted = url_queue.links_are_noted(self.db, self.run, arrival.source.url_key, arrival.body_id)
            links = [] if are_noted else self._kept_links(capture)
            ingest.discover(self.db, self.run, arrival, ingested, links, capture.captured_at)
        return self._submitted(ingested, self._redirect_target(capture))

    def _kept_links(self, capture: Capture) -> Collection[Link]:
        body = capture_writer.last_body(self.db, self.run, capture.requested_url) or b""
        outlet = self.run.outlet
        found = isolated.run(packed_links, body, capture.final_url, outlet.hosts, capture.encoding, outlet.timezone)
        if isinstance(found, Lost):
            self.counts[f"not followed: the links, {found.reason}"] += 1
            return []
        return found

    def _redirect_target(self, capture: Capture) -> str | None:
        """The target to follow: another page of the site that has neither answered in this run nor waits in it (another
        spelling of the redirecting URL has not answered, and does not wait)."""
        via, target = (*capture.via, capture.requested_url), capture.final_url
        if capture.status not in REDIRECTS or capture.header("Location") is None or target in via:
            return None
        if len(via) > self.run.limits.redirects:
            self.counts["left: redirects"] += 1
            return None
        if redirect_means_gone(capture.requested_url, target, self.run.outlet) or self.never(target):
            return None
        if url_key(target) not in map(url_key, via):
            if url_queue.captured_in_run(self.db, self.run, target):
                self.counts["disappeared"] += ingest.note_redirect(self.db, self.run, via, target, now())
                return None
            if url_queue.taken_in_run(self.db, self.run, target):
                return None
        url_queue.enqueue(self.db, self.run, target, now())
        return target

    def _submitted(self, ingested: Ingested, onward: str | None = None) -> Submitted:
        self._count(ingested)
        return Submitted(tuple(self._pictures(ingested)), onward)

    def _note_seed(self, key: str, seed: Seed) -> None:
        self._unanswered_seeds.discard(key)
        if url := self._seeds.get(key):
            self.health.add_seed(url, seed)

    def _count(self, ingested: Ingested) -> None:
        self.counts["captures"] += 1
        self.counts[ingested.outcome] += 1
        self.counts["disappeared"] += ingested.disappeared
        if ingested.filed:
            self.counts[ingested.filed.outcome] += 1
            known = ingested.filed.article_id is not None and not ingested.disappeared
            self.counts["turned-unreadable"] += known and ingested.filed.outcome == "unreadable"
        if isinstance(ingested.reading, Unreadable):
            self.counts[f"unreadable: {ingested.reading.reason}"] += 1

    def _pictures(self, ingested: Ingested) -> Iterator[WantedPicture]:
        """The pictures to fetch after a page; and, after the first page, those that are due, for at most half of the
        budget: a new article's pictures must not wait."""
        if self.pictures_left is None:
            return
        if not self._due_pictures_taken:
            self._due_pictures_taken = True
            yield from self._take_from_budget(self._due_pictures())
        if ingested.filed:
            yield from self._take_from_budget(picture_fetches.pictures_after(self.db, ingested.filed, now()))

    def _due_pictures(self) -> list[WantedPicture]:
        assert self.pictures_left is not None
        moment = now()
        again = pictures_again(
            self.recheck_mode, change_rate_store.runs_a_day(self.db, self.run, moment), self.rechecks
        )
        wanted = picture_fetches.due_pictures(self.db, self.run, moment, self.pictures_left // 2, again)
        self._picture_rechecks = sum(picture.final_url is not None for picture in wanted)
        return wanted

    def _take_from_budget(self, wanted: list[WantedPicture]) -> list[WantedPicture]:
        assert self.pictures_left is not None
        allowed = wanted[: self.pictures_left]
        self._fetches_pictures |= self.pictures_left > 0
        if self._fetches_pictures and len(wanted) > len(allowed):
            self.counts["left: pictures"] += len(wanted) - len(allowed)
        self.pictures_left -= len(allowed)
        return allowed

    def keep_picture(self, capture: PictureCapture, rest: timedelta) -> PictureOutcome:
        outcome = ingest.keep_picture(self.db, self.run, capture, rest)
        self.counts[_PICTURE_COUNTS.get(outcome, "pictures")] += 1
        self.counts["pictures-replaced"] += outcome == "replaced"
        return outcome
