"""The commands that look something up: `luubao articles`, `runs`, `search`, `show`, `versions`, `cited`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.formatting import article_lines, gist_lines, hit_lines, reading_lines, run_lines, version_lines
from archive.cli.options import DAY, NUMBER, db_option, json_option, limit_option, picture_folder, pictures_option
from archive.console import printable, say, say_all, say_json
from archive.queries import lookup
from archive.storage.connection import open_archive

if TYPE_CHECKING:
    from archive.diff import EditSummary
    from archive.queries.recent import CitedArticle, Fate


EXIT_NOTHING = 1
"""The exit code of a lookup that finds nothing, as grep's."""


def known_outlet(db: Any, name: str) -> None:
    """Raises UnknownOutlet, which lists the known outlets, for a misspelt name; otherwise that would look like an
    outlet without results."""
    from archive.storage.captures.kept_captures import outlets_of

    outlets_of(db, name)


def print_found(found: Iterable[Any], lines: Callable[[Any], Iterator[str]], as_json: bool) -> None:
    """Prints results; exits with EXIT_NOTHING when there are none."""
    values = list(found)
    if as_json:
        say_json([asdict(value) for value in values])
    for value in () if as_json else values:
        say_all(lines(value))
    if not values:
        if not as_json:
            say("nothing found", err=True)
        raise click.exceptions.Exit(EXIT_NOTHING)


def _gists(db: Any, articles: list[int], shown: bool) -> dict[int, EditSummary]:
    """What the last edits of these articles changed; nothing unless it is shown."""
    if not shown:
        return {}
    from archive.queries.recent import last_gists

    return last_gists(db, articles)


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
    with open_archive(path) as db:
        if outlet:
            known_outlet(db, outlet)
        found = lookup.articles(db, outlet=outlet, edited=edited, unannounced=unannounced, gone=gone, limit=limit)
        gists = _gists(db, [article.id for article in found], (edited or unannounced) and not as_json)
    print_found(found, lambda article: chain(article_lines(article), gist_lines(gists.get(article.id))), as_json)


@click.command()
@db_option
@json_option
@click.option("--outlet", help="Only this outlet.")
@limit_option
def runs(path: Path, as_json: bool, outlet: str | None, limit: int) -> None:
    """Lists crawls, newest first, with their outcomes.

    \b
    Example:
      luubao runs --outlet baovinhphuc --limit 3
    """
    with open_archive(path) as db:
        found = lookup.runs(db, outlet=outlet, limit=limit)
    print_found(found, run_lines, as_json)


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
    print_found(found, lambda version: version_lines(version, article.timezone), as_json)


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


@click.command()
@db_option
@json_option
@click.argument("words", nargs=-1, required=True)
@click.option("--outlet", help="Only this outlet.")
@click.option("--section", help="Only in this section, as the page names it.")
@click.option("--since", type=DAY, help="Published from this day on; where a page names no day, first seen.")
@click.option("--until", type=DAY, help="Published up to this day.")
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
    from archive.queries.article_search import ArticleFilter
    from archive.queries.article_search import search as hits

    query = " ".join(words)
    with open_archive(path) as db:
        if filters["outlet"]:
            known_outlet(db, filters["outlet"])
        found = hits(db, query, history=history, article_filter=ArticleFilter(**filters), limit=limit)
        gists = _gists(db, [hit.article_id for hit in found], filters["edited"] and not as_json)
    print_found(found, lambda hit: chain(hit_lines(hit, query), gist_lines(gists.get(hit.article_id))), as_json)


@click.command()
@db_option
@json_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--room", metavar="URL", help="Address of the reading room, for permanent links to what changed.")
@click.option("--all", "every", is_flag=True, help="Also list what is unchanged or not in the archive.")
def cited(path: Path, as_json: bool, file: Path, room: str | None, every: bool) -> None:
    """Shows which articles that a document cites changed since it cited them.

    FILE is BibTeX (.bib), Word (.docx), HTML, or text. Each URL in it is looked up. What the article said on the day of
    access (urldate, "accessed 20 May 2026", "truy cập ngày 20/5/2026") is compared with the newest version; without
    such a day, the first version is. Exits with 1 if the archive has none of the cited articles.

    \b
    Example:
      luubao cited thesis.bib
      luubao cited report.docx --room https://archive.example --all
    """
    from archive.exchange.cited_addresses import cited_addresses
    from archive.queries.recent import cited_article

    citations = cited_addresses(file)
    with open_archive(path) as db:
        found = [cited_article(db, citation.url, citation.accessed) for citation in citations]
    shown = [each for each in found if every or each.fate not in ("same", "unknown")]
    if as_json:
        say_json([_as_json(each, room) for each in shown])
    else:
        for each in shown:
            say_all(_lines(each, room))
        say(_summary(found), err=True)
    if all(each.fate == "unknown" for each in found):
        raise click.exceptions.Exit(EXIT_NOTHING)


def _lines(cited: CitedArticle, room: str | None) -> Iterator[str]:
    day = f"accessed {cited.accessed}" if cited.accessed else "no day of access"
    yield f"{_FATES[cited.fate]}: {printable(cited.url)} ({day})"
    if cited.article is None:
        return
    yield from article_lines(cited.article)
    if cited.earlier:
        yield f"  The archive has this article only from {cited.article.first_seen_at[:10]} on"
    yield from gist_lines(cited.summary)
    yield f"  {_address(cited, room)}"


_FATES: dict[Fate, str] = {
    "same": "unchanged", "edited": "edited", "gone": "gone", "unknown": "not in the archive", "withdrawn": "withdrawn",
}  # fmt: skip


def _address(cited: CitedArticle, room: str | None) -> str:
    """Where the state that was cited stands: a page of the reading room, or else a command that shows it."""
    assert cited.article is not None
    number, pair = cited.article.id, f"v{cited.then}..v{cited.now}"
    if room:
        place = f"diff/{number}/{pair}" if cited.then != cited.now else f"article/{number}/v{cited.then}"
        return f"{room.rstrip('/')}/-/{place}"
    if cited.then != cited.now:
        return f"luubao diff {number} {cited.then} {cited.now}"
    return f"luubao show {number} --version {cited.then}"


def _summary(found: list[CitedArticle]) -> str:
    counts = Counter(each.fate for each in found)
    listed = ", ".join(f"{counts[fate]} {name}" for fate, name in _FATES.items() if counts[fate])
    return f"{len(found)} cited: {listed}" if found else "no URL found in the document"


def _as_json(cited: CitedArticle, room: str | None) -> dict[str, Any]:
    article = cited.article
    return {
        "url": cited.url, "accessed": cited.accessed.isoformat() if cited.accessed else None, "fate": cited.fate,
        "article": article.id if article else None, "headline": article.headline if article else None,
        "gone_since": article.gone_since if article else None, "then": cited.then, "now": cited.now,
        "known_only_later": cited.earlier,
        "changes": [
            {"part": quote.part, **{side: "".join(piece.text for piece in quote.pieces if piece.operation != other)
                                    for side, other in (("before", "added"), ("after", "removed"))}}
            for quote in (cited.summary.quotes if cited.summary else ())
        ],
        "address": _address(cited, room) if article else None,
    }  # fmt: skip
