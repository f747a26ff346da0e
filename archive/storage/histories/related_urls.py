"""Collects related addresses and articles and reads their captures: all that a history is derived from. Walks an
archive URL by URL, to derive its histories again.

An address is related to the articles it was ever an alias of, to the targets of its redirects, and to the addresses
that redirected to it. A list page to which dead articles redirect is related to none of them: only its captures around
one of their redirects count. Addresses on other domains, and with another query, may be an article's too
(article_identity.py).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter

from sqlite_utils import Database

from archive.history import UrlCapture
from archive.history.article_identity import are_domains, number_in, page_of, parts_of
from archive.history.facts import Answer, gone_reason
from archive.model import clock
from archive.model.urls import url_key
from archive.storage.connection import rows_of
from archive.storage.integrity.column_validation import readable_values
from archive.storage.schema_views import CORRECTED_TIME
from archive.storage.withdrawals import is_withdrawn

_ANSWER_OF: dict[str, Answer] = {
    "fresh": "page", "revisit": "page", "not-modified": "confirmed", "gone": "gone", "redirect": "redirect",
    "error": "error",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredCapture:
    """A stored capture. capture: the fact for archive.history, not read yet; root: the capture whose bytes it repeats,
    as known when it was recorded."""

    capture: UrlCapture
    outcome: str
    encoding: str | None
    body_id: int | None
    root: int | None
    run_id: int

    @property
    def id(self) -> int:
        """captures.id."""
        return self.capture.id

    @property
    def key(self) -> str:
        """The key of the requested address."""
        return self.capture.key


_BY_TIME = attrgetter("capture.sort_key")


@dataclass(slots=True)
class RelatedUrls:
    """Related addresses and articles. lists: addresses that some of them redirected to and that never were an
    article's."""

    keys: set[str] = field(default_factory=set)
    articles: set[int] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)


def related_urls_of(db: Database, outlet_id: int, keys: Iterable[str]) -> RelatedUrls:
    """All addresses and articles related to these, except withdrawn articles."""
    related = RelatedUrls()
    extend_related(db, outlet_id, related, keys)
    return related


def extend_related(db: Database, outlet_id: int, related: RelatedUrls, keys: Iterable[str]) -> RelatedUrls:
    """Adds to related addresses all that are related to some more. Returns what is new."""
    former, queue = RelatedUrls(set(related.keys), set(related.articles)), set(keys)
    while queue:
        key = queue.pop()
        if key in related.keys or is_withdrawn(db, outlet_id, key):
            continue
        related.keys.add(key)
        related.lists.discard(key)
        for article_id in _articles_at(db, outlet_id, key) - related.articles:
            related.articles.add(article_id)
            queue |= _addresses_of(db, article_id)
        rows = _redirects(db, outlet_id, key)
        targets = {_key(url) for url, outcome, _ in rows if outcome == "redirect"}
        for target in set(filter(None, targets)) - related.keys:
            if _articles_at(db, outlet_id, target) or is_pending(db, outlet_id, target):
                queue.add(target)
            else:
                related.lists.add(target)
        queue |= _redirect_sources(db, outlet_id, rows) - related.keys
    return RelatedUrls(related.keys - former.keys, related.articles - former.articles)


def _articles_at(db: Database, outlet_id: int, key: str) -> set[int]:
    rows = db.execute(
        "SELECT article_id FROM aliases JOIN articles ON articles.id = article_id WHERE aliases.outlet_id = ?1"
        " AND aliases.url_key = ?2 AND withdrawn_at IS NULL"
        " UNION ALL SELECT id FROM articles WHERE outlet_id = ?1 AND url_key = ?2 AND withdrawn_at IS NULL",
        [outlet_id, key],
    )
    return {int(row[0]) for row in rows.fetchall()}


def is_pending(db: Database, outlet_id: int, key: str) -> bool:
    """Whether an address is queued in `unsettled`, to be rebuilt."""
    row = db.execute("SELECT 1 FROM unsettled WHERE outlet_id = ? AND url_key = ?", [outlet_id, key]).fetchone()
    return row is not None


def _addresses_of(db: Database, article_id: int) -> set[str]:
    """The addresses of an article, of the one it has moved to, and of those that have moved to it."""
    rows = db.execute(
        "SELECT url_key FROM aliases WHERE article_id = ?1 UNION ALL SELECT url_key FROM articles"
        " WHERE id IN (?1, (SELECT moved_to_id FROM articles WHERE id = ?1))"
        " UNION ALL SELECT url_key FROM articles WHERE moved_to_id = ?1",
        [article_id],
    )
    return {str(row[0]) for row in rows.fetchall()}


def _redirects(db: Database, outlet_id: int, key: str) -> list[tuple[str, str, str | None]]:
    """Where the captures of an address ended, with their outcomes, and by which redirects they got there."""
    # the index by address: without the hint SQLite takes that of redirects, and reads all of the outlet's
    query = "SELECT final_url, outcome, via FROM captures INDEXED BY captures_url WHERE outlet_id = ? AND url_key = ?"
    return list(dict.fromkeys(db.execute(query, [outlet_id, key]).fetchall()))


