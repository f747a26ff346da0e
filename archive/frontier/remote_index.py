"""What another archive says it has of an outlet: asked once, a page at a time, and taken one by one, so that a backfill
can be stopped or killed at any moment and goes on where it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive.model import clock
from archive.storage.connection import transaction

_MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """A capture another archive has. place: how it is asked for there; digest: as that archive writes it."""

    url: str
    captured_at: datetime
    place: str
    digest: str | None = None
    id: int = 0


def listed(db: Database, outlet_id: int, archive: str, query: str) -> tuple[bool, str | None]:
    """Whether a listing is done, and else the key of its next page; None where it is to be begun."""
    row = db.execute(
        "SELECT next_page FROM offer_pages WHERE outlet_id = ? AND archive = ? AND query = ?",
        [outlet_id, archive, query],
    ).fetchone()
    return (row is not None and row[0] is None), (row[0] if row else None)


def note_page(
    db: Database, outlet_id: int, archive: str, query: str, offers: Iterable[Offer], next_page: str | None, at: datetime
) -> int:
    """Writes down a page of a listing, and where the next one begins (None: it was the last), in one transaction.
    Returns how many offers were new."""
    new = 0
    with transaction(db):
        for offer in offers:
            new += db.execute(
                "INSERT INTO offers (outlet_id, archive, url, captured_at, place, digest) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                [outlet_id, archive, offer.url, clock.stamp(offer.captured_at), offer.place, offer.digest],
            ).rowcount
        db.execute(
            "INSERT INTO offer_pages (outlet_id, archive, query, next_page, asked_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET next_page = excluded.next_page, asked_at = excluded.asked_at",
            [outlet_id, archive, query, next_page, clock.stamp(at)],
        )
    return new


def open_offers(db: Database, outlet_id: int, archive: str, after: int, limit: int) -> list[Offer]:
    """Offers that were not taken yet, in the order in which they were listed."""
    rows = db.execute(
        "SELECT url, captured_at, place, digest, id FROM offers WHERE outlet_id = ? AND archive = ? AND id > ?"
        " AND taken_at IS NULL AND tries < ? ORDER BY id LIMIT ?",
        [outlet_id, archive, after, _MOST_TRIES, limit],
    )
    return [Offer(url, clock.parse(at), place, digest, number) for url, at, place, digest, number in rows.fetchall()]


def open_count(db: Database, outlet_id: int, archive: str) -> int:
    """How many."""
    row = db.execute(
        "SELECT count(*) FROM offers WHERE outlet_id = ? AND archive = ? AND taken_at IS NULL AND tries < ?",
        [outlet_id, archive, _MOST_TRIES],
    ).fetchone()
    return int(row[0])


def note_taken(db: Database, offer: Offer, at: datetime, detail: str) -> None:
    """It was taken. Call inside the transaction that keeps it."""
    db.execute("UPDATE offers SET taken_at = ?, detail = ? WHERE id = ?", [clock.stamp(at), detail, offer.id])


def note_failed(db: Database, offer: Offer, detail: str) -> None:
    """It could not be had; after three times it is left alone."""
    with transaction(db):
        db.execute("UPDATE offers SET tries = tries + 1, detail = ? WHERE id = ?", [detail, offer.id])
