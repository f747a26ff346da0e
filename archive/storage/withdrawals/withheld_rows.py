"""How what was taken out of sight is packed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from archive.storage.bodies import codecs


def packed(values: Mapping[str, Any]) -> bytes:
    """A row's columns, as `withheld.data` holds them."""
    return sealed(json.dumps(dict(values), ensure_ascii=False).encode("utf-8", "surrogatepass"))


def sealed(data: bytes) -> bytes:
    """Bytes, as `withheld.data` holds them."""
    return codecs.compress(data)


def opened(data: bytes) -> bytes:
    """What was packed."""
    return codecs.decompress(data)
