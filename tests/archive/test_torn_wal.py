"""A power cut: the write-ahead log ends anywhere after what was last forced to the disk, or in garbage.

The format of the log is SQLite's (https://www.sqlite.org/fileformat2.html#the_write_ahead_log): a header of 32 bytes,
then frames of 24 bytes and a page; a frame that ends a transaction names the size of the database, others 0.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from archive import ingest, open_archive, start_run
from tests.invariants import ask, sound
from tests.support import NOON, PAPER, Shoot, page

Damage = Callable[[bytes, random.Random], bytes]

DAMAGES: dict[str, Damage] = {
    "cut off": lambda tail, chance: b"",
    "zeros": lambda tail, chance: bytes(len(tail)),
    "garbage": lambda tail, chance: chance.randbytes(len(tail)),
    "one bit": lambda tail, chance: bytes([tail[0] ^ 1]) + tail[1:] if tail else b"",
    "garbage behind": lambda tail, chance: tail + chance.randbytes(5000),
}


def commits(log: bytes) -> list[int]:
    """Where in the log each transaction of its present generation ends."""
    size, salts = int.from_bytes(log[8:12], "big"), log[16:24]
    ends = []
    for start in range(32, len(log) - size - 23, size + 24):
        if log[start + 8 : start + 16] != salts:
            break
        if int.from_bytes(log[start + 4 : start + 8], "big"):
            ends.append(start + 24 + size)
    return ends


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def laid(path: Path, database: bytes, log: bytes | None) -> Path:
    """A copy as a power cut leaves it: database and log, no index of the log."""
    path.write_bytes(database)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    log_of(path).unlink(missing_ok=True)
    if log is not None:
        log_of(path).write_bytes(log)
    return path


def seen(path: Path) -> set[str]:
    return {str(url) for (url,) in ask(path, "SELECT requested_url FROM captures")}


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_was_committed_before_the_tear_is_there(path: Path, shoot: Shoot, damage: str) -> None:
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
    database, said = path.read_bytes(), list[tuple[str, int]]()
    with open_archive(path, create=True) as db:
        for number in range(8):
            url = f"https://bao.example/bai-{number}.htm"
            ingest(db, run, shoot(url, page(f"Bài {number}", f"Câu chuyện {number}. " * 9)))
            said.append((url, commits(log_of(path).read_bytes())[-1]))
        log = log_of(path).read_bytes()
        assert path.read_bytes() == database, (
            "nothing was folded in yet: any end of the log is one a power cut may leave"
        )
    chance = random.Random(f"torn {damage}")
    for torn_at in (chance.randrange(len(log)) for _ in range(8)):
        torn = laid(path.with_name("torn.db"), database, log[:torn_at] + DAMAGES[damage](log[torn_at:], chance))
        kept = {url for url, end in said if end <= torn_at}
        assert kept <= seen(torn), torn_at
        sound(torn)
        with open_archive(torn, create=True) as db:
            ingest(db, start_run(db, PAPER, {}, NOON), shoot("https://bao.example/sau.htm", page("Sau khi mất điện")))
        sound(torn)


def test_the_database_without_its_log_is_old_and_whole(path: Path, shoot: Shoot) -> None:
    with open_archive(path, create=True) as db:
        ingest(db, start_run(db, PAPER, {}, NOON), shoot(body=page()))
    with open_archive(path, create=True) as db:
        ingest(db, start_run(db, PAPER, {}, NOON), shoot("https://bao.example/moi.htm", page("Bài mới")))
        alone = laid(path.with_name("alone.db"), path.read_bytes(), None)
    assert seen(alone) == {"https://bao.example/a-1.htm"}
    sound(alone)


_WRITER = """
import sys
from archive import Capture, ingest, open_archive, start_run
from tests.support import NOON, PAPER, page
with open_archive(sys.argv[1], create=True) as db:
    run = start_run(db, PAPER, {}, NOON)
    for number in range(100_000):
        url = f"https://bao.example/bai-{number}.htm"
        ingest(db, run, Capture(url, url, NOON, 200, body=page(f"Bài {number}", f"Câu chuyện {number}. " * 99).encode()))
        print(url, flush=True)
"""


@pytest.mark.slow
def test_stopped_in_the_middle_of_writing(path: Path, tmp_path: Path) -> None:
    """As the disk holds it at any moment, also while the log is folded into the database: all that was told is there."""
    told = tmp_path / "told"
    with told.open("wb") as out, subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=out) as writer:
        try:
            _wait_until(lambda: told.stat().st_size > 0)
            chance = random.Random(8)
            for number in range(8):
                time.sleep(chance.uniform(0, 0.3))
                os.kill(writer.pid, signal.SIGSTOP)
                os.waitid(os.P_PID, writer.pid, os.WSTOPPED)
                urls, log = set(told.read_text().split()), log_of(path).read_bytes()
                garbled = log[: max(commits(log), default=0)] + chance.randbytes(20_000)
                for kind, left in (("log as it was", log), ("log torn", garbled)):
                    torn = laid(tmp_path / f"{number}.db", path.read_bytes(), left)
                    assert urls <= seen(torn), kind
                    sound(torn)
                os.kill(writer.pid, signal.SIGCONT)
        finally:
            writer.kill()
    assert set(told.read_text().split()) <= seen(path)
    sound(path)


def _wait_until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to be")
