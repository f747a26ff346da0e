"""Deduplicated payloads: each stored once under its digest, against an outlet's dictionary or as a patch of another.

A body that a URL brings again, a little changed, is a patch of the one before it. Chains are short, so that every
body decompresses in a few steps, and few patches depend on one body, so that damage does not spread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from archive.model.digests import digest_of
from archive.model.errors import ArchiveDamaged
from archive.storage.bodies import codecs, dictionaries
from archive.storage.connection import any_length, snapshot

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
class Stored:
    """A body as stored in a row of `bodies`."""

    codec: Codec
    data: bytes
    dictionary_id: int | None = None
    base_id: int | None = None
    depth: int = 0


def put_body(db: Database, body: bytes, outlet_id: int, predecessor: int | None, at: datetime) -> int:
    """Stores the body unless it is already stored; returns its row id. predecessor: the body that its URL
    brought before. Call inside a transaction."""
    digest = digest_of(body)
    if row := db.execute("SELECT id FROM bodies WHERE digest = ?", [digest]).fetchone():
        return int(row[0])
    stored = encode(db, body, outlet_id, predecessor)
    if stored.codec == "zstd" and dictionaries.has_enough(db, outlet_id) and learn_dictionary(db, outlet_id, at):
        stored = encode(db, body, outlet_id, predecessor)
    cursor = db.execute(
        "INSERT INTO bodies (digest, size, codec, dictionary_id, base_id, depth, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [digest, len(body), stored.codec, stored.dictionary_id, stored.base_id, stored.depth, stored.data],
    )
    return int(cursor.lastrowid or 0)


def get_body(db: Database, body_id: int) -> bytes | None:
    """The payload as it came; None where it was withheld or destroyed.

    Raises ArchiveDamaged when it is missing or cannot be decompressed.
    """
    with snapshot(db):  # compacting or a withdrawal may store its base in another form a moment later
        return _decompressed(db, body_id)


def _decompressed(db: Database, body_id: int) -> bytes | None:
    query = "SELECT codec, dictionary_id, base_id, data, size FROM bodies WHERE id = ?"
    with any_length(db):
        row = db.execute(query, [body_id]).fetchone()
    if row is None:
        raise ArchiveDamaged(f"body {body_id} is not there")
    codec, dictionary_id, base_id, data, size = row
    try:
        if codec == "zstd-patch":
            return codecs.unpatch(data, _base_body(db, body_id, base_id), _valid_size(size))
        if codec in ("withheld", "destroyed"):
            return None
        return codecs.decompress(
            data, dictionaries.load(db, dictionary_id) if dictionary_id else None, _valid_size(size)
        )
    except _DECOMPRESS_ERRORS as error:
        raise ArchiveDamaged(f"body {body_id} cannot be decompressed: {error}. `luubao verify` tells more") from error


def _valid_size(size: int) -> int:
    """Checks the stored size of a body. Raises ValueError where no body can have it."""
    if not 0 <= size <= LARGEST:
        raise ValueError(f"it cannot have {size} bytes")
    return size


def encode(db: Database, body: bytes, outlet_id: int, predecessor: int | None) -> Stored:
    """Chooses the form in which to store a body now, and encodes it. Changes nothing."""
    patch = _encode_patch(db, body, predecessor) if predecessor else None
    if patch and len(patch.data) <= _MAX_PATCH_SHARE * _root_size(db, patch.base_id):
        return patch
    alone = encode_alone(db, body, dictionaries.newest(db, outlet_id))
    return patch if patch and len(patch.data) < len(alone.data) else alone


def learn_dictionary(db: Database, outlet_id: int, at: datetime) -> int | None:
    """Chooses a dictionary among the outlet's pages; None where it saves too little. Call inside a transaction."""
    return dictionaries.learn(db, outlet_id, *pages_to_choose_from(db, outlet_id), at)


def pages_to_choose_from(db: Database, outlet_id: int) -> tuple[list[bytes], int]:
    """Sample pages of an outlet, without those of withdrawn articles, and how many pages it has."""
    body_ids, count = dictionaries.sample(db, outlet_id)
    return [page for body_id in body_ids if (page := _intact(db, body_id)) and len(page) >= _MIN_PAGE], count


def encode_alone(db: Database, body: bytes, dictionary_id: int | None) -> Stored:
    """Encodes a body without a base. dictionary_id: None for no dictionary. Changes nothing."""
    if dictionary_id is None:
        return Stored("zstd", codecs.compress(body))
    return Stored("zstd-dictionary", codecs.compress(body, dictionaries.load(db, dictionary_id)), dictionary_id)


def _encode_patch(db: Database, body: bytes, predecessor: int) -> Stored | None:
    base_id = _base_for_patch(db, predecessor)
    base = _intact(db, base_id) if base_id else None
    if base_id is None or base is None:
        return None
    return Stored("zstd-patch", codecs.patch(body, base), base_id=base_id, depth=_depth(db, base_id) + 1)


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


def _base_body(db: Database, body_id: int, base_id: int) -> bytes:
    if base_id >= body_id:  # a body is only ever based on an earlier one
        raise ArchiveDamaged(f"body {body_id} is said to be based on body {base_id}, which came after it")
    base = _decompressed(db, base_id)
    if base is None:
        raise ArchiveDamaged(f"body {body_id} is based on body {base_id}, which is not here")
    return base


def _intact(db: Database, body_id: int) -> bytes | None:
    """A body to compress others against; None where it was withdrawn or is damaged: no new body may depend on it."""
    try:
        return get_body(db, body_id)
    except ArchiveDamaged:
        return None
