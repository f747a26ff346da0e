"""Filing: a reading becomes a new article, the next version of one, or the confirmation of the version we have.

Readings are compared only under one extractor: before a reading is filed, whoever files makes sure (see ingest.py) that
the article's latest version has been read by the same one.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from archive import clock
from archive.edits import changed_fields, reading_digest
from archive.records import Filed, Reading, Unreadable
from archive.store import frontier
from archive.store.connection import transaction
from archive.store.identity import LatestVersion, Source, article_at, claim_addresses, latest_version
from archive.store.keep import bury, mark_seen
from archive.store.texts import to_row

# A page that answers 200 at an article's address and says one of these has buried the article.
_BURIALS = frozenset({"soft-404", "home"})


def file(db: Database, source: Source, reading: Reading | Unreadable) -> Filed:
    """Files what was read in a capture, in one transaction."""
    extractor = extractor_id(db, reading.extractor, source.captured_at)
    with transaction(db):
        if isinstance(reading, Unreadable):
            return _file_unreadable(db, source, reading, extractor)
        latest = latest_version(db, source, reading)
        filed, version_id, article_id = _place(db, source, reading, extractor, latest)
        _record_reading(db, source, extractor, reading.kind, None, version_id)
        _settle(db, source, reading, filed, article_id)
    return filed


def _place(
    db: Database, source: Source, reading: Reading, extractor: int, latest: LatestVersion | None
) -> tuple[Filed, int, int]:
    """What the reading became, with the ids of its version and its article."""
    if latest is None:
        article_id = _open_article(db, source, reading)
        version_id = _insert_version(db, source, reading, extractor, article_id, 1, None)
        return Filed("new", article_id, 1), version_id, article_id
    article_id = latest.article_id
    if changed := changed_fields(latest.reading, reading):
        number = latest.number + 1
        version_id = _insert_version(db, source, reading, extractor, article_id, number, ", ".join(changed))
        return Filed("edited", article_id, number), version_id, article_id
    return Filed("unchanged", article_id, latest.number), latest.id, article_id


def retell(db: Database, version_id: int, capture_id: int, reading: Reading, at: datetime) -> None:
    """Gives a version the text that another extractor reads in its capture. Number, first-seen time and digest stay."""
    extractor = extractor_id(db, reading.extractor, at)
    with transaction(db):
        _put_text(db, version_id, capture_id, extractor, reading)
        db.execute(
            "UPDATE versions SET headline = ?, byline = ?, section = ?, published_at = ?, modified_at = ? WHERE id = ?",
            [*_narrow(reading), version_id],
        )


def last_capture_of(db: Database, version_id: int) -> int:
    """The newest capture whose bytes were read as this version."""
    (capture_id,) = db.execute("SELECT max(capture_id) FROM readings WHERE version_id = ?", [version_id]).fetchone()
    return int(capture_id)


def extractor_id(db: Database, name: str, at: datetime) -> int:
    """The row of an extractor, registered on first use."""
    if row := db.execute("SELECT id FROM extractors WHERE name = ?", [name]).fetchone():
        return int(row[0])
    cursor = db.execute("INSERT INTO extractors (name, first_used_at) VALUES (?, ?)", [name, clock.stamp(at)])
    return int(cursor.lastrowid or 0)


def _file_unreadable(db: Database, source: Source, refusal: Unreadable, extractor: int) -> Filed:
    """A page that is no article buries the article that stood at its address, if the page says so, and those whose
    addresses redirected to it."""
    _record_reading(db, source, extractor, refusal.reason, refusal.detail or None, None)
    told = dict.fromkeys(source.via, f"redirected to {source.url}, which is no article")
    if refusal.reason in _BURIALS:
        told[source.url_key] = f"the page became: {refusal.reason}"
    buried = [bury(db, source.run.outlet_id, key, source.captured_at, reason) for key, reason in told.items()]
    frontier.settle(db, source.run, source.url_key, source.captured_at, changed=any(buried))
    return Filed("unreadable", article_at(db, source.run.outlet_id, source.url_key), buried=any(buried))


def _open_article(db: Database, source: Source, reading: Reading) -> int:
    moment = clock.stamp(source.captured_at)
    cursor = db.execute(
        "INSERT INTO articles (outlet_id, url_key, url, headline, first_seen_at, changed_at, last_seen_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [source.run.outlet_id, source.url_key, source.url, reading.headline, moment, moment, moment],
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
    cursor = db.execute(
        f"INSERT INTO texts ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
    )
    db.execute(
        "INSERT INTO active_texts (version_id, text_id) VALUES (?, ?)"
        " ON CONFLICT (version_id) DO UPDATE SET text_id = excluded.text_id",
        [version_id, cursor.lastrowid],
    )
    _put_images(db, version_id, capture_id, reading)


def _put_images(db: Database, version_id: int, capture_id: int, reading: Reading) -> None:
    db.execute("DELETE FROM version_images WHERE version_id = ?", [version_id])
    for position, image in enumerate(reading.images, 1):
        db.execute(
            "INSERT INTO images (url, first_seen_at) SELECT ?, captured_at FROM captures WHERE id = ?"
            " ON CONFLICT DO NOTHING",
            [image.url, capture_id],
        )
        db.execute(
            "INSERT INTO version_images (version_id, position, image_id, caption, credit, caption_raw, alt)"
            " SELECT ?, ?, id, ?, ?, ?, ? FROM images WHERE url = ?",
            [version_id, position, image.caption, image.credit, image.caption_raw, image.alt, image.url],
        )


def _record_reading(
    db: Database, source: Source, extractor: int, kind: str, detail: str | None, version_id: int | None
) -> None:
    db.execute(
        "INSERT INTO readings (capture_id, extractor_id, kind, detail, version_id) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [source.capture_id, extractor, kind, detail, version_id],
    )


def _settle(db: Database, source: Source, reading: Reading, filed: Filed, article_id: int) -> None:
    """Brings the article's row, its addresses and the frontier up to date."""
    key, url = claim_addresses(db, source, reading, article_id)
    mark_seen(db, source.run.outlet_id, source.url_key, source.captured_at)
    frontier.settle(db, source.run, source.url_key, source.captured_at, changed=filed.outcome != "unchanged")
    db.execute(
        "UPDATE articles SET headline = ?, byline = ?, section = ?, published_at = ?, url_key = ?, url = ?"
        " WHERE id = ?",
        [*_narrow(reading)[:4], key, url, article_id],
    )
