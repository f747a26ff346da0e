"""Two versions of an article beside each other or in one text, word by word, pictures included."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from datasette.utils.asgi import Response

from archive.diff import Change, Piece, compare, gist, side_by_side
from archive.diff.descriptions import line, together, unmarked
from archive.model.errors import UnknownArticle
from archive.model.records import Image, Reading
from archive.queries import lookup
from archive.queries.lookup import Article
from archive.storage.captures.provenance import Provenance, provenance_of
from archive.storage.connection import Database
from archive.web.room.change_descriptions import summary, title
from archive.web.room.request import Visit, page

# So many paragraphs in a row that stayed are folded, but for the first and the last.
_FOLDED = 4
_VERSION = re.compile(r"v?([1-9]\d{0,8})")


@dataclass(frozen=True, slots=True)
class Line:
    """One text of a row: a paragraph, a caption, a picture. part, form, kind: see archive.diff.Change."""

    part: str
    form: str | None
    kind: str
    pieces: tuple[Piece, ...]

    def shows(self, operation: str) -> bool:
        """Whether anything of it is to be seen in the old (`removed`) or new (`added`) version."""
        return any(piece.operation in ("equal", operation) for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Row:
    """What is compared with what: one paragraph, or a picture with its caption and credit. title: where it stands and
    what became of it, in the page's language; old, new: the pictures, for a row of one."""

    title: str
    kind: str
    lines: tuple[Line, ...]
    old: Image | None = None
    new: Image | None = None

    @property
    def changed(self) -> bool:
        """Whether anything in it did."""
        return self.kind != "unchanged"


@dataclass(frozen=True, slots=True)
class Run:
    """Rows that follow one another; folded: they stayed, and are out of the way until somebody asks."""

    rows: tuple[Row, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions of an article, what they say, and the numbers of all it has."""

    article: Article
    numbers: list[int]
    old: Provenance
    new: Provenance
    before: Reading
    after: Reading


@page
async def choose(visit: Visit) -> Response:
    """`/-/diff/ID?old=1&new=3`: to the comparison of two versions; of the last two where none is named."""
    number = visit.variable("id")
    numbers = await visit.ask(lambda db: list(_known(db, number)))
    asked = [_VERSION.fullmatch(visit.argument(name)) for name in ("old", "new")]
    new = int(asked[1][1]) if asked[1] else numbers[-1]
    old = int(asked[0][1]) if asked[0] else max((n for n in numbers if n < new), default=new)
    view = visit.argument("view")
    return Response.redirect(visit.to(f"/-/diff/{number}/v{old}..v{new}", view=view))


@page
async def comparison(visit: Visit) -> Response:
    """`/-/diff/ID/vA..vB`"""
    number, old, new = (visit.variable(name) for name in ("id", "old", "new"))
    found = await visit.ask(lambda db: compared(db, number, old, new))
    rows = list(_rows(visit, found.before, found.after))
    view = "beside" if visit.argument("view") == "beside" else "inline"
    told = gist(found.before, found.after)
    return await visit.page(
        "diff", found=found, runs=list(runs(rows)), view=view, gist=told,
        summary=summary(visit.say, compare(found.before, found.after)),
        lines=[line(one.pieces) for one in told.quotes],
        step_before=old if old in found.numbers and old > found.numbers[0] else None,
        step_after=new + 1 if new + 1 in found.numbers else None,
        permanent=visit.permanent(f"/-/diff/{number}/v{old}..v{new}"),
    )  # fmt: skip


def _known(db: Database, number: int) -> dict[int, Provenance]:
    lookup.find_article(db, str(number))
    return provenance_of(db, number)


def compared(db: Database, number: int, old: int, new: int) -> Compared:
    """Two versions of an article. Raises UnknownArticle where it has not both."""
    known = _known(db, number)
    if old not in known or new not in known:
        raise UnknownArticle(f"article {number} has no versions {old} and {new}")
    before, after = (lookup.reading_of(db, number, one)[1] for one in (old, new))
    return Compared(lookup.find_article(db, str(number)), list(known), known[old], known[new], before, after)


def _rows(visit: Visit, before: Reading, after: Reading) -> Iterator[Row]:
    for changes in together(side_by_side(before, after)):
        first = changes[0]
        changed = [change for change in changes if change.kind != "unchanged"]
        lines = tuple(Line(change.part, change.form, change.kind, tuple(unmarked(change.pieces))) for change in changes)
        kind = changed[0].kind if changed else "unchanged"
        old, new = (_picture(first, places, reading) for places, reading in ((first.old, before), (first.new, after)))
        yield Row(title(visit.say, changes), kind, lines, old, new)


def _picture(change: Change, places: Sequence[int], reading: Reading) -> Image | None:
    return reading.images[places[0] - 1] if change.picture and places else None


def runs(rows: Sequence[Row]) -> Iterator[Run]:
    """The rows, with long stretches that stayed folded, but for their first and last, which show where a change is."""
    for changed, group in groupby(rows, lambda row: row.changed):
        stretch = tuple(group)
        if changed or len(stretch) < _FOLDED:
            yield Run(stretch)
        else:
            yield Run(stretch[:1])
            yield Run(stretch[1:-1], folded=True)
            yield Run(stretch[-1:])
