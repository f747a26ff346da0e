"""Which reader a file is for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.errors import LuubaoError
from archive.imports.items import Item, Skipped
from archive.imports.mirror import read_mirror, read_page
from archive.imports.warc import read_wacz, read_warc

_WARCS = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz", ".warc.open", ".arc.open")
_PAGES = (".html", ".htm", ".xhtml", ".mhtml", ".shtml", ".php", ".aspx")


@dataclass(frozen=True, slots=True)
class Said:
    """What whoever imports says of saved pages that do not say it themselves."""

    url: str | None = None
    at: datetime | None = None


NOTHING_SAID = Said()


def read_file(path: Path, said: Said) -> Iterator[Item]:
    """Everything a file or folder brings.

    Raises LuubaoError when it is of no kind that can be read, or not there.
    """
    try:
        return _read(path, said)
    except OSError as error:
        return iter([Skipped(f"it cannot be read: {error.strerror}", str(path))])


def _read(path: Path, said: Said) -> Iterator[Item]:
    if path.is_dir():
        return read_mirror(path, said.url, said.at)
    if not path.exists():
        raise LuubaoError(f"there is no file {path}")
    if not path.is_file():  # a device or a pipe may never end
        return iter([Skipped("it is neither a file nor a folder", str(path))])
    name = path.name.lower()
    if name.endswith(".wacz"):
        return read_wacz(path)
    if name.endswith(_WARCS) or _looks_like_warc(path):
        return read_warc(path)
    if name.endswith(_PAGES):
        return read_page(path, said.url, said.at)
    raise LuubaoError(f"{path} is neither a WARC, ARC or WACZ file nor a saved page, by its name and its first bytes")


def _looks_like_warc(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(9).startswith((b"WARC/", b"filedesc:"))
