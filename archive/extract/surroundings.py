"""The neighbourhood of a headline: the elements a reader's eye passes on the way from the headline to the text.

Dates and bylines are looked for here and nowhere else, so that a clock in the header, a related list or a comment
cannot lend an article its date. All walks are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from archive.extract.element_text import text_of

MOST_AFTER, MOST_BEFORE = 260, 60  # elements
MOST_LONG = 3  # paragraphs of running text: behind them is the body

_BARRED_TAGS = frozenset(
    {"nav", "aside", "footer", "form", "figure", "figcaption", "script", "style", "svg", "noscript", "template",
     "video", "audio", "iframe", "select", "picture", "img", "input", "blockquote"}
)  # fmt: skip
_BARRED = re.compile(
    r"relat(?:ed|ion)|recommend|similar|lien-?quan|tin-?(?:khac|moi|lq)|comment|binh-?luan|sidebar|side-bar"
    r"|newsletter|breadcrumb|share|social|caption|credit|menu|navbar|navigation|promo|advert|banner|teaser|most-?read"
    r"|popular|trending|doc-?nhieu|widget|popup|modal|paywall|subscri"
    r"|quote|tooltip|gallery|slider|carousel|player|list-concern|topbar|top-bar|clock|cookie|consent|weather|footer",
    re.I,
)
_ARTICLE_PART = re.compile(r"author|byline|date|time|tac-?gia", re.I)
_LINE_NAME = re.compile(r"social|share|menu|topbar|top-bar|widget|promo|breadcrumb|navigation|meta", re.I)
_PART_CLASS = re.compile(r"(?:^|[\s_-])(?:author|byline|date|time|pub\w*|ngay|tac-?gia)(?:$|[\s_-])", re.I)
_LINE = 160  # characters of such a line
_OWN_TEXT = 140  # characters directly in an element: it is running text, whatever its tag
# Headings of what follows an article: behind them nothing belongs to it.
_TAIL = re.compile(
    r"^(?:các tin (?:khác|liên quan|cũ|mới)|tin (?:liên quan|khác|mới|đọc nhiều|cùng)|cùng chuyên mục|mới nhất"
    r"|có thể bạn quan tâm|phản hồi|bình luận|ý kiến|bài (?:liên quan|khác)|related|more (?:on|from|stories)"
    r"|read (?:more|also|next)|comments?|mehr zum thema|lesen sie auch|lire aussi)",
    re.I,
)
_HEADING = 40  # characters of such a heading


@dataclass(frozen=True, slots=True)
class Position:
    """An element beside the headline and what its markup calls it. `behind`: it follows the headline."""

    element: HtmlElement
    label: str
    behind: bool = True


def spots(headline: HtmlElement) -> list[Position]:
    """The elements around a headline: those behind it in reading order, then those in front of it, nearest first."""
    return [
        *(Position(*found) for found in after(headline)),
        *(Position(*found, behind=False) for found in before(headline)),
    ]


def elements_of(path: etree.XPath, root: HtmlElement) -> list[HtmlElement]:
    """The elements that an expression selects."""
    found = path(root)
    return [item for item in found if isinstance(item, HtmlElement)] if isinstance(found, list) else []


def label(element: HtmlElement | None) -> str:
    """What the markup calls an element: class, id, itemprop, rel and test ids in one string."""
    if element is None:
        return ""
    get = element.get
    names = (get("class"), get("id"), get("itemprop"), get("rel"), get("data-testid"), get("data-role"), get("data-qa"))
    return " ".join(name for name in names if name)[:300]


def barred(element: HtmlElement, name: str) -> bool:
    """Whether nothing below an element belongs to the article's head."""
    if element.tag in _BARRED_TAGS or (name and _is_barred(name) and not _holds_a_part(element, name)):
        return True
    return element.tag in ("ul", "ol") and _is_link_list(element, name)


def _holds_a_part(element: HtmlElement, name: str) -> bool:
    """A short line of the head whose box is named for what else it holds: shares, counters, a menu."""
    if not _LINE_NAME.search(name) or len(text_of(element, _LINE + 1)) > _LINE:
        return False
    return any(
        inner.tag == "time" or "author" in (inner.get("itemprop") or "") or _PART_CLASS.search(inner.get("class") or "")
        for inner in islice(element.iter("time", "span", "a", "div", "p"), 1, 12)
    )


@lru_cache(maxsize=8192)
def _is_barred(name: str) -> bool:
    return bool(_BARRED.search(name)) and not _ARTICLE_PART.search(name)


def after(headline: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Elements behind the headline with their labels, in reading order, up to the running text."""
    seen = long = 0
    node = beyond(headline)
    while node is not None and seen < MOST_AFTER and long < MOST_LONG:
        seen += 1
        name = label(node) if isinstance(node.tag, str) else ""
        if not isinstance(node.tag, str) or barred(node, name):
            node = beyond(node)
            continue
        if ends_article(node):
            return
        yield node, name
        long += is_running(node)
        node = node[0] if len(node) else beyond(node)


def before(headline: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Elements in front of the headline, the nearest block first, within the block that ends where the text begins.

    What stands before a block that holds the text already is the site's: its clock, its menu.
    """
    seen, node = 0, headline
    for _ in range(4):
        for sibling in node.itersiblings("*", preceding=True):
            for inner, name in _allowed(sibling):
                seen += 1
                if seen > MOST_BEFORE:
                    return
                yield inner, name
        parent = node.getparent()
        if parent is None or parent.tag in ("body", "html") or _holds_text(parent):
            return
        node = parent


def ends_article(element: HtmlElement) -> bool:
    """Whether an element heads what follows an article: related stories, comments."""
    text = (element.text or "").strip()
    return 0 < len(text) <= _HEADING and bool(_TAIL.match(text))


def _allowed(block: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """An element and what is inside it, in reading order, without the barred parts."""
    stack = [block]
    while stack:
        element = stack.pop()
        name = label(element)
        if isinstance(element.tag, str) and not barred(element, name):
            yield element, name
            stack.extend(reversed(element[:20]))


def _holds_text(block: HtmlElement) -> bool:
    return any(is_running(element) for element in islice(block.iter("p", "div", "td", "span"), 60))


def is_running(element: HtmlElement | None) -> bool:
    """Whether an element holds running text of its own."""
    if element is None:
        return False
    own = len(element.text.strip()) if element.text else 0
    if len(element):
        own += sum(len(child.tail) for child in islice(element, 40) if child.tail and not child.tail.isspace())
    return own >= _OWN_TEXT


def beyond(node: HtmlElement) -> HtmlElement | None:
    """The next element in reading order that is not inside `node`."""
    current: HtmlElement | None = node
    while current is not None:
        following = current.getnext()
        if following is not None:
            return following
        current = current.getparent()
    return None


def _is_link_list(element: HtmlElement, name: str) -> bool:
    """A list of other articles: links as long as headlines."""
    if _ARTICLE_PART.search(name):
        return False
    links = list(islice(element.iter("a"), 12))
    return len(links) > 1 and sum(len(text_of(link, 80)) for link in links) > 30 * len(links)
