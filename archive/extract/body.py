"""Extracts the body of an article: its blocks, pictures and lead."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice

from lxml import html

from archive.extract import (
    body_cleaning,
    body_containers,
    boilerplate,
    captions,
    credits,
    datelines,
    declared,
    figures,
    headlines,
    lead,
    paywalls,
    picture_urls,
    trafilatura_opinion,
)
from archive.extract.blocks import Piece, pieces, size_of
from archive.extract.body_cleaning import NO_TEASERS, Teasers
from archive.extract.body_containers import Container
from archive.extract.elements import MIN_PROSE, has_text, selector, string, text_of
from archive.extract.metadata import Metadata
from archive.extract.parsed_page import Page
from archive.model.records import Block, BlockKind, Image
from archive.model.urls import host_of
from archive.rules import phrases
from archive.rules.xpath_rules import Rules
from archive.text.folding import key_of, letters

_MIN_HEADLINE = 30  # characters
_MAX_SUBHEAD = 120
_FILE_END = re.compile(r"(?<=\w)\.(?:html?|aspx?|php|chn|vnp|epi|tdu)$")
_PAGE_NUMBER = re.compile(
    r"(?:\.\w{2,5})?/?[?&](?:page|p|pg|trang|seite|pag)=(?:[2-9]|1\d)"
    r"|(?:[-_/,.]|(?:page|trang|seite|p)){1,2}[-_/,=]?(?:[2-9]|1\d)(?:/|\.\w{2,5})?$"
)
_MAX_NUMBERED, _LONGEST_NUMBER = 200, 24  # links, characters of a page's number at the end of an address
_MOST_LINES = 3_000  # lines among which the editors are sought
_STUB = 1_200  # characters that a pay wall leaves


@dataclass(frozen=True, slots=True)
class Body:
    """The extracted body. `origins` as in Reading.

    teasers: counts of teasers of other stories in the text. links: number of headline-long links on the page.
    scrambled: the publisher prints text that only a script makes readable. says_gone: a notice stands in the article's
    place. declared: the page or a rule names the container. guessed: no container was found, and trafilatura took the
    text from the whole page. dateline: as in Reading. paywalled: an offer stands in the place of text, or the page
    declares that it is not free and shows little. more_pages: the article goes on behind another address. share: of the
    container's text that was kept; of_page: of the page's text that it is; column: of the text, what one element holds.
    """

    blocks: tuple[Block, ...] = ()
    images: tuple[Image, ...] = ()
    lead: str | None = None
    dateline: str | None = None
    origins: tuple[tuple[str, str], ...] = ()
    teasers: Teasers = NO_TEASERS
    links: int = 0
    scrambled: bool = False
    says_gone: bool = False
    declared: bool = False
    guessed: bool = False
    paywalled: bool = False
    more_pages: bool = False
    share: float = 0.0
    of_page: float = 0.0
    column: float = 0.0

    @property
    def prose_lengths(self) -> list[int]:
        """The lengths of the paragraphs and quotes of running text."""
        texts = [block.text for block in self.blocks if block.kind in ("paragraph", "quote")]
        return [len(text) for text in texts if len(text) >= MIN_PROSE]


def read_body(page: Page, rules: tuple[Rules, ...], metadata: Metadata) -> Body:
    """Extracts the body and consumes the page's tree: no other extractor can use the page afterwards."""
    headline = metadata.headline or ""
    links = sum(has_text(string(link), _MIN_HEADLINE + 1) for link, _ in page.links)  # as long as a headline
    heading = headlines.headline_element(page.root, headline)
    if heading is not None:
        body_containers.drop_next_articles(page.root, heading)
    more_pages = _has_more_pages(page)
    picture_urls.show_painted(page.root, page.base)  # before the tree loses its <base>
    declared_picture = figures.declared_picture(page, heading)
    container = _find_container(page, rules, heading, declared_picture) or _scripted_container(page, heading)
    if container is None:
        return _without_container(page, headline, links)
    if (line := _editors_line(container.element)) is not None:
        body_containers.drop([*body_containers.behind(line, [container.element]), line])
    _drop_metadata_elements(metadata, container.element)
    _apply_rules(container)
    if heading is not None and page.root not in heading.iterancestors():
        heading = None  # a rule dropped it with its box
    found_lead = lead.find(page, rules, container.element, heading, headline)
    if found_lead is not None and body_cleaning.introduces(found_lead.text, metadata.authors):
        boilerplate.drop(found_lead.element)  # an author's biography above the text
        found_lead = lead.find(page, rules, container.element, heading, headline)
    if found_lead is not None:
        boilerplate.drop(found_lead.element)
    for number, element in enumerate(lead.opening(page, container.element, heading)):
        container.element.insert(number, element)
    region = body_containers.article_region(heading, container.element)
    persons = frozenset(map(key_of, metadata.authors))
    taken_figures = figures.extract_figures(region, container.element, page, declared_picture, persons)
    body = _clean_body(page, container, heading, found_lead, taken_figures, metadata, links)
    return replace(body, more_pages=more_pages)


