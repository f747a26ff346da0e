"""How long a command takes to end that is told to, at whatever moment: SIGTERM at random moments of each.

ENDING_MOMENTS: how many of each command; ENDING_SEED: other moments.
"""

from __future__ import annotations

import io
import lzma
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter

from crawler.demo.server import Newspaper
from tests.crawler.test_backfill import _CommonCrawl, serving
from tests.invariants import sound
from tests.killable_commands import ROOT, Ended, KillableCommand, Parent, forking

pytestmark = pytest.mark.bench

MOMENTS = int(os.environ.get("ENDING_MOMENTS", "100"))
SEED = os.environ.get("ENDING_SEED", "")
ARTICLES = 120
MUST, AIM = 10.0, 3.0  # seconds
CODES = {0, 1, 3, 5, 6, -signal.SIGTERM}
LONGEST = 60.0
"""Seconds of a whole run that goes on for ever; those of any other are measured."""


@dataclass(frozen=True)
class World:
    """What commands are given. full: an archive of two days; stale: it, to be read again; old: of the first schema."""

    paper: Newspaper
    folder: Path
    commoncrawl: str

    @property
    def full(self) -> Path:
        return self.folder / "full.db"

    @property
    def pictures(self) -> Path:
        return self.folder / "full.db.pictures"

    @property
    def warc(self) -> Path:
        return _largest(self.folder / "warc")

    def address(self) -> str:
        """Of the article that is withdrawn."""
        connection = sqlite3.connect(self.full)
        ((url,),) = connection.execute("SELECT url FROM articles LIMIT 1").fetchall()
        connection.close()
        return str(url)


Words = tuple[str | Path, ...]


@dataclass(frozen=True)
class Case:
    """A command. before: the archive that it finds, of the world's; words: its arguments, but for --db."""

    before: str | None
    words: Callable[[World, Path], Words]
    db: bool = True
    forever: bool = False


CASES: dict[str, Case] = {
    "crawl": Case(None, lambda world, _: ("crawl", "demo", "--base-url", world.paper.base_url)),
    "import": Case(
        None, lambda world, _: ("import", world.warc, "--outlet", "demo", "--home", world.paper.base_url)
    ),
    "backfill": Case(
        "full.db", lambda *_: ("backfill", "demo", "--from", "commoncrawl", "--host", "127.0.0.1", "--contact", "a@b.example")
    ),
    "reread": Case("stale.db", lambda *_: ("reread",)),
    "compact": Case("full.db", lambda *_: ("compact",)),
    "verify": Case("full.db", lambda world, _: ("verify", "--pictures", world.pictures)),
    "upgrade": Case("old.db", lambda *_: ("upgrade",)),
    "merge": Case(None, lambda world, _: ("merge", world.full)),
    "withdraw --destroy": Case(
        "full.db", lambda world, _: ("withdraw", world.address(), "--destroy", "--yes", "--reason", "asked for")
    ),
    "export warc": Case("full.db", lambda _, path: ("export", "warc", "--to", path.parent / "w")),
    "backup": Case(
        "full.db", lambda world, path: ("backup", path.parent / "b", "--pictures", world.pictures)
    ),
    "restore": Case(None, lambda world, _: ("restore", world.folder / "backups")),
    "push": Case("full.db", lambda _, path: ("push", f"file://{path.parent / 'store'}")),
    "pull": Case(
        None, lambda world, path: ("pull", f"file://{world.folder / 'store'}", "full.db", "--to", path.parent), db=False
    ),
    "serve": Case("full.db", lambda *_: ("serve", "--port", "0"), forever=True),
}  # fmt: skip


@pytest.fixture(scope="module")
def parent() -> Iterator[Parent]:
    with forking() as parent:
        yield parent


