"""WARC (1.0, 1.1, plain, gzip, Zstandard), ARC and WACZ: records drawn together into captures."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, cast

from archive.exchange.importers.import_items import Described, Image, Item, Page, Refers, Skipped, charset, leads_to
from archive.exchange.importers.outlet_records import described_by
from archive.exchange.importers.warc_reader import DAMAGE, Raw, records
from archive.model import validation
from archive.model.errors import BadValue
from archive.model.records import Capture, Headers
from archive.model.validation import is_address, shown

_MOST_UNPACKED = 2 * 1024 * 1024 * 1024
"""Bytes of a compressed member of a WACZ, in which WARC files should be stored as they are (WACZ 1.1.1)."""
_PIECE = 1024 * 1024
_DIGITS = re.compile(r"[0-9]{14}")
_HEAD = 4096  # bytes of a body that show whether it is text
_NO_TEXT, _WIDE = re.compile(rb"[\x00-\x08]"), (b"\xff\xfe", b"\xfe\xff")
_NOT_MODIFIED = "304"
_ORIGINAL = "x-archive-orig-"
_DOCUMENTS = ("text/html", "application/xhtml", "text/xml", "application/xml", "application/rss", "application/atom",
              "text/plain")  # fmt: skip


def read_warc(path: Path) -> Iterator[Item]:
    """Everything a WARC or ARC file holds that an archive keeps, in the file's order."""
    with path.open("rb") as file:
        drawn = _Drawing()
        yield from _items(file, drawn)
    if drawn.goes_on_in and not _is_there(path.with_name(Path(drawn.goes_on_in).name)):
        yield Skipped(f"it goes on in {shown(drawn.goes_on_in)}, which is not beside it", "its end")


def _is_there(path: Path) -> bool:
    """Whether there is a file, or one that was unpacked since."""
    return path.exists() or path.with_suffix("").exists()


def read_stream(file: BinaryIO) -> Iterator[Item]:
    """As `read_warc`, of a file that is open."""
    return _items(file, _Drawing())


def read_wacz(path: Path) -> Iterator[Item]:
    """Everything the WARC files of a WACZ hold. Each of them stands alone."""
    try:
        with zipfile.ZipFile(path) as bundle:
            names = [name for name in bundle.namelist() if name.startswith("archive/") and ".warc" in name]
            if not names:
                yield Skipped("it holds no WARC file under archive/", "its table of contents")
            for name in sorted(names):
                yield from _member(bundle, name)
    except DAMAGE as error:
        yield Skipped(f"the file is damaged ({error})", "its table of contents")


def _member(bundle: zipfile.ZipFile, name: str) -> Iterator[Item]:
    where = shown(name)[1:-1]
    try:
        with _seekable(bundle, name) as file:
            for item in _items(file, _Drawing()):
                yield replace(item, where=f"{where}, {item.where}") if isinstance(item, Skipped) else item
    except DAMAGE as error:  # encrypted, packed in an unknown way, or not what its sum says
        yield Skipped(str(error)[:200] or type(error).__name__, where)


def _seekable(bundle: zipfile.ZipFile, name: str) -> IO[bytes]:
    """A member as a file. One that is compressed is unpacked first, for going back in it would begin anew each time.
    Raises ValueError for one that is too large for that."""
    member = bundle.open(name)
    if bundle.getinfo(name).compress_type == zipfile.ZIP_STORED:
        return member
    unpacked = TemporaryFile()  # noqa: SIM115  # whoever asked closes it
    with member:
        while piece := member.read(_PIECE):
            unpacked.write(piece)
            if unpacked.tell() > _MOST_UNPACKED:
                unpacked.close()
                raise ValueError(f"more than {_MOST_UNPACKED:,} bytes when unpacked: unzip the file, and import that")
    unpacked.seek(0)
    return unpacked


@dataclass(slots=True)
class _Group:
    """The records of one exchange that have come so far."""

    item: Page | Image
    id: str
    via: list[str] = field(default_factory=list)


def _items(file: IO[bytes], drawn: _Drawing) -> Iterator[Item]:
    for raw in records(cast(BinaryIO, file)):
        if isinstance(raw, Skipped):
            drawn.ending = None  # what is wrong is told
            yield raw
        else:
            yield from drawn.add(raw)
    yield from drawn.end()
    yield from drawn.cut_short()


