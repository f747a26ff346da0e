"""The name under which a reading is filed: readings are compared only between extractors of one name."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

_LIBRARIES = ("trafilatura", "lxml")
_OURS = ("archive.extract", "archive.rules")


@lru_cache(maxsize=1)
def extractor_name() -> str:
    """Versions of the libraries that read and a digest over our own reading code and rules, such as
    `luubao 0.1.0 reader sha256:3f1c5a29e0b4, trafilatura 2.3.1, lxml 6.1.3`. A digest, because a version number that
    somebody forgets to raise would turn a better reading into an edit of the newspaper's."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"luubao {version('luubao')} reader sha256:{_source_digest()[:12]}, {libraries}"


def _source_digest() -> str:
    digest = hashlib.sha256()
    for package in _OURS:
        for source in sorted(files(package).iterdir(), key=lambda entry: entry.name):
            if source.name.endswith(".py"):
                digest.update(source.name.encode() + b"\0" + _source(source))
    return digest.hexdigest()


def _source(source: Traversable) -> bytes:
    return source.read_bytes().replace(b"\r\n", b"\n")
