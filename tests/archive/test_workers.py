"""Processes that may die or hang at what they are given: only that is lost."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archive.model.errors import LuubaoError
from archive.workers import Lost, Workers, awaited
from archive.workers.channel import Limits
from archive.workers.dispatcher import Dispatcher

Answer = tuple[str, int]


@contextmanager
def worker(folder: Path | None = None) -> Iterator[Callable[[str], Answer]]:
    """Does as it is told, and says which process it is."""

    def answer(task: str) -> Answer:
        if task == "die once" and folder is not None and not (folder / "died").exists():
            (folder / "died").touch()
            die()
        if (said := DEEDS.get(task)) and (answered := said()) is not None:
            return answered  # type: ignore[no-any-return]  # some are no answers, as a damaged process's may be
        return task, os.getpid()

    yield answer


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    raise ValueError("of ours")


def fill_slowly() -> None:
    held = []
    while True:
        held.append(bytearray(10**6))


class Unloadable:
    """Can be sent, and not be received."""

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return int, ("no number",)


def own_line() -> socket.socket:
    """The line over which this worker speaks: the one socket it has."""
    for file in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if str(file.readlink()).startswith("socket:"):
                return socket.socket(fileno=os.dup(int(file.name)))
    raise AssertionError("no socket")


DEEDS: dict[str, Callable[[], Any]] = {
    "die": die,
    "hang": lambda: time.sleep(3600),
    "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "spin": lambda: re.match("(a|a)*b", "a" * 60),  # in C, for longer than the world has been
    "fill": lambda: len(b"x" * 10**9),
    "fill slowly": fill_slowly,
    "fail": fail,
    "garbage": Unloadable,
    "noise": lambda: own_line().sendall(b"noise" * 1000),
    "flood": lambda: own_line().sendall(b"A" + (2**40).to_bytes(8, "big") + b"x" * 1000),
}


@contextmanager
def broken() -> Iterator[Callable[[str], Answer]]:
    """Cannot even begin."""
    os._exit(3)
    yield lambda task: (task, 0)


def done(workers: Workers[str, Answer], tasks: list[str]) -> dict[int, Answer | Lost]:
    return dict(enumerate(map(awaited, [workers.call(task) for task in tasks])))


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


@contextmanager
def echo(size: int) -> Iterator[Callable[[bytes], bytes]]:
    """Answers with so many bytes."""
    yield lambda task: bytes([task[0]]) * size


def test_large_tasks_and_large_answers_pass_each_other() -> None:
    """Each of both is larger than a socket's buffer: whoever waited in a write would wait for ever."""
    with Workers[bytes, bytes](partial(echo, 1_000_000), 1) as workers:
        answers = [workers.call(bytes([number]) * 1_000_000) for number in range(20)]
        assert wait(answers, 60).not_done == set(), "nothing comes any more"
    assert [answer.result() for answer in answers] == [bytes([number]) * 1_000_000 for number in range(20)]


@pytest.mark.parametrize("task", ["fill", pytest.param("fill slowly", marks=pytest.mark.slow)])
def test_what_needs_too_much_memory_is_lost_and_nothing_else(task: str) -> None:
    with Workers[str, Answer](worker, 1, memory=200 * 1024 * 1024) as workers:
        answers = done(workers, ["a", task, "b"])
    assert answers[1] == Lost("needed more than 200 MB of memory")
    assert [answers[number][0] for number in (0, 2)] == ["a", "b"]  # type: ignore[index]  # a Lost would fail here


KEPT: list[bytes] = []


def leak() -> None:
    """Leaves 8 MB of what the process may have."""
    with suppress(MemoryError):
        while True:
            KEPT.append(bytes(10**6))
    del KEPT[-8:]


@contextmanager
def calling() -> Iterator[Callable[[Callable[[], object]], object]]:
    yield lambda task: task()


def a_page() -> Callable[[], object]:
    from archive import Run
    from archive.pipeline.page_reading import try_to_read
    from archive.storage.captures.kept_captures import Source
    from archive.text.recurring_blocks import Boilerplate
    from tests.support import NOON, PAPER

    body = (
        b"<html><body><article>"
        + b"<p>Mot doan van dai nhu moi doan, co dau cau.</p>" * 9_000
        + b"</article></body></html>"
    )
    source = Source(0, Run(0, 0, PAPER), "", "https://bao.example/a.htm", NOON)
    return partial(try_to_read, source, body, None, Boilerplate())


