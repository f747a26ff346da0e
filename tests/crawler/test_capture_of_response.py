"""What a response says, and where its Location leads, as a reader of RFC 9110 would say."""

from __future__ import annotations

import pytest
from scrapy.http import Headers, Request, Response

from archive import Outlet
from archive.storage.captures.capture_writer import judge
from crawler.outlet import capture_of, conditions
from crawler.scrapy_responses import redirects

HERE = "https://bao.example/tin/a-1.htm"


def answer(status: int, location: bytes | None = None) -> Response:
    headers = {"Location": location} if location is not None else {}
    return Response(HERE, status=status, headers=Headers(headers), request=Request(HERE))


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (b"/b-2.htm", "https://bao.example/b-2.htm"),
        (b" b-2.htm#dau ", "https://bao.example/tin/b-2.htm"),
        (b"//m.bao.example/b", "https://m.bao.example/b"),
        (b"///m.bao.example/b", "https://m.bao.example/b"),
        (b"\\thoi-su\\b", "https://bao.example/thoi-su/b"),
        (b"file:///etc/passwd", "file:///etc/passwd"),
        (b"ftp://bao.example/x", "ftp://bao.example/x"),
        (b"http://[::1", HERE),
        (b"http://bao.example:99999/", HERE),
        (b"", HERE),
    ],
)
def test_where_a_redirect_leads(location: bytes, target: str) -> None:
    assert capture_of(answer(302, location)).final_url == target


def test_a_location_in_no_known_charset_costs_no_capture() -> None:
    assert capture_of(answer(302, b"/b\xe0i-2.htm?a=%20")).final_url == "https://bao.example/b%E0i-2.htm?a=%20"
    assert capture_of(answer(302, "/bài".encode())).final_url == "https://bao.example/bài"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_status_and_a_location(status: int) -> None:
    assert redirects(answer(status, b"/b"))
    assert not redirects(answer(status))
    assert capture_of(answer(status)).final_url == HERE


@pytest.mark.parametrize("status", [200, 201, 300, 304, 305, 404])
def test_a_location_alone_is_none(status: int) -> None:
    assert not redirects(answer(status, b"/b"))
    assert capture_of(answer(status, b"/b")).final_url == HERE


@pytest.mark.parametrize("tag", [b'"abc"', b'W/"b\xe0i"', '"bài"'.encode(), bytes(range(0x80, 0x100))])
def test_a_validator_goes_back_byte_by_byte_as_it_came(tag: bytes) -> None:
    response = Response(HERE, headers=Headers({"ETag": tag}), request=Request(HERE))
    told = capture_of(response).header("ETag")
    assert Request(HERE, headers=conditions(told, None)).headers["If-None-Match"] == tag
    assert conditions(None, "Wed, 20 May 2026 08:15:00 GMT") == {"If-Modified-Since": b"Wed, 20 May 2026 08:15:00 GMT"}


@pytest.mark.parametrize(
    ("status", "said", "partial"),
    [
        (206, b"bytes 0-99/1234", True), (206, b"bytes 5-9/10", True), (206, b"bytes 0-9/*", True), (206, b"", True),
        (206, b"bytes 0-9/10", False), (200, b"bytes 0-99/1234", False),
    ],
)  # fmt: skip
def test_a_part_of_a_page_is_no_page(status: int, said: bytes, partial: bool) -> None:
    headers = Headers({"Content-Range": said} if said else {})
    capture = capture_of(
        Response(HERE, status=status, headers=headers, body=b"<p>n\xe1\xbb\xada b\xc3\xa0i", request=Request(HERE))
    )
    assert capture.is_partial is partial
    assert capture.body is not None and (capture.detail is not None) is partial
    outlet = Outlet("bao", "Báo", "https://bao.example/", ("bao.example",))
    assert judge(capture, outlet, seen_before=False) == ("error" if partial else "fresh")
