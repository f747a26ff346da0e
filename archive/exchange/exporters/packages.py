"""Exports WARC files in one package: WACZ 1.1.1 for a browser, and a BagIt bag (RFC 8493) for a library.

WACZ (https://specs.webrecorder.net/wacz/1.1.1/) is one ZIP file with a CDXJ index, a list of pages and digests, which a
browser can replay from any web server. The index is sorted by SURT keys: those of the library `surt`, with which pywb
and the Wayback Machine look captures up; a test compares the two.

A bag holds the data set of all versions and its card too. BagIt and not OCFL: an archive deposits a bag once, whole,
and the library checks it on arrival. OCFL is the layout of a repository that keeps versions of objects over years,
which is the library's own matter.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import string
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from archive.exchange.exporters.tables import card, write_jsonl
from archive.exchange.exporters.warc_files import Exported, PlacedRecord, export_warc
from archive.model.digests import digest_of, digest_of_file
from archive.model.urls import as_uri
from archive.model.validation import is_address
from archive.queries.tabular import Selection, rows, summary
from archive.storage.captures.capture_stream import Scope, SortedLines, as_of
from archive.storage.connection import Database
from archive.storage.integrity.seals import newest_seal

_SAFE = string.punctuation.replace("#", "").replace("%", "")
_WWW = re.compile(r"www\d*\.")
_ASP_SESSION = re.compile(r"\((?:[a-z]\([0-9a-z]{24}\))++\)|\([0-9a-z]{24}\)")
_SESSIONS = [
    re.compile(rf"{session}(?=&|$)")
    for session in (
        "jsessionid=[0-9a-z]{32}", "phpsessid=[0-9a-z]{32}", "sid=[0-9a-z]{32}", "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
]  # fmt: skip
_PORTS = {"http": 80, "https": 443}


def surt(url: str) -> str:
    """The SURT key of an absolute URL: `com,example)/path?a=1`."""
    parts = urlsplit(url)
    host = _WWW.sub("", _host(parts.hostname or ""), count=1) if parts.hostname else ""
    port = f":{parts.port}" if parts.port and parts.port != _PORTS.get(parts.scheme) else ""
    query = _query(parts.query)
    return f"{','.join(reversed(host.split('.')))}{port}){_path(parts.path)}{query and '?'}{query}"


def _host(host: str) -> str:
    with suppress(UnicodeError):  # an invalid host name stays as it is
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    return host.replace("..", ".").strip(".").lower()


def _path(path: str) -> str:
    segments: list[str] = []
    for segment in _unquoted(path).decode("latin-1").split("/")[1:]:
        if segment == "..":
            segments = segments[:-1] or ([] if segments else [".."])
        elif segment != ".":
            segments.append(segment)
    *folders, name = segments or [""]
    normalized = "/" + "".join(f"{folder}/" for folder in folders if folder) + name
    return _without_session(_quoted(normalized.encode("latin-1")).lower()).removesuffix("/") or "/"


def _without_session(path: str) -> str:
    """Removes the last path segment that is the session id of an ASP.NET site."""
    segments = path.split("/")
    for index in range(len(segments) - 2, 0, -1):
        if _ASP_SESSION.fullmatch(segments[index]) and ".aspx" in "/".join(segments[index + 1 :])[1:]:
            return "/".join(segments[:index] + segments[index + 1 :])
    return path


def _query(query: str) -> str:
    lowered = _quoted(_unquoted(query)).lower()
    for session in _SESSIONS:
        for match in [*session.finditer(lowered)][-1:]:
            lowered = lowered[: match.start()] + lowered[match.end() :].removeprefix("&")
    return "&".join("=".join(pair) for pair in sorted(tuple(pair.split("=", 1)) for pair in lowered.split("&")))


def _unquoted(text: str) -> bytes:
    """Percent-decodes until no escape is left, escaped escapes included."""
    data = text.encode("utf-8", "surrogatepass")
    while (decoded := unquote_to_bytes(data)) != data:
        data = decoded
    return data


def _quoted(text: bytes) -> str:
    return quote_from_bytes(text, safe=_SAFE)


_CHUNK = 1024 * 1024


def export_wacz(
    db: Database, target: Path, scope: Scope, *, pictures: Path | None, title: str,
    step: Callable[[], None] = lambda: None,
) -> Exported:  # fmt: skip
    """Writes one WACZ file with the captures of a scope; its pages are the articles.

    Meanwhile the WARC files take room beside it.
    """
    index = SortedLines(db)
    with TemporaryDirectory(dir=target.parent) as folder:
        exported = export_warc(
            db, Path(folder), scope, pictures=pictures, step=step,
            placed=lambda record: index.add(line) if (line := _cdxj_line(record)) else None,
        )  # fmt: skip
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as bundle:
            resources = [_add_file(bundle, f"archive/{file.name}", file) for file in exported.files]
            resources.append(_add(bundle, "indexes/index.cdx.gz", gzip.compress("".join(index).encode(), mtime=0)))
            resources.append(_add(bundle, "pages/pages.jsonl", _pages(db, scope).encode()))
            package = _datapackage(title, resources, as_of(db))
            _add(bundle, "datapackage.json", package)
            digest = {"path": "datapackage.json", "hash": digest_of(package)}
            _add(bundle, "datapackage-digest.json", json.dumps(digest, indent=2).encode())
    exported.files = [target]
    return exported


def _cdxj_line(placed: PlacedRecord) -> str | None:
    """A line of the CDXJ index: SURT key, time, and where the record is."""
    record = placed.record
    if record.kind not in ("response", "revisit"):
        return None
    facts = {
        "url": record.url,
        "mime": "warc/revisit" if record.kind == "revisit" else record.media_type,
        **({} if record.status is None else {"status": str(record.status)}),
        "digest": record.digest,
        "length": str(placed.length),
        "offset": str(placed.offset),
        "filename": placed.file,
    }
    stamp = "".join(digit for digit in record.at if digit.isdigit())
    return f"{surt(record.url)} {stamp} {json.dumps(facts, ensure_ascii=False)}\n"


def _pages(db: Database, scope: Scope) -> str:
    lines = [json.dumps({"format": "json-pages-1.0", "id": "pages", "title": "Articles"})]
    for row in rows(db, Selection(outlet=scope.outlet, history=True)):
        if is_address(row["url"]) and scope.since <= row["first_seen_at"] < scope.until:
            page = {"id": str(row["version_id"]), "url": as_uri(row["url"]), "ts": row["first_seen_at"]}
            lines.append(json.dumps({**page, "title": row["headline"]}, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def _add(bundle: zipfile.ZipFile, name: str, data: bytes) -> dict[str, object]:
    bundle.writestr(zipfile.ZipInfo(name), data)
    return _resource(name, digest_of(data), len(data))


def _add_file(bundle: zipfile.ZipFile, name: str, file: Path) -> dict[str, object]:
    with file.open("rb") as stream, bundle.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
        shutil.copyfileobj(stream, member, _CHUNK)
    return _resource(name, digest_of_file(file), file.stat().st_size)


def _resource(name: str, digest: str, size: int) -> dict[str, object]:
    return {"name": name.rpartition("/")[2].lower(), "path": name, "hash": digest, "bytes": size}


def _datapackage(title: str, resources: Iterable[dict[str, object]], created: str) -> bytes:
    package = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "title": title,
        "created": created,
        "software": f"luubao {version('luubao')}",
        "resources": list(resources),
    }
    return json.dumps(package, ensure_ascii=False, indent=2).encode()


_DATA = "versions.jsonl"


def export_bag(
    db: Database, folder: Path, scope: Scope, *, pictures: Path | None, title: str, organisation: str = "",
    step: Callable[[], None] = lambda: None,
) -> Exported:  # fmt: skip
    """Writes a bag into an empty or new folder."""
    data = folder / "data"
    data.mkdir(parents=True)
    exported = export_warc(db, data / "warc", scope, pictures=pictures, step=step)
    choice = Selection(outlet=scope.outlet, history=True)
    write_jsonl(rows(db, choice), data / _DATA)
    (data / "README.md").write_text(card(title, _DATA, choice, summary(db, choice)), "utf-8")
    _write_tags(folder, data, title, organisation, newest_seal(db), as_of(db)[:10])
    return exported


def _write_tags(folder: Path, data: Path, title: str, organisation: str, seal: str | None, day: str) -> None:
    files = sorted(file for file in data.rglob("*") if file.is_file())
    sizes = sum(file.stat().st_size for file in files)
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "utf-8")
    facts = {
        "Source-Organization": organisation,
        "External-Description": f"{title}: captures (WARC 1.1) and all versions of its articles (JSON Lines)",
        "External-Identifier": seal or "",
        "Bagging-Date": day,
        "Payload-Oxum": f"{sizes}.{len(files)}",
        "Bag-Software-Agent": f"luubao {version('luubao')}",
    }
    lines = "".join(f"{name}: {' '.join(value.split())}\n" for name, value in facts.items() if value)
    (folder / "bag-info.txt").write_text(lines, "utf-8")
    _write_manifest(folder, "manifest-sha256.txt", files)
    _write_manifest(folder, "tagmanifest-sha256.txt", sorted(file for file in folder.iterdir() if file.is_file()))


def _write_manifest(folder: Path, name: str, files: list[Path]) -> None:
    escapes = str.maketrans({"%": "%25", "\n": "%0A", "\r": "%0D"})
    places = ((file, file.relative_to(folder).as_posix().translate(escapes)) for file in files)
    lines = (f"{digest_of_file(file).removeprefix('sha256:')}  {place}\n" for file, place in places)
    (folder / name).write_text("".join(lines), "utf-8")
