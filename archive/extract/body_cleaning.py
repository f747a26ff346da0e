"""Removes link lists, calls to action, duplicates and the page's tail from the pieces of a container."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from lxml import html

from archive.extract import paywalls, trafilatura_opinion
from archive.extract.blocks import Piece, size_of
from archive.extract.body_containers import is_teaser_text
from archive.extract.elements import MIN_PROSE, string
from archive.model.urls import host_of
from archive.rules import phrases
from archive.text.folding import letters

_HEADLINE, _DATELINE = 20, 40  # minimum characters of a headline link, of a line between it and its teaser
_LONGEST_NOISE = 400
_LONGEST_NOTICE, _LITTLE_TEXT = 160, 400  # characters of a sentence, of all text on a page
_LONGEST_LABEL = 40  # characters of a heading, of a line under a teaser
_MIN_PIECES = 3
_MAX_SIBLINGS = 200
_LONGEST_ABOVE = 140  # characters of a line above the headline
_MOSTLY, _ANNOUNCED = 0.5, 0.05  # minimum linked share of a list item; behind a `Related` heading
_MOSTLY_BELOW = 0.7  # minimum share of the text below the headline
_MOST_COMMENTS, _MOST_COUNTED_COMMENTS = 0.4, 0.75  # of the text behind their heading; behind one that counts them
_PLACEHOLDER = re.compile(r"[${\[%#]{2}[\w .:-]{1,40}[$}\]%#]{2}")  # of a template: `$$AD$$`, `{{ad}}`
_NAMES = ("subhead", "list")
_LINKED_SENTENCE = 100  # characters of a paragraph that is a link and the article's
_LONGEST_NAME = 60  # characters of a name in a link
_SOCIAL = re.compile(
    r"facebook|twitter|instagram|youtube|whatsapp|telegram|linkedin|tiktok|pinterest|\bx\.com|zalo|google|apple"
)
_WORD = re.compile(r"\w")


def kept(pieces: list[Piece], container: html.HtmlElement, headline: str, host: str, scrambled: bool) -> list[Piece]:
    """The pieces that belong to the article, in order."""
    headline_key = letters(headline)
    pieces = _without_comments(pieces)
    plain = {_markup(piece) for piece in pieces if not piece.linked and len(piece.text) >= MIN_PROSE}
    keep = [
        part.kind == "image"
        or _is_subhead_of_text(part)
        or _names_other_site(part, host)
        or _is_linked_sentence(part, host, plain)
        or not _is_noise(part, headline_key)
        for part in pieces
    ]
    if scrambled:
        keep = [stays and not paywalls.is_gibberish(piece.text) for piece, stays in zip(pieces, keep, strict=True)]
    for index, piece in enumerate(pieces):
        keep[index] &= piece.kind != "paragraph" or not is_teaser_text(piece.element)
    _drop_teaser_list(pieces, keep)
    paywalls.drop_offers(pieces, keep, container)
    _drop_link_lists(pieces, keep)
    _drop_orphaned_subheads(pieces, keep)
    remaining = [piece for piece, stays in zip(pieces, keep, strict=True) if stays]
    remaining = trafilatura_opinion.confirmed(remaining, container)
    return _without_tail(_without_duplicates(remaining))


def says_gone(texts: list[str]) -> bool:
    """Whether the little text of a page says that the page is gone."""
    is_little = sum(map(len, texts)) < _LITTLE_TEXT
    return is_little and any(len(text) < _LONGEST_NOTICE and phrases.GONE.search(text) for text in texts)


def below_headline(pieces: list[Piece], heading: html.HtmlElement | None, container: html.HtmlElement) -> list[Piece]:
    """The pieces without short lines in front of the headline: old pages have masthead, clock and counter of visits in
    one table with the article."""
    if heading is None or container not in heading.iterancestors():
        return pieces
    above = set[html.HtmlElement]()
    for element in container.iter():
        if element is heading:
            break
        above.add(element)
    above.difference_update(heading.iterancestors())
    below = [piece for piece in pieces if piece.element not in above or not _is_label(piece)]
    return below if size_of(below) > _MOSTLY_BELOW * size_of(pieces) else pieces


def _is_label(piece: Piece) -> bool:
    return piece.kind != "image" and len(piece.text) < _LONGEST_ABOVE and piece.text[-1:] not in ".!?…"


@dataclass(frozen=True, slots=True)
class Teasers:
    """Counts: `prose` paragraphs, those of them that are `teasers` (behind a headline link), headline `links`, and
    characters in the longest `run` of prose without such a link."""

    prose: int = 0
    teasers: int = 0
    links: int = 0
    run: int = 0

    @property
    def many(self) -> bool:
        """Nearly all of the text is teasers, and at least four."""
        return self.teasers >= 4 and min(self.teasers, self.links) >= 0.7 * self.prose

    @property
    def all(self) -> bool:
        """All of the text is teasers."""
        return 0 < self.teasers == self.prose


NO_TEASERS = Teasers()
_MOST_CUT = 4  # paragraphs from which such a lead can be cut


def teasers_of(pieces: list[Piece]) -> Teasers:
    """Counts the teasers among the pieces of a container; the imprint does not count as text."""
    prose = teasers = links = run = longest = 0
    after_link = False
    for piece in pieces:
        size = len(piece.text)
        if size >= _HEADLINE and (piece.linked > 0.8 * size or _is_headline_with_remark(piece)):
            links, run = links + 1, 0
            after_link = True
        elif size <= phrases.LONGEST_IMPRINT and phrases.IMPRINT.match(piece.text):
            continue
        elif size >= MIN_PROSE and _opens_with_headline(piece):
            prose, teasers, links, run = prose + 1, teasers + 1, links + 1, 0
            after_link = False
        elif size >= MIN_PROSE and piece.linked < 0.5 * size:
            prose += 1
            run += size
            longest = max(longest, run)
            teasers += after_link
            after_link = False
        elif size >= _DATELINE:
            after_link = False
    return Teasers(prose, teasers, links, longest)


def _is_headline_with_remark(piece: Piece) -> bool:
    """Whether a line is a linked headline and a few words: a time, `(3 bình luận)`."""
    remark = len(piece.text) - piece.linked
    return piece.linked >= _HEADLINE and remark < min(_DATELINE, piece.linked) and piece.text[-1:] not in ".!?…"


def _opens_with_headline(piece: Piece) -> bool:
    """Whether a table's cell is a linked headline and, on the next line, its teaser."""
    element = piece.element
    if (
        element.tag != "td"
        or piece.linked < _HEADLINE
        or not len(element)
        or element[0].tag != "a"
        or (element.text or "").strip()
    ):
        return False
    following = element[0].getnext()
    is_line = following is not None and following.tag == "br" and not (element[0].tail or "").strip()
    return is_line and len(string(element[0]).strip()) >= _HEADLINE


