"""Free signs that a known article was edited, moved or taken away: what lists, feeds and sitemaps show anyway.

A headline on a list that no list had for it before; an address that left a feed or sitemap before its turn; the words
of a known article under a new address. Each makes the article due at once. How often each kind proves true is learned
as promises of sitemaps are; one that hardly ever does is not believed, and what concerns much of a list at once is no
sign but the list's own way: a turning sitemap, another layout.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sqlite_utils import Database

from archive.frontier.priority import KNOWN
from archive.model import clock
from archive.model.records import Link, Reading, Run
from archive.storage.readings.reading_rows import same_words

HEADLINE, LEFT, WORDS = "sign: headline", "sign: left", "sign: words"
_BELIEVED = 0.1
_WITHIN = 24  # a sign that proves true counts as an edit expected within an hour
_FEW, _MUCH = 5, 10  # how many of a list at once are a sign in any case, and which part of it
_MOST_TOLD, _SHORTEST = 12, 12
_NAME = 8


def note_told(db: Database, run: Run, links: Mapping[str, Link], at: datetime) -> None:
    """What a list calls the articles it leads to. links: by their keys. Call inside a transaction."""
    said = {key: plain for key, link in links.items() if len(plain := _plain(link.words)) >= _SHORTEST}
    rows = db.execute(
        "SELECT frontier.url_key, told, headline, kind, run_id FROM frontier"
        " LEFT JOIN articles USING (outlet_id, url_key) WHERE outlet_id = ?"
        " AND frontier.url_key IN (SELECT value FROM json_each(?))",
        [run.outlet_id, json.dumps(list(said))],
    ).fetchall()
    changed = [key for key, told, headline, kind, taken in rows if kind == "article" and taken != run.id
               and told and _is_new(said[key], told, _plain(headline or ""))]  # fmt: skip
    db.conn.executemany(
        "UPDATE frontier SET told = ? WHERE outlet_id = ? AND url_key = ?",
        [
            (" ".join([*(told or "").split(), _name(said[key])][-_MOST_TOLD:]), run.outlet_id, key)
            for key, told, *_ in rows
            if _name(said[key]) not in (told or "").split()
        ],
    )
    if _is_sign(len(changed), sum(kind == "article" for _, _, _, kind, _ in rows)):
        hasten(db, run, changed, HEADLINE, at)


def _is_new(said: str, told: str, headline: str) -> bool:
    """Whether no list had a headline before, and it is not the one we know, or a part of it."""
    return _name(said) not in told.split() and said not in headline


def _plain(text: str) -> str:
    """Letters alone: counters, times and dots say nothing of a headline."""
    return "".join(filter(str.isalpha, text)).casefold()


def _name(plain: str) -> str:
    return sha256(plain.encode()).hexdigest()[:_NAME]


def _is_sign(some: int, of: int) -> bool:
    return 0 < some <= max(_FEW, of // _MUCH)


def note_listed(db: Database, run: Run, list_key: str, keys: Sequence[str], at: datetime) -> None:
    """What a feed or sitemap names now, in its order. Call inside a transaction."""
    row = db.execute(
        "SELECT keys FROM listed WHERE outlet_id = ? AND url_key = ?", [run.outlet_id, list_key]
    ).fetchone()
    former = _unpacked(row[0]) if row else []
    if not keys or former == list(keys):
        return
    db.execute(
        "INSERT OR REPLACE INTO listed (outlet_id, url_key, keys) VALUES (?, ?, ?)",
        [run.outlet_id, list_key, zlib.compress("\n".join(keys).encode())],
    )
    left = left_early(former, keys)
    if _is_sign(len(left), len(former)):
        hasten(db, run, left, LEFT, at)


def _unpacked(data: bytes) -> list[str]:
    try:
        return zlib.decompress(data).decode().split("\n")
    except (zlib.error, UnicodeDecodeError):  # a list that cannot be read is made anew
        return []


def left_early(former: Sequence[str], now: Sequence[str]) -> list[str]:
    """What has left a list though what stood before and behind it stays. What leaves at the end at which the new comes
    in has left early as well; what leaves at the other end was pushed out."""
    stays, known = set(now), set(former)
    places = [place for place, key in enumerate(former) if key in stays]
    if not places:
        return []
    first = 0 if now[0] not in known else places[0]
    last = len(former) if now[-1] not in known else places[-1]
    return [key for place, key in enumerate(former) if first <= place <= last and key not in stays]


def note_words(db: Database, run: Run, key: str, reading: Reading, at: datetime) -> None:
    """An article was met at a new address: where its words or its headline are a known article's, that one may have
    moved. Call inside a transaction."""
    keys = same_words(db, run.outlet_id, reading)
    if len(_plain(reading.headline)) >= _SHORTEST:
        keys |= {other for (other,) in db.execute(_SAME_HEADLINE, [reading.headline, run.outlet_id]).fetchall()}
    if _is_sign(len(keys - {key}), 0):
        hasten(db, run, keys - {key}, WORDS, at)


_SAME_HEADLINE = (
    "SELECT DISTINCT articles.url_key FROM versions JOIN articles ON articles.id = versions.article_id"
    " WHERE versions.headline = ? AND +articles.outlet_id = ? AND gone_since IS NULL AND withdrawn_at IS NULL LIMIT 9"
)


def hasten(db: Database, run: Run, keys: Iterable[str], sign: str, at: datetime) -> None:
    """Makes known articles due now, where the sign is believed. Call inside a transaction."""
    trust = run.habits.trust_in(sign)
    if trust < _BELIEVED:
        return
    db.conn.executemany(
        "UPDATE frontier SET due_at = min(due_at, ?1), worth = max(worth, ?2), sign = ?3 WHERE outlet_id = ?4"
        " AND url_key = ?5 AND rank = ?6 AND kind = 'article' AND due_at IS NOT NULL AND run_id IS NOT ?7"
        " AND coalesce(not_before, '') <= ?1",
        [(clock.stamp(at), trust * _WITHIN, sign, run.outlet_id, key, KNOWN, run.id) for key in keys],
    )
