"""Splits WARC files for tasks and reads the pages of a split, on every file system of pyarrow: local, S3, HDFS, GCS.

A file in which each record is a gzip member of its own (as luubao, Heritrix, warcio and Common Crawl write them) can be
split at any byte: a record belongs to the split in which it begins. Any other file is one split.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from archive.exchange.decompression import is_in_members
from archive.exchange.importers.import_items import DescribedOutlet, OutletMatcher, Page, Skipped, described_by
from archive.exchange.importers.warc_captures import is_luubao_warc, item_of
from archive.exchange.importers.warc_reader import WarcRecord, records
from archive.model.errors import LuubaoError, Misconfigured
from archive.model.records import Outlet
from archive.text.recurring_blocks import Boilerplate


@dataclass(frozen=True, slots=True)
class FileLocation:
    """A file or folder. name: as the user gave it; system, path: a pyarrow file system, and the path in it."""

    name: str
    system: Any
    path: str

    def __str__(self) -> str:
        return self.name

    def inside(self, name: str) -> FileLocation:
        return FileLocation(f"{self.name.rstrip('/')}/{name}", self.system, f"{self.path.rstrip('/')}/{name}")


def place(name: str) -> FileLocation:
    """Resolves a path or an address (`s3://bucket/folder?endpoint_override=host:9000`).

    Raises LuubaoError for an invalid address.
    """
    fs = _pyarrow_fs()
    if "://" not in name:
        return FileLocation(name, fs.LocalFileSystem(), str(Path(name).absolute()))
    try:
        system, path = fs.FileSystem.from_uri(name)
    except (ValueError, OSError) as error:
        raise LuubaoError(f"{name} leads nowhere: {error}. Give a path, or an address as s3://bucket/folder") from error
    return FileLocation(name.partition("?")[0], system, path)


def is_there(file: FileLocation) -> bool:
    return bool(file.system.get_file_info(file.path).is_file)


def files_in(folder: FileLocation, ending: str | tuple[str, ...]) -> list[FileLocation]:
    """The files in a folder whose names have this ending, sorted by name; the file itself where `folder` is a file.
    Skips names that begin with an underscore or a dot: unfinished or foreign files."""
    info = folder.system.get_file_info(folder.path)
    if info.is_file:
        return [folder]
    entries = folder.system.get_file_info(file_selector(folder))
    names = sorted(entry.base_name for entry in entries if entry.is_file)
    return [folder.inside(name) for name in names if name.endswith(ending) and not name.startswith(("_", "."))]


def file_selector(folder: FileLocation) -> Any:
    """A pyarrow selector of a folder's entries; selects none where the folder does not exist."""
    return _pyarrow_fs().FileSelector(folder.path, allow_not_found=True)


def _pyarrow_fs() -> Any:
    try:
        import pyarrow.fs
    except ImportError as error:
        raise Misconfigured("This needs pyarrow. Install it with `pip install 'luubao[parquet]'`") from error
    return pyarrow.fs


ENDINGS = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz")
_MOST_HEAD = 20_000  # outlets a file may describe before its first page


@dataclass(frozen=True, slots=True)
class Split:
    """A part of a file: the records that begin at `start` or later, and before `end`. end: None for all."""

    file: str
    start: int = 0
    end: int | None = None

    def name(self, extractor: str) -> str:
        """The name of the file of readings, unique to this split and extractor."""
        base = PurePosixPath(self.file.partition("?")[0]).name.partition(".")[0]
        digest = hashlib.sha256(repr((self.file, self.start, self.end, extractor)).encode()).hexdigest()
        return f"{base}-{self.start:012}-{digest[:12]}.parquet"


def splits_of(names: Sequence[str], length: int) -> list[Split]:
    """The splits of files, or of all WARC files in folders, of `length` bytes."""
    return [split for name in names for file in files_in(place(name), ENDINGS) for split in _split(name, file, length)]


def _split(name: str, file: FileLocation, length: int) -> Iterator[Split]:
    _, separator, query = name.partition("?")
    address = file.name.partition("?")[0] + separator + query
    with file.system.open_input_file(file.path) as opened:
        total = int(opened.size())
        if total <= length or not is_in_members(opened):
            yield Split(address)
            return
    for start in range(0, total, length):
        yield Split(address, start, start + length if start + length < total else None)


@dataclass(slots=True)
class WarcHead:
    """What the first records of a file state. ours: luubao wrote it; matcher: the outlets it describes, with their
    boilerplate. alone: the outlet of all its pages, where it describes no other."""

    matcher: OutletMatcher
    ours: bool = False
    alone: Outlet | None = None
    boilerplate: dict[str, Boilerplate] = field(default_factory=dict)

    def outlet_of(self, url: str) -> Outlet | None:
        """The outlet of a page; None for pages of other sites."""
        return self.alone or self.matcher.of(url)

    def boilerplate_of(self, outlet: Outlet) -> Boilerplate:
        """The outlet's boilerplate, as of the export."""
        if outlet.name not in self.boilerplate:
            self.boilerplate[outlet.name] = Boilerplate(frozenset(self.matcher.boilerplate.get(outlet.name, ())))
        return self.boilerplate[outlet.name]

    def note(self, raw: WarcRecord) -> bool:
        """Adds what a record states about the file; returns False for any other record."""
        described = described_by(raw)
        if raw.kind == "warcinfo":
            self.ours = is_luubao_warc(raw)
        elif isinstance(described, DescribedOutlet):
            self.matcher.describe(described)
            outlets = [self.matcher.outlets[name] for name in self.matcher.boilerplate]
            self.alone = outlets[0] if self.ours and len(outlets) == 1 else None
        return described is not None or raw.kind == "warcinfo"


def head_of(split: Split, outlets: Sequence[Outlet]) -> WarcHead:
    """Reads the first records of a split's file. outlets: known ones that the file need not describe."""
    key, warc = WarcHead(OutletMatcher(())), place(split.file)
    with warc.system.open_input_file(warc.path) as file:
        for raw in islice(records(file), _MOST_HEAD):
            if not isinstance(raw, Skipped) and not key.note(raw):
                break
    for outlet in outlets:
        key.matcher.outlets.setdefault(outlet.name, outlet)
    return key


@dataclass(frozen=True, slots=True)
class PageAtOffset:
    """A page, and the offset of its record in the file."""

    page: Page
    offset: int


def pages_in(split: Split, key: WarcHead) -> Iterator[PageAtOffset | Skipped]:
    """The pages of a split that have a body to read, or are revisits of one in another record."""
    warc = place(split.file)
    with warc.system.open_input_file(warc.path) as file:
        for raw in records(file, split.start, split.end):
            if isinstance(raw, Skipped):
                yield raw
            elif not key.note(raw) and raw.kind in ("response", "revisit", "resource"):
                item = item_of(raw, key.ours, {})
                if isinstance(item, Skipped):
                    yield item
                elif isinstance(item, Page) and 200 <= item.capture.status < 300 and (item.capture.body or item.refers):
                    yield PageAtOffset(item, raw.offset)


def pages_at(file: str, offsets: Sequence[int], key: WarcHead) -> Iterator[PageAtOffset]:
    """The pages whose records begin at these offsets; seeks to them where each record is a gzip member of its own.
    Omits pages that are no longer there."""
    warc = place(file)
    with warc.system.open_input_file(warc.path) as opened:
        splits = [Split(file, offset, offset + 1) for offset in offsets] if is_in_members(opened) else [Split(file)]
    wanted = frozenset(offsets)
    for split in splits:
        for located in pages_in(split, key):
            if isinstance(located, PageAtOffset) and located.offset in wanted:
                yield located
