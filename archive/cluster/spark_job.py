"""The job on Apache Spark: it gives tasks out, gives them out again when an executor dies, and brings together what
belongs together. What a task does is in reading.py and revisits.py. The one door to pyspark.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from archive.cluster.file_systems import place
from archive.cluster.reading_columns import Row
from archive.cluster.reading_files import clear_unfinished
from archive.cluster.reading_task import Job, Told, put_together, read_split
from archive.cluster.revisits import (
    Position,
    Sighting,
    are_there,
    forget_former,
    read_revisits,
    series,
    sightings_of,
    to_be_read,
)
from archive.cluster.warc_splits import Split
from archive.model.errors import LuubaoError, Misconfigured

_TOGETHER = 8  # files of readings whose captures are brought together in one partition
_STRETCH = 4_000_000  # bytes of a WARC file


@contextmanager
def spark(master: str | None) -> Iterator[Any]:
    """A SparkContext; the cluster is what spark-submit says, else `master`, else this machine's cores.

    Raises Misconfigured where Spark cannot be started.
    """
    try:
        from pyspark import SparkConf, SparkContext
    except ImportError as error:
        raise Misconfigured("Spark is not installed. Install it with `pip install 'luubao[scale]'`") from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the one that has luubao, and not any python3
    conf = SparkConf().setAppName("luubao reread")
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # spark-submit has not started us; else it says all of this
        conf.setMaster(master or "local[*]").set("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
    try:
        context = SparkContext(conf=conf)
    except Exception as error:  # Java is missing or too old, or nobody answers at the master: it says which on stderr
        raise Misconfigured(
            "Spark could not be started. It needs Java 17 or newer (`apt install default-jre-headless`), and the"
            " master it is told to ask"
        ) from error
    context.setLogLevel("WARN")
    try:
        yield context
    finally:
        context.stop()


def reread_on(context: Any, splits: Sequence[Split], job: Job) -> Told:
    """Reads all pieces, then what of the revisits is to be read. What an earlier run of the same job has read is left
    as it is."""
    told = put_together(_come(context.parallelize(splits, max(1, len(splits))).map(partial(read_split, job=job))))
    names = [split.name(job.extractor) for split in splits]
    forget_former(job.to, series(names))
    if are_there(job.to, names):
        told.add(_revisits(context, names, {split.file.partition("?")[0]: split.file for split in splits}, job))
    clear_unfinished(place(job.to))
    return told


def _come(tasks: Any) -> list[Told]:
    """What the tasks told.

    Raises LuubaoError when one of them failed wherever it was tried.
    """
    from py4j.protocol import Py4JJavaError

    try:
        done: list[Told] = tasks.collect()
    except Py4JJavaError as error:
        reasons = re.findall(r"^(?:[\w.]+(?:Error|Exception)|[\w.]+): .+$", str(error.java_exception), re.MULTILINE)
        raise LuubaoError(
            f"a task failed: {(reasons or ['Spark says why above'])[-1][:300]}. What was read is kept: mend this, and"
            " start the job again"
        ) from error
    return done


def _revisits(context: Any, names: list[str], files: Mapping[str, str], job: Job) -> Told:
    count = max(context.defaultParallelism, len(names) // _TOGETHER)
    seen = context.parallelize(names, count).flatMap(partial(sightings_of, to=job.to))
    wanted = seen.groupByKey(count, _stable).flatMap(_wanted)
    spots = seen.flatMap(_spot)
    met = wanted.union(spots).groupByKey(count, _stable).flatMap(_met)
    placed = met.repartitionAndSortWithinPartitions(count, _by_place)
    return put_together(_come(placed.mapPartitionsWithIndex(_Reading(series(names), files, job))))


Meeting = tuple[Row | None, Position | None]


def _wanted(address: tuple[str, Iterable[Sighting]]) -> list[tuple[str, Meeting]]:
    return [(digest, (row, None)) for digest, row in to_be_read(address[1])]


def _spot(sighting: tuple[str, Sighting]) -> list[tuple[str, Meeting]]:
    _, digest, spot, _ = sighting[1]
    return [(digest, (None, spot))] if spot else []


def _met(digest: tuple[str, Iterable[Meeting]]) -> Iterator[tuple[Position, Row]]:
    """Those who want these bytes, with the first place where they are; with none where they are nowhere."""
    meetings = list(digest[1])
    spot = min((spot for _, spot in meetings if spot), default=("", 0))
    return ((spot, row) for row, _ in meetings if row)


class _Reading:
    def __init__(self, called: str, files: Mapping[str, str], job: Job):
        self.called, self.files, self.job = called, files, job

    def __call__(self, number: int, found: Iterable[tuple[Position, Row]]) -> Iterator[Told]:
        yield read_revisits(f"{self.called}-{number:05}.parquet", found, self.files, self.job)


def _stable(key: str) -> int:
    """The same on every machine, as Python's own is not."""
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:7])


def _by_place(spot: Position) -> int:
    """What lies close together in a file is read by one task, in the file's order."""
    return _stable(f"{spot[0]} {spot[1] // _STRETCH}")
