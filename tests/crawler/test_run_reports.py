"""What a crawl that cron started tells, and to whom: over real HTTP, in processes of its own."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from archive import finish_run, open_archive, start_run
from archive.model import clock
from crawler.demo.server import Newspaper
from crawler.run.run_command import spider_class
from crawler.run.run_verdict import FIELDS
from tests import killable_commands
from tests.crawler.receiving import Hook, hook
from tests.crawler.serving import LUUBAO, ROOT, Answer, Site, article, crawl, front, served
from tests.invariants import ask

XML = (("Content-Type", b"text/xml; charset=utf-8"),)
FEED = b"<?xml version='1.0'?><rss version='2.0'><channel><title>B\xc3\xa1o</title></channel></rss>"


def told(arguments: list[str], **environment: str) -> CompletedProcess[str]:
    return killable_commands.run([*LUUBAO, *arguments], env=os.environ | environment)


# Settings in force


def configured(tmp_path: Path, text: str) -> str:
    file = tmp_path / "luubao.toml"
    file.write_text(text, "utf-8")
    return str(file)


def pages_of(site: Any) -> list[str]:
    return [path for path in site.log if path != "/robots.txt"]


@pytest.fixture
def site() -> Iterator[Any]:
    """Home, feed, sitemap, and twelve articles."""
    articles = {
        f"/tin/bai-{number}": article(f"Tin số {number}", f"Bài thứ {number} kể chuyện một làng bên sông Thao.")
        for number in range(12)
    }
    lists = {
        "/": front(*articles),
        "/rss/home.rss": Answer(FEED, headers=XML),
        "/sitemap.xml": Answer(FEED, headers=XML),
    }
    with served({**lists, **articles}) as running:
        yield running


def test_the_file_bounds_a_crawl_and_the_command_line_goes_before_it(site: Any, path: Path, tmp_path: Path) -> None:
    file = configured(tmp_path, "[crawl]\nmax_pages = 9\n[outlets.demo]\nmax_pages = 4\n")
    assert crawl(site.base_url, path, "--config", file).code == 0
    assert len(pages_of(site)) == 4
    site.asked.clear()
    assert crawl(site.base_url, path, "--config", file, "--max-pages", "2").code == 0
    assert len(pages_of(site)) == 2


@pytest.mark.slow
def test_scrapy_s_own_command_is_bounded_by_the_file_too(site: Any, path: Path, tmp_path: Path) -> None:
    environment = os.environ | {
        "LUUBAO_CONFIG": configured(tmp_path, f"[archive]\ndb = '{path}'\n[outlets.demo]\nmax_pages = 3\n")
    }
    command = [sys.executable, "-m", "scrapy", "crawl", "demo", "-a", f"base_url={site.base_url}"]
    subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True)
    assert len(pages_of(site)) == 3
    subprocess.run([*command, "-s", "LUUBAO_MAX_PAGES=1"], check=True, cwd=ROOT, env=environment, capture_output=True)
    assert len(pages_of(site)) == 4
    assert ask(path, "SELECT outcome FROM runs") == [("ok",), ("ok",)]


def test_the_user_agent_names_the_contact_of_the_environment_over_that_of_the_file(
    site: Any, path: Path, tmp_path: Path
) -> None:
    file = configured(tmp_path, '[crawl]\ncontact = "tep@bao.example"\nmax_pages = 1\n')
    told(
        ["crawl", "demo", "--db", str(path), "--base-url", site.base_url],
        LUUBAO_CONFIG=file,
        LUUBAO_CONTACT="moi-truong@bao.example",
    )
    assert {headers["User-Agent"] for _, headers in site.asked} == {
        f"luubao/{version('luubao')} (newspaper archive; contact: moi-truong@bao.example)"
    }


@pytest.mark.slow
def test_a_broken_file_stops_scrapy_s_own_command_with_the_same_sentence(path: Path, tmp_path: Path) -> None:
    environment = os.environ | {"LUUBAO_CONFIG": configured(tmp_path, "[crawl]\ndelay = -1\n")}
    command = [sys.executable, "-m", "scrapy", "crawl", "demo", "-s", f"LUUBAO_DB={path}"]
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert "[crawl] delay = -1: must be a number of seconds" in done.stderr
    assert not path.exists()


@pytest.mark.slow
def test_max_minutes_ends_cleanly_and_the_next_run_goes_on(path: Path) -> None:
    with Newspaper(crawl_delay=0.25) as paper:
        first = crawl(paper.base_url, path, "--max-minutes", "0.05", "--no-pictures")
        assert (first.code, first.told) == (0, "")
        assert 0 < first.summary["counts"]["captures"] < 40
        reason = "Stopped after 0.05 minutes (max_minutes); the next run continues from here"
        assert ask(path, "SELECT outcome, reason FROM runs") == [("ok", reason)]
        before = ask(path, "SELECT count(*) FROM captures WHERE outcome = 'fresh'")[0][0]
    with Newspaper() as paper:
        assert crawl(paper.base_url, path, "--no-pictures").code == 0
    assert ask(path, "SELECT count(*) FROM captures WHERE outcome = 'fresh'")[0][0] > before
    assert ask(path, "SELECT count(*) FROM articles")[0][0] == 29


def test_outside_the_paper_s_hours_a_crawl_asks_nothing_and_says_nothing(site: Any, path: Path, tmp_path: Path) -> None:
    there = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    begin, end = (f"{there + timedelta(hours=hours):%H:%M}" for hours in (3, 5))
    done = crawl(site.base_url, path, "--config", configured(tmp_path, f'[crawl]\nhours = "{begin}-{end}"\n'))
    assert (done.code, done.told, site.asked) == (0, "", [])
    assert (done.summary["outcome"], done.summary["run"]) == ("ok", None)
    assert f"is crawled at {begin}-{end} only" in done.summary["reason"]


# Against the outlet's history


def earlier_runs(path: Path, site: Any, ago: Iterable[timedelta], stats: dict[str, int], health: Any) -> None:
    outlet = spider_class("demo")(base_url=site.base_url).outlet
    with open_archive(path, create=True) as db:
        for moment in (clock.now() - span for span in ago):
            run = start_run(db, outlet, {}, moment)
            finish_run(db, run, outcome="ok", reason=None, stats=stats, moment=moment, health=health)


def healthy(path: Path, site: Any, runs: int, until: int = 1, **health: Any) -> None:
    """Earlier runs, one a day, that were all well."""
    days = [timedelta(days=number) for number in range(runs, until - 1, -1)]
    earlier_runs(path, site, days, {"captures": 30, "new": 25}, {"new": 25, **health})


def test_a_first_run_has_nothing_to_be_held_against(site: Any, path: Path) -> None:
    done = crawl(site.base_url, path)
    assert (done.code, done.told, done.summary["warnings"]) == (0, "", [])
    ((health,),) = ask(path, "SELECT health FROM runs")
    assert json.loads(health)["shares"]["readable"] == [12, 12]
    assert json.loads(health)["seeds"][f"{site.base_url}/"] == {"outcome": "fresh", "links": 12}


def test_a_collapse_is_one_sentence_and_an_exit_code(site: Any, path: Path) -> None:
    healthy(path, site, 10, shares={"published_at": [25, 25], "readable": [25, 25]})  # the site's pages give no dates
    done = crawl(site.base_url, path)
    assert done.code == 4
    assert done.told == (
        "demo: none of the last 12 articles say when they were published, where usually 100% do."
        " Has the paper changed its layout?\n"
    )
    assert (done.summary["outcome"], done.summary["exit"]) == ("partly-failed", 4)
    assert ask(path, "SELECT outcome FROM runs ORDER BY id DESC LIMIT 1") == [("partly-failed",)]
    assert ask(path, "SELECT health ->> '$.flags' FROM runs ORDER BY id DESC LIMIT 1") == [('["few:published_at"]',)]
    status = told(["status", "--db", str(path)])
    assert status.returncode == 4
    assert "! none of the last 12 articles say when they were published" in status.stdout


def test_the_operator_says_that_it_is_as_it_should_be(site: Any, path: Path, tmp_path: Path) -> None:
    healthy(path, site, 10, shares={"published_at": [25, 25], "readable": [25, 25]})
    today = clock.now().astimezone().date()
    file = configured(tmp_path, f"[outlets.demo]\nnormal_since = {today + timedelta(days=1)}\n")
    assert crawl(site.base_url, path, "--config", file).code == 0


def test_a_warning_turns_the_exit_code_and_is_said_once_a_day(site: Any, path: Path) -> None:
    """The feed led to thirty pages for ten days, and to none in the last two runs and now."""
    feed = f"{site.base_url}/rss/home.rss"
    healthy(path, site, 10, until=2, seeds={feed: {"outcome": "fresh", "links": 30}})
    hours = [timedelta(hours=number) for number in (30, 28)]
    earlier_runs(path, site, hours, {}, {"seeds": {feed: {"outcome": "fresh", "links": 0}}})
    first = crawl(site.base_url, path)
    sentence = f"{feed} answers, but leads to no page any more, where it led to about 30."
    assert (first.code, first.told) == (6, f"demo: {sentence}\n")
    assert (first.summary["outcome"], first.summary["reason"], first.summary["warnings"]) == ("ok", None, [sentence])
    assert ask(path, "SELECT outcome, warnings FROM runs ORDER BY id DESC LIMIT 1") == [("ok", json.dumps([sentence]))]
    site.answers["/rss/home.rss"] = Answer(FEED + b"<!-- sau -->", headers=XML)
    second = crawl(site.base_url, path)
    assert (second.code, second.told, second.summary["warnings"]) == (6, "", [sentence])
    assert told(["status", "--db", str(path)]).returncode == 6


# Nothing dies in silence

_BROKEN = """
import sys
from pathlib import Path
from crawler import settings
from crawler.run.run_command import print_report, run

