"""Pictures without a network: what bytes are, when two are one picture, what a fetch does to versions."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from itertools import combinations
from pathlib import Path
from random import Random
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw, ImageFilter
from sqlite_utils import Database

from archive import PictureCapture, Run, ingest, keep_picture, start_run
from archive.cli import archive as commands
from archive.diff import compare
from archive.history.picture_changes import SAME_CELLS, same_picture
from archive.model.records import Looks, Picture
from archive.pictures import recognise
from archive.pipeline.verification import verify
from archive.queries import article_search, lookup
from archive.storage.picture_fetches import due_pictures, pictures_of
from tests.reading_room import served as serving
from tests.support import NOON, PAPER, Shoot, page

A, B = "https://bao.example/a-1.htm", "https://bao.example/b-2.htm"
CAU, DO = "https://bao.example/anh/cau.jpg", "https://bao.example/anh/do.jpg"
DAY = timedelta(days=1)


def photo(seed: int) -> Image.Image:
    """Something like a photograph: soft colours, hard edges, grain."""
    dice = Random(seed)
    image = Image.new("RGB", (8, 6))
    image.putdata([tuple(dice.randrange(256) for _ in range(3)) for _ in range(48)])
    image = image.resize((640, 420), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(dice.randrange(3, 9)):
        x, y, size = dice.randrange(640), dice.randrange(420), dice.randrange(15, 140)
        draw.ellipse([x, y, x + size, y + size], fill=tuple(dice.randrange(256) for _ in range(3)))
    grain = Image.effect_noise((640, 420), 25).convert("RGB")
    return Image.blend(image, grain, 0.15).filter(ImageFilter.GaussianBlur(0.6))


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def copies(image: Image.Image) -> Iterator[bytes]:
    """Recompressed and made smaller, as content delivery networks do it."""
    for quality in (40, 60, 80, 95):
        yield encoded(image, quality=quality)
    for percent in (50, 62, 75, 90):
        size = image.width * percent // 100, image.height * percent // 100
        yield encoded(image.resize(size, Image.Resampling.LANCZOS), quality=60)
        yield encoded(image.resize(size, Image.Resampling.BILINEAR), "WEBP", quality=75)


def looks(data: bytes) -> str:
    picture = recognise(data)
    assert picture is not None and picture.looks is not None
    return picture.looks.perceptual_hash


PHOTOS = [photo(seed) for seed in range(6)]


@pytest.mark.slow
def test_copies_of_a_picture_are_the_same() -> None:
    for image in PHOTOS:
        original = looks(encoded(image, "PNG"))
        assert [same_picture(original, looks(copy)) for copy in copies(image)] == [True] * 12


def test_different_pictures_are_not() -> None:
    hashes = [looks(encoded(image, quality=85)) for image in PHOTOS]
    assert [same_picture(one, other) for one, other in combinations(hashes, 2)] == [False] * 15


def test_a_retouched_picture_is_another() -> None:
    """A bar over a tenth of width and height, which a difference hash of 64 bits does not see."""
    for image in PHOTOS:
        retouched = image.copy()
        ImageDraw.Draw(retouched).rectangle([213, 140, 277, 182], fill=(0, 0, 0) if _light(image) else (255, 255, 255))
        assert same_picture(looks(encoded(image)), looks(encoded(retouched))) is False


def _light(image: Image.Image) -> bool:
    return image.convert("L").crop((213, 140, 277, 182)).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) > 127  # type: ignore[operator]  # grey


def test_where_one_has_no_looks_nothing_is_said() -> None:
    assert same_picture(None, "00" * 144) is None
    assert same_picture("00" * 144, None) is None
    almost = "00" * 143 + f"{SAME_CELLS:02x}"
    assert same_picture("00" * 144, almost) is True
    assert same_picture("00" * 144, "00" * 143 + f"{SAME_CELLS + 1:02x}") is False


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP"])
def test_formats_are_told_by_their_bytes(kind: str) -> None:
    picture = recognise(encoded(PHOTOS[0], kind))
    assert picture is not None and picture.looks is not None
    assert picture.media_type == f"image/{kind.lower()}"
    assert (picture.looks.width, picture.looks.height) == (640, 420)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!DOCTYPE html><html><body>404</body></html>",
        b"<html><svg></svg></html>",
        b"GIF",
        b"{}",
        b"%PDF-1.7",
        b"\0" * 99,
    ],
)
def test_what_is_no_picture(data: bytes) -> None:
    assert recognise(data) is None


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\n<!-- Created with x -->\n<!DOCTYPE svg PUBLIC "x" "y">\n<svg width="1"/>',
    ],
)
def test_a_drawing_is_kept_apart_and_never_painted(data: bytes) -> None:
    picture = recognise(data)
    assert picture is not None
    assert (picture.media_type, picture.looks, picture.thumbnail_path) == ("image/svg+xml", None, None)
    assert picture.path.startswith("unserved/sha256/")


def test_a_damaged_picture_is_a_picture_without_looks() -> None:
    picture = recognise(encoded(PHOTOS[0], "PNG")[:2000])
    assert picture is not None
    assert (picture.media_type, picture.looks) == ("image/png", None)


def test_a_decompression_bomb_is_survived(recwarn: pytest.WarningsRecorder) -> None:
    """A PNG of 30,000 by 30,000 pixels in less than a megabyte: 2.7 GB if it were painted."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 90_001 * 300, 9)
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(*one) for one in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    )
    picture = recognise(bomb)
    assert picture is not None
    assert (picture.size, picture.looks) == (len(bomb), None)
    assert not recwarn.list  # cron would send it


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_thumbnail_stands_upright_on_white() -> None:
    """A picture lying on its side, as telephones store it, with its right half transparent."""
    image = Image.new("RGBA", (600, 1000), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 600, 500))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by 90 degrees to see it
    picture = recognise(encoded(image, "PNG", exif=exif))
    assert picture is not None and picture.looks is not None
    assert (picture.looks.width, picture.looks.height) == (1000, 600)
    with Image.open(BytesIO(picture.looks.thumbnail)) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("JPEG", (480, 288))
        left, right = thumbnail.getpixel((60, 144)), thumbnail.getpixel((420, 144))
    assert left == (255, 255, 255) and right != (255, 255, 255)


