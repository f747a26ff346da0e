"""Reads mirrors made by HTTrack or wget, and single saved pages, and finds their address and time.

HTTrack and browsers write a comment into the page: `<!-- Mirrored from HOST/PATH by HTTrack Website Copier/3.x
[...], DAY -->` and `<!-- saved from url=(0026)https://... -->`; SingleFile writes `url:` and `saved date:`. wget writes
nothing; its folders are host and path, and a file's mtime is the page's Last-Modified, or the time of the download.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote

from archive.exchange.importers.import_items import Item, Page, Skipped, is_sidecar
from archive.exchange.importers.warc_captures import read_wacz, read_warc
from archive.model import validation
from archive.model.errors import BadValue, LuubaoError
from archive.model.packing import LARGEST_BODY, UNPACK_RATIO
from archive.model.records import Capture
from archive.model.urls import absolute, host_of, url_key


@dataclass(frozen=True, slots=True)
class PageDefaults:
    """What the user gives for all files: address and time of saved pages that do not state them; how many times its own
    size a file may unpack to."""

    url: str | None = None
    at: datetime | None = None
    unpack_ratio: int = UNPACK_RATIO


NO_DEFAULTS = PageDefaults()


def expand_folder(path: Path) -> list[Path]:
    """Expands a folder to the WARC, ARC and WACZ files in it at any depth, sorted by path, and to the folder itself
    where it has saved pages too, or nothing else. Does not follow links; returns any other path as it is."""
    if not path.is_dir():
        return [path]
    files = [Path(folder, name) for folder, _, names in os.walk(path) for name in names]
    archives = sorted(file for file in files if is_archive(file) and file.is_file() and not file.is_symlink())
    return [*archives, path] if not archives or any(map(is_page, files)) else archives


def read_file(path: Path, defaults: PageDefaults) -> Iterator[Item]:
    """Reads the items of a file or folder.

    Raises LuubaoError when its format is unknown, or it does not exist.
    """
    try:
        return _read(path, defaults)
    except OSError as error:
        return iter([Skipped(f"it cannot be read: {error.strerror}", str(path))])


def _read(path: Path, defaults: PageDefaults) -> Iterator[Item]:
    if path.is_dir():
        return read_mirror(path, defaults.url, defaults.at)
    if not path.exists():
        raise LuubaoError(f"there is no file {path}")
    if not path.is_file():  # a device or a pipe may never end
        return iter([Skipped("it is neither a file nor a folder", str(path))])
    name = path.name.lower()
    if name.endswith((".wacz", ".zip")):  # .zip: as who may upload nothing else names a WACZ
        return read_wacz(path, defaults.unpack_ratio)
    if is_archive(path) or _looks_like_warc(path):
        return read_warc(path, defaults.unpack_ratio)
    if is_page(path):
        return iter([read_page(path, defaults.url, defaults.at)])
    raise LuubaoError(f"{path} is neither a WARC, ARC or WACZ file nor a saved page, by its name and its first bytes")


def _looks_like_warc(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(9).startswith((b"WARC/", b"filedesc:"))


_HEAD = 16_384
WARCS = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz", ".warc.open", ".warc.gz.open", ".arc.open",
         ".arc.gz.open", ".wacz")  # fmt: skip
_PAGES = (".html", ".htm", ".xhtml", ".shtml", ".php", ".aspx", ".asp", ".jsp", "")
_HTTRACK = re.compile(r"<!-- Mirrored from (?P<url>\S{1,2100}) by HTTrack[^>]{0,100}?\], (?P<at>[^>]{1,60}?) -->")
_BROWSER = re.compile(r"<!-- saved from url=\(\d+\)(?P<url>\S+) -->")
_SINGLE = re.compile(r"Page saved with SingleFile\s+url: (?P<url>\S+)\s+saved date: (?P<at>[^\n]+)")
_LATEST_TIME = 4_000_000_000  # seconds since 1970, in 2096
_QUERY = re.compile(r"(?<=\.php|\.asp|\.jsp)@|(?<=\.aspx|\.html)@|@(?=[\w.%\[\]-]{1,40}=)", re.IGNORECASE)
_DYNAMIC = re.compile(r"\.(?:php\d?|aspx?|jspx?|cgi|cfm|do)\.html$", re.IGNORECASE)
_INDEX = re.compile(r"(?:^|(?<=/))index\.html?(?=\?|$)")
_OWN_ADDRESS = re.compile(
    r"""<(?:link|meta)\b(?=[^>]{0,500}(?:canonical|og:url))[^>]{0,500}?(?:href|content)=["']([^"']{1,2100})"""
)
_LINK = re.compile(r"""<a\b[^>]{0,500}?\shref\s{0,9}=\s{0,9}["']?([^"'\s>]{1,2083})""", re.IGNORECASE)
_UNQUOTED = "@!$&'()*+,;=~-._%?"
_ZONE = re.compile(r"\s*\(.*\)\s*$")


