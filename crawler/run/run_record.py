"""Scrapy extension that records a run: locks the outlet, opens the archive and the run, closes it with a verdict.
Sets its limits."""

from __future__ import annotations

import logging
import platform
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date, datetime, time
from importlib.metadata import version
from pathlib import Path

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from scrapy.statscollectors import StatsCollector

from archive import (
    doubts_of,
    finish_run,
    judge_run,
    learn_boilerplate,
    opened_by,
    read_pending,
    stand_ins_in,
    start_run,
)
from archive.console.logs import log_of
from archive.frontier.schedule import RecheckMode
from archive.model.clock import now
from archive.model.errors import ArchiveUnusable, LuubaoError
from archive.model.records import Limits
from archive.model.time_zones import zone_of
from archive.monitor.run_checks import check_run, warned_recently
from archive.runtime.file_lock import outlet_lock
from archive.storage.clock_corrections import correct_clocks
from archive.storage.connection import Database
from archive.storage.sqlite_errors import damage_message
from crawler.outlet import OutletSpider
from crawler.outlets.outlet_checks import matcher
from crawler.run.run_verdict import WRONG_CLOCK, EndedRun, Verdict, compared, judge, limited, moved, wrong_clocks
from crawler.session import CrawlSession
from crawler.writer import ArchiveWriter

TIMED_OUT = "closespider_timeout"
"""Scrapy's finish reason where max_minutes are over."""
MAX_PAGES = "max-pages"
_TOO_MANY_LINKS = "not followed: what comes after"
GOES_ON = "the next run goes on from here"


def limits_of(settings: BaseSettings) -> Limits:
    """The limits that the archive enforces."""
    return Limits(
        settings.getint("LUUBAO_MAX_WAITING"),
        settings.getint("LUUBAO_MAX_SITEMAPS"),
        settings.getint("LUUBAO_SITEMAP_DEPTH"),
        settings.getint("LUUBAO_MAX_HEADER_BYTES"),
        settings.getint("LUUBAO_MAX_REDIRECTS"),
    )


def reached(counts: Mapping[str, int], reason: str, settings: BaseSettings) -> str | None:
    """A sentence on the limits that a run reached; None where it reached none. reason: its finish reason."""
    sentences = [*_limit_sentences(counts, reason, settings)]
    if sentences:
        sentences.append(GOES_ON)
    if count := counts.get("left: depth", 0):  # no later run goes deeper
        sentences.append(
            f"{count:,} addresses were left out, which too many sitemaps in a row name: raise sitemap_depth"
        )
    sentence = "; ".join(sentences)
    return f"{sentence[0].upper()}{sentence[1:]}" if sentence else None


def _limit_sentences(counts: Mapping[str, int], reason: str, settings: BaseSettings) -> Iterator[str]:
    if reason == TIMED_OUT:
        yield f"stopped after {settings.getfloat('CLOSESPIDER_TIMEOUT') / 60:g} minutes (max_minutes)"
    if reason == MAX_PAGES:
        yield f"stopped after {counts.get('captures', 0):,} pages (max_pages)"
    for name, sentence in _SENTENCES.items():
        if count := counts.get(name, 0):
            yield sentence.format(count=count)
    if count := sum(number for name, number in counts.items() if name.startswith(_TOO_MANY_LINKS)):
        yield f"{count:,} pages, feeds or sitemaps lead to more addresses than are followed from one"


_SENTENCES = {
    "left: sitemaps": "{count:,} new sitemaps wait (max_sitemaps)",
    "left: waiting": "{count:,} addresses were left out, for as many wait as may (max_waiting)",
    "left: headers": "the headers of {count:,} answers were cut (max_header_kilobytes)",
    "left: redirects": "{count:,} redirects were not followed, each after too many others (max_redirects)",
    "left: pictures": "{count:,} pictures wait (pictures_per_run)",
}
"""The sentence for each count, with the name of the limit's setting."""


log = log_of(__name__)
_COMPARED_OUTCOMES = ("ok", "partly-failed")  # an interrupted or empty run has nothing to compare
_SOFTWARE = ("luubao", "scrapy", "trafilatura", "lxml", "sqlite-utils", "pillow")


