"""kill -9 at any statement of whatever writes an archive: what was there stays, and the next time goes on to the same end.

The moments are drawn from a seed, so that a failure comes back; `make bench` tries every one.
"""

from __future__ import annotations

import lzma
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.archive.conftest import NAMED, TRACE
from tests.invariants import Rows, acknowledged, ask, contents, sound
from tests.killable_commands import Ended, Parent

pytestmark = pytest.mark.slow

OLD = Path(__file__).parent / "old" / "schema-1.db.xz"
ALL = 100_000

Make = Callable[[str], Path]
Work = Callable[[Path, int | None], Ended]
"""A command on an archive, to its end, or until it dies before the statement of that number."""


@pytest.fixture(params=[8, pytest.param(ALL, marks=pytest.mark.bench)], ids=["some", "all"])
def times(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def die_and_go_on(make: Make, work: Work, seed: int, times: int, check: Callable[[Path, Path], None]) -> None:
    """Works once undisturbed; then dies at `times` moments of its statements, each time on a fresh copy,
    is looked at, and works to the end. check: compares that end with the undisturbed one."""
    undisturbed = make("undisturbed.db")
    for moment in work(undisturbed, None).moments(random.Random(seed), times):
        path = make(f"{moment}.db")
        before = acknowledged(path)
        assert work(path, moment).code == -9, moment
        sound(path)
        assert acknowledged(path) == before, moment
        work(path, None)
        sound(path)
        assert acknowledged(path) == before, moment
        check(path, undisturbed)
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()


def same(path: Path, undisturbed: Path) -> None:
    assert contents(path) == contents(undisturbed)


def test_compacting(parent: Parent, copy: Make, times: int) -> None:
    before = contents(copy("before.db"))

    def compact(path: Path, dies_at: int | None) -> Ended:
        return parent.run("compact", "--db", path, dies_at=dies_at)

    def check(path: Path, undisturbed: Path) -> None:
        assert contents(path) == before
        assert stored(path) == stored(undisturbed)

    die_and_go_on(copy, compact, 1, times, check)


def stored(path: Path) -> Rows:
    return ask(path, "SELECT id, codec, dictionary_id, base_id, depth, length(data) FROM bodies ORDER BY id")


def test_destroying(parent: Parent, copy: Make, times: int) -> None:
    def destroy(path: Path, dies_at: int | None) -> Ended:
        return parent.run("withdraw", NAMED, "--reason", "x", "--destroy", "--yes", "--db", path, dies_at=dies_at)

    def check(path: Path, undisturbed: Path) -> None:
        same(path, undisturbed)
        assert TRACE not in b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))

    assert TRACE in copy("before.db").read_bytes()
    die_and_go_on(copy, destroy, 2, times, check)


def test_hiding(parent: Parent, copy: Make, times: int) -> None:
    die_and_go_on(copy, lambda path, dies_at: hide(parent, path, dies_at), 3, times, same)


def hide(parent: Parent, path: Path, dies_at: int | None) -> Ended:
    return parent.run("withdraw", NAMED, "--reason", "x", "--db", path, dies_at=dies_at)


def test_restoring(parent: Parent, copy: Make, times: int) -> None:
    before = contents(copy("before.db"))

    def hidden(name: str) -> Path:
        path = copy(name)
        assert hide(parent, path, None).code == 0
        return path

    def restore(path: Path, dies_at: int | None) -> Ended:
        return parent.run("withdraw", NAMED, "--restore", "--db", path, dies_at=dies_at)

    def check(path: Path, undisturbed: Path) -> None:
        same(path, undisturbed)
        held = contents(path)
        assert {name for name in held if held[name] != before[name]} <= {"withdrawals", "frontier"}

    die_and_go_on(hidden, restore, 4, times, check)


def test_reading_again(parent: Parent, copy_of_few: Make, times: int) -> None:
    """Killed again and again on the way; whenever it comes to its end, it begins anew with a fresh copy."""
    undisturbed = copy_of_few("undisturbed.db")
    before = acknowledged(undisturbed)
    once = parent.run("reread", "--jobs", "1", "--db", undisturbed)
    path, died = copy_of_few("0.db"), 0
    for moment in once.moments(random.Random(5), min(times, 60)):  # each takes two seconds
        code = parent.run("reread", "--jobs", "1", "--db", path, dies_at=moment).code
        sound(path)
        assert acknowledged(path) == before, moment
        died += code == -9
        if code == 0:
            same(path, undisturbed)
            path = copy_of_few(f"{moment}.db")
    assert died >= 5
    assert parent.run("reread", "--jobs", "1", "--db", path).code == 0
    same(path, undisturbed)


def test_merging(parent: Parent, copy_of_few: Make, archives: dict[str, Path], times: int) -> None:
    def merge(path: Path, dies_at: int | None = None) -> Ended:
        return parent.run("merge", archives["kept"], "--db", path, dies_at=dies_at)

    undisturbed = copy_of_few("undisturbed.db")
    for moment in merge(undisturbed).moments(random.Random(7), min(times, 200)):
        path = copy_of_few(f"{moment}.db")
        before = acknowledged(path)
        assert merge(path, moment).code == -9
        sound(path)
        assert before <= acknowledged(path)
        assert merge(path).code == 0
        sound(path)
        same(path, undisturbed)


def test_an_upgrade(parent: Parent, tmp_path: Path, times: int) -> None:
    def old(name: str) -> Path:
        (tmp_path / name).write_bytes(lzma.decompress(OLD.read_bytes()))
        return tmp_path / name

    undisturbed = old("undisturbed.db")
    for moment in parent.run("upgrade", "--db", undisturbed).moments(random.Random(6), times):
        path = old(f"{moment}.db")
        before = acknowledged(path)
        assert parent.run("upgrade", "--db", path, dies_at=moment).code == -9
        assert acknowledged(path) == before
        assert ask(path, "PRAGMA integrity_check") == [("ok",)]
        assert parent.run("upgrade", "--db", path).code == 0
        sound(path)
        assert acknowledged(path) == before
        same(path, undisturbed)
