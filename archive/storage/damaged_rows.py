"""Makes values from database rows; skips unreadable rows with a notice.

An archive may be old, damaged, or made by somebody else: archive.storage.integrity.column_validation checks the columns
of each row before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from archive.model.errors import ArchiveDamaged, LuubaoError
from archive.model.notices import pass_over
from archive.storage.integrity.column_validation import usable

T = TypeVar("T")
Row = dict[str, Any]
ROW_ERRORS = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, StopIteration)
"""Exceptions that making a value from a row raises where the row, or a row it refers to, holds invalid values. (A
future that is given StopIteration never ends: a request to the reading room would wait for ever.)"""


def readable_values(rows: Iterable[Row], table: str, make: Callable[[Row], T]) -> Iterator[T]:
    """The values that `make` returns for rows of a table; skips rows that cannot be read, with a notice. Columns that
    the table has not come from other tables."""
    for row in rows:
        try:
            value = make(usable(table, row))
        except ROW_ERRORS as error:
            pass_over(_row_name(table, row), error)
        else:
            yield value


def readable_value(row: Row, table: str, make: Callable[[Row], T]) -> T:
    """The value that `make` returns for one row. Raises ArchiveDamaged where the row cannot be read."""
    try:
        return make(usable(table, row))
    except LuubaoError as error:
        if not isinstance(error, ValueError):
            raise
        raise unreadable_row(_row_name(table, row), error) from error
    except ROW_ERRORS as error:
        raise unreadable_row(_row_name(table, row), error) from error


def unreadable_row(what: str, why: object) -> ArchiveDamaged:
    """The error for a row without which there is no answer. what: its name; why: the reason."""
    return ArchiveDamaged(f"{what} cannot be read ({why}). `luubao verify` names all such rows")


def _row_name(table: str, row: Row) -> str:
    identifier = next((row[name] for name in ("id", "url", "name", "version", "number") if name in row), "?")
    return f"{table} {str(identifier)[:80]}"
