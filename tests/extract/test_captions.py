"""Every form in which newspapers print the text that belongs to a picture."""

from __future__ import annotations

import pytest

from archive import Reading, read_page
from tests.extract.imaginary_paper import (
    CAPTION,
    CREDIT,
    IMG,
    PARAGRAPHS,
    PICTURE,
    PRINTED,
    URL,
    modern,
    paragraphs,
    tables,
)

FORMS = {
    "figcaption": f"<figure>{IMG}<figcaption>{PRINTED}</figcaption></figure>",
    "figcaption with p": f"<figure class=tplCaption>{IMG}<figcaption><p class=Image>{PRINTED}</p></figcaption></figure>",
    "figcaption beside the figure": f"<div class=layout><figure>{IMG}</figure><figcaption>{PRINTED}</figcaption></div>",
    "picture with sources": f'<figure><picture><source media="(min-width: 1px)" srcset="/s.webp 1x">{IMG}</picture>'
    f"<figcaption>{PRINTED}</figcaption></figure>",
    "baovinhphuc 2019": f"<div>{IMG}<div class=articleimg_caption>{PRINTED}</div></div>",
    "PhotoCMS_Caption": f"<div class=VCSortableInPreviewMode type=Photo><div>{IMG}</div><div class=PhotoCMS_Caption><p>{PRINTED}</p></div></div>",
    "second row": f"<table><tr><td>{IMG}</td></tr><tr><td>{PRINTED}</td></tr></table>",
    "second row, em": f"<table class='image center'><tbody><tr><td>{IMG}</td></tr><tr><td class=image_desc><em>{PRINTED}</em></td></tr></tbody></table>",
    "second row, pCaption": f"<table class=picture><tr><td class=pic>{IMG}</td></tr><tr><td class=caption><p class=pCaption>{PRINTED}</p></td></tr></table>",
    "centred p": f'<p style="text-align:center">{IMG}</p><p style="text-align: center;"><em>{PRINTED}</em></p>',
    "align=center": f"<p align=center>{IMG}</p><p align=center><i>{PRINTED}</i></p>",
    "centred div span": f'<div style="text-align: center;">{IMG}</div><div style="text-align: center;"><span>{PRINTED}</span></div>',
    "italic p": f"<p>{IMG}</p><p><em>{PRINTED}</em></p>",
    "em in the same p": f"<p>{IMG}<em>{PRINTED}</em></p>",
    "img br em": f"<p>{IMG}<br><em>{PRINTED}</em></p>",
    "text in the same p": f"<p style='text-align:center'>{IMG}<br>{PRINTED}</p>",
    "pCaption": f"<p class=pBody>{IMG}</p><p class=pCaption>{PRINTED}</p>",
    "named byline": f"<figure>{IMG}<div class=cutline-byline><span class=cutline>{CAPTION}</span> "
    f"<span class=byline-photo>Ảnh: {CREDIT}</span></div></figure>",
    "heading in a box named so": f"<div class=media>{IMG}<div class=picture-caption><h4>{PRINTED}</h4></div></div>",
    "bold in an enlargement": f"<p><a href=/anh/to.jpg>{IMG}<span class=legend><b>{CAPTION[:9]}</b>{CAPTION[9:]}"
    f" Ảnh: {CREDIT}</span></a></p>",
    "aside with a cite": f"<aside class='embed embed-photo'><span>Ảnh</span><div>{IMG}</div>"
    f"<div><span>{CAPTION}</span> <cite>Ảnh: {CREDIT}</cite></div></aside>",
    "box with the number of pictures": f"<div class=image-wrap>{IMG}<div><b>3</b></div></div><p>{PRINTED}</p>",
    "summary with its credit": f"<div>{IMG}</div><p class=summary>{CAPTION} <span class=credit>Ảnh: {CREDIT}</span></p>",
    "note ignore": f"<p>{IMG}</p><p class='note ignore'>{PRINTED}</p>",
    "div.caption": f"<div class=hinh>{IMG}<div class=caption>{PRINTED}</div></div>",
    "plain p that ends in a credit": f"<p>{IMG}</p><p>{PRINTED}</p>",
    "wp-caption": f'<div class="wp-caption alignnone">{IMG}<p class="wp-caption-text">{PRINTED}</p></div>',
}


def read(markup: str) -> Reading:
    reading = read_page(markup, URL)
    assert isinstance(reading, Reading), reading
    return reading


@pytest.mark.parametrize("layout", [modern, tables], ids=["div", "table"])
@pytest.mark.parametrize("form", FORMS)
def test_caption_is_tied_to_its_picture(form: str, layout: object) -> None:
    reading = read(layout(paragraphs((2, FORMS[form]))))  # type: ignore[operator]  # one of two functions
    image = reading.images[0]
    assert (image.url, image.caption, image.credit, image.caption_raw) == (PICTURE, CAPTION, CREDIT, PRINTED)


@pytest.mark.parametrize("layout", [modern, tables], ids=["div", "table"])
@pytest.mark.parametrize("form", FORMS)
def test_caption_is_not_left_in_the_body(form: str, layout: object) -> None:
    reading = read(layout(paragraphs((2, FORMS[form]))))  # type: ignore[operator]  # one of two functions
    assert reading.text.split("\n\n") == list(PARAGRAPHS)


