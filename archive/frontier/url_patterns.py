"""URL patterns: what an address has in common with others of its site, and what pages of a pattern turned out to be.

Outlets form their articles' URLs alike (`/thoi-su/cau-moi-238405.htm`), and their lists' URLs (`/kinh-te/trang-5.htm`),
and so do the programs that generate endless pages. A pattern leaves out what differs between similar URLs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Literal
from urllib.parse import parse_qsl, unquote

from archive.model.urls import url_key

Level = Literal["series", "place", "family", "form", "tail"]
Name = tuple[Level, str]

_ENDING = re.compile(r"(?<=.)\.([a-z]{2,5})$", re.IGNORECASE)
_MONTH, _DAY = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = re.compile(
    rf"(?:19|20)\d\d(?:[-_.]{_MONTH}[-_.]{_DAY}|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
    rf"|{_DAY}[-_.]{_MONTH}[-_.](?:19|20)\d\d"
)
_SEPARATORS = re.compile(r"[-_+ .,]+")
_WORD_AND_NUMBER = re.compile(r"([^\W\d_]{0,5})(\d+)")
_TOKEN = re.compile(r"(?=.*\d)(?=.*[^\W\d_])\w{6,}")
_PUNCTUATION = re.compile(r"\W+")
_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")
_BESIDE_A_LONG_NUMBER = re.compile(r"[ws](?=-[^\W\d_]*##)")
_FEW_WORDS = 3  # at most so many words are a section's name rather than a headline
_PLACE_WORDS = 6  # with at most so many words the first directory can be a section, which names the family
_ID_DIGITS = 5  # digits from which a number names an article rather than a page, a month or a section
_TIMESTAMP_DIGITS = 10  # digits from which it is a moment: 20260307080054340
_MAX_PARTS = 5  # of a path or a query: of deeper ones only the ends count
_PLAIN_VALUE = 20  # most letters of a parameter's value that is a word: view=article


@dataclass(frozen=True, slots=True)
class UrlPatterns:
    """A URL's patterns, as (level, name).

    narrow: its series and its place, where it has them. A series is the URL with its last number left open, such as the
    pages of one list or the days of one month; a place is a URL with parameters, whatever they are. wide: its tail, its
    form and its family, the widest first. A family is the classes of a URL's segments below one directory,
    `/kinh-te/s-##.htm`; a form the same below any, `/w/s-##.htm`; a tail the last segment alone, `x-##.htm`. A family
    that is no narrower than its form is left out.
    """

    narrow: tuple[Name, ...]
    wide: tuple[Name, ...]

    @property
    def form(self) -> str:
        """The classes of all segments."""
        return self.wide[1][1]


def form_of(url: str, hosts: tuple[str, ...] = ()) -> str:
    """The form of a URL, such as `/w/s-##.htm`.

    w stands for up to three words and s for more; # ## ### for numbers of up to four, up to nine, and more digits; D
    for a date, Y for a year, @ for what mixes letters and digits. Letters before a number (`-post##`), the ending of a
    file and the names of parameters stay. hosts: the site's own, which are left out; without them every host is.
    """
    return patterns_of(url, hosts).form


@lru_cache(maxsize=8192)
def patterns_of(url: str, hosts: tuple[str, ...] = ()) -> UrlPatterns:
    """The patterns of an absolute URL, or of a URL's key (archive.model.urls.url_key). Raises ValueError where there is
    no host."""
    key = url_key(url if "://" in url else f"http://{url}")
    address, _, query = key.partition("?")
    host, _, path = address.partition("/")
    parts = [unquote(part) for part in path.split("/") if part] or [""]
    parameters = parse_qsl(query, keep_blank_values=True)
    is_foreign = bool(hosts) and host not in hosts  # neither has `www.`
    classes = _shortened([*(_directory_class(part) for part in parts[:-1]), _file_class(parts[-1])])
    form = f"{'//*' if is_foreign else ''}/{'/'.join(classes)}{_query_class(parameters)}"
    if classes[0] in ("w", "s") and (len(parts) > 1 or parameters) and len(_SEPARATORS.split(parts[0])) <= _PLACE_WORDS:
        classes[0] = parts[0].lower()
    family = f"{f'//{host}' if is_foreign else ''}/{'/'.join(classes)}{_query_class(parameters, literal=True)}"
    tail = _BESIDE_A_LONG_NUMBER.sub("x", _file_class(parts[-1])) + ("?" if parameters else "")
    wide: tuple[Name, ...] = (("tail", intern(tail)), ("form", intern(form)))
    return UrlPatterns(_narrow(address, parameters), wide if family == form else (*wide, ("family", intern(family))))


def _shortened(classes: list[str]) -> list[str]:
    """Shortens deep paths, so that an endless path has one pattern."""
    return classes if len(classes) <= _MAX_PARTS else [*classes[:2], "…", *classes[-2:]]


@lru_cache(maxsize=1024)
def _directory_class(text: str) -> str:
    """The class of a directory. A short number at the end of many words counts as a word."""
    kind = _segment_class(text)
    return "s" if kind == "s-#" else kind


def _file_class(text: str) -> str:
    """The class of a path's last segment, with the file's ending."""
    ending = _ENDING.search(text)
    return f"{_segment_class(text[: ending.start()])}.{ending[1].lower()}" if ending else _segment_class(text)


def _segment_class(text: str) -> str:
    if _DATE.fullmatch(text):
        return "D"
    parts = [part for part in _SEPARATORS.split(text) if part]
    if all(part.isdecimal() for part in parts):
        return "-".join("Y" if _is_year(part) else _number_class(part) for part in parts[:_MAX_PARTS])
    return _words_class(parts)


def _words_class(parts: list[str]) -> str:
    """The class of words, with or without a number at one of their ends."""
    preceding = _count_class(len(parts) - 1)
    if (match := _WORD_AND_NUMBER.fullmatch(parts[-1])) and (preceding or match[1]):
        return f"{preceding}-{match[1].lower()}{_number_class(match[2])}".lstrip("-")
    if _TOKEN.fullmatch(_PUNCTUATION.sub("", parts[-1])):
        return f"{preceding}-@".lstrip("-")
    if parts[0].isdecimal() and len(parts[0]) >= _ID_DIGITS:
        return f"{_number_class(parts[0])}-{preceding}"
    return _count_class(len(parts))


def _count_class(count: int) -> str:
    return "" if not count else "w" if count <= _FEW_WORDS else "s"


def _number_class(digits: str) -> str:
    return "#" if len(digits) < _ID_DIGITS else "##" if len(digits) < _TIMESTAMP_DIGITS else "###"


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits.startswith(("19", "20"))


def _query_class(parameters: list[tuple[str, str]], *, literal: bool = False) -> str:
    """The classes of a query; all names that hold a number are one class."""
    pairs = parameters[:_MAX_PARTS]
    joined = "&".join(f"{'@' if _has_digit(name) else name}={_value(value, literal)}" for name, value in pairs)
    return f"?{joined}" if joined else ""


def _value(text: str, literal: bool) -> str:
    return text.lower() if literal and text.isalpha() and len(text) <= _PLAIN_VALUE else _segment_class(text)


def _narrow(address: str, parameters: list[tuple[str, str]]) -> tuple[Name, ...]:
    """The series leaves open the last number of a path, and of a query all values that hold a number."""
    if parameters:
        open_values = "&".join(f"{name}={'#' if _has_digit(value) else value}" for name, value in parameters)
        return ("series", f"{address}?{open_values}"), ("place", f"{address}?")
    number = _LAST_NUMBER.search(address, address.find("/") + 1 or len(address))
    return (("series", f"{address[: number.start()]}#{address[number.end() :]}"),) if number else ()


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


Kind = Literal["article", "list", "other"]
News = Literal["much", "some", "none"]
"""How many of a page's links no page of its pattern had before."""

