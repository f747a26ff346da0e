"""The politeness of one crawl, in one Scrapy extension: backoff, host locks, lease, and private networks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from archive.frontier.host_state import HostState, note_hosts
from archive.model.clock import now
from crawler.outlet import OutletSpider
from crawler.politeness.host_backoff import BackoffLimits, HostBackoff, HostBackoffs
from crawler.politeness.host_lock import HostLock, LeaseCheck
from crawler.politeness.private_networks import PrivateNetworkFilter


class HostPoliteness:
    """hosts: their backoff; host_lock: the lock for each host; lease_check: whether this crawl may ask; reach: which
    addresses it may ask."""

    def __init__(self, spider: OutletSpider, settings: BaseSettings):
        self._warned_hosts: set[str] = set()
        at_once = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        folder, self.lease_check = settings["LUUBAO_HOST_LOCKS"], settings["LUUBAO_LEASE"] or LeaseCheck()
        self.host_lock = self.lease_check.host_lock(at_once, Path(folder)) if folder else HostLock(at_once)
        self.writer = spider.writer
        self.reach = PrivateNetworkFilter.of(spider.home_url, [*settings.getlist("LUUBAO_INSIDE"), *_proxies()])
        self.hosts = HostBackoffs(patience_of(settings), self.writer.session.troubled_hosts, self._remember, self.warn)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HostPoliteness:
        """Scrapy calls this once the spider has its archive writer. Raises Misconfigured."""
        assert isinstance(crawler.spider, OutletSpider)
        return cls(crawler.spider, crawler.settings)

    def _remember(self, state: HostState) -> None:
        self.writer.note(lambda session: note_hosts(session.db, [state], now()))

    def warn(self, sentence: str) -> None:
        self.writer.note(lambda session: session.warn(sentence))

    def refuse_quiet(self, host: str) -> None:
        """Raises HostBackoff for a host that this run asks nothing any more."""
        if state := self.hosts.left_alone(host):
            raise HostBackoff(state.reason or f"{host} is left alone", state.quiet_until or now())

    def doubt(self, host: str, doubt: str) -> None:
        """Warns once of a host whose certificate does not prove who it is."""
        if host not in self._warned_hosts:
            self._warned_hosts.add(host)
            self.warn(f"{host} cannot prove who it is: {doubt}. Its pages are kept all the same, and say so")


def _proxies() -> list[str]:
    """The proxies that the environment names: the operator means them to be asked."""
    return [netloc for proxy in getproxies().values() if (netloc := urlsplit(proxy).netloc.rpartition("@")[2])]


def host_politeness_of(crawler: Crawler) -> HostPoliteness:
    politeness = crawler.get_extension(HostPoliteness)
    assert politeness is not None
    return politeness


def patience_of(settings: BaseSettings) -> BackoffLimits:
    names = ("LONGEST_WAIT", "FIRST_PAUSE", "FIRST_QUIET", "LONGEST_QUIET")
    spans = (timedelta(seconds=settings.getfloat(f"LUUBAO_{name}")) for name in names)
    return BackoffLimits(settings.getint("LUUBAO_ERRORS_IN_A_ROW"), *spans)
