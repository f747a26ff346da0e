"""Every template shows the whole truth of an article, and wraps it as its original does."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from html import unescape

import pytest

from crawler.demo.newsroom_records import Published
from crawler.demo.paper import DAYS, changes, published
from crawler.demo.server import Newspaper

from .conftest import Get

BRIDGE = "/chuyen-muc/tin/238131/thong-xe-ky-thuat-cau-ben-got"
TEA = "/che-phu-khe-duoc-gia-dau-vu-post238130.html"
MARKET = "/phien-cho-som-ben-suoi-nga-post238127.html"
BEES = "/kinh-te/nguoi-nuoi-ong-co-am-theo-mua-hoa-238112.htm"
DOCTOR = "/Tin-Bai/phong-kham-cua-bac-si-ve-huu/51-800-238123"
SINGER = "/Tin-Bai/nguoi-giu-dieu-ho-song-thao/51-800-238121"
PAINTINGS = "/van-hoa/trien-lam-tranh-giay-gio-cua-hoc-tro-238115.htm"
BOATS = "/muoi-hai-thuyen-du-hoi-dua-song-thao-post238114.html"


def words(page: str) -> str:
    """What a person reads, composed, without scripts and styles."""
    shown = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", "", page)
    return " ".join(unicodedata.normalize("NFC", unescape(re.sub(r"<[^>]+>", " ", shown))).split())


def told(one: Published) -> list[str]:
    """Every piece of text a reader must find on the article's page."""
    body = [line for block in one.body for cells in block.text.splitlines() for line in cells.split(" | ")]
    captions = [text for picture in one.pictures for text in (picture.caption, picture.credit) if text]
    byline = [one.byline] if one.byline and one.path != BOATS else []
    return [one.headline, one.lead, *body, *captions, *one.tags, *byline, f"Trang chủ » {one.section}"]


def forms_of(day: datetime) -> list[str]:
    """How the paper may print a date."""
    plain = (f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}", f"{day:%d-%m-%Y}", f"{day:%d.%m.%Y}")
    return [*plain, f"Ngày {day:%d} tháng {day:%m} năm {day.year}"]


@pytest.mark.parametrize("day", DAYS)
def test_the_whole_truth_is_on_the_page(newspaper: Newspaper, get: Get, day: int) -> None:
    newspaper.turn_to(day)
    for one in (article for article in published(day) if article.live):
        page = get(one.path).text
        # a link inside a sentence leaves a blank where its tags were
        seen = words(page).replace(" ", "")
        assert [text for text in told(one) if "".join(text.split()) not in seen] == []
        assert one.published_at is None or any(form in words(page) for form in forms_of(one.published_at))
        assert [picture.path for picture in one.pictures if f'"{picture.path}"' not in page] == []


def test_yesterdays_words_are_gone(newspaper: Newspaper, get: Get) -> None:
    for day in DAYS[1:]:
        newspaper.turn_to(day)
        for edit in changes(day).edited:
            assert edit.field in ("credit", "scene") or edit.before not in get(edit.path).text


@pytest.mark.parametrize("path", [BRIDGE, DOCTOR, BEES, TEA])
def test_two_visits_differ_though_the_article_did_not(get: Get, path: str) -> None:
    first, second = get(path).text, get(path).text
    assert first != second
    article = next(one for one in published(1) if one.path == path)
    for page in (first, second):
        assert article.body[0].text in words(page)
    seen = [
        re.findall(r"(?:Lượt xem|Số lần xem): [\d.]+|[\d.]+ lượt (?:đọc|xem)", words(page)) for page in (first, second)
    ]
    assert len(seen[0]) == len(seen[1]) == 1 and seen[0] != seen[1], "the counter counts"
    adverts = [re.findall(r"/quang-cao/\d+\.png", page) for page in (first, second)]
    assert len(adverts[0]) >= 2 and adverts[0] != adverts[1]


def test_the_clock_tells_the_papers_day(newspaper: Newspaper, get: Get) -> None:
    assert re.search(r"Thứ Hai, ngày 18/05/2026 \| \d\d:\d\d:\d\d", words(get(TEA).text))
    newspaper.turn_to(3)
    assert "Thứ Tư, ngày 20/05/2026" in words(get(DOCTOR).text)


