"""Splits a picture's caption elements into caption and credit, and completes them from JSON-LD."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import html

from archive.extract import credits, naming_words
from archive.extract.elements import text_of
from archive.text.folding import WHOLE, fold

_MAX_TEXT = 900
_CAPTION_ATTRIBUTES = ("caption", "data-caption")
_CREDIT_ATTRIBUTES = ("credit", "data-author", "data-credit", "data-copyright", "data-photographer")
_DASHES = " -–—|/,;©"
_DIVIDERS = ("|", "©", "(", "–")
_CREDIT_ITEMPROPS = ("copyrightHolder", "creditText", "author", "copyrightNotice", "creator", "provider")
_LONGEST_NAME, _SHORTEST_BEFORE = 100, 8  # characters of a trailing credit, of the caption before it
_SENTENCE_OR_SEPARATOR_END = re.compile(r"[.!?…”\"|/–—-]$")
_LONGEST_CREDIT = 200
_LONGEST_CREDIT_TEXT = 150  # characters of a figure's other text that can be a credit
# `… on Monday. Ann Lee alee@daily.example`: a photographer before the address that ends in the same name
_MAILED = re.compile(
    r"(?:^|\s)((?:[A-ZÀ-Ý](?:[\w'’-]{1,20}|\.)?\s){0,3}([A-ZÀ-Ý][\w'’-]{2,20}))\s+(?i:[\w.-]{0,20}\2)@[\w.-]{3,40}$"
)
_PICTURE_TAGS = ("img", "figure", "picture", "amp-img")

CaptionAndCredit = tuple[str | None, str | None, str | None]
"""(caption_raw, caption, credit)"""


def read(captions: list[html.HtmlElement], scope: html.HtmlElement) -> CaptionAndCredit:
    """Caption and credit printed for the pictures in `scope`; captions: the caption elements."""
    credited = [element for element in _credit_elements(captions, scope) if not _is_alternative_text(element, scope)]
    raw_text = " ".join(_unique(text_of(element, WHOLE) for element in captions))
    outside = [
        node
        for node in credited
        if not any(caption_element is node or caption_element in node.iterancestors() for caption_element in captions)
    ]
    credit_text = _joined(credited)
    caption_text = _without_credits(captions, credited)
    if credits.is_label(caption_text):
        caption_text = ""  # `Foto: <span class="credit">`
    if not credited:
        credit_text = _other_text(_wrapper(scope, captions), captions)
    printed_text = " ".join(_unique([raw_text, *(text_of(element, WHOLE) for element in outside)])) or None
    if mailed := _MAILED.search(f"{caption_text} {credit_text}"):
        return printed_text, caption_text[: mailed.start()].strip() or None, mailed[1]
    if not credit_text or (not caption_text and len(credit_text) > 60):
        parts = _behind_alternative_text(caption_text, scope) or credits.split(caption_text or credit_text)
        return printed_text, *parts
    caption, split_credit = credits.split(caption_text.rstrip(_DASHES)) if caption_text else (None, None)
    if split_credit and not credited:
        return printed_text, caption, split_credit
    return printed_text, caption, credits.name_only(credit_text) or split_credit


def _is_alternative_text(element: html.HtmlElement, scope: html.HtmlElement) -> bool:
    """Whether a box named as credit repeats the picture's alternative text: it then holds the caption."""
    text = text_of(element, WHOLE)
    return any(text == fold(image.get("alt") or "") for image in (scope, *scope.iter("img")))


def _behind_alternative_text(text: str, scope: html.HtmlElement) -> tuple[str | None, str | None] | None:
    """Caption and credit of `Old Harbour / Agency`, where `Old Harbour` is the picture's alternative text too."""
    for image in (scope, *scope.iter("img")):
        alternative = fold(image.get("alt") or "")
        behind = text.removeprefix(alternative).lstrip()
        if alternative and behind != text and behind[:1] in ("/", "|"):
            return alternative, credits.name_only(behind) or None
    return None


def _joined(credited: list[html.HtmlElement]) -> str:
    """The texts of credit elements, with the slashes printed between them: `Jean Levac / Postmedia News`."""
    texts = _unique(text_of(element, WHOLE) for element in credited)
    slashed = len(credited) == 2 and (credited[0].tail or "").strip() == "/"
    return (" / " if slashed else " ").join(texts)


