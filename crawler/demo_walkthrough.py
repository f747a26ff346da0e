"""`luubao demo`: publishes a newspaper, crawls it, prints what changed, and verifies the archive against it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive import LuubaoError
from archive.cli import formatting
from archive.console import say, styled
from archive.diff import compare
from archive.model import clock
from archive.model.digests import digest_of
from archive.model.errors import UnknownArticle
from archive.model.records import Reading
from archive.model.urls import url_key
from archive.queries import lookup
from archive.queries.outlets_followed import photographers, sizes
from archive.runtime import signals
from archive.storage.connection import Database, open_archive
from crawler.demo.newsroom_records import Published
from crawler.demo.painted_pictures import photograph
from crawler.demo.paper import DAYS, changes, published
from crawler.demo.server import Newspaper


@dataclass(frozen=True, slots=True)
class Mismatch:
    day: int
    path: str
    what: str
    published: Any
    archived: Any

    def __str__(self) -> str:
        return f"day {self.day} {self.path}: {self.what}: published {self.published!r}, archived {self.archived!r}"


def disagreements(db: Database, base_url: str, day: int) -> Iterator[Mismatch]:
    """Every difference between the archive and what the newspaper had published by that day: articles missing or
    invented, fields, numbers of versions, disappearances."""
    articles = published(day)
    for article in articles:
        yield from _article_mismatches(db, base_url, day, article)
    known_keys = {url_key(base_url + article.path) for article in articles}
    for archived in lookup.articles(db):
        if url_key(archived.url) not in known_keys:
            yield Mismatch(day, archived.url.removeprefix(base_url), "article", None, archived.headline)


def _article_mismatches(db: Database, base_url: str, day: int, article: Published) -> Iterator[Mismatch]:
    try:
        row = lookup.find_article(db, base_url + article.path)
    except UnknownArticle:
        if article.live:
            yield Mismatch(day, article.path, "article", article.headline, None)
        return
    number, reading = lookup.reading_of(db, row.id)
    for field, expected, archived in (
        *fields(article, reading),
        ("gone", not article.live, row.gone_since is not None),
        ("shown", _digests(article), [image.stored.digest if image.stored else None for image in reading.images]),
        ("versions", _expected_versions(article, day), number),
    ):
        if expected != archived:
            yield Mismatch(day, article.path, field, expected, archived)


def _digests(article: Published) -> list[str]:
    """Digests of the files as each was published first: a smaller copy is not another picture."""
    return [digest_of(photograph(picture.shows)) for picture in article.pictures]


def fields(article: Published, reading: Reading) -> Iterator[tuple[str, Any, Any]]:
    """(name, as published, as read) of every field of a reading that is compared."""
    yield "headline", article.headline, reading.headline
    yield "lead", article.lead, reading.lead
    yield "body", _lines(*(paragraph.text for paragraph in article.body)), _lines(reading.text)
    yield "authors", article.authors, reading.authors
    yield "published_at", clock.claimed(article.published_at), clock.claimed(reading.published_at)
    yield "pictures", *_pictures(article, reading)


def _lines(*texts: str) -> list[str]:
    return [" ".join(line.split()) for text in texts for line in text.splitlines() if line.strip()]


def _pictures(article: Published, reading: Reading) -> tuple[Any, Any]:
    """Pages print a full stop between caption and credit, which the newspaper did not publish."""
    return (
        [(picture.path, picture.caption, picture.credit) for picture in article.pictures],
        [
            (urlsplit(image.url).path, (image.caption or "").removesuffix(".") or None, image.credit)
            for image in reading.images
        ],
    )


def _expected_versions(article: Published, day: int) -> int:
    """One, and one more for every later day up to this one on which the newsroom edited the article."""
    paths = {article.path, article.old_path}
    return 1 + sum(any(edit.path in paths for edit in changes(later_day).edited) for later_day in DAYS[1:day])


_DIFFS_SHOWN = 5


def serve_paper(day: int, port: int, articles: int = 0) -> None:
    """Serves only the newspaper, until Ctrl-C. articles: how many generated articles it has."""
    with Newspaper(day=day, port=port, extra_articles=articles) as paper:
        say(f"Báo Sông Thao, day {day}, at {paper.base_url}  (Ctrl-C ends it)")
        say(f"Crawl it with: luubao crawl demo --base-url {paper.base_url}")
        try:
            while True:
                time.sleep(3600)
        except signals.Interrupted:
            say("closed")


def walk_through(database: Path) -> int:
    """Runs the whole demo; returns the exit code: 0 when the archive agrees with the newspaper, 1 when not."""
    if database.exists():
        raise LuubaoError(f"{database} exists already. Remove it, or name another file with --db")
    mismatches: list[Mismatch] = []
    with Newspaper() as paper:
        _say(f"Báo Sông Thao, a newspaper of {len(DAYS)} days, is published at {paper.base_url}")
        for day in DAYS:
            paper.turn_to(day)
            mismatches += _crawl_day(database, paper.base_url, day)
        _recrawl_unchanged(database, paper.base_url)
    with open_archive(database) as db:
        _say_credits(db)
    return _say_result(database, mismatches)


def _crawl_day(database: Path, base_url: str, day: int) -> list[Mismatch]:
    _say_title(f"Day {day}")
    _crawl(database, base_url)
    with open_archive(database) as db:
        _say_run_counts(db)
        _say_edits(db, day)
        _say_moves(db, base_url, day)
        _say_disappeared(db)
        return list(disagreements(db, base_url, day))


def _crawl(database: Path, base_url: str) -> None:
    """Runs the command that cron would run, in a separate process as cron would."""
    command = [sys.executable, "-m", "crawler", "crawl", "demo", "--db", str(database), "--base-url", base_url]
    _say(f"$ luubao crawl demo --db {database} --base-url {base_url}")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LUUBAO_")}
    if code := subprocess.run(command, check=False, env=environment | {"LUUBAO_CONFIG": os.devnull}).returncode:
        raise LuubaoError(f"the crawl ended with exit code {code}")


def _say_run_counts(db: Database) -> None:
    (run,) = lookup.runs(db, limit=1)
    parts = [f"{run.stats.get('captures', 0)} pages fetched"]
    parts += [f"{run.stats[name]} {name}" for name in ("new", "edited", "disappeared") if run.stats.get(name)]
    parts += [f"{run.stats['pictures-replaced']} picture replaced"] if run.stats.get("pictures-replaced") else []
    parts.append(f"{run.stats.get('revisit', 0) + run.stats.get('not-modified', 0)} unchanged to the byte")
    _say(", ".join(parts))


def _say_edits(db: Database, day: int) -> None:
    paths = dict.fromkeys(edit.path for edit in changes(day).edited)
    edited = [article for article in lookup.articles(db, edited=True) if article.url.endswith(tuple(paths) or "\0")]
    for article in edited[:_DIFFS_SHOWN]:
        new, after = lookup.reading_of(db, article.id)
        old, before = lookup.reading_of(db, article.id, new - 1)
        _say(f"\n{styled(article.headline, bold=True)}  version {old} to {new}")
        for change in compare(before, after):
            for line in formatting.change_lines(change):
                _say(f"  {line}")
    if len(edited) > _DIFFS_SHOWN:
        _say(f"\n... and {len(edited) - _DIFFS_SHOWN} more: luubao articles --edited")


def _say_moves(db: Database, base_url: str, day: int) -> None:
    for old, _ in changes(day).moved:
        article = lookup.find_article(db, base_url + old)
        _say(f"\nMoved, with its history: {article.headline}\n  from {base_url}{old}\n  to   {article.url}")


def _say_disappeared(db: Database) -> None:
    gone = lookup.articles(db, gone=True)
    if gone:
        _say("\nDisappeared, and kept:")
    for article in gone:
        _say(f"  {article.headline}  ({article.gone_reason})")


def _recrawl_unchanged(database: Path, base_url: str) -> None:
    """Crawls the same paper again: its clock, counters, adverts and sidebars have changed, its articles have not."""
    with open_archive(database) as db:
        before = sizes(db)
    _say_title(f"Day {DAYS[-1]}, an hour later")
    _crawl(database, base_url)
    with open_archive(database) as db:
        after = sizes(db)
    captures, versions = after.captures - before.captures, after.versions - before.versions
    _say(f"{versions} new versions: a clock, a counter or an advert is no edit")
    if versions or not captures:
        raise LuubaoError("the unchanged newspaper was reported as edited")


def _say_credits(db: Database) -> None:
    _say_title("Whose photographs")
    for credit, pictures in photographers(db, 8):
        _say(f"{pictures:>4}  {credit}")


def _say_result(database: Path, mismatches: list[Mismatch]) -> int:
    _say_title("Checked")
    for mismatch in mismatches:
        _say(styled(str(mismatch), fg="red"))
    if mismatches:
        _say(f"{len(mismatches)} things in the archive are not as published")
        return 1
    _say("Every article, edit, disappearance and caption in the archive is as published.\n")
    _say("Open it in a browser:\n")
    _say(f"  luubao serve --open --db {database}\n")
    return 0


def _say_title(text: str) -> None:
    say()
    say(styled(text, fg="cyan", bold=True))


def _say(text: str) -> None:
    for line in text.split("\n"):
        say(line)
