"""What a response says, and where its Location leads, as a reader of RFC 9110 would say."""

from __future__ import annotations

import pytest
from scrapy.http import Headers, Request, Response

from crawler.exchange import capture_of, redirects

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
    assert capture_of(answer(302, b"/b\xe0i-2.htm")).final_url.startswith("https://bao.example/b")
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
