"""Probes an unknown newspaper's site politely, and writes a spider and reading rules for it.

Sends some thirty requests at most, one at a time, as politely as a crawl: obeys robots.txt, with delays and user agent.
The steps, in their order: home page, feeds and sitemaps, articles, lists; and the findings from them.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from archive import Link, Reading, Unreadable, absolute, read_page, same_site
from archive.frontier.article_probability import Experience
from archive.model.urls import host_of, url_key, without_credentials
from archive.model.validation import shown
from archive.runtime import signals
from crawler.config.setting_types import Value
from crawler.probe import article_sample, site_features
from crawler.probe.article_sample import LISTS, FetchedCandidate
from crawler.probe.client import Client, Facts, NoPage, Page, Prober
from crawler.probe.probe_findings import Finding, Findings, NotProbed, Section, address
from crawler.probe.site_features import FoundSource, host_notes, is_local, name_of, system_of, timezone_of, title_of
from crawler.run.run_command import project_settings

__all__ = ["Findings", "NotProbed", "home_page", "probe", "run_exploration"]

T = TypeVar("T")
MOST_REQUESTS = 30
_RESERVED_FOR_LISTS = 5  # requests that reading articles leaves for sections
_MIN_LINKS = 5
_LINKS_PER_SOURCE = 4
_SERVER_ERROR = 500

_ERROR_MESSAGES = {
    "forbidden": "{url}: robots.txt forbids it. luubao does not crawl what a newspaper has closed; ask its newsroom",
    "rules": "{reason}. Try again later",
    "unknown-host": "{host} is no host that can be found: check the address, and whether this machine is online",
    "silent": "{reason}. Check the address, with http:// where there is no https, or try again later",
    "left-alone": "{reason}",
    "enough": "{reason}",
    "away": "{url}: {reason}. Check the address",
}


async def explore(client: Client, given_url: str, name: str | None) -> Findings:
    """Probes the site of a URL. Raises NotProbed."""
    home = await home_page(client, given_url)
    www_note = await _check_www_variant(client, home)
    found = [*await site_features.feeds(client, home), *await site_features.sitemaps(client, home)]
    experience = Experience(client.hosts)
    experience.learn(home.page.url, "list")
    tried = await article_sample.sample(client, _candidates(home, found), experience, _RESERVED_FOR_LISTS)
    _reject_non_newspaper(home, tried, client.misses)
    sections = site_features.sections(home, [candidate.facts for candidate in tried], experience)
    paging = await site_features.paging(client, sections, experience)
    title = title_of([home, *(candidate.facts for candidate in tried)], home.page.url)
    timezone = timezone_of(home.page.url, tried)
    coverage = article_sample.coverage(tried, timezone.value)
    trials = article_sample.trials(tried, coverage, timezone.value)
    read_again = article_sample.read_again(tried, trials, timezone.value)
    articles = sum(isinstance(candidate.reading, Reading) for candidate in tried)
    return Findings(
        home=home.page.url,
        name=Finding(name, "sure", "as asked for") if name else name_of(home.page.url, title.value),
        title=title,
        hosts=client.hosts,
        host_notes=host_notes(home, given_url, www_note),
        timezone=timezone,
        system=system_of(tried, title.value),
        sources=tuple(source for source, _ in found),
        sections=sections,
        paging=paging,
        forms=article_sample.forms(tried, client.hosts),
        articles=articles,
        coverage=coverage,
        trials=trials,
        refused=tuple(_refused_pages(tried)),
        notes=tuple(_notes(client, tried, articles, sections)),
        requests=client.requests,
        delay=_delay(client, home),
        is_local=is_local(home.page.url),
        samples=article_sample.as_read(read_again),
        lists=article_sample.lists_among(read_again),
    )


def _candidates(home: Facts, found: Sequence[FoundSource]) -> list[str]:
    """The URLs that can be articles, the most trusted first: the newest of feeds and sitemaps, then the home page's."""
    newest = [link.url for _, links in found for link in _newest_links(links)]
    known = {source.url for source, _ in found}
    own = url_key(home.page.url)
    return newest + [link.url for link in home.links if link.url not in known and url_key(link.url) != own]


