"""Runs one crawl for a command: it always ends with a verdict, which goes to monitoring and to the terminal or cron.
Pings the monitoring address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from http.client import HTTPException, InvalidURL
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from scrapy import signals as scrapy_signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import Settings

from archive import LuubaoError, open_archive
from archive.console import clear_progress, is_watched, log_of, say_all, say_json, show_progress
from archive.model.clock import now
from archive.model.errors import ArchiveBusy, ArchiveDamaged, Unwritable
from archive.monitor.run_checks import add_warning
from archive.runtime import signals
from archive.runtime.atomic_files import Locked
from archive.runtime.isolated import isolation
from archive.storage.sqlite_file import damage_message, is_corrupt
from crawler.alerts import dispatch
from crawler.config.alert_tables import NO_ALERTS, Alerts
from crawler.config.catalogue import described, spider_classes
from crawler.outlet import OutletSpider, archive_writer_of
from crawler.run.run_record import RunRecord
from crawler.run.run_verdict import EndedRun, Exit, Verdict, summary
from crawler.run.shutdown import OutsideHours


def project_settings(**overrides: Any) -> Settings:
    """The project's Scrapy settings, from any working directory."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(overrides, priority="cmdline")
    return settings


def spider_class(name: str) -> type[OutletSpider]:
    """The spider class of an outlet. Raises UnknownOutlet, and Misconfigured where the outlet cannot be used."""
    description = described(name)
    return spider_classes().get(name) or OutletSpider.of(description)


def crawl(
    spider: type[OutletSpider], database: Path, *, base_url: str | None, overrides: Mapping[str, Any]
) -> EndedRun:
    """Crawls once; returns how it ended.

    Can be called only once in a process, for Twisted's reactor starts only once.
    Raises Locked, Misconfigured or ArchiveUnusable when the crawl cannot start, and any other error that stopped it; a
    run that has begun is then recorded as failed.
    """
    process = AsyncCrawlerProcess(project_settings(LUUBAO_DB=str(database), **overrides))
    crawler = process.create_crawler(spider)
    with signals.handle_signals(), signals.graceful(), isolation():
        task = process.crawl(crawler, base_url=base_url)
        process.start(install_signal_handlers=False)
    record = RunRecord.of(crawler)
    if task.done() and (error := task.exception()):
        if record:
            record.fail(error)
        raise error
    assert record is not None
    return record.ended()


log = log_of(__name__)
_SUCCEEDED = (Exit.OK, Exit.OK_WITH_WARNINGS)
_NOT_PINGED = (Exit.LOCKED, Exit.INTERRUPTED)  # neither success nor failure
_COUNTS = ("new", "edited", "unchanged", "disappeared")
_PICTURE_COUNTS = ("pictures", "pictures-replaced", "pictures-failed")


def run(
    outlet: str, database: Path, *, base_url: str | None, overrides: Mapping[str, Any], alerts: Alerts = NO_ALERTS
) -> EndedRun:
    """Crawls an outlet once. Raises nothing: every error becomes a verdict."""
    try:
        dispatch.begin(database, alerts)
        return crawl(spider_class(outlet), database, base_url=base_url, overrides=overrides)
    except Locked as error:
        verdict = Verdict("locked", str(error))
    except OutsideHours as error:
        verdict = Verdict("ok", str(error))
    except LuubaoError as error:
        is_damaged = isinstance(error, ArchiveDamaged) or is_corrupt(error.__cause__)
        failed = is_damaged or isinstance(error, ArchiveBusy | Unwritable)
        verdict = Verdict("failed" if failed else "misconfigured", str(error))
    except Exception as error:  # the boundary where an error becomes an exit code
        if (reason := damage_message(error)) is None:
            log.exception("%s could not be crawled", outlet)
            reason = f"A mistake in luubao itself: {error!r}. Please report it, with the lines above"
        verdict = Verdict("failed", reason)
    return EndedRun(outlet, verdict, now())


@dataclass(frozen=True, slots=True)
class RunReport:
    """The report of a run. summary: for programs, see crawler.run.run_verdict; lines: for cron's mail, empty while all
    is well; counted: the counts, in a line for a terminal."""

    summary: Mapping[str, Any]
    lines: tuple[str, ...]
    counted: tuple[str, ...] = ()

    @property
    def exit(self) -> Exit:
        return Exit(self.summary["exit"])


def report_of(ended: EndedRun, database: Path, *, ping_url: str | None = None, alerts: Alerts = NO_ALERTS) -> RunReport:
    """Sends alerts and the health ping, and makes the report for the terminal, cron or a program. What could not be
    sent adds a warning. A run that a signal stopped sends nothing: the next one does."""
    report = None
    if ended.run is not None and ended.verdict.outcome != "interrupted":
        report = dispatch.finish(database, alerts)
    for sentence in report.troubles if report else ():
        ended = _add_warning(ended, database, sentence)
    pinged, code = None, ended.verdict.exit
    if ping_url and code not in _NOT_PINGED:
        text = "\n".join([*_count_lines(ended), *_reason_lines(ended, ended.verdict.warnings, hours_too=True)])
        trouble = ping(ping_url, success=code in _SUCCEEDED, text=text)
        pinged = trouble is None
        ended = _add_warning(ended, database, trouble) if trouble else ended
    return RunReport(
        summary(ended, pinged=pinged, alerts={"sent": report.sent, "waiting": report.waiting} if report else None),
        tuple(_reason_lines(ended, ended.verdict.news)),
        tuple(_count_lines(ended)),
    )


