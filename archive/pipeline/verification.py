"""Fixity: whether an archive still holds what was put into it, and says of it what it amounts to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from archive.model.errors import UnknownSeal
from archive.storage.captures import address_walk
from archive.storage.connection import Database
from archive.storage.integrity import consistency, fixity
from archive.storage.integrity.problems import Left, Problem, Step
from archive.storage.pictures.picture_files import broken_pictures

if TYPE_CHECKING:
    from archive.pipeline.derivation_check import Reread

_LOOKS = (
    fixity.broken_dictionaries,
    fixity.broken_bodies,
    fixity.broken_texts,
    fixity.broken_seals,
    consistency.inconsistencies,
)


def verify(
    db: Database, step: Step = lambda: None, pictures: Path | None = None, *, derived: bool = True,
    left: Left | None = None, reread: Reread | None = None,
) -> Iterator[Problem]:  # fmt: skip
    """Everything in the archive that is not as it was recorded: the file, dictionaries, bodies, texts, the chain of
    seals, how the tables agree, the pictures in their folder, if there is one; and, with derived, all that does not
    follow from these. Reads only; crawls may go on meanwhile. `step` is called `steps(db)` times. left: counts what was
    not derived; reread: reads the kept pages again."""
    named = set()
    yield from fixity.told(fixity.broken_file(db))
    yield from fixity.told(fixity.broken_schema(db))
    for look in _LOOKS:
        for problem in fixity.told(look(db, step)):
            named.add(problem.where)
            yield problem
    for problem in fixity.told(consistency.impossible_values(db)):
        if problem.where not in named:  # what is wrong with a row is said once
            named.add(problem.where)
            yield problem
    if pictures:
        yield from fixity.told(broken_pictures(db, pictures, step))
    if derived:
        from archive.pipeline.derivation_check import derived_again  # only who derives imports it

        for problem in fixity.told(derived_again(db, left or Left(), step, reread)):
            if problem.where not in named:
                yield problem


def steps(db: Database, *, derived: bool = True) -> int:
    """How many rows `verify` looks at, about: a crawl may add some meanwhile."""
    return fixity.row_count(db) + consistency.rules_count() + (address_walk.address_count(db) if derived else 0)


def require_seal(db: Database, digest: str) -> None:
    """Raises UnknownSeal when the chain does not hold a seal that somebody noted earlier: what it covered was taken
    out, or this is another archive."""
    if not fixity.has_seal(db, digest):
        raise UnknownSeal(f"the archive has no seal {digest}: what it covered was removed, or this is another archive")
