"""An archive served as `luubao serve` serves it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.killable_commands import parent_of_all

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@contextmanager
def served(*words: str | Path) -> Iterator[str]:
    """The address at which `luubao serve WORDS` answers."""
    server = parent_of_all().start("serve", *words, "--port", "0")
    assert server.until(lambda: bool(_ADDRESS.search(server.err.read_text()))), server.err.read_text()
    try:
        yield _ADDRESS.search(server.err.read_text())[0]  # type: ignore[index]  # it is there, as was just seen
    finally:
        server.terminate()
        server.end()
