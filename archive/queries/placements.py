"""Reads what stood where on home and section pages: the looks of a day, a page at a look, an article's places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from archive.model.errors import UnknownCapture
from archive.model.paths import thumbnail_place
from archive.model.urls import picture_key, url_key
from archive.storage.connection import rows_of
from archive.storage.integrity.column_validation import readable_values, row_numbers
from archive.storage.list_placements import looks_of
from archive.text.folding import letters


@dataclass(frozen=True, slots=True)
class ListPage:
    """A home or section page whose teasers were read. outlet: the paper's own name."""

    id: int
    outlet: str
    url: str
    timezone: str
    is_home: bool


@dataclass(frozen=True, slots=True)
class Look:
    """A capture that shows a list page, at time `at`; teasers: teasers.id in reading order."""

    capture_id: int
    at: str
    teasers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlacedHeadline:
    """A headline in its place at a look. article_id: None where the article is not archived. article_headline: that of
    the article's version then. since: when it came to this place. before: its place at the look before; None where it
    was not on the page. thumbnail: of its picture, if the archive holds it."""

    position: int
    url: str
    headline: str
    summary: str | None
    article_id: int | None
    article_headline: str | None
    since: str
    before: int | None
    thumbnail: str | None

    @property
    def differs(self) -> bool:
        """Whether the article itself had another headline."""
        return _differ(self.headline, self.article_headline)


@dataclass(frozen=True, slots=True)
class PlacementSpan:
    """A span of time in which an article stood in one place under one headline. See placements in the schema."""

    list_id: int
    list_url: str
    is_home: bool
    position: int
    headline: str
    article_headline: str | None
    first_seen_at: str
    last_seen_at: str
    gone_at: str | None

    @property
    def differs(self) -> bool:
        """Whether the article itself had another headline."""
        return _differ(self.headline, self.article_headline)


def _differ(headline: str, article_headline: str | None) -> bool:
    return article_headline is not None and letters(article_headline) != letters(headline)


_LISTS = (
    "SELECT list_pages.id, outlets.title AS outlet, list_pages.url, outlets.timezone, outlets.home_url"
    " FROM list_pages JOIN outlets ON outlets.id = list_pages.outlet_id"
    " WHERE EXISTS (SELECT 1 FROM placement_spans WHERE list_id = list_pages.id)"
)
_HEADLINE_THEN = (
    "coalesce((SELECT headline FROM versions WHERE article_id = articles.id AND first_seen_at <= {at}"
    " ORDER BY number DESC LIMIT 1), (SELECT headline FROM versions WHERE article_id = articles.id AND number = 1))"
)


def list_pages(db: Database) -> list[ListPage]:
    """The list pages with placements: home pages first, then sections by address."""
    pages = readable_values(rows_of(db, f"{_LISTS} ORDER BY list_pages.url_key"), "list_pages", _list_page)
    return sorted(pages, key=lambda page: not page.is_home)


def _list_page(row: dict[str, Any]) -> ListPage:
    is_home = url_key(row.pop("home_url")) == url_key(row["url"])
    return ListPage(**row, is_home=is_home)


def looks(db: Database, list_id: int, start: str, end: str) -> list[Look]:
    """The looks at a list page from `start` until before `end`, in order of time."""
    query, time = looks_of(db, list_id)
    rows = db.execute(f"{query} AND {time} >= ? AND {time} < ? ORDER BY {time}, captures.id", [start, end])
    return [Look(capture_id, moment, row_numbers(teasers)) for capture_id, moment, teasers in rows.fetchall()]


def next_look(db: Database, list_id: int, moment: str, *, before: bool) -> Look | None:
    """The last look before a time, or the first at or after it."""
    compare, order = ("<", "DESC") if before else (">=", "ASC")
    query, time = looks_of(db, list_id)
    row = db.execute(
        f"{query} AND {time} {compare} ? ORDER BY {time} {order}, captures.id {order} LIMIT 1", [moment]
    ).fetchone()
    return Look(row[0], row[1], row_numbers(row[2])) if row else None


def page_at(db: Database, list_id: int, look: Look, before: Look | None) -> list[PlacedHeadline]:
    """A list page as a look found it, without withdrawn articles. before: the look before it."""
    former = {_address_of(db, number): place for place, number in enumerate(before.teasers if before else (), 1)}
    placed = (_placed(db, list_id, look, place, number, former) for place, number in enumerate(look.teasers, 1))
    return [teaser for teaser in placed if teaser is not None]


