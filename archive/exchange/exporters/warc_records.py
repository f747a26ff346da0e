"""A capture as WARC records (ISO 28500:2017, WARC 1.1). The one door to warcio for writing.

Bodies are kept after content-decoding, so the headers that told how they were encoded and how long they were then would
be untrue of what is in the record: they are renamed to X-Archive-Orig-Content-Encoding and so on, and Content-Length
says the length of what is there. Reason phrases and the order of octets on the wire are not kept, and are made anew.

A 304 is a revisit whose block is empty, so that replay shows the page it confirms, with that page's headers; its own
head is told in a metadata record beside it.
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
from archive.model.records import Capture, Headers
from archive.model.urls import as_uri
from archive.storage.captures.capture_stream import Earlier, OutPage, OutPicture

ORIGINAL = "X-Archive-Orig-"
"""Before the name of a header that is no longer true of what is in the record."""
UNTRUE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
OUTLET = "urn:luubao:outlet:"
"""Before an outlet's name: the address of the record that describes it."""
ENDING = "urn:luubao:end"
"""The address of the record that a file ends with, and the field `ends-with` of the one it begins with."""
FIELDS = "application/warc-fields"
_NAMESPACE = uuid.UUID("5f0c6c9e-8a0e-4d8b-9b62-4c7575302e31")


@dataclass(frozen=True, slots=True)
class Record:
    """One WARC record. data: as it stands in the file before compression; the rest is what an index needs. status: None
    where the record has no head, as that of a 304."""

    data: bytes
    kind: str
    url: str
    at: str
    status: int | None = None
    media_type: str = ""
    digest: str = ""
    payload: int = 0


def page_records(page: OutPage, warcinfo: str) -> Iterator[Record]:
    """Response (or revisit), request, and, where redirects led to it, metadata."""
    capture = page.capture
    at = clock.stamp(capture.captured_at)
    url = as_uri(capture.requested_url)
    number = _id("response", capture.requested_url, at, str(capture.status), page.digest or "")
    headers = truthful(capture.headers, page.size if capture.body is None else len(capture.body))
    yield _answer(url, at, number, capture.status, headers, capture.body, page.digest, page.earlier, warcinfo)
    yield _request(capture, at, number, warcinfo)
    told = [f"via: {as_uri(one)}" for one in capture.via]
    if capture.status == 304 and page.earlier:
        told += _told(capture.status, capture.headers)
    yield from _beside(url, at, number, told, warcinfo)


def picture_records(picture: OutPicture, data: bytes | None, warcinfo: str) -> Iterator[Record]:
    """Response (or revisit) of a picture. Of its headers only three are kept: type, ETag and Last-Modified."""
    number = _id("picture", picture.url, picture.captured_at, str(picture.status), picture.digest or "")
    extra = {"WARC-Resource-Type": "image"}
    url, at = as_uri(picture.url), picture.captured_at
    yield _answer(
        url, at, number, picture.status, picture.headers, data, picture.digest, picture.earlier, warcinfo, extra
    )
    if picture.status == 304 and picture.earlier:
        yield from _beside(url, at, number, _told(picture.status, picture.headers), warcinfo)


def warcinfo_record(filename: str, facts: Mapping[str, str], at: str) -> tuple[Record, str]:
    """The record every file begins with, and its id."""
    number = _id("warcinfo", filename, at)
    told = "".join(f"{name}: {value}\r\n" for name, value in facts.items()).encode()
    return _record("warcinfo", "", at, "", told, FIELDS, {"WARC-Record-ID": number, "WARC-Filename": filename}), number


def outlet_record(facts: Mapping[str, Any], at: str, warcinfo: str) -> Record:
    """What an outlet is, as JSON: with it, another archive knows whose pages follow."""
    told = json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()
    return _record("resource", OUTLET + str(facts["name"]), at, warcinfo, told, "application/json", {})


def ending_record(records: int, goes_on_in: str, at: str, warcinfo: str) -> Record:
    """The record every file ends with: without it, or with fewer records before it than it says, the file was cut.
    goes_on_in: the name of the next file; empty in the last."""
    told = f"records: {records}\r\n" + (f"goes-on-in: {goes_on_in}\r\n" if goes_on_in else "")
    return _record("metadata", ENDING, at, warcinfo, told.encode(), FIELDS, {})


def truthful(headers: Headers, size: int | None) -> list[tuple[str, str]]:
    """Headers that are true of a body after content-decoding. size: bytes of it; None where there is none."""
    kept = [(name, value) for name, value in headers if not _untrue(name, value, size)]
    moved = [(ORIGINAL + name, value) for name, value in headers if _untrue(name, value, size)]
    return [*kept, *moved, *([("Content-Length", str(size or 0))] if moved else [])]


