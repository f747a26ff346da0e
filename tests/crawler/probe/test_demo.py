"""A look at the loopback newspaper as if nobody knew it: the files that come of it are enough to keep it whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from archive.queries import lookup
from archive.storage.connection import open_archive
from crawler.demo.server import Newspaper
from crawler.demo_walkthrough import disagreements
from tests.crawler.probe.probing import luubao, probed


@pytest.fixture(scope="module")
def paper() -> Iterator[Newspaper]:
    with Newspaper() as running:
        yield running


@pytest.fixture(scope="module")
def found(paper: Newspaper) -> Mapping[str, Any]:
    return probed(paper.base_url)


def test_who_it_is(found: Mapping[str, Any], paper: Newspaper) -> None:
    assert found["home"] == paper.base_url + "/"
    assert (found["title"]["value"], found["title"]["certainty"]) == ("Báo Sông Thao", "sure")
    assert (found["name"]["value"], found["name"]["certainty"]) == ("baosongthao", "a guess")
    assert found["hosts"] == ["127.0.0.1"]
    assert (found["timezone"]["value"], found["timezone"]["certainty"]) == ("Asia/Ho_Chi_Minh", "likely")
    assert "+0700" in found["timezone"]["why"]


def test_what_it_offers(found: Mapping[str, Any], paper: Newspaper) -> None:
    sources = {one["url"].removeprefix(paper.base_url): one for one in found["sources"]}
    assert sources["/rss/home.rss"]["entries"] == 20
    assert sources["/rss/home.rss"]["why"] == "the home page declares it"
    assert sources["/rss/phap-luat.rss"]["entries"] is None, "not all feeds are asked for"
    assert sources["/sitemap.xml"]["kind"] == "sitemap-index"
    assert sources["/sitemap.xml"]["why"] == "robots.txt names it"
    assert sources["/sitemaps/tin-2026-5.xml"]["entries"] > 20
    assert {one["title"] for one in found["sections"]} == {
        "Thời sự", "Kinh tế", "Xã hội", "Văn hóa", "Thể thao", "Pháp luật"
    }  # fmt: skip
    assert {one["style"]: one["certainty"] for one in found["paging"]} == {
        "<list>?page=#": "sure",
        "<list>/trang-#.htm": "sure",
        "<list>?currentpage=#": "sure",
    }


def test_articles_of_every_template_are_read(found: Mapping[str, Any]) -> None:
    assert {one["form"] for one in found["forms"]} == {"/w/w/##/s", "/s-post##.html", "/w/s-##.htm", "/w/s/#-#-##"}
    assert found["articles"] == 8
    assert found["refused"] == []
    assert {one["field"]: one["have"] for one in found["coverage"] if one["field"] != "captions"} == {
        "headline": 8, "lead": 8, "byline": 8, "time": 8, "body": 8
    }  # fmt: skip
    assert found["trials"] == []


def test_it_asks_politely() -> None:
    with Newspaper(crawl_delay=0.1) as slow:
        found = probed(slow.base_url, "--contact", "thu-vien@bao.example", "--max-requests", "12")
        log = slow.log
    assert found["delay"] == 0.1
    assert log[0].path == "/robots.txt"
    assert len(log) == found["requests"] <= 12
    assert len({one.path for one in log}) == len(log), "nothing is asked for twice"
    assert {one.user_agent for one in log} == {
        f"luubao/{version('luubao')} (newspaper archive; contact: thu-vien@bao.example)"
    }
    assert not any(one.path.startswith(("/tim-kiem", "/in-bai")) for one in log)
    gaps = [(later.answered_at - earlier.answered_at).total_seconds() for earlier, later in pairwise(log[1:])]
    assert min(gaps) >= 0.08  # the server notes the end of an answer, the crawler counts from its beginning
    assert any("read: the findings may be wrong" in note for note in found["notes"])


@pytest.mark.slow
def test_its_files_keep_the_whole_paper(tmp_path: Path) -> None:
    folder = tmp_path / "bao"
    with Newspaper() as paper:
        done = luubao("outlets", "probe", paper.base_url, "--write", str(folder))
        assert done.returncode == 0, done.stderr
        assert "Báo Sông Thao" in done.stdout
        assert f"written: {folder}/luubao.toml" in done.stdout
        assert "baosongthao      Báo Sông Thao" in luubao("outlets", folder=folder).stdout
        crawled = luubao("crawl", "baosongthao", folder=folder)
        assert crawled.returncode in (0, 6), crawled.stderr
        with open_archive(folder / "luubao.db") as db:
            assert [str(one) for one in disagreements(db, paper.base_url, 1)] == []
            articles = len(lookup.articles(db, limit=-1))
    tested = luubao("rules", "test", "baosongthao", folder=folder)
    assert tested.returncode == 0, tested.stderr
    assert f"headline           {articles} of {articles}" in tested.stdout
    assert "not read as an article" not in tested.stdout


def test_nothing_is_overwritten(tmp_path: Path, paper: Newspaper) -> None:
    place = tmp_path / "rules.txt"
    place.write_text("mine")
    done = luubao("outlets", "probe", paper.base_url, "--name", "bao", "--write", str(tmp_path), "--max-requests", "15")
    assert done.returncode == 1
    assert f"{tmp_path} is there already, and nothing was written" in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["rules.txt"]
