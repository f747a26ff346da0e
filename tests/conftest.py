"""What many tests need: an archive in a temporary file, a run, captures made in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from sqlite_utils import Database

from archive import Capture, Run, open_archive, start_run
from tests.mortal import Parent, forking
from tests.support import NOON, PAPER, Shoot

# CI tries the same examples each time, so that a submission is judged by what it changed; elsewhere they are new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")

os.environ["LUUBAO_CONFIG"] = os.devnull  # nobody's own settings, whoever runs the tests


_MOST = 20_000  # characters


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Where large values differ at first. In CI pytest compares them line by line, whatever their size: difflib takes
    an hour and twenty gigabytes for what a whole archive says."""
    texts = repr(left), repr(right)
    if op != "==" or max(map(len, texts)) <= _MOST:
        return None
    at = next((n for n, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts)))
    near = [text[max(0, at - 200) : at + 200] for text in texts]
    return ["large values are equal", f"they differ at character {at} of their repr():", *near]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    with open_archive(path, create=True) as opened:
        yield opened


@pytest.fixture
def run(db: Database) -> Run:
    return start_run(db, PAPER, {"luubao": "test"}, NOON)


@pytest.fixture
def shoot() -> Shoot:
    """Captures an address; `hours` after noon."""

    def make(
        url: str = "https://bao.example/a-1.htm", body: str | None = None, hours: float = 0, **facts: object
    ) -> Capture:
        captured_at = NOON + timedelta(hours=hours)
        capture = Capture(url, url, captured_at, 200, body=body.encode() if body else None, encoding="utf-8")
        return replace(capture, **facts)  # type: ignore[arg-type]  # the caller names fields of Capture

    return make


@pytest.fixture(scope="session")
def parent() -> Iterator[Parent]:
    """Whoever forks luubao's commands."""
    with forking() as started:
        yield started
