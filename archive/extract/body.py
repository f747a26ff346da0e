"""The body of an article: its blocks, pictures and lead."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import html

from archive.extract import captions, cleaning, containers, figures, furniture, lead, region, scripted
from archive.extract.blocks import Piece, pieces
from archive.extract.cleaning import NO_TEASERS, Teasers
from archive.extract.containers import Container
from archive.extract.metadata import Metadata
from archive.extract.page import Page
from archive.extract.text import text_of
from archive.extract.xpath import selector, string
from archive.records import Block, Image
from archive.rules.base import Rules

_HEADLINE = 30  # characters


@dataclass(frozen=True, slots=True)
class Body:
    """What was read between headline and tail. `origins` as in Reading.

    teasers: how much of the text is teasers of other stories. links: how many links to such stood on the page.
    scrambled: the publisher prints text that only a script makes readable. declared: the page or a rule names the
    container.
    """

    blocks: tuple[Block, ...] = ()
    images: tuple[Image, ...] = ()
    lead: str | None = None
    origins: tuple[tuple[str, str], ...] = ()
    teasers: Teasers = NO_TEASERS
    links: int = 0
    scrambled: bool = False
    declared: bool = False


def read_body(page: Page, rules: tuple[Rules, ...], metadata: Metadata) -> Body:
    """Reads the body and takes the page's tree apart: nothing else can read the page afterwards."""
    root = page.root
    ruled = containers.by_rules(root, rules)
    declared = containers.declared(root)
    links = headline_links(root)
    heading = region.headline_element(root, metadata.headline or "")
    known = (ruled.element if ruled else None, declared, heading)
    furniture.remove(root, [one for one in known if one is not None])
    container = ruled or _structured(root, declared)
    if container is None:
        text = scripted.declared_text(page, 0)
        return Body(text, origins=(("body", "json-ld"),) if text else (), links=links, declared=bool(text))
    for element in metadata.used:
        if element is not container.element and container.element not in element.iterdescendants():
            furniture.drop(element)
    _apply_rules(container)
    found = lead.find(page, rules, container.element, heading, metadata.headline or "")
    lead_text = text_of(found[0]) if found else None
    if found and found[0] is not container.element:
        furniture.drop(found[0])
    around = region.article_region(heading, container.element)
    pictures = figures.take(around, container.element, page)
    found_pieces = pieces(container.element)
    kept = cleaning.kept(found_pieces, container.element, metadata.headline or "")
    bold = None if found else lead.bold(kept)
    if bold is not None:
        kept.remove(bold)
    blocks = _blocks(kept, pictures)
    declared_text = scripted.declared_text(page, sum(len(piece.text) for piece in kept))
    if declared_text:
        return Body(declared_text, pictures.images, lead_text, (("body", "json-ld"),), links=links, declared=True)
    origins = [("body", container.origin)] + ([("lead", found[1])] if found else [("lead", "bold")] if bold else [])
    return Body(
        blocks,
        pictures.images,
        bold.text if bold else lead_text,
        tuple(origins),
        teasers=cleaning.teasers_of(found_pieces),
        links=links,
        scrambled=cleaning.is_scrambled(found_pieces),
        declared=container.origin != "structure",
    )


def headline_links(root: html.HtmlElement) -> int:
    """How many links of the page are as long as a headline."""
    return sum(1 for link in root.iter("a") if link.get("href") and len(string(link).strip()) > _HEADLINE)


def _structured(root: html.HtmlElement, declared: html.HtmlElement | None) -> Container | None:
    found = containers.by_structure(root)
    if declared is not None and (found is None or _told(declared) >= 0.5 * furniture.mass(found.element)):
        return Container(declared, "microdata")
    return found


def _told(element: html.HtmlElement) -> int:
    """Characters in paragraphs and captions: a photo story tells all in its captions."""
    return furniture.mass(element) + sum(len(string(one)) for one in element.iter("figcaption"))


def _apply_rules(container: Container) -> None:
    """Drops what the container's rules drop and marks what they call captions."""
    if container.rules is None:
        return
    for path in container.rules.drop:
        for element in selector(path)(container.element):
            furniture.drop(element)
    for path in container.rules.caption:
        for element in selector(path)(container.element):
            element.set(captions.RULED, "")


def _blocks(found: list[Piece], pictures: figures.Figures) -> tuple[Block, ...]:
    before, behind = ([Block("image", image=n) for n in numbers] for numbers in (pictures.before, pictures.behind))
    return (*before, *(Block(piece.kind, piece.text, piece.image) for piece in found), *behind)
