"""The table of all settings with their types, defaults and meanings, behind luubao.toml, the environment, Scrapy's
settings and the docs."""

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
        return f"LUUBAO_{self.name.upper()}"

    def for_scrapy(self, value: Value) -> Any:
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
        "Folder in which each outlet gets its own archive, NAME.db. Overrides `db` for crawls.",
        example="/srv/luubao", path=True),
    Key("rules", "archive", setting_types.TEXT, None,
        "Folder of your own reading rules, NAME.toml for each outlet. By default the folder `rules` beside this file.",
        example="/srv/luubao/rules", path=True),
    Key("pictures", "archive", setting_types.PLACE, None,
        "Where pictures are stored: a folder, or an object store such as s3://bucket/folder/. By default the folder"
        " <archive>.pictures beside the archive.",
        example="/srv/luubao.db.pictures", scrapy="LUUBAO_PICTURES", path=True),
    Key("unpack_ratio", "archive", setting_types.count("a whole number, 1 to 1000000", least=1, most=1_000_000), 200,
        "How many times its own size a file may unpack to when `luubao import`, `merge` or `verify` reads it, beyond"
        " the first gigabyte; the rest is left out and reported. Hourly copies of one page, packed, reach 100."),
    Key("contact", "crawl", setting_types.CONTACT, None,
        "E-mail or web address at which the newspaper can reach you; part of the user agent. Without it, luubao sends"
        " no request beyond this machine.",
        example="archive@library.example", scrapy="LUUBAO_CONTACT"),
    Key("delay", "crawl", setting_types.number("a number of seconds, 0 or more, such as 1.5", most=3600), 1.0,
        "Seconds between two requests to a host. A Crawl-delay in its robots.txt replaces it.",
        scrapy="DOWNLOAD_DELAY"),
    Key("hours", "crawl", setting_types.HOURS, None,
        "Hours of the day, on the newspaper's clock, in which it may be crawled. Outside them a run sends no request.",
        example="22:00-06:00", scrapy="LUUBAO_HOURS"),
    Key("max_minutes", "crawl", setting_types.number("a number of minutes, 0 for no limit", most=10_000_000), 1380,
        "Maximum length of a run in minutes; the next run continues from there. 0 for no limit. The default, 23 hours,"
        " keeps daily runs from overlapping.",
        scrapy="CLOSESPIDER_TIMEOUT", times=60),
    Key("max_pages", "crawl", setting_types.count("a whole number of pages, 0 for no limit"), 100_000,
        "Maximum number of pages in a run; the next run continues from there. 0 for no limit. At one page a second, a"
        " day does not reach the default.",
        scrapy="LUUBAO_MAX_PAGES"),
    Key("max_sitemaps", "crawl", setting_types.count("a whole number of sitemaps, at least 1", least=1), 1000,
        "Maximum number of sitemaps in a run that were never read before; the others wait for the next run. A sitemap"
        " lists up to 50,000 URLs; newspapers with one for every day have thousands and need several runs.",
        scrapy="LUUBAO_MAX_SITEMAPS"),
    Key("sitemap_depth", "crawl", setting_types.count("a whole number, 1 to 10", least=1, most=10), 5,
        "How deep sitemaps may be nested. The protocol allows an index and its sitemaps, which is 2; deeper nesting"
        " may never end.",
        scrapy="LUUBAO_SITEMAP_DEPTH"),
    Key("max_waiting", "crawl", setting_types.count("a whole number of addresses, at least 1000", least=1000,
        most=1_000_000_000), 2_000_000,
        "Maximum number of URLs in an outlet's queue that were never requested; 2,000,000 take about a gigabyte. At"
        " most a tenth of them may come from page links alone. Likely articles replace other URLs, and what is left"
        " out is queued again when it is found again.",
        scrapy="LUUBAO_MAX_WAITING"),
    Key("max_header_kilobytes", "crawl", setting_types.count("a whole number of kilobytes, 1 to 1024", least=1,
        most=1024), 32,
        "Kilobytes of response headers to keep, of which at most 4 are cookies. The capture says what was cut.",
        scrapy="LUUBAO_MAX_HEADER_BYTES", times=1024),
    Key("max_redirects", "crawl", setting_types.count("a whole number, 0 to 20", most=20), 5,
        "Maximum number of redirects in a row to follow. Browsers stop after 20; newspapers use 1 or 2.",
        scrapy="LUUBAO_MAX_REDIRECTS"),
    Key("rechecks", "crawl", setting_types.one_of("due", "budget", "all"), "budget",
        "Which known articles a run revisits: `due`, those that are due; `budget`, also others while the budget"
        " lasts, those with the highest expected gain first; `all`, every one. None is revisited within an hour.",
        scrapy="LUUBAO_RECHECKS"),
    Key("rechecks_per_run", "crawl", setting_types.count("a whole number of articles, 0 for none"), None,
        "Maximum number of articles that a run revisits, besides those needed to see each article twice a year. By"
        " default, for hourly runs: at most 100 that are due; if fewer than 74 are due, others up to 74. Proportionally"
        " more for rarer runs.",
        example=200,
        scrapy="LUUBAO_RECHECKS_PER_RUN"),
    Key("fetch_pictures", "crawl", setting_types.SWITCH, True,
        "Whether to fetch pictures.",
        scrapy="LUUBAO_FETCH_PICTURES"),
    Key("pictures_per_run", "crawl", setting_types.count("a whole number of pictures, 0 for none"), 1000,
        "Maximum number of pictures in a run; the rest waits for the next run.",
        scrapy="LUUBAO_PICTURES_PER_RUN"),
    Key("connections", "crawl", setting_types.count("a whole number of connections, 1 to 8", least=1, most=8), 1,
        "Parallel requests to one host. One is polite.",
        scrapy="CONCURRENT_REQUESTS_PER_DOMAIN"),
    Key("timeout", "crawl", setting_types.number("a number of seconds, at least 1", least=1, most=3600), 60,
        "Maximum seconds for a request, from its start to the last byte of the response.",
        scrapy="DOWNLOAD_TIMEOUT"),
    Key("retries", "crawl", setting_types.count("a whole number, 0 to 10", most=10), 1,
        "How often a run repeats a failed request.",
        scrapy="RETRY_TIMES"),
    Key("max_megabytes", "crawl", setting_types.number("a number of megabytes, at least 0.1", least=0.1, most=2000), 32,
        "Maximum size of a page or picture; larger ones are not stored.",
        scrapy="DOWNLOAD_MAXSIZE", times=_MEGABYTE),
    Key("readers", "crawl", setting_types.count("a whole number of processes, 1 to 64", least=1, most=64), None,
        "Processes that read pages while others are fetched. By default one per core.",
        example=1,
        scrapy="LUUBAO_READERS"),
    Key("inside", "crawl", setting_types.HOSTS, None,
        "Hosts of your own network that may be crawled, as names or IP addresses, with or without a port, separated"
        " by commas. Links to other private hosts are not followed.",
        example="10.0.0.5, intranet.example:8080", scrapy="LUUBAO_INSIDE"),
    Key("ping_url", "crawl", setting_types.URL, None,
        "Monitoring URL that is requested at the end of every run; `/fail` is appended if the run failed.",
        example="https://hc.example/ping/0d1f", scrapy="LUUBAO_PING_URL", secret=True),
    Key("normal_since", "crawl", setting_types.DAY, None,
        "Ignore runs before this day when judging what is usual. Set it when the newspaper has changed for good.",
        example=date(2026, 6, 1), scrapy="LUUBAO_NORMAL_SINCE"),
    Key("followed", "crawl", setting_types.SWITCH, True,
        "Whether the outlet is to be crawled. With false, `luubao status` does not report missing runs."),
    Key("spiders", "many", setting_types.TEXT, None,
        "Folder of your own spiders, in addition to those that come with luubao. By default the folder `spiders` beside"
        " this file.",
        example="/srv/luubao/spiders", path=True),
    Key("cores", "many", setting_types.count("a whole number of cores, at least 1", least=1, most=4096), None,
        "Cores that parallel crawls use together. By default all.",
        example=2),
    Key("memory", "many", setting_types.count("a whole number of megabytes, at least 100", least=100), None,
        "Megabytes that parallel crawls use together; a further crawl starts only when there is room. By default half"
        " of the machine's memory.",
        example=4000),
    Key("at_once", "many", setting_types.count("a whole number of outlets, at least 1", least=1, most=10_000), None,
        "Maximum number of outlets to crawl in parallel, if memory allows. By default 8 per core: a polite crawl"
        " mostly waits.",
        example=16),
    Key("queue", "many", setting_types.text_like(r"(rediss?|unix)://\S+", "the address of a Redis server, such as"
        " redis://10.0.0.5:6379/0"), None,
        "Redis server from which workers on several machines take outlets; see `luubao worker`.",
        example="redis://10.0.0.5:6379/0", secret=True),
    Key("store", "many", setting_types.text_like(r"[a-z0-9]+://\S+", "the address of an object store, such as"
        " s3://library/papers", bare=True), None,
        "Object store from which `luubao worker` downloads an outlet's archive before a crawl, and to which it"
        " uploads it afterwards.",
        example="s3://library/papers"),
    Key("lease", "many", setting_types.count("a whole number of seconds, at least 3", least=3, most=86_400), 90,
        "Seconds without a sign of life from a worker after which its outlet goes to another. Must exceed `timeout`"
        " by more than five seconds."),
)  # fmt: skip

BY_NAME = {key.name: key for key in KEYS}
