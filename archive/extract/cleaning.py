"""Which pieces of a container are the article: link lists, calls to action and the tail of the page are left out."""

from __future__ import annotations

from lxml import html

from archive.extract.blocks import Piece


def kept(found: list[Piece], container: html.HtmlElement, headline: str) -> list[Piece]:
    """The pieces that belong to the article, in order."""
    left = [piece for piece in found if piece.kind == "image" or not _is_links(piece)]
    while left and left[-1].kind == "subhead":
        left.pop()
    return [piece for piece in left if piece.text != headline or piece.kind == "image"]


def _is_links(piece: Piece) -> bool:
    return piece.linked > 0.8 * len(piece.text) and piece.kind != "table"
