"""`luubao crawl` against the living newspaper, over real HTTP, in processes of its own as cron would start them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from archive.queries import lookup
from archive.runtime.atomic_files import outlet_lock
from archive.storage.connection import open_archive
from crawler.demo.paper import DAYS
from crawler.demo.server import Newspaper
from crawler.demo_walkthrough import disagreements
from tests import killable_commands
from tests.crawler.serving import LUUBAO
from tests.invariants import ask


def crawl(paper: Newspaper, path: Path, *options: str) -> CompletedProcess[str]:
    command = [*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", paper.base_url, *options]
    return killable_commands.run(command)


@dataclass(frozen=True)
class Crawled:
    paper: Newspaper
    path: Path
    summary: dict[str, Any]
    asked: tuple[str, ...]


@pytest.fixture
def paper() -> Iterator[Newspaper]:
    with Newspaper() as running:
        yield running


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """One crawl of a paper, for those who only look; the paper goes on."""
    path = tmp_path_factory.mktemp("crawled") / "archive.db"
    with Newspaper() as running:
        summary = json.loads(crawl(running, path, "--json").stdout)
        yield Crawled(running, path, summary, tuple(request.path for request in running.log))


@pytest.mark.slow
def test_three_days_are_in_the_archive_as_published(paper: Newspaper, path: Path) -> None:
    for day in DAYS:
        paper.turn_to(day)
        done = crawl(paper, path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        with open_archive(path) as db:
            assert [str(one) for one in disagreements(db, paper.base_url, day)] == []


def test_an_unchanged_paper_adds_revisits_and_no_version(crawled: Crawled, tmp_path: Path) -> None:
    path = Path(shutil.copy(crawled.path, tmp_path / "archive.db"))
    shutil.copytree(crawled.path.with_name("archive.db.pictures"), tmp_path / "archive.db.pictures")
    before = ask(path, "SELECT count(*) FROM versions")
    assert crawl(crawled.paper, path).returncode == 0
    assert ask(path, "SELECT count(*) FROM versions") == before
    ((revisits,),) = ask(path, "SELECT count(*) FROM captures WHERE run_id = 2 AND status = 304")
    assert int(str(revisits)) > 0
    ((seen_twice,),) = ask(
        path,
        "SELECT count(DISTINCT aliases.article_id) FROM captures JOIN aliases USING (outlet_id, url_key) WHERE run_id = 2",
    )
    ((articles,),) = ask(path, "SELECT count(*) FROM articles")
    assert seen_twice == articles


def test_nothing_is_fetched_twice_in_a_run(crawled: Crawled) -> None:
    paths = [path.partition("#")[0] for path in crawled.asked]
    assert [one for one in set(paths) if paths.count(one) > 1] == []


def test_the_rules_are_asked_for_first(crawled: Crawled) -> None:
    assert crawled.asked.index("/robots.txt") == 0


def test_the_crawl_delay_is_kept(path: Path) -> None:
    with Newspaper(crawl_delay=0.2) as paper:
        crawl(paper, path, "--max-pages", "6")
        times = [request.answered_at for request in paper.log]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    assert len(gaps) >= 5
    # one by one they jitter: the server notes the end of an answer, the crawler counts from its beginning
    assert sum(gaps[1:]) >= 0.2 * len(gaps[1:]) * 0.95


def test_the_user_agent_is_honest(paper: Newspaper, path: Path) -> None:
    crawl(paper, path, "--max-pages", "2", "--contact", "thu-vien@bao.example")
    assert {request.user_agent for request in paper.log} == {
        f"luubao/{version('luubao')} (newspaper archive; contact: thu-vien@bao.example)"
    }


def test_without_a_contact_nothing_leaves_the_machine(path: Path) -> None:
    command = [*LUUBAO, "crawl", "baovinhphuc", "--db", str(path)]
    environment = {name: value for name, value in os.environ.items() if name != "LUUBAO_CONTACT"}
    done = killable_commands.run(command, env=environment)
    assert done.returncode == 2
    assert "set LUUBAO_CONTACT" in done.stderr
    assert not path.exists()


@pytest.mark.slow
def test_kill_9_loses_nothing_and_doubles_nothing(path: Path) -> None:
    """Killed five times at different moments, then left alone: the archive is as if it had never been killed."""
    with Newspaper(crawl_delay=0.01) as paper:
        command = [*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", paper.base_url]
        for pages in (3, 6, 9, 12, 15):
            before = len(paper.log)
            process = killable_commands.begin(command)
            process.until(lambda: len(paper.log) >= before + pages)  # noqa: B023  # called at once
            process.kill()
            assert ask(path, "PRAGMA integrity_check") == [("ok",)]
        assert crawl(paper, path).returncode == 0
        with open_archive(path) as db:
            assert [str(one) for one in disagreements(db, paper.base_url, 1)] == []
    assert ask(path, "SELECT count(*) FROM versions WHERE number > 1") == [(0,)]
    assert ask(path, "SELECT digest FROM bodies GROUP BY digest HAVING count(*) > 1") == []
    assert ask(path, "SELECT DISTINCT outcome FROM runs ORDER BY 1") == [("interrupted",), ("ok",)]
    assert ask(
        path, "SELECT count(*) FROM captures WHERE outcome = 'fresh' AND id NOT IN (SELECT capture_id FROM readings)"
    ) == [(0,)]


def test_sigterm_ends_cleanly(path: Path) -> None:
    with Newspaper(crawl_delay=0.05) as paper:
        command = [*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", paper.base_url]
        process = killable_commands.begin(command)
        process.until(lambda: len(paper.log) >= 8)
        process.terminate()
        ended = process.end()
    assert ended.code == 5
    assert "the next run continues from here" in ended.err
    assert ask(path, "SELECT outcome FROM runs") == [("interrupted",)]


def test_a_signal_waits_for_no_answer_that_does_not_come(path: Path) -> None:
    """And two at once, as `timeout` sends them, are one."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        base_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = [*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", base_url]
        process = killable_commands.begin(command)
        connection, _ = silent.accept()
        process.terminate()
        process.terminate()
        ended = process.end()
        connection.close()
    assert ended.code == 5, ended.err
    assert ended.err == "demo: Stopped by a signal; the next run continues from here\n"
    assert ask(path, "SELECT outcome FROM runs") == [("interrupted",)]


