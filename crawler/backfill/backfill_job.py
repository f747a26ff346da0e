"""Runs `luubao backfill`: picks the archive, lists the captures it has, and imports them.

Progress is stored, so a backfill can be stopped at any moment and resumed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from archive import Capture, Outlet, Run
from archive.console import clear_progress, show_progress
from archive.exchange.importers.import_job import begin
from archive.frontier import remote_index
from archive.model.clock import now
from archive.model.errors import ArchiveUnusable, BadValue, LuubaoError, Misconfigured
from archive.model.urls import same_site
from archive.pipeline.merging import Arrivals, Origin
from archive.runtime import signals
from archive.runtime.atomic_files import outlet_lock
from archive.storage import connection, run_rows, version_texts
from archive.storage.histories.history_writer import Counts
from crawler.backfill.archive_client import MAX_PAGES, ArchiveClient, ArchiveSource, TimestampRange, WebArchiveBusy
from crawler.backfill.commoncrawl import CommonCrawl
from crawler.backfill.wayback import Wayback
from crawler.config.catalogue import described
from crawler.outlet import user_agent

_BATCH_SIZE = 50
_MAX_REPORTED = 20
_MAX_REFUSALS = 2  # in a row
_MOST_WAITING = 1_000_000  # offers: at a request each 1.5 seconds they take 17 days
_SETTLE_EVERY = 500  # captures after which versions of articles are sorted by time


@dataclass(slots=True)
class BackfillResult:
    """The result of a backfill. counts: listed, filed, late, here, withdrawn, elsewhere, failed, waiting, odd (invalid
    lines of the index and invalid captures). odd: the errors of the first of them. reasons: how many failed, by reason.
    problem: why it ended early; None where it did not."""

    counts: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    articles: Counts = field(default_factory=Counts)
    problem: str | None = None
    reasons: Counter[str] = field(default_factory=Counter)

    def fail(self, reason: str) -> None:
        self.counts["failed"] += 1
        self.reasons[reason] += 1


def backfill(
    path: Path, outlet: Outlet, source: ArchiveSource, span: TimestampRange, *, most: int = 0,
    stopped: Callable[[], bool] = lambda: False, progress: Callable[[BackfillResult], None] = lambda _: None,
) -> BackfillResult:  # fmt: skip
    """Imports the captures that `source` has of an outlet. most: the limit of captures; 0 is no limit.

    Raises Locked while the outlet is being crawled, and LuubaoError for whatever else prevents the start.
    """
    done = BackfillResult()
    with outlet_lock(path, outlet.name), connection.open_archive(path, create=True) as db:
        run = begin(db, outlet, "backfill", source.name)
        job = _Job(Arrivals(db, run, version_texts.boilerplate_of(db, run.outlet_id)), source, done, stopped, progress)
        try:
            job.list(outlet.hosts, span)
            job.take(most)
        except LuubaoError as error:
            done.problem = str(error)
        except Exception as error:  # a mistake of ours, or of sqlite: the run says so, and the error is raised again
            reason = f"{type(error).__name__}: {error}"[:300]
            run_rows.finish_run(db, run, outcome="failed", reason=reason, stats=done.counts, moment=now())
            raise
        job.file_pending()
        done.counts["waiting"] = remote_index.open_count(db, run.outlet_id, source.name)
        version_texts.learn_boilerplate(db, run, now())
        outcome = "interrupted" if stopped() else "partly-failed" if done.problem else "ok"
        run_rows.finish_run(db, run, outcome=outcome, reason=done.problem, stats=done.counts, moment=now())
    return done


@dataclass(slots=True)
class _Job:
    arrivals: Arrivals
    source: ArchiveSource
    done: BackfillResult
    stopped: Callable[[], bool]
    progress: Callable[[BackfillResult], None]
    refused: list[tuple[remote_index.Offer, str]] = field(default_factory=list)
    failed: set[int] = field(default_factory=set)

    @property
    def run(self) -> Run:
        return self.arrivals.run

    def list(self, hosts: tuple[str, ...], span: TimestampRange) -> None:
        """Reads the index, from where the last backfill stopped. One of its parts that cannot be understood keeps
        nobody from the others, nor from what waits."""
        waiting = remote_index.open_count(self.arrivals.db, self.run.outlet_id, self.source.name)
        for query in self.source.queries(hosts, span):
            try:
                self._list_part(query, waiting)
            except WebArchiveBusy:
                raise
            except LuubaoError as error:
                self.done.problem = self.done.problem or str(error)

    def _list_part(self, query: str, waiting: int) -> None:
        db, outlet_id, name = self.arrivals.db, self.run.outlet_id, self.source.name
        finished, key = remote_index.listed(db, outlet_id, name, query)
        keys = set[str | None]()
        while not finished and not self.stopped():
            if key in keys or len(keys) > MAX_PAGES:
                raise LuubaoError(f"{name}: its index goes round in a circle, or has no end")
            if waiting + self.done.counts["listed"] >= _MOST_WAITING:
                raise LuubaoError(f"{_MOST_WAITING:,} captures wait: the index is read further in the next run")
            keys.add(key)
            page = self.source.page(query, key)
            for reason in page.odd:
                self._note_odd("a line of the index", reason)
            self.done.counts["listed"] += remote_index.note_page(
                db, outlet_id, name, query, page.offers, page.next, now()
            )
            key, finished = page.next, page.next is None
            self.progress(self.done)

    def take(self, most: int) -> None:
        """Fetches the offered captures that the archive lacks."""
        taken = 0
        for offer in self._waiting():
            if self.stopped() or (most and taken >= most):
                return
            taken += self._take_offer(offer)
            self.progress(self.done)
            if taken and taken % _SETTLE_EVERY == 0:
                self.file_pending()
        self._put_refused_aside()

    def file_pending(self) -> None:
        """Files late captures, which may take long: after a signal they wait for the next run."""
        try:
            with signals.interruptible():
                self.done.articles.add(self.arrivals.file_pending())
        except (Exception, signals.Interrupted):  # an interruption by a signal may raise any error
            if not signals.signal_received():
                raise

    def _waiting(self) -> Iterator[remote_index.Offer]:
        """The open offers, each once; those that failed in earlier runs last, so that they hold up no others."""
        db, outlet_id, name = self.arrivals.db, self.run.outlet_id, self.source.name
        for tries in range(remote_index.MAX_TRIES):
            after = 0
            while batch := remote_index.open_offers(db, outlet_id, name, tries, after, _BATCH_SIZE):
                after = batch[-1].id
                yield from (offer for offer in batch if offer.id not in self.failed)

    def _put_aside(self, offer: remote_index.Offer, reason: str) -> None:
        """Counts a failed attempt; the offer waits for another run."""
        remote_index.note_failed(self.arrivals.db, offer, reason)
        self.failed.add(offer.id)

    def _take_offer(self, offer: remote_index.Offer) -> bool:
        """Returns whether its capture was taken."""
        if not same_site(offer.url, self.run.outlet.hosts):
            self._put_aside(offer, "another site")
            self.done.counts["elsewhere"] += 1
            return False
        capture = self._fetch_capture(offer)
        if isinstance(capture, str):
            self._put_aside(offer, capture)
            self.done.fail(capture)
        return isinstance(capture, Capture) and self._keep(offer, replace(capture, requested_url=offer.url))

    def _keep(self, offer: remote_index.Offer, capture: Capture) -> bool:
        try:
            with connection.transaction(self.arrivals.db):
                outcome = self.arrivals.arrive(capture, Origin(self.source.name, offer.place))
                remote_index.note_taken(self.arrivals.db, offer, now(), outcome)
        except ArchiveUnusable:
            raise
        except Exception as error:  # this capture is invalid, or cannot be stored; others can
            if signals.signal_received():
                raise
            reason = str(error) if isinstance(error, BadValue) else f"{type(error).__name__}: {error}"[:200]
            self._put_aside(offer, reason)
            self._note_odd(offer.url, reason)
            return False
        self.done.counts[outcome] += 1
        return True

    def _fetch_capture(self, offer: remote_index.Offer) -> Capture | str | None:
        """Fetches a capture; None where the archive refuses. Refused offers are marked as failed, for another time,
        once another comes. Raises WebArchiveBusy after two refusals in a row, where what came earlier is refused,
        too."""
        try:
            capture = self.source.take(offer)
        except BadValue as error:
            capture = str(error)
        except WebArchiveBusy as error:
            if self.stopped():
                raise
            self.refused.append((offer, str(error)))
            if len(self.refused) < _MAX_REFUSALS:
                return None
            if not self._gives_what_it_gave():
                for refused, _ in self.refused:  # the next run begins with others
                    remote_index.note_refused(self.arrivals.db, refused)
                raise
            capture = None
        self._put_refused_aside()
        return capture

    def _gives_what_it_gave(self) -> bool:
        """Whether the archive gives again what was taken last: then it is not busy, and fails at some addresses."""
        known = remote_index.last_taken(self.arrivals.db, self.run.outlet_id, self.source.name)
        try:
            return known is not None and isinstance(self.source.take(known), Capture)
        except (BadValue, WebArchiveBusy):
            return False

    def _put_refused_aside(self) -> None:
        for offer, reason in self.refused:
            self._put_aside(offer, reason)
            self.done.fail("the archive refuses it, or gives an error, each time")
        self.refused.clear()

    def _note_odd(self, subject: str, reason: str) -> None:
        self.done.counts["odd"] += 1
        if len(self.done.odd) < _MAX_REPORTED:
            self.done.odd.append(f"{subject}: {reason}")


# The addresses of other archives. A pywb of your own has <address>/<collection>/cdx and <address>/<collection>/.
ADDRESSES = {
    "LUUBAO_WAYBACK_CDX": "https://web.archive.org/cdx/search/cdx",
    "LUUBAO_WAYBACK_REPLAY": "https://web.archive.org/web/",
    "LUUBAO_COMMONCRAWL_INDEX": "https://index.commoncrawl.org/",
    "LUUBAO_COMMONCRAWL_DATA": "https://data.commoncrawl.org/",
}
DELAY = "1.5"
"""Seconds between two requests, unless LUUBAO_BACKFILL_DELAY sets another delay."""


def _delay() -> float:
    try:
        return max(0.0, float(os.environ.get("LUUBAO_BACKFILL_DELAY", DELAY)))
    except ValueError as error:
        raise Misconfigured("LUUBAO_BACKFILL_DELAY must be a number of seconds, such as 1.5") from error


def run_backfill(
    path: Path, name: str, archive_name: str, since: date | None, until: date | None, most: int,
    hosts: tuple[str, ...], contact: str,
) -> tuple[BackfillResult, bool]:  # fmt: skip
    """Runs a backfill to its end, or until a signal; returns its result and whether it was interrupted.

    Raises UnknownOutlet, Misconfigured or Locked.
    """
    outlet = described(name).outlet
    if hosts:
        outlet = Outlet(outlet.name, outlet.title, outlet.home_url, hosts, outlet.timezone)
    client = ArchiveClient(user_agent(outlet, contact), _delay(), stopped=signals.signal_received)
    span = TimestampRange(f"{since:%Y%m%d}" if since else None, f"{until:%Y%m%d}" if until else None)
    source, stopped = source_of(archive_name, client), signals.signal_received

    def show(done: BackfillResult) -> None:
        show_progress(", ".join(f"{count} {name}" for name, count in done.counts.items() if count))

    with signals.graceful():
        done = backfill(path, outlet, source, span, most=most, stopped=stopped, progress=show)
    clear_progress()
    return done, stopped()


def source_of(name: str, client: ArchiveClient) -> ArchiveSource:
    """Returns the archive of that name, at the addresses that the environment gives."""
    source = Wayback if name == "wayback" else CommonCrawl
    index, data = (os.environ.get(key, address) for key, address in ADDRESSES.items() if name.upper() in key)
    return source(client, index, data)
