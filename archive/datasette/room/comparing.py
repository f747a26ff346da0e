"""Two versions of an article beside each other or in one text, word by word, pictures included."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from datasette.utils.asgi import Response
from sqlite_utils import Database

from archive.datasette.room.visit import Visit, page
from archive.diff import Change, Piece, compare, side_by_side, size
from archive.diff.telling import ORDER, together, unmarked
from archive.errors import UnknownArticle
from archive.records import Image, Reading
from archive.store import questions
from archive.store.provenance import Provenance, provenance_of
from archive.store.questions import Article

_NUMBERED = frozenset({"body", "picture", "caption", "credit"})
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
class _Compared:
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
    found = await visit.ask(lambda db: _compared(db, number, old, new))
    rows = list(_rows(visit, found.before, found.after))
    view = "beside" if visit.argument("view") == "beside" else "inline"
    told = summary(visit, compare(found.before, found.after))
    return await visit.page("diff", found=found, runs=list(runs(rows)), summary=told, view=view)


def _known(db: Database, number: int) -> dict[int, Provenance]:
    questions.find_article(db, str(number))
    return provenance_of(db, number)


def _compared(db: Database, number: int, old: int, new: int) -> _Compared:
    known = _known(db, number)
    if old not in known or new not in known:
        raise UnknownArticle(f"article {number} has no versions {old} and {new}")
    before, after = (questions.reading_of(db, number, one)[1] for one in (old, new))
    return _Compared(questions.find_article(db, str(number)), list(known), known[old], known[new], before, after)


def _rows(visit: Visit, before: Reading, after: Reading) -> Iterator[Row]:
    for changes in together(side_by_side(before, after)):
        first = changes[0]
        changed = [change for change in changes if change.kind != "unchanged"]
        lines = tuple(Line(change.part, change.form, change.kind, tuple(unmarked(change.pieces))) for change in changes)
        kind = changed[0].kind if changed else "unchanged"
        old, new = (_picture(first, places, reading) for places, reading in ((first.old, before), (first.new, after)))
        yield Row(_title(visit, changes), kind, lines, old, new)


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


def _title(visit: Visit, changes: Sequence[Change]) -> str:
    """`paragraph 2 (was 5), moved`; of a picture also what became of its texts."""
    first, *texts = changes
    told = [_place(visit, first)]
    if first.kind not in ("edited", "unchanged"):
        told.append(visit.say(f"kind.{first.kind}"))
    told += [
        visit.say("diff.of", part=visit.say(f"part.{one.part}"), kind=visit.say(f"kind.{one.kind}"))
        for one in texts
        if one.kind not in ("unchanged", first.kind)
    ]
    return ", ".join(told)


def _place(visit: Visit, change: Change) -> str:
    name = visit.say(f"part.{change.part}")
    here, before = change.new or change.old, change.old
    if change.part not in _NUMBERED or not here:
        return name
    told = f"{name} {_span(here)}"
    return told if not before or before == here else f"{told} {visit.say('diff.was', place=_span(before))}"


def _span(places: Sequence[int]) -> str:
    return str(places[0]) if len(places) == 1 else f"{places[0]}–{places[-1]}"


def summary(visit: Visit, changes: Sequence[Change]) -> str:
    """All changes in a sentence: `headline edited; 2 paragraphs edited, 1 moved; 14 words removed, 3 added`."""
    told = []
    for part in sorted({change.part for change in changes}, key=ORDER.index):
        kinds: Counter[str] = Counter(change.kind for change in changes if change.part == part)
        told.append(", ".join(_counted(visit, part, kinds)))
    removed, added = size(changes)
    if removed or added:
        told.append(visit.say("diff.words", removed=removed, added=added))
    return "; ".join(told) or visit.say("diff.nothing")


def _counted(visit: Visit, part: str, kinds: Counter[str]) -> Iterable[str]:
    for n, (kind, count) in enumerate(kinds.items()):
        became = visit.say(f"kind.{kind}")
        if part not in _NUMBERED:
            yield f"{visit.say(f'part.{part}')} {became}"
        elif n == 0:
            yield f"{visit.say(f'parts.{part}', n=count)} {became}"
        else:
            yield f"{count} {became}"
