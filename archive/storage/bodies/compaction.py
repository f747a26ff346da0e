"""Compaction: rewrites stored bodies in less space; checks that the payload of each stays the same.

It rewrites every body by itself: a patch depends on the payload of its base, not on how that is stored. Interrupted at
any moment, the archive is consistent, and the next compaction resumes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlite_utils import Database

from archive.model import clock
from archive.model.digests import digest_of
from archive.model.errors import ArchiveDamaged
from archive.storage.bodies import dictionaries, payloads
from archive.storage.connection import checkpoint, transaction

_BATCH_SIZE = 100
# Rewrites a body where that saves at least this share of its stored size.
_MIN_SAVING = 0.1


@dataclass(frozen=True, slots=True)
class Compacted:
    """The result of a compaction. before, after: stored bytes of all bodies and dictionaries. damaged: bodies left as
    they are because they cannot be decompressed."""

    before: int
    after: int
    rewritten: int
    dictionaries: int
    damaged: tuple[int, ...] = ()


def compact(db: Database, outlet_ids: list[int], step: Callable[[], None] = lambda: None) -> Compacted:
    """Chooses a new dictionary for each outlet and rewrites the bodies that become smaller. Calls `step` for every body
    of `candidates`."""
    before, learned, rewritten, damaged = stored_bytes(db), 0, 0, []
    for outlet_id in outlet_ids:
        with transaction(db):
            learned += payloads.learn_dictionary(db, outlet_id, clock.now()) is not None
        pending = iter(candidates(db, outlet_id))
        while batch := list(islice(pending, _BATCH_SIZE)):
            with transaction(db):
                for body_id, predecessor in batch:
                    try:
                        rewritten += _rewrite(db, body_id, outlet_id, predecessor)
                    except ArchiveDamaged:
                        damaged.append(body_id)
                    step()
    with transaction(db):
        dictionaries.drop_unused(db)
    return Compacted(before, stored_bytes(db), rewritten, learned, tuple(damaged))


def candidates(db: Database, outlet_id: int) -> list[tuple[int, int | None]]:
    """Bodies of an outlet that are neither patches nor compressed against its newest dictionary, oldest first, each
    with its predecessor: the body that its URL brought before."""
    return [
        (int(body_id), predecessor)
        for body_id, predecessor in db.execute(
            "SELECT steps.body_id, min(CASE WHEN former < steps.body_id THEN former END) FROM ("
            " SELECT body_id, lag(body_id) OVER (PARTITION BY url_key ORDER BY id) AS former FROM captures"
            " WHERE outlet_id = :outlet AND body_id IS NOT NULL) AS steps"
            " JOIN bodies ON bodies.id = steps.body_id WHERE codec = 'zstd' OR (codec = 'zstd-dictionary'"
            " AND dictionary_id < (SELECT max(id) FROM dictionaries WHERE outlet_id = :outlet))"
            " GROUP BY steps.body_id ORDER BY steps.body_id",
            {"outlet": outlet_id},
        )
    ]


def stored_bytes(db: Database) -> int:
    """Stored bytes of bodies and dictionaries, without SQLite's own overhead."""
    return sum(
        int(db.execute(f"SELECT coalesce(sum(length(data)), 0) FROM {table}").fetchone()[0])
        for table in ("bodies", "dictionaries")
    )


def reclaim(db: Database) -> bool:
    """Returns freed space to the file system with SQLite's VACUUM, which writes a new file, needs as much free space as
    that takes, and waits for nobody. Returns whether the write-ahead log was checkpointed.

    Raises sqlite3.OperationalError when the disk is too full or others write.
    """
    db.execute("VACUUM")
    return checkpoint(db)


def free_share(db: Database) -> float:
    """The share of free pages in the file."""
    free, pages = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count"))
    return int(free) / max(int(pages), 1)


def replace_stored(db: Database, body_id: int, stored: payloads.Stored) -> None:
    """Stores a body in another form; updates the depth of patches that depend on it. Call inside a transaction."""
    db.execute(
        "UPDATE bodies SET codec = ?, dictionary_id = ?, base_id = ?, depth = ?, data = ? WHERE id = ?",
        [stored.codec, stored.dictionary_id, stored.base_id, stored.depth, stored.data, body_id],
    )
    for patch_id, depth in list(_dependents(db, body_id, stored.depth)):
        db.execute("UPDATE bodies SET depth = ? WHERE id = ?", [depth, patch_id])


def _dependents(db: Database, body_id: int, depth: int) -> Iterator[tuple[int, int]]:
    rows = db.execute("SELECT id FROM bodies WHERE base_id = ?", [body_id]).fetchall()
    for (patch_id,) in rows:
        yield patch_id, depth + 1
        yield from _dependents(db, patch_id, depth + 1)


def _rewrite(db: Database, body_id: int, outlet_id: int, predecessor: int | None) -> bool:
    body = payloads.get_body(db, body_id)
    digest, size = db.execute("SELECT digest, length(data) FROM bodies WHERE id = ?", [body_id]).fetchone()
    if body is None:
        return False
    if digest_of(body) != digest:
        raise ArchiveDamaged(f"body {body_id} is not the one its digest names. `luubao verify` tells more")
    # The base of another body stays no patch: chains must not grow.
    is_base = db.execute("SELECT 1 FROM bodies WHERE base_id = ?", [body_id]).fetchone()
    stored = payloads.encode(db, body, outlet_id, None if is_base else predecessor)
    if len(stored.data) > size * (1 - _MIN_SAVING):
        return False
    replace_stored(db, body_id, stored)
    if payloads.get_body(db, body_id) != body:
        raise AssertionError(f"body {body_id} would not be the same again")
    return True
