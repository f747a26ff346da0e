"""Free change signals: signs on lists, feeds and sitemaps, which a run requests anyway, that a known article was
edited, moved or removed.

A headline or a picture on a list that no list had for it before; a URL that left a feed or sitemap early; the words of
a known article under a new URL. Each makes the article due at once. How often each kind proves true is learned as
claims of sitemaps are; a kind that hardly ever does is ignored. A change to much of a list at once is no sign but the
list's own: a rotating sitemap, a new layout.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlite_utils import Database

from archive.frontier.change_rate_store import note_turn
from archive.frontier.schedule import KNOWN, LIST
from archive.model import clock
from archive.model.change_rate import HEADLINE, LEFT, MIN_TRUST, PICTURE, WORDS
from archive.model.records import Link, Reading, Run, Teaser
from archive.model.urls import picture_key, url_key
from archive.storage.reading_rows import same_words

_EDITS_A_DAY = 24  # a sign that proves true counts as an edit expected within an hour
_MAX_COUNT, _MAX_SHARE_DIVISOR = 5, 10  # at most so many changes of a list at once, or a tenth, are a sign
_MAX_MARKS, _MIN_LETTERS = 24, 12
_HASH_LENGTH = 8
_PICTURE = "p"  # begins the mark of a picture; a headline's is hexadecimal
_NOTHING_LISTED = zlib.compress(b"")
LISTED_AGAIN = timedelta(days=2)
"""When a sitemap is requested again at the latest: for one request it tells which of its articles have left."""
_LISTED_A_DAY = 50  # of more sitemaps than make so many requests a day, each waits longer


def note_headlines(db: Database, run: Run, links: Mapping[str, Link], moment: datetime) -> None:
    """Notes the headlines by which a list links to articles. links: by their keys. Call inside a transaction."""
    headlines = {
        key: letters for key, link in links.items() if len(letters := _letters_only(link.words)) >= _MIN_LETTERS
    }
    marks = {key: _hash(letters) for key, letters in headlines.items()}
    _note_shown(db, run, marks, HEADLINE, moment, lambda key, headline: headlines[key] in _letters_only(headline))


def note_pictures(db: Database, run: Run, teasers: Iterable[Teaser], moment: datetime) -> None:
    """Notes the pictures beside a list's headlines. Call inside a transaction."""
    pictures = {url_key(teaser.url): picture_key(teaser.picture) for teaser in teasers if teaser.picture}
    counts = Counter(pictures.values())  # what stands beside several is no picture of theirs
    marks = {key: f"{_PICTURE}{_hash(picture)}" for key, picture in pictures.items() if counts[picture] == 1}
    _note_shown(db, run, marks, PICTURE, moment)


def _note_shown(
    db: Database, run: Run, marks: Mapping[str, str], sign: str, moment: datetime,
    is_known: Callable[[str, str], bool] = lambda key, headline: False,
) -> None:  # fmt: skip
    """Notes what a list shows of articles; makes those due of which no list has shown it. marks: what is shown, by
    keys; is_known: whether that is no news beside the headline that is known."""
    rows = db.execute(
        "SELECT frontier.url_key, coalesce(told, ''), coalesce(headline, ''), kind, run_id FROM frontier"
        " LEFT JOIN articles USING (outlet_id, url_key) WHERE outlet_id = ?"
        " AND frontier.url_key IN (SELECT value FROM json_each(?))",
        [run.outlet_id, json.dumps(list(marks))],
    ).fetchall()
    changed = [key for key, known_marks, headline, kind, taken in rows if kind == "article" and taken != run.id
               and _is_new(marks[key], known_marks) and not is_known(key, headline)]  # fmt: skip
    db.conn.executemany(
        "UPDATE frontier SET told = ? WHERE outlet_id = ? AND url_key = ?",
        [
            (" ".join([*known_marks.split(), marks[key]][-_MAX_MARKS:]), run.outlet_id, key)
            for key, known_marks, *_ in rows
            if marks[key] not in known_marks.split()
        ],
    )
    _note_changes(db, run, changed, sum(kind == "article" for _, _, _, kind, _ in rows), sign, moment)


def _note_changes(db: Database, run: Run, keys: Sequence[str], total: int, sign: str, moment: datetime) -> None:
    """Some of a list's articles changed on it: makes them due, or, where they are too many, counts it as the list's own
    way."""
    if _is_sign(len(keys), total):
        hasten(db, run, keys, sign, moment)
    elif keys:
        note_turn(db, run, sign)


def _is_new(mark: str, known_marks: str) -> bool:
    """Whether lists have shown others of its kind, and not this one."""
    of_its_kind = [other for other in known_marks.split() if other.startswith(_PICTURE) == mark.startswith(_PICTURE)]
    return bool(of_its_kind) and mark not in of_its_kind


def _letters_only(text: str) -> str:
    """Letters alone: counters, times and dots are no part of a headline."""
    return "".join(filter(str.isalpha, text)).casefold()


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_HASH_LENGTH]


