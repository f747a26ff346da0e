"""Queues a page's links and reschedules the page: the last step of ingestion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archive.frontier import capacity, pattern_store, url_queue
from archive.frontier.change_signals import bring_forward, note_pictures, note_words
from archive.frontier.url_patterns import LIKELY
from archive.frontier.url_queue import Noted
from archive.model.records import Link, PageKind, Reading, Run, Unreadable
from archive.model.urls import same_site
from archive.pipeline.ingest import Arrival, Ingested
from archive.storage import connection
from archive.storage.connection import Database

_LISTS = frozenset({"listing", "home"})


def discover(db: Database, run: Run, arrival: Arrival, ingested: Ingested, links: Sequence[Link], at: datetime) -> int:
    """Notes the links of a page, and when it is due again; returns how many links were never seen before.

    The page is not done before this: a run that is killed earlier leaves it due, so that its links are not lost.
    """
    key, url, filed = arrival.source.url_key, arrival.source.url, ingested.filed
    with connection.transaction(db):
        left_out_before = capacity.left_out(db, run).total()
        noted = url_queue.note_links(db, run, url, links, at)
        fresh = noted.fresh
        first = url_queue.is_new(db, run, key)
        _learn_yield(db, run, url, noted, links, first=first)
        kind = kind_of(ingested.reading, bool(links), len(fresh))
        news = filed is not None and filed.outcome in ("new", "edited")
        url_queue.reschedule(db, run, key, at, news=news, fresh=len(fresh), kind=kind, links_of=arrival.body_id)
        bring_forward(db, run, key, at)
        if isinstance(ingested.reading, Unreadable) and ingested.reading.teasers:
            note_pictures(db, run, ingested.reading.teasers, at)
        if first and isinstance(ingested.reading, Reading):
            note_words(db, run, key, ingested.reading, at)
        if capacity.left_out(db, run).total() > left_out_before:
            capacity.name_again(db, run, key, at)
    return len(fresh)


def _learn_yield(db: Database, run: Run, page_url: str, noted: Noted, links: Sequence[Link], *, first: bool) -> None:
    """Counts what pages of this URL pattern link to: whether following them is worth while."""
    if first or noted.fresh:
        known = [link.url for link in links if link.url not in noted.promise]
        promise = {**noted.promise, **pattern_store.article_probability_of(db, run, known)}
        likely = {url for url, share in promise.items() if share > LIKELY}
        pattern_store.note_yield(db, run, page_url, sum(link.url in likely for link in noted.fresh), likely)


def note_sitemaps(db: Database, run: Run, robots_url: str, urls: Sequence[str], at: datetime) -> None:
    """Queues the sitemaps that a robots.txt names, except those on other sites."""
    own_sitemaps = [Link(url, "sitemap-index") for url in urls if same_site(url, run.outlet.hosts)]
    with connection.transaction(db):
        url_queue.note_links(db, run, robots_url, own_sitemaps, at)


def kind_of(reading: Reading | Unreadable | None, leads_on: bool, fresh: int) -> PageKind | None:
    """What a page turned out to be; None where that is unknown. A feed or a sitemap is not HTML and has links."""
    if isinstance(reading, Reading):
        return "article"
    if reading is not None and (reading.reason in _LISTS or (reading.reason == "not-html" and leads_on) or fresh):
        return "list"
    return None


def links_are_noted(db: Database, run: Run, arrival: Arrival) -> bool:
    """Whether the links of the page that was brought or confirmed have been noted: a run may have been killed after it
    kept the page and before it noted them."""
    return url_queue.links_are_noted(db, run, arrival.source.url_key, arrival.body_id)
