"""Finds the headline that a page shows, confirmed by the titles that it declares.

Newsrooms write several headlines for one article: for the reader (h1), for sharing (og:title), for search engines
(<title>). We keep the reader's; the others only confirm its element, and are the fallback if none is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile

from lxml.html import HtmlElement

from archive.extract.elements import is_inside, string, text_of
from archive.text.folding import fold, key_of, letters

MOST_SHOWN = 40  # h1 and h2 elements read
LONGEST = 500  # characters
_SEPARATOR = re.compile(
    r"\s+[|\-–—·•»›>:/]+\s+|\s*(?:[|｜»›]|--+)\s*"
    r"|(?<=[\u3040-\u9fff！？”」])[-_—](?=[\u3040-\u9fff])"  # `标题-新华网`
)
_PAGE_NUMBER = re.compile(r"\s?[(（]\s?\d{1,2}\s?/\s?\d{1,2}\s?(?:ページ目?|頁|页|pages?|seiten?)\s?[)）]$", re.I)
_MIN_STORY_KEY = 15  # letters of a headline's key; shorter ones name sections
_BLOCKS = ("div", "p", "small", "h2", "h3", "h4")  # a kicker in an element of its own line
_ROOT_URL = re.compile(r"/?|(?:https?:)?//[^/?#]+/?|/?(?:index|default|home)\.\w+", re.I)
_TITLE_CLASS_XPATH = (
    "(//h1 | //h2 | //h3)"
    "[contains(@class, 'itle') or contains(@class, 'tieude') or ancestor::header[ancestor::article]]"
    "[not(ancestor::nav | ancestor::li | ancestor::h3) and not(contains(@class, 'reply'))]"
)
_TRIMMED = " \t:|/•·–—-"
_START = 20  # characters of a headline compared first
_HEADLINE_CLASS_XPATH = (
    "(//div | //p | //span | //h2 | //h3 | //strong)[@itemprop='headline' or contains(@class, 'title') or "
    "contains(@class, 'Title')"
    " or contains(@class, 'headline') or contains(@class, 'tieude') or contains(@class, 'tieu-de') or "
    "contains(@id, 'itle')]"
    "[not(ancestor::a | ancestor::nav | ancestor::aside | ancestor::li)]"
)


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline with its source and its element, if any; first: where the page prints the same above that element."""

    text: str
    origin: str
    element: HtmlElement | None = None
    kicker: str | None = None
    first: HtmlElement | None = None


def shown_headline(
    root: HtmlElement, main: Sequence[str], other: Sequence[str], is_house: Callable[[str], bool]
) -> Headline | None:
    """The heading with a declared headline; else one by class or text; else the first h1 outside navigation; else None.

    main: the declarations that may confirm an h2 too; other: those that only confirm an h1. is_house: whether a text
    is the site's own name, which many sites print as h1.
    """
    keys, main_keys = keys_of([*main, *other]), keys_of(main or other)
    first_level = [_read(element, "h1") for element in islice(root.iter("h1"), MOST_SHOWN)]
    root_links = [heading for heading in first_level if _links_to_root(heading.element)]
    first_level = [heading for heading in first_level if len(key_of(heading.text)) > 2 and not is_house(heading.text)]
    first_level = [heading for heading in first_level if heading not in root_links]
    outside_navigation = [heading for heading in first_level if not _in_navigation(heading.element)]
    confirmed = _all_confirmed(outside_navigation, keys)
    if not confirmed:
        second_level = (_read(element, "h2") for element in islice(root.iter("h2"), MOST_SHOWN))
        confirmed = [heading for heading in _all_confirmed(second_level, main_keys) if _is_one_element(heading)]
    confirmed = confirmed or _all_confirmed(first_level, keys)
    if confirmed:
        repeats = [heading for heading in confirmed if key_of(heading.text) == key_of(confirmed[0].text)]
        # the last: sticky bars repeat it above the article
        return replace(repeats[-1], first=repeats[0].element if len(repeats) > 1 else None)
    stories, others = (frozenset(key for key in known if not is_house(key)) for known in (main_keys, keys))
    fallback = _by_headline_class(root, main_keys) or _in_any_element(root, stories)
    first = next(iter(outside_navigation), None) or next(iter(first_level), None)
    is_part = first is not None and any(key_of(first.text) in key for key in keys)  # too short to confirm it
    fallback = fallback or (first if is_part else _by_headline_class(root, others) or _in_any_element(root, others))
    fallback = fallback or first or _in_link(root, others)
    return fallback or (_by_title_class(root, is_house) if root_links or not stories else None)