def test_a_second_crawl_of_the_same_outlet_is_refused(paper: Newspaper, path: Path) -> None:
    with outlet_lock(path, "demo"):
        done = crawl(paper, path)
    assert done.returncode == 75
    assert f"by process {os.getpid()}" in done.stderr
    assert crawl(paper, path, "--max-pages", "2").returncode == 0


def test_a_paper_that_does_not_answer(path: Path) -> None:
    with Newspaper() as paper:
        pass
    done = crawl(paper, path)
    assert done.returncode == 3
    assert "No page answered" in done.stderr
    assert ask(path, "SELECT outcome FROM runs") == [("nothing-found",)]


def test_an_unknown_outlet_is_a_sentence(path: Path) -> None:
    done = killable_commands.run([*LUUBAO, "crawl", "baokhong", "--db", str(path)])
    assert done.returncode == 2
    assert "There are: baophutho, baovinhphuc, demo" in done.stderr


def test_the_json_summary(crawled: Crawled) -> None:
    summary = crawled.summary
    with open_archive(crawled.path) as db:
        assert summary["counts"]["new"] == len(lookup.articles(db))
    assert (summary["outlet"], summary["outcome"], summary["reason"]) == ("demo", "ok", None)


@pytest.mark.slow
def test_max_pages_stops_early_and_the_next_run_goes_on(paper: Newspaper, path: Path) -> None:
    crawl(paper, path, "--max-pages", "10")
    pages = [request.path for request in paper.log if not request.path.startswith("/anh/")]
    assert len(pages) == 10 + 1  # and robots.txt
    crawl(paper, path)
    with open_archive(path) as db:
        assert [str(one) for one in disagreements(db, paper.base_url, 1)] == []


@pytest.mark.slow
def test_scrapy_itself_crawls(paper: Newspaper, path: Path) -> None:
    options = ["-a", f"base_url={paper.base_url}", "-s", f"LUUBAO_DB={path}"]
    done = killable_commands.run([sys.executable, "-m", "scrapy", "crawl", "demo", *options])
    assert done.returncode == 0, done.stderr
    assert ask(path, "SELECT outcome FROM runs") == [("ok",)]


@pytest.mark.slow
def test_a_paper_served_at_another_place_is_the_same_paper(path: Path) -> None:
    with Newspaper() as here:
        crawl(here, path)
    with Newspaper() as there:
        assert there.base_url != here.base_url
        assert crawl(there, path).returncode == 0
    assert ask(path, "SELECT max(number) FROM versions") == [(1,)]
    assert ask(path, "SELECT outcome FROM runs") == [("ok",), ("ok",)]
