"""Outlets on several workers: a real Redis server, real workers that are killed and frozen, and the papers' own log."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis import Redis
from rq import Worker

from archive.exchange import sync
from archive.exchange.object_store import ObjectStore
from crawler.fleet.batch import family
from tests.crawler.many_newspapers import PRESS, Town, town, visited_by_two_at_once
from tests.crawler.serving import LUUBAO, ROOT
from tests.invariants import ask

REDIS = shutil.which("redis-server")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not REDIS and not os.environ.get("CI"), reason="no redis-server here: `make tools` brings it"),
]

LEASE = 3


def _listens(place: Path) -> bool:
    """Whether somebody does: the socket is there a little earlier."""
    with socket.socket(socket.AF_UNIX) as asking:
        return asking.connect_ex(str(place)) == 0


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Its address: a socket in the folder."""
    place = folder / "redis.sock"
    assert REDIS, "no redis-server: .ci/tools installs it"
    command = [REDIS, "--port", "0", "--unixsocket", str(place), "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        while not _listens(place):
            assert server.poll() is None
            time.sleep(0.01)
        try:
            yield f"unix://{place}"
        finally:
            server.terminate()


@dataclass
class Fleet:
    """Workers of a town's papers. Each names itself as the contact, so that the papers' log says who came."""

    town: Town
    folder: Path
    queue: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def prepare(self) -> None:
        text = f'[many]\nspiders = "{self.town.spiders(self.folder / "spiders")}"\nqueue = "{self.queue}"\n'
        text += f'lease = {LEASE}\n[crawl]\ntimeout = 1\ninside = "{PRESS}"\n'
        (self.folder / "luubao.toml").write_text(text)

    def start_worker(self, archives: str = "archives", *more: str) -> subprocess.Popen[bytes]:
        name = f"tho{len(self.workers)}@bao.example"
        command = [*LUUBAO, "worker", "--archives", str(self.folder / archives), "--contact", name, *more]
        worker = subprocess.Popen([*command, "--config", str(self.folder / "luubao.toml")], cwd=ROOT)
        self.workers.append(worker)
        return worker

    def order(self, *names: str, to: Any = subprocess.PIPE) -> subprocess.Popen[str]:
        command = [
            *LUUBAO,
            "crawl",
            *(names or self.town.names),
            "--json",
            "--config",
            str(self.folder / "luubao.toml"),
        ]
        command += ["--archives", str(self.folder / "archives"), "--queue", self.queue]
        return subprocess.Popen(command, stdout=to, stderr=subprocess.PIPE, text=True, cwd=ROOT)

    def until_asked(self, requests: int, workers: int = 1) -> None:
        """Waits until so many requests have come, from so many workers."""
        while len(log := self.town.log()) < requests or len({one.who for one in log}) < workers:
            time.sleep(0.01)

    def until_all_wait(self) -> None:
        """Waits until every worker waits for an outlet: a worker that comes late may find that all are done."""
        with Redis.from_url(self.queue) as connection:
            while Worker.count(connection=connection) < len(self.workers):
                time.sleep(0.01)

    def kept_once(self, name: str) -> bool:
        """Whether everything that a paper has was captured, no exchange more than once, and each article has one
        version. (Whoever is killed between keeping a page and noting its links has it asked for again: that is a
        second exchange, and a second capture.)"""
        with sqlite3.connect(self.folder / "archives" / f"{name}.db") as connection:
            kept = Counter(urlsplit(url).path for (url,) in connection.execute("SELECT requested_url FROM captures"))
            versions = [count for (count,) in connection.execute("SELECT version_count FROM articles")]
        connection.close()
        return (
            set(kept) == self.town.paths(name)
            and all(kept[path] <= times for path, times in self.asked(name).items())
            and versions == [1] * self.town.articles
        )

    def asked(self, name: str) -> Counter[str]:
        """How often a paper was asked for each of its pages."""
        paths = self.town.paths(name)
        return Counter(one.path for one in self.town.log() if one.host == self.town.host(name) and one.path in paths)

    def asked_again(self) -> int:
        """How many articles were asked for a second time."""
        return sum(times - 1 for name in self.town.names for path, times in self.asked(name).items() if path != "/")

    def close(self) -> None:
        whole = [pid for worker in self.workers for pid in family(worker.pid)]
        for pid in whole:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for worker in self.workers:
            worker.wait()


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with town(5, 4, slowness=0.08, pictures=True) as papers, redis_server(tmp_path) as address:
        made = Fleet(papers, tmp_path, address)
        made.prepare()
        yield made
        made.close()


def kill(worker: subprocess.Popen[bytes]) -> None:
    """The machine is gone: the worker, the crawl, and who reads for it."""
    for pid in list(family(worker.pid)):
        os.kill(pid, signal.SIGKILL)
    worker.wait()


def told(order: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = order.communicate(timeout=600)
    assert err == ""
    found: dict[str, Any] = json.loads(out)
    return found


def test_workers_die_and_nothing_is_lost_or_doubled(fleet: Fleet) -> None:
    """One worker vanishes in the midst of a crawl, of another only the crawl; others go on."""
    first, second, _ = (fleet.start_worker() for _ in range(3))
    fleet.until_all_wait()
    order = fleet.order()
    fleet.until_asked(6, workers=3)
    kill(first)
    while not (crawls := [pid for pid in family(second.pid) if pid != second.pid]):
        time.sleep(0.01)  # between two outlets
    for pid in crawls:
        os.kill(pid, signal.SIGKILL)
    found = told(order)
    assert (order.returncode, found["exit"]) == (0, 0)
    assert sorted(one["outlet"] for one in found["outlets"]) == sorted(fleet.town.names)
    for name in fleet.town.names:
        assert fleet.kept_once(name)
    assert fleet.asked_again() <= 2 * 4  # no more than was under way in the two crawls that were killed
    assert visited_by_two_at_once(fleet.town.log()) == []


def test_a_worker_that_was_frozen_asks_for_nothing_when_it_wakes_up(fleet: Fleet) -> None:
    """SIGSTOP in the midst of a crawl; the outlet goes to another; then SIGCONT."""
    frozen = fleet.start_worker()
    order = fleet.order("bao000")
    fleet.until_asked(3)
    whole = list(family(frozen.pid))
    for pid in whole:
        os.kill(pid, signal.SIGSTOP)
    fleet.start_worker("elsewhere")  # it is another machine: the first one's lock is not seen there
    assert told(order)["exit"] == 0
    asked = len(fleet.town.log())
    for pid in whole:
        os.kill(pid, signal.SIGCONT)
    while [pid for pid in family(frozen.pid) if pid != frozen.pid]:
        time.sleep(0.01)  # until its crawl has noticed and ended
    log = fleet.town.log()
    assert len(log) == asked  # and it had addresses left to ask for
    assert len({one.path for one in log if one.who == "tho0@bao.example"}) < len(fleet.town.paths("bao000"))
    assert visited_by_two_at_once(log) == []


def test_a_worker_that_is_told_to_stop_gives_its_outlet_back(fleet: Fleet) -> None:
    worker = fleet.start_worker()
    order = fleet.order("bao000", "bao001")
    fleet.until_asked(2)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    fleet.start_worker()
    assert told(order)["exit"] == 0
    for name in ("bao000", "bao001"):
        assert fleet.kept_once(name)
    assert visited_by_two_at_once(fleet.town.log()) == []


def urls_and_times(path: Path) -> set[tuple[str, str]]:
    return set(ask(path, "SELECT requested_url, captured_at FROM captures"))


def test_machines_that_share_no_disk_carry_the_archive_through_a_store(fleet: Fleet) -> None:
    """One dies with captures that nobody else has; the outlet goes on elsewhere, and later comes back."""
    store = ("--store", f"file://{fleet.folder / 'store'}")
    first = fleet.start_worker("here", *store)
    order = fleet.order("bao000")
    fleet.until_asked(4)
    kill(first)
    left = urls_and_times(fleet.folder / "here" / "bao000.db")
    second = fleet.start_worker("there", *store)
    assert told(order)["exit"] == 0
    second.send_signal(signal.SIGTERM)
    second.wait(20)
    fleet.start_worker("here", *store)
    assert told(fleet.order("bao000"))["exit"] == 0
    to = fleet.folder / "bao000.db"
    sync.pull("bao000.db", ObjectStore(store[1]), to, pictures=None)
    whole = urls_and_times(to)
    assert left
    assert whole >= left | urls_and_times(fleet.folder / "there" / "bao000.db")
    assert whole == urls_and_times(fleet.folder / "here" / "bao000.db")
    assert len(whole) <= fleet.asked("bao000").total()
    assert visited_by_two_at_once(fleet.town.log()) == []
