"""Running one spider from a command line, and what its end means for an exit code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from archive.runtime import signals
from archive.runtime.isolated import working_apart
from crawler.outlet import OutletSpider
from crawler.outlets import own_spiders
from crawler.outlets.catalogue import catalogue, described
from crawler.outlets.outlet_checks import FIELDS
from crawler.run.run_record import Record
from crawler.run.run_summary import Ended


def project_settings(**overrides: Any) -> Settings:
    """The project's settings, wherever the command is called from."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(overrides, priority="cmdline")
    return settings


def outlets() -> list[str]:
    """Names of all outlets that can be crawled."""
    return [one.name for one in catalogue()]


def spider_class(name: str) -> type[OutletSpider]:
    """The spider of that name. Raises UnknownOutlet, and Misconfigured where the outlet cannot be used."""
    one = described(name)
    if one in own_spiders.declared().outlets:
        return type(f"{name}Spider", (OutletSpider,), {field: getattr(one, field) for field in FIELDS})
    if own := own_spiders.classes().get(name):
        return own
    found = SpiderLoader.from_settings(project_settings()).load(name)
    assert issubclass(found, OutletSpider)
    return found


def crawl(spider: type[OutletSpider], database: Path, *, base_url: str | None, overrides: Mapping[str, Any]) -> Ended:
    """Crawls once; returns how it ended.

    Twisted's reactor starts only once in a process, so this can be called only once in a process.
    Raises Locked, Misconfigured or ArchiveUnusable when the crawl cannot start, and whatever else stopped it; a run
    that has begun is then recorded as failed.
    """
    process = AsyncCrawlerProcess(project_settings(LUUBAO_DB=str(database), **overrides))
    crawler = process.create_crawler(spider)
    with signals.heeded(), signals.in_order(), working_apart():
        task = process.crawl(crawler, base_url=base_url)
        process.start(install_signal_handlers=False)
    record = Record.of(crawler)
    if task.done() and (error := task.exception()):
        if record:
            record.fail(error)
        raise error
    assert record is not None
    return record.ended()