@dataclass(slots=True)
class _Drawing:
    """Records drawn together as they come. ours: luubao wrote the file, which holds nothing that is not to be kept.
    count: how many came; ending: the address of the record that is to be the last, as long as it has not come;
    goes_on_in: the name of the next file, where the last record names one."""

    ours: bool = False
    count: int = 0
    ending: str | None = None
    goes_on_in: str = ""
    group: _Group | None = None
    asked: dict[str, Headers] = field(default_factory=dict)

    def add(self, raw: Raw) -> Iterator[Item]:
        """One more record; what is whole with it comes out."""
        self.count += 1
        if raw.kind == "warcinfo":
            yield from self.cut_short()
            self.ours, self.count, self.ending = is_ours(raw), 1, _field(raw, "ends-with")
        elif raw.kind == "metadata" and self.ending and raw.headers.get("warc-target-uri") == self.ending:
            yield from self._ended(raw)
        elif raw.kind in ("request", "metadata"):
            self.asked = _add(self.group, raw, self.asked)
            yield from _odd_via(raw)
        elif described := described_by(raw):
            yield from self.end()
            yield described
            if isinstance(described, Described) and (problem := described.outlined.problem):
                yield Skipped(problem, described.where)
        elif raw.kind in ("response", "revisit", "resource"):
            yield from self.end()
            item = item_of(raw, self.ours, self.asked)
            self.asked = {}
            if item is None:
                yield Skipped("it is nothing that is kept of a newspaper", f"byte {raw.offset}", failed=False)
            elif isinstance(item, Skipped):
                yield item
            else:
                self.group = _Group(item, raw.headers.get("warc-record-id", ""))
        elif raw.kind == "continuation":
            yield Skipped("it is a further piece of a record, which are not put together", f"byte {raw.offset}")

    def _ended(self, raw: Raw) -> Iterator[Item]:
        """The record that is the last, and says how many come before it."""
        self.ending, self.goes_on_in = None, _field(raw, "goes-on-in") or ""
        if _field(raw, "records") != str(came := self.count - 1):
            yield Skipped(f"the file is not whole: it was made with {shown(_field(raw, 'records'))} records, and"
                          f" {came} are there", "its end")  # fmt: skip

    def cut_short(self) -> Iterator[Item]:
        """Says so where the last record has not come."""
        if self.ending:
            yield Skipped(f"the file is not whole: it ends after {self.count} records without the one that says how"
                          " many it was made with", "its end")  # fmt: skip
        self.ending = None

    def end(self) -> Iterator[Item]:
        """The exchange that has come last."""
        if self.group:
            yield _whole(self.group)
        self.group = None


def _field(raw: Raw, name: str) -> str | None:
    """A field of an application/warc-fields record."""
    lines = (line.partition(":") for line in raw.body.decode("utf-8", "replace").splitlines())
    return next((value.strip() for field, _, value in lines if field.lower() == name), None)


def is_ours(raw: Raw) -> bool:
    """Whether a file's first record says that luubao wrote it."""
    return b"software: luubao/" in raw.body


def _add(group: _Group | None, raw: Raw, asked: dict[str, Headers]) -> dict[str, Headers]:
    """A request or metadata record: part of the exchange before it, or of the one that follows."""
    answer = raw.headers.get("warc-concurrent-to", "")
    if raw.kind == "request":
        headers = tuple((name, value) for name, value in raw.http if name.lower() != "host")
        if group and answer == group.id:
            if isinstance(group.item, Page):
                group.item = replace(group.item, capture=replace(group.item.capture, request_headers=headers))
            return asked
        return {raw.headers.get("warc-record-id", ""): headers}
    if group and answer == group.id:
        group.via += [url for url in _via(raw) if is_address(url)]
        group.item = _with_head(group.item, raw)
    return asked


def _with_head(item: Page | Image, raw: Raw) -> Page | Image:
    """A confirmation with the headers that a metadata record of ours tells."""
    headers = _restored(tuple(_headers_told(raw)))
    if not headers:
        return item
    if isinstance(item, Image):
        return replace(item, headers=headers) if item.status == 304 else item
    return replace(item, capture=replace(item.capture, headers=headers)) if item.capture.status == 304 else item


def _headers_told(raw: Raw) -> Iterator[tuple[str, str]]:
    for line in raw.body.decode("utf-8", "replace").split("\r\n"):
        if line.startswith("header: "):
            name, _, value = line.removeprefix("header: ").partition(": ")
            yield name, value


def _via(raw: Raw) -> list[str]:
    """The addresses that a metadata record says led to its page."""
    lines = raw.body.decode("utf-8", "replace").splitlines() if raw.kind == "metadata" else []
    return [line[5:].strip() for line in lines if line.lower().startswith("via: ")]


def _odd_via(raw: Raw) -> Iterator[Skipped]:
    odd = [url for url in _via(raw) if not is_address(url)]
    if odd:
        yield Skipped(f"{shown(odd[0])} is no web address that led to a page", f"byte {raw.offset}")


