"""Encodes and compresses the data of the table `withheld`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from archive.storage.bodies import codecs


def encoded_row(values: Mapping[str, Any]) -> bytes:
    """Encodes a row's columns as compressed JSON, for `withheld.data`."""
    return compressed(json.dumps(dict(values), ensure_ascii=False).encode("utf-8", "surrogatepass"))


def compressed(data: bytes) -> bytes:
    """Compresses bytes, for `withheld.data`."""
    return codecs.compress(data)


def opened(data: bytes) -> bytes:
    """Decompresses `withheld.data`."""
    return codecs.decompress(data)
