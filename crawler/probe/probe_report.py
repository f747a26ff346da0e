"""Prints the findings of a probe on the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.probe.probe_findings import Finding, Findings, Source, address

_WIDTH = 100
_INDENT = 13
_MAX_ROWS = 8


def lines(found: Findings) -> Iterator[str]:
    """The findings, a paragraph each: value, certainty, evidence."""
    yield f"{found.title.value}  {found.home}"
    yield f"{found.requests} requests; robots.txt {_robots_sentence(found)}"
    yield ""
    yield from _finding_rows("title", found.title)
    yield from _finding_rows("name", found.name)
    yield from _labelled_rows("hosts", ", ".join(found.hosts) + " and what lies below")
    for note in found.host_notes:
        yield from _labelled_rows("", note)
    yield from _finding_rows("timezone", found.timezone)
    for number, system in enumerate(found.system):
        yield from _finding_rows("system" if not number else "", system)
    if not found.system:
        yield from _labelled_rows("system", "none that luubao knows")
    yield from _source_rows("feeds", [source for source in found.sources if source.kind == "feed"], found)
    yield from _source_rows("sitemaps", [source for source in found.sources if source.kind != "feed"], found)
    yield from _list_rows(found)
    yield from _article_rows(found)
    for note in found.notes:
        yield from _labelled_rows("note", note)


def _robots_sentence(found: Findings) -> str:
    if found.delay is None:
        return "names no delay"
    return f"asks for {found.delay:g} seconds between two requests"


def _finding_rows(label: str, finding: Finding) -> Iterator[str]:
    yield from _labelled_rows(label, f"{finding.value}  ({finding.certainty}: {finding.why})")


def _labelled_rows(label: str, text: str) -> Iterator[str]:
    first, rest = f"{label:{_INDENT}}", " " * _INDENT
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    ) or [first.rstrip()]


def _source_rows(label: str, sources: list[Source], found: Findings) -> Iterator[str]:
    if not sources:
        yield from _labelled_rows(label, "none found")
    for number, source in enumerate(sources[:_MAX_ROWS]):
        yield from _labelled_rows(label if not number else "", _source_text(source, found))
    if len(sources) > _MAX_ROWS:
        yield from _labelled_rows("", f"and {len(sources) - _MAX_ROWS} more")


def _source_text(source: Source, found: Findings) -> str:
    path = source.url if urlsplit(source.url).netloc != urlsplit(found.home).netloc else urlsplit(source.url).path
    if source.entries is None:
        return f"{path}  (not asked for: {source.why})"
    if not source.works:
        return f"{path}  (does not work: {source.why})"
    entry_kind = "sitemaps" if source.kind == "sitemap-index" else "addresses"
    newest = f", the newest of {_local_time(source.newest, found)}" if source.newest else ""
    return f"{path}  {source.entries} {entry_kind}{newest}  (sure: {source.why})"


def _local_time(moment: datetime, found: Findings) -> str:
    return moment.astimezone(ZoneInfo(found.timezone.value)).strftime("%Y-%m-%d %H:%M")


def _list_rows(found: Findings) -> Iterator[str]:
    shown = ", ".join(f"{section.title} {urlsplit(section.url).path}" for section in found.sections[:_MAX_ROWS])
    remainder = f" and {len(found.sections) - _MAX_ROWS} more" if len(found.sections) > _MAX_ROWS else ""
    yield from _labelled_rows(
        "sections", f"{len(found.sections)}: {shown}{remainder}" if found.sections else "none found"
    )
    for number, paging in enumerate(found.paging):
        why = f"  ({paging.certainty}: {paging.why})" if paging.why else ""
        yield from _labelled_rows("pages" if not number else "", f"{paging.style}{why}")


def _article_rows(found: Findings) -> Iterator[str]:
    for number, form in enumerate(found.forms):
        yield from _labelled_rows(
            "articles" if not number else "",
            f"{form.form}  {form.articles} of {form.of}, such as {address(form.example)}",
        )
    for url, why in found.refused:
        yield from _labelled_rows("", f"not read as an article: {address(url)} ({why})")
    for number, counted in enumerate(found.coverage):
        found_by = f"  by {', '.join(counted.origins)}" if counted.origins else ""
        missing = f"; missing: {', '.join(counted.missing)}" if counted.missing else ""
        yield from _labelled_rows(
            "reading" if not number else "", f"{counted.field:9} {counted.have} of {counted.of}{found_by}{missing}"
        )
    for number, trial in enumerate(found.trials):
        text = f"{trial.suggestion.field}: {trial.suggestion.written} finds it in {trial.gained} of {trial.of}, such as"
        yield from _labelled_rows("rules" if not number else "", f"{text} “{trial.suggestion.example}”")
