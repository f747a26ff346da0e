"""What the server refuses and hides, alone and in public, and that it answers while a crawl writes."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner

from archive import Capture, Outlet, PictureCapture, ingest, keep_picture, open_archive, start_run
from archive.cli import archive
from archive.pictures import recognise
from archive.queries.days import days, each_day, latest_day
from archive.queries.outlets_followed import outlets
from archive.storage.withdrawals.withdrawal import withdraw
from archive.web.room.asgi_guard import AT_ONCE, is_known
from archive.web.sql_guard import put_bounded
from tests.crawler.test_pictures import painted
from tests.reading_room import served
from tests.room.conftest import ROOT
from tests.support import NOON, PAPER, page

URL = "https://bao.example/a-1.htm"


def asked(address: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    try:
        with urlopen(Request(address, headers=headers)) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode(), dict(refused.headers)


@pytest.mark.parametrize(
    ("host", "known"),
    [("127.0.0.1", True), ("127.0.0.1:8001", True), ("[::1]:8001", True), ("192.168.1.5", True), ("localhost:8001", True),
     ("LOCALHOST.", True), ("bao.example", True), ("bao.example:443", True), ("evil.example", False), ("evil.example:8001", False),
     ("127.0.0.1.evil.example", False), ("localhost.evil.example", False), ("", False), ("x.bao.example", False), ("0x7f.1", False)],
)  # fmt: skip
def test_a_server_is_asked_by_its_own_names(host: str, known: bool) -> None:
    assert is_known(host, ["bao.example"]) == known


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two articles, one of them withdrawn; two runs with a day between them on which nobody looked."""
    path = tmp_path_factory.mktemp("serving") / "archive.db"
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {"luubao": "test"}, NOON)
        for name, headline in (("a-1", "Cầu mới"), ("b-2", "Một chuyện riêng tư của bà Mận")):
            url = f"https://bao.example/{name}.htm"
            ingest(db, run, Capture(url, url, NOON, 200, body=page(headline).encode(), encoding="utf-8"))
        withdraw(db, 2, "a court's order", NOON, destroy=False)
        for day in (20, 22):
            db.execute(
                "INSERT INTO runs (outlet_id, started_at, finished_at, outcome, software) VALUES (1, ?, ?, 'ok', '{}')",
                [f"2026-05-{day}T12:00:00Z", f"2026-05-{day}T12:10:00Z"],
            )
        db.conn.commit()
    return path


@pytest.fixture(scope="module")
def public(kept: Path) -> Iterator[str]:
    with served(kept, "--public", "https://luubao.example.org/kho") as address:
        yield f"{address}/kho"


@pytest.fixture(scope="module")
def alone(kept: Path) -> Iterator[str]:
    with served(kept) as address:
        yield address


