"""A WARC file whose heads begin again and again, and one with many outlets: both are read in bounds."""

from __future__ import annotations

import io

import pytest

from archive.exchange.importers import warc_reader
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

    def counted(self: object, length: int = 0) -> bytes:
        line: bytes = really(self, length)
        read.append(len(line))
        return line

    monkeypatch.setattr(warc_reader._Reader, "readline", counted)
    whole = record(1) + junk * 20_000 + record(2)
    found = [one for one in records(io.BytesIO(whole)) if isinstance(one, WarcRecord)]
    assert [one.headers["warc-target-uri"] for one in found] == ["https://bao.example/1", "https://bao.example/2"]
    assert sum(read) < 4 * len(whole) + 2 * warc_reader._MAX_REREAD + 4 * warc_reader._MAX_HEADERS
