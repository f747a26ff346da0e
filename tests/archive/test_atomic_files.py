"""Whatever luubao writes is there whole or not at all, whenever it dies and whatever the disk says."""

from __future__ import annotations

import errno
import os
import signal
import stat
import sys
import threading
from pathlib import Path
from subprocess import Popen

import pytest

from archive.model.errors import LuubaoError, Unwritable
from archive.runtime.atomic_files import _name, atomic_write, temporary_folder
from tests.killable_commands import begin


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_file_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "báo.txt"
    with atomic_write(target) as place:
        place.write_text("một")
        assert not target.exists()
    assert (target.read_text(), names(tmp_path)) == ("một", ["báo.txt"])


def test_what_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("cũ")
    with pytest.raises(RuntimeError), atomic_write(target, replace=True) as place:
        place.write_text("mới")
        raise RuntimeError
    assert (target.read_text(), names(tmp_path)) == ("cũ", ["a"])


def test_something_else_stays_and_the_very_same_is_no_error(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("một")
    with atomic_write(target) as place:
        place.write_text("một")
    with pytest.raises(LuubaoError, match="is there already"), atomic_write(target) as place:
        place.write_text("hai")
    assert (target.read_text(), names(tmp_path)) == ("một", ["a"])


def test_a_folder_that_was_prepared_keeps_its_rights(tmp_path: Path) -> None:
    target = tmp_path / "đây"
    target.mkdir(mode=0o750)
    with atomic_write(target) as place:
        place.mkdir()
        (place / "b").mkdir()
        (place / "b" / "c").write_text("c")
        (place / "a").write_text("a")
    assert (names(target), stat.S_IMODE(target.stat().st_mode)) == (["a", "b"], 0o750)


def test_a_folder_with_other_things_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "của tôi").touch()
    with pytest.raises(LuubaoError, match="is there already"), atomic_write(tmp_path / "x", mark="README.md"):
        pytest.fail("it began")
    assert names(tmp_path / "x") == ["của tôi"]


def test_added_to_a_folder_all_or_nothing(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.mkdir()
    (target / "2").write_text("của tôi")
    with pytest.raises(LuubaoError, match="2 is there already"), atomic_write(target, add=True) as place:
        place.mkdir()
        for name in "123":
            (place / name).write_text("của nó")
    assert [(one, (target / one).read_text()) for one in names(target)] == [("2", "của tôi")]


@pytest.mark.parametrize("is_folder", [False, True])
def test_what_somebody_brought_at_the_last_moment_stays(tmp_path: Path, is_folder: bool) -> None:
    def made(name: str, words: str) -> Path:
        place = tmp_path / name
        if is_folder:
            place.mkdir()
        (place / "a" if is_folder else place).write_text(words)
        return place

    target = made("x", "một")
    _name(made("same", "một"), target, replace=False)
    with pytest.raises(LuubaoError, match="is there already"):
        _name(made("other", "hai"), target, replace=False)
    assert (target / "a" if is_folder else target).read_text() == "một"


def test_what_the_disk_says_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unwritable) as told, atomic_write(tmp_path / "a"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert str(told.value).startswith(f"{tmp_path}/a cannot be written: No space left on device. ")
    assert names(tmp_path) == []


def test_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    heard: list[str] = []
    listening = threading.Thread(target=lambda: heard.append((tmp_path / "pipe").read_text()))
    listening.start()
    with atomic_write(tmp_path / "pipe", replace=True) as place:
        place.write_text("một")
    listening.join()
    assert (heard, stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)) == (["một"], True)


_DIES = """
import os, sys
from pathlib import Path
from archive.runtime import atomic_files
what, target = sys.argv[1], Path(sys.argv[2])
if what == "moving":  # after the first of three names
    rename = Path.rename
    def once(self, to):
        rename(self, to)
        os.kill(os.getpid(), 9)
    Path.rename = once
if what == "tidying":
    atomic_files.shutil.rmtree = lambda *given, **named: os.kill(os.getpid(), 9)
with atomic_files.atomic_write(target, add=True) as place:
    place.mkdir()
    for name in "123":
        (place / name).write_text(name)
    if what == "writing":
        os.kill(os.getpid(), 9)
    if what == "waiting":
        print("here", flush=True)
        sys.stdin.read()
"""


@pytest.mark.parametrize("what", ["writing", "moving"])
@pytest.mark.parametrize("there", [False, True])
def test_the_next_takes_away_what_a_dead_one_left(tmp_path: Path, what: str, there: bool) -> None:
    target = tmp_path / "x"
    if there:
        target.mkdir()
        (target / "của tôi").touch()
    if what == "moving" and not there:
        pytest.skip("one name changes at once")
    begin([sys.executable, "-c", _DIES, what, str(target)]).wait()
    assert names(target if there else tmp_path) != (["của tôi"] if there else [])
    with atomic_write(target, add=True) as place:
        place.mkdir()
        (place / "1").write_text("mới")
    assert names(target) == (["1", "của tôi"] if there else ["1"])
    assert ((target / "1").read_text(), names(tmp_path)) == ("mới", ["x"])


def test_the_next_tidies_up_after_one_that_had_done_all_else(tmp_path: Path) -> None:
    begin([sys.executable, "-c", _DIES, "tidying", str(tmp_path / "x")]).wait()
    assert len(names(tmp_path)) == 2
    with atomic_write(tmp_path / "x", mark="1") as place:
        place.mkdir()
        for name in "123":
            (place / name).write_text(name)
    assert (names(tmp_path), names(tmp_path / "x")) == (["x"], ["1", "2", "3"])


def test_what_a_living_one_writes_is_let_be(tmp_path: Path) -> None:
    from subprocess import PIPE

    with Popen(
        [sys.executable, "-c", _DIES, "waiting", str(tmp_path / "x")], stdin=PIPE, stdout=PIPE, text=True
    ) as other:
        assert other.stdout and other.stdin
        assert other.stdout.readline() == "here\n"
        with temporary_folder(tmp_path / "x") as folder:
            assert len(names(tmp_path)) == 2
            assert folder.name in names(tmp_path)
        other.stdin.close()
        assert other.wait() == 0
    assert (names(tmp_path), names(tmp_path / "x")) == (["x"], ["1", "2", "3"])


def test_many_at_once_in_one_folder(tmp_path: Path) -> None:
    def write(number: int) -> None:
        for count in range(20):
            with atomic_write(tmp_path / f"{number}-{count}", within=tmp_path) as place:
                place.write_text(str(number))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(tmp_path)) == 160


def test_a_signal_leaves_nothing(tmp_path: Path) -> None:
    def heeding() -> None:  # also where the tests run in the background of a shell, which ignores it
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    command = [sys.executable, "-c", _DIES, "waiting", str(tmp_path / "x")]
    with Popen(command, stdin=-1, stdout=-1, text=True, preexec_fn=heeding) as other:  # no threads here
        assert other.stdout and other.stdin
        other.stdout.readline()
        other.send_signal(signal.SIGINT)
        assert other.wait() != 0
    assert names(tmp_path) == []
