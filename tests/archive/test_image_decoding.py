"""Whatever a picture's bytes are, knowing them takes a bounded time and a bounded memory, and says why where it paints
none. The bounds of memory are measured in processes of their own, each kind at the largest that is still painted."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archive.pictures import recognise
from archive.pictures.image_files import MOST_PARTS, MOST_SCANS

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, depth: int, colours: int, each: int, interlaced: int = 0) -> bytes:
    """A PNG of zeros; each: bytes a pixel, before packing."""
    packer = zlib.compressobj(1)
    row = b"\0" * (1 + width * each)
    passes = b"".join(packer.compress(row) for _ in range(height + (height if interlaced else 0))) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, interlaced)
    return PNG_HEAD + chunk(b"IHDR", head) + chunk(b"IDAT", passes) + chunk(b"IEND", b"")


def scanned(side: int, scans: int) -> bytes:
    """A grey progressive JPEG whose last scan is drawn again and again."""
    data = encoded(Image.new("L", (side, side), 128), "JPEG", progressive=True, quality=50)
    last = data.rindex(b"\xff\xda")
    first = data.rindex(b"\xff\xc4", 0, last)
    return data[:-2] + data[first:-2] * scans + b"\xff\xd9"


def detail_of(data: bytes) -> str | None:
    picture = recognise(data)
    assert picture is not None
    assert (picture.looks is None) == (picture.detail is not None)
    return picture.detail


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.mark.parametrize(
    "before",
    [
        b"", b"\xef\xbb\xbf", b"\n\n", b"<?xml version='1.0'?>", b"<!-- a > b --> <!-- c -->\n", b"<!---->" * 60,
        b'<?xml version="1.0"?>\n<?xml-stylesheet href="a.css"?>\n<!DOCTYPE svg>', b"<!doctype svg PUBLIC 'x' 'y'>\n",
        b'<!DOCTYPE svg PUBLIC "x" "y" [\n\t<!ENTITY ns_svg "http://www.w3.org/2000/svg">\n\t<!ENTITY a "b">\n]>\n',
    ],
)  # fmt: skip
def test_what_may_stand_before_a_drawing(before: bytes) -> None:
    picture = recognise(before + SVG)
    assert picture is not None and picture.media_type == "image/svg+xml" and picture.detail is None


@pytest.mark.parametrize(
    "data",
    [
        b"<!---->" * 60 + b"\n", b"<!---->" * 1_000_000, b"<!--" * 1_000_000, b"<?" * 1_000_000, b" " * 3_000_000,
        b"<!DOCTYPE svg [" + b"<!ENTITY a 'b'>" * 100_000, b"<!DOCTYPE svg" + b"[" * 1_000_000, b"<?xml" + b"?" * 999_999,
        b"<!DOCTYPE html><svg>", b"<!--><svg", b"<svgx>", b"<", b"<!", b"<!-", b"<!--", b"<!-->", b"<?", b"<!DOCTYPE svg",
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_told_from_its_first_kilobytes(data: bytes) -> None:
    assert recognise(data) is None


@given(
    st.lists(st.sampled_from([b"<!--", b"-->", b"-", b"<?", b"?>", b"<!DOCTYPE svg", b"[", b"]", b">", b" ", b"<svg "]))
)
def test_whatever_stands_before_a_drawing_the_answer_comes(pieces: list[bytes]) -> None:
    recognise(b"".join(pieces))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (PNG_HEAD + chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)), "30000 x 30000 pixels"),
        (PNG_HEAD + chunk(b"IHDR", struct.pack(">IIBBBBB", 8_000, 7_500, 8, 6, 0, 0, 0)), "8000 x 7500 pixels would take 240 MB"),
        (PNG_HEAD + chunk(b"tEXt", b"") * (MOST_PARTS + 1), f"more than {MOST_PARTS} chunks"),
        (PNG_HEAD, "damaged: no header"),
        (b"GIF89a" + b"\1\0\1\0\0\0\0" + b"\x21\xfe\0" * (MOST_PARTS + 1), "damaged: no frame"),
        (b"GIF89a" + b"\1\0\1\0\0\0\0" + b"\x21\xfe" + b"\1a" * 300_000, "more than 250000 blocks"),
        (b"\xff\xd8\xff\xfe\0\2" + b"\xff\xfe\0\2" * MOST_PARTS, f"more than {MOST_PARTS} segments"),
        (b"\xff\xd8\xff\xfe\0\2", "damaged: no picture in it"),
        (scanned(16, MOST_SCANS), f"more than {MOST_SCANS} scans"),
        (scanned(8_000, 30), "8000 x 8000 pixels drawn many times over"),
        (encoded(Image.new("P", (64, 64)), "BMP").replace(b"\0\0\0\0\0\x10\0\0", b"\1\0\0\0\0\x10\0\0", 1)[:60]
         .replace(struct.pack("<ii", 64, 64), struct.pack("<ii", 9_000, 900)), "9000 x 900 pixels in run lengths"),
        (b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f" + struct.pack("<I", 8_191 | 8_191 << 14) + b"\0" * 8, "8192 x 8192 pixels"),
        (b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f" + struct.pack("<I", 3_999 | 3_999 << 14) + b"\0" * 8,
         "4000 x 4000 pixels would take 256 MB"),
    ],
)  # fmt: skip
def test_why_a_picture_is_not_painted(data: bytes, said: str) -> None:
    assert detail_of(data) == f"not painted: {said}"


def test_the_larger_of_two_sizes_counts() -> None:
    """A WebP whose first picture is large and whose canvas, told behind it, is small."""
    large = b"VP8L\x0d\0\0\0\x2f" + struct.pack("<I", 16_382 | 16_382 << 14) + b"\0" * 9
    canvas = b"VP8X\x0a\0\0\0" + b"\0" * 10
    body = b"WEBP" + large + canvas
    assert detail_of(b"RIFF" + struct.pack("<I", len(body)) + body) == "not painted: 16383 x 16383 pixels"


def marked(exif: bytes) -> bytes:
    """A JPEG with Exif of that length."""
    plain = encoded(Image.new("RGB", (64, 48), "red"), "JPEG")
    parts = [exif[moment : moment + 65_000] for moment in range(0, len(exif), 65_000)]
    segments = (b"\xff\xe1" + struct.pack(">H", len(part) + 8) + b"Exif\0\0" + part for part in parts)
    return plain[:2] + b"".join(segments) + plain[2:]


def test_exif_that_points_at_itself_a_thousand_times_reaches_no_parser() -> None:
    """5,000 tags, each as long as the whole: read by their letter they would be 300 MB."""
    tags = b"".join(struct.pack("<HHII", number, 7, 64_000, 0) for number in range(5_000))
    data = marked(b"II*\0\x08\0\0\0" + struct.pack("<H", 5_000) + tags + b"\0" * 4)
    picture = recognise(data)
    assert picture is not None and picture.looks is not None
    assert (picture.looks.width, picture.looks.height) == (64, 48)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_turn_that_a_camera_notes(kind: str, turn: int, order: str) -> None:
    """The top left corner, as a reader sees it, is red."""
    upright = Image.new("RGB", (96, 48), "blue")
    upright.paste("red", (0, 0, 48, 24))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's Transpose that leads back
    stored = upright.transpose(Image.Transpose(undo[turn])) if turn > 1 else upright
    exif = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IHHHIHxxI", 8, 1, 0x0112, 3, 1, turn, 0)
    picture = recognise(encoded(stored, kind, exif=b"Exif\0\0" + exif))
    assert picture is not None and picture.looks is not None
    assert (picture.looks.width, picture.looks.height) == (96, 48)
    with Image.open(BytesIO(picture.looks.thumbnail)) as shown:
        red = shown.convert("RGB").getchannel("R")
        corners = [red.getpixel(moment) for moment in ((12, 6), (84, 6), (12, 42), (84, 42))]
    assert [isinstance(value, int) and value > 150 for value in corners] == [True, False, False, False]


def test_an_animation_is_painted_by_its_first_frame() -> None:
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue", "green")]
    for kind in ("GIF", "WEBP", "PNG"):
        picture = recognise(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))
        assert picture is not None and picture.looks is not None
        with Image.open(BytesIO(picture.looks.thumbnail)) as shown:
            red, _, blue = shown.getpixel((5, 5))  # type: ignore[misc]  # RGB
            assert red > 200 > 60 > blue


def test_a_picture_of_many_strips_is_whole() -> None:
    """Dark above and light below, 2,880 by 3,840 pixels: no strip is missing or stands elsewhere."""
    image = Image.new("RGBA", (2_880, 3_840), (0, 0, 0, 255))
    image.paste((255, 255, 255, 0), (0, 1_920, 2_880, 3_840))
    picture = recognise(encoded(image, "PNG", compress_level=1))
    assert picture is not None and picture.looks is not None
    assert picture.looks.perceptual_hash == "00" * 72 + "ff" * 72


@given(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP", "AVIF"]), st.data())
def test_a_damaged_picture_is_one_without_looks_or_with(kind: str, data: st.DataObject) -> None:
    whole = bytearray(encoded(Image.new("RGB", (33, 21), "red"), kind))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(12, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(12, len(whole)))
    recognise(bytes(whole[:cut]))


LARGEST: dict[str, Callable[[], bytes]] = {
    "PNG, RGBA": lambda: png(7_000, 7_000, 8, 6, 4),
    "PNG, RGBA, 16 bits": lambda: png(7_000, 7_000, 16, 6, 8),
    "PNG, RGB, interlaced": lambda: png(7_000, 7_000, 8, 2, 3, interlaced=1),
    "PNG, grey": lambda: png(8_000, 8_000, 8, 0, 1),
    "PNG, grey, 16 bits": lambda: png(8_000, 8_000, 16, 0, 2),
    "GIF": lambda: encoded(Image.new("P", (8_000, 8_000)), "GIF", transparency=0),
    "BMP": lambda: encoded(Image.new("RGB", (3_300, 3_200)), "BMP"),
    "WebP, lossless": lambda: encoded(Image.new("RGBA", (4_000, 3_100), (1, 2, 3, 4)), "WEBP", lossless=True, method=0),
    "WebP": lambda: encoded(Image.effect_noise((4_000, 3_000), 60).convert("RGB"), "WEBP", method=0),
    "WebP, animated": lambda: encoded(
        Image.new("RGBA", (4_000, 3_100), (1, 2, 3, 4)), "WEBP", save_all=True, lossless=True, method=0,
        append_images=[Image.new("RGBA", (4_000, 3_100), (5, 6, 7, 8))]),
    "AVIF": lambda: encoded(Image.effect_noise((3_600, 2_700), 60).convert("RGB"), "AVIF", speed=10, subsampling="4:4:4"),
    "JPEG": lambda: encoded(Image.new("RGB", (8_000, 8_000), "red"), "JPEG"),
    "JPEG, a wide one": lambda: encoded(Image.new("RGB", (60_000, 800), "red"), "JPEG"),
    "JPEG, progressive": lambda: encoded(Image.new("RGB", (7_500, 7_500), "red"), "JPEG", progressive=True),
    "JPEG, scans": lambda: scanned(8_000, 8),
    "JPEG, more scans": lambda: scanned(3_000, 90),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux's /proc")
@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_of_each_kind_that_is_painted(name: str, tmp_path: Path) -> None:
    """Less than 300 MB for the whole process. (Seconds are no test's: on two quiet cores none takes five.)"""
    place = tmp_path / "picture"
    place.write_bytes(LARGEST[name]())
    _, megabytes, painted, detail = measured(place)
    assert painted, detail
    assert megabytes < 300


def measured(place: Path) -> tuple[float, float, bool, str]:
    program = (  # getrusage's peak would count what pytest held when it forked
        "import re, sys, time; from pathlib import Path; from archive.pictures import recognise\n"
        "data = Path(sys.argv[1]).read_bytes(); started = time.process_time(); picture = recognise(data)\n"
        "seconds, status = time.process_time() - started, Path('/proc/self/status').read_text()\n"
        "peak = int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) / 1024\n"
        "print(seconds, peak, bool(picture.looks), picture.detail, sep='|')"
    )
    run = subprocess.run([sys.executable, "-c", program, place], capture_output=True, text=True, check=True)
    seconds, megabytes, painted, detail = run.stdout.strip().split("|")
    return float(seconds), float(megabytes), painted == "True", detail