class RunRecord:
    """Takes the outlet's lock, opens the archive and a run before the crawl, and closes them with a verdict after it.

    from_crawler raises Locked or an archive's error, before anything is fetched.
    """

    def __init__(self, spider: OutletSpider, settings: BaseSettings, stats: StatsCollector):
        self.spider, self.stats = spider, stats
        self.settings = settings
        self.most = settings.getint("LUUBAO_MAX_PAGES") or float("inf")
        self.rechecks: int | None = settings["LUUBAO_RECHECKS_PER_RUN"]
        self.recheck_mode: RecheckMode = settings["LUUBAO_RECHECKS"]
        self.recheck_all = settings.getbool("LUUBAO_RECHECK_ALL")
        self.full = settings.getbool("LUUBAO_FULL")
        self.since: date | None = settings["LUUBAO_SINCE"]
        self.normal_since: date | None = settings["LUUBAO_NORMAL_SINCE"]
        self.verdict = Verdict("failed", "the crawl did not start")
        self.closed = False
        database = Path(settings["LUUBAO_DB"])
        with ExitStack() as stack:
            stack.enter_context(outlet_lock(database, spider.name))
            self.writer = spider.writer = ArchiveWriter(database, self._open, settings["LUUBAO_READERS"])
            self.lock = stack.pop_all()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunRecord:
        """Scrapy calls this after it has made the spider, before anything is fetched."""
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
        run = replace(start_run(db, self.spider.outlet, _software_versions(), now()), limits=limits_of(self.settings))
        session = CrawlSession(db, run, self.rechecks, self.recheck_mode)
        session.never = matcher(self.spider.never)
        session.warnings |= dict.fromkeys(wrong_clocks(clocks))
        read_pending(db, session.run)
        if self.since:
            session.set_since(datetime.combine(self.since, time(), zone_of(self.spider.timezone)))
        if self.full:
            session.relist()
        session.seed(self.spider.seed_urls)
        if self.recheck_all:
            session.recheck_all()
            session.sends_conditions = not self.full
        return session

    def spider_closed(self, reason: str) -> None:
        """Ends the run, whatever stopped it."""
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
            if failure in (self.verdict.reason or ""):  # cron's mail says it once
                continue
            log.log(level, "no answer: %s", failure)

    def fail(self, error: BaseException) -> None:
        """Ends a run that an error stopped before Scrapy closed the spider."""
        if not self.closed:
            verdict = Verdict("failed", str(error)) if isinstance(error, LuubaoError) else _mistake_verdict(error)
            with self.lock, suppress(Exception):  # reported is what stopped the run, not what followed
                self.closed = True
                self.writer.close(lambda session: self._fail(session, verdict))

    def ended(self) -> EndedRun:
        """How the run ended."""
        session = self.writer.session
        return EndedRun(
            self.spider.name,
            self.verdict,
            now(),
            session.run.id,
            session.health.at,
            dict(session.counts),
            session.health.to_json() if self.closed else {},  # else the archive's thread may still be counting
        )

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
        if session.counts["captures"] >= self.most:
            reason = MAX_PAGES
        session.count_limits()
        self._judge_pages(session)
        mistakes = self.writer.mistakes + self.stats.get_value("spider_exceptions/count", 0)
        reasons = [*session.warnings, *session.failures]
        self.verdict = judge(session.counts, reasons, reason, session.known_articles(), mistakes)
        if session.is_moved():
            self.verdict = moved(self.verdict, session.move.sentence())
        if self.verdict.outcome in _COMPARED_OUTCOMES and reason != WRONG_CLOCK:
            outcome = self.verdict.outcome
            findings = check_run(session.db, session.run, session.health, outcome, since=self.normal_since)
            self.verdict = compared(self.verdict, findings)
        self.verdict = limited(self.verdict, reached(session.counts, reason, self.settings))
        self._add_warnings(session)
        learn_boilerplate(session.db, session.run, now())
        self._store_result(session)

    def _judge_pages(self, session: CrawlSession) -> None:
        """Judges the run's pages together; corrects the counts by what is doubted, and warns of it."""
        judge_run(session.db, session.run)
        self._judge_pictures(session)
        doubts = doubts_of(session.db, session.run)
        if not doubts:
            return
        session.counts["doubted"] = sum(count for _, count in doubts)
        taken_back = 0
        for name, believed in zip(("new", "edited"), opened_by(session.db, session.run), strict=True):
            taken_back += max(0, session.counts[name] - believed)
            session.counts[name] = min(session.counts[name], believed)
        session.counts["unchanged"] = max(0, session.counts["unchanged"] - session.counts["doubted"] + taken_back)
        doubt, count = doubts[0]
        pages = "1 page is" if session.counts["doubted"] == 1 else f"{session.counts['doubted']} pages are"
        session.warnings[f"{pages} kept and not believed; of {count}: {doubt}"] = None

    def _judge_pictures(self, session: CrawlSession) -> None:
        count = sum(count for _, count in stand_ins_in(session.db, session.run.id))
        if count:
            session.counts["pictures-replaced"] = max(0, session.counts["pictures-replaced"] - count)
            session.warnings[
                f"{count} times a picture came that stands in for others at several addresses: no article showed it"
            ] = None

    def _add_warnings(self, session: CrawlSession) -> None:
        """Adds the run's warnings to the verdict; a warning is news once a day."""
        if session.changed_silently:
            pages = (
                "1 page has" if len(session.changed_silently) == 1 else f"{len(session.changed_silently)} pages have"
            )
            session.warnings[
                f"{pages} changed and kept the ETag or Last-Modified, such as {session.changed_silently[0]}: what the"
                " server calls unchanged there is not; it is asked without a condition from now on"
            ] = None
        if session.clock_check.warning:
            session.warnings[session.clock_check.warning] = None
        for sentence in session.warnings:
            if sentence not in (self.verdict.reason or ""):
                self.verdict = self.verdict.warned(
                    sentence, known=warned_recently(session.db, session.run.id, sentence)
                )

    def _fail(self, session: CrawlSession, verdict: Verdict) -> None:
        self.verdict = verdict
        with suppress(ArchiveUnusable):  # without this row the next run calls this one interrupted
            self._store_result(session)

    def _store_result(self, session: CrawlSession) -> None:
        finish_run(
            session.db,
            session.run,
            outcome=self.verdict.outcome,
            reason=self.verdict.reason,
            stats=session.counts,
            moment=now(),
            warnings=self.verdict.warnings,
            health=session.health.to_json(),
        )


def _mistake_verdict(error: BaseException) -> Verdict:
    mistake = f"A mistake in luubao itself: {error!r}. Please report it, with what the log says"
    return Verdict("failed", damage_message(error) or mistake)


def _software_versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {name: version(name) for name in _SOFTWARE}
