"""Reads the body of pages that render it only by script: from the JSON-LD articleBody, or HTML in a script's data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape

from lxml import html

from archive.extract import charset, input_limits
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


_STRING = re.compile(r'"((?:[^"\\]|\\.){600,})"', re.S)
_MIN_PARAGRAPHS = 3
_MAX_LEVELS = 3  # strings in strings: state in a chunk of a stream


def script_texts(scripts: Iterable[html.HtmlElement]) -> list[str]:
    """The texts of scripts that may hold an article's HTML."""
    texts = (element.text or "" for element in scripts if not element.get("src"))
    return [text for text in texts if "u003cp" in text or text.count("<p") >= _MIN_PARAGRAPHS]


def scripted_html(scripts: list[str]) -> html.HtmlElement | None:
    """The longest HTML with paragraphs among the strings of scripts, as one element."""
    found = [text for script in scripts for text in _strings(script, _MAX_LEVELS)]
    longest = charset.clean(max(found, key=len, default=""))
    if not longest or input_limits.refusal(longest):
        return None
    return html.fragment_fromstring(longest, create_parent="div")


def _strings(text: str, levels: int) -> Iterator[str]:
    for literal in _STRING.finditer(text) if levels else ():
        try:
            value = json.loads(literal[0], strict=False)
        except ValueError:
            continue
        if value.lstrip().startswith("<") and value.count("<p") >= _MIN_PARAGRAPHS:
            yield value
        else:
            yield from _strings(value, levels - 1)
