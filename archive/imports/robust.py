"""Records of a WARC or ARC file, as far as it goes. The one door to warcio for reading.

Where a file is damaged, the next place that begins like a record is looked for, and reading goes on there. Nothing a
record claims is believed: lines, headers and bodies are read up to a bound.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed

from archive.imports.items import LARGEST, Skipped
from archive.imports.members import GZIP, PLAIN, first_member, next_mark
from archive.store import codecs

_LONGEST_LINE = 1024 * 1024
_CHUNK = 1024 * 1024
_ZSTD, _SKIPPABLE = b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
_DAMAGE = (ArchiveLoadFailed, zlib.error, EOFError, OSError, ValueError, AttributeError, TypeError, codecs.ZstdError)
"""What warcio raises on damaged input, by its tests and by trying."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A record. body: after transfer- and content-decoding, at most LARGEST bytes; headers: the WARC's own."""

    kind: str
    headers: dict[str, str]
    status: int | None
    http: tuple[tuple[str, str], ...]
    body: bytes
    offset: int


class _Reader(DecompressingBufferedReader):  # type: ignore[misc]  # warcio has no types
    """A line that does not end is damage, not a reason to fill the memory."""

    def readline(self, length: int = 0) -> bytes:
        line: bytes = super().readline(length or _LONGEST_LINE)
        if not length and len(line) >= _LONGEST_LINE and not line.endswith(b"\n"):
            raise ValueError("a line without end")
        return line


def records(file: BinaryIO, begin: int = 0, end: int | None = None) -> Iterator[Raw | Skipped]:
    """The records of a seekable file, each compressed by itself or not, whole files compressed with gzip or Zstandard
    too. begin, end: only those that begin there or later, and before; of a file of which each record is compressed
    with gzip by itself (see `is_in_members`)."""
    head = file.read(4)
    file.seek(0)
    if head in (_ZSTD, _SKIPPABLE):
        yield from _stream(codecs.open_stream(file))
        return
    mark = GZIP if head.startswith(GZIP) else PLAIN
    start = first_member(file, begin) if begin else 0
    told = False
    while start is not None and (end is None or start < end):
        file.seek(start)
        last, until, problem = start, start, None
        iterator = _iterator(file)
        try:
            for record, last in _before(end, iterator):
                if (size := int(record.length or 0)) > 2 * LARGEST:
                    until = last + size if mark == PLAIN else last
                    raise _TooLarge(f"a record of {size:,} bytes")
                yield _raw(record, last)
                told = False
            if mark == GZIP and end is None and not _ends_whole(file, last):
                yield Skipped("the file is cut off", f"after byte {last}")
            return
        except ArchiveLoadFailed as error:
            if "non-chunked" in str(error):
                file.seek(0)
                yield from _stream(gzip.GzipFile(fileobj=file), skip=1)
                return
            problem = error
        except _DAMAGE as error:
            problem = error
        if not told:
            yield Skipped(_reason(problem), f"byte {last}")
        told = not isinstance(problem, _TooLarge)
        start = next_mark(file, max(until, last) + 1, mark)


def _before(end: int | None, iterator: Any) -> Iterator[tuple[Any, int]]:
    """The records that begin before that place, each with where it begins."""
    for record in iterator:
        start = int(iterator.offset)  # get_record_offset would read on to the record's end
        if end is not None and start >= end:
            return
        yield record, start


def _ends_whole(file: BinaryIO, start: int) -> bool:
    """Whether the last member of a gzip file, from the one at `start` on, comes to its end. warcio does not say."""
    file.seek(start)
    member, data = zlib.decompressobj(zlib.MAX_WBITS | 16), file.read(_CHUNK)
    while data:
        member.decompress(data, _CHUNK)
        if member.eof:
            data = member.unused_data or file.read(_CHUNK)
            if not data.startswith(GZIP):
                return True
            member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        else:
            data = member.unconsumed_tail or file.read(_CHUNK)
    return member.eof


class _TooLarge(ValueError):
    pass


def _iterator(file: Any) -> Any:
    iterator = ArchiveIterator(file, arc2warc=True, verify_http=False)
    iterator.reader = _Reader(iterator.fh, block_size=16384)
    return iterator


def _stream(stream: Any, skip: int = 0) -> Iterator[Raw | Skipped]:
    """Records of a stream that cannot be sought in: after damage, nothing more. skip: so many were told already."""
    last = 0
    try:
        for number, record in enumerate(_iterator(io.BufferedReader(stream, _CHUNK)), 1):
            last = number
            if int(record.length or 0) > 2 * LARGEST:
                yield Skipped(f"a record of {int(record.length):,} bytes", f"record {number}")
            elif number > skip:
                yield _raw(record, number)
    except _DAMAGE as error:
        yield Skipped(_reason(error), f"after record {last}")


def _raw(record: Any, offset: int) -> Raw | Skipped:
    http = record.http_headers
    headers = {str(name).lower(): str(value) for name, value in record.rec_headers.headers}
    stream = record.content_stream() if record.length else None
    body = stream.read(LARGEST + 1) if stream else b""
    if len(body) > LARGEST:
        return Skipped(f"a body of more than {LARGEST:,} bytes", f"byte {offset}")
    if getattr(record.raw_stream, "limit", 0) > 0 and not _encoded(http):
        return Skipped("the record is cut off", f"byte {offset}")
    if _is_cut(stream):
        return Skipped("its packing has no end: only a part was recorded", f"byte {offset}")
    status = None
    if http is not None:
        with suppress(ValueError):
            status = int(http.get_statuscode())
    pairs = tuple((str(name), str(value)) for name, value in http.headers) if http else ()
    return Raw(record.rec_type, headers, status, pairs, body, offset)


def _is_cut(stream: Any) -> bool:
    """Whether a payload that warcio unpacked ended before its packing did; warcio gives what it has. Of brotli it knows
    the end by another name."""
    unpacking = getattr(stream, "decompressor", None)
    return unpacking is not None and getattr(unpacking, "eof", True) is False


def _encoded(http: Any) -> bool:
    return bool(http and (http.get_header("Content-Encoding") or http.get_header("Transfer-Encoding")))


def _reason(error: BaseException | None) -> str:
    if isinstance(error, _TooLarge):
        return str(error)
    return "the file is damaged" + (f" ({str(error).strip().splitlines()[0][:80]})" if str(error).strip() else "")
