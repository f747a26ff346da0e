"""Readings made elsewhere: what tasks write is what the built-in re-reader reads, and what is imported is filed as it
would have filed it. The archives are written by an older luubao (see older.py)."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from archive import Block, Image, Reading, Unreadable, open_archive, read_page, start_run
from archive.cli import archive as commands
from archive.cluster.imported_readings import import_readings
from archive.cluster.reading_files import capture_of_row, read_rows, reading_in, row_of, writing
from archive.cluster.reading_task import REVISITS, Job, TaskReport, read_split, stop_workers, sum_reports
from archive.cluster.spark_job import has_revisits, read_revisits, series, sightings_of, to_be_read
from archive.cluster.warc_splits import place, splits_of
from archive.exchange.exporters.warc_files import Compression, export_warc
from archive.extract import extractor_name
from archive.pipeline.rereading import Order, reread
from archive.storage.captures.capture_stream import Scope
from archive.storage.unread_captures import CaptureKey
from archive.storage.version_texts import put_boilerplate
from archive.text.recurring_blocks import Boilerplate, without
from tests.archive.older_version import older
from tests.archive.test_reread import SIGHTS, sound, whole
from tests.support import NOON, PAPER, page

HTML = {"headers": [["Content-Type", "text/html; charset=utf-8"]]}
HOME = "https://bao.example/"
Sights = list[dict[str, Any]]


def declared(sights: Sights) -> Sights:
    """With the header that names the charset, as pages come: a WARC file has no other place for it."""
    return [{**one, "facts": HTML | one["facts"]} for one in sights]


def returning() -> Sights:
    """A text that came back after an edit, a page that did not change, and the same bytes under another address."""
    first, edited = page("Cầu Đuống mới"), page("Cầu Đuống mới thông xe", body="Cầu thông xe sáng nay. " * 9)
    told = [(30, f"{HOME}lai.htm", first), (31, f"{HOME}lai.htm", edited), (32, f"{HOME}lai.htm", first),
            (33, f"{HOME}lai.htm", first), (34, f"{HOME}ban-khac.htm", edited)]  # fmt: skip
    return [{"hour": hour, "url": url, "body": body, "facts": {}} for hour, url, body in told]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive as the older luubao left it: eleven captures of the tests of reading again, and four more."""
    folder = tmp_path_factory.mktemp("older")
    older(folder).write(folder / "archive.db", declared([*SIGHTS, *returning()]))
    return folder / "archive.db"


@pytest.fixture
def path(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(written, tmp_path / "archive.db"))


