"""Whose files are taken at their word: settings say where archives lie and name folders whose code is run.

As git (safe.directory) and ssh do: a file counts where it, and the folder it lies in, belong to who runs luubao or to
root, and nobody else can write there.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from archive.model.errors import Misconfigured


def check_found(file: Path) -> None:
    """Settings that were found, and not named by anybody. Raises Misconfigured."""
    why = _foreign(file) or _foreign(file.resolve().parent)
    if why:
        raise Misconfigured(f"{why}. {file} is not read for that; name it with --config if you trust it")


def check_writers(file: Path) -> None:
    """Settings that were named: whose they are is their namer's business, who can change them is ours. Raises
    Misconfigured."""
    if file.is_file() and _others_write(file.stat()):
        raise Misconfigured(f"{file} can be written by others, and so is not read. `chmod go-w {file}` mends that")


def check_code(folder: Path) -> None:
    """A folder whose code is run, with all that is in it: packages and compiled files count too. Raises
    Misconfigured."""
    for place in (folder, *sorted(folder.rglob("*"))):
        if place.exists() and (why := _foreign(place, sticky=False)):  # a link may lead nowhere
            raise Misconfigured(f"{why}. No code is run from there; `chown` and `chmod go-w` mend that")


def _foreign(place: Path, *, sticky: bool = True) -> str | None:
    """Why a file or folder, or what it links to, is not ours alone. sticky: whether a folder's sticky bit is enough."""
    found = place.stat()
    if hasattr(os, "geteuid") and found.st_uid not in _ours():
        return f"{place} belongs to another user"
    return f"{place} can be written by others" if _others_write(found, sticky=sticky) else None


def _ours() -> set[int]:
    """Root, who runs luubao, and who asked sudo to."""
    behind = os.environ.get("SUDO_UID", "")
    return {0, os.geteuid(), *([int(behind)] if behind.isdecimal() else [])}


def _others_write(found: os.stat_result, *, sticky: bool = True) -> bool:
    """In a sticky folder such as /tmp others can put files, but not change ours: enough for a file we name, and not for
    a folder of which everything is run. A group of one's own, which many systems give
    each user, is nobody else."""
    if not hasattr(os, "geteuid"):
        return False
    if sticky and stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX:
        return False
    group_writes = bool(found.st_mode & stat.S_IWGRP) and found.st_gid not in (0, os.getegid())
    return group_writes or bool(found.st_mode & stat.S_IWOTH)
