"""WARC (1.0, 1.1, plain, gzip, Zstandard), ARC and WACZ: records drawn together into captures."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from archive.imports.items import Described, Image, Item, Page, Refers, Skipped, charset, leads_to
from archive.imports.robust import Raw, records
from archive.records import Capture, Headers

_ORIGINAL = "x-archive-orig-"
_OUTLET = "urn:luubao:outlet:"
_DOCUMENTS = ("text/html", "application/xhtml", "text/xml", "application/xml", "application/rss", "application/atom",
              "text/plain")  # fmt: skip


def read_warc(path: Path) -> Iterator[Item]:
    """Everything a WARC or ARC file holds that an archive keeps, in the file's order."""
    with path.open("rb") as file:
        yield from _items(file)


def read_stream(file: BinaryIO) -> Iterator[Item]:
    """As `read_warc`, of a file that is open."""
    return _items(file)


def read_wacz(path: Path) -> Iterator[Item]:
    """Everything the WARC files of a WACZ hold."""
    try:
        with zipfile.ZipFile(path) as bundle:
            names = [name for name in bundle.namelist() if name.startswith("archive/") and ".warc" in name]
            for name in sorted(names):
                with bundle.open(name) as file:
                    yield from (
                        replace(item, where=f"{name}, {item.where}") if isinstance(item, Skipped) else item
                        for item in _items(file)  # type: ignore[arg-type]  # a ZipExtFile can be sought in
                    )
    except (zipfile.BadZipFile, OSError) as error:
        yield Skipped(f"the file is damaged ({error})", "its table of contents")


@dataclass(slots=True)
class _Group:
    """The records of one exchange that have come so far."""

    item: Page | Image
    id: str
    via: list[str] = field(default_factory=list)


def _items(file: BinaryIO) -> Iterator[Item]:
    drawn = _Drawing()
    for raw in records(file):
        if isinstance(raw, Skipped):
            yield raw
        else:
            yield from drawn.add(raw)
    yield from drawn.end()


@dataclass(slots=True)
class _Drawing:
    """Records drawn together as they come. ours: luubao wrote the file, which holds nothing that is not to be kept."""

    ours: bool = False
    group: _Group | None = None
    asked: dict[str, Headers] = field(default_factory=dict)

    def add(self, raw: Raw) -> Iterator[Item]:
        """One more record; what is whole with it comes out."""
        if raw.kind == "warcinfo":
            self.ours = is_ours(raw)
        elif raw.kind in ("request", "metadata"):
            self.asked = _add(self.group, raw, self.asked)
        elif described := described_by(raw):
            yield described
        elif raw.kind in ("response", "revisit", "resource"):
            yield from self.end()
            item = item_of(raw, self.ours, self.asked)
            self.asked = {}
            if isinstance(item, Skipped):
                yield item
            elif item:
                self.group = _Group(item, raw.headers.get("warc-record-id", ""))

    def end(self) -> Iterator[Item]:
        """The exchange that has come last."""
        if self.group:
            yield _whole(self.group)
        self.group = None


def is_ours(raw: Raw) -> bool:
    """Whether a file's first record says that luubao wrote it."""
    return b"software: luubao/" in raw.body


def described_by(raw: Raw) -> Described | None:
    """The outlet that a record describes, if it does."""
    if raw.headers.get("warc-target-uri", "").startswith(_OUTLET):
        with suppress(ValueError):
            return Described(json.loads(raw.body))
    return None


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
        lines = raw.body.decode("utf-8", "replace").splitlines()
        group.via += [line[5:].strip() for line in lines if line.lower().startswith("via: ")]
    return asked


def _whole(group: _Group) -> Page | Image:
    if isinstance(group.item, Page) and group.via:
        return replace(group.item, capture=replace(group.item.capture, via=tuple(group.via)))
    return group.item


def item_of(raw: Raw, ours: bool, asked: Mapping[str, Headers]) -> Page | Image | Skipped | None:
    """What a response or revisit is; None for what no archive of a newspaper keeps: scripts, styles, films. ours:
    luubao wrote the file; asked: the headers of requests that may be its own."""
    url, at = raw.headers.get("warc-target-uri", ""), _moment(raw.headers.get("warc-date", ""))
    if not url.startswith(("http://", "https://")) or (raw.status is None and raw.kind != "resource"):
        return None
    if at is None:
        return Skipped(f"{url} has no time", f"byte {raw.offset}")
    if truncated := raw.headers.get("warc-truncated"):
        return Skipped(f"{url} was cut off when it was recorded ({truncated})", f"byte {raw.offset}")
    status = raw.status or 200
    headers = _restored(raw.http) or _typed(raw)
    media_type = next((value.lower() for name, value in headers if name.lower() == "content-type"), "")
    body = raw.body if raw.kind != "revisit" else b""
    refers = _refers(raw) if raw.kind == "revisit" and status != 304 else None
    if raw.headers.get("warc-resource-type") == "image" or media_type.startswith("image/"):
        return Image(url, at, status, headers, body or None, refers.digest if refers else None)
    if not ours and status < 300 and media_type and not media_type.startswith(_DOCUMENTS):
        return None
    unopened = next((v for n, v in raw.http if n.lower() == "content-encoding" and v.lower() in ("br", "zstd")), "")
    if unopened and body and not body.lstrip().startswith(b"<"):
        return Skipped(f"{url} is compressed with {unopened}, which cannot be opened", f"byte {raw.offset}")
    capture = Capture(
        url, leads_to(url, status, headers), at, status, headers, body or None, charset(headers),
        next(iter(asked.values()), ()),
    )  # fmt: skip
    return Page(capture, raw.headers.get("warc-record-id"), refers)


def _refers(raw: Raw) -> Refers:
    return Refers(
        raw.headers.get("warc-refers-to-target-uri") or raw.headers.get("warc-target-uri"),
        _moment(raw.headers.get("warc-refers-to-date", "")),
        raw.headers.get("warc-payload-digest"),
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


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
