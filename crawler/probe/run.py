"""Starting a probe, and what comes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from archive import absolute
from archive.model.urls import without_credentials
from archive.model.validation import shown
from archive.runtime import signals
from crawler.probe.client import Client, Prober
from crawler.probe.probe_findings import Findings, NotProbed
from crawler.probe.site_identity import host_of, is_local
from crawler.probe.steps import explore
from crawler.run.crawl_process import project_settings


def probe(url: str, *, name: str | None = None, most: int = 30, overrides: Mapping[str, Any]) -> Findings:
    """Looks at the site of an address, with or without its scheme. name: what to call the outlet; most: requests.

    Once in a process, see `walk`. Raises NotProbed, Misconfigured where there is no contact, and ArchiveUnusable where
    nothing can be written.
    """
    found = walk(url, partial(explore, asked=url, name=name), most=most, overrides=overrides)
    assert isinstance(found, Findings)
    return found


def walk(url: str, course: Callable[[Client], Awaitable[Any]], *, most: int, overrides: Mapping[str, Any]) -> Any:
    """Goes a course on the site of an address, with the manners of a crawl and at most so many requests; returns what
    the course returns, or raises what it raises.

    Twisted's reactor starts only once in a process, so this can be called only once in a process.
    """
    asked = url if "://" in url else f"https://{url}"
    home = absolute("https://", asked)
    host = host_of(home) if home else ""
    if not home or not host or without_credentials(asked) != asked:
        raise NotProbed(f"{shown(asked)} is no address of a site. Give one such as https://baophutho.vn")
    facts = {"home": home, "hosts": (host,), "course": staticmethod(course), "most": most}
    if is_local(home):
        facts["delay"] = 0.0
    with TemporaryDirectory(prefix="luubao-") as folder:
        process = AsyncCrawlerProcess(_settings(folder, overrides))
        crawler = process.create_crawler(type("Probe", (Prober,), facts))
        task = process.crawl(crawler)
        with signals.in_order():
            process.start(install_signal_handlers=False)
    if signals.came():
        raise signals.Interrupted
    if task.done() and (error := task.exception()):
        raise error
    assert isinstance(crawler.spider, Prober)
    if crawler.spider.error:
        raise crawler.spider.error
    if crawler.spider.found is None:
        raise NotProbed("stopped before it was done")
    return crawler.spider.found


def _settings(folder: str, overrides: Mapping[str, Any]) -> Settings:
    """Those of a crawl, into an archive of its own that nobody will see, without pictures and without its progress."""
    settings = project_settings(LUUBAO_DB=str(Path(folder, "probe.db")), LUUBAO_FETCH_PICTURES=False, **overrides)
    extensions = {**settings.getdict("EXTENSIONS"), "crawler.run.progress_line.Progress": None}
    settings.set("EXTENSIONS", extensions, "cmdline")
    return settings
