"""Reads stored HTTP exchanges (headers and payload), and what became of an article's URLs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from archive.model.capture_validation import allowed_request_headers
from archive.model.errors import UnknownCapture
from archive.model.records import Headers, header_of
from archive.model.validation import json_pairs
from archive.storage.clock_corrections import CORRECTED_TIME
from archive.storage.integrity.column_validation import usable
from archive.storage.payloads import get_body
from archive.storage.sqlite_errors import readable_value, readable_values


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
class Tombstone:
    """A disappearance of an article; returned_at: None while it is gone. capture: the one that found it; None where no
    capture has that time."""

    gone_at: str
    reason: str
    returned_at: str | None
    capture: int | None = None


def tombstones_of(db: Database, article_id: int) -> list[Tombstone]:
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
    return list(readable_values(rows, "tombstones", lambda row: Tombstone(**row)))