def _links_to_root(element: HtmlElement | None) -> bool:
    """Whether a heading is the site's name: it contains or is in a link to the root."""
    if element is None:
        return False
    link = element.find(".//a")
    link = next(element.iterancestors("a"), None) if link is None else link
    return link is not None and bool(_ROOT_URL.fullmatch((link.get("href") or "").strip()))


def _in_any_element(root: HtmlElement, keys: frozenset[str]) -> Headline | None:
    """The element with a declared headline as text, whatever its class: old pages print it in <td>, <font>, <b>."""
    lengths = {len(key) for key in keys if len(key) >= _MIN_STORY_KEY}
    for element in root.iter("h2", "h3", "h4", "td", "font", "b", "strong", "span", "div", "p") if lengths else ():
        direct_text = (element.text or "").strip()
        if (
            len(direct_text) < _MIN_STORY_KEY
            or not any(length <= len(direct_text) <= 2 * length for length in lengths)
            or (element.tag not in ("h3", "h4") and _in_navigation(element))
        ):
            continue
        if key_of(text_of(element, LONGEST)) in keys and not is_inside(element, "a", "aside"):
            return _read(element, "shown")
    return None


def _in_link(root: HtmlElement, keys: frozenset[str]) -> Headline | None:
    """The one link with a declared headline as text."""
    named = [
        link for link in root.iter("a") if len(link.text or "") >= _MIN_STORY_KEY and key_of(link.text or "") in keys
    ]
    return _read(named[0], "shown") if len(named) == 1 and not _in_navigation(named[0]) else None


def _by_title_class(root: HtmlElement, is_house: Callable[[str], bool]) -> Headline | None:
    """The first heading with a title class or in an article's header, for pages that declare only the site's name."""
    headings = (_read(element, "title class") for element in islice(root.xpath(_TITLE_CLASS_XPATH), MOST_SHOWN))
    return next(
        (heading for heading in headings if len(key_of(heading.text)) >= _MIN_STORY_KEY and not is_house(heading.text)),
        None,
    )


def most_declared(declared: Sequence[tuple[str, str]], is_house: Callable[[str], bool]) -> Headline | None:
    """Of (origin, text) pairs the one that most others agree with, the earlier first, without the site's name."""
    if not declared:
        return None
    votes = [sum(agree(text, other) for _, other in declared) for _, text in declared]
    origin, text = declared[votes.index(max(votes))]
    splits = _splits(text)
    bare_text = next((head for head, tail in splits if head and is_house(tail)), None)
    bare_text = bare_text or next((tail for head, tail in reversed(splits) if tail and is_house(head)), text)
    return Headline(bare_text, origin)


def completed(headline: Headline, declared: Sequence[tuple[str, str]]) -> Headline:
    """The headline as the first of (origin, text) pairs has it whole, where the page cuts it short with dots."""
    key = key_of(headline.text)
    is_cut = headline.text.endswith(("…", "...")) and len(key) >= _MIN_STORY_KEY
    if not is_cut or any(agree(headline.text, text) for _, text in declared):
        return headline
    for origin, text in declared:
        parts = [part for part in (*(head for head, _ in _splits(text)), text) if key_of(part).startswith(key)]
        if parts and not parts[0].endswith(("…", "...")):
            return replace(headline, text=parts[0].strip(), origin=origin)
    return headline


def without_page_number(headline: Headline) -> Headline:
    """The headline without the number of the page behind it: `（1/2 ページ）`."""
    return replace(headline, text=_PAGE_NUMBER.sub("", headline.text) or headline.text)


def agree(headline: str, declared: str) -> bool:
    """Whether a declaration is this headline, ignoring site name, section or date around it."""
    wanted = key_of(headline)
    return bool(wanted) and wanted in keys_of([declared])