def _untrue(name: str, value: str, size: int | None) -> bool:
    if name.lower() == "content-length":
        return size is not None and value.strip() != str(size)
    return name.lower() in UNTRUE


def _told(status: int, headers: Headers) -> list[str]:
    """The head of an answer, as fields of a metadata record."""
    return [f"status: {status}", *(f"header: {_one_line(name)}: {_one_line(value)}" for name, value in headers)]


def _beside(url: str, at: str, number: str, told: Sequence[str], warcinfo: str) -> Iterator[Record]:
    """A metadata record about another record, if there is anything to tell."""
    block = "".join(f"{line}\r\n" for line in told).encode("utf-8", "surrogatepass")
    if block:
        yield _record("metadata", url, at, warcinfo, block, FIELDS, {"WARC-Concurrent-To": number})


def _answer(
    url: str, at: str, number: str, status: int, headers: Sequence[tuple[str, str]], body: bytes | None,
    digest: str | None, earlier: Earlier | None, warcinfo: str, extra: Mapping[str, str] | None = None,
) -> Record:  # fmt: skip
    kind, refers = ("revisit", _refers(status, earlier)) if earlier and body is None else ("response", {})
    said = digest if digest and (refers or status != 304) else digest_of(body or b"")
    facts = {"WARC-Record-ID": number, **(extra or {}), **refers, "WARC-Payload-Digest": said}
    block = _head(f"HTTP/1.1 {status} {_phrase(status)}", headers) + (body or b"")
    index = _index(status, headers, body)
    if refers and status == 304:
        block, index = b"", (None, "", 0)
    return _record(kind, url, at, warcinfo, block, "application/http; msgtype=response", facts, index)


def _refers(status: int, earlier: Earlier) -> dict[str, str]:
    """The fields of a revisit."""
    profile = NOT_MODIFIED if status == 304 else IDENTICAL
    return {
        "WARC-Profile": profile,
        "WARC-Refers-To-Target-URI": as_uri(earlier.url),
        "WARC-Refers-To-Date": earlier.at,
    }


def _request(capture: Capture, at: str, answer: str, warcinfo: str) -> Record:
    url = as_uri(capture.requested_url)
    _, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    headers = [*capture.request_headers]
    if not any(name.lower() == "host" for name, _ in headers):
        headers.insert(0, ("Host", host))
    block = _head(f"GET {slash + path.partition('#')[0] or '/'} HTTP/1.1", headers)
    facts = {"WARC-Concurrent-To": answer}
    return _record("request", url, at, warcinfo, block, "application/http; msgtype=request", facts)


def _index(status: int, headers: Sequence[tuple[str, str]], body: bytes | None) -> tuple[int | None, str, int]:
    named = next((value for name, value in headers if name.lower() == "content-type"), "")
    return status, named.partition(";")[0].strip().lower() or "unk", len(body or b"")


def _record(
    kind: str, url: str, at: str, warcinfo: str, block: bytes, media_type: str, facts: Mapping[str, str],
    indexed: tuple[int | None, str, int] = (None, "", 0),
) -> Record:  # fmt: skip
    digest = digest_of(block)
    headers = {
        "WARC-Type": kind,
        "WARC-Record-ID": _id(kind, url, at, digest),
        **({"WARC-Target-URI": url} if url else {}),
        "WARC-Date": at,
        **({"WARC-Warcinfo-ID": warcinfo} if warcinfo else {}),
        **facts,
        "WARC-Block-Digest": digest,
        "Content-Type": media_type,
        "Content-Length": str(len(block)),
    }
    head = StatusAndHeaders("", list(headers.items()), protocol="WARC/1.1").to_bytes(encoding="utf-8")
    payload_digest = headers.get("WARC-Payload-Digest", "")
    return Record(head + block + b"\r\n\r\n", kind, url, at, *indexed[:2], payload_digest, indexed[2])


def _head(first: str, headers: Sequence[tuple[str, str]]) -> bytes:
    lines = [first, *(f"{_one_line(name)}: {_one_line(value)}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")


def _one_line(value: str) -> str:
    return " ".join(value.split("\n")).replace("\r", " ")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _id(*parts: str) -> str:
    """A record's name: always the same for the same capture, so that an export made twice is the same."""
    return f"<urn:uuid:{uuid.uuid5(_NAMESPACE, chr(10).join(parts))}>"
