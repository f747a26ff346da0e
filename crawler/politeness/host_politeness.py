"""The manners of one crawl, in one place for all who need them: how hosts fare, and where it may go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from archive import HostState
from archive.model.clock import now
from crawler.outlet import OutletSpider
from crawler.politeness.host_backoff import Hosts, Patience
from crawler.politeness.host_lock import HostLock, SharedHostLock
from crawler.politeness.lease_check import LeaseCheck
from crawler.politeness.private_networks import PrivateNetworkFilter
from crawler.politeness.refusals import HostBackoff


class HostPoliteness:
    """hosts: how they have answered; turns: whose turn a host is; permit: whether this crawl may ask; reach: where the
    crawl may go."""

    def __init__(self, spider: OutletSpider, settings: BaseSettings):
        self._doubted: set[str] = set()
        at_once = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self.lease_check: LeaseCheck = settings["LUUBAO_PERMIT"] or LeaseCheck()
        self.host_lock = _turns(settings["LUUBAO_TURNS"], at_once, self.lease_check)
        self.writer = spider.writer
        self.reach = PrivateNetworkFilter.of(spider.home_url, [*settings.getlist("LUUBAO_INSIDE"), *_proxies()])
        self.hosts = Hosts(patience_of(settings), self.writer.session.troubled_hosts, self._remember, self.warn)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HostPoliteness:
        """Called by Scrapy once the spider has its desk. Raises Misconfigured."""
        assert isinstance(crawler.spider, OutletSpider)
        return cls(crawler.spider, crawler.settings)

    def _remember(self, state: HostState) -> None:
        self.writer.note(lambda session: session.note_host(state))

    def warn(self, sentence: str) -> None:
        """Tells a person, at the end of the run, what should be known of it."""
        self.writer.note(lambda session: session.warnings.setdefault(sentence))

    def refuse_quiet(self, host: str) -> None:
        """Raises HostBackoff for a host that this run asks nothing any more."""
        if state := self.hosts.left_alone(host):
            raise HostBackoff(state.reason or f"{host} is left alone", state.quiet_until or now())

    def doubt(self, host: str, doubt: str) -> None:
        """Tells once of a host that could not prove who it is."""
        if host not in self._doubted:
            self._doubted.add(host)
            self.warn(f"{host} cannot prove who it is: {doubt}. Its pages are kept all the same, and say so")


def _turns(folder: str | None, at_once: int, lease_check: LeaseCheck) -> HostLock:
    if not folder:
        return HostLock(at_once)
    return lease_check.host_lock(at_once, Path(folder)) or SharedHostLock(at_once, Path(folder))


def _proxies() -> list[str]:
    """Where the environment sends requests instead of to the web: whoever set that meant it."""
    return [netloc for proxy in getproxies().values() if (netloc := urlsplit(proxy).netloc.rpartition("@")[2])]


def host_politeness_of(crawler: Crawler) -> HostPoliteness:
    """The manners of the running crawl."""
    politeness = crawler.get_extension(HostPoliteness)
    assert politeness is not None
    return politeness


def patience_of(settings: BaseSettings) -> Patience:
    """What the settings say on how much a run puts up with."""
    return Patience(
        errors=settings.getint("LUUBAO_ERRORS_IN_A_ROW"),
        longest_wait=timedelta(seconds=settings.getfloat("LUUBAO_LONGEST_WAIT")),
        first_pause=timedelta(seconds=settings.getfloat("LUUBAO_FIRST_PAUSE")),
        first_quiet=timedelta(seconds=settings.getfloat("LUUBAO_FIRST_QUIET")),
        longest_quiet=timedelta(seconds=settings.getfloat("LUUBAO_LONGEST_QUIET")),
    )
