"""How answers look on a terminal of 80 columns: plain text, coloured by click only where a person watches."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from archive.diff import Change, Piece
from archive.diff.telling import title, unmarked
from archive.records import Block, Image, Reading
from archive.snippets import CLOSE, OPEN, snippet
from archive.store.questions import Article, RunRecord, Version
from archive.store.searching import Hit

_WIDTH = 80
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_MARKS = {"removed": ("[-", "-]", "red"), "added": ("{+", "+}", "green")}
# Around an edit, this much unchanged text on either side is enough to see where it stands.
_CONTEXT = 60


def moment(stamp: str | None) -> str:
    """A stored time as `2026-05-20 08:15` in the paper's zone; a dash when there is none."""
    return datetime.fromisoformat(stamp).astimezone(_ZONE).strftime("%Y-%m-%d %H:%M") if stamp else "-"


def article_lines(article: Article) -> Iterator[str]:
    """Two lines: when and what, then where."""
    notes = [f"{article.version_count} versions"] * (article.version_count > 1) + ["gone"] * bool(article.gone_since)
    note = click.style(f" ({', '.join(notes)})", fg="yellow") if notes else ""
    yield f"{moment(article.published_at):16}  {click.style(article.headline, bold=True)}{note}"
    yield f"{'':16}  {article.url}"


def version_lines(version: Version) -> Iterator[str]:
    """Number, span, headline, and what changed."""
    yield f"{version.number:>3}  {moment(version.first_seen_at)} to {moment(version.last_seen_at)}  {version.headline}"
    if version.changed:
        yield click.style(f"{'':5}changed: {version.changed}", fg="yellow")


def hit_lines(hit: Hit, words: str) -> Iterator[str]:
    """Headline, address, and the words in their place."""
    yield f"{moment(hit.published_at)}  {_highlight(snippet(hit.headline, words, 200), bold=True)}"
    yield f"{'':16}  {hit.url}"
    text = textwrap.wrap(snippet(hit.text, words), _WIDTH - 18)
    yield from (f"{'':16}  {_highlight(line)}" for line in text)


def _highlight(text: str, *, bold: bool = False) -> str:
    """The text with its «hits» coloured where there is colour; the marks stay, for pipes."""
    pieces = []
    for piece in text.replace(OPEN, f"\0{OPEN}").replace(CLOSE, f"{CLOSE}\0").split("\0"):
        hit = piece.startswith(OPEN)
        pieces.append(click.style(piece, fg="green" if hit else None, bold=bold or hit))
    return "".join(pieces)


def run_lines(run: RunRecord) -> Iterator[str]:
    """When, which, how it ended, and what it counted; what went wrong, and what was not as usual."""
    colour = {"ok": "green", "running": None}.get(run.outcome, "red")
    shown = ", ".join(f"{count} {name}" for name in _RUN_COUNTS if (count := run.stats.get(name)))
    yield f"{run.id:>4}  {moment(run.started_at)}  {run.outlet:14} {click.style(run.outcome, fg=colour)}  {shown}"
    for sentence in (run.reason, *run.warnings):
        yield from textwrap.wrap(sentence or "", _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)


_RUN_COUNTS = ("captures", "new", "edited", "disappeared", "failed", "error")


def reading_lines(article: Article, number: int, reading: Reading, pictures: Path | None = None) -> Iterator[str]:
    """The article as one reads it, with pictures in their places and where it came from at the end. pictures: the
    folder that has them, if any."""
    yield click.style(reading.headline, bold=True)
    facts = [reading.byline, reading.section, moment(article.published_at) if article.published_at else None]
    yield " | ".join(fact for fact in facts if fact)
    if reading.lead:
        yield ""
        yield from _wrapped(reading.lead, bold=True)
    for block in reading.blocks:
        yield ""
        yield from _block_lines(block, reading.images, pictures)
    yield ""
    yield f"{article.url}  version {number} of {article.version_count}"
    if article.gone_since:
        yield click.style(f"gone since {moment(article.gone_since)}: {article.gone_reason}", fg="red")


