"""Each article can be found in the way its data says, and, unless it is open, in no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from crawler.demo.paper import DAYS, published
from crawler.demo.section_addresses import SECTIONS, Section
from crawler.demo.server import Newspaper

from .conftest import Get

PLACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def hrefs(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'href="([^"]*)"', page)]


def paths(addresses: list[str]) -> set[str]:
    return {urlsplit(one).path for one in addresses}


def section_pages(get: Get, section: Section) -> Iterator[str]:
    """A section's pages as a reader turns them: by the number after the present one, or by the next link."""
    address, number = section.path, 1
    while True:
        page = get(address).text
        yield page
        onward = re.findall(r'<a href="([^"]*)" rel="next"', page) or re.findall(
            rf'<a href="([^"]*)">{number + 1}</a>', page
        )
        if not onward:
            return
        address, number = unescape(onward[0]), number + 1


def listed(page: str) -> set[str]:
    """The articles of a section page's list, without what stands around it."""
    return paths([unescape(one) for one in re.findall(r'<h2><a href="([^"]*)"', page)])


def in_sitemaps(newspaper: Newspaper, get: Get) -> set[str]:
    maps = [one.text or "" for one in ElementTree.fromstring(get("/sitemap.xml").body).iter(PLACE)]
    texts = [get(urlsplit(one).path).body for one in maps]
    return paths([one.text or "" for text in texts for one in ElementTree.fromstring(text).iter(PLACE)])


def in_feeds(get: Get) -> set[str]:
    bodies = [get(f"/rss/{name}.rss").text for name in ("home", *(one.slug for one in SECTIONS))]
    return paths([unescape(one) for body in bodies for one in re.findall(r"<link>(.*?)</link>", body)])


def ways(newspaper: Newspaper, get: Get, day: int) -> dict[str, set[str]]:
    """way -> paths found that way."""
    turned = {section.slug: list(section_pages(get, section)) for section in SECTIONS}
    live = [one.path for one in published(day) if one.live]
    articles = {path: get(path).text for path in live}
    early = [page for pages in turned.values() for page in pages[:2]]
    late = [page for pages in turned.values() for page in pages[2:]]
    return {
        "front": paths(hrefs(get("/").text)),
        "early": paths([href for page in early for href in hrefs(page)]),
        "late": set().union(*(listed(page) for page in late)),
        "links": {one for path, page in articles.items() for one in paths(hrefs(page)) - {path}},
        "sitemaps": in_sitemaps(newspaper, get),
        "feeds": in_feeds(get),
    }


ONLY = {"page-3": {"late"}, "feed": {"feeds"}, "link": {"links"}, "sitemap": {"sitemaps"}}


@pytest.mark.parametrize("day", DAYS)
def test_hidden_articles_are_found_in_one_way_only(newspaper: Newspaper, get: Get, day: int) -> None:
    newspaper.turn_to(day)
    found = ways(newspaper, get, day)
    hidden = [one for one in published(day) if one.reach != "open" and one.live]
    assert {one.reach for one in hidden} == set(ONLY)
    for one in hidden:
        assert {way for way, names in found.items() if one.path in names} == ONLY[one.reach], one.path


@pytest.mark.parametrize("day", DAYS)
def test_open_articles_are_in_lists_feeds_and_sitemap(newspaper: Newspaper, get: Get, day: int) -> None:
    newspaper.turn_to(day)
    found = ways(newspaper, get, day)
    shelf = found["early"] | found["late"]
    for one in published(day):
        if one.reach == "open":
            assert (one.path in shelf) == (one.path in found["sitemaps"]) == one.live, one.path


def test_a_hidden_article_is_linked_from_where_the_data_say(get: Get) -> None:
    [hidden] = [one for one in published(1) if one.reach == "link"]
    assert hidden.linked_from is not None and hidden.path in paths(hrefs(get(hidden.linked_from).text))


@pytest.mark.parametrize("slug", ["thoi-su", "kinh-te", "xa-hoi", "van-hoa"])
def test_four_sections_have_three_pages_in_four_forms(get: Get, slug: str) -> None:
    [section] = [one for one in SECTIONS if one.slug == slug]
    pages = list(section_pages(get, section))
    assert len(pages) == 3
    names = [name for page in pages for name in listed(page)]
    expected = [one.path for one in published(1) if one.section == section.name and one.reach in ("open", "page-3")]
    assert sorted(names) == sorted(expected), "every article once"


def test_the_forms_of_paging(get: Get) -> None:
    assert "/chuyen-muc/cat/182/thoi-su?page=2" in hrefs(get("/chuyen-muc/cat/182/thoi-su").text)
    assert "/kinh-te/trang-2.htm" in hrefs(get("/kinh-te").text)
    assert "javascript:__doPostBack('dnn$ctr57$Pager','2')" in hrefs(get("/Xa-hoi/57.bst").text)
    assert '<a href="/van-hoa/?sau=2" rel="next"' in get("/van-hoa/").text


def test_links_a_crawler_must_cope_with(get: Get) -> None:
    found = hrefs(get("/").text) + hrefs(get("/chuyen-muc/tin/238117/dien-luoi-ve-ban-nam-lin").text)
    for sign in ("utm_source=", "fbclid=", "#comments", "mailto:", "http://www.thaogiang.gov.example/", "/tim-kiem"):
        assert any(sign in one for one in found), sign


def test_no_page_links_into_nothing(newspaper: Newspaper, get: Get) -> None:
    newspaper.turn_to(3)
    pages = ["/", *(one.path for one in SECTIONS), *(one.path for one in published(3) if one.live)]
    local = {href for page in pages for href in hrefs(get(page).text) if href.startswith("/")}
    assert [href for href in sorted(local) if get(href).status != 200] == []
