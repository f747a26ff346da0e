"""Everything at once on one file: crawls, reading again, compacting, withdrawing and verifying, while Datasette answers."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, pairwise
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from sqlite_utils import Database

from archive import open_archive
from archive.pipeline.verification import verify
from archive.queries import lookup
from archive.storage.captures.capture_writer import kept_body
from archive.storage.withdrawals import withdrawal
from tests.archive.conftest import NAMED
from tests.crawler.serving import Answer, article, front, rules, served
from tests.invariants import acknowledged, ask, sound
from tests.killable_commands import KillableCommand, Parent
from tests.reading_room import served as datasette
from tests.support import NOON

PAGES = (
    "articles.json?_shape=array", "captures.json?_size=5", "edits.json", "current_articles.json?_size=3",
    "versions.json?_sort_desc=first_seen_at", "articles.json?_search=mương", "runs.json", "articles",
)  # fmt: skip
MEANWHILE = (
    ("verify",), ("withdraw", NAMED, "--reason", "x"), ("verify",), ("compact",), ("withdraw", NAMED, "--restore"),
)  # fmt: skip
LOG_LIMIT = 16 * 1024 * 1024


def paper(name: str, articles: int) -> dict[str, Answer]:
    """A paper that lets itself be crawled quickly."""
    links = [f"/{name}-{number}.htm" for number in range(articles)]
    pages = {
        link: article(f"{name} {number}", f"Tin số {number} của báo {name}. " * 5) for number, link in enumerate(links)
    }
    return {"/": front(*links), "/robots.txt": rules("User-agent: *\nCrawl-delay: 0.01"), **pages}


class Reader:
    """Asks Datasette for one page after the other. seen: how often which status came, and what was odd."""

    def __init__(self, base: str, path: Path):
        self.base, self.path = f"{base}/{path.stem}", path
        self.seen: Counter[str] = Counter()
        self.largest_log = 0
        self.ending = threading.Event()

    def __enter__(self) -> Reader:
        self.thread = threading.Thread(target=self._read)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self.thread.join()

    def _read(self) -> None:
        log = self.path.with_name(self.path.name + "-wal")
        for page in cycle(PAGES):
            if self.ending.is_set():
                return
            self.seen[self.ask(page)] += 1
            self.largest_log = max(self.largest_log, log.stat().st_size if log.exists() else 0)

    def ask(self, page: str) -> str:
        try:
            with urlopen(f"{self.base}/{page.replace('ươ', '%C6%B0%C6%A1')}", timeout=60) as answer:
                return "malformed" if b"malformed" in answer.read() else str(answer.status)
        except HTTPError as error:
            return f"{page}: {error.code} {error.read()[:200]!r}"


@contextmanager
def two_papers(articles: int) -> Iterator[dict[str, str]]:
    """Outlet -> where it is served."""
    with served(paper("demo", articles)) as one, served(paper("vinhphuc", articles)) as other:
        yield {"demo": one.base_url, "baovinhphuc": other.base_url}


def crawls(parent: Parent, path: Path, places: dict[str, str]) -> list[KillableCommand]:
    return [parent.start("crawl", name, "--base-url", place, "--db", path) for name, place in places.items()]


def one_chain(path: Path) -> None:
    """Every run is sealed once, and every seal names the one before it."""
    chain = ask(path, "SELECT previous, digest FROM seals ORDER BY id")
    assert chain[0][0] is None
    assert all(after[0] == before[1] for before, after in pairwise(chain))
    assert ask(path, "SELECT count(*) FROM runs") == [(len(chain),)]


@pytest.mark.slow
def test_two_outlets_at_once_both_succeed(parent: Parent, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with two_papers(8) as places:
        for process in crawls(parent, path, places):
            assert (process.end().code, process.err.read_text()) == (0, "")
    assert ask(path, "SELECT name, count(*) FROM articles JOIN outlets ON outlets.id = outlet_id GROUP BY name") == [
        ("baovinhphuc", 8),
        ("demo", 8),
    ]
    one_chain(path)
    sound(path)


@pytest.mark.slow
def test_a_second_crawl_of_an_outlet_harms_nothing(parent: Parent, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with served(paper("demo", 60)) as site:
        first = parent.start("crawl", "demo", "--base-url", site.base_url, "--db", path)
        while not site.asked:  # whoever asks has the lock
            time.sleep(0.002)
        refused = 0
        while not first.ended():
            second = parent.run("crawl", "demo", "--base-url", site.base_url, "--db", path)
            if first.ended():
                break
            refused += 1
            assert (second.code, f"by process {first.pid}" in second.err) == (75, True)
        assert (first.end().code, first.err.read_text()) == (0, "")
    assert refused > 0
    assert ask(path, "SELECT id, outcome FROM runs WHERE id = 1") == [(1, "ok")]
    assert ask(path, "SELECT count(*) FROM articles") == [(60,)]
    sound(path)


@pytest.mark.slow
@pytest.mark.parametrize("articles", [10, pytest.param(150, marks=pytest.mark.bench)], ids=["some", "many"])
def test_everything_at_once(parent: Parent, copy: Callable[[str], Path], articles: int) -> None:
    path = copy("archive.db")
    before, others = acknowledged(path), len(ask(path, "SELECT 1 FROM articles"))
    with two_papers(articles) as places, datasette(path) as base:
        with Reader(base, path) as reader:
            under_way = [
                *crawls(parent, path, places),
                parent.start("reread", "--db", path),
                parent.start("compact", "--db", path),
            ]
            while not all(process.ended() for process in under_way):
                for command in MEANWHILE:
                    done = parent.run(*command, "--db", path)
                    assert done.code == 0, (command, done.out, done.err)
            for process in under_way:
                assert process.end().code == 0, process.err.read_text()
        assert set(reader.seen) == {"200"}
        assert reader.seen["200"] > 10
        assert reader.largest_log < LOG_LIMIT
        counted = body(f"{reader.base}/captures.json?_size=1")
        assert f'"filtered_table_rows_count": {len(acknowledged(path))}' in counted
        # Nobody asks now, though Datasette has the file open: the end of a run leaves no log behind.
        assert parent.run("crawl", "demo", "--base-url", places["demo"], "--db", path).code == 0
        assert path.with_name(path.name + "-wal").stat().st_size == 0
    assert before <= acknowledged(path)
    assert len(ask(path, "SELECT 1 FROM articles")) >= others + 2 * articles
    one_chain(path)
    sound(path)


def body(url: str) -> str:
    with urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


@contextmanager
def meddling(reading: Database, path: Path) -> Iterator[None]:
    """An article is hidden or shown again before every statement that `reading` makes."""
    hidden = False
    with open_archive(path, create=True) as writing:
        article_id = lookup.article_id(writing, NAMED)

        def meddle(statement: str) -> None:
            nonlocal hidden
            if hidden := not hidden:
                withdrawal.withdraw(writing, article_id, "x", NOON, destroy=False)
            else:
                withdrawal.restore(writing, article_id, NOON)

        reading.conn.set_trace_callback(meddle)
        yield
        reading.conn.set_trace_callback(None)


@pytest.mark.slow
def test_verify_looks_at_moments_that_hang_together(copy: Callable[[str], Path]) -> None:
    path = copy("archive.db")
    with open_archive(path) as reading, meddling(reading, path):
        assert list(verify(reading)) == []


@pytest.mark.slow
@pytest.mark.parametrize("before", [1, 2, 3, 4])
def test_a_page_opens_or_is_not_here_whatever_happens_to_what_it_hangs_on(
    copy: Callable[[str], Path], before: int
) -> None:
    """What it is a patch of is hidden before the first, second ... statement of opening it."""
    path, made = copy("archive.db"), 0
    patch = (
        "SELECT captures.id FROM captures JOIN bodies ON bodies.id = body_id WHERE base_id > 0 AND requested_url = ?"
    )
    with open_archive(path) as reading, open_archive(path, create=True) as writing:
        (capture_id,) = reading.execute(patch, [NAMED]).fetchone()
        page, article_id = kept_body(reading, capture_id), lookup.article_id(reading, NAMED)

        def meddle(statement: str) -> None:
            nonlocal made
            made += 1
            if made == before:
                withdrawal.withdraw(writing, article_id, "x", NOON, destroy=False)

        reading.conn.set_trace_callback(meddle)
        assert kept_body(reading, capture_id) in (page, None)
        assert made >= 4, "the body, and what it hangs on, within a transaction"
