"""What keeping costs: room against .warc.gz, time against SQLite itself; each a ratio of two things measured in one run."""

from __future__ import annotations

import io
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlite_utils import Database
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import Capture, Reading, Run, open_archive, start_run
from archive.pipeline.ingest import file_reading, keep_capture
from archive.storage import codecs
from archive.storage.captures.capture_writer import keep
from archive.storage.connection import transaction
from archive.storage.stored_bodies import compact, get_body
from bench.big import OUTLET
from bench.imagined import BEGIN, Paper
from bench.pages import Site

pytestmark = [
    pytest.mark.bench,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]  # warcio leaves its buffers to the collector

_ARTICLES, _EDITED = 3_000, 900  # 1.3 captures with a change an article
_FROM = 100_000
_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"), ("Server", "nginx"), ("Cache-Control", "max-age=60"),
    ("ETag", 'W/"5f3c-19a7c0e"'), ("Last-Modified", "Wed, 20 May 2026 01:15:00 GMT"), ("Vary", "Accept-Encoding"),
)  # fmt: skip


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(Paper(200_000))


def capture_of(site: Site, number: int, edits: int = 0) -> Capture:
    url = site.paper.address(number)
    moment = BEGIN + timedelta(hours=edits)
    return Capture(url, url, moment, 200, _HEADERS, site.page(number, edits), "utf-8", (("User-Agent", "luubao"),))


def firsts() -> range:
    return range(_FROM, _FROM + _ARTICLES)


def edited() -> range:
    return range(_FROM, _FROM + _EDITED)


@pytest.fixture(scope="module")
def kept(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, set[int], set[int]]]:
    """An archive of pages, and which bodies were first captures and which came again with an edit."""
    with open_archive(tmp_path_factory.mktemp("storage") / "kept.db", create=True) as db:
        run = start_run(db, OUTLET, {}, BEGIN)
        with transaction(db):
            for number in firsts():
                keep(db, run, capture_of(site, number))
            first = {row[0] for row in db.execute("SELECT id FROM bodies").fetchall()}
            for number in edited():
                keep(db, run, capture_of(site, number, 1))
        again = {row[0] for row in db.execute("SELECT id FROM bodies").fetchall()} - first
        compact(db, [1])
        yield db, first, again


def warc_size(captures: Iterator[Capture]) -> int:
    """Bytes of the captures as gzip-compressed WARC 1.1 response records, each with its HTTP headers."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    for capture in captures:
        http = StatusAndHeaders("200 OK", list(capture.headers), protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                capture.final_url, "response", payload=io.BytesIO(capture.body or b""), http_headers=http
            )
        )
    return out.tell()


def stored(db: Database, body_ids: set[int]) -> int:
    """Bytes of bodies as stored."""
    return sum(row[1] for row in db.execute("SELECT id, length(data) FROM bodies").fetchall() if row[0] in body_ids)


def in_file(db: Database) -> int:
    """Bytes of the file's pages that hold bodies, dictionaries, captures and headers, with their indexes."""
    names = "('bodies', 'dictionaries', 'captures', 'headers')"
    return int(
        db.execute(
            "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name IN"
            f" {names}) OR name IN {names}"
        ).fetchone()[0]
    )


def test_room_against_gzipped_warc(site: Site, kept: tuple[Database, set[int], set[int]]) -> None:
    db, first, again = kept
    dictionaries = db.execute("SELECT sum(length(data)) FROM dictionaries").fetchone()[0]
    new = (stored(db, first) + dictionaries) / len(first)
    patch = stored(db, again) / len(again)
    new_warc = warc_size(capture_of(site, number) for number in firsts()) / len(first)
    patch_warc = warc_size(capture_of(site, number, 1) for number in edited()) / len(again)
    captures = len(first) + len(again)
    warc = (new_warc * len(first) + patch_warc * len(again)) / captures
    print(f"\nfirst capture: {new:.0f} bytes, .warc.gz {new_warc:.0f}: 1/{new_warc / new:.1f}")
    print(f"with a small edit: {patch:.0f} bytes, .warc.gz {patch_warc:.0f}: 1/{patch_warc / patch:.1f}")
    print(
        f"all tables and indexes a capture: {in_file(db) / captures:.0f} bytes, .warc.gz {warc:.0f}: 1/{warc / in_file(db) * captures:.1f}"
    )
    assert new < new_warc / 3
    assert patch < patch_warc / 12


