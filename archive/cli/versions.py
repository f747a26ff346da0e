"""`luubao versions`."""

from __future__ import annotations

from pathlib import Path

import click

from archive.cli.answers import tell
from archive.cli.formatting import version_lines
from archive.cli.options import db_option, json_option
from archive.queries import lookup
from archive.storage.connection import open_archive


@click.command()
@db_option
@json_option
@click.argument("url")
def versions(path: Path, as_json: bool, url: str) -> None:
    """Lists an article's versions and what changed in each.

    \b
    Example:
      luubao versions 127.0.0.1/thoi-su/cau-moi-101.htm
    """
    with open_archive(path) as db:
        article = lookup.find_article(db, url)
        found = lookup.versions_of(db, article.id)
    tell(found, lambda version: version_lines(version, article.timezone), as_json)
