"""Groups the records of WARC (1.0, 1.1, plain, gzip, Zstandard), ARC and WACZ files into captures."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, cast

from archive.exchange.importers.import_items import (
    DescribedOutlet,
    Image,
    Item,
    Page,
    Skipped,
    charset,
    described_by,
    is_sidecar,
    leads_to,
)
from archive.exchange.importers.warc_reader import DAMAGE, WarcRecord, records
from archive.model import validation
from archive.model.errors import BadValue
from archive.model.packing import UNPACK_RATIO, UnpackBudget, UnpacksTooMuch
from archive.model.records import Capture, Headers, header_of
from archive.model.validation import is_address, or_none, shown
from archive.storage.captures.other_archive import RevisitTarget

_WARC_MEMBER = re.compile(r"(?:^|/)archive/.*\.warc", re.IGNORECASE)
_MEMBER = re.compile(rf"{_WARC_MEMBER.pattern}|\.wacz$", re.IGNORECASE)
_PIECE = 1024 * 1024
_DIGITS = re.compile(r"([0-9]{8})([0-9]{6})[0-9]*")
_HEAD = 4096  # bytes of a body that show whether it is text
_BINARY, _UTF16_MARKS = re.compile(rb"[\x00-\x08]"), (b"\xff\xfe", b"\xfe\xff")
_BEGINS_AS_PAGE = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*+<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_NOT_MODIFIED = "304"
_REFERENCES = frozenset({"warc-refers-to", "warc-refers-to-date", "warc-payload-digest"})
_ORIGINAL = "x-archive-orig-"
_DOCUMENTS = ("text/html", "application/xhtml", "text/xml", "application/xml", "application/rss", "application/atom",
              "text/plain")  # fmt: skip


def read_warc(path: Path, ratio: int = UNPACK_RATIO) -> Iterator[Item]:
    """Reads everything that an archive keeps from a WARC or ARC file, in the file's order. ratio: see UnpackBudget."""
    with path.open("rb") as file:
        grouping = _Grouping()
        yield from _items(file, grouping, UnpackBudget(path.stat().st_size, ratio))
    following = path.parent / Path(grouping.goes_on_in).name
    if grouping.goes_on_in and not (following.exists() or following.with_suffix("").exists()):  # or decompressed
        yield Skipped(f"it goes on in {shown(grouping.goes_on_in)}, which is not beside it", "its end")


def read_stream(file: BinaryIO) -> Iterator[Item]:
    """As `read_warc`, for an open file."""
    return _items(file, _Grouping(), None)


def read_wacz(path: Path, ratio: int = UNPACK_RATIO) -> Iterator[Item]:
    """Reads the WARC files in a WACZ, also in the WACZ files of a multi-WACZ, which Browsertrix makes of a crawl.
    Damage to one does not affect the others. ratio: see UnpackBudget."""
    with path.open("rb") as file:
        yield from _bundle(file, UnpackBudget(path.stat().st_size, ratio), _MEMBER)


def _bundle(file: IO[bytes], budget: UnpackBudget, members: re.Pattern[str]) -> Iterator[Item]:
    try:
        with zipfile.ZipFile(file) as bundle:
            names = [name for name in bundle.namelist() if members.search(name) and not is_sidecar(name)]
            if not names:
                yield Skipped("it holds no WARC file under archive/", "its table of contents")
            for name in sorted(names):
                yield from _member(bundle, name, budget)
    except DAMAGE as error:
        yield Skipped(f"the file is damaged ({error})", "its table of contents")


def _member(bundle: zipfile.ZipFile, name: str, budget: UnpackBudget) -> Iterator[Item]:
    where = shown(name)[1:-1]
    try:
        file, left_out = _seekable(bundle, name, budget)
        with file:
            own = UnpackBudget(budget.packed, budget.ratio) if left_out else budget
            is_bundle = name.lower().endswith(".wacz")
            for item in _bundle(file, own, _WARC_MEMBER) if is_bundle else _items(file, _Grouping(), own):
                yield replace(item, where=f"{where}, {item.where}") if isinstance(item, Skipped) else item
        if left_out:
            yield Skipped(left_out, where)
    except DAMAGE as error:  # encrypted, an unknown method, or its checksum is wrong
        yield Skipped(str(error)[:200] or type(error).__name__, where)


