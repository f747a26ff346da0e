"""Finds the element that holds the body of an article, and where the article begins and ends on its page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice, takewhile

from lxml import html

from archive.extract import naming_words
from archive.extract.elements import has_direct_text, has_text, is_inside, linked_length, selector, string
from archive.rules import phrases
from archive.rules.xpath_rules import Rules
from archive.text.folding import fold, letters

# tag -> characters of direct text from which such an element is running text; ancestors in which it is not
_DIRECT_TEXT = {
    **dict.fromkeys(("div", "td", "section", "article"), (61, ("a",))),
    **dict.fromkeys(("font", "pre", "center", "b", "strong", "em", "i", "h3", "h4", "h5"), (101, ("p", "a", "li"))),
    "span": (121, ("p", "a")),
}
_MIN_ITEM, _MIN_UNLINKED_ITEM = 61, 41  # characters of a list item that is running text; without a link
_article_bodies = selector("//@itemprop[contains(., 'articleBody')]/..")
_SENTENCE_ENDS = (".", "!", "?", "…", "”", '"', "»")
_NO_CONTAINERS = frozenset({"p", "ul", "ol", "blockquote", "li", "table", "em", "i", "b", "strong"})
_DIGITS = re.compile(r"\d+")
_SLIDE = re.compile(r"(?:swiper|slick|glide__|splide__)-?slide(?![\w-])|(?:carousel|owl)-item(?![\w-])")
_MOST_CLASSES = 3
_LONGEST_ID = 40  # a longer id is a headline slug
_LONGEST_PLACE = 120

_MIN_PARAGRAPH = 30  # characters; a shorter paragraph has no text mass
_MOST_LINES = 2_000  # paragraphs and headings among which next articles begin
_MIN_ARTICLE = 200  # characters of text that an article has before the next one
_MIN_HEADLINE, _MAX_KICKER = 15, 100  # letters of its headline; characters before it
_START = 20  # characters of a headline compared first
_CONTAINER_SHARE = 0.80  # the container is the innermost element with this share of the page's paragraphs
_TWIN_SHARE = 0.1  # minimum mass of a sibling box, as a share of the container's
_SURE_SHARE = 0.3  # and a body with a sure name this share
_ARTICLE_SHARE = 0.5  # and an <article>
_MAX_TEASER = 12  # children of a teaser's box
_LONGEST_TEASER = 280  # characters
_TEASER_DIVISOR = 10  # a teaser's text has this part of the mass of an article's
_NAMED_SHARE = 0.55  # a container named like a body needs this share of the innermost one's text mass


@dataclass(frozen=True, slots=True)
class Container:
    """The element that holds the body, and its origin: the rule set, microdata or structure."""

    element: html.HtmlElement
    origin: str
    rules: Rules | None = None


def css_path(element: html.HtmlElement) -> str:
    """The CSS selector of an element, such as `div#content.detail`: by its own id and classes, or relative to the
    innermost ancestor that has some. Without digits, which differ from article to article."""
    path = str(element.tag)
    for ancestor in element.iterancestors():
        if name := _selector_name(element):
            return f"{element.tag}{name}{path.removeprefix(str(element.tag))}"[:_LONGEST_PLACE]
        element, path = ancestor, f"{ancestor.tag} > {path}"
    return path[:_LONGEST_PLACE]


def _selector_name(element: html.HtmlElement) -> str:
    element_id = _DIGITS.sub("", (element.get("id") or "").strip())
    classes = (element.get("class") or "").split()[:_MOST_CLASSES]
    dotted = "".join(f".{_DIGITS.sub('', name)}" for name in classes)
    return (f"#{element_id}" if element_id and len(element_id) <= _LONGEST_ID else "") + dotted


def by_rules(root: html.HtmlElement, rules: Iterable[Rules]) -> Container | None:
    """The first container that a rule selects and that holds text or pictures."""
    for rule in rules:
        for expression in rule.body:
            elements = selector(expression)(root)
            if elements:
                longest = max(elements, key=lambda element: len(string(element)))
                if string(longest).strip() or longest.find(".//img") is not None:
                    return Container(_joined_container(elements), f"rules:{rule.name}/{rule.version}", rule)
    return None


def declared(root: html.HtmlElement) -> html.HtmlElement | None:
    """The element with itemprop articleBody (microdata)."""
    elements = [
        element
        for element in _article_bodies(root)
        if "articleBody" in (element.get("itemprop") or "").split() and element.tag not in ("meta", "link")
    ]
    return _joined_container(elements) if elements else None


def by_structure(root: html.HtmlElement) -> Container | None:
    """The innermost element with most of the page's running text, or the element in it named like a body."""
    masses = text_masses(root)
    total = masses.get(root, 0)
    if not total:
        return None
    innermost = _descend(root, masses, total)
    articles = innermost.iterdescendants("article")
    article = max(articles, key=lambda element: masses.get(element, 0), default=innermost)
    if masses.get(article, 0) > _ARTICLE_SHARE * masses[innermost]:
        innermost = article
    innermost = _narrow_to_sure_name(innermost, masses)
    heavy = (node for node in masses if masses[node] >= _NAMED_SHARE * masses[innermost])
    named = [node for node in heavy if naming_words.BODY.name(node) or "articleBody" in (node.get("itemprop") or "")]
    for element in named:
        if element is innermost or innermost in element.iterancestors():
            return Container(
                _with_twins(element if masses[element] >= 0.9 * masses[innermost] else innermost, masses), "structure"
            )
    return Container(_with_twins(innermost, masses), "structure")


