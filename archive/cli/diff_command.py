"""`luubao diff`: shows what changed between versions, on a terminal, as JSON, as an HTML page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from archive.cli import formatting
from archive.cli.options import NUMBER, db_option, json_option
from archive.console import say, say_all, say_json, say_whole, stored_moment
from archive.diff import Change, size
from archive.diff.compare import compare, side_by_side
from archive.diff.summary import summary, title, title_of_picture, together, unmarked
from archive.model.errors import ArchiveDamaged, LuubaoError, UnknownArticle
from archive.model.records import Reading
from archive.queries import lookup
from archive.queries.lookup import Article
from archive.runtime.atomic_files import atomic_write
from archive.storage.captures.kept_captures import Provenance, provenance_of
from archive.storage.connection import open_archive

_EXIT_NOTHING = 1


def _reject_url(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Rejects `--html URL`, which, without a file name before the URL, would write to a file named so."""
    if value and "://" in value:
        raise click.BadParameter(f"{value} is no file. Put --html last, or write --html=FILE")
    return value


@click.command()
@db_option
@json_option
@click.option(
    "--html", "html", metavar="[FILE]", is_flag=False, flag_value="-", callback=_reject_url,
    help="Write one self-contained HTML page to FILE, or to standard output.",
)  # fmt: skip
@click.option("--all", "every", is_flag=True, help="Every step between all versions, or from FROM to TO.")
@click.argument("url")
@click.argument("old", metavar="[FROM", type=NUMBER, required=False)
@click.argument("new", metavar="TO]", type=NUMBER, required=False)
def diff(path: Path, as_json: bool, html: str | None, every: bool, url: str, old: int | None, new: int | None) -> None:
    """Shows what changed between two versions, word by word.

    Compares the last two versions by default, or FROM with the newest. Removed words appear as [-so-], added ones
    as {+so+}. Exit code 1 if nothing changed.

    \b
    Example:
      luubao diff 127.0.0.1/thoi-su/cau-moi-101.htm 1 3
      luubao diff 127.0.0.1/thoi-su/cau-moi-101.htm --all --html history.html
    """
    if as_json and html:
        raise click.UsageError("--json or --html, not both")
    with open_archive(path) as db:
        article = lookup.find_article(db, url)
        versions = provenance_of(db, article.id)
        pairs = _pairs(list(versions), old, new, every)
        readings = {number: lookup.reading_of(db, article.id, number)[1] for pair in pairs for number in pair}
    steps = [
        Comparison(versions[before], versions[after], readings[before], readings[after]) for before, after in pairs
    ]
    if html:
        _write(html, page(article, steps), path)
    elif as_json:
        comparisons = [_as_json(article, step) for step in steps]
        say_json(comparisons if every else comparisons[0])
    else:
        _print(article, steps)
    if not any(step.changes for step in steps):
        raise click.exceptions.Exit(_EXIT_NOTHING)


def _pairs(versions: Sequence[int], old: int | None, new: int | None, every: bool) -> Sequence[tuple[int, int]]:
    """The pairs of version numbers to compare. Raises UnknownArticle for an unknown number, LuubaoError where there is
    nothing to compare."""
    if not versions:
        raise ArchiveDamaged("no version of the article can be read. `luubao verify` tells more")
    for number in (old, new):
        if number is not None and number not in versions:
            raise UnknownArticle(f"the article has no version {number}. It has {_number_range(versions)}")
    if len(versions) == 1:
        raise LuubaoError("the article has one version only: the newspaper has not edited it since it was first seen")
    last = new or versions[-1]
    first = old or (versions[0] if every else max((number for number in versions if number < last), default=last))
    if first == last:
        raise LuubaoError(f"version {last} is compared with itself. The article has {_number_range(versions)}")
    if not every:
        return [(first, last)]
    numbers = [number for number in versions if min(first, last) <= number <= max(first, last)]
    numbers = numbers if first < last else numbers[::-1]
    return list(pairwise(numbers))


def _number_range(numbers: Sequence[int]) -> str:
    return f"versions {numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else f"version {numbers[0]}"


def _write(file: str, text: str, archive: Path) -> None:
    if file == "-":
        say_whole(text)
        return
    target = Path(file)
    with atomic_write(target, replace=True) as temporary:
        if target.exists() and target.samefile(archive):
            raise LuubaoError(f"{file} is the archive itself. Name another file for the page")
        temporary.write_text(text, "utf-8", newline="\n")


def _as_json(article: Article, step: Comparison) -> dict[str, Any]:
    """The JSON form that docs/diff.md describes."""
    removed, added = size(step.changes)
    return {
        "article": article.id,
        "outlet": article.outlet,
        "url": article.url,
        "old": asdict(step.old),
        "new": asdict(step.new),
        "words_removed": removed,
        "words_added": added,
        "changes": [_change(change) for change in step.changes],
    }


def _change(change: Change) -> dict[str, Any]:
    names = ("part", "kind", "old", "new", "form", "picture", "before", "after")
    return {name: getattr(change, name) for name in names} | {"pieces": [asdict(piece) for piece in change.pieces]}


def _print(article: Article, steps: Sequence[Comparison]) -> None:
    for index, step in enumerate(steps):
        if index:
            say()
        say(f"{article.url}  version {step.old.version} to {step.new.version}")
        first, then = (stored_moment(version.first_seen_at, article.timezone) for version in (step.old, step.new))
        say(f"seen {first}, then {then}")
        say_all(textwrap.wrap(summary(step.changes) if step.changes else "as read today, nothing changed", 80))
        for change in step.changes:
            say()
            say_all(formatting.change_lines(change))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of an article with their readings and provenance."""

    old: Provenance
    new: Provenance
    before: Reading
    after: Reading
    changes: tuple[Change, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", compare(self.before, self.after))

    def rows(self) -> Iterator[list[Change]]:
        """All paragraphs and pictures, each picture with its caption and credit."""
        return together(side_by_side(self.before, self.after))


def page(article: Article, steps: Sequence[Comparison]) -> str:
    """One or more steps of an article's history as one self-contained HTML page: no script, no request, readable on a
    desktop, a phone and paper. Pictures appear as URL and caption. It is valid HTML and well-formed XML too."""
    from importlib.metadata import version

    from archive.web.configuration import environment  # jinja2 takes longer to import than a diff to make

    template = environment().get_template("diff_page.html")
    html = template.render(
        article=article, steps=steps, version=version("luubao"), moment=stored_moment, summary=summary, title=title,
        title_of_picture=title_of_picture, unmarked=unmarked,
    )  # fmt: skip
    return f"{html}\n"
