"""Stored pictures: those of current versions for galleries, and every appearance of one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.model.paths import shown_place, thumbnail_place
from archive.queries.article_search import LANGUAGE, spelt_credit
from archive.storage.integrity.column_validation import readable_values
from archive.text.search_query import front_query, holds


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture in an article. thumbnail, path: in the picture store; width, height: of the picture, in pixels."""

    article_id: int
    headline: str
    language: str | None
    outlet: str
    timezone: str
    published_at: str | None
    caption: str | None
    credit: str | None
    alt: str | None
    thumbnail: str
    path: str
    width: int
    height: int
    digest: str

    @property
    def number(self) -> str:
        """The hex digits of its digest, as in the URL of its page."""
        return self.digest.partition(":")[2]


_PHOTOGRAPHS = (
    f"SELECT articles.id AS article_id, articles.headline, {LANGUAGE}, outlets.title AS outlet, outlets.timezone,"
    " articles.published_at, shown.caption, shown.credit, shown.alt,"
    " pictures.digest, pictures.media_type, pictures.thumbnail, pictures.path, pictures.width, pictures.height"
    " FROM {source} JOIN outlets ON outlets.id = articles.outlet_id"
    " LEFT JOIN active_texts ON active_texts.version_id = shown.version_id"
    " LEFT JOIN texts ON texts.id = active_texts.text_id"
    " JOIN pictures ON pictures.id = shown.picture_id"
    " WHERE articles.withdrawn_at IS NULL AND pictures.thumbnail NOT LIKE 'withheld/%'{more}"
    " ORDER BY {order} LIMIT :limit OFFSET :offset"
)
_NEWEST = (
    "pictures AS kept CROSS JOIN version_images AS shown ON shown.picture_id = kept.id"
    " CROSS JOIN articles ON articles.current_version_id = shown.version_id"
)
_BY_ARRIVAL = (_NEWEST, "kept.id DESC, shown.version_id DESC")
_LATEST_FIRST = "articles.published_at DESC, articles.id DESC, shown.position"
_BY_DATE = (
    "articles CROSS JOIN version_images AS shown ON shown.version_id = articles.current_version_id", _LATEST_FIRST,
)  # fmt: skip
_BY_CREDIT = (
    "version_images AS shown CROSS JOIN articles ON articles.current_version_id = shown.version_id", _LATEST_FIRST,
)  # fmt: skip


def photographs(
    db: Database, *, credit: str | None = None, place: str = "", limit: int, offset: int = 0, by_arrival: bool = False
) -> list[Photograph]:
    """Stored pictures, those of the latest published articles first; by_arrival: the last stored first. credit: of this
    photographer, ignoring case and diacritics; place: words in the picture's own caption.

    Raises BadQuery for words that cannot be searched for.
    """
    source, order = _BY_CREDIT if credit else _BY_ARRIVAL if by_arrival else _BY_DATE
    values: dict[str, object] = {"limit": limit, "offset": offset}
    more = ""
    if credit:
        more, values["credit"] = " AND shown.credit = :credit", spelt_credit(db, credit)
    if place.strip():
        # the FTS index finds the articles, the function checks each caption in them
        more += " AND articles.current_version_id IN (SELECT rowid FROM search WHERE search MATCH :place)"
        more += " AND holds(shown.caption, :words)"
        values |= {"place": front_query(place, "captions"), "words": place}
        db.conn.create_function("holds", 2, lambda caption, words: bool(caption) and holds(caption, words))
    rows = db.query(_PHOTOGRAPHS.format(source=source, order=order, more=more), values)
    return [photograph for photograph in readable_values(rows, "articles", _photograph) if photograph]


def _photograph(row: dict[str, Any]) -> Photograph | None:
    digest, media_type = row["digest"], row.pop("media_type")
    place = shown_place(digest, media_type, row["path"], row["thumbnail"])
    return Photograph(**{**row, "path": place.path, "thumbnail": thumbnail_place(digest)}) if place else None