def is_archive(file: Path) -> bool:
    """Whether a file is a WARC, ARC or WACZ file, by its name."""
    return file.name.lower().endswith(WARCS) and not is_sidecar(file.name)


def is_page(file: Path) -> bool:
    """Whether a file is a saved page, by its name, which may end in a query."""
    return Path(re.split("[?@]", file.name, maxsplit=1)[0]).suffix.lower() in _PAGES


def read_mirror(folder: Path, url: str | None, moment: datetime | None) -> Iterator[Item]:
    """Reads every page in a mirror's folder. url: the address of the folder's top, for pages that do not state theirs
    and a folder whose name is no host; at: the time, for pages that do not state it. Does not follow links out of the
    folder: what is there is not the newspaper's."""
    unreadable: list[Item] = []
    added = _added_endings(folder, url)

    def unread(error: OSError) -> None:
        unreadable.append(Skipped(f"it cannot be read: {error.strerror}", _printable(Path(error.filename or folder))))

    for parent, folders, names in os.walk(folder, onerror=unread):
        yield from unreadable
        unreadable.clear()
        linked = [name for name in folders if Path(parent, name).is_symlink()]
        yield from (_not_followed(Path(parent, name)) for name in linked)
        folders[:] = sorted(name for name in folders if name not in linked and not name.startswith((".", "hts-")))
        for name in sorted(names):
            file = Path(parent) / name
            if is_page(file) and not name.startswith((".", "hts-")):
                yield _mirrored_page(folder, file, url, moment, added)
            elif not is_archive(file):
                yield Skipped("it is no page", _printable(file), failed=False)
    yield from unreadable


def _mirrored_page(folder: Path, file: Path, url: str | None, moment: datetime | None, added: set[str]) -> Item:
    if file.is_symlink() and not _stays_within(folder, file):
        return _not_followed(file)
    address = _mirror_url(folder, file, url)
    return read_page(file, address.removesuffix(".html") if address in added else address, moment, implied=True)


def _added_endings(folder: Path, url: str | None) -> set[str]:
    """The addresses of files whose .html wget -E added: some page of the mirror links to the address without it, and
    none to the address with it."""
    in_question = {address for _, address in _page_addresses(folder, url) if address.endswith(".html")}
    linked, linked_without = set[str](), set[str]()
    for file, address in _page_addresses(folder, url) if in_question else ():
        links = _links(file, address)
        linked |= links & in_question
        linked_without |= {f"{link}.html" for link in links} & in_question
    return linked_without - linked


def _page_addresses(folder: Path, url: str | None) -> Iterator[tuple[Path, str]]:
    for parent, _, names in os.walk(folder):
        for file in (Path(parent, name) for name in names if is_page(Path(name))):
            if not file.is_symlink() and (address := _mirror_url(folder, file, url)):
                yield file, address


def _links(file: Path, address: str) -> set[str]:
    """The addresses that a page of a mirror links to, quoted as _mirror_url quotes them."""
    try:
        body = _read_bytes(file)[0].decode("utf-8", "replace")
    except OSError:  # reported when it is imported
        return set()
    links = {absolute(address, unescape(link)) for link in _LINK.findall(body)}
    return {quote(unquote(link), safe=":/" + _UNQUOTED) for link in links if link}


def _stays_within(folder: Path, file: Path) -> bool:
    try:
        return file.resolve(strict=True).is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a broken link, or a loop
        return False


def _not_followed(file: Path) -> Skipped:
    return Skipped("a link that leads out of the folder, or nowhere, or to a folder: not followed", _printable(file))


def _printable(file: Path) -> str:
    """A file's name as UTF-8, other bytes escaped."""
    return os.fsencode(file).decode("utf-8", "backslashreplace")


