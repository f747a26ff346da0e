"""Processes that may die or hang at what they are given: only that is lost."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from archive.errors import LuubaoError
from archive.workers import Lost, Workers

Answer = tuple[str, int]


@contextmanager
def worker(folder: Path | None = None) -> Iterator[Callable[[str], Answer]]:
    """Does as it is told, and says which process it is."""

    def answer(task: str) -> Answer:
        if task == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if task == "die once" and folder is not None and not (folder / "died").exists():
            (folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if task == "hang":
            time.sleep(3600)
        return task, os.getpid()

    yield answer


@contextmanager
def broken() -> Iterator[Callable[[str], Answer]]:
    """Cannot even begin."""
    os._exit(3)
    yield lambda task: (task, 0)


def done(workers: Workers[str, Answer], tasks: list[str]) -> dict[int, Answer | Lost]:
    for number, task in enumerate(tasks):
        workers.submit(number, task)
    answers: dict[int, Answer | Lost] = {}
    until = time.monotonic() + 30
    while len(answers) < len(tasks) and time.monotonic() < until:
        for number, answer in workers.answers(0.1):
            assert number not in answers
            answers[number] = answer
    return answers


def test_every_task_is_answered_once() -> None:
    tasks = [f"task {number}" for number in range(200)]
    with Workers[str, Answer](worker, 2) as workers:
        answers = done(workers, tasks)
    assert [answers[number][0] for number in range(200)] == tasks  # type: ignore[index]  # a Lost would fail here
    assert len({answer[1] for answer in answers.values()}) == 2  # type: ignore[index]  # a Lost would fail here


def test_what_kills_its_process_is_lost_and_nothing_else() -> None:
    tasks = ["a", "die", "b", "c", "die", "d"]
    with Workers[str, Answer](worker, 1) as workers:
        answers = done(workers, tasks)
    assert answers[1] == answers[4] == Lost("the process that read it was killed by signal 9")
    assert [answers[number][0] for number in (0, 2, 3, 5)] == ["a", "b", "c", "d"]  # type: ignore[index]  # a Lost would fail here


def test_a_process_that_somebody_else_killed_costs_nothing(tmp_path: Path) -> None:
    with Workers[str, Answer](partial(worker, tmp_path), 1) as workers:
        answers = done(workers, ["a", "die once", "b"])
    assert [answers[number][0] for number in range(3)] == ["a", "die once", "b"]  # type: ignore[index]  # a Lost would fail here


def test_what_does_not_end_is_lost_in_time() -> None:
    with Workers[str, Answer](worker, 2, patience=0.5) as workers:
        answers = done(workers, ["a", "hang", "b", "c"])
    assert answers[1] == Lost("not read within 0.5 seconds")
    assert [answers[number][0] for number in (0, 2, 3)] == ["a", "b", "c"]  # type: ignore[index]  # a Lost would fail here


def test_processes_have_a_bounded_life() -> None:
    with Workers[str, Answer](worker, 1, life=10) as workers:
        answers = done(workers, [f"task {number}" for number in range(30)])
    processes = [answers[number][1] for number in range(30)]  # type: ignore[index]  # a Lost would fail here
    assert [len(set(processes[start : start + 10])) for start in (0, 10, 20)] == [1, 1, 1]
    assert len(set(processes)) == 3


def test_processes_that_cannot_begin_are_told() -> None:
    with (
        Workers[str, Answer](broken, 1) as workers,
        pytest.raises(LuubaoError, match="cannot be started: it ended with 3"),
    ):
        done(workers, ["a"])


def test_nobody_is_left() -> None:
    with Workers[str, Answer](worker, 2) as workers:
        answers = done(workers, ["a", "b", "c", "d"])
        workers.submit(9, "hang")
    for answer in answers.values():
        with pytest.raises(ProcessLookupError):
            os.kill(answer[1], 0)  # type: ignore[index]  # a Lost would fail here
