"""Reads stored captures: for extraction, with their outlets and pages; as HTTP exchanges, with headers and payload;
the provenance of versions, and what became of an article's URLs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from archive.model import clock
from archive.model.capture_validation import allowed_request_headers
from archive.model.errors import UnknownCapture, UnknownOutlet
from archive.model.records import Headers, Outlet, Run, header_of
from archive.model.urls import host_of, url_key
from archive.model.validation import json_pairs
from archive.storage.histories.related_urls import hosts_of
from archive.storage.integrity.column_validation import readable_value, readable_values, unreadable_row, usable
from archive.storage.schema_views import CORRECTED_TIME


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


@dataclass(frozen=True, slots=True)
class Exchange:
    """A stored HTTP exchange. outcome: see captures.outcome; encoding: the charset in the HTTP header, if any. digest,
    size: of the payload it brought or confirmed; revisit_of: the capture whose bytes it confirms. articles: those whose
    versions were read in it, or in the capture it confirms, as (article, version, headline). outlet: the paper's own
    name. withdrawn: its article was withdrawn, and the payload is not here."""

    id: int
    run_id: int
    outlet: str
    timezone: str
    requested_url: str
    final_url: str
    captured_at: str
    status: int
    outcome: str
    encoding: str | None
    revisit_of: int | None
    digest: str | None
    size: int | None
    request: Headers
    response: Headers
    articles: tuple[tuple[int, int, str], ...]
    withdrawn: bool

    def header(self, name: str) -> str:
        """The first response header of that name, ignoring case; empty when there is none."""
        return header_of(self.response, name) or ""


def exchange(db: Database, capture_id: int) -> Exchange:
    """One capture with its headers. Raises UnknownCapture when there is none with that id."""
    rows = db.query(
        "SELECT captures.id, run_id, outlets.title AS outlet, outlets.timezone, requested_url, final_url, captured_at,"
        " status, outcome, encoding, revisit_of, bodies.digest, bodies.size,"
        " coalesce(bodies.codec IN ('withheld', 'destroyed'), 0) AS withdrawn,"
        " coalesce(headers.request, '[]') AS request, coalesce(headers.response, '[]') AS response"
        " FROM captures JOIN outlets ON outlets.id = captures.outlet_id"
        " LEFT JOIN bodies ON bodies.id = captures.body_id LEFT JOIN headers ON headers.capture_id = captures.id"
        " WHERE captures.id = ?",
        [capture_id],
    )
    row = next(iter(rows), None)
    if row is None:
        raise UnknownCapture(f"the archive has no capture {capture_id}")
    headers = usable("headers", row, capture_id)
    row |= {
        "request": allowed_request_headers(json_pairs(headers["request"])),
        "response": json_pairs(headers["response"]),
    }
    row |= {"withdrawn": bool(row["withdrawn"]), "articles": _articles(db, row["revisit_of"] or capture_id)}
    return readable_value(row, "captures", lambda row: Exchange(**row))


def _articles(db: Database, capture_id: int) -> tuple[tuple[int, int, str], ...]:
    rows = db.execute(
        "SELECT DISTINCT versions.article_id, versions.number, versions.headline FROM readings"
        " JOIN versions ON versions.id = readings.version_id WHERE readings.capture_id = ? ORDER BY 1, 2",
        [capture_id],
    )
    return tuple((int(article), int(number), str(headline)) for article, number, headline in rows.fetchall())


def payload(db: Database, capture_id: int) -> bytes | None:
    """The bytes a capture brought or confirmed; None when there were none, or when they were withheld or destroyed.

    Raises UnknownCapture when there is none with that id, ArchiveDamaged when the bytes cannot be decompressed.
    """
    from archive.storage.stored_bodies import get_body  # imported late: decompressors

    row = db.execute("SELECT body_id FROM captures WHERE id = ?", [capture_id]).fetchone()
    if row is None:
        raise UnknownCapture(f"the archive has no capture {capture_id}")
    return get_body(db, row[0]) if row[0] is not None else None


@dataclass(frozen=True, slots=True)
class CaptureRow:
    """One capture of an article, with the requested URL."""

    id: int
    captured_at: str
    status: int
    outcome: str
    requested_url: str


def captures_of(db: Database, article_id: int, limit: int) -> list[CaptureRow]:
    """The captures at all URLs of an article, the latest first."""
    rows = db.query(
        "SELECT captures.id, captured_at, status, outcome, requested_url FROM aliases JOIN captures"
        " ON captures.outlet_id = aliases.outlet_id AND captures.url_key = aliases.url_key"
        " WHERE aliases.article_id = ? ORDER BY captures.id DESC LIMIT ?",
        [article_id, limit],
    )
    return list(readable_values(rows, "captures", lambda row: CaptureRow(**row)))


def asked_for(db: Database, capture_id: int) -> list[tuple[int, str]]:
    """The articles whose URL a capture requested, whatever came, with their headlines: a 404, for one, does not show
    which they are."""
    rows = db.execute(
        "SELECT DISTINCT articles.id, articles.headline FROM captures JOIN aliases"
        " ON captures.outlet_id = aliases.outlet_id AND captures.url_key = aliases.url_key"
        " JOIN articles ON articles.id = aliases.article_id WHERE captures.id = ? AND withdrawn_at IS NULL",
        [capture_id],
    )
    return [(int(article_id), str(headline)) for article_id, headline in rows.fetchall()]


@dataclass(frozen=True, slots=True)
class CapturedTombstone:
    """A disappearance of an article; returned_at: None while it is gone. capture: the one that found it; None where no
    capture has that time."""

    gone_at: str
    reason: str
    returned_at: str | None
    capture: int | None = None


def tombstones_of(db: Database, article_id: int) -> list[CapturedTombstone]:
    """Every disappearance of an article, the earliest first."""
    rows = db.query(
        "SELECT gone_at, reason, returned_at, (SELECT captures.id FROM aliases JOIN captures"
        " ON captures.outlet_id = aliases.outlet_id AND captures.url_key = aliases.url_key"
        " JOIN runs ON runs.id = captures.run_id"
        f" WHERE aliases.article_id = tombstones.article_id AND {CORRECTED_TIME} = gone_at"
        " ORDER BY captures.outcome = 'gone' DESC, captures.id LIMIT 1) AS capture"
        " FROM tombstones WHERE article_id = ? ORDER BY id",
        [article_id],
    )
    return list(readable_values(rows, "tombstones", lambda row: CapturedTombstone(**row)))
