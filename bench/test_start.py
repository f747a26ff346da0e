"""How soon commands answer: the processor's time of each, beside an interpreter that imports click and sqlite-utils, and
beside `sqlite-utils tables`, in the same run. The rounds take turns, and medians are compared, for machines differ and
others use them too."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

pytestmark = [pytest.mark.bench, pytest.mark.timeout(0)]

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
MOST = 2.0
"""Times what the interpreter takes with click and sqlite-utils."""

BIN = Path(sys.executable).parent
BARE = "python -c 'import click, sqlite_utils'"
TABLES = "sqlite-utils tables"
WITHOUT: dict[str, Sequence[str | Path]] = {
    BARE: [sys.executable, "-c", "import click, sqlite_utils"],
    TABLES: [BIN / "sqlite-utils", "tables", "luubao.db"],
}
OURS = (
    "--help", "articles", "show 1", "search cau", "versions 1", "status", "runs", "diff EDITED", "outlets", "settings",
    "settings demo", "crawl --help", "export --help", "export warc --help", "import --help", "serve --help",
)  # fmt: skip


@dataclass(frozen=True)
class Took:
    """Seconds. processor: of user and system together."""

    processor: float
    clock: float


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's archive, where the commands look for one."""
    folder = tmp_path_factory.mktemp("start")
    subprocess.run([BIN / "luubao", "demo", "--db", "luubao.db"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


def timed(command: Sequence[str | Path], folder: Path) -> Took:
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 6), f"{command} ended with {process.returncode}"
    return Took(used.ru_utime + used.ru_stime, time.perf_counter() - begun)


def medians(commands: Mapping[str, Sequence[str | Path]], folder: Path) -> dict[str, Took]:
    rounds = [{name: timed(command, folder) for name, command in commands.items()} for _ in range(ROUNDS + 1)][1:]
    return {
        name: Took(median(one[name].processor for one in rounds), median(one[name].clock for one in rounds))
        for name in commands
    }


def edited_article(path: Path) -> str:
    """The number of an article with two versions."""
    with closing(sqlite3.connect(path)) as db:
        (number,) = db.execute("SELECT article_id FROM versions WHERE number = 2 ORDER BY id").fetchone()
    return str(number)


def test_commands_start_at_once(folder: Path) -> None:
    edited = edited_article(folder / "luubao.db")
    ours: dict[str, Sequence[str | Path]] = {
        f"luubao {words}": [BIN / "luubao", *words.replace("EDITED", edited).split()] for words in OURS
    }
    took = medians({**WITHOUT, **ours}, folder)
    bare = took[BARE].processor
    print(f"\n{'median of ' + str(ROUNDS):40} processor  clock  times the bare interpreter")
    for name, one in took.items():
        print(f"{name:40} {one.processor:8.3f} {one.clock:7.3f}  {one.processor / bare:.2f}")
    slow = {name: round(took[name].processor / bare, 2) for name in ours if took[name].processor > MOST * bare}
    assert not slow, f"more than {MOST} times the bare interpreter, see tests/test_start.py: {slow}"
