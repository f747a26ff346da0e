"""The links of a document, packed: a sitemap's 50,000 take 0.3 MB rather than 23, and are unpacked some at a time.

And a limit of what a file may unpack to, whatever unpacks it: gzip, Zstandard, a content coding, a member of a WACZ,
the bodies of an archive.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import islice
from operator import attrgetter

from archive.model.records import Link

MOST_UNPACKED = 5_000
"""How many links are unpacked at a time; whole archives on one page have as many."""


def batches(links: Iterable[Link]) -> Iterator[list[Link]]:
    """The links in their order, MOST_UNPACKED at a time."""
    remaining = iter(links)
    while batch := list(islice(remaining, MOST_UNPACKED)):
        yield batch


_values = attrgetter(*(field.name for field in fields(Link)))


def _packed(batch: list[Link]) -> bytes:
    """Of plain tuples: to pickle a dataclass takes twice as long."""
    return zlib.compress(pickle.dumps([_values(link) for link in batch], pickle.HIGHEST_PROTOCOL), 1)


class PackedLinks(Collection[Link]):
    """Links in their order, to be read as often as one likes."""

    def __init__(self, links: Collection[Link] = ()):
        self._count = len(links)
        self._packed = [_packed(batch) for batch in batches(links)]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Link]:
        for packed in self._packed:
            for values in pickle.loads(zlib.decompress(packed)):
                yield Link(*values)

    def __contains__(self, link: object) -> bool:
        return any(link == other for other in self)


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
