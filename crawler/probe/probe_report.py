"""Prints the findings of a probe, and a sample of articles as luubao reads them, to compare with the site."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.probe.probe_findings import ArticleAsRead, Finding, Findings, Source, address

_WIDTH, _INDENT = 100, 13
_MAX_ROWS, _MAX_ARTICLES, _MAX_CAPTIONS = 8, 3, 4


def lines(found: Findings) -> Iterator[str]:
    """The findings, a paragraph each: value, certainty, evidence."""
    delay = "names no delay" if found.delay is None else f"asks for {found.delay:g} seconds between two requests"
    yield f"{found.title.value}  {found.home}"
    yield f"{found.requests} requests; robots.txt {delay}"
    yield ""
    yield from _rows("title", [_text_of(found.title)])
    yield from _rows("name", [_text_of(found.name)])
    yield from _rows("hosts", [f"{', '.join(found.hosts)} and what lies below", *found.host_notes])
    yield from _rows("timezone", [_text_of(found.timezone)])
    yield from _rows("system", map(_text_of, found.system), "none that luubao knows")
    feeds = [_source_text(source, found) for source in found.sources if source.kind == "feed"]
    sitemaps = [_source_text(source, found) for source in found.sources if source.kind != "feed"]
    yield from _rows("feeds", _first(feeds), "none found")
    yield from _rows("sitemaps", _first(sitemaps), "none found")
    yield from _list_rows(found)
    yield from _article_rows(found)
    for note in found.notes:
        yield from _rows("note", [note])


def _text_of(finding: Finding) -> str:
    return f"{finding.value}  ({finding.certainty}: {finding.why})"


def _rows(label: str, texts: Iterable[str], none: str | None = None) -> Iterator[str]:
    """The label before the first of the texts. none: the text where there is no other."""
    for number, text in enumerate(list(texts) or ([none] if none else [])):
        first = f"{'' if number else label:{_INDENT}}"
        yield from _wrapped(text, first, " " * _INDENT) or [first.rstrip()]


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    wrapper = textwrap.TextWrapper(
        _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return wrapper.wrap(text)


def _first(texts: list[str]) -> list[str]:
    return texts[:_MAX_ROWS] + ([f"and {len(texts) - _MAX_ROWS} more"] if len(texts) > _MAX_ROWS else [])


def _source_text(source: Source, found: Findings) -> str:
    path = address(source.url) if urlsplit(source.url).netloc == urlsplit(found.home).netloc else source.url
    if source.entries is None:
        return f"{path}  (not asked for: {source.why})"
    if not source.works:
        return f"{path}  (does not work: {source.why})"
    zone = ZoneInfo(found.timezone.value)
    newest = f", the newest of {source.newest.astimezone(zone):%Y-%m-%d %H:%M}" if source.newest else ""
    kind = "sitemaps" if source.kind == "sitemap-index" else "addresses"
    return f"{path}  {source.entries} {kind}{newest}  (sure: {source.why})"


def _list_rows(found: Findings) -> Iterator[str]:
    shown = ", ".join(f"{section.title} {address(section.url)}" for section in found.sections[:_MAX_ROWS])
    more = f" and {len(found.sections) - _MAX_ROWS} more" if len(found.sections) > _MAX_ROWS else ""
    yield from _rows("sections", [f"{len(found.sections)}: {shown}{more}"] if found.sections else [], "none found")
    yield from _rows(
        "pages", (f"{way.style}  ({way.certainty}: {way.why})" if way.why else way.style for way in found.paging)
    )


def _article_rows(found: Findings) -> Iterator[str]:
    yield from _rows(
        "articles",
        (f"{form.form}  {form.articles} of {form.of}, such as {address(form.example)}" for form in found.forms),
    )
    for url, why in found.refused:
        yield from _rows("", [f"not read as an article: {address(url)} ({why})"])
    counts = []
    for field in found.coverage:
        by = f"  by {', '.join(field.origins)}" if field.origins else ""
        missing = f"; missing: {', '.join(field.missing)}" if field.missing else ""
        counts.append(f"{field.field:9} {field.have} of {field.of}{by}{missing}")
    yield from _rows("reading", counts)
    rules = []
    for trial in found.trials:
        rule = f"{trial.suggestion.field}: {trial.suggestion.written}"
        rules.append(f"{rule} finds it in {trial.gained} of {trial.of}, such as “{trial.suggestion.example}”")
    yield from _rows("rules", rules)


def sample_lines(found: Findings) -> Iterator[str]:
    """Some articles as read, and the pages taken for lists: to check before the first crawl."""
    for article in found.samples[:_MAX_ARTICLES]:
        yield from ("", address(article.url))
        yield from _row("headline", article.headline)
        yield from _row("lead", article.lead or "-")
        yield from _row("byline", article.byline or "-")
        yield from _row("time", f"{article.published_at:%Y-%m-%d %H:%M %z}" if article.published_at else "-")
        yield from _row("section", article.section or "-")
        yield from _row("text", f"{article.words} words")
        for caption, credit in article.captions[:_MAX_CAPTIONS]:
            yield from _row("caption", f"{caption or '-'}  (credit: {credit or '-'})")
    yield ""
    yield from _count_rows(found.samples)
    listed = dict.fromkeys([*(section.url for section in found.sections), *found.lists])
    yield from _row("lists", ", ".join(map(address, listed)) or "none")


def _count_rows(samples: Sequence[ArticleAsRead]) -> Iterator[str]:
    pictures = [pair for article in samples for pair in article.captions]
    captions, credits = (sum(pair[part] is not None for pair in pictures) for part in (0, 1))
    yield from _row("pictures", f"{captions} of {len(pictures)} pictures have a caption, {credits} a credit")
    sections = sum(article.section is not None for article in samples)
    yield from _row("sections", f"{sections} of {len(samples)} articles say theirs")


def _row(label: str, text: str) -> list[str]:
    return _wrapped(f"{label:10}{textwrap.shorten(text, 300, placeholder=' …')}", "  ", " " * 12)
