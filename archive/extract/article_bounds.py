"""Finds where an article begins and ends on its page: its headline, the next articles, the region around its body."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice, takewhile

from lxml import html

from archive.extract.body_containers import common_ancestor
from archive.extract.elements import has_text, string
from archive.text.folding import letters

_MIN_PARAGRAPH = 30  # characters; a shorter paragraph has no text mass
_MOST_LINES = 2_000  # paragraphs and headings among which next articles begin
_MIN_ARTICLE = 200  # characters of text that an article has before the next one
_MIN_HEADLINE, _MAX_KICKER = 15, 100  # letters of its headline; characters before it
_START = 20  # characters of a headline compared first


def headline_element(root: html.HtmlElement, headline: str) -> html.HtmlElement | None:
    """The heading element whose text matches the headline, a lower one with more or less text only where no h1 does;
    else the element that old pages print it in; else the first h1."""
    wanted = letters(headline)
    first: html.HtmlElement | None = None
    partial: html.HtmlElement | None = None
    for element in root.iter("h1", "h2", "h3"):
        if element.tag == "h1" and first is None:
            first = element
        text = letters(string(element))
        is_whole = text == wanted
        if text and wanted and (is_whole or (len(text) > 20 and (text in wanted or wanted in text))):
            if element.tag == "h1" or is_whole:
                return element
            partial = element if partial is None else partial
    if partial is not None:
        return partial
    others = root.iter("td", "font", "b", "strong", "span", "div", "p", "a") if wanted else ()
    starts = (element for element in others if (element.text or "").strip()[:_START] == headline[:_START])
    return next((element for element in starts if letters(string(element)) == wanted), first)


def drop_next_articles(root: html.HtmlElement, headline: html.HtmlElement) -> None:
    """Drops the articles that an endless page shows behind the text of the first: each an <article> that begins with an
    <h1> of its own, a box like the first's with a heading like the first's, or such a heading and all behind it."""
    if all(heading is headline for heading in root.iter("h1")):
        return
    around = set(headline.iterancestors())
    alike = {(box.tag, box.get("class")) for box in around if box.get("class")}
    size, columns, is_behind = 0, set[html.HtmlElement | None](), False
    for element in list(islice(root.iter("p", "h1", headline.tag), _MOST_LINES)):
        is_behind = is_behind or element is headline
        if element.tag == "p" and is_behind and has_text(text := string(element), _MIN_PARAGRAPH):
            size += len(text)
            columns.add(element.getparent())
        elif is_behind and size >= _MIN_ARTICLE and _is_other_headline(element, headline):
            boxes = takewhile(lambda box: box not in around, element.iterancestors())
            is_like = bool(_first_class(element)) and _first_class(element) == _first_class(headline)
            own = [box for box in boxes if box.tag == "article" or (is_like and (box.tag, box.get("class")) in alike)]
            if own and own[-1].getparent() is not None and _begins_with(own[-1], element):
                drop([own[-1]])
            elif is_like and element.getparent() not in columns:
                drop([*behind(element, around), element])


def behind(end: html.HtmlElement, around: Collection[html.HtmlElement]) -> list[html.HtmlElement]:
    """The elements that follow another in the boxes around it, up to these."""
    boxes = (end, *takewhile(lambda box: box not in around, end.iterancestors()))
    return [following for box in boxes for following in box.itersiblings()]


def drop(elements: Iterable[html.HtmlElement]) -> None:
    """Drops elements that may have been dropped with another."""
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()


def _first_class(element: html.HtmlElement) -> str:
    return next(iter((element.get("class") or "").split()), "")


def _is_other_headline(heading: html.HtmlElement, headline: html.HtmlElement) -> bool:
    """Whether an <h1> is another story's headline."""
    text, own = letters(string(heading)), letters(string(headline))
    return heading.tag == "h1" and len(text) >= _MIN_HEADLINE and not own.startswith(text[:_START])


def _begins_with(box: html.HtmlElement, heading: html.HtmlElement) -> bool:
    """Whether hardly any text of a box stands before a heading in it."""
    return string(box).lstrip().find(string(heading).strip()) in range(_MAX_KICKER)


def article_region(headline: html.HtmlElement | None, body: html.HtmlElement) -> html.HtmlElement:
    """The common ancestor of headline and body; without a headline the <article> or <main> around the body. It is given
    the figures with captions that stand directly behind it."""
    region = _around(headline, body)
    while (following := region.getnext()) is not None and not (region.tail or "").strip():
        if following.tag != "figure" or following.find(".//figcaption") is None or region.tag == "body":
            break
        region.append(following)
    return region


def _around(headline: html.HtmlElement | None, body: html.HtmlElement) -> html.HtmlElement:
    enclosing = next(body.iterancestors("article", "main"), None)
    if headline is not None:
        region = common_ancestor([headline, body])
        if enclosing is not None and enclosing.tag == "article" and enclosing in region.iterancestors():
            return enclosing
        is_around = region is body or region in body.iterancestors()  # a rule may have dropped the headline's box
        if is_around and (region.tag not in ("html", "body") or enclosing is None):
            return region
    if enclosing is not None:
        return enclosing
    parent = body.getparent()
    return parent if parent is not None and parent.tag != "html" else body
