"""The run's record."""

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

from archive import doubts_of, finish_run, learn_furniture, opened_by, read_pending, settle_run, stand_ins_in, start_run
from archive.console.logs import log_of
from archive.frontier.schedule import How
from archive.model.clock import now
from archive.model.errors import ArchiveUnusable, LuubaoError
from archive.model.time_zones import zone_of
from archive.monitor.run_checks import judge_run, told_before
from archive.runtime.file_lock import outlet_lock
from archive.storage.clock_corrections import put_clocks_right
from archive.storage.connection import Database
from archive.storage.sqlite_errors import damage
from crawler.outlet import OutletSpider
from crawler.outlets.excluded_urls import matcher
from crawler.run.run_limits import MAX_PAGES, limits_of, reached
from crawler.run.run_summary import Ended
from crawler.run.run_verdict import WRONG_CLOCK, Verdict, compared, judge, limited, moved, wrong_clocks
from crawler.session import Door
from crawler.writer import Desk

log = log_of(__name__)
_COMPARED = ("ok", "partly-failed")  # whoever was broken off, or found no paper, has nothing to compare
_SOFTWARE = ("luubao", "scrapy", "trafilatura", "lxml", "sqlite-utils", "pillow")


class Record:
    """Takes the outlet's lock, opens the archive and a run before the crawl, and closes them with a verdict after it.

    Raises Locked or an archive's error from from_crawler, before anything is fetched.
    """

    def __init__(self, spider: OutletSpider, settings: BaseSettings, stats: StatsCollector):
        self.spider, self.stats = spider, stats
        self.settings = settings
        self.most = settings.getint("LUUBAO_MAX_PAGES") or float("inf")
        self.rechecks: int | None = settings["LUUBAO_RECHECKS"]
        self.how: How = settings["LUUBAO_HOW"]
        self.recheck_all = settings.getbool("LUUBAO_RECHECK_ALL")
        self.full = settings.getbool("LUUBAO_FULL")
        self.since: date | None = settings["LUUBAO_SINCE"]
        self.normal_since: date | None = settings["LUUBAO_NORMAL_SINCE"]
        self.verdict = Verdict("failed", "the crawl did not start")
        self.closed = False
        database = Path(settings["LUUBAO_DB"])
        with ExitStack() as opening:
            opening.enter_context(outlet_lock(database, spider.name))
            self.desk = spider.desk = Desk(database, self._open, settings["LUUBAO_READERS"])
            self.lock = opening.pop_all()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Record:
        """Called by Scrapy with the spider made and nothing fetched yet."""
        assert isinstance(crawler.spider, OutletSpider)
        record = cls(crawler.spider, crawler.settings, crawler.stats)
        crawler.signals.connect(record.spider_closed, signals.spider_closed)
        crawler.spider.record = record
        return record

    @staticmethod
    def of(crawler: Crawler) -> Record | None:
        """The record of a crawler's run; None where the crawl did not get as far as that."""
        return getattr(crawler.spider, "record", None)

    def _open(self, db: Database) -> Door:
        clocks = put_clocks_right(db, self.spider.outlet)
        run = replace(start_run(db, self.spider.outlet, _software(), now()), limits=limits_of(self.settings))
        door = Door(db, run, self.rechecks, self.how)
        door.never = matcher(self.spider.never)
        door.warnings |= dict.fromkeys(wrong_clocks(clocks))
        read_pending(db, door.run)
        if self.since:
            door.ask_from(datetime.combine(self.since, time(), zone_of(self.spider.timezone)))
        if self.full:
            door.walk_anew()
        door.plant(self.spider.planted)
        if self.recheck_all:
            door.call_all()
            door.trusts = not self.full
        return door

    def spider_closed(self, reason: str) -> None:
        """The end of the run, however it came."""
        self.closed = True
        with self.lock:
            try:
                self.desk.close(lambda door: self._close(door, reason))
            except ArchiveUnusable as error:
                self.verdict = Verdict("failed", str(error))
            except Exception as error:  # a mistake of ours is part of the verdict
                log.exception("the archive could not be closed")
                self.verdict = _mistake(error)
        level = logging.INFO if self.verdict.outcome == "ok" else logging.WARNING
        for failure in self.desk.door.failures:
            log.log(level, "no answer: %s", failure)

    def fail(self, error: BaseException) -> None:
        """The end of a run that something stopped from outside, before it could end by itself."""
        if not self.closed:
            verdict = Verdict("failed", str(error)) if isinstance(error, LuubaoError) else _mistake(error)
            with self.lock, suppress(Exception):  # what stopped the run is told, not what came of it
                self.closed = True
                self.desk.close(lambda door: self._fail(door, verdict))

    def ended(self) -> Ended:
        """How the run ended."""
        door = self.desk.door
        return Ended(
            self.spider.name,
            self.verdict,
            now(),
            door.run.id,
            door.health.at,
            dict(door.counts),
            door.health.to_json() if self.closed else {},  # else the archive's thread may still be counting
        )

    def _close(self, door: Door, reason: str) -> None:
        try:
            if self.desk.broken:
                raise ArchiveUnusable(self.desk.broken)
            self._finish(door, reason)
        except ArchiveUnusable as error:
            self._fail(door, Verdict("failed", str(error)))
        except Exception as error:  # a mistake of ours is part of the verdict
            log.exception("the run could not be brought to its end")
            self._fail(door, _mistake(error))

    def _finish(self, door: Door, reason: str) -> None:
        if door.counts["captures"] >= self.most:
            reason = MAX_PAGES
        door.count_limits()
        self._judge_pages(door)
        mistakes = self.desk.mistakes + self.stats.get_value("spider_exceptions/count", 0)
        reasons = [*door.warnings, *door.failures]
        self.verdict = judge(door.counts, reasons, reason, door.known_articles(), mistakes)
        if door.is_moved():
            self.verdict = moved(self.verdict, door.move.sentence())
        if self.verdict.outcome in _COMPARED and reason != WRONG_CLOCK:
            outcome = self.verdict.outcome
            findings = judge_run(door.db, door.run, door.health, outcome, since=self.normal_since)
            self.verdict = compared(self.verdict, findings)
        self.verdict = limited(self.verdict, reached(door.counts, reason, self.settings))
        self._warn(door)
        learn_furniture(door.db, door.run, now())
        self._record(door)

    def _judge_pages(self, door: Door) -> None:
        """What the run saw is judged as a whole; what is not believed is said."""
        settle_run(door.db, door.run)
        self._judge_pictures(door)
        doubts = doubts_of(door.db, door.run)
        if not doubts:
            return
        door.counts["doubted"] = sum(count for _, count in doubts)
        taken_back = 0
        for name, believed in zip(("new", "edited"), opened_by(door.db, door.run), strict=True):
            taken_back += max(0, door.counts[name] - believed)
            door.counts[name] = min(door.counts[name], believed)
        door.counts["unchanged"] = max(0, door.counts["unchanged"] - door.counts["doubted"] + taken_back)
        why, count = doubts[0]
        pages = "1 page is" if door.counts["doubted"] == 1 else f"{door.counts['doubted']} pages are"
        door.warnings[f"{pages} kept and not believed; of {count}: {why}"] = None

    def _judge_pictures(self, door: Door) -> None:
        count = sum(count for _, count in stand_ins_in(door.db, door.run.id))
        if count:
            door.counts["pictures-replaced"] = max(0, door.counts["pictures-replaced"] - count)
            door.warnings[
                f"{count} times a picture came that stands in for others at several addresses: no article showed it"
            ] = None

    def _warn(self, door: Door) -> None:
        """Adds what the crawl itself met with, which is said once a day."""
        if door.lied:
            pages = "1 page has" if len(door.lied) == 1 else f"{len(door.lied)} pages have"
            door.warnings[
                f"{pages} changed and kept the ETag or Last-Modified, such as {door.lied[0]}: what the server calls"
                " unchanged there is not; it is asked without a condition from now on"
            ] = None
        if door.witness.warning:
            door.warnings[door.witness.warning] = None
        for sentence in door.warnings:
            if sentence not in (self.verdict.reason or ""):
                self.verdict = self.verdict.warned(sentence, known=told_before(door.db, door.run.id, sentence))

    def _fail(self, door: Door, verdict: Verdict) -> None:
        self.verdict = verdict
        with suppress(ArchiveUnusable):  # the next run calls this one interrupted, if not even that can be written
            self._record(door)

    def _record(self, door: Door) -> None:
        finish_run(
            door.db,
            door.run,
            outcome=self.verdict.outcome,
            reason=self.verdict.reason,
            stats=door.counts,
            at=now(),
            warnings=self.verdict.warnings,
            health=door.health.to_json(),
        )


def _mistake(error: BaseException) -> Verdict:
    mistake = f"A mistake in luubao itself: {error!r}. Please report it, with what the log says"
    return Verdict("failed", damage(error) or mistake)


def _software() -> dict[str, str]:
    return {"python": platform.python_version()} | {name: version(name) for name in _SOFTWARE}