@pytest.mark.parametrize("path", [BRIDGE, DOCTOR, BEES, TEA])
def test_real_furniture(newspaper: Newspaper, get: Get, path: str) -> None:
    newspaper.turn_to(2)
    page = words(get(path).text)
    for title in (
        "Mới nhất",
        "Tin đọc nhiều",
        "Phản hồi",
        "Các tin khác",
        "Liên kết website",
        "Chia sẻ",
        "In bài viết",
    ):
        assert title in page
    assert "cấp ngày 02/03/2020" in page


def test_comments_come_in(newspaper: Newspaper, get: Get) -> None:
    before = get(BRIDGE).text.count('class="comment"')
    newspaper.turn_to(3)
    assert get(BRIDGE).text.count('class="comment"') >= before + 3


def test_dnn(get: Get) -> None:
    page = get(BRIDGE).text
    container = page[page.index('<div class="content-about-baiviet">') :]
    assert container.startswith('<div class="content-about-baiviet"><p><strong>Sáng 18/5')
    assert (
        '<div class="articleimg_caption">Cầu Bến Gót nhìn từ phía xã Hạ Thao sáng 18/5. Ảnh: Đức Long</div>'
        in container
    )
    assert '<p style="text-align: right;"><strong>Đức Long</strong></p></div>' in container
    assert re.search(r'<div class="padT4 padB10 titleDdtail f-11"><span>08:15 \| 18/05/2026</span> \| Lượt xem', page)


def test_webforms(get: Get) -> None:
    page = get(DOCTOR).text
    assert page.index('<form id="Form"') < page.index('name="__VIEWSTATE"') < page.index('id="dnn_ContentPane"')
    assert '<tr><td class="image_desc" colspan="1">Cánh đồng xã Đồng Mực. Ảnh: Thu Hà</td></tr>' in page
    assert "canonical" not in page
    dotnet = get("/Tin-Bai/tram-bom-yen-linh-chay-lai-sau-sau-nam/51-800-238099").text
    assert 'title="5/4/2026 8:40:00 AM">04/05/2026 08:40</span>' in dotnet


def test_plain(get: Get) -> None:
    page = get(BEES).text
    assert re.search(
        r'<p style="text-align:center"><img [^>]+><img [^>]+></p>'
        r'<p style="text-align:center"><em>Những sườn đồi đặt tổ ong ở xã Cổ Am\. Ảnh: Dương Miên</em></p>',
        page,
    ), "two pictures, one caption"


def test_modern(newspaper: Newspaper, get: Get) -> None:
    page = get(TEA).text
    assert '<figure><img class="lazyload" src="data:image/gif;base64,' in page
    assert 'data-src="/anh/2026/05/doi-che-phu-khe.png"' in page
    assert '<time datetime="2026-05-18T06:40:00+07:00">18/05/2026 06:40</time>' in page
    assert f'<meta property="og:url" content="{newspaper.base_url}{TEA}">' in page
    assert '"datePublished": "2026-05-18T06:40:00+07:00"' in page and '"name": "Minh Châu"' in page
    gallery = get(MARKET).text
    assert re.search(
        r'<div class="layout-image-2"><figure>.*?</figure><figure>.*?</figure><figcaption>Hàng vải', gallery
    )


def test_a_byline_may_stand_in_the_linked_data_only(get: Get) -> None:
    page = get(BOATS).text
    assert '"name": "Trịnh Bằng"' in page and 'class="name"' not in page


def test_numeric_entities(get: Get) -> None:
    page = get(SINGER).text
    assert page.isascii() and "H&#242; s&#244;ng Thao" in page


def test_part_of_a_page_is_decomposed(get: Get) -> None:
    page = get(PAINTINGS).text
    headline = "Triển lãm tranh giấy gió của học trò vùng cao"
    assert f"<h1>{unicodedata.normalize('NFD', headline)}</h1>" in page
    assert "Bức được nhiều người dừng lại xem nhất" in page, "the first paragraph is composed"
    assert unicodedata.normalize("NFD", "Giấy do chính các em seo") in page, "the second is not"


def test_pages_without_a_machine_readable_date(get: Get) -> None:
    for path in (BRIDGE, BEES):
        page = get(path).text
        assert "datetime=" not in page and "published_time" not in page and "ld+json" not in page


def test_no_date_at_all(get: Get) -> None:
    page = get("/phap-luat/canh-bao-gia-danh-nhan-vien-dien-luc-238116.htm").text
    assert "14/05/2026" not in page and "16:05" not in page


def test_print_copies(get: Get) -> None:
    page = get("/in-bai/238131").text
    assert "Cầu dài 684 m" in page and f'{BRIDGE}">' in page
    assert get("/in-bai/999999").status == 404
