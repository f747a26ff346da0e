"""The look at a site, told in its order: home, feeds and sitemaps, articles, lists; and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from archive import Link, Reading, Unreadable, read_page, same_site
from archive.frontier.url_patterns import Experience
from archive.model.urls import url_key
from crawler.probe import article_sample, feeds_and_sitemaps, site_identity, site_lists
from crawler.probe.article_sample import Tried
from crawler.probe.as_read import as_read, lists_among
from crawler.probe.client import Client, NoPage, Page
from crawler.probe.page_facts import Facts
from crawler.probe.probe_findings import Coverage, Findings, NotProbed, Section, Told

_FOR_LISTS = 5  # requests that are left for sections when articles are read
_FEW_LINKS = 5
_FROM_A_FEED = 4

_WAYS_OUT = {
    "forbidden": "{url}: robots.txt forbids it. luubao does not crawl what a newspaper has closed; ask its newsroom",
    "rules": "{reason}. Try again later",
    "unknown-host": "{host} is no host that can be found: check the address, and whether this machine is online",
    "silent": "{reason}. Check the address, or try again later",
    "left-alone": "{reason}",
    "enough": "{reason}",
}


async def explore(client: Client, asked: str, name: str | None) -> Findings:
    """Looks at the site of an address. Raises NotProbed."""
    home = await home_page(client, asked)
    other = await _other_name(client, home)
    feeds = await feeds_and_sitemaps.feeds(client, home)
    maps = await feeds_and_sitemaps.sitemaps(client, home)
    experience = Experience(client.hosts)
    experience.learn(home.page.url, "list")
    trusted = [link.url for _, links in (*feeds, *maps) for link in _newest(links)]
    others = _candidates(home, {source.url for source, _ in (*feeds, *maps)})
    tried = await article_sample.sample(client, [*trusted, *others], experience, _FOR_LISTS)
    _refuse_what_is_no_newspaper(home, tried, client.misses)
    sections = site_lists.sections(home, [one.facts for one in tried], experience)
    paging = await site_lists.paging(client, sections, experience)
    seen = _Seen(client, home, tried, sections)
    return Findings(
        home=home.page.url,
        name=Told(name, "sure", "as asked for") if name else site_identity.name_of(home.page.url, seen.title.value),
        title=seen.title,
        hosts=client.hosts,
        host_notes=site_identity.host_notes(home, asked, other),
        timezone=seen.timezone,
        system=site_identity.system_of(tried, seen.title.value),
        sources=tuple(source for source, _ in (*feeds, *maps)),
        sections=sections,
        paging=paging,
        forms=article_sample.forms(tried, client.hosts),
        articles=len(seen.articles),
        coverage=seen.coverage,
        trials=article_sample.trials(tried, seen.coverage, seen.timezone.value, "trial"),
        refused=tuple(_refused(tried)),
        notes=seen.notes(),
        requests=client.requests,
        delay=seen.delay,
        is_local=site_identity.is_local(home.page.url),
        samples=as_read(tried),
        lists=lists_among(tried),
    )


async def home_page(client: Client, asked: str) -> Facts:
    """The home page of the site, from whatever address of it was given. Raises NotProbed."""
    for url in _homes(asked):
        page = await client.get(url, "the home page", anywhere=True)
        if isinstance(page, Page) or page.kind not in ("silent",):
            break
    if isinstance(page, NoPage):
        host = urlsplit(page.url).hostname
        raise NotProbed(_WAYS_OUT[page.kind].format(url=page.url, reason=page.reason, host=host))
    host = site_identity.host_of(page.url)
    if not same_site(page.url, client.hosts) and not same_site(f"http://{client.hosts[0]}/", (host,)):
        raise NotProbed(f"{asked} sends its readers to {page.url}, another site. Probe that by its own address")
    client.hosts = (min(host, *client.hosts, key=len),)
    if not page.is_there:
        raise NotProbed(f"{page.url} answers with status {page.status}, and no page. Check the address")
    read = read_page(page.body, page.url, encoding=page.encoding)
    if isinstance(read, Unreadable) and read.reason == "not-html":
        kind = page.content_type.partition(";")[0].strip() or "a file"
        raise NotProbed(f"{page.url} is {kind} and no page in HTML. Give the address of the newspaper's home page")
    return Facts(page, client.hosts)


def _homes(asked: str) -> list[str]:
    """The home pages that an address can mean: with https, or else http, where it says neither."""
    schemes = [urlsplit(asked).scheme] if "://" in asked else ["https", "http"]
    place = asked.partition("://")[2] if "://" in asked else asked
    return [f"{scheme}://{place.partition('/')[0]}/" for scheme in schemes]


async def _other_name(client: Client, home: Facts) -> str | None:
    """What becomes of whoever leaves `www.` away, or puts it there."""
    parts = urlsplit(home.page.url)
    host = parts.hostname or ""
    if site_identity.is_local(home.page.url) or host.removeprefix("www.") not in client.hosts:
        return None
    other = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    page = await client.get(f"{parts.scheme}://{other}/", "the other host name")
    if isinstance(page, NoPage):
        return f"{other}: {page.reason}"
    if urlsplit(page.url).hostname == host:
        return f"{other} leads to {host}"
    return f"{other} answers too; the two count as one"


def _newest(links: Sequence[Link]) -> list[Link]:
    """The newest few that a feed or a sitemap names, or its first few where it tells no time."""
    told = sorted(links, key=lambda link: -(moment.timestamp() if (moment := link.published or link.lastmod) else 0.0))
    return told[:_FROM_A_FEED]


def _candidates(home: Facts, known: set[str]) -> list[str]:
    """The home page's links but itself, and what is known to be no page."""
    return [link.url for link in home.links if link.url not in known and url_key(link.url) != url_key(home.page.url)]