def _with_twins(container: html.HtmlElement, masses: Counter[html.HtmlElement]) -> html.HtmlElement:
    """The parent, if the body is split over several sibling boxes of one class; else the element itself."""
    parent = container.getparent()
    if parent is None or not container.get("class") or parent.tag in ("body", "html"):
        return container
    twins = [
        sibling for sibling in parent if sibling.tag == container.tag and sibling.get("class") == container.get("class")
    ]
    twin_masses = [masses.get(sibling, 0) for sibling in twins if sibling is not container]
    if any(_TWIN_SHARE * masses[container] <= twin_mass for twin_mass in twin_masses):
        return parent
    return _with_cousins(container, parent, masses)


def _with_cousins(
    container: html.HtmlElement, parent: html.HtmlElement, masses: Counter[html.HtmlElement]
) -> html.HtmlElement:
    """The box of all, if each box of a split body stands alone in a box of its own; else the element itself."""
    around = parent.getparent()
    if around is None or around.tag in ("body", "html") or masses[parent] > masses[container]:
        return container
    boxes = (box for box in around if box is not parent and box.tag == parent.tag)
    kind = (container.tag, container.get("class"))
    cousins = [child for box in boxes for child in box if (child.tag, child.get("class")) == kind]
    return around if any(_TWIN_SHARE * masses[container] <= masses.get(one, 0) for one in cousins) else container


def _narrow_to_sure_name(container: html.HtmlElement, masses: Counter[html.HtmlElement]) -> html.HtmlElement:
    """The descendant with a name only bodies have, where a column beside it holds much text too; else `container`."""
    named = [node for node in container.iterdescendants() if node in masses and naming_words.SURELY_BODY.name(node)]
    if not named or naming_words.SURELY_BODY.name(container):
        return container
    heaviest = max(named, key=lambda element: masses[element])
    same_class = [element for element in named if element.get("class") == heaviest.get("class")]
    ancestor = common_ancestor(same_class)
    return ancestor if masses[ancestor] >= _SURE_SHARE * masses[container] else container


def _descend(root: html.HtmlElement, masses: Counter[html.HtmlElement], total: float) -> html.HtmlElement:
    current = root
    while True:
        children = [child for child in current if masses.get(child, 0) >= _CONTAINER_SHARE * total]
        if not children or children[0].tag in _NO_CONTAINERS:
            return current
        current = children[0]


def text_masses(root: html.HtmlElement) -> Counter[html.HtmlElement]:
    """Text mass (characters of running text) of each element that has some."""
    masses: Counter[html.HtmlElement] = Counter()
    for element in root.iter("p", "blockquote", "li", *_DIRECT_TEXT):
        if _is_running_text(element) and (mass := _text_mass(element)):
            masses[element] += mass
            for ancestor in element.iterancestors():
                masses[ancestor] += mass
    return masses


