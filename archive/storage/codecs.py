"""Zstandard (RFC 8878): the forms in which a body is stored, and the dictionaries it is compressed against.

A dictionary holds nothing but content of the outlet's own pages, and a patch uses another body as its
dictionary, so `zstd -d --patch-from=FILE` opens either without this code. Every frame carries its checksum.

A dictionary is a selection of the outlet's own pages, chosen by trial compression: on pages of every layout a few real
pages save more than a dictionary trained by Zstandard's trainer, above all where the template is larger than that
dictionary (docs/storage.md has the figures). Dictionaries never change; a better one is a new row.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from sqlite_utils import Database

from archive.model import clock
from archive.model.digests import digest_of
from archive.model.errors import ArchiveDamaged
from archive.model.records import Run

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZstdError = zstd.ZstdError
Dictionary = zstd.ZstdDict
Prefix = tuple[Dictionary, int]
_Parameter = zstd.CompressionParameter

# Against a dictionary, a page is small at any level: level 9 takes twice the time and saves 4%.
_LEVEL = 5
_PATCH_LEVEL = 6
# ZSTD_c_forceAttachDict of zstd.h: use the dictionary in place; by default Zstandard copies a large one first.
_FORCE_ATTACH_DICT = 1001
_MAGIC, _DICTIONARY_FRAME = b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
_UNUSED_BIT = 0x10  # of the byte after the magic number
_LARGEST_DICTIONARY = 16 * 1024 * 1024
_PART = 16 * 1024 * 1024
_SMALLEST_WINDOW, _LARGEST_WINDOW = 17, 27
_WINDOW_LIMIT: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _LARGEST_WINDOW}


def dictionary(content: bytes) -> Dictionary:
    """A dictionary of raw content; the first use is costly, further uses are cheap."""
    return zstd.ZstdDict(content, is_raw=True)


def compress(body: bytes, against: Dictionary | None = None, level: int = _LEVEL) -> bytes:
    """The body as one frame, alone or against a dictionary."""
    options: dict[int, int] = {_Parameter.compression_level: level, _Parameter.checksum_flag: 1, _FORCE_ATTACH_DICT: 1}
    return zstd.compress(body, options=options, zstd_dict=against and against.as_digested_dict)


def decompress(data: bytes, against: Dictionary | Prefix | None = None, size: int | None = None) -> bytes:
    """The body that `compress` or `patch` was given. size: its number of bytes, where known; limits how many are
    decompressed. Raises ZstdError where the data is no whole frame, fails its checksum or holds another number."""
    if size is None:
        return zstd.decompress(data, zstd_dict=against, options=_WINDOW_LIMIT)
    if size <= _PART:
        return b"".join(parts(data, against, size))
    body = BytesIO()
    body.writelines(parts(data, against, size))
    return body.getvalue()


def parts(data: bytes, against: Dictionary | Prefix | None, size: int) -> Iterator[bytes]:
    """The body of a frame, in parts of 16 MB at most: in one call, what decompresses a large one takes twice its
    memory. Raises ZstdError as `decompress` does, after the last part."""
    decompressor = zstd.ZstdDecompressor(zstd_dict=against, options=_WINDOW_LIMIT)
    left, rest = size, data
    while left >= 0 and not decompressor.eof:
        part = decompressor.decompress(rest, max_length=max(1, min(left, _PART)))  # the checksum follows the last byte
        if not part and not decompressor.eof:
            break
        left, rest = left - len(part), b""
        yield part
    if left or not decompressor.eof or decompressor.unused_data or not _says(data, size):
        raise ZstdError(f"it is not of the {size:,} bytes that it should be")


def _says(frame: bytes, size: int) -> bool:
    """Whether a frame's head says how many bytes it holds, and nothing that decoders must pass over (RFC 8878 section
    3.1.1.1): then no bit of it can be another, and the bytes be the same."""
    return not frame[len(_MAGIC)] & _UNUSED_BIT and zstd.get_frame_info(frame).decompressed_size == size


def patch(body: bytes, base: bytes) -> bytes:
    """A patch: the body, compressed with another body as its dictionary."""
    window = min(max((len(body) + len(base)).bit_length(), _SMALLEST_WINDOW), _LARGEST_WINDOW)
    options: dict[int, int] = {
        _Parameter.compression_level: _PATCH_LEVEL,
        _Parameter.checksum_flag: 1,
        _Parameter.window_log: window,
    }
    return zstd.compress(body, options=options, zstd_dict=prefix(base))


def open_stream(file: BinaryIO) -> BinaryIO:
    """Decompresses a file of one or more frames, one after the other. A first, skippable frame may hold the dictionary
    of the others, as in WARC files compressed with Zstandard
    (https://iipc.github.io/warc-specifications/specifications/warc-zstd/)."""
    head = file.read(8)
    against = None
    if head[:4] == _DICTIONARY_FRAME:
        content = file.read(min(int.from_bytes(head[4:8], "little"), _LARGEST_DICTIONARY))
        if content[:4] == _MAGIC:
            content = zstd.ZstdDecompressor(options=_WINDOW_LIMIT).decompress(content, max_length=_LARGEST_DICTIONARY)
        against = zstd.ZstdDict(content)
    else:
        file.seek(0)
    return zstd.ZstdFile(file, "rb", zstd_dict=against, options=_WINDOW_LIMIT)  # type: ignore[return-value]  # a file of bytes to read from


def prefix(base: bytes) -> Prefix | None:
    """A body as the base of a patch."""
    return zstd.ZstdDict(base, is_raw=True).as_prefix if len(base) >= _SHORTEST_PREFIX else None


# Zstandard accepts no shorter dictionary.
_SHORTEST_PREFIX = 8


FIRST_AFTER = 32
"""How many pages an outlet must have before its first dictionary is chosen."""

_SAMPLE_SIZE = 96
_CANDIDATES = 12
_TRIAL_PAGES = 24
_TRIAL_LEVEL = 3  # quick, and ranks dictionaries as the level used for storage does
_MAX_SIZE = 1024 * 1024
_LARGEST_PAGE = 512 * 1024
"""Bytes of a page in a sample: a larger one, such as a sitemap, gains nothing from a dictionary, and a hundred of them
would fill the memory."""
# Adds a page where it saves this share; replaces the present dictionary where the new one saves this share.
_PAGE_SAVING = 0.015
_DICTIONARY_SAVING = 0.1

_cache: dict[str, Dictionary] = {}
_CACHE_SIZE = 16


def newest(db: Database, outlet_id: int) -> int | None:
    """The dictionary for new bodies of an outlet: its newest; None while there is none."""
    row = db.execute("SELECT max(id) FROM dictionaries WHERE outlet_id = ?", [outlet_id]).fetchone()
    return None if row[0] is None else int(row[0])


def load(db: Database, dictionary_id: int) -> Dictionary:
    """A dictionary ready for use; the first load checks it against its digest.

    Raises ArchiveDamaged when its bytes have changed.
    """
    row = db.execute("SELECT digest FROM dictionaries WHERE id = ?", [dictionary_id]).fetchone()
    digest = row and row[0]
    if digest not in _cache:  # `content` reports a missing row
        if len(_cache) >= _CACHE_SIZE:
            _cache.clear()
        _cache[digest] = dictionary(content(db, dictionary_id))
    return _cache[digest]


def content(db: Database, dictionary_id: int) -> bytes:
    """A dictionary's bytes. Raises ArchiveDamaged where they are missing, or do not match its digest."""
    row = db.execute("SELECT digest, data, size FROM dictionaries WHERE id = ?", [dictionary_id]).fetchone()
    if row is None:
        raise ArchiveDamaged(f"dictionary {dictionary_id} is not there")
    digest, data, size = row
    try:
        plain = decompress(data, None, min(max(size, 0), 16 * _MAX_SIZE))
    except (ZstdError, TypeError, ValueError) as error:
        raise ArchiveDamaged(f"dictionary {dictionary_id} cannot be decompressed: {error}") from error
    if digest_of(plain) != digest:
        raise ArchiveDamaged(f"dictionary {dictionary_id} is not the one its digest names")
    return plain


def has_enough(db: Database, outlet_id: int) -> bool:
    """Whether the outlet has exactly as many pages as its first dictionary needs."""
    (count,) = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM captures WHERE outlet_id = ? AND outcome = 'fresh' LIMIT ?)",
        [outlet_id, FIRST_AFTER + 1],
    ).fetchone()
    return bool(count == FIRST_AFTER)


