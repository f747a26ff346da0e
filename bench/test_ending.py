"""How long a command takes to end that is told to, at whatever moment: SIGTERM at random moments of each."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest

from crawler.demo.server import Newspaper
from tests.mortal import Parent, forking
from tests.soundness import sound

pytestmark = pytest.mark.bench

MOMENTS = int(os.environ.get("ENDING_MOMENTS", "100"))
ARTICLES = 120
MUST, AIM = 10.0, 3.0  # seconds


@pytest.fixture(scope="module")
def paper() -> Iterator[Newspaper]:
    with Newspaper(day=1, extra_articles=ARTICLES) as paper:
        yield paper


@pytest.fixture(scope="module")
def parent() -> Iterator[Parent]:
    with forking() as parent:
        yield parent


@pytest.fixture(scope="module")
def full(paper: Newspaper, parent: Parent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two days."""
    path = tmp_path_factory.mktemp("full") / "full.db"
    for day in (1, 2):
        paper.turn_to(day)
        assert parent.start("crawl", "demo", "--db", path, "--base-url", paper.base_url).end(600).code in (0, 6)
    return path


@pytest.fixture(scope="module")
def warc(full: Path, parent: Parent) -> Path:
    to = full.with_name("warc")
    assert parent.start("export", "warc", "--to", to, "--db", full).end(600).code == 0
    return max(to.rglob("*.warc*"), key=lambda file: file.stat().st_size)


Arguments = Callable[[Path], tuple[str | Path, ...]]


def seconds_to_end(parent: Parent, arguments: tuple[str | Path, ...], after: float) -> tuple[float | None, int]:
    """Seconds from SIGTERM to the end, None where the command was done before; and its exit code."""
    mortal = parent.start(*arguments)
    until = time.monotonic() + after
    while time.monotonic() < until:
        if mortal.ended():
            return None, mortal.end().code
        time.sleep(0.005)
    began = time.monotonic()
    os.kill(mortal.pid, signal.SIGTERM)
    code = mortal.end(120).code
    return time.monotonic() - began, code


def ended(name: str, parent: Parent, tmp_path: Path, full: Path | None, arguments: Arguments) -> None:
    """Prints the median and the longest; asserts what must be."""
    chance, took, codes = random.Random(name), list[float](), set[int]()
    began = time.monotonic()
    whole = parent.start(*arguments(copied(full, tmp_path / "whole"))).end(600)
    assert whole.code in (0, 6), whole.err
    length = time.monotonic() - began
    for number in range(MOMENTS):
        path = copied(full, tmp_path / str(number))
        seconds, code = seconds_to_end(parent, arguments(path), chance.uniform(0, length))
        if seconds is not None:
            took.append(seconds)
            codes.add(code)
        if number % 10 == 0 and path.exists():
            sound(path)
        shutil.rmtree(path.parent)
    assert took
    print(f"\n{name}: {len(took)} of {MOMENTS} moments within {length:.1f} s; p50 {median(took):.2f} s, max {max(took):.2f} s,"
          f" codes {sorted(codes)}")  # fmt: skip
    assert max(took) <= MUST
    assert codes <= {0, 1, 3, 5, 6, -signal.SIGTERM}


def copied(full: Path | None, folder: Path) -> Path:
    """Where the archive of one moment lies."""
    folder.mkdir()
    path = folder / "archive.db"
    if full is not None:
        shutil.copy(full, path)
    return path


def test_crawl(parent: Parent, paper: Newspaper, tmp_path: Path) -> None:
    ended("crawl", parent, tmp_path, None, lambda path: ("crawl", "demo", "--db", path, "--base-url", paper.base_url))


def test_import(parent: Parent, paper: Newspaper, warc: Path, tmp_path: Path) -> None:
    home = ("--outlet", "demo", "--home", paper.base_url)
    ended("import", parent, tmp_path, None, lambda path: ("import", warc, "--db", path, *home))


def test_reread(parent: Parent, full: Path, warc: Path, paper: Newspaper, tmp_path: Path) -> None:

    unread = tmp_path / "unread.db"
    shutil.copy(full, unread)
    connection = sqlite3.connect(unread)
    connection.execute("UPDATE extractors SET name = name || ', an older one'")
    connection.commit()
    connection.close()
    ended("reread", parent, tmp_path, unread, lambda path: ("reread", "--db", path))


def test_export_warc(parent: Parent, full: Path, tmp_path: Path) -> None:
    ended(
        "export warc", parent, tmp_path, full, lambda path: ("export", "warc", "--to", path.parent / "w", "--db", path)
    )


def test_compact(parent: Parent, full: Path, tmp_path: Path) -> None:
    ended("compact", parent, tmp_path, full, lambda path: ("compact", "--db", path))


def test_verify(parent: Parent, full: Path, tmp_path: Path) -> None:
    ended(
        "verify",
        parent,
        tmp_path,
        full,
        lambda path: ("verify", "--db", path, "--pictures", full.with_name("full.db.pictures")),
    )


def test_merge(parent: Parent, full: Path, tmp_path: Path) -> None:
    ended("merge", parent, tmp_path, None, lambda path: ("merge", full, "--db", path))


def test_push(parent: Parent, full: Path, tmp_path: Path) -> None:
    ended("push", parent, tmp_path, full, lambda path: ("push", f"file://{path.parent / 'store'}", "--db", path))


def test_pull(parent: Parent, full: Path, tmp_path: Path) -> None:
    store = f"file://{tmp_path / 'store'}"
    assert parent.start("push", store, "--db", full).end(600).code == 0
    ended("pull", parent, tmp_path, None, lambda path: ("pull", store, full.name, "--to", path.parent))
