"""Formats results as plain text of 80 columns, coloured by click only on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archive.console import printable, stored_moment, styled
from archive.model import clock

if TYPE_CHECKING:
    from pathlib import Path

    from archive.diff import Change, EditSummary, Piece
    from archive.model.records import Block, Image, Reading
    from archive.queries.article_search import Hit
    from archive.queries.lookup import Article, RunRecord, Version

_WIDTH = 80
_MARKS = {"removed": ("[-", "-]", "red"), "added": ("{+", "+}", "green")}
_MARGIN = 18
"""Columns left of a headline, for a time and a gap."""
# Characters of unchanged text to show on either side of an edit.
_CONTEXT = 60


def article_lines(article: Article) -> Iterator[str]:
    """Time and headline, which may take several lines, then the address, then version count and disappearance."""
    yield from _entry(stored_moment(article.published_at, article.timezone), article.headline)
    yield f"{'':{_MARGIN}}{printable(article.url)}"
    notes = [f"{article.version_count} versions"] if article.version_count > 1 else []
    if article.gone_since:
        notes.append(f"gone since {stored_moment(article.gone_since, article.timezone)}")
    if notes:
        yield styled(f"{'':{_MARGIN}}{', '.join(notes)}", fg="yellow")


def gist_lines(gist: EditSummary | None) -> Iterator[str]:
    """The most important changes of an edit, below the article, a paragraph each."""
    from archive.diff.summary import unmarked

    for quote in gist.quotes[:_QUOTES] if gist else ():
        label: list[tuple[str, str | None]] = [] if quote.part == "body" else [(f"{quote.part}: ", None)]
        parts = [part for piece in unmarked(quote.pieces) for part in _marked(piece, piece.text)]
        yield from (f"{'':{_MARGIN}}{line}" for line in _wrap_coloured([*label, *parts], _WIDTH - _MARGIN))
    for pair in gist.pictures if gist else ():
        yield styled(f"{'':{_MARGIN}}picture {pair.kind}", fg="yellow")


_QUOTES = 3


def version_lines(version: Version, zone: str) -> Iterator[str]:
    """Number, time span, headline, and what changed. zone: the outlet's."""
    first, last = (stored_moment(moment, zone) for moment in (version.first_seen_at, version.last_seen_at))
    span = f"{first} to {last if last[:10] != first[:10] else last[11:]}"
    yield f"{styled(f'{version.number:>3}', bold=True)}  {span}"
    for line in textwrap.wrap(printable(version.headline), _WIDTH - 5):
        yield f"{'':5}{line}"
    if version.changed:
        summary = f"changed: {version.changed}"
        if version.words_removed or version.words_added:
            summary += f"; {version.words_removed or 0} words removed, {version.words_added or 0} added"
        yield from (styled(f"{'':5}{line}", fg="yellow") for line in textwrap.wrap(summary, _WIDTH - 5))


def _entry(when: str, headline: str) -> Iterator[str]:
    """A time, and beside it a headline, which may take several lines."""
    lines = textwrap.wrap(printable(headline), _WIDTH - _MARGIN) or [""]
    yield f"{when:{_MARGIN}}{styled(lines[0], bold=True)}"
    yield from (f"{'':{_MARGIN}}{styled(line, bold=True)}" for line in lines[1:])


def hit_lines(hit: Hit, words: str) -> Iterator[str]:
    """Headline, address, and a snippet with the words."""
    from archive.text.search_query import snippet

    first, *rest = textwrap.wrap(printable(snippet(hit.headline, words, 200)), _WIDTH - _MARGIN) or [""]
    yield f"{stored_moment(hit.published_at, hit.timezone):{_MARGIN}}{_highlight(first, bold=True)}"
    yield from (f"{'':{_MARGIN}}{_highlight(line, bold=True)}" for line in rest)
    yield f"{'':{_MARGIN}}{printable(hit.url)}"
    text = textwrap.wrap(printable(snippet(hit.text, words)), _WIDTH - _MARGIN)
    yield from (f"{'':{_MARGIN}}{_highlight(line)}" for line in text)


def _highlight(text: str, *, bold: bool = False) -> str:
    """Colours the «hits» in a text; their marks stay, for output without colour."""
    from archive.text.search_query import CLOSE, OPEN

    pieces = []
    for piece in text.replace(OPEN, f"\0{OPEN}").replace(CLOSE, f"{CLOSE}\0").split("\0"):
        hit = piece.startswith(OPEN)
        pieces.append(styled(piece, fg="green" if hit else None, bold=bold or hit))
    return "".join(pieces)


def run_lines(run: RunRecord) -> Iterator[str]:
    """Id, time, outlet, outcome and counts of a run, then its error and warnings."""
    colour = {"ok": "green", "running": None}.get(run.outcome, "red")
    counts = ", ".join(f"{count} {name}" for name in _RUN_COUNTS if (count := run.stats.get(name)))
    outcome = styled(run.outcome, fg=colour)
    yield f"{run.id:>4}  {stored_moment(run.started_at, run.timezone)}  {run.outlet:14} {outcome}  {counts}"
    for sentence in (run.reason, *run.warnings):
        yield from textwrap.wrap(sentence or "", _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)


