"""Which article a reading belongs to.

An address we know answers first. A redirect from a known address, a declared canonical address or an identical text
can say so too, but only where the text agrees: papers redirect dead articles to other articles, and some declare one
canonical address on every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive import clock
from archive.edits import reading_digest, resembles
from archive.records import Reading, Run
from archive.store.texts import from_row
from archive.urls import same_site, url_key

# A shorter text may well stand under two addresses without being the same article.
_TWIN_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Source:
    """The capture a reading was made from. `via`: keys of the addresses that redirected here."""

    capture_id: int
    run: Run
    url_key: str
    url: str
    captured_at: datetime
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LatestVersion:
    """An article's latest version, with its active reading and the newest capture that was read as it."""

    id: int
    article_id: int
    number: int
    reading: Reading


def latest_version(db: Database, source: Source, reading: Reading) -> LatestVersion | None:
    """The latest version of the article a reading belongs to; None when the article is new."""
    if own := article_at(db, source.run.outlet_id, source.url_key):
        return _latest(db, own)
    for article_id in _claimants(db, source, reading):
        latest = _latest(db, article_id)
        if resembles(latest.reading, reading):
            return latest
    return None


def _claimants(db: Database, source: Source, reading: Reading) -> Iterator[int]:
    """Articles whose address redirected here or is declared here, and articles of the same text."""
    for key in [*source.via, *_declared_key(source, reading)]:
        if article_id := article_at(db, source.run.outlet_id, key):
            yield article_id
    if len(reading.text) >= _TWIN_LENGTH:
        for (article_id,) in db.execute(
            "SELECT articles.id FROM versions JOIN articles ON articles.current_version_id = versions.id"
            " WHERE versions.digest = ? AND articles.outlet_id = ?",
            [reading_digest(reading), source.run.outlet_id],
        ).fetchall():
            yield article_id


def article_at(db: Database, outlet_id: int, key: str) -> int | None:
    """The article an address stands for."""
    row = db.execute("SELECT article_id FROM aliases WHERE outlet_id = ? AND url_key = ?", [outlet_id, key]).fetchone()
    return int(row[0]) if row else None


def _declared_key(source: Source, reading: Reading) -> list[str]:
    declared = reading.canonical_url
    return [url_key(declared)] if declared and same_site(declared, source.run.outlet.hosts) else []


def _latest(db: Database, article_id: int) -> LatestVersion:
    row = next(
        iter(
            db.query(
                "SELECT versions.id AS version_id, versions.number, texts.*, extractors.name AS extractor FROM articles"
                " JOIN versions ON versions.id = articles.current_version_id"
                " JOIN active_texts ON active_texts.version_id = versions.id"
                " JOIN texts ON texts.id = active_texts.text_id"
                " JOIN extractors ON extractors.id = texts.extractor_id WHERE articles.id = ?",
                [article_id],
            )
        )
    )
    return LatestVersion(row["version_id"], article_id, row["number"], from_row(row, row["extractor"]))


def claim_addresses(db: Database, source: Source, reading: Reading, article_id: int) -> tuple[str, str]:
    """Makes the addresses of a reading the article's, where they are not another article's already, and returns key
    and address under which the article now lives: the declared one if it is its own, else the one that answered.
    An article whose address redirected here and is not this one has moved here."""
    declared = _declared_key(source, reading)
    for key in [source.url_key, *source.via, *declared]:
        db.execute(
            "INSERT INTO aliases (outlet_id, url_key, article_id, since) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [source.run.outlet_id, key, article_id, clock.stamp(source.captured_at)],
        )
    link_moved(db, source, article_id)
    if declared and reading.canonical_url and article_at(db, source.run.outlet_id, declared[0]) == article_id:
        return declared[0], reading.canonical_url
    return source.url_key, source.url


def link_moved(db: Database, source: Source, article_id: int) -> None:
    """Articles whose address redirects to another article have moved there. Call inside a transaction."""
    for key in source.via:
        former = article_at(db, source.run.outlet_id, key)
        if former not in (None, article_id):
            db.execute(
                "UPDATE articles SET moved_to_id = ?, gone_since = ?, gone_reason = ?"
                " WHERE id = ? AND gone_since IS NULL",
                [article_id, clock.stamp(source.captured_at), f"redirected to {source.url}", former],
            )