def _scripted_container(page: Page, heading: html.HtmlElement | None) -> Container | None:
    """The body that only a script's data holds, put where the page would show it."""
    body = trafilatura_opinion.scripted_html(trafilatura_opinion.script_texts(page.by_tag["script"]))
    parent = heading.getparent() if heading is not None else page.root.find("body")
    if body is None or parent is None:
        return None
    parent.append(body)
    return Container(body, "script")


def _without_container(page: Page, headline: str, links: int) -> Body:
    """The body from JSON-LD, else from trafilatura."""
    if declared_blocks := trafilatura_opinion.declared_text(page, 0):
        return Body(declared_blocks, origins=(("body", "json-ld"),), links=links, declared=True)
    linked = {letters(string(link)) for link, _ in page.links}
    found_blocks = trafilatura_opinion.found_on_page(page.root, headline)
    return Body(
        found_blocks,
        origins=(("body", "trafilatura"),) if found_blocks else (),
        links=links,
        guessed=bool(found_blocks),
        says_gone=body_cleaning.says_gone([block.text for block in found_blocks if letters(block.text) not in linked]),
    )


def _find_container(
    page: Page, rules: tuple[Rules, ...], heading: html.HtmlElement | None, picture: html.HtmlElement | None
) -> Container | None:
    """Removes the page's boilerplate and finds the container of the body."""
    by_rules = body_containers.by_rules(page.root, rules)
    declared = body_containers.declared(page.root)
    protected = (by_rules.element if by_rules else None, declared, heading, picture)
    boilerplate.remove(page.root, [element for element in protected if element is not None])
    paywalls.drop_invitations(page.root)
    return by_rules or _by_markup(page.root, declared)


def _editors_line(container: html.HtmlElement) -> html.HtmlElement | None:
    """The line that names the editors of a Chinese text: more of the text is in front of it than behind."""
    if not any(word in string(container) for word in ("编辑", "編輯")):
        return None
    masses = body_containers.text_masses(container)
    lines = islice(container.iterdescendants("p", "div", "span", "li"), _MOST_LINES)
    line = next((line for line in lines if phrases.EDITORS.fullmatch(text_of(line, 60))), None)
    behind = body_containers.behind(line, [container]) if line is not None else []
    return line if 2 * sum(map(masses.__getitem__, behind)) < masses[container] else None


def _drop_metadata_elements(metadata: Metadata, container: html.HtmlElement) -> None:
    """Drops the elements of the metadata, such as byline and date line: they are not body text."""
    enclosing = {container, *container.iterancestors()}
    for element in metadata.used:
        if element not in enclosing:
            boilerplate.drop(element)


def _clean_body(
    page: Page,
    container: Container,
    heading: html.HtmlElement | None,
    found_lead: lead.Lead | None,
    pictures: figures.Figures,
    metadata: Metadata,
    links: int,
) -> Body:
    """Builds the body from the cleaned container."""
    found_pieces = body_cleaning.below_headline(pieces(container.element), heading, container.element)
    scrambled = paywalls.is_scrambled(found_pieces)
    kept = body_cleaning.kept(found_pieces, container.element, metadata.headline or "", host_of(page.url), scrambled)
    kept = body_cleaning.without_biography(kept, metadata.authors)
    length = size_of(kept)
    bold_piece = None if found_lead else lead.bold(kept)
    if bold_piece is not None:
        kept.remove(bold_piece)
        found_lead = lead.Lead(bold_piece.element, bold_piece.text, "bold")
    elif found_lead is not None and body_cleaning.is_cut_from(found_lead.text, kept):
        found_lead = None
    elif found_lead is not None:
        kept = body_cleaning.without_repeat(kept, found_lead.text)
    images, kept = _apply_credit_line(declared.completed(pictures.images, page), kept)
    images = declared.signed(images, metadata.byline, metadata.authors)
    images = tuple(image if image.caption != metadata.headline else replace(image, caption=None) for image in images)
    declared_text = trafilatura_opinion.declared_text(page, size_of(kept))
    is_paid = any(str(thing.get("isAccessibleForFree")).lower() == "false" for thing in page.linked_data)
    beginnings = [
        (part.element, part.text) for part in (found_lead, *[piece for piece in kept if piece.text][:1]) if part
    ]
    origins = [("body", "json-ld" if declared_text else container.origin)]
    origins.append(("container", body_containers.css_path(container.element)))
    return Body(
        declared_text or _blocks(kept, pictures),
        images,
        found_lead.text if found_lead else None,
        datelines.dateline_of(page, metadata.house, beginnings),
        origins=tuple(origins + ([("lead", found_lead.origin)] if found_lead else [])),
        teasers=body_cleaning.teasers_of(found_pieces) if not declared_text else NO_TEASERS,
        links=links,
        scrambled=scrambled,
        says_gone=body_cleaning.says_gone([piece.text for piece in kept]),
        paywalled=paywalls.is_walled(found_pieces) or (is_paid and size_of(kept) < _STUB),
        declared=bool(declared_text) or container.origin != "structure",
        share=length / max(1, size_of(found_pieces)),
        of_page=length / max(1, len(string(page.root))),
        column=_in_one_column(kept) / max(1, length),
    )


