"""Pagers of real and likely papers, in Vietnamese and English."""

from __future__ import annotations

import unicodedata

import pytest

from crawler.discovery.page_links import POSTBACK

from .reading import HOME, notes, pagers, paths

LIST = f"{HOME}/kinh-te"


@pytest.mark.parametrize(
    ("page", "onward"),
    [
        ("/kinh-te", "/kinh-te?page=2"),
        ("/kinh-te?page=2", "/kinh-te?page=3"),
        ("/kinh-te.htm", "/kinh-te/trang-2.htm"),
        ("/kinh-te/trang-2.htm", "/kinh-te/trang-3.htm"),
        ("/kinh-te", "/kinh-te-p2"),
        ("/kinh-te-p2", "/kinh-te-p3"),
        ("/kinh-te", "/kinh-te/p2"),
        ("/kinh-te/", "/kinh-te/page/2/"),
        ("/", "/page/2/"),
        ("/tin-tuc", "/tin-tuc?p=2"),
        ("/Quản-trị/Tin-tức", "/Quản-trị/Tin-tức/currentpage/2"),
        ("/Tin-noi-bat", "/Tin-noi-bat/lapg-6758/486"),
        ("/Xa-hoi/57.bcb", "/Xa-hoi/57.bcb?currentpage=2"),
        ("/chuyen-muc/cat/182/kinh-te", "/chuyen-muc/cat/182/kinh-te?PageIndex=2"),
        ("/kinh-te.htm", "/timeline/11/trang-2.htm"),
        ("/list.chn", "/timelinelist/18831/2.chn"),
        ("/tin.html", "/tin-trang-2.html"),
        ("/van-hoa/", "/van-hoa/trang/2"),
        ("/van-hoa/", "/van-hoa/page-2.html"),
    ],
)
def test_a_number_of_a_page(page: str, onward: str) -> None:
    turned = f'<div class="phan-trang"><b>1</b> <a href="{onward}">2</a></div><a href="/bai-viet-1234.htm">Bài</a>'
    expected = paths(f'<a href="{onward}">2</a>', HOME)
    assert pagers(turned, HOME + page) == set(expected)


@pytest.mark.parametrize(
    "words",
    ["Trang sau", "Sau", "»", "›", "Trang sau »", "Xem thêm", "Xem thêm...", "Tiếp", "Trang tiếp", "Tiếp theo >", "❯",
     "Next", "Next page", "Older posts", "Load more", "&gt;&gt;", "Trang trước", "Cũ hơn", "TRANG SAU", "3", "Trang 3",
     unicodedata.normalize("NFD", "Tiếp")],
)  # fmt: skip
def test_a_next_link_by_its_words(words: str) -> None:
    assert pagers(f'<a href="/kinh-te?sau=20">{words}</a>', LIST) == {"/kinh-te?sau=20"}
    assert pagers(f'<a href="/kinh-te?sau=20"><span><b>{words}</b></span></a>', LIST) == {"/kinh-te?sau=20"}


@pytest.mark.parametrize("relation", ["next", "prev", "nofollow next"])
def test_a_next_link_by_its_relation(relation: str) -> None:
    page = f'<a rel="{relation}" href="/kinh-te/truoc/20260501"><img src="/mui-ten.gif"></a>'
    assert pagers(page, LIST) == {"/kinh-te/truoc/20260501"}


@pytest.mark.parametrize(
    ("href", "words"),
    [
        ("/du-lich-nha-trang-238117.htm", "Du lịch Nha Trang"),
        ("/kham-pha-nha-trang-1234.htm", "Khám phá Nha Trang"),
        ("/?p=81", "Chè được giá đầu vụ"),
        ("/xe/mau-xe-moi-p2.htm", "Mẫu xe mới, phần 2"),
        ("/kinh-te/che-phu-khe-238130.htm", "Xem thêm"),  # leads from a teaser into its article, see below
        ("/the-gioi/bai-238131.htm", "Xem thêm"),
        ("/van-hoa", "Xem thêm"),
        ("/bai-2.htm", "Kinh tế trang trại 2 triệu đồng, nông dân xem thêm cách làm"),
        ("/kinh-te?muc=gia-ca", "Giá cả"),
        ("/?page_id=12", "Giới thiệu"),
    ],
)
def test_what_is_no_pager(href: str, words: str) -> None:
    assert pagers(f'<a href="{href}">{words}</a>', f"{HOME}/the-gioi") == set()
    assert paths(f'<a href="{href}">{words}</a>', f"{HOME}/the-gioi") == [href], "it is a link all the same"


def test_an_address_is_a_pager_s_if_one_of_its_links_is() -> None:
    page = '<a href="/tin?p=2"><img src="/2.gif"></a><a href="/tin?p=2">2</a>'
    assert pagers(page, f"{HOME}/tin") == {"/tin?p=2"}


@pytest.mark.parametrize(
    "pager",
    [
        "<a href=\"javascript:__doPostBack('dnn$ctr57$Pager','2')\">2</a>",
        '<a href="javascript:__doPostBack(&#39;ctl00$grid&#39;,&#39;Page$2&#39;)"><img src=n.gif></a>',
        '<a href=\'javascript:WebForm_DoPostBackWithOptions(new WebForm_PostBackOptions("ctl00$lnk", "", true))\'>Sau</a>',
    ],
)
def test_a_pager_that_only_a_script_turns_is_told(pager: str) -> None:
    assert notes(f'<a href="/a-1.htm">A</a>{pager}') == (POSTBACK,)
    assert notes(f'<a href="?currentpage=2">Sau</a>{pager}') == (), "there is another way"
    assert notes(pager, f"{HOME}/Xa-hoi/57.bcb?currentpage=3") == (), "as is seen on its last page"
    assert pagers(pager) == set()


@pytest.mark.parametrize(
    "link",
    ["<a href=\"javascript:__doPostBack('dnn$LOGIN','')\">Đăng nhập</a>", '<a href="javascript:void(0)">2</a>'],
)
def test_other_scripts_are_no_pagers(link: str) -> None:
    assert notes(link) == ()


def vccorp(zone: str, name: str) -> str:
    return (
        '<a href="/bai-20260307075519174.htm">Bài</a><a href="javascript:;" class="view-more">Xem thêm</a>'
        f'<input type="hidden" id="hdZoneId" value="{zone}"><input type="hidden" id="hdZoneUrl" value="{name}">'
    )


def test_a_list_that_a_script_lengthens() -> None:
    assert pagers(vccorp("11", "kinh-te"), f"{HOME}/kinh-te.htm") == {"/timeline/11/trang-2.htm"}
    assert pagers('<li><a href="/bai-1.htm">Bài</a></li>', f"{HOME}/timeline/11/trang-2.htm") == {
        "/timeline/11/trang-3.htm"
    }
    assert pagers("", f"{HOME}/timeline/11/trang-9.htm") == set(), "it ends where the articles do"


@pytest.mark.parametrize(
    ("zone", "name", "page"),
    [("11", "kinh-te", "/bai-20260307075519174.htm"), ("0", "kinh-te", "/kinh-te.htm"), ("x", "kinh-te", "/kinh-te.htm"),
     ("11", "", "/kinh-te.htm")],
)  # fmt: skip
def test_a_page_of_another_kind_is_not_lengthened(zone: str, name: str, page: str) -> None:
    assert pagers(vccorp(zone, name), HOME + page) == set()
