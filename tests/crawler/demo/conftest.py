"""The paper, running, and a plain reader for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from urllib.parse import urlsplit

import pytest

from crawler.demo.server import Newspaper


@dataclass(frozen=True)
class Reply:
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(paper: Newspaper, path: str, method: str = "GET", **headers: str) -> Reply:
    """One request without following redirects; header names with underscores for hyphens."""
    connection = HTTPConnection(urlsplit(paper.base_url).netloc, timeout=10)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=named)
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())
    finally:
        connection.close()


Get = Callable[..., Reply]


@pytest.fixture
def newspaper() -> Iterator[Newspaper]:
    with Newspaper() as running:
        yield running


@pytest.fixture
def get(newspaper: Newspaper) -> Get:
    return lambda path, method="GET", **headers: ask(newspaper, path, method, **headers)
