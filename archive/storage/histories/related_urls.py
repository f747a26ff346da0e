"""Which addresses and articles belong together, and what their captures say: all that a history is derived from.

An address belongs to the articles it was ever an address of, to what it redirected to, and to what redirected to it. A
list page that dead articles redirect to belongs to none of them: only those of its captures count that follow one of
their redirects.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlite_utils import Database

from archive.history import Look
from archive.history.facts import Answer
from archive.history.responses import gone_reason
from archive.model import clock
from archive.model.urls import url_key
from archive.storage.clock_corrections import SEEN_AT
from archive.storage.connection import rows_of
from archive.storage.damaged_rows import readable
from archive.storage.withdrawals.withdrawal_lookup import is_withdrawn

_ANSWERS: dict[str, Answer] = {
    "fresh": "page", "revisit": "page", "not-modified": "confirmed", "gone": "gone", "redirect": "redirect",
    "error": "error",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Past:
    """A capture as the archive holds it. look: the fact, not read yet; root: the capture whose bytes it brought again,
    as was known when it came."""

    look: Look
    outcome: str
    encoding: str | None
    body_id: int | None
    root: int | None
    run_id: int

    @property
    def id(self) -> int:
        """Its number."""
        return self.look.id

    @property
    def key(self) -> str:
        """The address that was asked."""
        return self.look.key


@dataclass(slots=True)
class RelatedUrls:
    """Addresses and articles that belong together. lists: addresses that some of them redirected to and that never
    were an article's."""

    keys: set[str] = field(default_factory=set)
    articles: set[int] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)


def related_urls_of(db: Database, outlet_id: int, keys: Iterable[str]) -> RelatedUrls:
    """All that belongs to these addresses, withdrawn articles excepted."""
    kin, waiting = RelatedUrls(), set(keys)
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
    return set(filter(None, (_key(row[0]) for row in rows.fetchall())))


def _key(url: str) -> str | None:
    """The key of where a redirect led; None for what is no address, which an archive of before may hold."""
    try:
        return url_key(url)
    except ValueError:
        return None


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


def past_of(db: Database, outlet_id: int, kin: RelatedUrls) -> list[Past]:
    """All captures of kin, in order of time, and those of its list pages that follow a redirect of it."""
    own = [past for key in kin.keys for past in _captures(db, outlet_id, key)]
    shown = [past for key in kin.lists for past in _following(_captures(db, outlet_id, key), own, kin.keys)]
    return sorted((*own, *shown), key=lambda past: past.look.place)


def _following(pages: list[Past], own: list[Past], keys: set[str]) -> list[Past]:
    """Of a list page, the captures that say so themselves, and those just before and after each redirect to it."""
    chosen = {page.id: page for page in pages if keys & set(page.look.via)}
    for hop in own:
        if hop.outcome != "redirect" or not pages or hop.look.leads_to != pages[0].key:
            continue
        place = hop.look.place
        before = max((page for page in pages if page.look.place <= place), key=_place, default=None)
        after = min((page for page in pages if page.look.place > place), key=_place, default=None)
        chosen |= {page.id: page for page in (before, after) if page}
    return list(chosen.values())


def _place(past: Past) -> tuple[object, ...]:
    return past.look.place


def _captures(db: Database, outlet_id: int, key: str) -> list[Past]:
    rows = rows_of(
        db,
        f"SELECT captures.id, requested_url, final_url, {SEEN_AT} AS captured_at, status, captures.outcome,"
        " encoding, body_id, digest, revisit_of, via, run_id FROM captures JOIN runs ON runs.id = run_id"
        " LEFT JOIN bodies ON bodies.id = body_id"
        " WHERE captures.outlet_id = ? AND url_key = ?",
        [outlet_id, key],
    )
    return list(readable(rows, "captures", lambda row: _past(key, *row.values())))


def _past(
    key: str, number: int, asked: str, final: str, at: str, status: int, outcome: str, encoding: str | None,
    body_id: int | None, digest: str | None, root: int | None, via: str | None, run_id: int,
) -> Past:  # fmt: skip
    if status == 304:  # it confirms what its address had brought by then, whatever that is taken for now
        body_id, digest = None, None
    look = Look(
        number, key, final, clock.parse(at), _ANSWERS[outcome], via=tuple(map(url_key, json.loads(via or "[]"))),
        leads_to=_key(final) if outcome == "redirect" else None,
        reason=gone_reason(status, final) if outcome == "gone" else "",
        asked=asked, status=status, digest=digest or "",
    )  # fmt: skip
    return Past(look, outcome, encoding, body_id, root, run_id)


def first_of(pasts: Iterable[Past]) -> Iterator[tuple[int, int]]:
    """Of each capture that brought a page, the one with which its address began to bring these bytes."""
    last: dict[str, Past] = {}
    for past in pasts:
        if past.look.answer == "page" and past.body_id is not None:
            before = last.get(past.key)
            first = before if before and before.body_id == past.body_id else past
            last[past.key] = first
            yield past.id, first.id
