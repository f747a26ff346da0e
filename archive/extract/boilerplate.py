"""Removes boilerplate from a page: scripts, menus, boxes of links, comments, share bars."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from lxml import etree, html

from archive.extract import naming_words, picture_urls
from archive.extract.captions_by_position import LONGEST_LOOSE, ends_in_credit
from archive.extract.elements import is_inside, linked_length, selector, string

_NON_TEXT_TAGS = (
    *("script", "style", "template", "svg", "select", "textarea", "input", "iframe", "object", "embed", "audio"),
    *("dialog", "canvas", "map", "link", "meta"),
)
_UNCLOSED_TAGS = ("template", "svg", "select", "iframe", "object", "audio", "dialog", "canvas", "map")
_MOST_PARTS = 4  # elements of a line behind a picture
_BOX_TAGS = (
    *("div", "section", "aside", "ul", "ol", "p", "nav", "footer", "header", "form", "figure", "table", "article"),
    *("span", "dl", "h2", "h3", "h4", "h5", "h6", "a", "td", "center", "details"),
)
_PICTURE_BOX_TAGS = ("figure", "aside", "div", "section", "span", "p", "table")
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_TEXT_TAGS = ("a", "span", "p", "td")
_PANELS = ("region", "tabpanel")
_POINTERS = (">>", "»", "=>")
_BOILERPLATE_TAGS = ("nav", "footer", "aside", "form")  # a form around the whole page is article-sized, so it stays

DOUBTFUL = "data-luubao-doubtful"
"""Attribute of a box that looks like boilerplate and stays, for the sake of an element of the article in it."""

PANEL = "data-luubao-panel"
"""Attribute of a hidden box whose text a click shows."""

_hidden = selector(  # by attribute: several times as fast as by element
    "//@hidden/.. | //@role[. = 'dialog']/.. | //@aria-hidden[. = 'true']/.."
    " | //@style[contains(., 'display:none') or contains(., 'display: none')]/.."
)

_with_hiding_class = selector("//@class[contains(., 'hid') or contains(., '-none')]/..")
_HIDING_CLASS = re.compile(r"(?:^|\s)(?:(?:is-)?hidden|hide|(?:d|display)-none)(?:\s|$)")
_SHOWN_AT_TIMES = re.compile(r":|(?:^|\s)d-\w+-\w|show|visible")

_controlling = selector("//@aria-controls/..")

# a box with more than this share of the page's text is the article, whatever its class
_ARTICLE_SHARE = 0.35
_BODY_SHARE = 0.6  # share of the enclosing article's text
_FOOTER_SHARE = 0.6  # the same for a box named footer: some have the article in one
_MIN_ARTICLE = 2_000  # characters in a footer's paragraphs that can be an article
_MIN_BEHIND = 100  # characters behind a box that is no footer
_HIDDEN_SHARE = 0.5  # the same for hidden elements: some systems print the article twice


def remove(root: html.HtmlElement, keep: Iterable[html.HtmlElement] = ()) -> None:
    """Removes boilerplate from the tree. Keeps the elements of `keep`, known to belong to the article, and their
    ancestors."""
    protected: set[html.HtmlElement] = set()
    for element in keep:
        protected.add(element)
        protected.update(element.iterancestors())
    controlled = {element.get("aria-controls") for element in _controlling(root)}
    _unwrap_noscript(root)
    _unwrap_buttons(root)
    unclosed = [element for element in root.iter(*_UNCLOSED_TAGS) if element.find(".//p") is not None]
    total = mass(root) if unclosed else 0
    for element in unclosed:
        if mass(element) > _ARTICLE_SHARE * total:
            element.drop_tag()  # unclosed: the article is nested in it
    etree.strip_elements(root, *_NON_TEXT_TAGS, with_tail=False)
    total = mass(root) or len(string(root))
    skip = 0  # number of next elements that were inside the dropped one
    for element in list(root.iter(*_BOX_TAGS)):
        if skip:
            skip -= 1
        elif (_is_boilerplate(element) and not is_in_sentence(element)) and not (
            _is_article_sized(element, total) or _is_picture_box(element) or _is_credited_line(element)
        ):
            skip = 0 if element in protected else sum(1 for _ in element.iter(*_BOX_TAGS)) - 1
            _drop_or_mark(element, protected)
    _drop_pointers(root)
    hidden = [*_hidden(root), *filter(_has_hiding_class, _with_hiding_class(root))]
    panels = {element for element in hidden if _is_panel(element, controlled)}
    for element in hidden:
        if element in panels and len(panels) > 1:
            element.set(PANEL, "")
        elif not (_is_caption(element) or _is_article_sized(element, total, _HIDDEN_SHARE)):
            _drop_or_mark(element, protected)


def _has_hiding_class(element: html.HtmlElement) -> bool:
    """Whether frameworks' style sheets hide an element on every screen."""
    name = element.get("class") or ""
    return bool(_HIDING_CLASS.search(name)) and not _SHOWN_AT_TIMES.search(name)


