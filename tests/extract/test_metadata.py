"""The facts around an article together: rules, systems, hostile pages."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from archive.extract.metadata import Metadata, read_metadata
from archive.extract.parsed_page import Page, parse
from archive.rules.xpath_rules import Rules
from tests.extract.newspaper_pages import (
    BODY,
    CLOCK,
    COMMENTS,
    HEADLINE,
    LICENCE,
    RELATED,
    URL,
    declared,
    div_page,
    linked_data,
    news,
    page,
)
from tests.extract.newspaper_systems import SYSTEMS, System
from tests.support import pace


def read(found: Page, *rules: Rules) -> Metadata:
    return read_metadata(found, rules)


@pytest.mark.parametrize("system", SYSTEMS, ids=[system.name for system in SYSTEMS])
def test_systems_of_vietnamese_papers_without_rules(system: System) -> None:
    article = system.html.format(headline=HEADLINE, body=BODY)
    found = read(page(f"{CLOCK}<div>{article}{RELATED}{COMMENTS}</div>{LICENCE}"))
    assert found.headline == HEADLINE
    assert found.authors == system.authors
    assert found.published_at == datetime.fromisoformat(system.published)


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
        '<div class="muc">Nông thôn mới</div><div class="tua">Ra quân làm thủy lợi</div>'
        '<div class="ngay">20/05/2024 08:15</div><div class="ky">Bài: Hải Yến</div>'
        '<div class="nhan"><a>kênh</a><a>mương</a></div>'
    )
    found = read(page(f"{body}<h1>{HEADLINE}</h1>", linked_data(news('"author": "Thu Trang"'))), rules)
    assert (found.headline, found.section, found.tags) == ("Ra quân làm thủy lợi", "Nông thôn mới", ("kênh", "mương"))
    assert (found.byline, found.authors) == ("Bài: Hải Yến", ("Hải Yến",))
    assert found.published_at == datetime.fromisoformat("2024-05-20T08:15+07:00")
    fields = ("headline", "published_at", "authors", "section", "tags")
    assert dict(found.origins) == dict.fromkeys(fields, "báo địa phương")


def test_a_rule_that_yields_several_elements_names_several_authors() -> None:
    rules = Rules(name="r", byline=("//p[@class='ten']",))
    found = read(div_page('<p class="ten">Hải Yến</p><p class="ten">Thu Trang</p>'), rules)
    assert (found.byline, found.authors) == ("Hải Yến; Thu Trang", ("Hải Yến", "Thu Trang"))


def test_rules_that_find_nothing_break_nothing() -> None:
    rules = Rules(name="r", headline=("//h9",), published=("//h1",), byline=("//h9/@x",), section=("//h9",))
    found = read(div_page('<span class="date">20/05/2024 08:15</span>'), rules)
    assert found.headline == HEADLINE
    assert found.published_at == datetime.fromisoformat("2024-05-20T08:15+07:00")


def test_rule_with_the_time_in_an_attribute() -> None:
    rules = Rules(name="r", published=("//time",))
    found = read(div_page('<time datetime="2024-05-20T08:15:30+07:00">hôm nay</time>'), rules)
    assert found.published_at == datetime.fromisoformat("2024-05-20T08:15:30+07:00")


@pytest.mark.parametrize("url", ["", "not a url", "http://[::1", "mailto:a@b"])
def test_odd_addresses(url: str) -> None:
    assert read(page(f"<h1>{HEADLINE}</h1>", url=url)).headline == HEADLINE


def test_related_articles_do_not_speak_for_the_page() -> None:
    other = news('"datePublished": "2020-01-01T00:01:00+07:00", "author": "Người Khác", "url": "/khac"', "Một bài khác")
    own = news(f'"url": "{URL}", "datePublished": "2026-03-07T08:00:00+07:00", "author": "Thu Trang"')
    found = read(div_page(meta=linked_data(f"[{other}, {own}]")))
    assert found.authors == ("Thu Trang",)
    assert found.published_at == datetime.fromisoformat("2026-03-07T08:00:00+07:00")


def test_texts_are_folded_nfc() -> None:
    found = read(declared('"author": "Tâm  Hằng", "articleSection": "Kinh\\tte\u0302\u0301"'))
    assert (found.authors, found.section) == (("Tâm Hằng",), "Kinh tế")


def test_kicker_above_the_headline() -> None:
    found = read(page(f'<article><span class="kicker">Nông thôn mới</span><h1>{HEADLINE}</h1>{BODY}</article>'))
    assert (found.kicker, found.headline) == ("Nông thôn mới", HEADLINE)


@pytest.mark.parametrize("label", ["Mehr zu:", "Related", "Xem thêm"])
def test_label_of_related_stories_is_no_kicker(label: str) -> None:
    headline = "Brücke wieder offen"
    title = f"<title>{headline} - Der Bote</title>"
    assert read(page(f"<h1><span>{label}</span> {headline}</h1>", title)).kicker is None
    assert read(page(f'<p class="kicker">{label}</p><h1>{headline}</h1>', title)).kicker is None


def test_doubly_escaped_headline() -> None:
    found = read(page("<p>x</p>", linked_data(news('"x": 1', "Chi&amp;#7871;n s&amp;#7921;"))))
    assert found.headline == "Chiến sự"


def test_empty_page() -> None:
    found = parse("<p></p>", "http://example.org/")
    assert found is not None
    assert read(found) == Metadata(house=frozenset({"exampleorg", "example"}))


FLOODS = {
    "metas": '<meta name="author" content="A B"><meta property="article:tag" content="x">' * 20_000,
    "broken linked data": linked_data('{"@type": "Article", "author": [' + '{"name": "A B"}, ' * 60_000),
    "authors": linked_data(news('"author": [' + ", ".join(['{"name": "A B"}'] * 30_000) + "]")),
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
    assert time.process_time() - start < 1.5 * pace()


def test_deep_nesting() -> None:
    assert read(page("<div>" * 20_000 + "<h1>A</h1>" + "</div>" * 20_000)).authors == ()


def test_deep_byline() -> None:
    nested = '<div class="author">' * 5_000 + "Thu Trang" + "</div>" * 5_000
    assert read(div_page(nested)).headline == HEADLINE
