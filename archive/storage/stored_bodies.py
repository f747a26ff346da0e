"""Deduplicated bodies (payloads), each stored once under its digest, and their compaction.

A body that a URL brings again, a little changed, is a patch of the one before it. Chains are short, so that every
body decompresses in a few steps, and few patches depend on one body, so that damage does not spread.

It rewrites every body by itself: a patch depends on the payload of its base, not on how that is stored. Interrupted at
any moment, the archive is consistent, and the next compaction resumes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

from sqlite_utils import Database

from archive.model import clock
from archive.model.digests import digest_of, digest_of_parts
from archive.model.errors import ArchiveDamaged
from archive.storage import codecs
from archive.storage.connection import any_length, insert, snapshot, transaction, update
from archive.storage.sqlite_file import DatabaseError, checkpoint, is_corrupt

MAX_DEPTH = 3
"""The longest chain: how many patches may lie between a body and one that is no patch."""

_MAX_PATCHES = 16
# A patch larger than this share of the stored size of its chain's root means that the page has become another one.
_MAX_PATCH_SHARE = 0.5
_MIN_PAGE = 8

LARGEST = 2**31 - 1
"""Maximum bytes of a body; also the maximum of the setting max_megabytes."""
_DECOMPRESS_ERRORS = (codecs.ZstdError, ValueError, TypeError, OverflowError, RecursionError)
"""Exceptions that decompressing a damaged or forged body raises."""
Codec = Literal["zstd", "zstd-dictionary", "zstd-patch", "withheld", "destroyed"]
"""How a body is stored: as a frame alone, against a dictionary, as a patch of another body; or, where an article was
withdrawn, moved to the table `withheld`, or destroyed."""


@dataclass(frozen=True, slots=True)
class StoredBody:
    """A body as stored in these columns of `bodies`."""

    codec: Codec
    data: bytes
    dictionary_id: int | None = None
    base_id: int | None = None
    depth: int = 0


def put_body(db: Database, body: bytes, outlet_id: int, predecessor: int | None, moment: datetime) -> int:
    """Stores the body unless it is already stored; returns its row id. predecessor: the body that its URL
    brought before. Call inside a transaction."""
    digest = digest_of(body)
    if row := db.execute("SELECT id FROM bodies WHERE digest = ?", [digest]).fetchone():
        return int(row[0])
    stored = encode(db, body, outlet_id, predecessor)
    if stored.codec == "zstd" and codecs.has_enough(db, outlet_id) and learn_dictionary(db, outlet_id, moment):
        stored = encode(db, body, outlet_id, predecessor)
    return insert(db, "bodies", {"digest": digest, "size": len(body), **asdict(stored)})


def get_body(db: Database, body_id: int, largest: int = LARGEST) -> bytes | None:
    """The payload as it came; None where it was withheld or destroyed. largest: bytes that it, and each body that it
    is based on, may have.

    Raises ArchiveDamaged when it is missing or cannot be decompressed.
    """
    with snapshot(db), _damage_of(body_id):  # compacting or a withdrawal may store its base in another form
        frame = _frame(db, body_id, largest)
        return codecs.decompress(*frame) if frame else None


def digest_and_size(db: Database, body_id: int) -> tuple[str, int] | None:
    """The digest and the number of bytes of a payload, of which only a part is in memory; otherwise as get_body."""
    with snapshot(db), _damage_of(body_id):
        frame = _frame(db, body_id, LARGEST)
        return digest_of_parts(codecs.parts(*frame)) if frame else None


@contextmanager
def _damage_of(body_id: int) -> Iterator[None]:
    try:
        yield
    except _DECOMPRESS_ERRORS as error:
        raise ArchiveDamaged(f"body {body_id} cannot be decompressed: {error}. `luubao verify` tells more") from error


def _frame(
    db: Database, body_id: int, largest: int
) -> tuple[bytes, codecs.Dictionary | codecs.Prefix | None, int] | None:
    """A body as it is stored, what it is compressed against, and its number of bytes."""
    query = "SELECT codec, dictionary_id, base_id, data, size FROM bodies WHERE id = ?"
    try:
        with any_length(db):
            row = db.execute(query, [body_id]).fetchone()
    except DatabaseError as error:
        if is_corrupt(error):
            raise ArchiveDamaged(f"body {body_id} cannot be read: {error}. `luubao verify` tells more") from error
        raise
    if row is None:
        raise ArchiveDamaged(f"body {body_id} is not there")
    codec, dictionary_id, base_id, data, size = row
    if codec in ("withheld", "destroyed"):
        return None
    if not 0 <= size <= largest:
        raise ValueError(f"it is said to have {size:,} bytes, and {largest:,} are the most")
    if codec == "zstd-patch":
        return data, codecs.prefix(_base_body(db, body_id, base_id, largest)), size
    return data, codecs.load(db, dictionary_id) if dictionary_id else None, size


def stored_data(db: Database, body_id: int) -> bytes:
    """The bytes of a body as they are stored, compressed or damaged."""
    with any_length(db):
        return bytes(db.execute("SELECT data FROM bodies WHERE id = ?", [body_id]).fetchone()[0])


def encode(db: Database, body: bytes, outlet_id: int, predecessor: int | None) -> StoredBody:
    """Chooses the form in which to store a body now, and encodes it. Changes nothing."""
    patch = _encode_patch(db, body, predecessor) if predecessor else None
    if patch and len(patch.data) <= _MAX_PATCH_SHARE * _root_size(db, patch.base_id):
        return patch
    alone = encode_alone(db, body, codecs.newest(db, outlet_id))
    return patch if patch and len(patch.data) < len(alone.data) else alone


def learn_dictionary(db: Database, outlet_id: int, moment: datetime) -> int | None:
    """Chooses a dictionary among the outlet's pages; None where it saves too little. Call inside a transaction."""
    return codecs.learn(db, outlet_id, pages_to_choose_from(db, outlet_id), moment)