class Broken:
    @classmethod
    def from_crawler(cls, crawler):
        raise RuntimeError("a mistake")

if __name__ == "__main__":
    extensions = {**settings.EXTENSIONS, Broken: 900}  # after the run has begun
    overrides = {"EXTENSIONS": extensions, "LOG_LEVEL": "WARNING"}
    ended = run("demo", Path(sys.argv[1]), base_url=sys.argv[2], overrides=overrides)
    sys.exit(print_report(ended, Path(sys.argv[1]), ping_url=None, as_json=True).exit)
"""


def crawled_by(program: str, path: Path, site: Site) -> CompletedProcess[str]:
    path.with_name("program.py").write_text(program)
    command = [sys.executable, str(path.with_name("program.py")), str(path), site.base_url]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment, timeout=600)


@pytest.mark.slow
def test_a_mistake_of_ours_ends_with_a_sentence_and_the_run_is_recorded(site: Any, path: Path) -> None:
    done = crawled_by(_BROKEN, path, site)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "demo: A mistake in luubao itself: RuntimeError('a mistake'). Please report it, with the lines above"
    )
    assert "Traceback" in done.stderr
    assert json.loads(done.stdout)["outcome"] == "failed"
    ((outcome, reason, finished),) = ask(path, "SELECT outcome, reason, finished_at FROM runs")
    assert (outcome, bool(finished)) == ("failed", True)
    assert "RuntimeError('a mistake')" in reason
    assert crawl(site.base_url, path).code == 0  # the lock went with the process


_UNDER_THE_ARCHIVE = """
import sys
from pathlib import Path
from crawler import writer
from crawler.run.run_command import print_report, run

