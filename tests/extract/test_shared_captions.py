"""Pictures side by side above one caption, and captions that say only what kind of picture it is."""

from __future__ import annotations

import pytest

from archive import Image, Reading, read_page
from archive.extract import credits
from tests.extract.imaginary_paper import URL, modern, paragraphs, tables

TWO = '<img src="/anh/doi.jpg"><img src="/anh/to.jpg">'
CELLS = '<tr><td><img src="/anh/doi.jpg"></td><td><img src="/anh/to.jpg"></td></tr>'
CAPTION = "Những sườn đồi đặt tổ ong"
PRINTED = f"{CAPTION}. Ảnh: Dương Miên"
CENTRE = 'style="text-align:center"'
SHARED = {
    "paragraph": f"<p {CENTRE}>{TWO}</p><p {CENTRE}><em>{PRINTED}</em></p>",
    "links": f'<p {CENTRE}><a href="/anh/doi.jpg"><img src="/anh/doi.jpg"></a> <a href="/anh/to.jpg">'
    f'<img src="/anh/to.jpg"></a></p><p {CENTRE}><em>{PRINTED}</em></p>',
    "class": f"<div>{TWO}<div class=articleimg_caption>{PRINTED}</div></div>",
    "row": f"<table class=picBox>{CELLS}<tr><td colspan=2>{PRINTED}</td></tr></table>",
    "figures": "<div><figure><img src=/anh/doi.jpg></figure><figure><img src=/anh/to.jpg></figure>"
    f"<figcaption>{PRINTED}</figcaption></div>",
}


def images(markup: str) -> tuple[Image, ...]:
    found = read_page(markup, URL)
    assert isinstance(found, Reading), found
    assert PRINTED not in found.text
    return found.images


@pytest.mark.parametrize("layout", [modern, tables], ids=["div", "table"])
@pytest.mark.parametrize("form", SHARED)
def test_one_caption_belongs_to_all_pictures_above_it(form: str, layout: object) -> None:
    found = images(layout(paragraphs((2, SHARED[form]))))  # type: ignore[operator]  # one of two functions
    assert [image.url.rpartition("/")[2] for image in found] == ["doi.jpg", "to.jpg"]
    assert {(image.caption, image.credit) for image in found} == {(f"{CAPTION}.", "Dương Miên")}


def test_a_row_of_captions_gives_each_picture_its_own() -> None:
    row = "<tr><td>Tổ ong trên đồi</td><td>Tổ ong dưới rừng</td></tr>"
    found = images(modern(paragraphs((2, f"<table>{CELLS}{row}</table>"))))
    assert len(found) == 2
    assert found[0].caption != f"{CAPTION}."


@pytest.mark.parametrize(
    ("printed", "caption", "credit"),
    [
        ("Một góc chợ. Ảnh minh họa", "Một góc chợ.", "Ảnh minh họa"),
        ("Một góc chợ (Ảnh minh hoạ)", "Một góc chợ", "Ảnh minh hoạ"),
        ("Bến đò năm 1968 - Ảnh tư liệu.", "Bến đò năm 1968", "Ảnh tư liệu"),
        ("Trang tin giả (Ảnh chụp màn hình)", "Trang tin giả", "Ảnh chụp màn hình"),
        ("Báo dùng ảnh minh họa", "Báo dùng ảnh minh họa", None),
        ("Một góc chợ. Ảnh minh họa: Thu Hà", "Một góc chợ.", "Thu Hà"),
    ],
)
def test_a_credit_that_names_nobody(printed: str, caption: str | None, credit: str | None) -> None:
    assert credits.split(printed) == (caption, credit)