PATIENCE: dict[Level, int] = {"series": 20, "place": 40, "family": 60, "form": 150, "tail": 400}
"""How many empty pages in a row are requested before a pattern is given up."""

EXPLORED: dict[Level, int] = {"series": 3, "place": 3, "family": 6, "form": 10, "tail": 20}
"""How many pages of a pattern that an earlier run gave up are requested in a run."""

_HALVED_AT = 200.0  # pages; older ones count half, because a pattern can change its meaning
_EMPTY_WEIGHT: dict[News, float] = {"much": 0.02, "some": 0.5, "none": 1.0}
_EMPTY_REDEEMED = 10.0  # empty pages that a new article cancels


@dataclass(slots=True)
class Counts:
    """articles: new ones; others: error pages, and articles known from elsewhere; found: new links to articles on the
    pages. These four are of the recent past: all are halved when there are too many.

    empty_streak: how many pages in a row brought no new article and no new link to one. A page counts little that links
    to known articles which its pattern had not linked to: it is part of a list that may lead to unknown ones.
    productive: whether pages have ever brought something, or shown links new to their pattern. pages: how many were
    visited since the counts were loaded."""

    articles: float = 0.0
    lists: float = 0.0
    others: float = 0.0
    found: float = 0.0
    empty_streak: float = 0.0
    productive: bool = False
    pages: int = 0

    @property
    def read(self) -> float:
        """How many pages were read, in the recent past."""
        return self.articles + self.lists + self.others

    def was(self, kind: Kind) -> None:
        if self.read >= _HALVED_AT:
            self.articles, self.lists, self.others, self.found = (
                value / 2 for value in (self.articles, self.lists, self.others, self.found)
            )
        self.articles += kind == "article"
        self.lists += kind == "list"
        self.others += kind == "other"

    def visit(self, level: Level, new_links: int, news: News) -> None:
        """Counts a page's new links. The first page of a pattern does not make it productive: all its links are new to
        the pattern."""
        self.pages += 1
        self.found += new_links
        self.productive = self.productive or (news == "much" and self.pages > 1)
        if new_links:
            self.redeem(level, new_links)
        else:
            self.empty_streak += _EMPTY_WEIGHT[news]

    def redeem(self, level: Level, articles: int = 1) -> None:
        """Pages of the pattern have brought articles."""
        self.productive = True
        self.empty_streak = max(min(self.empty_streak, PATIENCE[level]) - _EMPTY_REDEEMED * articles, 0.0)

    def is_empty(self, level: Level) -> bool:
        return self.empty_streak >= PATIENCE[level]
