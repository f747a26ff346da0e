"""Limits what a file may unpack to, whatever unpacks it: gzip, Zstandard, a content coding, a member of a WACZ, the
bodies of an archive."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_BODY = 32 * 1024 * 1024
"""Bytes of one body at most, packed and unpacked, in a crawl as in an import."""
UNPACK_RATIO = 200
"""Ordinary pages reach 5 to 30, hourly copies of one page 100, zeros 1,000 (gzip) to 30,000 (Zstandard)."""
ALWAYS_ALLOWED = 1024 * 1024 * 1024
"""Bytes that any file may unpack to: small ones of equal pages have high ratios."""


class UnpacksTooMuch(Exception):
    """Raised by a file that unpacks to more than it may. Its text is a sentence for the user."""


@dataclass(slots=True)
class UnpackBudget:
    """The bytes that a file may still unpack to. packed: the file's size; ratio: how many times that is allowed."""

    packed: int
    ratio: int = UNPACK_RATIO
    unpacked: int = 0

    def spend(self, size: int) -> None:
        """Counts unpacked bytes. Raises UnpacksTooMuch, also on each later call, once there are too many."""
        self.unpacked += size
        if self.unpacked > max(self.ratio * self.packed, ALWAYS_ALLOWED):
            raise UnpacksTooMuch(
                f"it unpacks to more than {self.ratio} times its size and {ALWAYS_ALLOWED >> 20:,} MB, so the rest was"
                " left out. If you trust the file, raise unpack_ratio"
            )