@pytest.mark.parametrize(
    "path",
    ["/", "/-/edits", "/archive", "/archive/articles.json", "/-/luubao/luubao.css", "/archive.json?sql=select+1"],
)
def test_a_name_that_is_led_here_reads_nothing(alone: str, public: str, path: str) -> None:
    for server in (alone, public):
        status, body, headers = asked(server + path, Host="evil.example")
        assert (status, "--host NAME" in body, headers["x-content-type-options"]) == (421, True, "nosniff")
    assert asked(alone + "/", Host="localhost:8001")[0] == 200
    assert asked(public + "/", Host="luubao.example.org")[0] == 200
    assert asked(alone + "/", Host="luubao.example.org")[0] == 421


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE"])
def test_the_server_is_only_read_from(alone: str, method: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{alone}/archive/articles", method=method))
    with refused.value:
        assert refused.value.code == 405
    policy = asked(f"{alone}/archive/articles")[2]["content-security-policy"]
    assert "frame-ancestors 'self'" in policy and "base-uri 'none'" in policy


@pytest.mark.parametrize(("site", "dest", "status"), [
    ("cross-site", "image", 403), ("cross-site", "iframe", 403), ("cross-site", "document", 200),
    ("same-origin", "empty", 200), ("none", "document", 200),
])  # fmt: skip
def test_a_page_of_another_site_asks_nothing_unseen(alone: str, site: str, dest: str, status: int) -> None:
    told = {"Sec-Fetch-Site": site, "Sec-Fetch-Dest": dest}
    assert asked(f"{alone}/archive.json?sql=select+1", **told)[0] == status
    assert asked(f"{alone}/-/new", **told)[0] == 200


def test_an_archive_may_have_any_name(kept: Path, tmp_path: Path) -> None:
    """The name of what is served beside it, and the default name above all."""
    names = ("luubao", "pictures", "static", "-")
    for name in names:
        (tmp_path / f"{name}.db").write_bytes(kept.read_bytes())
    (tmp_path / "luubao.db.pictures" / "sha256").mkdir(parents=True)
    with served(*(tmp_path / f"{name}.db" for name in names)) as server:
        for name in names:
            assert asked(f"{server}/{name}/articles")[0] == 200
            status, told, _ = asked(f"{server}/{name}.json?sql=select+count(*)+as+n+from+articles&_shape=array")
            assert (status, json.loads(told)) == (200, [{"n": 2}]), name
        assert asked(f"{server}/-/luubao/luubao.css")[0] == 200
        front = asked(server)[1]
        rooms = [f"/{name}/-/" for name in names[1:]]
        assert re.findall('Kho lưu khác: <a href="([^"]*)">', front) == rooms
        for prefix, room in zip(("", "/pictures", "/static", "/-"), ("/", *rooms), strict=True):
            name = prefix.lstrip("/") or "luubao"
            assert f'<a href="{prefix}/-/article/1">Cầu mới</a>' in asked(f"{server}/{name}/articles")[1]
            assert asked(f"{server}{room}")[0] == 200
            assert f'href="{prefix}/-/edits"' in asked(f"{server}{prefix}/-/article/1")[1]


def test_each_of_several_archives_has_its_room_and_its_pictures(kept: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "một.db", tmp_path / "hai.v2.db"
    first.write_bytes(kept.read_bytes())
    data, url, bridge = painted(1), "https://hai.example/cau.jpg", "https://hai.example/cau-9.htm"
    with open_archive(second, create=True) as db:
        run = start_run(
            db, Outlet("hai", "Báo Hai", "https://hai.example/", ("hai.example",)), {"luubao": "test"}, NOON
        )
        body = page("Cầu của báo thứ hai").replace("</article>", f'<figure><img src="{url}"></figure></article>')
        ingest(db, run, Capture(bridge, bridge, NOON, 200, body=body.encode(), encoding="utf-8"))
        picture = recognise(data)
        assert picture is not None and picture.path is not None
        (number,) = db.execute("SELECT id FROM images").fetchone()
        keep_picture(db, run, PictureCapture(number, NOON, url, 200, picture=picture), timedelta(days=1))
        db.conn.commit()
    place = tmp_path / "hai.v2.db.pictures" / picture.path
    place.parent.mkdir(parents=True)
    place.write_bytes(data)
    with served(first, second) as server:
        assert "Cầu của báo thứ hai" not in asked(f"{server}/")[1]
        status, front, _ = asked(f"{server}/hai~2Ev2/-/?lang=en")
        assert (status, "Cầu của báo thứ hai" in front, 'href="/hai~2Ev2/-/edits?lang=en"' in front) == (
            200,
            True,
            True,
        )
        article = asked(f"{server}/hai~2Ev2/-/article/1")[1]
        assert f'src="/hai~2Ev2/-/pictures/{picture.path}"' in article and "Kho lưu khác" in article
        with urlopen(f"{server}/hai~2Ev2/-/pictures/{picture.path}") as answer:
            assert answer.read() == data and "sandbox" in answer.headers["Content-Security-Policy"]
        assert asked(f"{server}/-/pictures/{picture.path}")[0] == 404
        assert "/hai~2Ev2/-/feeds/new.atom" in asked(f"{server}/hai~2Ev2/-/feeds/new.atom")[1]
        assert json.loads(asked(f"{server}/hai~2Ev2/cdx?url={bridge}&output=json")[1])[1][2] == bridge
        assert asked(f"{server}/ba/-/article/1")[0] == 404


def test_what_is_withdrawn_is_shown_by_no_page(alone: str) -> None:
    assert asked(f"{alone}/-/article/2")[0] == 410
    assert asked(f"{alone}/-/article/2/v1")[0] == 410
    assert asked(f"{alone}/-/diff/2")[0] == 410
    status, told, _ = asked(f"{alone}/-/capture/2")
    assert (status, "Nội dung đã được rút" in told) == (200, True)
    assert asked(f"{alone}/-/capture/2/page")[0] == 410
    assert asked(f"{alone}/-/capture/2.warc")[0] == 410
    for path in (
        "/",
        "/-/new",
        "/-/search?q=rieng+tu",
        "/-/search",
        "/-/feeds/new.atom",
        "/-/day/2026-05-20",
        "/-/photos",
    ):
        status, told, _ = asked(alone + path)
        assert (status, "riêng tư" in told) == (200, False), path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200), ("/-/article/1", 200), ("/-/search?q=cau", 200), ("/archive", 200), ("/archive/articles", 200),
        ("/archive/headlines", 200), ("/archive/articles.json", 200), ("/-/capture/1.warc", 200),
        ("/archive.json?sql=select+1", 403), ("/archive/articles.json?_where=1", 403), ("/archive/bodies", 403),
        ("/archive/headers.json", 403), ("/archive/withheld", 403), ("/archive/search_data", 403), ("/archive.db", 403),
        ("/-/versions", 404), ("/-/versions.json", 404), ("/-/threads", 404), ("/-/patterns", 404), ("/-/allow-debug", 404),
    ],
)  # fmt: skip
def test_the_public_sees_pages_and_tables_and_runs_no_sql(public: str, path: str, status: int) -> None:
    assert asked(public + path)[0] == status


