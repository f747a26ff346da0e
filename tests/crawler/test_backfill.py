"""Reaching back to other archives: a real pywb, and a server on loopback that speaks as Common Crawl does."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import finish_run, ingest, open_archive, start_run
from archive.pipeline.verification import verify
from archive.storage.stored_bodies import get_body
from crawler.backfill.archive_client import ArchiveClient, TimestampRange, WebArchiveBusy
from crawler.backfill.backfill_job import BackfillResult, backfill
from crawler.backfill.commoncrawl import CommonCrawl
from crawler.backfill.wayback import Wayback
from tests.replay import Replay, needs_tools, pywb
from tests.support import PAPER, Shoot, page

URL = "https://bao.example/a-1.htm"


def other_crawl() -> bytes:
    """What somebody else's crawler kept in 2018 and 2019: two states, a page that was gone, one that had moved, a picture,
    and a page of another site."""
    html = [("Content-Type", "text/html; charset=utf-8"), ("X-Paper", "yes")]
    entries: list[tuple[str, str, str, list[tuple[str, str]], bytes]] = [
        (URL, "2018-03-01T08:00:00Z", "200 OK", html, page("Tin xưa").encode()),
        (URL, "2018-03-02T08:00:00Z", "200 OK", html, page("Tin xưa").encode()),
        (URL, "2019-05-01T08:00:00Z", "200 OK", html, page("Tin xưa, sửa lại").encode()),
        (
            "https://bao.example/mat.htm",
            "2018-01-01T08:00:00Z",
            "200 OK",
            html,
            page("Tin đã mất", body="Không còn ở đâu nữa. " * 12).encode(),
        ),
        ("https://bao.example/mat.htm", "2019-01-01T08:00:00Z", "404 Not Found", html, b"<p>khong thay</p>"),
        ("https://bao.example/cu.htm", "2019-05-01T08:00:01Z", "301 Moved Permanently", [("Location", URL)], b""),
        ("https://bao.example/anh.png", "2018-03-01T08:00:00Z", "200 OK", [("Content-Type", "image/png")], b"\x89PNG"),
        ("https://khac.example/", "2018-03-01T08:00:00Z", "200 OK", html, page().encode()),
    ]
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True)
    for url, moment, status, headers, body in entries:
        http = StatusAndHeaders(status, [*headers, ("Content-Length", str(len(body)))], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(body),
            length=len(body),
            http_headers=http,
            warc_headers_dict={"WARC-Date": moment},
        )
        writer.write_record(record)
    return file.getvalue()


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    folder = tmp_path_factory.mktemp("pywb")
    (folder / "other.warc.gz").write_bytes(other_crawl())
    with pywb(folder, [folder / "other.warc.gz"]) as running:
        yield running


def client(**how: Any) -> ArchiveClient:
    return ArchiveClient("luubao-test", 0.0, **how)


def wayback(replay: Replay, **how: Any) -> Wayback:
    return Wayback(client(), replay.cdx, replay.base, **how)


OLD = [
    ("a-1.htm", 1, "Tin xưa", "2018-03-01T08:00:00Z"),
    ("a-1.htm", 2, "Tin xưa, sửa lại", "2019-05-01T08:00:00Z"),
    ("mat.htm", 1, "Tin đã mất", "2018-01-01T08:00:00Z"),
]


def versions(path: Path) -> list[tuple[Any, ...]]:
    with open_archive(path) as db:
        assert [(one.where, one.what) for one in verify(db)] == []
        return db.execute(
            "SELECT substr(articles.url_key, 13), number, versions.headline, versions.first_seen_at FROM versions"
            " JOIN articles ON articles.id = article_id ORDER BY articles.url_key, number"
        ).fetchall()


@needs_tools
def test_what_another_archive_kept_comes_before_our_first_crawl(replay: Replay, path: Path, shoot: Shoot) -> None:
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, shoot().captured_at)
        ingest(db, run, shoot(body=page("Tin nay")))
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=shoot().captured_at)
    done = backfill(path, PAPER, wayback(replay), TimestampRange())
    assert done.problem is None and done.counts["failed"] == 0 and done.counts["waiting"] == 0
    assert versions(path) == [*OLD[:2], ("a-1.htm", 3, "Tin nay", "2026-05-20T12:00:00Z"), OLD[2]]
    with open_archive(path) as db:
        assert db.execute("SELECT gone_since FROM articles WHERE url_key = 'bao.example/mat.htm'").fetchall() == [
            ("2019-01-01T08:00:00Z",)
        ]
        assert db.execute("SELECT kind FROM aliases WHERE url_key = 'bao.example/cu.htm'").fetchall() == [("redirect",)]
        kept = db.execute(
            "SELECT captured_at, status, response, source, record FROM captures JOIN headers ON headers.capture_id = captures.id"
            " JOIN origins ON origins.capture_id = captures.id WHERE url_key = 'bao.example/a-1.htm' ORDER BY captured_at LIMIT 1"
        ).fetchone()
        assert kept[:2] == ("2018-03-01T08:00:00Z", 200) and ["X-Paper", "yes"] in json.loads(kept[2])
        assert kept[3:] == (replay.cdx, f"20180301080000id_/{URL}")
        assert db.execute("SELECT kind, outcome FROM runs ORDER BY id").fetchall() == [
            ("crawl", "ok"),
            ("backfill", "ok"),
        ]
        assert db.execute("SELECT old_number, new_number FROM renumberings").fetchall() == [(1, 3)]


@needs_tools
def test_done_twice_adds_nothing(replay: Replay, path: Path) -> None:
    first = backfill(path, PAPER, wayback(replay), TimestampRange())
    assert first.counts["filed"] + first.counts["late"] >= 6
    again = backfill(path, PAPER, wayback(replay), TimestampRange())
    assert not any(again.counts[name] for name in ("listed", "filed", "late", "here", "failed"))


@needs_tools
def test_it_goes_on_where_it_was(replay: Replay, path: Path) -> None:
    taken = []
    for _ in range(10):
        done = backfill(path, PAPER, wayback(replay, page_size=2), TimestampRange(), most=2)
        taken.append(done.counts["filed"] + done.counts["late"])
        if not done.counts["waiting"]:
            break
    assert sum(taken) >= 6 and max(taken) == 2
    assert versions(path) == OLD


@needs_tools
def test_only_a_span_of_time(replay: Replay, path: Path) -> None:
    backfill(path, PAPER, wayback(replay), TimestampRange(since="20190101", until="20191231"))
    assert versions(path) == [("a-1.htm", 1, "Tin xưa, sửa lại", "2019-05-01T08:00:00Z")]


# --- Common Crawl -----------------------------------------------------------------------------------------------------


class _CommonCrawl(BaseHTTPRequestHandler):
    """collinfo.json, an index for each crawl, two lines a page, and ranges of one file."""

    disable_nagle_algorithm = True  # a head and a body sent one after the other wait for nobody's acknowledgement
    warc: bytes
    log: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.log.append((self.path, self.headers["Range"]))
        if parts.path == "/collinfo.json":
            base = f"http://127.0.0.1:{self.connection.getsockname()[1]}"
            crawls = [
                {"id": name, "name": name, "cdx-api": f"{base}/{name}-index"}
                for name in ("CC-MAIN-2019-09", "CC-MAIN-2013-20")
            ]
            self._send(200, json.dumps(crawls).encode())
        elif parts.path == "/CC-MAIN-2019-09-index":
            self._index(parse_qs(parts.query))
        elif parts.path == "/CC-MAIN-2013-20-index":
            self._send(404, b'{"message": "No Captures found for: bao.example"}')
        elif parts.path == "/crawl-data/x.warc.gz":
            first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
            self._send(206, self.warc[first : last + 1])
        else:
            self._send(404, b"")

    def _index(self, query: dict[str, list[str]]) -> None:
        lines = _lines(self.warc)
        if "showNumPages" in query:
            self._send(200, json.dumps({"pages": (len(lines) + 1) // 2, "pageSize": 5, "blocks": 1}).encode())
            return
        number = int(query["page"][0])
        self._send(200, "\n".join(lines[number * 2 : number * 2 + 2]).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _lines(warc: bytes) -> list[str]:
    iterator = ArchiveIterator(io.BytesIO(warc))
    lines = []
    for record in iterator:
        url, moment = record.rec_headers.get_header("WARC-Target-URI"), record.rec_headers.get_header("WARC-Date")
        facts = {
            "url": url,
            "mime": record.http_headers.get_header("Content-Type", "unk").partition(";")[0],
            "status": record.http_headers.get_statuscode(),
        }
        offset, length = iterator.get_record_offset(), iterator.get_record_length()
        facts |= {
            "filename": "crawl-data/x.warc.gz",
            "offset": str(offset),
            "length": str(length),
            "timestamp": "".join(one for one in moment if one.isdigit()),
        }
        lines.append(json.dumps({"urlkey": "example,bao)/", **facts}))
    return lines


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_single_records_are_read_out_of_common_crawl(path: Path) -> None:
    handler = type("Handler", (_CommonCrawl,), {"warc": other_crawl(), "log": []})
    with serving(handler) as base:
        done: BackfillResult = backfill(
            path, PAPER, CommonCrawl(client(), base, base), TimestampRange(since="20180101")
        )
    assert done.problem is None and done.counts["elsewhere"] == 1 and done.counts["failed"] == 0
    assert versions(path) == OLD
    ranges = [asked for place, asked in handler.log if place.startswith("/crawl-data/")]  # type: ignore[attr-defined]  # the handler made above
    assert len(ranges) == 6 and all(asked for asked in ranges)
    assert not any("2013" in place for place, _ in handler.log)  # type: ignore[attr-defined]  # the handler made above


AWKWARD = (
    "a b", "a%20b", "a%2520b", "100%", "100%25", "%", "%zz", "%E1%BA%BF", "ế", "tin-mới", "日本語", "мир", "😀", "%F0%9F%98%80",
    "caf%E9", "a'b", 'a"b', "a|b", "a\\b", "a^b", "a`b", "{a}", "[a]", "<a>", "a~b", "a!b", "a$b", "a&b", "a;b", "a;jsessionid=1",
    "a=b", "a+b", "a%2Bb", "a,b", "a:b", "a@b", "a*b", "(a)", "a%2Fb", "a%2fb", "a%3Fb", "a%23b", "a%5Cb", "a%00b", "a%0Ab",
    "a%0D%0Ab", "a//b", "./a", "../a", "a/../b", "..", "a.", "a...", "a%2E", "%2e%2e/a", " a", "%20a", "A", "a/B", "index.html",
    "#a", "a#b", "a?b#c", "a#!/x", "?", "??", "a?", "a?b", "a?b=", "a?=b", "a?b=1&b=2&b=1", "a?c=2&b=1", "a?b=1&", "a?&b=1",
    "a?b=1;c=2", "a?b=%20", "a?b=+", "a?b=c d", "a?b=ế", "a?b=1%262", "a?b[]=1&b[]=2", "a?b=http://khac.example/x?y=z",
    "a?b=/../c", "a?PHPSESSID=x", "a?utm_source=x", "a?b?c", "x" * 500, "x" * 1900, "%E1%BA%BF" * 200, "a/" * 200,
    "https://khac.example/x", "2019id_/http://bao.example/x", "mailto:a@b.example", "a?x=1&amp;y=2", "\u00a0a", "a\u202eb",
    "a,123.html", "(S(abc))/x.aspx", "~ai", "robots.txt",
)  # fmt: skip
HOSTS = ("https://bao.example/{}/", "https://www.BAO.example:443/hai/{}/")


@needs_tools
def test_two_hundred_awkward_addresses_are_taken_or_put_aside_with_a_reason(tmp_path: Path, path: Path) -> None:
    """pywb itself gives 500 for letters beyond ASCII, and lists some that it does not find: no other is held up."""
    urls = [host.format(number) + name for host in HOSTS for number, name in enumerate(AWKWARD)]
    html = [("Content-Type", "text/html; charset=utf-8")]
    pages = [
        page(f"Tin số {number}", body=f"Lời riêng của tin {number}. " * 20).encode() for number in range(len(urls))
    ]
    file = tmp_path / "awkward.warc.gz"
    with file.open("wb") as opened:
        writer = WARCWriter(opened, gzip=True)
        for number, (url, body) in enumerate(zip(urls, pages, strict=True)):
            http = StatusAndHeaders("200 OK", [*html, ("Content-Length", str(len(body)))], protocol="HTTP/1.1")
            dates = {"WARC-Date": f"2018-03-01T08:{number // 60:02}:{number % 60:02}Z"}  # pywb takes ../ for nothing
            record = writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=http, warc_headers_dict=dates
            )
            writer.write_record(record)
    counts = []
    with pywb(tmp_path, [file]) as running:
        for _ in range(4):
            done = backfill(
                path, PAPER, Wayback(client(sleep=lambda _: None), running.cdx, running.base), TimestampRange()
            )
            assert done.problem is None and done.counts["failed"] == sum(done.reasons.values())
            counts.append(done.counts)
    offered, taken = counts[0]["listed"], sum(one["filed"] + one["late"] + one["here"] for one in counts)
    assert len(urls) == 200 and offered >= 190 and counts[3]["waiting"] == 0
    assert taken >= 150 and taken + counts[0]["failed"] + counts[0]["odd"] + counts[0]["elsewhere"] == offered
    with open_archive(path) as db:
        for url, body_id in db.execute("SELECT requested_url, body_id FROM captures").fetchall():
            asked = urls[pages.index(get_body(db, body_id) or b"")].strip()
            assert unquote(url) == unquote(asked)


# --- politeness -------------------------------------------------------------------------------------------------------


class _Busy(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True  # a head and a body sent one after the other wait for nobody's acknowledgement
    answers: list[tuple[int, str | None]]

    def do_GET(self) -> None:
        status, wait = self.answers.pop(0) if self.answers else (200, None)
        self.send_response(status)
        if wait:
            self.send_header("Retry-After", wait)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_it_waits_as_long_as_it_is_told_to() -> None:
    slept: list[float] = []
    with serving(type("Handler", (_Busy,), {"answers": [(429, "7"), (503, None), (502, None)]})) as base:
        assert client(sleep=slept.append).get(base).body == b"ok"
    assert sum(slept) == 7 + 20 + 40 and max(slept) == 1.0


def test_it_pauses_between_two_requests() -> None:
    slept: list[float] = []
    with serving(type("Handler", (_Busy,), {"answers": []})) as base:
        one = ArchiveClient("luubao-test", 1.5, sleep=slept.append)
        one.get(base)
        one.get(base)
    assert 1.0 < sum(slept) <= 1.5


def test_an_archive_that_goes_on_refusing_is_left_alone() -> None:
    with (
        serving(type("Handler", (_Busy,), {"answers": [(429, "1")] * 9})) as base,
        pytest.raises(WebArchiveBusy, match="start again later"),
    ):
        client(sleep=lambda _: None).get(base)


def test_whoever_wants_to_stop_does_not_wait_for_the_pause() -> None:
    slept: list[float] = []
    with (
        serving(type("Handler", (_Busy,), {"answers": [(429, "900")] * 9})) as base,
        pytest.raises(WebArchiveBusy),
    ):
        client(sleep=slept.append, stopped=lambda: len(slept) >= 3).get(base)
    assert sum(slept) == 3.0


@needs_tools
def test_a_refusal_ends_the_backfill_and_keeps_what_was_taken(replay: Replay, path: Path) -> None:
    with serving(type("Handler", (_Busy,), {"answers": [(429, "1")] * 99})) as base:
        done = backfill(path, PAPER, Wayback(client(sleep=lambda _: None), replay.cdx, base), TimestampRange())
    assert done.problem and "status 429" in done.problem
    assert done.counts["waiting"] >= 6
    assert backfill(path, PAPER, wayback(replay), TimestampRange()).problem is None
    assert versions(path) == OLD
