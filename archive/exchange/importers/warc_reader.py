"""Reads the records of WARC and ARC files, damaged ones too. The only module that reads with warcio.

After damage, or a record that contradicts itself, the reader reports it, searches for the next place that begins like a
record, and resumes there. It trusts no record: it reads lines, headers and bodies up to a limit, and checks a length
against what follows.
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
from warcio.bufferedreaders import DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from archive.exchange.decompression import (
    GZIP,
    PLAIN,
    ResumedStream,
    TooLarge,
    decode_payload,
    first_member,
    next_record,
)
from archive.exchange.importers.import_items import Skipped
from archive.model.packing import LARGEST_BODY, UnpackBudget
from archive.storage import codecs

_MAX_LINE = 1024 * 1024
_FEW_BYTES = 8
_MAX_HEADERS = 1024 * 1024
"""Maximum bytes of a record's WARC headers and HTTP headers: four times what a browser accepts."""
_MAX_REREAD = 4 * 1024 * 1024
"""Bytes of damaged heads that are searched again for the next record, in a file: a head that begins a thousand times
would be read a thousand times."""
_CHUNK = 1024 * 1024
_ZSTD, _SKIPPABLE = b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
DAMAGE = (
    ArchiveLoadFailed, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, AttributeError, TypeError,
    codecs.ZstdError, zipfile.BadZipFile, RuntimeError, OverflowError,
)  # fmt: skip
"""The errors that warcio, by its tests and by trial, and the decompressors beneath it raise on damaged input.
RuntimeError: an encrypted member of a zip file, or one compressed with a method that Python does not know."""


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """A record. body: after transfer- and content-decoding, at most LARGEST_BODY bytes; headers: the WARC headers.
    status: as written, None where there is none. packed: the content coding that could not be undone, if any."""

    kind: str
    headers: dict[str, str]
    status: str | None
    http: tuple[tuple[str, str], ...]
    body: bytes
    offset: int
    packed: str = ""


class _BadRecord(ValueError):
    """Raised for a record that contradicts itself. until: the offset where the next may begin, 0 if unknown."""

    def __init__(self, reason: str, until: int = 0):
        super().__init__(reason)
        self.until = until


class _Reader(DecompressingBufferedReader):  # type: ignore[misc]  # warcio has no types
    """Limits the memory that headers take: endless ones are damage. head: bytes of lines read since the record
    began; budget: of the file."""

    head = 0
    budget: UnpackBudget

    def _process_read(self, data: bytes) -> None:
        super()._process_read(data)
        self.budget.spend(self.buff_size if data else 0)

    def readline(self, length: int = 0) -> bytes:
        line: bytes = super().readline(length or _MAX_LINE)
        self.head += len(line)
        if not length and len(line) >= _MAX_LINE and not line.endswith(b"\n"):
            raise ValueError("a line without end")
        if self.head > _MAX_HEADERS:
            raise _BadRecord("headers without end")
        return line


class _Loader(ArcWarcRecordLoader):  # type: ignore[misc]  # warcio has no types
    """As warcio's, but also loads responses without a status line and HTTP headers, and passes over interim responses
    (100 Continue, 103 Early Hints). begun: the first line of a page, where it has been read already."""

    begun = b""

    def load_http_headers(self, rec_type: str, uri: str | None, stream: Any, length: int | None) -> Any:
        self.begun = b""
        uri = (uri or "").lower()
        if rec_type != "response" or length == 0 or not uri.startswith(self.HTTP_SCHEMES):
            return super().load_http_headers(rec_type, uri, stream, length)
        line: bytes = stream.readline()
        if line.lstrip().startswith(b"<"):
            self.begun = line
            return None
        http = self.http_parser.parse(stream, line)
        while http.get_statuscode().startswith("1") and (line := stream.readline()):
            if not line.startswith(b"HTTP/"):
                self.begun = line
                break
            http = self.http_parser.parse(stream, line)
        return http


