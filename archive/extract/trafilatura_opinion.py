"""Calls trafilatura, to confirm the pieces of a container, and as fallback for a page without a container.

The only module that calls it."""

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

# trafilatura logs a warning for every page without a result
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_MAX_TEXT = 300_000  # characters of text in a container; above it trafilatura takes too much time
_MAX_ELEMENTS = 3_000  # elements
_MIN_TRUSTED_SHARE = 0.6  # share of the running text that trafilatura must find before we drop what it does not
_MIN_PROSE = 60  # characters from which a piece without links counts as running text


def confirmed(pieces: list[Piece], container: html.HtmlElement) -> list[Piece]:
    """The pieces that trafilatura also keeps, and those with the markup of confirmed paragraphs."""
    if len({_markup_signature(piece) for piece in pieces if piece.kind != "image"}) == 1:
        return pieces  # all have the same markup: they would all be kept or all be dropped
    extracted = _extracted_letters(container)
    if extracted is None:
        return pieces
    confirmations = [piece.kind == "image" or letters(piece.text) in extracted for piece in pieces]
    prose = [
        (piece, is_confirmed) for piece, is_confirmed in zip(pieces, confirmations, strict=True) if _is_prose(piece)
    ]
    confirmed_size = sum(len(piece.text) for piece, is_confirmed in prose if is_confirmed)
    if confirmed_size < _MIN_TRUSTED_SHARE * sum(len(piece.text) for piece, _ in prose):
        return pieces
    article_signatures = {_markup_signature(piece) for piece, is_confirmed in prose if is_confirmed}
    columns = {
        parent
        for piece, is_confirmed in prose
        if is_confirmed
        for parent in [piece.element.getparent()]
        if parent is not None
    }
    beside = {piece.element.getprevious() for piece, is_confirmed in prose if is_confirmed}
    return [
        piece
        for piece, is_confirmed in zip(pieces, confirmations, strict=True)
        if is_confirmed
        or (piece.kind == "subhead" and piece.element in beside)
        or (
            piece.linked < 0.5 * len(piece.text)
            and (
                _markup_signature(piece) in article_signatures or _is_embedded_post(piece) or _in_column(piece, columns)
            )
        )
    ]


def found_on_page(root: html.HtmlElement, headline: str) -> tuple[Block, ...]:
    """The paragraphs that trafilatura finds on a whole page, without the headline; empty if it finds none."""
    lines = map(fold, (_extracted(root) or "").splitlines())
    return tuple(Block("paragraph", line) for line in lines if line and letters(line) != letters(headline))


def _extracted_letters(container: html.HtmlElement) -> str | None:
    document = html.Element("html")
    article = etree.SubElement(etree.SubElement(document, "body"), "article")
    article.append(deepcopy(container))
    text = _extracted(document)
    return None if text is None else letters(text)


def _extracted(document: html.HtmlElement) -> str | None:
    if len(document.xpath("string()")) > _MAX_TEXT or document.xpath("count(descendant::*)") > _MAX_ELEMENTS:
        return None
    result = trafilatura.bare_extraction(document, fast=True, include_comments=False, with_metadata=False)
    return result.text or "" if isinstance(result, Document) else None


def _in_column(piece: Piece, columns: set[html.HtmlElement]) -> bool:
    """Whether a piece is a sentence directly in an element with confirmed paragraphs, whatever its own tag."""
    if not _is_prose(piece) or piece.linked or not piece.text.rstrip('”"»’)').endswith((".", "!", "?", "…")):
        return False
    return piece.element in columns or piece.element.getparent() in columns


def _is_embedded_post(piece: Piece) -> bool:
    """Whether a piece is an embedded social media post; trafilatura drops some of them as boilerplate."""
    elements = (piece.element, *islice(piece.element.iterancestors(), 3))
    return any("twitter-tweet" in (element.get("class") or "") for element in elements)


def _is_prose(piece: Piece) -> bool:
    return (
        piece.kind in ("paragraph", "quote") and len(piece.text) >= _MIN_PROSE and piece.linked < 0.3 * len(piece.text)
    )


def _markup_signature(piece: Piece) -> tuple[str | None, ...]:
    """The markup that paragraphs of one article share: tag and class of the block and of its parent."""
    parent = piece.element.getparent()
    plain = piece.element.tag in ("p", "div") and not piece.element.get("class") and not piece.element.get("id")
    return (
        piece.kind,
        "block" if plain else piece.element.tag,
        piece.element.get("class"),
        None if parent is None else parent.tag,
        None if parent is None else parent.get("class"),
    )
