"""Records of a WARC or ARC file, as far as it goes. The one door to warcio for reading.

Where a file is damaged, or a record says of itself what is not so, that is told, the next place that begins like a
record is looked for, and reading goes on there. Nothing a record claims is believed: lines, headers and bodies are read
up to a bound, and a length is held against what comes after it.
"""

from __future__ import annotations

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader, DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from archive.exchange.content_codings import NotPacked, TooLarge, Unpacked, codings_of, unpack
from archive.exchange.importers.gzip_members import GZIP, PLAIN, Resumed, first_member, next_record
from archive.exchange.importers.import_items import LARGEST, Skipped
from archive.storage.bodies import codecs

_LONGEST_LINE = 1024 * 1024
_FEW = 8
_LONGEST_HEAD = 1024 * 1024
"""Bytes of a record's own headers and of the HTTP headers it holds: four times what a browser puts up with."""
_CHUNK = 1024 * 1024
_ZSTD, _SKIPPABLE = b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
DAMAGE = (
    ArchiveLoadFailed, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, AttributeError, TypeError,
    codecs.ZstdError, zipfile.BadZipFile, RuntimeError, OverflowError,
)  # fmt: skip
"""What warcio raises on damaged input, by its tests and by trying, and whoever unpacks beneath it: RuntimeError is an
encrypted member of a zip file, or one packed in a way that Python does not know."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A record. body: after transfer- and content-decoding, at most LARGEST bytes; headers: the WARC's own. status: as
    it stands there, None where there is none. packed: the coding that could not be undone, if any."""

    kind: str
    headers: dict[str, str]
    status: str | None
    http: tuple[tuple[str, str], ...]
    body: bytes
    offset: int
    packed: str = ""


class _Odd(ValueError):
    """Raised for a record that cannot be as it says. until: where the next one may begin, as far as that is known."""

    def __init__(self, reason: str, until: int = 0):
        super().__init__(reason)
        self.until = until


class _Reader(DecompressingBufferedReader):  # type: ignore[misc]  # warcio has no types
    """Headers that do not end are damage, not a reason to fill the memory. head: bytes of lines read since a record's
    beginning."""

    head = 0

    def readline(self, length: int = 0) -> bytes:
        line: bytes = super().readline(length or _LONGEST_LINE)
        if not length and len(line) >= _LONGEST_LINE and not line.endswith(b"\n"):
            raise ValueError("a line without end")
        self.head += len(line)
        if self.head > _LONGEST_HEAD:
            raise _Odd("headers without end")
        return line


class _Loader(ArcWarcRecordLoader):  # type: ignore[misc]  # warcio has no types
    """As warcio's, of responses too that are written without what the server said before the page. begun: the first
    line of such a page, which has been read already."""

    begun = b""

    def load_http_headers(self, rec_type: str, uri: str | None, stream: Any, length: int | None) -> Any:
        """The HTTP headers of a record; None where it has none."""
        self.begun = b""
        if rec_type != "response" or length == 0 or not (uri or "").startswith(self.HTTP_SCHEMES):
            return super().load_http_headers(rec_type, uri or "", stream, length)
        line: bytes = stream.readline()
        if line.lstrip().startswith(b"<"):
            self.begun = line
            return None
        return self.http_parser.parse(stream, line)


class _Records(ArchiveIterator):  # type: ignore[misc]  # warcio has no types
    """warcio's records. stray: right behind the last one, where empty lines belong, came something that is no record:
    so its length was not that of what it held. missed: that, where it is a few bytes, which then belong to it."""

    stray = False
    missed = b""

    def __init__(self, file: Any):
        super().__init__(file, arc2warc=True, verify_http=False)
        self.reader = _Reader(self.fh, block_size=16384)
        self.loader = _Loader(verify_http=False, arc2warc=True)

    def _consume_blanklines(self) -> tuple[bytes | None, int]:
        """warcio takes the first line whatever it is, and writes to standard error."""
        empty, self.stray, self.missed = 0, False, b""
        while line := self.reader.readline():
            begins = bool(empty) or line.startswith(PLAIN) or _is_arc(line)
            if not line.strip():
                empty += len(line)
            elif begins or self.missed or len(line) > _FEW:
                self.stray = not begins
                return line, empty
            else:
                self.missed = line.rstrip(b"\r\n")
        return None, empty


