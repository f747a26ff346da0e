"""Finds the sitemaps in robots.txt (sitemaps.org, "Specifying the Sitemap location in your robots.txt file")."""

from __future__ import annotations

import re

from archive import absolute
from crawler.discovery.decoded_documents import as_utf8

_MOST_BYTES = 512 * 1024  # RFC 9309 section 2.5 asks for 500 KiB
_MAX_SITEMAPS = 1_000
_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*([^\s#]+)", re.IGNORECASE | re.MULTILINE)


def sitemaps_in(robots: bytes, base_url: str) -> list[str]:
    """The absolute addresses of the sitemaps, on any host, deduplicated, in their order."""
    text = as_utf8(robots[:_MOST_BYTES], None).decode("utf-8").replace("\r", "\n")
    found = (absolute(base_url, match[1]) for match in _LINE.finditer(text))
    return list(dict.fromkeys(url for url in found if url))[:_MAX_SITEMAPS]