class _Records(ArchiveIterator):  # type: ignore[misc]  # warcio has no types
    """Iterates over warcio's records. stray: bytes that are no record followed the last one, where empty lines belong,
    so its Content-Length was wrong. missed: those bytes, if they are few, which then belong to its body."""

    stray = False
    missed = b""

    def __init__(self, file: Any, budget: UnpackBudget):
        super().__init__(file, arc2warc=True, verify_http=False)
        self.reader = _Reader(self.fh, block_size=16384)
        self.reader.budget = budget
        self.loader = _Loader(verify_http=False, arc2warc=True)

    def _consume_blanklines(self) -> tuple[bytes | None, int]:
        """Overrides warcio, which takes any first line, and writes to standard error."""
        empty, self.stray, self.missed = 0, False, b""
        while line := self.reader.readline():
            begins = bool(empty) or line.startswith(PLAIN) or _is_arc(line)
            if not line.strip():
                empty += len(line)
            elif begins or self.missed or len(line) > _FEW_BYTES:
                self.stray = not begins
                return line, empty
            else:
                self.missed = line.rstrip(b"\r\n")
        return None, empty


def _is_arc(line: bytes) -> bool:
    """Whether a line is the first of an ARC record: URL, IP address, time, type, length."""
    parts = line.split()
    return len(parts) >= 5 and parts[-1].isdigit() and b":" in parts[0]


def records(
    file: BinaryIO, begin: int = 0, end: int | None = None, budget: UnpackBudget | None = None
) -> Iterator[WarcRecord | Skipped]:
    """Reads the records of a seekable file: compressed record by record, as a whole (gzip or Zstandard), or not. begin,
    end: only records with begin <= offset < end, of a file in which each record is a gzip member of its own (see
    `is_in_members`). budget: the file's own by default. Raises UnpacksTooMuch."""
    budget = budget or UnpackBudget(_size(file))
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if head in (_ZSTD, _SKIPPABLE):
        yield from _stream_records(codecs.open_stream(file), budget)
        return
    yield from _located_records(file, GZIP if head.startswith(GZIP) else PLAIN, begin, end, budget)


def _located_records(
    file: BinaryIO, magic: bytes, begin: int, end: int | None, budget: UnpackBudget
) -> Iterator[WarcRecord | Skipped]:
    """The records of a file in which each begins at an offset of its own; after damage, from the next one that begins
    with the magic bytes."""
    start = first_member(file, begin) if begin else 0
    reported, reread, number = False, 0, 0
    while start is not None and (end is None or start < end):
        file.seek(start)
        offset, until, problem = start, 0, None
        iterator = _Records(file, budget)
        try:
            for record, offset in _records_before(end, iterator):
                number += 1
                yield _read_record(iterator, record, offset)
                reported = False
            if magic == GZIP and end is None and not _is_complete(file, offset, budget):
                yield Skipped("the file is cut off", f"after byte {offset}")
            return
        except DAMAGE as error:
            problem, until = error, getattr(error, "until", 0)
        offset = max(offset, int(iterator.offset))  # the offset of a record whose own headers are damaged
        reread += iterator.reader.head
        passed = iterator.reader.head if magic == PLAIN and reread > _MAX_REREAD else 1
        start = next_record(file, (until if magic == PLAIN and until < _size(file) else 0) or offset + passed, magic)
        ends_here = magic == GZIP and start is None and end is None and not begin
        if "non-chunked" in str(problem) or (ends_here and number <= 1):  # one member holds all records
            file.seek(0)
            yield from _stream_records(gzip.GzipFile(fileobj=file), budget, skip=number)
            return
        if not reported or isinstance(problem, _BadRecord):
            yield Skipped(_reason(problem), f"byte {offset}")
        reported = not until


def _size(file: BinaryIO) -> int:
    return file.seek(0, io.SEEK_END)


def _records_before(end: int | None, iterator: Any) -> Iterator[tuple[Any, int]]:
    """The records that begin before `end`, each with its offset."""
    for record in iterator:
        start = int(iterator.offset)  # get_record_offset would read to the record's end
        if end is not None and start >= end:
            return
        yield record, start
        iterator.reader.head = 0


