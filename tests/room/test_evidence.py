"""Captured pages are shown inertly: no script of theirs runs, nothing leaves the browser, nothing gets out of the frame."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import BrowserContext, Frame, Page
from warcio.archiveiterator import ArchiveIterator

from archive import Capture, ingest, open_archive, start_run
from archive.web.room.replay import POLICY, disable_requests
from tests.reading_room import served
from tests.room.hostile import Listener, hostile_page, listening
from tests.support import NOON, PAPER

SETTLING = 1.5
"""Seconds in which a page has done what it would do."""


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with listening() as server:
        yield server


@pytest.fixture(scope="module")
def body(listener: Listener) -> bytes:
    return hostile_page(listener.address).encode()


@pytest.fixture(scope="module")
def hostile(listener: Listener, body: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The reading room of an archive that has captured the hostile page."""
    path = tmp_path_factory.mktemp("hostile") / "archive.db"
    url = "https://bao.example/du-1.htm"
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Link", f"<{listener.address}/>; rel=preconnect"))
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {"luubao": "test"}, NOON)
        ingest(db, run, Capture(url, url, NOON, 200, headers, body, "utf-8"))
        ingest(db, run, Capture(url, url, NOON, 200, headers, body, "utf-8"))
        feed = b'<?xml version="1.0"?><rss><channel><title>x</title></channel></rss>'
        rss = (("Content-Type", "text/xml"),)
        ingest(db, run, Capture("https://bao.example/rss", "https://bao.example/rss", NOON, 200, rss, feed))
    with served(path) as address:
        yield address


@pytest.fixture
def open_page(context: BrowserContext) -> Page:
    """A page whose console may complain: that is the policy at work."""
    return context.new_page()


def frame_of(page: Page) -> Frame:
    return next(frame for frame in page.frames if frame.url.endswith("/page"))


def test_without_protection_the_page_does_harm(open_page: Page, listener: Listener, body: bytes) -> None:
    """Or the tests below would prove nothing."""
    listener.heard.clear()
    open_page.set_content(body.decode(), wait_until="commit")
    deadline = time.monotonic() + 10
    while len(listener.heard) < 8 and time.monotonic() < deadline:
        open_page.wait_for_timeout(100)
    assert len(listener.heard) >= 8
    listener.heard.clear()


@pytest.mark.slow
def test_a_hostile_page_runs_nothing_and_asks_nobody(open_page: Page, hostile: str, listener: Listener) -> None:
    sent: list[str] = []
    session = open_page.context.new_cdp_session(open_page)
    session.send("Network.enable")
    session.on("Network.requestWillBeSent", lambda event: sent.append(event["request"]["url"]))
    open_page.context.on("request", lambda request: sent.append(request.url))
    listener.heard.clear()
    open_page.goto(f"{hostile}/-/capture/1", wait_until="load")
    frame = frame_of(open_page)
    assert "Cầu mới qua sông" in frame.content()
    open_page.wait_for_timeout(SETTLING * 1000)
    assert listener.heard == []
    assert [url for url in sent if not url.startswith(hostile)] == [url for url in sent if blocked(url, listener)]
    assert open_page.title().startswith("Bản chụp số 1")
    assert frame.title() == "Trang dữ"


def blocked(url: str, listener: Listener) -> bool:
    """A request that the browser names, and refused itself: the listener has not heard of it."""
    return url.startswith((listener.address, "data:", "javascript:"))


@pytest.mark.slow
@pytest.mark.parametrize("what", ["#link", "#top", "#blank", "#submit", "#js"])
def test_what_is_clicked_in_it_leads_nowhere(open_page: Page, hostile: str, listener: Listener, what: str) -> None:
    listener.heard.clear()
    open_page.goto(f"{hostile}/-/capture/1", wait_until="load")
    frame_of(open_page).locator(what).click(no_wait_after=True, timeout=5_000)
    open_page.wait_for_timeout(700)
    assert listener.heard == []
    assert open_page.url == f"{hostile}/-/capture/1"
    assert len(open_page.context.pages) == 1


