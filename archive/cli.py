"""The archive's commands: everything that needs no network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from archive import datasette, signals, terminal
from archive.datasette.public import problems
from archive.diff_cli import diff
from archive.errors import ArchiveMissing, Misconfigured
from archive.exchange_cli import import_command, merge_command
from archive.export_cli import export
from archive.keeping_cli import compact, verify, withdraw
from archive.model.notices import MOST_TOLD
from archive.options import (
    NUMBER,
    PORT,
    Commands,
    day,
    db_option,
    json_option,
    limit_option,
    picture_folder,
    pictures_option,
)
from archive.reading_cli import read, rules
from archive.remote_cli import pull_command, push_command
from archive.reread_cli import reread_command
from archive.store import open_archive, questions, transaction
from archive.store.connection import is_laid_down, is_there
from archive.store.examine import odd_rows
from archive.store.measure import measure, uncounted
from archive.store.mend import mend
from archive.store.wanted import Wanted
from archive.workers import die_with

EXIT_LEFT = 6
"""What `upgrade` returns when an archive holds rows that cannot be read, as `luubao crawl` does for warnings."""
EXIT_NOTHING = 1
"""What a command that looks for something returns when it finds nothing, as grep does."""

_SERVER_ENDS = 5.0  # seconds, after which a server that was told to end is killed


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def archive() -> None:
    """Questions to an archive."""


archive.add_command(diff)
archive.add_command(read)
archive.add_command(rules)
archive.add_command(reread_command)
for command in (verify, compact, withdraw, import_command, merge_command, push_command, pull_command, export):
    archive.add_command(command)


@archive.command()
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
    _tell(found, terminal.article_lines, as_json)


@archive.command()
@db_option
@json_option
@click.argument("url")
@pictures_option
@click.option("--version", "number", type=NUMBER, help="Which version; the newest by default.")
def show(path: Path, as_json: bool, url: str, number: int | None, pictures: Path | None) -> None:
    """Shows an article as it reads, pictures and captions in their places, and where the pictures are stored.

    URL is any address the article was ever known under, or its id.

    \b
    Example:
      luubao show https://baovinhphuc.com.vn/... --version 1
    """
    with open_archive(path) as db:
        article = questions.find_article(db, url)
        number, reading = questions.reading_of(db, article.id, number)
    if as_json:
        _tell_json({"version": number, **asdict(article), **asdict(reading)})
    else:
        _print(terminal.reading_lines(article, number, reading, picture_folder(path, pictures)))


@archive.command()
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
    _tell(found, lambda version: terminal.version_lines(version, article.timezone), as_json)


@archive.command()
@db_option
@json_option
@click.argument("words", nargs=-1, required=True)
@click.option("--outlet", help="Only this outlet's.")
@click.option("--section", help="Only in this section, as the page names it.")
@click.option("--since", metavar="DAY", callback=day, help="Only what was published on this day or later.")
@click.option("--until", metavar="DAY", callback=day, help="Only what was published on this day or before.")
@click.option("--author", help="Only where this stands in the byline.")
@click.option("--credit", help="Only with a picture of this photographer.")
@click.option("--edited", is_flag=True, help="Only articles the newspaper has edited.")
@click.option("--gone", is_flag=True, help="Only articles that have disappeared.")
@click.option("--history", is_flag=True, help="Also in versions that no longer stand.")
@limit_option
def search(path: Path, as_json: bool, words: tuple[str, ...], history: bool, limit: int, **narrowed: Any) -> None:
    """Searches headlines, leads, texts and captions, with or without diacritics.

    All words must occur. Double quotes make a phrase, a star at a word's end a prefix; OR in capitals between two words
    or phrases asks for either, a minus before one excludes it. Words in the headline come first, then in headline and
    lead, then anywhere, each newest first. Put the whole question in single quotes.

    \b
    Example:
      luubao search '"dang bo" huyen'
      luubao search 'gia dat' --section 'Kinh tế' --since 2026-05-01 --edited
    """
    sought = " ".join(words)
    with open_archive(path) as db:
        found = questions.search(db, sought, history=history, wanted=Wanted(**narrowed), limit=limit)
    _tell(found, lambda hit: terminal.hit_lines(hit, sought), as_json)


@archive.command()
@db_option
@json_option
@click.option("--outlet", help="Only this outlet's.")
@limit_option
def runs(path: Path, as_json: bool, outlet: str | None, limit: int) -> None:
    """Lists crawls, newest first, with how each ended.

    \b
    Example:
      luubao runs --outlet baovinhphuc --limit 3
    """
    with open_archive(path) as db:
        found = questions.runs(db, outlet=outlet, limit=limit)
    _tell(found, terminal.run_lines, as_json)


def _tell(found: Iterable[Any], lines: Callable[[Any], Iterator[str]], as_json: bool) -> None:
    """Prints what was found; exits with EXIT_NOTHING when that is nothing."""
    values = list(found)
    if as_json:
        _tell_json([asdict(value) for value in values])
    for value in () if as_json else values:
        _print(lines(value))
    if not values:
        if not as_json:
            click.echo("nothing found", err=True)
        raise click.exceptions.Exit(EXIT_NOTHING)


def _tell_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)


@archive.command()
@db_option
@click.argument("archives", nargs=-1, metavar="[ARCHIVE]...", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8001, show_default=True, type=PORT, help="Port to listen on; 0 takes a free one.")
@pictures_option
@click.option("--open", "open_browser", is_flag=True, help="Open the browser.")
@click.option("--public", metavar="ADDRESS", help="Show it to the world behind a proxy, which answers at ADDRESS.")
def serve(
    path: Path,
    archives: tuple[Path, ...],
    host: str,
    port: int,
    pictures: Path | None,
    open_browser: bool,
    public: str | None,
) -> None:
    """Serves the archive as a reading room and with Datasette, read-only, until Ctrl-C, with pictures where a folder
    has them.

    Of several archives the first has the reading room; all have Datasette's pages, and SQL across them is asked of the
    database `_memory`: docs/scale.md.

    With --public nobody's own SQL is run, limits are low, machinery is shown to nobody, and the server does not start
    before all that this takes is so; docs/serving.md tells the rest.

    \b
    Example:
      luubao serve --db luubao.db --port 8001
      luubao serve --db luubao.db --public https://luubao.example.org
      luubao serve baophutho.db baovinhphuc.db
    """
    path, *others = archives or (path,)
    shown = picture_folder(path, pictures)
    for one in (path, *others):  # a wrong file is told here, in one sentence
        with open_archive(one) as db:
            if public and (found := list(problems(db, public, host, picture_folder(one, pictures)))):
                raise Misconfigured(f"{one} cannot be public yet: " + "; ".join(found))
    if len({is_laid_down(one) for one in (path, *others)}) > 1:
        raise Misconfigured("archives that grow and such as nobody can write to are served by a server each")
    with TemporaryDirectory(prefix="luubao-") as folder:
        file = datasette.write_metadata(path, Path(folder), public, others)
        arguments = datasette.command(
            path,
            file,
            host=host,
            port=port,
            open_browser=open_browser,
            pictures=shown,
            laid_down=is_laid_down(path),
            public=public,
            others=others,
        )
        raise click.exceptions.Exit(_run_until_ended(arguments))


def _run_until_ended(command: list[str]) -> int:
    """Runs a server until it ends, or until we are told to; it does not outlive us."""
    us = os.getpid()
    with subprocess.Popen(command, preexec_fn=lambda: die_with(us)) as server:  # one system call
        try:
            return server.wait()
        except signals.Interrupted:
            server.terminate()
            with suppress(subprocess.TimeoutExpired):
                return server.wait(_SERVER_ENDS)
            server.kill()
            return server.wait()


@archive.command()
@db_option
def upgrade(path: Path) -> None:
    """Brings an archive written by an older luubao up to date, and mends what it holds that cannot be: the time zone of
    an outlet that there is none of, or a time in the books of crawling that is none. What arrived from a newspaper is
    evidence and stays; rows of it that cannot be read are named here, and passed over by whoever reads. Exit code 6
    where there are such.

    \b
    Example:
      luubao upgrade --db luubao.db
    """
    if not is_there(path):
        raise ArchiveMissing(f"there is no archive at {path}")
    with open_archive(path, create=True) as db:
        _count_changes(db)
        left = _mend(db)
    click.echo(f"{path} is up to date" + (f"; {left} rows cannot be read and are passed over" if left else ""))
    if left:
        raise click.exceptions.Exit(EXIT_LEFT)


def _mend(db: Any) -> int:
    """Mends what can be mended, and tells what was found. Returns how many rows could not."""
    left = told = 0
    for odd in [*odd_rows(db)]:
        done = mend(db, odd)
        left += done is None
        told += 1
        if told <= MOST_TOLD:
            click.echo(f"{odd}{f': {done}' if done else ''}", err=True)
    if told > MOST_TOLD:
        click.echo(f"and {told - MOST_TOLD} more. `luubao verify` names all that are left", err=True)
    return left


def _count_changes(db: Any) -> None:
    """Counts the numbers and names that edits changed, where an older luubao did not; each is safe by itself."""
    if not (waiting := uncounted(db)):
        return
    with click.progressbar(waiting, label="Counting what edits changed", hidden=not sys.stderr.isatty()) as versions:
        for version_id in versions:
            with transaction(db):
                measure(db, version_id)
