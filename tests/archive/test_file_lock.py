"""One crawl of an outlet into an archive at a time, by whatever name the archive is called."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from archive.model.errors import ArchiveUnusable
from archive.runtime.atomic_files import Locked, is_held, outlet_lock


def test_a_link_to_the_archive_shares_its_lock(path: Path, tmp_path: Path) -> None:
    path.touch()
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with outlet_lock(path, "bao"), pytest.raises(Locked), outlet_lock(link, "bao"):
        pass


def test_another_outlet_is_not_locked(path: Path) -> None:
    with outlet_lock(path, "bao"), outlet_lock(path, "baokhac"):
        pass


@pytest.mark.parametrize("where", ["missing/archive.db", "file/archive.db"])
def test_where_nothing_can_be_written_is_a_sentence(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ArchiveUnusable, match=r"nothing can be written in .*Name another file"),
        outlet_lock(tmp_path / where, "bao"),
    ):
        pass


def test_whoever_is_locked_out_hears_by_whom_and_since_when(path: Path) -> None:
    with outlet_lock(path, "bao"), pytest.raises(Locked) as error, outlet_lock(path, "bao"):
        pass
    assert re.fullmatch(
        rf"bao is being crawled into {path} by process {os.getpid()} since 20\d\d-\d\d-\d\d \d\d:\d\d \(\d+ seconds?\)."
        " Wait for it to finish",
        str(error.value),
    )


@pytest.mark.parametrize(
    ("written", "told"),
    [("4711", "by process 4711. Wait"), ("", "by process unknown. Wait"), ("4711 soon", "by process 4711. Wait")],
)
def test_a_lock_that_says_less(path: Path, written: str, told: str) -> None:
    with outlet_lock(path, "bao"):
        path.with_name(f"{path.name}.bao.lock").write_text(written)
        with pytest.raises(Locked, match=told), outlet_lock(path, "bao"):
            pass


def test_whether_it_is_held(path: Path) -> None:
    assert not is_held(path, "bao")
    with outlet_lock(path, "bao"):
        assert is_held(path, "bao")
        assert not is_held(path, "baokhac")
    assert not is_held(path, "bao")


def test_a_killed_process_leaves_no_lock(path: Path) -> None:
    program = f"import time\nfrom pathlib import Path\nfrom archive.runtime.atomic_files import outlet_lock\nwith outlet_lock(Path({str(path)!r}), 'bao'):\n  print('held', flush=True)\n  time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert is_held(path, "bao")
        process.kill()
        process.wait()
    assert not is_held(path, "bao")
    with outlet_lock(path, "bao"):
        pass


def test_who_only_looks_locks_nobody_out(path: Path) -> None:
    """A status page asks at any moment, also when a crawl begins."""
    with outlet_lock(path, "bao"):
        pass
    stop = False

    def look() -> None:
        while not stop:
            is_held(path, "bao")

    looking = Thread(target=look)
    looking.start()
    try:
        for _ in range(300):
            with outlet_lock(path, "bao"):
                pass
    finally:
        stop = True
        looking.join()
