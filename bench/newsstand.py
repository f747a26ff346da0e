"""The loopback newspaper in a process of its own, so that serving it takes nothing from who reads it.

For instance:

    with newsstand(extra_articles=10_000) as stand:
        crawl(stand.base_url)
        edited = stand.revise(50)
        asked = stand.requests()
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from crawler.demo.server import Newspaper, Request

_SPAWN = get_context("spawn")


@dataclass(frozen=True)
class Newsstand:
    """The paper from outside. Every method is one of Newspaper's."""

    base_url: str
    _connection: Connection

    def _ask(self, name: str, *given: Any) -> Any:
        self._connection.send((name, given))
        return self._connection.recv()

    def turn_to(self, day: int) -> None:
        self._ask("turn_to", day)

    def revise(self, count: int, moment: datetime | None = None) -> tuple[str, ...]:
        edited: tuple[str, ...] = self._ask("revise", count, moment)
        return edited

    def add(self, count: int) -> tuple[str, ...]:
        added: tuple[str, ...] = self._ask("add", count)
        return added

    def requests(self) -> tuple[Request, ...]:
        """Every request so far, robots.txt included."""
        log: tuple[Request, ...] = self._ask("log")
        return log


@contextmanager
def newsstand(**paper: Any) -> Iterator[Newsstand]:
    """paper: as Newspaper takes it."""
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_serve, args=(theirs, paper), daemon=True)
    process.start()
    try:
        yield Newsstand(ours.recv(), ours)
    finally:
        ours.send(("close", ()))
        process.join(10)
        process.kill()


def _serve(connection: Connection, paper: dict[str, Any]) -> None:
    with Newspaper(**paper) as running:
        connection.send(running.base_url)
        while True:
            name, given = connection.recv()
            if name == "close":
                return
            found = getattr(running, name)
            connection.send(found(*given) if callable(found) else found)
