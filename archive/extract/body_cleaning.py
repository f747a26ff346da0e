"""Which pieces of a container are the article: link lists, calls to action and the tail of the page are left out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import html

from archive.extract import phrases, trafilatura_opinion
from archive.extract.blocks import Piece
from archive.text.folding import letters

_HEADLINE, _PROSE, _DATELINE = 20, 60, 40  # characters from which a link, a teaser, a line between them counts
_LONGEST_NOISE = 400
_MOSTLY, _ANNOUNCED = 0.5, 0.05  # shares of a list item that are link
_BASE64 = re.compile(r"[A-Za-z0-9+/]{60,}={0,2}")
_MIXED = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)")
_WORD = re.compile(r"\w")


def kept(found: list[Piece], container: html.HtmlElement, headline: str) -> list[Piece]:
    """The pieces that belong to the article, in order."""
    same = letters(headline)
    marks = [piece.kind == "image" or not _is_noise(piece, same) for piece in found]
    _drop_link_lists(found, marks)
    _drop_orphaned(found, marks)
    left = [piece for piece, stays in zip(found, marks, strict=True) if stays]
    left = trafilatura_opinion.confirmed(left, container)
    return _without_tail(_without_repeats(left))


@dataclass(frozen=True, slots=True)
class Teasers:
    """How much of the running text is teasers: paragraphs behind a link that is a headline of its own."""

    prose: int = 0
    teasers: int = 0
    links: int = 0

    @property
    def many(self) -> bool:
        """Nearly all of the text is teasers, and they are as many as only lists have."""
        return self.teasers >= 4 and min(self.teasers, self.links) >= 0.7 * self.prose

    @property
    def all(self) -> bool:
        """There is no other text."""
        return 0 < self.teasers == self.prose


NO_TEASERS = Teasers()


def teasers_of(found: list[Piece]) -> Teasers:
    """Counts the teasers among the pieces of a container; what the house prints about itself is no text."""
    prose = teasers = links = 0
    after_link = False
    for piece in found:
        size = len(piece.text)
        if piece.linked > 0.8 * size and size >= _HEADLINE:
            links += 1
            after_link = True
        elif size <= phrases.LONGEST_IMPRINT and phrases.IMPRINT.match(piece.text):
            continue
        elif size >= _PROSE and piece.linked < 0.5 * size:
            prose += 1
            teasers += after_link
            after_link = False
        elif size >= _DATELINE:
            after_link = False
    return Teasers(prose, teasers, links)


def is_scrambled(found: list[Piece]) -> bool:
    """Whether the body is printed as one long line of base64 that a script turns into text."""
    return any(_BASE64.fullmatch(piece.text) and _MIXED.match(piece.text) for piece in found)


def _is_noise(piece: Piece, headline: str) -> bool:
    if piece.linked > 0.8 * len(piece.text) and piece.kind != "table":
        return True
    if not _WORD.search(piece.text) or _BASE64.fullmatch(piece.text):
        return True
    if len(piece.text) < _LONGEST_NOISE and phrases.NOISE.match(piece.text):
        return True
    return len(piece.text) < 2 * len(headline) + _HEADLINE and letters(piece.text) == headline


def _drop_link_lists(found: list[Piece], marks: list[bool]) -> None:
    """Lists whose items are mostly links, or over which a box's words stand: other stories, with a word about each."""
    start = 0
    while start < len(found):
        end = start
        while end < len(found) and found[end].kind == "list":
            end += 1
        items = found[start:end]
        least = _ANNOUNCED if start and phrases.RELATED.match(found[start - 1].text[:_LONGEST_NOISE]) else _MOSTLY
        if len(items) > 1 and all(piece.linked >= least * len(piece.text) for piece in items):
            marks[start:end] = [False] * len(items)
        start = end + 1


def _drop_orphaned(found: list[Piece], marks: list[bool]) -> None:
    """A subhead over nothing, or over a list of links that is gone, goes with it."""
    for number, piece in enumerate(found):
        if piece.kind != "subhead" and not phrases.RELATED.match(piece.text[:_LONGEST_NOISE]):
            continue
        following = number + 1
        if following >= len(found) or (not marks[following] and found[following].kind != "image"):
            marks[number] = False


def _without_repeats(left: list[Piece]) -> list[Piece]:
    """Pull quotes and copies for phones repeat a paragraph of the article: the first stays."""
    seen: set[str] = set()
    unique: list[Piece] = []
    for piece in left:
        key = letters(piece.text)
        if len(key) > 40 and key in seen and not (unique and _alike(unique[-1], piece)):
            continue
        if len(key) > 800 and sum(1 for other in seen if len(other) > 80 and other in key) > 2:
            continue  # the whole article once more, in one piece
        seen.add(key)
        unique.append(piece)
    return unique


def _alike(one: Piece, other: Piece) -> bool:
    """Neighbours of one form: whoever wrote the same paragraph twice running meant it."""
    left, right = one.element, other.element
    return left.getparent() is right.getparent() and (left.tag, left.get("class")) == (right.tag, right.get("class"))


def _heads_nothing(piece: Piece) -> bool:
    """A last subhead; sentences are some newsroom's paragraphs, whatever their tag."""
    return piece.kind == "subhead" and not (
        len(piece.text) > _PROSE and piece.text.endswith((".", "!", "?", "…", "”", '"'))
    )


def _without_tail(left: list[Piece]) -> list[Piece]:
    while (
        left
        and (_heads_nothing(left[-1]) or phrases.TAIL.match(left[-1].text[:_LONGEST_NOISE]))
        and left[-1].kind != "image"
    ):
        left.pop()
    return left
