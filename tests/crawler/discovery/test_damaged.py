"""Feeds and sitemaps as the web has them: a flaw costs what it stands in, and changes no other address."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import feedparser  # type: ignore[import-untyped]  # publishes no type information
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery import look

from .reading import BASE, HOME, HOSTS, notes, paths, urls

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
MAPS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
ATOM = 'xmlns="http://www.w3.org/2005/Atom"'

ADDRESSES = ["/doc.aspx?id=1&cat=5", "/bai-2.htm?a=1&b=2", "/doc.aspx?id=3&copy=4"]


def addresses() -> list[str]:
    return [escape(HOME + one) for one in ADDRESSES]


def repeated(before: str, entry: str, after: str) -> Callable[[str], str]:
    """A document with an entry for each address; the second one's title is given, the others have a number."""

    def document(title: str) -> str:
        titled = enumerate(addresses())
        entries = [entry.format(url=url, title=title if number == 1 else number) for number, url in titled]
        return HEAD + before + "".join(entries) + after

    return document


URLSET = f"<urlset {MAPS}>"
DOCUMENTS = {
    "urlset": repeated(URLSET, "<url><loc>{url}</loc><title>{title}</title></url>", "</urlset>"),
    "news": repeated(
        URLSET, "<url><loc>{url}</loc><news:news><news:title>{title}</news:title></news:news></url>", "</urlset>"
    ),
    "title first": repeated(URLSET, "<url><title>{title}</title><loc>{url}</loc></url>", "</urlset>"),
    "index": repeated(
        f"<sitemapindex {MAPS}>", "<sitemap><loc>{url}</loc><title>{title}</title></sitemap>", "</sitemapindex>"
    ),
    "rss": repeated(
        '<rss version="2.0"><channel><title>Báo</title>',
        "<item><title>{title}</title><link>{url}</link></item>",
        "</channel></rss>",
    ),
    "rdf": repeated(f"<rdf:RDF {RDF}>", "<item><title>{title}</title><link>{url}</link></item>", "</rdf:RDF>"),
    "atom": repeated(
        f"<feed {ATOM}>", '<entry><title>{title}</title><link rel="alternate" href="{url}"/></entry>', "</feed>"
    ),
}
NOTICE = "<br />\n<b>Notice</b>:  Undefined index: page in <b>/var/www/sitemap.php</b> on line <b>12</b><br />\n"
DAMAGES = {
    "nothing": "Cầu mới", "a bare ampersand": "A & B", "an entity of HTML": "A&nbsp;B", "entities of HTML": "Ph&uacute; Th&#7885;",
    "a less-than": "A < B", "a less-than before a letter": "A <B và C", "a tag of HTML": "A<br>B", "a tag left open": "<p>A<b>B",
    "an end tag of nothing": "A</b></p>B", "a control character": "A\x0bB", "a zero": "A\0B", "a CDATA left open": "<![CDATA[Cầu",
    "an end of CDATA": "A ]]> B", "a comment left open": "A <!-- B", "an instruction left open": "A <? B", "a notice": NOTICE,
    "a surrogate": "&#xD800;", "a quote left open": '<a href="x>A</a>', "an attribute without quotes": "<a href=x>A</a>",
    "a second declaration": HEAD, "an entity without end": "&amp A", "an entity nobody knows": "&foo;&1;&#;&#x;&;",
    "overlapping tags": "<b><i>A</b></i>", "an empty tag": "<>A</>", "a doctype": "<!DOCTYPE html>",
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_flaw_in_a_title_changes_no_address(document: Callable[[str], str], damage: str) -> None:
    assert urls(document(DAMAGES[damage])) == [HOME + one for one in ADDRESSES]


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
@pytest.mark.parametrize(
    "before",
    [NOTICE, NOTICE * 100, "\n\n", "<!-- cache -->\n", "Warning: mysql_connect() in /var/www/rss.php on line 3\n", "\ufeff\n",
     "<font size='1'><table class='xdebug-error'><tr><th>( ! ) Deprecated</th></tr></table></font>\n"],
    ids=["notice", "notices", "lines", "comment", "warning", "mark", "table"],
)  # fmt: skip
def test_what_stands_before_hides_nothing(document: Callable[[str], str], before: str) -> None:
    assert urls(before + document("Cầu mới")) == [HOME + one for one in ADDRESSES]


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig", "windows-1258"])
def test_charsets_of_damaged_documents(document: Callable[[str], str], encoding: str) -> None:
    source = document("Cà phê &nbsp; & <br>").replace("UTF-8", encoding)
    assert urls(source.encode(encoding)) == [HOME + one for one in ADDRESSES]


def test_a_byte_that_is_no_utf_8_costs_a_title_only() -> None:
    for document in DOCUMENTS.values():
        source = document("Cầu").encode().replace("ầ".encode(), b"\xc0")
        assert urls(source) == [HOME + one for one in ADDRESSES]


def test_a_page_that_speaks_of_feeds_is_a_page() -> None:
    page = f'<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body><a href="/a-1.htm">{escape("<rss>")}</a><pre><rss><item></pre></body></html>'
    assert paths(page) == ["/rss", "/a-1.htm"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/x.htm?a=1&b=2", "/x.htm?a=1&b=2"), ("/x.htm?a=1&amp;b=2", "/x.htm?a=1&b=2"), ("/x.htm?a=1&#38;b=2", "/x.htm?a=1&b=2"),
        ("/tin-m&oacute;i-1.htm", "/tin-m%C3%B3i-1.htm"), ("/tin-m&#243;i-1.htm", "/tin-m%C3%B3i-1.htm"),
        ("/x.htm?id=1&copy=2&lt=3", "/x.htm?id=1&copy=2&lt=3"), ("<![CDATA[/x.htm?a=1&b=2]]>", "/x.htm?a=1&b=2"),
        ("\n  /x.htm\n", "/x.htm"), ("/x<!-- -->.htm", "/x.htm"), ("/x.htm<br>", "/x.htm"), ("<![CDATA[ /x.htm", "/x.htm"),
        ("/x.htm#rssowlmlink", "/x.htm"), ("/x&#x2e;htm", "/x.htm"), ("/x.htm?q&ouml=1", "/x.htm?q&ouml=1"),
        ("/x.htm?a=1&amp;amp;b=2", "/x.htm?a=1&b=2"), ('"https://bao.example/x.htm"', "/x.htm"), ("https:/bao.example/x.htm", "/x.htm"),
        ("&lt;https:///bao.example/x.htm&gt;", "/x.htm"), ("bao.example/x.htm", "/x.htm"),
    ],
)  # fmt: skip
def test_a_flawed_link_is_read_as_a_browser_reads_it(written: str, meant: str) -> None:
    maps = f"<urlset><url><loc>{written}</loc></url><url><loc>/b.htm</loc></url></urlset>"
    feed = f"<rss><channel><item><link>{written}</link></item><item><link>/b.htm</link></item></channel></rss>"
    assert paths(maps) == paths(feed) == [meant, "/b.htm"]


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ("<link>thoi-su/x.htm</link>", "/rss/thoi-su/x.htm"), ("<link>x.htm</link>", "/rss/x.htm"), ("<link>?id=1</link>", "/rss/hai.rss?id=1"),
        ("<link>HTTPS://BAO.example/x.htm</link>", "/x.htm"), ("<link>//bao.example/x.htm</link>", "/x.htm"),
        ("<link>www.bao.example/x.htm</link>", "//www.bao.example/x.htm"), ("<link>bao.example/x.htm</link>", "/x.htm"),
        ('<link xml:base="/tin/">x.htm</link>', "/tin/x.htm"), ('<link xml:base="tin/">x.htm</link>', "/rss/tin/x.htm"),
        ('<link href="/x.htm"/>', "/x.htm"), ('<link rel="alternate" type="text/html" href="x.htm"></link>', "/rss/x.htm"),
        ('<link rel="http://www.iana.org/assignments/relation/alternate" href="/x.htm"/>', "/x.htm"),
        ('<link rel="self" href="/y.htm"/><link href="/x.htm"/>', "/x.htm"), ('<link rel="via" href="/y.htm"/><guid>https://bao.example/x.htm</guid>', "/x.htm"),
        ('<guid isPermaLink="true">x.htm</guid>', "/rss/x.htm"), ('<guid ispermalink="TRUE">/x.htm</guid>', "/x.htm"),
        ("<source><link>/y.htm</link></source><link>/x.htm</link>", "/x.htm"), ("<x:link xmlns:x='y'>/x.htm</x:link>", "/x.htm"),
        ("<LINK>/x.htm</LINK>", "/x.htm"), ("<link>/x.htm</link><link>/y.htm</link>", "/x.htm"),
    ],
)  # fmt: skip
def test_every_way_in_which_feeds_write_links(item: str, path: str) -> None:
    feed = f"<rss><channel><item>{item}</item><item><link>/b.htm</link></item></channel></rss>"
    expected = f"https:{path}" if path.startswith("//") else HOME + path
    assert urls(feed, f"{HOME}/rss/hai.rss") == [expected, f"{HOME}/b.htm"]


