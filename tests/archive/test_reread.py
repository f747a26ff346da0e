"""Reading again: better words, the same history. The archives are written by an older luubao (see older.py)."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive import Capture, ingest, open_archive, read_page, start_run
from archive.cli import archive as commands
from archive.model.errors import ArchiveMissing, UnknownOutlet
from archive.pipeline.merging import Arrivals
from archive.pipeline.rereading import Order, reread
from archive.queries import article_search, lookup
from archive.storage.integrity.consistency import inconsistencies
from archive.storage.version_texts import learn_boilerplate
from archive.text.recurring_blocks import Boilerplate
from tests.archive.older_version import older, present
from tests.support import NOON, PAPER, page

HOME = "https://bao.example/"
A, B, C, D, E = (HOME + name for name in ("cau-1.htm", "do-2.htm", "cho-3.htm", "dien-4.htm", "phu-5.htm"))
PICTURE = '<figure><img src="/anh/cau.jpg"><figcaption>{}. Ảnh: Hà Thu</figcaption></figure>'
OPENED = "Sáng 21/5, huyện Tam Sông khánh thành cầu bắc qua sông Con."
FERRY = "Chuyến đò cuối cùng cập bến lúc năm giờ chiều, chở theo mười hai người và hai chiếc xe đạp cũ."
POWER = "<html><head><title>Lịch cắt điện</title></head><body><h1>Lịch cắt điện</h1></body></html>"


def bridge(caption: str = "Cầu ngày thông xe", **kinds: Any) -> str:
    return page(**kinds).replace("</p>", "</p>" + PICTURE.format(caption), 1)


def see(hour: float, url: str, body: str | None, **facts: Any) -> dict[str, Any]:
    return {"hour": hour, "url": url, "body": body, "facts": facts}


# Fresh captures are numbered from 1 in this order; number 8 is a 404.
SIGHTS = [
    see(1, A, bridge()),
    see(2, A, bridge(clock="09:00")),
    see(3, A, bridge("Cầu ngày khánh thành")),  # the older luubao sees no pictures
    see(4, A, bridge("Cầu ngày khánh thành", body=OPENED)),
    see(5, B, page("Ông lái đò", body=FERRY)),
    see(6, B, page("Ông lái đò", body=FERRY + " Ông nghỉ tay chèo.")),
    see(7, B, page("Ông lái đò", body=FERRY + " Ông nghỉ tay chèo.", clock="10:00")),
    see(8, B, None, status=404),
    see(9, C, page("Chợ phiên")),
    see(10, C, page("Chợ phiên", body=FERRY)),
    see(11, C, page("Chợ phiên", clock="11:00")),
    see(12, D, POWER),
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive as the older luubao left it."""
    folder = tmp_path_factory.mktemp("older")
    older(folder).write(folder / "archive.db", SIGHTS)
    return folder / "archive.db"


@pytest.fixture
def path(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(written, tmp_path / "archive.db"))


def history(path: Path) -> list[tuple[Any, ...]]:
    """What the newspaper did, by what the archive says."""
    with sqlite3.connect(path) as db:
        return db.execute(
            "SELECT articles.id, articles.url, number, versions.capture_id, versions.first_seen_at, versions.digest,"
            " changed, articles.first_seen_at, articles.changed_at FROM versions JOIN articles"
            " ON articles.id = article_id ORDER BY articles.id, number"
        ).fetchall()