def without_biography(pieces: list[Piece], authors: tuple[str, ...]) -> list[Piece]:
    """The pieces without a last paragraph that introduces an author: `Ana Ruiz is a reporter at ...`."""
    last = pieces[-1].text if len(pieces) > _MIN_PIECES else ""
    return pieces[:-1] if introduces(last, authors) and len(last) < _LONGEST_NOISE else pieces


def without_repeat(pieces: list[Piece], lead: str) -> list[Piece]:
    """The pieces without a first paragraph that repeats the lead."""
    first = next((piece for piece in pieces if piece.text), None)
    is_repeat = first is not None and letters(first.text) == letters(lead)
    return [piece for piece in pieces if piece is not first] if is_repeat else pieces


def is_cut_from(lead: str, pieces: list[Piece]) -> bool:
    """Whether a lead is the text's first paragraph with the beginning of the next: a system cut it by its length."""
    texts = [letters(piece.text) for piece in pieces if piece.text][:_MOST_CUT]
    return len(texts) > 1 and len(letters(lead)) > len(texts[0]) and "".join(texts).startswith(letters(lead))


def introduces(text: str, authors: tuple[str, ...]) -> bool:
    """Whether a text begins as the introduction of an author, by the whole name or the first one."""
    names = [start for name in authors for start in (name, name.split()[0])]
    return any(text.startswith(name) and phrases.INTRODUCES.match(text[len(name) :]) for name in names)


