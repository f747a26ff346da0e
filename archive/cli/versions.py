"""`luubao versions`."""

from __future__ import annotations

from pathlib import Path

import click

from archive.cli.answers import tell
from archive.options import db_option, json_option
from archive.store import open_archive, questions
from archive.terminal import version_lines


@click.command()
@db_option
@json_option
@click.argument("url")
def versions(path: Path, as_json: bool, url: str) -> None:
    """Lists an article's versions, oldest first, and what changed with each.

    \b
    Example:
      luubao versions 127.0.0.1/thoi-su/cau-moi-101.htm
    """
    with open_archive(path) as db:
        article = questions.find_article(db, url)
        found = questions.versions_of(db, article.id)
    tell(found, lambda version: version_lines(version, article.timezone), as_json)
