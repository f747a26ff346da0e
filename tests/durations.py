"""What each test pays for: `pytest -p tests.durations --costs FILE` writes a line for each test and each fixture's setup.

Columns: seconds on the clock, processor seconds here and in ended children, processes started, crawls of luubao among
them, seconds slept here, and the test's name with its phase. From Python's own audit events, so it costs nearly nothing.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_counts: Counter[str] = Counter()


def _count(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        _counts["processes"] += 1
        words = [str(word) for word in arguments[1]] if isinstance(arguments[1], list | tuple) else []
        _counts["luubao"] += "crawler" in words or any(word.endswith("/luubao") for word in words)
    elif event in ("os.fork", "os.forkpty", "os.posix_spawn"):
        _counts["processes"] += 1
    elif event == "time.sleep":
        _counts["slept"] += arguments[0]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--costs", type=Path, help="write what each test pays for into this file")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--costs"):
        sys.addaudithook(_count)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    yield from _measured(item, "setup")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    yield from _measured(item, "call")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield from _measured(item, "teardown")


def _measured(item: pytest.Item, phase: str) -> Iterator[None]:
    file = item.config.getoption("--costs")
    if not file:
        return (yield)
    _counts.clear()
    clock, times = time.monotonic(), os.times()
    try:
        return (yield)
    finally:
        ended = os.times()
        here = ended.user + ended.system - times.user - times.system
        children = ended.children_user + ended.children_system - times.children_user - times.children_system
        figures = [time.monotonic() - clock, here, children, _counts["processes"], _counts["luubao"], _counts["slept"]]
        with file.open("a") as lines:
            lines.write("\t".join([*(f"{figure:.2f}" for figure in figures), phase, item.nodeid]) + "\n")