def has_doubled(db: Database, run: Run) -> bool:
    """Whether, in this run, the number of the outlet's pages reached twice, four times, ... the number when its newest
    dictionary was chosen: then another choice may be better. True while it has enough pages and no dictionary."""
    row = db.execute(
        "SELECT page_count FROM dictionaries WHERE outlet_id = ? ORDER BY id DESC LIMIT 1", [run.outlet_id]
    ).fetchone()
    page_count, added = db.execute(
        "SELECT count(*), total(run_id = ?) FROM captures WHERE outlet_id = ? AND outcome = 'fresh'",
        [run.id, run.outlet_id],
    ).fetchone()
    if row is None:
        return bool(page_count >= FIRST_AFTER)
    return _doublings(page_count, row[0]) > _doublings(page_count - int(added), row[0])


def _doublings(count: int, since: int) -> int:
    return (count // max(since, 1)).bit_length()


def choose(pages: Sequence[bytes]) -> bytes:
    """Chooses a dictionary: of some candidate pages, those that, concatenated, compress some of the others best. Empty
    where there are not two pages to try on each other."""
    candidates, trial = list(pages[::2])[:_CANDIDATES], pages[1::2][:_TRIAL_PAGES]
    chosen, size = b"", _total_size(trial, None)
    while candidates:
        sizes = {
            page: _total_size(trial, dictionary(page + chosen))
            for page in candidates
            if len(page) + len(chosen) <= _MAX_SIZE
        }
        best = min(sizes, key=lambda page: sizes[page], default=None)
        if best is None or sizes[best] > size * (1 - _PAGE_SAVING):
            break
        chosen, size = best + chosen, sizes[best]
        candidates.remove(best)
    return chosen


def learn(
    db: Database, outlet_id: int, found: tuple[Sequence[bytes], int], moment: datetime, *, anew: bool = False
) -> int | None:
    """Chooses a dictionary from a sample of the outlet's pages and stores it where it saves enough; None where it does
    not. found: the sample, and how many pages the outlet has. anew: whatever the present one saves. Call inside a
    transaction."""
    pages, page_count = found
    chosen = choose(pages)
    if not chosen or not (anew or _is_better(db, outlet_id, chosen, pages[1::2])):
        return None
    cursor = db.execute(
        "INSERT INTO dictionaries (outlet_id, digest, made_at, page_count, size, data) VALUES (?, ?, ?, ?, ?, ?)",
        [outlet_id, digest_of(chosen), clock.stamp(moment), page_count, len(chosen), compress(chosen)],
    )
    return int(cursor.lastrowid or 0)


def sample(db: Database, outlet_id: int) -> tuple[list[int], int]:
    """A random sample of bodies to choose a dictionary from, of pages of every kind and age, the same for the same
    archive; and how many pages the outlet has."""
    rows = db.execute(
        "SELECT body_id FROM captures JOIN bodies ON bodies.id = body_id WHERE outlet_id = ? AND outcome = 'fresh'"
        " AND size <= ? GROUP BY url_key HAVING captures.id = max(captures.id) ORDER BY captures.id DESC LIMIT ?",
        [outlet_id, _LARGEST_PAGE, _SAMPLE_SIZE * 8],
    ).fetchall()
    bodies = list(dict.fromkeys(row[0] for row in rows))
    (count,) = db.execute(
        "SELECT count(*) FROM captures WHERE outlet_id = ? AND outcome = 'fresh'", [outlet_id]
    ).fetchone()
    return random.Random(count).sample(bodies, min(_SAMPLE_SIZE, len(bodies))), int(count)


def drop_unused(db: Database) -> int:
    """Deletes dictionaries that no body uses and that are not their outlet's newest; returns how many. Call inside a
    transaction."""
    return db.execute(
        "DELETE FROM dictionaries WHERE id NOT IN (SELECT dictionary_id FROM bodies WHERE dictionary_id IS NOT NULL)"
        " AND id NOT IN (SELECT max(id) FROM dictionaries GROUP BY outlet_id)"
    ).rowcount


def _total_size(pages: Sequence[bytes], against: Dictionary | None) -> int:
    return sum(len(compress(page, against, _TRIAL_LEVEL)) for page in pages)


def _is_better(db: Database, outlet_id: int, chosen: bytes, trial: Sequence[bytes]) -> bool:
    present = newest(db, outlet_id)
    if present is None:
        return True
    former_size = _total_size(trial, load(db, present))
    return _total_size(trial, dictionary(chosen)) < former_size * (1 - _DICTIONARY_SAVING)
