"""What the spider does with answers that papers should not give, over real HTTP."""

from __future__ import annotations

import os
import secrets
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from archive.model.errors import Misconfigured
from archive.queries import lookup
from archive.storage.connection import open_archive
from crawler.run.run_command import spider_class
from tests.crawler.serving import ROOT, article, crawl, front, moved, served
from tests.invariants import ask


def headlines(path: Path) -> list[str]:
    with open_archive(path) as db:
        return sorted(one.headline for one in lookup.articles(db))


def captured(path: Path) -> dict[str, tuple[int, str]]:
    """Path -> status and outcome of its last capture."""
    rows = ask(path, "SELECT requested_url, status, outcome FROM captures ORDER BY id")
    return {"/" + url.split("/", 3)[3]: (status, outcome) for url, status, outcome in rows}


def test_a_page_that_reloads_itself_is_a_capture(path: Path) -> None:
    refreshing = article("Cầu mới")
    body = refreshing.body.replace(b"<head>", b'<head><meta http-equiv="refresh" content="5;url=/">')
    with served({"/": front("/a-1.htm"), "/a-1.htm": replace(refreshing, body=body)}) as site:
        crawl(site.base_url, path)
    assert captured(path)["/a-1.htm"] == (200, "fresh")


@pytest.mark.parametrize("location", [b"file:///etc/passwd", b"ftp://127.0.0.1/x", b"http://[::1", b"/b\xe0i\xff"])
def test_a_redirect_that_leads_nowhere_is_kept_and_stops_nothing(path: Path, location: bytes) -> None:
    with served({"/": front("/x.htm", "/a-1.htm"), "/x.htm": moved(location), "/a-1.htm": article("Cầu mới")}) as site:
        done = crawl(site.base_url, path)
    assert "Traceback" not in done.told
    assert captured(path)["/x.htm"][0] == 302
    assert headlines(path) == ["Cầu mới"]


def test_an_address_scrapy_refuses_does_not_stop_the_others(path: Path) -> None:
    with served({"/": front(), "/b-2.htm": article("Chợ mới")}) as site:
        crawl(site.base_url, path)
        with sqlite3.connect(path) as connection:
            for url in ("//bao.example/hong.htm", f"{site.base_url}/b-2.htm"):
                connection.execute(
                    "INSERT INTO frontier (outlet_id, url_key, url, found_at, due_at) VALUES (1, ?, ?, '2026-05-20T01:00:00Z', '2026-05-20T01:00:00Z')",
                    [url.split("//")[1], url],
                )
        connection.close()
        done = crawl(site.base_url, path)
    assert done.summary["counts"]["refused"] == 1
    assert headlines(path) == ["Chợ mới"]


def test_the_end_of_a_redirect_is_fetched_once(path: Path) -> None:
    pages = {"/": front("/b-2.htm", "/x.htm"), "/x.htm": moved("/b-2.htm", 301), "/b-2.htm": article("Chợ mới")}
    with served(pages) as site:
        assert crawl(site.base_url, path).code == 0
    assert site.log.count("/b-2.htm") == 1
    with open_archive(path) as db:
        assert lookup.find_article(db, f"{site.base_url}/x.htm").headline == "Chợ mới"


def test_the_end_of_a_redirect_that_waits_for_its_turn_is_fetched_once(path: Path) -> None:
    """Of what was found together, the addresses are asked for in their order."""
    links = front("/z-2.htm", *(f"/c-{n}.htm" for n in range(8)), "/a.htm")
    others = {f"/c-{n}.htm": article(f"Tin số {n}") for n in range(8)}
    pages = {"/": links, "/a.htm": moved("/z-2.htm", 301), "/z-2.htm": article("Chợ mới"), **others}
    with served(pages) as site:
        assert crawl(site.base_url, path).code == 0
    assert site.log.index("/a.htm") < site.log.index("/z-2.htm")
    assert site.log.count("/z-2.htm") == 1
    with open_archive(path) as db:
        assert lookup.find_article(db, f"{site.base_url}/a.htm").headline == "Chợ mới"


def test_an_address_that_redirects_to_its_own_slash_is_fetched(path: Path) -> None:
    pages = {"/": front("/tin/bai-1"), "/tin/bai-1": moved("/tin/bai-1/", 301), "/tin/bai-1/": article("Chợ mới")}
    with served(pages) as site:
        assert crawl(site.base_url, path).code == 0
    assert headlines(path) == ["Chợ mới"]


_CARELESS = """
import sys
from pathlib import Path
from crawler import discovery
from crawler.run.run_command import crawl, spider_class

def careless(*_):
    raise KeyError("a mistake")

discovery.look = careless  # here, and in the processes that read, which import this file too

if __name__ == "__main__":
    verdict = crawl(spider_class("demo"), Path(sys.argv[1]), base_url=sys.argv[2], overrides={"LOG_ENABLED": False}).verdict
    print(verdict.outcome, verdict.exit.name, verdict.reason)
"""


@pytest.mark.slow
def test_a_mistake_in_finding_links_loses_no_page_and_is_told(path: Path) -> None:
    program = path.with_name("careless.py")
    program.write_text(_CARELESS)
    with served({"/": front("/a-1.htm"), "/rss/home.rss": front(), "/sitemap.xml": front()}) as site:
        command = [sys.executable, str(program), str(path), site.base_url]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    assert done.stdout.startswith("partly-failed PARTLY_FAILED Mistakes in luubao itself: 3."), done.stderr
    assert sorted(captured(path)) == ["/", "/rss/home.rss", "/sitemap.xml"]


def test_a_full_disk_ends_the_run_with_a_sentence(path: Path) -> None:
    """A limit on the size of files stands for the disk; Python ignores the signal, so that SQLite sees the error."""
    links = [f"/a-{number}.htm" for number in range(400)]
    pages = {link: article(f"Bài {link}", secrets.token_hex(40_000)) for link in links}

    with served({"/": front(*links), **pages}) as site:
        done = crawl(site.base_url, path, largest_file=1_000_000)
    assert (done.code, done.summary["outcome"]) == (1, "failed")
    assert done.summary["reason"].startswith("the archive cannot be written")
    assert "Traceback" not in done.told
    assert len(site.log) < 200, "nothing more is fetched but what is under way, which is a few megabytes"
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize(
    "base_url",
    ["foo", "127.0.0.1:8765", "http://[::1", "ftp://127.0.0.1/", "file:///tmp/", "http://127.0.0.1:99999/", "http:///"],
)
def test_a_base_url_must_be_one(base_url: str) -> None:
    with pytest.raises(Misconfigured, match="is no address a site is served at"):
        spider_class("demo")(base_url=base_url)


def test_a_bad_base_url_is_a_sentence_and_makes_no_archive(path: Path) -> None:
    done = crawl("file:///tmp/", path)
    assert done.code == 2
    assert done.told.count("\n") == 1, done.told
    assert not path.exists()