def captions(db: Database, credit: str | None, limit: int) -> list[str]:
    """Captions of the newest pictures, of one photographer or of all; pictures without one are left out."""
    source, order = _BY_CREDIT if credit else _BY_DATE
    rows = db.execute(
        f"SELECT shown.caption FROM {source} WHERE articles.withdrawn_at IS NULL AND shown.caption IS NOT NULL"
        f"{' AND shown.credit = :credit' if credit else ''} ORDER BY {order} LIMIT :limit",
        {"credit": spelt_credit(db, credit) if credit else None, "limit": limit},
    )
    return [str(row[0]) for row in rows.fetchall()]


@dataclass(frozen=True, slots=True)
class Appearance:
    """A version that shows a picture, with its caption, credit and alt text. seen_at: when the version was first
    seen."""

    article_id: int
    number: int
    headline: str
    language: str | None
    outlet: str
    timezone: str
    seen_at: str
    caption: str | None
    credit: str | None
    alt: str | None
    address: str


@dataclass(frozen=True, slots=True)
class PictureAppearances:
    """A picture, its path in the picture store, and all its appearances, oldest first."""

    digest: str
    path: str
    thumbnail: str | None
    media_type: str
    size: int
    width: int | None
    height: int | None
    appearances: tuple[Appearance, ...]


_APPEARANCES = (
    f"SELECT versions.article_id, versions.number, versions.headline, {LANGUAGE}, outlets.title AS outlet,"
    " outlets.timezone, versions.first_seen_at AS seen_at, shown.caption, shown.credit, shown.alt,"
    " images.url AS address FROM version_images AS shown JOIN versions ON versions.id = shown.version_id"
    " JOIN articles ON articles.id = versions.article_id JOIN outlets ON outlets.id = articles.outlet_id"
    " LEFT JOIN active_texts ON active_texts.version_id = shown.version_id"
    " LEFT JOIN texts ON texts.id = active_texts.text_id"
    " JOIN images ON images.id = shown.image_id WHERE shown.picture_id = ? AND articles.withdrawn_at IS NULL"
    " ORDER BY versions.first_seen_at, versions.id, shown.position LIMIT ?"
)


def picture_appearances(db: Database, digest: str, limit: int) -> PictureAppearances | None:
    """A picture with its appearances; None where no picture that may be shown has that digest."""
    row = next(iter(db.query("SELECT * FROM pictures WHERE digest = ?", [digest])), None)
    place = shown_place(row["digest"], row["media_type"], row["path"], row["thumbnail"]) if row else None
    if row is None or place is None:
        return None
    rows = db.query(_APPEARANCES, [row["id"], limit])
    appearances = tuple(readable_values(rows, "versions", lambda fields: Appearance(**fields)))
    if not appearances:
        return None
    facts = {name: row[name] for name in ("digest", "media_type", "size", "width", "height")}
    return PictureAppearances(path=place.path, thumbnail=place.thumbnail, appearances=appearances, **facts)


def pictures_at(db: Database, capture_id: int) -> list[tuple[str, str | None, int | None, int | None]]:
    """The pictures of the versions read from a capture: digest, caption, width and height, in page order."""
    rows = db.execute(
        "SELECT DISTINCT pictures.digest, shown.caption, pictures.width, pictures.height, shown.position FROM readings"
        " JOIN version_images AS shown ON shown.version_id = readings.version_id"
        " JOIN pictures ON pictures.id = shown.picture_id JOIN versions ON versions.id = shown.version_id"
        " JOIN articles ON articles.id = versions.article_id WHERE readings.capture_id = ?"
        " AND articles.withdrawn_at IS NULL AND pictures.thumbnail NOT LIKE 'withheld/%' ORDER BY shown.position",
        [capture_id],
    )
    return [(str(digest), caption, width, height) for digest, caption, width, height, _ in rows.fetchall()]
