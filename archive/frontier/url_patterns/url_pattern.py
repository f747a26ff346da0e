"""The shape of an address: what it has in common with its neighbours, from the narrowest kinship to the widest.

Papers address their articles alike (`/thoi-su/cau-moi-238405.htm`), their lists alike (`/kinh-te/trang-5.htm`), and so
do the machines that make up pages without end. A shape leaves out what differs between neighbours.
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
_BETWEEN = re.compile(r"[-_+ .,]+")
_NUMBERED = re.compile(r"([^\W\d_]{0,5})(\d+)")
_TOKEN = re.compile(r"(?=.*\d)(?=.*[^\W\d_])\w{6,}")
_PUNCTUATION = re.compile(r"\W+")
_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")
_BESIDE_A_LONG_NUMBER = re.compile(r"[ws](?=-[^\W\d_]*##)")
_FEW_WORDS = 3  # up to so many, a section's name rather than a headline
_PLACE_WORDS = 6  # up to so many, the first directory can be a section and gives the family its name
_LONG = 5  # digits from which a number names an article rather than a page, a month or a section
_LONGEST = 10  # digits from which it is a moment: 20260307080054340
_MOST_PARTS = 5  # of a path or a query: what lies deeper is told apart by its ends only
_PLAIN_VALUE = 20  # letters up to which a parameter's value is a word: view=article


@dataclass(frozen=True, slots=True)
class Shape:
    """What an address is kin to, as (level, name).

    narrow: its series and its place, where it has them. A series is the address with its last number left open, such as
    the pages of one list or the days of one month; a place is an address with parameters, whatever they are.
    wide: its tail, its form and its family, the widest first. A family is the classes of an address's parts below one
    directory, `/kinh-te/s-##.htm`; a form the same below any, `/w/s-##.htm`; a tail the last part alone, `x-##.htm`. A
    family that is no narrower than its form is left out.
    """

    narrow: tuple[Name, ...]
    wide: tuple[Name, ...]

    @property
    def form(self) -> str:
        """The classes of all parts."""
        return self.wide[1][1]


def shape_of(url: str, hosts: tuple[str, ...] = ()) -> str:
    """The form of an address, such as `/w/s-##.htm`.

    w stands for up to three words and s for more; # ## ### for numbers of up to four, up to nine, and more digits; D
    for a date, Y for a year, @ for what mixes letters and digits. Letters before a number (`-post##`), the ending of a
    file and the names of parameters stay. hosts: the site's own, which are left out; without them every host is.
    """
    return shape(url, hosts).form


@lru_cache(maxsize=8192)
def shape(url: str, hosts: tuple[str, ...] = ()) -> Shape:
    """The shape of an absolute address, or of an address's key (archive.model.urls.url_key). Raises ValueError where
    there is no host."""
    key = url_key(url if "://" in url else f"http://{url}")
    address, _, query = key.partition("?")
    host, _, path = address.partition("/")
    parts = [unquote(part) for part in path.split("/") if part] or [""]
    asked = parse_qsl(query, keep_blank_values=True)
    elsewhere = bool(hosts) and host not in hosts  # both are without `www.`
    classes = _shortened([*(_folder(part) for part in parts[:-1]), _last(parts[-1])])
    form = f"{'//*' if elsewhere else ''}/{'/'.join(classes)}{_asked(asked)}"
    if classes[0] in ("w", "s") and (len(parts) > 1 or asked) and len(_BETWEEN.split(parts[0])) <= _PLACE_WORDS:
        classes[0] = parts[0].lower()
    family = f"{f'//{host}' if elsewhere else ''}/{'/'.join(classes)}{_asked(asked, literal=True)}"
    tail = _BESIDE_A_LONG_NUMBER.sub("x", _last(parts[-1])) + ("?" if asked else "")
    wide: tuple[Name, ...] = (("tail", intern(tail)), ("form", intern(form)))
    return Shape(_narrow(address, asked), wide if family == form else (*wide, ("family", intern(family))))


def _shortened(classes: list[str]) -> list[str]:
    """A path that never ends is of one kind with itself."""
    return classes if len(classes) <= _MOST_PARTS else [*classes[:2], "…", *classes[-2:]]


@lru_cache(maxsize=1024)
def _folder(text: str) -> str:
    """The class of a directory. A short number at the end of many words belongs to the words."""
    kind = _class(text)
    return "s" if kind == "s-#" else kind


def _last(text: str) -> str:
    """The class of a path's last part, with the file's ending."""
    found = _ENDING.search(text)
    return f"{_class(text[: found.start()])}.{found[1].lower()}" if found else _class(text)


def _class(text: str) -> str:
    if _DATE.fullmatch(text):
        return "D"
    parts = [part for part in _BETWEEN.split(text) if part]
    if all(part.isdecimal() for part in parts):
        return "-".join("Y" if _is_year(part) else _size(part) for part in parts[:_MOST_PARTS])
    return _worded(parts)


def _worded(parts: list[str]) -> str:
    """The class of words, with or without a number at one of their ends."""
    before = _words(len(parts) - 1)
    if (found := _NUMBERED.fullmatch(parts[-1])) and (before or found[1]):
        return f"{before}-{found[1].lower()}{_size(found[2])}".lstrip("-")
    if _TOKEN.fullmatch(_PUNCTUATION.sub("", parts[-1])):
        return f"{before}-@".lstrip("-")
    if parts[0].isdecimal() and len(parts[0]) >= _LONG:
        return f"{_size(parts[0])}-{before}"
    return _words(len(parts))


def _words(count: int) -> str:
    return "" if not count else "w" if count <= _FEW_WORDS else "s"


def _size(digits: str) -> str:
    return "#" if len(digits) < _LONG else "##" if len(digits) < _LONGEST else "###"


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits.startswith(("19", "20"))


def _asked(parameters: list[tuple[str, str]], *, literal: bool = False) -> str:
    told = "&".join(f"{_parameter(name)}={_value(value, literal)}" for name, value in parameters[:_MOST_PARTS])
    return f"?{told}" if told else ""


def _parameter(name: str) -> str:
    """A name that holds a number may be one of any number."""
    return "@" if _numbered(name) else name


def _value(text: str, literal: bool) -> str:
    return text.lower() if literal and text.isalpha() and len(text) <= _PLAIN_VALUE else _class(text)


def _narrow(address: str, asked: list[tuple[str, str]]) -> tuple[Name, ...]:
    """The series leaves open the last number of a path, and of a query all values with numbers in them."""
    if asked:
        open_ones = "&".join(f"{name}={'#' if _numbered(value) else value}" for name, value in asked)
        return ("series", f"{address}?{open_ones}"), ("place", f"{address}?")
    found = _LAST_NUMBER.search(address, address.find("/") + 1 or len(address))
    return (("series", f"{address[: found.start()]}#{address[found.end() :]}"),) if found else ()


def _numbered(text: str) -> bool:
    return any(map(str.isdigit, text))
