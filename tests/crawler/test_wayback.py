"""A Wayback Machine as it is: packed replays, pages of its own, other moments, awkward addresses, and one offer that it
never gives."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote

import brotli
import pytest

from archive import open_archive
from archive.frontier.remote_index import Offer
from archive.model.errors import BadValue, LuubaoError
from crawler.backfill import commoncrawl
from crawler.backfill.archive_client import ArchiveClient, ArchiveResponse, TimestampRange, WebArchiveBusy
from crawler.backfill.backfill_job import backfill
from crawler.backfill.wayback import Wayback
from tests.crawler.serving import Answer, Site, served
from tests.support import NOON, PAPER, page

URL = "https://bao.example/bai-1.htm"
PLACE = f"20260520120000id_/{URL}"
HTML = page("Cầu mới").encode()
MEMENTO = ("Memento-Datetime", format_datetime(NOON, usegmt=True).encode())


def replayed(body: bytes = HTML, *headers: tuple[str, str]) -> Answer:
    named = [(name, value.encode()) for name, value in headers]
    return Answer(body, 200, (("Content-Type", b"text/html; charset=utf-8"), MEMENTO, *named))


def wayback(site: Site, **how: object) -> Wayback:
    client = ArchiveClient("luubao-test", 0.0, sleep=lambda _: None, **how)  # type: ignore[arg-type]  # ArchiveClient's own
    return Wayback(client, f"{site.base_url}/cdx", f"{site.base_url}/web/")


def taken(answer: Answer, url: str = URL) -> object:
    """The body of what is taken, or why nothing is."""
    with served({f"/web/{PLACE}": answer}) as site:
        capture = wayback(site).take(Offer(url, NOON, PLACE))
        return capture if isinstance(capture, str) else capture.body


@pytest.mark.parametrize(
    "answer",
    [
        replayed(gzip.compress(HTML), ("Content-Encoding", "gzip"), ("X-Archive-Orig-Content-Encoding", "gzip")),
        replayed(gzip.compress(HTML), ("X-Archive-Orig-Content-Encoding", "gzip")),
        replayed(brotli.compress(HTML), ("Content-Encoding", "br")),
        replayed(brotli.compress(HTML), ("X-Archive-Orig-Content-Encoding", "br")),
        replayed(HTML, ("X-Archive-Orig-Content-Encoding", "br")),
        replayed(HTML, ("X-Archive-Orig-Content-Encoding", "gzip")),
        replayed(gzip.compress(brotli.compress(HTML)), ("Content-Encoding", "gzip"), ("X-Archive-Orig-Content-Encoding", "br")),
        replayed(gzip.compress(HTML)),
    ],
)  # fmt: skip
def test_a_replay_is_unpacked_however_it_is_packed(answer: Answer) -> None:
    assert taken(answer) == HTML


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (replayed(gzip.compress(HTML)[:-30], ("Content-Encoding", "gzip")), "only a part was recorded"),
        (replayed(brotli.compress(HTML), ("Content-Encoding", "gzip")), "it is packed, and not with gzip"),
    ],
)
def test_a_replay_that_cannot_be_opened_is_no_page(answer: Answer, reason: str) -> None:
    with pytest.raises(BadValue, match=reason):
        taken(answer)


def test_a_page_of_the_archive_s_own_is_no_capture() -> None:
    offline = Answer(b"<h1>Temporarily Offline</h1>", 200, (("Content-Type", b"text/html"),))
    assert taken(offline) == "the archive answers 200 and replays nothing"


def test_another_moment_than_was_asked_for_is_taken_as_of_its_own_time() -> None:
    moved = Answer(b"", 302, (("Location", f"/web/20260101000000id_/{URL}".encode()),))
    there = Answer(HTML, 200, (("Content-Type", b"text/html"), ("Memento-Datetime", b"Thu, 01 Jan 2026 00:00:00 GMT")))
    with served({f"/web/{PLACE}": moved, f"/web/20260101000000id_/{URL}": there}) as site:
        capture = wayback(site).take(Offer(URL, NOON, PLACE))
    assert not isinstance(capture, str)
    assert capture.captured_at.isoformat() == "2026-01-01T00:00:00+00:00"


AWKWARD = (
    "bài viết 1.htm",
    "thôn-này.htm",
    "a.aspx?id=10&cat=[5]",
    "100%.htm",
    'a"b<c>.htm',
    "x?q=a|b^c`{d}",
    "tab\t.htm",
)


def test_any_address_is_asked_for_and_none_keeps_from_the_next(path: Path) -> None:
    """A listing of awkward addresses and one that the archive never gives: all others are taken."""
    urls = [f"https://bao.example/{name}" for name in AWKWARD]
    urls[3:3] = ["https://bao.example/never.htm"]
    table = [["timestamp", "original", "mimetype", "statuscode", "digest"]]
    table += [["20260520120000", url, "text/html", "200", str(number)] for number, url in enumerate(urls)]

    class Answers(dict[str, Answer]):
        def get(self, asked: str, default: object = None) -> Answer:  # by any path
            if asked.startswith("/cdx"):
                return Answer(json.dumps(table).encode())
            return Answer(b"", 502) if "never" in asked else replayed(page(unquote(asked)).encode())

    with served(Answers()) as site:
        done = backfill(path, PAPER, wayback(site), TimestampRange())
        assert done.problem is None
        again = backfill(path, PAPER, wayback(site), TimestampRange())
    assert (done.counts["filed"] + done.counts["late"], done.counts["failed"]) == (len(AWKWARD) - 1, 1)  # a tab is none
    assert done.counts["odd"] == 1
    assert (again.counts["filed"], again.counts["waiting"]) == (0, 1)
    with open_archive(path) as db:
        assert db.execute("SELECT count(*) FROM captures").fetchone() == (len(AWKWARD) - 1,)


def test_an_archive_that_gives_nothing_ends_the_backfill_and_no_offer_is_given_up(path: Path) -> None:
    class Answers(dict[str, Answer]):
        def get(self, asked: str, default: object = None) -> Answer:  # by any path
            rows = [["timestamp", "original", "mimetype", "statuscode"]]
            rows += [["20260520120000", f"{URL}?{number}", "text/html", "200"] for number in range(5)]
            return Answer(json.dumps(rows).encode()) if asked.startswith("/cdx") else Answer(b"", 502)

    with served(Answers()) as site:
        for _ in range(4):
            done = backfill(path, PAPER, wayback(site), TimestampRange())
            assert "start again later" in (done.problem or "")
            assert done.counts["waiting"] == 5


@dataclass
class Five(dict[str, Answer]):
    """An archive of five addresses, some of which it answers with `status`."""

    status: int
    never: tuple[int, ...]

    def get(self, asked: str, default: object = None) -> Answer:  # by any path
        rows = [["timestamp", "original", "mimetype", "statuscode"]]
        rows += [["20260520120000", f"{URL}?{number}", "text/html", "200"] for number in range(5)]
        if asked.startswith("/cdx"):
            return Answer(json.dumps(rows).encode())
        return Answer(b"", self.status) if int(asked[-1]) in self.never else replayed(page(asked[-1] * 9).encode())


def test_neighbours_that_an_archive_never_gives_hold_up_no_others(path: Path) -> None:
    with served(Five(500, never=(0, 1, 2, 3))) as site:
        counts = [backfill(path, PAPER, wayback(site), TimestampRange()).counts for _ in range(6)]
    assert [one["failed"] for one in counts] == [0, 0, 4, 4, 0, 0]
    assert (counts[2]["filed"], counts[5]["waiting"]) == (1, 0)


def test_after_a_busy_archive_the_next_run_begins_with_others(path: Path) -> None:
    with served(Five(503, never=(0, 1))) as site:
        counts = [backfill(path, PAPER, wayback(site), TimestampRange()).counts for _ in range(2)]
    assert [(one["filed"], one["waiting"]) for one in counts] == [(0, 5), (3, 2)]


SEVEN = f"example,bao)/bai-1.htm 20260520120000 {URL} text/html 200 ABC 1000"
NINE = f"example,bao)/bai-1.htm 20260520120000 {URL} text/html 200 ABC - 77 a.warc.gz"
ELEVEN = f"example,bao)/bai-1.htm 20260520120000 {URL} text/html 200 ABC - - 1000 77 a.warc.gz"


@pytest.mark.parametrize(
    "text", [SEVEN, NINE, ELEVEN, f" CDX N b a m s k r M S V g\n{ELEVEN}", f" CDX b a s\n20260520120000 {URL} 200"]
)
def test_lines_of_an_index_in_plain_text(text: str) -> None:
    for body in (text.encode(), text.encode("utf-8-sig"), gzip.compress(text.encode())):
        (line,) = commoncrawl.read_index(ArchiveResponse(200, {}, body)).lines
        assert (line.url, line.captured_at, line.status) == (URL, NOON, "200")


@pytest.mark.parametrize(
    "body", [b'{"error": "rate limited"}', b"<html>Busy</html>", gzip.compress(b"[]" * 99, mtime=0)[:-9]]
)
def test_an_index_that_is_none_is_not_an_empty_one(body: bytes) -> None:
    with pytest.raises(LuubaoError, match="what the index answered"):
        commoncrawl.read_index(ArchiveResponse(200, {}, body))


def test_a_field_that_is_null_is_as_good_as_none() -> None:
    rows = f'[["original","timestamp","mimetype","statuscode"],["{URL}","20260520120000",null,null]]'
    (line,) = commoncrawl.parse(rows.encode()).lines
    assert (line.media_type, line.status) == ("-", "-")


@pytest.mark.parametrize("end", ["[],5", '[],{"a":1}', "[],[]", "[]"])
def test_an_odd_resumption_key_is_none(end: str) -> None:
    rows = f'[["original","timestamp","statuscode"],["{URL}","20260520120000","200"],{end}]'
    parsed = commoncrawl.parse(rows.encode())
    assert ([line.url for line in parsed.lines], parsed.next) == ([URL], None)


def test_refused_twice_is_refused() -> None:
    with served({f"/web/{PLACE}": Answer(b"", 504)}) as site, pytest.raises(WebArchiveBusy):
        wayback(site).take(Offer(URL, NOON, PLACE))
