"""A sample of articles as luubao reads them, and what it takes for lists: for a person to hold against the site."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from archive import Reading, Unreadable
from crawler.probe.article_sample import Tried
from crawler.probe.probe_findings import ArticleAsRead, Findings

_SHOWN = 3
_WIDTH = 100
_CAPTIONS = 4


def as_read(tried: Sequence[Tried]) -> tuple[ArticleAsRead, ...]:
    """The articles of a sample."""
    return tuple(_one(one.url, one.reading) for one in tried if isinstance(one.reading, Reading))


def lists_among(tried: Sequence[Tried]) -> tuple[str, ...]:
    """Pages that could have been articles and are lists of them."""
    return tuple(
        one.url for one in tried if isinstance(one.reading, Unreadable) and one.reading.reason in ("listing", "home")
    )


def _one(url: str, reading: Reading) -> ArticleAsRead:
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
    """What to look at before anything is kept."""
    for one in found.samples[:_SHOWN]:
        yield from ("", _path(one.url))
        yield from _row("headline", one.headline)
        yield from _row("lead", one.lead or "-")
        yield from _row("byline", one.byline or "-")
        yield from _row("time", f"{one.published_at:%Y-%m-%d %H:%M %z}" if one.published_at else "-")
        yield from _row("section", one.section or "-")
        yield from _row("text", f"{one.words} words")
        for caption, credit in one.captions[:_CAPTIONS]:
            yield from _row("caption", f"{caption or '-'}  (credit: {credit or '-'})")
    yield ""
    yield from _counted(found.samples)
    listed = dict.fromkeys([*(one.url for one in found.sections), *found.lists])
    yield from _row("lists", ", ".join(map(_path, listed)) or "none")


def _counted(samples: Sequence[ArticleAsRead]) -> Iterator[str]:
    pictures = [pair for one in samples for pair in one.captions]
    captions, credits = (sum(pair[part] is not None for pair in pictures) for part in (0, 1))
    counted = f"{captions} of {len(pictures)} pictures have a caption, {credits} a credit"
    sections = sum(one.section is not None for one in samples)
    yield from _row("pictures", counted)
    yield from _row("sections", f"{sections} of {len(samples)} articles say theirs")


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _row(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        f"{label:10}{textwrap.shorten(text, 300, placeholder=' …')}",
        _WIDTH,
        initial_indent="  ",
        subsequent_indent=" " * 12,
        break_long_words=False,
        break_on_hyphens=False,
    )
