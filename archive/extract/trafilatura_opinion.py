"""Calls trafilatura, to confirm the pieces of a container, and as fallback for a page without a container.

The only module that calls it.
"""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice

import trafilatura
from lxml import etree, html
from trafilatura.settings import DEFAULT_CONFIG, Document, Extractor

from archive.extract import charset
from archive.extract.blocks import Piece, size_of
from archive.extract.boilerplate import PANEL
from archive.extract.elements import MIN_PROSE, string, without_markup
from archive.extract.parsed_page import Page, parser
from archive.model.records import Block
from archive.text.folding import fold, letters

# trafilatura logs a warning for every page without a result
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_OPTIONS = Extractor(config=DEFAULT_CONFIG, output_format="python", fast=True, comments=False, with_metadata=False)
_MAX_TEXT = 300_000  # characters of text in a container; above it trafilatura takes too much time
_MAX_ELEMENTS = 3_000  # elements
_MIN_TRUSTED_SHARE = 0.6  # share of the running text that trafilatura must find before we drop what it does not
_MIN_PART, _MIN_LONG = 3, 120  # long paragraphs that are a part of the article, not a box; characters of one
_MOST_BOXES = 3  # around a subhead
_MIN_TABLE = 150  # characters of a table with data of the article


def confirmed(pieces: list[Piece], container: html.HtmlElement) -> list[Piece]:
    """The pieces that trafilatura also keeps, and those with the markup of confirmed paragraphs."""
    texts = [piece for piece in pieces if piece.kind != "image"]
    prose = [piece for piece in texts if _is_prose(piece)]
    size = size_of(prose)
    likely = _Confirmed.by(prose, (1 - _MIN_TRUSTED_SHARE) * size)
    if len({_markup_signature(piece) for piece in texts}) == 1 or all(
        likely.vouch(piece, True) or _is_overlooked(piece) for piece in texts
    ):
        return pieces  # they would all be kept
    extracted = _extracted_letters(container)
    if extracted is None:
        return pieces
    found = {id(piece) for piece in texts if letters(piece.text) in extracted}
    found_prose = [piece for piece in prose if id(piece) in found]
    if size_of(found_prose) < _MIN_TRUSTED_SHARE * size:
        return pieces
    sure = _Confirmed.by(found_prose, 0)
    heads = {piece.element.getprevious() for piece in found_prose}
    dropped = {id(piece) for piece in _between(prose, found_prose) if id(piece) not in found and _is_own_text(piece)}
    part = dropped if len(dropped) >= _MIN_PART else set()
    return [
        piece
        for piece in pieces
        if piece.kind == "image"
        or id(piece) in found
        or (piece.kind == "subhead" and _whole_box(piece.element) in heads)
        or id(piece) in part
        or _is_overlooked(piece)
        or sure.vouch(piece, False)
    ]


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """The markup of confirmed paragraphs, and the elements that they stand in."""

    signatures: frozenset[tuple[str | None, ...]]
    columns: frozenset[html.HtmlElement]

    @classmethod
    def by(cls, prose: list[Piece], size: float) -> _Confirmed:
        """By the paragraphs of each markup and each column that are together longer than `size`."""
        signatures: Counter[tuple[str | None, ...]] = Counter()
        columns: Counter[html.HtmlElement] = Counter()
        for piece in prose:
            signatures[_markup_signature(piece)] += len(piece.text)
            if (parent := piece.element.getparent()) is not None:
                columns[parent] += len(piece.text)
        return cls(*(frozenset(name for name in sizes if sizes[name] > size) for sizes in (signatures, columns)))

    def vouch(self, piece: Piece, structured: bool) -> bool:
        """Whether they confirm another piece. structured: also a subhead or list in the same column."""
        if piece.linked >= 0.5 * len(piece.text):
            return False
        if _markup_signature(piece) in self.signatures or _is_embedded_post(piece) or _in_column(piece, self.columns):
            return True
        return structured and piece.kind != "paragraph" and not self.columns.isdisjoint(piece.element.iterancestors())


def found_on_page(root: html.HtmlElement, headline: str) -> tuple[Block, ...]:
    """The paragraphs that trafilatura finds on a whole page, without the headline; empty if it finds none."""
    lines = map(fold, (_extracted(root) or "").splitlines())
    return tuple(Block("paragraph", line) for line in lines if line and letters(line) != letters(headline))


def _extracted_letters(container: html.HtmlElement) -> str | None:
    """The letters that trafilatura keeps of a container. It copies what it is given, so the container itself is put
    into a page of its own, and back."""
    document = etree.fromstring("<html><body><article/></body></html>", parser())
    parent = container.getparent()
    number = 0 if parent is None else parent.index(container)
    document[0][0].append(container)
    try:
        text = _extracted(document)
    finally:
        if parent is not None:
            parent.insert(number, container)
    return None if text is None else letters(text)