async def home_page(client: Client, given_url: str) -> Facts:
    """Fetches the home page of the site, whatever URL of it was given; where there is none, the page of that URL, as
    of a paper below a path. Raises NotProbed."""
    for url in _home_urls(given_url):
        page = await client.get(url, "the home page", anywhere=True)
        if page.is_there if isinstance(page, Page) else page.kind != "silent":
            break
    if isinstance(page, NoPage):
        host = urlsplit(page.url).hostname
        raise NotProbed(_ERROR_MESSAGES[page.kind].format(url=page.url, reason=page.reason, host=host))
    host = host_of(page.url)
    if not same_site(page.url, client.hosts) and not same_site(f"http://{client.hosts[0]}/", (host,)):
        raise NotProbed(f"{given_url} sends its readers to {page.url}, another site. Probe that by its own address")
    client.hosts = (min(host, *client.hosts, key=len),)
    if not page.is_there:
        remedy = ": its server fails. Try again later" if page.status >= _SERVER_ERROR else ". Check the address"
        raise NotProbed(f"{page.url} answers with status {page.status}, and no page{remedy}")
    reading = read_page(page.body, page.url, encoding=page.encoding)
    if isinstance(reading, Unreadable) and reading.reason == "not-html":
        kind = page.content_type.partition(";")[0].strip() or "a file"
        raise NotProbed(f"{page.url} is {kind} and no page in HTML. Give the address of the newspaper's home page")
    return Facts(page, client.hosts)


def _home_urls(given_url: str) -> list[str]:
    """The home page URLs that an address can mean: without a scheme, https first, then http; then the address
    itself."""
    schemes = [urlsplit(given_url).scheme] if "://" in given_url else ["https", "http"]
    host, _, path = (given_url.partition("://")[2] or given_url).partition("/")
    return [f"{scheme}://{host}/{rest}" for rest in dict.fromkeys(("", path)) for scheme in schemes]


async def _check_www_variant(client: Client, home: Facts) -> str | None:
    """Checks the host name with `www.` added or removed; returns a note on it."""
    parts = urlsplit(home.page.url)
    host = parts.hostname or ""
    if is_local(home.page.url) or host.removeprefix("www.") not in client.hosts:
        return None
    other = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    page = await client.get(f"{parts.scheme}://{other}/", "the other host name")
    if isinstance(page, NoPage):
        return f"{other}: {page.reason}"
    if urlsplit(page.url).hostname == host:
        return f"{other} leads to {host}"
    return f"{other} answers too; the two count as one"


def _newest_links(links: Sequence[Link]) -> list[Link]:
    """The newest few links of a feed or a sitemap, or its first few where it gives no dates."""
    newest_first = sorted(
        links, key=lambda link: -(moment.timestamp() if (moment := link.published or link.lastmod) else 0.0)
    )
    return newest_first[:_LINKS_PER_SOURCE]


def _reject_non_newspaper(home: Facts, tried: Sequence[FetchedCandidate], misses: int) -> None:
    if any(isinstance(candidate.reading, Reading) for candidate in tried):
        return
    url = home.page.url
    page = read_page(home.page.body, url, encoding=home.page.encoding)
    reason = page.reason if isinstance(page, Unreadable) else ""
    if reason in ("wall", "cookie-bounce"):
        barrier = "a login, a check for robots or a consent" if reason == "wall" else "a script that sets a cookie"
        raise NotProbed(f"{url} shows strangers {barrier} instead of a page: luubao cannot crawl it")
    if len(home.links) < _MIN_LINKS and "<script" in home.text.lower():
        raise NotProbed(
            f"{url} has {len(home.links)} links without JavaScript, and none to an article: luubao reads only what a"
            " server sends. Look whether the paper offers a feed or a sitemap, and name those as seeds by hand"
        )
    kinds = ", ".join(f"{address(candidate.url)} ({_reading_reason(candidate.reading)})" for candidate in tried[:3])
    evidence = f"of {len(tried)} pages that were read none is an article: {kinds}" if tried else "it leads to no page"
    missed = f"; {misses} addresses gave no page" if misses else ""
    raise NotProbed(f"{url} does not look like a newspaper's site: {evidence}{missed}. Check the address")


