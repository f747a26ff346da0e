"""Exports data sets: JSON Lines, CSV, Parquet, a slim SQLite file, and the data card (README.md) beside them.

Its front matter is
YAML, as Hugging Face reads it (https://huggingface.co/docs/hub/datasets-cards).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from html import escape
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from archive.model.errors import Misconfigured
from archive.queries.tabular import EXPORT_COLUMNS, Selection
from archive.storage.connection import Database

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


_TYPES = {"int64": "INTEGER", "int32": "INTEGER", "bool": "INTEGER", "string": "TEXT", "list": "TEXT", "double": "REAL"}
_FOLDED = "replace(replace(headline || ' ' || coalesce(lead, '') || ' ' || body, 'đ', 'd'), 'Đ', 'D')"


def write_sqlite(rows: Iterable[dict[str, Any]], path: Path) -> None:
    """Writes a table `versions` with the columns of a data set (lists as JSON) and `search`, its FTS5 index."""
    columns = ", ".join(
        f"{name} {_TYPES[kind]}" + (" PRIMARY KEY" if name == "version_id" else "")
        for name, (kind, _) in EXPORT_COLUMNS.items()
    )
    placeholders = ", ".join("?" * len(EXPORT_COLUMNS))
    with closing(Database(path).conn) as db, db:
        db.execute(f"CREATE TABLE versions ({columns})")
        db.executemany(
            f"INSERT INTO versions VALUES ({placeholders})",
            ([_sql_cell(row[name]) for name in EXPORT_COLUMNS] for row in rows),
        )
        db.execute("CREATE INDEX versions_article ON versions(article_id, number)")
        db.execute("CREATE INDEX versions_published ON versions(published_at)")
        db.execute(
            "CREATE VIRTUAL TABLE search USING fts5(headline, lead, body, folded, content='',"
            " tokenize='unicode61 remove_diacritics 2')"
        )
        db.execute(
            "INSERT INTO search(rowid, headline, lead, body, folded)"
            f" SELECT version_id, headline, lead, body, {_FOLDED} FROM versions"
        )
        db.execute("CREATE TABLE columns (name TEXT PRIMARY KEY, meaning TEXT)")
        db.executemany(
            "INSERT INTO columns VALUES (?, ?)", ((name, meaning) for name, (_, meaning) in EXPORT_COLUMNS.items())
        )


def _sql_cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


_STEERS = re.compile(r"([\\\\`*_\[\]|#!])")
_LONGEST = 1_000  # characters of a value; a name is shorter


def card(title: str, file: str, choice: Selection, facts: Mapping[str, Any]) -> str:
    """The card as Markdown. file: the name of the data file beside it; facts: as archive.queries.tabular.summary
    returns them."""
    return "\n".join(
        [
            *_front_matter(title, file),
            "",
            f"# {_escaped(title)}",
            "",
            *_overview(choice, facts),
            *_gaps(facts),
            *_columns(),
            *_rights(),
        ]
    )


def _front_matter(title: str, file: str) -> list[str]:
    return [
        "---",
        f"pretty_name: {_quoted(title)}",
        "language: [vi]",
        "license: other",
        "license_name: rights-remain-with-the-newspapers",
        "task_categories: [text-generation]",
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        f"    path: {file}",
        "---",
    ]


def _overview(choice: Selection, facts: Mapping[str, Any]) -> list[str]:
    scope = "all versions, those that no longer stand too" if choice.history else "the newest version of each"
    lines = [
        f"{facts['versions']} versions of {facts['articles']} articles: {scope}.",
        f"Made by luubao {version('luubao')} of the archive as it was on {facts['as_of'][:10]}.",
        "",
    ]
    filters = [
        f"{name}: {value}" for name in ("outlet", "words", "section", "since", "until", "edited", "gone")
        if (value := getattr(choice, name))
    ]  # fmt: skip
    lines += [f"Chosen by {_escaped(', '.join(filters))}.", ""] if filters else []
    lines += ["| outlet | title | home page | articles in the archive |", "|---|---|---|---|"]
    lines += [_row(row["name"], row["title"], row["home_url"], row["articles"]) for row in facts["outlets"]]
    lines += [
        "",
        "## Coverage",
        "",
        f"Published from {_day(facts['published_first'])} to {_day(facts['published_last'])};",
    ]
    lines += [f"seen by us from {_day(facts['seen_first'])} to {_day(facts['seen_last'])}.", ""]
    lines += [
        "| year of publication | versions |",
        "|---|---|",
        *(_row(year, count) for year, count in facts["years"]),
    ]
    lines += ["", "| field | share of versions that have it |", "|---|---|"]
    names = ("lead", "body", "byline", "section", "published_at", "captions")
    return [*lines, *(f"| {name} | {(facts[name] or 0):.0%} |" for name in names), ""]


def _gaps(facts: Mapping[str, Any]) -> list[str]:
    lines = ["## Gaps", "", f"{facts['withdrawn']} articles were withdrawn and are not in it."]
    lines += [
        "What a page does not give is null: nothing is guessed.",
        "What was published and taken down between two visits is not known.",
    ]
    if facts["gaps"]:
        lines += [
            "",
            "Longest times without a visit (of a week or more):",
            "",
            "| outlet | from | to | days |",
            "|---|---|---|---|",
        ]
        lines += [_row(name, first, last, f"{days:.0f}") for name, first, last, days in facts["gaps"]]
    return [*lines, ""]


def _columns() -> list[str]:
    rows = [
        f"| `{name}` | {'list of string' if kind == 'list' else kind} | {meaning} |"
        for name, (kind, meaning) in EXPORT_COLUMNS.items()
    ]
    return ["## Columns", "", "| column | type | meaning |", "|---|---|---|", *rows, ""]


def _rights() -> list[str]:
    return [
        "## Rights",
        "",
        "The texts belong to the newspapers and their authors. No licence comes with them: whether and how they may be",
        "used or passed on is a matter of the law where you are and of the papers' own terms. `url`, `digest` and",
        "`first_seen_at` say where each comes from. News names people: leave out those who ask for it.",
        "",
    ]


def _day(moment: str | None) -> str:
    return _escaped((moment or "unknown")[:10])


def _row(*cells: object) -> str:
    return f"| {' | '.join(_escaped(str(cell)) for cell in cells)} |"


def _escaped(text: str) -> str:
    """A text as one escaped line of Markdown: no tag, link or end of a table cell is left in it."""
    return _STEERS.sub(r"\\\1", escape(" ".join(text.split())[:_LONGEST], quote=False))


def _quoted(text: str) -> str:
    """A text as one quoted YAML string."""
    return json.dumps(" ".join(text.split())[:_LONGEST]).replace("<", "\\u003c")
