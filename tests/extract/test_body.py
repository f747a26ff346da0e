"""Paragraphs in every form, whole and in order; nothing of the page around them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archive import Reading, read_page
from tests.extract.imaginary_paper import HEADLINE, LEAD, PARAGRAPHS, URL, modern, paragraphs, tables

Layout = Callable[[str], str]


def _half(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>" if number % 2 else f"<div>{text}</div>" for number, text in enumerate(texts))


FORMS = {
    "p": paragraphs(),
    "div": paragraphs(tag="div"),
    "justified div": "".join(f'<div style="text-align: justify;">{text}</div>' for text in PARAGRAPHS),
    "br br": "<br><br>".join(PARAGRAPHS),
    "br nbsp br": "<br>&nbsp;<br />".join(PARAGRAPHS),
    "half p, half div": _half(PARAGRAPHS),
    "one div among p": paragraphs().replace(f"<p>{PARAGRAPHS[4]}</p>", f"<div>{PARAGRAPHS[4]}</div>"),
    "bare text between empty p": "<p></p>".join(PARAGRAPHS),
    "p, then bare text": "".join(f"<p>{text}</p>" for text in PARAGRAPHS[:4])
    + "<p></p>"
    + "<p></p>".join(PARAGRAPHS[4:]),
    "spans": "".join(
        f'<p><span style="font-size:14px"><font face=arial>{text}</font></span></p>' for text in PARAGRAPHS
    ),
    "classes of another feature, negated": "".join(
        f'<div class="no-tts"><div class="no-ads no-share"><p>{text}</p></div></div>' for text in PARAGRAPHS
    ),
    "unclosed p": "".join(f"<p>{text}" for text in PARAGRAPHS),
    "table rows": "<table>" + "".join(f"<tr><td>{text}</td></tr>" for text in PARAGRAPHS) + "</table>",
}


def read(markup: str) -> Reading:
    reading = read_page(markup, URL)
    assert isinstance(reading, Reading), reading
    return reading


@pytest.mark.parametrize("layout", [modern, tables], ids=["div", "table"])
@pytest.mark.parametrize("form", FORMS)
def test_no_paragraph_is_lost_and_none_comes_from_the_page_around(form: str, layout: Layout) -> None:
    assert read(layout(FORMS[form])).text.split("\n\n") == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "markup",
    [f'<p class="sapo">{LEAD}</p>', f'<h2 class="detail-sapo">{LEAD}</h2>', f'<div class="summary">{LEAD}</div>'],
    ids=["sapo", "detail-sapo", "summary"],
)
@pytest.mark.parametrize("layout", [modern, tables], ids=["div", "table"])
def test_lead_is_kept_apart(markup: str, layout: Layout) -> None:
    reading = read(layout(markup + paragraphs()))
    assert reading.lead == LEAD
    assert reading.text.split("\n\n") == list(PARAGRAPHS)


def test_first_bold_paragraph_is_the_lead() -> None:
    reading = read(modern(f"<p><strong>{LEAD}</strong></p>" + paragraphs()))
    assert reading.lead == LEAD
    assert reading.text.startswith(PARAGRAPHS[0])


def test_declared_description_printed_under_the_headline_is_the_lead() -> None:
    page = modern(f"<div>{LEAD}</div>{paragraphs()}", f'<meta name="description" content="{LEAD}">')
    assert read(page).lead == LEAD


def test_description_that_the_page_does_not_print_is_no_lead() -> None:
    assert read(modern(paragraphs(), f'<meta name="description" content="{LEAD}">')).lead is None


def test_kinds_of_blocks() -> None:
    extra = (
        "<h3>Tổ chức thực hiện ở cơ sở</h3>",
        "<blockquote>Làm theo Bác phải từ những việc nhỏ nhất hằng ngày, ông Hùng nói.</blockquote>",
        "<ul><li>Thôn Chằm làm mới 3 km đường hoa ven sông</li><li>Thôn Đông vận động 40 hộ hiến đất mở đường</li></ul>",
        "<table><tr><th>Xã</th><th>Số mô hình</th></tr><tr><td>Hoàng Đan</td><td>12</td></tr><tr><td>Duy Phiên</td><td>9</td></tr></table>",
    )
    reading = read(modern(paragraphs(*((number + 2, markup) for number, markup in enumerate(extra)))))
    shown = [(block.kind, block.text[:12]) for block in reading.blocks if block.kind != "paragraph"]
    assert shown == [
        ("subhead", "Tổ chức thực"),
        ("quote", "Làm theo Bác"),
        ("list", "Thôn Chằm là"),
        ("list", "Thôn Đông vậ"),
        ("table", "Xã | Số mô h"),
    ]


FURNITURE = {
    "related list": '<div class="tin-lien-quan"><b>Tin liên quan</b><ul><li><a href="/1.html">Huyện Tam Dương sơ kết sáu tháng đầu năm</a></li></ul></div>',
    "comments": '<div id="comments"><h3>Bình luận (1)</h3><div class="comment">Bài viết rất hay và có ý nghĩa, cảm ơn tòa soạn nhiều.</div></div>',
    "share bar": '<div class="share"><a href="#">Facebook</a> <a href="#">Zalo</a></div>',
    "tags": '<div class="tags">Từ khóa: <a href="/tag/tam-duong">Tam Dương</a>, <a href="/tag/thi-dua">thi đua</a></div>',
    "advert": '<div class="quang-cao">Mua ngay hôm nay, giảm giá 50% tất cả sản phẩm tại cửa hàng.</div>',
    "source line": "<p>Theo VOV</p>",
    "read more": '<p>Xem thêm: <a href="/x.html">Tam Dương đón bằng công nhận huyện đạt chuẩn nông thôn mới</a></p>',
    "print line": "<p>In bài viết</p>",
    "view counter": "<p>Số lượt đọc: 1.204</p>",
    "readers counted in English": "<p>Read 1,204 times</p>",
    "how one leaves a newsletter": "<p>You can unsubscribe at any time, and your data will not be shared.</p>",
    "where to write what one thinks": "<p><b>Your feedback is important to us</b></p><p>Tell us what you think.</p>",
    "where to reach the reporter": "<p>Contact reporter Ann Lee at alee@post.example or 541-338-2454. Want more stories like this? Subscribe.</p>",
    "where letters are ordered": "<p>Get New England news to your inbox. Sign up for POST newsletters.</p>",
    "what an inbox gets": "<p>Get the best of News18 delivered to your inbox - subscribe to Daybreak.</p>",
    "who wants to know": "<p>Got a tip? Email Ann Lee at alee@post.example.</p><p>Please consider making a donation.</p>",
    "what it costs to help": "<p>Help us to carry on - For as little as £5, you can support the Post.</p>",
    "where a film stood": "<p>[Gambas:Video 20detik]</p>",
    "whose the first picture is": "<p>Źródło zdjęcia głównego: Jan Kos/PAP</p>",
    "a link in Russian": "<p><b>Читайте материал <a href=/x>Гости раскрыли закулисье праздника</a></b></p>",
    "an offer of letters": "<p>Nichts Neues verpassen! - Newsletter abonnieren</p>",
    "what a reader may also like": "<p>If you enjoyed reading this post, there is more to come.</p>",
    "when it was posted": "<p>Dieser Beitrag wurde am 3. Mai von Eva Kurz veröffentlicht und in Leben abgelegt.</p>",
    "a player's label": "<p>Listen to this article</p>",
    "a call to rate": "<p>Értékeld a cikket</p>",
    "how many voted": "<p>(6816 bình chọn, 9/10 điểm)</p>",
    "what the browser must do": "<p>Pełne korzystanie z serwisu wymaga w przeglądarce włączonego JavaScript.</p>",
    "who may not print it": "<p>&lt;저작권자ⓒ지방일보. 무단전재-재배포 금지&gt;</p>",
    "how long ago it was printed": "<p>3 giờ trước</p>",
    "how long ago it was last touched, in English": "<p>Updated 25 minutes ago</p>",
    "when it was last touched": "<p>Cập nhật lần cuối: 11h45 ngày 02/3/2026</p>",
    "when it was last touched, in English": "<p>Updated on 4 March 2026 at 12.45 GMT</p>",
    "where to follow": "<p>Mời bạn đọc theo dõi Báo Sông Quê trên <a href='https://news.google.com/x'>Google News</a></p>",
    "an account to follow": "<p>Quan tâm Zalo OA Báo Sông Quê để nhận tin sớm</p>",
    "a film below": "<p><em>Mời quý vị đón xem video:</em></p>",
    "an app": "<p>Quét mã QR để tải ứng dụng Báo Sông Quê</p>",
    "where to write": "<p>Mọi ý kiến đóng góp xin gửi về tòa soạn, số 8 phố Bến Gỗ, hoặc gọi 0299 3000 118.</p>",
    "a reading voice": "<p>Nghe bài viết: Giọng nữ miền Bắc 4:12</p>",
    "empty comment box": "<p>Hiện chưa có bình luận nào, hãy trở thành người đầu tiên bình luận cho bài viết này!</p>",
}


@pytest.mark.parametrize("name", FURNITURE)
def test_furniture_behind_the_body_is_left_out(name: str) -> None:
    assert read(modern(paragraphs() + FURNITURE[name])).text.split("\n\n") == list(PARAGRAPHS)


@pytest.mark.parametrize("name", ["related list", "share bar", "advert", "read more"])
def test_furniture_between_paragraphs_is_left_out(name: str) -> None:
    assert read(modern(paragraphs((3, FURNITURE[name])))).text.split("\n\n") == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "line",
    [
        "Cập nhật ngày 4/3/2026: nâng diện tích gieo trồng lên 400 héc-ta.",
        "Updated on 4 March 2026 to add what the police said.",
        "3 ngày trước, ông Nguyễn Văn Bình đã gửi đơn lên ủy ban xã.",
        "1.204 lượt xem là con số cao nhất từ trước đến nay của kênh.",
        "Views of the river: 19 villages look at it.",
        "Mọi thông tin về đối tượng xin báo cho Công an xã theo số 0299 3000 113.",
        "Mời bà con theo dõi mực nước sông trên loa của xã.",
        "Nghe bài hát ấy, ai cũng nhớ về những mùa lũ cũ.",
    ],
)
def test_a_sentence_that_begins_like_a_counter_stays(line: str) -> None:
    assert read(modern(paragraphs() + f"<p>{line}</p>")).text.split("\n\n") == [*PARAGRAPHS, line]


def test_a_changed_sidebar_changes_nothing() -> None:
    page = modern(paragraphs())
    assert read(page) == read(page.replace("hội nghị sơ kết công tác", "lễ phát động trồng cây"))


def test_headline_is_not_repeated_in_the_body() -> None:
    assert HEADLINE not in read(modern(f"<p><b>{HEADLINE}</b></p>" + paragraphs())).text


def test_image_blocks_name_their_images() -> None:
    picture = '<figure><img src="/{0}.jpg"><figcaption>Quang cảnh hội nghị thứ {0} của huyện</figcaption></figure>'
    reading = read(modern(paragraphs((1, picture.format(1)), (5, picture.format(2)))))
    numbers = [block.image for block in reading.blocks if block.kind == "image"]
    assert [reading.images[number].url[-5:] for number in numbers if number is not None] == ["1.jpg", "2.jpg"]


def test_text_is_nfc_and_without_invisible_characters() -> None:
    import unicodedata

    page = unicodedata.normalize("NFD", modern(paragraphs())).replace("Tam Dương", "Tam\u00a0Dư\u200bơng")
    text = read(page).text
    assert unicodedata.is_normalized("NFC", text)
    assert not any(char in text for char in "\u00a0\u200b\u00ad")


def test_a_body_that_only_a_script_shows_is_read_from_the_linked_data() -> None:
    body = "\\n\\n".join(PARAGRAPHS)
    declared = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{body}"}}</script>'
    reading = read(modern("<div id=app></div>", declared).replace("<ul><li>", "<ul hidden><li>"))
    assert reading.text.split("\n\n") == list(PARAGRAPHS)
    assert dict(reading.origins)["body"] == "json-ld"


def test_a_paragraph_in_the_middle_that_is_declared_as_description_is_no_lead() -> None:
    reading = read(modern(paragraphs(), f'<meta name="description" content="{PARAGRAPHS[2]}">'))
    assert reading.lead is None
    assert reading.text.split("\n\n") == list(PARAGRAPHS)


def test_words_of_a_nested_link_stay_in_their_place() -> None:
    markup = '<p class="sapo">Huyện Tam Dương, <a href="/x"><span>trong ba năm qua</span></a>, đã xây dựng 200 mô hình mới.</p>'
    reading = read(modern(markup + paragraphs()))
    assert reading.lead == "Huyện Tam Dương, trong ba năm qua, đã xây dựng 200 mô hình mới."


def test_every_image_has_one_place() -> None:
    picture = '<figure><img src="/{0}.jpg"><figcaption>Quang cảnh hội nghị thứ {0} của huyện. Ảnh: Dương Hà</figcaption></figure>'
    page = modern(paragraphs((4, picture.format(2)))).replace(
        '<div class="noi-dung-bai">', picture.format(1) + '<div class="noi-dung-bai">'
    )
    reading = read(page.replace("<h3>Phản hồi</h3>", picture.format(3) + "<h3>Phản hồi</h3>"))
    order = [block.image if block.kind == "image" else "text" for block in reading.blocks]
    assert [image.url[-5:] for image in reading.images] == ["1.jpg", "2.jpg", "3.jpg"]
    assert order == [0, *["text"] * 4, 1, *["text"] * 4, 2]


def test_tags_that_nobody_closed_do_not_end_the_page() -> None:
    old = "".join(f'<p><font face="Arial"><b><font size="2">{text}</p>' for text in PARAGRAPHS)
    page = tables("<font color=black>" * 300 + old)
    assert read(page).text.split("\n\n") == list(PARAGRAPHS)


def test_a_short_bold_paragraph_is_a_subhead() -> None:
    reading = read(modern(paragraphs((3, "<p><strong>Tổ chức thực hiện ở cơ sở</strong></p>"))))
    assert [block.text for block in reading.blocks if block.kind == "subhead"] == ["Tổ chức thực hiện ở cơ sở"]


def test_a_table_a_list_and_a_subhead_among_the_paragraphs_stay() -> None:
    cells = "".join(f"<tr><td>Xã {number}</td><td>{number} hộ</td></tr>" for number in range(3))
    others = f"<h3 class=x1>Số liệu</h3><table class=x2>{cells}</table><ul class=x3><li>Một điểm.</li></ul>"
    column = "".join(f"<p>{text}</p>" for text in PARAGRAPHS[:3]) + others + f"<p>{PARAGRAPHS[3]}</p>"
    reading = read(modern(column))
    kinds = [(block.kind, block.text) for block in reading.blocks if block.kind != "paragraph"]
    assert kinds == [
        ("subhead", "Số liệu"),
        ("table", "Xã 0 | 0 hộ\nXã 1 | 1 hộ\nXã 2 | 2 hộ"),
        ("list", "Một điểm."),
    ]


def _teaser(number: int, label: str) -> str:
    excerpt = (
        f"Một bài khác, số {number}, kể về chợ phiên của xã bên cạnh vào sáng chủ nhật tuần trước, có nhiều người đến."
    )
    return f"<h3>Tin số {number} của hôm nay</h3><p>{label}</p><p>{excerpt}</p>"


@pytest.mark.parametrize(
    ("heading", "label", "kept"),
    [("Tin khác", "Ban biên tập", 0), ("Tin khác", "", 4), ("Chuyện ở xã", "Ban biên tập", 4)],
)
def test_what_stands_behind_a_related_heading_with_one_label_again_and_again_is_teasers(
    heading: str, label: str, kept: int
) -> None:
    labels = [label or f"Nhóm {number}" for number in range(4)]
    teasers = "".join(_teaser(number, name) for number, name in enumerate(labels))
    reading = read(modern(f"{paragraphs()}<h2>{heading}</h2>{teasers}"))
    assert reading.text.startswith("\n\n".join(PARAGRAPHS))
    assert reading.text.count("chợ phiên của xã bên cạnh") == kept


def test_the_biography_of_an_author_above_the_text_is_no_lead() -> None:
    biography = "Minh là phóng viên của báo, viết về nông thôn, chợ quê và những con đường mới mở."
    reading = read(modern(f'<div class="author">Minh Hải</div><p class="summary">{biography}</p>{paragraphs()}'))
    assert (reading.authors, reading.lead) == (("Minh Hải",), None)
    assert reading.text.split("\n\n") == list(PARAGRAPHS)


_MASTHEADS = (
    '<a href="/">BÁO SÔNG LÔ</a> Hôm nay 16:38:{second} | Lượt truy cập 40{second}',
    "Hanoi 31°C | 16:38:{second} | {second} readers online",
)


@pytest.mark.parametrize("masthead", _MASTHEADS)
def test_clock_and_counter_in_one_table_with_the_article_are_no_text(masthead: str) -> None:
    def read(second: int) -> Reading:
        rows = (
            f"<tr><td>{masthead.format(second=second)}</td></tr><tr><td><div>{HEADLINE}</div>{paragraphs()}</td></tr>"
        )
        found = read_page(f"<html><title>{HEADLINE} - Báo</title><body><table>{rows}</table></body></html>", URL)
        assert isinstance(found, Reading)
        return found

    assert read(21) == read(57)
    assert [block.text for block in read(21).blocks] == list(PARAGRAPHS)
