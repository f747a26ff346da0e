"""Elements of a page: their visible text; compiled XPath 1.0 expressions, typed and cached; and the elements around a
headline, from its block to the start of the text, as candidates for metadata.

Dates and bylines are searched only there, so that a clock in the header, a related list or a comment never gives an
article its date. All walks are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from lxml import etree, html
from lxml.html import HtmlElement

from archive.text.folding import LONGEST, fold, folded

MIN_PROSE = 60  # characters from which a paragraph counts as running text
_string = etree.XPath("string()", smart_strings=False)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_shown_with = etree.XPath(
    "(//text()[contains(., $word)])[position() <= 200]"
    "[not(ancestor::head or ancestor::script or ancestor::style or ancestor::noscript)]"
    "[not(ancestor::*[@hidden or contains(@style, 'display:none') or contains(@style, 'display: none')])]",
    smart_strings=False,
)


def string(element: html.HtmlElement) -> str:
    """All text inside the element, unnormalised."""
    return str(_string(element)) if len(element) else element.text or ""


def shows_word(root: html.HtmlElement, word: str) -> bool:
    """Whether a page shows a word, whatever its boxes hide."""
    whole = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
    texts = _shown_with(root, word=word)
    return isinstance(texts, list) and any(whole.search(str(text)) for text in texts)


def without_markup(text: str) -> str:
    """One line of clean text from a declared text with markup."""
    return fold(_MARKUP.sub(" ", text))


def linked_length(element: html.HtmlElement) -> int:
    """Characters of the text inside the element's links."""
    return sum(len(string(link).strip()) for link in element.iter("a"))


def is_inside(element: html.HtmlElement, *tags: str) -> bool:
    """Whether an element is inside one of these tags."""
    return next(element.iterancestors(*tags), None) is not None


@lru_cache(maxsize=1000)
def selector(path: str) -> Callable[[html.HtmlElement], list[html.HtmlElement]]:
    """Compiles an expression to a function that returns the selected elements, in document order."""
    compiled = etree.XPath(path)

    def select(element: html.HtmlElement) -> list[html.HtmlElement]:
        selected = compiled(element)
        return [node for node in selected if isinstance(node, html.HtmlElement)] if isinstance(selected, list) else []

    return select


_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCK_TAGS = frozenset(
    {"br", "div", "p", "li", "td", "th", "tr", "section", "header", "time", "figcaption", *_HEADINGS}
)
_INVISIBLE_TAGS = frozenset({"script", "style", "noscript", "template", "svg", "title", "button", "select"})


def text_of(element: HtmlElement, limit: int = LONGEST) -> str:
    """The visible text of an element: without scripts, styles and buttons."""
    if not len(element):
        return folded(element.text or "", limit)
    return folded("".join(_pieces(element, 4 * limit)), limit)


def has_text(text: str | None, minimum: int) -> bool:
    """Whether a text has that many characters, white space folded."""
    return text is not None and len(text) >= minimum and len(" ".join(text.split())) >= minimum


def has_direct_text(element: HtmlElement, minimum: int) -> bool:
    """Whether one piece of the element's own text has that many characters."""
    text = element.text
    if text and len(text) >= minimum and has_text(text, minimum):
        return True
    for child in element:
        tail = child.tail
        if tail and len(tail) >= minimum and has_text(tail, minimum):
            return True
    return False


def _pieces(element: HtmlElement, remaining: int) -> list[str]:
    """Texts in reading order, up to `remaining` characters. A stack, since pages nest deeper than Python recurses."""
    pieces: list[str] = []
    stack = [_parts(element)]
    while stack and remaining > 0:
        for part in stack[-1]:
            if isinstance(part, str):
                pieces.append(part)
                remaining -= len(part)
                if remaining <= 0:
                    break
            else:
                stack.append(_parts(part))
                break
        else:
            stack.pop()
    return pieces


