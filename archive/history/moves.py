"""Addresses an article may have when its newspaper has moved to another domain: the same path there, or another path
with the same number. They only propose an article, as a redirect does; the readings must agree."""

from __future__ import annotations

import re

from archive.model.records import Outlet
from archive.model.urls import url_key

_NUMBER = re.compile(r"(?<!\d)\d{5,}(?!\d)")


def parts_of(key: str) -> tuple[str, str]:
    """The host of a key, and what follows it."""
    host = re.split(r"[/?]", key, maxsplit=1)[0]
    return host, key[len(host) :]


def number_in(key: str) -> str | None:
    """The number by which a site knows an article: the last in the address that is long enough for one."""
    found = _NUMBER.findall(parts_of(key)[1])
    return str(found[-1]) if found else None


def are_domains(one: str, other: str) -> bool:
    """Whether two hosts are of two domains: neither is the other, or lies below it."""
    return one != other and not one.endswith(f".{other}") and not other.endswith(f".{one}")


def may_have_moved(one: str, other: str) -> bool:
    """Whether an article may have one address on one domain and the other on another."""
    (host, path), (elsewhere, there) = parts_of(one), parts_of(other)
    if not are_domains(host, elsewhere) or not path or not there:
        return False
    number = number_in(one)
    return path == there or (number is not None and number == number_in(other))


def takes_over(key: str, speaker: str, outlet: Outlet) -> bool:
    """Whether an address on the paper's present domain stands where the speaker stood on a former one."""
    home = parts_of(url_key(outlet.home_url))[0]
    return parts_of(key)[0] == home and may_have_moved(key, speaker)
