"""Photographs by their own captions, and the life of one picture."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image as Painted

from archive import Capture, PictureCapture, ingest, keep_picture, open_archive, start_run
from archive.model.records import Picture
from archive.pictures import recognise
from archive.web.room.list_pages import places
from tests.room.in_process import Answer, room_on
from tests.support import NOON, PAPER, page

Ask = Callable[..., Answer]


def painted(colour: str) -> bytes:
    data = BytesIO()
    Painted.new("RGB", (320, 200), colour).save(data, "PNG")
    return data.getvalue()


def figure(name: str, caption: str, credit: str) -> str:
    return f'<figure><img src="https://bao.example/anh/{name}.png"><figcaption>{caption} Ảnh: {credit}</figcaption></figure>'


def recognised(data: bytes) -> Picture:
    picture = recognise(data)
    assert picture is not None
    return picture


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """An article with two pictures, of which one names the river, and a day later that one in another article."""
    folder: Path = tmp_path_factory.mktemp("photographs")
    path, store = folder / "archive.db", folder / "archive.db.pictures"
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {"luubao": "test"}, NOON)
        river, wedding = (
            figure("song", "Bến đò trên sông Thao.", "Hà Thu"),
            figure("cuoi", "Đám cưới ở xã Hạ Hòa.", "Dương Miên"),
        )
        for day, name, pictures in ((0, "a", river + wedding), (1, "b", river.replace("Bến đò", "Đò ngang"))):
            url, moment = f"https://bao.example/{name}-1.htm", NOON + timedelta(days=day)
            body = page(f"Bài {name}", dated=moment).replace("</article>", f"{pictures}</article>")
            body = body.replace('lang="vi"', 'lang="fr"') if name == "b" else body
            ingest(db, run, Capture(url, url, moment, 200, body=body.encode(), encoding="utf-8"))
        for number, url in db.execute("SELECT id, url FROM images").fetchall():
            data = painted("blue" if "song" in url else "red")
            picture = recognised(data)
            assert picture.looks is not None and picture.path is not None and picture.thumbnail_path is not None
            for place, content in ((picture.path, data), (picture.thumbnail_path, picture.looks.thumbnail)):
                (store / place).parent.mkdir(parents=True, exist_ok=True)
                (store / place).write_bytes(content)
            keep_picture(db, run, PictureCapture(number, NOON, url, 200, picture=picture), timedelta(days=1))
        db.conn.commit()
    return room_on(path, store)


def captions(told: str) -> list[str]:
    return [part.split("<a")[0].partition(">")[2].strip() for part in told.split("<figcaption ")[1:]]


@pytest.mark.parametrize("place", ["Thao", "thao", "song thao", "%22sông Thao%22"])
def test_a_place_is_that_of_the_picture_s_own_caption(ask: Ask, place: str) -> None:
    assert captions(ask(f"/-/photos?place={place}").text) == ["Đò ngang trên sông Thao.", "Bến đò trên sông Thao."]


def test_a_photographer_without_diacritics(ask: Ask) -> None:
    assert captions(ask("/-/photos?credit=duong mien").text) == ["Đám cưới ở xã Hạ Hòa."]
    assert "<mark>Bài</mark> a" in ask("/-/search?q=bai&credit=duong mien").text
    assert "Không tìm thấy" in ask("/-/search?q=bai&credit=khong ai").text


def test_a_picture_has_a_page_with_its_life(ask: Ask) -> None:
    number = recognised(painted("blue")).digest.partition(":")[2]
    assert f'href="/-/picture/{number}"' in ask("/-/photos").text
    told = ask(f"/-/picture/{number}").text
    life = told[told.index('class="timeline"') :]
    assert life.index("Bến đò trên sông Thao.") < life.index("Đò ngang trên sông Thao.")
    assert f'href="/-/pictures/sha256/{number[:2]}/{number}.png"' in told
    assert ask(f"/-/picture/{'0' * 64}").status == 404


def test_words_have_the_language_of_their_page(ask: Ask) -> None:
    assert '<figcaption lang="fr">Đò ngang' in ask("/-/photos").text
    assert '<figcaption lang="vi">Bến đò' in ask("/-/photos").text
    told = ask(f"/-/picture/{recognised(painted('blue')).digest.partition(':')[2]}").text
    assert '<span lang="vi">Bến đò' in told and '<span lang="fr">Đò ngang' in told


def test_evidence_comes_with_the_pictures_we_hold(ask: Ask) -> None:
    told = ask("/-/capture/1").text
    assert told.count('href="/-/picture/') == 2


def test_a_picture_stays_in_the_browser(ask: Ask) -> None:
    number = recognised(painted("blue")).digest.partition(":")[2]
    answer = ask(f"/-/pictures/sha256/{number[:2]}/{number}.png")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


def test_places_say_what_they_are() -> None:
    assert places(["Bến đò trên sông Thao.", "Chiều trên sông Thao, xã Hạ Hòa."]) == [
        ("sông Thao", 2),
        ("xã Hạ Hòa", 1),
    ]


def test_a_place_counts_every_caption_that_its_gallery_shows() -> None:
    """Words behind a name in small letters are no part of it; a longer name contains the shorter."""
    assert places(["Chợ ở xã Cổ Am sáng nay.", "Xã Cổ Am trong mưa", "Đình xã Cổ Am Hạ."]) == [
        ("xã Cổ Am", 3),
        ("xã Cổ Am Hạ", 1),
    ]
