"""Reports a batch: a progress line while it runs, a table or JSON at its end, and an exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from archive.console.output import clear_progress, say_all, say_json, show_progress
from crawler.fleet.batch import MEGABYTE, BaseBatch, CrawlResult
from crawler.run.run_verdict import Exit

_COUNTED_COLUMNS = ("captures", "new", "edited", "disappeared")
_SUCCEEDED = (Exit.OK, Exit.OK_WITH_WARNINGS)

FIELDS = {
    "exit": "the exit code of the round",
    "stopped": "whether a signal ended it",
    "waiting": "how many outlets were not begun, because it was stopped",
    "counts": "how often what happened, of all outlets together",
    "outlets": "the summaries of the outlets, as below, in the order in which they ended, each with `seconds`, how long"
    " it took, and `megabytes`, the most memory it was seen to use (PSS; null where the system does not say, or it"
    " ended before it was measured)",
}
"""What `luubao crawl --all --json` prints, in one line."""


def progress(batch: BaseBatch) -> None:
    failed = sum(result.report.exit not in _SUCCEEDED for result in batch.done)
    counts = f"{len(batch.done)} outlets done, {batch.under_way} under way, {batch.left} waiting"
    show_progress(f"{counts}{f', {failed} not well' if failed else ''}")


def print_batch(done: Sequence[CrawlResult], waiting: int, *, stopped: bool, as_json: bool, watched: bool) -> Exit:
    code = exit_of([result.report.exit for result in done], stopped=stopped)
    if watched:
        clear_progress()
    if as_json:
        say_json(summary(done, waiting, code, stopped=stopped), indent=None)
    elif watched:
        say_all(table(done), err=True)
    say_all(_problem_lines(done, waiting, stopped=stopped), err=True)
    return code


def exit_of(codes: Sequence[Exit], *, stopped: bool) -> Exit:
    """One exit code for a batch: the code all outlets share, else the worst that describes the whole."""
    different = set(codes)
    if stopped:
        return Exit.INTERRUPTED
    if len(different) <= 1:
        return different.pop() if different else Exit.OK
    if different <= {*_SUCCEEDED, Exit.LOCKED}:
        return Exit.LOCKED if Exit.LOCKED in different else Exit.OK_WITH_WARNINGS
    return Exit.PARTLY_FAILED


def summary(done: Sequence[CrawlResult], waiting: int, code: Exit, *, stopped: bool) -> dict[str, Any]:
    outlets = []
    for result in done:
        megabytes = None if result.memory is None else round(result.memory / MEGABYTE)
        outlets.append({**result.report.summary, "seconds": round(result.seconds, 1), "megabytes": megabytes})
    return dict(zip(FIELDS, (int(code), stopped, waiting, dict(_counts(done)), outlets), strict=True))


def _counts(done: Sequence[CrawlResult]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for result in done:
        counts.update(result.report.summary["counts"])
    return counts


def table(done: Sequence[CrawlResult]) -> Iterator[str]:
    """A row for each outlet, by name, and a row of totals."""
    summaries = sorted((result.report.summary for result in done), key=lambda summary: summary["outlet"])
    rows = [_table_row(summary["outlet"], summary["outcome"], summary["counts"]) for summary in summaries]
    rows.append(_table_row(f"{len(done)} outlets", "", _counts(done)))
    yield from _aligned([("outlet", "outcome", "pages", *_COUNTED_COLUMNS[1:]), *rows])


def _table_row(name: str, outcome: str, counts: Any) -> tuple[str, ...]:
    return (name, outcome, *(f"{counts.get(column, 0):,}" for column in _COUNTED_COLUMNS))


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        words, numbers = zip(row[:2], widths[:2], strict=True), zip(row[2:], widths[2:], strict=True)
        cells = [text.ljust(width) for text, width in words] + [text.rjust(width) for text, width in numbers]
        yield "  ".join(cells).rstrip()


def _problem_lines(done: Sequence[CrawlResult], waiting: int, *, stopped: bool) -> Iterator[str]:
    """The problems, outlet by outlet. Crawls that the batch interrupted get no lines of their own."""
    for result in done:
        if not (stopped and result.report.exit == Exit.INTERRUPTED):
            yield from result.report.lines
    if stopped:
        yield f"Stopped by a signal; {waiting} outlets were not begun. The next round goes on from here"
