"""Silence means health: what keeps a run from finding anything is told in the first run in which it can be known."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests import killable_commands
from tests.crawler.serving import LUUBAO, Answer, article, front, served
from tests.invariants import ask

HTML = (("Content-Type", b"text/html; charset=utf-8"),)
PATHS = [f"/bai-viet-so-{number}.htm" for number in range(8)]
PAPER: Mapping[str, Answer] = {
    "/": front("/thoi-su/", *PATHS), "/thoi-su/": front(*PATHS), **{path: article(f"Bài {path}") for path in PATHS},
}  # fmt: skip
SHELL = Answer(
    b'<html><head><title>B</title></head><body><div id="app"></div><script>x()</script></body></html>', headers=HTML
)
REPAIRS = Answer(
    "<html><title>Bảo trì</title><p>Đang bảo trì. <a href='/'>Trang chủ</a></p></html>".encode(), headers=HTML
)


def run(path: Path, base_url: str, *more: str, **environment: str) -> tuple[int, dict[str, Any]]:
    """A crawl's exit code, and what it says to programs."""
    command = [*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", base_url, "--json", *more]
    done = killable_commands.run(command, env=os.environ | environment)
    return done.returncode, json.loads(done.stdout)


def status(path: Path) -> tuple[int, str]:
    done = killable_commands.run([*LUUBAO, "status", "--db", str(path)])
    return done.returncode, " ".join(done.stdout.split())


@pytest.mark.slow
@pytest.mark.parametrize("page", [SHELL, REPAIRS], ids=["a shell of script", "repairs with 200"])
def test_a_site_that_leads_nowhere_is_told_in_the_first_run_and_every_other(tmp_path: Path, page: Answer) -> None:
    answers = dict(PAPER)
    path = tmp_path / "a.db"
    with served(answers) as site:
        assert run(path, site.base_url)[0] == 0
        assert run(path, site.base_url)[0] == 0  # the same as before leads where it led
        answers.update({"/": page, "/thoi-su/": page})
        for _ in range(2):
            code, told = run(path, site.base_url)
            assert (code, told["outcome"]) == (4, "partly-failed")
            assert "no page is reached any more" in told["reason"]
    code, said = status(path)
    assert code == 4 and "no page is reached any more" in said


def test_a_paper_that_moved_is_told_at_once_and_nothing_is_gone(tmp_path: Path) -> None:
    answers: dict[str, Any] = dict(PAPER)
    path = tmp_path / "a.db"
    with served(answers) as site:
        assert run(path, site.base_url)[0] == 0
        there = site.base_url.replace("127.0.0.1", "localhost")
        for old in list(answers):
            answers[old] = Answer(status=301, headers=(("Location", f"{there}{old}".encode()),))
        for _ in range(3):
            site.asked.clear()
            code, told = run(path, site.base_url)
            assert code == 4
            assert f"moved to {there}/" in told["reason"]
            assert not set(site.log) & set(PATHS)
    assert ask(path, "SELECT count(*), count(gone_since) FROM articles") == [(8, 0)]
    assert "moved to" in status(path)[1]


def dated(shift: timedelta | datetime) -> dict[str, Any]:
    """The paper, by another clock."""

    def at() -> bytes:
        moment = shift if isinstance(shift, datetime) else datetime.now(UTC) + shift
        return format_datetime(moment, usegmt=True).encode()

    return {
        path: lambda _, answer=answer: Answer(answer.body, answer.status, (*answer.headers, ("Date", at())))
        for path, answer in PAPER.items()
    }


@pytest.mark.parametrize("off", [timedelta(days=9), timedelta(days=3653), -timedelta(days=2)], ids=str)
def test_a_clock_that_is_more_than_a_day_off_ends_the_run_before_it_files(tmp_path: Path, off: timedelta) -> None:
    path = tmp_path / "a.db"
    with served(dated(off)) as site:
        code, told = run(path, site.base_url)
        assert code == 6
        assert any("clock" in warning and "nothing is filed" in warning for warning in told["warnings"])
    assert ask(path, "SELECT count(*) FROM captures") == [(0,)]
    assert status(path)[0] == 6


def test_a_clock_that_is_hours_off_is_told_and_the_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with served(dated(timedelta(hours=5))) as site:
        code, told = run(path, site.base_url)
        assert code == 6 and any("set the clock" in warning for warning in told["warnings"])
        assert told["counts"]["new"] == 8


def test_a_paper_with_a_clock_of_1970_is_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with served(dated(datetime(1970, 1, 1, tzinfo=UTC))) as site:
        code, told = run(path, site.base_url)
        assert code == 6 and any("1970" in warning for warning in told["warnings"])
        assert told["counts"]["new"] == 8


_IN_1970 = """
import datetime as real
from archive.model import clock
from crawler.cli import main
class Clock(real.datetime):
    @classmethod
    def now(cls, tz=None):
        return real.datetime.now(tz) - real.timedelta(days=20_700)
clock.datetime = Clock
main()
"""


def test_a_machine_with_a_clock_of_1970_files_nothing_under_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with served(dated(timedelta())) as site:
        crawl = ["crawl", "demo", "--db", str(path), "--base-url", site.base_url, "--json"]
        done = killable_commands.run([sys.executable, "-c", _IN_1970, *crawl])
        assert done.returncode == 6 and "Set the clock" in done.stderr
        assert ask(path, "SELECT count(*) FROM captures") == [(0,)]
        assert run(path, site.base_url)[1]["counts"]["new"] == 8
        done = killable_commands.run([sys.executable, "-c", _IN_1970, *crawl])
        assert done.returncode == 6 and "the clock is behind, and this run counts from there; set it" in done.stderr
    assert ask(path, "SELECT count(*), count(gone_since) FROM articles") == [(8, 0)]


def test_a_section_of_no_outlet_is_misconfigured_and_says_what_may_be_meant(tmp_path: Path) -> None:
    (tmp_path / "luubao.toml").write_text('[outlets.dmeo]\nhours = "22:00-06:00"\n')
    with served(PAPER) as site:
        code, told = run(tmp_path / "a.db", site.base_url, "--config", str(tmp_path / "luubao.toml"))
        assert code == 2 and "did you mean demo?" in told["reason"]
        assert site.log == []
    assert not (tmp_path / "a.db").exists()


def test_before_the_hours_of_a_first_crawl_the_status_says_when_it_begins(tmp_path: Path) -> None:
    soon = datetime.now(UTC) + timedelta(hours=7 + 3)  # in three hours, by the clock of Hanoi
    hours = f"{soon:%H}:00-{soon + timedelta(hours=2):%H}:00"
    (tmp_path / "luubao.toml").write_text(f'[outlets.demo]\nhours = "{hours}"\n')
    settings = ("--config", str(tmp_path / "luubao.toml"))
    with served(PAPER) as site:
        code, told = run(tmp_path / "a.db", site.base_url, *settings)
        assert (code, told["outcome"]) == (0, "ok") and f"after {soon:%H}:00" in told["reason"]
        assert site.log == []
    done = killable_commands.run([*LUUBAO, "status", "--db", str(tmp_path / "a.db"), *settings])
    assert done.returncode == 6
    assert f"never crawled: `luubao crawl demo` would begin. It may be asked at {hours}" in " ".join(
        done.stdout.split()
    )


def test_the_status_says_what_share_of_the_articles_was_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with served(PAPER) as site:
        assert run(path, site.base_url)[0] == 0
    with sqlite3.connect(path) as connection:
        for number, days in enumerate((0, 0, 3, 3, 3, 20, 20, 90), 1):
            moment = f"{datetime.now(UTC) - timedelta(days=days, hours=1):%Y-%m-%dT%H:%M:%SZ}"
            connection.execute("UPDATE articles SET last_seen_at = ? WHERE id = ?", [moment, number])
    connection.close()
    assert "seen again 25% in the last day, 62% in the last week, 87% in the last month" in status(path)[1]