def _whole(group: _Group) -> Page | Image:
    if isinstance(group.item, Page) and group.via:
        return replace(group.item, capture=replace(group.item.capture, via=tuple(group.via)))
    return group.item


def item_of(raw: Raw, ours: bool, asked: Mapping[str, Headers]) -> Page | Image | Skipped | None:
    """What a response or revisit is; None for what no archive of a newspaper keeps: scripts, styles, films, and what is
    not of the web. ours: luubao wrote the file; asked: the headers of requests that may be its own."""
    try:
        return _item(raw, ours, asked)
    except BadValue as error:
        return Skipped(str(error), f"byte {raw.offset}")


def _item(raw: Raw, ours: bool, asked: Mapping[str, Headers]) -> Page | Image | Skipped | None:
    url = raw.headers.get("warc-target-uri", "")
    if not url.startswith(("http://", "https://")):
        return None
    if "warc-date" not in raw.headers:
        raise BadValue(f"{shown(url)} has no time")
    url = validation.address(url)
    with_head = raw.kind == "revisit" or raw.headers.get("content-type", "").startswith("application/http")
    answered = _NOT_MODIFIED if raw.status is None and _confirms(raw) else raw.status
    if answered is None and raw.kind != "resource" and with_head:
        raise BadValue(f"{shown(url)} does not say how the server answered")
    cut = raw.headers.get("warc-truncated") if raw.kind != "revisit" else None  # wget says so of each revisit
    if cut or "warc-segment-number" in raw.headers:
        raise BadValue(f"of {shown(url)} only a part was written ({shown(cut or 'in pieces')})")
    at, status = _moment(raw.headers["warc-date"]), 200 if answered is None else _status(answered)
    headers = _restored(raw.http) or _typed(raw)
    media_type = next((value.lower() for name, value in headers if name.lower() == "content-type"), "")
    body = raw.body if raw.kind != "revisit" else b""
    refers = _refers(raw) if raw.kind == "revisit" and status != 304 else None
    if raw.headers.get("warc-resource-type") == "image" or media_type.startswith("image/"):
        return Image(url, at, status, headers, body or None, refers.digest if refers else None,
                     f"byte {raw.offset}")  # fmt: skip
    if not ours and status < 300 and media_type and not media_type.startswith(_DOCUMENTS):
        return None
    if raw.packed and _NO_TEXT.search(body[:_HEAD]) and not body.startswith(_WIDE):
        return Skipped(f"{url} is packed with {shown(raw.packed)}, which cannot be undone", f"byte {raw.offset}")
    capture = Capture(
        url, leads_to(url, status, headers), at, status, headers, body or None, charset(headers),
        next(iter(asked.values()), ()),
    )  # fmt: skip
    record, digest = raw.headers.get("warc-record-id"), raw.headers.get("warc-payload-digest")
    return Page(capture, record, refers, f"byte {raw.offset}", digest)


def _confirms(raw: Raw) -> bool:
    """Whether it says that a page was not modified, and no more (WARC 1.1, 6.7.3)."""
    return raw.kind == "revisit" and "server-not-modified" in raw.headers.get("warc-profile", "")


def _status(text: str) -> int:
    """A status of three digits. Raises BadValue."""
    return validation.status(int(text) if len(text) == 3 and text.isascii() and text.isdigit() else text)


def _refers(raw: Raw) -> Refers:
    """Where the bytes are. A time that is none leaves the digest."""
    at = raw.headers.get("warc-refers-to-date")
    return Refers(
        raw.headers.get("warc-refers-to-target-uri") or raw.headers.get("warc-target-uri"),
        _moment(at) if at else None,
        raw.headers.get("warc-payload-digest"),
        raw.headers.get("warc-refers-to"),
    )


def _restored(headers: Headers) -> Headers:
    """The headers as they came: those that were renamed get their names back, and the length that was put in goes."""
    renamed = any(name.lower().startswith(_ORIGINAL) for name, _ in headers)
    kept = [pair for pair in headers if not (renamed and pair[0].lower() == "content-length")]
    return tuple(
        (name[len(_ORIGINAL) :] if name.lower().startswith(_ORIGINAL) else name, value) for name, value in kept
    )


def _typed(raw: Raw) -> Headers:
    """A record without HTTP headers still says of what type its bytes are."""
    media_type = raw.headers.get("content-type", "")
    return (("Content-Type", media_type),) if media_type and not media_type.startswith("application/http") else ()


def _moment(text: str) -> datetime:
    """A time of a WARC, which is in UTC where it does not say, or of a CDX. Raises BadValue."""
    try:
        moment = datetime.fromisoformat(f"{text[:8]}T{text[8:]}" if _DIGITS.fullmatch(text) else text)
    except ValueError:
        raise BadValue(f"{shown(text)} is no time") from None
    return validation.moment(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
