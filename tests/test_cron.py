"""The examples of docs/cron.md do what the page says: every crontab line, the systemd units, the log rotation, the
backup."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from archive import open_archive
from archive.pipeline.verification import verify
from crawler.config.settings_in_force import load
from crawler.demo.server import Newspaper

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "examples"
LINES = (EXAMPLES / "crontab").read_text("utf-8").splitlines()
JOB = re.compile(r"(?P<when>(?:[\d*/,-]+\s+){5})(?P<command>\S.*)")
ASSIGNMENT = re.compile(r"(?P<name>[A-Z_]+)=(?P<value>.*)")
JOBS = [found["command"] for line in LINES if (found := JOB.fullmatch(line))]
ASSIGNMENTS = {found["name"]: found["value"] for line in LINES if (found := ASSIGNMENT.fullmatch(line))}


@dataclass
class Server:
    """A machine as the crontab assumes it: /srv/luubao is `folder`, and the papers are the demo's. heard: what the
    monitoring service was asked."""

    folder: Path
    base_url: str
    heard: list[str]

    def here(self, text: str) -> str:
        crawled = re.sub(r"luubao crawl \w+", f"luubao crawl demo --base-url {self.base_url}", text)
        return crawled.replace("/opt/luubao/bin", str(Path(sys.executable).parent)).replace(
            "/srv/luubao", str(self.folder)
        )

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """As cron runs a line: by /bin/sh, from the home folder, with next to nothing in the environment."""
        home = {"HOME": str(self.folder), "LOGNAME": "luubao", "SHELL": "/bin/sh"}
        environment = home | {name: self.here(value) for name, value in ASSIGNMENTS.items()}
        return subprocess.run(
            ["/bin/sh", "-c", self.here(command)],
            env=environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True  # a head and a body sent one after the other wait for nobody's acknowledgement

        def do_POST(self) -> None:
            heard.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    with Newspaper() as paper, ThreadingHTTPServer(("127.0.0.1", 0), Handler) as monitoring:
        Thread(target=monitoring.serve_forever, daemon=True).start()
        machine = Server(tmp_path, paper.base_url, heard)
        settings = (EXAMPLES / "luubao.toml").read_text("utf-8").replace("[outlets.baophutho]", "[outlets.demo]")
        settings = settings.replace("21:00-07:00", "00:00-23:59").replace(
            "https://hc.example", f"http://127.0.0.1:{monitoring.server_port}"
        )
        (tmp_path / "luubao.toml").write_text(machine.here(settings), "utf-8")
        yield machine
        monitoring.shutdown()


def test_the_example_settings_are_right() -> None:
    found = load(EXAMPLES / "luubao.toml", {})
    assert found.value("db") == "/srv/luubao/luubao.db"
    assert found.value("hours", "baophutho") == "21:00-07:00"
    assert found.value("max_minutes", "baophutho") == 50


def test_every_line_of_the_crontab_is_a_comment_an_assignment_or_a_job() -> None:
    assert [
        line
        for line in LINES
        if line and not line.startswith("#") and not JOB.fullmatch(line) and not ASSIGNMENT.fullmatch(line)
    ] == []
    assert len(JOBS) == 7
    assert [command for command in JOBS if "%" in command] == []  # cron takes it for the end of the line


@pytest.mark.slow
def test_the_crontab_is_silent_when_all_is_well(server: Server) -> None:
    """Twice over, as in two weeks; and its effects are there."""
    for command in JOBS * 2:
        done = server.run(command)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), command
    assert (server.folder / "status.html").read_text("utf-8").startswith("<!doctype html>")
    backups = sorted((server.folder / "backups").iterdir())
    assert [(one / "settings" / "luubao.toml").is_file() for one in backups] == [True, True]
    with open_archive(backups[-1] / "luubao.db") as copy:
        assert list(verify(copy, pictures=backups[-1] / "pictures")) == []
        assert copy.execute("SELECT count(*) FROM articles").fetchone() == (29,)
    assert server.heard == ["/ping/0d1f"] * 4  # the two crawls are both the demo's here


@pytest.mark.slow
def test_the_crontab_speaks_when_something_is_wrong(server: Server) -> None:
    assert server.run(JOBS[0]).returncode == 0
    server.base_url = "http://127.0.0.1:9"
    crawl, status = (server.run(command) for command in ("luubao crawl demo", "luubao status --quiet"))
    assert crawl.returncode == 3
    assert "No page answered" in crawl.stderr
    assert (status.returncode, "failing" in status.stdout) == (4, True)
    assert server.heard == ["/ping/0d1f", "/ping/0d1f/fail"]


@pytest.mark.slow
def test_a_backup_made_while_a_crawl_writes_is_whole(server: Server) -> None:
    """The line that makes backups, again and again, during a crawl."""
    assert server.run(JOBS[0]).returncode == 0
    crawling = subprocess.Popen(
        ["/bin/sh", "-c", server.here(f"{Path(sys.executable).parent}/luubao crawl demo --config luubao.toml")],
        cwd=server.folder,
    )
    copies = 0
    while crawling.poll() is None or copies == 0:
        assert server.run(JOBS[-1]).returncode == 0
        copies += 1
    for one in (server.folder / "backups").iterdir():
        with open_archive(one / "luubao.db") as copied:
            assert list(verify(copied)) == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_the_systemd_units_are_right(tmp_path: Path) -> None:
    for kind in ("service", "timer"):
        text = (EXAMPLES / f"luubao@.{kind}").read_text("utf-8").replace("/opt/luubao/bin/luubao", "/bin/true")
        (tmp_path / f"luubao@baophutho.{kind}").write_text(text)
    units = [str(tmp_path / f"luubao@baophutho.{kind}") for kind in ("service", "timer")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_takes_the_exit_codes_for_what_they_are() -> None:
    """What a crawl ends with while nothing is wrong with the unit."""
    unit = (EXAMPLES / "luubao@.service").read_text("utf-8")
    assert "SuccessExitStatus=5 6 75" in unit.splitlines()


@pytest.mark.skipif(not shutil.which("logrotate"), reason="no logrotate here")
def test_logs_are_rotated(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir(mode=0o750)
    (tmp_path / "log" / "baophutho.log").write_text("một dòng\n")
    text = (EXAMPLES / "logrotate").read_text("utf-8").replace("/var/log/luubao", str(tmp_path / "log"))
    text = re.sub(r"^ *su .*\n", "", text, flags=re.MULTILINE).replace(
        "0640 luubao luubao", "0640"
    )  # no such user here
    (tmp_path / "logrotate").write_text(text)
    (tmp_path / "logrotate").chmod(0o644)
    command = ["logrotate", "--force", "--state", str(tmp_path / "state"), str(tmp_path / "logrotate")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(file.name for file in (tmp_path / "log").iterdir()) == ["baophutho.log", "baophutho.log.1"]
