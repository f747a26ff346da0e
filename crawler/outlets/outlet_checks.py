"""Validates the description of an outlet, from its spider or its table in luubao.toml, and decides
which URLs it excludes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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
"""The default time zone of an outlet."""
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*|\[[0-9a-fA-F:]+\]|[0-9a-fA-F:]+:[0-9a-fA-F:]+")


@dataclass(frozen=True, slots=True)
class OutletDescription:
    """The description of an outlet, with the fields of OutletSpider. place: its file and line."""

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
        """The outlet at its own address, without base_url."""
        return Outlet(self.name, self.title, self.home, self.hosts, self.timezone)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that the spider itself sets, by name."""
        own = dict(self.custom_settings or {}) | ({} if self.delay is None else {"DOWNLOAD_DELAY": self.delay})
        return {key.name: own[key.scrapy] for key in KEYS if key.scrapy in own and key.times == 1}


FIELDS = tuple(name for name in OutletDescription.__dataclass_fields__ if name != "place")
"""The fields that a spider can set."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One invalid value. field: its field; value: the invalid one of several; message: the end of a sentence."""

    field: str
    message: str
    value: str | None = None


def validate(outlet: OutletDescription) -> Iterator[Mistake]:
    """All mistakes in a description, whose values may have any type."""
    try:
        outlet_name(outlet.name)
    except BadValue as error:
        yield Mistake("name", str(error))
    if not isinstance(outlet.title, str) or not outlet.title.strip() or not outlet.title.isprintable():
        yield Mistake("title", "must be the newspaper's name, a text of one line")
    yield from _address_mistakes(outlet)
    if not isinstance(outlet.timezone, str) or not is_zone(outlet.timezone):
        yield Mistake("timezone", f"{shown(outlet.timezone)} is no time zone{_zone_hint(outlet.timezone)}")
    if outlet.delay is not None and not _is_seconds(outlet.delay):
        yield Mistake("delay", "must be a number of seconds, 0 or more, such as 1.5")
    yield from _list_mistakes("never", outlet.never)


def _address_mistakes(outlet: OutletDescription) -> Iterator[Mistake]:
    found_mistakes = [
        *_home_mistakes(outlet.home),
        *_host_mistakes(outlet.hosts),
        *_list_mistakes("seeds", outlet.seeds),
    ]
    yield from found_mistakes
    if found_mistakes:
        return
    if not same_site(outlet.home, outlet.hosts):
        host = (urlsplit(outlet.home).hostname or "").removeprefix("www.")
        yield Mistake("hosts", f"the home page's own host, {host}, is not among them: add it")
        return
    for seed in outlet.seeds:
        address = urljoin(outlet.home, seed)
        if not is_address(address) or without_credentials(address) != address:
            yield Mistake("seeds", f"{shown(seed)} is no address: write it as on the site, such as /rss/home.rss", seed)
        elif not same_site(address, outlet.hosts):
            yield Mistake("seeds", f"{shown(seed)} leads to another site: add its host to hosts, or leave it out", seed)


def _home_mistakes(home: object) -> Iterator[Mistake]:
    if not isinstance(home, str) or not is_address(home):
        yield Mistake("home", f"{shown(home)} is no web address: write it with https://, such as https://bao.example/")
    elif without_credentials(home) != home:
        yield Mistake("home", "holds user:password@, which luubao keeps nowhere: write the address without it")


def _host_mistakes(hosts: object) -> Iterator[Mistake]:
    found_mistakes = list(_list_mistakes("hosts", hosts))
    yield from found_mistakes
    if found_mistakes or not isinstance(hosts, tuple):
        return
    if not hosts:
        yield Mistake("hosts", "is empty: name at least the home page's own host")
    for host in hosts:
        if host.startswith("www."):
            yield Mistake("hosts", f"{shown(host)}: write it without www., which always belongs to it", host)
        elif not _HOST.fullmatch(host):
            yield Mistake("hosts", f"{shown(host)} is no host's name: write it alone, such as bao.example", host)


def _list_mistakes(name: str, value: object) -> Iterator[Mistake]:
    if isinstance(value, str):
        yield Mistake(name, f"is one text where several can stand: write ({shown(value)},), with the comma")
    elif not isinstance(value, tuple | list) or not all(isinstance(part, str) and part.strip() for part in value):
        yield Mistake(name, "must be texts in brackets, with commas between")


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 3600


def _zone_hint(value: object) -> str:
    from zoneinfo import available_timezones

    zones = {name.rpartition("/")[2].lower(): name for name in sorted(available_timezones())}
    written = str(value).rpartition("/")[2].lower().replace(" ", "_")
    close = get_close_matches(written, zones, n=1, cutoff=0.7)
    return f"; did you mean {zones[close[0]]}?" if close else f": write it as {TIMEZONE}"


def matcher(never: Iterable[str]) -> Callable[[str], bool]:
    """Returns a function that says whether an address is excluded. never: whole addresses, or paths with their query,
    in which a * stands for any letters and everything else for itself."""
    patterns = list(never)
    if not patterns:
        return lambda _: False
    whole, paths = (
        _compiled(pattern for pattern in patterns if ("://" in pattern) == is_whole) for is_whole in (True, False)
    )
    return lambda url: bool(whole.fullmatch(url) or paths.fullmatch(_path_and_query(url)))


def _compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    expressions = [".*".join(map(re.escape, re.split(r"\*+", pattern))) for pattern in patterns]
    return re.compile("|".join(expressions) if expressions else r"(?!)", re.DOTALL)


def _path_and_query(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
