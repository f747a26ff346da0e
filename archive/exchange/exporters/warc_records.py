"""Builds the WARC records of a capture (ISO 28500:2017, WARC 1.1). The only module that writes with warcio.

The archive keeps bodies after content-decoding, so the original headers on their coding and length would be untrue of
the record's payload: they are renamed to X-Archive-Orig-Content-Encoding and so on, and Content-Length gives the length
of the payload. The archive does not keep reason phrases and the exact octets on the wire; they are generated.

A 304 becomes a revisit with an empty block, so that replay shows the page it confirms, with that page's headers; a
metadata record beside it has the headers of the 304 itself.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from warcio.statusandheaders import StatusAndHeaders

from archive.model import clock
from archive.model.digests import digest_of
from archive.model.records import Capture, Headers, header_of
from archive.model.urls import as_uri
from archive.storage.captures.capture_stream import Earlier, OutPage, OutPicture
from archive.storage.captures.kept_captures import Exchange

ORIGINAL = "X-Archive-Orig-"
"""Prefix of a header that is no longer true of the record's payload."""
UNTRUE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
OUTLET = "urn:luubao:outlet:"
"""Prefix of an outlet's name in the WARC-Target-URI of the record that describes it."""
ENDING = "urn:luubao:end"
"""The WARC-Target-URI of a file's last record, and the value of `ends-with` in its warcinfo."""
WARC_FIELDS_TYPE = "application/warc-fields"
_NAMESPACE = uuid.UUID("5f0c6c9e-8a0e-4d8b-9b62-4c7575302e31")


@dataclass(frozen=True, slots=True)
class Record:
    """One WARC record. data: its bytes before compression; the other fields are for an index. status: None where the
    record has no HTTP headers, as that of a 304."""

    data: bytes
    kind: str
    url: str
    at: str
    status: int | None = None
    media_type: str = ""
    digest: str = ""
    payload: int = 0


def page_records(page: OutPage, warcinfo: str) -> Iterator[Record]:
    """The response (or revisit), request, and, after redirects, metadata records of a page."""
    capture = page.capture
    date = clock.stamp(capture.captured_at)
    url = as_uri(capture.requested_url)
    record_id = _record_id("response", capture.requested_url, date, str(capture.status), page.digest or "")
    headers = rewrite_headers(capture.headers, page.size if capture.body is None else len(capture.body))
    yield _response(url, date, record_id, capture.status, headers, capture.body, page.digest, page.earlier, warcinfo)
    yield _request(capture, date, record_id, warcinfo)
    fields = [f"via: {as_uri(redirect)}" for redirect in capture.via]
    if capture.status == 304 and page.earlier:
        fields += _head_fields(capture.status, capture.headers)
    yield from _metadata(url, date, record_id, fields, warcinfo)


def picture_records(picture: OutPicture, data: bytes | None, warcinfo: str) -> Iterator[Record]:
    """The response (or revisit) record of a picture. The archive keeps three headers: type, ETag and Last-Modified."""
    record_id = _record_id("picture", picture.url, picture.captured_at, str(picture.status), picture.digest or "")
    extra = {"WARC-Resource-Type": "image"}
    url, date = as_uri(picture.url), picture.captured_at
    yield _response(
        url, date, record_id, picture.status, picture.headers, data, picture.digest, picture.earlier, warcinfo, extra
    )
    if picture.status == 304 and picture.earlier:
        yield from _metadata(url, date, record_id, _head_fields(picture.status, picture.headers), warcinfo)


def warcinfo_record(filename: str, facts: Mapping[str, str], moment: str) -> tuple[Record, str]:
    """The first record of a file, and its id."""
    record_id = _record_id("warcinfo", filename, moment)
    block = "".join(f"{name}: {value}\r\n" for name, value in facts.items()).encode()
    return _build(
        "warcinfo", "", moment, "", block, WARC_FIELDS_TYPE, {"WARC-Record-ID": record_id, "WARC-Filename": filename}
    ), record_id


def outlet_record(facts: Mapping[str, Any], moment: str, warcinfo: str) -> Record:
    """The description of an outlet as JSON, so that another archive can import its pages."""
    block = json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()
    return _build("resource", OUTLET + str(facts["name"]), moment, warcinfo, block, "application/json", {})


def ending_record(records: int, goes_on_in: str, moment: str, warcinfo: str) -> Record:
    """The last record of a file: a file without it, or with fewer records than it states, is truncated. goes_on_in: the
    name of the next file; empty in the last."""
    block = f"records: {records}\r\n" + (f"goes-on-in: {goes_on_in}\r\n" if goes_on_in else "")
    return _build("metadata", ENDING, moment, warcinfo, block.encode(), WARC_FIELDS_TYPE, {})


def rewrite_headers(headers: Headers, size: int | None) -> list[tuple[str, str]]:
    """The headers as they hold for a body after content-decoding. size: bytes of the body; None without one."""
    kept = [(name, value) for name, value in headers if not _untrue(name, value, size)]
    moved = [(ORIGINAL + name, value) for name, value in headers if _untrue(name, value, size)]
    return [*kept, *moved, *([("Content-Length", str(size or 0))] if moved else [])]


def _untrue(name: str, value: str, size: int | None) -> bool:
    if name.lower() == "content-length":
        return size is not None and value.strip() != str(size)
    return name.lower() in UNTRUE