@pytest.fixture(scope="module")
def world(parent: Parent, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    with ExitStack() as stack:
        paper = stack.enter_context(Newspaper(day=1, extra_articles=ARTICLES))
        handler = type("Handler", (_CommonCrawl,), {"warc": b"", "log": []})
        world = World(paper, folder, stack.enter_context(serving(handler)))
        for day in (1, 2):
            paper.turn_to(day)
            _done(parent.start("crawl", "demo", "--db", world.full, "--base-url", paper.base_url))
        for words in (("export", "warc", "--to", folder / "warc"), ("backup", folder / "backups"), ("push", f"file://{folder / 'store'}")):  # fmt: skip
            _done(parent.start(*words, "--db", world.full))
        handler.warc = _years_ago(world.warc)  # type: ignore[attr-defined]  # the handler made above
        shutil.copy(world.full, folder / "stale.db")
        connection = sqlite3.connect(folder / "stale.db")
        connection.execute("UPDATE extractors SET name = name || ', an older one'")
        connection.commit()
        connection.close()
        (folder / "old.db").write_bytes(lzma.decompress((ROOT / "tests/archive/old/schema-1.db.xz").read_bytes()))
        yield world


def _largest(folder: Path) -> Path:
    return max(folder.rglob("*.warc*"), key=lambda file: file.stat().st_size)


def _years_ago(warc: Path) -> bytes:
    """Its responses, as if they had been captured in 2019: earlier than what is in the archive."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True)
    with warc.open("rb") as opened:
        for record in ArchiveIterator(opened):
            if record.rec_type == "response":
                moment = record.rec_headers.get_header("WARC-Date")
                record.rec_headers.replace_header("WARC-Date", f"2019{moment[4:]}")
                writer.write_record(record)
    return file.getvalue()


def _done(killable: KillableCommand) -> Ended:
    ended = killable.end(600)
    assert ended.code in (0, 6), ended.err
    return ended


@pytest.mark.parametrize("name", CASES)
def test_sigterm_at_any_moment(name: str, world: World, parent: Parent, tmp_path: Path) -> None:
    """Prints the median and the longest; asserts what must be."""
    case, chance, took, codes = CASES[name], random.Random(name + SEED), list[tuple[float, float]](), set[int]()
    length = LONGEST / 10 if case.forever else _length(case, world, parent, tmp_path / "whole")
    for number in range(MOMENTS):
        path = _copied(world, case, tmp_path / str(number))
        after = chance.uniform(0, length)
        seconds, ended = _seconds_to_end(_started(case, world, parent, path), after)
        if seconds is not None:
            took.append((seconds, after))
            codes.add(ended.code)
            assert ended.code in CODES and "Traceback" not in ended.err, (ended.code, ended.err)
        if number % 10 == 0 and path.exists() and name != "upgrade":
            sound(path)
        shutil.rmtree(path.parent)
    assert took
    p50, (longest, after) = median(seconds for seconds, _ in took), max(took)
    print(f"\n{name}: {len(took)} of {MOMENTS} moments within {length:.1f} s; p50 {p50:.2f} s, max {longest:.2f} s"
          f" (after {after:.1f} s), codes {sorted(codes)}")  # fmt: skip
    assert longest <= MUST


def _started(case: Case, world: World, parent: Parent, path: Path) -> KillableCommand:
    words = case.words(world, path)
    environment = {**os.environ, "LUUBAO_BACKFILL_DELAY": "0", "LUUBAO_COMMONCRAWL_INDEX": world.commoncrawl,
                   "LUUBAO_COMMONCRAWL_DATA": world.commoncrawl}  # fmt: skip
    return parent.start(*words, *(("--db", path) if case.db else ()), env=environment)


def _length(case: Case, world: World, parent: Parent, folder: Path) -> float:
    """Seconds of a whole run."""
    path = _copied(world, case, folder)
    began = time.monotonic()
    _done(_started(case, world, parent, path))
    return time.monotonic() - began


def _copied(world: World, case: Case, folder: Path) -> Path:
    """Where the archive of one moment lies."""
    folder.mkdir()
    path = folder / "archive.db"
    if case.before:
        shutil.copy(world.folder / case.before, path)
    return path


def _seconds_to_end(killable: KillableCommand, after: float) -> tuple[float | None, Ended]:
    """Seconds from SIGTERM to the end, None where the command was done before."""
    until = time.monotonic() + after
    while time.monotonic() < until:
        if killable.ended():
            return None, killable.end()
        time.sleep(0.005)
    began = time.monotonic()
    os.kill(killable.pid, signal.SIGTERM)
    ended = killable.end(120)
    return time.monotonic() - began, ended
