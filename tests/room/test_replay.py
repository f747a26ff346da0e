"""The interfaces of the Wayback Machine, as its CDX server's documentation and RFC 7089 have them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli import archive
from archive.model.digests import digest_of
from tests.archive.test_placements import crawled
from tests.room.in_process import Answer, room_on
from tests.support import page, shoot

Ask = Callable[..., Answer]
URL = "https://bao.example/cau-1.htm?id=7"
FIRST, LATER = page("Cầu mới qua sông"), page("Cầu mới bị nứt")
HTML = (("Content-Type", "text/html; charset=utf-8"),)
GONE = "https://bao.example/mat-2.htm"


@pytest.fixture
def archived(tmp_path: Path) -> Path:
    """An address captured at 12 (a page), 13 (304) and 14 o'clock (edited); one that is gone; one that moved."""
    return crawled(
        tmp_path / "bao.db",
        [
            shoot(URL, FIRST, 0, headers=HTML), shoot(URL, None, 1, status=304), shoot(URL, LATER, 2, headers=HTML),
            shoot(GONE, "<p>404</p>", 3, status=404, headers=HTML),
            shoot("https://bao.example/cu", None, 4, status=301, final_url=URL),
        ],
    )  # fmt: skip


@pytest.fixture
def ask(archived: Path) -> Ask:
    return room_on(archived)


def test_cdx_lists_captures_in_the_fields_of_the_wayback_machine(ask: Ask) -> None:
    rows = ask(f"/cdx?url={URL.replace('?', '%3F')}&output=json").json()
    assert rows[0] == ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
    first, later = FIRST.encode(), LATER.encode()
    key = "example,bao)/cau-1.htm?id=7"
    assert rows[1:] == [
        [key, "20260520120000", URL, "text/html", "200", digest_of(first), str(len(first))],
        [key, "20260520130000", URL, "text/html", "200", digest_of(first), str(len(first))],
        [key, "20260520140000", URL, "text/html", "200", digest_of(later), str(len(later))],
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "url=bao.example/*",
            ["20260520120000", "20260520130000", "20260520140000", "20260520160000", "20260520150000"],
        ),
        ("url=bao.example&matchType=host&filter=statuscode:404", ["20260520150000"]),
        ("url=bao.example&matchType=host&filter=!statuscode:200", ["20260520160000", "20260520150000"]),
        ("url=*.example&limit=1", ["20260520120000"]),
        ("url=bao.example/cau-1.htm*&limit=-1", ["20260520140000"]),
        ("url=bao.example/cau-1.htm*&from=2026052013&to=2026052013", ["20260520130000"]),
        ("url=bao.example/cau-1.htm*&sort=closest&closest=20260520125900&limit=1", ["20260520130000"]),
        ("url=bao.example/cau-1.htm*&offset=2", ["20260520140000"]),
        ("url=bao.example/cau-1.htm*&showResumeKey=true&limit=1", ["20260520120000", "", "1"]),
        ("url=other.example/*", []),
    ],
)
def test_cdx_answers_what_it_is_asked(ask: Ask, query: str, expected: list[str]) -> None:
    answer = ask(f"/cdx?{query}&fl=timestamp")
    assert (answer.status, answer.text.splitlines()) == (200, expected)


@pytest.mark.parametrize(
    "query",
    ["", "url=", "url=a&matchType=x", "url=a&collapse=digest", "url=a&limit=x", "url=a&from=x", "url=a&fl=secret",
     "url=a&filter=original:(a%2B)%2B", "url=a&page=1", "url=a&resumeKey=-1", "url=http://[::1",
     "url=a&from=20261399", "url=a&sort=closest&closest=x", "url=a&sort=closest&closest=20269999999999"],
)  # fmt: skip
def test_cdx_says_what_it_does_not_understand(ask: Ask, query: str) -> None:
    answer = ask(f"/cdx?{query}")
    assert answer.status == 400 and answer.text.strip()


@pytest.mark.parametrize(
    ("path", "location"),
    [
        (f"/web/2026/{URL}", f"/web/20260520120000/{URL}"),
        (f"/web/{URL}", f"/web/20260520140000/{URL}"),
        (f"/web/20260520124000/{URL}", f"/web/20260520130000/{URL}"),
        (f"/web/20260520130000/{URL}", "/-/capture/2"),
        (f"/web/20260520130000/{URL.replace('://', ':/')}", "/-/capture/2"),
        ("/web/20260520160000id_/https://bao.example/cu", f"/web/20260520160000id_/{URL}"),
    ],
)
def test_an_address_leads_to_the_nearest_capture(ask: Ask, path: str, location: str) -> None:
    answer = ask(path)
    assert answer.status in (301, 302) and answer.headers["location"] == location
    assert answer.headers["link"].endswith('rel="original"') and answer.headers["memento-datetime"].endswith("GMT")


def test_a_payload_is_sent_as_it_came_and_no_browser_shows_it(ask: Ask) -> None:
    answer = ask(f"/web/20260520130000id_/{URL}")
    assert (answer.status, answer.text) == (200, FIRST)
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert ask(f"/web/20260520150000id_/{GONE}").status == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/web/2026/https://other.example/", 404),
        (f"/web/2026js_/{URL}", 400),
        (f"/web/1/{URL}", 400),
        (f"/web/20260520136100/{URL}", 400),
    ],
)
def test_an_address_that_leads_nowhere_gets_a_sentence(ask: Ask, path: str, status: int) -> None:
    answer = ask(path)
    assert answer.status == status and "<main" in answer.text


def test_a_withdrawn_page_is_in_no_index_and_not_replayed(archived: Path) -> None:
    assert CliRunner().invoke(archive, ["withdraw", URL, "--reason", "x", "--db", str(archived)]).exit_code == 0
    ask = room_on(archived)
    assert ask("/cdx?url=bao.example/cau-1.htm*").text == ""
    assert ask(f"/web/20260520120000id_/{URL}").status == 404