@pytest.fixture(scope="module")
def built_in(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `luubao reread` makes of it."""
    archive = Path(shutil.copy(written, tmp_path_factory.mktemp("built-in") / "archive.db"))
    assert reread(archive, Order(jobs=1)).captures == 15
    return archive


@pytest.fixture(autouse=True, scope="module")
def _dismissed() -> Iterator[None]:
    yield
    stop_workers()


def exported(path: Path, folder: Path, compression: Compression = "gz", size: int = 1_000_000_000) -> str:
    with open_archive(path) as db:
        export_warc(db, folder, Scope(), pictures=None, compression=compression, size=size)
    return str(folder)


def read(warc: str, to: Path, length: int = 64_000_000, **facts: Any) -> TaskReport:
    """What an engine does, one task after the other."""
    (to / REVISITS).mkdir(parents=True, exist_ok=True)
    job = Job(str(to), extractor=extractor_name(), **facts)
    splits = splits_of([warc], length)
    told = sum_reports([read_split(split, job) for split in splits])
    by_address: dict[str, list[Any]] = {}
    names = [split.name(job.extractor) for split in splits]
    for name in names if has_revisits(str(to), names) else ():
        for address, sighting in sightings_of(name, str(to)):
            by_address.setdefault(address, []).append(sighting)
    spots = {one[1]: one[2] for seen in by_address.values() for one in seen if one[2]}
    wanted = [pair for seen in by_address.values() for pair in to_be_read(seen)]
    found = sorted(((spots.get(digest, ("", 0)), row) for digest, row in wanted), key=lambda one: one[0])
    if found:
        told.add(read_revisits(f"{series(names)}-0.parquet", found, {split.file: split.file for split in splits}, job))
    return told


def rows_in(folder: Path) -> list[dict[str, Any]]:
    return [row for file in sorted(folder.glob("*.parquet")) for row in read_rows(place(str(file)))]


def rewritten(folder: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Every row of every file changed."""
    for file in sorted(folder.glob("*.parquet")):
        rows = [change(row) for row in read_rows(place(str(file)))]
        with writing(place(str(file))) as add:
            for row in rows:
                add(row)


@pytest.mark.parametrize(("compression", "length"), [("gz", 64_000_000), ("gz", 700), ("zst", 700), ("none", 700)])
def test_imported_is_filed_as_read_again(
    path: Path, built_in: Path, tmp_path: Path, compression: Compression, length: int
) -> None:
    told = read(exported(path, tmp_path / "warc", compression), tmp_path / "readings", length)
    assert (told.counts["read"], told.counts["unresolved"], told.counts["skipped"]) == (15, 0, 0)
    done = import_readings(path, [tmp_path / "readings"], jobs=1)
    assert (done.counts["waits"], done.unread) == (15, 0)
    assert whole(path) == whole(built_in)
    assert done.filing.captures == 15
    sound(path)


def test_a_file_is_cut_between_records_wherever_its_pieces_end(path: Path, tmp_path: Path) -> None:
    warc = exported(path, tmp_path / "warc")
    for length in (500, 501, 977):
        splits = splits_of([warc], length)
        assert len(splits) > 10
        assert read(warc, tmp_path / str(length), length).counts["read"] == 15
    keys = [[(row["requested_url"], row["captured_at"]) for row in rows_in(tmp_path / f"{one}")] for one in (500, 977)]
    assert sorted(keys[0]) == sorted(keys[1])


def test_bytes_of_another_file_are_found(path: Path, built_in: Path, tmp_path: Path) -> None:
    warc = exported(path, tmp_path / "warc", size=1)
    assert len(list((tmp_path / "warc").iterdir())) > 10
    read(warc, tmp_path / "readings")
    import_readings(path, [tmp_path / "readings"], jobs=1)
    assert whole(path) == whole(built_in)


def test_what_did_not_change_is_not_read(path: Path, tmp_path: Path) -> None:
    read(exported(path, tmp_path / "warc"), tmp_path / "readings")
    back = [row["captured_at"] for row in rows_in(tmp_path / "readings") if row["requested_url"].endswith("lai.htm")]
    assert sorted(back) == ["2026-05-21T18:00:00Z", "2026-05-21T19:00:00Z", "2026-05-21T20:00:00Z"]


def test_once_is_enough_and_half_is_no_harm(path: Path, built_in: Path, tmp_path: Path) -> None:
    warc = exported(path, tmp_path / "warc")
    read(warc, tmp_path / "readings", 700)
    half = sorted((tmp_path / "readings").glob("luubao-*.parquet"))[::2]
    first = import_readings(path, half, jobs=1)
    assert 0 < first.counts["waits"] < 15
    assert 0 < first.unread <= 15 - first.counts["waits"]  # what belongs together with these is read here
    sound(path)
    import_readings(path, [tmp_path / "readings"], jobs=1)
    before = whole(path)
    again = import_readings(path, [tmp_path / "readings"], jobs=1)
    assert (again.counts["waits"], again.counts["here"], again.filing.captures) == (0, 15, 0)
    assert whole(path) == before
    assert {name: len(rows) for name, rows in before.items()} == {
        name: len(rows) for name, rows in whole(built_in).items()
    }


def test_a_job_that_was_stopped_reads_only_what_is_left(path: Path, tmp_path: Path) -> None:
    warc = exported(path, tmp_path / "warc")
    read(warc, tmp_path / "readings", 700)
    (lost := sorted((tmp_path / "readings").glob("luubao-*.parquet"))[3]).unlink()
    told = read(warc, tmp_path / "readings", 700)
    assert told.counts["done-before"] == len(splits_of([warc], 700)) - 1
    assert lost.exists()
    assert len(rows_in(tmp_path / "readings")) == 15


def test_addresses_lead_where_paths_do(path: Path, tmp_path: Path) -> None:
    warc, to = Path(exported(path, tmp_path / "warc")).as_uri(), tmp_path / "readings"
    (to / REVISITS).mkdir(parents=True)
    told = sum_reports([read_split(split, Job(to.as_uri())) for split in splits_of([warc], 700)])
    assert (told.counts["read"], told.counts["revisits"]) == (
        13,
        3,
    )  # two of the revisits are to be read, from elsewhere
    assert {row["warc"] for row in rows_in(to)} == {f"{warc}/{file.name}" for file in (tmp_path / "warc").iterdir()}


def test_another_reader_reads_all_again_beside(path: Path, tmp_path: Path) -> None:
    splits = splits_of([exported(path, tmp_path / "warc")], 700)
    one, other = ({split.name(extractor) for split in splits} for extractor in ("one", "other"))
    assert len(one) == len(other) == len(splits) and one.isdisjoint(other)


def test_rows_say_all_of_a_reading() -> None:
    zone = timezone(timedelta(hours=7))
    reading = Reading(
        "photo-story", "Cầu mới", "Sapo", "Một.\n\nHai.", (Block("paragraph", "Một."), Block("image", image=1), Block("quote", "Hai.")),
        (Image("https://bao.example/1.jpg"), Image("https://bao.example/2.jpg", "Cầu", "Hà Thu", "Cầu. Ảnh: Hà Thu", "cầu")),
        "Xã hội", "Hà Thu", ("Hà Thu", "Minh An"), datetime(2026, 5, 20, 8, 15, 30, 250, zone), "20/5/2026", datetime(2026, 5, 20, tzinfo=UTC),
        "hôm nay", "Thời sự", ("cầu", "đò"), "vi", "https://bao.example/a", ("no-date",), (("headline", "h1"), ("rules", "x/1")), "me", (("reading", 0.71), ("body", 1.0)),
        "HÀ NỘI", "Đính chính: hai nhịp, không phải ba.",
    )  # fmt: skip
    seen = CaptureKey(
        "bao", HOME, "2026-05-20T12:00:00Z", 200, "sha256:0", HOME, None, "Asia/Ho_Chi_Minh", "a.warc.gz", 7
    )
    for made in (reading, Unreadable("listing", "12 links", "me"), Unreadable("empty", "", "me")):
        row = row_of(seen, made)
        assert (capture_of_row(row), reading_in(row), reading_in(row).extractor) == (seen, made, "me")
        back = reading_in(json.loads(json.dumps(row)))
        older = {name: value for name, value in row.items() if name not in ("dateline", "correction")}
        assert isinstance(made, Unreadable) or reading_in(older) == replace(made, dateline=None, correction=None)
        assert back == made and getattr(back, "confidence", None) == getattr(made, "confidence", None)


def test_the_row_is_what_the_reader_says_without_the_furniture(path: Path, tmp_path: Path) -> None:
    known = Boilerplate(frozenset({"text " + "x", *_marks_of(page())}))
    with open_archive(path, create=True) as db:
        put_boilerplate(db, start_run(db, PAPER, {}, NOON), known, NOON)
    read(exported(path, tmp_path / "warc"), tmp_path / "readings")
    row = next(row for row in rows_in(tmp_path / "readings") if row["requested_url"] == SIGHTS[0]["url"])
    expected = read_page(
        SIGHTS[0]["body"].encode(), row["final_url"], captured_at=NOON + timedelta(hours=1), outlet="bao", encoding="utf-8",
        timezone="Asia/Ho_Chi_Minh",
    )  # fmt: skip
    assert isinstance(expected, Reading)
    assert reading_in(row) == without(expected, known) != expected
    assert row["extractor"] == f"{extractor_name()}, furniture {known.digest[:19]}"


def _marks_of(body: str) -> set[str]:
    from archive.text.recurring_blocks import learn

    reading = read_page(body, f"{HOME}a-1.htm")
    assert isinstance(reading, Reading)
    return set(sorted(learn([reading] * 5).marks)[:2])


@pytest.mark.slow
def test_furniture_that_was_learned_since_is_taken_out(path: Path, tmp_path: Path) -> None:
    read(exported(path, tmp_path / "warc"), tmp_path / "readings")
    other = Path(shutil.copy(path, tmp_path / "other.db"))
    for archive in (path, other):
        with open_archive(archive, create=True) as db:
            put_boilerplate(db, start_run(db, PAPER, {}, NOON), Boilerplate(frozenset(_marks_of(page()))), NOON)
    done = import_readings(path, [tmp_path / "readings"], jobs=1)
    assert (done.counts["waits"], done.counts["reader"]) == (15, 0)
    reread(other, Order(jobs=1))
    assert whole(path) == whole(other)


@pytest.mark.slow
def test_a_page_that_kills_its_reader_is_one_row(path: Path, tmp_path: Path) -> None:
    (tmp_path / "deadly").mkdir()
    (tmp_path / "deadly" / "sitecustomize.py").write_text(_DEADLY)
    warc, readings = exported(path, tmp_path / "warc"), tmp_path / "readings"
    program = f"from tests.archive.test_imported_readings import *\nif __name__ == '__main__': print(dict(read({warc!r}, Path({str(readings)!r}), patience=3.0).counts))"
    where = [str(tmp_path / "deadly"), str(Path(__file__).parents[2])]
    (tmp_path / "job.py").write_text(program)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(where)}
    done = subprocess.run(
        [sys.executable, str(tmp_path / "job.py")], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = rows_in(readings)
    gave_up = {row["requested_url"]: row["detail"] for row in rows if row["kind"] == "gave-up"}
    assert len(rows) == 15
    assert gave_up == {
        f"{HOME}dien-4.htm": "the process that read it was killed by signal 9",
        f"{HOME}ban-khac.htm": "not read within 3 seconds",
    }
    assert import_readings(path, [readings], jobs=1).filing.gave_up == 2
    sound(path)


# of two pages, one kills whoever reads it, and one keeps him for ever
_DEADLY = f"""
import os, signal, sys, time
import archive.pipeline.page_reading
reading = sys.modules["archive.pipeline.page_reading"]
really = reading.read_page
def deadly(body, url, **facts):
    if url.endswith("dien-4.htm"):
        os.kill(os.getpid(), {int(signal.SIGKILL)})
    if url.endswith("ban-khac.htm"):
        time.sleep(3600)
    return really(body, url, **facts)
reading.read_page = deadly
"""


@pytest.mark.slow
def test_bad_rows_are_told_and_the_rest_is_filed(path: Path, tmp_path: Path) -> None:
    read(exported(path, tmp_path / "warc"), tmp_path / "readings")
    bad: dict[int, dict[str, object]] = {
        1: {"kind": "poem"}, 2: {"captured_at": "yesterday"}, 3: {"extractor": None}, 4: {"digest": "sha256:" + "0" * 64},
        5: {"final_url": f"{HOME}other"}, 6: {"timezone": "Europe/Paris"}, 7: {"extractor": "luubao 9.9"}, 8: {"outlet": "la"},
        9: {"status": None}, 10: {"requested_url": "no address"},
    }  # fmt: skip
    numbers = iter(range(1, 100))
    rewritten(tmp_path / "readings", lambda row: row | bad.get(next(numbers), {}))
    done = import_readings(path, [tmp_path / "readings"], jobs=1)
    assert dict(done.counts) == {"bad": 5, "unknown": 2, "otherwise": 2, "reader": 1, "waits": 5}
    assert (done.unread, done.readers) == (10, {"luubao 9.9"})
    assert {line.partition(": ")[2] for line in done.messages} >= {
        "its kind is 'poem', which no reader gives",
        "its captured_at is 'yesterday', which is no time",
        "its extractor is empty",
        "its status is empty",
    }
    assert reread(path, Order(jobs=1)).captures == 10
    sound(path)


@pytest.mark.slow
def test_what_is_withdrawn_stays_so(path: Path, tmp_path: Path) -> None:
    read(exported(path, tmp_path / "warc"), tmp_path / "readings")
    address = f"{HOME}lai.htm"
    luubao("withdraw", address, "--reason", "asked", "--destroy", "--yes", "--db", path)
    other = Path(shutil.copy(path, tmp_path / "other.db"))
    done = import_readings(path, [tmp_path / "readings"], jobs=1)
    assert done.counts["withdrawn"] == 4  # three of its own address, and the twin that showed its second state
    reread(other, Order(jobs=1))
    assert whole(path) == whole(other)
    sound(path)


def luubao(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(commands, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_the_command(path: Path, built_in: Path, tmp_path: Path) -> None:
    read(exported(path, tmp_path / "warc"), tmp_path / "readings")
    told = luubao("import", tmp_path / "readings", "--db", path, "--jobs", 0)
    assert told.startswith("captures read: 15 in ")
    assert whole(path) == whole(built_in)
    again = luubao("import", tmp_path / "readings", "--db", path)
    assert "15 readings were left out, for their captures have been read by this extractor already" in again


def test_captures_and_their_readings_in_one_call(written: Path, built_in: Path, tmp_path: Path) -> None:
    warc = exported(written, tmp_path / "warc")
    read(warc, tmp_path / "readings")
    files = list(Path(warc).iterdir())
    luubao("import", *files, tmp_path / "readings", "--db", tmp_path / "new.db", "--jobs", 1)
    kinds = ("SELECT captured_at, requested_url, kind FROM readings JOIN captures ON captures.id = capture_id"
             " JOIN extractors ON extractors.id = extractor_id WHERE extractors.name = ? ORDER BY 1, 2")  # fmt: skip
    with open_archive(tmp_path / "new.db") as new, open_archive(built_in) as old:
        assert new.execute(kinds, [extractor_name()]).fetchall() == old.execute(kinds, [extractor_name()]).fetchall()


def test_files_that_hold_no_readings(path: Path, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    assert "holds no readings" in luubao("import", tmp_path / "other.parquet", "--db", path, code=1)
    (tmp_path / "torn.parquet").write_bytes(b"PAR1 torn")
    assert "torn.parquet cannot be read" in luubao("import", tmp_path / "torn.parquet", "--db", path, code=1)
    with writing(place(str(tmp_path / "empty.parquet"))):
        pass
    assert "there are no readings in" in luubao("import", tmp_path / "empty.parquet", "--db", path, code=1)
    assert "there is no archive at" in luubao("import", tmp_path / "empty.parquet", "--db", tmp_path / "no.db", code=1)


def test_readings_of_another_luubao_are_refused_with_its_name(path: Path, tmp_path: Path) -> None:
    read(exported(path, tmp_path / "warc"), tmp_path / "readings")
    rewritten(tmp_path / "readings", lambda row: row | {"extractor": "luubao 0.0.9 reader sha256:0"})
    before = whole(path)
    told = luubao("import", tmp_path / "readings", "--db", path, code=1)
    assert "these readings were made by luubao 0.0.9 reader sha256:0" in told
    assert whole(path) == before


def test_a_machine_with_another_reader_says_so(path: Path, tmp_path: Path) -> None:
    splits = splits_of([exported(path, tmp_path / "warc")], 64_000_000)
    with pytest.raises(Exception, match="Install the same luubao on all machines"):
        read_split(splits[0], Job(str(tmp_path), extractor="luubao 0.0.9"))


def test_a_file_that_is_not_finished_is_not_there(tmp_path: Path) -> None:
    target = place(str(tmp_path / "a.parquet"))
    with pytest.raises(RuntimeError), writing(target) as add:
        add(
            row_of(
                CaptureKey("bao", HOME, "2026-05-20T12:00:00Z", 200, "sha256:0", HOME, None, "UTC"), Unreadable("empty")
            )
        )
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_text_that_is_no_utf_8_is_given_up(tmp_path: Path) -> None:
    seen = CaptureKey("bao", HOME, "2026-05-20T12:00:00Z", 200, "sha256:0", HOME, None, "UTC")
    with pytest.raises(UnicodeEncodeError):
        row_of(seen, Reading("article", "Cầu \ud800"))


def test_of_furniture_learned_twice_nothing_is_left_in_between() -> None:
    reading = read_page(page(), f"{HOME}a-1.htm")
    assert isinstance(reading, Reading)
    marks = sorted(_marks_of(page()))
    small, large = Boilerplate(frozenset(marks[:1])), Boilerplate(frozenset(marks))
    assert without(without(reading, small), large) == without(reading, large) != without(reading, small)


def test_progress_and_a_stop(path: Path, tmp_path: Path) -> None:
    read(exported(path, tmp_path / "warc"), tmp_path / "readings")
    done = import_readings(path, [tmp_path / "readings"], jobs=1, stopped=lambda: True)
    assert (done.filing.interrupted, done.filing.captures, done.unread) == (True, 0, 15)
    seen = list[tuple[int, int]]()
    import_readings(
        path, [tmp_path / "readings"], jobs=1, progress=lambda report, waiting: seen.append((report.captures, waiting))
    )
    assert {waiting for _, waiting in seen} == {15}
    sound(path)
