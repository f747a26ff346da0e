"""Input of strangers: whatever it is, reading it neither raises nor takes long."""

from __future__ import annotations

import codecs
import encodings.aliases
import gzip
import sys
import time
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import safe_url_string

from archive import absolute, same_site
from archive.model.urls import without_trackers
from crawler.discovery import look, markup_parsing, tolerant_xml
from crawler.discovery.feeds import moment
from crawler.discovery.link_urls import MOST_OF_A_PAGE, Addresses
from tests.support import ALL

from .reading import BASE, HOSTS, notes, paths

LINK = '<a href="/a-1.htm">A</a>'
ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BOMB = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{ENTITIES}]>'
ITEM = "<item><link>https://bao.example/a-1.htm</link></item>"
QUOTED = '"&lt;>"'


def many(number: int) -> int:
    """So many in the slow suite, and a tenth of them in the other."""
    return number if ALL else number // 10


def attributes(value: str) -> str:
    return " ".join(f"a{n}={value}" for n in range(many(100_000)))


HOSTILE = {
    "elements in elements": "<div>" * many(300_000) + LINK,
    "formatting that nobody closed": "<p><font><b>x</p>" * many(100_000) + LINK,
    "links in links": "<a href=/a-1.htm>" * many(100_000),
    "tables in tables": "<table><tr><td>" * many(100_000) + LINK,
    "attributes": f"<p {attributes('1')}>{LINK}",
    "attributes of a link": f"{LINK}<a {attributes('1')} href=/b>B</a>",
    "attributes with brackets in them": f"<p {attributes(QUOTED)}>{LINK}",
    "names of attributes with brackets in them": f"<p {' '.join(f'a{n}<' for n in range(many(100_000)))}>{LINK}",
    "a tag that never ends": LINK + "<p " + "x" * many(2_000_000),
    "a quote that never ends": LINK + '<a href="' + "<" * many(2_000_000),
    "quotes": LINK + "<a ='\"" * many(300_000),
    "scripts that never end": LINK + "<script>" * many(300_000),
    "comments that never end": LINK + "<!--" * many(500_000),
    "comments": "<!--a-->" * many(250_000) + LINK,
    "dashes": LINK + "<!--" + "-" * many(2_000_000),
    "angles": "<" * many(2_000_000) + LINK,
    "entities": "&#38;" * many(400_000) + LINK,
    "zeros": "b\0áo<p>" * many(100_000) + LINK,
    "bases": '<base href="https://khac.example/">' * many(50_000) + LINK,
    "an address with dots to climb": f'<a href="{"../" * 650}a-1.htm">A</a>' * 500,
    "an entity bomb": f"{BOMB}<rss><channel><item><title>&l9;</title></item>{ITEM}</channel></rss>",
    "an entity bomb in an attribute": f'{BOMB}<rss><channel>{ITEM}<item><link href="&l9;"/></item></channel></rss>',
    "a feed in a feed": f"<rss>{ITEM}{'<rss>' * many(300_000)}",
    "an item in an item": f"<rss>{ITEM}{'<item>' * many(300_000)}",
    "a feed of attributes": f"<rss {attributes(QUOTED)}>{ITEM}",
    "declarations before a feed": "<?xml?>" * many(300_000) + LINK,
    "a sitemap of addresses that never end": f"<urlset><url><loc>https://bao.example/a-1.htm</loc></url><url><loc>{'x' * many(2_000_000)}",
    "a date that never ends": f"<rss><item><pubDate>{'Wed, ' * many(300_000)}</pubDate><link>https://bao.example/a-1.htm</link>",
}  # fmt: skip


def seconds(body: bytes) -> float:
    started = time.process_time()
    look(body, BASE, HOSTS)
    return time.process_time() - started


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_it_takes_no_longer_than_a_page_of_its_size(name: str) -> None:
    if sys.gettrace():
        pytest.skip("coverage slows Python, and what is written in C it does not")
    body = HOSTILE[name].encode()
    ordinary = ("<li class=tin><p>Tin <b>mới</b> trong ngày</p></li>" * (len(body) // 55) + LINK).encode()
    most = 40 if name.startswith("an item") else 20 if name == "links in links" else 10  # each is noted, a tag is not
    assert seconds(body) < most * seconds(ordinary) + 0.05
    the_link_is_found(name)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_link_in_it_is_found(name: str) -> None:
    the_link_is_found(name)


def the_link_is_found(name: str) -> None:
    """Or else it lies behind more tags than are read, which is said."""
    if name not in ("a feed in a feed", "an entity bomb"):
        too_many = notes(HOSTILE[name]) == (f"what comes after {markup_parsing.MOST_TAGS} tags",)
        assert too_many or paths(HOSTILE[name])[:1] == ["/a-1.htm"]
        assert too_many <= (HOSTILE[name].count("<") > markup_parsing.MOST_TAGS)


def test_as_many_links_as_are_taken_of_a_page() -> None:
    many = "".join(f'<li><a href="/bai-{n}.htm">Bài số {n}</a></li>' for n in range(MOST_OF_A_PAGE + 1))
    found = look(many.encode(), BASE, HOSTS)
    assert (len(found.links), found.notes) == (MOST_OF_A_PAGE, ("what comes after 10000 links",))
    assert found.links[-1].url == f"https://bao.example/bai-{MOST_OF_A_PAGE - 1}.htm"


def test_a_page_of_more_tags_than_are_read_says_so() -> None:
    found = look((LINK * markup_parsing.MOST_TAGS + "<p><a href=/b>B</a>").encode(), BASE, HOSTS)
    assert [link.url for link in found.links] == ["https://bao.example/a-1.htm"]
    assert found.notes == (f"what comes after {markup_parsing.MOST_TAGS} tags of links",)


def test_a_sitemap_of_more_tags_than_are_read_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tolerant_xml, "MOST_TAGS", 1_000)
    entry = "<url><loc>https://bao.example/%s.htm</loc></url>"
    found = look(f"<urlset>{entry % 'a'}{'<a/>' * 1_000}{entry % 'b'}</urlset>".encode(), BASE, HOSTS)
    assert [link.url for link in found.links] == ["https://bao.example/a.htm"]
    assert found.notes[0].startswith("what comes after")


def test_a_page_too_long_is_read_to_a_point_and_says_so() -> None:
    assert notes(LINK + " " * 7_000_000) == ("what comes after 6 MiB",)
    assert paths(LINK + " " * 7_000_000 + "<a href=/b>B</a>") == ["/a-1.htm"]


def test_a_bomb_is_unpacked_only_so_far() -> None:
    bomb = gzip.compress(LINK.encode() + b" " * 60_000_000, 1)
    found = look(bomb, BASE, HOSTS)
    assert [link.url for link in found.links] == ["https://bao.example/a-1.htm"]
    assert found.notes[0] == "what comes after 50 MiB"


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00" * 50, b"\x1f\x8bnot gzip", b"\x1f\x8b", b"\x89PNG\r\n\x1a\n" + b"\xff" * 99, b"<rss", b"<a href=",
     b"\xff\xfe", b"\xfe\xff\xd8", b"{", b'{"version": "https://jsonfeed.org/version/1.1"', b"[" * 100_000,
     b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 100_000, b"<!--a-->" * 1000 + b"<!--",
     b"%PDF-1.4 https://bao.example/a", b"http://"],
)  # fmt: skip
def test_rubbish_has_no_links(body: bytes) -> None:
    assert look(body, BASE, HOSTS).links == ()


