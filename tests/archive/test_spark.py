"""The job on Spark, here in one process of Java with two of Python; bench/test_engine.py runs it on a cluster."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.cli.reread_spark import reread_command
from archive.cluster.imported_readings import import_readings
from archive.cluster.reading_task import REVISITS, Job
from archive.cluster.spark_job import reread_on, spark
from archive.cluster.warc_splits import splits_of
from archive.extract import extractor_name
from archive.model.errors import LuubaoError, Misconfigured
from archive.pipeline.rereading import Order, reread
from tests.archive.older_version import older
from tests.archive.test_imported_readings import declared, exported, returning, rows_in
from tests.archive.test_reread import SIGHTS, sound, whole
from tests.spark import BESIDE, environment, why_not

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"),
]
needs_spark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


@pytest.fixture(scope="module")
def context() -> Iterator[Any]:
    before, path = dict(os.environ), list(sys.path)
    os.environ.update(environment())
    sys.path.insert(0, str(BESIDE))
    try:
        with spark("local[2]") as started:
            yield started
    finally:
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("older")
    older(folder).write(folder / "archive.db", declared([*SIGHTS, *returning()]))
    return folder / "archive.db"


def job(to: Path) -> Job:
    (to / REVISITS).mkdir(parents=True)
    return Job(str(to), extractor=extractor_name())


@needs_spark
def test_spark_reads_what_the_built_in_re_reader_reads(context: Any, archive: Path, tmp_path: Path) -> None:
    warc, readings = exported(archive, tmp_path / "warc", size=4_000), tmp_path / "readings"
    told = reread_on(context, splits_of([warc], 1_500), job(readings))
    assert {name: count for name, count in told.counts.items() if count} == {"read": 15, "revisits": 3}
    one, other = (Path(shutil.copy(archive, tmp_path / name)) for name in ("one.db", "other.db"))
    import_readings(one, [readings], jobs=1)
    reread(other, Order(jobs=1))
    assert whole(one) == whole(other)
    sound(one)
    again = reread_on(context, splits_of([warc], 1_500), Job(str(readings), extractor=extractor_name()))
    assert again.counts["done-before"] == len(splits_of([warc], 1_500))
    assert len(rows_in(readings)) == 15


@needs_spark
def test_revisits_whose_bytes_are_nowhere_are_told(context: Any, archive: Path, tmp_path: Path) -> None:
    exported(archive, tmp_path / "warc", size=1)
    last = [str(file) for file in sorted((tmp_path / "warc").iterdir())[-3:]]  # a record each; the very last has none
    told = reread_on(context, splits_of(last, 1_500), job(tmp_path / "readings"))
    assert (told.counts["revisits"], told.counts["unresolved"], told.counts["read"]) == (1, 1, 0)


@needs_spark
def test_a_task_that_cannot_be_done_ends_the_job_with_a_sentence(context: Any, archive: Path, tmp_path: Path) -> None:
    splits, other = splits_of([exported(archive, tmp_path / "warc")], 1_500), job(tmp_path / "readings")
    with pytest.raises(LuubaoError, match="the job was started with another luubao"):
        reread_on(context, splits, replace(other, extractor="another luubao"))
    assert rows_in(tmp_path / "readings") == []


def refused(*arguments: object, code: int = 1) -> str:
    done = CliRunner().invoke(reread_command, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_what_cannot_be_read_is_told_before_anything_starts(tmp_path: Path) -> None:
    assert "there are no WARC files in" in refused(tmp_path, "--to", tmp_path / "r")
    assert "leads nowhere" in refused("nowhere://a/b", "--to", tmp_path / "r")
    assert "--outlet and --home go together" in refused(tmp_path, "--to", tmp_path, "--outlet", "bao", code=2)
    assert list(tmp_path.iterdir()) == []


def test_without_spark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(Misconfigured, match=r"pip install 'luubao\[scale\]'"), spark(None):
        pass
