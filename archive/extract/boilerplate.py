"""Removes from a page what is never part of an article: scripts, menus, boxes of links, comments, share bars."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree, html

from archive.extract import naming_words
from archive.extract.xpath import selector, string

_SILENT = (
    *("script", "style", "template", "svg", "select", "textarea", "input", "iframe", "object", "embed", "audio"),
    *("dialog", "canvas", "map", "link", "meta"),
)
_SWALLOWING = ("template", "svg", "select", "iframe", "object", "audio", "dialog", "canvas", "map")
_BOXES = (
    *("div", "section", "aside", "ul", "ol", "p", "nav", "footer", "header", "form", "figure", "table", "article"),
    *("span", "dl", "h2", "h3", "h4", "h5", "h6", "a", "td", "center", "details"),
)
_SHOWING = ("figure", "aside", "div", "section", "span", "p", "table")
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_ALWAYS = ("nav", "footer", "aside", "form")  # a whole page inside a form is too much to be furniture

_paragraphs = selector("descendant-or-self::p")
_hidden = selector(
    "//*[@hidden or @role='dialog' or @aria-hidden='true'"
    " or contains(@style, 'display:none') or contains(@style, 'display: none')]"
)

# a box that holds more than this share of the page's paragraphs is the article, whatever its class says
_TOO_MUCH = 0.35
_MOST_OF_BODY = 0.6  # of the article it stands in
_HALF = 0.5  # of hidden ones: some systems print the article twice


def remove(root: html.HtmlElement, keep: Iterable[html.HtmlElement] = ()) -> None:
    """Takes the furniture out of the tree. `keep` are elements known to belong to the article: they and what
    contains them stay."""
    protected = set()
    for element in keep:
        protected.add(element)
        protected.update(element.iterancestors())
    _unwrap_noscript(root)
    _unwrap_buttons(root)
    total = mass(root)
    for element in list(root.iter(*_SWALLOWING)):
        if element.find(".//p") is not None and mass(element) > _TOO_MUCH * total:
            element.drop_tag()  # its end is lost, and the article has fallen into it
    etree.strip_elements(root, *_SILENT, with_tail=False)
    total = mass(root) or len(string(root))
    inside = 0  # how many of the next elements went with the one that was dropped
    for element in list(root.iter(*_BOXES)):
        if inside:
            inside -= 1
        elif element not in protected and _is_furniture(element) and not _stays(element, total):
            inside = sum(1 for _ in element.iter(*_BOXES)) - 1
            drop(element)
    for element in _hidden(root):
        if element not in protected and not _in_figure(element) and not _too_much(element, total, _HALF):
            drop(element)


def _stays(element: html.HtmlElement, total: int) -> bool:
    """Whether a box stays whatever it is called."""
    return _too_much(element, total) or _is_picture_box(element)


def drop(element: html.HtmlElement) -> None:
    """Takes an element out of the tree, its tail stays."""
    if element.getparent() is not None:
        element.drop_tree()


def mass(element: html.HtmlElement) -> int:
    """Characters in the paragraphs of an element."""
    return sum(len(string(paragraph)) for paragraph in _paragraphs(element))


def _is_furniture(element: html.HtmlElement) -> bool:
    if element.tag in _ALWAYS or element.get("role") in _ROLES:
        return not _in_figure(element)
    name, number = element.get("class"), element.get("id")
    if element.tag in _HEADINGS:  # an anchor such as `nav_2` is for a table of contents
        return naming_words.FURNITURE.name_class(element)
    if not name and not number:
        return element.get("type") in _RELATED
    if naming_words.FURNITURE.name(element) and not _is_body(element) and not _is_quoted(element):
        return True
    if element.tag not in ("a", "span", "p") and naming_words.MAYBE_FURNITURE.name(element) and _is_links(element):
        return True
    return element.get("type") in _RELATED


def _is_picture_box(element: html.HtmlElement) -> bool:
    """A picture with its caption and next to nothing else: none of the article's pictures goes for its box's name."""
    if element.tag not in _SHOWING or element.find(".//img") is None:
        return False
    captions = list(element.iter("figcaption")) or [
        one for one in element.iter("p", "div") if naming_words.CAPTION.name(one)
    ]
    if not captions or element.find(".//figcaption//a//img") is not None or naming_words.NEVER.name(element):
        return False
    told = len(string(captions[0]).split()) + (element.tag != "figure") * 4
    return len(captions) == 1 and len(string(element).split()) <= told + 12 and not _is_links(element)


def _in_figure(element: html.HtmlElement) -> bool:
    """Inside a figure a <footer> is a credit, and what is hidden is a caption that opens."""
    return next(element.iterancestors("figure"), None) is not None


_ROLES = ("navigation", "complementary", "contentinfo", "dialog", "search")
_RELATED = ("RelatedNewsBox", "RelatedOneNews")  # VCCorp


def _is_quoted(element: html.HtmlElement) -> bool:
    """A post of another network that the article shows: `<div class="social-media-embed"><blockquote>`."""
    return element.find(".//blockquote") is not None and not naming_words.NEVER.name(element)


def _is_body(element: html.HtmlElement) -> bool:
    """Named like a body and without many links: `sidebar-grid__content article__content`."""
    return naming_words.BODY.name_class(element) and mass(element) > 200 and not _is_links(element)


def _is_links(element: html.HtmlElement) -> bool:
    whole = len(string(element).strip())
    return sum(len(string(link).strip()) for link in element.iter("a")) > 0.4 * whole


def _too_much(element: html.HtmlElement, total: int, share: float = _TOO_MUCH) -> bool:
    if naming_words.NEVER.name(element):
        return False
    whole = len(string(element))
    if whole > share * total and (mass(element) or whole) > share * total:
        return True
    around = next(
        (one for one in element.iterancestors() if one.tag == "article" or naming_words.SURELY_BODY.name(one)), None
    )
    return around is not None and mass(element) > _MOST_OF_BODY * (mass(around) or 1) and not _is_links(element)


def _unwrap_noscript(root: html.HtmlElement) -> None:
    """<noscript> repeats a lazy picture for browsers without scripts: kept only where it is the only one."""
    for element in list(root.iter("noscript")):
        parent = element.getparent()
        if parent is None:
            continue
        pictures = element.findall(".//img")
        if pictures and not _has_picture_outside(parent, element):
            element.drop_tag()
        else:
            element.drop_tree()


def _unwrap_buttons(root: html.HtmlElement) -> None:
    """A button around a picture opens it; its words are none of the article's, the picture is."""
    for button in list(root.iter("button")):
        if button.find(".//img") is None:
            drop(button)
        else:
            for label in button.xpath("descendant::span[not(descendant::img)][not(ancestor::figcaption)]"):
                drop(label)
            button.drop_tag()


def _has_picture_outside(parent: html.HtmlElement, noscript: html.HtmlElement) -> bool:
    inside = set(noscript.iter("img"))
    return any(image not in inside and _addressed(image) for image in parent.iter("img", "amp-img"))


def _addressed(image: html.HtmlElement) -> bool:
    return any(
        value and not value.startswith("data:image") and ("src" in name or name == "data-original")
        for name, value in image.attrib.items()
    )