def whole(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All of an archive that reading again may write, without row numbers and times of writing."""
    questions_asked = {
        "readings": "SELECT capture_id, extractors.name, kind, detail, version_id FROM readings JOIN extractors"
        " ON extractors.id = extractor_id ORDER BY 1, 2",
        "texts": "SELECT version_id, extractors.name, capture_id, digest, texts.headline, lead, body, captions, layout,"
        " details FROM texts JOIN extractors ON extractors.id = extractor_id ORDER BY 1, 2",
        "shown": "SELECT active_texts.version_id, extractors.name FROM active_texts JOIN texts ON texts.id = text_id"
        " JOIN extractors ON extractors.id = extractor_id ORDER BY 1",
        "versions": "SELECT id, article_id, number, capture_id, first_seen_at, digest, changed, headline, byline, section,"
        " published_at FROM versions ORDER BY id",
        "articles": "SELECT id, url, headline, version_count, first_seen_at, changed_at, last_seen_at, gone_since,"
        " gone_reason, current_version_id, moved_to_id FROM articles ORDER BY id",
        "aliases": "SELECT url_key, article_id FROM aliases ORDER BY 1",
        "pictures": "SELECT version_id, position, url, caption, credit FROM version_images JOIN images"
        " ON images.id = image_id ORDER BY 1, 2",
    }
    with sqlite3.connect(path) as db:
        return {name: db.execute(question).fetchall() for name, question in questions_asked.items()}


def sound(path: Path) -> None:
    """SQLite, its search index and our tables agree with themselves."""
    with open_archive(path, create=True) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        db.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")
        assert list(inconsistencies(db, lambda: None)) == []


def test_words_get_better_and_a_hidden_edit_is_shown(path: Path) -> None:
    before = history(path)
    assert len(before) == 4  # two versions of A, one of C, one of D
    report = reread(path, Order())
    with open_archive(path) as db:
        versions = lookup.versions_of(db, 1)
        assert [(one.number, one.first_seen_at[11:16], one.changed) for one in versions] == [
            (1, "13:00", None),
            (2, "15:00", "captions"),  # which the former extractor could not see
            (3, "16:00", "body"),
        ]
        assert [one.id for one in versions if one.id in {1, 2}] == [1, 2]  # what was quoted is still there
        first, last = (lookup.reading_of(db, 1, number)[1] for number in (1, 3))
        assert first.headline == last.headline == "Cầu mới qua sông"
        assert [image.caption for image in first.images] == ["Cầu ngày thông xe."]
        assert [image.credit for image in last.images] == ["Hà Thu"]
        assert lookup.find_article(db, A).headline == "Cầu mới qua sông"
        assert [hit.url for hit in article_search.search(db, '"ngày khánh thành"')] == [A]
        renumbered = "SELECT version_id, old_number, new_number, reason FROM renumberings"
        assert db.execute(renumbered).fetchall() == [(2, 2, 3, "a better reading")]
    assert (report.versions, report.changed) == (3, 3)
    assert dict(report.fields) == {"headline": 3, "pictures": 2}  # the captions came with the pictures
    assert report.renumbered == 1
    sound(path)


def test_a_dateline_and_a_correction_that_were_not_read_before_are_no_edit(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    note = "Đính chính: Cầu dài ba trăm mét, không phải hai trăm."
    first, second = (page(body=f"HÀ NỘI - {OPENED}{more}") for more in ("", f"</p><p>{note}"))
    older(tmp_path).write(path, [see(1, A, first), see(2, A, first), see(3, A, second)])
    before = [row[-4:] for row in history(path)]
    report = reread(path, Order())
    assert [row[-4:] for row in history(path)] == before
    assert (report.new_versions, dict(report.fields)) == (0, {"headline": 2, "dateline": 2, "correction": 1})
    with open_archive(path) as db:
        readings = [lookup.reading_of(db, 1, number)[1] for number in (1, 2)]
    assert [(read.dateline, read.correction) for read in readings] == [("HÀ NỘI", None), ("HÀ NỘI", note)]
    assert all(read.text.startswith(f"HÀ NỘI - {OPENED}") for read in readings)
    sound(path)


@pytest.mark.slow
def test_pages_once_misread_open_their_article_with_its_own_times(path: Path) -> None:
    report = reread(path, Order())
    with open_archive(path) as db:
        article = lookup.find_article(db, B)
        versions = lookup.versions_of(db, article.id)
        assert [(one.number, one.first_seen_at[11:16], one.changed) for one in versions] == [
            (1, "17:00", None),
            (2, "18:00", "body"),
        ]
        assert (article.first_seen_at[11:16], article.last_seen_at[11:16]) == ("17:00", "19:00")
        assert (article.gone_since, article.gone_reason) == ("2026-05-20T20:00:00Z", "status 404")
    assert (report.became_readable, report.new_articles, report.new_versions) == (4, 1, 5)


def test_what_stood_between_two_known_states_is_a_state_too(path: Path) -> None:
    reread(path, Order())
    with open_archive(path) as db:
        versions = lookup.versions_of(db, lookup.find_article(db, C).id)
        assert [(one.number, one.first_seen_at[11:16]) for one in versions] == [
            (1, "21:00"),
            (2, "22:00"),
            (3, "23:00"),
        ]


def test_a_late_capture_of_an_unchanged_page_changes_nothing_after_it(path: Path) -> None:
    reread(path, Order())
    with open_archive(path, create=True) as db:
        before = [row[1:] for row in versions_at(db, A)]
        arrivals = Arrivals(db, start_run(db, PAPER, {}, NOON), Boilerplate())
        arrivals.arrive(_capture(0, SIGHTS[0], "08:00"), None)
        arrivals.file_pending()
        after = [row[1:] for row in versions_at(db, A)]
    assert [row[1:] for row in after[1:]] == [row[1:] for row in before[1:]]
    assert len(after) == len(before)


def versions_at(db: Database, url: str) -> list[tuple[Any, ...]]:
    return db.execute(
        "SELECT versions.id, number, versions.first_seen_at, changed, digest FROM versions JOIN articles"
        " ON articles.id = article_id WHERE url = ? ORDER BY number", [url],
    ).fetchall()  # fmt: skip


def test_a_page_that_cannot_be_read_any_more_keeps_its_words(path: Path) -> None:
    report = reread(path, Order())
    with open_archive(path) as db:
        assert lookup.find_article(db, D).headline == "Lịch cắt điện - Báo Thử"
        assert lookup.find_article(db, D).gone_since is None
        kind = "SELECT kind FROM readings WHERE capture_id = 12 ORDER BY extractor_id DESC LIMIT 1"
        assert db.execute(kind).fetchone() == ("no-article",)
    assert report.stopped_being_readable == 1


def test_once_is_enough(path: Path) -> None:
    assert reread(path, Order()).captures == 11
    before = whole(path)
    again = reread(path, Order())
    assert (again.captures, again.changed, again.changes) == (0, 0, [])
    assert whole(path) == before


def test_a_dry_run_says_the_same_and_writes_nothing(path: Path) -> None:
    digest = hashlib.sha256(path.read_bytes()).digest()
    rehearsed = reread(path, Order(dry_run=True))
    assert hashlib.sha256(path.read_bytes()).digest() == digest
    assert [file.name for file in path.parent.iterdir() if file.stat().st_size and file != path] in (
        [],
        ["archive.db-shm"],
    )
    done = reread(path, Order())
    assert replace(rehearsed, dry_run=False, seconds=0) == replace(done, seconds=0)
    assert done.captures == 11


def test_an_outlet_or_a_span_alone(path: Path) -> None:
    # PAPER's clock is seven hours ahead: 12 hours after noon UTC, sight 4 is at 23:00 of the 20th, sight 5 at midnight.
    assert reread(path, Order(since=date(2026, 5, 22))).captures == 0
    assert reread(path, Order(until=date(2026, 5, 20), outlet="bao")).captures == 4
    assert reread(path, Order(since=date(2026, 5, 21))).captures == 7
    assert reread(path, Order()).captures == 0
    with pytest.raises(UnknownOutlet, match="It has: bao"):
        reread(path, Order(outlet="baola"))


COURT = page("Phiên tòa")
LARGE = COURT.replace("<article>", "<article>" + "<i></i>" * 40_001)  # the present luubao refuses it


@pytest.mark.slow
@pytest.mark.parametrize("days", [(None,), (date(2026, 5, 22), None)])
def test_a_version_whose_newest_capture_is_refused_is_told_from_the_one_before(
    path: Path, days: tuple[date | None, ...]
) -> None:
    older(path.parent / "older").write(path, [see(40, E, COURT), see(60, E, LARGE)])
    reports = [reread(path, Order(until=until)) for until in days]  # in one go, or as if the first had been stopped
    with open_archive(path) as db:
        article = lookup.find_article(db, E)
        assert (article.headline, article.version_count) == ("Phiên tòa", 1)
        told = "SELECT capture_id FROM texts JOIN active_texts ON text_id = texts.id WHERE headline = 'Phiên tòa'"
        assert db.execute(told).fetchall() == [(13,)]
    assert sum(report.stopped_being_readable for report in reports) == 2  # this one, and D's
    assert reread(path, Order()).captures == 0
    sound(path)


@pytest.mark.slow
def test_a_crawl_that_comes_first_tells_it_in_the_same_way(path: Path) -> None:
    older(path.parent / "older").write(path, [see(40, E, COURT), see(60, E, LARGE)])
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        seen = ingest(db, run, _capture(72, see(0, E, COURT), "09:00"))
        assert seen.filed is not None
        assert (seen.filed.outcome, seen.filed.version_number) == ("unchanged", 1)
        assert lookup.find_article(db, E).headline == "Phiên tòa"
    assert reread(path, Order()).captures == 11  # the crawl has read both captures of E


@pytest.mark.slow
def test_another_print_opens_no_version_when_the_article_has_moved_to_its_address(path: Path) -> None:
    shorter = page("Phiên tòa", body="Tóm tắt.").replace("<head>", f'<head><link rel="canonical" href="{E}">')
    print_of = E.replace(".htm", "-in.htm")
    older(path.parent / "older").write(
        path,
        [
            see(40, E, COURT),
            see(41, print_of, shorter),
            see(42, E, None, status=301, final_url=print_of),
            see(43, print_of, None, status=304, via=[E]),
        ],
    )
    before = history(path)
    with open_archive(path) as db:
        assert lookup.find_article(db, E).url == print_of
    reread(path, Order())
    assert [row for row in history(path) if row[0] == 4] == [row for row in before if row[0] == 4]


def test_a_crawl_goes_on_where_reading_again_left(path: Path) -> None:
    reread(path, Order())
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        same = ingest(db, run, _capture(24, SIGHTS[3], "13:00"))
        edited = ingest(db, run, _capture(25, {**SIGHTS[3], "body": bridge("Cầu về đêm")}, "14:00"))
    assert same.filed is not None
    assert edited.filed is not None
    assert (same.filed.outcome, same.filed.version_number) == ("unchanged", 3)
    assert (edited.filed.outcome, edited.filed.version_number) == ("edited", 4)


def _capture(hour: int, sight: dict[str, Any], clock: str) -> Capture:
    moment = datetime(2026, 5, 20 + hour // 24, 12 + hour % 24, tzinfo=UTC)
    body = sight["body"].replace("08:00", clock).encode()
    return Capture(sight["url"], sight["url"], moment, 200, body=body, encoding="utf-8")


def test_new_furniture_is_reason_enough(path: Path) -> None:
    notice = "Bạn đọc gửi ý kiến về tòa soạn theo địa chỉ in ở trang tám."
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        for number in range(20):
            body = page(f"Bài {number}", body=f"Câu chuyện số {number} xảy ra ở xã {number}. " * 4)
            body = body.replace("</article>", f"<p>{notice}</p></article>")
            ingest(db, run, _capture(24, see(0, f"{HOME}bai-{number}.htm", body), "12:00"))
        reread_once = reread(path, Order())
        assert notice in lookup.reading_of(db, lookup.find_article(db, HOME + "bai-3.htm").id)[1].text
        assert learn_boilerplate(db, run, NOON) is not None
    report = reread(path, Order())
    assert (reread_once.captures, report.captures) == (11, 31)
    with open_archive(path) as db:
        reading = lookup.reading_of(db, lookup.find_article(db, HOME + "bai-3.htm").id)[1]
        assert notice not in reading.text
        assert "furniture sha256:" in reading.extractor


@pytest.mark.slow
def test_an_extractor_taken_up_again_shows_its_words_without_reading(path: Path) -> None:
    folder = path.parent / "older"
    formerly = older(folder)
    reread(path, Order())
    done = formerly.run("reread", "--db", str(path), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["captures"] == 0
    with open_archive(path) as db:
        assert lookup.find_article(db, A).headline == "Cầu mới qua sông - Báo Thử"
    assert reread(path, Order()).captures == 0
    with open_archive(path) as db:
        assert lookup.find_article(db, A).headline == "Cầu mới qua sông"
    sound(path)


ARTICLES = 50


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many articles, each seen four times, some of them misread by the older luubao."""
    folder = tmp_path_factory.mktemp("larger")
    random_of = random.Random(20260520)
    sights = []
    for day in range(4):
        for number in range(ARTICLES):
            edits = sum(random.Random(f"{number} {n}").random() < 0.4 for n in range(day + 1))
            text = f"{FERRY if number % 5 == 0 else 'Sáng nay trời mưa to.'} Câu chuyện số {number}, lần sửa {edits}. "
            clock = f"{random_of.randrange(24):02}:{random_of.randrange(60):02}"
            body = bridge(f"Ảnh {number}", headline=f"Bài {number}", body=text * 3, clock=clock)
            sights.append(see(24 * day + number / 60, f"{HOME}bai-{number}.htm", body))
    older(folder).write(folder / "archive.db", sights)
    return folder / "archive.db"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment_it_goes_on_to_the_same_end(larger: Path, tmp_path: Path, seed: int) -> None:
    undisturbed, killed = (Path(shutil.copy(larger, tmp_path / name)) for name in ("a.db", "b.db"))
    before = history(killed)
    reread(undisturbed, Order(jobs=1))
    moments, died = random.Random(seed), 0
    for _ in range(5):
        process = present().start("reread", "--db", str(killed), "--jobs", "2")
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=moments.uniform(0.3, 1.1))
            break
        process.send_signal(signal.SIGKILL)
        process.communicate()
        died += 1
        sound(killed)
        _wait_until_nobody_is_left(process.pid)
    assert died >= 2
    assert present().run("reread", "--db", str(killed)).returncode == 0
    assert whole(killed) == whole(undisturbed)
    known = {row[:7] for row in history(killed)}
    assert {row[:7] for row in before} <= known


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_good_order(larger: Path, tmp_path: Path, number: int) -> None:
    path = Path(shutil.copy(larger, tmp_path / "archive.db"))
    process = present().start("reread", "--db", str(path), "--jobs", "1", "--json")
    _wait_until_begun(path)
    process.send_signal(number)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 5
    assert err == "Stopped by a signal. What was read is kept; the next reread continues from here\n"
    report = json.loads(out)
    assert report["interrupted"] is True
    assert 0 < report["captures"] < 4 * ARTICLES
    assert reread(path, Order()).captures == 4 * ARTICLES - report["captures"]
    sound(path)


