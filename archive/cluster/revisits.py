"""Resolves revisits, whose body is in another record, perhaps of another file: which to read, and from where.

A `revisit` states only the digest of a body that was recorded before. Most say that a page has not changed since the
last capture of its address, and need no reading. The others show something else than that capture, such as a text that
came back, and are read like any page. Spark groups captures first by address, then by digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby

from archive.cluster.file_systems import files_in, is_there, place
from archive.cluster.reading_columns import KEY, CaptureKey, Row
from archive.cluster.reading_files import read_rows, writing
from archive.cluster.reading_task import REVISITS, Job, TaskReport, ToRead, read_again, require_same_reader
from archive.cluster.warc_splits import Split, WarcHead, head_of, pages_at
from archive.model.digests import digest_of, digest_of_value
from archive.model.urls import url_key

Position = tuple[str, int]
"""A file, and the offset of a record in it."""
Sighting = tuple[str, str, Position | None, Row]
"""Time, digest, position of the body if this record has it, and the capture."""


def has_revisits(to: str, names: Iterable[str]) -> bool:
    """Whether the tasks that wrote files of these names found revisits."""
    folder = place(to).inside(REVISITS)
    return not {file.path.rpartition("/")[2] for file in files_in(folder, ".parquet")}.isdisjoint(names)


def series(names: Iterable[str]) -> str:
    """The name prefix of the revisits' readings that belong to files of readings of these names."""
    return f"revisits-{digest_of_value(sorted(names))[7:19]}"


def delete_earlier_revisits(to: str, prefix: str) -> None:
    """Deletes the revisits' readings of an earlier run of the same job: each run resolves revisits anew."""
    for file in files_in(place(to), ".parquet"):
        if file.path.rpartition("/")[2].startswith(prefix):
            file.system.delete_file(file.path)


def sightings_of(name: str, to: str) -> Iterator[tuple[str, Sighting]]:
    """The captures in a file of readings and in its file of revisits, by address."""
    file, revisits_file = place(to).inside(name), place(to).inside(REVISITS).inside(name)
    for row in read_rows(file, KEY):
        yield _address(row), (row["captured_at"], row["digest"], (row["warc"], row["offset"]), row)
    if is_there(revisits_file):
        for row in read_rows(revisits_file, KEY):
            yield _address(row), (row["captured_at"], row["digest"], None, row)


def _address(row: Row) -> str:
    return f"{row['outlet']} {url_key(row['requested_url'])}"


def to_be_read(sightings: Iterable[Sighting]) -> Iterator[tuple[str, Row]]:
    """Of all captures of one address: the revisits with another digest than the capture before; by digest."""
    last_digest = None
    for _, digest, position, row in sorted(
        sightings, key=lambda sighting: (sighting[0], sighting[2] is None, sighting[1])
    ):
        if position is None and digest != last_digest:
            yield digest, row
        last_digest = digest


def read_revisits(
    name: str, revisits: Iterable[tuple[Position, Row]], files: Mapping[str, str], job: Job
) -> TaskReport:
    """A task: reads captures from the positions of their bodies, in order of file and offset, into a file `name`.
    files: maps file names in rows to the names to open them by."""
    require_same_reader(job)
    report = TaskReport()
    with writing(place(job.to).inside(name)) as add:
        for row in read_again(_pages(revisits, files, job, report), report, job):
            add(row)
    return report


def _pages(
    revisits: Iterable[tuple[Position, Row]], files: Mapping[str, str], job: Job, report: TaskReport
) -> Iterator[ToRead]:  # fmt: skip
    @lru_cache(maxsize=16)
    def head(file: str) -> WarcHead:
        return head_of(Split(files[file]), job.outlets)

    for file, group in groupby(revisits, key=lambda pair: pair[0][0]):
        rows: dict[int, list[Row]] = {}
        for (_, offset), row in group:
            rows.setdefault(offset, []).append(row)
        if not file:
            report.counts["unresolved"] += sum(map(len, rows.values()))
            continue
        for located in pages_at(files[file], sorted(rows), head(file)):
            body = located.page.capture.body or b""
            for row in rows.pop(located.offset):
                outlet = head(row["warc"]).outlet_of(row["requested_url"])
                if outlet and digest_of(body) == row["digest"]:
                    capture = CaptureKey(**(row | {"warc": file, "offset": located.offset}))
                    yield ToRead(capture, outlet, head(row["warc"]).boilerplate_of(outlet), body)
        report.counts["unresolved"] += sum(map(len, rows.values()))
