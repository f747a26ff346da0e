"""Default location of an archive's pictures."""

from __future__ import annotations

from pathlib import Path


def folder_beside(archive: Path) -> Path:
    """The folder of an archive's pictures unless another one is given. Links to the archive share it."""
    archive_file = archive.resolve()
    return archive_file.with_name(f"{archive_file.name}.pictures")