def fields(reading: Reading) -> Iterator[str]:
    """A reading, a field a line, then its body."""
    for name in _FIELDS:
        value = getattr(reading, name)
        shown = ", ".join(value) if isinstance(value, tuple) else value
        yield from textwrap.wrap(f"{name:14} {shown or '-'}", _WIDTH, subsequent_indent=" " * 15)
    for block in reading.blocks:
        yield ""
        yield from _block_lines(block, reading.images)


_FIELDS = (
    "kind", "headline", "lead", "byline", "authors", "published_at", "modified_at", "section", "tags", "language",
    "canonical_url", "flags",
)  # fmt: skip


def _block_lines(block: Block, images: Sequence[Image], pictures: Path | None = None) -> Iterator[str]:
    if block.kind == "image" and block.image is not None:
        yield from _image_lines(images[block.image], pictures)
    else:
        yield from _wrapped(block.text, bold=block.kind == "subhead")


def _image_lines(image: Image, pictures: Path | None) -> Iterator[str]:
    yield click.style(f"  [picture] {image.url}", fg="blue")
    if image.stored:
        yield click.style(f"  [stored] {pictures / image.stored.path if pictures else image.stored.path}", fg="blue")
    text = " ".join(filter(None, [image.caption, f"({image.credit})" if image.credit else None]))
    yield from textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")


def _wrapped(text: str, *, bold: bool = False) -> Iterator[str]:
    for line in text.splitlines():
        yield from (click.style(part, bold=bold) if bold else part for part in textwrap.wrap(line, _WIDTH))


def change_lines(change: Change) -> Iterator[str]:
    """Where and what kind of change, then its text: [-removed-] and {+added+}, coloured where there is colour."""
    yield click.style(title(change), fg="cyan")
    if change.picture and change.part != "picture":
        yield click.style(f"  {_printable(change.picture)}", fg="blue")
    if change.part == "picture":  # an address has no words to fold at
        for piece in change.pieces:
            yield "  " + "".join(click.style(text, fg=colour) for text, colour in _marked(piece, piece.text))
        return
    last = len(change.pieces) - 1
    parts: list[tuple[str, str | None]] = []
    for n, piece in enumerate(unmarked(change.pieces)):
        shown = piece.text if piece.operation != "equal" else _shortened(piece.text, first=n == 0, last=n == last)
        parts += _marked(piece, shown)
    yield from (f"  {line}" for line in _folded(parts))


def _marked(piece: Piece, text: str) -> list[tuple[str, str | None]]:
    """The text of a piece in its marks, with its colour. A paragraph's end shows as ¶."""
    text = _printable(text.replace("\n", "¶ " if text != "\n" else "¶"))
    opening, closing, colour = _MARKS.get(piece.operation, ("", "", None))
    return [(f"{opening}{text}{closing}", colour)]


def _printable(text: str) -> str:
    """Without what would steer the terminal."""
    return "".join(letter for letter in text if letter.isprintable())


def _shortened(text: str, *, first: bool, last: bool) -> str:
    """What stayed, as far as it shows where a change stands; whole where nothing else is there."""
    if first and last:
        first = last = False
    head, tail = _head(text) if not first else "", _tail(text) if not last else ""
    return text if len(text) <= len(head) + len(tail) + 10 else f"{head}…{tail}"


def _head(text: str) -> str:
    """The first words."""
    return text if len(text) <= _CONTEXT else text[:_CONTEXT].rpartition(" ")[0] or text[:_CONTEXT]


def _tail(text: str) -> str:
    """The last words."""
    return text if len(text) <= _CONTEXT else text[-_CONTEXT:].partition(" ")[2] or text[-_CONTEXT:]


def _folded(parts: Sequence[tuple[str, str | None]]) -> Iterator[str]:
    """Lines of at most 78 columns, coloured afterwards: colour codes must not count as width."""
    text = "".join(part for part, _ in parts)
    colours = [colour for part, colour in parts for _ in part]
    at = 0
    for line in textwrap.wrap(text, _WIDTH - 2, break_long_words=False, break_on_hyphens=False):
        at = text.index(line.partition(" ")[0], at)
        styled, start = "", 0
        for end in range(1, len(line) + 1):
            if end == len(line) or colours[at + end] != colours[at + start]:
                colour = colours[at + start]
                styled += click.style(line[start:end], fg=colour) if colour else line[start:end]
                start = end
        at += len(line)
        yield styled