def _key(url: str) -> str | None:
    """The key of a redirect's target; None if it is no valid address, which an old archive may hold."""
    try:
        return url_key(url)
    except ValueError:
        return None


def _redirect_sources(db: Database, outlet_id: int, rows: Iterable[tuple[str, str, str | None]]) -> set[str]:
    """Addresses that ever redirected to an address, by their own captures or by its `via`. rows: its _redirects."""
    sources: set[str] = set()
    for final_url in {url for url, _, _ in rows}:
        hops = db.execute(
            "SELECT url_key FROM captures INDEXED BY captures_redirects"
            " WHERE outlet_id = ? AND final_url = ? AND outcome = 'redirect'",
            [outlet_id, final_url],
        )
        sources |= {str(row[0]) for row in hops.fetchall()}
    return sources | {url_key(url) for _, _, via in rows for url in json.loads(via or "[]")}


def captures_of(
    db: Database, outlet_id: int, related: RelatedUrls, known: Collection[StoredCapture] = ()
) -> list[StoredCapture]:
    """All captures of related URLs, and those of its list pages around a redirect, in order of time. known: all those
    of some of these URLs, read already."""
    unread = related.keys - {past.key for past in known}
    own_captures = [*known, *(past for key in unread for past in _read_captures(db, outlet_id, key))]
    list_captures = [
        past
        for key in related.lists
        for past in _around_redirects(_read_captures(db, outlet_id, key), own_captures, related.keys)
    ]
    return sorted((*own_captures, *list_captures), key=_BY_TIME)


def _around_redirects(
    pages: list[StoredCapture], own_captures: list[StoredCapture], keys: set[str]
) -> list[StoredCapture]:
    """Of a list page, the captures reached through a redirect, and those just before and after each redirect to it."""
    chosen = {page.id: page for page in pages if keys & set(page.capture.via)}
    for hop in own_captures:
        if hop.outcome != "redirect" or not pages or hop.capture.leads_to != pages[0].key:
            continue
        sort_key = hop.capture.sort_key
        before = max((page for page in pages if page.capture.sort_key <= sort_key), key=_BY_TIME, default=None)
        after = min((page for page in pages if page.capture.sort_key > sort_key), key=_BY_TIME, default=None)
        chosen |= {page.id: page for page in (before, after) if page}
    return list(chosen.values())


def _read_captures(db: Database, outlet_id: int, key: str) -> list[StoredCapture]:
    rows = rows_of(
        db,
        f"SELECT captures.id, requested_url, final_url, {CORRECTED_TIME} AS captured_at, status, captures.outcome,"
        " encoding, body_id, digest, revisit_of, via, run_id FROM captures JOIN runs ON runs.id = run_id"
        " LEFT JOIN bodies ON bodies.id = body_id"
        " WHERE captures.outlet_id = ? AND url_key = ?",
        [outlet_id, key],
    )
    return list(readable_values(rows, "captures", lambda row: _past_from_row(key, *row.values())))


def _past_from_row(
    key: str, capture_id: int, requested_url: str, final_url: str, captured_at: str, status: int, outcome: str,
    encoding: str | None, body_id: int | None, digest: str | None, root: int | None, via: str | None, run_id: int,
) -> StoredCapture:  # fmt: skip
    if status == 304:  # it confirms what its address had brought by then, whatever body is stored with it
        body_id, digest = None, None
    capture = UrlCapture(
        capture_id, key, final_url, clock.parse(captured_at), _ANSWER_OF[outcome],
        via=tuple(map(url_key, json.loads(via or "[]"))),
        leads_to=_key(final_url) if outcome == "redirect" else None,
        reason=gone_reason(status, final_url) if outcome == "gone" else "",
        requested_url=requested_url, status=status, digest=digest or "",
    )  # fmt: skip
    return StoredCapture(capture, outcome, encoding, body_id, root, run_id)


def first_of(pasts: Iterable[StoredCapture]) -> Iterator[tuple[int, int]]:
    """For each capture that brought a page, the first of consecutive captures with the same bytes: (id, first id)."""
    last: dict[str, StoredCapture] = {}
    for past in pasts:
        if past.capture.answer == "page" and past.body_id is not None:
            before = last.get(past.key)
            first = before if before and before.body_id == past.body_id else past
            last[past.key] = first
            yield past.id, first.id


_HAS_CAPTURES = "SELECT 1 FROM captures WHERE outlet_id = ? AND url_key = ? LIMIT 1"
_MOST_SAME_NUMBER = 2  # addresses with one number; if there are more, the number identifies no article