def test_a_small_picture_is_not_blown_up() -> None:
    picture = recognise(encoded(PHOTOS[0].resize((64, 42))))
    assert picture is not None and picture.looks is not None
    with Image.open(BytesIO(picture.looks.thumbnail)) as thumbnail:
        assert thumbnail.size == (64, 42)


def known(number: int, cells: int = 0) -> Picture:
    """A picture whose cells all have one lightness."""
    digits = f"{number:x}".ljust(64, "0")
    return Picture(f"sha256:{digits}", 1000 + number, "image/jpeg", Looks(640, 420, f"{cells:02x}" * 144, b""))


def showing(*addresses: str, headline: str = "Cầu mới", clock: str = "08:00") -> str:
    figures = "".join(
        f'<figure><img src="{one}"><figcaption>Cầu. Ảnh: Hà Thu</figcaption></figure>' for one in addresses
    )
    return page(headline, clock=clock).replace("</p>", "</p>" + figures, 1)


def fetch(
    db: Database,
    run: Run,
    url: str,
    picture: Picture | None = None,
    hours: float = 0,
    status: int = 200,
    rest: timedelta = DAY,
) -> str:
    (image_id,) = db.execute("SELECT id FROM images WHERE url = ?", [url]).fetchone()
    moment = NOON + timedelta(hours=hours)
    return keep_picture(db, run, PictureCapture(image_id, moment, url, status, '"v"', None, picture), rest)


def versions(db: Database) -> list[tuple[object, ...]]:
    return db.execute("SELECT article_id, number, changed, first_seen_at FROM versions ORDER BY id").fetchall()


def shown(db: Database) -> list[tuple[object, ...]]:
    return db.execute("SELECT version_id, position, picture_id FROM version_images ORDER BY 1, 2").fetchall()


def test_a_replaced_picture_opens_a_version_with_the_same_words(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, showing(CAU, DO)))
    ingest(db, run, shoot(A, status=304, hours=1))
    assert fetch(db, run, CAU, known(1, 10)) == "fresh"
    assert fetch(db, run, DO, known(2, 90)) == "fresh"
    assert fetch(db, run, CAU, known(3, 200), hours=2) == "replaced"
    assert versions(db) == [(1, 1, None, "2026-05-20T12:00:00Z"), (1, 2, "pictures", "2026-05-20T14:00:00Z")]
    assert shown(db) == [(1, 1, 1), (1, 2, 2), (2, 1, 3), (2, 2, 2)]
    assert db.execute("SELECT capture_id, words_of FROM versions WHERE id = 2").fetchone() == (
        1,
        1,
    )  # a 304 brings no page
    (_, before), (_, after) = (lookup.reading_of(db, 1, number) for number in (1, 2))
    assert before == after
    (change,) = compare(before, after)
    assert (change.part, change.before, change.after) == (
        "picture",
        f"{CAU} sha256:100000000000",
        f"{CAU} sha256:300000000000",
    )
    (article,) = lookup.articles(db)
    assert (article.version_count, article.changed_at) == (2, "2026-05-20T14:00:00Z")
    assert list(verify(db)) == []
    assert [hit.number for hit in article_search.search(db, "cau dai 212 met")] == [2]


