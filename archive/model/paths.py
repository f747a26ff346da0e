"""Where an archive and its pictures really lie."""

from __future__ import annotations

import os
from pathlib import Path


def real_path(path: Path) -> Path:
    """The path with links followed. Links in a circle stay, and opening them fails (Path.resolve raises a RuntimeError,
    or not, by the version of Python)."""
    return Path(os.path.realpath(path))


def folder_beside(archive: Path) -> Path:
    """The folder of an archive's pictures unless another one is given. Links to the archive share it."""
    archive_file = real_path(archive)
    return archive_file.with_name(f"{archive_file.name}.pictures")