_RUN_COUNTS = ("captures", "new", "edited", "disappeared", "failed", "error")


def reading_lines(article: Article, number: int, reading: Reading, pictures: Path | None = None) -> Iterator[str]:
    """The article as text, with pictures in their places and its address at the end. pictures: the folder with the
    files, if any."""
    yield from _wrapped(printable(reading.headline), bold=True)
    when = stored_moment(clock.claimed(reading.published_at), article.timezone) if reading.published_at else None
    facts = " | ".join(fact for fact in (reading.byline, reading.section, when) if fact)
    yield from textwrap.wrap(facts, _WIDTH)
    if reading.lead:
        yield ""
        yield from _wrapped(reading.lead, bold=True)
    for block in reading.blocks:
        yield ""
        yield from _block_lines(block, reading.images, pictures)
    yield ""
    yield f"{article.url}  version {number} of {article.version_count}"
    if article.gone_since:
        since = stored_moment(article.gone_since, article.timezone)
        yield styled(f"gone since {since}: {article.gone_reason}", fg="red")


def fields(reading: Reading) -> Iterator[str]:
    """A reading: one line for each field, then its body."""
    for name in _FIELDS:
        value = getattr(reading, name)
        text = ", ".join(value) if isinstance(value, tuple) else value
        yield from textwrap.wrap(f"{name:14} {text or '-'}", _WIDTH, subsequent_indent=" " * 15)
    for block in reading.blocks:
        yield ""
        yield from _block_lines(block, reading.images)


_FIELDS = (
    "kind", "headline", "kicker", "lead", "dateline", "byline", "authors", "published_at", "modified_at", "correction",
    "section", "tags", "language", "canonical_url", "flags",
)  # fmt: skip


def _block_lines(block: Block, images: Sequence[Image], pictures: Path | None = None) -> Iterator[str]:
    if block.kind == "image" and block.image is not None:
        yield from _image_lines(images[block.image], pictures)
    else:
        yield from _wrapped(block.text, bold=block.kind == "subhead")


def _image_lines(image: Image, pictures: Path | None) -> Iterator[str]:
    yield styled(f"  [picture] {image.url}", fg="blue")
    if image.stored:
        yield styled(f"  [stored] {pictures / image.stored.path if pictures else image.stored.path}", fg="blue")
    text = " ".join(filter(None, [image.caption, f"({image.credit})" if image.credit else None]))
    yield from textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")


def _wrapped(text: str, *, bold: bool = False) -> Iterator[str]:
    for line in text.splitlines():
        yield from (styled(part, bold=bold) if bold else part for part in textwrap.wrap(line, _WIDTH))


def change_lines(change: Change) -> Iterator[str]:
    """Title of a change, then its text: [-removed-] and {+added+}, coloured on a terminal."""
    from archive.diff.summary import title, unmarked

    yield styled(title(change), fg="cyan")
    if change.picture and change.part != "picture":
        yield styled(f"  {printable(change.picture)}", fg="blue")
    if change.part == "picture":  # an address has no spaces to wrap at
        for piece in change.pieces:
            yield "  " + "".join(styled(text, fg=colour) for text, colour in _marked(piece, piece.text))
        return
    last = len(change.pieces) - 1
    parts: list[tuple[str, str | None]] = []
    for index, piece in enumerate(unmarked(change.pieces)):
        text = piece.text
        if piece.operation == "equal":
            text = _shortened(text, first=index == 0, last=index == last)
        parts += _marked(piece, text)
    yield from (f"  {line}" for line in _wrap_coloured(parts))


def _marked(piece: Piece, text: str) -> list[tuple[str, str | None]]:
    """The text of a piece with its marks and colour. Shows the end of a paragraph as ¶."""
    text = printable(text.replace("\n", "¶ " if text != "\n" else "¶"))
    opening, closing, colour = _MARKS.get(piece.operation, ("", "", None))
    return [(f"{opening}{text}{closing}", colour)]


def _shortened(text: str, *, first: bool, last: bool) -> str:
    """Unchanged text, shortened to the words next to changes; whole where there is no change."""
    from archive.diff.summary import head, tail

    if first and last:
        first = last = False
    before, after = head(text, _CONTEXT) if not first else "", tail(text, _CONTEXT) if not last else ""
    return text if len(text) <= len(before) + len(after) + 10 else f"{before}…{after}"


def _wrap_coloured(parts: Sequence[tuple[str, str | None]], width: int = _WIDTH - 2) -> Iterator[str]:
    """Wraps to `width` columns, then colours: colour codes must not count as width."""
    text = "".join(part for part, _ in parts)
    colours = [colour for part, colour in parts for _ in part]
    position = 0
    for line in textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False):
        position = text.index(line.partition(" ")[0], position)
        coloured, start = "", 0
        for end in range(1, len(line) + 1):
            if end == len(line) or colours[position + end] != colours[position + start]:
                colour = colours[position + start]
                coloured += styled(line[start:end], fg=colour) if colour else line[start:end]
                start = end
        position += len(line)
        yield coloured