together, calls = writer._do_together, []

def breaking(session, jobs):
    calls.append(jobs)
    if len(calls) > 8:
        raise MemoryError("no more")
    together(session, jobs)

writer._do_together = breaking

if __name__ == "__main__":
    ended = run("demo", Path(sys.argv[1]), base_url=sys.argv[2], overrides={"LOG_LEVEL": "ERROR"})
    sys.exit(print_report(ended, Path(sys.argv[1]), ping_url=None, as_json=True).exit)
"""


@pytest.mark.slow
def test_a_crawl_whose_archive_thread_breaks_ends_and_says_so(site: Any, path: Path) -> None:
    """Nobody waits for answers that never come: a crawl that hangs is the worst silence of all."""
    done = crawled_by(_UNDER_THE_ARCHIVE, path, site)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("demo: A mistake in luubao itself: MemoryError('no more').")
    assert crawl(site.base_url, path).code == 0
    assert ask(path, "SELECT outcome FROM runs") == [("interrupted",), ("ok",)]


def test_a_damaged_archive_ends_a_crawl_with_a_sentence(site: Any, path: Path) -> None:
    assert crawl(site.base_url, path).code == 0
    data = bytearray(path.read_bytes())
    for page in range(4, len(data) // 4096, 2):  # every other page after the schema's
        data[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    path.write_bytes(data)
    done = killable_commands.run([*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", site.base_url, "--json"])
    assert done.returncode == 1
    assert "damaged" in done.stderr.splitlines()[-1] or "malformed" in done.stderr.splitlines()[-1]


@pytest.mark.slow
def test_one_damaged_page_of_the_file_is_told_as_damage_or_not_met(site: Any, path: Path) -> None:
    assert crawl(site.base_url, path).code == 0
    whole = path.read_bytes()
    for page in random.Random(1).sample(range(1, len(whole) // 4096), 20):
        for file in path.parent.glob(f"{path.name}-*"):
            file.unlink()
        data = bytearray(whole)
        data[page * 4096 : page * 4096 + 100] = b"\xff" * 100
        path.write_bytes(data)
        done = killable_commands.run([*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", site.base_url])
        assert "mistake" not in done.stderr and "Traceback" not in done.stderr, (page, done.stderr)
        told = "damaged" in done.stderr or "malformed" in done.stderr
        assert done.returncode in (0, 3, 4, 6) or (done.returncode == 1 and told), (page, done.returncode, done.stderr)


def test_a_killed_run_is_told_in_the_next_status(path: Path) -> None:
    with Newspaper(crawl_delay=0.1) as paper:
        command = [*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", paper.base_url]
        process = killable_commands.begin(command)
        process.until(lambda: len(paper.log) >= 5)
        alive = told(["status", "--db", str(path)])
        assert (alive.returncode, "  running    since " in alive.stdout) == (0, True)
        process.kill()
    dead = told(["status", "--db", str(path)])
    assert dead.returncode == 6
    assert re.search(r"! the run of \d{4}-\d\d-\d\d \d\d:\d\d was killed, or its machine lost power", dead.stdout)


def test_a_locked_crawl_says_since_when(path: Path) -> None:
    with Newspaper(crawl_delay=0.2) as paper:
        command = [*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", paper.base_url]
        process = killable_commands.begin(command)
        process.until(lambda: len(paper.log) >= 3)
        done = crawl(paper.base_url, path)
        process.terminate()
        process.wait(60)
    assert done.code == 75
    assert re.search(rf"by process {process.pid} since \d{{4}}-\d\d-\d\d \d\d:\d\d \(\d+ seconds?\)", done.told)
    assert (done.summary["outcome"], done.summary["run"]) == ("locked", None)


@pytest.mark.slow
def test_tolerable_failures_are_no_mail(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of thirty pages gives no answer: all is well, and cron has nothing to send."""
    monkeypatch.setenv("LUUBAO_TIMEOUT", "2")
    articles = {f"/tin/bai-{number}": article(f"Tin số {number}") for number in range(30)}
    broken = {"/tin/bai-7": Answer(status=200, headers=(("Transfer-Encoding", b"chunked"),))}
    with served(
        {"/": front(*articles), "/rss/home.rss": front(), "/sitemap.xml": front(), **articles, **broken}
    ) as site:
        done = crawl(site.base_url, path)
    assert done.summary["counts"].get("failed", 0) + done.summary["counts"].get("error", 0) == 1
    assert (done.code, done.told) == (0, "")


