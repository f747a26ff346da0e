"""Filing: a reading becomes a new article, the next version of one, or the confirmation of the version we have.

Readings are compared only under one extractor: before a reading is filed, whoever files makes sure (see ingest.py) that
the article's latest version has been read by the same one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from archive import clock
from archive.edits import changed_fields, reading_digest
from archive.records import Filed, Reading, Unreadable
from archive.store.connection import transaction
from archive.store.identity import (
    LatestVersion,
    Source,
    article_at,
    claim_addresses,
    latest_version,
    speaks_for,
    withdrawn_twin,
)
from archive.store.keep import bury, mark_seen
from archive.store.measure import measure, note_size
from archive.store.pictures import put_images
from archive.store.texts import to_row
from archive.store.withdraw import absorb

# What a page must be for those that redirect to it to be gone.
_NO_ARTICLE = frozenset({"listing", "home", "soft-404"})
# A page that answers 200 at an article's address and says one of these has buried the article.
_BURIALS = frozenset({"soft-404", "home"})


def file(db: Database, source: Source, reading: Reading | Unreadable, *, seen: bool = True) -> Filed:
    """Files what was read in a capture, in one transaction. With seen=False, the capture is no sign that the article is
    there: it has been found gone since."""
    with transaction(db):
        extractor = extractor_id(db, reading.extractor, source.captured_at)
        if isinstance(reading, Unreadable):
            return _file_unreadable(db, source, reading, extractor)
        if hidden := withdrawn_twin(db, source, reading):
            return _file_withdrawn(db, source, reading, extractor, hidden)
        latest = latest_version(db, source, reading)
        filed, version_id = _place(db, source, reading, extractor, latest)
        assert filed.article_id is not None
        record_reading(db, source, extractor, reading.kind, None, version_id, dict(reading.origins).get("rules"))
        moved = claim_addresses(db, source, reading, filed.article_id)
        if latest is not None and speaks_for(source, latest):
            _settle_article(db, source, reading, filed.article_id)
            if seen:
                mark_seen(db, source.run.outlet_id, source.url_key, source.captured_at)
    return replace(filed, buried=moved)


def _file_withdrawn(db: Database, source: Source, reading: Reading, extractor: int, article_id: int) -> Filed:
    """The words of a withdrawn article at another address are withdrawn with it."""
    record_reading(db, source, extractor, reading.kind, "withdrawn", None)
    absorb(db, article_id, source.run.outlet_id, source.url_key, source.captured_at)
    return Filed("unchanged", article_id)


def _place(
    db: Database, source: Source, reading: Reading, extractor: int, latest: LatestVersion | None
) -> tuple[Filed, int | None]:
    """What the reading became, with the id of the version it shows: none when it is another print of the article, or
    when the two were not read by the same extractor and cannot be compared."""
    if latest is None:
        article_id = _open_article(db, source, reading)
        return Filed("new", article_id, 1), _insert_version(db, source, reading, extractor, article_id, 1, None)
    unchanged = Filed("unchanged", latest.article_id, latest.number)
    if latest.reading.extractor != reading.extractor:
        return unchanged, None
    changed = changed_fields(latest.reading, reading)
    if not changed:
        return unchanged, latest.id
    if not speaks_for(source, latest):
        return unchanged, None
    number = latest.number + 1
    version_id = _insert_version(db, source, reading, extractor, latest.article_id, number, ", ".join(changed))
    note_size(db, version_id, latest.reading, reading)
    return Filed("edited", latest.article_id, number), version_id


def is_burial(kind: str) -> bool:
    """Whether a page of this kind is where papers send readers of articles that are gone."""
    return kind in _NO_ARTICLE


def retell(db: Database, version_id: int, capture_id: int, reading: Reading, at: datetime) -> None:
    """Gives a version the text that another extractor reads in its capture, and its article's row, where that is the
    present version; and so those that only a replaced picture opened, whose words are the same. Number, first-seen
    time and digest stay."""
    with transaction(db):
        extractor = extractor_id(db, reading.extractor, at)
        for told in (version_id, *_sharing_words(db, version_id, extractor)):
            _put_text(db, told, capture_id, extractor, reading)
            db.execute(
                "UPDATE versions SET headline = ?, byline = ?, section = ?, published_at = ?, modified_at = ?"
                " WHERE id = ?",
                [*_narrow(reading), told],
            )
            db.execute(
                "UPDATE articles SET headline = ?, byline = ?, section = ?, published_at = ?"
                " WHERE current_version_id = ?",
                [*_narrow(reading)[:4], told],
            )
            measure(db, told)


def _sharing_words(db: Database, version_id: int, extractor: int) -> list[int]:
    """Versions that share the words of this one and that the extractor has not told in a capture of their own."""
    rows = db.execute(
        "SELECT id FROM versions WHERE words_of = ? AND NOT EXISTS"
        " (SELECT 1 FROM texts WHERE texts.version_id = versions.id AND extractor_id = ?)",
        [version_id, extractor],
    )
    return [row[0] for row in rows.fetchall()]


def extractor_id(db: Database, name: str, at: datetime) -> int:
    """The row of an extractor, registered on first use. Call inside a transaction."""
    if row := db.execute("SELECT id FROM extractors WHERE name = ?", [name]).fetchone():
        return int(row[0])
    cursor = db.execute("INSERT INTO extractors (name, first_used_at) VALUES (?, ?)", [name, clock.stamp(at)])
    return int(cursor.lastrowid or 0)


def _file_unreadable(db: Database, source: Source, refusal: Unreadable, extractor: int) -> Filed:
    """A page that says it is no article buries the article that lived at its address, if it says that this one is gone,
    and those whose addresses redirected to it. A wall or a page we could not read says nothing."""
    record_reading(db, source, extractor, refusal.reason, refusal.detail or None, None)
    told = (
        dict.fromkeys(source.via, f"redirected to {source.url}, which is no article")
        if is_burial(refusal.reason)
        else {}
    )
    told.pop(source.url_key, None)
    if refusal.reason in _BURIALS:
        told[source.url_key] = f"the page became: {refusal.reason}"
    buried = [bury(db, source.run.outlet_id, key, source.captured_at, reason) for key, reason in told.items()]
    return Filed("unreadable", article_at(db, source.run.outlet_id, source.url_key), buried=any(buried))


def _open_article(db: Database, source: Source, reading: Reading) -> int:
    moment = clock.stamp(source.captured_at)
    cursor = db.execute(
        "INSERT INTO articles (outlet_id, url_key, url, first_seen_at, changed_at, last_seen_at, headline, byline,"
        " section, published_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [source.run.outlet_id, source.url_key, source.url, moment, moment, moment, *_narrow(reading)[:4]],
    )
    return int(cursor.lastrowid or 0)


def _insert_version(
    db: Database, source: Source, reading: Reading, extractor: int, article_id: int, number: int, changed: str | None
) -> int:
    moment = clock.stamp(source.captured_at)
    cursor = db.execute(
        "INSERT INTO versions (article_id, number, capture_id, first_seen_at, digest, changed,"
        " headline, byline, section, published_at, modified_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [article_id, number, source.capture_id, moment, reading_digest(reading), changed, *_narrow(reading)],
    )
    version_id = int(cursor.lastrowid or 0)
    _put_text(db, version_id, source.capture_id, extractor, reading)
    db.execute(
        "UPDATE articles SET current_version_id = ?, version_count = ?, changed_at = ? WHERE id = ?",
        [version_id, number, moment, article_id],
    )
    return version_id


def _narrow(reading: Reading) -> list[str | None]:
    """The columns of `versions` that a better reading of the same capture may correct."""
    return [
        reading.headline,
        reading.byline,
        reading.section,
        clock.claimed(reading.published_at),
        clock.claimed(reading.modified_at),
    ]


def _put_text(db: Database, version_id: int, capture_id: int, extractor: int, reading: Reading) -> None:
    row = {"version_id": version_id, "extractor_id": extractor, "capture_id": capture_id, **to_row(reading)}
    db.execute(  # the row is there already where an extractor that was given up is taken up again
        f"INSERT INTO texts ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) ON CONFLICT DO NOTHING",
        list(row.values()),
    )
    db.execute(
        "INSERT INTO active_texts (version_id, text_id)"
        " SELECT version_id, id FROM texts WHERE version_id = ? AND extractor_id = ?"
        " ON CONFLICT (version_id) DO UPDATE SET text_id = excluded.text_id",
        [version_id, extractor],
    )
    put_images(db, version_id, capture_id, reading)


def record_reading(
    db: Database,
    source: Source,
    extractor: int,
    kind: str,
    detail: str | None,
    version_id: int | None,
    rules: str | None = None,
) -> None:
    """Notes what an extractor saw in a capture, once. Call inside a transaction."""
    db.execute(
        "INSERT INTO readings (capture_id, extractor_id, kind, detail, version_id, rules) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [source.capture_id, extractor, kind, detail, version_id, rules],
    )


def _settle_article(db: Database, source: Source, reading: Reading, article_id: int) -> None:
    """Brings the article's row up to date: what it says, and that it lives here."""
    db.execute(
        "UPDATE articles SET headline = ?, byline = ?, section = ?, published_at = ?, url_key = ?, url = ?"
        " WHERE id = ?",
        [*_narrow(reading)[:4], source.url_key, source.url, article_id],
    )
