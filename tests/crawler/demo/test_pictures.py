"""Every picture is a PNG that a strict reader accepts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import pytest

from crawler.demo import painted_pictures
from crawler.demo.page_furniture import ADVERTS
from crawler.demo.painted_pictures import Canvas, mix
from crawler.demo.paper import DAYS, published
from crawler.demo.server import Newspaper
from tests.crawler.demo.conftest import Get

FILES = sorted(
    {one.path.rsplit("/", 1)[1][:-4] for day in DAYS for article in published(day) for one in article.pictures}
)


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG, with signature and checksums verified."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    moment = 8
    while moment < len(png):
        length, kind = struct.unpack(">I4s", png[moment : moment + 8])
        data = png[moment + 8 : moment + 8 + length]
        assert struct.unpack(">I", png[moment + 8 + length : moment + 12 + length]) == (zlib.crc32(kind + data),)
        yield kind, data
        moment += 12 + length


def rows(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and the unpacked rows of an 8-bit palette image."""
    parts = dict(chunks(png))
    assert list(parts) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    assert (depth, colour, rest) == (8, 3, [0, 0, 0])
    pixels = zlib.decompress(parts[b"IDAT"])
    assert len(pixels) == (width + 1) * height and max(pixels) < len(parts[b"PLTE"]) // 3
    return width, height, pixels


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_photographs(file: str) -> None:
    width, height, pixels = rows(painted_pictures.photograph(file))
    assert 480 <= width <= 720 and 400 <= height <= 600
    assert len(set(pixels)) > 20, "a landscape has many colours"


def test_all_photographs_differ_and_are_small() -> None:
    drawn = {painted_pictures.photograph(file) for file in FILES}
    assert len(drawn) == len(FILES) > 30
    assert max(len(png) for png in drawn) < 20_000


def test_the_same_name_gives_the_same_picture() -> None:
    once = painted_pictures.photograph(FILES[0])
    painted_pictures.photograph.cache_clear()
    assert painted_pictures.photograph(FILES[0]) == once


def test_thumbnails_and_adverts() -> None:
    assert rows(painted_pictures.thumbnail(FILES[0]))[:2] == (160, 105)
    assert {rows(painted_pictures.advert(number))[:2] for number in range(ADVERTS)} == {(300, 250), (600, 90)}


def test_a_canvas_paints_where_it_is_told_and_clips() -> None:
    canvas = Canvas(3, 2)
    canvas.gradient(0, 2, 0x000000, 0x000000, steps=2)
    canvas.box(1, 1, 9, 9, 0xFF0000)
    width, height, pixels = rows(canvas.png())
    assert (width, height, pixels) == (3, 2, bytes([0, 0, 0, 0, 0, 0, 1, 1]))


def test_mixing() -> None:
    assert mix(0x000000, 0xFF8040, 0.5) == 0x804020


REPLACED, SMALLER = "/anh/2026/05/lang-go-sat.png", "/anh/2026/05/doi-hoa-co-am.png"


def test_on_day_two_one_address_shows_another_picture_and_one_a_smaller_copy(newspaper: Newspaper, get: Get) -> None:
    before = {path: get(path) for path in (REPLACED, SMALLER)}
    newspaper.turn_to(2)
    after = {path: get(path) for path in (REPLACED, SMALLER)}
    assert after[REPLACED].body == painted_pictures.photograph("san-phoi-nan-go-sat")
    assert [rows(reply[SMALLER].body)[:2] for reply in (before, after)] == [(480, 600), (360, 450)]
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