def _is_noise(piece: Piece, headline: str) -> bool:
    if piece.linked > 0.8 * len(piece.text) and piece.kind != "table":
        return True
    if (
        paywalls.is_filler(piece.text)
        or not _WORD.search(piece.text)
        or _PLACEHOLDER.fullmatch(piece.text)
        or paywalls.BASE64.fullmatch(piece.text)
    ):
        return True
    if len(piece.text) < _LONGEST_NOISE and phrases.NOISE.match(piece.text):
        return True
    if len(piece.text) >= 2 * len(headline) + _HEADLINE or not headline:
        return False
    key = letters(piece.text)
    return key == headline or (piece.element.tag == "h1" and headline in key)


def _names_other_site(piece: Piece, host: str) -> bool:
    """Whether a short line is a link to another site, not a network: the name of what the text is about."""
    if piece.kind not in _NAMES or len(piece.text) > _LONGEST_NAME or piece.linked < 0.8 * len(piece.text):
        return False
    hosts = [host_of(link.get("href") or "") or host for link in piece.element.iter("a")]
    return bool(hosts) and not any(_SOCIAL.search(name) or _site(name) == _site(host) for name in hosts)


def _is_linked_sentence(piece: Piece, host: str, plain: set[tuple[str | None, ...]]) -> bool:
    """Whether a paragraph is a long sentence that leads to another site as a whole, and its markup is that of
    paragraphs without a link."""
    text = piece.text
    is_sentence = len(text) >= _LINKED_SENTENCE and text[-1] in ".!?" and piece.linked > 0.8 * len(text)
    if piece.kind != "paragraph" or not is_sentence or _markup(piece) not in plain:
        return False
    hosts = [host_of(link.get("href") or "") or host for link in piece.element.iter("a")]
    return bool(hosts) and all(_site(name) != _site(host) for name in hosts)


def _markup(piece: Piece) -> tuple[str | None, ...]:
    parent = piece.element.getparent()
    around = (None, None) if parent is None else (str(parent.tag), parent.get("class"))
    return (str(piece.element.tag), piece.element.get("class"), *around)


def _site(host: str) -> str:
    return ".".join(host.split(".")[-2:])


def _is_subhead_of_text(piece: Piece) -> bool:
    """Whether a heading, linked or not, stands in the column of the text, not in the box of a teaser."""
    following = piece.element.getnext()
    return (
        piece.kind == "subhead"
        and following is not None
        and following.tag == "p"
        and not is_teaser_text(following)
        and sum(sibling.tag == "p" for sibling in islice(following.itersiblings(preceding=True), _MAX_SIBLINGS)) > 0
    )


def _drop_teaser_list(pieces: list[Piece], keep: list[bool]) -> None:
    """Drops what stands behind a `Related` heading where nearly every paragraph has a headline link, or one short line
    recurs with every paragraph, as in teasers."""
    for index, piece in enumerate(pieces):
        if len(piece.text) <= _LONGEST_LABEL and phrases.RELATED.match(piece.text):
            behind = pieces[index + 1 :]
            labels = Counter(part.text for part in behind if 0 < len(part.text) <= _LONGEST_LABEL)
            prose = sum(len(part.text) >= MIN_PROSE for part in behind)
            teasers = teasers_of(behind)
            is_teased = teasers.many and teasers.run < 2 * _LITTLE_TEXT
            if is_teased or max(labels.values(), default=0) >= max(_MIN_PIECES, 0.6 * prose):
                keep[index:] = [False] * (len(pieces) - index)
                return


