"""kill -9 at any statement of a crawl, pictures included: what had been kept stays, nothing is kept twice, and a later run
comes to what an undisturbed one finds."""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import time
from collections.abc import Iterator
from os import kill
from pathlib import Path
from typing import Any

import pytest

from archive import open_archive
from archive.model.paths import folder_beside
from crawler.demo.server import Newspaper
from crawler.demo_walkthrough import disagreements
from tests.crawler.serving import Answer, Site, article, front, served
from tests.crawler.test_pictures import jpeg, painted
from tests.invariants import acknowledged, ask, asked_once, opened, sound
from tests.killable_commands import Ended, Parent

pytestmark = pytest.mark.slow

ARTICLES = 6

# What a crawl finds, by what the newspaper calls it: row numbers and times differ from crawl to crawl.
_FOUND = {
    "articles": "SELECT url_key, headline, byline, section, published_at, version_count, gone_since FROM articles",
    "versions": "SELECT url_key, number, versions.digest, changed, texts.row_digest FROM versions"
    " JOIN articles ON articles.id = article_id JOIN active_texts ON active_texts.version_id = versions.id"
    " JOIN texts ON texts.id = text_id",
    "pictures": "SELECT url_key, number, position, images.url, caption, credit, pictures.digest, path, thumbnail"
    " FROM version_images JOIN versions ON versions.id = version_id JOIN articles ON articles.id = article_id"
    " JOIN images ON images.id = image_id LEFT JOIN pictures ON pictures.id = picture_id",
    "aliases": "SELECT aliases.url_key, articles.url_key, kind FROM aliases JOIN articles ON articles.id = article_id",
    "readings": "SELECT DISTINCT url_key, kind FROM readings JOIN captures ON captures.id = capture_id",
    "frontier": "SELECT url_key, url FROM frontier",
}


def paper() -> dict[str, Answer]:
    """A front page, articles that lead to one another, each with a picture, one picture on all."""
    links = [f"/bai-{number}.htm" for number in range(ARTICLES)]
    answers = {"/": front(*links[:3]), "/anh/chung.jpg": jpeg(painted(99))}
    for number, link in enumerate(links):
        shown = "".join(f'</p><figure><img src="/anh/{name}.jpg"></figure><p>' for name in (number, "chung"))
        onward = f'<a href="{links[(number + 3) % ARTICLES]}">tin khác</a>'
        answers[link] = article(f"Bài {number}", f"Câu chuyện số {number} ở bến sông.{shown}{onward}")
        answers[f"/anh/{number}.jpg"] = jpeg(painted(number))
    return answers


@pytest.fixture
def site() -> Iterator[Site]:
    with served(paper()) as running:
        yield running


def found(path: Path) -> dict[str, Any]:
    return {
        "bodies": sorted(opened(path)),
        **{name: sorted(ask(path, question), key=repr) for name, question in _FOUND.items()},
    }


def kept_in(path: Path) -> set[tuple[Any, ...]]:
    """What a reader sees; nothing where a run was killed before it had made the archive."""
    is_made = path.exists() and ask(path, "SELECT count(*) FROM sqlite_master") != [(0,)]
    return acknowledged(path) if is_made else set()


def whole(path: Path) -> None:
    """Sound; every page read, every picture in its file, every run that is over sealed in the order of their ends."""
    sound(path)
    asked_once(path)
    assert ask(path, "SELECT count(*) FROM runs WHERE outcome = 'running'") <= [(1,)]
    folder = path.with_name(f"{path.name}.pictures")
    for digest, name in ask(path, "SELECT digest, path FROM pictures"):
        assert "sha256:" + hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def crawl(parent: Parent, base_url: str, path: Path, dies_at: int | None = None) -> Ended:
    return parent.run("crawl", "demo", "--base-url", base_url, "--db", path, dies_at=dies_at)


