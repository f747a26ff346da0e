"""The parts of a probe that need no network."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.probe.client import Facts, Page
from crawler.probe.site_features import _style, name_of, title_of


def facts(title: str, extra: str = "", url: str = "https://bao.example/") -> Facts:
    body = f'<html lang="vi-VN"><head><title>{title}</title>{extra}</head><body></body></html>'
    return Facts(Page(url, 200, body.encode(), "utf-8"), ("bao.example",))


@pytest.mark.parametrize(
    ("home", "name"),
    [
        ("https://baophutho.vn/", "baophutho"),
        ("http://www.baovinhphuc.com.vn/", "baovinhphuc"),
        ("https://vnexpress.net/", "vnexpress"),
        ("https://24h.com.vn/", "bao24h"),
        ("https://bao-moi.vn/", "baomoi"),
        ("http://127.0.0.1:8765/", "baodiencuulong"),
        ("https://10.0.0.7/", "baodiencuulong"),
    ],
)
def test_names(home: str, name: str) -> None:
    assert name_of(home, "Báo Điện Cửu Long").value == name
    assert name.isidentifier()


def test_a_title_is_what_titles_share() -> None:
    pages = [facts(f"{story} - Báo Ven Sông") for story in ("Cầu mới", "Chợ nổi", "Mùa nước", "Đê vỡ")]
    told = title_of(pages, "https://bao.example/")
    assert (told.value, told.certainty) == ("Báo Ven Sông", "sure")


def test_a_declared_title_is_spelt_as_in_titles() -> None:
    declared = '<meta property="og:site_name" content="BAO VEN SONG">'
    told = title_of([facts("Cầu mới | Báo Ven Sông", declared)], "https://bao.example/")
    assert (told.value, told.certainty) == ("Báo Ven Sông", "sure")


def test_a_host_is_no_title() -> None:
    declared = '<meta property="og:site_name" content="bao.example">'
    told = title_of([facts("Cầu mới", declared)], "https://bao.example/")
    assert (told.value, told.certainty) == ("Cầu mới", "a guess")


@pytest.mark.parametrize(
    ("url", "here", "style"),
    [
        ("https://bao.example/kinh-te/trang-2.htm", "/kinh-te", "<list>/trang-#.htm"),
        ("https://bao.example/kinh-te/trang-2.htm", "/kinh-te.htm", "<list>/trang-#.htm"),
        ("https://bao.example/kinh-te-p2", "/kinh-te", "<list>-p#"),
        ("https://bao.example/kinh-te?page=2", "/kinh-te", "<list>?page=#"),
        ("https://bao.example/timeline/11/trang-2.htm", "/kinh-te.htm", "/timeline/#/trang-#.htm"),
    ],
)
def test_styles_of_pagination(url: str, here: str, style: str) -> None:
    assert _style(url, here) == style


def test_what_a_page_declares() -> None:
    extra = (
        '<link rel="alternate" type="application/rss+xml" href="/rss/home.rss">'
        '<link rel="alternate" media="handheld" href="https://m.bao.example/"><link rel="amphtml" href="/amp/">'
    )
    page = facts("Báo", extra)
    assert page.feeds == ("https://bao.example/rss/home.rss",)
    assert page.twins == ("https://m.bao.example/", "https://bao.example/amp/")
    assert page.language == "vi-vn"


def test_links_rest_on_the_page_s_base() -> None:
    page = facts("Báo", '<base href="/web/">', "https://bao.example/")
    body = page.page.body.replace(b"<body>", b'<body><a href="xem.php?id=7">C\xe1\xba\xa7u</a>')
    assert Facts(replace(page.page, body=body), page.hosts).anchors == {"https://bao.example/web/xem.php?id=7": "Cầu"}