def _refused_pages(tried: Sequence[FetchedCandidate]) -> Iterator[tuple[str, str]]:
    """Pages that could be articles and were not read as such, without lists and files that are not HTML."""
    for candidate in tried:
        if isinstance(candidate.reading, Unreadable) and candidate.reading.reason not in (*LISTS, "not-html"):
            yield candidate.url, _reading_reason(candidate.reading)


def _reading_reason(reading: Reading | Unreadable) -> str:
    if isinstance(reading, Reading):
        return reading.kind
    return f"{reading.reason}: {reading.detail}" if reading.detail else reading.reason


def _delay(client: Client, home: Facts) -> float | None:
    rules = client.rules.get(urlsplit(home.page.url).netloc)
    delay = rules.crawl_delay(client.crawler.settings["ROBOTSTXT_USER_AGENT"]) if rules else None
    return float(delay) if delay is not None else None


def _notes(
    client: Client, tried: Sequence[FetchedCandidate], articles: int, sections: Sequence[Section]
) -> Iterator[str]:
    if scrambled := sum(_reading_reason(candidate.reading) == "obfuscated" for candidate in tried):
        share = f"{scrambled} of {articles} articles have bodies that the publisher scrambles"
        yield f"{share}; they are kept raw and never unscrambled"
    if articles < article_sample.WANTED:
        count = "one article was" if articles == 1 else f"{articles} articles were"
        yield f"only {count} read: the findings may be wrong"
    if not client.left():
        yield f"{client.most} requests were made, which is enough: not everything was looked at"
    if not sections:
        yield "no menu of sections was found: what the home page does not lead to must be named as a seed"


def probe(
    url: str, *, name: str | None = None, most: int = MOST_REQUESTS, contact: Value = None, config: Path | None = None
) -> Findings:
    """Probes the site of a URL, with or without its scheme. name: of the outlet; otherwise as `run_exploration`."""
    return run_exploration(url, partial(explore, given_url=url, name=name), most=most, contact=contact, config=config)


def run_exploration(
    url: str, exploration: Callable[[Client], Awaitable[T]], *, most: int = MOST_REQUESTS, contact: Value = None,
    config: Path | None = None,
) -> T:  # fmt: skip
    """Explores the site of a URL, as politely as a crawl and with at most `most` requests; returns what the exploration
    returns, or raises what it raises. contact: of the user agent; config: the file of settings, None for none.

    Only once in a process, for Twisted's reactor starts only once. Raises NotProbed, Misconfigured where there is no
    contact, and ArchiveUnusable where nothing can be written.
    """
    given_url = url if "://" in url else f"https://{url}"
    home = absolute("https://", given_url)
    host = host_of(home) if home else ""
    if not home or not host or without_credentials(given_url) != given_url:
        raise NotProbed(f"{shown(given_url)} is no address of a site. Give one such as https://baophutho.vn")
    attributes = {"home": home, "hosts": (host,), "exploration": staticmethod(exploration), "most": most}
    if is_local(home):
        attributes["delay"] = 0.0
    with TemporaryDirectory(prefix="luubao-") as folder:
        process = AsyncCrawlerProcess(_probe_settings(folder, contact, config))
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
    found: T = crawler.spider.found
    return found


def _probe_settings(folder: str, contact: Value, config: Path | None) -> Settings:
    """The settings of a crawl, with a temporary archive, without pictures, log and progress line."""
    return project_settings(
        LUUBAO_DB=str(Path(folder, "probe.db")), LUUBAO_FETCH_PICTURES=False, LUUBAO_PROGRESS=False,
        LOG_LEVEL="CRITICAL", LUUBAO_CONFIG=str(config or os.devnull),
        **({} if contact is None else {"LUUBAO_CONTACT": contact}),
    )  # fmt: skip