def test_opening_any_body_against_a_plain_frame(kept: tuple[Database, set[int], set[int]], tmp_path: Path) -> None:
    db, _, _ = kept
    body_ids = [row[0] for row in db.execute("SELECT id FROM bodies").fetchall()]
    Random(1).shuffle(body_ids)
    plain = Database(tmp_path / "plain.db")
    plain.execute("CREATE TABLE bodies (id INTEGER PRIMARY KEY, data BLOB)")
    with plain.atomic():
        for body_id in body_ids:
            plain.execute("INSERT INTO bodies VALUES (?, ?)", [body_id, codecs.compress(get_body(db, body_id) or b"")])

    def open_plain(body_id: int) -> None:
        codecs.decompress(plain.execute("SELECT data FROM bodies WHERE id = ?", [body_id]).fetchone()[0])

    ours, theirs = medians(lambda: each(lambda b: get_body(db, b), body_ids), lambda: each(open_plain, body_ids))
    deepest = [row[0] for row in db.execute("SELECT id FROM bodies ORDER BY depth DESC LIMIT 200").fetchall()]
    deep, deep_plain = medians(lambda: each(lambda b: get_body(db, b), deepest), lambda: each(open_plain, deepest))
    plain.close()
    print(f"\nopening any body: {ours / theirs:.2f} times a plain frame; the deepest patches: {deep / deep_plain:.2f}")
    assert ours < 3 * theirs
    assert deep < 3 * deep_plain


def each(act: Callable[[int], object], values: list[int]) -> None:
    for value in values:
        act(value)


def medians(one: Callable[[], None], other: Callable[[], None], rounds: int = 5) -> tuple[float, float]:
    """Seconds that each takes, in turns."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for act, times in zip((one, other), spent, strict=True):
            started = time.perf_counter()
            act()
            times.append(time.perf_counter() - started)
    return statistics.median(spent[0]), statistics.median(spent[1])


# Tables in an order in which rows can be put in, each after what it points to.
_TABLES = (
    "dictionaries", "bodies", "captures", "headers", "extractors", "articles", "aliases", "versions", "texts",
    "active_texts", "readings", "images", "version_images",
)  # fmt: skip
_BATCH = 100


def ingest_all(db: Database, run: Run, captures: list[tuple[Capture, Reading]], batch: int) -> None:
    """Keeps and files every capture; what an extractor would have read is given."""
    for moment in range(0, len(captures), batch):
        with transaction(db) if batch > 1 else nullcontext():
            for capture, reading in captures[moment : moment + batch]:
                file_reading(db, keep_capture(db, run, capture).source, reading)


def raw_copy(source: Database, target: Path, batch: int) -> float:
    """Seconds that sqlite3's executemany takes for the rows of an archive, committed as often."""
    with open_archive(target, create=True):
        pass
    raw = sqlite3.connect(target, isolation_level=None)
    for pragma in ("foreign_keys = OFF", "synchronous = FULL", "recursive_triggers = ON"):
        raw.execute(f"PRAGMA {pragma}")
    rows = {table: source.execute(f"SELECT * FROM {table}").fetchall() for table in ("outlets", "runs", *_TABLES)}
    commits = max(1, round(len(rows["captures"]) / batch))
    started = time.perf_counter()
    for part in range(commits):
        raw.execute("BEGIN IMMEDIATE")
        for table, all_rows in rows.items():
            share = all_rows[part * len(all_rows) // commits : (part + 1) * len(all_rows) // commits]
            if share:
                raw.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(share[0]))})", share)
        raw.execute("COMMIT")
    spent = time.perf_counter() - started
    raw.close()
    return spent


# What keeps it from growing slower unnoticed. A crawl commits every capture; whoever brings in many at once saves commits,
# and so does SQLite.
@pytest.mark.parametrize(
    ("batch", "least"), [(1, 0.4), (_BATCH, 0.2)], ids=["a commit a capture", "a commit every 100"]
)
def test_writing_against_sqlite_itself(site: Site, tmp_path: Path, batch: int, least: float) -> None:
    wanted = [(number, 0) for number in firsts()[:2000]] + [(number, 1) for number in edited()[:600]]
    captures = [(capture_of(site, *one), site.paper.story(*one).reading()) for one in wanted]
    ratios = []
    for turn in range(3):
        with open_archive(tmp_path / f"ours-{turn}.db", create=True) as db:
            run = start_run(db, OUTLET, {}, BEGIN)
            started = time.perf_counter()
            ingest_all(db, run, captures, batch)
            ours = time.perf_counter() - started
            assert db.execute("SELECT count(*) FROM versions").fetchone() == (2600,)
            ratios.append(raw_copy(db, tmp_path / f"raw-{turn}.db", batch) / ours)
    ratio = statistics.median(ratios)
    told = ", ".join(f"{one:.2f}" for one in ratios)
    print(f"\nwriting, {batch} capture(s) a commit: {ratio:.2f} of sqlite3's executemany ({told})")
    assert ratio > least