def pages_to_choose_from(db: Database, outlet_id: int) -> tuple[list[bytes], int]:
    """Sample pages of an outlet, without those of withdrawn articles, and how many pages it has."""
    body_ids, count = codecs.sample(db, outlet_id)
    return [page for body_id in body_ids if (page := _intact(db, body_id)) and len(page) >= _MIN_PAGE], count


def encode_alone(db: Database, body: bytes, dictionary_id: int | None) -> StoredBody:
    """Encodes a body without a base. dictionary_id: None for no dictionary. Changes nothing."""
    if dictionary_id is None:
        return StoredBody("zstd", codecs.compress(body))
    return StoredBody("zstd-dictionary", codecs.compress(body, codecs.load(db, dictionary_id)), dictionary_id)


def _encode_patch(db: Database, body: bytes, predecessor: int) -> StoredBody | None:
    base_id = _base_for_patch(db, predecessor)
    base = _intact(db, base_id) if base_id else None
    if base_id is None or base is None:
        return None
    return StoredBody("zstd-patch", codecs.patch(body, base), base_id=base_id, depth=_depth(db, base_id) + 1)


def _base_for_patch(db: Database, predecessor: int) -> int | None:
    """The predecessor, or the root of its chain where that is at MAX_DEPTH; None where enough patches depend on it."""
    base_id = predecessor if _depth(db, predecessor) < MAX_DEPTH else _root(db, predecessor)
    (patches,) = db.execute("SELECT count(*) FROM bodies WHERE base_id = ?", [base_id]).fetchone()
    return base_id if patches < _MAX_PATCHES else None


def _root(db: Database, body_id: int) -> int:
    row = db.execute(
        "WITH RECURSIVE chain(id, base_id) AS (SELECT id, base_id FROM bodies WHERE id = ? UNION ALL"
        " SELECT bodies.id, bodies.base_id FROM bodies JOIN chain ON bodies.id = chain.base_id)"
        " SELECT id FROM chain WHERE base_id IS NULL",
        [body_id],
    ).fetchone()
    return int(row[0])


def _depth(db: Database, body_id: int) -> int:
    return int(db.execute("SELECT depth FROM bodies WHERE id = ?", [body_id]).fetchone()[0])


def _root_size(db: Database, body_id: int | None) -> int:
    """The stored size of the root of a body's chain, which is a whole page."""
    assert body_id is not None
    return int(db.execute("SELECT length(data) FROM bodies WHERE id = ?", [_root(db, body_id)]).fetchone()[0])


def _base_body(db: Database, body_id: int, base_id: int, largest: int) -> bytes:
    if base_id >= body_id:  # a body is only ever based on an earlier one
        raise ArchiveDamaged(f"body {body_id} is said to be based on body {base_id}, which came after it")
    base = get_body(db, base_id, largest)
    if base is None:
        raise ArchiveDamaged(f"body {body_id} is based on body {base_id}, which is not here")
    return base


def _intact(db: Database, body_id: int) -> bytes | None:
    """A body to compress others against; None where it was withdrawn or is damaged: no new body may depend on it."""
    try:
        return get_body(db, body_id)
    except ArchiveDamaged:
        return None


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
            learned += learn_dictionary(db, outlet_id, clock.now()) is not None
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
        codecs.drop_unused(db)
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


def replace_stored(db: Database, body_id: int, stored: StoredBody) -> None:
    """Stores a body in another form; updates the depth of patches that depend on it. Call inside a transaction."""
    update(db, "bodies", body_id, asdict(stored))
    for patch_id, depth in list(_dependents(db, body_id, stored.depth)):
        db.execute("UPDATE bodies SET depth = ? WHERE id = ?", [depth, patch_id])


def _dependents(db: Database, body_id: int, depth: int) -> Iterator[tuple[int, int]]:
    rows = db.execute("SELECT id FROM bodies WHERE base_id = ?", [body_id]).fetchall()
    for (patch_id,) in rows:
        yield patch_id, depth + 1
        yield from _dependents(db, patch_id, depth + 1)


def _rewrite(db: Database, body_id: int, outlet_id: int, predecessor: int | None) -> bool:
    body = get_body(db, body_id)
    digest, size = db.execute("SELECT digest, length(data) FROM bodies WHERE id = ?", [body_id]).fetchone()
    if body is None:
        return False
    if digest_of(body) != digest:
        raise ArchiveDamaged(f"body {body_id} is not the one its digest names. `luubao verify` tells more")
    # The base of another body stays no patch: chains must not grow.
    is_base = db.execute("SELECT 1 FROM bodies WHERE base_id = ?", [body_id]).fetchone()
    stored = encode(db, body, outlet_id, None if is_base else predecessor)
    if len(stored.data) > size * (1 - _MIN_SAVING):
        return False
    replace_stored(db, body_id, stored)
    if get_body(db, body_id) != body:
        raise AssertionError(f"body {body_id} would not be the same again")
    return True
