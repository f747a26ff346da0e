"""The comparison page: word diff of two versions of an article, inline or side by side, with pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from datasette.utils.asgi import Response

from archive.diff import Piece, compare, side_by_side, summarize_edit
from archive.diff.summary import line, together, unmarked
from archive.model.errors import UnknownArticle
from archive.model.records import Image, Reading
from archive.queries import lookup, outlets_followed
from archive.queries.lookup import Article
from archive.queries.placements import PlacementSpan, between, highest, places_of
from archive.storage.captures.kept_captures import Provenance, provenance_of
from archive.storage.connection import Database
from archive.web.room import parameters
from archive.web.room.request import HEADERS, RequestContext, page, site
from archive.web.room.translations import summary, title

# At least this many unchanged rows in sequence are folded, except the first and the last.
_FEWEST_FOLDED = 4
_MAX_PLACES = 500
_VIEWS = ("inline", "beside")


@dataclass(frozen=True, slots=True)
class Line:
    """One text of a row: a paragraph, a caption, a picture's URL. part, form, kind: see archive.diff.Change."""

    part: str
    form: str | None
    kind: str
    pieces: tuple[Piece, ...]

    def shows(self, operation: str) -> bool:
        """Whether any of it appears in the old (`removed`) or the new (`added`) version."""
        return any(piece.operation in ("equal", operation) for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the comparison: one paragraph, or a picture with its caption and credit. title: position and kind of
    change, in the page's language; old, new: the images, for a row of a picture."""

    title: str
    kind: str
    lines: tuple[Line, ...]
    old: Image | None = None
    new: Image | None = None

    @property
    def changed(self) -> bool:
        return self.kind != "unchanged"


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive rows. folded: unchanged, and hidden until the reader opens them."""

    rows: tuple[Row, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions of an article with provenance and readings. numbers: those of all its versions; place: the highest
    on a front page or section page in which the article was seen with the old version."""

    article: Article
    numbers: list[int]
    old: Provenance
    new: Provenance
    before: Reading
    after: Reading
    place: PlacementSpan | None


@page
async def choose(context: RequestContext) -> Response:
    """`/-/diff/ID?old=1&new=3`: redirects to the comparison of two versions, by default the last two."""
    number = context.variable("id")
    numbers = await context.ask(lambda db: list(_versions(db, number)))
    new = context.number("new", numbers[-1], parameters.HIGHEST_ID, "v")
    before = max((earlier for earlier in numbers if earlier < new), default=new)
    old = context.number("old", before, parameters.HIGHEST_ID, "v")
    view = context.choice("view", ("", *_VIEWS))
    return Response.redirect(context.to(f"/-/diff/{number}/v{old}..v{new}", view=view))


@page
async def comparison(context: RequestContext) -> Response:
    """`/-/diff/ID/vA..vB`: the comparison of two versions."""
    number, old, new = (context.variable(name) for name in ("id", "old", "new"))
    versions = await context.ask(lambda db: compared(db, number, old, new))
    rows = list(_rows(context, versions.before, versions.after))
    view = context.choice("view", _VIEWS)
    edit_gist = summarize_edit(versions.before, versions.after)
    return await context.page(
        "diff", found=versions, runs=list(runs(rows)), view=view, gist=edit_gist,
        summary=summary(context.say, compare(versions.before, versions.after)),
        lines=[line(quote.pieces) for quote in edit_gist.quotes],
        step_before=old if old in versions.numbers and old > versions.numbers[0] else None,
        step_after=new + 1 if new + 1 in versions.numbers else None,
        permanent=context.permanent(f"/-/diff/{number}/v{old}..v{new}"),
    )  # fmt: skip


def _versions(db: Database, number: int) -> dict[int, Provenance]:
    lookup.find_article(db, str(number))
    return provenance_of(db, number)


def compared(db: Database, number: int, old: int, new: int) -> Compared:
    """Reads two versions of an article. Raises UnknownArticle where one is missing."""
    provenances = _versions(db, number)
    if old not in provenances or new not in provenances:
        raise UnknownArticle(f"article {number} has no versions {old} and {new}")
    before, after = (lookup.reading_of(db, number, version_number)[1] for version_number in (old, new))
    first, later = provenances[old], provenances[new]
    places = between(places_of(db, number, _MAX_PLACES), first.first_seen_at, first.last_seen_at)
    article = lookup.find_article(db, str(number))
    return Compared(article, list(provenances), first, later, before, after, highest(places))


def _rows(context: RequestContext, before: Reading, after: Reading) -> Iterator[Row]:
    for changes in together(side_by_side(before, after)):
        first = changes[0]
        changed = [change for change in changes if change.kind != "unchanged"]
        lines = tuple(Line(change.part, change.form, change.kind, tuple(unmarked(change.pieces))) for change in changes)
        kind = changed[0].kind if changed else "unchanged"
        old, new = (
            reading.images[places[0] - 1] if first.picture and places else None
            for places, reading in ((first.old, before), (first.new, after))
        )
        yield Row(title(context.say, changes), kind, lines, old, new)


def runs(rows: Sequence[Row]) -> Iterator[Run]:
    """The rows, with long unchanged runs folded, except their first and last row, which give a change its context."""
    for changed, group in groupby(rows, lambda row: row.changed):
        stretch = tuple(group)
        if changed or len(stretch) < _FEWEST_FOLDED:
            yield Run(stretch)
        else:
            yield Run(stretch[:1])
            yield Run(stretch[1:-1], folded=True)
            yield Run(stretch[-1:])


_TEXT_WIDTH, _HEADLINE_WIDTH, _MOST_LINES = 58, 46, 6
"""Characters in a line of text and of the headline, and the most lines."""
_TYPE = "image/svg+xml; charset=utf-8"


@page
async def card(context: RequestContext) -> Response:
    """`/-/diff/ID/vA..vB.svg`: the share image."""
    number, old, new = (context.variable(name) for name in ("id", "old", "new"))
    versions, outlets = await context.ask(lambda db: (compared(db, number, old, new), outlets_followed.outlets(db)))
    edit_gist = summarize_edit(versions.before, versions.after)
    heading = edit_gist.headline.pieces if edit_gist.headline else (Piece("equal", versions.after.headline),)
    rows = [(words, True) for words in wrapped(heading, _HEADLINE_WIDTH)]
    rows += [(words, False) for quote in edit_gist.below for words in wrapped(quote.pieces, _TEXT_WIDTH)]
    body = await context.datasette.jinja_env.get_template("room/card.svg").render_async(
        rows=rows[:_MOST_LINES], site=context.say("site.name", site=site(outlets)),
        plain=line(edit_gist.quotes[0].pieces if edit_gist.quotes else heading),
        foot=context.permanent(f"/-/diff/{number}/v{old}..v{new}"),
    )  # fmt: skip
    return Response(body, headers=HEADERS, content_type=_TYPE)


def wrapped(pieces: Sequence[Piece], width: int) -> Iterator[tuple[Piece, ...]]:
    """Wraps pieces into lines of about `width` characters, between words."""
    pending: list[Piece] = []
    length = 0
    for piece in pieces:
        for word in re.findall(r"\s*\S+|\s+$", piece.text.replace("\n", " ¶ ")):
            if pending and length + len(word) > width:
                yield tuple(pending)
                pending, length, word = [], 0, word.lstrip()
            pending.append(Piece(piece.operation, word))
            length += len(word)
    if pending:
        yield tuple(pending)
