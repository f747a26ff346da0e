"""Where nothing can be written: whoever reads, can; whoever would write is told so. Tried as a user without rights, and on a
file system mounted for reading."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.archive.conftest import NAMED
from tests.killable_commands import Parent

NOBODY = 65534
READERS: tuple[tuple[str, ...], ...] = (
    ("articles",),
    ("show", NAMED),
    ("search", "mương"),
    ("verify", "--facts"),
    ("runs",),
)
WRITERS: tuple[tuple[str, ...], ...] = (
    ("compact",),
    ("withdraw", NAMED, "--reason", "x"),
    ("verify", "--index"),
    ("cleanse",),
)
REREAD: tuple[str, ...] = ("reread", "--jobs", "1")  # nobody may not even start the Python of its processes
LAST = "Nhật ký ghi sau cùng"
"""What is in the log alone, where there is one: no fact, and so nothing that `verify --facts` names."""
LOG = "A write-ahead log lies beside it"


def at_rest(path: Path) -> None:
    """The log is folded in and gone, as after every command."""


def with_log(path: Path) -> None:
    """As a killed writer leaves it: what it wrote last is in the log alone."""
    if (writer := os.fork()) == 0:
        db = sqlite3.connect(path)
        db.execute(f"UPDATE articles SET headline = '{LAST}'")
        db.commit()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(writer, 0)
    assert path.with_name(path.name + "-wal").stat().st_size > 0


def with_empty_log(path: Path) -> None:
    """As a copy made while a reader had it open: the log is folded in, and still there."""
    path.with_name(path.name + "-wal").touch()


def with_empty_log_and_index(path: Path) -> None:
    with_log(path)
    path.with_name(path.name + "-wal").write_bytes(b"")


def with_log_alone(path: Path) -> None:
    """Copied with its log and without the index of that: SQLite would have to write one."""
    with_log(path)
    path.with_name(path.name + "-shm").unlink()


READABLE = (at_rest, with_log, with_empty_log, with_empty_log_and_index)
Leave = Callable[[Path], None]


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A folder that everybody may look into."""
    folder = Path(mkdtemp(prefix="shelf-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def lay_down(archives: dict[str, Path], folder: Path, leave: Leave) -> Path:
    path = Path(shutil.copy(archives["few"], folder / "archive.db"))
    leave(path)
    for file in folder.iterdir():
        file.chmod(0o444)
    return path


@pytest.fixture
def as_nobody() -> int:
    if os.geteuid() != 0:
        pytest.skip("only root may become another user")
    return NOBODY


@pytest.mark.slow
@pytest.mark.parametrize("leave", READABLE)
def test_a_user_without_rights_reads_and_writes_nothing(
    parent: Parent, archives: dict[str, Path], shelf: Path, as_nobody: int, leave: Leave
) -> None:
    path = lay_down(archives, shelf, leave)
    shelf.chmod(0o555)
    before = {file.name: file.read_bytes() for file in shelf.iterdir()}
    for command in READERS:
        done = parent.run(*command, "--db", path, user=as_nobody)
        assert (done.code, done.err) == (0, ""), command
    assert (LAST in parent.run("articles", "--db", path, user=as_nobody).out) == (leave is with_log)
    for command in WRITERS:
        done = parent.run(*command, "--db", path, user=as_nobody)
        assert (done.code, done.out) == (1, ""), command
        assert "permissions" in done.err and len(done.err.splitlines()) == 1, command
    assert {file.name: file.read_bytes() for file in shelf.iterdir()} == before


@pytest.mark.slow
def test_a_file_that_may_only_be_read_in_a_folder_that_may_be_written(
    parent: Parent, archives: dict[str, Path], shelf: Path, as_nobody: int
) -> None:
    path = lay_down(archives, shelf, at_rest)
    shelf.chmod(0o777)
    before = path.read_bytes()
    assert parent.run("verify", "--db", path, user=as_nobody).code == 0
    for command in WRITERS:
        done = parent.run(*command, "--db", path, user=as_nobody)
        assert (done.code, "permissions" in done.err) == (1, True), command
    assert path.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize("leave", READABLE)
def test_a_file_system_mounted_for_reading(
    parent: Parent, archives: dict[str, Path], mount: Callable[[str], None], shelf: Path, leave: Leave
) -> None:
    mount("rw")
    path = lay_down(archives, shelf, leave)
    mount("remount,ro")
    for command in (*READERS, (*REREAD, "--dry-run")):
        assert parent.run(*command, "--db", path).code == 0, command
    for command in (*WRITERS, REREAD):
        done = parent.run(*command, "--db", path)
        assert (done.code, "permissions" in done.err, len(done.err.splitlines())) == (1, True, 1), command
    done = parent.run("crawl", "demo", "--base-url", "http://127.0.0.1:9/", "--db", path)
    assert (done.code, "nothing can be written in" in done.err) == (2, True)


@pytest.mark.slow
def test_what_cannot_be_replaced_is_not_said_to_be_in_use(
    parent: Parent, archives: dict[str, Path], shelf: Path, as_nobody: int
) -> None:
    path = lay_down(archives, shelf, at_rest)
    assert parent.run("backup", shelf / "backups", "--db", path).code == 0
    shelf.chmod(0o555)
    done = parent.run("restore", shelf / "backups", "--force", "--db", path, user=as_nobody)
    assert (done.code, "permissions" in done.err, "in use" in done.err) == (1, True, False), done.err


@pytest.mark.slow
def test_a_log_without_its_index_is_told(
    parent: Parent, archives: dict[str, Path], shelf: Path, as_nobody: int
) -> None:
    path = lay_down(archives, shelf, with_log_alone)
    done = parent.run("articles", "--db", path, user=as_nobody)
    assert (done.code, LOG in done.err) == (1, True)
    for file in shelf.iterdir():
        file.chmod(0o644)
    assert LAST in parent.run("articles", "--db", path).out


@pytest.fixture
def mount(shelf: Path) -> Iterator[Callable[[str], None]]:
    def mounted(how: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", f"size=8m,{how}", "tmpfs", str(shelf)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("only root may mount")

    yield mounted
    subprocess.run(["umount", shelf], capture_output=True, check=False)


def test_a_folder_that_may_not_be_entered_is_told(
    parent: Parent, archives: dict[str, Path], shelf: Path, as_nobody: int
) -> None:
    path = lay_down(archives, shelf, at_rest)
    shelf.chmod(0o700)
    for command in (*READERS, *WRITERS, ("upgrade",)):
        done = parent.run(*command, "--db", path, user=as_nobody)
        assert (done.code, len(done.err.splitlines())) == (1, 1), command
        assert "Permission denied" in done.err, command
