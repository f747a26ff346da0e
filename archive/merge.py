"""The union of two archives. Captures are facts, so nothing is to be decided: what the other has and this one has not
is added, each run's share as a run of its own, and the articles it touches are told anew in order of time."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlite_utils import Database

from archive import clock, store
from archive.arrive import Arrivals, Origin
from archive.errors import ArchiveDamaged, ArchiveUnusable
from archive.furniture import Furniture
from archive.lock import outlet_lock
from archive.records import Capture, Run
from archive.store import others
from archive.store.arrivals import is_here, picture_is_here, unsettle_showing
from archive.store.believed import Counts
from archive.store.others import OtherPicture, OtherRun
from archive.store.pictures import ensure_image, keep_picture
from archive.urls import url_key

_BATCH = 100


@dataclass(slots=True)
class Merged:
    """What a merge came to. counts: captures, here (captures that were here already), pictures, runs, withdrawn
    (captures of articles withdrawn on either side), damaged (whose bytes do not open in the other), pictures-missing.
    withdrawn_there: addresses of articles that are withdrawn in the other and not here."""

    counts: Counter[str] = field(default_factory=Counter)
    articles: Counts = field(default_factory=Counts)
    withdrawn_there: list[str] = field(default_factory=list)


def merge(
    path: Path, other: Path, *, pictures: Path, other_pictures: Path | None, step: Callable[[], None] = lambda: None
) -> Merged:
    """Adds to the archive at `path` what `other` has. pictures, other_pictures: the folders with their pictures.

    Raises ArchiveMissing or ArchiveUnusable for either, and Locked while one of the outlets is being crawled.
    """
    if path.resolve() == other.resolve():
        raise ArchiveUnusable(f"{other} is the archive itself. Name another one")
    done = Merged()
    with store.open_archive(other) as theirs, store.open_archive(path, create=True) as ours, ExitStack() as locks:
        for their in store.outlets_of(theirs):
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
        with store.transaction(ours):
            self.outlet_id = store.register(ours, their.outlet)
        self.furniture = self._furniture()

    def _furniture(self) -> Furniture:
        """What this archive has learned; what the other has, where this one has learned nothing."""
        known, other = (
            store.furniture_of(self.ours, self.outlet_id),
            store.furniture_of(self.theirs, self.their.outlet_id),
        )
        if known.marks or not other.marks:
            return known
        return store.put_furniture(self.ours, Run(0, self.outlet_id, self.their.outlet), other, clock.now())

    def take_runs(self) -> None:
        """Every run's share, then the order of time."""
        for other in others.runs(self.theirs, self.their.outlet_id):
            self._take_run(other)
        whole = Run(0, self.outlet_id, self.their.outlet)
        self.done.withdrawn_there += [
            url
            for url in others.withdrawn_addresses(self.theirs, self.their.outlet_id)
            if not store.is_withdrawn(self.ours, self.outlet_id, url_key(url))
        ]
        self.done.articles.add(Arrivals(self.ours, whole, self.furniture).settle())

    def _take_run(self, other: OtherRun) -> None:
        """Opens a run like the other's for what is new in it; none for a run that brought nothing new."""
        run: Run | None = None
        after = 0
        while page := others.captures(self.theirs, other.id, after, _BATCH):
            after = page[-1][0]
            with store.transaction(self.ours):
                for number, capture, origin in page:
                    run = self._take(run, other, number, capture, origin)
                    self.step()
        after = 0
        while fetched := others.pictures(self.theirs, other.id, after, _BATCH):
            after = fetched[-1].id
            for picture in fetched:
                run = self._take_picture(run, other, picture)
        if run is None and not others.has_run(self.ours, self.outlet_id, other):
            run = self._open(other)
        if run:
            others.close_like(self.ours, run, other, clock.now())

    def _open(self, other: OtherRun) -> Run:
        self.done.counts["runs"] += 1
        return Run(others.open_like(self.ours, self.outlet_id, other), self.outlet_id, self.their.outlet)

    def _take(
        self, run: Run | None, other: OtherRun, number: int, capture: Capture, origin: tuple[str, str | None] | None
    ) -> Run | None:
        mine = run or Run(0, self.outlet_id, self.their.outlet)
        try:
            body = None if capture.status == 304 else store.kept_body(self.theirs, number)
        except ArchiveDamaged:
            self.done.counts["damaged"] += 1
            return run
        if capture.body and body is None:  # withdrawn there: what it was may not come back by another door
            self.done.counts["withdrawn"] += 1
            return run
        capture = replace(capture, body=body)
        if is_here(self.ours, mine, capture) or self._is_fact_only(mine, capture):
            self.done.counts["here"] += 1
            return run
        run = run or self._open(other)
        arrivals = Arrivals(self.ours, run, self.furniture)
        arrived = arrivals.arrive(capture, Origin(*origin) if origin else None, always_late=True)
        self.done.counts["withdrawn" if arrived == "withdrawn" else "captures"] += 1
        return run

    def _is_fact_only(self, run: Run, capture: Capture) -> bool:
        """Whether of a withdrawn article's capture the fact is here already, without its bytes."""
        return is_here(self.ours, run, replace(capture, body=None)) and store.is_withdrawn(
            self.ours, run.outlet_id, url_key(capture.requested_url)
        )

    def _take_picture(self, run: Run | None, other: OtherRun, past: OtherPicture) -> Run | None:
        capture = past.capture
        at, digest = clock.stamp(capture.captured_at), capture.picture.digest if capture.picture else None
        with store.transaction(self.ours):
            image_id = ensure_image(self.ours, past.url, at)
            if picture_is_here(self.ours, image_id, at, capture.status, digest):
                return run
            if past.path and not self._copy(past):
                self.done.counts["pictures-missing"] += 1
                return run
            run = run or self._open(other)
            keep_picture(self.ours, run, replace(capture, image_id=image_id), others.REST, late=True)
            unsettle_showing(self.ours, image_id)
            self.done.counts["pictures"] += 1
        return run

    def _copy(self, past: OtherPicture) -> bool:
        """The picture's files, into our folder."""
        if self.other_pictures is None or past.path is None or not (self.other_pictures / past.path).is_file():
            return False
        for name in filter(None, (past.thumbnail, past.path)):
            source, target = self.other_pictures / name, self.pictures / name
            if source.is_file() and not target.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                part = target.with_name(f".{target.name}.part")
                shutil.copyfile(source, part)
                part.rename(target)
        return True
