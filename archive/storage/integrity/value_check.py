"""Going through every row of an archive for values that cannot be (archive.storage.integrity.column_validation), to
name them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.model import validation
from archive.storage.integrity.column_validation import COLUMNS, problems

_BATCH = 1000
_BULKY = {"data", "capture_digests", "picture_digests", "reading"}
"""Columns whose bytes are looked at by those who open them."""
_KEYS: dict[str, tuple[str, ...]] = {
    "frontier": ("outlet_id", "url_key"), "hosts": ("host",), "shapes": ("outlet_id", "level", "name"),
    "habits": ("outlet_id", "bucket"), "images": ("id",), "offers": ("id",), "outlets": ("id",), "furniture": ("id",),
    "aliases": ("outlet_id", "url_key"), "version_images": ("version_id", "position"), "readings": ("capture_id",),
    "headers": ("capture_id",), "origins": ("capture_id",), "active_texts": ("version_id",),
    "successors": ("version_id",), "withheld": ("withdrawal_id",), "offer_pages": ("outlet_id", "query"),
    "credits": ("credit",), "months": ("outlet_id", "section", "month"), "unsettled": ("outlet_id", "url_key"),
    "rebuilding": ("article_id",), "set_aside": ("capture_id",), "at_once": ("outlet_id", "began_at"),
    "listed": ("outlet_id", "url_key"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Odd:
    """A row that holds what cannot be. key: what names it in its table; wrong: columns, with what is wrong."""

    table: str
    key: dict[str, Any]
    wrong: dict[str, str]

    def __str__(self) -> str:
        name = " ".join(validation.shown(value).strip("'") for value in self.key.values())
        return f"{self.table} {name}: " + "; ".join(f"{column}: {why}" for column, why in self.wrong.items())


def odd_rows(db: Database, step: Callable[[], None] = lambda: None) -> Iterator[Odd]:
    """All rows that hold what cannot be, a table after the other. step: is called for every table."""
    for table, columns in COLUMNS.items():
        step()
        wanted = [name for name in columns if name not in _BULKY]
        cursor = db.conn.cursor().execute(f"SELECT {', '.join(wanted)} FROM {table}")
        while batch := cursor.fetchmany(_BATCH):
            for values in batch:
                row = dict(zip(wanted, values, strict=True))
                if wrong := problems(table, row):
                    yield Odd(table, {name: row[name] for name in _KEYS.get(table, ("id",))}, wrong)


def is_odd(db: Database) -> str | None:
    """The first row that holds what cannot be, in a sentence; None where there is none."""
    first = next(odd_rows(db), None)
    return None if first is None else str(first)
