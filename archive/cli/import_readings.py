"""The part of `luubao import` that imports readings, made by luubao-reread-spark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from archive.cluster.imported_readings import Imported, import_readings, refuse_nothing
from archive.console.output import clear_progress, is_watched, say, say_all, say_counts, show_progress
from archive.pipeline.reread_report import Report, report_lines

_LEFT_OUT = {
    "here": "readings were left out, for their captures have been read by this extractor already",
    "unknown": "readings were left out, for their captures are not in this archive",
    "otherwise": "readings were left out, made under another address, charset or time zone than the archive names",
    "withdrawn": "readings were left out, for their pages are withdrawn",
    "reader": "readings were left out, made by another reader than this luubao's",
    "bad": "rows are no readings",
}


def take_readings(path: Path, files: Sequence[Path], outlet: str | None, jobs: int | None) -> int:
    """Imports readings and prints the report; returns how many rows were no readings."""
    imported = import_readings(path, files, outlet, jobs=jobs, progress=_progress())
    clear_progress()
    _print_report(imported)
    refuse_nothing(imported, files)
    return imported.counts["bad"]


def _print_report(imported: Imported) -> None:
    say_all(report_lines(imported.filing))
    say_counts(imported.counts, _LEFT_OUT)
    for line in (*imported.messages, *sorted(imported.readers)):
        say(f"  {line}", err=True)
    if imported.left:
        say(f"{imported.left} captures still wait to be read again: `luubao reread` does so", err=True)


def _progress() -> Callable[[Report, int], None] | None:
    """Shows a progress count on standard error; None if that is no terminal."""
    if not is_watched():
        return None

    def show(report: Report, waiting: int) -> None:
        show_progress(f"filing: {report.captures} of {waiting}")

    return show
