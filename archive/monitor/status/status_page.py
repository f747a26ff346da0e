"""The status as one self-contained HTML page: no script, no request, printable."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files
from pathlib import Path

from archive.console.human_units import duration, every, moment, size
from archive.monitor.status.outlet_states import OutletStatus, Status
from archive.monitor.status.sentences import lately, rest, waiting
from archive.monitor.status.status_plots import HATCHING, bars, shares
from archive.queries.run_status import RunFacts
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
