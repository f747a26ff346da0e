"""Scrapy extension that records a run: locks the outlet, opens the archive and the run, closes it with a verdict."""

from __future__ import annotations

import logging
import platform
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date, datetime, time
from importlib.metadata import version
from pathlib import Path

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from scrapy.statscollectors import StatsCollector

from archive.console import log_of
from archive.frontier import dequeue
from archive.model.clock import now, zone_of
from archive.model.errors import ArchiveUnusable, LuubaoError
from archive.model.records import Limits
from archive.monitor.run_checks import check_run
from archive.pipeline import history_filing, ingest
from archive.queries.outlets_followed import warned_recently
from archive.runtime.atomic_files import outlet_lock
from archive.storage import picture_history, run_rows, version_texts
from archive.storage.connection import Database
from archive.storage.histories import doubts
from archive.storage.run_rows import correct_clocks
from archive.storage.sqlite_file import damage_message
from crawler.config.descriptions import matcher
from crawler.outlet import OutletSpider
from crawler.run.run_verdict import (
    MAX_PAGES,
    WRONG_CLOCK,
    EndedRun,
    Verdict,
    compared,
    judge,
    limited,
    reached,
    wrong_clocks,
)
from crawler.session import CrawlSession
from crawler.writer import ArchiveWriter


def limits_of(settings: BaseSettings) -> Limits:
    names = ("MAX_WAITING", "MAX_SITEMAPS", "SITEMAP_DEPTH", "MAX_HEADER_BYTES", "MAX_REDIRECTS")
    return Limits(*(settings.getint(f"LUUBAO_{name}") for name in names))


log = log_of(__name__)
_COMPARED_OUTCOMES = ("ok", "partly-failed")  # an interrupted or empty run has nothing to compare
_SOFTWARE = ("luubao", "scrapy", "trafilatura", "lxml", "sqlite-utils", "pillow")


