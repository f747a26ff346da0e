"""trafilatura's opinion on the pieces of a container, and what it finds on a page where nothing else found one: the one
place where it is called."""

from __future__ import annotations

import logging
from copy import deepcopy
from itertools import islice

import trafilatura
from lxml import etree, html
from trafilatura.settings import Document

from archive.extract.blocks import Piece
from archive.model.records import Block
from archive.text.folding import fold, letters

# it logs a warning for every page it finds nothing in
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_LARGEST = 300_000  # characters of text in a container: above it the opinion costs too much time
_MOST = 3_000  # elements
_TRUSTED = 0.6  # share of the running text it must find before its silence counts
_PROSE = 60  # characters from which a piece without links counts as running text


def confirmed(pieces: list[Piece], container: html.HtmlElement) -> list[Piece]:
    """The pieces that trafilatura's cleaning also keeps, and those in the article's own kind of paragraph."""
    if len({_signature(piece) for piece in pieces if piece.kind != "image"}) == 1:
        return pieces  # paragraphs of one kind: whatever its opinion, they would stand or fall together
    opinion = _opinion(container)
    if opinion is None:
        return pieces
    found = [piece.kind == "image" or letters(piece.text) in opinion for piece in pieces]
    prose = [(piece, seen) for piece, seen in zip(pieces, found, strict=True) if _is_prose(piece)]
    seen_size = sum(len(piece.text) for piece, seen in prose if seen)
    if seen_size < _TRUSTED * sum(len(piece.text) for piece, _ in prose):
        return pieces
    ours = {_signature(piece) for piece, seen in prose if seen}
    columns = {one for piece, seen in prose if seen for one in [piece.element.getparent()] if one is not None}
    return [
        piece
        for piece, seen in zip(pieces, found, strict=True)
        if seen
        or (
            piece.linked < 0.5 * len(piece.text)
            and (_signature(piece) in ours or _is_post(piece) or _in_column(piece, columns))
        )
    ]


def found_on_page(root: html.HtmlElement, headline: str) -> tuple[Block, ...]:
    """The paragraphs trafilatura finds on a whole page, without the headline; none where it finds nothing."""
    lines = map(fold, (_extracted(root) or "").splitlines())
    return tuple(Block("paragraph", line) for line in lines if line and letters(line) != letters(headline))


def _opinion(container: html.HtmlElement) -> str | None:
    document = html.Element("html")
    article = etree.SubElement(etree.SubElement(document, "body"), "article")
    article.append(deepcopy(container))
    text = _extracted(document)
    return None if text is None else letters(text)


def _extracted(document: html.HtmlElement) -> str | None:
    if len(document.xpath("string()")) > _LARGEST or document.xpath("count(descendant::*)") > _MOST:
        return None
    found = trafilatura.bare_extraction(document, fast=True, include_comments=False, with_metadata=False)
    return found.text or "" if isinstance(found, Document) else None


def _in_column(piece: Piece, columns: set[html.HtmlElement]) -> bool:
    """A sentence directly in an element that holds paragraphs of the article, whatever its own tag."""
    if not _is_prose(piece) or piece.linked or not piece.text.rstrip('”"»’)').endswith((".", "!", "?", "…")):
        return False
    return piece.element in columns or piece.element.getparent() in columns


def _is_post(piece: Piece) -> bool:
    """A post of another network that the article shows; trafilatura takes some of them for furniture."""
    around = (piece.element, *islice(piece.element.iterancestors(), 3))
    return any("twitter-tweet" in (one.get("class") or "") for one in around)


def _is_prose(piece: Piece) -> bool:
    return piece.kind in ("paragraph", "quote") and len(piece.text) >= _PROSE and piece.linked < 0.3 * len(piece.text)


def _signature(piece: Piece) -> tuple[str | None, ...]:
    """What paragraphs of one article share: tag and class of the block and of its parent."""
    parent = piece.element.getparent()
    plain = piece.element.tag in ("p", "div") and not piece.element.get("class") and not piece.element.get("id")
    return (
        piece.kind,
        "block" if plain else piece.element.tag,
        piece.element.get("class"),
        None if parent is None else parent.tag,
        None if parent is None else parent.get("class"),
    )