def keys_of(declared: Iterable[str]) -> frozenset[str]:
    """Keys of the declarations and of their parts before, behind and between separators, without short parts."""
    declared = list(declared)
    whole = {key_of(text) for text in declared}
    parts = {key_of(part) for text in declared for split in _splits(text) for part in split}
    between = {key_of(part) for text in declared for part in _SEPARATOR.split(text[:LONGEST])[1:-1]}
    between = {part for part in between if len(part) >= _MIN_STORY_KEY}
    return frozenset(whole | between | {part for part in parts if len(part) > 11}) - {""}


def _splits(title: str) -> list[tuple[str, str]]:
    """What stands before and behind each separator of a title."""
    return [(title[: mark.start()], title[mark.end() :]) for mark in islice(_SEPARATOR.finditer(title[:LONGEST]), 8)]


def _is_one_element(heading: Headline) -> bool:
    """Whether the text is in one element. An h2 with several is a kicker and a headline, and a declaration of both
    together does not tell which is which."""
    element = heading.element
    while element is not None and not (element.text or "").strip() and len(element) == 1:
        element = element[0]
    return heading.kicker is not None or element is None or sum(len(text_of(child)) > 3 for child in element) < 2


def _read(element: HtmlElement, origin: str) -> Headline:
    return Headline(text_of(element, LONGEST), origin, element)


def _all_confirmed(headings: Iterable[Headline], keys: frozenset[str]) -> list[Headline]:
    return [confirmed for heading in headings if (confirmed := _confirmed(heading, keys))]


def _confirmed(heading: Headline, keys: frozenset[str]) -> Headline | None:
    """The headline if a declaration confirms it, whole or without a kicker in its own element."""
    found = _without_kicker(heading, keys) or (heading if key_of(heading.text) in keys else None)
    return found or _first_line(heading, keys)


def _first_line(heading: Headline, keys: frozenset[str]) -> Headline | None:
    """The text before the first block in a heading, if a declaration confirms it: some systems put a byline in."""
    element = heading.element
    block = next((child for child in element if child.tag in _BLOCKS), None) if element is not None else None
    if element is None or block is None:
        return None
    inline = takewhile(lambda child: child is not block, element)
    line = fold(" ".join([element.text or "", *(text_of(child) + " " + (child.tail or "") for child in inline)]))
    return Headline(line, heading.origin, element) if key_of(line) in keys else None


def _without_kicker(heading: Headline, keys: frozenset[str]) -> Headline | None:
    for child in islice(heading.element.iter("*") if heading.element is not None else (), 1, MOST_SHOWN):
        kicker = text_of(child, LONGEST)
        if len(key_of(kicker)) < 2 or kicker not in heading.text or len(kicker) > 80:
            continue
        rest = heading.text.replace(kicker, "", 1).strip(_TRIMMED)
        own_line = child.tag in _BLOCKS and heading.text.startswith(kicker) and len(rest) > 2 * len(kicker)
        if key_of(rest) in keys or (own_line and key_of(heading.text) in keys):
            return Headline(rest, heading.origin, heading.element, kicker.strip(_TRIMMED) or None)
    return None


def _in_navigation(element: HtmlElement | None) -> bool:
    """Whether an element is in a breadcrumb or a menu."""
    for _ in range(5):
        if element is None:
            return False
        name = (element.get("class") or "").lower()
        if element.tag in ("nav", "ol", "ul", "li") or "breadcrumb" in name:
            return True
        element = element.getparent()
    return False


def _by_headline_class(root: HtmlElement, keys: frozenset[str]) -> Headline | None:
    """The element with a headline class whose whole text a declaration confirms; the longest, since parts of <title>
    name sections too."""
    headings = [_read(node, "headline class") for node in islice(root.xpath(_HEADLINE_CLASS_XPATH), MOST_SHOWN * 2)]
    confirmed = [heading for heading in headings if key_of(heading.text) in keys]
    texts = {key_of(heading.text) for heading in confirmed}
    confirmed = [
        heading for heading in confirmed if not any(key_of(head) in texts for head, _ in _splits(heading.text))
    ] or confirmed
    return max(confirmed, key=lambda heading: len(key_of(heading.text)), default=None)


def headline_element(root: HtmlElement, headline: str) -> HtmlElement | None:
    """The heading element whose text matches the headline, a lower one with more or less text only where no h1 does;
    else the element that old pages print it in; else the first h1."""
    wanted = letters(headline)
    first: HtmlElement | None = None
    partial: HtmlElement | None = None
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
