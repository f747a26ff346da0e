"""The findings of a probe (values, each with its certainty and evidence), and how they are printed, with a sample of
articles as luubao reads them, to compare with the site.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from archive import LuubaoError
from archive.extract.rule_suggestions import Suggestion

Certainty = Literal["sure", "likely", "a guess"]


class NotProbed(LuubaoError):
    """Raised when a site cannot be probed, or is no newspaper's; its message says which, and what to do."""


def address(url: str) -> str:
    """A URL as it is shown beside others of its site: its path and query."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about the site. why: the evidence, in words."""

    value: str
    certainty: Certainty
    why: str


@dataclass(frozen=True, slots=True)
class LinkSource:
    """A feed or a sitemap. entries: the number of URLs of the site in it, None where it was not fetched; newest: the
    latest date in it; why: where it is declared; is_in_index: whether a sitemap index declares it."""

    kind: Literal["feed", "sitemap", "sitemap-index"]
    url: str
    why: str
    entries: int | None = None
    newest: datetime | None = None
    is_in_index: bool = field(default=False, repr=False)

    @property
    def works(self) -> bool:
        return bool(self.entries)


@dataclass(frozen=True, slots=True)
class Section:
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Paging:
    """The URL pattern of the later pages of lists, with # for the number; or a note that they have no URL."""

    style: str
    example: str
    certainty: Certainty
    why: str


@dataclass(frozen=True, slots=True)
class Form:
    """A shape of article URLs (archive.frontier.url_patterns), and how many of the articles read have it."""

    form: str
    articles: int
    of: int
    example: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """In how many articles a field was found, of those that can have it; origins: what found it, most frequent
    first."""

    field: str
    have: int
    of: int
    origins: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """A suggested rule and the result of its trial: in how many more articles it found the field."""

    suggestion: Suggestion
    gained: int
    of: int


@dataclass(frozen=True, slots=True)
class ArticleAsRead:
    """An article as read; None for fields that the page does not give. captions: the caption and credit of each
    picture; words: the number of words in its text."""

    url: str
    headline: str
    lead: str | None
    byline: str | None
    published_at: datetime | None
    section: str | None
    captions: tuple[tuple[str | None, str | None], ...]
    words: int


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of a probe. refused: URLs that look like articles', with why they were not read as such; notes:
    sentences a person should read; requests: the number sent, including robots.txt; delay: the crawl delay in
    robots.txt, in seconds; samples: the articles that were read; lists: URLs that looked like articles and are
    lists."""

    home: str
    name: Finding
    title: Finding
    hosts: tuple[str, ...]
    host_notes: tuple[str, ...]
    timezone: Finding
    system: tuple[Finding, ...]
    sources: tuple[LinkSource, ...]
    sections: tuple[Section, ...]
    paging: tuple[Paging, ...]
    forms: tuple[Form, ...]
    articles: int
    coverage: tuple[Coverage, ...]
    trials: tuple[RuleTrial, ...]
    refused: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    requests: int
    delay: float | None
    is_local: bool = False
    samples: tuple[ArticleAsRead, ...] = ()
    lists: tuple[str, ...] = ()


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


def _source_text(source: LinkSource, found: Findings) -> str:
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
    for covered in found.coverage:
        by = f"  by {', '.join(covered.origins)}" if covered.origins else ""
        missing = f"; missing: {', '.join(covered.missing)}" if covered.missing else ""
        counts.append(f"{covered.field:9} {covered.have} of {covered.of}{by}{missing}")
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
