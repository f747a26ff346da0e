"""One crawl as a command runs it: whatever happens, it ends with a verdict, and whoever is there hears of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from archive import LuubaoError, open_archive
from archive.console.logs import log_of
from archive.console.output import is_watched, say_all, say_json
from archive.model.clock import now
from archive.monitor.run_checks import add_warning
from archive.runtime.file_lock import Locked
from archive.storage.sqlite_errors import damage
from crawler.politeness.crawl_window import OutsideHours
from crawler.run.crawl_process import crawl, spider_class
from crawler.run.health_ping import ping
from crawler.run.run_summary import Ended, summary
from crawler.run.run_verdict import Exit, Verdict

log = log_of(__name__)
# A crawl that finds another one at work, or that is told to stop, has neither succeeded nor failed.
_HEARD = {
    Exit.OK: True,
    Exit.OK_WITH_WARNINGS: True,
    Exit.FAILED: False,
    Exit.MISCONFIGURED: False,
    Exit.NOTHING_FOUND: False,
    Exit.PARTLY_FAILED: False,
}
_COUNTS = ("new", "edited", "unchanged", "disappeared")
_PICTURE_COUNTS = ("pictures", "pictures-replaced", "pictures-failed")


def run(outlet: str, database: Path, *, base_url: str | None, overrides: Mapping[str, Any]) -> Ended:
    """Crawls an outlet once. Raises nothing: what goes wrong is a verdict."""
    try:
        return crawl(spider_class(outlet), database, base_url=base_url, overrides=overrides)
    except Locked as error:
        verdict = Verdict("locked", str(error))
    except OutsideHours as error:
        verdict = Verdict("ok", str(error))
    except LuubaoError as error:
        verdict = Verdict("misconfigured", str(error))
    except Exception as error:  # the boundary behind which a mistake is an exit code
        if (said := damage(error)) is None:
            log.exception("%s could not be crawled", outlet)
            said = f"A mistake in luubao itself: {error!r}. Please report it, with the lines above"
        verdict = Verdict("failed", said)
    return Ended(outlet, verdict, now())


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be told of a run. summary: for programs, see crawler.run.run_summary; lines: for a person whom nobody
    asked, empty while all is well; counted: what was found, in a line for whoever watches."""

    summary: Mapping[str, Any]
    lines: tuple[str, ...]
    counted: tuple[str, ...] = ()

    @property
    def exit(self) -> Exit:
        """The exit code of the run."""
        return Exit(self.summary["exit"])


def told(ended: Ended, database: Path, *, ping_url: str | None = None) -> Told:
    """Tells monitoring how a run ended, and makes what the terminal, cron or a program is told. A ping that failed adds
    a warning."""
    success = _HEARD.get(ended.verdict.exit)
    pinged = None
    if ping_url and success is not None:
        text = "\n".join([*_counted(ended), *_lines(ended, ended.verdict.warnings, hours_too=True)])
        trouble = ping(ping_url, success=success, text=text)
        pinged = trouble is None
        ended = _warned(ended, database, trouble) if trouble else ended
    return Told(summary(ended, pinged=pinged), tuple(_lines(ended, ended.verdict.news)), tuple(_counted(ended)))


def tell(ended: Ended, database: Path, *, ping_url: str | None, as_json: bool) -> Told:
    """Tells monitoring, and then the terminal, cron or a program, how a run ended. Returns what was told."""
    made = told(ended, database, ping_url=ping_url)
    if as_json:
        say_json(made.summary, indent=None)
    watched = not as_json and is_watched()
    hours = _lines(ended, (), hours_too=True) if watched and ended.verdict.outcome == "ok" else ()
    say_all((*(made.counted if watched else ()), *hours, *made.lines), err=True)
    return made


def _warned(ended: Ended, database: Path, sentence: str) -> Ended:
    """Adds a warning to a run that has ended, in the archive too, where it is said once a day."""
    known = False
    if ended.run is not None:
        with suppress(LuubaoError), open_archive(database, create=True) as db:
            known = add_warning(db, ended.run, sentence)
    return replace(ended, verdict=ended.verdict.warned(sentence, known=known))


def _lines(ended: Ended, warnings: tuple[str, ...], *, hours_too: bool = False) -> Iterator[str]:
    """What went wrong. hours_too: also that the paper's hours ended or prevented a run, which is nothing wrong."""
    if ended.verdict.reason and (hours_too or ended.verdict.outcome != "ok"):
        yield f"{ended.outlet}: {ended.verdict.reason}"
    yield from (f"{ended.outlet}: {warning}" for warning in warnings)


def _counted(ended: Ended) -> Iterator[str]:
    """What happened; nothing where no run began."""
    if ended.run is None:
        return
    counts = ended.counts
    told = ", ".join(f"{counts.get(name, 0)} {name}" for name in _COUNTS)
    told += "".join(f", {counts[name]} {name}" for name in _PICTURE_COUNTS if counts.get(name))
    yield f"{ended.outlet}: {counts.get('captures', 0)} pages; {told}"
