"""Excluded URLs: addresses that an outlet's `never` keeps the crawler from requesting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit


def matcher(never: Iterable[str]) -> Callable[[str], bool]:
    """Returns a function that says whether an address is excluded. never: whole addresses, or paths with their query,
    in which a * stands for any letters and everything else for itself."""
    patterns = list(never)
    if not patterns:
        return lambda _: False
    whole, paths = (
        _compiled(pattern for pattern in patterns if ("://" in pattern) == is_whole) for is_whole in (True, False)
    )
    return lambda url: bool(whole.fullmatch(url) or paths.fullmatch(_path_and_query(url)))


def _compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    expressions = [".*".join(map(re.escape, re.split(r"\*+", pattern))) for pattern in patterns]
    return re.compile("|".join(expressions) if expressions else r"(?!)", re.DOTALL)


def _path_and_query(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
