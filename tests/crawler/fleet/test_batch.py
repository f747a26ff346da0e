"""Many outlets side by side, as `luubao crawl --all` does it: real processes, a town of real servers, and its log."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive import open_archive
from archive.pipeline.verification import verify
from crawler.cli import luubao
from crawler.fleet.batch import family
from tests.crawler.many_newspapers import PRESS, Asked, Town, town, visited_by_two_at_once
from tests.crawler.serving import LUUBAO, ROOT
from tests.crawler.test_shutdown import gone

PAPERS, ARTICLES = 6, 3


@dataclass
class Desk:
    """A library's machine: settings, spiders, and archives in `folder`."""

    town: Town
    folder: Path

    def settings(self, more: str = "") -> None:
        spiders = self.town.spiders(self.folder / "spiders")
        many = f'[many]\nspiders = "{spiders}"\n'
        crawl = f'[crawl]\ncontact = "thu-vien@bao.example"\ninside = "{PRESS}"\n'
        archives = f'[archive]\narchives = "{self.folder / "archives"}"\n'
        (self.folder / "luubao.toml").write_text(archives + crawl + many + more)

    def command(self, *arguments: str) -> list[str]:
        return [*LUUBAO, "crawl", *arguments, "--config", str(self.folder / "luubao.toml")]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, check=False, cwd=ROOT)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )

    def ask(self, name: str, question: str) -> list[Any]:
        with sqlite3.connect(self.folder / "archives" / f"{name}.db") as connection:
            rows = [row[0] for row in connection.execute(question)]
        connection.close()
        return rows


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with town(PAPERS, ARTICLES, slowness=0.02, pictures=True) as running:
        made = Desk(running, tmp_path)
        made.settings()
        yield made


def at_a_time(log: list[Asked]) -> int:
    """How many papers were in the midst of their crawl at once, at most."""
    spans: dict[str, tuple[float, float]] = {}
    for one in log:
        begun, ended = spans.get(one.host, (one.begun, one.ended))
        spans[one.host] = (min(begun, one.begun), max(ended, one.ended))
    spans.pop(PRESS, None)
    return max(sum(begun <= moment <= ended for begun, ended in spans.values()) for moment, _ in spans.values())


def captured(desk: Desk, name: str) -> list[str]:
    return sorted(desk.ask(name, "SELECT requested_url FROM captures"))


def addresses(desk: Desk, name: str) -> list[str]:
    return sorted(f"http://{desk.town.host(name)}:{desk.town.port}{path}" for path in desk.town.paths(name))


@pytest.mark.slow
def test_all_outlets_side_by_side(desk: Desk) -> None:
    """One is out of order, two share a host; the rest is as if each had been alone. Then again, within budgets."""
    spiders = desk.folder / "spiders"
    (spiders / "twins.py").write_text(
        "from crawler.outlet import OutletSpider\n"
        "class Twin(OutletSpider):\n"
        f"    name, title, home, hosts, delay = 'twin', 'Báo đôi', 'http://{desk.town.host('bao000')}:{desk.town.port}/',"
        f" ('{desk.town.host('bao000')}',), 0.0\n"
        "class Closed(OutletSpider):\n"
        "    name, title, home, hosts, delay = 'closed', 'Báo đóng', 'http://127.0.8.8:9/', ('127.0.8.8',), 0.0\n"
    )
    done = desk.run("--all", "--json")
    told = json.loads(done.stdout)
    outcomes = {one["outlet"]: one["outcome"] for one in told["outlets"]}
    assert outcomes == {**dict.fromkeys(desk.town.names, "ok"), "twin": "ok", "closed": "nothing-found"}
    assert (done.returncode, told["exit"], told["stopped"], told["waiting"]) == (4, 4, False, 0)
    assert [line for line in done.stderr.splitlines() if line.startswith("closed: No page answered")]
    assert [line for line in done.stderr.splitlines() if "closed" not in line] == []
    assert told["counts"]["new"] == (PAPERS + 1) * ARTICLES
    measured = [one["megabytes"] for one in told["outlets"] if one["megabytes"] is not None]
    assert measured and all(0 < megabytes < 400 for megabytes in measured)  # a crawl of a moment is not measured
    for name in desk.town.names:
        assert captured(desk, name) == addresses(desk, name)
    log = desk.town.log()
    pictures = [one for one in log if one.host == PRESS and one.path.endswith(".png")]
    assert len(pictures) == (PAPERS + 1) * ARTICLES
    assert visited_by_two_at_once(log) == []
    assert at_a_time(log) > 2
    again = desk.run(*desk.town.names[:4], "--at-once", "2", "--recheck-all")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert at_a_time(desk.town.log()[len(log) :]) <= 2
    before = len(desk.town.log())
    assert desk.run(*desk.town.names[:3], "--memory", "100", "--recheck-all").returncode == 0
    assert at_a_time(desk.town.log()[before:]) == 1