def _extracted(document: html.HtmlElement) -> str | None:
    if len(document.xpath("string()")) > _MAX_TEXT or document.xpath("count(descendant::*)") > _MAX_ELEMENTS:
        return None
    result = trafilatura.bare_extraction(document, options=_OPTIONS)
    return result.text or "" if isinstance(result, Document) else None


def _whole_box(element: html.HtmlElement) -> html.HtmlElement:
    """The outermost box around an element that holds no other text."""
    size, box = len(fold(string(element))), element
    for ancestor in islice(element.iterancestors(), _MOST_BOXES):
        if len(fold(string(ancestor))) > size:
            break
        box = ancestor
    return box


def _in_column(piece: Piece, columns: frozenset[html.HtmlElement]) -> bool:
    """Whether a piece is a sentence directly in an element with confirmed paragraphs, whatever its own tag."""
    is_in = piece.element in columns or piece.element.getparent() in columns
    return is_in and _is_prose(piece) and _is_sentence(piece)


def _is_embedded_post(piece: Piece) -> bool:
    """Whether a piece is an embedded social media post; trafilatura drops some of them as boilerplate."""
    elements = (piece.element, *islice(piece.element.iterancestors(), 3))
    return any("twitter-tweet" in (element.get("class") or "") for element in elements)


def _is_overlooked(piece: Piece) -> bool:
    """Whether a piece is of a kind that trafilatura drops wrongly: of a hundred articles' quotes and large tables that
    it dropped nine in ten and six in ten were the article's. Or text that a click shows."""
    if piece.kind == "quote" or (piece.kind == "table" and len(piece.text) >= _MIN_TABLE):
        return True
    around = piece.element.iterancestors()
    return _is_prose(piece) and any(element.tag == "details" or element.get(PANEL) is not None for element in around)


def _between(pieces: list[Piece], ends: list[Piece]) -> list[Piece]:
    """The pieces from the first to the last of some of them."""
    numbers = [number for number, piece in enumerate(pieces) if piece is ends[0] or piece is ends[-1]] if ends else [0]
    return pieces[numbers[0] : numbers[-1] + 1]


def _is_own_text(piece: Piece) -> bool:
    """Whether a paragraph is long, ends a sentence and links nowhere."""
    return piece.kind == "paragraph" and len(piece.text) >= _MIN_LONG and _is_sentence(piece)


def _is_sentence(piece: Piece) -> bool:
    return not piece.linked and piece.text.rstrip('”"»’)').endswith((".", "!", "?", "…"))


def _is_prose(piece: Piece) -> bool:
    return (
        piece.kind in ("paragraph", "quote") and len(piece.text) >= MIN_PROSE and piece.linked < 0.3 * len(piece.text)
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


_MIN_LENGTH = 400  # characters of an articleBody worth using
_MAX_SHOWN_SHARE = 0.25  # shown share of the declared text above which the shown text is better
_LINE_BREAK = re.compile(r"\n\s*|<(?:p|br|div|h\d)\b[^<>]*>|</p>")


def declared_text(page: Page, shown: int) -> tuple[Block, ...]:
    """The paragraphs of the JSON-LD articleBody if the page shows little of it; `shown` in characters."""
    declared = [text for thing in page.linked_data if isinstance(text := thing.get("articleBody"), str)]
    longest = max(declared, key=len, default="")
    if len(longest) < _MIN_LENGTH or shown > _MAX_SHOWN_SHARE * len(longest):
        return ()
    lines = (without_markup(unescape(line)) for line in _LINE_BREAK.split(longest))
    return tuple(Block("paragraph", line) for line in lines if line)


_STRING = re.compile(r'"((?:[^"\\]|\\.){600,})"', re.S)
_MIN_PARAGRAPHS = 3
_MAX_LEVELS = 3  # strings in strings: state in a chunk of a stream


def script_texts(scripts: Iterable[html.HtmlElement]) -> list[str]:
    """The texts of scripts that may hold an article's HTML."""
    texts = (element.text or "" for element in scripts if not element.get("src"))
    return [text for text in texts if "u003cp" in text or text.count("<p") >= _MIN_PARAGRAPHS]


def scripted_html(scripts: list[str]) -> html.HtmlElement | None:
    """The longest HTML with paragraphs among the strings of scripts, as one element."""
    found = [text for script in scripts for text in (script, *_strings(script, _MAX_LEVELS)) if _is_article_html(text)]
    longest = charset.clean(max(found, key=len, default=""))
    if not longest or charset.refusal(longest):
        return None
    return html.fragment_fromstring(longest, create_parent="div")


def _is_article_html(text: str) -> bool:
    """Whether a text is HTML with paragraphs: a script's string, or a script that is a template."""
    return text.lstrip().startswith("<") and text.count("<p") >= _MIN_PARAGRAPHS


def _strings(text: str, levels: int) -> Iterator[str]:
    for literal in _STRING.finditer(text) if levels else ():
        try:
            value = json.loads(literal[0], strict=False)
        except ValueError:
            continue
        if _is_article_html(value):
            yield value
        else:
            yield from _strings(value, levels - 1)