def test_a_copy_is_no_version_however_often_it_comes(db: Database, run: Run, shoot: Shoot) -> None:
    """Each is compared with what the version showed, not with the copy before: small steps do not add up unseen."""
    ingest(db, run, shoot(A, showing(CAU)))
    steps = [(known(1, 100), "fresh"), (known(2, 108), "recompressed"), (known(3, 111), "recompressed")]
    assert [fetch(db, run, CAU, picture, hours) for hours, (picture, _) in enumerate(steps)] == [
        told for _, told in steps
    ]
    assert len(versions(db)) == 1 and shown(db) == [(1, 1, 1)]
    assert fetch(db, run, CAU, known(4, 119), 9) == "recompressed"  # of the third
    assert len(versions(db)) == 2  # and yet not of the first


def test_what_cannot_be_compared_is_kept_and_is_no_edit(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, showing(CAU)))
    drawings = [Picture(f"sha256:{n:064x}", 9, "image/svg+xml") for n in (1, 2)]
    assert [fetch(db, run, CAU, one) for one in drawings] == ["fresh", "unclear"]
    assert len(versions(db)) == 1
    assert db["pictures"].count == 2


def test_a_picture_put_back_is_a_version_of_its_own(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, showing(CAU)))
    for hours, picture in enumerate((known(1, 10), known(2, 200), known(1, 10))):
        fetch(db, run, CAU, picture, hours)
    assert [row[2] for row in versions(db)] == [None, "pictures", "pictures"]
    assert shown(db) == [(1, 1, 1), (2, 1, 2), (3, 1, 1)]
    assert db.execute("SELECT words_of FROM versions ORDER BY id").fetchall() == [(None,), (1,), (1,)]


def test_a_new_article_with_an_old_picture_address_is_not_edited(db: Database, run: Run, shoot: Shoot) -> None:
    """What the address showed before the article did is not what the article showed."""
    ingest(db, run, shoot(A, showing(CAU)))
    fetch(db, run, CAU, known(1, 10))
    later = start_run(db, PAPER, {}, NOON)
    ingest(db, later, shoot(B, showing(CAU, headline="Đò xưa bến cũ").replace("212", "9"), hours=48))
    fetch(db, later, CAU, known(2, 200), hours=48)
    assert [row[:3] for row in versions(db)] == [(1, 1, None), (2, 1, None), (1, 2, "pictures")]
    assert shown(db) == [(1, 1, 1), (2, 1, 2), (3, 1, 2)]


def test_an_article_that_is_gone_is_not_edited(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, showing(CAU)))
    fetch(db, run, CAU, known(1, 10))
    ingest(db, run, shoot(A, status=404, hours=1))
    assert fetch(db, run, CAU, known(2, 200), hours=2) == "replaced"
    assert len(versions(db)) == 1


def test_pages_after_a_replaced_picture(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, showing(CAU)))
    fetch(db, run, CAU, known(1, 10))
    fetch(db, run, CAU, known(2, 200), hours=24)
    ingest(db, run, shoot(A, status=304, hours=25))
    ingest(db, run, shoot(A, showing(CAU, clock="09:00"), hours=26))
    assert len(versions(db)) == 2
    ingest(db, run, shoot(A, showing(CAU, headline="Cầu mới thông xe"), hours=27))
    assert [row[2] for row in versions(db)] == [None, "pictures", "headline"]
    assert shown(db)[-1] == (3, 1, 2)
    spans = [(version.first_seen_at[8:13], version.last_seen_at[8:13]) for version in lookup.versions_of(db, 1)]
    assert spans == [("20T12", "20T12"), ("21T12", "21T14"), ("21T15", "21T15")]


def test_a_better_extractor_tells_both_versions_and_they_keep_their_pictures(
    db: Database, run: Run, shoot: Shoot
) -> None:
    ingest(db, run, shoot(A, showing(CAU)))
    fetch(db, run, CAU, known(1, 10))
    fetch(db, run, CAU, known(2, 200), hours=24)
    db.execute("UPDATE extractors SET name = 'an older one'")
    ingest(db, run, shoot(A, showing(CAU, headline="Cầu mới thông xe"), hours=48))
    assert [row[2] for row in versions(db)] == [None, "pictures", "headline"]
    assert shown(db) == [(1, 1, 1), (2, 1, 2), (3, 1, 2)]
    told = "SELECT count(DISTINCT extractor_id) FROM active_texts JOIN texts ON texts.id = text_id"
    assert db.execute(told).fetchone() == (1,)


