"""One capture as WARC 1.1 (ISO 28500:2017), by warcio: what was asked, what came, and what it confirms.

The archive keeps a payload as it was after its content encoding was undone. The record says so: headers that told of
encodings or lengths on the wire stand under `X-Archive-Orig-`, as warcio and pywb write and expect it. Identifiers are
made of what the capture is, so that the same capture always gives the same bytes.
"""

from __future__ import annotations

from http import HTTPStatus
from io import BytesIO
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.records import Headers
from archive.store.evidence import Exchange

_ON_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_SAME_BYTES = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


def warc_of(exchange: Exchange, body: bytes | None, confirmed: Exchange | None) -> bytes:
    """A WARC file of an exchange. body: its payload, or the one it confirms; confirmed: the exchange that brought that,
    which then stands before it, so that the file needs no other."""
    file = BytesIO()
    writer = WARCWriter(file, gzip=False, warc_version="1.1")
    writer.write_record(_info(writer, exchange))
    if confirmed is not None:
        _write(writer, confirmed, body or b"", None)
    _write(writer, exchange, body or b"", confirmed)
    return file.getvalue()


def _info(writer: Any, exchange: Exchange) -> Any:
    name = f"luubao-capture-{exchange.id}.warc"
    info = {"software": "luubao", "format": "WARC File Format 1.1", "isPartOf": exchange.outlet}
    record = writer.create_warcinfo_record(name, info)
    record.rec_headers.replace_header("WARC-Record-ID", _identifier(exchange, "warcinfo"))
    record.rec_headers.replace_header("WARC-Date", exchange.captured_at)
    return record


def _write(writer: Any, exchange: Exchange, body: bytes, confirmed: Exchange | None) -> None:
    """The response or revisit, then the request where it is known."""
    answer = _revisit(writer, exchange, confirmed) if confirmed else _response(writer, exchange, body)
    writer.write_record(answer)
    if exchange.request:
        headers = {
            **_headers(exchange, "request"),
            "WARC-Concurrent-To": _identifier(exchange, "response"),
        }
        asked = StatusAndHeaders(f"GET {_path(exchange.requested_url)} HTTP/1.1", list(exchange.request))
        asked.protocol = ""
        writer.write_record(
            writer.create_warc_record(
                exchange.requested_url, "request", BytesIO(), http_headers=asked, warc_headers_dict=headers
            )
        )


def _response(writer: Any, exchange: Exchange, body: bytes) -> Any:
    headers = _headers(exchange, "response")
    if exchange.digest:
        headers["WARC-Payload-Digest"] = exchange.digest
    return writer.create_warc_record(
        exchange.requested_url, "response", BytesIO(body), length=len(body),
        http_headers=_answer(exchange, len(body)), warc_headers_dict=headers,
    )  # fmt: skip


def _revisit(writer: Any, exchange: Exchange, confirmed: Exchange) -> Any:
    headers = {
        **_headers(exchange, "response"),
        "WARC-Profile": _NOT_MODIFIED if exchange.status == HTTPStatus.NOT_MODIFIED else _SAME_BYTES,
        "WARC-Refers-To": _identifier(confirmed, "response"),
        "WARC-Refers-To-Target-URI": confirmed.requested_url,
        "WARC-Refers-To-Date": confirmed.captured_at,
    }
    if confirmed.digest:
        headers["WARC-Payload-Digest"] = confirmed.digest
    return writer.create_warc_record(
        exchange.requested_url, "revisit", BytesIO(), length=0, http_headers=_answer(exchange, 0),
        warc_headers_dict=headers,
    )  # fmt: skip


def _headers(exchange: Exchange, kind: str) -> dict[str, str]:
    return {"WARC-Record-ID": _identifier(exchange, kind), "WARC-Date": exchange.captured_at}


def _identifier(exchange: Exchange, kind: str) -> str:
    name = f"{exchange.requested_url} {exchange.captured_at} {exchange.digest} {exchange.id} {kind}"
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, name)}>"


def _answer(exchange: Exchange, length: int) -> Any:
    reason = HTTPStatus(exchange.status).phrase if exchange.status in HTTPStatus._value2member_map_ else ""
    headers = [*_as_kept(exchange.response), ("Content-Length", str(length))]
    return StatusAndHeaders(f"{exchange.status} {reason}".strip(), headers, protocol="HTTP/1.1")


def _as_kept(headers: Headers) -> Headers:
    return tuple((f"X-Archive-Orig-{name}" if name.lower() in _ON_THE_WIRE else name, value) for name, value in headers)


def _path(url: str) -> str:
    """What a request line asks for (RFC 9112, section 3.2.1)."""
    rest = url.partition("://")[2]
    return "/" + rest.partition("/")[2].partition("#")[0]
