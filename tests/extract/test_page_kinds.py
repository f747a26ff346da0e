"""What is an article and what is not."""

from __future__ import annotations

import random

import pytest

from archive import Reading, Unreadable, read_page
from tests.extract.imaginary_paper import CAPTION, HEADLINE, LEAD, PARAGRAPHS, URL, modern, paragraphs

_TEASER = '<div class="item"><h3><a href="/tin-{0}.html">Tin thứ {0}: hội nghị tổng kết phong trào thi đua</a></h3><p>{1}</p></div>'
_LISTING = "".join(_TEASER.format(number, text) for number, text in enumerate(PARAGRAPHS))
_SCRAMBLED = "4buYfVDhu549NOG7pmJiS+G7" * 40

UNREADABLE = {
    "nothing": (b"", "empty"),
    "white space": (b" \n\t " * 50, "empty"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "not-html"),
    "noise": (random.Random(7).randbytes(300_000), "not-html"),  # somewhere in it stand <a> and <p>, in any charset
    "noise after a tag": (b"<html><body><p>" + random.Random(8).randbytes(300_000), "not-html"),
    "pdf": (b"%PDF-1.7\n1 0 obj <<>> endobj", "not-html"),
    "json": (b'{"status": "ok", "html": "<p>x</p>"}', "not-html"),
    "rss": (b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>', "not-html"),
    "sitemap": (b'<?xml version="1.0"?><urlset><url><loc>http://x.vn/</loc></url></urlset>', "not-html"),
    "plain text": ("\n".join(PARAGRAPHS).encode(), "not-html"),
    "cookie bounce": (
        b'<html><body><script>document.cookie="D1N=abc";location.reload(true);</script></body></html>',
        "cookie-bounce",
    ),
    "soft 404": (
        b"<html><title>404 Not Found</title><body><h1>Not Found</h1><p>The page is gone.</p></body></html>",
        "soft-404",
    ),
    "soft 404 in Vietnamese": (
        "<html><title>Không tìm thấy trang</title><body><h1>Trang bạn tìm không tồn tại</h1><p>Mời bạn về trang chủ.</p></body></html>".encode(),
        "soft-404",
    ),
    "wall": (
        b"<html><title>Just a moment...</title><body><p>Checking your browser before accessing the site.</p></body></html>",
        "wall",
    ),
    "listing": (modern(_LISTING).encode(), "listing"),
    "no text": (f"<html><title>{HEADLINE}</title><body><h1>{HEADLINE}</h1></body></html>".encode(), "no-article"),
}


@pytest.mark.parametrize(
    "mark",
    [
        '<meta http-equiv="refresh" content="300">',
        "<script>function chiaSe() { open('/s?u=' + location.href) }</script>",
    ],
)
def test_a_short_page_that_reloads_and_has_a_text_is_an_article(mark: str) -> None:
    reading = read_page(f"<html><head>{mark}</head><body><h1>{HEADLINE}</h1><p>{PARAGRAPHS[0]}</p></body></html>", URL)
    assert isinstance(reading, Reading), reading


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_article_is_refused_with_its_reason(name: str) -> None:
    body, reason = UNREADABLE[name]
    found = read_page(body, URL)
    assert isinstance(found, Unreadable), found
    assert found.reason == reason


NOTICES = (
    "Bài viết không tồn tại hoặc đã bị xóa.",
    "Không tìm thấy trang",
    "Xin lỗi, nội dung bạn tìm không còn tồn tại trên hệ thống.",
    "Sorry, the page you are looking for could not be found.",
    "This article has been removed at the request of its author.",
    "Diese Seite existiert nicht.",
    "La página solicitada no existe.",
)


_SIDE = "".join(f'<a href="/tin-{n}.html">Hội nghị tổng kết phong trào thi đua năm thứ {n}</a><br>' for n in range(25))
_AROUND = (
    "<div class=side>{side}</div><div class=main><h1>Thông báo</h1><p>{notice}</p></div>",
    "<table><tr><td colspan=2>BÁO SÔNG LÔ Hôm nay 16:38:42</td></tr><tr><td>{side}</td><td><div>{notice}</div></td></tr>\
<tr><td colspan=2>Báo Sông Lô - Cơ quan của Đảng bộ. Ghi rõ nguồn khi đăng lại tin của báo này.</td></tr></table>",
    "<ul>{side}</ul><div>Thông báo</div><div>{notice}</div>",
)


@pytest.mark.parametrize("around", _AROUND)
@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_among_lists_of_other_stories_is_no_list(notice: str, around: str) -> None:
    shown = around.format(side=_SIDE, notice=notice)
    found = read_page(f"<html><title>Báo Sông Lô</title><body>{shown}</body></html>", URL)
    assert isinstance(found, Unreadable)
    assert found.reason == "soft-404"


def test_a_story_of_pages_that_are_gone_is_none() -> None:
    told = ("<p>Bài viết không tồn tại hoặc đã bị xóa: bạn đọc thấy dòng ấy từ sáng 3/6.</p>", paragraphs())
    assert isinstance(read_page(modern("".join(told)), URL), Reading)


def test_home_page_is_told_by_its_address() -> None:
    found = read_page(modern(_LISTING), "http://bao.example.vn/")
    assert isinstance(found, Unreadable)
    assert found.reason == "home"


@pytest.mark.parametrize(
    "title",
    ["404", "Lỗi 404", "404 - Báo Đồi Bắc", "Error 404", "Báo Đồi Bắc | 404", "404 Not Found", "HTTP 404", "Trang 404"],
)
def test_a_title_of_an_error(title: str) -> None:
    found = read_page(
        f"<html><title>{title}</title><body><h1>{title}</h1><p>Mời bạn về trang chủ.</p></body></html>", URL
    )
    assert isinstance(found, Unreadable)
    assert found.reason == "soft-404"


@pytest.mark.parametrize(
    "title", ["Bến Dâu trồng cây ven đường, đợt 404", "404 hộ dân Gò Sặt thoát nghèo", "Yên Lĩnh: 404 hộ có nước sạch"]
)
def test_a_number_that_is_no_error(title: str) -> None:
    page = f"<html><title>{title}</title><body><h1>{title}</h1><article>{''.join(f'<p>{text}</p>' for text in PARAGRAPHS[:2])}</article></body></html>"
    assert isinstance(read_page(page, URL), Reading)


def read(markup: str) -> Reading:
    found = read_page(markup, URL)
    assert isinstance(found, Reading), found
    return found


def test_article() -> None:
    reading = read(modern(paragraphs()))
    assert (reading.kind, reading.headline) == ("article", HEADLINE)


def test_article_with_a_list_of_other_stories_stays_an_article() -> None:
    assert read(modern(paragraphs() + '<div class="box">' + _LISTING[:900] + "</div>")).kind == "article"


def test_scrambled_body_is_recorded_and_never_shown() -> None:
    reading = read(modern(f'<p class="sapo">{LEAD}</p><p>{PARAGRAPHS[0]}</p><p>{_SCRAMBLED}</p>'))
    assert reading.kind == "obfuscated"
    assert "obfuscated" in reading.flags
    assert _SCRAMBLED[:60] not in reading.text
    assert reading.lead == LEAD


def test_photo_story_keeps_its_captions() -> None:
    figures = "".join(
        f'<figure><img src="/{n}.jpg"><figcaption>{CAPTION} Ảnh {n}: Dương Hà</figcaption></figure>' for n in range(6)
    )
    reading = read(
        modern(
            f"<p>{PARAGRAPHS[0]}</p>{figures}",
            '<meta property="article:published_time" content="2024-05-20T08:15:00+07:00">',
        )
    )
    assert reading.kind == "photo-story"
    assert len([image for image in reading.images if image.caption]) == 6


def test_live_blog() -> None:
    declared = '<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "x"}</script>'
    assert read(modern(paragraphs(), declared)).kind == "live-blog"


def test_flags_tell_what_to_look_at() -> None:
    reading = read(modern(f"<p>{PARAGRAPHS[0]}</p>", '<meta property="og:type" content="article">'))
    assert "one-line-body" in reading.flags
    assert "no-date" in reading.flags


SCATTERED = "".join(f"<ul><li><b>{n}</b> Xã {n}: nước lên đến bậc cửa nhà.</li></ul>" for n in range(8))


def test_what_only_trafilatura_finds_is_read_where_the_page_says_it_is_an_article() -> None:
    declared = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Con nước năm ấy"}</script>'
    page = "<html><head>{}<title>Con nước năm ấy</title></head><body><h1>Con nước năm ấy</h1>{}</body></html>"
    reading = read_page(page.format(declared, SCATTERED), "https://bao.example/con-nuoc-nam-ay-12345.htm")
    assert isinstance(reading, Reading)
    assert dict(reading.origins)["body"] == "trafilatura"
    assert reading.text.count("lên đến bậc cửa") == 8
    assert "Con nước năm ấy" not in reading.text