def test_by_itself_it_is_not_shown(open_page: Page, hostile: str, listener: Listener) -> None:
    listener.heard.clear()
    open_page.goto(f"{hostile}/-/capture/1/page", wait_until="load")
    open_page.wait_for_timeout(SETTLING * 1000)
    assert open_page.url == f"{hostile}/-/capture/1"
    assert listener.heard == []


def test_the_page_is_served_under_the_policy(hostile: str, body: bytes) -> None:
    with urlopen(f"{hostile}/-/capture/1/page") as answer:
        told = answer.read()
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-DNS-Prefetch-Control"] == "off"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "Link" not in answer.headers
    assert b"<iframe" not in told
    assert told.replace(b"off-", b"") == body


@pytest.mark.parametrize(
    ("came", "shown"),
    [
        ('<LINK rel="preconnect" href="//a">', '<off-LINK rel="preconnect" off-href="//a">'),
        ("<link/rel=preconnect href=//a>", "<off-link/rel=preconnect off-href=//a>"),
        ("<link\nrel=preconnect>", "<off-link\nrel=preconnect>"),
        ("<iframe SRCDOC='<p>x'>", "<off-iframe off-SRCDOC='<p>x'>"),
        ("<iframe src=//a></iframe>", "<off-iframe src=//a></off-iframe>"),
        ("<a class=x HREF = '//a'>", "<a class=x off-HREF = '//a'>"),
        ("<svg><a xlink:href='//a'>", "<svg><a xlink:off-href='//a'>"),
        ("<p>Đường link ở đây, <linked-list>", "<p>Đường link ở đây, <linked-list>"),
    ],
)
def test_what_connects_by_itself_loses_its_name(came: str, shown: str) -> None:
    assert disable_requests(came.encode(), "utf-8").decode() == shown


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-32-be", "utf-8-sig"])
def test_no_encoding_hides_it(charset: str) -> None:
    page = "<html><head><title>x</title></head><body><link rel=preconnect href=//a>" + "abcd" * 20
    assert b"<link" not in disable_requests(page.encode(charset), None)


def test_what_is_no_page_is_text(hostile: str) -> None:
    with urlopen(f"{hostile}/-/capture/3/page") as answer:
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_capture_is_a_warc(hostile: str, body: bytes, tmp_path: Path) -> None:
    with urlopen(f"{hostile}/-/capture/1.warc") as answer:
        data = answer.read()
    with urlopen(f"{hostile}/-/capture/1.warc") as answer:
        assert answer.read() == data
    info, response, request = ArchiveIterator(BytesIO(data), check_digests="raise")
    assert (info.rec_type, response.rec_type, request.rec_type) == ("warcinfo", "response", "request")
    assert data.startswith(b"WARC/1.1\r\n")
    (kept,) = [
        record.content_stream().read() for record in ArchiveIterator(BytesIO(data)) if record.rec_type == "response"
    ]
    assert kept == body
    headers = response.rec_headers
    assert headers.get_header("WARC-Target-URI") == "https://bao.example/du-1.htm"
    assert headers.get_header("WARC-Date") == "2026-05-20T12:00:00Z"
    assert headers.get_header("WARC-Payload-Digest") == f"sha256:{hashlib.sha256(body).hexdigest()}"
    assert response.http_headers.get_statuscode() == "200"


def test_a_revisit_carries_what_it_confirms(hostile: str, body: bytes) -> None:
    with urlopen(f"{hostile}/-/capture/2.warc") as answer:
        records = [
            (record.rec_type, record.rec_headers, record.content_stream().read())
            for record in ArchiveIterator(BytesIO(answer.read()))
        ]
    assert [kind for kind, _, _ in records] == ["warcinfo", "response", "request", "revisit", "request"]
    (_, _, first), (_, revisit, rest) = records[1], records[3]
    assert (first, rest) == (body, b"")
    assert revisit.get_header("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert revisit.get_header("WARC-Refers-To-Date") == records[1][1].get_header("WARC-Date")
    assert revisit.get_header("WARC-Refers-To-Target-URI") == "https://bao.example/du-1.htm"
