"""Rejects pages on which a parser would stall, detects their charset, and decodes their bytes once.

The limits bound the work of everything that follows to a few passes over at most TAGS elements. They cannot bound
what a C library does with unforeseen input: to extract untrusted pages at scale, also set an outside limit on the
process (`resource.setrlimit(RLIMIT_CPU, ...)`, or a worker that is killed after some seconds).

Order: byte order mark (BOM); zero bytes of UTF-16 and UTF-32; valid UTF-8, whatever is declared; UTF-8 with a few stray
bytes, which are replaced; windows-1258 recognised by its Vietnamese letters; the charset of the HTTP header, then the
declared one, where nearly all bytes fit; the letters of a Vietnamese font of before Unicode; charset_normalizer's
guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import escape, unescape
from itertools import islice

from charset_normalizer import from_bytes

from archive.model.records import Unreadable
from archive.text.charsets import BOMS, charset_of_zeros, codec_of, declared_charset
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
    words = [word for word in _WORD.findall(plain) if not word.isascii()][:_MOST_WORDS]
    if not words or _share(words, convert) <= _share(words, str):
        return part
    return escape(convert(plain))


def _sample(text: str) -> list[str]:
    """The first words of a page that have other than ASCII letters."""
    starts = (max(0, match.start() - _LONGEST_WORD) for match in islice(_MARKED.finditer(text), _MOST_WORDS))
    pieces = (_WORD.findall(text[start : start + 2 * _LONGEST_WORD]) for start in starts)
    return list(dict.fromkeys(word for words in pieces for word in words[1:-1] if not word.isascii()))


def _share(words: list[str], convert: Callable[[str], str]) -> float:
    return sum(_is_syllable(convert(word)) for word in words) / max(1, len(words))


@lru_cache(maxsize=8192)
def _is_syllable(word: str) -> bool:
    """Whether a word is a Vietnamese syllable: its sounds in their order, and one tone at most."""
    letters = unicodedata.normalize("NFD", word.lower())
    toneless = unicodedata.normalize("NFC", "".join(letter for letter in letters if letter not in _TONES))
    return sum(map(letters.count, _TONES)) < 2 and bool(_SYLLABLE.fullmatch(toneless))


def _vni_letter(match: re.Match[str]) -> str:
    if match[3]:
        return _VNI_LETTERS[match[3]]
    return _VNI_LETTERS.get(match[1], match[1]) + _VNI_MARKS[match[2].lower()]


_ENCODINGS: dict[str, Callable[[str], str]] = {
    "VNI": lambda text: nfc(_VNI.sub(_vni_letter, text)),
    "TCVN3": lambda text: "".join(_TCVN3.get(letter, letter) for letter in text),
    "VISCII": lambda text: "".join(_VISCII.get(letter, letter) for letter in text),
}


CHARACTERS = 6_000_000  # the largest news page among hundreds has 1.3 million
TAGS = 40_000  # and 7,000 tags
ATTRIBUTES = 3_000  # in one tag: libxml2 compares each with each
_MIN_COUNTED = 4_000  # characters between two "<" from which attributes are counted

_SCRIPT_TAG = re.compile(r"<(/?)script\b", re.I)
_TAG = re.compile(r"""[a-zA-Z](?:[^>"']++|"[^"]*"|'[^']*')*+""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_ATTRIBUTE = re.compile(r"""[\s/"'][^\s=>/"']""")


def refusal(text: str) -> Unreadable | None:
    """The reason to refuse a page before parsing, or None."""
    if len(text) > CHARACTERS:
        return Unreadable("too-large", f"{len(text)} characters, limit {CHARACTERS}")
    if (tags := text.count("<")) > TAGS:
        return Unreadable("too-large", f"{tags} tags, limit {TAGS}")
    if _has_long_tag(text):
        return Unreadable("too-large", f"a tag with more than {ATTRIBUTES} attributes")
    return None


def _has_long_tag(text: str) -> bool:
    """Whether a tag has too many attributes; in scripts "a<b" is not a tag. Looks only where "<" is far from "<"."""
    start, known, in_script = text.find("<"), 0, False
    while start >= 0:
        following = text.rfind("<", start + 1, start + _MIN_COUNTED)
        if following < 0:
            following = text.find("<", start + 1)
            if _attribute_count(text[start + 1 : following if following > 0 else None]) > ATTRIBUTES:
                for tag in _SCRIPT_TAG.finditer(text, known, start):
                    in_script = not tag[1]
                if not in_script:
                    return True
                known = start
        start = following
    return False


def _attribute_count(piece: str) -> int:
    tag = _TAG.match(piece)
    return len(_ATTRIBUTE.findall(_QUOTED.sub('""', tag[0]))) if tag else 0


# In HTML the numeric references 128 to 159 mean windows-1252, not C1 controls
_C1 = {n: bytes([n]).decode("cp1252", "ignore") for n in range(128, 160)}
_NUMERIC_REFERENCE = re.compile(r"&#(?:0*(\d{1,7})(?!\d)|[xX]0*([0-9a-fA-F]{1,6})(?![0-9a-fA-F]));?")
_ANY_REFERENCE = re.compile(r"&#\w+;?")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


_C0_BYTES = bytes([*range(9), 11, *range(14, 32), 127])
_BINARY_BYTES = bytes([*range(9), 11, *range(14, 27), *range(28, 32)])
_FORM_FEED_TO_SPACE = bytes.maketrans(b"\x0c", b" ")
_CONTROLS_IN_UTF8 = (  # by their first byte
    (b"\xed", re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")),  # surrogates
    (b"\xc2", re.compile(rb"\xc2[\x80-\x9f]")),
    (b"\xef", re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])")),  # noncharacters
)


def decode(body: bytes, header_charset: str | None = None) -> str:
    """Decodes a page, without control characters. Never raises; undecodable bytes become U+FFFD."""
    return clean(decoded(body, header_charset))


def is_binary(body: bytes) -> bool:
    """Whether a body is binary: over 2 % of its first 4,096 bytes are binary data bytes
    (https://mimesniff.spec.whatwg.org/#binary-data-byte). Decoding cannot tell: some charsets accept every byte."""
    head = body[:4096]
    if any(head.startswith(bom) for bom, _ in BOMS) or charset_of_zeros(head):
        return False
    return (len(head) - len(head.translate(None, _BINARY_BYTES))) * 50 > len(head)


def clean(text: str) -> str:
    """Removes control characters, literal or as numeric references: a parser would cut the text there."""
    return cleaned(text)[0]


def cleaned(text: str) -> tuple[str, bytes]:
    """As `clean`, and the same in UTF-8."""
    text, body = _without_controls(text)
    if any(_resolved_reference(reference) != reference[0] for reference in _distinct_references(text)):
        text = _NUMERIC_REFERENCE.sub(_resolved_reference, text)
        body = text.encode("utf-8", "replace")
    return text, body


def _distinct_references(text: str) -> Iterator[re.Match[str]]:
    """Each different numeric reference of a text once: pages have thousands, of a few letters, and few are wrong."""
    for reference in set(_ANY_REFERENCE.findall(text)):
        yield from _NUMERIC_REFERENCE.finditer(reference)


def _without_controls(text: str) -> tuple[str, bytes]:
    """Removes control characters and lone surrogates; in bytes, which is fifteen times as fast as in characters."""
    body = text.encode("utf-8", "surrogatepass")
    clean_body = body.translate(_FORM_FEED_TO_SPACE, _C0_BYTES)
    for lead_byte, pattern in _CONTROLS_IN_UTF8 if not clean_body.isascii() else ():
        clean_body = pattern.sub(b"", clean_body) if lead_byte in clean_body else clean_body
    return (text if clean_body == body else clean_body.decode("utf-8")), clean_body


def _resolved_reference(match: re.Match[str]) -> str:
    code = int(match[1]) if match[1] else int(match[2], 16)
    if code in _C1:
        return _C1[code]
    if code > 0x10FFFF or code in (11, 12) or _CONTROLS.match(chr(code)):
        return ""
    return match[0]


def decoded(body: bytes, header_charset: str | None) -> str:
    """As `decode`, with control characters."""
    for bom, charset in BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(charset, "replace")
    utf_charset = charset_of_zeros(body)
    if utf_charset:
        return body.decode(utf_charset, "replace")
    try:
        text = body.decode("utf-8")
        if "\x1b" not in text:  # ISO-2022 bytes are valid ASCII
            return text
    except UnicodeDecodeError:
        pass
    return _declared_or_guessed(body, header_charset)


def _declared_or_guessed(body: bytes, header_charset: str | None) -> str:
    declared = declared_charset(body)
    as_utf8 = body.decode("utf-8", "replace")
    invalid = as_utf8.count("\ufffd")
    letters = sum(1 for char in as_utf8[:400_000] if char > "\x7f") - invalid
    if invalid and letters >= 4 * invalid:
        return as_utf8
    as_cp1258 = body.decode("cp1258", "replace")
    if _looks_vietnamese(as_cp1258):
        return nfc(as_cp1258)
    for label in (header_charset, declared):
        text = _decoded_as(body, label)
        if text is not None:
            return text
    as_western = body.decode("cp1252", "replace")
    if converted(as_western)[1]:
        return as_western
    return as_utf8 if letters > invalid else _guessed(body)


def _decoded_as(body: bytes, label: str | None) -> str | None:
    """The body decoded with that charset, if it is known, not UTF-8 (tried before) and nearly all bytes are valid."""
    name = codec_of(label)
    if name is None or name == "cp1258":
        return None
    text = body.decode(name, "replace")
    return text if text.count("\ufffd") * 200 <= len(text) else None


def _looks_vietnamese(text: str) -> bool:
    """Whether text decoded as windows-1258 is Vietnamese: its tone marks follow vowels and compose with them."""
    marks = len(re.findall("[\u0300\u0301\u0303\u0309\u0323]", text))
    on_vowels = len(re.findall("[aăâeêioôơuưyAĂÂEÊIOÔƠUƯY][\u0300\u0301\u0303\u0309\u0323]", text))
    return on_vowels >= 3 and on_vowels > 0.8 * marks and len(re.findall("[đơưĐƠƯ]", text)) * 20 > on_vowels


def _guessed(body: bytes) -> str:
    best_match = from_bytes(body[:20_000], steps=3, chunk_size=512).best()
    return body.decode(best_match.encoding if best_match else "cp1252", "replace")
