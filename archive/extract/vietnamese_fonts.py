"""Converts Vietnamese written for fonts of before Unicode: VNI, TCVN3 and VISCII, which decode as Western letters.

Such text stands in whole pages, or in parts of a page that is otherwise Unicode. A text is converted if its words then
are Vietnamese syllables and were none before.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from html import escape, unescape
from itertools import islice

from archive.text.folding import nfc

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TCVN3 = dict(
    zip(
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢£¤¥¦§",
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
        strict=True,
    )
)
_VISCII = dict(
    zip(
        bytes([*range(0x80, 0xA0), *range(0xA1, 0x100)]).decode("latin-1"),
        "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"
        "ắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
        strict=True,
    )
)
_VISCII |= {western: _VISCII[chr(n)] for n in range(0x80, 0xA0) if (western := bytes([n]).decode("cp1252", "ignore"))}
_VNI_TONES = ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323")
_VNI_MARKS = {
    letter: vowel + tone
    for vowel, letters in (("", " ùøûõï"), ("\u0306", "êéèúüë"), ("\u0302", "âáàåãä"))
    for letter, tone in zip(letters, _VNI_TONES, strict=True)
}
_VNI_LETTERS = dict(zip("ñôöæóòîÑÔÖÆÓÒÎ", "đơưỉĩịỵĐƠƯỈĨỊỴ", strict=True))
_VNI = re.compile(r"([aeouyôöAEOUYÔÖ])([ùøûõïêéèúüëâáàåãäÙØÛÕÏÊÉÈÚÜËÂÁÀÅÃÄ])|([ñôöæóòîÑÔÖÆÓÒÎ])")

_CLOSED = "a|ă|â|e|ê|i|o|ô|ơ|u|ư|y|iê|yê|oa|oă|oe|oo|uâ|uê|uô|uơ|uy|ươ|uyê"
_OPEN = "ai|ao|au|ay|âu|ây|eo|êu|ia|iu|oi|ôi|ơi|ua|ui|ưa|ưi|ưu|yêu|iêu|oai|oao|oay|oeo|uây|uôi|ươi|ươu|uya|uyu|uao|ue"
_SYLLABLE = re.compile(
    rf"(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnpqrstvx])?(?:(?:{_CLOSED})(?:ng|nh|ch|[cmnpt])?|{_OPEN})"
)
_WORD = re.compile(r"[^\s<>&;,.:!?()\"/\d-]+")
_MARKED = re.compile("[\x80-\u024f]+")
_UNICODE = re.compile("[\u1ea0-\u1ef9đơưăĐƠƯĂ]")  # letters that only Unicode text has
_TEXTS = re.compile(r"(?<=>)[^<]+|(?<=content=\")[^\"]+|(?<=alt=\")[^\"]+|(?<=title=\")[^\"]+")
_SUSPECT = (("ñ", "ö"), ("\xad", "®"), ("ð", "ß"))  # đ and ư: no other language has both letters; the rarer one first
_MIN_WORDS, _MOST_WORDS = 12, 400  # words with marks that a page is judged by
_LONGEST_WORD = 16
_CLEAR, _GAIN = 0.75, 0.35  # share of them that are syllables then; how many more than before


def converted(text: str) -> tuple[str, str | None]:
    """The page in Unicode, and the name of its font encoding if it had one."""
    if not any(all(_recurs(letter, text) for letter in letters) for letters in _SUSPECT):
        return text, None
    words = [word for word in _sample(text) if not _UNICODE.search(word)]
    name, share = max(
        ((name, _share(words, convert)) for name, convert in _ENCODINGS.items()), key=lambda pair: pair[1]
    )
    if len(words) < _MIN_WORDS or share < _CLEAR or share - _share(words, str) < _GAIN:
        return text, None
    return _TEXTS.sub(lambda part: _converted_part(part[0], _ENCODINGS[name]), text), name


def _recurs(letter: str, text: str) -> bool:
    first = text.find(letter)
    return first >= 0 and text.find(letter, first + 1) >= 0


def _converted_part(part: str, convert: Callable[[str], str]) -> str:
    plain = unescape(part)
    words = _marked_words(plain)
    if not words or _share(words, convert) <= _share(words, str):
        return part
    return escape(convert(plain))


def _sample(text: str) -> list[str]:
    """The first words of a page that have other than ASCII letters."""
    starts = (max(0, match.start() - _LONGEST_WORD) for match in islice(_MARKED.finditer(text), _MOST_WORDS))
    pieces = (_WORD.findall(text[start : start + 2 * _LONGEST_WORD]) for start in starts)
    return list(dict.fromkeys(word for words in pieces for word in words[1:-1] if not word.isascii()))


def _marked_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if not word.isascii()][:_MOST_WORDS]


def _share(words: list[str], convert: Callable[[str], str]) -> float:
    return sum(_is_syllable(convert(word)) for word in words) / max(1, len(words))


@lru_cache(maxsize=8192)
def _is_syllable(word: str) -> bool:
    """Whether a word is a Vietnamese syllable: its sounds in their order, and one tone at most."""
    letters = unicodedata.normalize("NFD", word.lower())
    toneless = unicodedata.normalize("NFC", "".join(letter for letter in letters if letter not in _TONES))
    return sum(map(letters.count, _TONES)) < 2 and bool(_SYLLABLE.fullmatch(toneless))


def _from_vni(text: str) -> str:
    return nfc(_VNI.sub(_vni_letter, text))


def _vni_letter(match: re.Match[str]) -> str:
    if match[3]:
        return _VNI_LETTERS[match[3]]
    return _VNI_LETTERS.get(match[1], match[1]) + _VNI_MARKS[match[2].lower()]


_ENCODINGS: dict[str, Callable[[str], str]] = {
    "VNI": _from_vni,
    "TCVN3": lambda text: "".join(_TCVN3.get(letter, letter) for letter in text),
    "VISCII": lambda text: "".join(_VISCII.get(letter, letter) for letter in text),
}
