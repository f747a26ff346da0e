"""Describes outlets: what there is to say of one, whether it is valid, and the tables `[outlet.NAME]` of luubao.toml in
which the user says it, each validated by itself.

Reports each mistake with file, line and remedy; it does not affect other outlets.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from archive.model.clock import is_zone
from archive.model.errors import BadValue
from archive.model.records import Outlet
from archive.model.urls import same_site, without_credentials
from archive.model.validation import is_address, outlet_name, shown
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
    yield from _text_list_mistakes("never", outlet.never)


def _address_mistakes(outlet: OutletDescription) -> Iterator[Mistake]:
    found_mistakes = [
        *_home_mistakes(outlet.home),
        *_host_mistakes(outlet.hosts),
        *_text_list_mistakes("seeds", outlet.seeds),
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
    found_mistakes = list(_text_list_mistakes("hosts", hosts))
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


def _text_list_mistakes(name: str, value: object) -> Iterator[Mistake]:
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


LISTS = ("sections", "feeds", "sitemaps")
"""The keys whose addresses become the outlet's seeds."""
FACTS: Mapping[str, str] = {
    "title": "what the newspaper calls itself",
    "home_url": "the address of its home page",
    "hosts": "the site's host names, without www.; subdomains belong to them. By default the home page's own",
    "sections": "lists of articles to begin with, besides those that the home page leads to",
    "feeds": "RSS, Atom and JSON feeds",
    "sitemaps": "sitemaps, besides those that robots.txt names",
    "never": "addresses that are never requested; a * stands for any letters",
    "timezone": f"the clock by which it prints its times, by default {TIMEZONE}",
}
"""The keys of a table, besides settings of [crawl], with their meanings."""
_REQUIRED = {"title": 'title = "Báo Phú Thọ"', "home_url": 'home_url = "https://baophutho.vn/"'}
_SPIDER_FIELDS = {
    "home": "write home_url",
    "name": "its name stands in brackets above: leave this out",
    "seeds": "write feeds, sitemaps or sections, whichever they are",
}


@dataclass(frozen=True)
class SettingsText:
    """The text of a settings file, to find the lines of mistakes."""

    file: Path
    text: str

    def line(self, *path: str) -> int:
        """The line, from 1, of a key or the beginning of a table; 0 where it is missing. It is the smallest number of
        lines that, with as many more as a value needs to end, are valid TOML and have the key."""
        number = bisect_left(range(len(self._lines)), x=True, key=lambda count: _has_path(self._read(count), path))
        return number if _has_path(self._read(number), path) else 0

    def end(self, line: int) -> int:
        """The last line of the value that begins on a line."""
        return next((end for end in range(line, len(self._lines) + 1) if self._parsed(end) is not None), line)

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.splitlines(keepends=True)

    def _read(self, count: int) -> dict[str, Any] | None:
        """The first lines, parsed, with as many more as a value needs to end."""
        read = (self._parsed(end) for end in range(count, len(self._lines) + 1))
        return next((found for found in read if found is not None), None)

    def _parsed(self, count: int) -> dict[str, Any] | None:
        try:
            return tomllib.loads("".join(self._lines[:count]))
        except tomllib.TOMLDecodeError:
            return None


def _has_path(table: object, path: tuple[str, ...]) -> bool:
    for key in path:
        if not isinstance(table, Mapping) or key not in table:
            return False
        table = table[key]
    return True


@dataclass(frozen=True, slots=True)
class Tables:
    """The outlets of a file. limits: the settings in all tables, as written; wrong: the mistakes, in sentences, of the
    outlets that cannot be used. All by name."""

    outlets: Mapping[str, OutletDescription] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    wrong: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read(source: SettingsText, tables: object) -> Tables:
    if not isinstance(tables, Mapping):
        return Tables(wrong={"outlet": (f"{source.file}:{source.line('outlet')} outlet: {_NOT_A_TABLE}",)})
    outlets: dict[str, OutletDescription] = {}
    limits: dict[str, Mapping[str, Any]] = {}
    wrong: dict[str, tuple[str, ...]] = {}
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            wrong[name] = (f"{source.file}:{source.line('outlet', name)} [outlet.{name}]: {_NOT_A_TABLE}",)
            continue
        limits[name] = {key: value for key, value in table.items() if key not in FACTS and key not in _SPIDER_FIELDS}
        outlets[name] = _described(source, name, table)
        if sentences := [*_mistake_sentences(source, name, table, outlets[name])]:
            wrong[name] = tuple(sentences)
            del outlets[name]
    return Tables(outlets, limits, wrong)