class RunRecord:
    """Takes the outlet's lock, opens the archive and a run before the crawl, and closes them with a verdict after it.

    from_crawler raises Locked or an archive's error, before anything is fetched.
    """

    def __init__(self, spider: OutletSpider, settings: BaseSettings, stats: StatsCollector):
        self.spider, self.settings, self.stats = spider, settings, stats
        self.verdict = Verdict("failed", "the crawl did not start")
        self.closed = False
        database = Path(settings["LUUBAO_DB"])
        with ExitStack() as stack:
            stack.enter_context(outlet_lock(database, spider.name))
            self.writer = spider.writer = ArchiveWriter(database, self._open, settings["LUUBAO_READERS"])
            self.lock = stack.pop_all()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunRecord:
        assert isinstance(crawler.spider, OutletSpider)
        record = cls(crawler.spider, crawler.settings, crawler.stats)
        crawler.signals.connect(record.spider_closed, signals.spider_closed)
        crawler.spider.record = record
        return record

    @staticmethod
    def of(crawler: Crawler) -> RunRecord | None:
        """The record of a crawler's run; None where the crawl failed before it."""
        return getattr(crawler.spider, "record", None)

    def _open(self, db: Database) -> CrawlSession:
        clocks = correct_clocks(db, self.spider.outlet)
        software = {"python": platform.python_version()} | {name: version(name) for name in _SOFTWARE}
        run = replace(run_rows.start_run(db, self.spider.outlet, software, now()), limits=limits_of(self.settings))
        ingest.read_pending(db, run)
        since: date | None = self.settings["LUUBAO_SINCE"]
        if since:
            run = dequeue.set_since(db, run, datetime.combine(since, time(), zone_of(self.spider.timezone)))
        full = self.settings.getbool("LUUBAO_FULL")
        if full:
            dequeue.relist(db, run, now())
        session = CrawlSession(db, run, self.settings["LUUBAO_RECHECKS_PER_RUN"], self.settings["LUUBAO_RECHECKS"])
        session.never = matcher(self.spider.never)
        session.warnings |= dict.fromkeys(wrong_clocks(clocks))
        session.seed(self.spider.seed_urls)
        if self.settings.getbool("LUUBAO_RECHECK_ALL"):
            session.recheck_all()
            session.sends_conditions = not full
        return session

    def spider_closed(self, reason: str) -> None:
        self.closed = True
        with self.lock:
            try:
                self.writer.close(lambda session: self._close(session, reason))
            except ArchiveUnusable as error:
                self.verdict = Verdict("failed", str(error))
            except Exception as error:  # luubao's own mistake is part of the verdict
                log.exception("the archive could not be closed")
                self.verdict = _mistake_verdict(error)
        level = logging.INFO if self.verdict.outcome == "ok" else logging.WARNING
        for failure in self.writer.session.failures:
            if failure not in (self.verdict.reason or ""):  # cron's mail says it once
                log.log(level, "no answer: %s", failure)

    def fail(self, error: BaseException) -> None:
        """Ends a run that an error stopped before Scrapy closed the spider."""
        if not self.closed:
            verdict = Verdict("failed", str(error)) if isinstance(error, LuubaoError) else _mistake_verdict(error)
            with self.lock, suppress(Exception):  # reported is what stopped the run, not what followed
                self.closed = True
                self.writer.close(lambda session: self._fail(session, verdict))

    def ended(self) -> EndedRun:
        session = self.writer.session
        health = session.health.to_json() if self.closed else {}  # else the archive's thread may still be counting
        begun = session.run.id, session.health.at
        return EndedRun(self.spider.name, self.verdict, now(), *begun, dict(session.counts), health)

    def _close(self, session: CrawlSession, reason: str) -> None:
        try:
            if self.writer.broken:
                raise ArchiveUnusable(self.writer.broken)
            self._finish(session, reason)
        except ArchiveUnusable as error:
            self._fail(session, Verdict("failed", str(error)))
        except Exception as error:  # luubao's own mistake is part of the verdict
            if damage_message(error) is None:
                log.exception("the run could not be brought to its end")
            self._fail(session, _mistake_verdict(error))

    def _finish(self, session: CrawlSession, reason: str) -> None:
        if session.counts["captures"] >= (self.settings.getint("LUUBAO_MAX_PAGES") or float("inf")):
            reason = MAX_PAGES
        session.count_limits()
        self._judge_pages(session)
        mistakes = self.writer.mistakes + self.stats.get_value("spider_exceptions/count", 0)
        reasons = [*session.warnings, *session.failures]
        self.verdict = judge(session.counts, reasons, reason, run_rows.article_count(session.db, session.run), mistakes)
        if session.is_moved():
            self.verdict = replace(self.verdict, outcome="partly-failed", reason=session.move.sentence())
        if self.verdict.outcome in _COMPARED_OUTCOMES and reason != WRONG_CLOCK:
            since, outcome = self.settings["LUUBAO_NORMAL_SINCE"], self.verdict.outcome
            findings = check_run(session.db, session.run, session.health, outcome, since=since)
            self.verdict = compared(self.verdict, findings)
        self.verdict = limited(self.verdict, reached(session.counts, reason, self.settings))
        self._add_warnings(session)
        version_texts.learn_boilerplate(session.db, session.run, now())
        self._store_result(session)

    def _judge_pages(self, session: CrawlSession) -> None:
        """Judges the run's pages together; corrects the counts by what is doubted, and warns of it."""
        if disappeared := history_filing.judge_run(session.db, session.run).disappeared:
            session.counts["disappeared"] += disappeared
        self._judge_pictures(session)
        doubted = doubts.doubts_of(session.db, session.run)
        if not doubted:
            return
        session.counts["doubted"] = sum(count for _, count in doubted)
        taken_back = 0
        for name, believed in zip(("new", "edited"), doubts.opened_by(session.db, session.run), strict=True):
            taken_back += max(0, session.counts[name] - believed)
            session.counts[name] = min(session.counts[name], believed)
        session.counts["unchanged"] = max(0, session.counts["unchanged"] - session.counts["doubted"] + taken_back)
        doubt, count = doubted[0]
        pages = _pages(session.counts["doubted"], "is", "are")
        session.warn(f"{pages} kept and not believed; of {count}: {doubt}")

    def _judge_pictures(self, session: CrawlSession) -> None:
        count = sum(count for _, count in picture_history.stand_ins_in(session.db, session.run.id))
        if count:
            session.counts["pictures-replaced"] = max(0, session.counts["pictures-replaced"] - count)
            what = "a picture came that stands in for others at several addresses: no article showed it"
            session.warn(f"{count} times {what}")

    def _add_warnings(self, session: CrawlSession) -> None:
        """Adds the run's warnings to the verdict; a warning is news once a day."""
        if session.changed_silently:
            pages = _pages(len(session.changed_silently), "has", "have")
            session.warn(
                f"{pages} changed and kept the ETag or Last-Modified, such as {session.changed_silently[0]}: what the"
                " server calls unchanged there is not; it is asked without a condition from now on"
            )
        if session.clock_check.warning:
            session.warn(session.clock_check.warning)
        for sentence in session.warnings:
            if sentence not in (self.verdict.reason or ""):
                known = warned_recently(session.db, session.run.id, sentence)
                self.verdict = self.verdict.warned(sentence, known=known)

    def _fail(self, session: CrawlSession, verdict: Verdict) -> None:
        self.verdict = verdict
        with suppress(ArchiveUnusable):  # without this row the next run calls this one interrupted
            self._store_result(session)

    def _store_result(self, session: CrawlSession) -> None:
        verdict, health = self.verdict, session.health.to_json()
        run_rows.finish_run(
            session.db, session.run, outcome=verdict.outcome, reason=verdict.reason, stats=session.counts, moment=now(),
            warnings=verdict.warnings, health=health,
        )  # fmt: skip


def _mistake_verdict(error: BaseException) -> Verdict:
    mistake = f"A mistake in luubao itself: {error!r}. Please report it, with what the log says"
    return Verdict("failed", damage_message(error) or mistake)


def _pages(count: int, singular: str, plural: str) -> str:
    return f"1 page {singular}" if count == 1 else f"{count} pages {plural}"
