"""Which article a reading belongs to, and which of its addresses speaks for it.

The address an article lives at (articles.url_key) answers first. Any other address, a redirect, a declared canonical
address or an identical text can only propose an article; the readings must agree too, for papers redirect dead articles
to other ones, declare one canonical address on every page, and use headlines again. Only the address an article lives
at opens versions: a copy for phones, a second page or a print leaves pictures out without an edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive import clock
from archive.edits import reading_digest, resembles
from archive.records import Outlet, Reading, Run
from archive.store.keep import is_home, raise_tombstone
from archive.store.texts import from_row
from archive.urls import print_kind, same_site, url_key

TWIN_LENGTH = 200
"""A shorter text may well stand under two addresses without being the same article."""


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
    """An article's latest version with its active reading, and where the article lives."""

    id: int
    article_id: int
    number: int
    url_key: str
    url: str
    reading: Reading


def latest_version(db: Database, source: Source, reading: Reading) -> LatestVersion | None:
    """The latest version of the article a reading belongs to; None when the article is new."""
    for article_id in dict.fromkeys(candidates(db, source, reading)):
        latest = _latest(db, article_id)
        if latest is None:  # withdrawn
            continue
        if latest.url_key == source.url_key or resembles(latest.reading, reading):
            return latest
    return None


def speaks_for(source: Source, latest: LatestVersion) -> bool:
    """Whether this address shows the article's state: it lives here, has moved here, or says it belongs here."""
    return latest.url_key in (source.url_key, *source.via) or source.url_key in declared_key(
        latest.reading, source.run.outlet
    )


def declared_key(reading: Reading, outlet: Outlet) -> tuple[str, ...]:
    """The key of the canonical address a page declares; none when it is the home page's or another site's."""
    declared = reading.canonical_url
    if not declared or not same_site(declared, outlet.hosts) or is_home(declared, outlet):
        return ()
    return (url_key(declared),)


def candidates(db: Database, source: Source, reading: Reading) -> Iterator[int]:
    """Articles known at this address, at one that redirected here or is declared here, and those of the same text."""
    outlet_id = source.run.outlet_id
    for key in (source.url_key, *source.via, *declared_key(reading, source.run.outlet)):
        if article_id := article_at(db, outlet_id, key):
            yield article_id
    if len(reading.text) >= TWIN_LENGTH:
        digest = reading_digest(reading)
        yield from (row[0] for row in db.execute(_TWINS, [digest, outlet_id, digest, outlet_id]).fetchall())


# Under the digest of the text that is shown now, or of the first text the version had. The plus keeps SQLite from
# beginning with all articles of the outlet instead of with the digest: every new article would cost more than the last.
_TWINS = (
    "SELECT articles.id FROM texts"
    " JOIN active_texts ON active_texts.version_id = texts.version_id AND active_texts.text_id = texts.id"
    " JOIN articles ON articles.current_version_id = active_texts.version_id"
    " WHERE texts.digest = ? AND +articles.outlet_id = ?"
    " UNION SELECT articles.id FROM versions JOIN articles ON articles.current_version_id = versions.id"
    " WHERE versions.digest = ? AND +articles.outlet_id = ?"
)


def article_at(db: Database, outlet_id: int, key: str) -> int | None:
    """The article an address stands for."""
    row = db.execute("SELECT article_id FROM aliases WHERE outlet_id = ? AND url_key = ?", [outlet_id, key]).fetchone()
    return int(row[0]) if row else None


def withdrawn_twin(db: Database, source: Source, reading: Reading) -> int | None:
    """The withdrawn article whose very words these are, at another address; None when there is none."""
    row = db.execute(
        "SELECT articles.id FROM texts JOIN versions ON versions.id = texts.version_id"
        " JOIN articles ON articles.id = versions.article_id"
        " WHERE texts.digest = ? AND outlet_id = ? AND withdrawn_at IS NOT NULL",
        [reading_digest(reading), source.run.outlet_id],
    ).fetchone()
    return int(row[0]) if row else None


def _latest(db: Database, article_id: int) -> LatestVersion | None:
    rows = db.query(
        "SELECT versions.id AS version_id, versions.number, articles.url_key, articles.url AS article_url, texts.*,"
        " extractors.name AS extractor FROM articles JOIN versions ON versions.id = articles.current_version_id"
        " JOIN active_texts ON active_texts.version_id = versions.id JOIN texts ON texts.id = active_texts.text_id"
        " JOIN extractors ON extractors.id = texts.extractor_id WHERE articles.id = ?",
        [article_id],
    )
    if (row := next(iter(rows), None)) is None:
        return None
    reading = from_row(row, row["extractor"])
    return LatestVersion(row["version_id"], article_id, row["number"], row["url_key"], row["article_url"], reading)


def claim_addresses(db: Database, source: Source, reading: Reading, article_id: int) -> bool:
    """Makes this address the article's, and those that led or are declared here, where they are nobody's yet. Returns
    whether an article that lived at one of them turned out to have moved here. Call inside a transaction."""
    since, outlet_id = clock.stamp(source.captured_at), source.run.outlet_id
    db.execute(
        "INSERT INTO aliases (outlet_id, url_key, article_id, since, kind) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET article_id = excluded.article_id",
        [outlet_id, source.url_key, article_id, since, print_kind(source.url_key) or "address"],
    )
    ways = [(key, "redirect") for key in source.via]
    for key, way in ways + [(key, "canonical") for key in declared_key(reading, source.run.outlet)]:
        db.execute(
            "INSERT INTO aliases (outlet_id, url_key, article_id, since, kind) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [outlet_id, key, article_id, since, print_kind(key) or way],
        )
    return link_moved(db, source, article_id)


def link_moved(db: Database, source: Source, article_id: int) -> bool:
    """Articles that lived where it now redirects to another article have moved there; whether there were any. Call
    inside a transaction."""
    reason = f"redirected to {source.url}"
    moved = [
        row[0]
        for key in source.via
        for row in db.execute(
            "UPDATE articles SET moved_to_id = ?, gone_since = ?, gone_reason = ?"
            " WHERE outlet_id = ? AND url_key = ? AND id <> ? AND gone_since IS NULL RETURNING id",
            [article_id, clock.stamp(source.captured_at), reason, source.run.outlet_id, key, article_id],
        ).fetchall()
    ]
    for former in moved:
        raise_tombstone(db, former, source.captured_at, reason)
    return bool(moved)
