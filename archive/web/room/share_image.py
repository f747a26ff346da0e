"""An edit as a picture to share: SVG that asks for nothing and runs nothing, with the change in its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datasette.utils.asgi import Response

from archive.diff import Piece, gist
from archive.diff.descriptions import line
from archive.queries import outlets_followed
from archive.web.room.comparison_page import compared
from archive.web.room.request import HEADERS, Visit, page, site

_WIDE, _HEADLINE, _LINES = 58, 46, 6
"""Letters of a line of the text, of the headline, and lines at most."""
_TYPE = "image/svg+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the picture. size: of its letters."""

    words: tuple[Piece, ...]
    heading: bool = False

    @property
    def size(self) -> int:
        """Pixels."""
        return 42 if self.heading else 36


@page
async def card(visit: Visit) -> Response:
    """`/-/diff/ID/vA..vB.svg`"""
    number, old, new = (visit.variable(name) for name in ("id", "old", "new"))
    found, every = await visit.ask(lambda db: (compared(db, number, old, new), outlets_followed.papers(db)))
    told = gist(found.before, found.after)
    heading = told.headline.pieces if told.headline else (Piece("equal", found.after.headline),)
    rows = [Row(words, True) for words in wrapped(heading, _HEADLINE)]
    rows += [Row(words) for quote in told.below for words in wrapped(quote.pieces, _WIDE)]
    body = await visit.datasette.jinja_env.get_template("room/card.svg").render_async(
        rows=rows[:_LINES], site=visit.say("site.name", site=site(every)),
        plain=line(told.quotes[0].pieces if told.quotes else heading),
        foot=visit.permanent(f"/-/diff/{number}/v{old}..v{new}"),
    )  # fmt: skip
    return Response(body, headers=HEADERS, content_type=_TYPE)


def wrapped(pieces: Sequence[Piece], width: int) -> Iterator[tuple[Piece, ...]]:
    """Pieces as lines of about so many letters, broken between words."""
    held: list[Piece] = []
    length = 0
    for piece in pieces:
        for word in re.findall(r"\s*\S+|\s+$", piece.text.replace("\n", " ¶ ")):
            if held and length + len(word) > width:
                yield tuple(held)
                held, length, word = [], 0, word.lstrip()
            held.append(Piece(piece.operation, word))
            length += len(word)
    if held:
        yield tuple(held)
