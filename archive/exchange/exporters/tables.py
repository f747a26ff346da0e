"""Exports data sets: JSON Lines, CSV, Parquet, a slim SQLite file, and the data card (README.md) beside them, whose
front matter is YAML, as Hugging Face reads it (https://huggingface.co/docs/hub/datasets-cards). Their columns:
`EXPORT_COLUMNS` in archive/queries/tabular.py."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping
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
        writer.writerows([_cell(row[name], excel=excel) for name in EXPORT_COLUMNS] for row in rows)


def _cell(value: Any, *, excel: bool = False) -> Any:
    """A cell of plain type. excel: one that no spreadsheet runs: a text that could be a formula gets an apostrophe in
    front (CWE-1236)."""
    cell = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
    if excel and isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return int(cell) if isinstance(cell, bool) else cell


def import_pyarrow() -> tuple[Any, Any]:
    """pyarrow and its Parquet module. Raises Misconfigured where they are not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise Misconfigured("Parquet needs pyarrow. Install it with `pip install 'luubao[parquet]'`") from error
    return pa, pq


def write_parquet(rows: Rows, path: Path) -> None:
    """Writes Parquet: Zstandard, in row groups, with the meaning of each column in its metadata."""
    pa, pq = import_pyarrow()
    types = {
        "int64": pa.int64(), "int32": pa.int32(), "string": pa.string(), "bool": pa.bool_(), "double": pa.float64(),
        "list": pa.list_(pa.string()),
    }  # fmt: skip
    schema = pa.schema(
        [pa.field(name, types[kind], metadata={"meaning": meaning}) for name, (kind, meaning) in EXPORT_COLUMNS.items()]
    )
    remaining = iter(rows)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while group := list(islice(remaining, _ROW_GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


WRITERS: dict[Format, Callable[[Rows, Path], None]] = {
    "jsonl": write_jsonl, "csv": write_csv, "parquet": write_parquet,
}  # fmt: skip


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
            ([_cell(row[name]) for name in EXPORT_COLUMNS] for row in rows),
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


_STEERS = re.compile(r"([\\\\`*_\[\]|#!])")
_LONGEST = 1_000  # characters of a value; a name is shorter


_CARD = """---
pretty_name: {quoted_title}
language: [vi]
license: other
license_name: rights-remain-with-the-newspapers
task_categories: [text-generation]
configs:
- config_name: default
  data_files:
  - split: train
    path: {file}
---

# {title}

{versions} versions of {articles} articles: {scope}.
Made by luubao {luubao} of the archive as it was on {as_of}.

{chosen}| outlet | title | home page | articles in the archive |
|---|---|---|---|
{outlets}
## Coverage

Published from {published_first} to {published_last};
seen by us from {seen_first} to {seen_last}.

| year of publication | versions |
|---|---|
{years}
| field | share of versions that have it |
|---|---|
{shares}
## Gaps

{withdrawn} articles were withdrawn and are not in it.
What a page does not give is null: nothing is guessed.
What was published and taken down between two visits is not known.
{gaps}
## Columns

| column | type | meaning |
|---|---|---|
{columns}
## Rights

The texts belong to the newspapers and their authors. No licence comes with them: whether and how they may be
used or passed on is a matter of the law where you are and of the papers' own terms. `url`, `digest` and
`first_seen_at` say where each comes from. News names people: leave out those who ask for it.
"""
_GAPS = """
Longest times without a visit (of a week or more):

| outlet | from | to | days |
|---|---|---|---|
"""


def card(title: str, file: str, choice: Selection, facts: Mapping[str, Any]) -> str:
    """The card as Markdown. file: the name of the data file beside it; facts: as archive.queries.tabular.summary
    returns them."""
    names = ("outlet", "words", "section", "since", "until", "edited", "gone")
    filters = ", ".join(f"{name}: {value}" for name in names if (value := getattr(choice, name)))
    days = ("as_of", "published_first", "published_last", "seen_first", "seen_last")
    shares = ("lead", "body", "byline", "section", "published_at", "captions")
    gaps = _rows((name, first, last, f"{days:.0f}") for name, first, last, days in facts["gaps"])
    quoted_title = json.dumps(" ".join(title.split())[:_LONGEST]).replace("<", "\\u003c")  # a YAML string
    return _CARD.format(
        title=_escaped(title), quoted_title=quoted_title, file=file, luubao=version("luubao"),
        **{name: facts[name] for name in ("versions", "articles", "withdrawn")},
        **{name: _escaped((facts[name] or "unknown")[:10]) for name in days},
        scope="all versions, those that no longer stand too" if choice.history else "the newest version of each",
        chosen=f"Chosen by {_escaped(filters)}.\n\n" if filters else "",
        outlets=_rows((row["name"], row["title"], row["home_url"], row["articles"]) for row in facts["outlets"]),
        years=_rows(facts["years"]), gaps=_GAPS + gaps if gaps else "",
        shares="".join(f"| {name} | {(facts[name] or 0):.0%} |\n" for name in shares),
        columns="".join(f"| `{name}` | {'list of string' if kind == 'list' else kind} | {meaning} |\n"
                        for name, (kind, meaning) in EXPORT_COLUMNS.items()),
    )  # fmt: skip


def _rows(rows: Iterable[Iterable[object]]) -> str:
    return "".join(f"| {' | '.join(_escaped(str(cell)) for cell in row)} |\n" for row in rows)


def _escaped(text: str) -> str:
    """A text as one escaped line of Markdown: no tag, link or end of a table cell is left in it."""
    return _STEERS.sub(r"\\\1", escape(" ".join(text.split())[:_LONGEST], quote=False))
