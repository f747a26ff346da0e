"""What taking in and handing over costs: each a ratio of two things measured in one run."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import trafilatura
from sqlite_utils import Database
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import open_archive, start_run
from archive.exchange.exporters.warc_files import export_warc
from archive.exchange.importers.import_items import OutletMatcher
from archive.exchange.importers.import_job import import_files
from archive.storage.captures.capture_stream import Scope
from archive.storage.captures.capture_writer import keep
from archive.storage.connection import transaction
from bench.big import OUTLET
from bench.imagined import BEGIN, Paper
from bench.pages import Site
from bench.test_storage import capture_of

pytestmark = [
    pytest.mark.bench,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]  # warcio leaves its buffers to the collector

_PAGES, _FROM = 1_500, 100_000
_KEPT = 1_000


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(Paper(200_000))


@pytest.fixture(scope="module")
def warc(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as another crawler writes it."""
    path = tmp_path_factory.mktemp("warc") / "other.warc.gz"
    with path.open("wb") as file:
        write(site, WARCWriter(file, gzip=True), _PAGES)
    return path


def write(site: Site, writer: WARCWriter, count: int) -> int:
    size = 0
    for number in range(_FROM, _FROM + count):
        capture = capture_of(site, number)
        body = capture.body or b""
        http = StatusAndHeaders("200 OK", list(capture.headers), protocol="HTTP/1.1")
        moment = (BEGIN + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        record = writer.create_warc_record(
            capture.requested_url, "response", payload=io.BytesIO(body), length=len(body), http_headers=http,
            warc_headers_dict={"WARC-Date": moment},
        )  # fmt: skip
        writer.write_record(record)
        size += len(body)
    return size


def test_importing_against_reading_alone(warc: Path, tmp_path: Path) -> None:
    began = time.perf_counter()
    count = 0
    with warc.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                trafilatura.bare_extraction(record.content_stream().read().decode(), with_metadata=True)
                count += 1
    alone = count / (time.perf_counter() - began)
    began = time.perf_counter()
    report = import_files(tmp_path / "a.db", [warc], OutletMatcher([OUTLET]), pictures=tmp_path / "p")
    ours = report.counts["filed"] / (time.perf_counter() - began)
    assert report.counts["filed"] == count == _PAGES
    print(f"\nimport: {ours:.0f} pages/s, warcio and trafilatura alone {alone:.0f}: {ours / alone:.2f} times")
    assert ours / alone >= 0.8


def filled(site: Site, path: Path, count: int) -> Database:
    with open_archive(path, create=True) as db:
        run = start_run(db, OUTLET, {}, BEGIN)
        for start in range(_FROM, _FROM + count, 100):
            with transaction(db):
                for number in range(start, min(start + 100, _FROM + count)):
                    keep(db, run, capture_of(site, number))
    return db


def test_exporting_against_warcio(site: Site, tmp_path: Path) -> None:
    filled(site, tmp_path / "a.db", _KEPT)
    bodies = [capture_of(site, number).body or b"" for number in range(_FROM, _FROM + 300)]
    began = time.perf_counter()
    with (tmp_path / "warcio.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for body in bodies:
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                "https://x.example/", "response", payload=io.BytesIO(body), length=len(body), http_headers=http
            )
            writer.write_record(record)
    theirs = sum(map(len, bodies)) / (time.perf_counter() - began)
    with open_archive(tmp_path / "a.db") as db:
        began = time.perf_counter()
        done = export_warc(db, tmp_path / "w", Scope(), pictures=None)
        ours = done.payload / (time.perf_counter() - began)
    print(f"\nexport: {ours / 1e6:.1f} MB/s of payload, warcio alone {theirs / 1e6:.1f}: {ours / theirs:.2f} times")
    assert done.captures == _KEPT
    assert ours / theirs >= 0.8


_MEASURED = """
import sys
from pathlib import Path
from archive import open_archive
from archive.exchange.exporters.warc_files import export_warc
from archive.exchange.importers.import_items import Houses
from archive.exchange.importers.import_job import import_files
from archive.storage.captures.capture_stream import Scope
from bench.big import OUTLET
if __name__ == "__main__":
    path, folder, back = map(Path, sys.argv[1:4])
    with open_archive(path) as db:
        export_warc(db, folder, Scope(), pictures=None)
    import_files(back, sorted(folder.iterdir()), Houses([OUTLET]), pictures=back.with_suffix(".p"), jobs=1)
    # getrusage would tell the most memory of who started us, where that was more
    print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def test_memory_is_flat(site: Site, tmp_path: Path) -> None:
    """The most memory of an export and an import of what it wrote, for 150 captures and for 600."""
    (tmp_path / "measured.py").write_text(_MEASURED)
    most = []
    for count in (150, 600):
        filled(site, tmp_path / f"{count}.db", count)
        arguments = [tmp_path / f"{count}.db", tmp_path / f"w{count}", tmp_path / f"back{count}.db"]
        done = subprocess.run(
            [sys.executable, tmp_path / "measured.py", *arguments], capture_output=True, text=True, check=False,
            env={"PYTHONPATH": str(Path(__file__).parent.parent)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        most.append(int(done.stdout.split()[-1]) / 1024)
    print(f"\nmemory: {most[0]:.0f} MB for 150 captures, {most[1]:.0f} MB for 600: {most[1] / most[0]:.2f} times")
    assert most[1] / most[0] <= 1.25
