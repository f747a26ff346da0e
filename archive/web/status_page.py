"""The status as one self-contained HTML page with plots (SVG): no script, no request, printable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from archive.console.output import duration, every, moment, size
from archive.monitor.outlet_states import Day, OutletStatus, Status
from archive.monitor.status_text import holdings, rest
from archive.runtime.atomic_files import atomic_write
from archive.web.template_environment import environment

Point = tuple[float, float, Day]
"""A day's share in a figure: x and y in SVG units."""


def page(status: Status) -> str:
    html = environment().get_template("status_page.html").render(
        status=status, name=Path(status.archive).name, facts=_facts, moment=moment, size=size, rest=rest,
        zone=next((outlet.timezone for outlet in status.outlets), "UTC"), bar_top=bar_top, share_lines=share_lines,
    )  # fmt: skip
    return f"{html}\n"


def write(status: Status, file: Path) -> None:
    """Writes the page atomically: a reader meanwhile gets the previous one. Raises Unwritable."""
    with atomic_write(file, replace=True) as temporary:
        temporary.write_text(page(status), "utf-8")


def _facts(outlet: OutletStatus, status: Status) -> Iterator[tuple[str, str]]:
    zone = outlet.timezone
    if outlet.running_since:
        yield "running since", moment(outlet.running_since, zone)
    if outlet.last:
        started = outlet.last.started_at
        yield "last run", f"{moment(started, zone)}, {duration(status.at - started)} ago"
        if outlet.last.outcome == "ok" and outlet.last.reason:  # a limit, or the outlet's hours
            yield "it ended", outlet.last.reason
    if outlet.rhythm and outlet.state != "given up":
        yield "rhythm", f"{every(outlet.rhythm.usual)}; the next by {moment(outlet.rhythm.due, zone)}"
    if outlet.last_new:
        yield "last new article", f"{moment(outlet.last_new, zone)}, {duration(status.at - outlet.last_new)} ago"
    yield from holdings(outlet)


def bar_top(days: Sequence[Day], name: str) -> int:
    return max((value for day in days if (value := day.count(name)) is not None), default=0)


def share_lines(days: Sequence[Day], name: str) -> list[list[Point]]:
    """The points of a share, in lines that are broken where there was nothing to count."""
    points = [(number * 7 + 2.5, day.share(name), day) for number, day in enumerate(days)]
    return [
        [(x, 4 + (1 - (share or 0)) * 66, day) for x, share, day in group]
        for has_value, group in groupby(points, key=lambda point: point[1] is not None)
        if has_value
    ]
