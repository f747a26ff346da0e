"""The headline a page shows, chosen by agreement between what it shows and what it declares.

Newsrooms write several headlines for one article: for the reader (h1), for sharing (og:title), for search engines
(<title>). The reader's is the one kept; the others only confirm which element it is, and stand in where none is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from archive.extract.element_text import text_of
from archive.text.folding import key_of

MOST_SHOWN = 40  # h1 and h2 elements looked at
LONGEST = 500  # characters
_SEPARATOR = re.compile(r"\s+[|\-–—·•»›>:/]+\s+|\s*[|｜»›]\s*")
_STORY = 15  # letters of a headline's key; shorter ones name sections
_ROOT = re.compile(r"/?|(?:https?:)?//[^/?#]+/?|/?(?:index|default|home)\.\w+", re.I)
_CALLED_TITLE = (
    "(//h1 | //h2 | //h3)[contains(@class, 'itle') or contains(@class, 'tieude')][not(ancestor::nav | ancestor::li)]"
)
_LEFT_OVER = " \t:|/•·–—-"
_CALLED_HEADLINE = (
    "(//div | //p | //span | //h2 | //h3 | //strong)[@itemprop='headline' or contains(@class, 'title') or "
    "contains(@class, 'Title')"
    " or contains(@class, 'headline') or contains(@class, 'tieude') or contains(@class, 'tieu-de') or "
    "contains(@id, 'itle')]"
    "[not(ancestor::a | ancestor::nav | ancestor::aside | ancestor::li)]"
)


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline, the source that gave it, and the element that shows it, if any."""

    text: str
    origin: str
    element: HtmlElement | None = None
    kicker: str | None = None


def shown_headline(
    root: HtmlElement, main: Sequence[str], other: Sequence[str], is_house: Callable[[str], bool]
) -> Headline | None:
    """The element that shows a declared headline; else the first h1 that stands in no navigation; else None.

    main: the declarations that may confirm an h2 too; other: those that only confirm an h1. is_house: whether a text
    is the site's own name, which many sites print as h1.
    """
    keys, main_keys = keys_of([*main, *other]), keys_of(main or other)
    first_level = [_read(element, "h1") for element in islice(root.iter("h1"), MOST_SHOWN)]
    leading_home = [found for found in first_level if _leads_home(found.element)]
    first_level = [found for found in first_level if len(key_of(found.text)) > 2 and not is_house(found.text)]
    first_level = [found for found in first_level if found not in leading_home]
    in_place = [found for found in first_level if not _in_navigation(found.element)]
    confirmed = _all_confirmed(in_place, keys)
    if not confirmed:
        second_level = (_read(element, "h2") for element in islice(root.iter("h2"), MOST_SHOWN))
        confirmed = [found for found in _all_confirmed(second_level, main_keys) if _is_one_piece(found)]
    confirmed = confirmed or _all_confirmed(first_level, keys)
    if confirmed:
        return _nearest_text(confirmed)
    stories = frozenset(key for key in main_keys if not is_house(key))
    called = _called_headline(root, main_keys) or _shown_anywhere(root, stories)
    called = called or next(iter(in_place), None) or next(iter(first_level), None)
    called = called or _called_headline(root, frozenset(key for key in keys if not is_house(key)))
    return called or (_titled(root, is_house) if leading_home or not stories else None)


def _leads_home(element: HtmlElement | None) -> bool:
    """Whether a heading is the site's name: a link to its root, in the heading or around it."""
    if element is None:
        return False
    link = element.find(".//a")
    link = next(element.iterancestors("a"), None) if link is None else link
    return link is not None and bool(_ROOT.fullmatch((link.get("href") or "").strip()))


def _shown_anywhere(root: HtmlElement, keys: frozenset[str]) -> Headline | None:
    """The element that shows a declared headline whatever it is called: old pages print it in <td>, <font>, <b>."""
    lengths = {len(key) for key in keys if len(key) >= _STORY}
    for element in root.iter("h3", "h4", "td", "font", "b", "strong", "span", "div", "p") if lengths else ():
        own = (element.text or "").strip()
        if len(own) < _STORY or not any(size <= len(own) <= 2 * size for size in lengths) or _in_navigation(element):
            continue
        if key_of(text_of(element, LONGEST)) in keys and next(element.iterancestors("a", "aside"), None) is None:
            return _read(element, "shown")
    return None


