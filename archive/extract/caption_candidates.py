"""Tests whether an element can be a caption, wherever it stands."""

from __future__ import annotations

import re

from lxml import html

from archive.extract import naming_words, phrases
from archive.extract.picture_urls import pictures_in
from archive.extract.xpath import string
from archive.text.folding import fold

LONGEST = 900  # characters; longer text beside a picture is the article

_CREDIT_END = re.compile(
    r"(?:^|[\s(.\-–])(?:ảnh(?: minh h[oọ][aạ]| tư liệu)?|nguồn|foto|photo|đồ họa)\s*[:/]\s*\S.{0,60}$|\((?:ảnh|"
    r"photo|foto)[^)]{0,60}\)\.?$",
    re.I,
)


def ends_in_credit(text: str) -> bool:
    return bool(_CREDIT_END.search(text))


def acceptable(element: html.HtmlElement, longest: int) -> bool:
    """Whether the element is short enough, without pictures of its own, and not a link to another story."""
    text = fold(string(element))
    if not text or len(text) > longest or pictures_in(element):
        return False
    linked = sum(len(fold(string(link))) for link in element.iter("a") if link.get("href"))
    return linked < 0.9 * len(text) and not is_teaser(element) and not phrases.NOT_A_CAPTION.match(text)


def _in_link(element: html.HtmlElement) -> bool:
    return next(element.iterancestors("a"), None) is not None


def is_teaser(element: html.HtmlElement) -> bool:
    """Whether the element is a teaser of another story: it holds a heading, or is in a link and holds bold text. In a
    figcaption only a linked heading counts: some systems print captions as headings."""
    for heading in element.iter("h1", "h2", "h3", "h4"):
        if heading is element and ends_in_credit(fold(string(element))) and not _in_link(heading):
            continue
        if element.tag != "figcaption" or heading.find(".//a") is not None or _in_link(heading):
            return True
    link = next(element.iterancestors("a"), None)
    return link is not None and (
        any(True for _ in element.iter("strong", "b")) or naming_words.MAYBE_BOILERPLATE.name_class(link)
    )
