"""Mirrors made by HTTrack or wget, and single saved pages: where they are from and from when, as far as they say so.

HTTrack and the browsers write a comment into the page: `<!-- Mirrored from HOST/PATH by HTTrack Website Copier/3.x
[...], DAY -->` and `<!-- saved from url=(0026)https://... -->`; SingleFile writes `url:` and `saved date:`. wget writes
nothing; its folders are host and path, and the file's time is the page's Last-Modified, or that of the download.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from archive.imports.items import LARGEST, Item, Page, Skipped
from archive.records import Capture
from archive.urls import absolute

_HEAD = 16_384
_PAGES = (".html", ".htm", ".xhtml", ".shtml", ".php", ".aspx", ".asp", ".jsp", "")
_HTTRACK = re.compile(r"<!-- Mirrored from (?P<url>\S{1,2100}) by HTTrack[^>]{0,100}?\], (?P<at>[^>]{1,60}?) -->")
_BROWSER = re.compile(r"<!-- saved from url=\(\d+\)(?P<url>\S+) -->")
_SINGLE = re.compile(r"Page saved with SingleFile\s+url: (?P<url>\S+)\s+saved date: (?P<at>[^\n]+)")
_ZONE = re.compile(r"\s*\(.*\)\s*$")


def read_mirror(folder: Path, url: str | None, at: datetime | None) -> Iterator[Item]:
    """Every page in a mirror's folder. url: where the folder's top stood, where its pages do not say so and its name is
    no host; at: when, where neither they nor their files say so."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "hts-")))
        for name in sorted(names):
            file = Path(place) / name
            if file.suffix.lower() in _PAGES and not name.startswith((".", "hts-")):
                yield _page(file, _implied(folder, file, url), at)


def read_page(file: Path, url: str | None, at: datetime | None) -> Iterator[Item]:
    """One saved page."""
    yield _page(file, url, at)


def _page(file: Path, url: str | None, at: datetime | None) -> Item:
    try:
        if file.stat().st_size > LARGEST:
            return Skipped(f"more than {LARGEST:,} bytes", str(file))
        body = file.read_bytes()
    except OSError as error:
        return Skipped(f"it cannot be read: {error.strerror}", str(file))
    if b"<" not in body[:_HEAD]:
        return Skipped("it is no page", str(file))
    said_url, said_at = _said(body[:_HEAD].decode("utf-8", "replace"))
    address = absolute(said_url or url or "", "") if said_url or url else None
    if address is None:
        return Skipped("it does not say its address. Give it with --url", str(file))
    moment = said_at or at or datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
    headers = (("Content-Type", "text/html"),)
    return Page(Capture(address, address, moment.astimezone(UTC).replace(microsecond=0), 200, headers, body), str(file))


def _said(head: str) -> tuple[str | None, datetime | None]:
    """Address and time, as whoever saved the page wrote them into it."""
    for shape in (_HTTRACK, _SINGLE, _BROWSER):
        if found := shape.search(head):
            url = found["url"] if "://" in found["url"] else f"http://{found['url']}"
            return url, _moment(found.groupdict().get("at"))
    return None, None


def _moment(text: str | None) -> datetime | None:
    """A time as `Mon, 18 May 2026 06:30:00 GMT` or `Mon May 18 2026 13:30:00 GMT+0700 (Indochina Time)`."""
    if not text:
        return None
    plain = _ZONE.sub("", text.strip()[:100])
    try:
        moment = datetime.strptime(plain, "%a %b %d %Y %H:%M:%S GMT%z")
    except ValueError:
        try:
            moment = parsedate_to_datetime(plain)
        except ValueError:
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _implied(folder: Path, file: Path, url: str | None) -> str | None:
    """The address a file's place in the mirror stands for. wget writes a query after `?` or `@`, and adds .html."""
    parts = file.relative_to(folder).parts
    if url is None:
        if folder.name.count(".") >= 1 and not _is_host(parts[0], parts):
            parts = (folder.name, *parts)
        if not _is_host(parts[0], parts):
            return None
        base, parts = f"http://{parts[0]}/", parts[1:]
    else:
        base = url if url.endswith("/") else url + "/"
        if _is_host(parts[0], parts) and parts[0].removeprefix("www.") == (urlsplit(url).hostname or "").removeprefix(
            "www."
        ):
            parts = parts[1:]
    path = "/".join(quote(part, safe="@!$&'()*+,;=~-._%?") for part in parts)
    path = re.sub(r"(?:^|(?<=/))index\.html?$", "", path)
    path = re.sub(r"(\.(?:php|aspx?|jsp))@", r"\1?", path)
    return base + path


def _is_host(name: str, parts: tuple[str, ...]) -> bool:
    return (
        len(parts) > 1
        and re.fullmatch(r"(?:[\w-]+\.)+[a-z]{2,}(?:[:+]\d+)?|\d+(?:\.\d+){3}(?:[:+]\d+)?", name) is not None
    )
