"""`luubao articles`."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.answers import known_outlet, tell
from archive.cli.formatting import article_lines, gist_lines
from archive.cli.options import db_option, json_option, limit_option
from archive.queries import lookup
from archive.storage.connection import open_archive

if TYPE_CHECKING:
    from archive.diff import EditSummary


@click.command()
@db_option
@json_option
@click.option("--outlet", help="Only this outlet.")
@click.option("--edited", is_flag=True, help="Only edited articles.")
@click.option("--unannounced", is_flag=True, help="Only articles with an edit that the newspaper did not announce.")
@click.option("--gone", is_flag=True, help="Only articles that disappeared.")
@limit_option
def articles(
    path: Path, as_json: bool, outlet: str | None, edited: bool, unannounced: bool, gone: bool, limit: int
) -> None:
    """Lists articles, newest first.

    With --edited or --unannounced, each article is followed by what its last edit changed.

    \b
    Example:
      luubao articles --edited --limit 5
    """
    gists: dict[int, EditSummary] = {}
    with open_archive(path) as db:
        if outlet:
            known_outlet(db, outlet)
        found = lookup.articles(db, outlet=outlet, edited=edited, unannounced=unannounced, gone=gone, limit=limit)
        if (edited or unannounced) and not as_json:
            from archive.queries.edit_changes import last_gists

            gists = last_gists(db, [article.id for article in found])
    tell(found, lambda article: chain(article_lines(article), gist_lines(gists.get(article.id))), as_json)