def read_page(file: Path, url: str | None, at: datetime | None, *, implied: bool = False) -> Item:
    """Reads one saved page. implied: `url` comes from the file's place in a mirror."""
    where = _printable(file)
    try:
        body, modified = _read_bytes(file)
    except OSError as error:
        return Skipped(f"it cannot be read: {error.strerror or error}", where)
    if b"<" not in body[:_HEAD]:
        return Skipped("it is no page", where, failed=False)
    try:
        stated_url, stated_at = _stated(body[:_HEAD].decode("utf-8", "replace"))
        address = absolute(stated_url or (_without_added_html(url, body) if implied else url) or "", "")
        if address is None:
            return Skipped("it does not say its address. Give it with --url", where)
        moment = validation.moment(stated_at or at or modified)
        headers = (("Content-Type", "text/html"),)
        return Page(Capture(validation.address(address), address, moment, 200, headers, body), where, where=where)
    except BadValue as error:
        return Skipped(str(error), where)


def _read_bytes(file: Path) -> tuple[bytes, datetime]:
    """The bytes and mtime of a file. Raises OSError, also for anything but a regular file: a device or a pipe may never
    end."""
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as opened:
        status = os.fstat(opened.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is no file")
        body = opened.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        raise OSError(f"more than {LARGEST_BODY:,} bytes")
    return body, datetime.fromtimestamp(min(max(int(status.st_mtime), 0), _LATEST_TIME), UTC)


def _stated(head: str) -> tuple[str | None, datetime | None]:
    """Address and time from the comment that HTTrack, SingleFile or a browser wrote into the page."""
    for pattern in (_HTTRACK, _SINGLE, _BROWSER):
        if match := pattern.search(head):
            url = match["url"] if "://" in match["url"] else f"http://{match['url']}"
            return url, _moment(match.groupdict().get("at"))
    return None, None


def _moment(text: str | None) -> datetime | None:
    """Parses a time such as `Mon, 18 May 2026 06:30:00 GMT` or `Mon May 18 2026 13:30:00 GMT+0700 (Indochina Time)`."""
    if not text:
        return None
    plain = _ZONE.sub("", text.strip()[:100])
    try:
        moment = datetime.strptime(plain, "%a %b %d %Y %H:%M:%S GMT%z")
    except ValueError:
        try:
            moment = parsedate_to_datetime(plain)
        except (ValueError, TypeError, OverflowError):
            raise BadValue(f"{validation.shown(plain)} is no time at which a page was saved") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _mirror_url(folder: Path, file: Path, url: str | None) -> str | None:
    """The address that a file's path in the mirror implies. wget writes a query after `?`, or `@` where the file system
    does not allow that, and with -E adds .html to names without it."""
    parts = file.relative_to(folder).parts
    if url is None:
        if folder.name.count(".") >= 1 and not _is_host(parts[0], parts):
            parts = (folder.name, *parts)
        if not _is_host(parts[0], parts):
            return None
        base, parts = f"http://{parts[0].replace('+', ':')}/", parts[1:]
    else:
        base = url if url.endswith("/") else url + "/"
        if _is_host(parts[0], parts) and parts[0].removeprefix("www.") == host_of(url):
            parts = parts[1:]
    path = "/".join(quote(os.fsencode(part), safe=_UNQUOTED) for part in parts)
    path = path if "?" in path else _QUERY.sub("?", path, count=1)
    if "?" in path or _DYNAMIC.search(path):
        path = path.removesuffix(".html")
    return base + _INDEX.sub("", path)


def _without_added_html(url: str | None, body: bytes) -> str | None:
    """The address without the .html that wget -E added, where the page declares that address as its own."""
    if url is None or not url.endswith(".html"):
        return url
    without = url.removesuffix(".html")
    declared = (absolute(url, link) for link in _OWN_ADDRESS.findall(body[:_HEAD].decode("utf-8", "replace")))
    return without if any(own and url_key(own) == url_key(without) for own in declared) else url


def _is_host(name: str, parts: tuple[str, ...]) -> bool:
    return (
        len(parts) > 1
        and re.fullmatch(r"(?:[\w-]+\.)+[a-z]{2,}(?:[:+]\d+)?|\d+(?:\.\d+){3}(?:[:+]\d+)?", name) is not None
    )
