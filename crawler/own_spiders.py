"""Spiders of one's own, in a folder outside luubao (`spiders` in luubao.toml)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from archive.errors import Misconfigured
from crawler.trust import check_code

PACKAGE = "luubao_spiders"
"""The package that the folder becomes."""

_asked: list[Callable[[], str | None]] = []


def look_in(folder: Callable[[], str | None]) -> None:
    """Says where they are; `folder` is called when spiders are looked for, and gives None where there are none."""
    _asked[:] = [folder]


def folder() -> str | None:
    """Where they are. Raises Misconfigured for a folder that is not there, or that is not ours alone."""
    place = _asked[0]() if _asked else None
    if place is not None and not Path(place).is_dir():
        raise Misconfigured(f"spiders are to be in {place}, and there is no such folder. See `spiders` in luubao.toml")
    if place is not None:
        check_code(Path(place))
    return place


def packages() -> list[str]:
    """The package, ready for import; none where there is no folder."""
    place = folder()
    if place is None:
        return []
    if PACKAGE not in sys.modules:
        sys.modules[PACKAGE] = ModuleType(PACKAGE, "Spiders of one's own.")
    sys.modules[PACKAGE].__path__ = [place]
    return [PACKAGE]
