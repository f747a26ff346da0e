"""Share image of an edit: an SVG without scripts or requests, with the change in its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datasette.utils.asgi import Response

from archive.diff import Piece, summarize_edit
from archive.diff.descriptions import line
from archive.queries import outlets_followed
from archive.web.room.comparison_page import compared
from archive.web.room.request import HEADERS, Visit, page, site

_TEXT_WIDTH, _HEADLINE_WIDTH, _MOST_LINES = 58, 46, 6
"""Characters in a line of text and of the headline, and the most lines."""
_TYPE = "image/svg+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the image. size: of the font."""

    words: tuple[Piece, ...]
    heading: bool = False

    @property
    def size(self) -> int:
        """Pixels."""
        return 42 if self.heading else 36


@page
async def card(visit: Visit) -> Response:
    """`/-/diff/ID/vA..vB.svg`: the share image."""
    number, old, new = (visit.variable(name) for name in ("id", "old", "new"))
    versions, papers = await visit.ask(lambda db: (compared(db, number, old, new), outlets_followed.papers(db)))
    edit_gist = summarize_edit(versions.before, versions.after)
    heading = edit_gist.headline.pieces if edit_gist.headline else (Piece("equal", versions.after.headline),)
    rows = [Row(words, True) for words in wrapped(heading, _HEADLINE_WIDTH)]
    rows += [Row(words) for quote in edit_gist.below for words in wrapped(quote.pieces, _TEXT_WIDTH)]
    body = await visit.datasette.jinja_env.get_template("room/card.svg").render_async(
        rows=rows[:_MOST_LINES], site=visit.say("site.name", site=site(papers)),
        plain=line(edit_gist.quotes[0].pieces if edit_gist.quotes else heading),
        foot=visit.permanent(f"/-/diff/{number}/v{old}..v{new}"),
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
