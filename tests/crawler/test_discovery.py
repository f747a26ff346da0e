"""Links out of pages, feeds and sitemaps, as a person reads them off the source."""

from __future__ import annotations

import gzip

import pytest
from scrapy.http import Request

from crawler.discovery import links, may_be_news

BASE = "https://bao.example/thoi-su/"
HOSTS = ("bao.example",)
RSS = (
    '<?xml version="1.0" encoding="{}"?><rss version="2.0"><channel><link>https://bao.example/</link><item>'
    "<title>Cầu mới</title><link>https://bao.example/cau-1.htm</link><guid>https://bao.example/cau-1.htm</guid></item>"
    "<item><title>Chợ</title><link><![CDATA[https://bao.example/cho-2.htm]]></link></item></channel></rss>"
)
FOUND = ["https://bao.example/", "https://bao.example/cau-1.htm", "https://bao.example/cho-2.htm"]


def test_a_page() -> None:
    page = b"""<html><body><a href="/a-1.htm#binh-luan">A</a> <a href="b-2.htm?utm_source=x">B</a> <a href="/a-1.htm">A</a>
    <a href="https://khac.example/c">C</a> <a href="javascript:__doPostBack('p','2')">2</a> <a href="mailto:x@bao.example">
    <a href="/anh/d.jpg">D</a> <a href="?page=2">2</a> <link rel="stylesheet" href="/s.css">
    <link rel="alternate" type="application/rss+xml" href="/rss/home.rss"> <link rel="next" href="trang-2.htm">
    <link rel="alternate" media="handheld" href="https://m.bao.example/thoi-su"></body></html>"""
    assert set(links(page, BASE, HOSTS)) == {
        "https://bao.example/a-1.htm",
        "https://bao.example/thoi-su/b-2.htm",
        "https://bao.example/thoi-su/?page=2",
        "https://bao.example/rss/home.rss",
        "https://bao.example/thoi-su/trang-2.htm",
    }


def test_a_base_element_counts() -> None:
    page = b'<html><head><base href="/goc/"></head><body><a href="a-1.htm">A</a></body></html>'
    assert links(page, BASE, HOSTS) == ["https://bao.example/goc/a-1.htm"]


@pytest.mark.parametrize(
    ("declared", "encoded"),
    [
        ("utf-8", "utf-8"),
        ("utf-16", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-8", "utf-8-sig"),
        ("us-ascii", "utf-8"),
        ("x-none", "utf-8"),
    ],
)
def test_a_feed_whatever_it_declares(declared: str, encoded: str) -> None:
    assert links(RSS.format(declared).encode(encoded), BASE, HOSTS) == FOUND


def test_a_feed_that_is_not_quite_xml() -> None:
    broken = RSS.format("utf-8").replace("Cầu mới", "Cầu & đường <br> mới").replace("</channel></rss>", "")
    assert links(broken.encode(), BASE, HOSTS) == FOUND


def test_a_feed_whose_prefixes_nobody_declared() -> None:
    feed = (
        '<?xml version="1.0"?><!-- tin --><rdf:RDF><rss:item><rss:link>https://bao.example/cau-1.htm</rss:link>'
        '</rss:item><atom:link href="https://bao.example/cho-2.htm"/></rdf:RDF>'
    )
    assert links(feed.encode(), BASE, HOSTS) == ["https://bao.example/cau-1.htm", "https://bao.example/cho-2.htm"]


@pytest.mark.parametrize(
    "head",
    [
        '<html><head><!-- <rdf:RDF xmlns="http://web.resource.org/cc/"> --></head>',
        '<!-- <rdf:RDF xmlns="http://web.resource.org/cc/"> --><!DOCTYPE html><html>',
        "<html><head><title>RSS</title></head><svg><metadata><rdf:RDF ></rdf:RDF></metadata></svg>",
    ],
)
def test_a_page_that_speaks_of_a_feed_is_a_page(head: str) -> None:
    page = f'{head}<body><a href="/bai-1.htm">Bài</a></body></html>'
    assert links(page.encode(), BASE, HOSTS) == ["https://bao.example/bai-1.htm"]


def test_a_comment_that_never_ends_takes_no_time() -> None:
    assert links(b"<!--a-->" * 1000 + b"<!--", BASE, HOSTS) == []


@pytest.mark.parametrize(
    ("link", "asked_for"),
    [
        ("/bài viết.htm", "https://bao.example/b%C3%A0i%20vi%E1%BA%BFt.htm"),
        ("\\thoi-su\\a.htm", "https://bao.example/thoi-su/a.htm"),
        ("/a.htm?t=tìm", "https://bao.example/a.htm?t=t%C3%ACm"),
        ("/a%20b.htm", "https://bao.example/a%20b.htm"),
    ],
)
def test_an_address_is_spelt_as_it_is_asked_for(link: str, asked_for: str) -> None:
    found = links(f'<meta charset="utf-8"><a href="{link}">A</a>'.encode(), BASE, HOSTS)
    assert found == [asked_for]
    assert Request(asked_for).url == asked_for


def test_a_link_that_is_no_text_costs_only_itself() -> None:
    feed = "<rss><link>https://bao.example/a&#xD800;.htm</link><link>https://bao.example/cau-1.htm</link></rss>"
    assert links(feed.encode(), BASE, HOSTS) == ["https://bao.example/cau-1.htm"]


def test_atom() -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/atom.xml"/><entry>'
        '<link href="https://bao.example/cau-1.htm"/><link rel="enclosure" href="/anh.jpg"/></entry></feed>'
    )
    assert links(feed.encode(), BASE, HOSTS) == ["https://bao.example/cau-1.htm"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_sitemap_and_its_index(pack) -> None:  # type: ignore[no-untyped-def]  # bytes to bytes
    for root, item in (("urlset", "url"), ("sitemapindex", "sitemap")):
        source = (
            f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><{item}>'
            f"<loc> https://bao.example/cau-1.htm </loc><lastmod>2026-05-20</lastmod></{item}></{root}>"
        )
        assert links(pack(source.encode()), BASE, HOSTS) == ["https://bao.example/cau-1.htm"]


@pytest.mark.parametrize(
    "body", [b"", b"\x00" * 50, b"\x1f\x8bnot gzip", b"\x89PNG\r\n\x1a\n" + b"\xff" * 99, b"<rss", b"<a href="]
)
def test_rubbish_has_no_links(body: bytes) -> None:
    assert links(body, BASE, HOSTS) == []


def test_a_bomb_is_unpacked_only_so_far() -> None:
    bomb = gzip.compress(b'<a href="/a-1.htm">A</a>' + b" " * 200_000_000, 9)
    assert links(bomb, BASE, HOSTS) == ["https://bao.example/a-1.htm"]


@pytest.mark.parametrize(
    "path", ["/a.pdf", "/tim-kiem?q=x", "/in-bai/12", "/print/a-1.htm", "/dang-nhap", "/x.JPG?v=1"]
)
def test_what_is_no_news(path: str) -> None:
    assert not may_be_news("https://bao.example" + path)


@pytest.mark.parametrize(
    "path",
    [
        "/thoi-su/in-an-xuat-ban-12.htm",
        "/tim-kiem-nan-nhan-1.htm",
        "/chuyen-muc/cat/182/kinh-te",
        "/57.bcb",
        "/login-vao-he-thong.htm",
    ],
)
def test_what_may_be_news(path: str) -> None:
    assert may_be_news("https://bao.example" + path)
