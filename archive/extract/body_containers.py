"""Finds the element that holds the body of an article."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import html

from archive.extract import naming_words, phrases
from archive.extract.xpath import selector, string, texts
from archive.rules.base import Rules
from archive.text.folding import fold

_texts = selector(
    "descendant::p[not(ancestor::a)] | descendant::blockquote[not(descendant::p)]"
    " | descendant::li[string-length(normalize-space()) > 100][not(ancestor::a)][not(descendant::p)]"
    " | descendant::*[self::div or self::td or self::section or self::article]"
    "[text()[string-length(normalize-space()) > 60]][not(ancestor::a)]"
    " | descendant::*[self::font or self::pre or self::center or self::b or self::strong or self::h4 or self::h5]"
    "[text()[string-length(normalize-space()) > 100]][not(ancestor::p)][not(ancestor::a)][not(ancestor::li)]"
    " | descendant::span[text()[string-length(normalize-space()) > 120]][not(ancestor::p)][not(ancestor::a)]"
)
_article_body = selector("//*[@itemprop][contains(concat(' ', @itemprop, ' '), ' articleBody ')]")

_DIGITS = re.compile(r"\d+")
_MOST_CLASSES = 3
_LONGEST_NUMBER = 40  # a longer id is a slug made of a headline
_LONGEST_PLACE = 120

_BARE = ("div", "td", "section", "article", "font", "pre", "center", "b", "strong", "h4", "h5")
_own_texts = texts("text()")
_SHORT = 30  # characters below which a paragraph says nothing about where the article is
_MOST = 0.80  # the container is the innermost element with this share of the page's paragraphs
_TWIN = 0.1
_PART = 0.3  # and a surely named one this share
_ENOUGH = 0.55  # a named container must hold this share of what the innermost one holds


@dataclass(frozen=True, slots=True)
class Container:
    """The element that holds the body, and which rule found it."""

    element: html.HtmlElement
    origin: str
    rules: Rules | None = None


def place(element: html.HtmlElement) -> str:
    """The element as a style sheet would name it, such as `div#content.detail`: by its own id and classes, or below the
    innermost element that has some. Without digits, which differ from article to article."""
    path = str(element.tag)
    for ancestor in element.iterancestors():
        if name := _name(element):
            return f"{element.tag}{name}{path.removeprefix(str(element.tag))}"[:_LONGEST_PLACE]
        element, path = ancestor, f"{ancestor.tag} > {path}"
    return path[:_LONGEST_PLACE]


def _name(element: html.HtmlElement) -> str:
    number = _DIGITS.sub("", (element.get("id") or "").strip())
    classes = (element.get("class") or "").split()[:_MOST_CLASSES]
    dotted = "".join(f".{_DIGITS.sub('', one)}" for one in classes)
    return (f"#{number}" if number and len(number) <= _LONGEST_NUMBER else "") + dotted


def by_rules(root: html.HtmlElement, rules: Iterable[Rules]) -> Container | None:
    """The first container that a rule set names and that holds text or pictures."""
    for rule in rules:
        for path in rule.body:
            found = selector(path)(root)
            if found:
                best = max(found, key=lambda element: len(string(element)))
                if string(best).strip() or best.find(".//img") is not None:
                    return Container(_joined(found), f"rules:{rule.name}/{rule.version}", rule)
    return None


def declared(root: html.HtmlElement) -> html.HtmlElement | None:
    """The element whose microdata say articleBody."""
    found = [element for element in _article_body(root) if element.tag not in ("meta", "link")]
    return _joined(found) if found else None


def by_structure(root: html.HtmlElement) -> Container | None:
    """The innermost element that holds most of the page's running text, or a part of it whose name says body."""
    masses = _masses(root)
    total = masses.get(root, 0)
    if not total:
        return None
    inner = _descend(root, masses, total)
    inner = _surely(inner, masses)
    named = [element for element in masses if _is_named(element) and masses[element] >= _ENOUGH * masses[inner]]
    for element in named:
        if element is inner or inner in element.iterancestors():
            return Container(
                _with_twins(element if masses[element] >= 0.9 * masses[inner] else inner, masses), "structure"
            )
    return Container(_with_twins(inner, masses), "structure")


def _with_twins(inner: html.HtmlElement, masses: Counter[html.HtmlElement]) -> html.HtmlElement:
    """What holds the body's other pieces too, where it stands in several boxes of one name beside each other."""
    parent = inner.getparent()
    if parent is None or not inner.get("class") or parent.tag in ("body", "html"):
        return inner
    twins = [one for one in parent if one.tag == inner.tag and one.get("class") == inner.get("class")]
    others = [masses.get(one, 0) for one in twins if one is not inner]
    return parent if any(_TWIN * masses[inner] <= other for other in others) else inner


def _surely(inner: html.HtmlElement, masses: Counter[html.HtmlElement]) -> html.HtmlElement:
    """The part of it whose name is given to nothing but bodies, where a column beside it holds much text too."""
    named = [one for one in inner.iterdescendants() if one in masses and naming_words.SURELY_BODY.name(one)]
    if not named or naming_words.SURELY_BODY.name(inner):
        return inner
    first = max(named, key=lambda one: masses[one])
    alike = [one for one in named if one.get("class") == first.get("class")]
    joined = common_ancestor(alike)
    return joined if masses[joined] >= _PART * masses[inner] else inner


def _descend(root: html.HtmlElement, masses: Counter[html.HtmlElement], total: float) -> html.HtmlElement:
    inner = root
    while True:
        children = [child for child in inner if masses.get(child, 0) >= _MOST * total]
        if not children or children[0].tag in ("p", "ul", "ol", "blockquote", "li", "table"):
            return inner
        inner = children[0]


def _masses(root: html.HtmlElement) -> Counter[html.HtmlElement]:
    """Characters of running text below each element that has some."""
    masses: Counter[html.HtmlElement] = Counter()
    for element in _texts(root):
        weight = _weight(element)
        if weight:
            masses[element] += weight
            for ancestor in element.iterancestors():
                masses[ancestor] += weight
    return masses


def _weight(element: html.HtmlElement) -> int:
    """Characters of running text, 0 where there is little of it beside the links."""
    links = sum(len(string(link)) for link in element.iter("a"))
    if element.tag in _BARE:
        length = sum(len(text.strip()) for text in _own_texts(element))
        return length if length >= max(links, _SHORT) else 0
    text = fold(string(element))
    if len(text) <= phrases.LONGEST_IMPRINT and phrases.IMPRINT.match(text):
        return 0
    return max(0, len(text) - 2 * links) if len(text) >= _SHORT else 0


def _is_named(element: html.HtmlElement) -> bool:
    return naming_words.BODY.name(element) or ("articleBody" in (element.get("itemprop") or ""))


def _joined(found: list[html.HtmlElement]) -> html.HtmlElement:
    """The element itself, or the one that contains all of several."""
    if len(found) == 1:
        return found[0]
    first = max(found, key=lambda element: len(string(element)))
    others = [element for element in found if len(string(element)) > 0.1 * len(string(first)) and element is not first]
    return common_ancestor([first, *others])


def common_ancestor(elements: list[html.HtmlElement]) -> html.HtmlElement:
    """The innermost element that is or contains all of them."""
    paths = [[*reversed([*element.iterancestors()]), element] for element in elements]
    common = paths[0][0]
    for level in zip(*paths, strict=False):
        if any(element is not level[0] for element in level):
            break
        common = level[0]
    return common
