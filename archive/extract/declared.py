"""Reads a page's declarations: the JSON-LD objects of its article, the titles in its metas, its outlet's names, and the
files, captions and credits of its pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from archive.extract import credits
from archive.extract.bylines import authors_of, is_agency, is_person_like, outlet_key, unique
from archive.extract.elements import text_of, without_markup
from archive.extract.headlines import agree, keys_of
from archive.extract.parsed_page import Page, Thing, by_id, types_of
from archive.model.records import Image
from archive.model.urls import host_of
from archive.text.folding import folded, key_of, letters

MOST_NAMES = 60
_LONGEST_LINK = 60  # characters of a link with a name
MOST_REFERENCES = 4  # @id references followed from an author to its name
MOST_THINGS = 600  # objects read; further ones are the posts of a live blog or the items of a list
_GENERAL_TYPES = ("webpage", "itempage", "creativework", "webcontent")
_ORGANIZATIONS = ("organization", "corporation", "newsmediaorganization", "website", "brand")
_ANSWERING_MEMBERS = {"url", "email", "noBylinesPolicy", "publishingPrinciples", "ethicsPolicy"}
_ACCOUNT = re.compile(r"/(?:admin|administrator|webmaster)/?$", re.I)
_TITLE_METAS = ("og:title", "twitter:title", "title", "headline", "dc.title", "parsely-title", "sailthru.title")
_HOUSE_METAS = (
    "og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site", "al:android:app_name",
    "dc.publisher", "copyright", "publisher",
)  # fmt: skip


@dataclass(frozen=True)
class Declared:
    """The declarations of a page, cached."""

    page: Page

    @cached_property
    def title(self) -> str:
        """The text of <title>."""
        element = next(self.page.root.iter("title"), None)
        return folded(element.text or "") if element is not None else ""

    @cached_property
    def titles(self) -> tuple[tuple[str, str], ...]:
        """(name, text) of every meta with the article's title."""
        metas = self.page.metas
        return tuple((name, folded(value)) for name in _TITLE_METAS for value in metas.get(name, ())[:3])

    @cached_property
    def things(self) -> tuple[Thing, ...]:
        """The JSON-LD objects of this article, the best match first; never those of related articles."""
        scored = [
            (self._match_score(thing), -index, thing) for index, thing in enumerate(self.page.linked_data[:MOST_THINGS])
        ]
        fitting = sorted((entry for entry in scored if entry[0] > 0), key=lambda entry: entry[:2], reverse=True)
        if not fitting:
            return ()
        main = fitting[0][2]
        return (main, *(thing for _, _, thing in fitting[1:20] if self._is_same_article(main, thing)))

    @cached_property
    def house(self) -> frozenset[str]:
        """Keys of the outlet's names: site, publisher, host."""
        titles = self.page.metas.get("og:title", ())  # some systems give the title as the site's name too
        names = [value for name in _HOUSE_METAS for value in self.page.metas.get(name, ())[:3] if value not in titles]
        names += [value for thing in self.page.linked_data[:300] for value in _publisher_names(thing)]
        host = host_of(self.page.url)
        labels = host.split(".")
        names += [host, *labels[:-1][-2:], "".join(labels)]
        keys = {outlet_key(folded(name, 200)) for name in names}
        return frozenset(key for key in keys if len(key) > 1)

    def value(self, *members: str) -> Iterator[tuple[str, str]]:
        """(member, text) of these members of `things`, the best object first."""
        for thing in self.things:
            for member in members:
                for item in flat(thing.get(member)):
                    if isinstance(item, (str, int)) and not isinstance(item, bool):
                        yield member, str(item)

    def names(self, member: str) -> tuple[str, ...]:
        """Names under this member of the first of `things` that has any; follows @id references."""
        for thing in self.things:
            names = tuple(islice(self._resolved_names(thing.get(member), 0), MOST_NAMES))
            if names:
                return names
        return ()

    def persons_at(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """The persons whose pages have these addresses, as the page's links to them print them."""
        paths = {path for address in addresses if address.startswith("http") and (path := _path(address))}
        texts = (
            (text_of(link, _LONGEST_LINK) for link, href in self.page.links if _path(href) in paths) if paths else ()
        )
        names = (name for text in islice(texts, MOST_REFERENCES) for name in authors_of(text))
        return unique(name for name in names if " " in name and is_person_like(name))

    @property
    def by_account(self) -> bool:
        """Whether the declared author is the account that a system comes with: its page ends in `/author/admin`."""
        authors = (author for thing in self.things for author in flat(thing.get("author")) if isinstance(author, dict))
        links = (author.get(member) for author in authors for member in ("@id", "url"))
        return any(isinstance(link, str) and _ACCOUNT.search(link) for link in links)

    @cached_property
    def _things_by_id(self) -> dict[str, Thing]:
        return by_id(self.page.linked_data)

    def _resolved_names(self, value: object, depth: int) -> Iterator[str]:
        for item in flat(value):
            if isinstance(item, str):
                yield unescape(item)
            elif isinstance(item, dict) and depth < MOST_REFERENCES:
                yield from self._resolved_names(self._name_of(item), depth + 1)

    def _name_of(self, thing: Thing) -> object:
        """The name of a person, of an agency or of an organization that the page describes, or a nested author."""
        reference = thing.get("@id")
        if "name" not in thing and isinstance(reference, str):
            thing = self._things_by_id.get(reference, thing)
        if _is_only_named(thing) and not is_agency(str(thing.get("name"))):
            return None
        parts = [thing.get("givenName"), thing.get("familyName")]
        return thing.get("name") or " ".join(part for part in parts if isinstance(part, str)) or thing.get("author")

    def _match_score(self, thing: Thing) -> int:
        """Match score of an object for this page's article; 0 or less: no match."""
        rank = max((_type_rank(kind) for kind in types_of(thing)), default=0)
        if rank <= 0 or not {"headline", "datePublished", "author", "name"} & thing.keys():
            return 0
        headline = thing.get("headline") or thing.get("name")
        has_headline = isinstance(headline, str) and key_of(folded(headline)) in self._title_keys
        return (
            rank + 3 * has_headline + 3 * self._is_about_page(thing) + ("datePublished" in thing) + ("author" in thing)
        )

    @cached_property
    def _title_keys(self) -> frozenset[str]:
        return keys_of([self.title, *(text for _, text in self.titles[:4])])

    @cached_property
    def _page_path(self) -> str:
        return _path(self.page.url)

    def _is_about_page(self, thing: Thing) -> bool:
        """Whether a URL of the object is that of this page."""
        page = self._page_path
        main = thing.get("mainEntityOfPage")
        urls = [thing.get("url"), thing.get("@id"), main.get("@id") if isinstance(main, dict) else main]
        return bool(page) and any(isinstance(url, str) and _path(url) == page for url in urls)

    def _is_same_article(self, main: Thing, other: Thing) -> bool:
        """Whether another object describes the same article: same URL or same headline."""
        main_headline, other_headline = main.get("headline"), other.get("headline") or other.get("name")
        if (
            isinstance(main_headline, str)
            and isinstance(other_headline, str)
            and agree(folded(main_headline), folded(other_headline))
        ):
            return True
        return self._is_about_page(other)


def _is_only_named(thing: Thing) -> bool:
    """Whether a declared author is an organization of which the page says no more than its name: what systems write
    where nobody signed. One with its address or its policy on bylines answers for the text."""
    return not thing.keys() & _ANSWERING_MEMBERS and any(kind in _ORGANIZATIONS for kind in types_of(thing))


def _type_rank(kind: str) -> int:
    if kind in _GENERAL_TYPES:
        return 1
    return 4 if kind.endswith(("article", "posting", "report", "review", "analysis", "opinion")) else 0


def _publisher_names(thing: Thing) -> Iterator[str]:
    publisher = thing.get("publisher")
    holders = [publisher] if isinstance(publisher, dict) else []
    if any(kind in _ORGANIZATIONS for kind in types_of(thing)) and "logo" in thing:
        holders.append(thing)
    for holder in holders:
        for member in ("name", "alternateName"):
            if isinstance(name := holder.get(member), str):
                yield name.removeprefix("https://").removeprefix("http://")


def flat(value: Any, limit: int = 200) -> list[Any]:
    """Flattens a value that may be one item, a list, or a list of lists."""
    items: list[Any] = []
    stack: list[Any] = [value]
    while stack and len(items) < limit:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item[:limit]))
        elif item is not None:
            items.append(item)
    return items


