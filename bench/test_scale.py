"""Many outlets: how many a minute on two cores and what memory each takes; and what becomes of a hundred when their
workers are killed at random.

The newspapers are on loopback, a server for all in a process of its own; its log is what visits are judged by.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlite_utils import Database

from archive import Run, open_archive, start_run
from archive.exchange.object_store import SIZE, manifest_of
from archive.storage.connection import transaction
from archive.storage.integrity.fixity import copy_archive
from archive.storage.stored_bodies import compact
from bench.big import OUTLET
from bench.imagined import BEGIN, Paper
from bench.pages import Site
from bench.test_storage import capture_of
from crawler.fleet.batch import family
from tests.crawler.fleet.test_rq_workers import Fleet, kill, redis_server
from tests.crawler.many_newspapers import town, visited_by_two_at_once
from tests.crawler.serving import LUUBAO, ROOT
from tests.support import visit

pytestmark = pytest.mark.bench

ARTICLES = 8


@pytest.mark.timeout(600)
def test_three_hundred_outlets_on_one_machine(tmp_path: Path) -> None:
    """Outlets a minute, side by side on two cores, against one crawl after the other; megabytes for each (PSS: what is
    shared counts in parts)."""
    with town(300, ARTICLES) as papers:
        settings = tmp_path / "luubao.toml"
        settings.write_text(f'[many]\nspiders = "{papers.spiders(tmp_path / "spiders")}"\ncores = 2\n')
        alone = _crawl(settings, tmp_path / "alone", *papers.names[:1])
        one = min(_crawl(settings, tmp_path / f"alone-{number}", papers.names[number])["took"] for number in range(3))
        whole = _crawl(settings, tmp_path / "all", *papers.names)
        log = papers.log()
    assert {outlet["outcome"] for outlet in whole["outlets"]} == {"ok"}
    assert whole["counts"]["new"] == 300 * ARTICLES
    assert alone["exit"] == 0
    assert visited_by_two_at_once(log) == []
    memory = [outlet["megabytes"] for outlet in whole["outlets"]]
    rate = 300 / whole["took"] * 60
    print(
        f"\n300 outlets of {ARTICLES + 1} pages on 2 cores: {rate:.0f} a minute, one after the other {60 / one:.0f};"
        f" {median(memory):.0f} MB each (at most {max(memory)})"
    )
    assert rate >= 2.5 * 60 / one
    assert median(memory) <= 100


def _crawl(settings: Path, archives: Path, *names: str) -> dict[str, Any]:
    command = [*LUUBAO, "crawl", *names, "--archives", str(archives), "--config", str(settings), "--json"]
    begun = time.monotonic()
    done = subprocess.run(
        [*command, "--contact", "a@bao.example"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return {**json.loads(done.stdout), "took": time.monotonic() - begun}


@pytest.mark.timeout(900)
def test_workers_are_killed_at_random(tmp_path: Path) -> None:
    """A hundred outlets, four workers that share a disk; every few seconds one is killed, with its crawl or only the
    crawl, or is frozen for longer than its lease; another is begun."""
    rng = random.Random(7)
    with town(100, 6, slowness=0.02) as papers, redis_server(tmp_path) as address, ExitStack() as stack:
        fleet = stack.enter_context(closing(Fleet(papers, tmp_path, address)))
        fleet.prepare()
        for _ in range(4):
            fleet.start_worker()
        with (tmp_path / "told.json").open("w") as file:  # a pipe would be full before anybody reads it
            order = fleet.order(to=file)
            killed = _torment(fleet, order, rng)
        order.communicate()
        told = json.loads((tmp_path / "told.json").read_text())
        fleet.close()
        log = papers.log()
        assert len(told["outlets"]) == 100
        assert {one["outcome"] for one in told["outlets"]} == {"ok"}
        lost, doubled = _lost_and_doubled(fleet)
        twice = visited_by_two_at_once(log)
        print(
            f"\n100 outlets, {dict(killed)}: {lost} captures lost, {doubled} doubled, {len(twice)} hosts visited by two"
            f" at once; {fleet.asked_again()} of 600 articles asked for again; {len(fleet.workers)} workers in all"
        )
        assert sum(killed.values()) >= 10
        assert (lost, doubled, twice) == (0, 0, [])
        assert all(fleet.kept_once(name) for name in papers.names)


def _torment(fleet: Fleet, order: subprocess.Popen[str], rng: random.Random) -> Counter[str]:
    """Until all is done. Returns how often what was done."""
    done: Counter[str] = Counter()
    asleep: list[tuple[float, list[int]]] = []
    while order.poll() is None:
        time.sleep(rng.uniform(0.5, 2.0))
        for waking, whole in [one for one in asleep if one[0] < time.monotonic()]:
            _signal(whole, signal.SIGCONT)
            asleep.remove((waking, whole))
        alive = [worker for worker in fleet.workers if worker.poll() is None]
        awake = [worker for worker in alive if all(worker.pid not in whole for _, whole in asleep)]
        if len(awake) < 4:
            fleet.start_worker()
        if len(awake) < 2 or order.poll() is not None:
            continue
        victim, how = rng.choice(awake), rng.choice(["workers killed", "crawls killed", "workers frozen"])
        whole = list(family(victim.pid))
        if how == "workers killed":
            kill(victim)
        elif how == "crawls killed":
            _signal(whole[1:], signal.SIGKILL)
            how = how if whole[1:] else "found idle"
        else:
            _signal(whole, signal.SIGSTOP)
            asleep.append((time.monotonic() + rng.uniform(1, 12), whole))
        done[how] += 1
    for _, whole in asleep:
        _signal(whole, signal.SIGCONT)
    return done


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _lost_and_doubled(fleet: Fleet) -> tuple[int, int]:
    """Pages that were published and are in no archive; captures that there was no exchange of their own for, or that
    the archive has twice."""
    lost = doubled = 0
    for name in fleet.town.names:
        with sqlite3.connect(fleet.folder / "archives" / f"{name}.db") as connection:
            rows = connection.execute("SELECT requested_url, captured_at, status FROM captures").fetchall()
        connection.close()
        kept = Counter(urlsplit(url).path for url, _, _ in rows)
        asked = fleet.asked(name)
        lost += len(fleet.town.paths(name) - set(kept))
        doubled += sum(max(times - asked[path], 0) for path, times in kept.items())
    return lost, doubled


@pytest.mark.timeout(400)
def test_bytes_of_an_article_and_of_a_look(tmp_path: Path) -> None:
    """What the whole archive grows by, search and indexes included: a new article, one that was edited (with it
    counters and related links change), a 304. Pages of 65 kB, see bench/pages.py."""
    site, path = Site(Paper(200_000)), tmp_path / "paper.db"
    grown = dict.fromkeys(("new", "edited", "304"), 0.0)
    with open_archive(path, create=True) as db:
        run = start_run(db, OUTLET, {}, BEGIN)
        _look(db, run, site, range(1_000, 1_200))  # the first pages come before there is a dictionary
        compact(db, [1])
        for what, numbers, edits in (("new", range(2_000, 2_500), 0), ("edited", range(2_000, 2_300), 1)):
            grown[what] = _grown(db, partial(_look, db, run, site, numbers, edits)) / len(numbers)
        grown["304"] = _grown(db, lambda: _confirm(db, run, site, range(2_000, 2_500))) / 500
        before = _pieces(path, tmp_path)
        _look(db, run, site, range(3_000, 3_025))
        after = _pieces(path, tmp_path)
    changed = len(set(after) - set(before)) * SIZE
    print(f"\nafter 25 new articles {changed / 1e6:.1f} MB of {len(after) * SIZE / 1e6:.0f} go up")
    print("bytes in the archive: " + ", ".join(f"{what} {size:,.0f}" for what, size in grown.items() if size))
    assert grown["304"] < grown["edited"] < grown["new"] < 65_000 / 2


def _pieces(path: Path, folder: Path) -> tuple[str, ...]:
    copy = folder / "copy.db"
    copy_archive(path, copy)
    found = manifest_of(copy).pieces
    copy.unlink()
    return found


def _look(db: Database, run: Run, site: Site, numbers: range, edits: int = 0) -> None:
    with transaction(db):
        for number in numbers:
            visit(db, run, capture_of(site, number, edits))


def _confirm(db: Database, run: Run, site: Site, numbers: range) -> None:
    with transaction(db):
        for number in numbers:
            visit(db, run, replace(capture_of(site, number, 2), status=304, body=None))


def _grown(db: Database, work: Callable[[], None]) -> float:
    before = _pages(db)
    work()
    return float(_pages(db) - before)


def _pages(db: Database) -> int:
    """Bytes of the file's pages that are in use."""
    ask = [int(db.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "freelist_count", "page_size")]
    return (ask[0] - ask[1]) * ask[2]
