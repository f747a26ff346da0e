"""Section, tags, language, canonical address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.extract.declared import Declared
from archive.extract.elements import positions_around
from archive.extract.parsed_page import Page
from archive.extract.sections import canonical_of, declared_tags, is_vietnamese, language_of, section_of, tags_of
from tests.extract.newspaper_pages import HEADLINE, URL, linked_data, page

TRAIL = (
    '{"@type": "BreadcrumbList", "itemListElement": ['
    '{"@type": "ListItem", "position": 3, "item": {"@id": "/kinh-te/nong-nghiep", "name": "Nông nghiệp"}},'
    '{"@type": "ListItem", "position": 1, "item": {"@id": "/", "name": "Trang chủ"}},'
    f'{{"@type": "ListItem", "position": 4, "name": "{HEADLINE}", "item": "{URL}"}},'
    '{"@type": "ListItem", "position": 2, "name": "Kinh tế", "item": "/kinh-te"}]}'
)


def section(found: Page) -> tuple[str, str] | None:
    headline = next(found.root.iter("h1"), None)
    return section_of(Declared(found), positions_around(headline) if headline is not None else [], HEADLINE)


def test_innermost_step_of_a_declared_breadcrumb() -> None:
    assert section(page(f"<h1>{HEADLINE}</h1>", linked_data(TRAIL))) == ("Nông nghiệp", "json-ld breadcrumb")


def test_steps_in_lists_of_their_own() -> None:
    trail = TRAIL.replace('{"@type": "ListItem", "position": 3', '[{"@type": "ListItem", "position": 3').replace(
        '"Nông nghiệp"}},', '"Nông nghiệp"}}],'
    )
    assert section(page(f"<h1>{HEADLINE}</h1>", linked_data(trail))) == ("Nông nghiệp", "json-ld breadcrumb")


def test_shown_breadcrumb() -> None:
    trail = '<ul class="breadcrumb"><li><a href="/">Trang chủ</a></li><li><a href="/x">Thời sự</a></li></ul>'
    assert section(page(f"{trail}<h1>{HEADLINE}</h1>")) == ("Thời sự", "breadcrumb")


def test_declared_section() -> None:
    meta = '<meta property="article:section" content="Kinh tế, Xã hội">'
    assert section(page(f"<h1>{HEADLINE}</h1>", meta)) == ("Kinh tế", "article:section")


def test_link_above_the_headline() -> None:
    body = f'<div><div><a href="/dau-tu">Đầu tư tài chính</a></div><h1>{HEADLINE}</h1></div>'
    assert section(page(body)) == ("Đầu tư tài chính", "category link")


@pytest.mark.parametrize(
    "body",
    [
        "<h1>x</h1>",
        f"<a href='/x'>Một bài khác của báo về đời sống</a><h1>{HEADLINE}</h1>",
        "<nav><a href='/a'>Thời sự</a></nav><h1>x</h1>",
    ],
)
def test_no_section(body: str) -> None:
    assert section(page(body)) is None


@pytest.mark.parametrize("href", ["#noi-dung", f"{URL}/#noi-dung", f"{URL}/"])
def test_a_link_to_the_page_itself_names_no_section(href: str) -> None:
    found = page(f'<nav><a href="{href}">Đến nội dung</a></nav><h1>{HEADLINE}</h1>')
    assert section(replace(found, url=f"{URL}/")) is None


def test_tags_are_split_and_single() -> None:
    assert tags_of(["giá lúa, nông dân,, Giá Lúa ; #thủy lợi", "nông dân"]) == ("giá lúa", "nông dân", "thủy lợi")


def test_tags_are_nfc_and_unescaped() -> None:
    assert tags_of(["Tin nóng, A &amp;amp; B"]) == ("Tin nóng", "A & B")


def test_article_tags_before_keywords() -> None:
    metas = '<meta property="article:tag" content="a,b"><meta name="keywords" content="c,d,e">'
    assert declared_tags(Declared(page("", metas))) == (("a", "b"), "article:tag")


def test_one_article_tag_gives_way_to_keywords_that_hold_it() -> None:
    metas = '<meta property="article:tag" content="Tin nóng"><meta name="keywords" content="Hàng không, Tin nóng">'
    assert declared_tags(Declared(page("", metas)))[0] == ("Hàng không", "Tin nóng")


@pytest.mark.parametrize(
    ("declared", "language"), [("vi", "vi"), ("vi-VN", "vi"), ("vi_VN", "vi"), ("EN-us", "en"), ("vi,en", "vi")]
)
def test_language(declared: str, language: str) -> None:
    assert language_of(["", declared, "fr"]) == language


def test_no_language() -> None:
    assert language_of(["", "vietnamese language", "x" * 9]) is None


@pytest.mark.parametrize("text", [HEADLINE, "Trạm bơm Yên Lĩnh chạy lại sau sáu năm", "GIÁ LÚA TĂNG MẠNH Ở MIỀN TÂY"])
def test_vietnamese_is_told_by_its_letters(text: str) -> None:
    assert is_vietnamese(text)


@pytest.mark.parametrize(
    "text",
    ["", "Ça va très bien à l'école", "Đorđe ọmọ ẹgbẹ́", "Vietnam's leader Nguyễn Phú Trọng dies at the age of eighty"],
)
def test_other_languages_are_not_vietnamese(text: str) -> None:
    assert not is_vietnamese(text)


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("https://baodiaphuong.com.vn/a-1.htm", "https://baodiaphuong.com.vn/a-1.htm"),
        ("/a-1.htm", "http://baodiaphuong.com.vn/a-1.htm"),
        ("https://www.baodiaphuong.com.vn/a-1.htm", "https://www.baodiaphuong.com.vn/a-1.htm"),
        ("https://m.baodiaphuong.com.vn/a-1.htm", "https://m.baodiaphuong.com.vn/a-1.htm"),
        ("https://baokhac.vn/a-1.htm", None),
        ("javascript:void(0)", None),
        ("http://[::1", None),
    ],
)
def test_canonical_stays_on_the_site(href: str, canonical: str | None) -> None:
    assert canonical_of(href, URL) == canonical


def test_one_vietnamese_word_is_enough_on_a_vietnamese_host() -> None:
    title = "Lễ hội Coachella 2026: Lady Gaga, Post Malone"
    assert is_vietnamese(title, "baotrungdu.com.vn")
    assert not is_vietnamese(title, "baotrungdu.example")
    assert not is_vietnamese("Five flowers sentenced", "baotrungdu.com.vn")
