"""Finds the signature of an article: a short line before the first or behind the last paragraph with its author.

Vietnamese papers sign under the text: bold, at the right margin, often with an agency or a remark in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, pairwise, takewhile

from lxml.html import HtmlElement

from archive.extract.authorship import (
    LONGEST,
    LONGEST_PLACED,
    Byline,
    begins_byline,
    is_byline,
    is_marked_as_author,
    line_in,
    names_in,
)
from archive.extract.bylines import FURNITURE_KEYS, authors_of, is_agency, is_house, is_person_like
from archive.extract.elements import Position, behind, has_direct_text, has_text, label, string, text_of
from archive.rules.byline_words import WRITTEN_BY
from archive.text.folding import key_of

MOST_PARAGRAPHS = 3_000
_MIN_RUNNING = 80  # characters of a paragraph; of a div or font only direct text counts
SHORT = 90  # characters of a signature
MOST_ALIGNED = 100  # lines at the right margin
MOST_LINKS, _MIN_TITLE = 6, 25  # links of a teaser; characters of its title
MOST_OPENING = 8  # elements that may open with a reporter's name
MOST_BEHIND = 36  # elements behind the last paragraph of running text
_RIGHT_ALIGNED = re.compile(r"text-align:\s*(?:right|end)", re.I)
_PHOTOGRAPHER = re.compile(
    r"^(?!(?:tin|bài)\W{1,3}(?:và )?ảnh)(.*?)\bảnh\s?:.*", re.I
)  # not who did both: `Tin, ảnh: A`
_SENTENCE_END = re.compile(
    r"(?<!\b\w)[.!?…:]\s*$|(?<!\b\w)(?<!\b[A-ZĐ]\w)[.!?]\s"
)  # initials and titles do not end a sentence: `K. Miên`, `H.V.`, `BS. Lê Lan`


_IN_BRACKETS = re.compile(r"[（(]([^()（）]{2,40})[)）]")
_BEHIND_DASH = re.compile(r"[-–—]\s?([^\W\d_][^-–—]{2,40})")  # `– Ann Lee` in the last line
# 〔記者巫其倫／台北報導〕: Chinese papers sign in front of the first sentence
_SIGNS = r"(?:[^\W\d_a-zA-Z]{3}|[^\W\d_a-zA-Z]{2}|[^\W\d_a-zA-Z]{4})"
_REPORTER = re.compile(
    r"(?:\w{2,16}[电電讯訊]\s*)?[〔（(【\[]?\w{0,4}(?:記者|记者)\s*"
    rf"({_SIGNS}(?:[、，\s]{_SIGNS})*?)(?=[／/、〕）)】]|\s[^\W\d_]{{2,3}}[）)]|[^\W\d_]{{2,3}}(?:報導|报道|\d))"
)

_NEAREST = 8  # elements behind the headline in which a lone name is a byline
_NAMES_SHARE = 0.8  # of the letters of a line next to the date
_PARTICLES = frozenset(
    {"de", "da", "do", "dos", "del", "della", "di", "van", "von", "der", "den", "la", "le", "bin", "al"}
)
_PLACED_LABEL = re.compile(r"meta|info|name|sub|source|nguon|but-?danh", re.I)
_AUTHOR_LABELS = re.compile(r"(?:autor|verfasser)(?:in|[/:*_]-?in|in/\w+)?|reporter|journalist(?:in)?|người viết", re.I)
_LONGEST_LABEL = 24
MOST_INITIALS = 4  # elements behind the last paragraph
_INITIALS = re.compile(r"([(（]?)(?!red|pm|ots|ag)([a-zß-ÿ]{2,4}(?:[/,]\s?[a-zß-ÿ]{2,4}){0,2})[)）]?")
_INITIALS_BEHIND = re.compile(r"[.!?…“”\"]\s?\((?!red|pm|ots|ag|sic|pdf)([a-zß-ÿ]{2,4})\)$")
_LONGEST_PEN_NAME = 20
_PEN_NAME = re.compile(r"[a-zà-ÿ]{2,20}")


@dataclass(frozen=True, slots=True)
class Body:
    """The first and the last paragraph of running text that share one container."""

    first: HtmlElement
    last: HtmlElement


def body_of(root: HtmlElement) -> Body | None:
    """The ends of the largest group of paragraphs of running text in one container; None without any."""
    by_parent: dict[HtmlElement, list[HtmlElement]] = {}
    for paragraph in islice(filter(_is_running_text, root.iter("p", "div", "font")), MOST_PARAGRAPHS):
        block = paragraph
        while block.tag == "font" and (parent_block := block.getparent()) is not None and len(parent_block) == 1:
            block = parent_block
        parent = block.getparent()
        if parent is not None:
            by_parent.setdefault(parent, []).append(block)
    longest = max(by_parent.values(), key=len, default=[])
    return Body(longest[0], longest[-1]) if longest else None


def _is_running_text(element: HtmlElement) -> bool:
    return has_text(string(element), _MIN_RUNNING) if element.tag == "p" else has_direct_text(element, _MIN_RUNNING)


def signature(root: HtmlElement, vietnamese: bool, house: frozenset[str]) -> Byline | None:
    """The line that signs the article with a name other than the outlet's: behind its text, else in bold before it;
    on a Vietnamese page also the last line at the right margin."""
    body = body_of(root)
    candidates = _candidates(body, vietnamese) if body else ()
    for element, names in chain(candidates, _at_the_right(root) if vietnamese else ()):
        if names and not all(is_house(name, house) for name in names):
            is_text = _REPORTER.match(text_of(element, SHORT)) is not None
            return Byline("signature", line_in(element, names), names, () if is_text else (element,))
    return None


def _candidates(body: Body, vietnamese: bool) -> Iterator[tuple[HtmlElement, tuple[str, ...]]]:
    """Yields candidate elements with their names, the likeliest first."""
    end = body.last[-1] if vietnamese and body.last.tag == "div" and len(body.last) else None  # lines between <br>
    if end is not None and end.tag in ("b", "strong") and not (end.tail or "").strip():
        yield end, _bold_names(end)
    for element, _ in behind(body.last, MOST_BEHIND):
        if (names := _signature_names(element, vietnamese)) and not _signs_teaser(element):
            yield element, names
    for element in islice(body.first.getparent(), MOST_OPENING):
        if reporter := _REPORTER.match(text_of(element, SHORT)):
            yield element, authors_of(reporter[1])
    above = islice(body.first.itersiblings(preceding=True), MOST_OPENING)
    opening = next((element for element in above if text_of(element, 1)), None)
    if opening is not None and opening.tag == "p":
        yield opening, _bold_names(opening)


def _signs_teaser(element: HtmlElement) -> bool:
    """Whether an element names who wrote another story: another element of its box links to it by its title."""
    box = element.getparent()
    links = islice(box.iter("a"), MOST_LINKS) if box is not None and not has_text(string(box), LONGEST) else ()
    return any(has_text(text_of(link, SHORT), _MIN_TITLE) and element not in link.iterancestors() for link in links)


def _at_the_right(root: HtmlElement) -> Iterator[tuple[HtmlElement, tuple[str, ...]]]:
    aligned = islice(filter(_is_right_aligned, root.iter("p", "div")), MOST_ALIGNED)
    for element in reversed(list(aligned)):
        yield element, _signature_names(element, True)


def _is_right_aligned(element: HtmlElement) -> bool:
    return element.get("align") == "right" or bool(_RIGHT_ALIGNED.search(element.get("style") or ""))


def _signature_names(element: HtmlElement, vietnamese: bool) -> tuple[str, ...]:
    if element.tag not in ("p", "div", "span", "strong", "b", "em", "h4", "h5", "a"):
        return ()
    if is_byline(element, label(element)):
        return names_in(element)
    text = _line(element) if element.tag in ("p", "div") else ""
    if not text:
        return ()
    bracketed = _IN_BRACKETS.fullmatch(text) or (_BEHIND_DASH.fullmatch(text) if _ends_column(element) else None)
    if bracketed:
        names = _persons_or_none(authors_of(bracketed[1]))
        return names if all(" " in name or not name.isascii() or is_agency(name) for name in names) else ()
    if _is_right_aligned(element) or (vietnamese and element.tag == "p" and _all_capitalised(text)):
        return _persons_or_none(authors_of(text))
    return _bold_names(element) if vietnamese else _bold_names(element, "em", "i") if _ends_column(element) else ()


def _ends_column(element: HtmlElement) -> bool:
    """Whether a paragraph is the last of the text's column: behind another one, and nothing follows it."""
    previous = element.getprevious()
    is_last = not any(text_of(following, 1) for following in element.itersiblings())
    return element.tag == "p" and previous is not None and previous.tag == "p" and is_last


