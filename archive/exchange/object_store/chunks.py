"""A large file as pieces that are named by their digests: only what changed is carried, and whoever was interrupted
goes on, for a piece that is there is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

SIZE = 64 * 1024
"""Bytes of a piece, a multiple of SQLite's pages: a crawl changes pages here and there, and each takes its piece
along. (docs/scale.md has what other sizes would carry.)"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive consists of. digest: of the whole; pieces: digests, in order; before: the digests that it had
    earlier, the newest first; at: when it was put down, UTC."""

    digest: str
    size: int
    pieces: tuple[str, ...]
    before: tuple[str, ...] = ()
    at: str = ""
    piece_size: int = SIZE

    def to_json(self) -> bytes:
        """As it is stored."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def of_json(cls, data: bytes) -> Manifest:
        """Raises ValueError or TypeError for what is none."""
        told = json.loads(data)
        return cls(**{**told, "pieces": tuple(told["pieces"]), "before": tuple(told["before"])})


def cut(path: Path, size: int = SIZE) -> Iterator[tuple[str, bytes]]:
    """The pieces of a file with their digests."""
    with path.open("rb") as file:
        while piece := file.read(size):
            yield digest_of(piece), piece


def digest_of(data: bytes) -> str:
    """As hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def manifest_of(path: Path) -> Manifest:
    """What a file consists of."""
    whole, pieces = hashlib.sha256(), []
    for digest, piece in cut(path):
        whole.update(piece)
        pieces.append(digest)
    return Manifest(whole.hexdigest(), path.stat().st_size, tuple(pieces))
