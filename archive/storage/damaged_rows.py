"""Rows that cannot be read keep nobody from the others: they are named and passed over.

An archive may be old, damaged, or made by somebody else: its values are held against
archive.storage.integrity.column_validation when they become values of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from archive.model.errors import ArchiveDamaged, LuubaoError
from archive.model.notices import pass_over
from archive.storage.integrity.column_validation import usable

T = TypeVar("T")
Row = dict[str, Any]
NOT_READABLE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, StopIteration)
"""What making a value of a row raises where the row holds what cannot be, or one that it leads to does. (A future that
is given StopIteration never ends: whoever waits for the answer of the reading room would wait for ever.)"""


def readable(rows: Iterable[Row], table: str, make: Callable[[Row], T]) -> Iterator[T]:
    """What `make` makes of rows of a table, those that cannot be read left out. Further columns of a row are of other
    tables."""
    for row in rows:
        try:
            made = make(usable(table, row))
        except NOT_READABLE as error:
            pass_over(_name(table, row), error)
        else:
            yield made


def only(row: Row, table: str, make: Callable[[Row], T]) -> T:
    """What `make` makes of the one row that is asked for. Raises ArchiveDamaged where it cannot be read."""
    try:
        return make(usable(table, row))
    except LuubaoError as error:
        if not isinstance(error, ValueError):
            raise
        raise unreadable(_name(table, row), error) from error
    except NOT_READABLE as error:
        raise unreadable(_name(table, row), error) from error


def unreadable(what: str, why: object) -> ArchiveDamaged:
    """What is said of a row without which an answer cannot be given."""
    return ArchiveDamaged(f"{what} cannot be read ({why}). `luubao verify` names all such rows")


def _name(table: str, row: Row) -> str:
    number = next((row[name] for name in ("id", "url", "name", "version", "number") if name in row), "?")
    return f"{table} {str(number)[:80]}"
