"""Addresses that a person says are never to be asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit


def matcher(never: Iterable[str]) -> Callable[[str], bool]:
    """Whether an address is among them. never: whole addresses, or paths with what follows a question mark, in which a
    * stands for any letters and everything else for itself."""
    patterns = list(never)
    if not patterns:
        return lambda _: False
    whole, paths = (_any_of(one for one in patterns if ("://" in one) == kind) for kind in (True, False))
    return lambda url: bool(whole.fullmatch(url) or paths.fullmatch(_path(url)))


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    written = [".*".join(map(re.escape, re.split(r"\*+", one))) for one in patterns]
    return re.compile("|".join(written) if written else r"(?!)", re.DOTALL)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