_NOT_A_TABLE = "must be a table for each outlet, which begins with a line such as [outlet.baophutho]"


def _mistake_sentences(
    source: SettingsText, name: str, table: Mapping[str, Any], outlet: OutletDescription
) -> Iterator[str]:
    def sentence(key: str, remedy: str) -> str:
        line = source.line("outlet", name, key) or source.line("outlet", name)
        label = f"{key} = {toml_literal(table[key])}" if key in table else key
        return f"{source.file}:{line} [outlet.{name}] {label}: {remedy}"

    if not any(key in table for key in (*FACTS, *_SPIDER_FIELDS)):
        line = source.line("outlet", name)
        settings = f"settings of one that there is belong into [outlets.{name}]"
        yield f"{source.file}:{line} [outlet.{name}]: says nothing of an outlet: {settings}"
        return
    missing = [key for key in _REQUIRED if key not in table]
    lists = [key for key in table if key in _LIST_KEYS and not _is_list(table[key])]
    yield from (sentence(key, f"is missing: add a line such as {_REQUIRED[key]}") for key in missing)
    yield from (sentence(key, _list_remedy(table[key])) for key in lists)
    yield from (sentence(key, _SPIDER_FIELDS[key]) for key in table if key in _SPIDER_FIELDS)
    for mistake in validate(outlet):
        if (key := _toml_key(table, mistake.field, mistake.value)) not in (*missing, *lists):
            yield sentence(key, mistake.message)


_LIST_KEYS = ("hosts", "never", *LISTS)


def _described(source: SettingsText, name: str, table: Mapping[str, Any]) -> OutletDescription:
    table = {key: value for key, value in table.items() if key not in _LIST_KEYS or _is_list(value)}
    home = table.get("home_url")
    return OutletDescription(
        name,
        table.get("title", ""),
        f"{home}/" if isinstance(home, str) and home.count("/") == 2 else home or "",
        tuple(table["hosts"]) if "hosts" in table else _own_host(home),
        table.get("timezone", TIMEZONE),
        seeds=tuple(dict.fromkeys(address for key in (*LISTS[1:], LISTS[0]) for address in table.get(key, ()))),
        never=tuple(table.get("never", ())),
        place=f"{source.file} [outlet.{name}]",
    )


def _own_host(home: object) -> tuple[str, ...]:
    try:
        host = urlsplit(home).hostname if isinstance(home, str) else ""
    except ValueError:
        host = ""
    return ((host or "").removeprefix("www.") or "unknown",)


def _toml_key(table: Mapping[str, Any], name: str, value: str | None) -> str:
    """The key in the file for a field; of the lists for `seeds`, the one that holds the value."""
    if name == "seeds":
        return next((key for key in LISTS if value in table.get(key, ())), LISTS[0])
    return "home_url" if name == "home" else name


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) and part.strip() for part in value)


def _list_remedy(value: object) -> str:
    if isinstance(value, str):
        return f"is one text where several can stand: write [{toml_literal(value)}]"
    return 'must be texts in brackets, such as ["/rss/home.rss", "/rss/kinh-te.rss"]'


def toml_literal(value: object) -> str:
    """A value in TOML syntax, without credentials, cut to what helps to find the line."""
    if isinstance(value, int) and value.bit_length() > 64:  # Python writes no decimal number of thousands of digits
        value = hex(value)
    text = f'"{without_credentials(value)}"' if isinstance(value, str) else str(value)
    text = text.lower() if isinstance(value, bool) else text
    return text if len(text) <= 60 else f"{text[:60]}..."
