"""Links out of pages, as a person reads them off the source."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from scrapy.http import Request

from archive import Link
from crawler.discovery import links, may_be_news

from .reading import BASE, HOME, HOSTS, found, notes, paths, urls


def test_a_page() -> None:
    page = b"""<html><body><a href="/a-1.htm#binh-luan">A</a> <a href="b-2.htm?utm_source=x">B</a> <a href="/a-1.htm">A</a>
    <a href="https://khac.example/c">C</a> <a href="javascript:__doPostBack('p','2')">2</a> <a href="mailto:x@bao.example">
    <a href="/anh/d.jpg">D</a> <a href="?page=2">2</a> <link rel="stylesheet" href="/s.css">
    <link rel="alternate" type="application/rss+xml" href="/rss/home.rss"> <link rel="next" href="trang-2.htm">
    <link rel="alternate" media="handheld" href="https://m.bao.example/thoi-su"></body></html>"""
    assert found(page) == [
        Link("https://bao.example/a-1.htm", "page"),
        Link("https://bao.example/thoi-su/b-2.htm", "page"),
        Link("https://bao.example/thoi-su/?page=2", "pagination"),
        Link("https://bao.example/rss/home.rss", "page"),
        Link("https://bao.example/thoi-su/trang-2.htm", "pagination"),
    ]


def test_a_base_element_counts() -> None:
    page = '<html><head><base href="/goc/"></head><body><a href="a-1.htm">A</a></body></html>'
    assert paths(page) == ["/goc/a-1.htm"]


def test_a_base_elsewhere_does_not() -> None:
    page = '<base href="https://khac.example/"><base href="https://bao.example/goc/"><a href="a-1.htm">A</a>'
    assert paths(page) == ["/goc/a-1.htm"]


def test_maps_frames_and_pages_that_send_readers_on() -> None:
    page = (
        '<frameset><frame src="/menu.asp"><frame src="/tin.asp?id=4"></frameset><map><area href="/huyen/1"></map>'
        '<meta http-equiv="Refresh" content="0; URL=\'/trang-chu.aspx\'">'
    )
    assert set(paths(page)) == {"/menu.asp", "/tin.asp?id=4", "/huyen/1", "/trang-chu.aspx"}


def test_what_a_page_declares_for_machines() -> None:
    page = """<link rel="alternate" type="application/atom+xml" href="/atom.xml">
    <link rel="alternate" type="application/feed+json" href="/feed.json"><link rel="sitemap" href="/sitemap.xml">
    <link rel="alternate" hreflang="en" href="/en/a-1.htm"><link rel="canonical" href="/khac.htm">
    <link rel="alternate" media="only screen and (max-width: 640px)" href="/m/a-1.htm"><link rel="amphtml" href="/amp/a">
    <link rel="shortlink" href="/?p=5"><link rel="preload" href="/x"><link rel="dns-prefetch" href="/y">"""
    assert paths(page) == ["/atom.xml", "/feed.json", "/sitemap.xml", "/en/a-1.htm"]


def test_a_page_that_lists_feeds_leads_to_them() -> None:
    page = """<ul><li><a href="/rss/thoi-su.rss">Thời sự</a></li><li><a href="https://bao.example/rss/kinh-te.xml">K</a>
    <li><a href="/kinh-te.rss"><img src="/rss.gif"></a></li><li><a href="/feeds/van-hoa.atom">V</a></li></ul>"""
    assert paths(page) == ["/rss/thoi-su.rss", "/rss/kinh-te.xml", "/kinh-te.rss", "/feeds/van-hoa.atom"]


def test_links_inside_an_article() -> None:
    page = "<article><p>Như <a href=/thoi-su/lu-quet-7.htm>đã đưa</a>, <a title='1 > 0' href='/de-8.htm'>đê</a></p></article>"
    assert paths(page) == ["/thoi-su/lu-quet-7.htm", "/de-8.htm"]


@pytest.mark.parametrize(
    "page",
    [
        '<!-- <a href="/cu.htm">cũ</a> --><a href="/a.htm">A</a>',
        """<script>document.write('<a href="' + u + '">x</a><a href="/js.htm">')</script><a href="/a.htm">A</a>""",
        '<style>a::after{content:"<a href=/css.htm>"}</style><a href="/a.htm">A</a>',
        '<!--> <a href="/a.htm">A</a>',
    ],
)
def test_what_only_looks_like_a_link(page: str) -> None:
    assert paths(page) == ["/a.htm"]


@pytest.mark.parametrize(
    "tag",
    [
        '<a href="/a.htm?x=1&amp;y=2">',
        "<A class=x HREF=/a.htm?x=1&amp;y=2>",
        "<a\nhref = '/a.htm?x=1&y=2'\n>",
        '<a title="5" cao" href="/a.htm?x=1&y=2">',
        "<a title=it's href=/a.htm?x=1&y=2>",
        '<a href="/a.htm?x=1&y=2" title="a > b',
        '<a href=" /a.htm?x=1&y=2 ">',
    ],
)
def test_a_tag_however_it_is_written(tag: str) -> None:
    assert paths(f'<p>{tag}A</a><p title="b">')[:1] == ["/a.htm?x=1&y=2"]


@pytest.mark.parametrize(
    "head",
    [
        '<html><head><!-- <rdf:RDF xmlns="http://web.resource.org/cc/"> --></head>',
        '<!-- <rdf:RDF xmlns="http://web.resource.org/cc/"> --><!DOCTYPE html><html>',
        "<html><head><title>RSS</title></head><svg><metadata><rdf:RDF ></rdf:RDF></metadata></svg>",
    ],
)
def test_a_page_that_speaks_of_a_feed_is_a_page(head: str) -> None:
    assert paths(f'{head}<body><a href="/bai-1.htm">Bài</a></body></html>') == ["/bai-1.htm"]


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
    assert urls(f'<meta charset="utf-8"><a href="{link}">A</a>') == [asked_for]
    assert Request(asked_for).url == asked_for


@pytest.mark.parametrize(("label", "codec", "words"), [("iso-8859-1", "cp1252", "“và”"), ("gb2312", "gb18030", "镕基")])
def test_a_label_means_what_browsers_take_it_for(label: str, codec: str, words: str) -> None:
    page = f'<meta charset="{label}"><p>{words}</p><a href="/a-1.htm?q2={words}">A</a>'
    [link] = links(page.encode(codec), BASE, HOSTS, None)
    assert unquote(link.url).endswith(f"?q2={words}")


@pytest.mark.parametrize(
    ("charset", "declared", "header"),
    [
        ("utf-8", "", None),
        ("utf-8", "iso-8859-1", "iso-8859-1"),
        ("utf-16", "", None),
        ("utf-16-le", "utf-8", None),
        ("cp1252", "", "windows-1252"),
        ("cp1252", "windows-1252", None),
        ("cp1252", "windows-1252", "no-such-charset"),
    ],
)
def test_a_page_in_whatever_charset(charset: str, declared: str, header: str | None) -> None:
    page = f'<meta charset="{declared}"><p>Ba cô và hai bé</p><a href="/a-1.htm?q2=và">và</a>'
    [link] = links(page.encode(charset), BASE, HOSTS, header)
    assert link.url == "https://bao.example/a-1.htm?q2=v%C3%A0"


def test_one_stray_byte_costs_nothing() -> None:
    page = '<a href="/một.htm">A</a>'.encode() + b"\xff" + b'<a href="/hai.htm">B</a>'
    assert urls(page) == ["https://bao.example/m%E1%BB%99t.htm", "https://bao.example/hai.htm"]


def test_subdomains_and_other_spellings_of_the_host() -> None:
    page = """<a href="http://www.bao.example/a">A</a><a href="//M.bao.example:8080/b">B</a>
    <a href="https://bao.example.khac.example/c">C</a><a href="https://bao.example@khac.example/d">D</a>
    <a href="http://bao.example:0/e">E</a><a href="https://xbao.example/f">F</a>"""
    assert urls(page) == ["http://www.bao.example/a", "https://m.bao.example:8080/b"]


def test_an_address_longer_than_servers_take_is_none() -> None:
    assert paths(f'<a href="/{"x" * 5000}">A</a><a href="/a.htm">A</a>') == ["/a.htm"]


def test_an_ordinary_page_has_no_notes() -> None:
    assert notes('<a href="/a.htm">A</a>') == ()


@pytest.mark.parametrize(
    "path",
    [
        "/a.pdf",
        "/tim-kiem?q=x",
        "/in-bai/12",
        "/print/a-1.htm",
        "/dang-nhap",
        "/login/google?next=a-b-c-d",
        "/x.JPG?v=1",
    ],
)
def test_what_is_no_news(path: str) -> None:
    assert not may_be_news(HOME + path)


@pytest.mark.parametrize(
    "path",
    [
        "/thoi-su/in-an-xuat-ban-12.htm",
        "/tim-kiem-nan-nhan-1.htm",
        "/chuyen-muc/cat/182/kinh-te",
        "/57.bcb",
        "/login-vao-he-thong.htm",
        "/dang-ky/hon-nghin-thi-sinh-du-thi-4014.htm",
        "/rss/thoi-su.rss",
        "/rssMain.html",
        "/sitemaps/tin-2026-5.xml.gz",
    ],
)
def test_what_may_be_news(path: str) -> None:
    assert may_be_news(HOME + path)
