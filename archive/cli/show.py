"""`luubao show`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from archive.cli.formatting import reading_lines
from archive.cli.options import NUMBER, db_option, json_option, picture_folder, pictures_option
from archive.console.output import say_all, say_json
from archive.queries import lookup
from archive.storage.connection import open_archive


@click.command()
@db_option
@json_option
@click.argument("url")
@pictures_option
@click.option("--version", "number", type=NUMBER, help="Version number; newest by default.")
def show(path: Path, as_json: bool, url: str, number: int | None, pictures: Path | None) -> None:
    """Shows an article with its pictures and captions.

    Also prints where the pictures are stored. URL is any URL the article ever had, or its id.

    \b
    Example:
      luubao show https://baovinhphuc.com.vn/... --version 1
    """
    with open_archive(path) as db:
        article = lookup.find_article(db, url)
        number, reading = lookup.reading_of(db, article.id, number)
    if as_json:
        say_json({"version": number, **asdict(article), **asdict(reading)})
    else:
        say_all(reading_lines(article, number, reading, picture_folder(path, pictures)))
