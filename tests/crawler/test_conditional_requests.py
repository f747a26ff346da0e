"""A server's word that a page has not changed is checked, not trusted; and where a page sends its readers on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import Message
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive import Capture, Run
from archive.queries import lookup
from archive.storage.captures.capture_writer import http_validators
from archive.storage.connection import open_archive
from crawler.discovery.page_links import target_of
from tests.crawler.serving import Answer, Site, article, crawl, front, served
from tests.support import NOON, page, visit

_PAGE = "/bai-1.htm"


def versions(path: Path) -> int:
    with open_archive(path) as db:
        (one,) = lookup.articles(db)
        return one.version_count


def edited(day: int, etag: bytes = b'"mot"') -> Answer:
    answer = article("Cầu mới", f"<p>Cập nhật ngày {day}: đã thông xe nhịp thứ {day}.</p>")
    return replace(answer, headers=(*answer.headers, ("ETag", etag)))


def conditions(site: Site) -> list[bool]:
    """Whether each request for the article had one."""
    return ["If-None-Match" in headers for path, headers in site.asked if path == _PAGE]


@pytest.mark.parametrize("status", [412, 400])
def test_a_condition_that_is_refused_is_left_out_from_then_on(path: Path, status: int) -> None:
    days = [1]

    def answer(asked: Message) -> Answer:
        return (
            Answer(b"<h1>Precondition Failed</h1>", status)
            if asked["If-None-Match"]
            else edited(days[0], b'"%d"' % days[0])
        )

    with served({"/": front(_PAGE), _PAGE: answer}) as site:
        for days[0] in (1, 2, 3):
            assert crawl(site.base_url, path, "--recheck-all").code == 0
    assert versions(path) == 3
    assert conditions(site) == [False, True, False, False]


def _stuck(days: list[int]) -> Callable[[Message], Answer]:
    """An ETag that never changes, and a 304 for all who have it."""
    return lambda asked: Answer(status=304) if asked["If-None-Match"] else edited(days[0])


def test_a_304_that_lied_is_told_and_not_asked_for_again(path: Path) -> None:
    days = [1]
    with served({"/": front(_PAGE), _PAGE: _stuck(days)}) as site:
        crawl(site.base_url, path)
        days[0] = 2
        crawl(site.base_url, path, "--recheck-all")
        assert versions(path) == 1
        told = crawl(site.base_url, path, "--recheck-all", "--full").summary
        assert versions(path) == 2
        assert any("1 page has changed and kept the ETag" in one for one in told["warnings"])
        days[0] = 3
        crawl(site.base_url, path, "--recheck-all")
    assert versions(path) == 3
    assert conditions(site) == [False, True, False, False]


def test_after_ten_looks_that_found_nothing_the_page_itself_is_asked_for(db: Database, run: Run) -> None:
    url, body = "https://bao.example/bai-1.htm", page("Cầu mới").encode()
    whole = Capture(url, url, NOON, 200, (("ETag", '"mot"'),), body)
    visit(db, run, whole)
    for hour in range(1, 11):
        assert http_validators(db, run, url) == ('"mot"', None)
        visit(db, run, replace(whole, status=304, body=None, captured_at=NOON + timedelta(hours=hour)))
    assert http_validators(db, run, url) == (None, None)
    visit(db, run, replace(whole, captured_at=NOON + timedelta(hours=11)))
    assert http_validators(db, run, url) == ('"mot"', None)


def test_a_refresh_header_is_followed(path: Path) -> None:
    sent_on = Answer(b"<html><body></body></html>", headers=(("Refresh", b"0; URL=/moi-1.htm"),))
    with served({"/": front("/cu-1.htm"), "/cu-1.htm": sent_on, "/moi-1.htm": article("Cầu mới")}) as site:
        crawl(site.base_url, path)
    assert "/moi-1.htm" in site.log
    assert versions(path) == 1


@pytest.mark.parametrize(
    "script",
    ["window.location.href='/moi-1.htm';", 'location = "/moi-1.htm"', "document.location.replace( '/moi-1.htm' )"],
)
def test_a_page_that_is_only_a_script_which_sends_readers_on_is_followed(path: Path, script: str) -> None:
    sent_on = Answer(f"<html><body><script>{script}</script></body></html>".encode())
    with served({"/": front("/cu-1.htm"), "/cu-1.htm": sent_on, "/moi-1.htm": article("Cầu mới")}) as site:
        crawl(site.base_url, path)
    assert "/moi-1.htm" in site.log
    assert versions(path) == 1


def test_a_script_beside_links_sends_nobody_on(path: Path) -> None:
    button = "<button onclick=\"location.href='/tim-kiem-1.htm'\">Tìm</button>".encode()
    home = front("/cu-1.htm")
    with served({"/": replace(home, body=home.body + button), "/cu-1.htm": article("Cầu mới")}) as site:
        crawl(site.base_url, path)
    assert "/tim-kiem-1.htm" not in site.log


@pytest.mark.parametrize(
    ("content", "url"),
    [
        ("5; url=/moi.htm", "/moi.htm"), ("0;URL='/moi.htm'", "/moi.htm"), ('0; url="/moi.htm" x', "/moi.htm"),
        ("0, /moi.htm", "/moi.htm"), ("0 /moi.htm", "/moi.htm"), ("1.5;url = /moi.htm ", "/moi.htm"), ("; url=/moi.htm", "/moi.htm"),
        ("0;urlaub.htm", "urlaub.htm"), ("5", ""), ("", ""), ("5;", ""), ("url", ""), ("/moi.htm", ""), ("0;url=", ""),
    ],
)  # fmt: skip
def test_where_a_refresh_leads(content: str, url: str) -> None:
    assert target_of(content) == url
