"""The union of two archives. Captures are facts, so nothing is to be decided: what the other has and this one has not
is added, each run's share as a run of its own, and the articles it touches are told anew in order of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from archive.extract.recurring_blocks import Boilerplate
from archive.model import clock
from archive.model.digests import digest_of
from archive.model.errors import ArchiveDamaged, ArchiveUnusable, BadValue, LuubaoError
from archive.model.records import Capture, Picture, Run
from archive.model.urls import url_key
from archive.pipeline.foreign_captures import Arrivals, Origin
from archive.runtime import signals
from archive.runtime.file_lock import outlet_lock
from archive.storage import connection, run_rows
from archive.storage.captures import capture_writer, kept_captures, other_archive
from archive.storage.captures.late_captures import is_here, picture_is_here, unsettle_showing
from archive.storage.captures.other_archive import OtherCapture, OtherPicture, OtherRun, Refused
from archive.storage.connection import Database
from archive.storage.histories.history_writer import Counts
from archive.storage.pictures.picture_fetches import ensure_image, keep_picture
from archive.storage.pictures.picture_folder import JPEG, MOST_BYTES, MOST_THUMBNAIL, plain_file, put_file
from archive.storage.readings import boilerplate_sets
from archive.storage.withdrawals import withdrawal_lookup

_BATCH = 100
_MOST_TOLD = 20


@dataclass(slots=True)
class Merged:
    """What a merge came to. counts: captures, here (captures that were here already), pictures, runs, withdrawn
    (captures of articles withdrawn on either side), damaged (whose bytes do not open in the other), pictures-missing,
    refused (values that cannot be). refused: the first of them, with table and row. withdrawn_there: addresses of
    articles that are withdrawn in the other and not here."""

    counts: Counter[str] = field(default_factory=Counter)
    articles: Counts = field(default_factory=Counts)
    withdrawn_there: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def refuse(self, where: str, why: str) -> None:
        """Notes what of the other archive cannot be."""
        self.counts["refused"] += 1
        if len(self.refused) < _MOST_TOLD:
            self.refused.append(f"{where}: {' '.join(why.split())[:200]}")

    @contextmanager
    def standing_alone(self, where: str) -> Iterator[None]:
        """What goes wrong with one row is told, and the others are taken."""
        try:
            yield
        except BadValue as error:
            self.refuse(where, str(error))
        except LuubaoError:
            raise
        except Exception as error:  # a row that we cannot take: as one that cannot be
            if signals.came():
                raise
            self.refuse(where, f"{type(error).__name__}: {error}")


def merge(
    path: Path, other: Path, *, pictures: Path, other_pictures: Path | None, step: Callable[[], None] = lambda: None
) -> Merged:
    """Adds to the archive at `path` what `other` has. pictures, other_pictures: the folders with their pictures.

    Raises ArchiveMissing or ArchiveUnusable for either, and Locked while one of the outlets is being crawled.
    """
    if path.resolve() == other.resolve():
        raise ArchiveUnusable(f"{other} is the archive itself. Name another one")
    done = Merged()
    with (
        connection.open_archive(other) as theirs,
        connection.open_archive(path, create=True) as ours,
        ExitStack() as locks,
    ):
        for their in other_archive.outlets(theirs, done.refuse):
            locks.enter_context(outlet_lock(path, their.outlet.name))
            job = _Merging(ours, theirs, their, pictures, other_pictures, done, step)
            job.take_runs()
    return done


class _Merging:
    """One outlet."""

    def __init__(
        self, ours: Database, theirs: Database, their: Run, pictures: Path, other_pictures: Path | None, done: Merged,
        step: Callable[[], None],
    ):  # fmt: skip
        self.ours, self.theirs, self.their, self.done, self.step = ours, theirs, their, done, step
        self.pictures, self.other_pictures = pictures, other_pictures
        known = {run.outlet.name: run for run in kept_captures.outlets_of(ours)}.get(their.outlet.name)
        if known:  # how a paper is described here is not for another archive to say
            self.outlet_id, self.outlet = known.outlet_id, known.outlet
        else:
            with connection.transaction(ours):
                self.outlet_id, self.outlet = run_rows.register(ours, their.outlet), their.outlet
        self.boilerplate = self._furniture()

    def _furniture(self) -> Boilerplate:
        """What this archive has learned; what the other has, where this one has learned nothing."""
        known, other = (
            boilerplate_sets.boilerplate_of(self.ours, self.outlet_id),
            boilerplate_sets.boilerplate_of(self.theirs, self.their.outlet_id),
        )
        if known.marks or not other.marks:
            return known
        return boilerplate_sets.put_boilerplate(self.ours, Run(0, self.outlet_id, self.outlet), other, clock.now())

    def take_runs(self) -> None:
        """Every run's share, then the order of time."""
        for other in other_archive.runs(self.theirs, self.their.outlet_id, self.done.refuse):
            self._take_run(other)
        whole = Run(0, self.outlet_id, self.outlet)
        self.done.withdrawn_there += [
            url
            for url in other_archive.withdrawn_addresses(self.theirs, self.their.outlet_id)
            if not withdrawal_lookup.is_withdrawn(self.ours, self.outlet_id, url_key(url))
        ]
        self.done.articles.add(Arrivals(self.ours, whole, self.boilerplate).settle())

    def _take_run(self, other: OtherRun) -> None:
        """Opens a run like the other's for what is new in it; none for a run that brought nothing new."""
        run: Run | None = None
        after, note = 0, self.done.refuse
        while page := other_archive.captures(self.theirs, other.id, after, _BATCH, note):
            after = page[-1].id
            with connection.transaction(self.ours):
                for one in page:
                    run = run if isinstance(one, Refused) else self._take(run, other, one)
                    self.step()
        after = 0
        while fetched := other_archive.pictures(self.theirs, other.id, after, _BATCH, note):
            after = fetched[-1].id
            for picture in fetched:
                run = run if isinstance(picture, Refused) else self._take_picture(run, other, picture)
        if run is None and not other_archive.has_run(self.ours, self.outlet_id, other):
            run = self._open(other)
        if run:
            other_archive.close_like(self.ours, run, other, clock.now())

    def _open(self, other: OtherRun) -> Run:
        self.done.counts["runs"] += 1
        return Run(other_archive.open_like(self.ours, self.outlet_id, other), self.outlet_id, self.outlet)

    def _take(self, run: Run | None, other: OtherRun, past: OtherCapture) -> Run | None:
        """Returns the run that it is part of; the former one where it could not be taken."""
        with self.done.standing_alone(f"captures {past.id}"), connection.transaction(self.ours):
            return self._taken(run, other, past)
        return run

    def _taken(self, run: Run | None, other: OtherRun, past: OtherCapture) -> Run | None:
        mine, capture = run or Run(0, self.outlet_id, self.outlet), past.capture
        try:
            body = None if capture.status == 304 else capture_writer.kept_body(self.theirs, past.id)
        except ArchiveDamaged as error:
            self.done.counts["damaged"] += 1
            self.done.refuse(f"captures {past.id}", str(error))
            return run
        if capture.body and body is None:  # withdrawn there: what it was may not come back by another door
            self.done.counts["withdrawn"] += 1
            return run
        capture = replace(capture, body=body)
        if is_here(self.ours, mine, capture) or self._is_fact_only(mine, capture):
            self.done.counts["here"] += 1
            return run
        run = run or self._open(other)
        arrivals = Arrivals(self.ours, run, self.boilerplate)
        arrived = arrivals.arrive(capture, Origin(*past.origin) if past.origin else None, always_late=True)
        self.done.counts["withdrawn" if arrived == "withdrawn" else "captures"] += 1
        return run

    def _is_fact_only(self, run: Run, capture: Capture) -> bool:
        """Whether of a withdrawn article's capture the fact is here already, without its bytes."""
        return is_here(self.ours, run, replace(capture, body=None)) and withdrawal_lookup.is_withdrawn(
            self.ours, run.outlet_id, url_key(capture.requested_url)
        )

    def _take_picture(self, run: Run | None, other: OtherRun, past: OtherPicture) -> Run | None:
        with self.done.standing_alone(f"picture_captures {past.id}"), connection.transaction(self.ours):
            return self._taken_picture(run, other, past)
        return run

    def _taken_picture(self, run: Run | None, other: OtherRun, past: OtherPicture) -> Run | None:
        capture = past.capture
        at, digest = clock.stamp(capture.captured_at), capture.picture.digest if capture.picture else None
        image_id = ensure_image(self.ours, past.url, at)
        if picture_is_here(self.ours, image_id, at, capture.status, digest):
            return run
        if capture.picture and not self._copy(capture.picture):
            self.done.counts["pictures-missing"] += 1
            return run
        run = run or self._open(other)
        keep_picture(self.ours, run, replace(capture, image_id=image_id), other_archive.REST, late=True)
        unsettle_showing(self.ours, image_id)
        self.done.counts["pictures"] += 1
        return run

    def _copy(self, picture: Picture) -> bool:
        """Puts the picture's files into our folder; False where the other has none. Raises BadValue where it has other
        bytes than those of its digest."""
        if self.other_pictures is None:
            return False
        from archive.pictures.sniff import sniff  # with it comes Pillow, and most merges bring no pictures

        data = plain_file(self.other_pictures, picture.path, MOST_BYTES)
        if data is None:
            return False
        if digest_of(data) != picture.digest:
            raise BadValue(f"the bytes of its file are not those of {picture.digest}")
        if (kind := sniff(data)) != picture.media_type:
            raise BadValue(f"the bytes of its file are {kind or 'no picture'}, and not {picture.media_type}")
        small = picture.thumbnail_path and plain_file(self.other_pictures, picture.thumbnail_path, MOST_THUMBNAIL)
        if picture.thumbnail_path and small and small.startswith(JPEG):
            put_file(self.pictures, picture.thumbnail_path, small)
        put_file(self.pictures, picture.path, data)
        return True
