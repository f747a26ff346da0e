"""Which addresses and articles belong together: what must be looked at when an article is told anew.

An address belongs to the articles it was ever an address of, to what it redirected to, and to what redirected to it. A
list page that dead articles redirect to belongs to none of them: only those of its captures count that follow one of
their redirects.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlite_utils import Database

from archive import clock
from archive.records import Capture
from archive.store.readable import readable
from archive.store.withdrawn import is_withdrawn
from archive.urls import url_key


@dataclass(frozen=True, slots=True)
class Past:
    """A capture as the archive holds it. capture: without its headers, its body a single byte where it had one."""

    id: int
    url_key: str
    capture: Capture
    outcome: str
    body_id: int | None
    digest: str
    revisit_of: int | None
    run_id: int

    @property
    def place(self) -> tuple[object, ...]:
        """Its place in time. Of one second, what was led to comes after what led there; beyond that the order is any,
        but always the same one, whatever the captures' numbers are."""
        one = self.capture
        return (one.captured_at, len(one.via), one.requested_url, one.final_url, one.status, self.digest)


@dataclass(slots=True)
class Kin:
    """Addresses and articles that belong together. lists: addresses that some of them redirected to and that never
    were an article's."""

    keys: set[str] = field(default_factory=set)
    articles: set[int] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)


def kin_of(db: Database, outlet_id: int, keys: Iterable[str]) -> Kin:
    """All that belongs to these addresses, withdrawn articles excepted."""
    kin, waiting = Kin(), set(keys)
    while waiting:
        key = waiting.pop()
        if key in kin.keys or is_withdrawn(db, outlet_id, key):
            continue
        kin.keys.add(key)
        kin.lists.discard(key)
        for article_id in _articles_at(db, outlet_id, key) - kin.articles:
            kin.articles.add(article_id)
            waiting |= _addresses(db, article_id)
        for target in _targets(db, outlet_id, key) - kin.keys:
            if _articles_at(db, outlet_id, target) or _is_unsettled(db, outlet_id, target):
                waiting.add(target)
            else:
                kin.lists.add(target)
        waiting |= _leading(db, outlet_id, key) - kin.keys
    return kin


def _articles_at(db: Database, outlet_id: int, key: str) -> set[int]:
    rows = db.execute(
        "SELECT article_id FROM aliases JOIN articles ON articles.id = article_id WHERE aliases.outlet_id = ?1"
        " AND aliases.url_key = ?2 AND withdrawn_at IS NULL"
        " UNION SELECT id FROM articles WHERE outlet_id = ?1 AND url_key = ?2 AND withdrawn_at IS NULL",
        [outlet_id, key],
    )
    return {int(row[0]) for row in rows.fetchall()}


def _is_unsettled(db: Database, outlet_id: int, key: str) -> bool:
    row = db.execute("SELECT 1 FROM unsettled WHERE outlet_id = ? AND url_key = ?", [outlet_id, key]).fetchone()
    return row is not None


def _addresses(db: Database, article_id: int) -> set[str]:
    rows = db.execute(
        "SELECT url_key FROM aliases WHERE article_id = ?1 UNION SELECT url_key FROM articles WHERE id = ?1"
        " OR moved_to_id = ?1 OR id = (SELECT moved_to_id FROM articles WHERE id = ?1)",
        [article_id],
    )
    return {str(row[0]) for row in rows.fetchall()}


def _targets(db: Database, outlet_id: int, key: str) -> set[str]:
    """Where an address ever redirected to inside the site."""
    rows = db.execute(
        "SELECT DISTINCT final_url FROM captures WHERE outlet_id = ? AND url_key = ? AND outcome = 'redirect'",
        [outlet_id, key],
    )
    return {url_key(row[0]) for row in rows.fetchall()}


def _leading(db: Database, outlet_id: int, key: str) -> set[str]:
    """Addresses that ever redirected to one, or are said to."""
    finals = db.execute(
        "SELECT DISTINCT final_url FROM captures WHERE outlet_id = ? AND url_key = ?", [outlet_id, key]
    ).fetchall()
    found: set[str] = set()
    for (url,) in finals:
        hops = db.execute(
            "SELECT url_key FROM captures INDEXED BY captures_redirects"
            " WHERE outlet_id = ? AND final_url = ? AND outcome = 'redirect'",
            [outlet_id, url],
        )
        found |= {str(row[0]) for row in hops.fetchall()}
    rows = db.execute(
        "SELECT DISTINCT via FROM captures WHERE outlet_id = ? AND url_key = ? AND via IS NOT NULL", [outlet_id, key]
    )
    return found | {url_key(url) for (via,) in rows.fetchall() for url in json.loads(via)}


def past_of(db: Database, outlet_id: int, kin: Kin) -> list[Past]:
    """All captures of kin, in order of time, and those of its list pages that follow a redirect of it."""
    own = [past for key in kin.keys for past in _captures(db, outlet_id, key)]
    shown = [past for key in kin.lists for past in _following(_captures(db, outlet_id, key), own, kin.keys)]
    return sorted((*own, *shown), key=lambda past: past.place)


def _following(pages: list[Past], own: list[Past], keys: set[str]) -> list[Past]:
    """Of a list page, the captures that say so themselves, and those just before and after each redirect to it."""
    chosen = {page.id: page for page in pages if keys & set(map(url_key, page.capture.via))}
    for hop in own:
        if hop.outcome != "redirect" or not pages or url_key(hop.capture.final_url) != pages[0].url_key:
            continue
        before = max((page for page in pages if page.place <= hop.place), key=lambda page: page.place, default=None)
        after = min((page for page in pages if page.place > hop.place), key=lambda page: page.place, default=None)
        chosen |= {page.id: page for page in (before, after) if page}
    return list(chosen.values())


def _captures(db: Database, outlet_id: int, key: str) -> list[Past]:
    rows = db.query(
        "SELECT captures.id, requested_url, final_url, captured_at, status, outcome, encoding, body_id, digest,"
        " revisit_of, via, run_id FROM captures LEFT JOIN bodies ON bodies.id = body_id"
        " WHERE outlet_id = ? AND url_key = ?",
        [outlet_id, key],
    )
    return list(readable(rows, "captures", lambda row: _past(key, *row.values())))


def _past(
    key: str, number: int, requested: str, final: str, at: str, status: int, outcome: str, encoding: str | None,
    body_id: int | None, digest: str | None, revisit_of: int | None, via: str | None, run_id: int,
) -> Past:  # fmt: skip
    if status == 304:  # it confirms what its address had brought by then, whatever that is taken for now
        body_id, digest = None, None
    capture = Capture(
        requested, final, clock.parse(at), status,
        body=b"-" if body_id is not None else None, encoding=encoding, via=tuple(json.loads(via or "[]")),
    )  # fmt: skip
    return Past(number, key, capture, outcome, body_id, digest or "", revisit_of, run_id)
