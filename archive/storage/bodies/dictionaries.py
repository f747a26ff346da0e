"""What the pages of an outlet have in common, kept as data in the archive so that pages can be stored without it.

A dictionary is a choice among the outlet's own pages, made by trying: on pages of every layout a few real pages of the
outlet save more than a dictionary trained by Zstandard's own means, above all where the template is larger than that
dictionary (docs/storage.md has the figures). Dictionaries are never changed; a better one is a new row.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlite_utils import Database

from archive.model import clock
from archive.model.digests import digest_of
from archive.model.errors import ArchiveDamaged
from archive.model.records import Run
from archive.storage.bodies import codecs

FIRST_AFTER = 32
"""So many pages an outlet must have before its first dictionary is chosen."""

_SAMPLE = 96
_CANDIDATES = 12
_TRIAL = 24
_TRIAL_LEVEL = 3  # quick, and ranks dictionaries as the level of storage does
_LARGEST = 1024 * 1024
_LARGEST_PAGE = 512 * 1024
"""Bytes of a page in a sample: a larger one, such as a sitemap, gains nothing from a dictionary, and a hundred of them
would fill the memory."""
# Another page is taken in while it saves this share, and a new dictionary while it beats the present one by this one.
_WORTH_A_PAGE = 0.015
_WORTH_A_DICTIONARY = 0.1

_loaded: dict[str, codecs.Dictionary] = {}
_MOST_LOADED = 16


def newest(db: Database, outlet_id: int) -> int | None:
    """The dictionary that new bodies of an outlet are written with; None while there is none."""
    row = db.execute("SELECT max(id) FROM dictionaries WHERE outlet_id = ?", [outlet_id]).fetchone()
    return None if row[0] is None else int(row[0])


def load(db: Database, dictionary_id: int) -> codecs.Dictionary:
    """A dictionary ready for use; it is checked against its digest when it is first loaded.

    Raises ArchiveDamaged when its bytes have changed.
    """
    (digest,) = db.execute("SELECT digest FROM dictionaries WHERE id = ?", [dictionary_id]).fetchone()
    if digest not in _loaded:
        if len(_loaded) >= _MOST_LOADED:
            _loaded.clear()
        _loaded[digest] = codecs.dictionary(content(db, dictionary_id))
    return _loaded[digest]


def content(db: Database, dictionary_id: int) -> bytes:
    """A dictionary's bytes. Raises ArchiveDamaged when they are not those its digest names."""
    row = db.execute("SELECT digest, data, size FROM dictionaries WHERE id = ?", [dictionary_id]).fetchone()
    if row is None:
        raise ArchiveDamaged(f"dictionary {dictionary_id} is not there")
    digest, data, size = row
    try:
        plain = codecs.decompress(data, None, min(max(size, 0), 16 * _LARGEST))
    except (codecs.ZstdError, TypeError, ValueError) as error:
        raise ArchiveDamaged(f"dictionary {dictionary_id} cannot be decompressed: {error}") from error
    if digest_of(plain) != digest:
        raise ArchiveDamaged(f"dictionary {dictionary_id} is not the one its digest names")
    return plain


def has_enough(db: Database, outlet_id: int) -> bool:
    """Whether the outlet has come to have just enough pages for its first dictionary."""
    (count,) = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM captures WHERE outlet_id = ? AND outcome = 'fresh' LIMIT ?)",
        [outlet_id, FIRST_AFTER + 1],
    ).fetchone()
    return bool(count == FIRST_AFTER)


def has_doubled(db: Database, run: Run) -> bool:
    """Whether, in this run, the outlet's pages have come to twice, four times, ... those its newest dictionary was
    chosen among: then another choice may be better. True while it should have a dictionary and has none."""
    row = db.execute(
        "SELECT page_count FROM dictionaries WHERE outlet_id = ? ORDER BY id DESC LIMIT 1", [run.outlet_id]
    ).fetchone()
    now, brought = db.execute(
        "SELECT count(*), total(run_id = ?) FROM captures WHERE outlet_id = ? AND outcome = 'fresh'",
        [run.id, run.outlet_id],
    ).fetchone()
    if row is None:
        return bool(now >= FIRST_AFTER)
    return _doublings(now, row[0]) > _doublings(now - int(brought), row[0])


