"""Payloads, stored once under their digest: against a dictionary of their outlet, or as a patch of an earlier body.

A body that an address brings again, a little changed, is a patch of the one before it. Chains are short, so that every
body opens in a few steps, and few bodies hang on one, so that damage stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from archive.model.digests import digest_of
from archive.model.errors import ArchiveDamaged
from archive.storage.bodies import codecs, dictionaries
from archive.storage.connection import snapshot

MAX_DEPTH = 3
"""So many patches lie between a body and one that stands alone, at most."""

_MOST_PATCHES = 16
# A patch larger than this share of what it is based on says that the page has become another one.
_DRIFTED = 0.5
_SHORTEST = 8

LARGEST = 2**31 - 1
"""Bytes of a body: the setting max_megabytes goes as far."""
_NOT_OPENED = (codecs.ZstdError, ValueError, TypeError, OverflowError, RecursionError)
"""What opening a body raises that is damaged, or that somebody else has made up."""
Codec = Literal["zstd", "zstd-dictionary", "zstd-patch", "withheld", "destroyed"]
"""How a body is stored: as a frame alone, against a dictionary, against another body; or, where an article was
withdrawn, not here (in `withheld`), or nowhere."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A body as a row of `bodies` holds it."""

    codec: Codec
    data: bytes
    dictionary_id: int | None = None
    base_id: int | None = None
    depth: int = 0


def put_body(db: Database, body: bytes, outlet_id: int, predecessor: int | None, at: datetime) -> int:
    """The row id of the body, which is stored if it was not yet. predecessor: the body its address brought before. Call
    inside a transaction."""
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

    Raises ArchiveDamaged when it cannot be had from what is stored.
    """
    with snapshot(db):  # what it hangs on may be stored otherwise a moment later, by compacting or a withdrawal
        return _opened(db, body_id)


def _opened(db: Database, body_id: int) -> bytes | None:
    row = db.execute("SELECT codec, dictionary_id, base_id, data, size FROM bodies WHERE id = ?", [body_id]).fetchone()
    if row is None:
        raise ArchiveDamaged(f"body {body_id} is not there")
    codec, dictionary_id, base_id, data, size = row
    try:
        if codec == "zstd-patch":
            return codecs.unpatch(data, _base(db, body_id, base_id), _bounded(size))
        if codec in ("withheld", "destroyed"):
            return None
        return codecs.decompress(data, dictionaries.load(db, dictionary_id) if dictionary_id else None, _bounded(size))
    except _NOT_OPENED as error:
        raise ArchiveDamaged(f"body {body_id} cannot be decompressed: {error}. `luubao verify` tells more") from error


def _bounded(size: int) -> int:
    """The size a body is said to have. Raises ValueError where none has it."""
    if not 0 <= size <= LARGEST:
        raise ValueError(f"it cannot have {size} bytes")
    return size


def encode(db: Database, body: bytes, outlet_id: int, predecessor: int | None) -> Stored:
    """The form in which a body is to be stored now. Changes nothing."""
    patch = _patched(db, body, predecessor) if predecessor else None
    if patch and len(patch.data) <= _DRIFTED * _stored_size(db, patch.base_id):
        return patch
    alone = encode_alone(db, body, dictionaries.newest(db, outlet_id))
    return patch if patch and len(patch.data) < len(alone.data) else alone


def learn_dictionary(db: Database, outlet_id: int, at: datetime) -> int | None:
    """Chooses a dictionary among the outlet's pages; None when there is nothing to gain. Call inside a transaction."""
    return dictionaries.learn(db, outlet_id, *pages_to_choose_from(db, outlet_id), at)


def pages_to_choose_from(db: Database, outlet_id: int) -> tuple[list[bytes], int]:
    """Pages of an outlet, none of a withdrawn article's, and how many it has."""
    body_ids, count = dictionaries.sample(db, outlet_id)
    return [page for body_id in body_ids if (page := _intact(db, body_id)) and len(page) >= _SHORTEST], count


def encode_alone(db: Database, body: bytes, dictionary_id: int | None) -> Stored:
    """The form in which a body stands on no other one. dictionary_id: None for none. Changes nothing."""
    if dictionary_id is None:
        return Stored("zstd", codecs.compress(body))
    return Stored("zstd-dictionary", codecs.compress(body, dictionaries.load(db, dictionary_id)), dictionary_id)


def _patched(db: Database, body: bytes, predecessor: int) -> Stored | None:
    base_id = _base_for_patch(db, predecessor)
    base = _intact(db, base_id) if base_id else None
    if base_id is None or base is None:
        return None
    return Stored("zstd-patch", codecs.patch(body, base), base_id=base_id, depth=_depth(db, base_id) + 1)


def _base_for_patch(db: Database, predecessor: int) -> int | None:
    """The predecessor, or, where its chain is long enough, what the chain stands on; None when enough hangs on it."""
    base_id = predecessor if _depth(db, predecessor) < MAX_DEPTH else _root(db, predecessor)
    (patches,) = db.execute("SELECT count(*) FROM bodies WHERE base_id = ?", [base_id]).fetchone()
    return base_id if patches < _MOST_PATCHES else None


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


def _stored_size(db: Database, body_id: int | None) -> int:
    """Of what a patch hangs on, the size at its root: what the whole page takes."""
    assert body_id is not None
    return int(db.execute("SELECT length(data) FROM bodies WHERE id = ?", [_root(db, body_id)]).fetchone()[0])


def _base(db: Database, body_id: int, base_id: int) -> bytes:
    if base_id >= body_id:  # a body is only ever based on one that was there before it
        raise ArchiveDamaged(f"body {body_id} is said to be based on body {base_id}, which came after it")
    base = _opened(db, base_id)
    if base is None:
        raise ArchiveDamaged(f"body {body_id} is based on body {base_id}, which is not here")
    return base


def _intact(db: Database, body_id: int) -> bytes | None:
    """A body to build on; None when it is not here or is damaged, for new bodies must not hang on it."""
    try:
        return get_body(db, body_id)
    except ArchiveDamaged:
        return None