def _in_one_column(kept: list[Piece]) -> int:
    """Letters of the text in the element that holds most of it."""
    columns: Counter[html.HtmlElement | None] = Counter()
    for piece in kept:
        columns[piece.element.getparent()] += len(piece.text)
    return max(columns.values(), default=0)


def _apply_credit_line(images: tuple[Image, ...], kept: list[Piece]) -> tuple[tuple[Image, ...], list[Piece]]:
    """Applies the article's one credit line to images without a credit; returns the images and the other pieces."""
    credit_lines = [(part, name) for part in kept if part.kind == "paragraph" and (name := credits.of_line(part.text))]
    others = [piece for piece in kept if all(piece is not line for line, _ in credit_lines)]
    if not images:
        return images, others  # of a video
    if len({name for _, name in credit_lines}) != 1:
        return images, kept
    captioned = any(image.caption and not image.credit for image in images)
    credited = tuple(
        replace(image, credit=image.credit or credit_lines[0][1])
        if image is images[0] or image.caption or not captioned
        else image
        for image in images
    )
    return credited, others


def _has_more_pages(page: Page) -> bool:
    """Whether a link leads to another page of the same article: its own address with a page's number."""
    own = _FILE_END.sub("", page.url.partition("?")[0]).rstrip("/")
    hrefs = [link.get("href") or "" for link in page.by_tag["link"]] + [href for _, href in page.links]
    name = own.rpartition("/")[2]  # few links hold it; the pattern is slow
    near = [href for href in hrefs if name in href or not href.startswith(("/", "http", "#"))]
    numbered = (href for href in near if _PAGE_NUMBER.search(href[-_LONGEST_NUMBER:]))
    return bool(own) and any(
        target.startswith(own) and _PAGE_NUMBER.fullmatch(target[len(own) :])
        for target in (picture_urls.absolute_url(href, page.base) or "" for href in islice(numbered, _MAX_NUMBERED))
    )


def _by_markup(root: html.HtmlElement, declared: html.HtmlElement | None) -> Container | None:
    structural = body_containers.by_structure(root)
    if declared is None:
        return structural
    captions = sum(len(string(caption)) for caption in declared.iter("figcaption"))  # the text of a photo story
    is_large = structural is None or boilerplate.mass(declared) + captions >= 0.5 * boilerplate.mass(structural.element)
    return Container(declared, "microdata") if is_large else structural


def _apply_rules(container: Container) -> None:
    """Applies the `drop` rules of the container and marks the elements its `caption` rules select."""
    if container.rules is None:
        return
    for path in container.rules.drop:
        for element in selector(path)(container.element):
            if not boilerplate.is_in_sentence(element):
                boilerplate.drop(element)
    for path in container.rules.caption:
        for element in selector(path)(container.element):
            element.set(captions.CAPTION, "")


def _blocks(kept_pieces: list[Piece], pictures: figures.Figures) -> tuple[Block, ...]:
    before, behind = (
        [Block("image", image=number) for number in numbers] for numbers in (pictures.before, pictures.behind)
    )
    return (*before, *(Block(_block_kind(piece), piece.text, piece.image) for piece in kept_pieces), *behind)


def _block_kind(piece: Piece) -> BlockKind:
    """A short bold paragraph without sentence punctuation is a subhead."""
    bold = piece.kind == "paragraph" and piece.strong >= 0.95 * len(piece.text) and len(piece.text) <= _MAX_SUBHEAD
    return "subhead" if bold and piece.text[-1:] not in '.!:;,…”"' else piece.kind