def _drop_link_lists(pieces: list[Piece], keep: list[bool]) -> None:
    """Drops lists whose items are mostly links, or that follow a `Related` heading: teasers of other stories. And those
    of which every third item says when: a ticker's `vor 2 Stunden`."""
    start = 0
    while start < len(pieces):
        end = start
        while end < len(pieces) and pieces[end].kind == "list":
            end += 1
        items = pieces[start:end]
        min_linked = _ANNOUNCED if start and phrases.RELATED.match(pieces[start - 1].text[:_LONGEST_NOISE]) else _MOSTLY
        counters = sum(phrases.COUNTER.match(piece.text) is not None for piece in items)
        is_ticker = len(items) > _MIN_PIECES and 3 * counters >= len(items)
        if is_ticker or (len(items) > 1 and all(piece.linked >= min_linked * len(piece.text) for piece in items)):
            keep[start:end] = [False] * len(items)
        start = end + 1


def _drop_orphaned_subheads(pieces: list[Piece], keep: list[bool]) -> None:
    """Drops a subhead or `Related` heading that is last or whose next piece was dropped."""
    for index, piece in enumerate(pieces):
        if piece.kind != "subhead" and not phrases.RELATED.match(piece.text[:_LONGEST_NOISE]):
            continue
        following = index + 1
        if following >= len(pieces) or (not keep[following] and pieces[following].kind != "image"):
            keep[index] = False


def _without_duplicates(pieces: list[Piece]) -> list[Piece]:
    """Deduplicates paragraphs: pull quotes and copies for phones repeat one; keeps the first."""
    seen_keys: set[str] = set()
    unique: list[Piece] = []
    for piece in pieces:
        key = letters(piece.text)
        if len(key) > 40 and key in seen_keys and not (unique and _are_siblings_alike(unique[-1], piece)):
            continue
        if len(key) > 800 and sum(1 for seen_key in seen_keys if len(seen_key) > 80 and seen_key in key) > 2:
            continue  # a duplicate of the whole article in one piece
        seen_keys.add(key)
        unique.append(piece)
    return unique


def _are_siblings_alike(first: Piece, second: Piece) -> bool:
    """Siblings of one tag and class: the same paragraph twice in a row is intended."""
    left, right = first.element, second.element
    return left.getparent() is right.getparent() and (left.tag, left.get("class")) == (right.tag, right.get("class"))


def _without_comments(pieces: list[Piece]) -> list[Piece]:
    """The pieces up to the heading of the readers' comments, if little follows it; more if it counts them."""
    sizes = [len(piece.text) if len(piece.text) >= MIN_PROSE else 0 for piece in pieces]
    behind, total = 0, sum(sizes)
    for index in range(len(pieces) - 1, 0, -1):
        text = pieces[index].text
        if phrases.COMMENTS.fullmatch(text) and (behind <= _MOST_COMMENTS * total or any(map(str.isdigit, text))):
            return pieces[:index]
        behind += sizes[index]
        if behind > _MOST_COUNTED_COMMENTS * total:
            break
    return pieces


def _is_trailing_subhead(piece: Piece) -> bool:
    """Whether a last piece is a subhead; some newsrooms print sentences as headings."""
    return piece.kind == "subhead" and not (
        len(piece.text) > MIN_PROSE and piece.text.endswith((".", "!", "?", "…", "”", '"'))
    )


def _without_tail(pieces: list[Piece]) -> list[Piece]:
    """The pieces without what ends a page below an article: a list of tags, a lone subhead. Pictures behind it stay."""
    number = len(pieces) - 1
    while number >= 0:
        piece = pieces[number]
        is_last = number == len(pieces) - 1
        if (is_last and _is_trailing_subhead(piece)) or phrases.TAIL.match(piece.text[:_LONGEST_NOISE]):
            if piece.kind != "image":
                del pieces[number]
        elif piece.kind != "image":
            break
        number -= 1
    return pieces
