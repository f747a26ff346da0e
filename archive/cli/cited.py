"""`luubao cited`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.formatting import article_lines, gist_lines
from archive.cli.lookup_commands import EXIT_NOTHING
from archive.cli.options import db_option, json_option
from archive.console.output import printable, say, say_all, say_json
from archive.storage.connection import open_archive

if TYPE_CHECKING:
    from archive.queries.cited_articles import CitedArticle, Fate


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
    from archive.queries.cited_articles import cited_article

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
            {"part": quote.part, "before": "".join(p.text for p in quote.pieces if p.operation != "added"),
             "after": "".join(p.text for p in quote.pieces if p.operation != "removed")}
            for quote in (cited.summary.quotes if cited.summary else ())
        ],
        "address": _address(cited, room) if article else None,
    }  # fmt: skip
