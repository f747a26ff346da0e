"""Every picture is a PNG that a strict reader accepts."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from crawler.demo import painted_pictures
from crawler.demo.page_furniture import ADVERTS
from crawler.demo.painted_pictures import Canvas, mix
from crawler.demo.paper import DAYS, published
from crawler.demo.server import Newspaper
from tests.crawler.demo.conftest import Get

FILES = sorted(
    {one.path.rsplit("/", 1)[1][:-4] for day in DAYS for article in published(day) for one in article.pictures}
)


def opened(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png))
    assert (image.format, image.mode) == ("PNG", "P")
    image.load()
    return image


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_photographs(file: str) -> None:
    image = opened(painted_pictures.photograph(file))
    assert 480 <= image.width <= 720 and 400 <= image.height <= 600
    assert len(set(image.tobytes())) > 20, "a landscape has many colours"


def test_all_photographs_differ_and_are_small() -> None:
    drawn = {painted_pictures.photograph(file) for file in FILES}
    assert len(drawn) == len(FILES) > 30
    assert max(len(png) for png in drawn) < 20_000


def test_the_same_name_gives_the_same_picture() -> None:
    once = painted_pictures.photograph(FILES[0])
    painted_pictures.photograph.cache_clear()
    assert painted_pictures.photograph(FILES[0]) == once


def test_thumbnails_and_adverts() -> None:
    assert opened(painted_pictures.thumbnail(FILES[0])).size == (160, 105)
    assert {opened(painted_pictures.advert(number)).size for number in range(ADVERTS)} == {(300, 250), (600, 90)}


def test_a_canvas_paints_where_it_is_told_and_clips() -> None:
    canvas = Canvas(3, 2)
    canvas.gradient(0, 2, 0x000000, 0x000000, steps=2)
    canvas.box(1, 1, 9, 9, 0xFF0000)
    image = opened(canvas.png())
    assert (image.size, image.tobytes()) == ((3, 2), bytes([0, 0, 0, 0, 1, 1]))


def test_mixing() -> None:
    assert mix(0x000000, 0xFF8040, 0.5) == 0x804020


REPLACED, SMALLER = "/anh/2026/05/lang-go-sat.png", "/anh/2026/05/doi-hoa-co-am.png"


def test_on_day_two_one_address_shows_another_picture_and_one_a_smaller_copy(newspaper: Newspaper, get: Get) -> None:
    before = {path: get(path) for path in (REPLACED, SMALLER)}
    newspaper.turn_to(2)
    after = {path: get(path) for path in (REPLACED, SMALLER)}
    assert after[REPLACED].body == painted_pictures.photograph("san-phoi-nan-go-sat")
    assert [opened(reply[SMALLER].body).size for reply in (before, after)] == [(480, 600), (360, 450)]
    for path in (REPLACED, SMALLER):
        assert before[path].headers["ETag"] != after[path].headers["ETag"]


def test_the_pages_tell_nothing_of_it(newspaper: Newspaper) -> None:
    days = [{one.path: one for one in published(day)} for day in (1, 2)]
    for path in (
        "/kinh-te/lang-dan-lat-go-sat-tim-dau-ra-238101.htm",
        "/kinh-te/nguoi-nuoi-ong-co-am-theo-mua-hoa-238112.htm",
    ):
        before, after = (day[path] for day in days)
        assert before.modified_at is after.modified_at is None
        assert [one.path for one in before.pictures] == [one.path for one in after.pictures]