def _path(url: str) -> str:
    try:
        return unquote(urlsplit(url).path).rstrip("/")
    except ValueError:
        return ""


_SIZE = re.compile(
    r"(?:[-_](?:\d{2,4}x\d{2,4}|w\d{3,4}|\d{3,4}(?:px|w)|scaled|format\w{2,10}))+$"
)  # a bare number tells pictures apart
_SIZE_DIRECTORY = re.compile(r"/(?:w\d{2,4}|\d{2,4}x\d{2,4})$")
_EXTENSIONS = re.compile(r"(?<=.)(?:\.(?:jpe?g|png|webp|gif|avif))+$", re.I)
_COVER_METAS = ("og:image", "og:image:secure_url", "twitter:image", "twitter:image:src")
_ARTICLE_TYPES = ("article", "posting", "report")
_MAX_COVERS, _MAX_THINGS = 12, 200
_MIN_FILE_NAME, _MAX_DIRECTORIES = 10, 3  # characters; shorter file names are not unique to a picture
_HOST = re.compile(r"^(?:https?:)?//[^/]*")
_SHARED_PREFIX = 24
_MAX_TEXT = 900
_WORDS_AND_PICTURES = re.compile(r"(?:bài|tin)(?: viết)?\s?(?:và|,|&|-|–)\s?ảnh\b|text (?:and|&) photos?\b", re.I)


