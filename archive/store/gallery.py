"""Photographs to look at: the pictures of articles' present versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.model.places import shown_place, thumbnail_place
from archive.search import front_query
from archive.store.readable import readable


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture in the article that shows it. thumbnail, path: in the store; width, height: pixels of the picture."""

    article_id: int
    headline: str
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


_PHOTOGRAPHS = (
    "SELECT articles.id AS article_id, articles.headline, outlets.title AS outlet, outlets.timezone,"
    " articles.published_at, shown.caption, shown.credit, shown.alt,"
    " pictures.digest, pictures.media_type, pictures.thumbnail, pictures.path, pictures.width, pictures.height"
    " FROM {source} JOIN outlets ON outlets.id = articles.outlet_id"
    " JOIN pictures ON pictures.id = shown.picture_id"
    " WHERE articles.withdrawn_at IS NULL AND pictures.thumbnail NOT LIKE 'withheld/%'{more}"
    " ORDER BY {order} LIMIT :limit OFFSET :offset"
)
_NEWEST = (
    "pictures AS kept CROSS JOIN version_images AS shown ON shown.picture_id = kept.id"
    " CROSS JOIN articles ON articles.current_version_id = shown.version_id"
)
_BY_ARRIVAL = (
    _NEWEST,
    "kept.id DESC, shown.version_id DESC",
)
_BY_CREDIT = (
    "version_images AS shown CROSS JOIN articles ON articles.current_version_id = shown.version_id",
    "shown.version_id DESC, shown.position",
)


def photographs(
    db: Database, *, credit: str | None = None, place: str = "", limit: int, offset: int = 0
) -> list[Photograph]:
    """Pictures that are kept, those that came last first. credit: of whom; place: words that stand in the captions of
    the article.

    Raises BadQuery for words that cannot be searched for.
    """
    source, order = _BY_CREDIT if credit else _BY_ARRIVAL
    values: dict[str, object] = {"credit": credit, "limit": limit, "offset": offset}
    more = " AND shown.credit = :credit" if credit else ""
    if place.strip():
        more += " AND articles.current_version_id IN (SELECT rowid FROM search WHERE search MATCH :place)"
        values["place"] = front_query(place, "captions")
    rows = db.query(_PHOTOGRAPHS.format(source=source, order=order, more=more), values)
    return [one for one in readable(rows, "articles", _photograph) if one]


def _photograph(row: dict[str, Any]) -> Photograph | None:
    digest, media_type = row.pop("digest"), row.pop("media_type")
    place = shown_place(digest, media_type, row["path"], row["thumbnail"])
    return Photograph(**{**row, "path": place.path, "thumbnail": thumbnail_place(digest)}) if place else None


def captions(db: Database, credit: str | None, limit: int) -> list[str]:
    """Captions of the newest pictures that have one, of one photographer or of all."""
    source, order = _BY_CREDIT if credit else _BY_ARRIVAL
    rows = db.execute(
        f"SELECT shown.caption FROM {source} WHERE articles.withdrawn_at IS NULL AND shown.caption IS NOT NULL"
        f"{' AND shown.credit = :credit' if credit else ''} ORDER BY {order} LIMIT :limit",
        {"credit": credit, "limit": limit},
    )
    return [str(row[0]) for row in rows.fetchall()]
