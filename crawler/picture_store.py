"""Where pictures are stored: a folder, or any store Scrapy supports (S3, Google Cloud Storage, FTP).

Scrapy's own folder store writes a file in place, so that a crash leaves half a file under a whole file's name. Ours
writes beside it and renames; the other stores put a file whole or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from scrapy.pipelines.files import FilesPipeline, FSFilesStore, StatInfo
from scrapy.pipelines.media import MediaPipeline
from scrapy.settings import BaseSettings

from archive.paths import folder_beside


class Folder(FSFilesStore):
    """A folder. What it was told to keep is on the disk, whole, when `persist_file` returns; a file that is there is
    not written again, for its name is the digest of its bytes."""

    def persist_file(
        self,
        path: str | os.PathLike[str],
        buf: BytesIO,
        info: MediaPipeline.SpiderInfo,
        meta: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Raises OSError when it cannot be written."""
        place = self._get_filesystem_path(path)
        data = buf.getvalue()
        if place.is_file() and place.stat().st_size == len(data):
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(place, data)

    def stat_file(self, path: str | os.PathLike[str], info: MediaPipeline.SpiderInfo) -> StatInfo:
        """Empty when it is not there. Scrapy's reads the whole file for its MD5, which nobody asks for here."""
        try:
            return {"last_modified": self._get_filesystem_path(path).stat().st_mtime}
        except OSError:
            return {}


def _write_whole(place: Path, data: bytes) -> None:
    with NamedTemporaryFile(dir=place.parent, prefix=".", suffix=".part", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
            Path(file.name).rename(place)
        except BaseException:  # undone, whatever it was, and raised again
            Path(file.name).unlink(missing_ok=True)
            raise
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name is on the disk as well as the bytes
    finally:
        os.close(folder)


STORES: Mapping[str, Any] = FilesPipeline.STORE_SCHEMES | {"": Folder, "file": Folder}


def store_of(settings: BaseSettings) -> str | None:
    """Where this crawl's pictures go: a folder beside the archive if nothing is said; None when that is nowhere."""
    if not settings.getbool("LUUBAO_FETCH_PICTURES"):
        return None
    return settings["LUUBAO_PICTURES"] or str(folder_beside(Path(settings["LUUBAO_DB"])))
