"""File systems through pyarrow: local disks, S3 and compatible stores, HDFS, GCS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.model.errors import LuubaoError, Misconfigured


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder. name: as the user gave it; system, path: a pyarrow file system, and the path in it."""

    name: str
    system: Any
    path: str

    def __str__(self) -> str:
        return self.name

    def inside(self, name: str) -> Place:
        """A file in this folder."""
        return Place(f"{self.name.rstrip('/')}/{name}", self.system, f"{self.path.rstrip('/')}/{name}")


def place(name: str) -> Place:
    """Resolves a path or an address (`s3://bucket/folder?endpoint_override=host:9000`).

    Raises LuubaoError for an invalid address.
    """
    fs = _pyarrow_fs()
    if "://" not in name:
        return Place(name, fs.LocalFileSystem(), str(Path(name).absolute()))
    try:
        system, path = fs.FileSystem.from_uri(name)
    except (ValueError, OSError) as error:
        raise LuubaoError(f"{name} leads nowhere: {error}. Give a path, or an address as s3://bucket/folder") from error
    return Place(name.partition("?")[0], system, path)


def is_there(file: Place) -> bool:
    """Whether the file exists."""
    return bool(file.system.get_file_info(file.path).is_file)


def size(file: Place) -> int:
    """The size of a file in bytes.

    Raises LuubaoError when it does not exist.
    """
    info = file.system.get_file_info(file.path)
    if not info.is_file:
        raise LuubaoError(f"there is no file {file}")
    return int(info.size)


def files_in(folder: Place, ending: str | tuple[str, ...]) -> list[Place]:
    """The files in a folder whose names have this ending, sorted by name; the file itself where `folder` is a file.
    Skips names that begin with an underscore or a dot: unfinished or foreign files."""
    info = folder.system.get_file_info(folder.path)
    if info.is_file:
        return [folder]
    entries = folder.system.get_file_info(file_selector(folder))
    names = sorted(entry.base_name for entry in entries if entry.is_file)
    return [folder.inside(name) for name in names if name.endswith(ending) and not name.startswith(("_", "."))]


def file_selector(folder: Place) -> Any:
    """A pyarrow selector of a folder's entries; selects none where the folder does not exist."""
    return _pyarrow_fs().FileSelector(folder.path, allow_not_found=True)


def _pyarrow_fs() -> Any:
    try:
        import pyarrow.fs
    except ImportError as error:
        raise Misconfigured("This needs pyarrow. Install it with `pip install 'luubao[parquet]'`") from error
    return pyarrow.fs
