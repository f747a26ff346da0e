"""Reading an archive again, against trafilatura alone on the same pages; and its memory, with ten times the captures."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import pytest

from archive import Capture, open_archive, start_run
from archive.storage import connection
from archive.storage.captures import capture_writer
from bench.test_reader import KIT, pages
from crawler.demo.paper import published
from crawler.demo.server import Newspaper
from tests.archive.older_version import older, present
from tests.support import NOON, PAPER, page

pytestmark = pytest.mark.bench

LOOKS = 4  # captures of each page, alike but for a token
CORES = min(os.cpu_count() or 1, LOOKS)
REPETITIONS = 3
FEW, MANY = 10_000, 100_000


def sources() -> list[tuple[str, str]]:
    """Real pages, where the evaluation kit is at hand; else those of the loopback newspaper."""
    if (KIT / "data").is_dir():
        return pages()
    with Newspaper(extra_articles=200) as paper:
        urls = [paper.base_url + article.path for article in published(1, 200) if article.live]
        return [(urlopen(url).read().decode(), url) for url in urls]


_THEIRS = """
import json, sys, time, trafilatura
texts = json.load(open(sys.argv[1]))
for text, url in texts[:5]:
    trafilatura.bare_extraction(text, url=url)
start = time.process_time()
for _ in range(int(sys.argv[2])):
    for text, url in texts:
        trafilatura.bare_extraction(text, url=url)
print(time.process_time() - start)
"""


def rate_of_trafilatura(texts: Path, pages: int) -> float:
    """Pages per CPU second, in as many processes at once as there are cores: two threads of one core slow each other."""
    command = [sys.executable, "-c", _THEIRS, str(texts), str(LOOKS // CORES)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(CORES)]
    seconds = sum(float(process.communicate()[0]) for process in processes)
    return pages * (LOOKS // CORES) * CORES / seconds


def reread(path: Path, *arguments: str) -> tuple[dict[str, float], float, float]:
    """Its report, the CPU seconds of all its processes, and the seconds on the wall."""
    process = subprocess.Popen(
        present().command("reread", "--db", str(path), "--json", *arguments), stdout=subprocess.PIPE
    )
    start = time.monotonic()
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 4)
    process.stdout.close()
    return json.loads(told), usage.ru_utime + usage.ru_stime, time.monotonic() - start


def test_rate_per_core_against_trafilatura(tmp_path: Path) -> None:
    texts = sources()
    (tmp_path / "texts.json").write_text(json.dumps(texts))
    sights = [
        {"url": url, "body": f"{text}<!-- {look} -->", "hour": 24 * look + number / 100, "facts": {}}
        for look in range(LOOKS)
        for number, (text, url) in enumerate(texts)
    ]
    older(tmp_path / "older", changes=()).write(tmp_path / "archive.db", sights)
    ratios = []
    for _ in range(REPETITIONS):
        theirs = rate_of_trafilatura(tmp_path / "texts.json", len(texts))
        shutil.copy(tmp_path / "archive.db", tmp_path / "copy.db")
        report, cpu, wall = reread(tmp_path / "copy.db")
        ours = report["captures"] / cpu
        ratios.append(ours / theirs)
        print(f"\n{report['captures']} captures in {wall:.1f} s: {ours:.1f} a CPU second, trafilatura {theirs:.1f}")
        assert report["captures"] >= 0.95 * len(sights)
    print(f"rate per core, reread over trafilatura alone: {median(ratios):.2f} of {[f'{r:.2f}' for r in ratios]}")
    assert median(ratios) >= 0.9


def keep(path: Path, count: int) -> None:
    """Kept, as a crawl that was killed leaves them: every tenth is another look at an article."""
    with open_archive(path, create=True) as db:
        db.execute("PRAGMA synchronous = OFF")
        run = start_run(db, PAPER, {}, NOON)
        for start in range(0, count, 1000):
            with connection.transaction(db):
                for number in range(start, start + 1000):
                    article = number - number % 10 * (number % 20 >= 10)
                    url = f"https://bao.example/bai-{article}.htm"
                    body = page(f"Bài số {article}", body=f"Chuyện thứ {article} ở xã {article}.", clock=f"{number}")
                    capture_writer.keep(db, run, Capture(url, url, NOON, 200, body=body.encode(), encoding="utf-8"))


def peaks(path: Path) -> tuple[int, int]:
    """The peak resident sizes, in kB, of the process that writes and of the largest one that reads."""
    process = subprocess.Popen(
        present().command("reread", "--db", str(path), "--jobs", "2", "--json"), stdout=subprocess.PIPE, text=True
    )
    parent, worker = 0, 0
    while process.poll() is None:
        parent = max(parent, peak_of(process.pid))
        worker = max([worker, *(peak_of(pid) for pid in children(process.pid))])
        time.sleep(0.1)
    assert process.stdout is not None
    told = json.loads(process.stdout.read())
    process.stdout.close()
    print(
        f"\n{told['captures']} captures, {told['per_second']} a second: writer {parent} kB, readers {worker} kB at most"
    )
    return parent, worker


def peak_of(pid: int) -> int:
    with suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        return int(found[1]) if found else 0
    return 0


def children(pid: int) -> Iterator[int]:
    with suppress(OSError):
        yield from map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_is_flat(tmp_path: Path) -> None:
    measured = []
    for count in (FEW, MANY):
        keep(tmp_path / f"{count}.db", count)
        measured.append(peaks(tmp_path / f"{count}.db"))
    (few_parent, few_worker), (many_parent, many_worker) = measured
    print(f"writer x{many_parent / few_parent:.3f}, readers x{many_worker / few_worker:.3f}")
    assert many_parent < 1.1 * few_parent
    assert many_worker < 1.1 * few_worker
