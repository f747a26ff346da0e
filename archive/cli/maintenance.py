"""Maintenance commands: `luubao verify`, `compact` and `withdraw`."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.options import db_option, json_option, picture_folder, pictures_option, unpack_ratio_option
from archive.console import bar, confirm, counting, say, say_json
from archive.model import clock
from archive.model.errors import LuubaoError
from archive.model.packing import UnpackBudget
from archive.queries import lookup
from archive.storage.captures.kept_captures import outlets_of
from archive.storage.connection import Database, open_archive, open_existing
from archive.storage.integrity import Problem, Unchecked, consistency
from archive.storage.integrity.seals import cleansings, newest_seal
from archive.storage.sqlite_file import OperationalError
from archive.storage.withdrawals import destroyed_since

if TYPE_CHECKING:
    from archive.pipeline.rereading import Reread
    from archive.storage.withdrawals.destruction import QuoteSearch

_WORTH_VACUUM = 0.05


@click.command()
@db_option
@json_option
@pictures_option
@unpack_ratio_option
@click.option("--seal", help="A seal noted earlier (sha256:...) that the chain must still contain.")
@click.option("--index", is_flag=True, help="Also compare the search index with the texts; blocks writers meanwhile.")
@click.option("--facts", is_flag=True, help="Check only what arrived, not what was derived from it: faster.")
@click.option("--reread", is_flag=True, help="Also read every stored page again and compare the text: slower.")
def verify(
    path: Path, as_json: bool, pictures: Path | None, unpack_ratio: int, seal: str | None, index: bool, facts: bool,
    reread: bool,
) -> None:  # fmt: skip
    """Checks that the archive is complete and unchanged.

    Recomputes every digest, opens every stored page and picture, follows the chain of seals, and checks that the
    tables agree. Then derives articles, versions, captions, disappearances and URLs again from the captures and
    compares them column by column. Names each wrong row; exit code 1 if there is any. Otherwise prints the newest
    seal: note it elsewhere, and --seal later proves that nothing before it was changed.

    \b
    Example:
      luubao verify --db luubao.db
    """
    from archive.pipeline import verification

    if facts and reread:
        raise click.UsageError("--facts leaves out what --reread reads again. Give one of them")
    unchecked = Unchecked()
    with open_archive(path, any_code=True) as db, _rereading(path) if reread else nullcontext() as readers:
        if seal:
            verification.require_seal(db, seal)
        folder, budget = picture_folder(path, pictures), UnpackBudget(path.stat().st_size, unpack_ratio)
        with bar("verifying", verification.steps(db, derived=not facts)) as step:
            found = verification.verify(
                db, step, folder, derived=not facts, unchecked=unchecked, reread=readers, budget=budget
            )
            problems = list(found)
        head, cleansed = newest_seal(db), cleansings(db)
    if index:
        with open_existing(path) as db:
            problems += consistency.broken_index(db)
    _print_problems(problems, head, cleansed, as_json)
    _print_unchecked(unchecked)
    if problems:
        raise click.exceptions.Exit(1)


def _rereading(path: Path) -> AbstractContextManager[Reread]:
    from archive.pipeline.rereading import reading_again

    return reading_again(path)


def _print_unchecked(unchecked: Unchecked) -> None:
    """Prints what verification could not derive again, and what to do."""
    if unchecked["waiting"]:
        say(f"{unchecked['waiting']} addresses wait to be put in order by the next run, and were left out", err=True)
    if unchecked["former"]:
        why = "because an earlier reader read them: run `luubao reread`"
        say(f"{unchecked['former']} addresses were left out, {why}", err=True)


def _print_problems(
    problems: list[Problem], head: str | None, cleansed: list[tuple[int, str, str]], as_json: bool
) -> None:
    if as_json:
        as_dicts = [{"run": run_id, "at": moment, "what": what} for run_id, moment, what in cleansed]
        say_json({"problems": [asdict(problem) for problem in problems], "seal": head, "cleansed": as_dicts})
        return
    for run_id, moment, what in cleansed:
        say(f"cleansed on {moment[:10]} by run {run_id}, which {what}")
    for problem in problems:
        say(f"{problem.where}: {problem.what}")
    verdict = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}" if problems else "all is as it was recorded"
    say(f"{verdict}; newest seal: {head or 'none, for no run has ended'}", err=bool(problems))


@click.command()
@db_option
@click.option("--outlet", help="Only this outlet's pages.")
@click.option("--no-vacuum", is_flag=True, help="Do not shrink the file.")
def compact(path: Path, outlet: str | None, no_vacuum: bool) -> None:
    """Recompresses stored pages to save space.

    Builds a new dictionary from the outlet's own pages, and stores pages as patches of one another. Each page is
    checked against its digest before and after. Can be stopped at any moment. Crawls may run meanwhile, except
    during the last step, which rewrites the file: run it in a quiet hour, or pass --no-vacuum.

    \b
    Example:
      luubao compact --db luubao.db
    """
    from archive.storage import stored_bodies as compacting

    with open_existing(path) as db:
        outlets = [run.outlet_id for run in outlets_of(db, outlet)]
        with counting("compacting", " pages") as step:
            result = compacting.compact(db, outlets, step)
        note = "" if no_vacuum else _vacuum(db, path)
    say(
        f"{result.rewritten} pages rewritten, {result.dictionaries} dictionaries chosen;"
        f" pages take {_size(result.after)}, before {_size(result.before)}{note}"
    )
    if result.damaged:
        damaged = f"{len(result.damaged)} pages cannot be decompressed and were left as they are"
        raise LuubaoError(f"{damaged}. `luubao verify` names them")


def _vacuum(db: Database, path: Path) -> str:
    """Vacuums the file where that is worth it and possible; returns the result as text."""
    import shutil

    from archive.storage import stored_bodies as compacting

    if compacting.free_share(db) < _WORTH_VACUUM:
        return ""
    before = path.stat().st_size
    if shutil.disk_usage(path.parent).free < 2 * before:
        return ". The file keeps its size: making it smaller needs twice its size of free space"
    try:
        compacting.reclaim(db)
    except OperationalError as error:
        return f". The file keeps its size for now: {error}"
    return f". The file takes {_size(path.stat().st_size)}, before {_size(before)}"


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"


@click.command()
@db_option
@pictures_option
@click.argument("url")
@click.option("--reason", help="Reason; stored, and shown to readers who ask for the article.")
@click.option("--destroy", is_flag=True, help="Delete words and pages; only URLs, times and digests stay.")
@click.option("--restore", "restoring", is_flag=True, help="Undo a withdrawal.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def withdraw(
    path: Path, pictures: Path | None, url: str, reason: str | None, destroy: bool, restoring: bool, yes: bool
) -> None:
    """Hides an article on request; --destroy deletes its words.

    Removes it from views, search, exports and the web. Its evidence stays in the file, unless --destroy deletes it.
    URLs, times and digests stay, so that `luubao verify` still passes; so does what other pages, such as lists,
    quote of the article. The article is not crawled again. URL is any of its URLs, or its id.

    \b
    Example:
      luubao withdraw https://baovinhphuc.com.vn/tin/1.html --reason "asked for by the person named, 2026-11-23"
    """
    from archive.storage.withdrawals import withdrawal as withdrawing
    from archive.storage.withdrawals.destruction import look_for, lost_texts, sentences_of

    if restoring == (reason is not None) or (restoring and destroy):
        raise click.UsageError("give --reason to withdraw, or --restore alone to take a withdrawal back")
    with open_existing(path) as db:
        folder = picture_folder(path, pictures)
        article_id = lookup.article_id(db, url)
        if restoring:
            withdrawing.restore(db, article_id, clock.now(), pictures=folder)
        else:
            if destroy and not yes:
                confirm(f"Destroy the words and pages of {url} for ever?")
            since = destroyed_since(db, article_id)
            lost, sentences = lost_texts(db, article_id), sentences_of(db, article_id) if destroy else []
            withdrawing.withdraw(db, article_id, reason or "", clock.now(), destroy=destroy, pictures=folder)
            if destroy:
                _print_destroyed(article_id, since, look_for(db, path, sentences), lost)
                return
    say(f"article {article_id} is {'restored' if restoring else 'withdrawn'}")


def _print_destroyed(article_id: int, since: str | None, look: QuoteSearch, lost: int) -> None:
    """Prints what was destroyed, and where traces were searched; exit code 1 where any are left, or may be. lost: how
    many of its texts were damaged."""
    if since:
        say(f"article {article_id} is destroyed, since {since[:10]}")
        return
    why = f"{lost} of its texts were damaged" if lost else "it had no sentence"
    where = ", ".join(f"{count} {kind}" for kind, count in look.places.items()) or f"nothing, for {why}"
    say(f"article {article_id} is destroyed. Looked for {look.sentences} of its sentences in {where}")
    if look.quoted:
        say(f"{look.quoted} pages of others quote it, and stay")
    if look.remaining:
        raise LuubaoError(f"still there, in {', '.join(look.remaining[:10])}: give the same command again")
    if lost:
        raise LuubaoError(f"{lost} of its withheld texts were damaged: nobody can look for what they said")
