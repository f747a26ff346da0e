"""When an article was published: the right moment or none, whatever else on the page carries a date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from archive.extract.metadata import Metadata, read_metadata
from archive.extract.parsed_page import Page
from tests.extract.newspaper_pages import HEADLINE, declared, div_page, linked_data, news, page, table_page

Build = Callable[..., Page]
LAYOUTS = pytest.mark.parametrize("build", [div_page, table_page])

DATE_LINES = [
    ('<div class="padT4 padB10 titleDdtail f-11">20/05/2024 08:15</div>', "2024-05-20T08:15+07:00"),
    ('<div class="titleDdtail"><span>Cập nhật:</span> <b>20/05/2024 08:15</b></div>', "2024-05-20T08:15+07:00"),
    ('<span class="date">08:15 | 20/05/2024</span>', "2024-05-20T08:15+07:00"),
    ('<span class="date">Thứ Hai, 20/05/2024, 08:15 (GMT+7)</span>', "2024-05-20T08:15+07:00"),
    ('<p class="pdate">20-05-2024 - 08:15 AM</p>', "2024-05-20T08:15+07:00"),
    ('<p class="pdate">20-05-2024 - 17:09 PM</p>', "2024-05-20T17:09+07:00"),
    ("<p>20/05/2024 - 08:15 - Nguồn: Báo Nhân Dân - Ảnh: Minh Đăng/Báo Sông Quê</p>", "2024-05-20T08:15+07:00"),
    ('<div class="time">(20/05/2024 08:15)</div>', "2024-05-20T08:15+07:00"),
    ('<div class="time">8 giờ 15 phút, ngày 20-5-2024</div>', "2024-05-20T08:15+07:00"),
    ('<div class="time">20.05.2024</div>', "2024-05-20T00:00+07:00"),
    ('<span id="lblDate">20/5/2024 2:15:00 CH</span>', "2024-05-20T14:15+07:00"),
    ('<span id="dnn_date">5/4/2024 8:15:00 AM</span>', "2024-05-04T08:15+07:00"),  # .NET: the fourth of May
    ("<div>ngày 20 tháng 05 năm 2024</div>", "2024-05-20T00:00+07:00"),
    ("<div>Cập nhật: 20/05/2024 08:15</div>", "2024-05-20T08:15+07:00"),
    ('<p><b class="format_time">09:00</b> <b class="format_date">20/05/2024</b></p>', "2024-05-20T09:00+07:00"),
    ('<span class="time" title="5/20/2024 3:34:00 PM">20/05/2024 15:34</span>', "2024-05-20T15:34+07:00"),
    ('<time datetime="2024-05-20 08:07">Thứ hai, 20/05/2024 - 08:07</time>', "2024-05-20T08:07+07:00"),
    ('<div><a class="author">Minh</a><i class="post-time"> - 20/05/2024 08:47</i></div>', "2024-05-20T08:47+07:00"),
]  # fmt: skip

NO_DATE = {
    "nothing": "",
    "a date in the lead": '<p class="sapo">Từ ngày 15/5/2024, các xã trong huyện đồng loạt ra quân làm thủy lợi.</p>',
    "a short lead": '<h2 class="detail-sapo">Sáng 7-3-2026, giá vàng trong nước giảm mạnh</h2>',
    "related list": """<ul class="list"><li><a href="/a">Bài thứ nhất của báo về chuyện cũ</a> 12/05/2024 08:00</li>
        <li><a href="/b">Bài thứ hai của báo về chuyện cũ</a> 13/05/2024 08:00</li></ul>""",
    "related boxes": "".join(f'<div class="tin"><span class="date">{day}/05/2024</span></div>' for day in (12, 13, 14)),
    "licence": "<div>Bản quyền thuộc về báo, giấy phép số 12 ngày 02/03/2020</div>",
}


def read(found: Page, timezone: str | None = None) -> Metadata:
    return read_metadata(found, (), timezone)


@LAYOUTS
@pytest.mark.parametrize(("line", "published"), DATE_LINES)
def test_shown(build: Build, line: str, published: str) -> None:
    assert read(build(line)).published_at == datetime.fromisoformat(published)


WITNESSES = [
    # some systems write the last change as published and an earlier moment as modified
    (linked_data(news('"datePublished": "2020-03-28T05:46:00Z", "dateModified": "2020-03-28T04:48:00Z"')),
     '<p class="date">28/03/2020 10:26 (GMT+7) - Cập nhật 12:46</p>', "2020-03-28T10:26+07:00"),
    ("", '<p class="date">12.10.2015, 19:16</p><meta itemprop="dateCreated" content="2019-05-07T17:00:52+07:00">', "2015-10-12T19:16+07:00"),
    ('<meta property="article:published_time" content="2020-03-28T18:15:00+00:00"><meta property="article:modified_time" '
     'content="2020-03-28T18:15:00+00:00">' + linked_data(news('"datePublished": "2020-03-28T18:15:00+05:30"')),
     '<p class="date">28/03/2020 18:15</p>', "2020-03-28T18:15+05:30"),
    ("", '<span itemprop="datePublished" content="2014-12-29T16:08:14+00:00">December 29, 2014 4:08 pm EST</span>', "2014-12-29T16:08:14-05:00"),
    ('<meta name="article_date_original" content="Thursday, December 11, 2014, 1:40 PM">', "", "2014-12-11T13:40+07:00"),
    ('<meta name="article_date_original" content="December 11, 2014">', "<p>20/05/2024</p>", "2024-05-20T00:00+07:00"),
    ("", '<footer><span class="date-display-single">20/05/2024</span></footer>', "2024-05-20T00:00+07:00"),
]  # fmt: skip


def test_date_below_the_first_of_two_prints_of_the_headline() -> None:
    heading = f"<h1>{HEADLINE}</h1>"
    line = '<div class="subheader"><span class="timestamp">| Cập nhật thứ hai, ngày 24/12/12 11:05 tối</span></div>'
    text = "<p>Sáng nay người dân trong xã đã ra quân nạo vét kênh mương, chuẩn bị nước cho vụ mùa sắp tới.</p>" * 5
    found = read(page(f"<div>{heading}{line}<div>{text}</div></div><div>{heading}{text}</div>"))
    assert found.published_at == datetime.fromisoformat("2012-12-24T23:05+07:00")


@pytest.mark.parametrize(("meta", "line", "published"), WITNESSES)
def test_what_is_printed_decides_between_declarations(meta: str, line: str, published: str) -> None:
    assert read(div_page(line, meta=meta)).published_at == datetime.fromisoformat(published)


@LAYOUTS
@pytest.mark.parametrize("line", NO_DATE.values(), ids=NO_DATE.keys())
def test_a_page_that_gives_no_date_has_none(build: Build, line: str) -> None:
    found = read(build(line))
    assert (found.published_at, found.published_at_raw, found.modified_at) == (None, None, None)


def test_the_clock_above_an_article_of_short_paragraphs_is_not_its_date() -> None:
    text = "<p>Sáng nay, bà con hai xã ven sông đã đi thử cây cầu mới mà họ chờ từ hai năm trước.</p>" * 3
    found = read_metadata(
        page(f"<div class=top>Thứ Ba, 01/12/2026 10:00</div><div><h1>{HEADLINE}</h1><div>{text}</div></div>"), ()
    )
    assert found.published_at is None


def test_above_the_headline_but_not_the_clock() -> None:
    headline = f'<div class="date">Thứ Hai, 20/05/2024 08:15</div><h1>{HEADLINE}</h1>'
    assert read(div_page(headline=headline)).published_at == datetime.fromisoformat("2024-05-20T08:15+07:00")


FULL = '<meta name="pubdate" content="2026-03-07T08:01:53+07:00">'
DECLARED = [
    ('"datePublished": "2026-03-07T08:52:11.000 +07:00"', "", "2026-03-07T08:52:11+07:00"),
    ('"datePublished": "2026-03-07T09:40:00"', "", "2026-03-07T09:40:00+07:00"),
    ('"datePublished": ""', FULL.replace("+", "&amp;#x2B;"), "2026-03-07T08:01:53+07:00"),
    ('"datePublished": "2026-03-07"', FULL, "2026-03-07T08:01:53+07:00"),
    ('"datePublished": "2026-03-07T00:00:00"', FULL, "2026-03-07T08:01:53+07:00"),
    ('"datePublished": "2026-03-09T00:00:00"', FULL, "2026-03-09T00:00:00+07:00"),  # another day
    ('"datePublished": "2026-03-07T03:01:53"', FULL, "2026-03-07T08:01:53+07:00"),  # the same moment, elsewhere
    ('"dateModified": "2026-03-07T10:01:53+07:00"', "", None),
    ('"dateCreated": "2026-03-07T10:01:53+07:00"', "", None),
]


@pytest.mark.parametrize(("members", "metas", "published"), DECLARED)
def test_declared(members: str, metas: str, published: str | None) -> None:
    expected = datetime.fromisoformat(published) if published else None
    assert read(declared(members, more=metas)).published_at == expected


def test_midnight_loses_against_the_shown_time_of_the_day() -> None:
    meta = '<meta property="article:published_time" content="2024-05-20">'
    found = read(div_page('<span class="date">20/05/2024 08:15</span>', meta=meta))
    assert found.published_at == datetime.fromisoformat("2024-05-20T08:15+07:00")


@pytest.mark.parametrize(("day", "published"), [("20", "2024-05-20T08:15+07:00"), ("21", "2024-05-21T00:00+07:00")])
def test_the_time_of_the_day_may_stand_far_from_the_headline(day: str, published: str) -> None:
    meta = f'<meta property="article:published_time" content="2024-05-{day}">'
    away = '<div><i>Nguồn: báo</i> <span id="pubtime_baidu">2024-05-20 08:15:00</span></div>'
    assert read(div_page(foot=away, meta=meta)).published_at == datetime.fromisoformat(published)


def test_modified_may_come_before_published() -> None:
    dates = '"datePublished": "2026-09-06T15:33:28+07:00", "dateModified": "2026-09-06T14:36:46+07:00"'
    found = read(declared(dates))
    assert found.published_at == datetime.fromisoformat("2026-09-06T15:33:28+07:00")
    assert found.modified_at == datetime.fromisoformat("2026-09-06T14:36:46+07:00")
    assert (found.published_at_raw, found.modified_at_raw) == ("2026-09-06T15:33:28+07:00", "2026-09-06T14:36:46+07:00")


def test_day_of_publishing_is_no_change() -> None:
    found = read(declared('"datePublished": "2026-09-06T15:33:28+07:00", "dateModified": "2026-09-06"'))
    assert (found.modified_at, found.modified_at_raw) == (None, None)


def test_own_date_beside_a_related_list_of_the_same_class() -> None:
    items = "".join(
        f'<li><a href="/{day}">Bài {day}</a><span class="date">{day}/05/2024</span></li>' for day in (1, 2, 3)
    )
    found = read(div_page(f'<span class="date">20/05/2024 08:15</span><ul class="x">{items}</ul>'))
    assert found.published_at == datetime.fromisoformat("2024-05-20T08:15+07:00")


def test_shown_update_is_not_the_date_of_publishing() -> None:
    body = '<h1>Neue Brücke</h1><p class="date">Aktualisiert: 05.03.2026, 10:00 Uhr</p>'
    found = read(page(body, url="https://bote.example.de/a", attributes='lang="de"'))
    assert found.published_at is None
    assert found.modified_at == datetime.fromisoformat("2026-03-05T10:00+01:00")


def test_raw_is_what_the_page_prints() -> None:
    found = read(div_page('<span class="date">Thứ Hai,  20/05/2024,\n 08:15 (GMT+7)</span>'))
    assert found.published_at_raw == "Thứ Hai, 20/05/2024, 08:15 (GMT+7)"


ZONES = [
    ("https://bote.example.de/a", 'lang="de"', "2026-07-05T10:00+02:00", ""),  # the clock of the domain's country
    ("https://bote.example.com/a", 'lang="de"', "2026-07-05T10:00+00:00", ", zone assumed"),
    ("https://bao.example.com/a", 'lang="vi"', "2026-07-05T10:00+07:00", ""),
    ("https://bao.example.vn/a", "", "2026-07-05T10:00+07:00", ""),
]

BRIDGE = "<h1>Brücke</h1>"


@pytest.mark.parametrize(("url", "attributes", "published", "note"), ZONES)
def test_zone_of_a_stamp_without_one(url: str, attributes: str, published: str, note: str) -> None:
    script = linked_data(news('"datePublished": "2026-07-05T10:00:00"', "Brücke"))
    found = read(page(BRIDGE, script, url, attributes))
    assert found.published_at == datetime.fromisoformat(published)
    assert ("published_at", f"json-ld{note}") in found.origins


def test_zone_that_another_stamp_of_the_page_names() -> None:
    dates = '"datePublished": "2026-07-05T10:00:00", "dateModified": "2026-07-06T10:00:00-03:00"'
    found = read(page(BRIDGE, linked_data(news(dates, "Brücke")), "https://bote.example.com/a", 'lang="de"'))
    assert found.published_at == datetime.fromisoformat("2026-07-05T10:00-03:00")


def test_zone_of_the_country_keeps_summer_time() -> None:
    dates = '"datePublished": "2026-01-05T10:00:00", "dateModified": "2026-07-06T10:00:00+02:00"'
    found = read(page(BRIDGE, linked_data(news(dates, "Brücke")), "https://bote.example.de/a", 'lang="de"'))
    assert found.published_at == datetime.fromisoformat("2026-01-05T10:00+01:00")


def test_zone_of_the_outlet() -> None:
    script = linked_data(news('"datePublished": "2026-07-05T10:00:00"', "Brücke"))
    found = read(page(BRIDGE, script, "https://bote.example.com/a", 'lang="de"'), timezone="Asia/Tokyo")
    assert found.published_at == datetime(2026, 7, 5, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attributes", "published"),
    [
        ('data-deploy-dt="2026.01.29 18:40" data-re-deploy-dt="2026.01.29 18:49"', "2026-01-29T18:40+00:00"),
        ('data-article-publish-date="1769712000"', "2026-01-29T18:40+00:00"),
        ('data-ga4-event-publication-date="2026-01-29 18:40"', "2026-01-29T18:40+00:00"),
        ('data-modified-date="2026-01-29 18:40"', None),
        ('data-post-id="1769712000"', None),
    ],
)
def test_date_that_only_a_data_attribute_names(attributes: str, published: str | None) -> None:
    found = read(
        page(
            f"<h1>Brücke</h1><div {attributes}><p>Die Brücke ist offen.</p></div>",
            "",
            "https://a.example.com/b",
            'lang="de"',
        )
    )
    assert found.published_at == (datetime.fromisoformat(published) if published else None)


def test_several_dates_in_data_attributes_are_those_of_other_articles() -> None:
    teasers = "".join(f'<div data-publish-date="2026-01-{day}"><p>Tin.</p></div>' for day in (11, 12))
    assert read(page(f"<h1>Brücke</h1>{teasers}", "", "https://a.example.com/b")).published_at is None


@pytest.mark.parametrize("never", ["0001-01-01T00:00:00", "0001-01-01T00:00:00+07:00", "1/1/0001 12:00:00 AM"])
def test_what_a_system_prints_for_never_loses_against_the_true_date(never: str) -> None:
    meta = f'<meta property="article:published_time" content="{never}"><meta property="article:modified_time" content="{never}">'
    found = read(div_page('<span class="date">20/05/2024 08:15</span>', meta=meta))
    assert (found.published_at, found.modified_at) == (datetime.fromisoformat("2024-05-20T08:15+07:00"), None)