def rows(server: str, sql: str) -> list[Any]:
    """What a question of somebody's own brings."""
    status, told, _ = asked(f"{server}/archive.json?_shape=arrays&sql={quote(sql)}")
    assert status == 200, told
    return list(json.loads(told)["rows"])


RAW = (
    "SELECT data FROM bodies", "SELECT response FROM headers", "SELECT h.request FROM headers AS h",
    "SELECT data FROM withheld WHERE table_name = 'bodies'",
)  # fmt: skip


def test_the_machinery_is_closed_unless_it_is_asked_for(kept: Path, alone: str) -> None:
    assert asked(f"{alone}/archive/bodies")[0] == asked(f"{alone}/archive/headers.json")[0] == 403
    assert asked(f"{alone}/archive/articles")[0] == 200
    for sql in RAW:
        found = rows(alone, sql)
        assert found and {value for (value,) in found} == {None}, sql
    assert asked(f"{alone}/-/capture/1/page")[0] == 200  # the room reads them all the same
    with served(kept, "--machinery") as server:
        assert asked(f"{server}/archive/bodies")[0] == 200
        assert all(value is not None for sql in RAW[:3] for (value,) in rows(server, sql))
        assert {value for (value,) in rows(server, RAW[3])} == {None}


def test_the_room_s_own_question_opens_nothing_for_others(alone: str) -> None:
    """The very text of one of its questions, which SQLite may have at hand."""
    asked(f"{alone}/-/capture/1.warc")
    assert rows(alone, "SELECT request, response FROM headers WHERE capture_id = 1") == [[None, None]]


