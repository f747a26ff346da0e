"""The reading room on an archive of 200,000 articles: the time that 95 of 100 pages take from Datasette on loopback, warm.

What is asked for is drawn from the data, as in test_questions.py. Printed is the time on the clock. Asserted is how it
compares with a page that only has to be found and sent, a small static file from the same server in the same run; and,
absolutely, what does not depend on the machine: that a page weighs less than 100 kB, and that its layout does not shift.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from sqlite_utils import Database

from archive.storage.connection import open_archive
from bench.big import big_archive
from bench.imagined import Paper
from bench.test_questions import ARTICLES, milliseconds, percentile

pytestmark = pytest.mark.bench

DRAWS = 60
# Where this was set, the static file took 1.6 ms; 150 ms are 94 of it, and pages are to stay well below.
MOST = 94
WEIGHT = 100_000


@pytest.fixture(scope="module")
def path() -> Path:
    return big_archive(ARTICLES)


@pytest.fixture(scope="module")
def db(path: Path) -> Iterator[Database]:
    with open_archive(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def room(path: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "crawler", "serve", "--db", str(path), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as server:
        assert server.stderr is not None
        yield next(found[0] for line in server.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        server.terminate()


def paths(db: Database) -> dict[str, Callable[[Random], str]]:
    """How an address of each kind of page is drawn."""
    edited = [row[0] for row in db.execute("SELECT id FROM articles WHERE version_count > 1 LIMIT 20000").fetchall()]
    words = [word for _, word in zip(range(400), _words(db), strict=False)]
    paper = Paper(ARTICLES)
    return {
        "front page": lambda rng: "/",
        "article": lambda rng: f"/-/article/{rng.randint(1, ARTICLES)}",
        "comparison": lambda rng: f"/-/diff/{rng.choice(edited)}/v1..v2",
        "search, a word": lambda rng: f"/-/search?q={quote(rng.choice(words))}",
        "search, two words": lambda rng: f"/-/search?q={quote(f'{rng.choice(words)} {rng.choice(words)}')}",
        "search, a name": lambda rng: f"/-/search?q={quote(chr(34) + rng.choice(paper.people) + chr(34))}",
        "list of edits": lambda rng: f"/-/edits?order=weight&page={rng.randint(1, 20)}",
        "day": lambda rng: f"/-/day/20{rng.randint(17, 25)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        "calendar": lambda rng: f"/-/calendar?year={rng.randint(2017, 2026)}",
        "feed of edits": lambda rng: "/-/feeds/edits.atom",
    }


FOUR = ("front page", "article", "comparison", "search, a word", "search, two words", "search, a name")
"""Those with a promise."""


def _words(db: Database) -> Iterator[str]:
    for (headline,) in db.execute("SELECT headline FROM articles WHERE id % 977 = 0").fetchall():
        yield from headline.split()


def test_every_page_is_quick(db: Database, room: str) -> None:
    still = [milliseconds(partial(_fetch, f"{room}/-/luubao/room.css"), perf_counter) for _ in range(30)]
    print(f"\n{ARTICLES} articles; a static file takes {median(still):.1f} ms")
    slow = {}
    for kind, draw in paths(db).items():
        rng = Random(kind)
        addresses = [room + draw(rng) for _ in range(DRAWS)]
        weights = [_fetch(address) for address in addresses]
        times = [milliseconds(partial(_fetch, address), perf_counter) for address in addresses]
        p95 = percentile(times, 0.95)
        print(f"{kind:20} p50 {median(times):6.1f}  p95 {p95:6.1f} ms   heaviest {max(weights) / 1000:6.1f} kB")
        if kind in FOUR and p95 > MOST * median(still):
            slow[kind] = p95
        assert kind not in FOUR or max(weights) < WEIGHT, kind  # a year of days, each a link, is more
    assert slow == {}


def _fetch(address: str) -> int:
    with urlopen(address) as answer:
        return len(answer.read())


def test_no_page_shifts_while_it_loads(db: Database, room: str) -> None:
    from playwright.sync_api import sync_playwright

    if (chromium := shutil.which("chromium")) is None:
        pytest.skip("no Chromium here")
    watch = "window.moved = 0; new PerformanceObserver(l => { for (const e of l.getEntries()) window.moved += e.value }).observe({type: 'layout-shift', buffered: true})"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_init_script(watch)
        blocking = []
        page.on("request", lambda request: blocking.append(request.url) if not request.url.startswith(room) else None)
        for kind, draw in paths(db).items():
            if "feed" in kind:
                continue
            page.goto(room + draw(Random(kind)), wait_until="networkidle")
            moved = page.evaluate("window.moved")
            print(f"{kind:20} layout shift {moved:.3f}")
            assert moved < 0.05, kind
        browser.close()
    assert blocking == []