def _is_panel(element: html.HtmlElement, controlled: set[str | None]) -> bool:
    """Whether a hidden box is text that a click on its title shows: one of several in an accordion or of tabs."""
    title = element.getprevious()
    is_titled = element.get("id") in controlled or (title is not None and title.tag in _HEADINGS)
    is_panel = is_titled or element.get("role") in _PANELS
    return is_panel and not _is_mostly_links(element)


def _is_caption(element: html.HtmlElement) -> bool:
    """Whether a hidden box is in a figure, or the caption that a pointer on its picture shows."""
    previous = element.getprevious()
    return is_inside(element, "figure") or (
        previous is not None and previous.tag == "img" and naming_words.CAPTION.name(element)
    )


def _drop_or_mark(element: html.HtmlElement, protected: set[html.HtmlElement]) -> None:
    if element in protected:
        element.set(DOUBTFUL, "")
    else:
        drop(element)


def _drop_pointers(root: html.HtmlElement) -> None:
    """Drops links to other stories on a line of their own in the text: `<br>&gt;&gt; <a href=...>`."""
    for link in list(root.iter("a")):
        previous, parent = link.getprevious(), link.getparent()
        if previous is None or previous.tag != "br" or parent is None:
            continue
        before = (previous.tail or "").strip()
        if before in _POINTERS or (not before and string(link).lstrip().startswith(_POINTERS)):
            previous.tail = None
            drop(link)


def _is_credited_line(element: html.HtmlElement) -> bool:
    """Whether a box is a line behind a picture that ends in its credit."""
    previous = element.getprevious()
    if previous is None or previous.find(".//img") is None or len(element) > _MOST_PARTS:
        return False
    text = string(element).strip()
    return len(text) <= LONGEST_LOOSE and ends_in_credit(text)


def is_in_sentence(element: html.HtmlElement) -> bool:
    """Whether an inline element stands within a sentence or a program: its words belong to it, whatever its class."""
    if element.tag not in ("a", "span") or (element.tag == "span" and naming_words.ADVERT.name_class(element)):
        return False
    if is_inside(element, "pre", "code"):  # highlighted: `<span class="comment">`
        return True
    if not (element.tail or "").strip():
        return False
    previous = element.getprevious()
    parent = element.getparent()
    before = (parent.text if parent is not None else "") if previous is None else previous.tail
    return (before or "").rstrip()[-1:].isalpha()


def drop(element: html.HtmlElement) -> None:
    """Removes an element from the tree; its tail stays."""
    if element.getparent() is not None:
        element.drop_tree()


def mass(element: html.HtmlElement) -> int:
    """Characters in the paragraphs of an element."""
    return sum(len(string(paragraph)) for paragraph in element.iter("p"))


@lru_cache(maxsize=50_000)
def _is_suspect(tag: str, class_name: str | None, element_id: str | None, role: str | None, kind: str | None) -> bool:
    """Whether an element of this tag with these attributes can be boilerplate: few can, and the same ones recur."""
    named = naming_words.BOILERPLATE.either(class_name, element_id if tag not in _HEADINGS else None)
    maybe = tag not in _HEADINGS and tag not in _TEXT_TAGS
    return (
        named
        or tag in _BOILERPLATE_TAGS
        or role in _ROLES
        or kind in _RELATED
        or (maybe and naming_words.MAYBE_BOILERPLATE.either(class_name, element_id))
    )


def _is_boilerplate(element: html.HtmlElement) -> bool:
    if not element.keys() and element.tag not in _BOILERPLATE_TAGS:
        return False
    get = element.get
    if not _is_suspect(element.tag, get("class"), get("id"), get("role"), get("type")):
        return False
    if element.tag in _BOILERPLATE_TAGS or get("role") in _ROLES:
        return not is_inside(element, "figure")  # there a <footer> is a credit
    if element.tag in _HEADINGS:  # an anchor such as `nav_2` is for a table of contents
        return naming_words.BOILERPLATE.name_class(element)
    if naming_words.BOILERPLATE.name(element) and not _is_body(element) and not _is_embedded_post(element):
        return not _is_of_picture(element)
    if element.tag not in _TEXT_TAGS and naming_words.MAYBE_BOILERPLATE.name(element) and _is_mostly_links(element):
        return True
    return get("type") in _RELATED


def _is_of_picture(element: html.HtmlElement) -> bool:
    """Whether a box in a figure is named after a caption or a credit too: `<span class="byline-photo">`."""
    named = naming_words.CAPTION.name_class(element) or naming_words.CREDIT.name_class(element)
    return named and is_inside(element, "figure")


def _is_picture_box(element: html.HtmlElement) -> bool:
    """Whether a box is a picture with a caption and little else: it stays whatever its class."""
    if element.tag not in _PICTURE_BOX_TAGS or element.find(".//img") is None:
        return False
    if any(map(picture_urls.enlargement_caption, element.iter("img"))):
        return True
    if element.tag != "figure" and is_inside(element, "figure"):
        return True
    captions = list(element.iter("figcaption")) or [
        paragraph for paragraph in element.iter("p", "div") if naming_words.CAPTION.name(paragraph)
    ]
    captions = captions or [box for cite in element.iter("cite") if (box := cite.getparent()) is not None]
    if (
        not captions
        or element.find(".//figcaption//a//img") is not None
        or naming_words.ALWAYS_BOILERPLATE.name(element)
    ):
        return False
    is_figure = element.tag == "figure"
    caption_words = sum(len(string(caption).split()) for caption in captions) + (not is_figure) * 4
    return (
        (is_figure or len(captions) == 1)
        and len(string(element).split()) <= caption_words + 12
        and not _is_mostly_links(element)
    )


