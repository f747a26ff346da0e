"""Backfill from Common Crawl: reads the index of each crawl (collinfo.json lists them), and fetches single WARC records
from its large files by range request. https://commoncrawl.org/access-the-data and https://index.commoncrawl.org/

https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server and
https://pywb.readthedocs.io/en/latest/manual/cdxserver_api.html
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from archive import Capture
from archive.exchange.decompression import GZIP, BadCoding, TooLarge, decode_body
from archive.exchange.importers.import_items import Page as Read
from archive.exchange.importers.warc_captures import read_stream
from archive.frontier.remote_index import Offer
from archive.model import validation
from archive.model.errors import BadValue, LuubaoError
from archive.model.packing import LARGEST_BODY
from archive.model.urls import with_plain_host
from archive.model.validation import shown
from crawler.backfill.archive_client import (
    MAX_PAGES,
    ArchiveClient,
    ArchiveResponse,
    ListingPage,
    TimestampRange,
    host_query,
    in_worker,
    is_document,
)

_LEGEND_BY_FIELD_COUNT = {7: "NbamskS", 9: "NbamskrVg", 11: "NbamskrMSVg"}
_PART = 2 * 1024 * 1024  # bytes of lines that are parsed together
_MOST_LINES, _MOST_ODD = 500_000, 10_000  # of one page; pywb has a whole listing on one
_MOST_BYTES = 64 * 1024 * 1024  # unpacked
_MOST_CRAWLS = 1_000  # Common Crawl has made some 120
_FIELD_NAMES = {"a": "original", "b": "timestamp", "m": "mimetype", "s": "statuscode", "k": "digest"}


@dataclass(frozen=True, slots=True)
class CdxLine:
    """One capture in another archive's index. facts: all fields of its line."""

    url: str
    captured_at: datetime
    timestamp: str
    facts: dict[str, str]

    @property
    def status(self) -> str:
        return self.facts.get("statuscode") or self.facts.get("status") or "-"

    @property
    def media_type(self) -> str:
        return self.facts.get("mimetype") or self.facts.get("mime") or "-"


@dataclass(frozen=True, slots=True)
class CdxPage:
    """A parsed CDX response. next: the resumption key of the next page, None on the last. odd: the error of each
    invalid line."""

    lines: list[CdxLine]
    next: str | None = None
    odd: tuple[str, ...] = ()


def read_index(answer: ArchiveResponse) -> CdxPage:
    """The lines of an index response, parsed in a worker. Raises LuubaoError for what is none: an error, a redirect, a
    page for people, and what takes more time or memory than a worker has."""
    if answer.status != 200:
        raise LuubaoError(f"the index answers {answer.status}, and lists nothing")
    body = _unpacked(answer.body)
    if body.count(b"\n") > _MOST_LINES:
        raise LuubaoError(f"a page of the index has more than {_MOST_LINES:,} lines")
    lines, odd, resume = list[CdxLine](), list[str](), None
    for part in _parts(body):
        parsed = in_worker(parse, part)
        lines += parsed.lines
        odd += parsed.odd
        resume = parsed.next
        if len(odd) > _MOST_ODD:
            raise LuubaoError(f"a page of the index has more than {_MOST_ODD:,} impossible lines")
    if odd and not lines and not _is_array(body):
        start = body[:200].decode("utf-8", "replace")
        raise LuubaoError(f"what the index answered cannot be understood: {shown(start)} ({odd[0]})")
    return CdxPage(lines, resume, tuple(odd))


def _unpacked(body: bytes) -> bytes:
    """An index without its byte-order mark, and decompressed: archives compress it unasked. Raises LuubaoError."""
    try:
        unpacked = decode_body(body, ["gzip"] if body.startswith(GZIP) else [], _MOST_BYTES)
    except (BadCoding, TooLarge) as error:
        raise LuubaoError(f"what the index answered cannot be unpacked: {error}") from error
    if not unpacked.whole:
        raise LuubaoError("what the index answered is cut off")
    return unpacked.body.removeprefix(BOM_UTF8)