def _parts(element: HtmlElement) -> Iterator[HtmlElement | str]:
    """An element's own texts, and its visible children that have children, in reading order."""
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _INVISIBLE_TAGS:
            separator = " " if child.tag in _BLOCK_TAGS else ""
            yield separator
            yield child if len(child) else child.text or ""
            yield separator
        yield child.tail or ""


MOST_AFTER, MOST_BEFORE = 260, 60  # elements
MOST_LONG = 3  # paragraphs of running text; the body follows them

_EXCLUDED_TAGS = frozenset(
    {"nav", "aside", "footer", "form", "figure", "figcaption", "script", "style", "svg", "noscript", "template",
     "video", "audio", "iframe", "select", "picture", "img", "input", "blockquote"}
)  # fmt: skip
_EXCLUDED_CLASS = re.compile(
    r"relat(?:ed|ion)|recommend|similar|lien-?quan|tin-?(?:khac|moi|lq)|comment|binh-?luan|sidebar|side-bar"
    r"|newsletter|breadcrumb|share|social|caption|credit|menu|navbar|navigation|promo|advert|banner|teaser|most-?read"
    r"|popular|trending|doc-?nhieu|widget|popup|modal|paywall|subscri"
    r"|quote|tooltip|gallery|slider|carousel|player|list-concern|topbar|top-bar|clock|cookie|consent|weather|footer",
    re.I,
)
_LABELS = ("class", "id", "itemprop", "rel", "data-testid", "data-role", "data-qa")
_METADATA_CLASS = re.compile(r"author|byline|date|time|tac-?gia", re.I)
_MIXED_LINE_CLASS = re.compile(
    r"social|share|menu|topbar|top-bar|widget|promo|breadcrumb|navigation|meta|footer|comments?[-_]?(?:count|num|link|meta)",
    re.I,
)
_METADATA_WORD = re.compile(r"(?:^|[\s_-])(?:author|byline|date|time|meta|pub\w*|ngay|tac-?gia)(?:$|[\s_-])", re.I)
_MAX_LINE = 160  # characters of such a line
_MIN_RUNNING_TEXT = 140  # characters of direct text that make an element running text, whatever its tag
# Headings of the sections that follow an article.
_FOLLOWING_HEADING = re.compile(
    r"^(?:các tin (?:khác|liên quan|cũ|mới)|tin (?:liên quan|khác|mới|đọc nhiều|cùng)|cùng chuyên mục|mới nhất"
    r"|có thể bạn quan tâm|phản hồi|bình luận|ý kiến|bài (?:liên quan|khác)|related|more (?:on|from|stories)"
    r"|read (?:more|also|next)|comments?|mehr zum thema|lesen sie auch|lire aussi)",
    re.I,
)
_MAX_HEADING = 40  # characters of such a heading


@dataclass(frozen=True, slots=True)
class Position:
    """An element beside the headline and its label. `behind`: it follows the headline."""

    element: HtmlElement
    label: str
    behind: bool = True


def positions_around(headline: HtmlElement) -> list[Position]:
    """The elements around a headline: those behind it in reading order, then those in front of it, nearest first."""
    return [
        *(Position(*element_and_label) for element_and_label in after(headline)),
        *(Position(*element_and_label, behind=False) for element_and_label in before(headline)),
    ]


def label(element: HtmlElement | None) -> str:
    """The label of an element: class, id, itemprop, rel and test ids in one string."""
    if element is None:
        return ""
    found = {name: value for name, value in element.items() if name in _LABELS and value}
    return " ".join([found[name] for name in _LABELS if name in found])[:300] if found else ""


def is_excluded(element: HtmlElement, name: str) -> bool:
    """Whether to exclude an element and its descendants from the article's head."""
    if element.tag == "footer" and _METADATA_WORD.search(name):
        return False  # of the article's own header
    if element.tag in _EXCLUDED_TAGS or (name and _is_excluded_class(name) and not _is_metadata_line(element, name)):
        return True
    return element.tag in ("ul", "ol") and _is_link_list(element, name)


