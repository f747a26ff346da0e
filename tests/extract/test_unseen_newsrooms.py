"""Kinds of page that newsrooms nobody here knows print: small pages of our own, with what is right written by hand."""

from __future__ import annotations

import pytest

from archive import read_page
from archive.records import Image, Reading

URL = "http://baotrungdu.vn/doi-song/cam-khe-mo-lop-hat-xoan-cho-tre-em-bv5102.tdu"
TEXT = (
    "Hàng trăm hộ dân ở Cẩm Khê vừa có thêm niềm vui khi địa phương mở lớp hát xoan sau ba năm chuẩn bị.",
    "Bà Hoàng Mai cho biết gia đình đã chờ ngày này hơn 12 năm và nay rất phấn khởi, nhất là các cháu nhỏ.",
    "Lớp học mở vào tối thứ bảy hằng tuần tại nhà văn hóa xã, do các nghệ nhân của phường xoan đứng lớp.",
)
CAPTION, NAME = "Một góc Cẩm Khê trong buổi mở lớp hát xoan", "Ngọc Ánh"


def page(between: str = "", above: str = "", head: str = "") -> bytes:
    """An article with something between its first and second paragraph, or above its headline."""
    paragraphs = [f"<p>{text}</p>" for text in TEXT]
    body = paragraphs[0] + between + "".join(paragraphs[1:])
    return (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Cẩm Khê mở lớp hát xoan cho trẻ em</title>'
        f'{head}</head><body>{above}<div class="bai"><h1>Cẩm Khê mở lớp hát xoan cho trẻ em</h1>'
        f'<div class="ngaydang">23/11/2026 - 08:15</div><div class="noidung">{body}</div></div></body></html>'
    ).encode()


def read(body: bytes) -> Reading:
    found = read_page(body, URL)
    assert isinstance(found, Reading)
    return found


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


def test_a_copy_the_size_of_a_stamp_belongs_to_a_link() -> None:
    assert read(page("<p><img src='/tin-khac.jpg?w=145&h=101'></p>")).images == ()
