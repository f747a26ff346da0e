"""Checks owner and permissions of settings files and spider folders, for settings name folders whose code is run.

As git (safe.directory) and ssh do: a file is trusted where it and its folder belong to the user who runs luubao or to
root, and no other user can write there.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from archive.model.errors import Misconfigured


def check_found(file: Path) -> None:
    """Checks a settings file that was found at a default path. Raises Misconfigured."""
    why = _distrust_reason(file) or _distrust_reason(file.resolve().parent)
    if why:
        raise Misconfigured(f"{why}. {file} is not read for that; name it with --config if you trust it")


def check_writers(file: Path) -> None:
    """Checks a settings file that the user named: it may belong to anybody, but others must not be able to write it.
    Raises Misconfigured."""
    if file.is_file() and _writable_by_others(file.stat()):
        raise Misconfigured(f"{file} can be written by others, and so is not read. `chmod go-w {file}` mends that")


def check_code(folder: Path) -> None:
    """Checks a folder whose code is run, with everything in it, packages and compiled files too. Raises
    Misconfigured."""
    for place in (folder, *sorted(folder.rglob("*"))):
        if place.exists() and (why := _distrust_reason(place, sticky=False)):  # a symbolic link may be broken
            raise Misconfigured(f"{why}. No code is run from there; `chown` and `chmod go-w` mend that")


def _distrust_reason(place: Path, *, sticky: bool = True) -> str | None:
    """Why a file or folder (or a link's target) is not trusted; None where it is. sticky: a sticky bit is enough."""
    status = place.stat()
    if hasattr(os, "geteuid") and status.st_uid not in _trusted_uids():
        return f"{place} belongs to another user"
    return f"{place} can be written by others" if _writable_by_others(status, sticky=sticky) else None


def _trusted_uids() -> set[int]:
    """The trusted user ids: root, the user who runs luubao, and the user behind sudo."""
    sudo_uid = os.environ.get("SUDO_UID", "")
    return {0, os.geteuid(), *([int(sudo_uid)] if sudo_uid.isdecimal() else [])}


def _writable_by_others(status: os.stat_result, *, sticky: bool = True) -> bool:
    """Whether other users can write. In a sticky folder such as /tmp others can add files, but not change ours: enough
    for a file we name, not for a folder whose files are all run. A user's own group, which many systems have, does not
    count as others."""
    if not hasattr(os, "geteuid"):
        return False
    if sticky and stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX:
        return False
    group_writes = bool(status.st_mode & stat.S_IWGRP) and status.st_gid not in (0, os.getegid())
    return group_writes or bool(status.st_mode & stat.S_IWOTH)
