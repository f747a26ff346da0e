"""`luubao init`: from an address to a folder that keeps the paper; and what it refuses, with nothing written."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from archive.storage.connection import open_archive
from crawler.config.settings_in_force import load
from crawler.demo.server import Newspaper
from crawler.probe.outlet_folder import next_steps
from tests import killable_commands
from tests.crawler.probe.odd_paper import HTML, PAPER, WRITERS
from tests.crawler.probe.probing import ROOT
from tests.crawler.serving import Answer, article, moved, served

PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("LUUBAO_")}


def luubao(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A command, given in a folder."""
    return killable_commands.run([sys.executable, "-m", "crawler", *words], cwd=folder, env={**PLAIN, **(env or {})})


@pytest.mark.slow
def test_a_folder_that_keeps_the_paper(tmp_path: Path) -> None:
    with Newspaper() as paper:
        done = luubao(tmp_path, "init", paper.base_url)
        assert done.returncode == 0, done.stderr
        folder = tmp_path / "baosongthao"
        assert "lead      Sáng 18/5, sau 26 tháng thi công, cầu Bến Gót" in done.stdout
        assert "caption   Người dân hai bờ đi bộ qua cầu trong giờ đầu thông xe. (credit: Thu Hà)" in done.stdout
        assert re.search(r"lists +/chuyen-muc/cat/182/thoi-su, /kinh-te, /Xa-hoi/57.bst, /van-hoa/", done.stdout)
        (kept,) = re.findall(r"^20 pages, (\d+) articles, \d+ pictures; all else waits", done.stdout, re.M)
        found = load(folder / "luubao.toml", {})
        assert found.declared.wrong == {}
        assert found.declared.outlets["baosongthao"].seeds == ("/rss/home.rss", "/sitemap.xml")
        with open_archive(folder / "luubao.db") as db:
            assert db["articles"].count == int(kept) >= 10
        assert "baosongthao      Báo Sông Thao" in luubao(folder, "outlets").stdout
        (line,) = re.findall(r"^\d+ \*/2 \* \* \* (.*)$", done.stdout, re.M)
        cron = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(["/bin/sh", "-c", line], env=cron, cwd="/", capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr
        with open_archive(folder / "luubao.db") as db:
            assert db["articles"].count > int(kept)


def test_samples_are_read_with_the_rules_that_are_written(tmp_path: Path) -> None:
    with served(PAPER) as site:
        done = luubao(tmp_path, "init", site.base_url, "moi", "--pages", "0")
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "moi" / "rules").iterdir())
    assert re.findall(r"^  byline +(.*)$", done.stdout, re.M) == list(WRITERS[:3])
    assert re.findall(r"^  time +(.*)$", done.stdout, re.M) == [f"2026-05-1{n} 07:3{n} +0700" for n in range(3)]


def below(path: str) -> dict[str, Answer]:
    """The paper below a path of its host."""
    return {
        f"{path}{where[1:]}": replace(answer, body=answer.body.replace(b'href="/', f'href="{path}'.encode()))
        for where, answer in PAPER.items()
    }


def test_a_paper_below_a_path_of_a_host_without_a_home_page(tmp_path: Path) -> None:
    with served(below("/news/")) as site:
        done = luubao(tmp_path, "init", f"{site.base_url}/news/", "moi")
        assert done.returncode == 0, done.stderr
        assert f'home_url = "{site.base_url}/news/"' in (tmp_path / "moi" / "luubao.toml").read_text("utf-8")
    with open_archive(tmp_path / "moi" / "luubao.db") as db:
        assert db["articles"].count == 6


def test_a_home_page_that_leads_to_the_paper(tmp_path: Path) -> None:
    with served({**below("/news/"), "/": moved("/news/")}) as site:
        done = luubao(tmp_path, "init", site.base_url, "moi", "--pages", "0")
        assert done.returncode == 0, done.stderr
        assert f'home_url = "{site.base_url}/news/"' in (tmp_path / "moi" / "luubao.toml").read_text("utf-8")


def test_articles_told_apart_by_their_queries(tmp_path: Path) -> None:
    stories = {f"/index.php?id={n}": article(f"Chuyện làng ta hôm nay số {n} của bà con") for n in range(123, 133)}
    home = "".join(f'<p><a href="{path}">Chuyện làng ta số {path[-3:]}</a></p>' for path in stories)
    with served({**stories, "/": Answer(home.encode(), headers=HTML)}) as site:
        done = luubao(tmp_path, "init", site.base_url, "moi")
    assert done.returncode == 0, done.stderr
    assert "such as /index.php?id=123" in done.stdout and "missing: /index.php?id=123," in done.stdout
    with open_archive(tmp_path / "moi" / "luubao.db") as db:
        assert db["articles"].count == 10


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "cu").mkdir()
    (tmp_path / "cu" / "ghi-chu.txt").write_text("x")
    with served(PAPER) as site:
        done = luubao(tmp_path, "init", site.base_url, "cu")
        assert (done.returncode, done.stdout, site.log) == (1, "", [])
    assert "cu is there already, and nothing was written. Name another, as in `luubao init" in done.stderr
    assert [one.name for one in (tmp_path / "cu").iterdir()] == ["ghi-chu.txt"]


PDF = Answer(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", headers=(("Content-Type", b"application/pdf"),))


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"/": PDF}, "/ is application/pdf and no page in HTML. Give the address of the newspaper's home page"),
        (
            {"/": Answer(b"<h1>500</h1>", 500)},
            "answers with status 500, and no page: its server fails. Try again later",
        ),
    ],
    ids=["not HTML", "broken"],
)
def test_what_is_no_newspaper_is_refused(tmp_path: Path, answers: dict[str, Answer], told: str) -> None:
    with served(answers) as site:
        done = luubao(tmp_path, "init", site.base_url, "moi")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert told in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = luubao(tmp_path, "init", f"http://127.0.0.1:{port}", "moi")
    assert (done.returncode, "Check the address, with http:// where there is no https, or" in done.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_without_a_contact_nothing_leaves_the_machine(tmp_path: Path) -> None:
    done = luubao(tmp_path, "init", "https://khong-co-bao-nay.invalid")
    assert (done.returncode, "set LUUBAO_CONTACT" in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_odd_folders_in_a_crontab_and_a_unit(tmp_path: Path) -> None:
    file = tmp_path / "báo 100% $HOME" / "luubao.toml"
    lines = list(next_steps("baothu", file))
    (cron,) = (line for line in lines if "*/2" in line)
    assert f"'{tmp_path}/báo 100\\% $HOME/luubao.toml' crawl baothu" in cron
    (unit,) = (line for line in lines if line.startswith("ExecStart="))
    assert unit.endswith(f' --config "{tmp_path}/báo 100%% $$HOME/luubao.toml" crawl baothu')
