"""The facts around an article, on built pages: each trap is one that real pages set."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from archive.extract.metadata import Metadata, read_metadata
from archive.extract.page import Page, parse
from archive.rules.base import Rules
from tests.extract.newspaper_pages import HEADLINE, PARAGRAPHS, URL, div_page, linked_data, page, table_page, texts

Build = Callable[..., Page]
LAYOUTS = pytest.mark.parametrize("build", [div_page, table_page])

DATE_LINES = [
    ('<div class="padT4 padB10 titleDdtail f-11">20/05/2024 08:15</div>', "2024-05-20T08:15+07:00"),
    ('<div class="padT4 padB10 titleDdtail f-11"><span>Cập nhật:</span> <b>20/05/2024 08:15</b></div>', "2024-05-20T08:15+07:00"),
    ('<span class="date">08:15 | 20/05/2024</span>', "2024-05-20T08:15+07:00"),
    ('<span class="date">Thứ Hai, 20/05/2024, 08:15 (GMT+7)</span>', "2024-05-20T08:15+07:00"),
    ('<p class="pdate">20-05-2024 - 08:15 AM</p>', "2024-05-20T08:15+07:00"),
    ('<p class="pdate">20-05-2024 - 17:09 PM</p>', "2024-05-20T17:09+07:00"),
    ('<div class="time">(20/05/2024 08:15)</div>', "2024-05-20T08:15+07:00"),
    ('<div class="time">20.05.2024</div>', "2024-05-20T00:00+07:00"),
    ('<span id="lblDate">20/5/2024 2:15:00 CH</span>', "2024-05-20T14:15+07:00"),
    ('<span id="dnn_date">5/4/2024 8:15:00 AM</span>', "2024-05-04T08:15+07:00"),  # .NET: the fourth of May
    ("<div>ngày 20 tháng 05 năm 2024</div>", "2024-05-20T00:00+07:00"),
    ("<div>Cập nhật: 20/05/2024 08:15</div>", "2024-05-20T08:15+07:00"),
    ('<p><span class="format_time">09:00</span> <span class="format_date">20/05/2024</span></p>', "2024-05-20T09:00+07:00"),
    ('<span class="time" title="5/20/2024 3:34:00 PM">20/05/2024 15:34</span>', "2024-05-20T15:34+07:00"),
    ('<time datetime="2024-05-20 08:07">Thứ hai, 20/05/2024 - 08:07</time>', "2024-05-20T08:07+07:00"),
    ('<div><a class="author" href="#">Nguyên Minh</a><span class="post-time"> - 20/05/2024 08:47</span></div>', "2024-05-20T08:47+07:00"),
]  # fmt: skip

NO_DATE = [
    "",
    '<p class="sapo">Từ ngày 15/5/2024, các xã trong huyện đồng loạt ra quân làm thủy lợi.</p>',
    '<ul class="list"><li><a href="/a">Bài thứ nhất của báo về chuyện cũ</a> 12/05/2024 08:00</li>'
    '<li><a href="/b">Bài thứ hai của báo về chuyện cũ</a> 13/05/2024 08:00</li></ul>',
    '<div class="box"><div class="tin"><span class="date">12/05/2024</span></div><div class="tin"><span class="date">13/05/2024</span>'
    '</div><div class="tin"><span class="date">14/05/2024</span></div></div>',
    "<div>Bản quyền thuộc về báo, giấy phép số 12 ngày 02/03/2020</div>",
]

SIGNATURES = [
    ('<p style="text-align: right;"><strong>Dương Hà</strong></p>', "Dương Hà", ["Dương Hà"]),
    ('<p style="text-align:right" class="Normal"><strong>Hà Thu</strong> (tổng hợp)</p>', "Hà Thu (tổng hợp)", ["Hà Thu"]),
    ('<div align="right"><b>Bài và ảnh: Minh Chiến - Ngọc Lan</b></div>', "Bài và ảnh: Minh Chiến - Ngọc Lan", ["Minh Chiến", "Ngọc Lan"]),
    ("<p><b>Thái</b></p>", "Thái", ["Thái"]),  # pen names of one word
    ("<p><b>Hết.</b></p>", None, []),
    ('<p align="right"><b>Thái</b></p>', "Thái", ["Thái"]),
    ("<p>Thanh Nga</p>", "Thanh Nga", ["Thanh Nga"]),
    ('<p class="author_mail"><strong>Đoàn Loan</strong><a href="#"></a></p>', "Đoàn Loan", ["Đoàn Loan"]),
    ('<div class="author"><strong>Tâm Hằng</strong> <i>(TTXVN)</i></div>', "Tâm Hằng (TTXVN)", ["Tâm Hằng"]),
    ('<p class="author">Theo Hồ Hương</p>', "Theo Hồ Hương", ["Hồ Hương"]),
    ('<p align="right"><strong>Theo TTXVN</strong></p>', "Theo TTXVN", ["TTXVN"]),
    ("", None, []),
]  # fmt: skip


def read(found: Page, *rules: Rules, timezone: str = "Asia/Ho_Chi_Minh") -> Metadata:
    return read_metadata(found, rules, timezone)


@LAYOUTS
@pytest.mark.parametrize(("line", "published"), DATE_LINES)
def test_shown_date(build: Build, line: str, published: str) -> None:
    assert read(build(line)).published_at == datetime.fromisoformat(published)


@LAYOUTS
@pytest.mark.parametrize("line", NO_DATE)
def test_a_page_that_gives_no_date_has_none(build: Build, line: str) -> None:
    found = read(build(line))
    assert (found.published_at, found.published_at_raw, found.modified_at) == (None, None, None)


def test_date_above_the_headline_but_not_the_clock() -> None:
    headline = f'<div class="date">Thứ Hai, 20/05/2024 08:15</div><h1>{HEADLINE}</h1>'
    assert read(div_page(headline=headline)).published_at == datetime.fromisoformat("2024-05-20T08:15+07:00")


@LAYOUTS
@pytest.mark.parametrize(("line", "byline", "authors"), SIGNATURES)
def test_signature_behind_the_text(build: Build, line: str, byline: str | None, authors: list[str]) -> None:
    found = read(build(foot=line))
    assert (found.byline, list(found.authors)) == (byline, authors)
    assert texts(found.used)[:1] == ([byline] if byline else [])


def test_signature_before_the_text() -> None:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    found = read(page(f"<h1>From adversity</h1><div><p><strong>Mohloai Mpesi</strong></p>{body}</div>", attributes='lang="en"'))
    assert found.authors == ("Mohloai Mpesi",)


def test_commenters_sign_nothing() -> None:
    assert read(div_page()).authors == ()


def test_used_elements_hold_no_running_text() -> None:
    lead = f'<div class="entry-byline"><p class="lead">{PARAGRAPHS[0]}</p><a rel="author" href="/author/x">Emilia Bell</a></div>'
    found = read(div_page(lead))
    assert found.authors == ("Emilia Bell",)
    assert not any(PARAGRAPHS[0] in text for text in texts(found.used))


NEWS = '{{"@type": "NewsArticle", "headline": "{headline}", {members}}}'


def declared(members: str, headline: str = HEADLINE, more: str = "") -> Page:
    return div_page(meta=linked_data(NEWS.format(headline=headline, members=members)) + more)


AUTHORS = [
    ('"author": {"@type": "Person", "name": "Thu Trang"}', ["Thu Trang"]),
    ('"author": [{"@type": "Person", "name": "NH&#7852;T XUÂN"}, {"@type": "Person", "name": "NGHI VŨ"}]', ["NHẬT XUÂN", "NGHI VŨ"]),
    ('"author": "Thu Trang, Hải Yến"', ["Thu Trang", "Hải Yến"]),
    ('"author": [["Thu Trang"]]', ["Thu Trang"]),
    ('"author": {"givenName": "Birgit", "familyName": "Baumann"}', ["Birgit Baumann"]),
    ('"author": {"name": "Tâm HằngTTXVN"}', ["Tâm Hằng"]),
    ('"author": {"@id": "#p"}, "x": {"@type": "Person", "@id": "#p", "name": "Thu Trang"}', ["Thu Trang"]),
    ('"author": "https://baodiaphuong.com.vn/tac-gia/thu-trang"', []),
    ('"author": {"@type": "Organization", "name": "Báo Địa Phương"}, "publisher": {"@type": "Organization", "name": "Báo Địa Phương"}', []),
    ('"author": {"@type": "Person", "name": "VCCorp.vn"}', []),
    ('"author": {"@type": "Person", "name": "baodiaphuong.com.vn"}', []),
    ('"author": [{"name": "Báo Địa Phương"}, {"name": "Thu Trang"}], "publisher": {"@type": "Organization", "name": "Báo Địa Phương"}', ["Thu Trang"]),
    ('"author": [{"name": "Thu Trang"}, {"name": "AFP"}]', ["Thu Trang"]),
    ('"author": {"name": "AFP"}', ["AFP"]),
    ('"author": [null, 7, {}, {"name": null}]', []),
]  # fmt: skip


@pytest.mark.parametrize(("members", "authors"), AUTHORS)
def test_declared_authors(members: str, authors: list[str]) -> None:
    assert list(read(declared(members)).authors) == authors


def test_house_signs_where_nobody_else_does() -> None:
    """Outside Vietnam a paper signs its own pieces; in Vietnam its name there is what the software filled in."""
    members = '"author": {"@type": "Organization", "name": "Der Bote"}, "publisher": {"@type": "Organization", "name": "Der Bote"}'
    script = linked_data(NEWS.format(headline="Neue Brücke", members=members))
    found = read(page("<h1>Neue Brücke</h1>", script, "https://bote.example.de/a", 'lang="de"'))
    assert found.authors == ("Der Bote",)
    assert ("authors", "json-ld, house") in found.origins


def test_persons_shown_against_another_one_declared() -> None:
    """The declared person entered the article; the page names who wrote it."""
    found = read(div_page('<div class="author-2">Naufal Zuhdi</div>', meta=linked_data(NEWS.format(headline=HEADLINE, members='"author": {"name": "Heryadi"}'))))
    assert found.authors == ("Naufal Zuhdi",)


DECLARED_DATES = [
    ('"datePublished": "2026-03-07T08:52:11.000 +07:00"', "", "2026-03-07T08:52:11+07:00"),
    ('"datePublished": "2026-03-07T09:40:00"', "", "2026-03-07T09:40:00+07:00"),
    ('"datePublished": ""', '<meta property="article:published_time" content="2026-03-07T08:01:53&amp;#x2B;07:00">', "2026-03-07T08:01:53+07:00"),
    ('"datePublished": "2026-03-07"', '<meta name="pubdate" content="2026-03-07T08:01:53+07:00">', "2026-03-07T08:01:53+07:00"),
    ('"datePublished": "2026-03-07T00:00:00"', '<meta name="pubdate" content="2026-03-07T08:01:53+07:00">', "2026-03-07T08:01:53+07:00"),
    ('"datePublished": "2026-03-07T00:00:00"', '<meta name="pubdate" content="2026-03-09T08:01:53+07:00">', "2026-03-07T00:00:00+07:00"),
    ('"datePublished": "2026-03-07T10:01:53"', '<meta name="pubdate" content="2026-03-07T08:01:53Z">', "2026-03-07T08:01:53+00:00"),
    ('"dateModified": "2026-03-07T10:01:53+07:00"', "", None),
]  # fmt: skip


@pytest.mark.parametrize(("members", "metas", "published"), DECLARED_DATES)
def test_declared_date(members: str, metas: str, published: str | None) -> None:
    found = read(declared(members, more=metas))
    assert found.published_at == (datetime.fromisoformat(published) if published else None)


def test_midnight_loses_against_the_shown_time_of_the_day() -> None:
    meta = '<meta property="article:published_time" content="2024-05-20">'
    found = read(div_page('<span class="date">20/05/2024 08:15</span>', meta=meta))
    assert found.published_at == datetime.fromisoformat("2024-05-20T08:15+07:00")


def test_modified_may_come_before_published() -> None:
    found = read(declared('"datePublished": "2026-09-06T15:33:28+07:00", "dateModified": "2026-09-06T14:36:46+07:00"'))
    assert found.published_at == datetime.fromisoformat("2026-09-06T15:33:28+07:00")
    assert found.modified_at == datetime.fromisoformat("2026-09-06T14:36:46+07:00")
    assert (found.published_at_raw, found.modified_at_raw) == ("2026-09-06T15:33:28+07:00", "2026-09-06T14:36:46+07:00")


def test_shown_update_is_not_the_date_of_publishing() -> None:
    body = f'<h1>{"Neue Brücke"}</h1><p class="date">Aktualisiert: 05.03.2026, 10:00 Uhr</p>'
    found = read(page(body, url="https://bote.example.de/a", attributes='lang="de"'))
    assert found.published_at is None
    assert found.modified_at == datetime.fromisoformat("2026-03-05T10:00+01:00")


ZONES = [
    ("https://bote.example.de/a", 'lang="de"', "2026-07-05T10:00+02:00", ""),  # the clock of the domain's country
    ("https://bote.example.com/a", 'lang="de"', "2026-07-05T10:00+00:00", ", zone assumed"),
    ("https://bao.example.com/a", 'lang="vi"', "2026-07-05T10:00+07:00", ""),
    ("https://bao.example.vn/a", "", "2026-07-05T10:00+07:00", ""),
]


@pytest.mark.parametrize(("url", "attributes", "published", "note"), ZONES)
def test_zone_of_a_stamp_without_one(url: str, attributes: str, published: str, note: str) -> None:
    script = linked_data(NEWS.format(headline="Brücke", members='"datePublished": "2026-07-05T10:00:00"'))
    found = read(page("<h1>Brücke</h1>", script, url, attributes))
    assert found.published_at == datetime.fromisoformat(published)
    assert ("published_at", f"json-ld{note}") in found.origins


def test_zone_that_another_stamp_of_the_page_names() -> None:
    script = linked_data(NEWS.format(headline="Brücke", members='"datePublished": "2026-07-05T10:00:00", "dateModified": "2026-07-06T10:00:00-03:00"'))
    found = read(page("<h1>Brücke</h1>", script, "https://bote.example.com/a", 'lang="de"'))
    assert found.published_at == datetime.fromisoformat("2026-07-05T10:00-03:00")


def test_zone_of_the_outlet() -> None:
    script = linked_data(NEWS.format(headline="Brücke", members='"datePublished": "2026-07-05T10:00:00"'))
    found = read(page("<h1>Brücke</h1>", script, "https://bote.example.com/a", 'lang="de"'), timezone="Asia/Tokyo")
    assert found.published_at == datetime(2026, 7, 5, 1, 0, tzinfo=UTC)


def test_rules_come_first() -> None:
    rules = Rules(
        name="báo địa phương",
        headline=("//div[@id='none']", "//div[@class='tua']"),
        published=("//div[@class='ngay']/text()",),
        byline=("//div[@class='ky']",),
        section=("//div[@class='muc']",),
        tags=("//div[@class='nhan']/a",),
    )
    body = (
        '<div class="muc">Nông thôn mới</div><div class="tua">Ra quân làm thủy lợi</div><div class="ngay">20/05/2024 08:15</div>'
        '<div class="ky">Bài: Hải Yến</div><div class="nhan"><a>kênh</a><a>mương</a></div>'
    )
    found = read(page(body + f"<h1>{HEADLINE}</h1>", linked_data(NEWS.format(headline=HEADLINE, members='"author": "Thu Trang"'))), rules)
    assert (found.headline, found.section, found.tags) == ("Ra quân làm thủy lợi", "Nông thôn mới", ("kênh", "mương"))
    assert (found.byline, found.authors) == ("Bài: Hải Yến", ("Hải Yến",))
    assert found.published_at == datetime.fromisoformat("2024-05-20T08:15+07:00")
    assert dict(found.origins) == dict.fromkeys(("headline", "published_at", "authors", "section", "tags"), "báo địa phương")


def test_rules_that_find_nothing_break_nothing() -> None:
    rules = Rules(name="r", headline=("//h9",), published=("//h1",), byline=("//h9/@x",), section=("count(//h9)",))
    found = read(div_page('<span class="date">20/05/2024 08:15</span>'), rules)
    assert found.headline == HEADLINE
    assert found.published_at == datetime.fromisoformat("2024-05-20T08:15+07:00")


def test_related_articles_do_not_speak_for_the_page() -> None:
    related = '{"@type": "NewsArticle", "headline": "Một bài khác", "datePublished": "2020-01-01T00:01:00+07:00", "author": "Người Khác", "url": "http://baodiaphuong.com.vn/khac"}'
    own = NEWS.format(headline=HEADLINE, members=f'"url": "{URL}", "datePublished": "2026-03-07T08:00:00+07:00", "author": "Thu Trang"')
    found = read(div_page(meta=linked_data(f"[{related}, {own}]")))
    assert found.authors == ("Thu Trang",)
    assert found.published_at == datetime.fromisoformat("2026-03-07T08:00:00+07:00")


def test_texts_are_folded_nfc() -> None:
    found = read(declared('"author": "Tâm  Hằng", "articleSection": "Kinh tế"', headline=HEADLINE))
    assert found.authors == ("Tâm Hằng",)
    assert found.section == "Kinh tế"


def test_doubly_escaped_headline() -> None:
    found = read(page("<p>x</p>", linked_data('{"@type": "NewsArticle", "headline": "Chi&amp;#7871;n s&amp;#7921;"}')))
    assert found.headline == "Chiến sự"


def test_empty_page() -> None:
    found = parse("<p></p>", "http://example.org/")
    assert found is not None
    assert read(found) == Metadata()


FLOODS = {
    "metas": '<meta name="author" content="A B"><meta property="article:tag" content="x">' * 20_000,
    "broken linked data": linked_data('{"@type": "NewsArticle", "author": [' + '{"@type": "Person", "name": "A B"}, ' * 30_000),
    "authors": linked_data('{"@type": "NewsArticle", "headline": "x", "author": [' + ", ".join(['{"name": "A B"}'] * 30_000) + "]}"),
    "headlines": "<h1>A</h1>" * 50_000,
    "long headline": f"<h1>{'A ' * 500_000}</h1>",
    "bylines": '<div class="author">A B</div>' * 50_000,
    "dates": '<span class="date">12/05/2024</span>' * 50_000,
    "breadcrumbs": '<ul class="breadcrumb"><li><a>a</a></li></ul>' * 20_000,
    "breaks": "<h1>A</h1>" + "<br>" * 100_000,
    "spaces": f'<h1>A</h1><div class="author">{" " * 1_000_000}</div><div class="date">{" " * 1_000_000}</div>',
    "digits": f'<h1>A</h1><div class="date">{"1/" * 200_000}</div>',
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS.keys())
def test_floods_are_read_in_time(flood: str) -> None:
    found = page(flood)
    start = time.process_time()
    read(found)
    assert time.process_time() - start < 1.5


def test_deep_nesting() -> None:
    read(page("<div>" * 20_000 + "<h1>A</h1>" + "</div>" * 20_000))