def _is_sign(count: int, total: int) -> bool:
    return 0 < count <= max(_MAX_COUNT, total // _MAX_SHARE_DIVISOR)


class Listed:
    """The URLs of a feed or sitemap, in its order, packed as they come."""

    def __init__(self) -> None:
        self._compressor, self._data = zlib.compressobj(), bytearray()

    def add(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._data += self._compressor.compress(f"{key}\n".encode())

    def packed(self) -> bytes:
        """All of them, for `note_listed`."""
        return bytes(self._data + self._compressor.flush())


def note_listed(db: Database, run: Run, list_key: str, listed: bytes, moment: datetime) -> None:
    """Notes the URLs of a feed or sitemap. Call inside a transaction."""
    row = db.execute(
        "SELECT keys FROM listed WHERE outlet_id = ? AND url_key = ?", [run.outlet_id, list_key]
    ).fetchone()
    if listed == _NOTHING_LISTED or (row and row[0] == listed):
        return
    db.execute(
        "INSERT OR REPLACE INTO listed (outlet_id, url_key, keys) VALUES (?, ?, ?)",
        [run.outlet_id, list_key, listed],
    )
    if previous_keys := _unpacked(row[0]) if row else []:
        _compare_listed(db, run, previous_keys, _unpacked(listed), moment)


def _compare_listed(db: Database, run: Run, previous_keys: list[str], keys: list[str], moment: datetime) -> None:
    """Notes what has left a list, or come back to it."""
    left_keys = left_early(previous_keys, keys)
    _note_changes(db, run, left_keys, len(previous_keys), LEFT, moment)
    if not left_keys and _come_back(db, run, set(keys) - set(previous_keys), len(previous_keys), moment):
        note_turn(db, run, LEFT)


def _come_back(db: Database, run: Run, keys: set[str], total: int, moment: datetime) -> bool:
    """Whether many articles stand on a list again that were known for longer than a day: it shows them by turns."""
    if len(keys) <= max(_MAX_COUNT, total // _MAX_SHARE_DIVISOR):
        return False
    (known,) = db.execute(
        "SELECT count(*) FROM frontier WHERE outlet_id = ? AND kind = 'article' AND found_at < ?"
        " AND url_key IN (SELECT value FROM json_each(?))",
        [run.outlet_id, clock.stamp(moment - timedelta(days=1)), json.dumps([*keys])],
    ).fetchone()
    return known > 0 and not _is_sign(known, total)


def bring_forward(db: Database, run: Run, list_key: str, moment: datetime) -> None:
    """A feed or sitemap has answered: it is due in two days at the latest, as long as what leaves such lists proves to
    be gone. Call inside a transaction."""
    named = "SELECT 1 FROM listed WHERE outlet_id = ? AND url_key = ?"
    if run.change_rates.trust_in(LEFT) < MIN_TRUST or not db.execute(named, [run.outlet_id, list_key]).fetchone():
        return
    (lists,) = db.execute("SELECT count(*) FROM listed WHERE outlet_id = ?", [run.outlet_id]).fetchone()
    latest = moment + max(LISTED_AGAIN, timedelta(days=lists / _LISTED_A_DAY))
    db.execute(
        "UPDATE frontier SET due_at = min(due_at, ?) WHERE outlet_id = ? AND url_key = ? AND rank = ?",
        [clock.stamp(latest), run.outlet_id, list_key, LIST],
    )


def _unpacked(data: bytes) -> list[str]:
    try:
        return zlib.decompress(data).decode().removesuffix("\n").split("\n")
    except (zlib.error, UnicodeDecodeError):  # an unreadable list is stored anew
        return []


def left_early(previous: Sequence[str], current: Sequence[str]) -> list[str]:
    """URLs that left a list though what stood before and behind them stays. What leaves at the end where new ones come
    in has left early as well; what leaves at the other end was pushed out."""
    remaining, known = set(current), set(previous)
    places = [place for place, key in enumerate(previous) if key in remaining]
    if not places:
        return []
    first = 0 if current[0] not in known else places[0]
    last = len(previous) if current[-1] not in known else places[-1]
    return [key for place, key in enumerate(previous) if first <= place <= last and key not in remaining]


def note_words(db: Database, run: Run, key: str, reading: Reading, moment: datetime) -> None:
    """An article was found at a new URL: where its words or headline are those of a known article, that one may have
    moved. Call inside a transaction."""
    keys = same_words(db, run.outlet_id, reading)
    if len(_letters_only(reading.headline)) >= _MIN_LETTERS:
        keys |= {other for (other,) in db.execute(_SAME_HEADLINE, [reading.headline, run.outlet_id]).fetchall()}
    if _is_sign(len(keys - {key}), 0):
        hasten(db, run, keys - {key}, WORDS, moment)


_SAME_HEADLINE = (
    "SELECT DISTINCT articles.url_key FROM versions JOIN articles ON articles.id = versions.article_id"
    " WHERE versions.headline = ? AND +articles.outlet_id = ? AND gone_since IS NULL AND withdrawn_at IS NULL LIMIT 9"
)


def hasten(db: Database, run: Run, keys: Iterable[str], sign: str, moment: datetime) -> None:
    """Makes known articles due now, if the sign is trusted. Call inside a transaction."""
    trust = run.change_rates.trust_in(sign)
    if trust < MIN_TRUST:
        return
    db.conn.executemany(
        "UPDATE frontier SET due_at = min(due_at, ?1), worth = max(worth, ?2), sign = ?3 WHERE outlet_id = ?4"
        " AND url_key = ?5 AND rank = ?6 AND kind = 'article' AND due_at IS NOT NULL AND run_id IS NOT ?7"
        " AND coalesce(not_before, '') <= ?1",
        [(clock.stamp(moment), trust * _EDITS_A_DAY, sign, run.outlet_id, key, KNOWN, run.id) for key in keys],
    )