def _wait_until_nobody_is_left(group: int) -> None:
    """The processes that read end by themselves when the one that writes is gone."""
    for _ in range(500):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError("a process outlived the one it read for")


def _wait_until_begun(path: Path) -> None:
    with sqlite3.connect(path) as db:
        for _ in range(30_000):  # for hangs only
            if db.execute("SELECT count(DISTINCT extractor_id) FROM readings").fetchone() == (2,):
                return
            time.sleep(0.01)
    raise AssertionError("nothing was read")


@pytest.mark.slow
def test_people_read_and_crawls_write_meanwhile(larger: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(larger, tmp_path / "archive.db"))
    process = present().start("reread", "--db", str(path))
    asked = 0
    with open_archive(path, create=True) as db, open_archive(path) as reading:
        run = start_run(db, PAPER, {}, NOON)
        while process.poll() is None:
            assert len(lookup.articles(reading, limit=20)) == 20
            known = asked % ARTICLES
            ingest(db, run, _capture(200, see(0, f"{HOME}moi-{asked}.htm", page(f"Tin mới {asked}")), "09:00"))
            changed = page(f"Bài {known}", body=f"Nay là chuyện khác {asked}.")
            ingest(db, run, _capture(200, see(0, f"{HOME}bai-{known}.htm", changed), "09:00"))
            asked += 1
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert asked > 3
    assert out.startswith("captures read: ")
    sound(path)
    before = history(path)
    reread(path, Order())
    assert history(path) == before


