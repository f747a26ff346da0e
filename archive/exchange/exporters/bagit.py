"""Exports a BagIt bag (RFC 8493) for a library: WARC files, the data set of all versions and its card.

BagIt and not OCFL: an archive deposits a bag once, whole, and the library checks it on arrival. OCFL is the layout of a
repository that keeps versions of objects over years, which is the library's own matter.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from archive.exchange.exporters.tables import card, write_jsonl
from archive.exchange.exporters.warc_files import Exported, export_warc
from archive.model.digests import digest_of_file
from archive.queries.tabular import Selection, rows, summary
from archive.storage.captures.capture_stream import Scope, as_of
from archive.storage.connection import Database
from archive.storage.integrity.seals import newest_seal

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
    places = ((file, _escaped(file.relative_to(folder).as_posix())) for file in files)
    lines = (f"{digest_of_file(file).removeprefix('sha256:')}  {place}\n" for file, place in places)
    (folder / name).write_text("".join(lines), "utf-8")


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")
