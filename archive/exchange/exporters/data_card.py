"""Writes the data card (README.md) beside a data set: contents, coverage, gaps, columns, rights. Its front matter is
YAML, as Hugging Face reads it (https://huggingface.co/docs/hub/datasets-cards)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from importlib.metadata import version
from typing import Any

from archive.queries.tabular import EXPORT_COLUMNS, Selection

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
