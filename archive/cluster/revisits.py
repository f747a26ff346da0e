"""Captures whose bytes are in another record, perhaps of another file: which of them are to be read, and from where.

A `revisit` says only that its bytes left before under this digest. Most say that a page has not changed since its
address was last asked: of these nothing is to be read. The others show what their address did not show the last time,
such as a text that came back, and are read like any page. An engine brings together what belongs together, first by
address, then by digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby

from archive.cluster.file_systems import files_in, is_there, place
from archive.cluster.reading_columns import KEY, Row, Seen
from archive.cluster.reading_files import read_rows, writing
from archive.cluster.reading_task import REVISITS, Job, Told, ToRead, read_again, require_same_reader
from archive.cluster.warc_splits import Split, SplitKey, head_of, pages_at
from archive.model.digests import digest_of, digest_of_value
from archive.model.urls import url_key

Position = tuple[str, int]
"""A file, and where in it a record begins."""
Sighting = tuple[str, str, Position | None, Row]
"""Time, digest, where the bytes are if this record has them, and the capture."""


def are_there(to: str, names: Iterable[str]) -> bool:
    """Whether the tasks that wrote files of these names set revisits aside."""
    folder = place(to).inside(REVISITS)
    return not {file.path.rpartition("/")[2] for file in files_in(folder, ".parquet")}.isdisjoint(names)


def series(names: Iterable[str]) -> str:
    """What the files of revisits are called that belong to files of readings of these names."""
    return f"revisits-{digest_of_value(sorted(names))[7:19]}"


def forget_former(to: str, called: str) -> None:
    """Takes away what an earlier run of the same job wrote of revisits: they are put together anew each time."""
    for file in files_in(place(to), ".parquet"):
        if file.path.rpartition("/")[2].startswith(called):
            file.system.delete_file(file.path)


def sightings_of(name: str, to: str) -> Iterator[tuple[str, Sighting]]:
    """What a file of readings, and that of the revisits beside it, say was seen: by address."""
    file, beside = place(to).inside(name), place(to).inside(REVISITS).inside(name)
    for row in read_rows(file, KEY):
        yield _address(row), (row["captured_at"], row["digest"], (row["warc"], row["offset"]), row)
    if is_there(beside):
        for row in read_rows(beside, KEY):
            yield _address(row), (row["captured_at"], row["digest"], None, row)


def _address(row: Row) -> str:
    return f"{row['outlet']} {url_key(row['requested_url'])}"


def to_be_read(seen: Iterable[Sighting]) -> Iterator[tuple[str, Row]]:
    """Of all that was seen at one address: revisits that show something else than the sighting before; by digest."""
    before = None
    for _, digest, spot, row in sorted(seen, key=lambda one: (one[0], one[2] is None, one[1])):
        if spot is None and digest != before:
            yield digest, row
        before = digest


def read_revisits(name: str, found: Iterable[tuple[Position, Row]], files: Mapping[str, str], job: Job) -> Told:
    """A task: reads captures from where their bytes are, in order of file and place, into a file of that name. files:
    the names to open files by, by those they have in rows."""
    require_same_reader(job)
    told = Told()
    with writing(place(job.to).inside(name)) as add:
        for row in read_again(_pages(found, files, job, told), told, job):
            add(row)
    return told


def _pages(
    found: Iterable[tuple[Position, Row]], files: Mapping[str, str], job: Job, told: Told
) -> Iterator[ToRead]:  # fmt: skip
    @lru_cache(maxsize=16)
    def head(file: str) -> SplitKey:
        return head_of(Split(files[file]), job.outlets)

    for file, there in groupby(found, key=lambda one: one[0][0]):
        rows: dict[int, list[Row]] = {}
        for (_, offset), row in there:
            rows.setdefault(offset, []).append(row)
        if not file:
            told.counts["unresolved"] += sum(map(len, rows.values()))
            continue
        for placed in pages_at(files[file], sorted(rows), head(file)):
            body = placed.page.capture.body or b""
            for row in rows.pop(placed.offset):
                outlet = head(row["warc"]).outlet_of(row["requested_url"])
                if outlet and digest_of(body) == row["digest"]:
                    seen = Seen(**(row | {"warc": file, "offset": placed.offset}))
                    yield ToRead(seen, outlet, head(row["warc"]).boilerplate_of(outlet), body)
        told.counts["unresolved"] += sum(map(len, rows.values()))
