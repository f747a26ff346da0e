"""WARC files in pieces of a task's size, and what stands in them.

A file of which each record is compressed with gzip by itself (as luubao, Heritrix, warcio and Common Crawl write them)
is cut at any byte: a record belongs to the piece in which it begins. Any other file is one piece.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath

from archive.cluster.file_systems import Place, files_in, place, size
from archive.exchange.importers.gzip_members import is_in_members
from archive.exchange.importers.import_items import Described, Page, Skipped
from archive.exchange.importers.outlet_matcher import Houses
from archive.exchange.importers.outlet_records import described_by
from archive.exchange.importers.warc_captures import is_ours, item_of
from archive.exchange.importers.warc_reader import Raw, records
from archive.extract.recurring_blocks import Boilerplate
from archive.model.records import Outlet

ENDINGS = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz")
_MOST_HEAD = 20_000  # outlets a file may describe before its first page


@dataclass(frozen=True, slots=True)
class Split:
    """A piece of a file: the records that begin at `start` or later, and before `end`. end: None for all."""

    file: str
    start: int = 0
    end: int | None = None

    def name(self, extractor: str) -> str:
        """Of what that extractor reads in it; another for each piece of each file, and for each extractor."""
        base = PurePosixPath(self.file.partition("?")[0]).name.partition(".")[0]
        digest = hashlib.sha256(repr((self.file, self.start, self.end, extractor)).encode()).hexdigest()
        return f"{base}-{self.start:012}-{digest[:12]}.parquet"


def splits_of(names: Sequence[str], length: int) -> list[Split]:
    """The pieces of files, or of all WARC files in folders, of about so many bytes.

    Raises LuubaoError for a name that leads to no file.
    """
    return [split for name in names for file in files_in(place(name), ENDINGS) for split in _cut(name, file, length)]


def _cut(name: str, file: Place, length: int) -> Iterator[Split]:
    _, mark, query = name.partition("?")
    full, total = file.name.partition("?")[0] + mark + query, size(file)
    with file.system.open_input_file(file.path) as opened:
        if total <= length or not is_in_members(opened):
            yield Split(full)
            return
    for start in range(0, total, length):
        yield Split(full, start, start + length if start + length < total else None)


@dataclass(slots=True)
class SplitKey:
    """What a file says at its beginning. ours: luubao wrote it; houses: the outlets it describes, with their furniture.
    alone: the one whose pages all are, where it describes no other."""

    houses: Houses
    ours: bool = False
    alone: Outlet | None = None
    boilerplate: dict[str, Boilerplate] = field(default_factory=dict)

    def outlet_of(self, url: str) -> Outlet | None:
        """The outlet a page belongs to; None for other sites' pages."""
        return self.alone or self.houses.of(url)

    def boilerplate_of(self, outlet: Outlet) -> Boilerplate:
        """What the outlet's pages share, as of the export."""
        if outlet.name not in self.boilerplate:
            self.boilerplate[outlet.name] = Boilerplate(frozenset(self.houses.boilerplate.get(outlet.name, ())))
        return self.boilerplate[outlet.name]

    def note(self, raw: Raw) -> bool:
        """Takes up what a record says of the file; False where it says nothing of it."""
        described = described_by(raw)
        if raw.kind == "warcinfo":
            self.ours = is_ours(raw)
        elif isinstance(described, Described):
            self.houses.describe(described.outlined)
            told = [self.houses.outlets[name] for name in self.houses.boilerplate]
            self.alone = told[0] if self.ours and len(told) == 1 else None
        return described is not None or raw.kind == "warcinfo"


def head_of(split: Split, outlets: Sequence[Outlet]) -> SplitKey:
    """What the file of a piece says of itself. outlets: those known besides."""
    mark, where = SplitKey(Houses(())), place(split.file)
    with where.system.open_input_file(where.path) as file:
        for raw in islice(records(file), _MOST_HEAD):
            if not isinstance(raw, Skipped) and not mark.note(raw):
                break
    for outlet in outlets:
        mark.houses.outlets.setdefault(outlet.name, outlet)
    return mark


@dataclass(frozen=True, slots=True)
class Placed:
    """A page, and where in its file its record begins."""

    page: Page
    offset: int


def pages_in(split: Split, mark: SplitKey) -> Iterator[Placed | Skipped]:
    """The pages of a piece that brought something to read, or confirmed bytes that are in another record."""
    where = place(split.file)
    with where.system.open_input_file(where.path) as file:
        for raw in records(file, split.start, split.end):
            if isinstance(raw, Skipped):
                yield raw
            elif not mark.note(raw) and raw.kind in ("response", "revisit", "resource"):
                item = item_of(raw, mark.ours, {})
                if isinstance(item, Skipped):
                    yield item
                elif isinstance(item, Page) and _is_to_read(item):
                    yield Placed(item, raw.offset)


def pages_at(file: str, offsets: Sequence[int], mark: SplitKey) -> Iterator[Placed]:
    """The pages whose records begin there; where each record is compressed by itself, without going through the file.
    Those that are not there any more do not come."""
    where = place(file)
    with where.system.open_input_file(where.path) as opened:
        pieces = [Split(file, one, one + 1) for one in offsets] if is_in_members(opened) else [Split(file)]
    wanted = frozenset(offsets)
    for split in pieces:
        for found in pages_in(split, mark):
            if isinstance(found, Placed) and found.offset in wanted:
                yield found


def _is_to_read(page: Page) -> bool:
    capture = page.capture
    return 200 <= capture.status < 300 and bool(capture.body or page.refers)