_ROLES = ("navigation", "complementary", "contentinfo", "dialog", "search")
_RELATED = ("RelatedNewsBox", "RelatedOneNews")  # VCCorp


def _is_embedded_post(element: html.HtmlElement) -> bool:
    """Whether an element is an embedded social media post: `<div class="social-media-embed"><blockquote>`."""
    return element.find(".//blockquote") is not None and not naming_words.ALWAYS_BOILERPLATE.name(element)


def _is_body(element: html.HtmlElement) -> bool:
    """Whether an element is named like a body and has few links: `sidebar-grid__content article__content`."""
    return naming_words.BODY.name_class(element) and mass(element) > 200 and not _is_mostly_links(element)


def _is_mostly_links(element: html.HtmlElement) -> bool:
    return linked_length(element) > 0.4 * len(string(element).strip())


def _is_article_sized(element: html.HtmlElement, total: int, share: float = _ARTICLE_SHARE) -> bool:
    if naming_words.ALWAYS_BOILERPLATE.name(element):
        return False
    length, own_mass = len(string(element)), mass(element)
    if naming_words.FOOTER.name(element):
        if element.tag == "footer" or own_mass <= _FOOTER_SHARE * total:
            return False
        return own_mass > _FOOTER_SHARE * _MIN_ARTICLE or _has_text_behind(element)
    if length > share * total and (own_mass or length) > share * total:
        return True
    if not own_mass:
        return False
    enclosing = next(
        (outer for outer in element.iterancestors() if outer.tag == "article" or naming_words.SURELY_BODY.name(outer)),
        None,
    )
    return enclosing is not None and _is_most_of(own_mass, enclosing) and not _is_mostly_links(element)


def _has_text_behind(element: html.HtmlElement) -> bool:
    """Whether more text than a line follows the element on the page: nothing follows a footer."""
    size = 0
    for box in (element, *element.iterancestors()):
        size += sum(len(string(following).strip()) for following in box.itersiblings())
    return size > _MIN_BEHIND


def _is_most_of(own_mass: int, enclosing: html.HtmlElement) -> bool:
    """Whether an element's paragraphs are most of the enclosing one's. Looks at as many as it must: a page can have
    thousands of boxes in one article."""
    seen = 0
    for paragraph in enclosing.iter("p"):
        seen += len(string(paragraph))
        if own_mass <= _BODY_SHARE * seen:
            return False
    return True


def _unwrap_noscript(root: html.HtmlElement) -> None:
    """Unwraps a <noscript> with a picture if no other picture beside it has a URL; drops the others."""
    for element in list(root.iter("noscript")):
        parent = element.getparent()
        if parent is None:
            continue
        pictures = element.findall(".//img")
        _fill_placeholder(parent, pictures)
        if pictures and not _has_other_picture(parent, element):
            element.drop_tag()
        else:
            element.drop_tree()


def _fill_placeholder(parent: html.HtmlElement, inside: list[html.HtmlElement]) -> None:
    """Gives the one picture beside a <noscript> the URL of the one inside, if it has only a `src`: a placeholder."""
    beside = [image for image in islice(parent.iter("img"), 3) if image not in inside]
    if len(inside) != 1 or len(beside) != 1 or picture_urls.is_icon(inside[0]):
        return
    sources = [value for name, value in beside[0].attrib.items() if name != "src" and "src" in name]
    if not any(map(picture_urls.is_address, sources)) and inside[0].get("src"):
        beside[0].set("src", inside[0].get("src", ""))


def _unwrap_buttons(root: html.HtmlElement) -> None:
    """Unwraps buttons around pictures, without their labels, and those that are headings or questions; drops other
    buttons."""
    for button in list(root.iter("button")):
        is_unclosed = button.find(".//p") is not None
        is_question = button.get("aria-expanded") is not None and string(button).rstrip().endswith("?")
        if is_unclosed or is_inside(button, *_HEADINGS) or is_question:
            button.drop_tag()
        elif button.find(".//img") is None:
            drop(button)
        else:
            for label in button.xpath("descendant::span[not(descendant::img)][not(ancestor::figcaption)]"):
                drop(label)
            button.drop_tag()


def _has_other_picture(parent: html.HtmlElement, noscript: html.HtmlElement) -> bool:
    inside = set(noscript.iter("img"))
    return any(image not in inside and _has_url(image) for image in parent.iter("img", "amp-img"))


def _has_url(image: html.HtmlElement) -> bool:
    return any(
        ("src" in name or name == "data-original") and picture_urls.is_address(value.strip())
        for name, value in image.attrib.items()
    )
