"""What a newspaper prints about itself, and its lists of few stories: neither is an article's text."""

from __future__ import annotations

import pytest

from archive import Reading, Unreadable, read_page

HOST = "http://bao.example.vn"
MENU = '<ul class="menu"><li><a href="/">Trang chủ</a><li><a href="/van-hoa/">Văn hóa</a><li><a href="/xa-hoi">Xã hội</a></ul>'
FOOT = (
    "<div id=cuoi><p><b>Báo Ven Sông điện tử</b> - Cơ quan ngôn luận của Đảng bộ và nhân dân tỉnh Ven Sông</p>"
    "<p>Giấy phép hoạt động số 12/GP-TTĐT do Cục Báo chí cấp ngày 02/03/2020. Phụ trách: Đinh Công Toàn</p>"
    "<p>Tòa soạn: số 8 phố Bến Gỗ, thành phố Ven Sông. Điện thoại: (0299) 3.000.118</p>"
    "<p>Ghi rõ nguồn “Báo Ven Sông” khi phát hành lại thông tin từ trang này.</p></div>"
)
STORIES = (
    ("mua-lua-moi", "Mùa lúa mới ở làng chài", "Cả làng ra đồng từ bốn giờ sáng để gặt cho xong trước cơn bão số ba."),
    ("cau-phao", "Cầu phao tạm nối hai bờ", "Trong lúc chờ sửa cầu chính, cầu phao phục vụ người đi bộ và xe máy."),
)


def teaser(place: int) -> str:
    slug, headline, lead = STORIES[place]
    return (
        f'<div class="tin"><a href="/{slug}-1000{place}.htm"><img src="/nho/{place}.jpg"></a>'
        f'<h2><a href="/{slug}-1000{place}.htm">{headline}</a></h2><span>17/05/2026</span><p>{lead}</p></div>'
    )


def page(main: str, head: str = "<title>Báo Ven Sông</title>") -> str:
    return f"<html lang=vi><head>{head}</head><body>{MENU}<div id=chinh>{main}</div>{FOOT}</body></html>"


@pytest.mark.parametrize("path", ["/van-hoa/", "/van-hoa/?page=2", "/van-hoa/trang-2.htm"])
@pytest.mark.parametrize("stories", [1, 2])
def test_a_page_that_the_menu_names_and_that_holds_teasers_is_a_listing(stories: int, path: str) -> None:
    found = read_page(page("<h1>Văn hóa</h1>" + "".join(map(teaser, range(stories)))), HOST + path)
    assert isinstance(found, Unreadable), found
    assert found.reason == "listing"


def test_two_teasers_and_no_other_text_are_a_listing_without_a_menu_too() -> None:
    found = read_page(page("<h1>Chuyên đề</h1>" + teaser(0) + teaser(1)), HOST + "/chuyen-de-he")
    assert isinstance(found, Unreadable), found
    assert found.reason == "listing"


def test_an_article_below_its_section_with_teasers_behind_it_is_an_article() -> None:
    text = "Nước sông rút từ chiều hôm qua, các hộ ven đê đã trở về dọn nhà và rửa bùn khỏi sân trước khi trời nắng to."
    main = f"<h1>Làng chài sau lũ</h1><div class=noi-dung><p>{text}</p><p>{text[::-1]}</p></div>{teaser(0)}{teaser(1)}"
    found = read_page(page(main), HOST + "/van-hoa/lang-chai-sau-lu-10023.htm")
    assert isinstance(found, Reading), found
    assert found.text.startswith(text)


def test_the_foot_of_the_page_is_not_the_text_of_a_short_article() -> None:
    text = "Chiều 17/5, hơn hai trăm học sinh của mười hai trường đã dự hội thi đọc sách tại thư viện tỉnh."
    found = read_page(page(f"<h1>Hội thi đọc sách</h1><div><p>{text}</p></div>"), HOST + "/hoi-thi-doc-sach-10024.htm")
    assert isinstance(found, Reading), found
    assert found.text == text


def test_a_photo_story_that_tells_all_in_its_captions_has_no_body() -> None:
    told = ("Chợ họp từ bốn giờ sáng bên bến đò cũ.", "Người bán rau gánh hàng qua cầu tre.", "Tan chợ, bến vắng.")
    figures = "".join(
        f"<figure><img src='/anh/{place}.jpg'><figcaption>{caption} Ảnh: Thu Hà</figcaption></figure>"
        for place, caption in enumerate(told)
    )
    head = "<title>Phiên chợ sớm</title><meta property='article:published_time' content='2026-05-17T08:00:00+07:00'>"
    main = f"<h1>Phiên chợ sớm bên bến đò</h1><div itemprop=articleBody>{figures}</div>"
    found = read_page(page(main, head), HOST + "/phien-cho-som-10025.htm")
    assert isinstance(found, Reading), found
    assert (found.kind, found.text) == ("photo-story", "")
    assert [(image.caption, image.credit) for image in found.images] == [(caption, "Thu Hà") for caption in told]