def completed(images: tuple[Image, ...], page: Page) -> tuple[Image, ...]:
    """Completes images without caption or credit from the JSON-LD object of the same file."""
    if all(image.caption and image.credit for image in images):
        return images
    declared = {name: thing for thing in page.linked_data for name in _captioned_file_names(thing)}
    return tuple(_with_declared(image, declared.get(file_name(image.url))) for image in images)


def signed(images: tuple[Image, ...], byline: str | None, authors: tuple[str, ...]) -> tuple[Image, ...]:
    """Images that nobody else is credited for, with who signs for text and pictures: `Bài và ảnh: Ngọc Ánh`."""
    if not authors or not _WORDS_AND_PICTURES.match(byline or "") or any(image.credit for image in images):
        return images
    return tuple(replace(image, credit=", ".join(authors)) for image in images)


def covers(page: Page) -> frozenset[str]:
    """File names (see `file_name`) of the article's pictures in metas and JSON-LD."""
    addresses = [url for name in _COVER_METAS for url in page.metas.get(name, ())[:2]]
    for thing in page.linked_data[:_MAX_THINGS]:
        if any(kind.endswith(_ARTICLE_TYPES) for kind in types_of(thing)):
            for image in flat(thing.get("image"), _MAX_COVERS):
                address = image.get("url") or image.get("contentUrl") if isinstance(image, dict) else image
                addresses += [address] if isinstance(address, str) else []
    return frozenset(name for address in addresses if (name := file_name(address)))


def is_named(address: str, names: frozenset[str]) -> bool:
    """Whether a picture's file is one of these, or another size or crop of one: the same long prefix."""
    name = file_name(address)
    return name in names or (
        len(name) >= _SHARED_PREFIX and any(known.startswith(name[:_SHARED_PREFIX]) for known in names)
    )


def _with_declared(image: Image, declared: dict[str, Any] | None) -> Image:
    if declared is None:
        return image
    raw = _text(declared.get("caption"))
    if raw and letters(raw) == letters(image.alt or ""):
        raw = None  # the picture library's name for the file, not a printed caption
    caption, credit = credits.split(raw) if raw else (None, None)
    credit = _text(declared.get("creditText")) or _text(declared.get("copyrightHolder")) or credit
    if image.caption or caption is None:
        return replace(image, credit=image.credit or (credits.name_only(credit) if credit else None))
    return replace(image, caption=caption, credit=image.credit or credit, caption_raw=raw)


def _captioned_file_names(thing: dict[str, Any]) -> Iterator[str]:
    if not any(thing.get(field) for field in ("caption", "creditText", "copyrightHolder")):
        return
    for field in ("contentUrl", "url"):
        if isinstance(thing.get(field), str) and (name := file_name(thing[field])):
            yield name


@lru_cache(maxsize=1024)  # each picture of a page is compared with those before it
def file_name(url: str) -> str:
    """A picture's file name without size and extension: equal for all its copies. A short one with its directories."""
    path = _HOST.sub("", next(filter(None, re.split("[?#]", url[-500:])), ""))
    directories, _, last = path.rpartition("/")
    name = _SIZE.sub("", _EXTENSIONS.sub("", last)).lower()
    for directory in reversed(_SIZE_DIRECTORY.sub("", directories).lower().split("/")[-_MAX_DIRECTORIES:]):
        if len(name) >= _MIN_FILE_NAME or not name:
            break
        name = f"{directory}/{name}"
    return name if len(name) >= _MIN_FILE_NAME else ""


def _text(value: object) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name")
    return without_markup(value[:_MAX_TEXT]) or None if isinstance(value, str) else None