def _head_fields(status: int, headers: Headers) -> list[str]:
    """The status and headers of a response, as fields of a metadata record."""
    return [f"status: {status}", *(f"header: {_one_line(name)}: {_one_line(value)}" for name, value in headers)]


def _metadata(url: str, date: str, concurrent_to: str, fields: Sequence[str], warcinfo: str) -> Iterator[Record]:
    """A metadata record with these fields about another record; none without fields."""
    block = "".join(f"{line}\r\n" for line in fields).encode("utf-8", "surrogatepass")
    if block:
        yield _build("metadata", url, date, warcinfo, block, WARC_FIELDS_TYPE, {"WARC-Concurrent-To": concurrent_to})


def _response(
    url: str, date: str, record_id: str, status: int, headers: Sequence[tuple[str, str]], body: bytes | None,
    digest: str | None, earlier: Earlier | None, warcinfo: str, extra: Mapping[str, str] | None = None,
) -> Record:  # fmt: skip
    kind, refers_to = ("revisit", _refers_to(status, earlier)) if earlier and body is None else ("response", {})
    payload_digest = digest if digest and (refers_to or status != 304) else digest_of(body or b"")
    facts = {"WARC-Record-ID": record_id, **(extra or {}), **refers_to, "WARC-Payload-Digest": payload_digest}
    block = _head(f"HTTP/1.1 {status} {_reason_phrase(status)}", headers) + (body or b"")
    media_type = (header_of(headers, "content-type") or "").partition(";")[0].strip().lower() or "unk"
    indexed: tuple[int | None, str, int] = (status, media_type, len(body or b""))
    if refers_to and status == 304:
        block, indexed = b"", (None, "", 0)
    return _build(kind, url, date, warcinfo, block, "application/http; msgtype=response", facts, indexed)


def _refers_to(status: int, earlier: Earlier) -> dict[str, str]:
    facts = {"WARC-Refers-To-Target-URI": as_uri(earlier.url), "WARC-Refers-To-Date": earlier.at}
    return {"WARC-Profile": NOT_MODIFIED if status == 304 else IDENTICAL, **facts}


def _request(capture: Capture, date: str, response_id: str, warcinfo: str) -> Record:
    url = as_uri(capture.requested_url)
    _, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    headers = [*capture.request_headers]
    if not any(name.lower() == "host" for name, _ in headers):
        headers.insert(0, ("Host", host))
    block = _head(f"GET {slash + path.partition('#')[0] or '/'} HTTP/1.1", headers)
    facts = {"WARC-Concurrent-To": response_id}
    return _build("request", url, date, warcinfo, block, "application/http; msgtype=request", facts)


def _build(
    kind: str, url: str, date: str, warcinfo: str, block: bytes, media_type: str, facts: Mapping[str, str],
    indexed: tuple[int | None, str, int] = (None, "", 0),
) -> Record:  # fmt: skip
    digest = digest_of(block)
    headers = {
        "WARC-Type": kind,
        "WARC-Record-ID": _record_id(kind, url, date, digest),
        **({"WARC-Target-URI": url} if url else {}),
        "WARC-Date": date,
        **({"WARC-Warcinfo-ID": warcinfo} if warcinfo else {}),
        **facts,
        "WARC-Block-Digest": digest,
        "Content-Type": media_type,
        "Content-Length": str(len(block)),
    }
    head = StatusAndHeaders("", list(headers.items()), protocol="WARC/1.1").to_bytes(encoding="utf-8")
    payload_digest = headers.get("WARC-Payload-Digest", "")
    return Record(head + block + b"\r\n\r\n", kind, url, date, *indexed[:2], payload_digest, indexed[2])


def _head(start_line: str, headers: Sequence[tuple[str, str]]) -> bytes:
    lines = [start_line, *(f"{_one_line(name)}: {_one_line(value)}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")


def _one_line(value: str) -> str:
    return " ".join(value.split("\n")).replace("\r", " ")


def _reason_phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _record_id(*parts: str) -> str:
    """A WARC-Record-ID, the same for the same capture in every export."""
    return f"<urn:uuid:{uuid.uuid5(_NAMESPACE, chr(10).join(parts))}>"


def warc_of(exchange: Exchange, body: bytes | None, confirmed: Exchange | None) -> bytes:
    """A WARC file of an exchange. body: its payload, or the one it confirms; confirmed: the exchange that brought that
    payload, which is put before it, so that the file is self-contained."""
    facts = {"software": "luubao", "format": "WARC File Format 1.1", "isPartOf": exchange.outlet}
    warcinfo, warcinfo_id = warcinfo_record(f"luubao-capture-{exchange.id}.warc", facts, exchange.captured_at)
    pages = [_page(confirmed, body, None)] if confirmed else []
    pages.append(_page(exchange, None if confirmed else body, confirmed))
    return warcinfo.data + b"".join(record.data for page in pages for record in page_records(page, warcinfo_id))


def _page(exchange: Exchange, body: bytes | None, confirmed: Exchange | None) -> OutPage:
    capture = Capture(
        exchange.requested_url, exchange.final_url, clock.parse(exchange.captured_at), exchange.status,
        exchange.response, body, exchange.encoding, exchange.request,
    )  # fmt: skip
    earlier = Earlier(confirmed.requested_url, confirmed.captured_at) if confirmed else None
    return OutPage(capture, exchange.digest, exchange.size, earlier)
