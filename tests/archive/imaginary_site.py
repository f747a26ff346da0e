"""Sites made of rules, some of them endless, and a crawl of them without a network: what an experience makes of them.

The crawl does what the real one does: by promise, then in the order found; last what an earlier run has left, the
newest first; never twice; several are under way before the first has told anything.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from random import Random

from archive.frontier.article_probability import LIKELY, Experience
from archive.frontier.url_patterns import Counts, Kind, Name
from archive.model.urls import url_key

HOST = "http://bao.example"
HOSTS = ("bao.example",)
UNDER_WAY = 8


@dataclass(frozen=True)
class Page:
    """What an address answers. story: which article it shows, the same at every address of it."""

    kind: Kind
    links: tuple[str, ...] = ()
    story: int | None = None


Route = Callable[[str], Page | None]


@dataclass(frozen=True, order=True)
class Waiting:
    """An address never asked for. first: what it is ordered by; found: its number among all that were found."""

    first: tuple[float, int]
    found: int
    url: str
    found_on: str | None


@dataclass
class Crawler:
    """Runs over one site that know of each other. kept: what an archive would keep of the experience; read: the stories
    found so far; known: the keys of all addresses ever found; waiting: what was left for a later run; asked: the paths
    asked for in the newest run."""

    experience: Experience = field(default_factory=lambda: Experience(HOSTS))
    kept: dict[Name, Counts] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    waiting: list[Waiting] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _heap: list[Waiting] = field(default_factory=list)

    def run(self, *routes: Route, seeds: Iterable[str] = (), again: Iterable[str] = ()) -> Crawler:
        """A run, until nothing waits that is worth asking for. seeds: what the site itself tells of, as a sitemap does;
        they are asked for in any case, once in all runs. again: lists to be looked at again, as the home page is."""
        self.experience = Experience(HOSTS, self.kept)
        self.asked = []
        for path in ("/", *again):
            self._visit(routes, HOST + path, None, first=self._is_new(HOST + path))
        for path in seeds:
            if self._is_new(HOST + path):
                self._visit(routes, HOST + path, None)
        for one in self.waiting:
            heapq.heappush(self._heap, replace(one, first=(0.0, -one.found)))
        self.waiting = []
        while self._heap:
            batch = [heapq.heappop(self._heap) for _ in range(min(UNDER_WAY, len(self._heap)))]
            taken = [one for one in batch if self.experience.asks(one.url)]
            self.waiting += [one for one in batch if one not in taken]
            for one in taken:
                self._visit(routes, one.url, one.found_on)
        self._keep()
        return self

    def _keep(self) -> None:
        changed, gone = self.experience.take_changed()
        self.kept = {name: counts for name, counts in (self.kept | changed).items() if name not in gone}

    def on(self, pattern: str) -> int:
        """How many of the addresses asked for match."""
        return sum(bool(re.search(pattern, one)) for one in self.asked)

    def _is_new(self, url: str) -> bool:
        key = url_key(url)
        new = key not in self.known
        self.known.add(key)
        return new

    def _note(self, url: str, found_on: str | None) -> None:
        found = len(self.known)
        heapq.heappush(self._heap, Waiting((-self.experience.probability(url), found), found, url, found_on))

    def _visit(self, routes: Iterable[Route], url: str, found_on: str | None, *, first: bool = True) -> None:
        path = url.removeprefix(HOST)
        self.asked.append(path)
        page = next((page for page in (route(path) for route in routes) if page is not None), Page("other"))
        new = page.story is not None and page.story not in self.read
        if first:
            self.experience.learn(url, page.kind, new=new, found_on=found_on)
        if page.story is not None:
            self.read.add(page.story)
        links = [HOST + link for link in dict.fromkeys(page.links)]
        likely = {link for link in links if self.experience.probability(link) > LIKELY}
        brought = 0
        for link in links:
            if self._is_new(link):
                self._note(link, url)
                brought += link in likely
        if first or brought:
            self.experience.visited(url, brought, likely)


@dataclass(frozen=True)
class Paper:
    """A newspaper: stories in sections, ten to a page of a list, the newest first, with a menu and a sidebar on all.

    sizes: how many stories each section has. address: of a story. paging: of a list's later pages. extra: further links
    on every page. first: the number of the first story. endless: whether the last page of a list leads to a next one.
    """

    sizes: tuple[int, ...]
    address: str = "/muc-{section}/tin-so-{number}-cua-muc-ay-{id}.htm"
    paging: str = "/muc-{section}/trang-{page}.htm"
    extra: tuple[str, ...] = ()
    first: int = 100_000
    endless: bool = False

    def where(self, section: int, number: int) -> str:
        """The address of a section's story, by its place in the list."""
        story = self.story(section, number)
        return self.address.format(section=_name(section), number=_name(number), id=story)

    def story(self, section: int, number: int) -> int:
        return self.first + section * 10_000 + number

    @property
    def stories(self) -> set[int]:
        return {self.story(section, number) for section, size in enumerate(self.sizes) for number in range(size)}

    def boilerplate(self, seed: str) -> tuple[str, ...]:
        """The menu, the newest story of every section, five of its newest thirty, and what else stands everywhere."""
        dice = Random(seed)
        filled = [section for section, size in enumerate(self.sizes) if size]
        newest = (self.where(section, 0) for section in filled[:20])
        chosen = ((section, dice.randrange(min(self.sizes[section], 30))) for section in dice.choices(filled, k=5))
        menu = (self.list_at(section, 0) for section in range(len(self.sizes)))
        return ("/", *menu, *newest, *(self.where(*one) for one in chosen), *self.extra)

    def __call__(self, path: str) -> Page | None:
        if path == "/":
            return Page("list", self.boilerplate(path))
        if path in self._lists:
            return self._list(path, *self._lists[path])
        story = self._stories.get(path)
        return Page("article", self.boilerplate(path), story) if story is not None else None

    @cached_property
    def _lists(self) -> dict[str, tuple[int, int]]:
        """Address -> section and page."""
        pages = ((section, page) for section, size in enumerate(self.sizes) for page in range(max(-(-size // 10), 1)))
        return {self.list_at(*one): one for one in pages}

    @cached_property
    def _stories(self) -> dict[str, int]:
        places = ((section, number) for section, size in enumerate(self.sizes) for number in range(size))
        return {self.where(*one): self.story(*one) for one in places}

    @property
    def lists(self) -> list[str]:
        """The addresses of all pages of lists."""
        return list(self._lists)

    def list_at(self, section: int, page: int) -> str:
        """The address of a page of a section's list, from 0."""
        name = _name(section)
        return self.paging.format(section=name, page=page + 1) if page else f"/muc-{name}"

    def _list(self, path: str, section: int, page: int) -> Page:
        there = range(page * 10, min(page * 10 + 10, self.sizes[section]))
        following = (self.list_at(section, page + 1),) if there.stop < self.sizes[section] or self.endless else ()
        return Page("list", (*(self.where(section, number) for number in there), *following, *self.boilerplate(path)))


def _name(number: int) -> str:
    """A word for a number: sections and stories have names."""
    letters = "bcdghklmnp"
    return "".join(letters[int(digit)] + "aeiou"[int(digit) % 5] for digit in str(number))


def words(seed: object) -> Iterator[str]:
    """Words without end."""
    dice = Random(str(seed))
    while True:
        yield _name(dice.randrange(1000, 10**9))


def calendar(paper: Paper) -> Route:
    """A page for every day that ever was or will be."""

    def route(path: str) -> Page | None:
        found = re.fullmatch(r"/lich/(\d+)/(\d+)/(\d+)", path)
        if not found:
            return None
        year, month, _ = map(int, found.groups())
        days = [f"/lich/{year}/{month}/{one}" for one in range(1, 29)]
        months = [
            f"/lich/{year + (month == 12)}/{month % 12 + 1}/1",
            f"/lich/{year - (month == 1)}/{(month or 13) - 1}/1",
        ]
        return Page("list", (*days, *months, *paper.boilerplate(path)))

    return route


def endless_pages(place: str) -> Callable[[Paper], Route]:
    """A list that answers every number of a page with its last one. place: with {page}."""
    before, after = place.split("{page}")
    pattern = re.compile(re.escape(before) + r"(\d+)" + re.escape(after))

    def made(paper: Paper) -> Route:
        oldest = max(paper.sizes[0] - 10, 0)
        last = tuple(paper.where(0, number) for number in range(oldest, paper.sizes[0]))

        def route(path: str) -> Page | None:
            found = pattern.fullmatch(path)
            if not found:
                return None
            steps = (place.format(page=int(found[1]) + step) for step in (1, 2, 3, 10, 100))
            return Page("list", (*last, *steps, *paper.boilerplate(path)))

        return route

    return made


def endless_words(place: str) -> Callable[[Paper], Route]:
    """Pages of words, each leading to twenty others."""

    def made(paper: Paper) -> Route:
        def route(path: str) -> Page | None:
            if not path.startswith(place):
                return None
            return Page("list", (*(f"{place}{word}" for word in islice(words(path), 20)), *paper.boilerplate(path)))

        return route

    return made


def deeper_and_deeper(paper: Paper) -> Route:
    """A relative link that leads below itself."""

    def route(path: str) -> Page | None:
        if not path.startswith("/goc/"):
            return None
        return Page("list", (f"{path}a/", f"{path}b/", *paper.boilerplate(path)))

    return route


def facets(paper: Paper) -> Route:
    """One list of the paper's newest stories, filtered in every way: a fifth is left for each value."""
    names, values = ("mau", "co", "nam", "sap", "loai", "vung"), ("den", "do", "xanh", "nau", "tim")
    places = [(section, number) for section, size in enumerate(paper.sizes) for number in range(min(size, 40))]

    def route(path: str) -> Page | None:
        place, _, query = path.partition("?")
        if place != "/tra-cuu":
            return None
        asked = dict(pair.split("=") for pair in query.split("&") if pair)
        start = int(asked.pop("trang", "1")) * 10 - 10
        dice = Random(repr(sorted(asked.items())))
        left = sorted(dice.sample(places, len(places) // 5 ** len(asked)), key=lambda place: place[1])
        shown = left[start : start + 10]
        following = [_query({**asked, "trang": str(start // 10 + 2)})] if len(shown) == 10 else []
        more = [_query({**asked, name: value}) for name in names for value in values]
        return Page("list", (*(paper.where(*one) for one in shown), *following, *more, *paper.boilerplate(path)))

    return route


def _query(asked: dict[str, str]) -> str:
    return "/tra-cuu?" + "&".join(f"{name}={value}" for name, value in sorted(asked.items()))


def sessions(paper: Paper) -> Route:
    """The whole paper once more under every visitor's own number, which changes with every page."""

    def route(path: str) -> Page | None:
        place, mark, _ = path.replace("&sid=", "?sid=").partition("?sid=")
        page = paper(place) if mark else None
        if page is None:
            return None
        dice = Random(path)
        links = (f"{link}{'&' if '?' in link else '?'}sid={dice.getrandbits(64):016x}" for link in page.links)
        return Page(page.kind, tuple(links), page.story)

    return route