def _seekable(bundle: zipfile.ZipFile, name: str, budget: UnpackBudget) -> tuple[IO[bytes], str]:
    """Opens a member as a seekable file. Decompresses a compressed one first, for seeking back in it would start over
    each time. With why the rest of it was left out, where it unpacks to too much."""
    member = bundle.open(name)
    if bundle.getinfo(name).compress_type == zipfile.ZIP_STORED:
        return member, ""
    unpacked, left_out = TemporaryFile(), ""  # noqa: SIM115  # the caller closes it
    try:
        with member:
            while piece := member.read(_PIECE):
                budget.spend(len(piece))
                unpacked.write(piece)
    except UnpacksTooMuch as error:
        left_out = str(error)
    except BaseException:  # closed, whatever it was, and raised again
        unpacked.close()
        raise
    unpacked.seek(0)
    return unpacked, left_out


_MAX_VIA = 100  # redirects that led to a page; a crawl follows five
_MAX_METADATA = 1024 * 1024  # bytes of a metadata record that are searched for them


@dataclass(slots=True)
class _Exchange:
    """The records of one HTTP exchange that have been read so far."""

    item: Page | Image
    id: str
    via: list[str] = field(default_factory=list)


def _items(file: IO[bytes], grouping: _Grouping, budget: UnpackBudget | None) -> Iterator[Item]:
    try:
        for raw in records(cast(BinaryIO, file), budget=budget):
            if isinstance(raw, Skipped):
                grouping.ending = None  # the damage is reported
                yield raw
            else:
                yield from grouping.add(raw)
    except UnpacksTooMuch as error:
        grouping.ending = None
        yield Skipped(str(error), f"after record {grouping.count}")
    yield from grouping.end()
    yield from grouping.cut_short()


@dataclass(slots=True)
class _Grouping:
    """Groups records into exchanges as they come. ours: luubao wrote the file, and everything in it is kept. count:
    records so far; ending: the WARC-Target-URI of the file's last record, until it comes; goes_on_in: the name of the
    next file, where the last record names one; asked: headers of requests before their response."""

    ours: bool = False
    count: int = 0
    ending: str | None = None
    goes_on_in: str = ""
    group: _Exchange | None = None
    asked: dict[str, Headers] = field(default_factory=dict)

    def add(self, raw: WarcRecord) -> Iterator[Item]:
        """Adds a record; yields the items that are complete with it."""
        self.count += 1
        if raw.kind == "warcinfo":
            yield from self.cut_short()
            self.ours, self.count, self.ending = is_luubao_warc(raw), 1, _field(raw, "ends-with")
        elif raw.kind == "metadata" and self.ending and raw.headers.get("warc-target-uri") == self.ending:
            yield from self._check_ending(raw)
        elif raw.kind in ("request", "metadata"):
            yield from self._attach(raw)
        elif described := described_by(raw):
            yield from self.end()
            yield described
            if isinstance(described, DescribedOutlet) and described.problem:
                yield Skipped(described.problem, described.where)
        elif raw.kind in ("response", "revisit", "resource"):
            yield from self.end()
            item = item_of(raw, self.ours, self.asked)
            self.asked = {}
            if item is None:
                yield Skipped("it is nothing that is kept of a newspaper", f"byte {raw.offset}", failed=False)
            elif isinstance(item, Skipped):
                yield item
            else:
                self.group = _Exchange(item, raw.headers.get("warc-record-id", ""))
        elif raw.kind == "continuation":
            yield Skipped("it is a further piece of a record, which are not put together", f"byte {raw.offset}")

    def _attach(self, raw: WarcRecord) -> Iterator[Skipped]:
        """Attaches a request or metadata record to the exchange before it, or keeps a request for the next one."""
        exchange = self.group if self.group and raw.headers.get("warc-concurrent-to", "") == self.group.id else None
        headers = tuple((name, value) for name, value in raw.http if name.lower() != "host")
        if raw.kind == "metadata":
            yield from _attach_metadata(exchange, raw)
        elif exchange is None:
            self.asked = {raw.headers.get("warc-record-id", ""): headers}
        elif isinstance(exchange.item, Page):
            exchange.item = replace(exchange.item, capture=replace(exchange.item.capture, request_headers=headers))

    def _check_ending(self, raw: WarcRecord) -> Iterator[Item]:
        """Checks the last record, which states how many come before it."""
        self.ending, self.goes_on_in = None, _field(raw, "goes-on-in") or ""
        if _field(raw, "records") != str(count := self.count - 1):
            yield Skipped(f"the file is not whole: it was made with {shown(_field(raw, 'records'))} records, and"
                          f" {count} are there", "its end")  # fmt: skip

    def cut_short(self) -> Iterator[Item]:
        """Reports a file without its last record as truncated."""
        if self.ending:
            yield Skipped(f"the file is not whole: it ends after {self.count} records without the one that says how"
                          " many it was made with", "its end")  # fmt: skip
        self.ending = None

    def end(self) -> Iterator[Item]:
        if exchange := self.group:
            item, self.group = exchange.item, None
            if isinstance(item, Page) and exchange.via:
                item = replace(item, capture=replace(item.capture, via=tuple(exchange.via)))
            yield item