def _parts(body: bytes) -> Iterator[bytes]:
    """A response in parts that a worker parses in a second: lines under their legend, or a whole JSON array."""
    legend = body[: body.find(b"\n") + 1] if body.lstrip().startswith(b"CDX ") else b""
    start, size = 0, len(body) if _is_array(body) else _PART
    while start < len(body):
        end = body.find(b"\n", start + size) + 1 or len(body)
        yield (legend if start else b"") + body[start:end]
        start = end


def _is_array(body: bytes) -> bool:
    return body.lstrip().startswith(b"[")


def parse(body: bytes) -> CdxPage:
    """Parses a response, or a part of one, line by line; an invalid line becomes an error in `odd` and does not stop
    the others.

    Raises LuubaoError for a JSON array that is none.
    """
    rows, resume = _rows(body.decode("utf-8", "replace").strip())
    lines, odd = [], []
    for row in rows:
        try:
            if (line := _parse_row(row)) is not None:
                lines.append(line)
        except BadValue as error:
            odd.append(str(error))
    return CdxPage(lines, resume, tuple(odd))


def _rows(text: str) -> tuple[list[Any], str | None]:
    """The rows of an array, or of lines, of which the first may be anything."""
    if not text.startswith("["):
        return _text_rows(text), None
    try:
        return _json_array_rows(text)
    except LuubaoError:
        if "\n{" not in text:
            raise
        return _text_rows(text), None


def _json_array_rows(text: str) -> tuple[list[Any], str | None]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LuubaoError(f"what the index answered cannot be understood: {shown(text)} ({error})") from error
    if not rows:
        return [], None
    columns, resume, records = rows[0], None, []
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        raise LuubaoError(f"what the index answered cannot be understood: {shown(text)} (no names of columns)")
    for number, row in enumerate(rows[1:], 1):
        if not row:  # an empty row, then the resumption key
            following = rows[number + 1] if number + 1 < len(rows) else None
            resume = following[0] if isinstance(following, list) and following else None
            break
        records.append(dict(zip(columns, row, strict=False)) if isinstance(row, list) else row)
    return records, str(resume) if resume else None


def _text_rows(text: str) -> list[Any]:
    legend, records = "", list[Any]()
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("CDX "):
            legend = line[4:].replace(" ", "")
        elif "{" in line and not legend:
            records.append(line)
        else:
            fields = line.split()
            letters = legend or _LEGEND_BY_FIELD_COUNT.get(len(fields), "")
            facts = dict(zip(map(_FIELD_NAMES.get, letters), fields, strict=False))
            records.append(facts if len(letters) == len(fields) else line)
    return records


def _row_fields(row: Any) -> dict[str, Any]:
    """The fields of a table row, or of a JSON line with or without urlkey and timestamp before it. Raises BadValue."""
    if isinstance(row, dict):
        return row
    before, brace, rest = str(row).partition("{")
    if not brace:
        raise BadValue(f"{shown(str(row))} is no line of an index")
    facts = validation.json_object(brace + rest)
    words = before.split()
    return {"timestamp": words[1], **facts} if len(words) >= 2 else facts


def _parse_row(row: Any) -> CdxLine | None:
    """Parses a row; None for a URL that is not http(s). Raises BadValue for an invalid row."""
    facts = {
        validation.line(name): validation.line(str(value))
        for name, value in _row_fields(row).items()
        if name is not None and value is not None
    }
    url, stamp = facts.get("original") or facts.get("url") or "", facts.get("timestamp", "")
    if not url:
        raise BadValue(f"{shown(str(row))} names no address")
    if not url.lower().startswith(("http://", "https://")):
        return None
    return CdxLine(validation.address(with_plain_host(url)), _parse_timestamp(stamp), stamp, facts)


