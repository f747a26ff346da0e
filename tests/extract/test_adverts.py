"""Adverts inside the text: they change at every request and are no pictures of the article."""

from __future__ import annotations

import pytest

from archive import Reading, read_page
from tests.extract.imaginary_paper import CAPTION, CREDIT, IMG, PICTURE, PRINTED, URL, modern, paragraphs

PHOTOGRAPH = f"<p style='text-align:center'>{IMG}</p><p style='text-align:center'><em>{PRINTED}</em></p>"
ADVERTS = {
    "alternative text": '<div><a href="http://quangcao.example/?c=7"><img src="/b/7.png" alt="Quảng cáo"></a></div>',
    "directory": '<p><a href="/click?7"><img src="/upload/quang-cao/7.png"></a></p>',
    "caption": '<figure><a href="/click?7"><img src="/upload/7.png"></a><figcaption>Reklama</figcaption></figure>',
    "English": '<p><a href="/click?7"><img src="https://cdn.example.vn/ads/7.gif" alt="Advertisement"></a></p>',
}


@pytest.mark.parametrize("form", ADVERTS)
def test_an_advert_in_the_text_is_left_out(form: str) -> None:
    reading = read_page(modern(paragraphs((2, ADVERTS[form]), (4, PHOTOGRAPH))), URL)
    assert isinstance(reading, Reading), reading
    assert [(image.url, image.caption, image.credit) for image in reading.images] == [(PICTURE, CAPTION, CREDIT)]


def test_a_photograph_of_advertising_is_a_picture() -> None:
    photograph = '<p><img src="/anh/bien-quang-cao.jpg" alt="Biển quảng cáo trên phố"></p>'
    reading = read_page(modern(paragraphs((2, photograph))), URL)
    assert isinstance(reading, Reading), reading
    assert len(reading.images) == 1