# The summary


def test_the_summary_is_as_documented(site: Any, path: Path) -> None:
    done = crawl(site.base_url, path)
    summary = done.summary
    assert list(summary) == list(FIELDS)
    facts = [summary[name] for name in ("outlet", "run", "outcome", "exit", "reason")]
    assert facts == ["demo", 1, "ok", 0, None]
    assert summary["counts"]["new"] == 12
    assert summary["health"]["shares"]["readable"] == [12, 12]
    assert summary["pinged"] is None
    assert summary["started_at"] <= summary["finished_at"]


def test_the_summary_of_a_crawl_that_never_began() -> None:
    done = told(["crawl", "baokhong", "--json"])
    summary = json.loads(done.stdout)
    assert done.returncode == 2
    assert list(summary) == list(FIELDS)
    facts = [summary[name] for name in ("outcome", "exit", "run", "started_at")]
    assert facts == ["misconfigured", 2, None, None]
    assert "There are: baophutho, baovinhphuc, demo" in summary["reason"]


# Monitoring


@pytest.fixture
def service() -> Iterator[Hook]:
    with hook() as monitoring:
        yield monitoring


def pinging(tmp_path: Path, address: str) -> str:
    return configured(tmp_path, f'[outlets.demo]\nping_url = "{address}"\n')


