"""`luubao articles`."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import click

from archive.cli.answers import tell
from archive.options import db_option, json_option, limit_option
from archive.store import open_archive, questions
from archive.store.changes import last_gists
from archive.terminal import article_lines, gist_lines


@click.command()
@db_option
@json_option
@click.option("--outlet", help="Only this outlet's.")
@click.option("--edited", is_flag=True, help="Only articles the newspaper has edited.")
@click.option("--gone", is_flag=True, help="Only articles that have disappeared.")
@limit_option
def articles(path: Path, as_json: bool, outlet: str | None, edited: bool, gone: bool, limit: int) -> None:
    """Lists articles, latest published first.

    With --edited, also what the last edit of each changed.

    \b
    Example:
      luubao articles --edited --limit 5
    """
    with open_archive(path) as db:
        found = questions.articles(db, outlet=outlet, edited=edited, gone=gone, limit=limit)
        changed = last_gists(db, [one.id for one in found]) if edited and not as_json else {}
    tell(found, lambda one: chain(article_lines(one), gist_lines(changed.get(one.id))), as_json)
