"""Sandbox for captured pages: the CSP and a rewrite by which nothing in them runs or makes requests.

The page is untrusted. The policy (https://www.w3.org/TR/CSP3/) allows its own inline styles and nothing else, in a
sandbox without scripts, forms, popups or an origin of its own. A policy does not stop every connection: Chromium
connects to the host of a frame before it finds the frame forbidden, and browsers connect to the hosts that a `link`
names as `preconnect`. So elements that only make requests, which the policy forbids, are renamed, as are the attributes
that embed another page or link to one. The rest stays as captured; the WARC has the original bytes.
"""

from __future__ import annotations

import re

from archive.extract.charset import decode

POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "X-Robots-Tag": "noindex, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_REQUESTING = re.compile(
    r"<(/?)(link|i?frame|frameset|fencedframe|portal|object|embed|applet)(?![\w-])|\b(srcdoc|href)(?=\s*=)",
    re.IGNORECASE | re.ASCII,
)


def disable_requests(body: bytes, charset: str | None) -> bytes:
    """The page in UTF-8, without elements that would connect in spite of the policy. charset: the one of the HTTP
    header, if any. The text is decoded first, because in UTF-16 or behind control characters no pattern would match
    what a browser sees."""
    return _REQUESTING.sub(_disabled, decode(body, charset)).encode()


def _disabled(match: re.Match[str]) -> str:
    return f"off-{match[3]}" if match[3] else f"<{match[1]}off-{match[2]}"
