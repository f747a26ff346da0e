"""Fixity: whether an archive still holds what was put into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from archive.errors import UnknownSeal
from archive.store import consistency, fixity
from archive.store.fixity import Problem, Step
from archive.store.picture_files import broken_pictures

_LOOKS = (
    fixity.broken_dictionaries,
    fixity.broken_bodies,
    fixity.broken_texts,
    fixity.broken_seals,
    consistency.inconsistencies,
)


def verify(db: Database, step: Step = lambda: None, pictures: Path | None = None) -> Iterator[Problem]:
    """Everything in the archive that is not as it was recorded: the file, dictionaries, bodies, texts, the chain of
    seals, how the tables agree, and the pictures in their folder, if there is one. Reads only; crawls may go on
    meanwhile. `step` is called `steps(db)` times."""
    named = set()
    yield from fixity.told(fixity.broken_file(db))
    for look in _LOOKS:
        for problem in fixity.told(look(db, step)):
            named.add(problem.where)
            yield problem
    for problem in fixity.told(consistency.impossible_values(db)):
        if problem.where not in named:  # what is wrong with a row is said once
            yield problem
    if pictures:
        yield from fixity.told(broken_pictures(db, pictures, step))


def steps(db: Database) -> int:
    """How many rows `verify` looks at, about: a crawl may add some meanwhile."""
    return fixity.row_count(db) + consistency.rules_count()


def require_seal(db: Database, digest: str) -> None:
    """Raises UnknownSeal when the chain does not hold a seal that somebody noted earlier: what it covered was taken
    out, or this is another archive."""
    if not fixity.has_seal(db, digest):
        raise UnknownSeal(f"the archive has no seal {digest}: what it covered was removed, or this is another archive")
