"""Writes WARC files: captures in order of time, each record compressed by itself, a new file at a size limit."""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Literal

from archive.exchange.exporters.warc_records import (
    ENDING,
    Record,
    ending_record,
    outlet_record,
    page_records,
    picture_records,
    warcinfo_record,
)
from archive.model.digests import digest_of
from archive.storage import codecs
from archive.storage.captures.capture_stream import CaptureStream, OutPage, OutPicture, Scope, as_of, outlet_facts
from archive.storage.connection import Database, snapshot
from archive.storage.picture_files import verified_file

Compression = Literal["gz", "zst", "none"]

_LEVEL = 6
_SIZE = 1_000_000_000  # bytes
_MAX_PENDING = 8  # records being compressed
ENDINGS: dict[Compression, str] = {"gz": ".warc.gz", "zst": ".warc.zst", "none": ".warc"}


@dataclass(frozen=True, slots=True)
class PlacedRecord:
    """A record's place in a file. offset, length: bytes, after compression."""

    record: Record
    file: str
    offset: int
    length: int


@dataclass(slots=True)
class Exported:
    """The counts of an export. payload: bytes of bodies and pictures. withdrawn: articles left out; hidden: their
    captures. missing: fetches of pictures whose file is not in the folder, or has other bytes than were fetched;
    without_file: digests of these."""

    files: list[Path] = field(default_factory=list)
    records: int = 0
    captures: int = 0
    payload: int = 0
    withdrawn: int = 0
    hidden: int = 0
    missing: int = 0
    without_file: set[str | None] = field(default_factory=set)


def export_warc(
    db: Database, folder: Path, scope: Scope, *, pictures: Path | None, compression: Compression = "gz",
    size: int = _SIZE, step: Callable[[], None] = lambda: None, placed: Callable[[PlacedRecord], None] = lambda _: None,
) -> Exported:  # fmt: skip
    """Writes the captures of a scope into `folder`. pictures: the folder with the archive's pictures; None leaves them
    out. size: bytes after which a new file begins. Exports one snapshot of the archive."""
    part = _export_name(db, scope, pictures is not None, size)
    with snapshot(db), _Files(folder, scope, compression, size, db, part, placed) as files:
        stream = CaptureStream(db, scope, pictures=pictures is not None)
        exported = Exported(withdrawn=stream.withdrawn, hidden=stream.hidden)
        for item in stream:
            exported.captures += 1
            for record in _records(item, pictures, exported, files):
                files.write(record)
                exported.records += 1
                exported.payload += record.payload
            step()
    exported.files = files.paths
    return exported


def _records(item: OutPage | OutPicture, pictures: Path | None, exported: Exported, files: _Files) -> Iterator[Record]:
    warcinfo = files.warcinfo
    if isinstance(item, OutPage):
        yield from page_records(item, warcinfo)
        return
    data = None
    if item.path:
        data = verified_file(pictures, item.path, item.digest) if pictures and item.digest else None
        if data is None:
            exported.without_file.add(item.digest)
    if item.status != 304 and item.digest in exported.without_file:
        exported.missing += 1
        return
    yield from picture_records(item, data, warcinfo)


class _Files:
    """A series of WARC files. Compresses records on other threads, for zlib and Zstandard release the GIL, and writes
    them in order."""

    def __init__(
        self, folder: Path, scope: Scope, compression: Compression, size: int, db: Database, part: str,
        placed: Callable[[PlacedRecord], None],
    ):  # fmt: skip
        self.folder, self.scope, self.compression, self.size = folder, scope, compression, size
        self.outlets, self.placed = outlet_facts(db, scope.outlet), placed
        self.now, self.part = as_of(db, scope.run), part
        self.paths: list[Path] = []
        self.warcinfo = ""
        self._file: BinaryIO | None = None
        self._offset = self._records = 0
        self._threads = ThreadPoolExecutor(2)
        self._waiting: deque[tuple[Record, Future[bytes]]] = deque()

    def __enter__(self) -> _Files:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._open_next()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._drain(0)
            self._write_ending()
        self._threads.shutdown(cancel_futures=True)
        if self._file:
            self._file.close()

    def write(self, record: Record) -> None:
        """Queues a record for compression and writing."""
        self._waiting.append((record, self._threads.submit(self._compress, record.data)))
        self._drain(_MAX_PENDING)
        if self._offset >= self.size and record.kind != "response":
            self._drain(0)
            self._open_next()

    def _drain(self, keep: int) -> None:
        while len(self._waiting) > keep:
            record, compressed = self._waiting.popleft()
            self._append(record, compressed.result())

    def _append(self, record: Record, data: bytes) -> None:
        assert self._file is not None
        self._file.write(data)
        self.placed(PlacedRecord(record, self.paths[-1].name, self._offset, len(data)))
        self._offset += len(data)
        self._records += 1

    def _write_ending(self, goes_on_in: str = "") -> None:
        """Writes the last record, which a truncated file lacks."""
        ending = ending_record(self._records, goes_on_in, self.now, self.warcinfo)
        self._append(ending, self._compress(ending.data))

    def _open_next(self) -> None:
        name = f"luubao-{self.scope.outlet or 'all'}-{self.part}-{len(self.paths):05}{ENDINGS[self.compression]}"
        path = self.folder / name
        if self._file:
            self._write_ending(goes_on_in=name)
            self._file.close()
        self._file = path.open("xb")
        self.paths.append(path)
        self._offset = self._records = 0
        warcinfo, self.warcinfo = warcinfo_record(name, _facts(self.scope), self.now)
        for record in (warcinfo, *(outlet_record(facts, self.now, self.warcinfo) for facts in self.outlets)):
            self._append(record, self._compress(record.data))

    def _compress(self, data: bytes) -> bytes:
        if self.compression == "gz":
            return gzip.compress(data, _LEVEL, mtime=0)
        return codecs.compress(data) if self.compression == "zst" else data


def _export_name(db: Database, scope: Scope, pictures: bool, size: int) -> str:
    """The part of file names that differs between exports, and is the same when an export is repeated."""
    stamp = f"run{scope.run}" if scope.run else "".join(letter for letter in as_of(db) if letter.isalnum()).rstrip("Z")
    options = (scope.since, scope.until, pictures, size)
    if options == (Scope().since, Scope().until, True, _SIZE):
        return stamp
    return f"{stamp}-{digest_of(repr(options).encode()).removeprefix('sha256:')[:8]}"


def _facts(scope: Scope) -> dict[str, str]:
    return {
        "software": f"luubao/{version('luubao')}",
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "description": f"captures of {scope.outlet or 'all outlets'}, bodies after content-decoding;"
        " headers that told of the encoding are renamed to X-Archive-Orig-*",
        "ends-with": ENDING,
    }
