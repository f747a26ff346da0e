"""The boundary between keeping and reading: a reader that breaks its promise costs one reading, nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlite_utils import Database

from archive import Run, Unreadable, ingest
from archive.model.records import Capture
from archive.pipeline.ingest import read_pending
from archive.storage.captures import capture_writer
from tests.support import NOON, Shoot, page


def test_a_page_the_reader_chokes_on_is_kept_and_the_crawl_goes_on(
    db: Database, run: Run, shoot: Shoot, caplog: pytest.LogCaptureFixture
) -> None:
    # An outlet's clock that does not exist breaks the reader's promise without replacing any part of it.
    broken = Run(run.id, run.outlet_id, replace(run.outlet, timezone="Mars/Olympus"))
    dated = page().replace("<article>", '<article><time datetime="2026-05-20T08:15">20/05/2026 08:15</time>')
    ingested = ingest(db, broken, shoot(body=dated))
    assert isinstance(ingested.reading, Unreadable)
    assert ingested.reading.reason == "gave-up"
    assert "Mars/Olympus" in ingested.reading.detail
    assert "could not be read" in caplog.text
    assert capture_writer.kept_body(db, 1) == dated.encode()
    assert read_pending(db, run) == 0


def test_bytes_of_any_kind_are_kept_and_called_what_they_are(db: Database, run: Run) -> None:
    for number, body in enumerate((b"\x89PNG\r\n\x1a\n" + b"\0" * 99, b"%PDF-1.7 ...", b"\xff\xfe\x00", b"{}", b"<")):
        url = f"https://bao.example/{number}"
        ingested = ingest(db, run, Capture(url, url, NOON, 200, body=body))
        assert isinstance(ingested.reading, Unreadable)
        assert capture_writer.kept_body(db, number + 1) == body
