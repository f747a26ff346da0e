"""Damage by chance: the same number makes the same bytes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

LONGEST = 400_000
"""Bytes of what is made."""

_NUMBERS = re.compile(rb"\d+")
_EXTREMES = [b"0", b"-1", b"1", b"255", b"256", b"65536", b"2147483648", b"9223372036854775808", b"1" * 30, b"1e999",
             b"NaN", b"00", b"+7", "٣".encode(), b"0x10", b"1_0"]  # fmt: skip
_TOKENS = [
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n\r\n", b"\r", b"\n", b"\x1b]0;x\x07", "\u202e".encode(), "\ud800".encode("utf-8", "surrogatepass"),
    b"<", b">", b"&", b"&#0;", b"&#x110000;", b"&lol;", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<script>", b"</html>",
    b"<table>", b"<figure>", b"<figcaption>", b'<a href="', b"'", b'"', b"{", b"}", b"[", b"]", b",", b":", b"null", b"://", b"//[::1",
    b"../../", b"%00", b"%", b"\\", b"\\u0000", b"javascript:", b"data:", b"http://", b"xn--", b":99999", b"@", b"#", b"?",
    b"0000-00-00", b"9999-12-31T23:59:59+23:59", b"0001-01-01T00:00:00+14:00", b"+9999", b"WARC/1.0\r\n", b"HTTP/1.1 200 OK\r\n",
    b"Content-Length: 99999999999\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n", b"\x1f\x8b", b"PK\x01\x02", b"PK\x05\x06",
    b"charset=utf-16", b"charset=rot13", b"encoding='utf-7'", b"=cmd|", b"; DROP TABLE", b"a" * 300, b" " * 300,
]  # fmt: skip


def mutated(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One of the seeds after one to eight damages."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 8)):
        chance.choice(_DAMAGES)(chance, data, seeds)
        del data[LONGEST:]
    return bytes(data)


def _place(chance: random.Random, data: bytearray, most: int) -> slice:
    start = chance.randint(0, len(data))
    return slice(start, start + min(len(data), chance.choice([1, 2, 8, 64, most])))


def _flip(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    for _turn in range(min(len(data), chance.choice([1, 1, 4, 64]))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _overwrite(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    place = _place(chance, data, 512)
    data[place] = chance.randbytes(len(data[place]))


def _leave_out(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[_place(chance, data, 4_096)]


def _double(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    place = _place(chance, data, 4_096)
    data[place.stop : place.stop] = bytes(data[place])


def _repeat(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """Many times over: nesting, floods, long lines."""
    place = _place(chance, data, 128)
    piece = bytes(data[place]) if chance.random() < 0.5 else chance.choice(_TOKENS)
    data[place.start : place.start] = (piece * chance.choice([10, 1_000, 30_000]))[:LONGEST]


def _insert(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    place = _place(chance, data, 1)
    data[place.start : place.start] = chance.choice(_TOKENS)


def _number(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    found = list(_NUMBERS.finditer(data))
    if found:
        data[slice(*chance.choice(found).span())] = chance.choice(_EXTREMES)


def _cut(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[chance.randint(0, len(data)) :]


def _swap(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    place = _place(chance, data, 1_024)
    piece = bytes(data[place])
    del data[place]
    where = chance.randint(0, len(data))
    data[where:where] = piece


def _splice(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    """Goes on as another seed does."""
    other = chance.choice(seeds)
    data[chance.randint(0, len(data)) :] = other[chance.randint(0, len(other)) :]


_DAMAGES: list[Callable[[random.Random, bytearray, Sequence[bytes]], None]] = [
    _flip, _overwrite, _leave_out, _double, _repeat, _insert, _insert, _number, _number, _cut, _swap, _splice
]  # fmt: skip