# A loose index scan: from each host to the first address after all of its own, which go on with a slash (before "0") or
# a question mark (before "@"), so it takes as many index look-ups as there are hosts.
_HOST = "substr(url_key, 1, min(instr(url_key || '/', '/'), instr(url_key || '?', '?')) - 1)"
_FIRST = f"SELECT {_HOST} FROM aliases WHERE outlet_id = ?1"
_HOSTS = f"""
WITH RECURSIVE known(host) AS (
  SELECT ({_FIRST} ORDER BY url_key LIMIT 1)
  UNION ALL
  SELECT coalesce(
    ({_FIRST} AND url_key >= known.host || '0' AND url_key < known.host || '?' ORDER BY url_key LIMIT 1),
    ({_FIRST} AND url_key >= known.host || '@' ORDER BY url_key LIMIT 1))
  FROM known WHERE host IS NOT NULL
)
SELECT host FROM known WHERE host IS NOT NULL
"""


def hosts_of(db: Database, outlet_id: int) -> list[str]:
    """The hosts of all addresses (aliases) of an outlet's articles."""
    return [row[0] for row in db.execute(_HOSTS, [outlet_id]).fetchall()]


def moved_keys(db: Database, outlet_id: int, key: str, hosts: Sequence[str]) -> set[str]:
    """Addresses on the outlet's other domains with the same path, or with the same article number in it, and those with
    the same path and another query. hosts: its hosts_of."""
    own_host, path = parts_of(key)
    keys = _same_page(db, outlet_id, key)
    for host in hosts if path else ():
        if are_domains(own_host, host):
            keys |= {host + path} if db.execute(_HAS_CAPTURES, [outlet_id, host + path]).fetchone() else set()
            keys |= _same_number(db, outlet_id, host, number_in(key))
    return keys


def _same_page(db: Database, outlet_id: int, key: str) -> set[str]:
    page = page_of(key)
    if page is None:
        return set()
    rows = db.execute(
        "SELECT url_key FROM aliases WHERE outlet_id = ?1 AND url_key = ?2 UNION SELECT url_key FROM aliases"
        " WHERE outlet_id = ?1 AND url_key >= ?2 || '?' AND url_key < ?2 || '@'",
        [outlet_id, page],
    )
    return {str(row[0]) for row in rows.fetchall()} - {key}


def _same_number(db: Database, outlet_id: int, host: str, number: str | None) -> set[str]:
    if number is None:
        return set()
    rows = db.execute(
        "SELECT url_key FROM aliases WHERE outlet_id = ? AND url_key >= ? || '/' AND url_key < ? || '0'"
        " AND instr(url_key, ?) UNION SELECT url_key FROM aliases WHERE outlet_id = ? AND url_key >= ? || '?'"
        " AND url_key < ? || '@' AND instr(url_key, ?)",
        [outlet_id, host, host, number] * 2,
    )
    keys = {row[0] for row in rows.fetchall() if number_in(row[0]) == number}
    return keys if len(keys) <= _MOST_SAME_NUMBER else set()


_BATCH_SIZE = 500
_URL_KEYS = """
SELECT url_key FROM captures WHERE outlet_id = ?1 AND url_key > ?2
UNION SELECT url_key FROM aliases WHERE outlet_id = ?1 AND url_key > ?2
UNION SELECT url_key FROM articles WHERE outlet_id = ?1 AND url_key > ?2
ORDER BY 1 LIMIT ?3
"""
_COUNT = """
SELECT count(*) FROM (SELECT outlet_id, url_key FROM captures UNION SELECT outlet_id, url_key FROM aliases
  UNION SELECT outlet_id, url_key FROM articles)
"""
_OTHER_ADDRESS = """
SELECT 1 FROM aliases JOIN articles ON articles.id = article_id AND articles.outlet_id = ?1 AND withdrawn_at IS NULL
WHERE aliases.outlet_id = ?1 AND aliases.url_key = ?2 AND articles.url_key <> ?2 AND NOT EXISTS (
  SELECT 1 FROM aliases AS own WHERE own.outlet_id = ?1 AND own.url_key = articles.url_key
  AND own.article_id <> articles.id)
"""


def addresses(db: Database, outlet_id: int, after: str = "", last: str | None = None) -> Iterator[str]:
    """The URL keys of all captures, aliases and articles of an outlet, in order: from one after a key to the last."""
    while batch := db.execute(_URL_KEYS, [outlet_id, after, _BATCH_SIZE]).fetchall():
        for (key,) in batch:
            if last is not None and key > last:
                return
            yield str(key)
        after = batch[-1][0]


def parts(db: Database, size: int) -> Iterator[tuple[int, str, str]]:
    """The addresses of all outlets, so many at a time: outlets.id, the key before the first, the last key."""
    for (outlet_id,) in db.execute("SELECT id FROM outlets ORDER BY name").fetchall():
        after, keys = "", addresses(db, outlet_id)
        while part := list(islice(keys, size)):
            yield int(outlet_id), after, part[-1]
            after = part[-1]


def is_compared_elsewhere(db: Database, outlet_id: int, key: str) -> bool:
    """Whether an address is only another one of an article whose own address leads to no other article: it is compared
    with that."""
    return db.execute(_OTHER_ADDRESS, [outlet_id, key]).fetchone() is not None


def address_count(db: Database) -> int:
    """How many `addresses` all outlets have."""
    return int(db.execute(_COUNT).fetchone()[0])