def _is_arc(line: bytes) -> bool:
    """Whether a line is the one that begins a record of an ARC file: address, number, time, type, length."""
    parts = line.split()
    return len(parts) >= 5 and parts[-1].isdigit() and b":" in parts[0]


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
        last, until, problem = start, 0, None
        iterator = _Records(file)
        try:
            for record, last in _before(end, iterator):
                yield _raw(iterator, record, last)
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
        except DAMAGE as error:
            problem, until = error, getattr(error, "until", 0)
        last = max(last, int(iterator.offset))  # that of a record whose own headers were the trouble
        if not told or isinstance(problem, _Odd):
            yield Skipped(_reason(problem), f"byte {last}")
        told = not until
        start = next_record(file, (until if mark == PLAIN and until < _size(file) else 0) or last + 1, mark)


def _size(file: BinaryIO) -> int:
    return file.seek(0, io.SEEK_END)


def _before(end: int | None, iterator: Any) -> Iterator[tuple[Any, int]]:
    """The records that begin before that place, each with where it begins."""
    for record in iterator:
        start = int(iterator.offset)  # get_record_offset would read on to the record's end
        if end is not None and start >= end:
            return
        yield record, start
        iterator.reader.head = 0


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


def _stream(stream: Any, skip: int = 0) -> Iterator[Raw | Skipped]:
    """Records of a stream that cannot be sought in: after damage, what follows it. skip: so many were told already."""
    number, told = 0, False
    file: Any = io.BufferedReader(stream, _CHUNK)
    while True:
        iterator = _Records(file)
        try:
            for record, _ in _before(None, iterator):
                number += 1
                made = _raw(iterator, record, number)
                if number > skip:
                    yield made
                told = False
            return
        except DAMAGE as error:
            if not told:
                yield Skipped(_reason(error), f"after record {number}")
            told = True
        try:
            rest = Resumed.at(iterator.reader, PLAIN)
        except DAMAGE:  # the stream itself is damaged, and that was told
            return
        if rest is None:
            return
        file = io.BufferedReader(rest, _CHUNK)


def _raw(iterator: Any, record: Any, offset: int) -> Raw | Skipped:
    """A record with its body. Raises _Odd where it is not as it says."""
    size = _length(record)
    if size > 2 * LARGEST:
        raise _Odd(f"a record of {size:,} bytes", offset + size)
    http = record.http_headers
    headers = {str(name).lower(): str(value) for name, value in record.rec_headers.headers}
    begun = iterator.loader.begun
    data = begun + _payload(record).read(LARGEST + 1 - len(begun)) if size else b""
    if len(data) > LARGEST:
        return Skipped(f"a body of more than {LARGEST:,} bytes", f"byte {offset}")
    if getattr(record.raw_stream, "limit", 0) > 0 and not _is_chunked(http):
        raise _Odd("the record is cut off")
    iterator.reader.head = 0
    iterator.read_to_end()
    if iterator.stray:
        raise _Odd("its Content-Length is not the length of what it holds")
    try:
        unpacked, packed = _unpacked(http, data if _is_chunked(http) else data + iterator.missed)
    except TooLarge:
        return Skipped(f"a body of more than {LARGEST:,} bytes", f"byte {offset}")
    if not unpacked.whole:
        raise _Odd("its packing has no end: only a part was recorded")
    status = None if http is None else str(http.get_statuscode())
    pairs = tuple((str(name), str(value)) for name, value in http.headers) if http else ()
    return Raw(record.rec_type or "", headers, status, pairs, unpacked.body, offset, packed)


def _payload(record: Any) -> Any:
    """What follows a record's headers, without the chunks in which it came."""
    stream = record.raw_stream
    return ChunkedDataReader(stream) if _is_chunked(record.http_headers) else stream


def _is_chunked(http: Any) -> bool:
    return bool(http and (http.get_header("Transfer-Encoding") or "").strip().lower() == "chunked")


def _unpacked(http: Any, data: bytes) -> tuple[Unpacked, str]:
    """A payload without its content codings, and which could not be undone. What was unpacked before it was written
    down, and still names the coding, stays as it is. Raises TooLarge."""
    named = (http.get_header("Content-Encoding") or "") if http else ""
    codings, others = codings_of(named)
    try:
        return unpack(data, codings, LARGEST), ", ".join(others)
    except NotPacked:
        return Unpacked(data, whole=True), named.strip()


def _length(record: Any) -> int:
    """What a record says of its length. Raises _Odd where it does not, or where that is no number."""
    told = record.rec_headers.get_header("Content-Length" if record.format == "warc" else "length")
    if record.length is None or (told is not None and not str(told).strip().isdigit()):
        raise _Odd("a record without Content-Length" if told is None else "its Content-Length is no number")
    return int(record.length)


def _reason(error: BaseException | None) -> str:
    if isinstance(error, _Odd):
        return str(error)
    return "the file is damaged" + (f" ({str(error).strip().splitlines()[0][:80]})" if str(error).strip() else "")
