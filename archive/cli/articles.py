"""`luubao articles`."""

from __future__ import annotations

from pathlib import Path

import click

from archive.cli.answers import tell
from archive.options import db_option, json_option, limit_option
from archive.store import open_archive, questions
from archive.terminal import article_lines


@click.command()
@db_option
@json_option
@click.option("--outlet", help="Only this outlet's.")
@click.option("--edited", is_flag=True, help="Only articles the newspaper has edited.")
@click.option("--gone", is_flag=True, help="Only articles that have disappeared.")
@limit_option
def articles(path: Path, as_json: bool, outlet: str | None, edited: bool, gone: bool, limit: int) -> None:
    """Lists articles, latest published first.

    \b
    Example:
      luubao articles --edited --limit 5
    """
    with open_archive(path) as db:
        found = questions.articles(db, outlet=outlet, edited=edited, gone=gone, limit=limit)
    tell(found, article_lines, as_json)
