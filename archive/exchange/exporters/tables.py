"""Writes JSON Lines, CSV and Parquet: a row for each version, with the columns of archive/queries/tabular.py."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from archive.model.errors import Misconfigured
from archive.queries.tabular import EXPORT_COLUMNS

Format = Literal["jsonl", "csv", "parquet"]
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # East Asian spreadsheets read the last four as the first four
_ROW_GROUP = 2_000  # rows of a Parquet row group, held in memory
Rows = Iterable[dict[str, Any]]


def write_jsonl(rows: Rows, path: Path) -> None:
    """Writes one JSON object a line, UTF-8, each with all columns."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_csv(rows: Rows, path: Path, *, excel: bool = False) -> None:
    """Writes RFC 4180 CSV in UTF-8 with a header line; lists as JSON; null as an empty cell. excel: for spreadsheets,
    which read a file without a byte-order mark as Windows-1252 and run a text that begins like a formula."""
    with path.open("w", encoding="utf-8-sig" if excel else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(EXPORT_COLUMNS)
        cell = _without_formula if excel else _cell
        writer.writerows([cell(row[name]) for name in EXPORT_COLUMNS] for row in rows)


def _without_formula(value: Any) -> Any:
    """A cell that no spreadsheet runs: prefixes a text that could be a formula with an apostrophe (CWE-1236)."""
    cell = _cell(value)
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return int(value) if isinstance(value, bool) else value


def write_parquet(rows: Rows, path: Path) -> None:
    """Writes Parquet: Zstandard, in row groups, with the meaning of each column in its metadata.

    Raises Misconfigured where pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise Misconfigured("Parquet needs pyarrow. Install it with `pip install 'luubao[parquet]'`") from error
    types = {
        "int64": pa.int64(),
        "int32": pa.int32(),
        "string": pa.string(),
        "bool": pa.bool_(),
        "double": pa.float64(),
        "list": pa.list_(pa.string()),
    }
    schema = pa.schema(
        [pa.field(name, types[kind], metadata={"meaning": meaning}) for name, (kind, meaning) in EXPORT_COLUMNS.items()]
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _row_groups(rows):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


def _row_groups(rows: Rows) -> Iterator[list[dict[str, Any]]]:
    remaining = iter(rows)
    while group := list(islice(remaining, _ROW_GROUP)):
        yield group


WRITERS: dict[Format, Callable[[Rows, Path], None]] = {
    "jsonl": write_jsonl,
    "csv": write_csv,
    "parquet": write_parquet,
}
