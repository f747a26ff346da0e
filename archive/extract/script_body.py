"""Reads the body from the JSON-LD articleBody of pages that render it only by script."""

from __future__ import annotations

import re
from html import unescape

from archive.extract.parsed_page import Page
from archive.model.records import Block
from archive.text.folding import fold

_MIN_LENGTH = 400  # characters of an articleBody worth using
_MAX_SHOWN_SHARE = 0.25  # shown share of the declared text above which the shown text is better
_LINE_BREAK = re.compile(r"\n\s*|<(?:p|br|div|h\d)\b[^<>]*>|</p>")
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")


def declared_text(page: Page, shown: int) -> tuple[Block, ...]:
    """The paragraphs of the JSON-LD articleBody if the page shows little of it; `shown` in characters."""
    declared = [text for thing in page.linked_data if isinstance(text := thing.get("articleBody"), str)]
    longest = max(declared, key=len, default="")
    if len(longest) < _MIN_LENGTH or shown > _MAX_SHOWN_SHARE * len(longest):
        return ()
    lines = (fold(_TAGS.sub(" ", unescape(line))) for line in _LINE_BREAK.split(longest))
    return tuple(Block("paragraph", line) for line in lines if line)