@pytest.mark.slow
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT length(zeroblob(900000000))", "SELECT length(replace(hex(zeroblob(2000000)), '0', 'aaaaaaaaa'))",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 900) SELECT zeroblob(1000000) FROM c",
        *(f"SELECT {name}({arguments})" for name in ("printf", "FORMAT") for arguments in (
            "'%.*c', 900000000, 'x'", "'%.*c', '900000000', 'x'", "'%d%-5.900000000llc', 1, 'x'", "'%.*c', -900000000, 'x'",
            "replace(hex(zeroblob(40000)), '00', '%.999c')", "'%*.*c', 1, x'393939393939393939', 'x'")),
        "SELECT group_concat(hex(zeroblob(1000000)), '') FROM articles, articles AS b, articles AS c",
        "SELECT trim(hex(zeroblob(1000000)), hex(zeroblob(1000)))",
    ],
)  # fmt: skip
def test_an_answer_has_a_size(alone: str, sql: str) -> None:
    status, told, _ = asked(f"{alone}/archive.json?sql={quote(sql)}")
    assert status == 400 and ("too big" in told or "ask for fewer rows" in told), told[:500]


_LONG = "hex(zeroblob(2000000))"


@pytest.mark.parametrize(
    ("sql", "result"),
    [
        (f"SELECT instr({_LONG}, hex(zeroblob(1000000)) || '1')", 0),
        (f"SELECT instr(CAST({_LONG} AS BLOB), hex(zeroblob(1000000)) || '1')", 0),
        (f"SELECT length(replace({_LONG}, hex(zeroblob(1000000)) || '1', ''))", 4_000_000),
        (f"SELECT {_LONG} LIKE '%' || substr({_LONG}, 1, 290) || '1'", 0),
        (f"SELECT {_LONG} LIKE '%' || substr({_LONG}, 1, 900) || '1'", "LIKE or GLOB pattern too complex"),
        (f"SELECT {_LONG} GLOB '*' || substr({_LONG}, 1, 900) || '1'", "LIKE or GLOB pattern too complex"),
        ("SELECT json_patch('{}', '{}')", "not authorized to use function: json_patch"),
    ],
)
def test_what_takes_the_square_of_its_size_ends(alone: str, sql: str, result: object) -> None:
    """Within a function no limit of time is looked at: these would take minutes and hours."""
    told = asked(f"{alone}/archive.json?_shape=arrays&sql={quote(sql)}")[1]
    assert result in (json.loads(told).get("error"), *(row[0] for row in json.loads(told)["rows"])), told


@pytest.mark.parametrize("level", [
    "SELECT count(*) FROM {0} AS a, {0} AS b", "SELECT n FROM {0} UNION ALL SELECT n FROM {0}",
    "SELECT (SELECT n FROM {0}) + (SELECT n FROM {0})", "SELECT 1 WHERE 1 IN (SELECT n FROM {0}) OR 2 IN (SELECT n FROM {0})",
])  # fmt: skip
def test_a_question_that_doubles_with_each_level_takes_no_more_memory_than_there_is(alone: str, level: str) -> None:
    levels = [f"a{number}(n) AS ({level.format(f'a{number - 1}')})" for number in range(1, 31)]
    sql = f"WITH a0(n) AS (SELECT 1), {', '.join(levels)} SELECT n FROM a30"
    status, told, _ = asked(f"{alone}/archive?sql={quote(sql)}&lang=en")
    assert (status, "This took too long" in told) == (503, True), told[:500]
    assert asked(f"{alone}/")[0] == 200


def test_an_answer_that_is_too_large_leaves_no_traceback_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", logged.append)
    sqlite3.enable_callback_tracebacks(True)  # as Datasette does
    connection = sqlite3.connect(":memory:")
    put_bounded(connection)
    with pytest.raises(sqlite3.DataError, match="too big"):
        connection.execute("SELECT printf('%.*c', 900000000, 'x')")
    connection.close()
    assert not logged


def test_functions_with_bounds_give_what_sqlite_gives() -> None:
    values = [None, "", "a", "aXbXa", "Đồng", 12, -3.5, 1e20, b"", b"\x01a", "%d%%|%5.2f|%s", "%.3c|%.*c"]
    with closing(sqlite3.connect(":memory:")) as plain, closing(sqlite3.connect(":memory:")) as bounded:
        put_bounded(bounded)
        for name, count in (
            ("printf", 1),
            ("format", 3),
            ("instr", 2),
            ("replace", 3),
            ("trim", 2),
            ("ltrim", 2),
            ("rtrim", 2),
        ):
            for given in product(values, repeat=count):
                sql = f"SELECT {name}({', '.join('?' * count)})"
                assert bounded.execute(sql, given).fetchone() == plain.execute(sql, given).fetchone(), (name, given)