@pytest.mark.parametrize(
    ("age", "rest", "due"),
    [(0, 24, 24), (20, 24, 24), (400, 24, 400), (40, 0, 40), (24 * 3650, 24, 24 * 180)],
    ids=["new", "a day at least", "as long again", "no rest", "half a year at most"],
)
def test_when_a_picture_is_due_again(db: Database, run: Run, shoot: Shoot, age: int, rest: int, due: int) -> None:
    ingest(db, run, shoot(A, showing(CAU)))
    assert [one.url for one in due_pictures(db, run, NOON, 9)] == [CAU]
    fetch(db, run, CAU, known(1), rest=timedelta(hours=rest))
    if age:
        assert fetch(db, run, CAU, status=304, hours=age, rest=timedelta(hours=rest)) == "not-modified"
    again = NOON + timedelta(hours=age + due)
    assert due_pictures(db, run, again - timedelta(seconds=1), 9) == []
    (wanted,) = due_pictures(db, run, again, 9)
    assert (wanted.etag, wanted.final_url, wanted.path) == ('"v"', CAU, known(1).path)


def test_what_fails_is_left_alone_twice_as_long_each_time(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, showing(CAU)))
    for hours, pause in ((0, 24), (24, 48), (72, 96)):
        assert fetch(db, run, CAU, hours=hours, status=500) == "error"
        (due,) = db.execute("SELECT due_at FROM images").fetchone()
        assert due == (NOON + timedelta(hours=hours + pause)).isoformat().replace("+00:00", "Z")


def test_pictures_of_other_outlets_and_of_the_dead_are_not_asked_for(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, showing(CAU)))
    ingest(db, run, shoot(B, showing(DO, headline="Đò xưa bến cũ").replace("212", "9")))
    fetch(db, run, CAU, known(1))
    ingest(db, run, shoot(A, status=404, hours=1))
    ingest(db, run, shoot(B, status=404, hours=1))
    assert [one.url for one in due_pictures(db, run, NOON + 9 * DAY, 9)] == [DO]  # never fetched: it may still be there
    assert [one.url for one in pictures_of(db, 1)] == [CAU]


@pytest.mark.parametrize("table", ["pictures", "picture_captures"])
def test_the_record_of_pictures_cannot_be_rewritten(db: Database, run: Run, shoot: Shoot, table: str) -> None:
    ingest(db, run, shoot(A, showing(CAU)))
    fetch(db, run, CAU, known(1))
    for attempt in (
        f"DELETE FROM {table}",
        f"UPDATE {table} SET id = 9",
        f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(attempt)


def test_show_names_the_stored_file(db: Database, run: Run, shoot: Shoot, path: Path) -> None:
    ingest(db, run, shoot(A, showing(CAU, DO)))
    fetch(db, run, CAU, known(1))
    told = CliRunner().invoke(commands, ["show", A, "--db", str(path)]).output
    assert told.count("[stored]") == 1
    assert f"[stored] {known(1).path}" in told
    folder = path.with_name("archive.db.pictures")
    folder.mkdir()
    assert f"[stored] {folder / known(1).path}" in CliRunner().invoke(commands, ["show", A, "--db", str(path)]).output


@pytest.fixture
def served(db: Database, run: Run, shoot: Shoot, path: Path) -> Iterator[str]:
    """`luubao serve` on an archive with a photograph and a drawing, both with their files."""
    ingest(db, run, shoot(A, showing(CAU, DO)))
    folder = path.with_name("archive.db.pictures")
    for address, data in ((CAU, PHOTO), (DO, DRAWING)):
        picture = recognise(data)
        assert picture is not None
        fetch(db, run, address, picture)
        write(folder / picture.path, data)
        if picture.looks and picture.thumbnail_path:
            write(folder / picture.thumbnail_path, picture.looks.thumbnail)
    with serving("--db", path) as address:
        yield address


PHOTO, DRAWING = encoded(PHOTOS[0]), b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def write(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)


def status_of(address: str) -> int:
    try:
        with urlopen(address) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


@pytest.mark.slow
def test_datasette_shows_pictures_and_never_runs_a_drawing(served: str) -> None:
    photo, drawing = recognise(PHOTO), recognise(DRAWING)
    assert photo is not None and drawing is not None
    for path in (photo.path, photo.thumbnail_path):
        with urlopen(f"{served}/-/pictures/{path}") as answer:
            assert answer.headers["Content-Type"] == "image/jpeg"
    with urlopen(f"{served}/archive/pictures") as answer:
        source = answer.read().decode()
    assert f'<img src="/-/pictures/{photo.thumbnail_path}"' in source
    assert f'<a href="/-/pictures/{photo.path}">' in source
    tricks = (
        drawing.path,
        drawing.path.removeprefix("unserved/"),
        f"sha256/../{drawing.path}",
        f"sha256/%2e%2e/{drawing.path}",
    )
    assert [status_of(f"{served}/-/pictures/{path}") for path in tricks] == [404] * 4
