"""Vietnamese text under right, wrong and missing charset declarations: every word survives, in NFC."""

from __future__ import annotations

import unicodedata

import pytest

from archive import Reading, read_page
from archive.extract import charset
from archive.extract.charset import clean, decode
from tests.extract.imaginary_paper import HEADLINE, PARAGRAPHS, URL, modern, paragraphs

PAGE = modern(paragraphs()).replace("<meta charset=utf-8>", "")


def saying(charset: str, page: str = PAGE) -> str:
    return page.replace("<head>", f'<head><meta http-equiv="Content-Type" content="text/html; charset={charset}">')


def windows_1258(text: str) -> bytes:
    """windows-1258 writes tone marks as combining characters of their own."""
    out = []
    for char in unicodedata.normalize("NFC", text):
        apart = unicodedata.normalize("NFD", char)
        tones = "".join(mark for mark in apart if mark in "\u0300\u0301\u0303\u0309\u0323")
        base = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in tones))
        out.append((base + tones).encode("cp1258", "xmlcharrefreplace"))
    return b"".join(out)


def with_strays(body: bytes) -> bytes:
    """Three bytes that are no UTF-8, between words."""
    places = [n for n, byte in enumerate(body) if byte == 0x20]
    for place in (places[len(places) // 4], places[len(places) // 2], places[-5]):
        body = body[:place] + b"\xff" + body[place + 1 :] if place else body
    return body


UTF8 = PAGE.encode()
CASES = {
    "utf-8, says utf-8": saying("utf-8").encode(),
    "utf-8 NFD, says utf-8": unicodedata.normalize("NFD", saying("utf-8")).encode(),
    "utf-8, says nothing": UTF8,
    "utf-8, says windows-1258": saying("windows-1258").encode(),
    "utf-8, says iso-8859-1": saying("iso-8859-1").encode(),
    "utf-8, says windows-1252": saying("windows-1252").encode(),
    "utf-8, says big5": saying("big5").encode(),
    "utf-8, says bogus": saying("bogus-42").encode(),
    "utf-8 with mark, says windows-1258": b"\xef\xbb\xbf" + saying("windows-1258").encode(),
    "utf-8, says utf-8 after 3 kB": saying("utf-8", PAGE.replace("<head>", "<head>" + "<!-- x -->" * 300)).encode(),
    "utf-8, stray bytes": with_strays(saying("utf-8").encode()),
    "utf-8, stray bytes, says nothing": with_strays(UTF8),
    "utf-8, stray bytes, says iso-8859-1": with_strays(saying("iso-8859-1").encode()),
    "windows-1258, says windows-1258": windows_1258(saying("windows-1258")),
    "windows-1258, says utf-8": windows_1258(saying("utf-8")),
    "windows-1258, says nothing": windows_1258(PAGE),
    "windows-1258, says x-viet-vps": windows_1258(saying("x-viet-vps")),
    "utf-16 with mark, says nothing": PAGE.encode("utf-16"),
    "utf-16 with mark, says utf-8": saying("utf-8").encode("utf-16"),
    "utf-16-le without mark": PAGE.encode("utf-16-le"),
    "utf-16-be without mark": PAGE.encode("utf-16-be"),
    "utf-8, XML declaration windows-1258": b'<?xml version="1.0" encoding="windows-1258"?>' + UTF8,
}


@pytest.mark.parametrize("name", CASES)
def test_all_words_intact_and_nfc(name: str) -> None:
    reading = read_page(CASES[name], URL)
    assert isinstance(reading, Reading)
    words = reading.text.replace("\ufffd", " ").split()
    assert words == " ".join(PARAGRAPHS).split()
    assert unicodedata.is_normalized("NFC", reading.text + reading.headline)


@pytest.mark.parametrize("charset", ["windows-1258", "iso-8859-1", "utf-16", "nonsense"])
def test_a_wrong_header_does_no_harm(charset: str) -> None:
    assert decode(UTF8, charset) == PAGE


def test_cut_inside_a_character_costs_that_character_only() -> None:
    body = UTF8[: UTF8.index("phong trào".encode()) + 9]  # inside à
    assert body[-1:] == b"\xc3"
    assert decode(body) == body[:-1].decode() + "\ufffd"


@pytest.mark.parametrize(
    ("body", "header", "text"),
    [
        ("<p>Дорогие друзья, сегодня открылась выставка</p>".encode("cp1251"), "windows-1251", "Дорогие друзья"),
        ("<meta charset=shift_jis><p>東京で会議が開かれた</p>".encode("cp932"), None, "東京で会議が開かれた"),
        ("<meta charset=gb2312><p>会议在北京举行，代表们</p>".encode("gb18030"), None, "会议在北京举行"),
        ("<p>L’été à la mer – déjà</p>".encode("cp1252"), "iso-8859-1", "L’été à la mer – déjà"),
        ("<meta charset=iso-2022-jp><p>東京</p>".encode("iso-2022-jp"), None, "東京"),
    ],
    ids=["windows-1251", "shift_jis", "gb2312", "latin-1 means windows-1252", "iso-2022-jp"],
)
def test_other_charsets_as_browsers_read_them(body: bytes, header: str | None, text: str) -> None:
    assert text in decode(body, header)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a\x0bb\x00c\x1fd", "abcd"),
        ("a&#11;b&#x0B;c&#0;d", "abcd"),
        ("&#150;&#8217;", "–&#8217;"),
        ("&#xD800;x&#x110000;", "x"),
        ("&#7879;", "&#7879;"),
    ],
)
def test_control_characters_go(source: str, shown: str) -> None:
    assert clean(source) == shown


