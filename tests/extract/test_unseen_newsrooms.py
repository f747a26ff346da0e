"""Kinds of page that newsrooms nobody here knows print: small pages of our own, with what is right written by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest

import pytest
from lxml import html

from archive import read_page
from archive.extract.blocks import pieces
from archive.extract.body import Body
from archive.extract.body_cleaning import teasers_of
from archive.extract.likelihood import Evidence, features
from archive.extract.metadata import Metadata
from archive.model.records import Image, Reading, Unreadable

URL = "http://baotrungdu.vn/doi-song/cam-khe-mo-lop-hat-xoan-cho-tre-em-bv5102.tdu"
TEXT = (
    "Hàng trăm hộ dân ở Cẩm Khê vừa có thêm niềm vui khi địa phương mở lớp hát xoan sau ba năm chuẩn bị.",
    "Bà Hoàng Mai cho biết gia đình đã chờ ngày này hơn 12 năm và nay rất phấn khởi, nhất là các cháu nhỏ.",
    "Lớp học mở vào tối thứ bảy hằng tuần tại nhà văn hóa xã, do các nghệ nhân của phường xoan đứng lớp.",
)
CAPTION, NAME = "Một góc Cẩm Khê trong buổi mở lớp hát xoan", "Ngọc Ánh"


def page(between: str = "", above: str = "", head: str = "", foot: str = "") -> bytes:
    """An article with something between its first and second paragraph, above its headline, or behind its text."""
    paragraphs = [f"<p>{text}</p>" for text in TEXT]
    body = paragraphs[0] + between + "".join(paragraphs[1:]) + foot
    return (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Cẩm Khê mở lớp hát xoan cho trẻ em</title>'
        f'{head}</head><body>{above}<div class="bai"><h1>Cẩm Khê mở lớp hát xoan cho trẻ em</h1>'
        f'<div class="ngaydang">23/11/2026 - 08:15</div><div class="noidung">{body}</div></div></body></html>'
    ).encode()


def read(body: bytes) -> Reading:
    found = read_page(body, URL)
    assert isinstance(found, Reading)
    return found


LINK = '<a href="/khac-1.html">Một bài khác của báo</a>'


@pytest.mark.parametrize(
    ("between", "kept"),
    [
        (
            '<p>Các em <a class="cms-relate" href="/x">thị trấn Cẩm Khê</a>, học đều.</p>',
            "Các em thị trấn Cẩm Khê, học đều.",
        ),
        (f"<p>Các em trong xã đều học rất chăm.<br>&gt;&gt; {LINK}</p>", "Các em trong xã đều học rất chăm."),
        ("<p>Chia sẻ bài viết của bạn về quê hương tại đây.</p>", None),
    ],
)
def test_links_in_a_sentence_stay_and_pointers_to_other_stories_go(between: str, kept: str | None) -> None:
    assert read(page(between)).text == "\n\n".join(filter(None, (TEXT[0], kept, *TEXT[1:])))


def test_text_beside_a_picture_in_a_box_named_after_it_is_its_caption() -> None:
    image = only(page(f'<div class="img"><img src="/a/lop-hat-xoan.jpg"><p>{CAPTION}</p></div>'))
    assert image.caption == CAPTION


def test_picture_whose_text_links_to_where_it_links_is_a_teaser() -> None:
    link = '<a href="/khac-1.html">'
    box = f'<div>{link}<img src="/a/khac.jpg"></a><div class="caption">TIN {link}Một bài khác của báo</a></div></div>'
    assert read(page(box)).images == ()


def test_pictures_are_found_where_a_rule_drops_the_box_of_the_headline() -> None:
    picture = f'<p><img src="/a/lop-hat-xoan.jpg"></p><p><em>{CAPTION}</em></p>'
    header = '<div class="sc-longform-header"><h1 class="sc-longform-header-title">Cẩm Khê mở lớp hát xoan</h1></div>'
    body = f'<div class="b-maincontent">{header}<p>{TEXT[0]}</p>{picture}<p>{TEXT[1]}</p><p>{TEXT[2]}</p></div>'
    assert only(f'<meta charset="utf-8"><html lang="vi"><body>{body}</body></html>'.encode()).caption == CAPTION


def test_a_figure_inside_a_link_to_another_story_is_a_teaser() -> None:
    figure = "<figure><a href='/photostory/khac-2.html'><img src='/a/khac.jpg'><figcaption>Một bài khác của báo</figcaption></a></figure>"
    assert read(page(foot=figure)).images == ()


def test_an_element_that_a_script_makes_a_picture_of() -> None:
    figure = f"<figure><lazy-image src='/a/lop-hat-xoan.jpg'></lazy-image><figcaption>{CAPTION}</figcaption></figure>"
    assert only(page(figure)).caption == CAPTION


@pytest.mark.parametrize("words", ["watch now", "Audio", "Video ansehen", "Durée de l'audio 4:22"])
def test_the_words_on_a_player_are_no_caption(words: str) -> None:
    box = f"<div class='picture'><img src='/a/lop-hat-xoan.jpg' width='800'><span>{words}</span></div>"
    assert only(page(box)).caption is None


@pytest.mark.parametrize(
    "source",
    [
        "/2022/04/logo.jpg",
        "/wp-content/themes/sao/mark.gif",
        "https://qr.example/create/?data=x&size=120x120&format=png",
    ],
)
def test_graphics_of_the_site_are_no_pictures_of_the_article(source: str) -> None:
    assert read(page(f"<p><img src='{source}'></p>")).images == ()


def only(body: bytes) -> Image:
    (image,) = read(body).images
    return image


@pytest.mark.parametrize(
    "printed",
    [
        f"<span>{CAPTION}</span><cite>{NAME}</cite>",
        f"{CAPTION} <small>{NAME}</small>",
        f"<span>{CAPTION}</span><span class='tac-gia'>{NAME}</span>",
        f"<div>{CAPTION}</div><div>{NAME}</div>",
        f"{CAPTION}<br>{NAME}",
        f"{CAPTION} - <em>{NAME}</em>",
        f"<span>{CAPTION}</span><cite>Ảnh: {NAME}</cite>",
        f"<h4>{CAPTION}</h4><div class='image__author'>{NAME}</div>",
        f"<span>Ảnh: {NAME}</span> {CAPTION}",
    ],
)
def test_a_credit_in_an_element_of_its_own(printed: str) -> None:
    image = only(page(f"<figure><img src='/a.png'><figcaption>{printed}</figcaption></figure>"))
    assert (image.caption, image.credit) == (CAPTION, NAME)


@pytest.mark.parametrize("end", ["<em>Đào, phở và piano</em>", "<a href='/x'>lớp hát xoan ở làng bên</a>"])
def test_the_end_of_a_sentence_is_no_credit(end: str) -> None:
    image = only(page(f"<figure><img src='/a.png'><figcaption>Một cảnh quay của {end}</figcaption></figure>"))
    assert image.credit is None


@pytest.mark.parametrize(
    ("printed", "caption", "credit"),
    [
        ("Ben Gabbe via Getty Images", None, "Ben Gabbe via Getty Images"),
        ("EFE", None, "EFE"),
        ("Mike Watson Images/Moodboard/Getty", None, "Mike Watson Images/Moodboard/Getty"),
        ("A street at dusk. Ana Ruiz | Archive | The Daily", "A street at dusk.", "Ana Ruiz | Archive | The Daily"),
        ("El ministro saluda tras la foto de familia del grupo.", "El ministro saluda tras la foto de familia del grupo.", None),
        ("Hai chị em họp mặt. (Hoa đứng ngoài cùng bên phải)", "Hai chị em họp mặt. (Hoa đứng ngoài cùng bên phải)", None),
    ],
)  # fmt: skip
def test_caption_and_credit_in_one_string(printed: str, caption: str | None, credit: str | None) -> None:
    image = only(page(f"<figure><img src='/a.png'><figcaption>{printed}</figcaption></figure>"))
    assert (image.caption, image.credit) == (caption, credit)


@pytest.mark.parametrize("box", ["aside", "div class='promo widget'", "div class='sidebar-share'"])
def test_a_captioned_picture_stays_whatever_its_box_is_called(box: str) -> None:
    figure = f"<figure><img src='/a.png'><figcaption>{CAPTION}</figcaption></figure>"
    image = only(page(f"<{box}>{figure}</{box.split()[0]}>"))
    assert image.caption == CAPTION


def test_a_box_around_the_picture_of_a_figure_stays_whatever_it_is_called() -> None:
    captions = f"<figcaption>{CAPTION}</figcaption><figcaption><span class='credit'>{NAME}</span></figcaption>"
    figure = (
        f"<figure class='modal-image'><div class='modal-image__wrapper'><img src='/a.png'></div>{captions}</figure>"
    )
    image = only(page(figure))
    assert (image.url, image.caption, image.credit) == ("http://baotrungdu.vn/a.png", CAPTION, NAME)


def test_a_box_with_a_picture_and_another_story_goes() -> None:
    teaser = "<a href='/khac'>Phù Ninh tổ chức hội thi gói bánh chưng lần thứ mười</a>"
    box = f"<aside><figure><a href='/khac'><img src='/b.png'></a><figcaption>{teaser}</figcaption></figure></aside>"
    assert read(page(box)).images == ()


def test_the_picture_above_the_headline_that_the_page_declares() -> None:
    head = "<meta property='og:image' content='https://baotrungdu.vn/anh/lop-hat-xoan-cam-khe-1200x630.jpg'>"
    above = "<div class='dau'><img src='/anh/lop-hat-xoan-cam-khe.jpg'></div>"
    image = only(page(head=head, above=above))
    assert image.url == "http://baotrungdu.vn/anh/lop-hat-xoan-cam-khe.jpg"
    assert image.caption is None


OURS = "http://baotrungdu.vn/anh/2026/11/xoan.jpg"
HEAD = f"<meta property='og:image' content='{OURS.replace('http:', 'https:')}?fit=850'>"


@pytest.mark.parametrize(
    "box",
    [
        "<div class='openPopup'><img src='/anh/2026/11/xoan.jpg'><span class='x1'>{}</span></div>",
        "<ul class='slider' style='display:none'><li><img src='/anh/2026/11/xoan.jpg'><p>{}</p></li></ul>",
        "<div class='img'><img class='image_btn' src='/anh/2026/11/xoan.jpg'><p>{}</p></div>",
        "<ul style='display: none'><li><img src='/anh/2026/11/xoan.jpg' title='{} | TTXVN'></li></ul>",
        "<figure class='bai__avatar'><img src='/anh/2026/11/xoan.jpg'><figcaption>{}</figcaption></figure>",
        "<aside><img src='/anh/2026/11/w600/xoan.JPG.jpg'><p>{}</p></aside>",
    ],
)
def test_the_declared_picture_and_its_line_stay_whatever_box_holds_them(box: str) -> None:
    found = read(page(head=HEAD).replace(b"</h1>", b"</h1>" + box.format(CAPTION).encode()))
    (image,) = found.images
    assert image.caption == CAPTION and "xoan" in image.url
    assert CAPTION not in found.text


def test_a_declared_picture_that_is_only_a_background() -> None:
    box = "<div class='dau' style='background-image:url(/anh/2026/11/xoan.jpg?w=850)'></div>"
    assert only(page(head=HEAD).replace(b"</h1>", b"</h1>" + box.encode())).url == f"{OURS}?w=850"


def test_a_gallery_in_a_box_named_for_furniture_gives_pictures_and_no_guessed_captions() -> None:
    slides = "".join(f"<div><img src='/anh/2026/11/{n}.jpg'><p>{TEXT[1]}</p></div>" for n in ("xoan", "lop", "hoi"))
    found = read(page(head=HEAD).replace(b"</h1>", f"</h1><div class='popup'>{slides}</div>".encode()))
    assert [image.caption for image in found.images] == [None] * len(found.images)
    assert found.images[0].url == OURS


def test_pictures_stay_where_a_rule_drops_the_headline_s_box() -> None:
    figure = f"<p><img src='/anh/lop.jpg'></p><p><em>{CAPTION}.</em></p>"
    header = "<div class='sc-longform-header'><h1 class='sc-longform-header-title'>Cẩm Khê mở lớp hát xoan</h1></div>"
    body = "".join(f"<p>{text}</p>" for text in TEXT)
    found = read(f"<html><body><div class='b-maincontent'>{header}{figure}{body}</div></body></html>".encode())
    assert [image.caption for image in found.images] == [f"{CAPTION}."]
    assert CAPTION not in found.text


def test_who_signs_for_text_and_pictures_took_the_pictures() -> None:
    signed = page(f"<p><img src='/a.jpg'></p><p><em>{CAPTION}.</em></p>", foot=f"<p><b>Bài và ảnh: {NAME}</b></p>")
    found = read(signed)
    assert found.authors == (NAME,)
    assert [image.credit for image in found.images] == [NAME]


TITLES = ("Phù Ninh tổ chức hội thi gói bánh chưng", "Thanh Ba khánh thành cầu mới qua sông Thao")


LINK = "<a href='/khac-{0}.htm'>{1}</a>"
PICTURE = "<img src='/anh/{0}.jpg'>"


@pytest.mark.parametrize(
    "card",
    [
        f"<div>{PICTURE}</div><p><em>Tóm tắt của một bài khác.</em></p><p><a href='/khac-{{0}}.htm'>Xem</a></p><h4>{LINK}</h4>",
        f"<a href='/khac-{{0}}.htm'>{PICTURE}</a><div class='the-caption'>Tỉnh {LINK} 09.08.2026 10:52</div>",
    ],
)
def test_pictures_of_teasers_in_the_text_s_column_are_other_stories_s(card: str) -> None:
    cards = "".join(f"<div>{card.format(number, title)}</div>" for number, title in enumerate(TITLES))
    assert read(page(foot=f"<div class='hang'>{cards}</div>")).images == ()


def test_a_declared_picture_that_leads_to_another_page_is_not_the_article_s() -> None:
    head = "<meta property='og:image' content='https://baotrungdu.vn/anh/lop-hat-xoan-cam-khe.jpg'>"
    above = "<a href='/khac'><img src='/anh/lop-hat-xoan-cam-khe.jpg'> Phù Ninh tổ chức hội thi gói bánh</a>"
    assert read(page(head=head, above=above)).images == ()


def test_lines_below_pictures_in_a_block_that_breaks_divide() -> None:
    rows = "".join(f"<img src='/{n}.jpg'><br>Ảnh chụp buổi học thứ {n} của lớp<br><br>" for n in (1, 2, 3))
    found = read(page(f"<div align='center'><i>{rows}</i></div>"))
    assert [(one.url[-5:], one.caption) for one in found.images] == [
        ("1.jpg", "Ảnh chụp buổi học thứ 1 của lớp"),
        ("2.jpg", "Ảnh chụp buổi học thứ 2 của lớp"),
        ("3.jpg", "Ảnh chụp buổi học thứ 3 của lớp"),
    ]
    assert "buổi học thứ" not in found.text


def test_a_picture_that_leads_to_another_page_or_stands_in_a_card_is_another_story_s() -> None:
    alone = '<p><a href="/khac-bv1.tdu"><img src="/khac.jpg" width="640"></a></p>'
    card = (
        '<div><div><img src="/khac.jpg"></div><a href="/khac-bv1.tdu">Phù Ninh tổ chức hội thi gói bánh chưng</a></div>'
    )
    assert read(page(alone)).images == ()
    assert read(page(card)).images == ()
    assert len(read(page('<p><a href="/lon/a.jpg"><img src="/a.jpg"></a></p>')).images) == 1  # its own enlargement


def test_a_copy_the_size_of_a_stamp_belongs_to_a_link() -> None:
    assert read(page("<p><img src='/tin-khac.jpg?w=145&h=101'></p>")).images == ()


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("Bài: Lê Minh; ảnh: Thu Hà", ("Lê Minh",)),
        ("Bài Lê Minh - Ảnh Thu Hà", ("Lê Minh",)),
        ("Bài và ảnh Lê Minh", ("Lê Minh",)),
        ("Tin, ảnh: Lê Minh", ("Lê Minh",)),
        ("Ghi chép của Trần Hùng", ("Trần Hùng",)),
        ("Hoàng Nam - Ban CHQS tỉnh", ("Hoàng Nam",)),
        ("Hoàng Nam, Sở Y tế", ("Hoàng Nam",)),
        ("Theo Báo Nhân Dân", ()),
        ("B.B.T", ()),
        ("K. Miên", ("K. Miên",)),
        ("BS. Hoàng Nam", ("Hoàng Nam",)),
        ("Hoàng Nam<br>Ban Tuyên giáo Tỉnh ủy", ("Hoàng Nam",)),
        ("Truyện ngắn: Hoàng Nam", ("Hoàng Nam",)),
    ],
)
def test_who_signs(line: str, authors: tuple[str, ...]) -> None:
    assert read(page(foot=f'<p style="text-align:right"><strong>{line}</strong></p>')).authors == authors


def test_an_organization_below_a_marked_name_is_no_part_of_it() -> None:
    assert read(page(foot='<p class="author">Hoàng Nam<br>Ban Tuyên giáo Tỉnh ủy</p>')).authors == ("Hoàng Nam",)


@pytest.mark.parametrize("declared", ["baotrungdutoasoan", "bbt.admin", "SEO Traffic Team", "Theo Ngoisao"])
def test_an_account_is_no_author_where_a_person_signs(declared: str) -> None:
    head = f'<meta name="author" content="{declared}">'
    foot = '<p align="right"><b>Quang Phong - Tùng Nguyên</b></p>'
    assert read(page(head=head, foot=foot)).authors == ("Quang Phong", "Tùng Nguyên")


@pytest.mark.parametrize("account", ["redaktor", "GNB", "fhaacker"])
@pytest.mark.parametrize("shown", ["", "<div style='display: none'><a class='fn' href='/author/x/'>{0}</a></div>"])
def test_a_word_that_the_page_declares_and_does_not_show_is_no_author(account: str, shown: str) -> None:
    linked = {
        "@type": "NewsArticle",
        "headline": "Cẩm Khê mở lớp hát xoan cho trẻ em",
        "author": {"@type": "Person", "name": account},
    }
    head = f'<script type="application/ld+json">{json.dumps(linked)}</script>'
    assert read(page(head=head, above=shown.format(account))).authors == ()
    assert read(page(head=head, above=f"<p>{account}</p>")).authors == (account,)


@pytest.mark.parametrize(
    "line", ["<p align='right'>rdb</p>", "<p>(rdb)</p>", "<p><em>(dpa/rdb)</em></p>", f"<p>{TEXT[0]} (rdb)</p>"]
)
def test_initials_that_close_a_text_sign_it(line: str) -> None:
    assert read(page(foot=line).replace(b'lang="vi"', b'lang="de"')).authors == ("rdb",)


@pytest.mark.parametrize("line", ["<p>rdb</p>", "<p>(red)</p>", "<p align='right'>ots</p>"])
def test_other_short_words_behind_a_text_are_no_initials(line: str) -> None:
    assert read(page(foot=line).replace(b'lang="vi"', b'lang="de"')).authors == ()


def test_a_vietnamese_page_whose_template_says_english() -> None:
    title = "Lễ hội Coachella 2026: Lady Gaga, Post Malone"
    body = (
        page(foot="<p align='right'><em>Tin, ảnh</em>: <b>Ngọc Ánh</b></p>").decode().replace('lang="vi"', 'lang="en"')
    )
    found = read_page(body.replace("Cẩm Khê mở lớp hát xoan cho trẻ em", title).encode(), URL.replace(".vn", ".com.vn"))
    assert isinstance(found, Reading)
    assert found.authors == ("Ngọc Ánh",)


def test_a_house_with_an_editor_s_initials_is_the_house() -> None:
    linked = {
        "@type": "NewsArticle",
        "author": {"@type": "Person", "name": "Báo Trung Du /PP"},
        "headline": "Cẩm Khê mở lớp",
    }
    head = f'<meta property="og:site_name" content="Báo Trung Du"><script type="application/ld+json">{json.dumps(linked)}</script>'
    assert "PP" not in read(page(head=head)).authors


def test_buttons_named_after_an_author_are_no_names() -> None:
    button = "<div><button class='followAuthorBtn'>Folgen</button><span class='followAuthorDone'>gefolgt</span></div>"
    assert read(page(foot=button)).authors == ()


def test_a_name_alone_below_the_headline_signs() -> None:
    body = page().replace(b'<div class="ngaydang">', b'<p class="post-meta">Shin Hee</p><div class="ngaydang">')
    assert read(body).authors == ("Shin Hee",)


@pytest.mark.parametrize(
    ("line", "hour"),
    [("24/11/2026 -07:33", 7), ("24/11/2026 | 17:33", 17), ("Thứ Ba, 24/11/2026 - 17:33", 17), ("17:33 PM | 24/11/2026", 17)],
)  # fmt: skip
def test_the_minute_that_is_printed(line: str, hour: int) -> None:
    found = read(page().replace(b"23/11/2026 - 08:15", line.encode()))
    assert found.published_at is not None
    assert found.published_at.isoformat() == f"2026-11-24T{hour:02}:33:00+07:00"


def test_a_moment_in_an_attribute_counts_whatever_the_element_holds() -> None:
    line = "<div class='meta'><time class='updated published' datetime='2026-11-24T20:41:13+07:00'>On <b>24/11/2026</b></time></div>"
    found = read(page().decode().replace('<div class="ngaydang">23/11/2026 - 08:15</div>', line).encode())
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2026-11-24T20:41:13+07:00"


@pytest.mark.parametrize(
    ("path", "clock", "moment"),
    [
        ("/doi-song/2026/11/24/670291/cam-khe.aspx", "<time>16:45</time>", "2026-11-24T16:45:00+07:00"),
        ("/2026/11/24/cam-khe-mo-lop-hat-xoan", "", "2026-11-24T00:00:00+07:00"),
        ("/2026/11/24/", "", None),  # a day's list
        ("/2026/13/24/cam-khe-mo-lop-hat-xoan", "", None),
    ],
)
def test_the_day_of_an_address_where_nothing_else_says_one(path: str, clock: str, moment: str | None) -> None:
    body = (
        page().decode().replace('<div class="ngaydang">23/11/2026 - 08:15</div>', f"<p>{clock} Lớp mở cho các em.</p>")
    )
    found = read_page(body.encode(), "http://baotrungdu.vn" + path)
    assert isinstance(found, Reading)
    assert (found.published_at.isoformat() if found.published_at else None) == moment


def test_a_date_in_a_caption_does_not_make_its_box_a_date_line() -> None:
    box = f"<div class='media'><figure><img src='/a.png'><figcaption>{CAPTION}, 12/4/2026.</figcaption></figure></div>"
    body = page().decode().replace('<div class="noidung">', f'{box}<div class="noidung">').encode()
    assert only(body).caption == f"{CAPTION}, 12/4/2026."


def test_a_time_in_utc_that_is_printed_as_the_local_one_is_local() -> None:
    head = '<meta property="article:published_time" content="2026-11-23T08:15:20Z">'
    found = read(page(head=head))
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2026-11-23T08:15:00+07:00"


def test_a_date_in_a_bar_named_for_what_else_it_holds() -> None:
    bar = '<div class="social-share"><span class="post-time">23/11/2026 | 08:15</span> <a href="#">Chia sẻ</a></div>'
    body = page().replace(b'<div class="ngaydang">23/11/2026 - 08:15</div>', bar.encode())
    found = read(body)
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2026-11-23T08:15:00+07:00"


@pytest.mark.parametrize("tag", ["td", "font", "b"])
def test_a_headline_whatever_its_tag(tag: str) -> None:
    body = page().decode().replace("<h1>", f"<{tag}>").replace("</h1>", f"</{tag}>")
    found = read(body.encode())
    assert found.headline == "Cẩm Khê mở lớp hát xoan cho trẻ em"


@pytest.mark.parametrize("name", ["Thời sự", "Văn hóa - Đời sống", "Xây dựng Đảng - Chính quyền"])
def test_the_section_is_the_link_that_the_address_begins_with(name: str) -> None:
    menu = f'<ul id="menu"><li><a href="/">Trang chủ</a></li><li><a href="/doi-song/">{name}</a></li></ul>'
    assert read(page(above=menu)).section == name


@pytest.mark.parametrize(
    "beside",
    ["", "<span class='gio'>23/11/2026 - 08:15</span>", "<span>(3 bình luận)</span>", "<time>23/11/2026 08:15</time>"],
)
def test_a_section_s_page_is_a_list_whatever_stands_beside_its_links(beside: str) -> None:
    items = "".join(
        f'<div class="dong"><a href="/thoi-su/bai-so-{n}-cua-chuyen-muc-nay-bv51{n:02}.tdu">Hạ Hòa khánh thành trạm '
        f"bơm lần thứ {n}</a>{beside}<p>Hàng trăm hộ dân ở Hạ Hòa vừa có thêm niềm vui khi địa phương khánh thành trạm "
        f"bơm sau {n} năm chuẩn bị, mở ra hướng làm ăn mới.</p></div>"
        for n in range(8)
    )
    body = (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Thời sự - Báo Trung Du</title></head><body>'
        f'<ul><li><a href="/thoi-su/">Thời sự</a></li></ul><div id="giua"><h1>Thời sự</h1>{items}</div></body></html>'
    )
    found = read_page(body.encode(), "http://baotrungdu.vn/thoi-su/")
    assert isinstance(found, Unreadable)
    assert found.reason == "listing"


def test_an_article_behind_a_query_of_the_root_is_no_home_page() -> None:
    assert isinstance(read_page(page(), "http://baotrungdu.vn/Default.aspx?NewsId=31228"), Reading)


@pytest.mark.parametrize(
    "query", ["?p=31228", "autonews.php?newsid=6486285", "xem?tx_ttnews%5Btt_news%5D=5793", "a?MaTin=7&id=9"]
)
def test_an_article_s_number_in_a_query_is_no_sign_of_a_list(query: str) -> None:
    seen = Evidence("http://a.example/" + query, "Tin", (), "", False, False, frozenset(), 9, 3, 0)
    signs = features(seen, Metadata(), Body())
    assert (signs["query"], signs["number"]) == (0, 1)
    other = features(replace(seen, url="http://a.example/tim?tu=xoan"), Metadata(), Body())
    assert (other["query"], other["number"]) == (1, 0)


@pytest.mark.parametrize(("begin", "end"), [("<div><font>", "</font></div>"), ("<h4>", "</h4>"), ("<p>", "</p>")])
def test_paragraphs_whatever_their_tag(begin: str, end: str) -> None:
    body = page().decode().replace("<p>", begin).replace("</p>", end)
    assert all(text in read(body.encode()).text for text in TEXT)


def test_a_first_paragraph_that_is_bare() -> None:
    body = page().decode().replace(f"<p>{TEXT[0]}</p>", TEXT[0])
    assert all(text in read(body.encode()).text for text in TEXT)


def test_a_body_in_two_boxes_of_one_name() -> None:
    body = page(between='</div><div class="ads">Quảng cáo</div><div class="noidung">')
    assert all(text in read(body).text for text in TEXT)


@pytest.mark.parametrize("scripts", ['$RC=function(b,c){};$RC("B:0","S:1");$RS("S:2","P:2")', ""])
def test_parts_that_react_streams_behind_the_page_stand_where_it_shows_them(scripts: str) -> None:
    part = "S:1" if scripts else "S:0"
    places = f'<template id="B:0"></template><p>{TEXT[2]}</p>'
    body = f"<h1>Cẩm Khê mở lớp hát xoan cho trẻ em</h1><article><p>{TEXT[0]}</p>{places}</article>"
    parts = f'<div hidden id="{part}"><template id="P:2"></template></div><div hidden id="S:2"><p>{TEXT[1]}</p></div>'
    source = f"<html><head><title>Cẩm Khê</title></head><body>{body}{parts}<script>{scripts}</script></body></html>"
    assert read(source.encode()).text == "\n\n".join(TEXT)


def test_a_text_in_a_box_for_comments_on_a_selection_is_the_article() -> None:
    source = page().decode().replace('class="noidung"', 'class="commentOnSelection"')
    assert read(source.encode()).text == "\n\n".join(TEXT)


def test_a_subhead_that_links_away_stays_in_the_column_of_the_text() -> None:
    book = '<h3><a href="https://sach.example/1">“Giếng sâu” (năm sao)</a></h3>'
    assert "“Giếng sâu” (năm sao)" in read(page(between=book)).text


TEASERS = "".join(
    f'<div class="item"><h3><a href="/tin-so-{n}-331{n}.tdu">Tin đáng chú ý số {n} trong tuần vừa qua</a></h3>'
    f"<p>Đoạn giới thiệu ngắn của bản tin số {n}, nói về một hoạt động khác ở địa phương trong tuần.</p></div>"
    for n in range(4)
)


def test_teasers_in_boxes_below_a_text_are_no_text() -> None:
    text = read(page(foot=f'<div class="list">{TEASERS}</div>')).text
    assert "Đoạn giới thiệu" not in text
    assert TEXT[2] in text


def test_an_article_that_is_one_list() -> None:
    items = "".join(
        f"<li>Năm {year}: lớp hát xoan mở thêm {year % 7} nhóm ở các xã ven sông.</li>" for year in range(2012, 2022)
    )
    body = page().decode().replace("".join(f"<p>{text}</p>" for text in TEXT), f"<p>Các mốc chính:</p><ol>{items}</ol>")
    assert "Năm 2015: lớp hát xoan mở thêm 6 nhóm ở các xã ven sông." in read(body.encode()).text


def test_heads_of_a_live_blog_s_entries() -> None:
    entries = "".join(
        f'<div class="post"><h3><time datetime="2026-11-23T1{n}:05:00+07:00">1{n}:05</time> Phần {n} mở đầu</h3>'
        f"<p>{TEXT[n]}</p></div>"
        for n in range(3)
    )
    body = page().decode().replace("".join(f"<p>{text}</p>" for text in TEXT), entries)
    assert "Phần 1 mở đầu" in read(body.encode()).text


@pytest.mark.parametrize(
    "offer", ["Đăng nhập để đọc tiếp bài này.", "この記事は会員限定です。無料で会員登録できます。"]
)
def test_the_offer_of_a_pay_wall_is_no_text_and_marks_the_reading(offer: str) -> None:
    box = f"<h3>Đọc tiếp với giá 10.000 đồng</h3><p>{offer}</p><ul><li>Mọi bài trên báo in</li></ul>"
    reading = read(page(foot=f'<div class="goi">{box}</div>'))
    assert "paywalled" in reading.flags
    assert offer not in reading.text
    assert "Mọi bài" not in reading.text
    assert "paywalled" not in read(page()).flags


def test_dummy_text_behind_a_pay_wall_is_no_text_and_marks_the_reading() -> None:
    dummy = "Dolor ipsam et est cumque. Laboriosam sed delectus rerum sint qui natus tenetur ea. Tenetur debitis quod."
    reading = read(page(foot=f"<p>{dummy}</p>" * 3))
    assert reading.text == "\n\n".join(TEXT)
    assert "paywalled" in reading.flags


@pytest.mark.parametrize("name", ["cell legenda", "bijschrift", "bilde-tekst", "kepalairas", "pie-de-imagen"])
def test_a_caption_by_its_name_in_other_languages(name: str) -> None:
    picture = '<div class="anh-lon"><img src="/a/lop-hat-xoan.jpg"><p>Phóng to</p><p>Tải về</p></div>'
    image = only(page(f'<div class="hop">{picture}<div><div class="{name}">{CAPTION}</div></div></div>'))
    assert image.caption == CAPTION


def test_text_scrambled_letter_by_letter_is_recorded_and_never_shown() -> None:
    other = str.maketrans("aeiouyàáâãèéêìíòóôõùúý", "xzwqkvtrplmnbsdfghjcxz")
    scrambled = "".join(
        f"<p>{text.lower().translate(other)}</p>" for text in ("The county water board voted on Tuesday " * 3,) * 4
    )
    reading = read(page(foot=scrambled.replace("đ", "d")))
    assert reading.kind == "obfuscated"
    assert "wztxr" not in reading.text


def test_a_paragraph_is_judged_as_scrambled_by_its_beginning() -> None:
    """One of millions of letters would be counted for seconds."""
    scrambled, plain = "thz cqwntv wxtzr bqxrd vqtzd qn twzsdxv " * 100, "a e i o u " * 2_000
    assert read(page(foot=f"<p>{scrambled}{plain}</p>")).kind == "obfuscated"


def test_confidence_of_a_reading_is_that_of_headline_time_and_body_together() -> None:
    confidence = dict(read(page()).confidence)
    together = confidence["headline"] * confidence["published_at"] * confidence["body"]
    assert abs(confidence["reading"] - together) < 0.02  # each is rounded to hundredths


def test_a_placeholder_beside_its_noscript() -> None:
    figure = '<figure><img src="/g/ball.gif"><noscript><img src="/anh/that.jpg"></noscript><figcaption>{}</figcaption></figure>'
    assert only(page(between=figure.format(CAPTION))).url == "http://baotrungdu.vn/anh/that.jpg"


def test_a_caption_in_the_link_to_the_enlargement() -> None:
    link = f'<p><a href="/anh/lon.jpg" data-caption="{CAPTION} | TTXVN"><img src="/anh/nho-150x150.jpg"></a></p>'
    image = only(page(between=link))
    assert (image.url, image.caption, image.credit) == ("http://baotrungdu.vn/anh/lon.jpg", CAPTION, "TTXVN")


def test_a_credit_far_from_the_only_picture() -> None:
    figure = f'<figure><img src="/anh/lop-hat-xoan.jpg"><figcaption>{CAPTION}</figcaption></figure>'
    image = only(page(between=figure, foot=f'<p class="photo-credit">Ảnh: {NAME}</p>'))
    assert (image.caption, image.credit) == (CAPTION, NAME)


def test_bars_that_divide_a_caption_s_parts_name_nobody() -> None:
    figure = "<figure><img src='/anh/xe.jpg'><figcaption>Xe điện Trung Du | 160 mm | 22,9 kg | trang của hãng</figcaption></figure>"
    image = only(page(between=figure))
    assert image.credit is None
    assert image.caption is not None
    assert image.caption.startswith("Xe điện Trung Du | 160 mm")


DECLARED = '<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Cẩm Khê mở lớp hát xoan cho trẻ em",{}}}</script>'


def test_a_page_that_declares_one_of_the_two_authors_it_prints() -> None:
    head = DECLARED.format('"author":{"@type":"Person","name":"Ngọc Ánh"}')
    body = page(head=head).decode().replace("08:15</div>", '08:15</div><p class="tac-gia">Ngọc Ánh, Hoàng Nam</p>')
    assert read(body.encode()).authors == ("Ngọc Ánh", "Hoàng Nam")


@pytest.mark.parametrize(
    ("declared", "right"),
    [
        (("2026-11-23T01:15:00-05:00", "2026-11-23T01:15:00+00:00"), "2026-11-23T01:15:00+00:00"),
        (("2026-11-23T08:15:00Z", "2026-11-23T08:15:00+02:00"), "2026-11-23T08:15:00+02:00"),
    ],
)
def test_one_wall_time_in_two_zones(declared: tuple[str, str], right: str) -> None:
    head = DECLARED.format(f'"datePublished":"{declared[0]}"')
    head += f'<meta property="article:published_time" content="{declared[1]}">'
    body = page(head=head).decode().replace("23/11/2026 - 08:15", "").replace('lang="vi"', 'lang="en"')
    found = read_page(body, "https://rivercourier.example/local/class-opens-5102.html")
    assert isinstance(found, Reading)
    assert found.published_at == datetime.fromisoformat(right)


def test_every_field_has_a_confidence() -> None:
    likelihoods = dict(read(page()).confidence)
    assert {"reading", "headline", "authors", "published_at", "captions", "body"} == likelihoods.keys()
    assert all(0 <= likelihood <= 1 for likelihood in likelihoods.values())
    bare = read(page().replace(b"23/11/2026 - 08:15", b"").replace(b"<title>C", b"<title>Trang C"))
    assert dict(bare.confidence)["published_at"] < likelihoods["published_at"]


def test_a_body_in_a_template() -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in TEXT)
    template = f"<script type='text/template'><span>Posted by</span>{paragraphs}</script>"
    source = page().decode().replace(paragraphs, template).replace('class="noidung"', 'class="khung"')
    assert read(source.encode()).text.endswith("\n\n".join(TEXT))


@pytest.mark.parametrize(
    "script",
    [
        "self.__next_f.push([1,{0}])",
        'window.__STATE__ = {{"article":{{"id":5102,"contentHtml":{0}}}}};',
        'self.__next_f.push([1,{1}])',
    ],
)  # fmt: skip
def test_a_body_that_only_a_script_s_data_hold(script: str) -> None:
    figure = f'<figure><img src="/anh/lop.jpg"><figcaption>{CAPTION}. Ảnh: {NAME}</figcaption></figure>'
    markup = "<p>$$QC$$</p>" + figure + "".join(f"<p>{text} {text} {text}</p>" for text in TEXT)
    inner = json.dumps(markup).replace("<", "\\u003c")
    outer = json.dumps(f'7:{{"body":{inner}}}')
    paragraphs = "".join(f"<p>{text}</p>" for text in TEXT)
    body = (
        page()
        .decode()
        .replace(paragraphs, "")
        .replace("</body>", f"<script>{script.format(inner, outer)}</script></body>")
    )
    reading = read(body.encode())
    assert TEXT[2] in reading.text
    assert "QC" not in reading.text
    assert [(image.caption, image.credit) for image in reading.images] == [(f"{CAPTION}.", NAME)]


@pytest.mark.parametrize(
    ("href", "marked"),
    [
        (URL.removesuffix(".tdu") + "/2", True),
        (URL.removesuffix(".tdu") + "-p2.tdu", True),
        (URL + "?page=2", True),
        (URL + "?cpage=2", False),
        ("/doi-song/2", False),
        (URL.removesuffix("2.tdu") + "3.tdu", False),
        (URL.removesuffix(".tdu") + "5.tdu", False),  # another article, whose number is longer
    ],
)
def test_an_article_that_goes_on_behind_another_address_is_marked(href: str, marked: bool) -> None:
    assert ("more-pages" in read(page(foot=f'<div><a href="{href}">2</a></div>')).flags) == marked


def test_a_table_of_units_is_no_scrambled_text() -> None:
    cells = (
        "Tháng | Chè lai | Chè trung du",
        "Ba | 5.800 đồng/kg | 7.200 đồng/kg",
        "Tư | 6.300 đồng/kg | 7.900 đồng/kg",
        "Năm | 7.000 đồng/kg | 8.600 đồng/kg",
    )
    rows = "".join(f"<tr><td>{line.replace(' | ', '</td><td>')}</td></tr>" for line in cells)
    reading = read(page(between=f"<table>{rows}</table>"))
    assert cells[2] in reading.text
    assert reading.kind == "article"


ANSWER = "Ai cũng có thể ghi tên cho con em mình ở nhà văn hóa xã trước cuối tháng, kể cả người ở thôn khác."
PANEL = '<h3><button aria-controls="{0}">Câu hỏi {0}?</button></h3><div hidden id="{0}"><p>{1}</p></div>'


@pytest.mark.parametrize(
    ("box", "stays"),
    [
        (f'<div class="elementor-element elementor-element-7ad31f"><p>{ANSWER}</p></div>', True),
        (f'<div class="ad"><p>{ANSWER}</p></div>', False),
        (f'<div class="jump-link-content"><p>{ANSWER}</p></div>', True),
        (f'<div class="jump-link-content"><p><a href="#1">{ANSWER}</a></p></div>', False),
        (f'<div class="ReadMoreAnswer_text__9j8v"><p>{ANSWER}</p></div>', True),
        (PANEL.format("p1", ANSWER) + PANEL.format("p2", "Lớp không thu tiền."), True),
        (f'<div hidden id="p1"><p>{ANSWER}</p></div><div hidden id="p2"><p>Lớp không thu tiền.</p></div>', False),
        (f'<button aria-controls="p1">Lời trong phim</button><div hidden id="p1"><p>{ANSWER}</p></div>', False),
        (f'<div class="m-a-box"><p>{ANSWER}</p></div>', False),
        (f'<div class="ticker"><a href="/chung-khoan">{ANSWER}</a></div>', False),
        (f'<table><tr><td class="ticker">{ANSWER}</td><td>1</td></tr><tr><td>B</td><td>2</td></tr></table>', True),
        (f'<p>Một lớp nữa <span class="ads">{ANSWER}</span> mở ở làng bên.</p>', False),
        (f"<p>Mời bạn đọc vào chuyên mục Giáo dục xem các bài liên quan: {ANSWER[:40]}</p>", False),
        (f'<pre><code>x = 1 <span class="hljs-comment"># {ANSWER}</span></code></pre>', True),
        (f'<div id="republication-tracker-tool"><p>{ANSWER}</p></div>', False),
        (f'<div class="disclaimer__box"><p>{ANSWER}</p></div>', False),
        *((f'<div class="{name}"><p>{ANSWER}</p></div>', False) for name in ("hide", "box d-none", "js hidden")),
        *(
            (f'<div class="{name}"><p>{ANSWER}</p></div>', True)
            for name in ("hidden md:block", "d-none d-md-block", "hidden-xs")
        ),
    ],
)
def test_text_in_a_box_stays_by_what_it_is(box: str, stays: bool) -> None:
    assert (ANSWER in read(page(between=box)).text) is stays


@pytest.mark.parametrize(("label", "stays"), [("Lớp học có thu tiền không?", True), ("Xem thêm", False)])
def test_a_button_that_is_a_question_stays(label: str, stays: bool) -> None:
    button = f'<div><button aria-expanded="false">{label}</button></div><div><p>{ANSWER}</p></div>'
    assert (label in read(page(between=button)).text) is stays


def test_labels_stay_where_an_unclosed_button_holds_the_rest_of_the_page() -> None:
    button = '<button class="mo-anh"><img src="/icon/mo.svg"><span>Phóng to</span>'
    subhead = "<h2><span>Học phí của lớp học</span></h2>"
    assert "Học phí của lớp học" in read(page(above=button, between=subhead)).text


@pytest.mark.parametrize(
    ("source", "stays"),
    [
        ("https://phuong-{}.example/", True),
        ("/phuong-{}.html", False),
        ("http://media.baotrungdu.vn/phuong-{}", False),
        ("https://www.facebook.com/phuong-{}", False),
    ],
)
def test_names_that_link_to_other_sites_are_the_article_s(source: str, stays: bool) -> None:
    items = "".join(
        f'<li><a href="{source.format(n)}">Phường xoan {n}</a>{", nơi đã có lớp cho người lớn" * (n == 3)}</li>'
        for n in (1, 2, 3)
    )
    assert ("Phường xoan 2" in read(page(between=f"<ul>{items}</ul>")).text) is stays


OPENING = "Cả xã đã chờ ngày này từ rất lâu, và sáng qua nhà văn hóa không còn một chỗ trống nào cho người đến muộn."
SECOND = "Những cụ già nhất trong làng cũng đến, có người đi bộ ba cây số đường dốc để nghe lại điệu hát thời trẻ."


@pytest.mark.parametrize(
    ("between", "kept"),
    [
        (f"<p>{OPENING}</p><p>{SECOND}</p>", True),
        (f'<p><a href="/khac">{OPENING}</a></p><p>{SECOND}</p>', False),
        (f'<a href="/khac"><p>{OPENING}</p></a><p>{SECOND}</p>', False),
        (f"<div>{OPENING}</div><div>{SECOND}</div>", True),
        (f'<div class="most-read"><p>{OPENING}</p></div><p>{SECOND}</p>', False),
    ],
)
def test_first_paragraphs_in_a_box_above_the_body_are_its_first(between: str, kept: bool) -> None:
    source = (
        page()
        .decode()
        .replace('<div class="noidung">', f'<div class="mo"><div>{between}</div></div><div class="noidung">')
    )
    reading = read(source.encode())
    assert f"{reading.lead}\n\n{reading.text}".startswith(f"{OPENING}\n\n{SECOND}\n\n{TEXT[0]}") is kept
    assert reading.text.endswith(TEXT[-1])


@pytest.mark.parametrize(
    ("headline", "subtitle", "lead"),
    [
        ("Cẩm Khê mở lớp hát xoan cho trẻ em", OPENING[:-1], OPENING[:-1]),
        ("Cẩm Khê mở lớp hát xoan cho trẻ em", "Tin địa phương", None),
        ('<a href="/">Cẩm Khê mở lớp hát xoan cho trẻ em</a>', OPENING[:-1], None),
    ],
)
def test_a_heading_as_long_as_a_sentence_next_behind_the_headline_is_the_lead(
    headline: str, subtitle: str, lead: str | None
) -> None:
    old = "<h1>Cẩm Khê mở lớp hát xoan cho trẻ em</h1>"
    source = page().decode().replace(old, f"<h1>{headline}</h1><h2>{subtitle}</h2>")
    assert read(source.encode()).lead == lead


def test_a_dialogue_about_data_is_not_the_article_however_long() -> None:
    terms = "".join(f"<p>{n}. {ANSWER} {TEXT[n % 3]}</p>" for n in range(12))
    assert read(page(foot=f'<div class="sp-dsgvo-category-container">{terms}</div>')).text == "\n\n".join(TEXT)


def test_a_lead_that_stands_in_a_box_above_the_body_too_stays_the_lead() -> None:
    source = page(between="").decode().replace(f"<p>{TEXT[0]}</p>", f"<p><b>{OPENING}</b></p><p>{TEXT[0]}</p>")
    above = f'<div class="cot"><div class="tra-loi"><div><p>{OPENING}</p></div></div></div>'
    reading = read(source.replace('<div class="noidung">', f'{above}<div class="noidung">').encode())
    assert (reading.lead, reading.text) == (OPENING, "\n\n".join(TEXT))


def test_a_note_that_the_paper_earns_from_its_links_is_no_first_paragraph() -> None:
    note = "The things in this story were chosen by our editors, and we may earn a small commission if you buy some of them."
    source = (
        page()
        .decode()
        .replace('<div class="noidung">', f"<div><p>{note}</p><p>{SECOND}</p></div><div class='noidung'>")
    )
    reading = read(source.encode())
    assert note not in f"{reading.lead} {reading.text}"


@pytest.mark.parametrize(("times", "kept"), [(10, True), (1, False)])
def test_a_box_named_footer_with_nearly_all_the_text_is_the_article(times: int, kept: bool) -> None:
    venues = "".join(f"<p>{n}. {ANSWER} {TEXT[n % 3]}</p>" for n in range(2 * times))
    source = page(foot=f'<div class="page1-footer"><div>{venues}</div></div>').decode()
    assert (ANSWER in read(source.encode()).text) is kept


@pytest.mark.parametrize(
    "lead",
    [
        "The provision of clean water to forty villages will be paid for by the county from next spring.",
        "The minister hopes to get the commission's report on the new rail link before the end of May.",
        "The company may receive commission approval to buy its rival, two people who know the talks said.",
    ],
)
def test_a_lead_that_speaks_of_a_commission_or_a_provision_stays(lead: str) -> None:
    source = page().decode().replace('<div class="noidung">', f'<p class="sapo">{lead}</p><div class="noidung">')
    assert read(source.encode()).lead == lead


def test_tags_below_the_text_are_no_text_where_a_picture_is_last() -> None:
    picture = f'<figure><img src="/a/lop-hat-xoan.jpg"><figcaption>{CAPTION}</figcaption></figure>'
    reading = read(page(foot=f"<p>Từ khóa: hát xoan, Cẩm Khê</p>{picture}"))
    assert reading.text == "\n\n".join(TEXT)
    assert [image.caption for image in reading.images] == [CAPTION]


def test_what_stands_behind_a_heading_about_the_author_is_no_text() -> None:
    about = f"<div><h3>About the author</h3><div><p>{ANSWER}</p></div></div>"
    assert read(page(foot=about)).text == "\n\n".join(TEXT)


def test_titles_of_an_accordion_stay() -> None:
    text = read(page(between=PANEL.format("p1", ANSWER) + PANEL.format("p2", "Lớp học không thu tiền."))).text
    assert text.index("Câu hỏi p1?") < text.index(ANSWER) < text.index("Câu hỏi p2?")


@pytest.mark.parametrize(
    ("below", "caption"),
    [
        (f"<div>Hạt giống</div><div>{ANSWER} {TEXT[1]}</div>", None),
        (f"<p>{ANSWER} {TEXT[1]}</p>", None),
        (f"<p>{ANSWER} {TEXT[1]} Ảnh: Thu Hà</p>", f"{ANSWER} {TEXT[1]}"),
        (f"<p><em>{ANSWER} {TEXT[1]}</em></p>", f"{ANSWER} {TEXT[1]}"),
        ("<p>Các em bé trong buổi học đầu tiên</p>", "Các em bé trong buổi học đầu tiên"),
    ],
)
def test_sentences_beside_a_picture_in_plain_blocks_are_an_item_of_the_text(below: str, caption: str | None) -> None:
    image = only(page(between=f'<div class="o"><img src="/a/hat-xoan-cam-khe.jpg">{below}</div>'))
    assert image.caption == caption


def test_an_article_element_with_most_of_the_text_holds_the_body() -> None:
    boxes = "".join(f'<section><div class="h{n}"><p>{ANSWER[n:]} {n}</p></div></section>' for n in (5, 9, 14))
    source = f"<h1>Cẩm Khê mở lớp hát xoan cho trẻ em</h1><article>{'<p>%s</p>' * 3 % TEXT}</article>{boxes}"
    body = f"<html><head><title>Cẩm Khê</title></head><body><main>{source}</main></body></html>"
    assert read(body.encode()).text == "\n\n".join(TEXT)


@pytest.mark.parametrize(
    ("box", "boxes", "kept"),
    [("div", 2, 0), ("div", 3, 3), ("details", 1, 1)],
)
def test_a_box_in_other_markup_is_no_text_but_several_and_unfolding_ones_are(box: str, boxes: int, kept: int) -> None:
    answers = [f"{ANSWER} Người dân thôn số {n} nói thêm rằng việc này nên làm từ lâu." for n in range(boxes)]
    boxed = [f'<{box} class="hoi-dap"><div>{answer}</div></{box}>' for answer in answers]
    paragraphs = [f"<p>{text} {end}</p>" for end in ("Nữa.", "Thế thôi.") for text in TEXT]
    text = read(page(between="".join(a + b for a, b in zip_longest(paragraphs, boxed, fillvalue="")))).text
    assert sum(answer in text for answer in answers) == kept


@pytest.mark.parametrize(("between", "run"), [("", 2), ('<p><a href="/2">Một bài khác về lớp hát xoan</a></p>', 1)])
def test_the_longest_text_without_a_headline_s_link(between: str, run: int) -> None:
    root = html.fromstring(f"<div><p>{ANSWER}</p>{between}<p>{ANSWER}</p></div>")
    assert teasers_of(pieces(root)).run == run * len(ANSWER)


PARAGRAPHS = "".join(f"<p>{text}</p>" for text in TEXT)


def test_a_subhead_that_begins_like_a_byline_stays() -> None:
    head = DECLARED.format('"author":{"@type":"Person","name":"Eva Kurz"}')
    found = read(page("<h2>Von Wirkungen und Nebenwirkungen</h2>", head=head))
    assert "Von Wirkungen und Nebenwirkungen" in found.text
    assert (found.authors, found.byline) == (("Eva Kurz",), None)


GERMAN = (
    "Der Verein am Fluss hat nach drei Jahren Vorbereitung einen Lehrgang für Kinder aus dem Dorf eröffnet.",
    "Am Abend kamen die ersten zwanzig Schülerinnen und Schüler in das Haus der Gemeinde, um zu singen.",
)


@pytest.mark.parametrize("line", ["<p><b><i>Eva Kurz</i></b></p>", "<p><em>Eva Kurz</em></p>"])
def test_a_name_in_italics_that_ends_the_text_s_column_signs(line: str) -> None:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in GERMAN)
    for foot, authors in ((line, ("Eva Kurz",)), (f"{line}<p>{GERMAN[0]}</p>", ())):
        body = f'<html lang="de"><title>Neuer Lehrgang</title><h1>Neuer Lehrgang</h1><div>{text}{foot}</div></html>'
        found = read_page(body, "https://flussbote.example/lokales/neuer-lehrgang-5102.html")
        assert isinstance(found, Reading)
        assert found.authors == authors


@pytest.mark.parametrize("tag", ["div class='pf_subheadline'", "p class='zwischentitel'"])
def test_a_paragraph_named_as_a_subhead(tag: str) -> None:
    heading = f"<{tag}>Ai dạy lớp này?</{tag.split()[0]}>"
    blocks = read(page(between=heading, foot=PARAGRAPHS.replace("Hàng trăm", "Hơn trăm"))).blocks
    assert ("subhead", "Ai dạy lớp này?") in [(block.kind, block.text) for block in blocks]


def test_a_ticker_in_the_text_s_column_is_no_text() -> None:
    items = "".join(
        f"<li>vor {n} Stunden</li><li>Der Verein {n} hat sein Spiel verlegt, ohne Ort.</li>" for n in range(2, 5)
    )
    assert "sein Spiel verlegt" not in read(page(foot=f"<ul>{items}</ul>")).text


def test_a_headline_printed_in_the_body_with_its_kicker_is_no_text() -> None:
    heading = "<h1><span>Giáo dục ở miền núi</span> <span>Cẩm Khê mở lớp hát xoan cho trẻ em</span></h1>"
    body = (
        page(head=DECLARED.format('"section":"x"')).decode().replace("<h1>Cẩm Khê mở lớp hát xoan cho trẻ em</h1>", "")
    )
    found = read(body.replace('"noidung">', f'"noidung">{heading}').encode())
    assert found.headline == "Cẩm Khê mở lớp hát xoan cho trẻ em"
    assert "Giáo dục ở miền núi" not in found.text


def test_teasers_behind_a_heading_of_other_stories_are_no_text() -> None:
    teaser = "<h5><a href='/t/{0}'>Chuyện thứ {0} ở một làng ven sông</a></h5><p>{1} Bài số {0}.</p>"
    teasers = "".join(teaser.format(n, TEXT[1]) for n in range(5))
    text = read(page(foot=f"<div>Đọc thêm</div>{teasers}")).text
    assert TEXT[2] in text
    assert "Bài số" not in text


@pytest.mark.parametrize(
    "note", ["This story is part of a series on rivers.", "Like this story? Share it with a friend!"]
)
def test_a_note_of_the_paper_on_its_story_is_no_text(note: str) -> None:
    assert note not in read(page(between=f"<p>{note}</p>")).text


COVER = '<meta property="og:image" content="/anh/lop-hat-xoan-cam-khe.jpg">'


def test_the_declared_picture_is_not_the_one_in_a_list_that_links_to_this_page() -> None:
    above = f"<figure><img src='/anh/lop-hat-xoan-cam-khe.jpg'><figcaption>{CAPTION}</figcaption></figure>"
    card = f"<div><a href='{URL}'><img src='/anh/lop-hat-xoan-cam-khe-300x200.jpg'></a><span>Giáo dục</span></div>"
    image = only(page(above=above, head=COVER, foot=f"</div><div>{card}"))
    assert (image.url.rpartition("/")[2], image.caption) == ("lop-hat-xoan-cam-khe.jpg", CAPTION)


def test_the_labels_of_a_player_are_no_credit() -> None:
    player = (
        f"<div><h3>Xem lại buổi học</h3><span>Phát</span></div><img src='/a.png'><figcaption>{CAPTION}</figcaption>"
    )
    image = only(page(f"<figure>{player}</figure>"))
    assert (image.caption, image.credit) == (CAPTION, None)


def test_a_caption_behind_its_credit_in_a_box_without_a_name() -> None:
    box = f"<div class='facts'><span class='copyright'>© {NAME}</span> {CAPTION}</div>"
    image = only(page(f"<figure><img src='/a.png'>{box}</figure>"))
    assert (image.caption, image.credit) == (CAPTION, NAME)


def test_a_photographer_before_the_address_that_is_printed_as_credit() -> None:
    printed = "A lesson at the river house. Ann R Lee <span class='credit'>alee@rivercourier.example</span>"
    image = only(page(f"<figure><img src='/a.png'><figcaption>{printed}</figcaption></figure>"))
    assert (image.caption, image.credit) == ("A lesson at the river house.", "Ann R Lee")


def test_a_caption_that_only_a_pointer_on_its_picture_shows() -> None:
    hidden = f"<div class='large-image-caption' style='display:none'>{CAPTION}</div>"
    assert (
        only(page(above=f"<div><img src='/anh/lop-hat-xoan-cam-khe.jpg'>{hidden}</div>", head=COVER)).caption == CAPTION
    )


@pytest.mark.parametrize(
    "line",
    [
        f"<div class='media__footer'><span>{CAPTION}. </span><span>© </span><span>{NAME}</span></div>",
        f"<h2 class='legend'>{CAPTION}. Bild: {NAME}</h2>",
    ],
)
def test_a_line_that_ends_in_a_credit_is_a_caption_whatever_its_box(line: str) -> None:
    image = only(page(between=f"<div><div><img src='/a.png'></div>{line}</div>"))
    assert (image.caption, image.credit) == (f"{CAPTION}.", NAME)


def test_a_picture_behind_a_heading_of_other_stories_is_not_the_article_s() -> None:
    film = f"<figure><img src='/b.png'><figcaption>{CAPTION}</figcaption></figure>"
    body = page().decode()
    end = "</div></div></body>"
    for heading, pictures in (("Video recomendado", 0), ("Ở nhà văn hóa xã", 1)):
        behind = body.replace(end, f"</div><section><h2>{heading}</h2>{film}</section></div></body>")
        assert len(read(behind.encode()).images) == pictures


@pytest.mark.parametrize(("others", "pictures"), [("", 1), ("<img src='/c.png' width='800' alt='Ngọc Ánh'>", 3)])
def test_a_picture_named_after_the_author_is_a_portrait_unless_all_are(others: str, pictures: int) -> None:
    portrait = f"<p class='tac-gia'>Ngọc Ánh</p><div><img src='/a.png' width='300' alt='Ngọc Ánh'></div>{others}"
    between = f"<figure><img src='/b.png'><figcaption>{CAPTION}</figcaption></figure>"
    body = page(between=between).decode().replace("08:15</div>", f"08:15</div>{portrait}")
    assert len(read(body.encode()).images) <= pictures


def test_a_sign_says_more_than_a_letter() -> None:
    seen = Evidence("http://a.example/1", "", (), "", False, False, frozenset(), 9, 3, 0)
    signs = features(seen, Metadata(headline="柳叶刀：味觉嗅觉丧失是最强预测指标"), Body())
    assert (
        signs["headline's words"] == features(seen, Metadata(headline="a b c d e f g h i"), Body())["headline's words"]
    )


def test_a_picture_that_can_be_shared_is_the_article_s() -> None:
    box = f"<div class='js-shareable'><img src='/a.png' width='800'><h6 class='caption'>{CAPTION}</h6></div>"
    assert only(page(box)).caption == CAPTION


def test_a_caption_in_small_letters() -> None:
    below = f"<p><font style='font-size: 9pt'>{CAPTION}</font></p>"
    assert only(page(f"<center><img src='/a.png'></center>{below}")).caption == CAPTION


def test_a_caption_that_is_the_headline_is_none() -> None:
    printed = "<figcaption>Cẩm Khê mở lớp hát xoan cho trẻ em</figcaption>"
    assert only(page(f"<figure><img src='/a.png'>{printed}</figure>")).caption is None


def test_a_date_that_begins_a_sentence_is_the_sentence_s() -> None:
    text = "Lớp học mở vào tối thứ bảy hằng tuần tại nhà văn hóa xã, do các nghệ nhân của phường xoan Cẩm Khê đứng lớp."
    text += " Các em học hát, học múa và học đánh trống, mỗi buổi hai giờ, đến hết mùa hè năm sau."
    body = page().decode().replace(f"<p>{TEXT[0]}</p>", f"<p><em>Ngày 22/11/2026:</em> {text}</p>")
    assert f"Ngày 22/11/2026: {text}" in read(body.encode()).text


def test_prose_in_the_slides_of_a_slider_is_no_body() -> None:
    slides = "".join(f"<div class='swiper-slide'>Tin buồn {n}: {TEXT[1]} {TEXT[2]}</div>" for n in range(9))
    between = "".join(f"<p>Thôn {n}: {TEXT[1]} {ANSWER}</p>" for n in range(9))
    text = read(page(between, foot=f"</div></div><div><div class='swiper-wrapper'>{slides}</div>")).text
    assert TEXT[0] in text
    assert "Tin buồn" not in text


def test_the_next_story_of_an_endless_page_is_no_text() -> None:
    body = page(foot=f"<div><h1 class='tieude'>Một bài khác của báo</h1></div><p>{ANSWER}</p><p>{ANSWER}</p>").decode()
    body = body.replace("<h1>", "<h1 class='tieude dau'>", 1)
    assert read(body.encode()).text == "\n\n".join(TEXT)


@pytest.mark.parametrize("line", ["责任编辑：李明", "（编辑：李明 王华）", "責任編輯 : 李明 | 版面编辑：王华(A12)"])
def test_what_stands_behind_the_editors_of_a_chinese_text_is_no_text_and_they_no_authors(line: str) -> None:
    end = f"<div>{line}</div><img src='/khac.jpg' width='400'><p>{ANSWER}</p>"
    found = read(page(head='<meta name="author" content="李明">', foot=end))
    assert (found.text, found.images, found.authors) == ("\n\n".join(TEXT), (), ())


def test_editors_above_most_of_the_text_end_nothing() -> None:
    assert len(read(page(between="<p>责任编辑：李明</p>")).text) > len("".join(TEXT))


def test_a_lead_that_a_system_cut_from_the_text_by_its_length_is_none() -> None:
    cut = f"<div class='sapo'>{TEXT[0]} {TEXT[1][:40]}</div>"
    found = read(page().decode().replace('<div class="noidung">', f'{cut}<div class="noidung">').encode())
    assert (found.lead, found.text) == (None, "\n\n".join(TEXT))


def test_a_credit_line_behind_agencies() -> None:
    found = read(page(between="<img src='/a.png' width='800'>", foot="<p>dpa/ots<br>Foto: Eva Kurz / Flussbote</p>"))
    assert [image.credit for image in found.images] == ["Eva Kurz / Flussbote"]


@pytest.mark.parametrize(
    "line",
    [
        "CONTINUA DEPOIS DA PUBLICIDADE",
        "Assine o Correio, apoie por Pix e inscreva-se na TV Correio.",
        "Un grupo de lectores espera. Síguenos en Telegram.",
        "¿Sabías que tenemos canal de Telegram? Únete desde tu celular.",
        "¡Mira lo que tiene nuestro canal de YouTube!",
        "Nota relacionada: El puente que nadie quiso",
        "Watch more of our videos on the site and live on channel 9",
    ],
)
def test_an_invitation_in_the_text_is_none_of_it(line: str) -> None:
    assert line not in read(page(between=f"<p>{line}</p>")).text


@pytest.mark.parametrize("href", ["https://lop-hat-xoan.example/", "/khac/lop-hat-xoan.html"])
def test_a_sentence_that_leads_to_another_site_as_a_whole_is_text(href: str) -> None:
    linked = f"<p><a href='{href}'>{TEXT[1]}</a></p>"
    body = page().decode().replace(f"<p>{TEXT[1]}</p>", linked).encode()
    assert (TEXT[1] in read(body).text) is href.startswith("http")


def test_a_body_in_boxes_that_each_stand_alone_in_a_box() -> None:
    boxes = "".join(
        f"<section class='part-{number}'><div class='box'><p>{text}</p></div></section>"
        for number, text in enumerate(TEXT)
    )
    body = page().decode().replace("".join(f"<p>{text}</p>" for text in TEXT), boxes).encode()
    assert read(body).text == "\n\n".join(TEXT)


def test_a_subhead_in_a_box_of_its_own_stays() -> None:
    assert "Lớp học mới" in read(page(between="<div class='embed'><h2>Lớp học mới</h2></div>")).text


def test_a_site_as_source_is_no_author_and_a_declared_name_has_no_entities() -> None:
    foot = "<div class='authors'><span>Źródło:</span> <span class='name'>dane.example.com</span></div>"
    assert read(page(foot=foot)).authors == ()
    data = '{"@type": "NewsArticle", "headline": "Cẩm Khê", "author": {"@type": "Person", "name": "Ana Nu&ntilde;ez"}}'
    head = f"<script type='application/ld+json'>{data}</script>"
    assert read(page(head=head)).authors == ("Ana Nuñez",)


def test_tags_beside_an_author_are_no_authors() -> None:
    above = "<div class='author'><a href='/autorzy/ewa-lis'>Ewa Lis</a><div class='tags'><a href='/t'>Rada Miasta</a></div></div>"
    assert read(
        page(between=above).replace(b'<div class="ngaydang">', above.encode() + b'<div class="ngaydang">')
    ).authors == ("Ewa Lis",)


def test_the_number_of_the_page_is_no_headline() -> None:
    body = page().decode().replace("trẻ em</h1>", "trẻ em<span>（1/2 ページ）</span></h1>").encode()
    assert read(body).headline == "Cẩm Khê mở lớp hát xoan cho trẻ em"


def test_a_notice_named_copyright_is_no_credit() -> None:
    notice = "<div class='copyright-note'>Toda comunicación de este diario con sus lectores llega de un correo oficial.</div>"
    found = read(page(between="<img src='/a.png' width='800'>", foot=notice))
    assert [image.credit for image in found.images] == [None]


@pytest.mark.parametrize(("below", "caption"), [("Old Harbour / Reuters", "Old Harbour"), ("Ann Lee / Reuters", None)])
def test_words_before_a_slash_that_the_picture_is_named_by_are_its_caption(below: str, caption: str | None) -> None:
    figure = f"<figure><img src='/a.png' alt='Old Harbour' width='800'><figcaption>{below}</figcaption></figure>"
    (image,) = read(page(between=figure)).images
    assert (image.caption, image.credit) == (caption, "Reuters" if caption else below)


def test_a_credit_without_a_picture_is_no_text() -> None:
    assert "Eva Kurz" not in read(page(foot="<p>Crédits photos : Eva Kurz</p>")).text


@pytest.mark.parametrize(
    "declared",
    ["Ana Nuñez, The Associated Press", "Ana Nuñez, Xoan Insight", "Ana Nuñez | El Sol de México"],
)
def test_an_agency_or_a_paper_behind_a_name_is_not_its_second_author(declared: str) -> None:
    thing = {"@type": "NewsArticle", "author": {"@type": "Person", "name": declared}, "publisher": {"name": "Xoan"}}
    head = f"<script type='application/ld+json'>{json.dumps(thing)}</script>"
    assert read(page(head=head)).authors == ("Ana Nuñez",)


def test_a_line_that_begins_with_a_hash_names_nobody() -> None:
    above = "<span class='autor'>#Krótko o lekcjach śpiewu w Cẩm Khê i Polsce</span>"
    assert read(page().replace(b'<div class="ngaydang">', above.encode() + b'<div class="ngaydang">')).authors == ()


@pytest.mark.parametrize(
    ("below", "caption", "credit"),
    [
        (f"<figcaption class='credit-thumb'><p>{CAPTION} / AFP</p></figcaption>", CAPTION, "AFP"),
        ("<figcaption class='credit'>Ann Lee / AFP</figcaption>", None, "Ann Lee / AFP"),
        ("<figcaption>Imagen ilustrativa: Cuartoscuro</figcaption>", None, "Cuartoscuro"),
        (f"<figcaption>{CAPTION}</figcaption><span class='pix_source'>Ann Lee</span>", CAPTION, "Ann Lee"),
    ],
)
def test_captions_and_credits_in_each_others_boxes(below: str, caption: str | None, credit: str | None) -> None:
    (image,) = read(page(between=f"<figure><img src='/a.png' width='800'>{below}</figure>")).images
    assert (image.caption, image.credit) == (caption, credit)


def test_a_caption_in_a_second_link_to_the_enlargement() -> None:
    box = (
        "<div class='opening_multimedia'><a href='/a.png'><img src='/a.png' width='800'></a><a href='/a.png'>"
        f"<span class='opening_multimedia_desc'>{CAPTION}</span><span class='opening_multimedia_credit'>{NAME}</span>"
        "</a></div>"
    )
    (image,) = read(page(between=box)).images
    assert (image.caption, image.credit) == (CAPTION, NAME)


@pytest.mark.parametrize(
    "box",
    [
        "<div class='factbox'><h3>Join our WhatsApp community!</h3><img src='/b.png' width='800'><p>"
        + "We treat members to special offers of ours and of our partners, and to adverts. " * 3
        + "</p></div>",
        "<div><p><img src='/b.png' width='800'></p><p>Czytasz nowy rodzaj tekstu. Wesprzyj nas darowizną.</p></div>",
    ],
)
def test_a_box_that_invites_or_asks_for_money_goes_with_its_picture(box: str) -> None:
    found = read(page(between=box))
    assert (found.text, found.images) == (read(page()).text, ())


def test_a_paragraph_that_asks_for_nothing_stays_beside_its_picture() -> None:
    said = "Các gia đình cũng vào nhóm WhatsApp của xã để nhận lịch học hằng tuần."
    found = read(page(between=f"<div><p><img src='/b.png' width='800'></p><p>{said}</p></div>"))
    (image,) = found.images
    assert said in (found.text, image.caption)


@pytest.mark.parametrize("heading", ["Top news stories today", "Te recomendamos ⬇"])
def test_headings_of_other_stories_are_no_text(heading: str) -> None:
    teasers = f"<h3>{heading}</h3><ul><li><a href='/x1'>Otra noticia larga de hoy</a></li></ul>"
    assert heading not in read(page(between=teasers)).text
