"""WARC files whose heads begin again and again, with many outlets, with redirects without end: all are read in bounds."""

from __future__ import annotations

import io
import json
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from archive.exchange.importers import warc_captures, warc_reader
from archive.exchange.importers.import_items import OutletMatcher, Page
from archive.exchange.importers.import_job import ImportReport, import_files
from archive.exchange.importers.warc_captures import read_stream
from archive.exchange.importers.warc_reader import WarcRecord, records

HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x</p>"
HEAD = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://bao.example/%d\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n"
)


def record(number: int) -> bytes:
    return HEAD % number + b"Content-Length: %d\r\n\r\n" % len(HTTP) + HTTP + b"\r\n\r\n"


@pytest.mark.parametrize("junk", [b"WARC/1.0\r\n", b"WARC/", b"WARC/1.0\r\nX: y\r\n", b"WARC/1.0\r\nbroken\r\n\r\n"])
def test_heads_that_begin_again_hide_nothing_and_are_read_a_few_times(
    junk: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, really = [], warc_reader._Reader.readline

    def counted(self: Any, length: int = 0) -> bytes:
        line: bytes = really(self, length)
        read.append(len(line))
        return line

    monkeypatch.setattr(warc_reader._Reader, "readline", counted)
    whole = record(1) + junk * 20_000 + record(2)
    found = [one for one in records(io.BytesIO(whole)) if isinstance(one, WarcRecord)]
    assert [one.headers["warc-target-uri"] for one in found] == ["https://bao.example/1", "https://bao.example/2"]
    assert sum(read) < 4 * len(whole) + 2 * warc_reader._MAX_REREAD + 4 * warc_reader._MAX_HEADERS


def test_redirects_that_led_to_a_page_are_kept_up_to_a_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many metadata records name them, and however long one is."""
    monkeypatch.setattr(warc_captures, "_MAX_METADATA", 10_000)
    id_line = b"WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: application/http; msgtype=response\r\n"
    response = record(1).replace(b"Content-Length", id_line + b"Content-Length", 1)
    names = b"".join(b"via: https://bao.example/v%d\r\n" % number for number in range(100_000))
    first = b"WARC/1.0\r\nWARC-Type: metadata\r\nWARC-Concurrent-To: <urn:uuid:1>\r\nContent-Length: %d\r\n\r\n" % len(
        names
    )
    short = first.replace(b"%d" % len(names), b"2500")
    file = response + (short + names[:2500] + b"\r\n\r\n") * 2 + first + names + b"\r\n\r\n" + record(2)
    pages = [item for item in read_stream(io.BytesIO(file)) if isinstance(item, Page)]
    assert [page.capture.requested_url for page in pages] == ["https://bao.example/1", "https://bao.example/2"]
    assert len(pages[0].capture.via) == 100
    assert pages[0].capture.via[0] == "https://bao.example/v0" and pages[1].capture.via == ()


def test_sixty_outlets_in_a_file_are_read_by_one_set_of_processes(tmp_path: Path) -> None:
    described = b""
    for number in range(60):
        facts = {"name": f"bao{number}", "home_url": f"https://bao{number}.example/", "title": "Báo", "timezone": "UTC"}
        body = json.dumps(facts).encode()
        head = b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: urn:luubao:outlet:bao%d\r\n" % number
        described += (
            head + b"WARC-Date: 2020-01-01T00:00:00Z\r\nContent-Length: %d\r\n\r\n" % len(body) + body + b"\r\n\r\n"
        )
        described += record(1).replace(b"bao.example", b"bao%d.example" % number).replace(b"<p>x", b"<p>%03d" % number)
    (tmp_path / "x.warc").write_bytes(described.replace(b"Content-Length: 57", b"Content-Length: 59"))
    processes = list[int]()

    def count(_: ImportReport) -> None:
        processes.append(len(active_children()))

    report = import_files(
        tmp_path / "a.db", [tmp_path / "x.warc"], OutletMatcher(()), pictures=tmp_path / "p", jobs=2, progress=count
    )
    assert (report.counts["filed"], report.skipped) == (60, [])
    assert 1 <= max(processes) <= 2
