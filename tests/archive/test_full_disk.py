"""A full disk: a sentence and an exit code, an archive that is whole, and work that goes on when there is room again."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.conftest import NAMED
from tests.crawler.serving import article, front, served
from tests.mortal import Ended, Parent
from tests.soundness import acknowledged, ask, asked_once, contents, sound

WORK = {
    "compact": ("compact",),
    "reread": ("reread", "--jobs", "1"),
    "withdraw": ("withdraw", NAMED, "--reason", "x"),
    "destroy": ("withdraw", NAMED, "--reason", "x", "--destroy", "--yes"),
    "merge": ("merge", "{other}"),
}
_WAY_OUT = "Check free space"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount")
    yield place
    subprocess.run(["umount", place], check=True)


def fill(disk: Path, free: int) -> Path:
    """A file that leaves so many bytes free."""
    ballast, room = disk / "ballast", os.statvfs(disk)
    ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - free))
    return ballast


def told(ended: Ended) -> None:
    assert ended.code == 1
    assert _WAY_OUT in ended.err and "Traceback" not in ended.err, ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("work", WORK)
def test_no_room_at_all_and_room_that_runs_out(
    parent: Parent, archives: dict[str, Path], disk: Path, tmp_path: Path, work: str
) -> None:
    words = [word.format(other=archives["kept"]) for word in WORK[work]]
    undisturbed = Path(shutil.copy(archives["few"], tmp_path / "undisturbed.db"))
    parent.run(*words, "--db", undisturbed)
    for free in (0, 44_000):
        path = Path(shutil.copy(archives["few"], disk / "archive.db"))
        before = acknowledged(path)
        ballast = fill(disk, free)
        told(parent.run(*words, "--db", path))
        ballast.unlink()
        assert acknowledged(path) == before
        sound(path)
        assert parent.run(*words, "--db", path).code == 0
        sound(path)
        assert contents(path) == contents(undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("work", WORK)
def test_a_bound_on_what_a_file_may_grow_to(
    parent: Parent, archives: dict[str, Path], tmp_path: Path, work: str
) -> None:
    """What a quota or a limit does: SQLite's writes fail, wherever they are."""
    words = [word.format(other=archives["kept"]) for word in WORK[work]]
    source = archives["kept" if work == "compact" else "few"]
    undisturbed, path = (Path(shutil.copy(source, tmp_path / name)) for name in ("undisturbed.db", "bound.db"))
    parent.run(*words, "--db", undisturbed)
    before = acknowledged(path)
    told(parent.run(*words, "--db", path, largest_file=33_000))
    sound(path)
    assert acknowledged(path) == before
    assert parent.run(*words, "--db", path).code == 0
    assert contents(path) == contents(undisturbed)


@pytest.mark.slow
def test_a_crawl_ends_and_goes_on_when_there_is_room(parent: Parent, disk: Path) -> None:
    path = disk / "archive.db"
    large = secrets.token_hex(100_000)  # what a page takes is more than the steps in which room is made
    pages = {"/a.htm": article("Bài A", large), "/b.htm": article("Bài B", large)}
    with served({"/": front("/a.htm", "/b.htm"), **pages}) as site:
        command = ("crawl", "demo", "--base-url", site.base_url, "--db", path)
        rooms = iter((0, 40_000, *range(400_000, 4_000_000, 40_000)))
        while not site.asked:  # until there is room enough to begin, and not enough to end
            ballast = fill(disk, next(rooms))
            ended = parent.run(*command)
            ballast.unlink()
            assert ended.code == 1, ended.err
            assert _WAY_OUT in ended.err and len(ended.err.splitlines()) == 1, ended.err
        assert parent.run(*command).code == 0
    asked_once(path)
    sound(path)
    assert ask(path, "SELECT headline FROM articles ORDER BY 1") == [("Bài A",), ("Bài B",)]


@pytest.mark.slow
def test_even_questions_need_some_room_and_say_so(parent: Parent, archives: dict[str, Path], disk: Path) -> None:
    path = Path(shutil.copy(archives["few"], disk / "archive.db"))
    ballast = fill(disk, 0)
    told(parent.run("articles", "--db", path))
    ballast.unlink()
    assert parent.run("articles", "--db", path).code == 0
