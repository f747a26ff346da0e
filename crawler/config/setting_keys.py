"""The table of all settings, behind luubao.toml, the environment, Scrapy's settings and the docs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from archive.model.urls import host_only, without_credentials
from crawler.config import setting_types
from crawler.config.setting_types import Kind, Value

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Key:
    """One setting. section: its section in luubao.toml; settings of [crawl] can stand in [outlets.NAME] too, settings
    of [many] are about crawls of many outlets. meaning: its documentation. example: what the sample file shows where
    the default is None. scrapy: the Scrapy setting it becomes, `times` as large. path: whether it is a path on this
    machine. secret: whether its value is a URL that grants access."""

    name: str
    section: Literal["archive", "crawl", "many"]
    kind: Kind
    default: Value
    meaning: str
    example: Value = None
    scrapy: str = ""
    times: int = 1
    path: bool = False
    secret: bool = False

    @property
    def variable(self) -> str:
        """The name of its environment variable."""
        return f"LUUBAO_{self.name.upper()}"

    def for_scrapy(self, value: Value) -> Any:
        """The value of the Scrapy setting."""
        return math.ceil(value * self.times) if self.times > 1 and isinstance(value, int | float) else value

    def shown(self, value: Any) -> Any:
        """The value for display: URLs without credentials, a secret URL's host only."""
        if not isinstance(value, str):
            return value
        return host_only(value) if self.secret else without_credentials(value)


