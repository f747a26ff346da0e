"""Merges another archive into this one, a union; and keeps and files captures from elsewhere.

Captures in order of time are filed like a crawl's; late ones wait until their articles are filed again. Captures are
facts, so there are no conflicts: adds what the other has and this one lacks, each run's share as a run of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from pathlib import Path
from typing import Literal

from archive.model import clock
from archive.model.capture_validation import validated
from archive.model.digests import digest_of
from archive.model.errors import ArchiveDamaged, ArchiveUnusable, BadValue, LuubaoError
from archive.model.packing import UNPACK_RATIO, UnpackBudget, UnpacksTooMuch
from archive.model.paths import real_path
from archive.model.records import Capture, Picture, Reading, Run, Unreadable
from archive.model.urls import url_key
from archive.pipeline.history_filing import judge_run
from archive.pipeline.ingest import arrived, file_reading, source_of_arrival
from archive.pipeline.page_reading import try_to_read
from archive.runtime import signals
from archive.runtime.atomic_files import outlet_lock
from archive.storage import connection, picture_history, run_rows, version_texts
from archive.storage.captures import capture_writer, kept_captures, other_archive
from archive.storage.captures.other_archive import InvalidRow, OtherCapture, OtherPicture, OtherRun
from archive.storage.connection import Database
from archive.storage.histories.history_writer import Counts
from archive.storage.picture_fetches import ensure_image, keep_picture
from archive.storage.picture_files import JPEG, MOST_BYTES, MOST_THUMBNAIL, plain_file, put_file
from archive.storage.sqlite_file import DatabaseError, is_corrupt
from archive.storage.withdrawals import is_withdrawn
from archive.text.recurring_blocks import Boilerplate

Arrived = Literal["here", "filed", "late", "withdrawn"]
"""What became of a capture: the archive had it, it was filed, it waits to be filed in order of time, or its article is
withdrawn, so that only the fact was kept."""

_MAX_KNOWN = 2_000
_MOST_FILED, _MAX_COUNTED = 20, 100_000  # captures of one URL that are filed one by one; URLs


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
    _filed: Counter[str] = field(default_factory=Counter)  # by URL key, since the last `file_pending`

    def arrive(
        self, capture: Capture, origin: Origin | None, reading: Reading | Unreadable | None = None, *,
        always_late: bool = False,
    ) -> Arrived:  # fmt: skip
        """Keeps a capture and files it if it comes in order of time, in one transaction; of many captures of one URL
        only the first, for each takes all earlier ones anew. reading: the present extractor's, if there is one already.
        always_late: files nothing before `file_pending`.

        Raises BadValue for an invalid capture, and ArchiveUnusable when the archive cannot be written.
        """
        capture = validated(capture)
        with connection.transaction(self.db):
            if capture_writer.is_here(self.db, self.run, capture):
                return "here"
            late = always_late or self._is_filed_often(capture) or capture_writer.comes_late(self.db, self.run, capture)
            kept = capture_writer.keep(self.db, self.run, capture, late=late)
            if origin:
                capture_writer.note_origin(self.db, kept.capture_id, origin.source, origin.record)
            if is_withdrawn(self.db, self.run.outlet_id, kept.url_key):
                return "withdrawn"
            source = source_of_arrival(self.db, self.run, capture, kept)
            if kept.outcome == "fresh" and not late:
                reading = reading or try_to_read(source, capture.body or b"", capture.encoding, self.boilerplate)
                late = isinstance(reading, Reading) and capture_writer.reads_late(self.db, source, reading)
            if late:
                capture_writer.mark_for_rebuild(self.db, self.run.outlet_id, kept.url_key)
                if reading is not None and len(self.known) < _MAX_KNOWN:
                    self.known[kept.capture_id] = reading
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
        self._filed.clear()
        return counts

    def _is_filed_often(self, capture: Capture) -> bool:
        if len(self._filed) >= _MAX_COUNTED:
            self._filed.clear()
        key = url_key(capture.final_url)
        self._filed[key] += 1
        return self._filed[key] > _MOST_FILED


_BATCH = 100
_MAX_REFUSED = 20


@dataclass(slots=True)
class Merged:
    """The result of a merge. counts: captures, here (captures that were here already), pictures, runs, withdrawn
    (captures of articles withdrawn on either side), damaged (whose bytes do not open in the other), pictures-missing,
    refused (invalid values). refused: the first of them, with table and row. withdrawn_there: URLs of articles that are
    withdrawn in the other and not here."""

    counts: Counter[str] = field(default_factory=Counter)
    articles: Counts = field(default_factory=Counts)
    withdrawn_there: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def refuse(self, where: str, why: str) -> None:
        self.counts["refused"] += 1
        if len(self.refused) < _MAX_REFUSED:
            self.refused.append(f"{where}: {' '.join(why.split())[:200]}")

    @contextmanager
    def standing_alone(self, where: str) -> Iterator[None]:
        """Reports an error in one row, so that the others are taken."""
        try:
            yield
        except BadValue as error:
            self.refuse(where, str(error))
        except LuubaoError:
            raise
        except Exception as error:  # a row that cannot be taken counts as invalid
            if signals.signal_received():
                raise
            self.refuse(where, f"{type(error).__name__}: {error}")


def merge(
    path: Path, other: Path, *, pictures: Path, other_pictures: Path | None, unpack_ratio: int = UNPACK_RATIO,
    step: Callable[[], None] = lambda: None,
) -> Merged:  # fmt: skip
    """Adds to the archive at `path` what `other` has. pictures, other_pictures: the folders with their pictures;
    unpack_ratio: see UnpackBudget.

    Raises ArchiveMissing or ArchiveUnusable for either, and Locked while one of the outlets is being crawled.
    """
    if real_path(path) == real_path(other):
        raise ArchiveUnusable(f"{other} is the archive itself. Name another one")
    done, budget = Merged(), UnpackBudget(other.stat().st_size if other.is_file() else 0, unpack_ratio)
    with _either(path, other) as (ours, theirs):
        other_archive.note_rows_without_number(theirs, done.refuse)
        known = {run.outlet.name: run for run in kept_captures.outlets_of(ours)}
        for their_run in other_archive.outlets(theirs, done.refuse):
            name = their_run.outlet.name
            with outlet_lock(path, name):
                job = _Merging(ours, theirs, their_run, known.get(name), pictures, other_pictures, done, step, budget)
                job.take_runs()
    return done


@contextmanager
def _either(path: Path, other: Path) -> Iterator[tuple[Database, Database]]:
    """Both archives. An error of SQLite over damaged pages does not say whose they are."""
    with connection.open_archive(other) as theirs, connection.open_archive(path, create=True) as ours:
        try:
            yield ours, theirs
        except DatabaseError as error:
            if not is_corrupt(error):
                raise
            why = f"{other} or {path} is damaged: {error}. `luubao verify` tells which, and more"
            raise ArchiveDamaged(why) from error


class _Merging:
    def __init__(
        self, ours: Database, theirs: Database, their_run: Run, known: Run | None, pictures: Path,
        other_pictures: Path | None, done: Merged, step: Callable[[], None], budget: UnpackBudget,
    ):  # fmt: skip
        self.ours, self.theirs, self.their_run, self.done, self.step = ours, theirs, their_run, done, step
        self.pictures, self.other_pictures, self.budget = pictures, other_pictures, budget
        if known:  # this archive's description of an outlet wins
            self.outlet_id, self.outlet = known.outlet_id, known.outlet
        else:
            with connection.transaction(ours):
                self.outlet_id, self.outlet = run_rows.register(ours, their_run.outlet), their_run.outlet
        self.whole = Run(0, self.outlet_id, self.outlet)
        self.boilerplate = self._shared_boilerplate()

    def _shared_boilerplate(self) -> Boilerplate:
        """This archive's learned boilerplate; the other's where this one has none."""
        known = version_texts.boilerplate_of(self.ours, self.outlet_id)
        other = version_texts.boilerplate_of(self.theirs, self.their_run.outlet_id)
        if known.marks or not other.marks:
            return known
        return version_texts.put_boilerplate(self.ours, self.whole, other, clock.now())

    def take_runs(self) -> None:
        """Takes every run's share, then files in order of time."""
        runs = other_archive.runs(self.theirs, self.their_run.outlet_id, self.done.refuse)
        for is_empty, some in groupby(runs, lambda run: run.is_empty):
            while batch := list(islice(some, _BATCH)):
                with connection.transaction(self.ours) if is_empty else nullcontext():
                    for other_run in batch:
                        self._close(other_run, None if is_empty else self._take_run(other_run))
        self.done.withdrawn_there += [
            url
            for url in other_archive.withdrawn_addresses(self.theirs, self.their_run.outlet_id)
            if not is_withdrawn(self.ours, self.outlet_id, url_key(url))
        ]
        self.done.articles.add(Arrivals(self.ours, self.whole, self.boilerplate).file_pending())

    def _take_run(self, other_run: OtherRun) -> Run | None:
        """Opens a run like the other's for what is new in it; None for a run that brought nothing new."""
        run: Run | None = None
        after_id, on_refused = 0, self.done.refuse
        while page := other_archive.captures(self.theirs, other_run.id, after_id, _BATCH, on_refused):
            after_id = page[-1].id
            with connection.transaction(self.ours):
                for capture in page:
                    if not isinstance(capture, InvalidRow):
                        with self.done.standing_alone(f"captures {capture.id}"), connection.transaction(self.ours):
                            run = self._take(run, other_run, capture)
                    self.step()
        after_id = 0
        while fetched := other_archive.pictures(self.theirs, other_run.id, after_id, _BATCH, on_refused):
            after_id = fetched[-1].id
            for past in fetched:
                if not isinstance(past, InvalidRow):
                    with self.done.standing_alone(f"picture_captures {past.id}"), connection.transaction(self.ours):
                        run = self._take_picture(run, other_run, past)
        return run

    def _close(self, other_run: OtherRun, run: Run | None) -> None:
        """Finishes a run like the other one, also one that brought nothing, once."""
        if run is None and not other_archive.has_run(self.ours, self.outlet_id, other_run):
            run = self._open(other_run)
        if run:
            other_archive.close_like(self.ours, run, other_run, clock.now())

    def _open(self, other_run: OtherRun) -> Run:
        self.done.counts["runs"] += 1
        return Run(other_archive.open_like(self.ours, self.outlet_id, other_run), self.outlet_id, self.outlet)

    def _take(self, run: Run | None, other_run: OtherRun, past: OtherCapture) -> Run | None:
        """Returns the run it belongs to now; the given one where it was not taken."""
        own_run, capture = run or self.whole, past.capture
        try:
            self.budget.spend(past.size)
            body = (
                None if capture.status == 304 else capture_writer.kept_body(self.theirs, past.id, other_archive.LARGEST)
            )
        except (ArchiveDamaged, UnpacksTooMuch) as error:
            self.done.counts["damaged"] += isinstance(error, ArchiveDamaged)
            self.done.refuse(f"captures {past.id}", str(error))
            return run
        if capture.body and body is None:  # withdrawn there: its words must not come back by a merge
            self.done.counts["withdrawn"] += 1
            return run
        capture = replace(capture, body=body)
        if capture_writer.is_here(self.ours, own_run, capture) or self._is_fact_only(own_run, capture):
            self.done.counts["here"] += 1
            return run
        run = run or self._open(other_run)
        arrivals = Arrivals(self.ours, run, self.boilerplate)
        arrived = arrivals.arrive(capture, Origin(*past.origin) if past.origin else None, always_late=True)
        self.done.counts["withdrawn" if arrived == "withdrawn" else "captures"] += 1
        return run

    def _is_fact_only(self, run: Run, capture: Capture) -> bool:
        """Whether a withdrawn article's capture is here already without its bytes."""
        return capture_writer.is_here(self.ours, run, replace(capture, body=None)) and is_withdrawn(
            self.ours, run.outlet_id, url_key(capture.requested_url)
        )

    def _take_picture(self, run: Run | None, other_run: OtherRun, past: OtherPicture) -> Run | None:
        capture = past.capture
        stamp, digest = clock.stamp(capture.captured_at), capture.picture.digest if capture.picture else None
        image_id = ensure_image(self.ours, past.url, stamp)
        if picture_history.picture_is_here(self.ours, image_id, stamp, capture.status, digest):
            return run
        if capture.picture and not self._copy(capture.picture):
            self.done.counts["pictures-missing"] += 1
            return run
        run = run or self._open(other_run)
        keep_picture(self.ours, run, replace(capture, image_id=image_id), other_archive.REST, late=True)
        picture_history.mark_showing(self.ours, image_id)
        self.done.counts["pictures"] += 1
        return run

    def _copy(self, picture: Picture) -> bool:
        """Copies the picture's files into our folder; False where the other has none. Raises BadValue where its bytes
        do not match its digest."""
        if self.other_pictures is None:
            return False
        from archive.pictures.image_files import sniff  # imports Pillow, and most merges bring no pictures

        data = plain_file(self.other_pictures, picture.path, MOST_BYTES)
        if data is None:
            return False
        if digest_of(data) != picture.digest:
            raise BadValue(f"the bytes of its file are not those of {picture.digest}")
        if (kind := sniff(data)) != picture.media_type:
            raise BadValue(f"the bytes of its file are {kind or 'no picture'}, and not {picture.media_type}")
        thumbnail = picture.thumbnail_path and plain_file(self.other_pictures, picture.thumbnail_path, MOST_THUMBNAIL)
        if picture.thumbnail_path and thumbnail and thumbnail.startswith(JPEG):
            put_file(self.pictures, picture.thumbnail_path, thumbnail)
        put_file(self.pictures, picture.path, data)
        return True
