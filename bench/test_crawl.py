"""What a crawl costs: against Scrapy fetching alone, against news-please, and against a crawl that remembers nothing.

The newspaper is served by a process of its own; all figures of a test are of one run on one machine.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from bench.newsstand import newsstand
from tests.crawler.serving import ROOT

pytestmark = pytest.mark.bench

ARTICLES = 3_000
LARGE = 11_400  # of which some 10,000 can be reached


def measured(kind: str, base_url: str, place: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.crawling", kind, base_url, str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told | {"rate": told["pages"] / told["seconds"]}


def test_pages_per_second_and_the_event_loop(tmp_path: Path) -> None:
    """Fetching, reading and storing, against Scrapy fetching the same addresses; and how long the event loop is held
    up, against reading on it. Medians of three."""
    rates, lags, told = [], [], []
    with newsstand(extra_articles=ARTICLES) as stand:
        for number in range(3):
            ours = measured("ours", stand.base_url, tmp_path / f"{number}.db")
            if not number:
                urls = {stand.base_url + request.path for request in stand.requests() if request.status == 200}
                (tmp_path / "urls").write_text("\n".join(sorted(urls)))
            fetch = measured("fetch", stand.base_url, tmp_path / "urls")
            inline = measured("inline", stand.base_url, tmp_path / f"inline-{number}.db")
            rates.append(ours["rate"] / fetch["rate"])
            lags.append(ours["lag_p99"] / inline["lag_p99"])
            told.append(
                f"ours {ours['rate']:.0f}/s, fetching alone {fetch['rate']:.0f}/s, on the loop {inline['rate']:.0f}/s;"
                f" lag p99 {ours['lag_p99'] * 1000:.0f} ms, on the loop {inline['lag_p99'] * 1000:.0f} ms"
            )
    print(
        "",
        *told,
        f"rate of fetching alone {median(rates):.2f}, lag of reading on the loop {median(lags):.2f}",
        sep="\n",
    )
    assert median(rates) >= 0.30
    assert median(lags) <= 0.25


_PEER = """
import sys, time
from newsplease import NewsPlease
urls = open(sys.argv[1]).read().split()
NewsPlease.from_urls(urls[:2], {}, fetch_images=False)  # what it loads at first is not counted
began = time.monotonic()
found = NewsPlease.from_urls(urls, {}, fetch_images=False)  # it wants a dict to be given: without one it reads nothing
print(sum(bool(one and one.maintext) for one in found.values()) / (time.monotonic() - began))
"""


def test_against_news_please(tmp_path: Path) -> None:
    """Articles a second, fetched and read; ours are stored as well. It is installed for the occasion, in a place of its
    own, for it brings database drivers and another lxml."""
    peer = tmp_path / "peer"
    subprocess.run([sys.executable, "-m", "venv", peer], check=True)
    subprocess.run([peer / "bin/pip", "install", "--quiet", "news-please"], check=True)
    with newsstand(extra_articles=ARTICLES) as stand:
        ours = measured("ours", stand.base_url, tmp_path / "ours.db")
        with sqlite3.connect(tmp_path / "ours.db") as connection:
            urls = [url for (url,) in connection.execute("SELECT url FROM articles ORDER BY id LIMIT 150")]
        connection.close()
        (tmp_path / "urls").write_text("\n".join(urls))
        program = [str(peer / "bin/python"), "-c", _PEER, str(tmp_path / "urls")]
        theirs = float(subprocess.run(program, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    print(f"\nours {ours['rate']:.1f} pages/s, news-please {theirs:.1f} articles/s: {ours['rate'] / theirs:.1f} times")
    assert ours["rate"] >= 5 * theirs


def test_a_run_over_an_unchanged_paper(tmp_path: Path) -> None:
    """Requests and bytes of an hourly run over a paper of ten thousand articles, against asking for all of it anew."""
    path = tmp_path / "archive.db"
    with newsstand(extra_articles=LARGE) as stand:
        measured("ours", stand.base_url, path)
        first = stand.requests()
        naive = sum(request.sent for request in first)
        _let_pass(path, days=3)
        time.sleep(1)
        _hourly(stand.base_url, path)  # what a first crawl has put off is due in the first runs after it
        _let_pass(path, days=1 / 24)
        before = len(stand.requests())
        _hourly(stand.base_url, path)
        later = stand.requests()[before:]
    requests, sent = len(later), sum(request.sent for request in later)
    print(
        f"\n{requests} requests of {len(first)}: 1/{len(first) / requests:.0f}; {sent} bytes of {naive}: 1/{naive / sent:.0f}"
    )
    assert requests <= len(first) / 50
    assert sent <= naive / 200


def _hourly(base_url: str, path: Path) -> None:
    """As cron would start it."""
    program = (
        "import sys; from pathlib import Path; from crawler.run.run_command import crawl, spider_class\n"
        "crawl(spider_class('demo'), Path(sys.argv[1]), base_url=sys.argv[2], overrides={'LUUBAO_RECHECK_ALL': False,"
        " 'LUUBAO_PICTURES': '', 'LOG_LEVEL': 'ERROR'})"
    )
    subprocess.run([sys.executable, "-c", program, str(path), base_url], check=True, cwd=ROOT)


def _let_pass(path: Path, days: float) -> None:
    """Makes all the archive has noted so many days older."""
    with sqlite3.connect(path) as connection:
        for column in ("found_at", "due_at", "changed_at", "checked_at", "lastmod"):
            connection.execute(
                f"UPDATE frontier SET {column} = strftime('%Y-%m-%dT%H:%M:%SZ', {column}, ?) WHERE {column} IS NOT NULL",
                [f"-{days * 86400:.0f} seconds"],
            )
    connection.close()


def test_memory_does_not_grow_with_what_is_known(tmp_path: Path) -> None:
    """The largest memory of a run over a small paper, in an archive that knows ten and a hundred thousand addresses
    more."""
    memory = []
    with newsstand(extra_articles=100) as stand:
        for number in (10_000, 100_000):
            path = tmp_path / f"{number}.db"
            measured("ours", stand.base_url, path)
            _know(path, number)
            memory.append(measured("again", stand.base_url, path)["memory_kb"])
    print(f"\n{memory[0] / 1024:.0f} MB with 10,000 known articles, {memory[1] / 1024:.0f} MB with 100,000")
    assert memory[1] <= 1.10 * memory[0]


def _know(path: Path, number: int) -> None:
    """Writes known articles into the frontier that are not due, and the rows of those articles."""
    with sqlite3.connect(path) as connection:
        (version_id,) = connection.execute("SELECT max(id) FROM versions").fetchone()
        assert version_id
        numbers = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)"
        connection.execute(
            f"{numbers} INSERT INTO frontier (outlet_id, url_key, url, found_at, due_at, rank, kind, checked_at, checks)"
            " SELECT 1, 'bao.example/bai-' || n || '.htm', 'https://bao.example/bai-' || n || '.htm',"
            " '2026-05-01T00:00:00Z', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '90 days'), 3, 'article',"
            " '2026-05-01T00:00:00Z', 9 FROM number",
            [number],
        )
        connection.execute(
            f"{numbers} INSERT INTO articles (outlet_id, headline, url, first_seen_at, changed_at, last_seen_at, url_key)"
            " SELECT 1, 'Bài ' || n, 'https://bao.example/bai-' || n || '.htm', '2026-05-01T00:00:00Z',"
            " '2026-05-01T00:00:00Z', '2026-05-01T00:00:00Z', 'bao.example/bai-' || n || '.htm' FROM number",
            [number],
        )
    connection.close()
