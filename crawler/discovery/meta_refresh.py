"""Parses a meta refresh redirect: a `Refresh` header, or a meta element for one (HTML Standard, 4.2.5.3 "shared
declarative refresh steps")."""

from __future__ import annotations

import re

_REFRESH = re.compile(r"\s*+[\d.]*+(?:\s*+[;,]\s*+|(?<=[\d.])\s++)(?:url\s*+=\s*+)?+(.*+)", re.IGNORECASE | re.DOTALL)


def target_of(content: str) -> str:
    """The target address in `5; url=/moi.htm` and its like; "" where there is none, and the page only reloads."""
    match = _REFRESH.match(content)
    if match is None:
        return ""
    url = match[1].strip()
    quote = url[:1] if url[:1] in ("'", '"') else ""
    return url[1:].partition(quote)[0].strip() if quote else url