def test_the_room_does_not_wait_for_long_questions(alone: str) -> None:
    """More of them than there are threads: each ends only with its limit of time."""
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"
    address = f"{alone}/archive.json?sql={quote(endless)}"
    with ThreadPoolExecutor(8) as others:
        under_way = [others.submit(asked, address) for _ in range(8)]
        while not any(one.running() for one in under_way):
            time.sleep(0.01)
        assert asked(f"{alone}/-/new")[0] == 200
        assert sum(one.done() for one in under_way) <= AT_ONCE  # it did not stand in their line
        assert {one.result()[0] for one in under_way} == {400}


def test_public_links_and_citations_are_those_of_the_proxy(public: str) -> None:
    _, told, headers = asked(f"{public}/-/article/1")
    assert "https://luubao.example.org/kho/-/article/1/v1" in told
    assert 'href="/kho/-/new"' in told
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    _, told, _ = asked(f"{public}/robots.txt")
    assert told.splitlines()[:2] == ["User-agent: *", "Disallow: /kho/-/capture/"]
    assert "Disallow: /kho/archive" in told


def test_alone_nothing_is_for_indexes(alone: str) -> None:
    assert asked(f"{alone}/robots.txt")[1] == "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--public", "http://luubao.example.org"], "is not encrypted"),
        (["--public", "luubao.example.org"], "is no address"),
        (["--public", "https://luubao.example.org/?x=1"], "question mark"),
        (["--public", "https://luubao.example.org", "--host", "0.0.0.0"], "would listen on 0.0.0.0"),
    ],
)
def test_what_cannot_be_public_is_told(kept: Path, options: list[str], sentence: str) -> None:
    told = CliRunner().invoke(archive, ["serve", "--db", str(kept), *options])
    assert told.exit_code == 1
    assert sentence in told.output


