"""Runs a probe in a Scrapy process, and returns its findings."""

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
    """Probes the site of a URL, with or without its scheme. name: of the outlet; most: the limit of requests.

    Only once in a process, see `run_course`. Raises NotProbed, Misconfigured where there is no contact, and
    ArchiveUnusable where nothing can be written.
    """
    found = run_course(url, partial(explore, given_url=url, name=name), most=most, overrides=overrides)
    assert isinstance(found, Findings)
    return found


def run_course(url: str, course: Callable[[Client], Awaitable[Any]], *, most: int, overrides: Mapping[str, Any]) -> Any:
    """Runs a course of requests on the site of a URL, as politely as a crawl and with at most `most` requests; returns
    what the course returns, or raises what it raises.

    Twisted's reactor starts only once in a process, so this can be called only once in a process.
    """
    given_url = url if "://" in url else f"https://{url}"
    home = absolute("https://", given_url)
    host = host_of(home) if home else ""
    if not home or not host or without_credentials(given_url) != given_url:
        raise NotProbed(f"{shown(given_url)} is no address of a site. Give one such as https://baophutho.vn")
    attributes = {"home": home, "hosts": (host,), "course": staticmethod(course), "most": most}
    if is_local(home):
        attributes["delay"] = 0.0
    with TemporaryDirectory(prefix="luubao-") as folder:
        process = AsyncCrawlerProcess(_probe_settings(folder, overrides))
        crawler = process.create_crawler(type("Probe", (Prober,), attributes))
        task = process.crawl(crawler)
        with signals.graceful():
            process.start(install_signal_handlers=False)
    if signals.signal_received():
        raise signals.Interrupted
    if task.done() and (error := task.exception()):
        raise error
    assert isinstance(crawler.spider, Prober)
    if crawler.spider.error:
        raise crawler.spider.error
    if crawler.spider.found is None:
        raise NotProbed("stopped before it was done")
    return crawler.spider.found


def _probe_settings(folder: str, overrides: Mapping[str, Any]) -> Settings:
    """The settings of a crawl, with a temporary archive, without pictures and without its progress line."""
    settings = project_settings(LUUBAO_DB=str(Path(folder, "probe.db")), LUUBAO_FETCH_PICTURES=False, **overrides)
    extensions = {**settings.getdict("EXTENSIONS"), "crawler.run.progress_line.Progress": None}
    settings.set("EXTENSIONS", extensions, "cmdline")
    return settings