@pytest.mark.parametrize("item", ["<link>Cầu mới</link>", "<link>12345</link>", "<guid>12345</guid>", "<guid>x.htm</guid>",
    "<link>tag:bao.example,2026:1</link>", "<link>mailto:a@bao.example</link>", "<link/>", "<link></link>",
    '<guid isPermaLink="false">https://bao.example/x.htm</guid>', "<link>https://bao.example/x&#xD800;.htm</link>"])  # fmt: skip
def test_what_is_no_link(item: str) -> None:
    assert paths(f"<rss><channel><item>{item}</item><item><link>/b.htm</link></item></channel></rss>") == ["/b.htm"]


def test_the_bases_of_atom_are_one_in_another() -> None:
    feed = f"""<feed {ATOM} xml:base="{HOME}/ongoing/"><entry xml:base="When/202x/"><link href="a.htm"/></entry>
      <entry><link href="b.htm"/></entry><entry xml:base="//khac.example/"><link href="c.htm"/></entry>
      <entry><link xml:base="/d/" href="d.htm"/></entry><entry><link href="e.htm"/></entry></feed>"""
    assert paths(feed) == ["/ongoing/When/202x/a.htm", "/ongoing/b.htm", "/d/d.htm", "/ongoing/e.htm"]


def test_a_feed_that_lies_elsewhere_is_relative_to_its_channel() -> None:
    feed = "<rss><channel><link>https://bao.example/tin/</link><item><link>x.htm</link></item></channel></rss>"
    assert paths(feed, "https://feeds.khac.example/bao") == ["/tin/", "/tin/x.htm"]


