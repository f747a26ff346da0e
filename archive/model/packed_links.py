"""The links of a document, packed: a sitemap's 50,000 take 0.3 MB rather than 23, and are unpacked some at a time."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice

from archive.model.records import Link

MOST_UNPACKED = 5_000
"""How many links are unpacked at a time; whole archives on one page have as many."""


def batches(links: Iterable[Link]) -> Iterator[list[Link]]:
    """The links in their order, MOST_UNPACKED at a time."""
    remaining = iter(links)
    while batch := list(islice(remaining, MOST_UNPACKED)):
        yield batch


class PackedLinks(Collection[Link]):
    """Links in their order, to be read as often as one likes."""

    def __init__(self, links: Collection[Link] = ()):
        self._count = len(links)
        self._packed = [zlib.compress(pickle.dumps(batch, pickle.HIGHEST_PROTOCOL), 1) for batch in batches(links)]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Link]:
        return chain.from_iterable(pickle.loads(zlib.decompress(packed)) for packed in self._packed)

    def __contains__(self, link: object) -> bool:
        return any(link == other for other in self)