def _refuse_what_is_no_newspaper(home: Facts, tried: Sequence[Tried], misses: int) -> None:
    if any(isinstance(one.reading, Reading) for one in tried):
        return
    url = home.page.url
    page = read_page(home.page.body, url, encoding=home.page.encoding)
    reason = page.reason if isinstance(page, Unreadable) else ""
    if reason in ("wall", "cookie-bounce"):
        told = "a login, a check for robots or a consent" if reason == "wall" else "a script that sets a cookie"
        raise NotProbed(f"{url} shows {told} and no page to whoever asks as a stranger: luubao cannot crawl it")
    if len(home.links) < _FEW_LINKS and "<script" in home.text.lower():
        raise NotProbed(
            f"{url} has {len(home.links)} links without JavaScript, and none to an article: luubao reads only what a"
            " server sends. Look whether the paper offers a feed or a sitemap, and name those as seeds by hand"
        )
    kinds = ", ".join(f"{urlsplit(one.url).path} ({_why(one.reading)})" for one in tried[:3])
    told = f"of {len(tried)} pages that were read none is an article: {kinds}" if tried else "it leads to no page"
    missed = f"; {misses} addresses gave no page" if misses else ""
    raise NotProbed(f"{url} does not look like a newspaper's site: {told}{missed}. Check the address")


def _refused(tried: Sequence[Tried]) -> Iterator[tuple[str, str]]:
    """Pages that could be articles and were not read as such: no lists, and nothing but pages."""
    for one in tried:
        if isinstance(one.reading, Unreadable) and one.reading.reason not in ("listing", "home", "not-html"):
            yield one.url, _why(one.reading)


def _why(reading: Reading | Unreadable) -> str:
    if isinstance(reading, Reading):
        return reading.kind
    return f"{reading.reason}: {reading.detail}" if reading.detail else reading.reason


class _Seen:
    """What follows from the pages that were seen."""

    def __init__(self, client: Client, home: Facts, tried: Sequence[Tried], sections: Sequence[Section]):
        self.client, self.home, self.tried, self.sections = client, home, tried, sections
        self.articles = [one for one in tried if isinstance(one.reading, Reading)]
        self.title = site_identity.title_of([home, *(one.facts for one in tried)], home.page.url)
        self.timezone = site_identity.timezone_of(home.page.url, tried)
        self.coverage: tuple[Coverage, ...] = article_sample.coverage(tried, self.timezone.value)

    @property
    def delay(self) -> float | None:
        """The seconds between two requests that robots.txt asks for."""
        rules = self.client.rules.get(urlsplit(self.home.page.url).netloc)
        delay = rules.crawl_delay(self.client.crawler.settings["USER_AGENT"]) if rules else None
        return float(delay) if delay is not None else None

    def notes(self) -> tuple[str, ...]:
        """What a person should know besides."""
        scrambled = sum(isinstance(one.reading, Reading) and one.reading.kind == "obfuscated" for one in self.tried)
        notes = []
        if scrambled:
            told = f"{scrambled} of {len(self.articles)} articles have bodies that the publisher scrambles"
            notes.append(f"{told}; they are kept raw and never unscrambled")
        if len(self.articles) < article_sample.WANTED:
            read = "one article was" if len(self.articles) == 1 else f"{len(self.articles)} articles were"
            notes.append(f"only {read} read: take what is said of them with care")
        if not self.client.left():
            notes.append(f"{self.client.most} requests were made, which is enough: not everything was looked at")
        if not self.sections:
            notes.append("no menu of sections was found: what the home page does not lead to must be named as a seed")
        return tuple(notes)
