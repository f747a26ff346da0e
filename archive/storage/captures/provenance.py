"""Provenance of the text of each version: capture, payload digest, extractor."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from archive.storage.damaged_rows import readable_values
from archive.storage.integrity.column_validation import usable


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
