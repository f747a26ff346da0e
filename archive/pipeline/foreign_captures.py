"""The door for captures from elsewhere: other archives, files, another copy. What comes in order of time is filed like
a crawl's; what comes late waits until its articles are told anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from archive.extract.recurring_blocks import Boilerplate
from archive.model.capture_validation import gated
from archive.model.records import Capture, Reading, Run, Unreadable
from archive.pipeline.filing import settle_run
from archive.pipeline.ingest import arrived, put_away, source_of_arrival, try_to_read
from archive.storage import connection
from archive.storage.captures import capture_source, capture_writer
from archive.storage.captures.late_captures import comes_late, is_here, note_origin, reads_late, unsettle
from archive.storage.connection import Database
from archive.storage.histories.history_writer import Counts
from archive.storage.withdrawals import withdrawal_lookup

Arrived = Literal["here", "filed", "late", "withdrawn"]
"""What became of a capture: the archive had it, it was filed, it waits to be put in order, or its article is
withdrawn, so that only the fact was kept."""

_MOST_KNOWN = 2_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a capture is from. source: a file's name or an address; record: what it is called there."""

    source: str
    record: str | None = None


@dataclass(slots=True)
class Arrivals:
    """The captures one run brings from elsewhere. furniture: what the outlet's pages share, as of the beginning."""

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
        """Keeps a capture and files it if it comes in order, in one transaction. reading: what the present extractor
        read in it, where somebody has read it already. always_late: nothing is filed before all is told anew.

        Raises BadValue for a capture that cannot be, and ArchiveUnusable when the archive cannot be written.
        """
        capture = gated(capture)
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
                unsettle(self.db, self.run.outlet_id, kept.url_key)
                self._remember(kept.capture_id, reading)
                return "late"
            if kept.outcome == "fresh" and reading is not None:
                put_away(self.db, source, reading)
            else:
                arrived(self.db, self.run, capture, kept)
            return "filed"

    def settle(self) -> Counts:
        """Puts in order what came late, and judges all that the outlet's captures tell as a whole."""
        counts = settle_run(self.db, self.run, self.known, whole=True)
        self.known.clear()
        return counts

    def _reads_late(self, source: capture_source.Source, reading: Reading | Unreadable) -> bool:
        return isinstance(reading, Reading) and reads_late(self.db, source, reading)

    def _remember(self, capture_id: int, reading: Reading | Unreadable | None) -> None:
        if reading is not None and len(self.known) < _MOST_KNOWN:
            self.known[capture_id] = reading