def _doublings(count: int, since: int) -> int:
    return (count // max(since, 1)).bit_length()


def choose(pages: Sequence[bytes]) -> bytes:
    """Among some of the pages those that, one behind the other, let the rest be stored in the least room. Empty when
    there are not two pages to try on each other."""
    candidates, trial = list(pages[::2])[:_CANDIDATES], pages[1::2][:_TRIAL]
    chosen, room = b"", sum(_sizes(trial, None))
    while candidates:
        tried = {page: _room(trial, page + chosen) for page in candidates if len(page) + len(chosen) <= _LARGEST}
        best = min(tried, key=lambda page: tried[page], default=None)
        if best is None or tried[best] > room * (1 - _WORTH_A_PAGE):
            break
        chosen, room = best + chosen, tried[best]
        candidates.remove(best)
    return chosen


def learn(db: Database, outlet_id: int, pages: Sequence[bytes], page_count: int, at: datetime) -> int | None:
    """Chooses a dictionary from a sample of the outlet's pages and keeps it, if it is worth its room: None if not. Call
    inside a transaction."""
    chosen = choose(pages)
    if not chosen or not _is_better(db, outlet_id, chosen, pages[1::2]):
        return None
    return _keep(db, outlet_id, chosen, page_count, at)


def replace(db: Database, outlet_id: int, found: tuple[Sequence[bytes], int], at: datetime) -> int | None:
    """Chooses a dictionary whatever is there, from pages and their outlet's number of them; None where nothing is to be
    gained. Call inside a transaction."""
    pages, page_count = found
    chosen = choose(pages)
    return _keep(db, outlet_id, chosen, page_count, at) if chosen else None


def _keep(db: Database, outlet_id: int, chosen: bytes, page_count: int, at: datetime) -> int:
    cursor = db.execute(
        "INSERT INTO dictionaries (outlet_id, digest, made_at, page_count, size, data) VALUES (?, ?, ?, ?, ?, ?)",
        [outlet_id, digest_of(chosen), clock.stamp(at), page_count, len(chosen), codecs.compress(chosen)],
    )
    return int(cursor.lastrowid or 0)


def sample(db: Database, outlet_id: int) -> tuple[list[int], int]:
    """Bodies to choose from, of pages of every kind and age, always the same ones for the same archive; and how many
    pages the outlet has."""
    rows = db.execute(
        "SELECT body_id FROM captures JOIN bodies ON bodies.id = body_id WHERE outlet_id = ? AND outcome = 'fresh'"
        " AND size <= ? GROUP BY url_key HAVING captures.id = max(captures.id) ORDER BY captures.id DESC LIMIT ?",
        [outlet_id, _LARGEST_PAGE, _SAMPLE * 8],
    ).fetchall()
    bodies = list(dict.fromkeys(row[0] for row in rows))
    (count,) = db.execute(
        "SELECT count(*) FROM captures WHERE outlet_id = ? AND outcome = 'fresh'", [outlet_id]
    ).fetchone()
    return random.Random(count).sample(bodies, min(_SAMPLE, len(bodies))), int(count)


def drop_unused(db: Database) -> int:
    """Forgets dictionaries that no body is written with and that are not their outlet's newest; returns how many. Call
    inside a transaction."""
    return db.execute(
        "DELETE FROM dictionaries WHERE id NOT IN (SELECT dictionary_id FROM bodies WHERE dictionary_id IS NOT NULL)"
        " AND id NOT IN (SELECT max(id) FROM dictionaries GROUP BY outlet_id)"
    ).rowcount


def _room(pages: Sequence[bytes], content: bytes) -> int:
    return sum(_sizes(pages, codecs.dictionary(content)))


def _sizes(pages: Sequence[bytes], against: codecs.Dictionary | None) -> Iterator[int]:
    return (len(codecs.compress(page, against, _TRIAL_LEVEL)) for page in pages)


def _is_better(db: Database, outlet_id: int, chosen: bytes, trial: Sequence[bytes]) -> bool:
    present = newest(db, outlet_id)
    if present is None:
        return True
    return _room(trial, chosen) < sum(_sizes(trial, load(db, present))) * (1 - _WORTH_A_DICTIONARY)
