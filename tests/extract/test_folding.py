"""Text as it is kept."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from archive.extract.elements import text_of
from archive.text.folding import folded, key_of

FOLDED = [
    ("  Giá \n lúa\t tăng ", "Giá lúa tăng"),
    (unicodedata.normalize("NFD", "Tin nóng"), "Tin nóng"),
    ("Chi&amp;#7871;n s&#7921;", "Chiến sự"),
    ("A &amp;amp; B", "A & B"),
    ("a\x0bb\x00c\x1fd", "a bc d"),
    ("Phú\u00ad\u200b Thọ\ufeff", "Phú Thọ"),
    ("<em>Ảnh</em>: 3 < 5", "Ảnh: 3 < 5"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "clean"), FOLDED)
def test_folded(text: str, clean: str) -> None:
    assert folded(text) == clean


def test_limit() -> None:
    assert folded("ab " * 1_000, 5) == "ab ab"


def test_text_of_leaves_out_what_nobody_reads() -> None:
    element = html.fragment_fromstring("<p>Giá<script>x</script> lúa<br>tăng <button>Chia sẻ</button><b>mạnh</b></p>")
    assert text_of(element) == "Giá lúa tăng mạnh"


@pytest.mark.parametrize("other", ["GIÁ LÚA", "gia lua", "Giá, lúa!", unicodedata.normalize("NFD", "Giá lúa")])
def test_keys_overlook_case_marks_and_punctuation(other: str) -> None:
    assert key_of(other) == key_of("Giá lúa")


def test_keys_tell_words_apart() -> None:
    assert key_of("Đảng bộ") == "dangbo"
    assert key_of("Giá lúa") != key_of("Giá cà phê")


@given(st.text(max_size=300))
def test_any_text_comes_out_clean(text: str) -> None:
    clean = folded(text)
    assert clean == " ".join(clean.split())
    assert unicodedata.is_normalized("NFC", clean)
    assert not any(unicodedata.category(letter) == "Cc" for letter in clean)
