"""Splits a large file into chunks named by their digests, so that a transfer carries only changed chunks and can be
resumed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

SIZE = 64 * 1024
"""Bytes of a chunk, a multiple of SQLite's page size: a crawl changes scattered pages, and each changes its chunk.
(docs/scale.md compares other sizes.)"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of an archive. digest: of the whole; pieces: digests of its chunks, in order; before: its earlier
    digests, newest first; at: when it was pushed, UTC."""

    digest: str
    size: int
    pieces: tuple[str, ...]
    before: tuple[str, ...] = ()
    at: str = ""
    piece_size: int = SIZE

    def to_json(self) -> bytes:
        """Serializes the manifest."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def of_json(cls, data: bytes) -> Manifest:
        """Parses a manifest. Raises ValueError or TypeError for anything else."""
        fields = json.loads(data)
        return cls(**{**fields, "pieces": tuple(fields["pieces"]), "before": tuple(fields["before"])})


def cut(path: Path, size: int = SIZE) -> Iterator[tuple[str, bytes]]:
    """The chunks of a file with their digests."""
    with path.open("rb") as file:
        while chunk := file.read(size):
            yield digest_of(chunk), chunk


def digest_of(data: bytes) -> str:
    """The SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def manifest_of(path: Path) -> Manifest:
    """Builds the manifest of a file."""
    whole, pieces = hashlib.sha256(), []
    for digest, chunk in cut(path):
        whole.update(chunk)
        pieces.append(digest)
    return Manifest(whole.hexdigest(), path.stat().st_size, tuple(pieces))