def a_picture() -> Callable[[], object]:
    from PIL import Image

    from archive.pictures import recognise  # as above

    file = io.BytesIO()
    Image.linear_gradient("L").resize((5000, 5000)).convert("RGB").save(file, "PNG")
    return partial(recognise, file.getvalue())


@pytest.mark.parametrize(
    "made",
    [lambda: partial(bytes, 60_000_000), lambda: partial(len, bytes(30_000_000)), a_page, a_picture],
    ids=["answer", "task", "page", "picture"],
)
def test_what_came_before_and_filled_a_process_is_no_fault_of_what_comes_after(made: Callable[[], Any]) -> None:
    task = made()
    with Workers[Callable[[], object], object](calling, 1) as workers:
        answers = done(workers, [leak, task, task])  # type: ignore[arg-type, list-item]  # no strings
    assert answers == {0: None, 1: task(), 2: task()}


def test_memory_is_watched_where_the_system_does_not_limit_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.workers.dispatcher.memory_is_limited_by_the_system", lambda: False)
    ours, theirs = os.pipe()
    dispatcher = Dispatcher(worker, 1, 10, Limits(memory=10**6), ours)
    try:
        dispatcher.add(1, "hang", False)
        dispatcher.hand_out()
        answers: list[tuple[int, Lost]] = []
        while not answers:  # each wait ends with a look
            answers = dispatcher.listen()
        assert answers == [(1, Lost("needed more than 0 MB of memory"))]
    finally:
        dispatcher.close()
        os.close(ours)
        os.close(theirs)


def test_what_computes_for_ever_is_lost_wherever_it_does() -> None:
    with Workers[str, Answer](worker, 1, processor=0.3) as workers:
        answers = done(workers, ["a", "spin", "b"])
    assert answers[1] == Lost("not read within 0.3 seconds of processor time")
    assert [answers[number][0] for number in (0, 2)] == ["a", "b"]  # type: ignore[index]  # a Lost would fail here


@pytest.mark.slow
def test_what_has_no_answer_is_lost_and_nothing_else() -> None:
    with Workers[str, Answer](worker, 1, patience=1) as workers:
        answers = done(workers, ["a", "fail", "b", "garbage", "c", "noise", "d", "flood", "e", "stop", "f"])
    none = "the process that read it gave an answer that is none: "
    reasons = [answer.reason for answer in answers.values() if isinstance(answer, Lost)]
    assert reasons == [
        "failed with ValueError: of ours",
        f"{none}ValueError: invalid literal for int() with base 10: 'no number'",
        f"{none}it is not of the form that was agreed on, or too long",
        f"{none}it is not of the form that was agreed on, or too long",
        "not read within 1 seconds",
    ]
    assert [answers[number][0] for number in range(0, 11, 2)] == list("abcdef")  # type: ignore[index]  # a Lost would fail here


def test_a_task_of_the_background_lets_others_go_first() -> None:
    came: list[str] = []
    with Workers[str, Answer](worker, 1) as workers:
        answers = {task: workers.call(task, background=True) for task in "abc"}
        answers |= {task: workers.call(task) for task in "de"}
        for task, answer in answers.items():
            answer.add_done_callback(lambda _, task=task: came.append(task))  # type: ignore[misc]  # the task of each
        wait(answers.values(), 60)
    assert came.index("d") < came.index("e") < came.index("c")


_ORPHAN = """
import sys, time
from archive.workers import Workers
from tests.archive.test_workers import worker
if __name__ == "__main__":
    workers = Workers(worker, 2)
    for answer in [workers.call("first") for _ in range(2)]:
        print(answer.result(60)[1], flush=True)
    for _ in range(4):
        workers.call(sys.argv[1])
    print("busy", flush=True)
    time.sleep(3600)
"""


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("task", ["spin", pytest.param("hang", marks=pytest.mark.slow)])
def test_nobody_outlives_whoever_started_them(tmp_path: Path, task: str) -> None:
    """Killed, the parent can say nothing to those who work for it."""
    program = tmp_path / "orphan.py"
    program.write_text(_ORPHAN)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, str(program), task]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout
        heard = [line.strip() for line in iter(parent.stdout.readline, "busy\n")]
        parent.kill()
    assert heard
    until = time.monotonic() + 30
    while any(Path(f"/proc/{process}").exists() for process in heard):
        assert time.monotonic() < until, "they live on"
        time.sleep(0.01)


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
        workers.call("hang")
    for answer in answers.values():
        with pytest.raises(ProcessLookupError):
            os.kill(answer[1], 0)  # type: ignore[index]  # a Lost would fail here