def _is_complete(file: BinaryIO, start: int, budget: UnpackBudget) -> bool:
    """Whether the last member of a gzip file, from offset `start` on, is complete. warcio does not tell."""
    file.seek(start)
    member, data = zlib.decompressobj(zlib.MAX_WBITS | 16), file.read(_CHUNK)
    while data:
        budget.spend(len(member.decompress(data, _CHUNK)))
        if member.eof:
            data = member.unused_data or file.read(_CHUNK)
            if not data.startswith(GZIP):
                return True
            member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        else:
            data = member.unconsumed_tail or file.read(_CHUNK)
    return member.eof


class _UntilDamage(io.RawIOBase):
    """A stream that ends where another is damaged, and loses nothing that came before: a buffer over the other would
    raise the damage in place of what it has read. damage: what was met."""

    def __init__(self, stream: Any):
        super().__init__()
        self._stream = stream
        self.damage: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Reads what comes next, as much as the other has at once."""
        try:
            data = self._stream.read1(len(buffer))
        except DAMAGE as error:
            self.damage = error
            return 0
        buffer[: len(data)] = data
        return len(data)


def _stream_records(stream: Any, budget: UnpackBudget, skip: int = 0) -> Iterator[WarcRecord | Skipped]:
    """Reads the records of a stream that cannot seek, resuming after damage. skip: so many were yielded already."""
    number, reported, whole = 0, False, _UntilDamage(stream)
    file: Any = io.BufferedReader(whole, _CHUNK)
    while True:
        iterator = _Records(file, budget)
        try:
            for record, _ in _records_before(None, iterator):
                number += 1
                raw = _read_record(iterator, record, number)
                if number > skip:
                    yield raw
                reported = False
            rest = None
        except DAMAGE as error:
            if not reported:
                yield Skipped(_reason(error), f"after record {number}")
            reported = True
            rest = ResumedStream.at(iterator.reader, PLAIN)
        if rest is None:
            if whole.damage and not reported:
                yield Skipped(_reason(whole.damage), f"after record {number}")
            return
        file = io.BufferedReader(rest, _CHUNK)


def _read_record(iterator: Any, record: Any, offset: int) -> WarcRecord | Skipped:
    """Reads a record with its body. Raises _BadRecord where it contradicts itself."""
    size = _content_length(record)
    if size > 2 * LARGEST_BODY:
        raise _BadRecord(f"a record of {size:,} bytes", offset + size)
    http = record.http_headers
    headers = {str(name).lower(): str(value) for name, value in record.rec_headers.headers}
    first_line = iterator.loader.begun
    data = first_line + record.raw_stream.read(LARGEST_BODY + 1 - len(first_line)) if size else b""
    if len(data) > LARGEST_BODY:
        return Skipped(f"a body of more than {LARGEST_BODY:,} bytes", f"byte {offset}")
    if getattr(record.raw_stream, "limit", 0) > 0:
        raise _BadRecord("the record is cut off")
    iterator.reader.head = 0
    iterator.read_to_end()
    if iterator.stray:
        raise _BadRecord("its Content-Length is not the length of what it holds", offset + 1)
    try:
        unpacked, packed = decode_payload(http.headers if http else (), data + iterator.missed, LARGEST_BODY)
    except TooLarge:
        iterator.reader.budget.spend(LARGEST_BODY)
        return Skipped(f"a body of more than {LARGEST_BODY:,} bytes", f"byte {offset}")
    iterator.reader.budget.spend(len(unpacked.body))
    if not unpacked.whole:
        return Skipped("its coding has no end: only a part was recorded", f"byte {offset}")
    status = None if http is None else str(http.get_statuscode())
    pairs = tuple((str(name), str(value)) for name, value in http.headers) if http else ()
    return WarcRecord(record.rec_type or "", headers, status, pairs, unpacked.body, offset, packed)


def _content_length(record: Any) -> int:
    """The Content-Length of a record. Raises _BadRecord where it is missing or no number."""
    stated = record.rec_headers.get_header("Content-Length" if record.format == "warc" else "length")
    if record.length is None or (stated is not None and not str(stated).strip().isdigit()):
        raise _BadRecord("a record without Content-Length" if stated is None else "its Content-Length is no number")
    return int(record.length)


def _reason(error: BaseException | None) -> str:
    if isinstance(error, _BadRecord):
        return str(error)
    return "the file is damaged" + (f" ({str(error).strip().splitlines()[0][:80]})" if str(error).strip() else "")
