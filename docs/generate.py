"""What the generated parts of the documentation are made of; run by cog (`make docs`), checked by `make lint`."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from archive.schema import TABLES
from crawler.cli import luubao


def commands() -> str:
    """Every command's --help, those of groups included."""
    return "\n".join(_command(name, command) for name, command in sorted(_leaves("luubao", luubao)))


def _leaves(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for inner_name, inner in command.commands.items():
        yield from _leaves(f"{name} {inner_name}", inner)


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, max_content_width=80, terminal_width=80)
    return f"## {name}\n\n```\n{command.get_help(context).rstrip()}\n```\n"


def schema() -> str:
    """Every table and view with every column, one line each."""
    return "\n".join(_table_lines())


def _table_lines() -> Iterator[str]:
    for table in TABLES:
        yield f"## {table.name}\n\n{table.meaning}.\n\n| column | meaning |\n|---|---|"
        yield from (f"| `{column}` | {meaning} |" for column, meaning in table.columns.items())
        yield ""


def schema_summary() -> str:
    """The tables people ask questions of, with their columns."""
    rows = [table for table in TABLES if table.audience == "people"]
    lines = [f"| `{table.name}` | {table.meaning} | {', '.join(f'`{c}`' for c in table.columns)} |" for table in rows]
    return "\n".join(["| table | holds | columns |", "|---|---|---|", *lines])


def story() -> str:
    """What `luubao demo` prints, with the port it would have if it were always the same."""
    with tempfile.TemporaryDirectory() as folder:
        told = _run("demo", "--db", "demo.db", folder=Path(folder))
    return f"```\n{re.sub(r'127[.]0[.]0[.]1:[0-9]+', '127.0.0.1:8765', told).strip()}\n```"


def _run(*arguments: str, folder: Path) -> str:
    command = [sys.executable, "-m", "crawler", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(arguments)} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.stdout