@pytest.mark.parametrize("form", FORMS)
def test_picture_stands_where_it_was_printed(form: str) -> None:
    kinds = [block.kind for block in read(modern(paragraphs((2, FORMS[form])))).blocks]
    assert kinds == ["paragraph", "paragraph", "image", *["paragraph"] * 6]


def test_one_caption_for_several_pictures() -> None:
    pair = "<figure><img src=/a.jpg></figure><figure><img src=/b.jpg></figure>"
    reading = read(modern(paragraphs((3, f"<div class=layout-image-2>{pair}<figcaption>{PRINTED}</figcaption></div>"))))
    assert [(image.url[-5:], image.caption) for image in reading.images] == [("a.jpg", CAPTION), ("b.jpg", CAPTION)]


def test_paragraph_after_a_picture_without_caption_stays_text() -> None:
    reading = read(modern(paragraphs((2, f"<p>{IMG}</p>"))))
    assert reading.text.split("\n\n") == list(PARAGRAPHS)
    assert reading.images[0].caption is None


def test_a_description_in_the_box_of_the_first_picture_is_no_lead() -> None:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    figure = f"<div class=khung>{IMG}<div class=desc>{PRINTED}</div></div>"
    reading = read(f"<h1>Hội nghị sơ kết sáu tháng</h1><div class=content>{figure}{text}</div>")
    assert (reading.lead, [image.caption for image in reading.images]) == (None, [CAPTION])


def test_lead_picture_above_the_body_counts() -> None:
    page = modern(paragraphs()).replace(
        '<div class="noi-dung-bai">', f"{FORMS['figcaption']}<div class='noi-dung-bai'>"
    )
    reading = read(page)
    assert [image.caption for image in reading.images] == [CAPTION]
    assert reading.blocks[0].kind == "image"


def test_pictures_of_other_stories_do_not_count() -> None:
    box = "".join(
        f'<li><a href="/x-{n}.html"><img src="/x{n}.jpg"><h4>Tin khác số {n} trong ngày hôm nay</h4></a></li>'
        for n in range(5)
    )
    reading = read(modern(paragraphs((2, FORMS["figcaption"])) + f"<div class='tin-lien-quan'><ul>{box}</ul></div>"))
    assert [image.url for image in reading.images] == [PICTURE]


def test_machine_made_alt_is_no_caption() -> None:
    reading = read(modern(paragraphs((2, '<p><img src="/upload/2024/thon-cham.jpg" alt="Tam Dương - Ảnh 1."></p>'))))
    assert reading.images[0].caption is None


@pytest.mark.parametrize("how", ['align="left"', 'style="float: right"', 'class="alignleft"'])
def test_a_paragraph_that_flows_around_a_picture_is_no_caption(how: str) -> None:
    markup = paragraphs().replace(
        f"<p>{PARAGRAPHS[2]}", f'<p><img src="/upload/2024/thon-cham.jpg" {how}>{PARAGRAPHS[2]}'
    )
    reading = read(modern(markup))
    assert reading.text.split("\n\n") == list(PARAGRAPHS)
    assert [(image.url, image.caption) for image in reading.images] == [(PICTURE, None)]


def test_a_text_that_is_centred_as_a_whole_loses_no_paragraph_to_its_pictures() -> None:
    centred = [f'<p style="text-align: center">{paragraph}</p>' for paragraph in PARAGRAPHS]
    pictures = "".join(
        f'<p style="text-align: center"><img src="/anh/{number}.jpg"></p>{paragraph}'
        for number, paragraph in enumerate(centred[2:5])
    )
    reading = read(modern(centred[0] + centred[1] + pictures + "".join(centred[5:])))
    assert reading.text.split("\n\n") == list(PARAGRAPHS)
    assert [image.caption for image in reading.images] == [None] * 3


@pytest.mark.parametrize(
    ("caption", "title", "credit"),
    [
        (
            "Cầu mới qua sông. <b class=credit>Photo by Jean Levac</b> /<b class=distributor>Postmedia News</b>",
            "",
            "Jean Levac / Postmedia News",
        ),
        ("Cầu mới qua sông.", "Một cây cầu | Bildquelle: WDR/Max Muster", "WDR/Max Muster"),
        ("<span>Hôm qua</span><br>Cầu mới qua sông.", "", None),
        ("Cầu mới qua sông.", "Một cây cầu | Báo Địa Phương", None),
    ],
)
def test_a_credit_in_an_element_or_attribute_of_its_own(caption: str, title: str, credit: str | None) -> None:
    image = IMG.replace("<img ", f'<img title="{title}" ')
    reading = read(modern(paragraphs((3, f"<figure>{image}<figcaption>{caption}</figcaption></figure>"))))
    assert [found.credit for found in reading.images] == [credit]
    assert "Cầu mới qua sông." in (reading.images[0].caption or "")


def test_the_box_around_a_credit_of_a_figure_is_its_caption() -> None:
    box = f'<div class="foot"><span>{CAPTION}</span> <span class="credit">{CREDIT}</span></div>'
    image = read(modern(paragraphs((2, f"<figure>{IMG}{box}</figure>")))).images[0]
    assert (image.caption, image.credit) == (CAPTION, CREDIT)
