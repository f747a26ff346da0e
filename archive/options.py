"""Options that many commands share, and how a mistake is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from archive.errors import LuubaoError

F = TypeVar("F", bound=Callable[..., Any])


def db_option(command: F) -> F:
    """Adds --db: which archive."""
    option = click.option(
        "--db", "path", envvar="LUUBAO_DB", default="luubao.db", show_default=True, show_envvar=True,
        type=click.Path(dir_okay=False, path_type=Path), help="The archive, one SQLite file.",
    )  # fmt: skip
    return option(command)


def json_option(command: F) -> F:
    """Adds --json: the same answer for programs."""
    return click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")(command)


class Commands(click.Group):
    """A group that turns an expected error into one sentence on standard error and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LuubaoError as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:  # `luubao articles | head` is no error
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return None
