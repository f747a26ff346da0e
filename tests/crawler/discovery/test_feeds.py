"""Feeds as papers write them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from archive import Link

from .reading import HOME, found, paths, urls

HANOI = timezone(timedelta(hours=7))
RSS = (
    '<?xml version="1.0" encoding="{}"?><rss version="2.0"><channel><link>https://bao.example/</link><item>'
    "<title>Cầu mới</title><link>https://bao.example/cau-1.htm</link><guid>https://bao.example/cau-1.htm</guid></item>"
    "<item><title>Chợ</title><link><![CDATA[https://bao.example/cho-2.htm]]></link></item></channel></rss>"
)
FOUND = ["/", "/cau-1.htm", "/cho-2.htm"]


@pytest.mark.parametrize(
    ("declared", "encoded"),
    [
        ("utf-8", "utf-8"),
        ("utf-16", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16", "utf-16-le"),
        ("utf-8", "utf-16-be"),
        ("utf-8", "utf-8-sig"),
        ("us-ascii", "utf-8"),
        ("x-none", "utf-8"),
        ("windows-1258", "utf-8"),
    ],
)
def test_a_feed_whatever_it_declares(declared: str, encoded: str) -> None:
    assert paths(RSS.format(declared).encode(encoded)) == FOUND


def test_a_feed_that_is_not_quite_xml() -> None:
    broken = RSS.format("utf-8").replace("Cầu mới", "Cầu & đường <br> mới").replace("</channel></rss>", "")
    assert paths(broken) == FOUND


def test_a_feed_that_lost_its_end_tags() -> None:
    assert paths(RSS.format("utf-8").replace("</item>", "").replace("</title>", "")) == FOUND


def test_a_feed_with_something_before_its_declaration() -> None:
    assert paths("\n\n<!-- cache -->" + RSS.format("utf-8")) == FOUND


def test_a_feed_whose_prefixes_nobody_declared() -> None:
    feed = (
        '<?xml version="1.0"?><!-- tin --><rdf:RDF><rss:item><rss:link>https://bao.example/cau-1.htm</rss:link>'
        '</rss:item><rss:item><atom:link href="https://bao.example/cho-2.htm"/></rss:item></rdf:RDF>'
    )
    assert paths(feed) == ["/cau-1.htm", "/cho-2.htm"]


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("Wed, 20 May 2026 08:15:00 +0700", datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)),
        ("Wed, 20 May 2026 01:15:00 GMT", datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)),
        ("Wed, 20 May 2026 08:15:00 GMT+7", datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)),
        ("Wed, 20 May 2026 08:15:00 +07:00", datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)),
        ("Wed, 20 May 2026 08:15:00", datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)),
        ("Wed, 20 May 2026 08:15:00 ICT", datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)),
        ("2026-05-20T08:15:00+07:00", datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)),
        ("2026-05-20T08:15:00.000 +07:00", datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)),
        ("2026-05-20 08:15:00", datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)),
        ("2026-05-20", datetime(2026, 5, 20, tzinfo=HANOI)),
        ("5/20/2026 8:15:00 AM", datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)),
        ("20/05/2026 08:15", datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)),
        ("20/5/2026 8:15:00 CH", datetime(2026, 5, 20, 20, 15, tzinfo=HANOI)),
        ("2026-05-20 08:15:00 AM", datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)),
        ("2026-05-20 8:15 PM", datetime(2026, 5, 20, 20, 15, tzinfo=HANOI)),
        ("2026-05-20 12:15:00 SA", datetime(2026, 5, 20, 0, 15, tzinfo=HANOI)),
        ("Wed, May 20 2026 08:15:28 PM", datetime(2026, 5, 20, 20, 15, 28, tzinfo=HANOI)),
        ("20 May 2026 08:15 PM +0700", datetime(2026, 5, 20, 20, 15, tzinfo=HANOI)),
        ("May 20, 2026 12:15 AM", datetime(2026, 5, 20, 0, 15, tzinfo=HANOI)),
        ("2026-05-20 17:15:00 PM", datetime(2026, 5, 20, 17, 15, tzinfo=HANOI)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01 12:00:00 AM", None),
        ("9999-12-31T23:59:59", None),
        ("5/4/2026 8:15:00 AM", None),  # 5 April, or 4 May
        ("1/1/0001 12:00:00 AM", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("hôm nay", None),
        ("Wed, 32 May 2026 08:15:00 GMT", None),
        ("", None),
    ],
)
def test_when_an_item_was_published(printed: str, meant: datetime | None) -> None:
    feed = f"<rss><channel><item><pubDate>{printed}</pubDate><link>{HOME}/cau-1.htm</link></item></channel></rss>"
    assert found(feed) == [Link(f"{HOME}/cau-1.htm", "feed", None, meant)]


def test_dates_of_one_item_are_not_the_next_one_s() -> None:
    feed = (
        "<rss><channel><lastBuildDate>Wed, 20 May 2026 08:15:00 GMT</lastBuildDate>"
        f"<item><link>{HOME}/a-1.htm</link><pubDate>Wed, 20 May 2026 08:15:00 GMT</pubDate></item>"
        f"<item><link>{HOME}/b-2.htm</link></item></channel></rss>"
    )
    assert [link.published is None for link in found(feed)] == [False, True]


@pytest.mark.parametrize(
    ("item", "path"),
    [
        (f"<guid>{HOME}/a-1.htm</guid>", "/a-1.htm"),
        (f'<guid isPermaLink="true">{HOME}/a-1.htm</guid>', "/a-1.htm"),
        (f"<link>{HOME}/a-1.htm?utm_source=rss</link><guid>{HOME}/?id2=1</guid>", "/a-1.htm"),
        (f"<guid>{HOME}/?id2=1</guid><link>{HOME}/a-1.htm</link>", "/a-1.htm"),
        (f"<link>http://dem.example/~r/1</link><origLink>{HOME}/a-1.htm</origLink>", "/a-1.htm"),
        (f"<link>http://dem.example/~r/1</link><guid>{HOME}/a-1.htm</guid>", "/a-1.htm"),
        ("<link>/a-1.htm</link>", "/a-1.htm"),
        (f"<id>{HOME}/a-1.htm</id>", "/a-1.htm"),
    ],
)
def test_the_address_of_an_item(item: str, path: str) -> None:
    assert paths(f"<rss><channel><item>{item}</item></channel></rss>") == [path]


@pytest.mark.parametrize(
    "item",
    [f'<guid isPermaLink="false">{HOME}/?id2=1</guid>', "<guid>tag:bao.example,2026:1</guid>", "<link>Cầu mới</link>",
     "<link>http://khac.example/a-1.htm</link>", f'<enclosure url="{HOME}/tieng.mp3"/>'],
)  # fmt: skip
def test_what_is_no_address_of_an_item(item: str) -> None:
    assert paths(f"<rss><channel><item>{item}</item></channel></rss>") == []


def test_rss_1() -> None:
    feed = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><link>{HOME}/</link></channel>
      <item><link>{HOME}/a-1.htm</link><dc:date>2026-05-20T08:15:00+07:00</dc:date></item></rdf:RDF>"""
    published = datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)
    assert found(feed) == [Link(f"{HOME}/", "feed"), Link(f"{HOME}/a-1.htm", "feed", None, published)]


