"""`luubao search`."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.answers import known_outlet, tell
from archive.cli.formatting import gist_lines, hit_lines
from archive.cli.options import day, db_option, json_option, limit_option
from archive.storage.connection import open_archive

if TYPE_CHECKING:
    from archive.diff import EditSummary


@click.command()
@db_option
@json_option
@click.argument("words", nargs=-1, required=True)
@click.option("--outlet", help="Only this outlet.")
@click.option("--section", help="Only in this section, as the page names it.")
@click.option(
    "--since", metavar="DAY", callback=day, help="Published from this day on; where a page names no day, first seen."
)
@click.option("--until", metavar="DAY", callback=day, help="Published up to this day.")
@click.option("--author", help="Only if the byline contains this.")
@click.option("--credit", help="Only with a picture credited so.")
@click.option("--edited", is_flag=True, help="Only edited articles.")
@click.option("--unannounced", is_flag=True, help="Only articles with an edit that the newspaper did not announce.")
@click.option("--gone", is_flag=True, help="Only articles that disappeared.")
@click.option("--history", is_flag=True, help="Also search earlier versions.")
@limit_option
def search(path: Path, as_json: bool, words: tuple[str, ...], history: bool, limit: int, **filters: Any) -> None:
    """Searches articles, with or without diacritics.

    Searches headlines, leads, texts and captions. All words must occur. Double quotes make a phrase, a star at the
    end of a word a prefix; OR in capitals between two words or phrases matches either, a minus before one excludes
    it. Matches in the headline come first, then in headline and lead, then anywhere, each newest first. With
    --edited, each article is followed by what its last edit changed. Put the whole query in single quotes.

    \b
    Example:
      luubao search '"dang bo" huyen'
      luubao search 'gia dat' --section 'Kinh tế' --since 2026-05-01 --edited
    """
    from archive.queries.article_filter import ArticleFilter
    from archive.queries.full_text import search as hits

    query = " ".join(words)
    gists: dict[int, EditSummary] = {}
    with open_archive(path) as db:
        if filters["outlet"]:
            known_outlet(db, filters["outlet"])
        found = hits(db, query, history=history, wanted=ArticleFilter(**filters), limit=limit)
        if filters["edited"] and not as_json:
            from archive.queries.edit_changes import last_gists

            gists = last_gists(db, [hit.article_id for hit in found])
    tell(found, lambda hit: chain(hit_lines(hit, query), gist_lines(gists.get(hit.article_id))), as_json)
