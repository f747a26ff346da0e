"""Running one spider from a command line, and what its end means for an exit code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from archive import signals
from archive.apart import working_apart
from archive.errors import UnknownOutlet
from crawler import own_spiders
from crawler.extensions import Record
from crawler.keys import KEYS
from crawler.outlet import OutletSpider
from crawler.summary import Ended


def project_settings(**overrides: Any) -> Settings:
    """The project's settings, wherever the command is called from."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("SPIDER_MODULES", [*settings["SPIDER_MODULES"], *own_spiders.packages()], priority="project")
    settings.setdict(overrides, priority="cmdline")
    return settings


def outlets() -> list[str]:
    """Names of all spiders."""
    return sorted(SpiderLoader.from_settings(project_settings()).list())


def followed() -> list[type[OutletSpider]]:
    """The spiders of newspapers that are there to be followed, in the order of their names: not the demo's."""
    return [spider for spider in map(spider_class, outlets()) if spider.name != "demo"]


def spider_class(name: str) -> type[OutletSpider]:
    """The spider of that name. Raises UnknownOutlet."""
    loader = SpiderLoader.from_settings(project_settings())
    try:
        found = loader.load(name)
    except KeyError:
        raise UnknownOutlet(f"no outlet is called {name}. There are: {', '.join(outlets())}") from None
    assert issubclass(found, OutletSpider)
    return found


def spider_settings(spider: type[OutletSpider]) -> dict[str, Any]:
    """What a spider says of itself, by the names of settings."""
    own = dict(spider.custom_settings or {}) | ({} if spider.delay is None else {"DOWNLOAD_DELAY": spider.delay})
    return {key.name: own[key.scrapy] for key in KEYS if key.scrapy in own and key.times == 1}


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
