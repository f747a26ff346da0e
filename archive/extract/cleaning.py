"""Which pieces of a container are the article: link lists, calls to action and the tail of the page are left out."""

from __future__ import annotations

import re

from lxml import html

from archive.extract import phrases, vote
from archive.extract.blocks import Piece

_WORD = re.compile(r"\w+")


def kept(found: list[Piece], container: html.HtmlElement, headline: str) -> list[Piece]:
    """The pieces that belong to the article, in order."""
    same = _letters(headline)
    marks = [piece.kind == "image" or not _is_noise(piece, same) for piece in found]
    _drop_orphaned(found, marks)
    left = [piece for piece, stays in zip(found, marks, strict=True) if stays]
    left = vote.confirmed(left, container)
    return _without_tail(_without_repeats(left))


def _is_noise(piece: Piece, headline: str) -> bool:
    if piece.linked > 0.8 * len(piece.text) and piece.kind != "table":
        return True
    if not _WORD.search(piece.text):
        return True
    if phrases.NOISE.search(piece.text) and len(piece.text) < 400:
        return True
    return _letters(piece.text) == headline


def _drop_orphaned(found: list[Piece], marks: list[bool]) -> None:
    """A subhead over nothing, or over a list of links that is gone, goes with it."""
    for number, piece in enumerate(found):
        if piece.kind != "subhead" and not phrases.RELATED.search(piece.text):
            continue
        following = number + 1
        if following >= len(found) or not marks[following] and found[following].kind != "image":
            marks[number] = False


def _without_repeats(left: list[Piece]) -> list[Piece]:
    """Pull quotes and copies for phones repeat a paragraph of the article: the first stays."""
    seen: set[str] = set()
    unique = []
    for piece in left:
        key = _letters(piece.text)
        if len(key) > 40 and key in seen:
            continue
        if len(key) > 800 and sum(1 for other in seen if len(other) > 80 and other in key) > 2:
            continue  # the whole article once more, in one piece
        seen.add(key)
        unique.append(piece)
    return unique


def _without_tail(left: list[Piece]) -> list[Piece]:
    while left and (left[-1].kind == "subhead" or phrases.TAIL.search(left[-1].text)) and left[-1].kind != "image":
        left.pop()
    return left


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text)).casefold()
