"""Settings and spiders that others can write are not read, and no code of theirs runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests import killable_commands

SPIDER = "from pathlib import Path\nPath(__file__).with_name('ran').touch()\n"
OTHER = 65534  # nobody


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with settings that name a folder of spiders."""
    folder = tmp_path / "here"
    (folder / "spiders").mkdir(parents=True)
    (folder / "luubao.toml").write_text('[many]\nspiders = "spiders"\n')
    (folder / "spiders" / "la.py").write_text(SPIDER)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("LUUBAO_CONFIG", raising=False)
    monkeypatch.delenv("SUDO_UID", raising=False)
    return folder


def ran(folder: Path) -> bool:
    return (folder / "spiders" / "ran").exists()


def run(*arguments: str) -> CompletedProcess[str]:
    """A command, in the present folder."""
    environment = {name: value for name, value in os.environ.items() if name != "LUUBAO_CONFIG"}
    return killable_commands.run([sys.executable, "-m", "crawler", *arguments], cwd=Path.cwd(), env=environment)


def crawl() -> CompletedProcess[str]:
    return run("crawl", "demo", "--base-url", "http://127.0.0.1:9/", "--db", "a.db")


def test_ours_are_read(here: Path) -> None:
    crawl()
    assert ran(here)


@pytest.mark.parametrize("place", [".", "luubao.toml", "spiders", "spiders/la.py"])
@pytest.mark.parametrize("how", ["writable", "owned"])
def test_what_others_can_write_is_refused_with_the_remedy(here: Path, place: str, how: str) -> None:
    if how == "writable":
        (here / place).chmod(0o777)
    elif os.geteuid() != 0:
        pytest.skip("only root can give files away")
    else:
        os.chown(here / place, OTHER, OTHER)
    done = crawl()
    assert (done.returncode, ran(here)) == (2, False)
    assert ("can be written by others" if how == "writable" else "belongs to another user") in done.stderr
    assert "--config" in done.stderr or "chmod" in done.stderr
    assert not (here / "a.db").exists()


def test_settings_that_are_named_may_be_another_s_but_nobody_may_change_them(here: Path) -> None:
    file = here / "luubao.toml"
    if os.geteuid() == 0:
        os.chown(file, OTHER, OTHER)
    assert run("--config", str(file), "settings").returncode == 0
    file.chmod(0o666)
    done = run("--config", str(file), "settings")
    assert done.returncode == 2 and "chmod go-w" in done.stderr


def test_a_folder_where_all_may_put_files_is_no_danger_to_ours(here: Path) -> None:
    """As /tmp is one: with its sticky bit nobody can change what others have put there."""
    here.chmod(0o1777)
    crawl()
    assert ran(here)


def test_a_folder_of_spiders_where_all_may_put_files_is_refused(here: Path) -> None:
    (here / "spiders").chmod(0o1777)
    done = crawl()
    assert (done.returncode, ran(here)) == (2, False)
    assert "can be written by others" in done.stderr


def test_packages_among_the_spiders_count_too(here: Path) -> None:
    package = here / "spiders" / "them"
    package.mkdir()
    package.chmod(0o777)
    done = crawl()
    assert (done.returncode, ran(here)) == (2, False)
    assert f"{package} can be written by others" in done.stderr


def test_who_asked_sudo_is_trusted(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    for place in (here, here / "luubao.toml", here / "spiders", here / "spiders" / "la.py"):
        os.chown(place, OTHER, OTHER)
    monkeypatch.setenv("SUDO_UID", str(OTHER))
    crawl()
    assert ran(here)
