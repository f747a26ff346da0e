"""In which element of the page a body stands: told as a style sheet would, the same for all articles of a layout."""

from __future__ import annotations

import pytest
from lxml import html

from archive import Reading, read_page
from archive.extract.body_containers import css_path
from tests.support import page

PLACES = [
    ('<div id="dcontent"><p id="x">', "div#dcontent"),
    ('<div class="detail-content afcbc-body"><p id="x">', "div.detail-content.afcbc-body"),
    ('<article class="post-238405 type-post status-publish big"><p id="x">', "article.post-.type-post.status-publish"),
    ('<div id="main"><section><div><p id="x">', "div#main > section > div"),
    ('<section><div><p id="x">', "html > body > section > div"),
    ('<div id="thong-xe-ky-thuat-cau-ben-got-bac-qua-song-thao-238131"><p id="x">', "html > body > div"),
]


@pytest.mark.parametrize(("markup", "told"), PLACES)
def test_place(markup: str, told: str) -> None:
    root = html.document_fromstring(f"<html><body>{markup}Tin</p></body></html>")
    (paragraph,) = root.iterfind(".//p[@id='x']")
    body = paragraph.getparent()
    assert body is not None and css_path(body) == told


def test_a_reading_says_where_its_body_stood() -> None:
    reading = read_page(page().replace("<article>", '<article class="chi-tiet">'), "https://bao.example/a-1.htm")
    assert isinstance(reading, Reading)
    assert dict(reading.origins)["container"] == "article.chi-tiet"
