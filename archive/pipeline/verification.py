"""Verifies an archive: whether it still holds what was stored (fixity), and whether its tables follow from that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archive.model.errors import UnknownSeal
from archive.model.unpack_budget import UnpackBudget
from archive.storage.captures import address_walk
from archive.storage.connection import Database
from archive.storage.integrity import consistency, fixity
from archive.storage.integrity.problems import Problem, Step, Unchecked
from archive.storage.pictures.picture_files import broken_pictures
from archive.storage.placements.placement_spans import wrong_placements

if TYPE_CHECKING:
    from archive.pipeline.derivation_check import Reread

_CHECKS = (
    fixity.broken_dictionaries,
    fixity.broken_texts,
    fixity.broken_seals,
    consistency.inconsistencies,
    wrong_placements,
)


def verify(
    db: Database, step: Step = lambda: None, pictures: Path | None = None, *, derived: bool = True,
    left: Unchecked | None = None, reread: Reread | None = None, budget: UnpackBudget | None = None,
) -> Iterator[Problem]:  # fmt: skip
    """Yields what is not as it was recorded: the file, dictionaries, bodies, texts, the chain of seals, how the tables
    agree, the pictures in their folder, if there is one; and, with derived, all that does not follow from these. Reads
    only; crawls may go on meanwhile. `step` is called `steps(db)` times. left: counts what was not derived; reread:
    rereads the kept pages; budget: what the bodies may unpack to."""
    with ExitStack() as stack:
        rederived = None
        if derived:
            from archive.pipeline.derivation_check import rederivation  # imported only if needed

            rederived = stack.enter_context(rederivation(db, reread))
        reported: set[str] = set()
        yield from _facts(db, step, pictures, budget, reported)
        for problem in fixity.stop_at_damage(rederived(left or Unchecked(), step)) if rederived else ():
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
    return fixity.row_count(db) + consistency.rules_count() + (address_walk.address_count(db) if derived else 0)


def require_seal(db: Database, digest: str) -> None:
    """Raises UnknownSeal when the chain does not hold a seal noted earlier: what it covered was removed, or this is
    another archive."""
    if not fixity.has_seal(db, digest):
        raise UnknownSeal(f"the archive has no seal {digest}: what it covered was removed, or this is another archive")
