"""What the generated parts of the documentation are made of; run by cog (`make docs`), checked by `make lint`."""

from __future__ import annotations

import atexit
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
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
    return _shown(_demo()[1])


def demo(*arguments: str) -> str:
    """What a command prints when it is asked about the demo's archive."""
    told = _run(*arguments, folder=_demo()[0])
    return _shown(f"$ luubao {' '.join(arguments)}\n{told}")


def file(path: str) -> str:
    """A file of the project, as it stands."""
    return f"```python\n{Path(path).read_text('utf-8').strip()}\n```"


@lru_cache(maxsize=1)
def _demo() -> tuple[Path, str]:
    """The folder of an archive that `luubao demo` made, and what it told meanwhile."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Path(folder.name), _run("demo", "--db", "luubao.db", folder=Path(folder.name)).replace(
        "luubao.db", "demo.db"
    )


def _shown(told: str) -> str:
    """In a block, without what differs from run to run: the port, and the digest of the reading code."""
    told = re.sub(r"127[.]0[.]0[.]1:[0-9]+", "127.0.0.1:8765", told)
    told = re.sub(r"sha256:[0-9a-f]{12}", "sha256:...", told)
    return f"```\n{told.strip()}\n```"


def _run(*arguments: str, folder: Path) -> str:
    command = [sys.executable, "-m", "crawler", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(arguments)} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.stdout