@pytest.mark.parametrize("hosts", [("báo.vn",), ("xn--bo-mia.vn",)])
@pytest.mark.parametrize("written", ["https://báo.vn/x.htm", "https://xn--bo-mia.vn/x.htm", "https://www.BÁO.vn/x.htm"])
def test_both_spellings_of_a_host_are_one(written: str, hosts: tuple[str, ...]) -> None:
    sitemap = f"<urlset><url><loc>{written}</loc></url></urlset>"
    found = [link.url for link in look(sitemap.encode(), "https://xn--bo-mia.vn/sitemap.xml", hosts).links]
    assert [one.replace("www.", "") for one in found] == ["https://xn--bo-mia.vn/x.htm"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<urlset></urlset>", "no links: a sitemap without addresses of the site"),
        ("<rss><channel/></rss>", "no links: a feed without addresses of the site"),
        ("<rss><channel><item><link>https://khac.example/</link></item></channel></rss>", "no links: a feed without addresses of the site"),
        ("", "no links: nothing at all"), ("Bad Gateway", "no links: text without markup"),
        ("<html><body>Bảo trì</body></html>", "no links: an HTML page, neither feed nor sitemap"),
    ],
)  # fmt: skip
def test_what_a_document_without_links_looked_like(source: str, said: str) -> None:
    assert look(source.encode(), f"{HOME}/sitemap.xml", HOSTS).notes == (said,)


def test_of_a_page_without_links_nothing_is_said() -> None:
    assert notes("<html><body>Bảo trì</body></html>") == ()


def test_an_entity_of_the_document_stands_for_its_text_and_a_file_for_nothing() -> None:
    source = (
        '<!DOCTYPE urlset [<!ENTITY nha "https://bao.example"><!ENTITY tep SYSTEM "file:///etc/hostname">]><urlset>'
        "<url><loc>&nha;/a.htm</loc></url><url><loc>/&tep;b.htm</loc></url><url><loc>/c.htm</loc></url></urlset>"
    )
    assert paths(source) == ["/a.htm", "/c.htm"]


# Others' parsers beside ours, on all of the above: what they find we find, and nothing that the document does not name.


def every_document() -> list[str]:
    return [document(damage) for document in DOCUMENTS.values() for damage in DAMAGES.values()]


def test_what_feedparser_finds_is_found() -> None:
    for source in every_document():
        try:
            theirs = {entry.get("link", "") for entry in feedparser.parse(source.encode()).entries}
        except UnicodeEncodeError:  # a surrogate is too much for it
            theirs = set()
        expected = {HOME + one for one in ADDRESSES}
        assert theirs & expected <= set(urls(source)) <= expected


