"""What is told of a round: a line that moves while it goes on, a table or JSON at its end, and an exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from archive.console.output import clear_progress, say_all, say_json, show_progress
from crawler.fleet.batch import Done, Stoppable
from crawler.fleet.machine_budget import MEGABYTE
from crawler.run.run_verdict import Exit

_COUNTED = ("captures", "new", "edited", "disappeared")
_SUCCEEDED = (Exit.OK, Exit.OK_WITH_WARNINGS)

FIELDS = {
    "exit": "the exit code of the round",
    "stopped": "whether a signal ended it",
    "waiting": "how many outlets were not begun, because it was stopped",
    "counts": "how often what happened, of all outlets together",
    "outlets": "the summaries of the outlets, as below, in the order in which they ended, each with `seconds`, how long"
    " it took, and `megabytes`, the most memory it was seen to use (PSS; null where the system does not say)",
}
"""What `luubao crawl --all --json` prints, in one line."""


def progress(going: Stoppable) -> None:
    """One line on standard error that moves."""
    failed = sum(one.told.exit not in _SUCCEEDED for one in going.done)
    told = f"{len(going.done)} outlets done, {going.under_way} under way, {going.left} waiting"
    show_progress(f"{told}{f', {failed} not well' if failed else ''}")


def tell(done: Sequence[Done], waiting: int, *, stopped: bool, as_json: bool, watched: bool) -> Exit:
    """Tells how a round ended. Returns its exit code."""
    code = exit_of([one.told.exit for one in done], stopped=stopped)
    if watched:
        clear_progress()
    if as_json:
        say_json(summary(done, waiting, code, stopped=stopped), indent=None)
    elif watched:
        say_all(table(done), err=True)
    say_all(_lines(done, waiting, stopped=stopped), err=True)
    return code


def exit_of(codes: Sequence[Exit], *, stopped: bool) -> Exit:
    """One code for all: what all outlets have in common, else the least welcome that is true of the whole."""
    different = set(codes)
    if stopped:
        return Exit.INTERRUPTED
    if len(different) <= 1:
        return different.pop() if different else Exit.OK
    if different <= {*_SUCCEEDED, Exit.LOCKED}:
        return Exit.LOCKED if Exit.LOCKED in different else Exit.OK_WITH_WARNINGS
    return Exit.PARTLY_FAILED


def summary(done: Sequence[Done], waiting: int, code: Exit, *, stopped: bool) -> dict[str, Any]:
    """The fields with their values."""
    outlets = [
        {
            **one.told.summary,
            "seconds": round(one.seconds, 1),
            "megabytes": None if one.memory is None else round(one.memory / MEGABYTE),
        }
        for one in done
    ]
    return dict(zip(FIELDS, (int(code), stopped, waiting, dict(_counts(done)), outlets), strict=True))


def _counts(done: Sequence[Done]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for one in done:
        counts.update(one.told.summary["counts"])
    return counts


def table(done: Sequence[Done]) -> Iterator[str]:
    """A row for each outlet, by name, and one for all."""
    rows = [_row(one.told.summary["outlet"], one.told.summary["outcome"], one.told.summary["counts"]) for one in
            sorted(done, key=lambda one: one.told.summary["outlet"])]  # fmt: skip
    rows.append(_row(f"{len(done)} outlets", "", _counts(done)))
    yield from _aligned([("outlet", "outcome", "pages", *_COUNTED[1:]), *rows])


def _row(name: str, outcome: str, counts: Any) -> tuple[str, ...]:
    return (name, outcome, *(f"{counts.get(column, 0):,}" for column in _COUNTED))


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        words, numbers = zip(row[:2], widths[:2], strict=True), zip(row[2:], widths[2:], strict=True)
        cells = [text.ljust(width) for text, width in words] + [text.rjust(width) for text, width in numbers]
        yield "  ".join(cells).rstrip()


def _lines(done: Sequence[Done], waiting: int, *, stopped: bool) -> Iterator[str]:
    """What was not well, outlet by outlet. That each was told to stop needs no sentence of its own."""
    for one in done:
        if not (stopped and one.told.exit == Exit.INTERRUPTED):
            yield from one.told.lines
    if stopped:
        yield f"Stopped by a signal; {waiting} outlets were not begun. The next round goes on from here"
