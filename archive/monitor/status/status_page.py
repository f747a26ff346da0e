"""The status as one self-contained HTML page with plots (SVG): no script, no request, printable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from archive.console.output import duration, every, moment, size
from archive.monitor.status.outlet_states import Day, OutletStatus, Status
from archive.monitor.status.status_text import lately, rest, uncertain, waiting
from archive.queries.outlets_followed import RunFacts
from archive.runtime.atomic_files import atomic_write

_RUNS = 7
_BARS = (("new", "new articles"), ("edited", "edited articles"), ("disappeared", "disappeared articles"))
_SHARES = (
    ("readable", "pages that could be read"),
    ("lead", "articles with a lead"),
    ("caption", "pictures with a caption"),
)
_COLUMNS = (("captures", "pages"), ("new", "new"), ("edited", "edited"), ("disappeared", "gone"), ("failed", "failed"))


def page(status: Status) -> str:
    """The whole page."""
    zone = next((outlet.timezone for outlet in status.outlets), "UTC")
    style = (files("archive.monitor.status") / "page.css").read_text("utf-8")
    name = escape(Path(status.archive).name)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline';"
        " form-action 'none'; base-uri 'none'\">"
        f"<title>luubao: {name}</title><style>\n{style}</style></head>\n<body>{HATCHING}\n"
        f"<h1>{name}</h1>\n<p class=when>{moment(status.at, zone)} ({escape(zone)}), {size(status.bytes)}."
        f" {_overall(status)}</p>\n{''.join(_sections(status))}{_resting(status, zone)}</body></html>\n"
    )


def _resting(status: Status, zone: str) -> str:
    return "".join(f'<p class="rest">{escape(rest(host, zone))}</p>\n' for host in status.resting)


def _overall(status: Status) -> str:
    wrong = [outlet for outlet in status.outlets if outlet.attention]
    return f"{len(wrong)} of {len(status.outlets)} outlets ask for attention." if wrong else "All is well."


def _sections(status: Status) -> Iterator[str]:
    for outlet in status.outlets:
        kind = outlet.state.partition(" ")[0]
        yield (
            f'<section class="{kind}"><h2><span lang="">{escape(outlet.title)}</span>'
            f'<span class="name">{escape(outlet.name)}</span><span class="state">{outlet.state}</span></h2>\n'
            f"{_attention(outlet)}<dl>{''.join(_facts(outlet, status))}</dl>\n"
            f"{_plots(outlet)}{_table(outlet)}</section>\n"
        )


def _attention(outlet: OutletStatus) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in outlet.attention)
    return f'<ul class="attention">{items}</ul>\n' if items else ""


def _facts(outlet: OutletStatus, status: Status) -> Iterator[str]:
    zone = outlet.timezone
    if outlet.running_since:
        yield _fact("running since", moment(outlet.running_since, zone))
    if outlet.last:
        started = outlet.last.started_at
        yield _fact("last run", f"{moment(started, zone)}, {duration(status.at - started)} ago")
        if outlet.last.outcome == "ok" and outlet.last.reason:  # a limit, or the outlet's hours
            yield _fact("it ended", outlet.last.reason)
    if outlet.rhythm and outlet.state != "given up":
        usual = every(outlet.rhythm.usual)
        yield _fact("rhythm", f"{usual}; the next by {moment(outlet.rhythm.due, zone)}")
    if outlet.last_new:
        yield _fact("last new article", f"{moment(outlet.last_new, zone)}, {duration(status.at - outlet.last_new)} ago")
    if outlet.runs:
        yield _fact("waiting", waiting(outlet.waiting))
        yield _fact("holds", f"{outlet.articles:,} articles, {outlet.edited:,} edited, {outlet.gone:,} gone")
        if outlet.seen.there:
            yield _fact("seen again", lately(outlet.seen))
        if outlet.certain.uncertain:
            yield _fact("uncertain", uncertain(outlet.certain))
        if outlet.ignored:
            yield _fact("ignored", "; ".join(outlet.ignored))


def _fact(name: str, value: str) -> str:
    return f"<dt>{name}</dt><dd>{escape(value)}</dd>"


def _plots(outlet: OutletStatus) -> str:
    if not any(day.crawled for day in outlet.days):
        return ""
    figures = [bars(outlet.days, name, caption) for name, caption in _BARS]
    figures += [shares(outlet.days, name, caption) for name, caption in _SHARES if _has_share(outlet, name)]
    return f'<div class="plots">{"".join(figures)}</div>\n'


def _has_share(outlet: OutletStatus, name: str) -> bool:
    return any(name in day.shares for day in outlet.days)


def _table(outlet: OutletStatus) -> str:
    rows = "".join(_row(run, outlet.timezone) for run in reversed(outlet.runs[-_RUNS:]))
    heads = "".join(f'<th class="number">{label}</th>' for _, label in _COLUMNS)
    return f"<table><tr><th>run</th><th>ended</th>{heads}<th>told</th></tr>{rows}</table>" if rows else ""


def _row(run: RunFacts, zone: str) -> str:
    counts = "".join(f'<td class="number">{run.stats.get(name, 0):,}</td>' for name, _ in _COLUMNS)
    notes = escape(" ".join(filter(None, [run.reason, *run.warnings])))
    return f"<tr><td>{moment(run.started_at, zone)}</td><td>{escape(run.outcome)}</td>{counts}<td>{notes}</td></tr>"


def write(status: Status, file: Path) -> None:
    """Writes the page atomically: a reader meanwhile gets the previous one. Raises Unwritable."""
    with atomic_write(file, replace=True) as temporary:
        temporary.write_text(page(status), "utf-8")


_BAR, _STEP, _HEIGHT = 5, 7, 70
_TOP = 4


def bars(days: Sequence[Day], name: str, label: str) -> str:
    """A figure with a bar a day for one of the counts; `label` names what it counts."""
    highest = max((value for day in days if (value := day.count(name)) is not None), default=0)
    shapes = [_bar(number, day, day.count(name), highest, label) for number, day in enumerate(days)]
    return _plot(days, shapes, f"{label} a day, at most {highest:,}")


def _bar(number: int, day: Day, value: int | None, highest: int, label: str) -> str:
    x = number * _STEP
    if value is None:
        return _gap(x, day)
    height = max(round(value / highest * (_HEIGHT - _TOP), 1) if highest else 0, 0.5)
    title = f"<title>{day.date:%a %Y-%m-%d}: {value:,} {escape(label)}</title>"
    return f'<rect class="bar" x="{x}" y="{_HEIGHT - height:g}" width="{_BAR}" height="{height:g}">{title}</rect>'


def _gap(x: int, day: Day) -> str:
    title = f"<title>{day.date:%a %Y-%m-%d}: not crawled</title>"
    return f'<rect class="gap" x="{x}" y="{_TOP}" width="{_STEP}" height="{_HEIGHT - _TOP}">{title}</rect>'


def shares(days: Sequence[Day], name: str, label: str) -> str:
    """A figure with a line for a share between 0 and 1, broken where there was nothing to count."""
    points = [(number * _STEP + _BAR / 2, day, day.share(name)) for number, day in enumerate(days)]
    gaps = (_gap(number * _STEP, day) for number, day in enumerate(days) if not day.crawled)
    return _plot(days, (*gaps, *_lines(points), *_dots(points, label)), f"{label}, from 0% to 100%")


def _lines(points: list[tuple[float, Day, float | None]]) -> Iterator[str]:
    for has_value, group in groupby(points, key=lambda point: point[2] is not None):
        if has_value:
            path = " ".join(f"{x:g},{_y(share or 0)}" for x, _, share in group)
            yield f'<polyline class="line" points="{path}"/>'


def _dots(points: list[tuple[float, Day, float | None]], label: str) -> Iterator[str]:
    for x, day, share in points:
        if share is not None:
            title = f"<title>{day.date:%a %Y-%m-%d}: {share:.0%} {escape(label)}</title>"
            yield f'<circle class="dot" cx="{x:g}" cy="{_y(share)}" r="1.6">{title}</circle>'


def _y(share: float) -> str:
    return f"{_TOP + (1 - share) * (_HEIGHT - _TOP):g}"


def _plot(days: Sequence[Day], shapes: Sequence[str], caption: str) -> str:
    width, height = len(days) * _STEP, _HEIGHT + 16
    return (
        f'<figure><figcaption>{escape(caption)}</figcaption><svg role="img" aria-label="{escape(caption)}"'
        f' viewBox="0 0 {width} {height}" width="{width}" height="{height}">{"".join(shapes)}'
        f'<path class="axis" d="M0 {_HEIGHT}.5H{width}"/>{"".join(_months(days))}</svg></figure>'
    )


def _months(days: Sequence[Day]) -> Iterator[str]:
    """A mark where a month begins."""
    for number, day in enumerate(days):
        if day.date.day == 1:
            x = number * _STEP
            yield f'<path class="axis" d="M{x}.5 {_HEIGHT}v4"/><text x="{x}" y="{_HEIGHT + 15}">{day.date:%Y-%m}</text>'


HATCHING = (
    '<svg width="0" height="0" aria-hidden="true"><defs><pattern id="hatching" width="4" height="4"'
    ' patternUnits="userSpaceOnUse"><path d="M0 4L4 0" stroke="#999" stroke-width="0.7"/></pattern></defs></svg>'
)
"""The SVG pattern for days without a crawl; once a page."""