def _parse_timestamp(stamp: str) -> datetime:
    try:
        moment = datetime.strptime(stamp[:14].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise BadValue(f"{shown(stamp)} is no time of an index") from None
    return validation.moment(moment)


@dataclass(slots=True)
class CommonCrawl:
    """Common Crawl as a source. index: the base URL of collinfo.json, with a final slash; data: the base URL of its
    WARC files."""

    client: ArchiveClient
    index: str
    data: str

    @property
    def name(self) -> str:
        return self.index

    def queries(self, hosts: tuple[str, ...], span: TimestampRange) -> Iterator[str]:
        """One query for each crawl and host, newest crawl first, of the crawls that may overlap the span."""
        answer = self.client.get(self.index + "collinfo.json")
        try:
            crawls = [(str(row["id"]), str(row["cdx-api"])) for row in json.loads(answer.body)]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise LuubaoError(f"{self.index}collinfo.json is no list of crawls (status {answer.status})") from error
        if len(crawls) > _MOST_CRAWLS:
            raise LuubaoError(f"{self.index}collinfo.json is no list of crawls: it names {len(crawls):,}")
        for _, api in crawls:
            if not validation.is_address(api) or "#" in api:
                raise LuubaoError(f"{self.index}collinfo.json names {validation.shown(api)}, which is no web address")
        for crawl_name, api in crawls:
            if _crawl_may_overlap(crawl_name, span):
                yield from (f"{api}?{urlencode({**host_query(host), **span.parameters()})}" for host in hosts)

    def page(self, query: str, key: str | None) -> ListingPage:
        """Fetches one numbered page; the first call asks for the number of pages."""
        number, count = map(int, key.split("/")) if key else (0, self._page_count(query))
        if not count:
            return ListingPage([], None)
        answer = self.client.get(f"{query}&page={number}")
        parsed = CdxPage([]) if answer.status == 404 else read_index(answer)
        offers, odd = [], list(parsed.odd)
        for line in parsed.lines:
            if not is_document(line.media_type, line.status):
                continue
            try:
                offers.append(Offer(line.url, line.captured_at, _record_place(line.facts), line.facts.get("digest")))
            except BadValue as error:
                odd.append(str(error))
        return ListingPage(offers, f"{number + 1}/{count}" if number + 1 < count else None, tuple(odd))

    def _page_count(self, query: str) -> int:
        answer = self.client.get(f"{query}&showNumPages=true")
        if answer.status == 404:
            return 0
        text = answer.body.decode("utf-8", "replace").strip()
        try:
            count = int(json.loads(text)["pages"]) if text.startswith("{") else int(text)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            excerpt = f"status {answer.status}: {text[:80]!r}"
            raise LuubaoError(f"{query}: the index does not say how many pages it has, but {excerpt}") from error
        if not 0 <= count <= MAX_PAGES:
            raise LuubaoError(f"{query}: the index cannot have {validation.shown(str(count))} pages")
        return count

    def take(self, offer: Offer) -> Capture | str:
        """Fetches one WARC record by range request."""
        filename, offset, length = offer.place.rsplit(" ", 2)
        if int(length) > LARGEST_BODY:
            return f"a record of {int(length):,} bytes"
        last = int(offset) + int(length) - 1
        answer = self.client.get(self.data + filename, {"Range": f"bytes={offset}-{last}"})
        if answer.status != 206:
            return f"the archive answers {answer.status} to a range"
        capture = in_worker(_first_page, answer.body)
        return replace(capture, captured_at=offer.captured_at) if capture else "the record holds no page"


def _first_page(warc: bytes) -> Capture | None:
    pages = (item for item in read_stream(BytesIO(warc)) if isinstance(item, Read) and item.refers is None)
    return next((page.capture for page in pages), None)


def _record_place(facts: dict[str, str]) -> str:
    """The file, offset and length of a WARC record. Raises BadValue."""
    filename, offset, length = (facts.get(name, "") for name in ("filename", "offset", "length"))
    for number in (offset, length):
        validation.size(int(number) if number.isascii() and number.isdigit() and len(number) < 20 else number)
    if not filename or any(letter.isspace() for letter in filename):
        raise BadValue(f"{validation.shown(filename)} is no file of Common Crawl")
    return f"{filename} {offset} {length}"


def _crawl_may_overlap(crawl: str, span: TimestampRange) -> bool:
    """Whether a crawl may overlap the span, by the year in its name (CC-MAIN-2019-09). A crawl may begin in the last
    days of the year before."""
    year = next((part for part in crawl.split("-") if len(part) == 4 and part.isdigit()), None)
    if year is None:
        return True
    after = span.since is None or int(year) >= int(span.since[:4]) - 1
    return after and (span.until is None or int(year) <= int(span.until[:4]) + 1)