def test_atom() -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/atom.xml"/><link href="/"/>'
        '<link rel="hub" href="/hub"/><link rel="next" href="/atom.xml?trang=2"/><updated>2026-05-21T00:00:00Z</updated>'
        '<entry><link href="https://bao.example/cau-1.htm"/><link rel="enclosure" href="/anh.jpg"/>'
        '<link rel="replies" href="/binh-luan/1"/><published>2026-05-20T01:00:00Z</published>'
        "<updated>2026-05-20T02:00:00Z</updated></entry></feed>"
    )
    one, two = datetime(2026, 5, 20, 8, tzinfo=HANOI), datetime(2026, 5, 20, 9, tzinfo=HANOI)
    assert found(feed) == [
        Link(f"{HOME}/", "feed"),
        Link(f"{HOME}/atom.xml?trang=2", "pagination"),
        Link(f"{HOME}/cau-1.htm", "feed", two, one),
    ]


def test_an_entry_that_names_the_feed_it_was_taken_from() -> None:
    feed = (
        '<feed><entry><source><id>tag:khac.example,2026:1</id><link href="/"/><title>Báo Khác</title>'
        "<updated>2020-01-01T00:00:00Z</updated><published>2019-01-01T00:00:00Z</published></source>"
        '<link href="/a-1.htm"/><title>Cầu mới</title><updated>2026-05-20T02:00:00Z</updated></entry></feed>'
    )
    assert found(feed) == [Link(f"{HOME}/a-1.htm", "feed", datetime(2026, 5, 20, 9, tzinfo=HANOI), None)]
    assert found(feed)[0].words == "Cầu mới"


def test_the_title_of_a_picture_is_not_the_item_s() -> None:
    item = f"<media:title>Ảnh</media:title><title>Cầu mới</title><link>{HOME}/a-1.htm</link>"
    plain, rich = (f"<rss><channel><item>{more}{item}</item></channel></rss>" for more in ("", '<x a="b"><y/></x>'))
    assert [found(feed)[0].words for feed in (plain, rich)] == ["Cầu mới"] * 2


def test_json_feed() -> None:
    feed = {
        "title": "Báo Thử " * 200,
        "version": "https://jsonfeed.org/version/1.1",
        "home_page_url": "https://bao.example/",
        "next_url": "/feed.json2?trang=2",
        "items": [
            {"id": "1", "url": "https://bao.example/cau-1.htm", "date_published": "2026-05-20T08:15:00+07:00"},
            {"id": "https://bao.example/cho-4.htm"},
            {"id": "5", "url": "https://khac.example/x", "external_url": "https://bao.example/cho-5.htm"},
            {"id": "2", "url": 7},
            "ba",
        ],
    }
    published = datetime(2026, 5, 20, 8, 15, tzinfo=HANOI)
    expected = [
        Link(f"{HOME}/", "feed"),
        Link(f"{HOME}/feed.json2?trang=2", "pagination"),
        Link(f"{HOME}/cau-1.htm", "feed", None, published),
        *(Link(f"{HOME}/cho-{number}.htm", "feed") for number in (4, 5)),
    ]
    assert found(json.dumps(feed)) == found(json.dumps(feed).replace("/", "\\/")) == expected
    assert found(json.dumps(feed)[:-9]) == expected  # what is whole counts
    flawed = json.dumps(feed).replace(
        '{"id": "2", "url": 7}', '{"id": "2", "url": "a\\u12"}, {"id": "3", "url": "/cho-3.htm"}'
    )
    assert found(flawed) == [*expected, Link(f"{HOME}/cho-3.htm", "feed")]


def test_a_link_that_is_no_text_costs_only_itself() -> None:
    feed = "<rss><link>https://bao.example/a&#xD800;.htm</link><link>https://bao.example/cau-1.htm</link></rss>"
    assert urls(feed) == ["https://bao.example/cau-1.htm"]
