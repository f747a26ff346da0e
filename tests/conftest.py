"""What many tests need: an archive in a temporary file, a run, captures made in one line."""

from __future__ import annotations

import os
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from multiprocessing import forkserver, get_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlite_utils import Database

from archive import Run, open_archive, start_run
from archive.model.errors import take_notices
from archive.workers.channel import serve
from tests.killable_commands import Parent, parent_of_all
from tests.support import ALL, NOON, PAPER, Shoot, new_archive, shoot

# CI tries the same examples each time, so that a submission is judged by what it changed; elsewhere they are new ones.
# No example has a time limit: a busy machine is no mistake.
settings.register_profile(
    "luubao", derandomize=bool(os.environ.get("CI")), deadline=None, max_examples=100 if ALL else 20
)
settings.load_profile("luubao")

os.environ["LUUBAO_CONFIG"] = os.devnull  # nobody's own settings, whoever runs the tests
os.environ["LUUBAO_READERS"] = "1"  # one that is forked at once; a second would be started anew for each crawl


class Progress:
    """A line that grows on a terminal, instead of sixty lines of dots; and at the end, what was not tested."""

    def __init__(self, config: pytest.Config):
        self.config, self.done = config, 0
        self.shown = sys.stdout.isatty()
        self.skipped: Counter[str] = Counter()

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        return ("passed" if report.when == "call" else "", "", "") if report.passed else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and isinstance(report.longrepr, tuple):
            self.skipped[report.longrepr[2].removeprefix("Skipped: ")] += 1
        self.done += report.when == "teardown"
        if self.shown and self.done % 10 == 0:
            sys.stdout.write(f"\r{self.done} tests")
            sys.stdout.flush()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for reason, count in self.skipped.most_common():
            terminalreporter.write_line(f"not tested, {count}: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and config.get_verbosity() < 0:
        config.pluginmanager.register(Progress(config), "progress")


_MOST = 20_000  # characters


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Where large values differ at first. In CI pytest compares them line by line, whatever their size: difflib takes
    an hour and twenty gigabytes for what a whole archive says."""
    texts = repr(left), repr(right)
    if op != "==" or max(map(len, texts)) <= _MOST:
        return None
    moment = next((n for n, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts)))
    near = [text[max(0, moment - 200) : moment + 200] for text in texts]
    return ["large values are equal", f"they differ at character {moment} of their repr():", *near]


_FORKSERVER = get_context("forkserver")
_FORKSERVER.set_forkserver_preload(["tests.preloaded"])


def _forked() -> tuple[Any, socket.socket]:
    """A worker, as archive.workers.start makes one: forked from a process that has imported everything."""
    ours, theirs = socket.socketpair()
    forkserver.ensure_running()
    with theirs:
        process = _FORKSERVER.Process(
            target=serve, args=(theirs, vars(forkserver._forkserver)["_forkserver_pid"]), daemon=True
        )
        process.start()
    return process, ours


@pytest.fixture(autouse=True)
def _workers_begin_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is begun anew imports for a second. How they begin is tried in test_workers and test_signals."""
    if request.node.path.stem not in ("test_workers", "test_signals"):
        monkeypatch.setattr("archive.workers.start._spawned", _forked)


@pytest.fixture(autouse=True)
def _no_outlets_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that was called in this process leaves where outlets of one's own are."""
    monkeypatch.setattr("crawler.config.catalogue._configuration", [])


@pytest.fixture(autouse=True)
def _no_notices_of_another_test() -> None:
    """What a command in this process passed over and did not say stays noted."""
    take_notices()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    new_archive(path)
    with open_archive(path, create=True) as opened:
        yield opened


@pytest.fixture
def run(db: Database) -> Run:
    return start_run(db, PAPER, {"luubao": "test"}, NOON)


@pytest.fixture(name="shoot")
def shooting() -> Shoot:
    return shoot


@pytest.fixture(scope="session")
def parent() -> Parent:
    """Whoever forks luubao's commands."""
    return parent_of_all()
