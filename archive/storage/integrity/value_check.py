"""Finds rows with invalid values, with the validators of archive.storage.integrity.column_validation, and repairs those
that are no evidence.

What a crawl received is evidence and stays as it is; code that reads it skips it. Bookkeeping rows and descriptions of
outlets are repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.model import clock, validation
from archive.storage.integrity.column_validation import COLUMNS, problems
from archive.storage.sqlite_errors import DatabaseError, is_too_long

_BINARY = {"data", "capture_digests", "picture_digests", "reading"}
"""Columns of bytes, which are checked when they are decompressed."""


@dataclass(frozen=True, slots=True)
class InvalidRow:
    """A row with invalid values. key: what identifies it in its table; wrong: column -> what is wrong."""

    table: str
    key: dict[str, Any]
    wrong: dict[str, str]

    def __str__(self) -> str:
        name = " ".join(validation.shown(value).strip("'") for value in self.key.values())
        return (
            f"{self.table} {name}".strip() + ": " + "; ".join(f"{column}: {why}" for column, why in self.wrong.items())
        )


def odd_rows(db: Database, step: Callable[[], None] = lambda: None) -> Iterator[InvalidRow]:
    """Yields all rows with invalid values, table by table. step: a callback, called for every table."""
    for table, columns in COLUMNS.items():
        step()
        names, keys = [name for name in columns if name not in _BINARY], _key_of(db, table)
        try:
            for values in db.conn.cursor().execute(f"SELECT {', '.join(names)} FROM {table}"):
                row = dict(zip(names, values, strict=True))
                if errors := problems(table, row):
                    yield InvalidRow(table, {name: row[name] for name in keys}, errors)
        except DatabaseError as error:
            if not is_too_long(error):
                raise
            what = "it is longer than any that luubao writes, and what follows it was not read"
            yield InvalidRow(table, {}, {"a value": what})


def _key_of(db: Database, table: str) -> list[str]:
    """The columns of a table's primary key."""
    columns = db.execute("SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk", [table])
    return [str(name) for (name,) in columns.fetchall()]


def is_odd(db: Database) -> str | None:
    """The first row with invalid values, in a sentence; None if there is none."""
    first = next(odd_rows(db), None)
    return None if first is None else str(first)


_BOOKKEEPING = ("frontier", "hosts", "shapes", "habits")
"""Tables that crawling fills again: an invalid row is deleted. An address comes back with the page that links to
it."""
_RESET = {"images": ("due_at", "changed_at")}
"""Columns that are reset: due now."""


def repair(db: Database, odd: InvalidRow) -> str | None:
    """Repairs a row if possible. Returns what was done; None if the row must stay as it is. Call inside a
    transaction."""
    where = " AND ".join(f"{name} IS ?" for name in odd.key)
    if odd.table in _BOOKKEEPING:
        db.execute(f"DELETE FROM {odd.table} WHERE {where}", list(odd.key.values()))
        return "deleted; crawling fills it in again"
    if odd.wrong.keys() <= set(_RESET.get(odd.table, ())):
        assignments = ", ".join(f"{name} = {'NULL' if name == 'changed_at' else '?'}" for name in odd.wrong)
        moments = [clock.stamp(clock.now()) for name in odd.wrong if name != "changed_at"]
        db.execute(f"UPDATE {odd.table} SET {assignments} WHERE {where}", [*moments, *odd.key.values()])
        return "due now"
    return _repair_outlet(db, odd) if odd.table == "outlets" else None


def _repair_outlet(db: Database, odd: InvalidRow) -> str | None:
    outlet_id = odd.key["id"]
    repaired = {"timezone": "UTC", "name": f"outlet-{outlet_id}", "title": f"outlet {outlet_id}"}
    columns = [name for name in odd.wrong if name in repaired]
    for name in columns:
        db.execute(f"UPDATE outlets SET {name} = ? WHERE id = ?", [repaired[name], outlet_id])
    if "home_url" in odd.wrong and (home := _home(db, outlet_id)):
        db.execute("UPDATE outlets SET home_url = ? WHERE id = ?", [home, outlet_id])
        repaired["home_url"] = home
        columns.append("home_url")
    return ", ".join(f"{name} is {repaired[name]} now" for name in columns) or None


def _home(db: Database, outlet_id: int) -> str | None:
    """The site root of the outlet's first capture with a valid address."""
    rows = db.execute("SELECT requested_url FROM captures WHERE outlet_id = ? ORDER BY id LIMIT 50", [outlet_id])
    urls = (str(row[0]) for row in rows.fetchall())
    first = next((url for url in urls if validation.is_address(url)), None)
    return "/".join(first.split("/", 3)[:3]) + "/" if first else None


def uncounted(db: Database) -> list[int]:
    """Measured edits that lack a measure: those stored before migration step 6 or 10."""
    rows = db.execute(
        "SELECT id FROM versions WHERE number > 1 AND weight IS NOT NULL"
        " AND (numbers_changed IS NULL OR announced IS NULL)"
    )
    return [int(row[0]) for row in rows.fetchall()]