def test_control_character_in_a_paragraph_costs_nothing() -> None:
    reading = read_page(PAGE.replace("nhiệm vụ trọng tâm", "nhiệm vụ&#11; trọng\x0b tâm", 1), URL)
    assert isinstance(reading, Reading)
    assert reading.text.split("\n\n") == list(PARAGRAPHS)
    assert reading.headline == HEADLINE


VNI = "Hôïp taùc xaõ cheø Ñoài Xanh ñöôïc muøa vuï xuaân. Baø Ñinh Thò Luïa, thaønh vieân hôïp taùc xaõ, cho bieát gia ñình baø ñaõ chuyeån sang gioáng môùi."
TCVN3 = "Hîp t¸c x· chÌ §åi Xanh ®\xad\xadîc mïa vô xu©n. Bµ §inh ThÞ Lôa, thµnh viªn hîp t¸c x·, cho biÕt gia ®×nh bµ ®· chuyÓn sang gièng míi.".replace(
    "\xad\xad", "\xad"
)
VISCII = "Hþp tác xã chè Ð°i Xanh ðßþc mùa vø xuân. Bà Ðinh Th¸ Løa, thành viên hþp tác xã, cho biªt gia ðình bà ðã chuy¬n sang gi¯ng m¾i."
UNICODE = "Hợp tác xã chè Đồi Xanh được mùa vụ xuân. Bà Đinh Thị Lụa, thành viên hợp tác xã, cho biết gia đình bà đã chuyển sang giống mới."


@pytest.mark.parametrize(("name", "text"), [("VNI", VNI), ("TCVN3", TCVN3), ("VISCII", VISCII)])
def test_letters_of_fonts_before_unicode(name: str, text: str) -> None:
    page = f"<html><body><p>Thể thao, văn hóa</p><p>{text}</p><p>{text}</p></body></html>"
    found, font = charset.converted(page)
    assert font == name
    assert f"<p>Thể thao, văn hóa</p><p>{UNICODE}</p>" in found


@pytest.mark.parametrize("declared", ["", '<meta charset="viscii">', '<meta charset="iso-8859-1">'])
def test_bytes_of_fonts_before_unicode(declared: str) -> None:
    body = f"<html><head>{declared}</head><body><p>{VISCII}</p><p>{VISCII}</p></body></html>".encode("latin-1")
    assert charset.converted(decode(body))[0].count(UNICODE) == 2


@pytest.mark.parametrize(
    "text",
    [UNICODE, "Straße größer ñandú señor öffnen schön Füße Grüße weiß heiß Spaß ðe ßð " * 9, "® registered \xad" * 40],
)
def test_other_languages_stay(text: str) -> None:
    assert charset.converted(f"<p>{text}</p>") == (f"<p>{text}</p>", None)
