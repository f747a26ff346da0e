"""Where what belongs to an archive lies."""

from __future__ import annotations

from pathlib import Path


def folder_beside(archive: Path) -> Path:
    """Where an archive's pictures lie if nothing else is said. Links to the archive share it."""
    file_itself = archive.resolve()
    return file_itself.with_name(f"{file_itself.name}.pictures")