KEYS: tuple[Key, ...] = (
    Key("db", "archive", setting_types.TEXT, "luubao.db",
        "The archive, one SQLite file.",
        scrapy="LUUBAO_DB", path=True),
    Key("archives", "archive", setting_types.TEXT, None,
        "A folder with an archive of its own for each outlet, NAME.db, for crawls; goes before `db`.",
        example="/srv/luubao", path=True),
    Key("pictures", "archive", setting_types.PLACE, None,
        "Where pictures go: a folder, or a store such as s3://bucket/folder/. By default a folder beside the archive,"
        " <archive>.pictures.",
        example="/srv/luubao.db.pictures", scrapy="LUUBAO_PICTURES", path=True),
    Key("contact", "crawl", setting_types.CONTACT, None,
        "Whom the newspaper can write to, an e-mail or web address; part of the user agent. Without one, luubao does"
        " not leave this machine.",
        example="archive@library.example", scrapy="LUUBAO_CONTACT"),
    Key("delay", "crawl", setting_types.number("a number of seconds, 0 or more, such as 1.5", most=3600), 1.0,
        "Seconds between two requests to a host. A Crawl-delay in its robots.txt replaces it.",
        scrapy="DOWNLOAD_DELAY"),
    Key("hours", "crawl", setting_types.HOURS, None,
        "The hours of the day in which the newspaper may be asked, by its own clock. Outside them a run asks nothing.",
        example="22:00-06:00", scrapy="LUUBAO_HOURS"),
    Key("max_minutes", "crawl", setting_types.number("a number of minutes, 0 for no limit", most=10_000_000), 1380,
        "A run ends cleanly after so many minutes, and the next goes on from there; 0 is no limit. By default 23 hours,"
        " so that a daily run does not find the one before still at it.",
        scrapy="CLOSESPIDER_TIMEOUT", times=60),
    Key("max_pages", "crawl", setting_types.count("a whole number of pages, 0 for no limit"), 100_000,
        "A run ends cleanly after so many pages, and the next goes on from there; 0 is no limit. By default more than a"
        " day has seconds: at a page a second nobody meets it.",
        scrapy="LUUBAO_MAX_PAGES"),
    Key("max_sitemaps", "crawl", setting_types.count("a whole number of sitemaps, at least 1", least=1), 1000,
        "How many sitemaps a run asks for that were never read; the others wait for the next run. A sitemap holds up to"
        " 50,000 addresses; papers with one for every day have thousands, and are done in some runs.",
        scrapy="LUUBAO_MAX_SITEMAPS"),
    Key("sitemap_depth", "crawl", setting_types.count("a whole number, 1 to 10", least=1, most=10), 3,
        "How many sitemaps in a row may name one another. The protocol knows an index and its sitemaps, which is 2;"
        " further ones can go on for ever.",
        scrapy="LUUBAO_SITEMAP_DEPTH"),
    Key("max_waiting", "crawl", setting_types.count("a whole number of addresses, at least 1000", least=1000,
        most=1_000_000_000), 2_000_000,
        "How many addresses of an outlet may wait that were never asked for, about a gigabyte; a tenth of them may be"
        " such as only pages lead to. Likely articles take the place of others, and what is left out is named again.",
        scrapy="LUUBAO_MAX_WAITING"),
    Key("max_header_kilobytes", "crawl", setting_types.count("a whole number of kilobytes, 1 to 1024", least=1,
        most=1024), 32,
        "How much of an answer's headers is kept, and of its cookies at most 4; servers take no more from others"
        " themselves. The capture says what was cut.",
        scrapy="LUUBAO_MAX_HEADER_BYTES", times=1024),
    Key("max_redirects", "crawl", setting_types.count("a whole number, 0 to 20", most=20), 5,
        "How many redirects in a row are followed. Browsers give up after 20; what papers have is 1 or 2.",
        scrapy="LUUBAO_MAX_REDIRECTS"),
    Key("rechecks", "crawl", setting_types.one_of("due", "budget", "all"), "budget",
        "Which known articles a run looks at again: `due`, those whose next look is due; `budget`, as many more as it"
        " may spend on, those that gain most first; `all`, every one in every run. None sooner than an hour after its"
        " last look.",
        scrapy="LUUBAO_HOW"),
    Key("rechecks_per_run", "crawl", setting_types.count("a whole number of articles, 0 for none"), None,
        "How many known articles a run looks at again at most, besides what seeing each twice a year takes. By default"
        " 100 of those that are due and 74 in all for hourly runs, and as many more as runs are rarer.",
        example=200,
        scrapy="LUUBAO_RECHECKS"),
    Key("fetch_pictures", "crawl", setting_types.SWITCH, True,
        "Whether pictures are fetched at all.",
        scrapy="LUUBAO_FETCH_PICTURES"),
    Key("pictures_per_run", "crawl", setting_types.count("a whole number of pictures, 0 for none"), 1000,
        "How many pictures a run asks for at most; the rest waits for the next run.",
        scrapy="LUUBAO_PICTURES_PER_RUN"),
    Key("connections", "crawl", setting_types.count("a whole number of connections, 1 to 8", least=1, most=8), 1,
        "How many requests may be under way at one host at a time. One is polite.",
        scrapy="CONCURRENT_REQUESTS_PER_DOMAIN"),
    Key("timeout", "crawl", setting_types.number("a number of seconds, at least 1", least=1, most=3600), 60,
        "Seconds that a request may take, from its beginning to the last byte of the answer.",
        scrapy="DOWNLOAD_TIMEOUT"),
    Key("retries", "crawl", setting_types.count("a whole number, 0 to 10", most=10), 1,
        "How often a request that failed is tried again in the same run.",
        scrapy="RETRY_TIMES"),
    Key("max_megabytes", "crawl", setting_types.number("a number of megabytes, at least 0.1", least=0.1, most=2000), 32,
        "A larger page or picture is not kept.",
        scrapy="DOWNLOAD_MAXSIZE", times=_MEGABYTE),
    Key("readers", "crawl", setting_types.count("a whole number of processes, 1 to 64", least=1, most=64), None,
        "How many processes read pages while others are fetched. By default one for each core.",
        example=1,
        scrapy="LUUBAO_READERS"),
    Key("inside", "crawl", setting_types.HOSTS, None,
        "Hosts of your own network that may be asked all the same: names or addresses, with or without a port, commas"
        " between. Links to all others of it are not followed.",
        example="10.0.0.5, intranet.example:8080", scrapy="LUUBAO_INSIDE"),
    Key("ping_url", "crawl", setting_types.URL, None,
        "A monitoring address that hears of the end of every run; `/fail` is added when it failed.",
        example="https://hc.example/ping/0d1f", scrapy="LUUBAO_PING_URL", secret=True),
    Key("normal_since", "crawl", setting_types.DAY, None,
        "Runs before this day no longer say what is usual: set it when the newspaper has changed for good.",
        example=date(2026, 6, 1), scrapy="LUUBAO_NORMAL_SINCE"),
    Key("followed", "crawl", setting_types.SWITCH, True,
        "Whether the outlet is meant to be crawled: false where it was given up, so that `luubao status` does not miss"
        " its runs."),
    Key("spiders", "many", setting_types.TEXT, None,
        "A folder with spiders of your own, besides those that come with luubao.",
        example="/srv/luubao/spiders", path=True),
    Key("cores", "many", setting_types.count("a whole number of cores, at least 1", least=1, most=4096), None,
        "How many cores crawls of many outlets use together. By default all.",
        example=2),
    Key("memory", "many", setting_types.count("a whole number of megabytes, at least 100", least=100), None,
        "How many megabytes crawls of many outlets use together: no further one begins before there is room. By default"
        " half of what the machine has.",
        example=4000),
    Key("at_once", "many", setting_types.count("a whole number of outlets, at least 1", least=1, most=10_000), None,
        "How many outlets are crawled at a time, where memory allows. By default 8 for each core: a polite crawl mostly"
        " waits.",
        example=16),
    Key("queue", "many", setting_types.text_like(r"(rediss?|unix)://\S+", "the address of a Redis server, such as"
        " redis://10.0.0.5:6379/0"), None,
        "The Redis server from which workers on several machines take outlets, see `luubao worker`.",
        example="redis://10.0.0.5:6379/0", secret=True),
    Key("store", "many", setting_types.text_like(r"[a-z0-9]+://\S+", "the address of an object store, such as"
        " s3://library/papers", bare=True), None,
        "Where `luubao worker` fetches an outlet's archive from before a crawl, and puts it after: an object store.",
        example="s3://library/papers"),
    Key("lease", "many", setting_types.count("a whole number of seconds, at least 3", least=3, most=86_400), 90,
        "Seconds after which an outlet whose worker gives no sign of life goes to another. Longer than `timeout` and"
        " five seconds more."),
)  # fmt: skip

BY_NAME = {key.name: key for key in KEYS}
