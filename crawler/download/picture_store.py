"""Where pictures are stored: a folder, or any store Scrapy supports (S3, Google Cloud Storage, FTP).

Scrapy's own folder store writes a file in place, so that a crash leaves half a file under a whole file's name. Ours
writes a temporary file beside it and renames; the other stores put a file whole or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from scrapy.pipelines.files import FilesPipeline, FSFilesStore, StatInfo
from scrapy.pipelines.media import MediaPipeline
from scrapy.settings import BaseSettings

from archive.model.paths import folder_beside
from archive.storage.pictures.picture_folder import put_file


class Folder(FSFilesStore):
    """A folder. The file is on the disk, whole, when `persist_file` returns; a file that exists is not written again,
    for its name is the digest of its bytes (deduplication)."""

    def persist_file(
        self,
        path: str | os.PathLike[str],
        buf: BytesIO,
        info: MediaPipeline.SpiderInfo,
        meta: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Writes the file. Raises Unwritable when it cannot be written."""
        put_file(Path(self.basedir), os.fspath(path), buf.getvalue())

    def stat_file(self, path: str | os.PathLike[str], info: MediaPipeline.SpiderInfo) -> StatInfo:
        """The file's time; empty when it is missing. Scrapy's own reads the whole file too, for an unused MD5."""
        try:
            return {"last_modified": self._get_filesystem_path(path).stat().st_mtime}
        except OSError:
            return {}


STORES: Mapping[str, Any] = FilesPipeline.STORE_SCHEMES | {"": Folder, "file": Folder}


def store_of(settings: BaseSettings) -> str | None:
    """Where this crawl stores pictures, by default a folder beside the archive; None where it fetches none."""
    if not settings.getbool("LUUBAO_FETCH_PICTURES"):
        return None
    return settings["LUUBAO_PICTURES"] or str(folder_beside(Path(settings["LUUBAO_DB"])))
