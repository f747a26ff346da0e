"""Exports one capture as a WARC file of its own, with the same records as `luubao export warc`."""

from __future__ import annotations

from archive.exchange.exporters.warc_records import page_records, warcinfo_record
from archive.model import clock
from archive.model.records import Capture
from archive.storage.captures.capture_stream import Earlier, OutPage
from archive.storage.captures.http_exchange import Exchange


def warc_of(exchange: Exchange, body: bytes | None, confirmed: Exchange | None) -> bytes:
    """A WARC file of an exchange. body: its payload, or the one it confirms; confirmed: the exchange that brought that
    payload, which is put before it, so that the file is self-contained."""
    facts = {"software": "luubao", "format": "WARC File Format 1.1", "isPartOf": exchange.outlet}
    warcinfo, warcinfo_id = warcinfo_record(f"luubao-capture-{exchange.id}.warc", facts, exchange.captured_at)
    pages = (
        [_page(confirmed, body, None), _page(exchange, None, confirmed)] if confirmed else [_page(exchange, body, None)]
    )
    return b"".join(
        record.data for record in (warcinfo, *(record for page in pages for record in page_records(page, warcinfo_id)))
    )


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
