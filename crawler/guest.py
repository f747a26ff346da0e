"""The manners of one crawl, in one place for all who need them: how hosts fare, and where it may go."""

from __future__ import annotations

from asyncio import Semaphore
from collections import defaultdict
from datetime import timedelta

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from archive.clock import now
from crawler.hosts import Hosts, Patience
from crawler.outlet import OutletSpider
from crawler.reach import Reach
from crawler.refusals import LeftAlone


class Guest:
    """hosts: how they have answered; turns: for each host, how many requests may be under way to it; reach: where the
    crawl may go."""

    def __init__(self, spider: OutletSpider, settings: BaseSettings):
        self._doubted: set[str] = set()
        at_once = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self.turns: defaultdict[str, Semaphore] = defaultdict(lambda: Semaphore(at_once))
        self.door = door = spider.door
        self.reach = Reach.of(spider.home_url, settings.getlist("LUUBAO_INSIDE"))
        self.hosts = Hosts(patience_of(settings), door.troubled_hosts(), door.note_host, door.warn)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Guest:
        """Called by Scrapy once the spider has its door. Raises Misconfigured."""
        assert isinstance(crawler.spider, OutletSpider)
        return cls(crawler.spider, crawler.settings)

    def refuse_quiet(self, host: str) -> None:
        """Raises LeftAlone for a host that this run asks nothing any more."""
        if state := self.hosts.left_alone(host):
            raise LeftAlone(state.reason or f"{host} is left alone", state.quiet_until or now())

    def doubt(self, host: str, doubt: str) -> None:
        """Tells once of a host that could not prove who it is."""
        if host not in self._doubted:
            self._doubted.add(host)
            self.door.warn(f"{host} cannot prove who it is: {doubt}. Its pages are kept all the same, and say so")


def guest_of(crawler: Crawler) -> Guest:
    """The manners of the running crawl."""
    guest = crawler.get_extension(Guest)
    assert guest is not None
    return guest


def patience_of(settings: BaseSettings) -> Patience:
    """What the settings say on how much a run puts up with."""
    return Patience(
        errors=settings.getint("LUUBAO_ERRORS_IN_A_ROW"),
        longest_wait=timedelta(seconds=settings.getfloat("LUUBAO_LONGEST_WAIT")),
        first_pause=timedelta(seconds=settings.getfloat("LUUBAO_FIRST_PAUSE")),
        first_quiet=timedelta(seconds=settings.getfloat("LUUBAO_FIRST_QUIET")),
        longest_quiet=timedelta(seconds=settings.getfloat("LUUBAO_LONGEST_QUIET")),
    )
