"""The evidence page: a captured page in a sandboxed frame, in which nothing runs and nothing is requested.

The page is untrusted. The policy (https://www.w3.org/TR/CSP3/) allows its own inline styles and nothing else, in a
sandbox without scripts, forms, popups or an origin of its own. A policy does not stop every connection: Chromium
connects to the host of a frame before it finds the frame forbidden, and browsers connect to the hosts that a `link`
names as `preconnect`. So elements that only make requests, which the policy forbids, are renamed, as are the attributes
that embed another page or link to one. The rest stays as captured; the WARC has the original bytes.

The captured page is shown only in the frame inside our page about it, never on its own, so that its links lead nowhere
either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from datasette.utils.asgi import Response

from archive.exchange.exporters.warc_records import warc_of
from archive.extract.charset import decode
from archive.model.paths import thumbnail_place
from archive.queries import photographs
from archive.storage.captures import kept_captures
from archive.storage.captures.kept_captures import Exchange
from archive.storage.connection import Database
from archive.web.room.request import RequestContext, page

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

    def disabled(match: re.Match[str]) -> str:
        return f"off-{match[3]}" if match[3] else f"<{match[1]}off-{match[2]}"

    return _REQUESTING.sub(disabled, decode(body, charset)).encode()


_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _CapturePage:
    exchange: Exchange
    present: bool
    confirmed: Exchange | None
    concerns: list[tuple[int, str]]
    pictures: list[tuple[str, str | None, int | None, int | None]]


@page
async def capture(context: RequestContext) -> Response:
    """`/-/capture/ID`: the facts about a capture, and the captured page in its frame."""
    capture_page = await context.ask(lambda db: _capture_page(db, context.variable("id")))
    return await context.page(
        "capture", found=capture_page, exchange=capture_page.exchange, thumbnail_of=thumbnail_place
    )


def _capture_page(db: Database, number: int) -> _CapturePage:
    exchange = kept_captures.exchange(db, number)
    confirmed = kept_captures.exchange(db, exchange.revisit_of) if exchange.revisit_of else None
    present = exchange.digest is not None and not exchange.withdrawn
    return _CapturePage(
        exchange, present, confirmed, kept_captures.asked_for(db, number),
        photographs.pictures_at(db, exchange.revisit_of or number) if present else [],
    )  # fmt: skip


@page
async def sandboxed(context: RequestContext) -> Response:
    """`/-/capture/ID/page`: the captured page, for the frame. A request for it as a document is redirected to the page
    about it (https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header)."""
    number = context.variable("id")
    if context.request.headers.get("sec-fetch-dest") == "document":
        return Response.redirect(context.to(f"/-/capture/{number}"))
    exchange, body = await context.ask(
        lambda db: (kept_captures.exchange(db, number), kept_captures.payload(db, number))
    )
    if body is None:
        return await context.refusal(410 if exchange.withdrawn else 404, context.say("capture.nothing"))
    if is_page(exchange):
        return Response(
            disable_requests(body, exchange.encoding), headers=HEADERS, content_type="text/html; charset=utf-8"
        )
    text = decode(body, exchange.encoding)  # feeds, scripts and other types
    return Response(text, headers=HEADERS, content_type="text/plain; charset=utf-8")


def is_page(exchange: Exchange) -> bool:
    """Whether the payload is HTML; other types are shown as text."""
    return bool(_HTML.match(exchange.header("content-type") or "text/html"))


@page
async def warc(context: RequestContext) -> Response:
    """`/-/capture/ID.warc`: the exchange as WARC, with the earlier one whose bytes a revisit confirms."""
    number = context.variable("id")
    capture_page = await context.ask(lambda db: _capture_page(db, number))
    if capture_page.exchange.withdrawn:
        return await context.refusal(410, context.say("capture.nothing"))
    body = await context.ask(lambda db: kept_captures.payload(db, number))
    data = warc_of(capture_page.exchange, body, capture_page.confirmed)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="luubao-capture-{number}.warc"'}
    return Response(data, headers=headers, content_type="application/warc")