def test_what_ultimate_sitemap_parser_finds_is_found() -> None:
    """It asks for another release of dateutil than ours, so it lies in an environment of its own."""
    python = Path(__file__).parents[3] / ".venv-tools" / "bin" / "python"
    python = python if python.exists() else Path(sys.executable)
    if subprocess.run([python, "-c", "import usp.tree"], capture_output=True, check=False).returncode:
        pytest.skip("no ultimate-sitemap-parser: make .venv-tools/.installed")
    sources = [one for one in every_document() if "<urlset" in one or "<sitemapindex" in one]
    program = (
        "import json, sys, logging; logging.disable(); from usp.tree import sitemap_from_str\n"
        "def found(source):\n"
        "    try: return [page.url for page in sitemap_from_str(source).all_pages()]\n"
        "    except Exception: return []\n"
        "print(json.dumps([found(one) for one in json.load(sys.stdin)]))"
    )
    maps = [one for one in sources if "<urlset" in one]  # of an index it would ask for the sitemaps
    ran = subprocess.run([python, "-c", program], input=json.dumps(maps), capture_output=True, text=True, check=True)
    expected = {HOME + one for one in ADDRESSES}
    for source, theirs in zip(maps, json.loads(ran.stdout), strict=True):
        assert set(theirs) & expected <= set(urls(source)) <= expected


NAMES = st.sampled_from(
    ["a", "x:b", "title", "lastmod", "image", "div"]
)  # a `br` that holds something is no XML of this world
TEXTS = st.text(st.sampled_from("aạ &<>\"'\n/]"), max_size=6)


def elements(depth: int) -> st.SearchStrategy[str]:
    inner = (
        TEXTS.map(escape) if not depth else st.lists(elements(depth - 1) | TEXTS.map(escape), max_size=3).map("".join)
    )
    plain = st.builds(lambda name, body: f"<{name}>{body}</{name}>", NAMES, inner)
    return st.one_of(
        plain,
        st.builds(lambda name, text: f'<{name} c="{escape(text, {chr(34): "&quot;"})}"/>', NAMES, TEXTS),
        TEXTS.map(lambda text: f"<![CDATA[{text.replace(']]>', '')}]]>"),
        st.sampled_from(
            ["<!-- a > <b> -->", "<?a <b> ?>", "\n  ", "<loc>/sau.htm</loc>"] if depth < 2 else ["<!-- a -->"]
        ),
    )


PARTS = st.lists(elements(2), max_size=4).map("".join)
ENTRY = st.tuples(PARTS, st.booleans(), PARTS)


def entry_of(number: int, drawn: tuple[str, bool, str]) -> str:
    before, has_place, after = drawn
    place = f"<loc>/bai-{number}.htm?a=1&amp;b={number}</loc>" if has_place else ""
    return f"<url>{before}{place}{after}</url>"


@given(st.lists(ENTRY, max_size=4))
def test_of_well_formed_documents_we_find_what_elementtree_finds(drawn: list[tuple[str, bool, str]]) -> None:
    source = f'<urlset xmlns:x="y">{"".join(entry_of(number, one) for number, one in enumerate(drawn))}</urlset>'
    root = ElementTree.fromstring(source)
    places = [entry.find("loc") for entry in root.findall("url")]
    expected = [place.text for place in places if place is not None and place.text]
    assert paths(source) == list(dict.fromkeys(one.replace(" ", "") for one in expected))


@given(
    st.text(st.sampled_from("a &;<>/\"'!-[]?=#x\0\x0bạ\n"), max_size=20)
    | st.lists(
        st.sampled_from(
            [
                "<b>",
                "</b>",
                "<br>",
                "<!--",
                "<![CDATA[",
                "]]",
                "<?",
                "&",
                "&nbsp;",
                "<",
                ">",
                '"',
                "<a b='",
                "</title>",
                "<title>",
            ]
        ),
        max_size=8,
    ).map("".join),
    st.sampled_from([DOCUMENTS[name] for name in ("rss", "urlset", "title first", "rdf", "atom", "news")]),
)
def test_damage_in_one_entry_changes_no_other(damage: str, document: Callable[[str], str]) -> None:
    found = urls(document(damage))
    kept = [HOME + ADDRESSES[0], HOME + ADDRESSES[2]]
    assert [one for one in found if one in kept] == kept
    assert set(found) <= {HOME + one for one in ADDRESSES}


@given(st.lists(st.sampled_from(["<rss>", "<item>", "</item>", "<link>", "</link>", "<loc>", "<url>", "<urlset>", "<!--", "-->", "<![CDATA[", "]]>",
    "<!DOCTYPE a [", "<!ENTITY a 'b'>", "]>", "<?", "?>", "&a;", "/x.htm", " xml:base='/'", "<a b='", "'>", "<", ">", "/>", '"']), max_size=60))  # fmt: skip
def test_whatever_stands_in_a_feed_the_walk_ends(pieces: list[str]) -> None:
    look(("<rss>" + "".join(pieces)).encode(), BASE, HOSTS)
    look(("<urlset>" + "".join(pieces)).encode(), BASE, HOSTS)
