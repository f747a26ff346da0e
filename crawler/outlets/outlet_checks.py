"""What an outlet is, as its spider or its table in luubao.toml says it, and whether that can be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from urllib.parse import urljoin, urlsplit

from archive.model.errors import BadValue
from archive.model.records import Outlet
from archive.model.urls import same_site, without_credentials
from archive.model.validation import is_address, is_zone, outlet_name, shown
from crawler.config.setting_keys import KEYS

TIMEZONE = "Asia/Ho_Chi_Minh"
"""That of an outlet that names none."""
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*|\[[0-9a-fA-F:]+\]|[0-9a-fA-F:]+:[0-9a-fA-F:]+")


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of an outlet; the fields are those of OutletSpider. place: the file that says it, with its line."""

    name: str
    title: str
    home: str
    hosts: tuple[str, ...]
    timezone: str = TIMEZONE
    delay: float | None = None
    custom_settings: Mapping[str, Any] | None = None
    seeds: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    place: str = field(default="", compare=False)

    @property
    def outlet(self) -> Outlet:
        """The outlet, at home."""
        return Outlet(self.name, self.title, self.home, self.hosts, self.timezone)

    @property
    def settings(self) -> dict[str, Any]:
        """What the spider says of itself, by the names of settings."""
        own = dict(self.custom_settings or {}) | ({} if self.delay is None else {"DOWNLOAD_DELAY": self.delay})
        return {key.name: own[key.scrapy] for key in KEYS if key.scrapy in own and key.times == 1}


FIELDS = tuple(name for name in Described.__dataclass_fields__ if name != "place")
"""What a spider can say."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What cannot be. field: whose value it is; value: of several, the wrong one; told: the end of a sentence."""

    field: str
    told: str
    value: str | None = None


def mistakes(one: Described) -> Iterator[Mistake]:
    """All that is wrong with a description, which may hold values of any type."""
    try:
        outlet_name(one.name)
    except BadValue as error:
        yield Mistake("name", str(error))
    if not isinstance(one.title, str) or not one.title.strip() or not one.title.isprintable():
        yield Mistake("title", "must be the newspaper's name, a text of one line")
    yield from _of_addresses(one)
    if not isinstance(one.timezone, str) or not is_zone(one.timezone):
        yield Mistake("timezone", f"{shown(one.timezone)} is no time zone{_zone_meant(one.timezone)}")
    if one.delay is not None and not _is_span(one.delay):
        yield Mistake("delay", "must be a number of seconds, 0 or more, such as 1.5")
    yield from _of_list("never", one.never)


def _of_addresses(one: Described) -> Iterator[Mistake]:
    found = [*_of_home(one.home), *_of_hosts(one.hosts), *_of_list("seeds", one.seeds)]
    yield from found
    if found:
        return
    if not same_site(one.home, one.hosts):
        host = (urlsplit(one.home).hostname or "").removeprefix("www.")
        yield Mistake("hosts", f"the home page's own host, {host}, is not among them: add it")
        return
    for seed in one.seeds:
        address = urljoin(one.home, seed)
        if not is_address(address) or without_credentials(address) != address:
            yield Mistake("seeds", f"{shown(seed)} is no address: write it as on the site, such as /rss/home.rss", seed)
        elif not same_site(address, one.hosts):
            yield Mistake("seeds", f"{shown(seed)} leads to another site: add its host to hosts, or leave it out", seed)


def _of_home(home: object) -> Iterator[Mistake]:
    if not isinstance(home, str) or not is_address(home):
        yield Mistake("home", f"{shown(home)} is no web address: write it with https://, such as https://bao.example/")
    elif without_credentials(home) != home:
        yield Mistake("home", "holds user:password@, which luubao keeps nowhere: write the address without it")


def _of_hosts(hosts: object) -> Iterator[Mistake]:
    found = list(_of_list("hosts", hosts))
    yield from found
    if found or not isinstance(hosts, tuple):
        return
    if not hosts:
        yield Mistake("hosts", "is empty: name at least the home page's own host")
    for host in hosts:
        if host.startswith("www."):
            yield Mistake("hosts", f"{shown(host)}: write it without www., which always belongs to it", host)
        elif not _HOST.fullmatch(host):
            yield Mistake("hosts", f"{shown(host)} is no host's name: write it alone, such as bao.example", host)


def _of_list(name: str, value: object) -> Iterator[Mistake]:
    if isinstance(value, str):
        yield Mistake(name, f"is one text where several can stand: write ({shown(value)},), with the comma")
    elif not isinstance(value, tuple | list) or not all(isinstance(part, str) and part.strip() for part in value):
        yield Mistake(name, "must be texts in brackets, with commas between")


def _is_span(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 3600


def _zone_meant(value: object) -> str:
    """What somebody may have meant who wrote that."""
    from zoneinfo import available_timezones

    last = {name.rpartition("/")[2].lower(): name for name in sorted(available_timezones())}
    said = str(value).rpartition("/")[2].lower().replace(" ", "_")
    close = get_close_matches(said, last, n=1, cutoff=0.7)
    return f"; did you mean {last[close[0]]}?" if close else f": write it as {TIMEZONE}"
