"""What an answer was, and where it leads: the last step of a page's walk, with which its address is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from archive import store
from archive.ingest import Arrival, Ingested
from archive.records import Link, PageKind, Reading, Run, Unreadable

_LISTS = frozenset({"listing", "home"})


def discover(db: Database, run: Run, arrival: Arrival, ingested: Ingested, links: Sequence[Link], at: datetime) -> int:
    """Notes the links of a page, and when it is due again; returns how many links were never seen before.

    Only with this is the page done: a run that is killed before leaves it due, so that its links are not lost.
    """
    key, filed = arrival.source.url_key, ingested.filed
    with store.transaction(db):
        fresh = store.note_links(db, run, arrival.source.url, links, at)
        kind = kind_of(ingested.reading, bool(links), fresh)
        news = filed is not None and filed.outcome in ("new", "edited")
        store.settle(db, run, key, at, news=news, fresh=fresh, kind=kind, links_of=arrival.body_id)
    return fresh


def kind_of(reading: Reading | Unreadable | None, leads_on: bool, fresh: int) -> PageKind | None:
    """What a page turned out to be; None where it does not tell. A feed or a sitemap is no page and leads on."""
    if isinstance(reading, Reading):
        return "article"
    if reading is not None and (reading.reason in _LISTS or (reading.reason == "not-html" and leads_on) or fresh):
        return "list"
    return None


def links_are_noted(db: Database, run: Run, arrival: Arrival) -> bool:
    """Whether the links of the page that was brought or confirmed have been noted: a run that was killed may have kept
    it and not come to them."""
    return store.links_are_noted(db, run, arrival.source.url_key, arrival.body_id)
