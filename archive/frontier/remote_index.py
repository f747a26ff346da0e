"""Index of captures that other archives offer of an outlet: requested once, a page at a time, and taken one by one. A
backfill can be stopped or killed at any moment and resumed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive.model import clock
from archive.storage.connection import transaction

MAX_TRIES = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """A capture that another archive has. place: its locator there; digest: in that archive's notation."""

    url: str
    captured_at: datetime
    place: str
    digest: str | None = None
    id: int = 0


def listed(db: Database, outlet_id: int, archive: str, query: str) -> tuple[bool, str | None]:
    """Whether a listing is complete, and else the key of its next page; None where it has not begun."""
    row = db.execute(
        "SELECT next_page FROM offer_pages WHERE outlet_id = ? AND archive = ? AND query = ?",
        [outlet_id, archive, query],
    ).fetchone()
    return (row is not None and row[0] is None), (row[0] if row else None)


def note_page(
    db: Database, outlet_id: int, archive: str, query: str, offers: Iterable[Offer], next_page: str | None,
    moment: datetime,
) -> int:  # fmt: skip
    """Stores a page of a listing, and the key of the next one (None: it was the last), in one transaction. Returns how
    many offers were new."""
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
            [outlet_id, archive, query, next_page, clock.stamp(moment)],
        )
    return new


def open_offers(db: Database, outlet_id: int, archive: str, tries: int, after_id: int, limit: int) -> list[Offer]:
    """Offers not taken yet that failed so many times, in the order in which they were listed."""
    rows = db.execute(
        "SELECT url, captured_at, place, digest, id FROM offers WHERE outlet_id = ? AND archive = ? AND id > ?"
        " AND taken_at IS NULL AND tries = ? ORDER BY id LIMIT ?",
        [outlet_id, archive, after_id, tries, limit],
    )
    return [_offer(*row) for row in rows.fetchall()]


def last_taken(db: Database, outlet_id: int, archive: str) -> Offer | None:
    """The offer whose capture came last; None where none has come."""
    row = db.execute(
        "SELECT url, captured_at, place, digest, id FROM offers WHERE outlet_id = ? AND archive = ?"
        " AND taken_at IS NOT NULL ORDER BY taken_at DESC, id DESC LIMIT 1",
        [outlet_id, archive],
    ).fetchone()
    return _offer(*row) if row else None


def _offer(url: str, captured_at: str, place: str, digest: str | None, number: int) -> Offer:
    return Offer(url, clock.parse(captured_at), place, digest, number)


def open_count(db: Database, outlet_id: int, archive: str) -> int:
    row = db.execute(
        "SELECT count(*) FROM offers WHERE outlet_id = ? AND archive = ? AND taken_at IS NULL AND tries < ?",
        [outlet_id, archive, MAX_TRIES],
    ).fetchone()
    return int(row[0])


def note_taken(db: Database, offer: Offer, moment: datetime, detail: str) -> None:
    """Marks an offer as taken. Call inside the transaction that keeps its capture."""
    db.execute("UPDATE offers SET taken_at = ?, detail = ? WHERE id = ?", [clock.stamp(moment), detail, offer.id])


def note_failed(db: Database, offer: Offer, detail: str) -> None:
    """Counts a failed attempt; after three an offer is not tried again."""
    with transaction(db):
        db.execute("UPDATE offers SET tries = tries + 1, detail = ? WHERE id = ?", [detail, offer.id])


def note_refused(db: Database, offer: Offer) -> None:
    """Lets an offer wait behind others, and never gives it up: the archive was busy."""
    with transaction(db):
        db.execute("UPDATE offers SET tries = min(tries + 1, ?) WHERE id = ?", [MAX_TRIES - 1, offer.id])
