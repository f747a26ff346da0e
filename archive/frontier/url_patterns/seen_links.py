"""Remembers which links were seen on pages of which URL pattern, in one megabyte, however many there are.

A Bloom filter (Burton H. Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 13:7, 1970). With
three bits a link, one in a hundred new links is taken for a known one when 650,000 have been seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

_BITS = 1 << 23


class Seen:
    """The links seen in each place (a pattern's name)."""

    def __init__(self) -> None:
        self._bits = bytearray(_BITS // 8)

    def add(self, place: tuple[str, ...], links: Iterable[str]) -> int:
        """Adds links to a place, and returns how many of them were new there."""
        return sum(self._mark("\0".join((*place, link))) for link in dict.fromkeys(links))

    def _mark(self, text: str) -> bool:
        digest = int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=9).digest(), "big")
        new = False
        for _ in range(3):
            digest, bit = divmod(digest, _BITS)
            byte, mask = bit >> 3, 1 << (bit & 7)
            if not self._bits[byte] & mask:
                self._bits[byte] |= mask
                new = True
        return new
