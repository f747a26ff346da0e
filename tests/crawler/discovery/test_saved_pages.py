"""Real pages of Vietnamese papers, where they lie beside the project: what leads on from them, as a person sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive import Link
from crawler.discovery import links

PAGES = next((one / "shared" / "pages" for one in Path(__file__).parents if (one / "shared" / "pages").is_dir()), None)
pytestmark = pytest.mark.skipif(PAGES is None, reason="the saved pages are not here")


def read(file: str, address: str) -> dict[str, Link]:
    assert PAGES
    host = file.partition("/")[0]
    found = links((PAGES / file).read_bytes(), address, (host,))
    return {link.url: link for link in found}


@pytest.mark.parametrize(
    ("file", "address", "pagers"),
    [
        ("dantri.com.vn/list_kinh-doanh.html", "https://dantri.com.vn/kinh-doanh.htm",
         {f"https://dantri.com.vn/kinh-doanh/trang-{n}.htm" for n in (2, 3, 4, 5)}),
        ("vnexpress.net/list_kinh-doanh.html", "https://vnexpress.net/kinh-doanh",
         {f"https://vnexpress.net/kinh-doanh-p{n}" for n in (2, 3, 4)}),
        ("tuoitre.vn/list_kinh-doanh.html", "https://tuoitre.vn/kinh-doanh.htm", {"https://tuoitre.vn/timeline/11/trang-2.htm"}),
        ("cafef.vn/list_thi-truong-chung-khoan.html", "https://cafef.vn/thi-truong-chung-khoan.chn",
         {"https://cafef.vn/timeline/18831/trang-2.htm"}),
        ("baocaobang.vn/home_2017.html", "http://www.baocaobang.vn/", set()),
        ("dantri.com.vn/home_2019.html", "https://dantri.com.vn/", set()),
        ("vietnamnet.vn/co-phieu-flc-2495349.html", "https://vietnamnet.vn/co-phieu-flc-duoc-giao-dich-tro-lai-2495349.html", set()),
        ("tuoitre.vn/chien-su-day-gia-hoa-20260307075519174.html",
         "https://tuoitre.vn/chien-su-day-gia-hoa-nhap-khau-dip-8-3-tang-manh-20260307075519174.htm", set()),
    ],
)  # fmt: skip
def test_what_turns_the_page(file: str, address: str, pagers: set[str]) -> None:
    assert {url for url, link in read(file, address).items() if link.found_in == "pagination"} == pagers


@pytest.mark.parametrize(
    ("file", "address", "leads_to"),
    [
        ("cafef.vn/list_thi-truong-chung-khoan.html", "https://cafef.vn/thi-truong-chung-khoan.chn",
         "https://cafef.vn/thi-truong-chung-khoan.rss"),
        ("tuoitre.vn/list_kinh-doanh.html", "https://tuoitre.vn/kinh-doanh.htm", "https://tuoitre.vn/rss/kinh-doanh.rss"),
        ("baodautu.vn/list_tai-chinh-chung-khoan.html", "https://baodautu.vn/tai-chinh-chung-khoan-d6/",
         "https://baodautu.vn/rssMain.html"),
        ("dantri.com.vn/list_kinh-doanh.html", "https://dantri.com.vn/kinh-doanh.htm", "https://dantri.com.vn/rss/kinh-doanh.rss"),
    ],
)  # fmt: skip
def test_the_feeds_are_reached(file: str, address: str, leads_to: str) -> None:
    assert leads_to in read(file, address)
