"""`luubao demo`: publish, crawl, tell what changed, and check that the archive says what the newspaper published."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from archive import LuubaoError
from archive.cli import formatting
from archive.console.output import say, styled
from archive.diff import compare
from archive.queries import lookup
from archive.runtime import signals
from archive.storage.connection import Database, open_archive
from crawler.demo.paper import DAYS, changes
from crawler.demo.server import Newspaper
from crawler.demo_verification import Mismatch, disagreements

_DIFFS_SHOWN = 5


def serve_paper(day: int, port: int, articles: int = 0) -> None:
    """Serves the newspaper alone until Ctrl-C. articles: how many generated ones it has."""
    with Newspaper(day=day, port=port, extra_articles=articles) as paper:
        say(f"Báo Sông Thao, day {day}, at {paper.base_url}  (Ctrl-C ends it)")
        say(f"Crawl it with: luubao crawl demo --base-url {paper.base_url}")
        try:
            while True:
                time.sleep(3600)
        except signals.Interrupted:
            say("closed")


def tell(database: Path) -> int:
    """The whole story; returns the exit code: 0 when the archive agrees with the newspaper, 1 when not."""
    if database.exists():
        raise LuubaoError(f"{database} exists already. Remove it, or name another file with --db")
    wrong: list[Mismatch] = []
    with Newspaper() as paper:
        _say(f"Báo Sông Thao, a newspaper of {len(DAYS)} days, is published at {paper.base_url}")
        for day in DAYS:
            paper.turn_to(day)
            wrong += _one_day(database, paper.base_url, day)
        _again(database, paper.base_url)
    with open_archive(database) as db:
        _photographs(db)
    return _close(database, wrong)


def _one_day(database: Path, base_url: str, day: int) -> list[Mismatch]:
    _title(f"Day {day}")
    _crawl(database, base_url)
    with open_archive(database) as db:
        _found(db)
        _edited(db, day)
        _moved(db, base_url, day)
        _gone(db)
        return list(disagreements(db, base_url, day))


def _crawl(database: Path, base_url: str) -> None:
    """The command that cron runs, in a process of its own as cron would."""
    command = [sys.executable, "-m", "crawler", "crawl", "demo", "--db", str(database), "--base-url", base_url]
    _say(f"$ luubao crawl demo --db {database} --base-url {base_url}")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LUUBAO_")}
    if code := subprocess.run(command, check=False, env=plain | {"LUUBAO_CONFIG": os.devnull}).returncode:
        raise LuubaoError(f"the crawl ended with exit code {code}")


def _found(db: Database) -> None:
    (run,) = lookup.runs(db, limit=1)
    told = [f"{run.stats.get('captures', 0)} pages fetched"]
    told += [f"{run.stats[name]} {name}" for name in ("new", "edited", "disappeared") if run.stats.get(name)]
    told += [f"{run.stats['pictures-replaced']} picture replaced"] if run.stats.get("pictures-replaced") else []
    told.append(f"{run.stats.get('revisit', 0) + run.stats.get('not-modified', 0)} unchanged to the byte")
    _say(", ".join(told))


def _edited(db: Database, day: int) -> None:
    """The diffs of the articles that the last run found edited."""
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


def _moved(db: Database, base_url: str, day: int) -> None:
    for old, _ in changes(day).moved:
        article = lookup.find_article(db, base_url + old)
        _say(f"\nMoved, with its history: {article.headline}\n  from {base_url}{old}\n  to   {article.url}")


def _gone(db: Database) -> None:
    gone = lookup.articles(db, gone=True)
    if gone:
        _say("\nDisappeared, and kept:")
    for article in gone:
        _say(f"  {article.headline}  ({article.gone_reason})")


def _again(database: Path, base_url: str) -> None:
    """The same paper a second time: its clock, counters, adverts and sidebars have changed, its articles have not."""
    with open_archive(database) as db:
        before = lookup.counts(db)
    _title(f"Day {DAYS[-1]}, an hour later")
    _crawl(database, base_url)
    with open_archive(database) as db:
        after = lookup.counts(db)
    captures, versions = (after[name] - before[name] for name in ("captures", "versions"))
    _say(f"{versions} new versions: a clock, a counter or an advert is no edit")
    if versions or not captures:
        raise LuubaoError("the unchanged newspaper was reported as edited")


def _photographs(db: Database) -> None:
    _title("Whose photographs")
    for credit in lookup.credits(db, limit=8):
        _say(f"{credit.pictures:>4}  {credit.credit}")


def _close(database: Path, wrong: list[Mismatch]) -> int:
    _title("Checked")
    for mismatch in wrong:
        _say(styled(str(mismatch), fg="red"))
    if wrong:
        _say(f"{len(wrong)} things in the archive are not as published")
        return 1
    _say("Every article, edit, disappearance and caption in the archive is as published.\n")
    _say("Open it in a browser:\n")
    _say(f"  luubao serve --open --db {database}\n")
    return 0


def _title(text: str) -> None:
    say()
    say(styled(text, fg="cyan", bold=True))


def _say(text: str) -> None:
    for line in text.split("\n"):
        say(line)
