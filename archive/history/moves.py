"""Matches URLs of one article before and after its outlet moved to another domain: the same path there, or another path
with the same number. A match only proposes an article, as a redirect does; the readings must resemble each other."""

from __future__ import annotations

import re
from functools import lru_cache

from archive.model.records import Outlet
from archive.model.urls import url_key

_ARTICLE_ID = re.compile(r"(?<!\d)\d{5,}(?!\d)")


@lru_cache(maxsize=4096)
def parts_of(key: str) -> tuple[str, str]:
    """The host of a key, and the rest of it."""
    host = re.split(r"[/?]", key, maxsplit=1)[0]
    return host, key[len(host) :]


def number_in(key: str) -> str | None:
    """The article id in a URL: the last number that is long enough for one."""
    numbers = _ARTICLE_ID.findall(parts_of(key)[1])
    return str(numbers[-1]) if numbers else None


def are_domains(first: str, second: str) -> bool:
    """Whether two hosts belong to different domains: they differ, and neither is a subdomain of the other."""
    return first != second and not first.endswith(f".{second}") and not second.endswith(f".{first}")


def may_have_moved(first: str, second: str) -> bool:
    """Whether two URLs on different domains may belong to one article."""
    (host, path), (other_host, other_path) = parts_of(first), parts_of(second)
    if not are_domains(host, other_host) or not path or not other_path:
        return False
    number = number_in(first)
    return path == other_path or (number is not None and number == number_in(second))


def takes_over(key: str, primary: str, outlet: Outlet) -> bool:
    """Whether a URL on the outlet's present domain corresponds to the primary URL's URL on a former domain."""
    home = parts_of(url_key(outlet.home_url))[0]
    return parts_of(key)[0] == home and may_have_moved(key, primary)
