"""Which outlets may be crawled at the same time, in which order, and what a round's exit code says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archive.runtime.atomic_files import lock_file
from crawler.fleet.batch import exit_of
from crawler.fleet.crawl_subprocess import Task, longest_waiting_first, share_a_host
from crawler.run.run_verdict import Exit


def task(name: str, *hosts: str, folder: Path = Path()) -> Task:
    return Task(name, folder / f"{name}.db", hosts)


@pytest.mark.parametrize(
    ("mine", "theirs", "shared"),
    [
        (("baoa.vn",), ("baob.vn",), False),
        (("baoa.vn",), ("baoa.vn",), True),
        (("baoa.vn", "m.baob.vn"), ("baob.vn",), True),  # one lies below the other's
        (("baob.vn",), ("baoa.vn", "m.baob.vn"), True),
        (("baoa.vn",), ("xbaoa.vn",), False),
        (("127.0.1.1",), ("127.0.1.2",), False),
    ],
)
def test_outlets_that_share_a_host(mine: tuple[str, ...], theirs: tuple[str, ...], shared: bool) -> None:
    assert share_a_host(task("a", *mine), task("b", *theirs)) is shared


def test_who_has_waited_longest_goes_first(tmp_path: Path) -> None:
    tasks = [task(name, f"{name}.vn", folder=tmp_path) for name in ("an", "binh", "chi", "dung")]
    for name, crawled in (("an", 3_000), ("binh", 1_000), ("dung", 2_000)):
        lock_file(tmp_path / f"{name}.db", name).touch()
        os.utime(lock_file(tmp_path / f"{name}.db", name), (crawled, crawled))
    assert [one.outlet for one in longest_waiting_first(tasks)] == ["chi", "binh", "dung", "an"]


@pytest.mark.parametrize(
    ("codes", "stopped", "whole"),
    [
        ([], False, Exit.OK),
        ([Exit.OK, Exit.OK], False, Exit.OK),
        ([Exit.OK, Exit.OK_WITH_WARNINGS], False, Exit.OK_WITH_WARNINGS),
        ([Exit.OK, Exit.LOCKED, Exit.OK_WITH_WARNINGS], False, Exit.LOCKED),
        ([Exit.OK, Exit.FAILED], False, Exit.PARTLY_FAILED),
        ([Exit.OK, Exit.NOTHING_FOUND, Exit.LOCKED], False, Exit.PARTLY_FAILED),
        ([Exit.MISCONFIGURED, Exit.MISCONFIGURED], False, Exit.MISCONFIGURED),  # no contact, for instance
        ([Exit.NOTHING_FOUND], False, Exit.NOTHING_FOUND),  # the machine has no network
        ([Exit.OK, Exit.INTERRUPTED], True, Exit.INTERRUPTED),
        ([Exit.OK, Exit.FAILED], True, Exit.INTERRUPTED),
    ],
)
def test_one_exit_code_for_a_round(codes: list[Exit], stopped: bool, whole: Exit) -> None:
    assert exit_of(codes, stopped=stopped) is whole