def credit_in_title(caption: str | None, images: list[html.HtmlElement]) -> str | None:
    """`title="Caption | Getty Images/Naomi Baker"`: the credit behind the caption in the title attribute, or behind a
    bar and a label: `title="What one sees | Bildquelle: WDR/Max Muster"`."""
    for image in images if caption else ():
        title = fold(image.get("title") or "")
        labelled = title.rpartition("|")[2].strip()
        before, credit = credits.split(labelled) if "|" in title else (labelled, None)
        if credit and not before and len(credit) < len(labelled) < 100:
            return credit
        suffix = title[len(caption or "") :].strip()
        if title.startswith(caption or "") and suffix[:1] in _DIVIDERS and 3 < len(suffix) < 100:
            return credits.name_only(suffix.lstrip("|,;–- ")) or None
    return None


def in_attributes(image: html.HtmlElement, lead: bool) -> CaptionAndCredit:
    """Caption and credit of a picture whose caption a script prints: from an attribute named after it, else, of the
    lead picture, from the title attribute, where only one with both is a caption for sure."""
    named = fold(next((value for name in _CAPTION_ATTRIBUTES if (value := image.get(name))), ""))
    if _SHORTEST_BEFORE < len(named) <= _MAX_TEXT:
        return named, *credits.split(named)
    title = fold(image.get("title") or "") if lead else ""
    caption, credit = credits.split(title)
    return (title, caption, credit) if caption and credit and len(title) <= _MAX_TEXT else (None, None, None)


def credit_elements_of(captions: list[html.HtmlElement], scope: html.HtmlElement) -> list[html.HtmlElement]:
    """The credit elements outside the captions: the caller removes them from the text too."""
    inside = set(captions)
    return [element for element in _credit_elements(captions, scope) if inside.isdisjoint(element.iterancestors())]


def credit_in_data(image: html.HtmlElement) -> str | None:
    """The credit in a data attribute of the picture: `data-author="Nam Trần"`."""
    value_found = next((value for name in _CREDIT_ATTRIBUTES if (value := fold(image.get(name) or ""))), "")
    return credits.name_only(value_found) or None if 1 < len(value_found) < 100 else None


def _credit_elements(captions: list[html.HtmlElement], scope: html.HtmlElement) -> list[html.HtmlElement]:
    for root in (*captions, scope):
        credits_found: dict[html.HtmlElement, None] = {}
        for element in root.iter():
            if credits_found and any(ancestor in credits_found for ancestor in element.iterancestors()):
                continue
            if element in captions and _holds_both(element):
                continue  # `<div class="caption-credit">` of both
            if _is_credit_element(element) and 0 < len(text_of(element, WHOLE)) <= _LONGEST_CREDIT:
                credits_found[element] = None
        if credits_found:
            return list(credits_found)
    beside = captions[-1].getnext() if captions else None
    if beside is not None and 0 < len(text_of(beside, WHOLE)) <= _LONGEST_CREDIT:
        behind = captions[-1].tag == "figcaption" and naming_words.CREDIT_IN_CAPTION.name_class(beside)
        if behind or _is_credit_element(beside):
            return [beside]
    apart = (element for caption in captions for element in (_trailing_credit(caption), _leading_credit(caption)))
    return [element for element in apart if element is not None][:1]


def _holds_both(element: html.HtmlElement) -> bool:
    """Whether a caption named as credit holds the credit in an element, or, a <figcaption>, behind the caption."""
    if any(map(_is_credit_element, element.iterdescendants())):
        return True
    return element.tag == "figcaption" and all(credits.split(text_of(element, WHOLE)))


def _is_credit_element(element: html.HtmlElement) -> bool:
    if (element.get("itemprop") or "") in _CREDIT_ITEMPROPS:
        return True
    if element.tag in _PICTURE_TAGS:
        return False
    return naming_words.CREDIT.name_class(element) or (
        naming_words.CREDIT_IN_CAPTION.name_class(element) and _in_caption(element)
    )


def _in_caption(element: html.HtmlElement) -> bool:
    return any(
        box.tag in ("figcaption", "figure") or naming_words.CAPTION.name_class(box) for box in element.iterancestors()
    )