def print_report(
    ended: EndedRun, database: Path, *, ping_url: str | None, as_json: bool, alerts: Alerts = NO_ALERTS
) -> RunReport:
    """Sends alerts and the health ping, and prints the report for the terminal, cron or a program. Returns the
    report."""
    report = report_of(ended, database, ping_url=ping_url, alerts=alerts)
    if as_json:
        say_json(report.summary, indent=None)
    on_terminal = not as_json and is_watched()
    hours = _reason_lines(ended, (), hours_too=True) if on_terminal and ended.verdict.outcome == "ok" else ()
    say_all((*(report.counted if on_terminal else ()), *hours, *report.lines), err=True)
    return report


def _add_warning(ended: EndedRun, database: Path, sentence: str) -> EndedRun:
    """Adds a warning to a run that has ended, in the archive too, where a warning is news once a day."""
    known = False
    if ended.run is not None:
        with suppress(LuubaoError), open_archive(database, create=True) as db:
            known = add_warning(db, ended.run, sentence)
    return replace(ended, verdict=ended.verdict.warned(sentence, known=known))


def _reason_lines(ended: EndedRun, warnings: tuple[str, ...], *, hours_too: bool = False) -> Iterator[str]:
    """The lines on what went wrong. hours_too: also that the crawl window ended or prevented a run, no fault."""
    if ended.verdict.reason and (hours_too or ended.verdict.outcome != "ok"):
        yield f"{ended.outlet}: {ended.verdict.reason}"
    yield from (f"{ended.outlet}: {warning}" for warning in warnings)


def _count_lines(ended: EndedRun) -> Iterator[str]:
    if ended.run is None:
        return
    counts = ended.counts
    parts = ", ".join(f"{counts.get(name, 0)} {name}" for name in _COUNTS)
    parts += "".join(f", {counts[name]} {name}" for name in _PICTURE_COUNTS if counts.get(name))
    yield f"{ended.outlet}: {counts.get('captures', 0)} pages; {parts}"


_TIMEOUT = 10  # seconds
_MAX_BODY_BYTES = 10_000  # bytes of the body


def ping(url: str, *, success: bool, text: str) -> str | None:
    """Sends a ping. Returns why it failed, None when it worked; never raises for an error of the network or the
    service."""
    target = url if success else failing(url)
    whole = text.encode("utf-8", "replace")[:_MAX_BODY_BYTES].decode("utf-8", "ignore")  # no half character at its end
    headers = {"User-Agent": f"luubao/{version('luubao')}", "Content-Type": "text/plain; charset=utf-8"}
    try:
        with urlopen(Request(target, data=whole.encode(), headers=headers), timeout=_TIMEOUT) as answer:
            answer.read(_MAX_BODY_BYTES)
    except HTTPError as error:
        error.close()
        return f"ping_url answered {error.code}"
    except (OSError, HTTPException, ValueError) as error:
        return f"ping_url did not answer: {_error_text(error)}"
    return None


def _error_text(error: Exception) -> str:
    """The error without the address, which is secret: InvalidURL and ValueError quote it."""
    quoted = isinstance(error, InvalidURL | ValueError)
    return str((not quoted and (getattr(error, "reason", None) or error)) or type(error).__name__)


def failing(url: str) -> str:
    address = urlsplit(url)
    return address._replace(path=f"{address.path.rstrip('/')}/fail").geturl()


_OUTCOMES_SHOWN = ("new", "edited", "disappeared")


class Progress:
    """Scrapy extension. Shows counts of pages and outcomes on standard error, where that is a terminal."""

    def __init__(self, crawler: Crawler):
        if not is_watched() or not crawler.settings.getbool("LUUBAO_PROGRESS"):
            raise NotConfigured  # without a message: Scrapy would log one
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        extension = cls(crawler)
        crawler.signals.connect(extension.item_scraped, scrapy_signals.item_scraped)
        crawler.signals.connect(extension.spider_closed, scrapy_signals.spider_closed)
        return extension

    def item_scraped(self) -> None:
        session = archive_writer_of(self.crawler).session
        counts = session.counts
        known = ", ".join(f"{counts[name]} {name}" for name in _OUTCOMES_SHOWN if counts[name])
        waiting = f"{session.waiting} waiting{', ' if known else ''}"
        show_progress(f"{session.run.outlet.name}: {counts['captures']} pages, {waiting}{known}")

    def spider_closed(self) -> None:
        clear_progress()
