"""Validates links, wherever they were found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from archive.model import validation
from archive.model.errors import BadValue
from archive.model.records import Link


def gated_links(links: Iterable[Link]) -> Iterator[Link]:
    """The links, without invalid times; links with an invalid URL are left out."""
    for link in links:
        if len(link.url) > validation.LONGEST_ADDRESS or not validation.is_address(link.url):
            continue
        if link.lastmod is None and link.published is None:
            yield link
        else:
            yield replace(link, lastmod=_moment(link.lastmod), published=_moment(link.published))


def _moment(value: datetime | None) -> datetime | None:
    try:
        return None if value is None else validation.claimed_moment(value)
    except BadValue:
        return None
