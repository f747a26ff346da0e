"""Reads the teasers of a home or section page: each headline in its place, with the text and the picture beside it.

A place counts headlines that lead to pages of the site, in reading order, each address once. Menus, footers and lists
of what is read most are left out: they say nothing of what the newsroom put where.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archive.extract.element_text import text_of
from archive.extract.page_kinds import ARTICLE_PATH
from archive.extract.parsed_page import Page, parse
from archive.extract.picture_urls import address, pictures_in
from archive.extract.surroundings import label
from archive.model.records import Teaser
from archive.model.urls import absolute, host_of, same_site, url_key, without_trackers

_MAX_LINKS = 3_000
_MAX_TEASERS = 300
_MIN_WORDS, _MIN_LETTERS = 3, 15  # of a headline: a section's name is shorter
_MAX_HEADLINE, _MIN_SUMMARY, _MAX_SUMMARY = 300, 40, 600  # characters
_MAX_CLIMB = 12  # elements from a headline up to the box with its picture and text
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LEFT_OUT = frozenset({"nav", "footer", "aside", "noscript", "template"})
_LEFT_OUT_CLASS = re.compile(
    r"(?:^|[\s_-])(?:menu|navbar|nav|breadcrumbs?|footer|doc-?nhieu|xem-?nhieu|most-?(?:read|viewed|popular)|popular"
    r"|trending|comments?|quang-?cao)(?:$|[\s_-])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Link:
    element: HtmlElement
    url: str
    key: str


def read_teasers(text: str, url: str) -> tuple[Teaser, ...]:
    """The teasers of a page, in reading order. Parses it anew: the body extractor has changed the first parse."""
    page = parse(text, url)
    if page is None or not url:
        return ()
    links = list(islice(_links(page), _MAX_LINKS))
    headlines = _of_articles(dict(islice(_headlines(links), _MAX_TEASERS)))
    around = _keys_inside([link for link in links if link.key in headlines])
    return tuple(_teaser(page, link, words, around) for link, words in headlines.values())


def _links(page: Page) -> Iterator[_Link]:
    """The links to other pages of the site, without trackers."""
    own = _key(page.url)
    for element in page.root.iter("a"):
        target = absolute(page.base, element.get("href") or "")
        if target and same_site(target, (host_of(page.url),)) and urlsplit(target).path.strip("/"):
            url = without_trackers(target)
            if (key := _key(url)) and key != own:
                yield _Link(element, url, key)


def _headlines(links: list[_Link]) -> Iterator[tuple[str, tuple[_Link, str]]]:
    """URL key -> link and headline of each address that a headline links to, in reading order."""
    seen = set[str]()
    for link in links:
        if link.key in seen:
            continue
        words = _words(link.element)
        if len(words) >= _MIN_LETTERS and len(words.split()) >= _MIN_WORDS and not _is_left_out(link.element):
            seen.add(link.key)
            yield link.key, (link, words)


def _of_articles(headlines: dict[str, tuple[_Link, str]]) -> dict[str, tuple[_Link, str]]:
    """Leaves out sections, whose names can be as long as headlines: other addresses lie below theirs, or theirs is
    unlike most of the page, which have a number, a day or a headline in them."""
    sections = {parent for key in headlines for parent in _parents(key)}
    others = {key: headline for key, headline in headlines.items() if key not in sections}
    alike = {key: headline for key, headline in others.items() if ARTICLE_PATH.search(urlsplit(headline[0].url).path)}
    return alike if 2 * len(alike) >= len(others) else others


def _keys_inside(links: list[_Link]) -> dict[HtmlElement, set[str]]:
    """The addresses of headlines that lie within each element."""
    inside = defaultdict[HtmlElement, set[str]](set)
    for link in links:
        for element in islice(link.element.iterancestors(), _MAX_CLIMB):
            inside[element].add(link.key)
    return inside


def _key(url: str) -> str | None:
    try:
        return url_key(url)
    except ValueError:
        return None


def _words(link: HtmlElement) -> str:
    """The headline that a link shows: the heading in it, where it encloses more."""
    heading = next(link.iter(*_HEADINGS), None)
    return text_of(link if heading is None else heading, _MAX_HEADLINE)


def _is_left_out(link: HtmlElement) -> bool:
    return any(
        node.tag in _LEFT_OUT or _LEFT_OUT_CLASS.search(label(node)) is not None for node in link.iterancestors()
    )


def _parents(key: str) -> Iterator[str]:
    """The addresses above one."""
    path = key.partition("?")[0]
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _teaser(page: Page, link: _Link, words: str, around: dict[HtmlElement, set[str]]) -> Teaser:
    """A headline with what lies in the largest element around it that holds no other headline."""
    box = link.element
    for element in islice(link.element.iterancestors(), _MAX_CLIMB):
        if element.tag == "body" or around[element] != {link.key}:
            break
        box = element
    pictures = (address(image, page.base) for image in islice(pictures_in(box), 5))
    picture = next((url for url in pictures if url and not _is_svg(url)), None)
    return Teaser(link.url, words, _summary(box, words), picture)


def _is_svg(url: str) -> bool:
    return url.partition("?")[0].lower().endswith(".svg")


def _summary(box: HtmlElement, headline: str) -> str | None:
    """The first running text of a box that is not the headline."""
    for element in box.iter("p", "div", "span", "a", "h2", "h3", "h4"):
        own = " ".join(filter(None, [element.text, *(child.tail for child in element)])).strip()
        if len(own) >= _MIN_SUMMARY:
            text = text_of(element, _MAX_SUMMARY)
            if headline not in text:
                return text
    return None
