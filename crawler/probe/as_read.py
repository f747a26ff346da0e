"""Prints a sample of articles as luubao reads them, and the pages it takes for lists, to compare with the site."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from archive import Reading, Unreadable
from crawler.probe.article_sample import FetchedCandidate
from crawler.probe.probe_findings import ArticleAsRead, Findings, address

_MAX_ARTICLES = 3
_WIDTH = 100
_MAX_CAPTIONS = 4


def as_read(tried: Sequence[FetchedCandidate]) -> tuple[ArticleAsRead, ...]:
    """The articles among the fetched pages, as read."""
    return tuple(
        _article_as_read(candidate.url, candidate.reading)
        for candidate in tried
        if isinstance(candidate.reading, Reading)
    )


def lists_among(tried: Sequence[FetchedCandidate]) -> tuple[str, ...]:
    """The fetched pages that turned out to be lists of articles."""
    return tuple(
        candidate.url
        for candidate in tried
        if isinstance(candidate.reading, Unreadable) and candidate.reading.reason in ("listing", "home")
    )


def _article_as_read(url: str, reading: Reading) -> ArticleAsRead:
    return ArticleAsRead(
        url,
        reading.headline,
        reading.lead,
        ", ".join(reading.authors) or reading.byline,
        reading.published_at,
        reading.section,
        tuple((image.caption, image.credit) for image in reading.images),
        len(reading.text.split()),
    )


def lines(found: Findings) -> Iterator[str]:
    """The lines to check before the first crawl."""
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
    picture_counts = f"{captions} of {len(pictures)} pictures have a caption, {credits} a credit"
    sections = sum(article.section is not None for article in samples)
    yield from _row("pictures", picture_counts)
    yield from _row("sections", f"{sections} of {len(samples)} articles say theirs")


def _row(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        f"{label:10}{textwrap.shorten(text, 300, placeholder=' …')}",
        _WIDTH,
        initial_indent="  ",
        subsequent_indent=" " * 12,
        break_long_words=False,
        break_on_hyphens=False,
    )
