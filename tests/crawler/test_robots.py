"""robots.txt over real HTTP: obeyed, found where it has moved to, and believed when it cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawler.serving import Answer, article, crawl, front, moved, rules, served

NO_VIDEO = rules("User-agent: *\nDisallow: /video/\n")
PAGES = {"/": front("/a-1.htm", "/video/b-2.htm"), "/a-1.htm": article("Cầu mới"), "/video/b-2.htm": article("Phim")}


def test_what_is_forbidden_is_not_fetched_and_no_failure(path: Path) -> None:
    with served({**PAGES, "/robots.txt": NO_VIDEO}) as site:
        done = crawl(site.base_url, path)
    assert "/a-1.htm" in site.log
    assert "/video/b-2.htm" not in site.log
    assert (done.code, done.told, done.summary["counts"]["forbidden"]) == (0, "", 1)
    assert "failed" not in done.summary["counts"]


def test_the_first_requests_wait_for_the_rules_together(path: Path) -> None:
    """The home page and the seeds set out at the same time; all are forbidden."""
    with served({**PAGES, "/robots.txt": rules("User-agent: *\nDisallow: /\n")}) as site:
        done = crawl(site.base_url, path)
    assert site.log == ["/robots.txt"]
    assert (done.code, done.summary["outcome"]) == (3, "nothing-found")
    assert done.summary["reason"] == "robots.txt forbids all 3 addresses"


def test_rules_are_followed_to_where_they_moved(path: Path) -> None:
    hops = {f"/{hop}": moved(f"/{hop + 1}") for hop in range(1, 5)}
    with served({**PAGES, "/robots.txt": moved("/1", 301), **hops, "/5": NO_VIDEO}) as site:
        assert crawl(site.base_url, path).code == 0
    assert "/a-1.htm" in site.log
    assert "/video/b-2.htm" not in site.log


def test_a_loop_of_redirects_is_no_file(path: Path) -> None:
    with served({**PAGES, "/robots.txt": moved("/1"), "/1": moved("/robots.txt")}) as site:
        assert crawl(site.base_url, path).code == 0
    assert site.log.count("/robots.txt") + site.log.count("/1") == 6
    assert "/video/b-2.htm" in site.log


@pytest.mark.parametrize("status", [403, 404, 410])
def test_no_file_means_no_rules(path: Path, status: int) -> None:
    with served({**PAGES, "/robots.txt": Answer(b"User-agent: *\nDisallow: /\n", status)}) as site:
        assert crawl(site.base_url, path).code == 0
    assert "/video/b-2.htm" in site.log


def test_a_broken_server_is_left_alone(path: Path) -> None:
    with served({**PAGES, "/robots.txt": rules("", 500)}) as site:
        done = crawl(site.base_url, path)
    assert set(site.log) == {"/robots.txt"}
    assert done.code == 3
    assert done.summary["counts"] == {"failed": 3}
    assert "robots.txt answered 500, so nothing is asked of that site" in done.summary["reason"]


def test_a_server_that_is_not_there_is_told_with_its_cause(path: Path) -> None:
    with served({}) as site:
        pass
    done = crawl(site.base_url, path)
    assert done.code == 3
    assert "refused" in done.summary["reason"]
    assert "Traceback" not in done.told
    assert len(done.told.splitlines()) <= 2, "one reason, told once"


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("User-agent: luubao\nDisallow: /video/\n", True),
        ("User-agent: luubao/0.1\nDisallow: /video/\n", True),
        ("user-AGENT :  LuuBao/9.9-beta # ours\nDisallow: /video/\n", True),
        ("User-agent: *\nDisallow: /video/\n\nUser-agent: luubao/0.1\nDisallow: /phim/\n", False),
        ("User-agent: luubao-news/0.1\nDisallow: /video/\n", False),
        ("User-agent: archive\nDisallow: /video/\n", False),
        ("User-agent: bao\nDisallow: /video/\n", False),
        ("User-agent: *\nDisallow: video/\n", True),
        ("User-agent: *\nDisallow: https://bao.example/video/\n", True),
    ],
)
def test_rules_are_obeyed_that_are_meant_for_us(path: Path, text: str, forbidden: bool) -> None:
    """RFC 9309 section 2.2.1: the product token, in any case; no version, and no other word of the User-Agent. Paths
    begin with a slash, and are meant to where they do not."""
    with served({**PAGES, "/robots.txt": rules(text)}) as site:
        assert crawl(site.base_url, path, "--contact", "https://archive.example/").code == 0
    assert ("/video/b-2.htm" not in site.log) is forbidden
