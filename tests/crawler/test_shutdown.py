"""Runs end when they are told to, and nobody outlives them, whatever the pages and pictures do."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crawler.demo.server import Newspaper
from crawler.fleet.batch import family
from tests.crawler.hostile import hostile
from tests.crawler.measured import measured
from tests.crawler.serving import LUUBAO, ROOT, Answer, article, front
from tests.invariants import sound
from tests.killable_commands import Parent

PAGES = {f"/bai-{number}.htm": article(f"Bài {number}") for number in range(4)}


@pytest.fixture(scope="module")
def crawled(parent: Parent, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A paper's address, and a folder with an archive of it."""
    folder = tmp_path_factory.mktemp("crawled")
    with Newspaper(day=1, extra_articles=40) as paper:
        assert parent.run("crawl", "demo", "--db", folder / "a.db", "--base-url", paper.base_url).code in (0, 6)
        assert parent.run("export", "warc", "--to", folder / "w", "--db", folder / "a.db").code == 0
        yield paper.base_url, folder


def gone(processes: list[int], seconds: float = 60) -> bool:
    """Whether they end, or are dead and only not yet asked for, in time."""
    until = time.monotonic() + seconds
    while any(alive(process) for process in processes):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def alive(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def crawling(base_url: str, path: Path) -> subprocess.Popen[str]:
    command = [*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", base_url]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("step", ["validators", "take", "store_capture"])
def test_a_mistake_of_ours_ends_the_run(tmp_path: Path, step: str) -> None:
    broken = (
        f"import crawler.session\ndef fail(*given): raise TypeError('ours')\ncrawler.session.CrawlSession.{step} = fail"
    )
    with hostile({"/": front(*PAGES), **PAGES}) as server:
        ended = measured(server.base_url, tmp_path / "a.db", first=broken)
    assert ended.code not in (0, -9)
    assert "TypeError: ours" in ended.told


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
def test_nobody_outlives_a_crawl_that_is_killed(tmp_path: Path) -> None:
    with Newspaper(crawl_delay=0.05) as paper:
        process = crawling(paper.base_url, tmp_path / "a.db")
        while len(paper.log) < 8:
            assert process.poll() is None
            time.sleep(0.01)
        whole = list(family(process.pid))
        process.kill()
        process.communicate()
    assert len(whole) > 2
    assert gone(whole)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("command", ["import", "merge", "reread", "verify --reread", "serve"])
def test_nobody_outlives_a_command_that_is_killed(crawled: tuple[str, Path], tmp_path: Path, command: str) -> None:
    """At a random moment after its first process has begun; it begins none after its death."""
    base_url, folder = crawled
    chance, path = random.Random(command), shutil.copytree(folder, tmp_path / "here") / "a.db"
    words: dict[str, tuple[object, ...]] = {
        "import": ("import", *sorted((folder / "w").glob("*.warc.gz")), "--outlet", "demo", "--home", base_url),
        "merge": ("merge", folder / "a.db"),
        "reread": ("reread",),
        "verify --reread": ("verify", "--reread"),
        "serve": ("serve", "--port", "0"),
    }
    if command == "reread":
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE extractors SET name = name || ', an older one'")
    for number in range(3):
        db = tmp_path / f"{number}.db" if command in ("import", "merge") else path
        process = subprocess.Popen(
            [*LUUBAO, *map(str, words[command]), "--db", str(db)],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        while len(whole := list(family(process.pid))) < 2 and process.poll() is None:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 1.0))
        whole = list(family(process.pid)) or whole
        process.kill()
        process.communicate()
        assert len(whole) > 1
        assert gone(whole)


@pytest.mark.slow
def test_a_run_that_ends_does_not_wait_for_delays(tmp_path: Path) -> None:
    """The first page waits for its turn, five minutes after the rules were asked for."""
    with hostile({"/": front(*PAGES), **PAGES, "/robots.txt": Answer(b"User-agent: *\nCrawl-delay: 300\n")}) as server:
        process = crawling(server.base_url, tmp_path / "a.db")
        while not server.asked:
            assert process.poll() is None
            time.sleep(0.01)
        process.terminate()
        _, told = process.communicate(timeout=250)
    assert process.returncode == 5, told
    assert server.asked == ["/robots.txt"]


@pytest.mark.slow
def test_packed_nothings_are_left(tmp_path: Path) -> None:
    """A million gzip members without a byte would hold a processor for long: they are counted, and left."""
    nothings = Answer(gzip.compress(b"", 1) * 1_000_000, headers=(("Content-Encoding", b"gzip"),))
    with hostile({"/": front("/rong.htm", *PAGES), **PAGES, "/rong.htm": nothings}) as server:
        crawl = measured(server.base_url, tmp_path / "a.db", settings={"DOWNLOAD_TIMEOUT": 60})
    assert len(crawl.headlines()) == len(PAGES)
    status, outcome, detail = crawl.captured()["/rong.htm"]
    assert (status, outcome) == (200, "error")
    assert detail == "left: 20000000 bytes that unpack from more than 100,000 gzip members"


@pytest.mark.slow
@pytest.mark.parametrize("command", ["crawl", "verify", "export", "compact", "reread"])
def test_sigterm_at_any_moment_ends_in_time_and_harms_nothing(
    crawled: tuple[str, Path], tmp_path: Path, parent: Parent, command: str
) -> None:
    base_url, folder = crawled
    chance, path = random.Random(command), shutil.copytree(folder, tmp_path / "here") / "a.db"
    crawl = ("crawl", "demo", "--db", path, "--base-url", base_url)
    arguments: dict[str, tuple[str | Path, ...]] = {
        "crawl": crawl,
        "verify": ("verify", "--db", path, "--pictures", f"{path}.pictures"),
        "compact": ("compact", "--db", path),
        "reread": ("reread", "--db", path),
    }
    for number in range(3):
        export = ("export", "warc", "--to", tmp_path / f"w{number}", "--db", path)
        killable = parent.start(*arguments.get(command, export))
        time.sleep(chance.uniform(0, 1.0))
        if not killable.ended():
            whole = list(family(killable.pid))
            os.kill(killable.pid, signal.SIGTERM)
            os.kill(killable.pid, signal.SIGTERM)
            assert killable.end(60).code in (0, 5, 6, -signal.SIGTERM)
            assert gone(whole)
        sound(path)
    assert parent.start(*crawl).end(200).code in (0, 6)