def _address_of(db: Database, teaser_id: int) -> str:
    row = db.execute("SELECT url_key FROM teasers WHERE id = ?", [teaser_id]).fetchone()
    if row is None:
        raise UnknownCapture(f"the archive has no teaser {teaser_id}")
    return str(row[0])


_TEASER = (
    "SELECT teasers.url, teasers.url_key, teasers.headline, teasers.summary, teasers.picture, articles.id AS"
    f" article_id, {_HEADLINE_THEN.format(at='?2')} AS article_headline,"
    " coalesce((SELECT max(first_seen_at) FROM placement_spans"
    " WHERE list_id = ?3 AND position = ?4 AND teaser_id = ?1 AND first_seen_at <= ?2), ?2) AS since"
    " FROM teasers LEFT JOIN aliases USING (outlet_id, url_key) LEFT JOIN articles ON articles.id = article_id"
    " WHERE teasers.id = ?1 AND withdrawn_at IS NULL"
)


def _placed(
    db: Database, list_id: int, look: Look, position: int, teaser_id: int, former: dict[str, int]
) -> PlacedHeadline | None:
    for row in rows_of(db, _TEASER, [teaser_id, look.at, list_id, position]):
        picture, key = row.pop("picture"), row.pop("url_key")
        thumbnail = _thumbnail(db, row["article_id"], picture) if picture and row["article_id"] else None
        return PlacedHeadline(position=position, before=former.get(key), thumbnail=thumbnail, **row)
    return None


def _thumbnail(db: Database, article_id: int, picture: str) -> str | None:
    """The stored copy of a teaser's picture, of whatever size: lists show small ones of the article's pictures."""
    rows = db.execute(
        "SELECT images.url, pictures.digest FROM articles JOIN version_images"
        " ON version_images.version_id = articles.current_version_id JOIN images ON images.id = image_id"
        " JOIN pictures ON pictures.id = picture_id WHERE articles.id = ? AND pictures.thumbnail IS NOT NULL",
        [article_id],
    ).fetchall()
    return next((thumbnail_place(digest) for url, digest in rows if picture_key(url) == picture_key(picture)), None)


_PLACES = (
    "SELECT placement_spans.list_id, list_pages.url AS list_url, outlets.home_url, placement_spans.position,"
    " teasers.headline, placement_spans.first_seen_at, placement_spans.last_seen_at, placement_spans.gone_at,"
    f" {_HEADLINE_THEN.format(at='placement_spans.first_seen_at')} AS article_headline"
    " FROM aliases JOIN articles ON articles.id = aliases.article_id JOIN teasers USING (outlet_id, url_key)"
    " JOIN placement_spans ON placement_spans.teaser_id = teasers.id JOIN list_pages ON list_pages.id = list_id"
    " JOIN outlets ON outlets.id = list_pages.outlet_id WHERE aliases.article_id = ? AND withdrawn_at IS NULL"
    " ORDER BY placement_spans.first_seen_at, list_pages.url_key, position LIMIT ?"
)


def places_of(db: Database, article_id: int, limit: int) -> list[PlacementSpan]:
    """Where an article stood, in order of time."""
    rows = rows_of(db, _PLACES, [article_id, limit])
    return list(readable_values(rows, "placement_spans", _place))


def _place(row: dict[str, Any]) -> PlacementSpan:
    is_home = url_key(row.pop("home_url")) == url_key(row["list_url"])
    return PlacementSpan(**row, is_home=is_home)


def between(places: Iterable[PlacementSpan], start: str, end: str) -> Iterator[PlacementSpan]:
    """The places in which an article stood between two looks at it, each with its last look then."""
    for place in places:
        if place.first_seen_at <= end and (place.gone_at is None or place.gone_at > start):
            yield replace(place, last_seen_at=max(place.first_seen_at, min(place.last_seen_at, end)))


def highest(places: Iterable[PlacementSpan]) -> PlacementSpan | None:
    """The place to name first: the highest on the home page, else the highest on a section page."""
    return min(places, key=lambda place: (not place.is_home, place.position, place.first_seen_at), default=None)
