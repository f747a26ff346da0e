"""Where files lie: on this machine's disks, or wherever pyarrow reaches: S3 and what speaks like it, HDFS, GCS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.model.errors import LuubaoError, Misconfigured


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder. name: what it was called; system, path: a file system of pyarrow's, and the path in it."""

    name: str
    system: Any
    path: str

    def __str__(self) -> str:
        return self.name

    def inside(self, name: str) -> Place:
        """A file in this folder."""
        return Place(f"{self.name.rstrip('/')}/{name}", self.system, f"{self.path.rstrip('/')}/{name}")


def place(name: str) -> Place:
    """What a path or an address (`s3://bucket/folder?endpoint_override=host:9000`) leads to.

    Raises LuubaoError for an address that leads nowhere.
    """
    fs = _fs()
    if "://" not in name:
        return Place(name, fs.LocalFileSystem(), str(Path(name).absolute()))
    try:
        system, path = fs.FileSystem.from_uri(name)
    except (ValueError, OSError) as error:
        raise LuubaoError(f"{name} leads nowhere: {error}. Give a path, or an address as s3://bucket/folder") from error
    return Place(name.partition("?")[0], system, path)


def is_there(file: Place) -> bool:
    """Whether there is such a file."""
    return bool(file.system.get_file_info(file.path).is_file)


def size(file: Place) -> int:
    """Of a file, in bytes.

    Raises LuubaoError when there is none.
    """
    info = file.system.get_file_info(file.path)
    if not info.is_file:
        raise LuubaoError(f"there is no file {file}")
    return int(info.size)


def files_in(folder: Place, ending: str | tuple[str, ...]) -> list[Place]:
    """The files of a folder whose names end so, in order of name; the file itself where it is none. Names that begin
    with an underscore or a dot are passed over: they are unfinished, or none of whoever looks."""
    info = folder.system.get_file_info(folder.path)
    if info.is_file:
        return [folder]
    entries = folder.system.get_file_info(file_selector(folder))
    names = sorted(entry.base_name for entry in entries if entry.is_file)
    return [folder.inside(name) for name in names if name.endswith(ending) and not name.startswith(("_", "."))]


def file_selector(folder: Place) -> Any:
    """What asks a file system for the files and folders in a folder; there are none where there is no folder."""
    return _fs().FileSelector(folder.path, allow_not_found=True)


def _fs() -> Any:
    try:
        import pyarrow.fs
    except ImportError as error:
        raise Misconfigured("This needs pyarrow. Install it with `pip install 'luubao[parquet]'`") from error
    return pyarrow.fs