def _is_metadata_line(element: HtmlElement, name: str) -> bool:
    """Whether an element is a short metadata line with the class of its other content: shares, counters, a menu."""
    if not _MIXED_LINE_CLASS.search(name) or len(text_of(element, _MAX_LINE + 1)) > _MAX_LINE:
        return False
    return any(
        inner.tag == "time"
        or "author" in (inner.get("itemprop") or "")
        or _METADATA_WORD.search(inner.get("class") or "")
        for inner in islice(element.iter("time", "span", "a", "div", "p"), 1, 12)
    )


@lru_cache(maxsize=8192)
def _is_excluded_class(name: str) -> bool:
    return bool(_EXCLUDED_CLASS.search(name)) and not _METADATA_CLASS.search(name)


def after(headline: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Elements behind the headline with their labels, in reading order, up to the running text."""
    long_paragraphs = 0
    for node, name in behind(headline, MOST_AFTER):
        yield node, name
        long_paragraphs += is_running(node)
        if long_paragraphs >= MOST_LONG:
            return


def behind(element: HtmlElement, most: int) -> Iterator[tuple[HtmlElement, str]]:
    """Elements behind another with their labels, without excluded parts, up to the heading of related stories."""
    node = next_outside(element)
    for _ in range(most):
        if node is None:
            return
        name = label(node) if isinstance(node.tag, str) else ""
        if not isinstance(node.tag, str) or is_excluded(node, name):
            node = next_outside(node)
        elif ends_article(node):
            return
        else:
            yield node, name
            node = node[0] if len(node) else next_outside(node)


def before(headline: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Elements in front of the headline with their labels, the nearest block first.

    Stops at an ancestor that holds running text: elements before it belong to the site, such as clock and menu.
    """
    count, node = 0, headline
    for _ in range(4):
        for sibling in node.itersiblings("*", preceding=True):
            for inner, name in _included_elements(sibling):
                count += 1
                if count > MOST_BEFORE:
                    return
                yield inner, name
        parent = node.getparent()
        if parent is None or parent.tag in ("body", "html") or _holds_running_text(parent):
            return
        node = parent


def ends_article(element: HtmlElement) -> bool:
    """Whether an element is the heading of related stories or comments behind an article."""
    text = (element.text or "").strip()
    return 0 < len(text) <= _MAX_HEADING and bool(_FOLLOWING_HEADING.match(text))


def _included_elements(block: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yields an element and its descendants, in reading order, without the excluded parts."""
    stack = [block]
    while stack:
        element = stack.pop()
        name = label(element)
        if isinstance(element.tag, str) and not is_excluded(element, name):
            yield element, name
            stack.extend(reversed(element[:20]))


def _holds_running_text(block: HtmlElement) -> bool:
    if any(is_running(element) for element in islice(block.iter("p", "div", "td", "span"), 60)):
        return True
    paragraphs = (element for element in islice(block.iter("p"), 60) if has_text(element.text, MIN_PROSE))
    return len(list(islice(paragraphs, 3))) == 3


def is_running(element: HtmlElement | None) -> bool:
    """Whether an element directly holds running text."""
    if element is None:
        return False
    length = len(element.text.strip()) if element.text else 0
    if len(element):
        length += sum(len(child.tail) for child in islice(element, 40) if child.tail and not child.tail.isspace())
    return length >= _MIN_RUNNING_TEXT


def next_outside(node: HtmlElement) -> HtmlElement | None:
    """The next element in reading order that is not inside `node`."""
    current: HtmlElement | None = node
    while current is not None:
        following = current.getnext()
        if following is not None:
            return following
        current = current.getparent()
    return None


def _is_link_list(element: HtmlElement, name: str) -> bool:
    """Whether a list links to other articles: its links are as long as headlines."""
    if _METADATA_CLASS.search(name):
        return False
    links = list(islice(element.iter("a"), 12))
    return len(links) > 1 and sum(len(text_of(link, 80)) for link in links) > 30 * len(links)
