"""Digests that name their algorithm."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def digest_of(data: bytes) -> str:
    """`sha256:` and the hexadecimal SHA-256 (FIPS 180-4) of the bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of_parts(parts: Iterable[bytes]) -> tuple[str, int]:
    """The digest of bytes that come in parts, and their number."""
    sha256, size = hashlib.sha256(), 0
    for part in parts:
        sha256.update(part)
        size += len(part)
    return "sha256:" + sha256.hexdigest(), size


def digest_of_file(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_value(value: Any) -> str:
    """The digest of a value of strings, numbers, lists and None: that of its JSON in UTF-8 without spaces."""
    return digest_of(_ENCODER.encode(value).encode("utf-8", "surrogatepass"))
