"""Inputs given to their targets in worker processes, which have the limits that the product's own have."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from archive.workers import Lost, Workers
from tests.fuzz.targets import TARGETS

FOUND = Path(__file__).with_name("found")
_UNDER_WAY = 16


@dataclass(frozen=True, slots=True)
class Try:
    """An input: the number that makes it, or a file that holds it."""

    target: str
    source: int | Path

    def data(self) -> bytes:
        if isinstance(self.source, Path):
            return self.source.read_bytes()
        return TARGETS[self.target].made(self.source)

    def __str__(self) -> str:
        return f'python -m tests.fuzz "{self.target}" {self.source}'


def findings(tries: Iterable[Try], processes: int = 2) -> Iterator[tuple[Try, str]]:
    """Each input that did what none may do, with what that was."""
    remaining = iter(tries)
    with Workers[Try, str](_fuzzing, processes) as workers:
        waiting = {workers.call(one): one for one in islice(remaining, _UNDER_WAY)}
        while waiting:
            for answered in wait(waiting, return_when=FIRST_COMPLETED).done:
                one, answer = waiting.pop(answered), answered.result()
                waiting |= {workers.call(other): other for other in islice(remaining, 1)}
                if said := answer.reason if isinstance(answer, Lost) else answer:
                    yield one, said


@contextmanager
def _fuzzing() -> Iterator[Callable[[Try], str]]:
    logging.disable()
    yield attempt


def attempt(one: Try) -> str:
    """What went wrong with an input; "" where nothing did."""
    try:
        TARGETS[one.target].takes(one.data())
    except MemoryError:
        raise  # the worker's limit, which says so itself
    except BaseException:  # noqa: BLE001  # whatever it is, it is found
        return traceback.format_exc()
    return ""


def known() -> list[Try]:
    """What was found once: each target's folder holds inputs."""
    return [Try(file.parent.name, file) for file in sorted(FOUND.glob("*/*"))]