@pytest.mark.parametrize("rounds", [8, pytest.param(200, marks=pytest.mark.bench)], ids=["some", "many"])
def test_killed_at_any_statement(parent: Parent, site: Site, tmp_path: Path, rounds: int) -> None:
    """Each run goes on where the last was killed; where one comes to its end, the next begins a new archive."""
    undisturbed, path = tmp_path / "undisturbed.db", tmp_path / "0.db"
    first = crawl(parent, site.base_url, undisturbed)
    assert (first.code, first.err) == (0, "")
    chance, died = random.Random(20260520), 0
    while died < rounds:
        (moment,) = first.moments(chance, 1) if died % 2 else [chance.choice(first.ends) + 1]
        before = kept_in(path)
        ended = crawl(parent, site.base_url, path, moment % (first.statements // 2) + 1)
        if now := kept_in(path):
            whole(path)
        assert before <= now
        died += ended.code == -9
        if ended.code != -9:
            ends_as(path, undisturbed, ended)
            path = tmp_path / f"{died}.db"
    ends_as(path, undisturbed, crawl(parent, site.base_url, path))


def ends_as(path: Path, undisturbed: Path, ended: Ended) -> None:
    assert (ended.code, ended.err) == (0, "")
    whole(path)
    assert found(path) == found(undisturbed)
    unread = "SELECT id FROM captures WHERE outcome = 'fresh' AND id NOT IN (SELECT capture_id FROM readings)"
    assert ask(path, unread) == []


@pytest.mark.bench
def test_the_living_paper_killed_at_any_statement(parent: Parent, tmp_path: Path) -> None:
    """Its pages differ with every visit, so that only what it published can be compared."""
    chance, path = random.Random(7), tmp_path / "archive.db"
    with Newspaper() as running:
        for _ in range(60):
            crawl(parent, running.base_url, path, chance.randrange(1, 3000))
            whole(path)
        assert crawl(parent, running.base_url, path).code == 0
        whole(path)
        with open_archive(path) as db:
            assert [str(one) for one in disagreements(db, running.base_url, 1)] == []


def test_killed_at_any_time(parent: Parent, site: Site, tmp_path: Path) -> None:
    """By the clock: in the middle of an answer, of a page being read, of a picture being written."""
    path, chance = tmp_path / "archive.db", random.Random(3)
    for _ in range(8):
        before = kept_in(path)
        process = parent.start("crawl", "demo", "--base-url", site.base_url, "--db", path)
        time.sleep(chance.uniform(0.15, 0.6))
        process.kill()
        if now := kept_in(path):
            whole(path)
        assert before <= now
    assert crawl(parent, site.base_url, tmp_path / "undisturbed.db").code == 0
    ends_as(path, tmp_path / "undisturbed.db", crawl(parent, site.base_url, path))


def test_what_was_kept_when_a_run_was_killed_is_sealed_by_the_next(parent: Parent, site: Site, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    process = parent.start("crawl", "demo", "--base-url", site.base_url, "--db", path)
    while not (path.exists() and len(site.log) > 4):
        time.sleep(0.005)
    kill(process.pid, signal.SIGKILL)
    assert process.end().code == -9
    kept = ask(path, "SELECT count(*) FROM captures")
    crawl(parent, site.base_url, path)
    assert ask(path, "SELECT run_id, capture_count FROM seals WHERE run_id = 1") == [(1, *kept[0])]
    assert ask(path, "SELECT outcome FROM runs ORDER BY id") == [("interrupted",), ("ok",)]


HIDE, DESTROY, RESTORE = ("--reason", "x"), ("--reason", "x", "--destroy", "--yes"), ("--restore",)


@pytest.fixture(scope="module")
def crawled(parent: Parent, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An archive with pictures, and the address of one of its articles."""
    path = tmp_path_factory.mktemp("crawled") / "archive.db"
    with served(paper()) as site:
        assert crawl(parent, site.base_url, path).code == 0
        return path, f"{site.base_url}/bai-2.htm"


@pytest.mark.parametrize("how", [HIDE, DESTROY, RESTORE], ids=["hide", "destroy", "restore"])
@pytest.mark.parametrize("times", [8, pytest.param(100_000, marks=pytest.mark.bench)], ids=["some", "all"])
def test_withdrawing_killed_between_the_archive_and_the_files_of_its_pictures(
    parent: Parent, crawled: tuple[Path, str], tmp_path: Path, how: tuple[str, ...], times: int
) -> None:
    """No file is lost on the way; one that lies where it should be no more is told by verify, until the command is given
    again."""
    start, url = copied(crawled[0], tmp_path / "start.db"), crawled[1]
    if how is RESTORE:
        assert parent.run("withdraw", url, *HIDE, "--db", start).code == 0
    undisturbed = copied(start, tmp_path / "undisturbed.db")
    once = parent.run("withdraw", url, *how, "--db", undisturbed)
    for moment in once.moments(random.Random(9), times):
        path = copied(start, tmp_path / f"{moment}.db")
        assert parent.run("withdraw", url, *how, "--db", path, dies_at=moment).code == -9
        told = parent.run("verify", "--db", path)
        assert told.code == 0 or told.out.count("\n") == told.out.count("is still there"), told.out
        parent.run("withdraw", url, *how, "--db", path)
        sound(path)
        assert files(path) == files(undisturbed)
        assert found(path) == found(undisturbed)


def copied(source: Path, path: Path) -> Path:
    shutil.copytree(folder_beside(source), folder_beside(path))
    return Path(shutil.copy(source, path))


def files(path: Path) -> dict[str, bytes]:
    folder = folder_beside(path)
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
