"""Reads stored captures for extraction, with their outlets and pages, and the source of each reading."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from archive.model import clock
from archive.model.errors import UnknownOutlet
from archive.model.records import Outlet, Run
from archive.model.urls import host_of, url_key
from archive.storage.histories.related_urls import hosts_of
from archive.storage.integrity.column_validation import usable
from archive.storage.sqlite_errors import readable_value, readable_values, unreadable_row


@dataclass(frozen=True, slots=True)
class Source:
    """The capture a reading was made from. `via`: keys of the URLs that redirected here."""

    capture_id: int
    run: Run
    url_key: str
    url: str
    captured_at: datetime
    via: tuple[str, ...] = ()


def article_at(db: Database, outlet_id: int, key: str) -> int | None:
    """The article that has this URL key as an alias; None when there is none."""
    row = db.execute("SELECT article_id FROM aliases WHERE outlet_id = ? AND url_key = ?", [outlet_id, key]).fetchone()
    return int(row[0]) if row else None


COLUMNS = "id, url_key, final_url, captured_at, via, encoding"
"""Columns of `captures` that `source_from` needs, and the charset in the HTTP header."""


def unread(db: Database, run: Run) -> list[tuple[Source, str | None]]:
    """Captures of the run's outlet that brought a page and that no extractor has read, oldest first, each with the
    charset in its HTTP header."""
    rows = db.query(
        f"SELECT {COLUMNS} FROM captures WHERE outlet_id = ? AND outcome = 'fresh'"
        " AND NOT EXISTS (SELECT 1 FROM readings WHERE readings.capture_id = captures.id)"
        " AND (outlet_id, url_key) NOT IN (SELECT outlet_id, url_key FROM unsettled) ORDER BY captured_at, id",
        [run.outlet_id],
    )
    return list(readable_values(rows, "captures", lambda row: (source_from(run, row), row["encoding"])))


def source_of(db: Database, run: Run, capture_id: int) -> tuple[Source, str | None]:
    """One capture, to be read again, with the charset in its HTTP header."""
    row = next(iter(db.query(f"SELECT {COLUMNS} FROM captures WHERE id = ?", [capture_id])))
    return readable_value(row, "captures", lambda row: (source_from(run, row), row["encoding"]))


def source_from(run: Run, row: dict[str, Any]) -> Source:
    """Makes a Source from a row of `captures`."""
    via = tuple(map(url_key, json.loads(row["via"] or "[]")))
    return Source(row["id"], run, row["url_key"], row["final_url"], clock.parse(row["captured_at"]), via)


def redirecting_here(db: Database, run: Run, url: str) -> tuple[str, ...]:
    """Keys of the URLs whose latest capture redirects to this one."""
    rows = db.execute(
        "SELECT url_key FROM captures AS hop INDEXED BY captures_redirects"
        " WHERE outlet_id = ? AND outcome = 'redirect' AND final_url = ?"
        " AND NOT EXISTS (SELECT 1 FROM captures AS later WHERE later.outlet_id = hop.outlet_id"
        " AND later.url_key = hop.url_key AND (later.captured_at, later.id) > (hop.captured_at, hop.id))",
        [run.outlet_id, url],
    )
    return tuple(dict.fromkeys(row[0] for row in rows.fetchall()))


def outlets_of(db: Database, name: str | None = None) -> list[Run]:
    """All outlets of the archive, or one, each in a Run with id 0 that is no crawl: for reading captures again.

    Raises UnknownOutlet when the archive has none of that name.
    """
    rows = db.query("SELECT id, name, title, home_url, timezone FROM outlets ORDER BY name")
    runs = list(readable_values(rows, "outlets", lambda row: _run_of(db, **row)))
    chosen = [run for run in runs if name in (None, run.outlet.name)]
    if name and not chosen:
        names = ", ".join(run.outlet.name for run in runs) or "none"
        raise UnknownOutlet(f"the archive has no outlet {name}. It has: {names}")
    return chosen


def _run_of(db: Database, id: int, name: str, title: str, home_url: str, timezone: str) -> Run:
    """Its hosts are that of its home page, and those on which its articles live or lived: only the outlet's spider
    knows them for sure."""
    hosts = tuple(dict.fromkeys([host_of(home_url), *hosts_of(db, id)]))
    return Run(0, id, Outlet(name, title, home_url, hosts, timezone))


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A stored page of an article, for reading it again. url: the one that answered; article_url: the article's present
    URL; timezone: the outlet's."""

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
    outlets_of(db, outlet)
    rows = db.query(f"{_KEPT_PAGE} WHERE outlets.name = ? ORDER BY articles.url_key", [outlet])
    return list(readable_values(rows, "captures", lambda row: KeptPage(**row)))


def page_of(db: Database, article_id: int) -> KeptPage:
    """The page that first showed the newest version of an article."""
    row = next(iter(db.query(f"{_KEPT_PAGE} WHERE articles.id = ?", [article_id])), None)
    if row is None:
        raise unreadable_row(f"articles {article_id}", "its newest version has no page")
    return readable_value(row, "captures", lambda row: KeptPage(**row))


def versions_at(db: Database, outlet_id: int, keys: Iterable[str]) -> list[tuple[int, str]]:
    """The versions of all articles that ever had one of these URL keys: versions.id, and the article's present URL."""
    versions: dict[int, str] = {}
    for key in keys:
        rows = db.execute(
            "SELECT versions.id, articles.url FROM aliases JOIN articles ON articles.id = aliases.article_id"
            " JOIN versions ON versions.article_id = articles.id"
            " WHERE aliases.outlet_id = ? AND aliases.url_key = ? AND withdrawn_at IS NULL ORDER BY versions.id",
            [outlet_id, key],
        )
        versions |= dict(rows.fetchall())
    return sorted(versions.items())


@dataclass(frozen=True, slots=True)
class Provenance:
    """One version and the capture its text was read in. Times as in clock.py; body_digest is that of the page's bytes,
    text_digest that of the text, both as stored."""

    version: int
    first_seen_at: str
    last_seen_at: str
    capture: int
    captured_at: str
    requested_url: str
    final_url: str
    status: int
    body_digest: str | None
    text_digest: str
    extractor: str


def provenance_of(db: Database, article_id: int) -> dict[int, Provenance]:
    """The provenance of all versions of an article, by version number, oldest first."""
    rows = db.query(
        "SELECT versions.number AS version, versions.first_seen_at, version_spans.last_seen_at, captures.id AS capture,"
        " captures.captured_at, captures.requested_url, captures.final_url, captures.status,"
        " bodies.digest AS body_digest, texts.row_digest AS text_digest, extractors.name AS extractor FROM versions"
        " JOIN version_spans ON version_spans.version_id = versions.id"
        " JOIN active_texts ON active_texts.version_id = versions.id JOIN texts ON texts.id = active_texts.text_id"
        " JOIN extractors ON extractors.id = texts.extractor_id JOIN captures ON captures.id = texts.capture_id"
        " LEFT JOIN bodies ON bodies.id = captures.body_id WHERE versions.article_id = ? ORDER BY versions.number",
        [article_id],
    )
    versions = readable_values(rows, "versions", lambda row: Provenance(**usable("captures", row)))
    return {version.version: version for version in versions}
