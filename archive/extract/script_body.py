"""A body that a page shows by script alone: its text stands in the page's linked data."""

from __future__ import annotations

import re
from html import unescape

from archive.extract.parsed_page import Page
from archive.model.records import Block
from archive.text.folding import fold

_WORTH = 400  # characters from which a declared text is worth more than what is shown
_SHOWN = 0.25  # share of the declared text that, when shown, makes the page's own text the better one
_LINES = re.compile(r"\n\s*|<(?:p|br|div|h\d)\b[^<>]*>|</p>")
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")


def declared_text(page: Page, shown: int) -> tuple[Block, ...]:
    """The paragraphs of the JSON-LD articleBody where the page shows next to nothing of it; `shown` in characters."""
    declared = [text for one in page.linked_data if isinstance(text := one.get("articleBody"), str)]
    longest = max(declared, key=len, default="")
    if len(longest) < _WORTH or shown > _SHOWN * len(longest):
        return ()
    lines = (fold(_TAGS.sub(" ", unescape(line))) for line in _LINES.split(longest))
    return tuple(Block("paragraph", line) for line in lines if line)
