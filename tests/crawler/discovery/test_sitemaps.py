"""Sitemaps, their indexes, and the robots.txt that names them."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from archive import Link
from crawler.discovery import look, sitemaps_in
from crawler.discovery.link_urls import MOST_LINKS

from .reading import BASE, HOME, HOSTS, found, paths

HANOI = timezone(timedelta(hours=7))
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
LATELY = datetime(2026, 5, 20, tzinfo=HANOI)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda body: gzip.compress(gzip.compress(body))])
@pytest.mark.parametrize(
    ("root", "entry", "found_in"), [("urlset", "url", "sitemap"), ("sitemapindex", "sitemap", "sitemap-index")]
)
def test_a_sitemap_and_its_index(pack: Callable[[bytes], bytes], root: str, entry: str, found_in: str) -> None:
    source = (
        f"{HEAD}<{root} {SPACE}><{entry}><loc> {HOME}/cau-1.htm </loc><lastmod>2026-05-20</lastmod></{entry}>"
        f"<{entry}><loc>{HOME}/cho-2.htm</loc></{entry}></{root}>"
    )
    first = Link(f"{HOME}/cau-1.htm", found_in, LATELY)  # type: ignore[arg-type]  # one of FoundIn
    assert found(pack(source.encode())) == [first, Link(f"{HOME}/cho-2.htm", found_in)]  # type: ignore[arg-type]  # a parameter: a kind of source


def test_a_news_sitemap() -> None:
    source = f"""{HEAD}<urlset {SPACE} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
      xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:xhtml="http://www.w3.org/1999/xhtml"><url>
      <image:image><image:loc>{HOME}/anh/cau.webp2</image:loc></image:image><loc>{HOME}/cau-1.htm</loc>
      <xhtml:link rel="alternate" hreflang="en" href="{HOME}/en/bridge-1.htm"/>
      <news:news><news:publication><news:name>Báo</news:name></news:publication>
      <news:publication_date>2026-05-19T10:00:00Z</news:publication_date><news:title>Cầu</news:title></news:news>
      <lastmod>2026-05-20</lastmod></url></urlset>"""
    published = datetime(2026, 5, 19, 10, tzinfo=UTC)
    assert found(source) == [Link(f"{HOME}/cau-1.htm", "sitemap", LATELY, published)]


def test_pictures_whose_prefix_nobody_declared() -> None:
    source = (
        f"<urlset><url><image:image><image:loc>{HOME}/anh</image:loc></image:image><loc>{HOME}/a</loc></url></urlset>"
    )
    assert paths(source) == ["/a"]


def test_a_sitemap_cut_in_the_middle() -> None:
    whole = "".join(f"<url><loc>{HOME}/bai-{n}.htm</loc></url>" for n in range(500))
    source = f"{HEAD}<urlset {SPACE}>{whole}"
    assert (
        paths(source[: len(source) // 2])
        == [f"/bai-{n}.htm" for n in range(250)][: len(paths(source[: len(source) // 2]))]
    )
    assert len(paths(source[: len(source) // 2])) > 240
    packed = gzip.compress(source.encode())
    assert 0 < len(paths(packed[: len(packed) // 2])) < 500


def test_a_damaged_pack_gives_what_was_whole() -> None:
    source = (
        f"<urlset>{''.join(f'<url><loc>{HOME}/bai-{n * 7919 % 99991}.htm</loc></url>' for n in range(9000))}</urlset>"
    )
    packed = bytearray(gzip.compress(source.encode()))
    packed[-8:] = b"\0" * 8  # its checksum
    assert len(paths(bytes(packed))) > 8500


def test_packs_one_after_the_other() -> None:
    lines = [f"{HOME}/bai-{n}.htm\n".encode() for n in range(3)]
    assert paths(b"".join(map(gzip.compress, lines))) == ["/bai-0.htm", "/bai-1.htm", "/bai-2.htm"]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("head", ["\ufeff", "# Sơ đồ trang\r\n", "HTTPS://khac.example/\r\n"])
def test_plain_text(head: str, end: str) -> None:
    text = f"{head}{HOME}/a-1.htm\r\n\r\nhttp://khac.example/\r\nhết\r\n {HOME}/b-2.htm"
    assert found(text.replace("\r\n", end)) == [
        Link(f"{HOME}/a-1.htm", "sitemap"),
        Link(f"{HOME}/b-2.htm", "sitemap"),
    ]


def test_a_text_that_only_begins_with_an_address_is_none() -> None:
    assert found(f"{HOME}/a-1.htm là địa chỉ của bài\n{HOME}/b-2.htm") == []


@pytest.mark.slow
def test_as_many_as_a_sitemap_may_hold() -> None:
    whole = "".join(
        f"<url><loc>{HOME}/bai-{n}.htm</loc><lastmod>2026-05-20T08:15:00+07:00</lastmod></url>"
        for n in range(MOST_LINKS)
    )
    source = f"{HEAD}<urlset {SPACE}>{whole}</urlset>".encode()
    full = look(source, BASE, HOSTS)
    assert (len(full.links), full.notes) == (MOST_LINKS, ())
    more = look(source.replace(b"</urlset>", f"<url><loc>{HOME}/them.htm</loc></url></urlset>".encode()), BASE, HOSTS)
    assert (len(more.links), more.notes) == (MOST_LINKS, ("what comes after 50000 links",))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_sitemaps_of_robots(end: str) -> None:
    robots = end.join(
        ["\ufeffUser-agent: *", "Disallow: /in-bai/", "Sitemap: https://bao.example/sitemap.xml # chính",
         "sitemap:/tin.xml.gz", "Sitemap: www.bao.example/anh.xml", "SITEMAP : <https://kho.example/bao.xml>", "# Sitemap: /cu.xml", "Sitemap: /tin.xml.gz",
         "Sitemap:", "Sitemap: mailto:a@bao.example"]
    )  # fmt: skip
    assert sitemaps_in(robots.encode(), "https://bao.example/robots.txt") == [
        "https://bao.example/sitemap.xml",
        "https://bao.example/tin.xml.gz",
        "https://www.bao.example/anh.xml",
        "https://kho.example/bao.xml",
    ]


@pytest.mark.slow
def test_a_robots_of_many_megabytes_is_read_only_so_far() -> None:
    assert sitemaps_in(b"#" * 10**8 + b"\nSitemap: /sitemap.xml", BASE) == []
    assert len(sitemaps_in(b"".join(b"Sitemap: /%d.xml\n" % n for n in range(99_999)), BASE)) == 1000
