"""The Containerfile and what it runs, step by step as a script: what is copied is enough to install, and what is
started crawls, shows, and ends when it is told to."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from datetime import datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from crawler.demo.server import Newspaper

ROOT = Path(__file__).parent.parent
STEPS = [line.partition(" ")[::2] for line in (ROOT / "Containerfile").read_text("utf-8").splitlines() if line[:1] not in ("#", "")]  # fmt: skip
KEEP = ROOT / "container" / "keep.py"
spec = spec_from_file_location("keep", KEEP)
assert spec and spec.loader
keep = module_from_spec(spec)
sys.modules["keep"] = keep  # where a dataclass looks for its module
spec.loader.exec_module(keep)


def copied() -> list[tuple[list[str], str]]:
    """What is copied from here, and where to."""
    words = [shlex.split(rest) for kind, rest in STEPS if kind == "COPY" and not rest.startswith("--from")]
    return [(sources, target) for *sources, target in words]


def test_all_that_is_copied_is_here_and_nothing_ignores_it() -> None:
    ignored = (ROOT / ".containerignore").read_text("utf-8").split()
    for sources, _ in copied():
        for source in sources:
            assert (ROOT / source).exists(), source
            assert source.partition("/")[0] not in ignored


def test_the_entry_runs_what_was_copied_as_nobody_s_root() -> None:
    (entry,) = (json.loads(rest) for kind, rest in STEPS if kind == "ENTRYPOINT")
    targets = {target for _, target in copied()}
    assert entry[-1] in targets
    assert [rest for kind, rest in STEPS if kind == "USER"] == ["luubao"]
    (volumes,) = (json.loads(rest) for kind, rest in STEPS if kind == "VOLUME")
    assert volumes == [str(keep.HOME), str(keep.BACKUPS)] == ["/srv/luubao", "/srv/backups"]


@pytest.mark.parametrize(
    ("line", "due", "not_due"),
    [
        ("17 * * * *", ["2026-05-20 08:17"], ["2026-05-20 08:18"]),
        ("5 */6 * * *", ["2026-05-20 00:05", "2026-05-20 18:05"], ["2026-05-20 08:05"]),
        ("0,30 8-10 * * *", ["2026-05-20 08:30", "2026-05-20 10:00"], ["2026-05-20 11:00", "2026-05-20 08:15"]),
        ("10 3 * * 0", ["2026-05-24 03:10"], ["2026-05-23 03:10"]),  # a Sunday, a Saturday
        ("10 3 * * 7", ["2026-05-24 03:10"], ["2026-05-25 03:10"]),
        ("0 0 1 * 1", ["2026-05-01 00:00", "2026-05-25 00:00"], ["2026-05-02 00:00"]),  # the first, and Mondays
        ("0 0 13 5 *", ["2026-05-13 00:00"], ["2026-06-13 00:00"]),
        ("7/20 * * * *", ["2026-05-20 08:07", "2026-05-20 08:47"], ["2026-05-20 08:20"]),
    ],
)
def test_when_a_line_is_due(line: str, due: list[str], not_due: list[str]) -> None:
    (job,) = keep.jobs_in(f"{line} luubao crawl x", {})
    assert [job.is_due(datetime.fromisoformat(moment)) for moment in (*due, *not_due)] == [True] * len(due) + [False] * len(not_due)  # fmt: skip


def test_the_crontab_of_the_docs_can_be_read() -> None:
    settings: dict[str, str] = {}
    text = (ROOT / "docs" / "examples" / "crontab").read_text("utf-8")
    jobs = list(keep.jobs_in(text, settings))
    assert len(jobs) == len(re.findall(r"^[\d*]", text, re.M))
    assert settings["LUUBAO_CONFIG"] == "/srv/luubao/luubao.toml"


@pytest.mark.parametrize("line", ["61 * * * * x", "17 * * * luubao crawl", "a b c d e f", "5-1 * * * * x"])
def test_a_line_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"no line of a crontab|is not between"):
        list(keep.jobs_in(line, {}))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def wait_until_shown(words: str, port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the room's table of articles holds the words: the crawl writes it article by article."""
    until = time.monotonic() + 200
    while process.poll() is None and time.monotonic() < until:
        try:
            with urlopen(f"http://127.0.0.1:{port}/luubao/articles.json?_shape=array") as answer:
                if words in answer.read().decode():
                    return
        except (URLError, ConnectionError):
            pass
        time.sleep(0.5)
    raise AssertionError(f"no room with {words}; the keeper ended with {process.returncode}")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_steps_install_keep_and_show_a_paper(tmp_path: Path) -> None:
    source, home = tmp_path / "src", tmp_path / "home"
    for sources, target in copied():
        for one in sources:
            place = source / Path(target).relative_to("/src") if target.startswith("/src") else tmp_path / "image"
            place.mkdir(parents=True, exist_ok=True)
            if (ROOT / one).is_dir():
                shutil.copytree(ROOT / one, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / one, place)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(source)]  # fmt: skip
    subprocess.run(build, check=True)
    (wheel,) = tmp_path.glob("luubao-*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    home.mkdir()
    port = free_port()
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LUUBAO_")}
    env = {**plain, "PYTHONPATH": str(tmp_path / "installed"), "KEEP_HOME": str(home), "KEEP_PORT": str(port),
           "KEEP_BACKUPS": str(tmp_path / "backups"), "KEEP_COMMAND": f"{shlex.quote(sys.executable)} -m crawler"}  # fmt: skip
    started = [sys.executable, str(tmp_path / "image" / "keep.py")]
    assert subprocess.run(started, env=env, check=False, capture_output=True).returncode == 2
    with Newspaper() as paper:
        (home / "luubao.toml").write_text(
            f'[outlet.bao]\ntitle = "Báo Sông Thao"\nhome_url = "{paper.base_url}/"\ndelay = 0\nfetch_pictures = false\n',
            "utf-8",
        )
        process = subprocess.Popen(started, env=env)
        try:
            wait_until_shown("cau-ben-got", port, process)
        finally:
            process.send_signal(signal.SIGTERM)
            ended = process.wait(180)
        assert ended == 0
    assert {one.path for one in paper.log} >= {"/", "/robots.txt"}
    with socket.create_server(("127.0.0.1", port)):
        """Nobody listens there any more."""
