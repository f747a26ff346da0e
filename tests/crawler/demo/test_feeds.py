from __future__ import annotations

import gzip
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest

from crawler.demo.paper import published
from crawler.demo.section_addresses import SECTIONS
from crawler.demo.server import Newspaper

from .conftest import Get, ask

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
DECLARED_RIGHTLY = ["home", "thoi-su", "xa-hoi", "van-hoa", "the-thao", "phap-luat"]


@pytest.mark.parametrize("name", DECLARED_RIGHTLY)
def test_feeds_are_xml_and_tell_the_truth(get: Get, name: str) -> None:
    channel = ElementTree.fromstring(get(f"/rss/{name}.rss").body)[0]
    truth = {one.path: one for one in published(1)}
    items = channel.findall("item")
    assert items
    for item in items:
        article = truth[urlsplit(item.findtext("link", "")).path]
        assert item.findtext("title") == article.headline
        assert article.lead in item.findtext("description", "")
        if article.published_at is None:
            assert item.find("pubDate") is None
        elif article.prints_time:
            assert parsedate_to_datetime(item.findtext("pubDate", "")) == article.published_at


def test_one_feed_says_utf_16_and_is_utf_8(get: Get) -> None:
    body = get("/rss/kinh-te.rss").body
    assert body.startswith(b'<?xml version="1.0" encoding="utf-16"?>')
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(body)
    assert "Chè Phú Khê được giá đầu vụ" in body.decode()


def test_pages_announce_the_feeds(get: Get) -> None:
    page = get("/").text
    for name in ("home", *(one.slug for one in SECTIONS)):
        assert f'href="/rss/{name}.rss"' in page and get(f"/rss/{name}.rss").status == 200


def test_lastmod_is_the_time_of_the_edit(newspaper: Newspaper, get: Get) -> None:
    newspaper.turn_to(2)
    entries = ElementTree.fromstring(get("/sitemaps/tin-2026-5.xml").body)
    told = {
        urlsplit(entry.findtext(SITEMAP + "loc", "")).path: datetime.fromisoformat(
            entry.findtext(SITEMAP + "lastmod", "")
        )
        for entry in entries
    }
    edited = [one for one in published(2) if one.modified_at]
    assert len(edited) == 4
    for one in published(2):
        if one.path in told and one.published_at and one.prints_time:
            assert told[one.path] == (one.modified_at or one.published_at)


def test_the_index_carries_the_newest_lastmod(newspaper: Newspaper, get: Get) -> None:
    def newest() -> str:
        index = ElementTree.fromstring(get("/sitemap.xml").body)
        return next(text for one in index if (text := one.findtext(SITEMAP + "lastmod")))

    assert newest() == "2026-05-18T08:15:00+07:00"
    newspaper.turn_to(2)
    assert newest() == "2026-05-19T14:10:00+07:00"


def test_a_large_paper_has_a_sitemap_for_every_month() -> None:
    with Newspaper(extra_articles=5000) as paper:
        index = ElementTree.fromstring(ask(paper, "/sitemap.xml").body)
        maps = [urlsplit(one.text or "").path for one in index.iter(SITEMAP + "loc")]
        bodies = [ask(paper, one).body for one in maps]
    sizes = [len(ElementTree.fromstring(gzip.decompress(one) if one[:2] == b"\x1f\x8b" else one)) for one in bodies]
    written = sum(one.reach in ("open", "sitemap") for one in published(1))
    assert sum(sizes) == 5000 * 13 / 40 + written + len(SECTIONS), "13 of 40 are in the sitemap of their month"
    assert len(maps) == 7, "sections, and December to May"
    assert [one.rpartition(".")[2] for one in maps] == ["xml", "xml", *["gz"] * 5]


def test_a_month_without_articles_has_no_sitemap(get: Get) -> None:
    assert get("/sitemaps/tin-2026-4.xml").status == 404


def test_robots() -> None:
    with Newspaper(crawl_delay=0.05) as paper:
        text = ask(paper, "/robots.txt").text
        rules = RobotFileParser()
        rules.parse(text.splitlines())
        assert "Crawl-delay: 0.05\n" in text
        assert rules.site_maps() == [paper.base_url + "/sitemap.xml"]
        allowed = {
            path: rules.can_fetch("luubao", paper.base_url + path) for path in ("/", "/in-bai/238131", "/tim-kiem?q=x")
        }
        assert allowed == {"/": True, "/in-bai/238131": False, "/tim-kiem?q=x": False}


def test_no_crawl_delay_unless_asked_for(get: Get) -> None:
    assert "Crawl-delay" not in get("/robots.txt").text