def test_monitoring_hears_of_success_and_of_failure(site: Any, path: Path, tmp_path: Path, service: Hook) -> None:
    file = pinging(tmp_path, f"http://127.0.0.1:{service.port}/ping/0d1f")
    done = crawl(site.base_url, path, "--config", file)
    assert (done.code, done.told, done.summary["pinged"]) == (0, "", True)
    site.answers.clear()
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /\n", headers=(("Content-Type", b"text/plain"),))
    assert crawl(site.base_url, path, "--config", file).code == 3
    (well, _, counts), (ill, _, reason) = service.came
    assert (well, ill) == ("/ping/0d1f", "/ping/0d1f/fail")
    assert counts.startswith("demo: 15 pages; 12 new, 0 edited")
    assert "robots.txt forbids all" in reason


def test_monitoring_hears_nothing_of_a_locked_crawl_and_of_one_told_to_stop(
    path: Path, tmp_path: Path, service: Hook
) -> None:
    file = pinging(tmp_path, f"http://127.0.0.1:{service.port}/ping/0d1f")
    with Newspaper(crawl_delay=0.1) as paper:
        command = [*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", paper.base_url, "--config", file]
        process = killable_commands.begin(command)
        process.until(lambda: len(paper.log) >= 5)
        assert crawl(paper.base_url, path, "--config", file).code == 75
        process.terminate()
        assert process.wait(60) == 5
    assert service.came == []


def test_a_ping_that_fails_is_a_warning_and_said_once_a_day(site: Any, path: Path, tmp_path: Path) -> None:
    file = pinging(tmp_path, "http://127.0.0.1:9/ping")
    first, second = (crawl(site.base_url, path, "--config", file) for _ in range(2))
    sentence = "ping_url did not answer: [Errno 111] Connection refused"
    assert (first.code, first.told) == (6, f"demo: {sentence}\n")
    assert (second.code, second.told) == (6, "")
    assert (first.summary["warnings"], first.summary["pinged"]) == ([sentence], False)
    kept: list[tuple[str, str]] = ask(path, "SELECT outcome, warnings FROM runs")
    assert kept == [("ok", json.dumps([sentence]))] * 2
    assert told(["verify", "--db", str(path)]).returncode == 0
