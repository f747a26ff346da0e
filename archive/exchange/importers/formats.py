"""Detects the format of an import file and picks its reader."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.exchange.importers.import_items import Item, Skipped
from archive.exchange.importers.mirrors import is_archive, is_page, read_mirror, read_page
from archive.exchange.importers.warc_captures import read_wacz, read_warc
from archive.model.errors import LuubaoError
from archive.model.unpack_budget import UNPACK_RATIO


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
    if name.endswith(".wacz"):
        return read_wacz(path, defaults.unpack_ratio)
    if is_archive(path) or _looks_like_warc(path):
        return read_warc(path, defaults.unpack_ratio)
    if is_page(path):
        return iter([read_page(path, defaults.url, defaults.at)])
    raise LuubaoError(f"{path} is neither a WARC, ARC or WACZ file nor a saved page, by its name and its first bytes")


def _looks_like_warc(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(9).startswith((b"WARC/", b"filedesc:"))