def _fields(body: bytes) -> Iterator[tuple[str, str]]:
    """The fields of an application/warc-fields record: names in lower case, and values."""
    for line in re.split(r"\r?\n", body.decode("utf-8", "replace")):
        name, _, value = line.partition(":")
        yield name.lower(), value.removeprefix(" ")


def _field(raw: WarcRecord, name: str) -> str | None:
    return next((value.strip() for field, value in _fields(raw.body) if field == name), None)


def is_luubao_warc(raw: WarcRecord) -> bool:
    """Whether a file's first record says that luubao wrote it."""
    return b"software: luubao/" in raw.body


def _attach_metadata(exchange: _Exchange | None, raw: WarcRecord) -> Iterator[Skipped]:
    """Attaches redirects to an exchange, and to a 304 the headers that luubao wrote."""
    redirects = [value.strip() for name, value in _fields(raw.body[:_MAX_METADATA]) if name == "via"]
    if exchange:
        exchange.via += [url for url in redirects if is_address(url)][: _MAX_VIA - len(exchange.via)]
        written = (value.partition(": ") for name, value in _fields(raw.body) if name == "header")
        exchange.item = _with_headers(exchange.item, tuple((name, value) for name, _, value in written))
    for url in [url for url in redirects if not is_address(url)][:1]:
        yield Skipped(f"{shown(url)} is no web address that led to a page", f"byte {raw.offset}")


def _with_headers(item: Page | Image, written: Headers) -> Page | Image:
    """A 304 with the headers that its metadata record has."""
    headers = _restore_headers(written)
    if not headers:
        return item
    if isinstance(item, Image):
        return replace(item, headers=headers) if item.status == 304 else item
    return replace(item, capture=replace(item.capture, headers=headers)) if item.capture.status == 304 else item


def item_of(raw: WarcRecord, ours: bool, asked: Mapping[str, Headers]) -> Page | Image | Skipped | None:
    """The item of a response or revisit; None for what no newspaper archive keeps: scripts, styles, videos, and what is
    not of the web. ours: luubao wrote the file; asked: headers of requests that may belong to it."""
    try:
        return _item(raw, ours, asked)
    except BadValue as error:
        return Skipped(str(error), f"byte {raw.offset}")


