"""A captured page made fit to be looked at: under this policy nothing in it can run or ask anybody for anything.

The page is somebody else's and untrusted. The policy (https://www.w3.org/TR/CSP3/) allows it its own inline styles and
nothing else, in a sandbox without scripts, forms, popups or an origin of its own. One thing a policy does not stop:
Chromium opens a connection to the host of a frame while it finds out that the frame is forbidden, and browsers connect
to the hosts that a `link` names as `preconnect`. Elements that could only ask for something, which under the policy
they may not, lose their names, and so do the attributes by which a page carries another one in it, or leads to one. All
else stands as it came; the bytes themselves are in the WARC.
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
_ASKING = re.compile(
    r"<(/?)(link|i?frame|frameset|fencedframe|portal|object|embed|applet)(?![\w-])|\b(srcdoc|href)(?=\s*=)",
    re.IGNORECASE | re.ASCII,
)


def defused(body: bytes, charset: str | None) -> bytes:
    """The page in UTF-8, without what would connect in spite of the policy. charset: what the HTTP header named, if
    any. The text is decoded first, for in UTF-16 or behind control characters no pattern would see what a browser
    sees."""
    return _ASKING.sub(_renamed, decode(body, charset)).encode()


def _renamed(match: re.Match[str]) -> str:
    return f"off-{match[3]}" if match[3] else f"<{match[1]}off-{match[2]}"
