"""What a probe tells on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.probe.outlet_files import rules_file, spider_file
from crawler.probe.probe_findings import Findings, Source, Told

_WIDTH = 100
_INDENT = 13
_MOST = 8


def lines(found: Findings) -> Iterator[str]:
    """The findings, a paragraph each: what, how sure, why."""
    yield f"{found.title.value}  {found.home}"
    yield f"{found.requests} requests; robots.txt {_rules(found)}"
    yield ""
    yield from _told("title", found.title)
    yield from _told("name", found.name)
    yield from _row("hosts", ", ".join(found.hosts) + " and what lies below")
    for note in found.host_notes:
        yield from _row("", note)
    yield from _told("timezone", found.timezone)
    for number, system in enumerate(found.system):
        yield from _told("system" if not number else "", system)
    if not found.system:
        yield from _row("system", "none that luubao knows")
    yield from _sources("feeds", [one for one in found.sources if one.kind == "feed"], found)
    yield from _sources("sitemaps", [one for one in found.sources if one.kind != "feed"], found)
    yield from _lists(found)
    yield from _articles(found)
    for note in found.notes:
        yield from _row("note", note)


def files(found: Findings) -> Iterator[str]:
    """The two files, as they would be written."""
    name = found.name.value
    for path, text in (
        (f"crawler/spiders/{name}.py", spider_file(found)),
        (f"archive/rules/{name}.py", rules_file(found)),
    ):
        yield ""
        yield f"# {path}"
        yield from text.rstrip("\n").split("\n")


def _rules(found: Findings) -> str:
    if found.delay is None:
        return "names no delay"
    return f"asks for {found.delay:g} seconds between two requests"


def _told(label: str, told: Told) -> Iterator[str]:
    yield from _row(label, f"{told.value}  ({told.certainty}: {told.why})")


def _row(label: str, text: str) -> Iterator[str]:
    first, rest = f"{label:{_INDENT}}", " " * _INDENT
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    ) or [first.rstrip()]


def _sources(label: str, sources: list[Source], found: Findings) -> Iterator[str]:
    if not sources:
        yield from _row(label, "none found")
    for number, source in enumerate(sources[:_MOST]):
        yield from _row(label if not number else "", _source(source, found))
    if len(sources) > _MOST:
        yield from _row("", f"and {len(sources) - _MOST} more")


def _source(source: Source, found: Findings) -> str:
    path = source.url if urlsplit(source.url).netloc != urlsplit(found.home).netloc else urlsplit(source.url).path
    if source.entries is None:
        return f"{path}  (not asked for: {source.why})"
    if not source.works:
        return f"{path}  (does not work: {source.why})"
    what = "sitemaps" if source.kind == "sitemap-index" else "addresses"
    newest = f", the newest of {_moment(source.newest, found)}" if source.newest else ""
    return f"{path}  {source.entries} {what}{newest}  (sure: {source.why})"


def _moment(moment: datetime, found: Findings) -> str:
    return moment.astimezone(ZoneInfo(found.timezone.value)).strftime("%Y-%m-%d %H:%M")


def _lists(found: Findings) -> Iterator[str]:
    shown = ", ".join(f"{one.title} {urlsplit(one.url).path}" for one in found.sections[:_MOST])
    more = f" and {len(found.sections) - _MOST} more" if len(found.sections) > _MOST else ""
    yield from _row("sections", f"{len(found.sections)}: {shown}{more}" if found.sections else "none found")
    for number, paging in enumerate(found.paging):
        why = f"  ({paging.certainty}: {paging.why})" if paging.why else ""
        yield from _row("pages" if not number else "", f"{paging.style}{why}")


def _articles(found: Findings) -> Iterator[str]:
    for number, form in enumerate(found.forms):
        example = urlsplit(form.example)
        address = example.path + (f"?{example.query}" if example.query else "")
        yield from _row(
            "articles" if not number else "", f"{form.form}  {form.articles} of {form.of}, such as {address}"
        )
    for path, why in ((urlsplit(url).path, why) for url, why in found.refused):
        yield from _row("", f"not read as an article: {path} ({why})")
    for number, one in enumerate(found.coverage):
        by = f"  by {', '.join(one.origins)}" if one.origins else ""
        missing = f"; missing: {', '.join(one.missing)}" if one.missing else ""
        yield from _row("reading" if not number else "", f"{one.field:9} {one.have} of {one.of}{by}{missing}")
    for number, trial in enumerate(found.trials):
        text = f"{trial.suggestion.field}: {trial.suggestion.xpath} finds it in {trial.gained} of {trial.of}, such as"
        yield from _row("rules" if not number else "", f"{text} “{trial.suggestion.example}”")