def _line(element: HtmlElement) -> str:
    """The text of an element that can be a signature, without its photographer; '' of any other."""
    text = text_of(element, SHORT + 1) if len(element) < 8 else ""
    if not 1 < len(text) <= SHORT or _SENTENCE_END.search(text) or any(map(str.isdigit, text)):
        return ""
    return _PHOTOGRAPHER.sub(r"\1", text).strip()


def _bold_names(element: HtmlElement, *others: str) -> tuple[str, ...]:
    """The names of a line that is all bold, or in one of the other tags, except for a remark in brackets."""
    bold = next(element.iter("strong", "b", *others), None)
    text = _line(element) if bold is not None else ""
    remark = text.replace(text_of(bold, LONGEST), "", 1).strip() if bold is not None else ""
    if not text or (remark and not re.fullmatch(r"[(/\-–].*", remark)):
        return ()
    names = _persons_or_none(authors_of(text))
    return names if all(1 < len(name.split()) < 6 for name in names) else ()


def _persons_or_none(names: tuple[str, ...]) -> tuple[str, ...]:
    return names if names and all(is_person_like(name) and len(name.split()) < 6 for name in names) else ()


def _all_capitalised(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", re.sub(r"\([^()]*\)", "", text))
    return 0 < len(words) <= 5 and all(word[0].isupper() for word in words)


def placed_byline(positions: Iterable[Position]) -> Byline | None:
    """A lone name in a line below the headline, in an element with a metadata class: `<p class=meta>HN</p>`."""
    for position in islice((candidate for candidate in positions if candidate.behind), _NEAREST):
        text = text_of(position.element, LONGEST_PLACED + 1)
        if not _PLACED_LABEL.search(position.label) or len(text) > LONGEST_PLACED or any(map(str.isdigit, text)):
            continue
        names = tuple(filter(is_person_like, authors_of(text)))
        if names and all(word[0].isupper() for name in names for word in name.split()):
            return Byline("place", text, names, (position.element,))
    return None


def byline_by_date(positions: Iterable[Position], dates: Collection[HtmlElement], root: HtmlElement) -> Byline | None:
    """A line of nothing but names next to the date below the headline, whatever its markup. A name that links or
    paragraphs of the page have too is a section's, a place's or of the story."""
    lines = [line for line in islice(filter(_has_own_text, positions), _NEAREST) if line.behind]
    for line, following in pairwise(lines):
        for name_line, date_line in ((line, following), (following, line)):
            if date_line.element in dates and name_line.element not in dates:
                names = _full_names(text_of(name_line.element, SHORT + 1))
                if names and not any(_occurs_elsewhere(name, name_line.element, root) for name in names):
                    return Byline("place", line_in(name_line.element, names), names, (name_line.element,))
    return None


def _has_own_text(position: Position) -> bool:
    return has_direct_text(position.element, 2)


def _full_names(text: str) -> tuple[str, ...]:
    """The names of a line that holds nothing else: each of two to five words with capitals."""
    is_label = text.endswith(":") or any(map(str.isdigit, text))
    names = authors_of(text) if len(text) <= SHORT and not is_label else ()
    letters = sum(map(str.isalpha, "".join(names)))
    is_bare = letters >= _NAMES_SHARE * sum(map(str.isalpha, text))
    return names if is_bare and all(map(is_person_like, names)) and all(map(_is_full_name, names)) else ()


def _is_full_name(name: str) -> bool:
    words = name.split()
    is_mixed = not name.isupper() and any(len(word) > 1 and word.isalpha() and word.isupper() for word in words)
    return 1 < len(words) < 6 and not is_mixed and all(word[0].isupper() or word in _PARTICLES for word in words)


def _occurs_elsewhere(name: str, line: HtmlElement, root: HtmlElement) -> bool:
    """Whether a link is the name, or a paragraph of running text has it."""
    if any(text_of(link, len(name) + 1) == name for link in root.iter("a") if line not in link.iterancestors()):
        return True
    return any(name in string(paragraph) for paragraph in filter(_is_running_text, root.iter("p", "div", "font")))


def linked_byline(root: HtmlElement) -> Byline | None:
    """The names in the one line that links to pages of authors: an <address>, HTML's element for who is responsible, or
    a line in front of the headline that begins like a byline."""
    above = takewhile(lambda element: element.tag != "h1", root.iter("p", "div", "span", "h1"))
    lines = chain(root.iter("address"), above)
    signed = [(element, names) for element in lines if _introduces_author(element) and (names := names_in(element))]
    return Byline("address", line_in(*signed[0]), signed[0][1], (signed[0][0],)) if len(signed) == 1 else None


def _introduces_author(element: HtmlElement) -> bool:
    if element.tag == "address":
        return element.find(".//a[@rel='author']") is not None
    return begins_byline(element.text) and any(is_marked_as_author(link, "") for link in element.iterchildren("a"))


def pen_name(positions: Iterable[Position], house: frozenset[str]) -> Byline | None:
    """Initials or a login that an element marked as byline prints: what the page calls its author."""
    for position in positions:
        if is_marked_as_author(position.element, position.label):
            text = text_of(position.element, _LONGEST_PEN_NAME + 1)
            if _PEN_NAME.fullmatch(text) and not is_house(text, house) and key_of(text) not in FURNITURE_KEYS:
                return Byline("byline", text, (text,), (position.element,))
    return None


def initials(root: HtmlElement) -> Byline | None:
    """The initials of an editor that close the text: in brackets behind its last sentence, or in a line of their own
    in brackets or at the right margin."""
    body = body_of(root)
    if body and (match := _INITIALS_BEHIND.search(string(body.last)[-SHORT:].rstrip())):
        return Byline("signature", match[1], (match[1],))
    for element, _ in behind(body.last, MOST_INITIALS) if body else ():
        match = _INITIALS.fullmatch(text_of(element, SHORT)) if element.tag in ("p", "div", "em", "i") else None
        if match and (match[1] or _is_right_aligned(element)):
            names = tuple(name for name in re.split(r"[/,]\s?", match[2]) if not is_agency(name))
            return Byline("signature", match[0], names, (element,)) if names else None
    return None


def labelled_byline(root: HtmlElement) -> Byline | None:
    """The name behind a label in an element of its own, wherever a page lists its facts: `<b>Autorin</b> Eva Kurz`."""
    for label_element in root.iter("b", "strong", "span", "em", "h4", "h5"):
        name_of_label = (label_element.text or "").strip(" :\n\t")
        element = label_element.getparent()
        if not 1 < len(name_of_label) <= _LONGEST_LABEL or element is None or (element.text or "").strip():
            continue
        if _AUTHOR_LABELS.fullmatch(name_of_label) or WRITTEN_BY.fullmatch(name_of_label):
            text = text_of(element, LONGEST_PLACED + _LONGEST_LABEL)
            names = tuple(filter(is_person_like, authors_of(text[len(name_of_label) :].lstrip(" :"))))
            if text.startswith(name_of_label) and names and all(" " in name for name in names):
                return Byline("label", text, names, (element,))
    return None