def _titled(root: HtmlElement, is_house: Callable[[str], bool]) -> Headline | None:
    """Where a page declares only its site's name: the first heading that its class calls a title."""
    found = (_read(element, "title class") for element in islice(root.xpath(_CALLED_TITLE), MOST_SHOWN))
    return next((one for one in found if len(key_of(one.text)) >= _STORY and not is_house(one.text)), None)


def most_declared(declared: Sequence[tuple[str, str]], is_house: Callable[[str], bool]) -> Headline | None:
    """Of (origin, text) pairs the one that most others repeat, the earlier first, without the site's name."""
    if not declared:
        return None
    votes = [sum(agree(text, other) for _, other in declared) for _, text in declared]
    origin, text = declared[votes.index(max(votes))]
    cuts = [(text[: cut.start()], text[cut.end() :]) for cut in islice(_SEPARATOR.finditer(text[:LONGEST]), 8)]
    bare = next((head for head, tail in cuts if head and is_house(tail)), None)
    bare = bare or next((tail for head, tail in reversed(cuts) if tail and is_house(head)), text)
    return Headline(bare, origin)


def agree(headline: str, declared: str) -> bool:
    """Whether a declaration is this headline, give or take the site's name, section or date around it."""
    wanted = key_of(headline)
    return bool(wanted) and wanted in keys_of([declared])


def keys_of(declared: Iterable[str]) -> frozenset[str]:
    """Keys of the declarations and of their parts before and behind each separator, the short ones left out."""
    declared = list(declared)
    whole = {key_of(text) for text in declared}
    parts = {key_of(part) for text in declared for part in _parts(text)}
    return frozenset(whole | {part for part in parts if len(part) > 11}) - {""}


def _parts(title: str) -> Iterator[str]:
    for found in islice(_SEPARATOR.finditer(title[:LONGEST]), 8):
        yield title[: found.start()]
        yield title[found.end() :]


def _is_one_piece(found: Headline) -> bool:
    """Whether the text stands in one element. An h2 in pieces is a kicker and a headline: which of its texts is the
    headline, a declaration of both together cannot tell."""
    element = found.element
    while element is not None and not (element.text or "").strip() and len(element) == 1:
        element = element[0]
    return found.kicker is not None or element is None or sum(len(text_of(child)) > 3 for child in element) < 2


def _nearest_text(confirmed: list[Headline]) -> Headline:
    """Of several elements that show the first one's headline the last: sticky bars repeat it above the article."""
    return [found for found in confirmed if key_of(found.text) == key_of(confirmed[0].text)][-1]


def _read(element: HtmlElement, origin: str) -> Headline:
    return Headline(text_of(element, LONGEST), origin, element)


def _all_confirmed(group: Iterable[Headline], keys: frozenset[str]) -> list[Headline]:
    return [agreed for found in group if (agreed := _confirmed(found, keys))]


def _confirmed(found: Headline, keys: frozenset[str]) -> Headline | None:
    """The headline if a declaration confirms it, whole or without a kicker that has an element of its own."""
    return _without_kicker(found, keys) or (found if key_of(found.text) in keys else None)


def _without_kicker(found: Headline, keys: frozenset[str]) -> Headline | None:
    for child in islice(found.element if found.element is not None else (), 4):
        kicker = text_of(child, LONGEST) if isinstance(child.tag, str) else ""
        if len(key_of(kicker)) < 2 or kicker not in found.text or len(kicker) > 80:
            continue
        rest = found.text.replace(kicker, "", 1).strip(_LEFT_OVER)
        if rest and key_of(rest) in keys:
            return Headline(rest, found.origin, found.element, kicker.strip(_LEFT_OVER) or None)
    return None


def _in_navigation(element: HtmlElement | None) -> bool:
    """Whether an element is a step of a breadcrumb or a menu, which repeats another headline."""
    for _ in range(5):
        if element is None:
            return False
        name = (element.get("class") or "").lower()
        if element.tag in ("nav", "ol", "ul", "li") or "breadcrumb" in name:
            return True
        element = element.getparent()
    return False


def _called_headline(root: HtmlElement, keys: frozenset[str]) -> Headline | None:
    """An element that only its class calls headline, where a declaration confirms its whole text; the longest, since
    parts of <title> name sections too."""
    called = [_read(element, "headline class") for element in islice(root.xpath(_CALLED_HEADLINE), MOST_SHOWN * 2)]
    confirmed = [found for found in called if key_of(found.text) in keys]
    return max(confirmed, key=lambda found: len(key_of(found.text)), default=None)
