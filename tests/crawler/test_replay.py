"""What was crawled replays whole in pywb: packed or not, unchanged or edited, with the date or without."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.storage.connection import open_archive
from archive.storage.stored_bodies import get_body
from crawler.cli import luubao
from tests.crawler.serving import Answer, article, crawl, front, moved, served
from tests.crawler.test_pictures import next_second
from tests.replay import needs_tools, pywb

ARTICLES = ("/dong-1.htm", "/sua-2.htm", "/khong-doi-3.htm", "/t%C3%AAn-%E1%BA%BF-4.htm")
SAME = ARTICLES[2]
Rows = list[tuple[str, str, int, bytes | None]]


def call(*words: object) -> str:
    done = CliRunner().invoke(luubao, [str(one) for one in words])
    assert done.exit_code == 0, done.output
    return done.output


def paper(days: list[int], *, packed: bool) -> dict[str, Answer | Callable[[Message], Answer]]:
    """Four articles, of which the second is edited each day and the third is confirmed by a 304, and two addresses more:
    one that moved, one that is gone."""

    def wire(answer: Answer) -> Answer:
        coding = (("Content-Encoding", b"gzip"), ("Vary", b"Accept-Encoding"))
        return (
            replace(answer, body=gzip.compress(answer.body), headers=(*answer.headers, *coding)) if packed else answer
        )

    def confirmed(asked: Message) -> Answer:
        whole = article("Không đổi")
        validator = (("ETag", b'"ba"'),)
        if asked["If-None-Match"]:
            return Answer(status=304, headers=validator)
        return wire(replace(whole, headers=(*whole.headers, *validator)))

    def page(path: str) -> Callable[[Message], Answer]:
        def text() -> str:
            return f"<p>Cập nhật ngày {days[0]}.</p>" if path == ARTICLES[1] else "<p>Như cũ.</p>"

        return lambda _: wire(article(f"Tin {path[-5]}", text()))

    links = front(*ARTICLES, "/cu-5.htm", "/het-6.htm")
    return {
        "/": links, **{path: page(path) for path in ARTICLES}, SAME: confirmed, "/cu-5.htm": moved(ARTICLES[0]),
        "/het-6.htm": Answer(b"<h1>404</h1>", 404),
    }  # fmt: skip


@pytest.fixture(scope="module", params=[True, False], ids=["packed", "plain"])
def kept(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path, days = tmp_path_factory.mktemp("kept") / "bao.db", [1]
    with served(paper(days, packed=request.param)) as site:
        for days[0] in (1, 2, 3):
            crawl(site.base_url, path, "--recheck-all")
            next_second()  # of one second, a replay shows one capture
    return path


def captures(path: Path) -> Rows:
    """Time, address, status that a replay has, and bytes: of a 304 those of the page that it confirms."""
    with open_archive(path) as db:
        rows = db.execute(
            "SELECT captured_at, requested_url, status, body_id FROM captures WHERE requested_url NOT LIKE '%/robots.txt'"
        ).fetchall()
        found = []
        for moment, url, status, body_id in rows:
            body = get_body(db, body_id) if body_id else None
            found.append(("".join(filter(str.isdigit, moment)), url, 200 if status == 304 else status, body))
    return found


def replayed(path: Path, files: list[Path], folder: Path, *options: str) -> None:
    """Every capture of the archive comes back from pywb, byte for byte."""
    folder.mkdir()
    with pywb(folder, files, *options) as replay:
        wrong = [
            (moment, url, status, got[0], len(body or b""), len(got[1]))
            for moment, url, status, body in captures(path)
            if (got := replay.get_itself(moment, url))[0] != status or (body is not None and got[1] != body)
        ]
        assert wrong == []
        status, shown = replay.get("", next(url for _, url, *_ in captures(path) if url.endswith(SAME)), how="mp_")
        assert status == 200 and "Không đổi".encode() in shown  # the newest is a 304


@needs_tools
def test_each_capture_comes_back_from_warc_and_wacz_and_from_what_was_imported(kept: Path, tmp_path: Path) -> None:
    outcomes = {status for _, _, status, _ in captures(kept)}
    with open_archive(kept) as db:
        assert db.execute("SELECT count(*) FROM captures WHERE status = 304").fetchone() == (2,)
    assert outcomes >= {200, 302, 404} and len(captures(kept)) >= 18
    call("export", "warc", "--db", kept, "--to", tmp_path / "warc")
    replayed(kept, list((tmp_path / "warc").iterdir()), tmp_path / "of-warc")
    call("export", "wacz", "--db", kept, "--to", tmp_path / "bao.wacz")
    replayed(kept, [tmp_path / "bao.wacz"], tmp_path / "of-wacz", "--unpack-wacz")
    again = tmp_path / "again.db"
    call("import", *(tmp_path / "warc").iterdir(), "--db", again)
    assert sorted(captures(again)) == sorted(captures(kept))
    call("export", "warc", "--db", again, "--to", tmp_path / "again")
    replayed(again, list((tmp_path / "again").iterdir()), tmp_path / "of-again")


@needs_tools
def test_exports_of_single_runs_replay_together(kept: Path, tmp_path: Path) -> None:
    with open_archive(kept) as db:
        runs = [run for (run,) in db.execute("SELECT DISTINCT run_id FROM captures").fetchall()]
    for run in runs:
        call("export", "warc", "--db", kept, "--run", run, "--to", tmp_path / f"run-{run}")
    replayed(kept, [file for run in runs for file in (tmp_path / f"run-{run}").iterdir()], tmp_path / "pywb")


def test_the_coding_is_kept_as_it_came(kept: Path) -> None:
    with open_archive(kept) as db:
        heads = db.execute(
            "SELECT response FROM headers JOIN captures ON captures.id = capture_id WHERE requested_url LIKE '%/dong-1.htm'"
        ).fetchall()
    packed = ["Content-Encoding" in head for (head,) in heads]
    assert len(packed) >= 3 and len(set(packed)) == 1