def _item(raw: WarcRecord, ours: bool, requests: Mapping[str, Headers]) -> Page | Image | Skipped | None:
    url = raw.headers.get("warc-target-uri", "")
    if not url.lower().startswith(("http://", "https://")):
        return None
    if "warc-date" not in raw.headers:
        raise BadValue(f"{shown(url)} has no time")
    url = validation.address(url)
    stated_status = _stated_status(raw)
    if stated_status is None:
        raise BadValue(f"{shown(url)} does not say how the server answered")
    cut = raw.headers.get("warc-truncated") if raw.kind != "revisit" else None  # wget marks each revisit as truncated
    if cut or "warc-segment-number" in raw.headers:
        raise BadValue(f"of {shown(url)} only a part was written ({shown(cut or 'in pieces')})")
    captured_at, status = _moment(raw.headers["warc-date"]), _status(stated_status)
    headers = _restore_headers(raw.http) or _content_type_header(raw)
    media_type = (header_of(headers, "content-type") or "").lower()
    body = raw.body if raw.kind != "revisit" else b""
    refers = _refers_to(raw) if raw.kind == "revisit" and status != 304 else None
    if raw.headers.get("warc-resource-type") == "image" or media_type.startswith("image/"):
        return Image(url, captured_at, status, headers, body or None, refers.digest if refers else None,
                     f"byte {raw.offset}")  # fmt: skip
    is_document = not media_type or media_type.startswith(_DOCUMENTS) or _BEGINS_AS_PAGE.match(body)
    if not ours and status < 300 and not is_document:
        return None
    if raw.packed and _BINARY.search(body[:_HEAD]) and not body.startswith(_UTF16_MARKS):
        return Skipped(f"{url} is packed with {shown(raw.packed)}, which cannot be undone", f"byte {raw.offset}")
    capture = Capture(
        url, leads_to(url, status, headers), captured_at, status, headers, body or None, charset(headers),
        next(iter(requests.values()), ()),
    )  # fmt: skip
    return Page(capture, raw.headers.get("warc-record-id"), refers, f"byte {raw.offset}", _payload_digest(raw))


def _stated_status(raw: WarcRecord) -> str | None:
    """The status that a record states or implies."""
    if raw.kind == "revisit" and "server-not-modified" in raw.headers.get("warc-profile", ""):  # WARC 1.1, 6.7.3
        # HTTrack names no original, and repeats its status
        return _NOT_MODIFIED if _REFERENCES.isdisjoint(raw.headers) else raw.status or _NOT_MODIFIED
    is_http = raw.kind == "revisit" or raw.headers.get("content-type", "").lower().startswith("application/http")
    return raw.status or (None if is_http and raw.kind != "resource" else "200")


def _status(text: str) -> int:
    """Parses a status of three digits. Raises BadValue."""
    return validation.status(int(text) if len(text) == 3 and text.isascii() and text.isdigit() else text)


def _refers_to(raw: WarcRecord) -> RevisitTarget:
    """The original that a revisit refers to; without a time where it states none, or one that is no time."""
    url = raw.headers.get("warc-refers-to-target-uri", "").strip("<> ")
    return RevisitTarget(
        url if is_address(url) else raw.headers["warc-target-uri"],
        or_none(_moment, raw.headers.get("warc-refers-to-date")),
        _payload_digest(raw),
        raw.headers.get("warc-refers-to"),
    )


def _payload_digest(raw: WarcRecord) -> str | None:
    """The digest of the payload as a record states it; some write the algorithm `sha-256`."""
    return re.sub(r"(?i)^sha-(?=\d)", "sha", raw.headers.get("warc-payload-digest", "")) or None


def _restore_headers(headers: Headers) -> Headers:
    """The original headers: undoes the renaming by luubao, and removes the Content-Length it added."""
    renamed = any(name.lower().startswith(_ORIGINAL) for name, _ in headers)
    kept = [pair for pair in headers if not (renamed and pair[0].lower() == "content-length")]
    return tuple(
        (name[len(_ORIGINAL) :] if name.lower().startswith(_ORIGINAL) else name, value) for name, value in kept
    )


def _content_type_header(raw: WarcRecord) -> Headers:
    """The Content-Type of a record without HTTP headers."""
    media_type = raw.headers.get("content-type", "")
    return (("Content-Type", media_type),) if media_type and not media_type.startswith("application/http") else ()


def _moment(text: str) -> datetime:
    """Parses a WARC, ARC or CDX time, in UTC where it names no zone. Raises BadValue."""
    digits = _DIGITS.fullmatch(text)
    try:
        moment = datetime.fromisoformat(f"{digits[1]}T{digits[2]}" if digits else text.upper())
    except ValueError:
        raise BadValue(f"{shown(text)} is no time") from None
    return validation.moment(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
