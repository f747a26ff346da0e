"""A paper's address, and its documents read as the tests of discovery read them."""

from __future__ import annotations

from archive import Link
from crawler.discovery import links, look

BASE = "https://bao.example/thoi-su/"
HOSTS = ("bao.example",)
HOME = "https://bao.example"


def found(source: str | bytes, base: str = BASE) -> list[Link]:
    return links(source if isinstance(source, bytes) else source.encode(), base, HOSTS)


def urls(source: str | bytes, base: str = BASE) -> list[str]:
    return [link.url for link in found(source, base)]


def paths(source: str | bytes, base: str = BASE) -> list[str]:
    """The addresses without the host."""
    return [url.removeprefix(HOME) for url in urls(source, base)]


def pagers(source: str, base: str = BASE) -> set[str]:
    """The paths of the links that turn pages."""
    return {link.url.removeprefix(HOME) for link in found(source, base) if link.found_in == "pagination"}


def notes(source: str, base: str = BASE) -> tuple[str, ...]:
    return look(source.encode(), base, HOSTS).notes
