"""The evidence: a captured page, shown so that nothing in it can run or ask anybody for anything, and as WARC.

The page itself is somebody else's and untrusted. It is served byte for byte, under a content security policy that
allows it its own inline styles and nothing else, in a sandbox without scripts, forms, popups or an origin of its own;
by itself (not inside our page about it) browsers do not show it, so that a link in it leads nowhere either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from datasette.utils.asgi import Response

from archive.datasette.room.visit import Visit, page
from archive.export.warc_record import warc_of
from archive.store import evidence
from archive.store.connection import Database
from archive.store.evidence import Exchange

INERT = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": INERT,
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "X-Robots-Tag": "noindex, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\b", re.IGNORECASE)
_CHARSET = re.compile(r"[\w.:-]{1,40}")


@dataclass(frozen=True, slots=True)
class _Captured:
    exchange: Exchange
    present: bool
    confirmed: Exchange | None


@page
async def capture(visit: Visit) -> Response:
    """`/-/capture/ID`: what is known of it, and the page in its frame."""
    found = await visit.ask(lambda db: _captured(db, visit.variable("id")))
    return await visit.page("capture", found=found, exchange=found.exchange, is_page=is_page(found.exchange))


def _captured(db: Database, number: int) -> _Captured:
    exchange = evidence.exchange(db, number)
    confirmed = evidence.exchange(db, exchange.revisit_of) if exchange.revisit_of else None
    return _Captured(exchange, exchange.digest is not None and not exchange.withdrawn, confirmed)


@page
async def inert(visit: Visit) -> Response:
    """`/-/capture/ID/page`: the bytes, for the frame. Whoever asks for them by themselves is led to the page about
    them (https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header)."""
    number = visit.variable("id")
    if visit.request.headers.get("sec-fetch-dest") == "document":
        return Response.redirect(visit.to(f"/-/capture/{number}"))
    exchange, body = await visit.ask(lambda db: (evidence.exchange(db, number), evidence.payload(db, number)))
    if body is None:
        return await visit.refusal(410 if exchange.withdrawn else 404, visit.say("capture.nothing"))
    return Response(body, headers=_HEADERS, content_type=_content_type(exchange))


def is_page(exchange: Exchange) -> bool:
    """Whether the payload is HTML; all else is shown as text."""
    return bool(_HTML.match(exchange.header("content-type") or "text/html"))


def _content_type(exchange: Exchange) -> str:
    """As it was sent, where it is HTML; feeds, scripts and what else there may be as plain text."""
    charset = exchange.encoding if exchange.encoding and _CHARSET.fullmatch(exchange.encoding) else None
    if is_page(exchange):
        return f"text/html; charset={charset}" if charset else "text/html"
    return f"text/plain; charset={charset or 'utf-8'}"


@page
async def warc(visit: Visit) -> Response:
    """`/-/capture/ID.warc`: the exchange, and the one whose bytes it confirms, as WARC."""
    number = visit.variable("id")
    found = await visit.ask(lambda db: _captured(db, number))
    if found.exchange.withdrawn:
        return await visit.refusal(410, visit.say("capture.nothing"))
    body = await visit.ask(lambda db: evidence.payload(db, number))
    data = warc_of(found.exchange, body, found.confirmed)
    headers = {**_HEADERS, "Content-Disposition": f'attachment; filename="luubao-capture-{number}.warc"'}
    return Response(data, headers=headers, content_type="application/warc")
