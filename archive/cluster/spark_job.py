"""The Spark job: distributes tasks, retries lost ones, groups captures by address and digest, resolves revisits.

The tasks are in reading_task.py. The only module that uses pyspark.

A `revisit` states only the digest of a body that was recorded before. Most say that a page has not changed since the
last capture of its address, and need no reading. The others show something else than that capture, such as a text that
came back, and are read like any page. Spark groups captures first by address, then by digest.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import groupby
from typing import Any

from archive.cluster.reading_files import KEY, Row, clear_unfinished, read_rows, writing
from archive.cluster.reading_task import (
    REVISITS,
    Job,
    TaskReport,
    ToRead,
    read_again,
    read_split,
    require_same_reader,
    sum_reports,
)
from archive.cluster.warc_splits import Split, WarcHead, files_in, head_of, is_there, pages_at, place
from archive.model.digests import digest_of, digest_of_value
from archive.model.errors import LuubaoError, Misconfigured
from archive.model.urls import url_key
from archive.storage.unread_captures import CaptureKey

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


_FILES_PER_PARTITION = 8  # files of readings
_RANGE = 4_000_000  # bytes of a WARC file


@contextmanager
def spark(master: str | None) -> Iterator[Any]:
    """A SparkContext on the cluster that spark-submit names, else on `master`, else on this machine's cores.

    Raises Misconfigured where Spark cannot be started.
    """
    try:
        from pyspark import SparkConf, SparkContext
    except ImportError as error:
        raise Misconfigured("Spark is not installed. Install it with `pip install 'luubao[scale]'`") from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the Python that has luubao, not any python3
    conf = SparkConf().setAppName("luubao reread")
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # not started by spark-submit, which sets all of this
        conf.setMaster(master or "local[*]").set("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
    try:
        context = SparkContext(conf=conf)
    except Exception as error:  # Java is missing or too old, or the master does not answer; stderr tells which
        raise Misconfigured(
            "Spark could not be started. It needs Java 17 or newer (`apt install default-jre-headless`), and the"
            " master it is told to ask"
        ) from error
    context.setLogLevel("WARN")
    try:
        yield context
    finally:
        context.stop()


def reread_on(context: Any, splits: Sequence[Split], job: Job) -> TaskReport:
    """Rereads all splits, then the revisits that need reading. Skips what an earlier run of the same job has read."""
    report = sum_reports(_collect(context.parallelize(splits, max(1, len(splits))).map(partial(read_split, job=job))))
    names = [split.name(job.extractor) for split in splits]
    delete_earlier_revisits(job.to, series(names))
    if has_revisits(job.to, names):
        report.add(_revisits(context, names, {split.file.partition("?")[0]: split.file for split in splits}, job))
    clear_unfinished(place(job.to))
    return report


def _collect(tasks: Any) -> list[TaskReport]:
    """Runs the tasks and collects their reports.

    Raises LuubaoError when all attempts at a task failed.
    """
    from py4j.protocol import Py4JJavaError

    try:
        reports: list[TaskReport] = tasks.collect()
    except Py4JJavaError as error:
        reasons = re.findall(r"^(?:[\w.]+(?:Error|Exception)|[\w.]+): .+$", str(error.java_exception), re.MULTILINE)
        raise LuubaoError(
            f"a task failed: {(reasons or ['Spark says why above'])[-1][:300]}. What was read is kept: fix this, and"
            " start the job again"
        ) from error
    return reports


def _revisits(context: Any, names: list[str], files: Mapping[str, str], job: Job) -> TaskReport:
    count = max(context.defaultParallelism, len(names) // _FILES_PER_PARTITION)
    sightings = context.parallelize(names, count).flatMap(partial(sightings_of, to=job.to))
    revisits = sightings.groupByKey(count, _stable_hash).flatMap(_revisits_to_read)
    positions = sightings.flatMap(_body_position)
    joined = revisits.union(positions).groupByKey(count, _stable_hash).flatMap(_join_positions)
    sorted_by_position = joined.repartitionAndSortWithinPartitions(count, _partition_of_position)
    read = partial(_read_partition, prefix=series(names), files=files, job=job)
    return sum_reports(_collect(sorted_by_position.mapPartitionsWithIndex(read)))


Meeting = tuple[Row | None, Position | None]


def _revisits_to_read(address: tuple[str, Iterable[Sighting]]) -> list[tuple[str, Meeting]]:
    return [(digest, (row, None)) for digest, row in to_be_read(address[1])]


def _body_position(sighting: tuple[str, Sighting]) -> list[tuple[str, Meeting]]:
    _, digest, position, _ = sighting[1]
    return [(digest, (None, position))] if position else []


def _join_positions(digest: tuple[str, Iterable[Meeting]]) -> Iterator[tuple[Position, Row]]:
    """The revisits with this digest, each with the first position of its body; file "" where no file has it."""
    meetings = list(digest[1])
    position = min((position for _, position in meetings if position), default=("", 0))
    return ((position, row) for row, _ in meetings if row)


def _read_partition(
    number: int, revisits: Iterable[tuple[Position, Row]], *, prefix: str, files: Mapping[str, str], job: Job
) -> Iterator[TaskReport]:
    yield read_revisits(f"{prefix}-{number:05}.parquet", revisits, files, job)


def _stable_hash(key: str) -> int:
    """A hash that is the same on every machine, unlike Python's own."""
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:7])


def _partition_of_position(position: Position) -> int:
    """Assigns nearby positions in a file to one task, which reads them in the file's order."""
    return _stable_hash(f"{position[0]} {position[1] // _RANGE}")
