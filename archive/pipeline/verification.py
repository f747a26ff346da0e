"""Verifies an archive: facts against their digests, and everything derived against what is derived again.

Histories are a pure function of captures and their readings (archive.history). This derives them from the stored
readings or, where pages are reread, from new readings by the same extractor; it writes nothing. It goes URL by URL,
with all that belongs to each, so that no more of the archive than that is in memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from archive.model import validation
from archive.model.errors import UnknownSeal, note_again, take_notices
from archive.model.packing import UnpackBudget
from archive.pipeline.history_filing import Extractors, FormerExtractor, RederivedUrl
from archive.storage.captures import kept_captures
from archive.storage.connection import Database, open_archive, snapshot
from archive.storage.histories import related_urls
from archive.storage.integrity import Problem, Step, Unchecked, consistency, fixity
from archive.storage.integrity.column_validation import ROW_ERRORS
from archive.storage.list_placements import wrong_placements
from archive.storage.picture_files import broken_pictures
from archive.storage.sqlite_file import DatabaseError, path_of
from archive.workers import Lost, Workers, awaited, cores

if TYPE_CHECKING:
    from archive.pipeline.rereading import Reread

Rederive = Callable[[Unchecked, Step], Iterator[Problem]]
_BATCH = 40  # URLs that are compared at one moment of the archive
_AHEAD = 2  # batches whose pages are read while one is compared
_PART = 200  # URLs that a worker process derives before it answers
_WORTH_WORKERS = 3_000  # URLs: fewer are derived before worker processes have started
_PATIENCE = 600.0  # seconds for a part: one that takes longer is derived here
_CACHE = "PRAGMA cache_size = -16000"  # kB: the inner nodes of a large archive's indexes


@dataclass(frozen=True, slots=True)
class _Part:
    """URLs of an outlet in order of their keys, from one after `after` to `last`."""

    outlet_id: int
    after: str
    last: str


@dataclass(slots=True)
class _Compared:
    """What comparing a part came to. count: its URLs; notices: what was passed over."""

    problems: list[Problem] = field(default_factory=list)
    skipped: Unchecked = field(default_factory=Unchecked)
    count: int = 0
    notices: list[str] = field(default_factory=list)


@contextmanager
def rederivation(db: Database, reread: Reread | None = None) -> Iterator[Rederive]:
    """A function that yields the rows that differ from what their captures amount to, and counts what it skips. Worker
    processes begin at once to derive a large archive. reread: rereads all pages."""
    path, parts = path_of(db), [] if reread else _parts_worth_workers(db)
    if path is None or not parts:
        yield lambda skipped, step: _compared_here(db, skipped, step, reread)
        return
    with Workers[_Part, _Compared](partial(_comparing, path), patience=_PATIENCE, processor=_PATIENCE) as workers:
        answers = deque((part, workers.call(part)) for part in parts)
        yield lambda skipped, step: _compared_by(answers, db, skipped, step)


def _parts_worth_workers(db: Database) -> list[_Part]:
    """The parts of a large archive; none where it is small, damaged or the machine has one core."""
    try:
        if cores() < 2 or related_urls.address_count(db) < _WORTH_WORKERS:
            return []
        return [_Part(*bounds) for bounds in related_urls.parts(db, _PART)]
    except DatabaseError:  # told by whoever reads on
        return []


def _compared_here(db: Database, skipped: Unchecked, step: Step, reread: Reread | None) -> Iterator[Problem]:
    for run in kept_captures.outlets_of(db):
        yield from _differences(Extractors(db, run), related_urls.addresses(db, run.outlet_id), skipped, step, reread)


def _compared_by(
    answers: deque[tuple[_Part, Future[_Compared | Lost]]], db: Database, skipped: Unchecked, step: Step
) -> Iterator[Problem]:
    """What the worker processes found, in order of URLs. A part that one of them could not derive is derived here."""
    reported: set[Problem] = set()  # URLs that belong together may lie in several parts
    extractors = _extractors_of(db)
    while answers:
        part, answer = answers.popleft()
        compared = awaited(answer)
        if isinstance(compared, Lost):
            yield from _differences(extractors[part.outlet_id], _keys_of(db, part), skipped, step)
            continue
        skipped.update(compared.skipped)
        note_again(compared.notices)
        for _ in range(compared.count):
            step()
        yield from (problem for problem in compared.problems if problem not in reported)
        reported |= set(compared.problems)


@contextmanager
def _comparing(path: Path) -> Iterator[Callable[[_Part], _Compared]]:
    with open_archive(path, any_code=True) as db:
        db.execute(_CACHE)
        yield partial(_part_compared, db, _extractors_of(db))


def _part_compared(db: Database, extractors: Mapping[int, Extractors], part: _Part) -> _Compared:
    compared, keys = _Compared(), list(_keys_of(db, part))
    compared.problems = list(_differences(extractors[part.outlet_id], iter(keys), compared.skipped))
    compared.count, compared.notices = len(keys), take_notices()
    return compared


def _extractors_of(db: Database) -> dict[int, Extractors]:
    return {run.outlet_id: Extractors(db, run) for run in kept_captures.outlets_of(db)}


def _keys_of(db: Database, part: _Part) -> Iterator[str]:
    return related_urls.addresses(db, part.outlet_id, part.after, part.last)


def _differences(
    extractors: Extractors, keys: Iterator[str], skipped: Unchecked, step: Step = lambda: None,
    reread: Reread | None = None,
) -> Iterator[Problem]:  # fmt: skip
    compared_earlier: set[str] = set()  # URLs compared together with an earlier one
    for batch in _batches(extractors, keys, reread):
        if reread:
            reread.wait_for(batch.values())
        found: list[Problem] = []
        try:
            _compare(extractors, batch, compared_earlier, skipped, found)
        except DatabaseError as error:  # what was found until then is told, too
            yield from found
            raise error from None
        yield from found
        compared_earlier -= set(batch)
        for _ in batch:
            step()


def _batches(extractors: Extractors, keys: Iterator[str], reread: Reread | None) -> Iterator[dict[str, RederivedUrl]]:
    """The URLs by their keys, some at a time. reread: reads the pages of the next ones meanwhile."""
    ahead: deque[dict[str, RederivedUrl]] = deque()
    while some := list(islice(keys, _BATCH)):
        batch = {key: RederivedUrl(extractors) for key in some}
        try:
            if reread:
                reread.submit(batch)
        except DatabaseError:  # those before it are compared all the same
            yield from ahead
            raise
        ahead.append(batch)
        if not reread or len(ahead) > _AHEAD:
            yield ahead.popleft()
    yield from ahead


def _compare(
    extractors: Extractors, batch: Mapping[str, RederivedUrl], earlier: set[str], skipped: Unchecked,
    found: list[Problem],
) -> None:  # fmt: skip
    """Adds the differences at some URLs to `found`, and the keys of those compared with them to `earlier`."""
    with snapshot(extractors.db):
        extractors.forget_lookups()
        for key, again in batch.items():
            if key not in earlier and not again.is_compared_elsewhere(key):
                problems, keys = _compared(again, key, skipped)
                earlier |= {other for other in keys if other > key}
                found += problems


def _compared(again: RederivedUrl, key: str, skipped: Unchecked) -> tuple[list[Problem], set[str]]:
    """The differences at a URL and all that belongs to it, and the keys of these URLs."""
    try:
        return again.differences(key, skipped)
    except FormerExtractor:
        skipped["former"] += 1
    except ROW_ERRORS as error:
        where, why = f"{again.run.outlet.name} {key}", validation.shown(str(error))
        return [Problem(where, f"what its captures amount to cannot be told: {why}")], set()
    return [], set()


_CHECKS = (
    fixity.broken_dictionaries,
    fixity.broken_boilerplate,
    fixity.broken_texts,
    fixity.broken_seals,
    consistency.inconsistencies,
    wrong_placements,
)


def verify(
    db: Database, step: Step = lambda: None, pictures: Path | None = None, *, derived: bool = True,
    unchecked: Unchecked | None = None, reread: Reread | None = None, budget: UnpackBudget | None = None,
) -> Iterator[Problem]:  # fmt: skip
    """Yields what is not as it was recorded: the file, dictionaries, bodies, texts, the chain of seals, how the tables
    agree, the pictures in their folder, if there is one; and, with derived, all that does not follow from these. Reads
    only; crawls may go on meanwhile. `step` is called `steps(db)` times. unchecked: counts what was not derived;
    reread: rereads the kept pages; budget: what the bodies may unpack to."""
    with rederivation(db, reread) if derived else nullcontext() as rederived:
        reported: set[str] = set()
        yield from _facts(db, step, pictures, budget, reported)
        for problem in (
            fixity.stop_at_damage(rederived(Unchecked() if unchecked is None else unchecked, step)) if rederived else ()
        ):
            if problem.where not in reported:
                yield problem


def _facts(
    db: Database, step: Step, pictures: Path | None, budget: UnpackBudget | None, reported: set[str]
) -> Iterator[Problem]:
    """The first half of `verify`; adds the names of the rows to `reported`."""
    yield from fixity.stop_at_damage(fixity.broken_file(db))
    yield from fixity.stop_at_damage(fixity.broken_schema(db))
    for check in (partial(fixity.broken_bodies, budget=budget), *_CHECKS):
        for problem in fixity.stop_at_damage(check(db, step)):
            reported.add(problem.where)
            yield problem
    for problem in fixity.stop_at_damage(consistency.impossible_values(db)):
        if problem.where not in reported:  # one report a row
            reported.add(problem.where)
            yield problem
    if pictures:
        yield from fixity.stop_at_damage(broken_pictures(db, pictures, step))


def steps(db: Database, *, derived: bool = True) -> int:
    """About how many rows `verify` checks: a crawl may add some meanwhile."""
    return fixity.row_count(db) + len(consistency.RULES) + (related_urls.address_count(db) if derived else 0)


def require_seal(db: Database, digest: str) -> None:
    """Raises UnknownSeal when the chain does not hold a seal noted earlier: what it covered was removed, or this is
    another archive."""
    if not db.execute("SELECT 1 FROM seals WHERE digest = ?", [digest]).fetchone():
        raise UnknownSeal(f"the archive has no seal {digest}: what it covered was removed, or this is another archive")