def test_all_outlets_into_one_archive(desk: Desk) -> None:
    path = desk.folder / "all.db"
    assert desk.run(*desk.town.names[:4], "--db", str(path)).returncode == 0
    with open_archive(path) as db:
        assert list(verify(db)) == []
        kept = sorted(url for (url,) in db.execute("SELECT requested_url FROM captures"))
    assert kept == sorted(url for name in desk.town.names[:4] for url in addresses(desk, name))


def started(desk: Desk, process: subprocess.Popen[str], requests: int) -> dict[str, int]:
    """Waits until so many requests have been answered; returns the crawls' processes."""
    while len(desk.town.log()) < requests:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    return {name: pid for name in desk.town.names if (pid := holder(desk, name))}


def holder(desk: Desk, name: str) -> int:
    try:
        return int((desk.folder / "archives" / f"{name}.db.{name}.lock").read_text().split()[0])
    except (OSError, IndexError):
        return 0


@pytest.mark.slow
def test_sigterm_ends_all_cleanly_and_the_next_round_goes_on(desk: Desk) -> None:
    process = desk.start("--all", "--at-once", "4", "--json")
    started(desk, process, 12)
    whole = list(family(process.pid))
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=600)
    told = json.loads(out)
    assert (process.returncode, told["stopped"]) == (5, True)
    assert "Stopped by a signal" in err
    assert {one["outcome"] for one in told["outlets"]} <= {"ok", "interrupted"}
    assert gone(whole)
    assert desk.run("--all").returncode == 0
    for name in desk.town.names:
        assert captured(desk, name) == addresses(desk, name) or len(captured(desk, name)) > len(addresses(desk, name))
        assert set(captured(desk, name)) == set(addresses(desk, name))


@pytest.mark.slow
def test_a_crawl_that_is_killed_touches_no_other(desk: Desk) -> None:
    process = desk.start("--all", "--at-once", "4", "--json")
    crawls = started(desk, process, 12)
    victim = next(name for name, pid in crawls.items() if Path(f"/proc/{pid}").exists())
    os.kill(crawls[victim], signal.SIGKILL)
    out, err = process.communicate(timeout=600)
    outcomes = {one["outlet"]: one for one in json.loads(out)["outlets"]}
    assert process.returncode == 4
    assert (
        outcomes.pop(victim)["reason"]
        == "The process that crawled it was killed by signal 9; the next run continues from there"
    )
    assert err.startswith(f"{victim}: ")
    assert {one["outcome"] for one in outcomes.values()} == {"ok"}
    assert desk.run(victim).returncode == 0
    assert set(captured(desk, victim)) == set(addresses(desk, victim))


@pytest.mark.slow
def test_crawls_whose_parent_was_killed_end_too(desk: Desk) -> None:
    process = desk.start("--all", "--at-once", "4")
    crawls = started(desk, process, 12)
    whole = [*family(process.pid), *crawls.values()]
    process.kill()
    process.communicate(timeout=600)
    assert gone(whole)
    assert "interrupted" in outcomes(desk, crawls)  # as if they had been told to stop
    assert desk.run("--all").returncode == 0
    assert outcomes(desk, crawls) <= {"ok", "interrupted"}  # one that was told before it listened is closed by the next


def outcomes(desk: Desk, crawls: Iterable[str]) -> set[str]:
    return {outcome for name in crawls for outcome in desk.ask(name, "SELECT outcome FROM runs")}


def test_what_cannot_be_crawled_is_said_before_anything_is(desk: Desk) -> None:
    def told(*arguments: str) -> str:
        done = CliRunner().invoke(luubao, [*arguments, "--config", str(desk.folder / "luubao.toml")])
        assert done.exit_code == 2
        return done.output

    assert "or give --all" in told("crawl")
    assert "or give --all" in told("crawl", "bao000", "--all")
    assert "no outlet is called bao00x" in told("crawl", "bao000", "bao00x")
    assert "name that one alone" in told("crawl", "bao000", "bao001", "--base-url", "http://127.0.0.1/")
    assert "no Redis server answers" in told("crawl", "bao000", "--queue", "redis://127.0.0.1:9/0")
    assert "no Redis server answers" in told("worker", "--queue", "redis://127.0.0.1:9/0")
    assert "set `queue` in the section [many]" in told("worker")
    assert "such as redis://10.0.0.5:6379/0" in told("worker", "--queue", "10.0.0.5")
    (desk.folder / "luubao.toml").write_text('[many]\nspiders = "nowhere"\n')
    assert "there is no such folder" in told("crawl", "--all")
    assert desk.town.log() == []