@pytest.mark.parametrize("name", ["báo?1.db", "báo #1.db", "50%25.db"])
def test_a_name_that_would_lead_to_another_file_is_told(kept: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(kept.read_bytes())
    told = CliRunner().invoke(archive, ["serve", "--db", str(tmp_path / name)])
    assert told.exit_code == 1
    assert f"rename {tmp_path / name}" in told.output


def test_what_was_withdrawn_badly_is_not_made_public(kept: Path, tmp_path: Path) -> None:
    copy = tmp_path / "archive.db"
    with open_archive(kept) as db:
        db.execute(f"VACUUM INTO '{copy}'")
    with open_archive(copy, create=True) as db:
        db.execute("UPDATE articles SET headline = 'Một chuyện riêng tư' WHERE id = 2")
        db.conn.commit()
    told = CliRunner().invoke(archive, ["serve", "--db", str(copy), "--public", "https://luubao.example.org"])
    assert told.exit_code == 1
    assert "article 2 is withdrawn and its words are still there" in told.output


def test_days_without_a_crawl_are_gaps_not_days_without_news(kept: Path, alone: str) -> None:
    with open_archive(kept) as db:
        (paper,) = outlets(db)
        last = latest_day(db, paper)
        assert last is not None and last.isoformat() == "2026-05-22"
        found = days(db, paper, last.replace(day=18), last)
    assert [day.isoformat() for day in found.gaps] == ["2026-05-21"]
    assert [found.edits[day] for day in each_day(found.first, found.last)] == [0] * 5
    assert "Hôm đó kho lưu không truy cập Báo Thử" in asked(f"{alone}/-/day/2026-05-21")[1]
    assert "Hôm đó kho lưu" not in asked(f"{alone}/-/day/2026-05-22")[1]
    assert "1 ngày không truy cập" in asked(alone)[1]


@pytest.mark.parametrize(
    "path",
    [
        "/-/article/0", "/-/article/x", "/-/article/999999999999999999", "/-/article/1/v9", "/-/diff/1/v1..v9", "/-/diff/1/v2..",
        "/-/capture/99", "/-/capture/99.warc", "/-/capture/99/page", "/-/day/2026-13-01", "/-/day/2026-02-30", "/-/feeds/x.atom",
        "/-/at?url=https://bao.example/none", "/-/at?url=", "/-/article/1?as_of=gestern", "/-/article/1?as_of=1999-01-01",
        "/-/search?q=%00", "/-/search?q=%22", "/-/search?q=" + "a" * 3000, "/-/search?q=%ED%A0%80", "/-/search?page=-1&since=x",
        "/-/photos?place=*", "/-/photos?place=%22&credit=%00", "/-/calendar?year=0&outlet=none", "/-/calendar?year=999999",
        "/-/new?page=99999999999", "/-/edits?order=x&q=AND", "/-/search?lang=%3Cscript%3E", "/-/feeds/new.atom?q=%22",
    ],
)  # fmt: skip
def test_odd_requests_get_an_answer_not_an_error(alone: str, path: str) -> None:
    status, told, _ = asked(alone + path)
    assert status in (200, 302, 400, 404, 410), told[:500]
    assert "<script" not in told or path.startswith(("/-/article/0", "/-/article/x", "/-/diff/1/v2..", "/-/feeds/x"))


def test_what_readers_type_is_text(alone: str) -> None:
    _, told, _ = asked(f"{alone}/-/search?q=%3Cb%3Ecau&section=%22%3E%3Cimg+src%3Dx%3E")
    assert "<img src=x>" not in told and "<b>cau" not in told


@pytest.mark.slow
def test_pages_answer_while_a_crawl_writes(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {"luubao": "test"}, NOON)
        ingest(db, run, Capture(URL, URL, NOON, 200, body=page("Cầu mới").encode(), encoding="utf-8"))
        with served(path) as address, _writing(path):
            for _ in range(3):
                for page_ in (
                    "/",
                    "/-/article/1",
                    "/-/diff/1",
                    "/-/search?q=cau",
                    "/-/edits",
                    "/-/calendar",
                    "/-/capture/1",
                ):
                    assert asked(address + page_)[0] == 200, page_


class _writing:
    """A crawl in another process that edits the article again and again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        program = (
            "import sys, datetime as d; from archive import *; from archive.model.records import Run; from tests.support import *\n"
            "with open_archive(sys.argv[1], create=True) as db:\n"
            "    run = Run(1, 1, PAPER)\n"
            "    for n in range(1, 10_000):\n"
            "        at = NOON + d.timedelta(minutes=n)\n"
            f"        ingest(db, run, Capture('{URL}', '{URL}', at, 200, body=page(f'Cầu mới {{n}}').encode(), encoding='utf-8'))\n"
            "        print(n, flush=True)\n"
        )
        self._told = self._path.with_suffix(".log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, str(self._path)], stdout=self._told, stderr=self._told, cwd=ROOT
        )
        while not self._said() and self._process.poll() is None:
            time.sleep(0.05)

    def _said(self) -> str:
        return self._path.with_suffix(".log").read_text()

    def __exit__(self, *_: object) -> None:
        ended = self._process.poll()
        self._process.terminate()
        self._process.wait()
        self._told.close()
        assert ended is None, f"the crawl ended before the pages were asked for: {self._said()[-2000:]}"


def test_datasette_s_own_pages_lead_to_the_room(alone: str) -> None:
    _, told, _ = asked(f"{alone}/archive/articles")
    assert 'href="/-/article/1"' in told
    assert "Reading room" in told
    assert "select * from articles" in asked(f"{alone}/archive")[1]  # not from the first in the alphabet
    status, told, _ = asked(f"{alone}/.json")
    assert status == 200 and "archive" in json.loads(told)
