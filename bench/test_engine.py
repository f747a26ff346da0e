"""Reading again on Spark: a master and two workers here, against `luubao reread` with as many processes; and the same
with an executor killed in the middle. What comes out is compared with the built-in re-reader's, row by row."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from archive import open_archive, start_run
from archive.exchange.exporters.warc_files import export_warc
from archive.storage.captures.capture_stream import Scope
from archive.storage.captures.capture_writer import keep
from archive.storage.connection import transaction
from bench.big import OUTLET
from bench.cluster import Cluster, cluster, wait_for
from bench.imagined import BEGIN, Paper
from bench.pages import Site
from bench.test_storage import capture_of
from tests.archive.older_version import present
from tests.archive.test_reread import whole
from tests.spark import why_not

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
    pytest.mark.timeout(900),
]

_PAGES, _FROM = 3_600, 100_000
_EDITED, _BACK, _SAME, _ELSEWHERE = 240, 120, 120, 60
_READ = _PAGES + _EDITED + _BACK + _ELSEWHERE  # what was not there the last time, at that address
WORKERS = 2


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Captures as a crawl keeps them, not read yet: articles, edits of some, edits taken back, pages unchanged, and the
    same bytes at another address."""
    folder, site = tmp_path_factory.mktemp("engine"), Site(Paper(200_000))
    day = timedelta(days=1)
    seen = [
        *((number, 0, 0 * day, "") for number in range(_PAGES)),
        *((number, 1, 30 * day, "") for number in range(_EDITED)),
        *((number, 0, 60 * day, "") for number in range(_BACK)),
        *((number, 0, 90 * day, "") for number in range(_SAME)),
        *((number, 0, 91 * day, "?in=1") for number in range(_PAGES - _ELSEWHERE, _PAGES)),
    ]
    with open_archive(folder / "archive.db", create=True) as db:
        run = start_run(db, OUTLET, {}, BEGIN)
        for start in range(0, len(seen), 100):
            with transaction(db):
                for number, edits, later, query in seen[start : start + 100]:
                    capture = capture_of(site, _FROM + number, edits)
                    moment, url = BEGIN + timedelta(minutes=number) + later, capture.requested_url + query
                    keep(db, run, replace(capture, captured_at=moment, requested_url=url, final_url=url))
        export_warc(db, folder / "warc", Scope(), pictures=None)
    return folder


@pytest.fixture(scope="module")
def built_in(kept: Path) -> tuple[Path, float]:
    """What `luubao reread` makes of it, and how many captures a second it reads."""
    archive = Path(shutil.copy(kept / "archive.db", kept / "built-in.db"))
    began = time.monotonic()
    luubao("reread", "--db", str(archive), "--jobs", str(WORKERS))
    return archive, _READ / (time.monotonic() - began)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster"), WORKERS) as made:
        yield made


def luubao(*arguments: str) -> str:
    done = subprocess.run(present().command(*arguments), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def ended(job: subprocess.Popen[str]) -> str:
    out, err = job.communicate(timeout=600)
    assert job.returncode == 0, err[-3000:]
    return out


def different(one: Path, other: Path) -> int:
    """How many rows are in one archive and not in the other."""
    ours, theirs = whole(one), whole(other)
    assert sum(map(len, ours.values())) > 10 * _PAGES // 2
    return sum(len(set(ours[table]) ^ set(theirs[table])) for table in ours)


def test_rate_against_the_built_in_re_reader(kept: Path, built_in: tuple[Path, float], spark: Cluster) -> None:
    """Starting takes Spark the same time for a thousand pages as for a hundred million, so it is told by itself: the rate
    is that of all that comes after each worker's first piece, up to the end of the job."""
    archive, alone = built_in
    readings, began = kept / "readings", time.time()
    told = ended(spark.submit(str(kept / "warc"), "--to", str(readings), "--split", "1"))
    end = time.time()
    assert f"{_READ} captures read" in told
    first = sorted((file.stat().st_mtime, pq.read_metadata(file).num_rows) for file in readings.glob("*.parquet"))[
        :WORKERS
    ]
    started, before = first[-1][0], sum(rows for _, rows in first)
    rate = (_READ - before) / (end - started)
    filed, began_filing = Path(shutil.copy(kept / "archive.db", kept / "filed.db")), time.monotonic()
    luubao("import", str(readings), "--db", str(filed), "--jobs", "1")
    filing = _READ / (time.monotonic() - began_filing)
    print(
        f"\n{_READ} captures: luubao reread {alone:.1f} a second; Spark {rate:.1f} ({rate / alone:.2f} times), after"
        f" {started - began:.1f} s to each worker's first piece, {_READ / (end - began):.1f} with these;"
        f" filed {filing:.1f}; {different(archive, filed)} rows different"
    )
    assert different(archive, filed) == 0
    assert rate / alone >= 0.7


def test_an_executor_killed_in_the_middle(kept: Path, built_in: tuple[Path, float], spark: Cluster) -> None:
    readings = kept / "readings-killed"
    job = spark.submit(str(kept / "warc"), "--to", str(readings), "--split", "1")
    wait_for(lambda: len(list(readings.glob("*.parquet"))) >= 2, 120, "nothing is read")
    before = spark.executors()
    assert len(before) == WORKERS
    os.kill(before[0], signal.SIGKILL)
    done = len(list(readings.glob("*.parquet")))
    ended(job)
    files = len(list(readings.glob("luubao-*.parquet")))
    filed = Path(shutil.copy(kept / "archive.db", kept / "filed-killed.db"))
    luubao("import", str(readings), "--db", str(filed), "--jobs", "1")
    found = different(built_in[0], filed)
    print(f"\nan executor of {len(before)} killed after {done} of {files} pieces: {found} rows different")
    assert done < files
    assert not list(readings.glob("_*.parquet*"))
    assert sum(pq.read_metadata(file).num_rows for file in readings.glob("*.parquet")) == _READ  # none twice
    assert found == 0


_TASK = """
import resource, sys
from archive.cluster.reading_task import Job, dismiss, read_split
from archive.cluster.warc_splits import Split
if __name__ == "__main__":
    print(read_split(Split(sys.argv[1], 0, int(sys.argv[3])), Job(sys.argv[2])).counts["read"])
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    dismiss()
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_a_task_s_memory_does_not_grow_with_its_piece(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "task.py").write_text(_TASK)
    (warc,) = (kept / "warc").iterdir()
    told = []
    for size in (4_000_000, 16_000_000):
        (to := tmp_path / str(size)).mkdir()
        command = [sys.executable, str(tmp_path / "task.py"), str(warc), str(to), str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        told.append([int(line) for line in done.stdout.split()])
    (few, task, reader), (many, larger_task, larger_reader) = told
    print(
        f"\na task of {few} pages and one of {many}: {task / 1024:.0f} MB and {larger_task / 1024:.0f},"
        f" its reader {reader / 1024:.0f} and {larger_reader / 1024:.0f}"
    )
    assert many > 3 * few
    assert larger_task < 1.25 * task
    assert larger_reader < 1.25 * reader