def _trailing_credit(caption: html.HtmlElement) -> html.HtmlElement | None:
    """The last element of a caption, if it holds a name and the caption text precedes it: `<cite>Ngọc Ánh</cite>`,
    a second line, a link behind the last sentence."""
    last = _last_element(caption)
    if last is None:
        return None
    text = text_of(last, WHOLE)
    before = text_of(caption, WHOLE).removesuffix(text).rstrip()
    if len(before) < _SHORTEST_BEFORE or before.endswith((":", "：")) or not 1 < len(text) <= _LONGEST_NAME:
        return None
    whole = credits.split(text_of(caption, WHOLE))[1] or ""
    if whole.endswith(text) and len(whole) > len(text):
        return None  # the end of a credit in several elements
    if last.tag in ("cite", "small", "footer"):
        return last
    return (
        last if credits.is_name(text) and (_SENTENCE_OR_SEPARATOR_END.search(before) or _is_on_own_line(last)) else None
    )


def _leading_credit(caption: html.HtmlElement) -> html.HtmlElement | None:
    """The first element of a caption, if it is a credit: `<span>Photo: Ann Lee</span> What one sees`, a <cite>."""
    whole = text_of(caption, WHOLE)
    if (cite := caption.find(".//cite")) is not None:
        text = text_of(cite, WHOLE)
        return cite if 1 < len(text) <= _LONGEST_NAME and whole.startswith(f"{text} ") else None
    first = next(caption.iterchildren("span", "em", "i", "small", "b", "strong"), None)
    if first is None or (caption.text or "").strip() or first.getprevious() is not None:
        return None
    return first if credits.of_line(text_of(first, WHOLE)) and (first.tail or "").strip() else None


def _last_element(caption: html.HtmlElement) -> html.HtmlElement | None:
    """The innermost last element of a caption with caption text before it."""
    element = caption
    while len(element):
        last_child = element[-1]
        tail = (last_child.tail or "").strip()
        if last_child.tag == "br" and tail:
            line = html.Element("span")
            line.text, last_child.tail = last_child.tail, None
            element.append(line)
            return line
        if tail or not isinstance(last_child.tag, str) or not text_of(last_child, WHOLE):
            return None
        if (element.text or "").strip() or any(
            text_of(child, WHOLE) or (child.tail or "").strip() for child in element[:-1]
        ):
            return last_child
        element = last_child
    return None


def _is_on_own_line(last: html.HtmlElement) -> bool:
    """Whether the element is on its own line, or follows an element of the same tag that holds the caption."""
    before = last.getprevious()
    return before is not None and (before.tag == "br" or (before.tag == last.tag and not (before.tail or "").strip()))


def _wrapper(scope: html.HtmlElement, captions: list[html.HtmlElement]) -> html.HtmlElement | None:
    """The smallest element with the pictures and their caption; None if it holds other pictures."""
    if scope.tag == "figure":
        return scope
    for ancestor in scope.iterancestors():
        if captions and any(element in captions for element in ancestor.iterdescendants()):
            has_other_pictures = len(list(ancestor.iter("img", "amp-img"))) > len(list(scope.iter("img", "amp-img")))
            return None if has_other_pictures or ancestor.tag in ("body", "article", "main", "td") else ancestor
    return None


def _other_text(figure: html.HtmlElement | None, captions: list[html.HtmlElement]) -> str:
    """The other text of a figure, if it is short: `<footer>Imago/dpa</footer>`; none of a player's with headings."""
    headings = figure.iter("h1", "h2", "h3", "h4") if figure is not None and captions else ()
    if figure is None or any(heading not in captions for heading in headings):
        return ""
    text = text_of(figure, WHOLE)
    for element in captions:
        text = _remove(text, text_of(element, WHOLE))
    return text if 2 < len(text) <= _LONGEST_CREDIT_TEXT else ""


def _without_credits(captions: list[html.HtmlElement], credited: list[html.HtmlElement]) -> str:
    """The text of the captions without the credit elements inside them."""
    texts = []
    for element in captions:
        if element in credited:
            continue
        text = text_of(element, WHOLE)
        for credit in credited:
            if element in credit.iterancestors():
                text = _remove(text, text_of(credit, WHOLE))
        texts.append(text)
    return " ".join(_unique(texts))


def _remove(text: str, part: str) -> str:
    before, separator, after = text.rpartition(part)
    return fold(f"{before} {after}") if separator else text


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))
