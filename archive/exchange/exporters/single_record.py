"""One capture as a WARC file by itself, made of the very records that `luubao export warc` writes."""

from __future__ import annotations

from archive.exchange.exporters.warc_records import page_records, warcinfo_record
from archive.model import clock
from archive.model.records import Capture
from archive.storage.captures.capture_stream import Earlier, OutPage
from archive.storage.captures.http_exchange import Exchange


def warc_of(exchange: Exchange, body: bytes | None, confirmed: Exchange | None) -> bytes:
    """A WARC file of an exchange. body: its payload, or the one it confirms; confirmed: the exchange that brought that,
    which then stands before it, so that the file needs no other."""
    facts = {"software": "luubao", "format": "WARC File Format 1.1", "isPartOf": exchange.outlet}
    info, number = warcinfo_record(f"luubao-capture-{exchange.id}.warc", facts, exchange.captured_at)
    pages = (
        [_page(confirmed, body, None), _page(exchange, None, confirmed)] if confirmed else [_page(exchange, body, None)]
    )
    return b"".join(one.data for one in (info, *(one for page in pages for one in page_records(page, number))))


def _page(exchange: Exchange, body: bytes | None, confirmed: Exchange | None) -> OutPage:
    capture = Capture(
        exchange.requested_url,
        exchange.final_url,
        clock.parse(exchange.captured_at),
        exchange.status,
        exchange.response,
        body,
        exchange.encoding,
        exchange.request,
    )
    earlier = Earlier(confirmed.requested_url, confirmed.captured_at) if confirmed else None
    return OutPage(capture, exchange.digest, exchange.size, earlier)
