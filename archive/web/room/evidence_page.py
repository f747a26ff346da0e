"""The evidence: a captured page, shown so that nothing in it can run or ask anybody for anything, and as WARC.

The page itself is shown in a frame, and by itself (not inside our page about it) not at all, so that a link in it leads
nowhere either. What makes it harmless is told in inert.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from datasette.utils.asgi import Response

from archive.exchange.exporters.single_record import warc_of
from archive.extract.charset import decode
from archive.model.picture_paths import thumbnail_place
from archive.queries import photographs
from archive.storage.captures import http_exchange
from archive.storage.captures.http_exchange import Exchange
from archive.storage.connection import Database
from archive.web.room.request import Visit, page
from archive.web.room.sandboxed import HEADERS, defused

_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Captured:
    exchange: Exchange
    present: bool
    confirmed: Exchange | None
    concerns: list[tuple[int, str]]
    pictures: list[tuple[str, str | None, int | None, int | None]]


@page
async def capture(visit: Visit) -> Response:
    """`/-/capture/ID`: what is known of it, and the page in its frame."""
    found = await visit.ask(lambda db: _captured(db, visit.variable("id")))
    return await visit.page("capture", found=found, exchange=found.exchange, thumbnail_of=thumbnail_place)


def _captured(db: Database, number: int) -> _Captured:
    exchange = http_exchange.exchange(db, number)
    confirmed = http_exchange.exchange(db, exchange.revisit_of) if exchange.revisit_of else None
    present = exchange.digest is not None and not exchange.withdrawn
    return _Captured(
        exchange, present, confirmed, http_exchange.asked_for(db, number),
        photographs.pictures_at(db, exchange.revisit_of or number) if present else [],
    )  # fmt: skip


@page
async def sandboxed(visit: Visit) -> Response:
    """`/-/capture/ID/page`: the page, for the frame. Whoever asks for them by themselves is led to the page about
    them (https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header)."""
    number = visit.variable("id")
    if visit.request.headers.get("sec-fetch-dest") == "document":
        return Response.redirect(visit.to(f"/-/capture/{number}"))
    exchange, body = await visit.ask(lambda db: (http_exchange.exchange(db, number), http_exchange.payload(db, number)))
    if body is None:
        return await visit.refusal(410 if exchange.withdrawn else 404, visit.say("capture.nothing"))
    if is_page(exchange):
        return Response(defused(body, exchange.encoding), headers=HEADERS, content_type="text/html; charset=utf-8")
    text = decode(body, exchange.encoding)  # feeds, scripts and what else there may be
    return Response(text, headers=HEADERS, content_type="text/plain; charset=utf-8")


def is_page(exchange: Exchange) -> bool:
    """Whether the payload is HTML; all else is shown as text."""
    return bool(_HTML.match(exchange.header("content-type") or "text/html"))


@page
async def warc(visit: Visit) -> Response:
    """`/-/capture/ID.warc`: the exchange, and the one whose bytes it confirms, as WARC."""
    number = visit.variable("id")
    found = await visit.ask(lambda db: _captured(db, number))
    if found.exchange.withdrawn:
        return await visit.refusal(410, visit.say("capture.nothing"))
    body = await visit.ask(lambda db: http_exchange.payload(db, number))
    data = warc_of(found.exchange, body, found.confirmed)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="luubao-capture-{number}.warc"'}
    return Response(data, headers=headers, content_type="application/warc")