@pytest.mark.slow
def test_a_page_that_takes_too_long_is_given_up_and_the_others_are_read(path: Path) -> None:
    paragraphs = f"<p>{'Một đoạn văn dài vừa đủ để phải đọc. ' * 8}</p>" * 19_000
    body = page("Bài rất dài").replace("<article>", f"<article>{paragraphs}</article>")
    older(path.parent / "older").write(path, [see(20, E, body)])
    begun = time.perf_counter()
    read_page(body, E)
    patience = round((time.perf_counter() - begun) / 2, 2)  # too little on any machine, and enough for the other pages
    report = reread(path, Order(patience=patience, jobs=1))
    assert (report.gave_up, report.captures) == (1, 12)
    with open_archive(path) as db:
        newest = "SELECT kind, detail FROM readings WHERE capture_id = 13 ORDER BY extractor_id DESC LIMIT 1"
        assert db.execute(newest).fetchone() == ("gave-up", f"not read within {patience:g} seconds")
        assert lookup.find_article(db, E).headline == "Bài rất dài - Báo Thử"
    assert reread(path, Order()).captures == 0


def test_wrong_arguments_are_told_in_a_sentence(path: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveMissing):
        reread(tmp_path / "none.db", Order())
    assert not (tmp_path / "none.db").exists()
    for arguments, code, said in (
        (["--since", "hôm qua"], 2, "'hôm qua' is no day. Write it as 2026-05-20"),
        (["--since", "2026-05-21", "--until", "2026-05-20"], 2, "--since is later than --until"),
        (["--outlet", "baola"], 1, "the archive has no outlet baola. It has: bao"),
    ):
        done = CliRunner().invoke(commands, ["reread", "--db", str(path), *arguments])
        assert (done.exit_code, said in done.output) == (code, True), done.output


def test_the_report_shows_what_changed(path: Path) -> None:
    done = present().run("reread", "--db", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "versions whose text changed: 3 of 3 (headline 3, pictures 2)" in done.stdout
    assert "pages that became readable: 4" in done.stdout
    # the least certain readings come first
    assert f"{D}\nkind\n  [-article-]{{+no-article+}}" in done.stdout
    assert f"{A}\nheadline\n  Cầu mới qua sông[- - Báo Thử-]" in done.stdout
    assert f"{A}\npictures\n  {{+https://bao.example/anh/cau.jpg+}}" in done.stdout
