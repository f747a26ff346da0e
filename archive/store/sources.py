"""Kept captures, handed out again to be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive import clock
from archive.errors import UnknownOutlet
from archive.records import Run
from archive.store.connection import transaction
from archive.store.identity import Source, article_at, link_moved
from archive.urls import url_key

_COLUMNS = "id, url_key, final_url, captured_at, via, encoding"


def unread(db: Database, run: Run) -> list[tuple[Source, str | None]]:
    """Captures of the run's outlet that brought a page and that no extractor has read, oldest first, each with the
    charset its HTTP header named."""
    rows = db.query(
        f"SELECT {_COLUMNS} FROM captures WHERE outlet_id = ? AND outcome = 'fresh'"
        " AND NOT EXISTS (SELECT 1 FROM readings WHERE readings.capture_id = captures.id) ORDER BY id",
        [run.outlet_id],
    )
    return [_source(run, row) for row in rows]


def source_of(db: Database, run: Run, capture_id: int) -> tuple[Source, str | None]:
    """One capture, to be read again."""
    return _source(run, next(iter(db.query(f"SELECT {_COLUMNS} FROM captures WHERE id = ?", [capture_id]))))


def _source(run: Run, row: dict[str, Any]) -> tuple[Source, str | None]:
    via = tuple(map(url_key, json.loads(row["via"] or "[]")))
    source = Source(row["id"], run, row["url_key"], row["final_url"], clock.parse(row["captured_at"]), via)
    return source, row["encoding"]


def note_move(db: Database, source: Source) -> None:
    """A known address redirected to an article that is already here and unchanged."""
    with transaction(db):
        if article_id := article_at(db, source.run.outlet_id, source.url_key):
            link_moved(db, source, article_id)


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A kept page of an article: what is needed to read it again. url: what answered; article_url: where the article
    now lives; timezone: the outlet's."""

    capture_id: int
    url: str
    article_url: str
    captured_at: str
    encoding: str | None
    outlet: str
    timezone: str


# the page that first showed the newest version
_KEPT_PAGE = (
    "SELECT captures.id AS capture_id, captures.final_url AS url, articles.url AS article_url, captures.captured_at,"
    " captures.encoding, outlets.name AS outlet, outlets.timezone FROM articles"
    " JOIN outlets ON outlets.id = articles.outlet_id JOIN versions ON versions.id = articles.current_version_id"
    " JOIN captures ON captures.id = versions.capture_id"
)


def pages_of(db: Database, outlet: str) -> list[KeptPage]:
    """The pages that first showed the newest version of each of the outlet's articles.

    Raises UnknownOutlet when the archive has none of that name.
    """
    if not db.execute("SELECT 1 FROM outlets WHERE name = ?", [outlet]).fetchone():
        names = ", ".join(row[0] for row in db.execute("SELECT name FROM outlets ORDER BY name"))
        raise UnknownOutlet(f"the archive has no outlet {outlet}. It has: {names or 'none'}")
    rows = db.query(f"{_KEPT_PAGE} WHERE outlets.name = ? ORDER BY articles.id", [outlet])
    return [KeptPage(**row) for row in rows]


def page_of(db: Database, article_id: int) -> KeptPage:
    """The page that first showed the newest version of an article."""
    return KeptPage(**next(iter(db.query(f"{_KEPT_PAGE} WHERE articles.id = ?", [article_id]))))
