"""Keeps and files captures from elsewhere: other archives, files, another copy. Captures in order of time are filed
like a crawl's; late ones wait until their articles are filed again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from archive.model.capture_validation import validated
from archive.model.records import Capture, Reading, Run, Unreadable
from archive.pipeline.history_filing import judge_run
from archive.pipeline.ingest import arrived, file_reading, source_of_arrival, try_to_read
from archive.storage import connection
from archive.storage.captures import capture_source, capture_writer
from archive.storage.captures.late_captures import comes_late, is_here, mark_for_rebuild, note_origin, reads_late
from archive.storage.connection import Database
from archive.storage.histories.history_writer import Counts
from archive.storage.withdrawals import withdrawal_lookup
from archive.text.recurring_blocks import Boilerplate

Arrived = Literal["here", "filed", "late", "withdrawn"]
"""What became of a capture: the archive had it, it was filed, it waits to be filed in order of time, or its article is
withdrawn, so that only the fact was kept."""

_MAX_KNOWN = 2_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a capture is from. source: a file's name or a URL; record: its identifier there."""

    source: str
    record: str | None = None


@dataclass(slots=True)
class Arrivals:
    """The captures that one run brings from elsewhere. boilerplate: the outlet's recurring blocks, as of the
    beginning."""

    db: Database
    run: Run
    boilerplate: Boilerplate
    known: dict[int, Reading | Unreadable] = field(default_factory=dict)

    def arrive(
        self,
        capture: Capture,
        origin: Origin | None,
        reading: Reading | Unreadable | None = None,
        *,
        always_late: bool = False,
    ) -> Arrived:
        """Keeps a capture and files it if it comes in order of time, in one transaction. reading: the present
        extractor's, if there is one already. always_late: files nothing before `settle`.

        Raises BadValue for an invalid capture, and ArchiveUnusable when the archive cannot be written.
        """
        capture = validated(capture)
        with connection.transaction(self.db):
            if is_here(self.db, self.run, capture):
                return "here"
            late = always_late or comes_late(self.db, self.run, capture)
            kept = capture_writer.keep(self.db, self.run, capture, late=late)
            if origin:
                note_origin(self.db, kept.capture_id, origin.source, origin.record)
            if withdrawal_lookup.is_withdrawn(self.db, self.run.outlet_id, kept.url_key):
                return "withdrawn"
            source = source_of_arrival(self.db, self.run, capture, kept)
            if kept.outcome == "fresh" and not late:
                reading = reading or try_to_read(source, capture.body or b"", capture.encoding, self.boilerplate)
                late = self._reads_late(source, reading)
            if late:
                mark_for_rebuild(self.db, self.run.outlet_id, kept.url_key)
                self._remember(kept.capture_id, reading)
                return "late"
            if kept.outcome == "fresh" and reading is not None:
                file_reading(self.db, source, reading)
            else:
                arrived(self.db, self.run, capture, kept)
            return "filed"

    def file_pending(self) -> Counts:
        """Files late captures, and judges all of the outlet's captures as a whole."""
        counts = judge_run(self.db, self.run, self.known, whole=True)
        self.known.clear()
        return counts

    def _reads_late(self, source: capture_source.Source, reading: Reading | Unreadable) -> bool:
        return isinstance(reading, Reading) and reads_late(self.db, source, reading)

    def _remember(self, capture_id: int, reading: Reading | Unreadable | None) -> None:
        if reading is not None and len(self.known) < _MAX_KNOWN:
            self.known[capture_id] = reading