def _is_running_text(element: html.HtmlElement) -> bool:
    """Whether an element can be a paragraph: by its tag, or by its length and its direct text."""
    minimum, ancestors = _DIRECT_TEXT.get(str(element.tag), (0, ("a",)))
    if element.tag == "h3" and not _is_sentence_heading(element):
        return False
    if minimum:
        following = element.getnext()
        is_line = element.tag == "span" and following is not None and following.tag == "br"
        return has_direct_text(element, _MIN_ITEM if is_line else minimum) and not is_inside(element, *ancestors)
    if element.tag == "blockquote":
        return element.find(".//p") is None
    if element.tag == "li":
        text = string(element)
        if not has_text(text, _MIN_UNLINKED_ITEM) or element.find(".//p") is not None:
            return False
        if not has_text(text, _MIN_ITEM) and element.find(".//a") is not None:
            return False
    return not is_inside(element, "a")


def _is_sentence_heading(element: html.HtmlElement) -> bool:
    """Whether a heading is a sentence beside others, as old systems print paragraphs; of a teaser it stands alone."""
    beside = [sibling for sibling in (element.getprevious(), element.getnext()) if sibling is not None]
    is_one_of_many = any(sibling.tag == element.tag for sibling in beside)
    return is_one_of_many and string(element).rstrip().endswith(_SENTENCE_ENDS)


def _text_mass(element: html.HtmlElement) -> int:
    """Text mass of one element; 0 if it is mostly links."""
    links = linked_length(element)
    if element.tag in _DIRECT_TEXT and element.tag != "span":
        length = sum(len(text.strip()) for text in (element.text, *(child.tail for child in element)) if text)
        mass = length if length >= max(links, _MIN_PARAGRAPH) else 0
        return mass // _TEASER_DIVISOR if mass and _is_in_slide(element) else mass
    text = fold(string(element))
    if len(text) <= phrases.LONGEST_IMPRINT and phrases.IMPRINT.match(text):
        return 0
    mass = max(0, len(text) - 2 * links) if len(text) >= _MIN_PARAGRAPH else 0
    return mass // _TEASER_DIVISOR if mass and (is_teaser_text(element) or _is_in_slide(element)) else mass


def _is_in_slide(element: html.HtmlElement) -> bool:
    """Whether a text is in one of the slides of a slider: obituaries, quotes, other stories."""
    return any(_SLIDE.search(box.get("class") or "") for box in (element, *islice(element.iterancestors(), 2)))


def is_teaser_text(element: html.HtmlElement) -> bool:
    """Whether a paragraph is the text of a teaser: the only one of its box, behind a linked heading, and a box beside
    it has the same class and a linked heading too."""
    heading, box = element.getprevious(), element.getparent()
    if element.tag != "p" or box is None or not box.get("class") or not _is_linked_heading(heading):
        return False
    if len(string(element)) > _LONGEST_TEASER:
        return False
    beside = (box.getnext(), box.getprevious())
    return sum(child.tag == "p" for child in islice(box, _MAX_TEASER)) == 1 and any(
        twin is not None
        and (twin.tag, twin.get("class")) == (box.tag, box.get("class"))
        and any(map(_is_linked_heading, islice(twin, _MAX_TEASER)))
        for twin in beside
    )


def _is_linked_heading(element: html.HtmlElement | None) -> bool:
    if element is None or element.tag not in ("h2", "h3", "h4", "h5"):
        return False
    link = element.find("a")
    return link is not None and bool(link.get("href")) and len(string(link)) >= 0.8 * len(string(element).strip())


def _joined_container(elements: list[html.HtmlElement]) -> html.HtmlElement:
    """The element itself, or the common ancestor of several."""
    if len(elements) == 1:
        return elements[0]
    longest = max(elements, key=lambda element: len(string(element)))
    large_others = [node for node in elements if len(string(node)) > 0.1 * len(string(longest)) and node is not longest]
    return common_ancestor([longest, *large_others])


def common_ancestor(elements: list[html.HtmlElement]) -> html.HtmlElement:
    """The innermost element that is or contains all of them."""
    paths = [[*reversed([*element.iterancestors()]), element] for element in elements]
    common = paths[0][0]
    for level in zip(*paths, strict=False):
        if any(element is not level[0] for element in level):
            break
        common = level[0]
    return common


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