PIECES = st.sampled_from(
    ["<a href=", '"', "'", ">", "</a>", "<!--", "-->", "<script>", "</script>", "<base href=", "<rss>", "<item>", "<link>",
     "</link>", "<urlset><url><loc>", "</loc>", "https://bao.example/", "/a-1.htm", "?page=", "2", "»", "&#", "&amp;", "\0",
     "<![CDATA[", "]]>", "<?xml encoding='", "utf-16'?>", "//", "[::1]", ":", "@", "%", "\\", "javascript:__doPostBack('", "#",
     " rel=next", "<pubDate>", "2026-05-20", "ạ", "\ud800", "http://[", "xn--", "。", "\t", "\n"]
)  # fmt: skip


@given(st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=40).map(lambda pieces: "".join(pieces).encode("utf-8", "surrogatepass"))),
       st.sampled_from([None, "utf-8", "utf-16", "latin-1", "rot13", "base64", "nothing", "idna", ""]))  # fmt: skip
def test_whatever_comes_gives_addresses_of_the_site(body: bytes, encoding: str | None) -> None:
    for packed in (body, gzip.compress(body)):
        for link in look(packed, BASE, HOSTS, encoding).links:
            assert urlsplit(link.url).scheme in ("http", "https") and same_site(link.url, HOSTS)
            assert "#" not in link.url and link.url.isascii() and not any(char.isspace() for char in link.url)
            assert all(when is None or when.tzinfo for when in (link.lastmod, link.published))


@pytest.mark.parametrize("name", sorted({*encodings.aliases.aliases.values(), "idna", "punycode", "undefined"}))
def test_a_server_may_name_any_codec_python_has(name: str) -> None:
    """Also those that are no charset: a page that is no UTF-8 is read all the same."""
    found = paths_under(name)
    if name != "mbcs" and not codecs.lookup(name)._is_text_encoding:  # Python's own mark; mbcs is Windows's
        assert found == ["/a-1.htm"]


def paths_under(name: str) -> list[str]:
    found = look(b"<a href=/a-1.htm>Tin</a>" + b"\x80\xff", BASE, HOSTS, name)
    return [urlsplit(link.url).path for link in found.links]


ADDRESSES = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(["/", "a", "bài", ".", "..", "?", "&", "=", "#", ";", ":", "utm_source", "page", "2", "-", "_", "~",
             "%20", "%2F", "http://", "https://", "bao.example", "BAO.example", "m.", ":80", ":0", "@", "+", " ", "\\", "//"]),
             max_size=12).map("".join),
)  # fmt: skip


@given(
    ADDRESSES,
    st.sampled_from(
        [BASE, "https://bao.example", "http://bao.example:8080/a/b/c.htm?x=1", "https://m.bao.example/?a#b"]
    ),
)
def test_the_short_way_to_an_address_gives_what_the_long_one_gives(link: str, base: str) -> None:
    quick = Addresses(base, HOSTS).on_site(link)
    bare = link.partition("#")[0]
    slow = absolute(base, bare) if bare else None
    if slow is None or not same_site(slow, HOSTS):
        assert quick is None
        return
    try:
        spelt = safe_url_string(without_trackers(slow).replace("\\", "/"))
    except ValueError:
        spelt = None
    assert quick == spelt


@given(
    st.one_of(
        st.text(max_size=40),
        st.from_regex(r"[0-9TZ:./+ -]{0,30}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4} \d{1,2}:\d\d [AP]M", fullmatch=True),
    )
)
def test_whatever_is_printed_is_a_moment_with_a_zone_or_none(text: str) -> None:
    from datetime import UTC

    found = moment(text, UTC)
    assert found is None or (found.tzinfo is not None and 1990 <= found.year < 2100)
