"""Runs one spider in a Scrapy process, and returns how the run ended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from archive.runtime import signals
from archive.runtime.isolated import isolation
from crawler.outlet import OutletSpider
from crawler.outlets import own_spiders
from crawler.outlets.catalogue import catalogue, described
from crawler.outlets.outlet_checks import FIELDS
from crawler.run.run_record import RunRecord
from crawler.run.run_summary import EndedRun


def project_settings(**overrides: Any) -> Settings:
    """The project's Scrapy settings, from any working directory."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(overrides, priority="cmdline")
    return settings


def outlets() -> list[str]:
    """The names of all outlets that can be crawled."""
    return [outlet.name for outlet in catalogue()]


def spider_class(name: str) -> type[OutletSpider]:
    """The spider class of an outlet. Raises UnknownOutlet, and Misconfigured where the outlet cannot be used."""
    description = described(name)
    if description in own_spiders.declared().outlets:
        return type(f"{name}Spider", (OutletSpider,), {field: getattr(description, field) for field in FIELDS})
    if own := own_spiders.classes().get(name):
        return own
    built_in = SpiderLoader.from_settings(project_settings()).load(name)
    assert issubclass(built_in, OutletSpider)
    return built_in


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
