"""The body of an article: its blocks, pictures and lead."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lxml import html

from archive.extract import (
    article_region,
    body_cleaning,
    body_containers,
    boilerplate,
    captions,
    credits,
    declared_captions,
    figures,
    lead,
    script_body,
    trafilatura_opinion,
)
from archive.extract.blocks import Piece, pieces
from archive.extract.body_cleaning import NO_TEASERS, Teasers
from archive.extract.body_containers import Container
from archive.extract.metadata import Metadata
from archive.extract.parsed_page import Page
from archive.extract.xpath import selector, string
from archive.model.records import Block, BlockKind, Image
from archive.rules.base import Rules

_HEADLINE = 30  # characters
_SUBHEAD = 120


@dataclass(frozen=True, slots=True)
class Body:
    """What was read between headline and tail. `origins` as in Reading.

    teasers: how much of the text is teasers of other stories. links: how many links to such stood on the page.
    scrambled: the publisher prints text that only a script makes readable. declared: the page or a rule names the
    container. guessed: no container was found, and trafilatura took the text from anywhere on the page.
    """

    blocks: tuple[Block, ...] = ()
    images: tuple[Image, ...] = ()
    lead: str | None = None
    origins: tuple[tuple[str, str], ...] = ()
    teasers: Teasers = NO_TEASERS
    links: int = 0
    scrambled: bool = False
    declared: bool = False
    guessed: bool = False


def read_body(page: Page, rules: tuple[Rules, ...], metadata: Metadata) -> Body:
    """Reads the body and takes the page's tree apart: nothing else can read the page afterwards."""
    headline = metadata.headline or ""
    links = headline_links(page.root)
    heading = article_region.headline_element(page.root, headline)
    _ = page.base  # before the tree loses its <base>
    container = _find(page, rules, heading)
    if container is None:
        return _without_container(page, headline, links)
    _drop_used(metadata, container.element)
    _apply_rules(container)
    found = lead.find(page, rules, container.element, heading, headline)
    if found is not None:
        boilerplate.drop(found.element)
    pictures = figures.take(article_region.article_region(heading, container.element), container.element, page)
    return _cleaned(page, container, found, pictures, headline, links)


def _without_container(page: Page, headline: str, links: int) -> Body:
    """A body that only the linked data give, or that only trafilatura finds."""
    if declared := script_body.declared_text(page, 0):
        return Body(declared, origins=(("body", "json-ld"),), links=links, declared=True)
    found = trafilatura_opinion.found_on_page(page.root, headline)
    return Body(found, origins=(("body", "trafilatura"),) if found else (), links=links, guessed=bool(found))


def _find(page: Page, rules: tuple[Rules, ...], heading: html.HtmlElement | None) -> Container | None:
    """The container of the body, in a page without its furniture."""
    ruled = body_containers.by_rules(page.root, rules)
    declared = body_containers.declared(page.root)
    known = (ruled.element if ruled else None, declared, heading)
    boilerplate.remove(page.root, [one for one in known if one is not None])
    return ruled or _structured(page.root, declared)


def _drop_used(metadata: Metadata, container: html.HtmlElement) -> None:
    """The byline, the date line: what the metadata were read from is no text of the body."""
    around = {container, *container.iterancestors()}
    for element in metadata.used:
        if element not in around:
            boilerplate.drop(element)


def _cleaned(
    page: Page,
    container: Container,
    found: lead.Lead | None,
    pictures: figures.Figures,
    headline: str,
    links: int,
) -> Body:
    """The body from what is left in the container."""
    found_pieces = pieces(container.element)
    kept = body_cleaning.kept(found_pieces, container.element, headline)
    bold = None if found else lead.bold(kept)
    if bold is not None:
        kept.remove(bold)
        found = lead.Lead(bold.element, bold.text, "bold")
    images, kept = _credited(declared_captions.completed(pictures.images, page), kept)
    declared_text = script_body.declared_text(page, sum(len(piece.text) for piece in kept))
    origins = [("body", "json-ld" if declared_text else container.origin)]
    origins.append(("container", body_containers.place(container.element)))
    return Body(
        declared_text or _blocks(kept, pictures),
        images,
        found.text if found else None,
        tuple(origins + ([("lead", found.origin)] if found else [])),
        teasers=body_cleaning.teasers_of(found_pieces) if not declared_text else NO_TEASERS,
        links=links,
        scrambled=body_cleaning.is_scrambled(found_pieces),
        declared=bool(declared_text) or container.origin != "structure",
    )


def _credited(images: tuple[Image, ...], kept: list[Piece]) -> tuple[tuple[Image, ...], list[Piece]]:
    """The images, those without a credit with the one that a line of the text gives for all; and the other pieces."""
    lines = [(piece, name) for piece in kept if piece.kind == "paragraph" and (name := credits.of_line(piece.text))]
    if not images or len({name for _, name in lines}) != 1:
        return images, kept
    credited = tuple(replace(image, credit=image.credit or lines[0][1]) for image in images)
    return credited, [piece for piece in kept if all(piece is not line for line, _ in lines)]


def headline_links(root: html.HtmlElement) -> int:
    """How many links of the page are as long as a headline."""
    return sum(1 for link in root.iter("a") if link.get("href") and len(string(link).strip()) > _HEADLINE)


def _structured(root: html.HtmlElement, declared: html.HtmlElement | None) -> Container | None:
    found = body_containers.by_structure(root)
    if declared is not None and (found is None or _told(declared) >= 0.5 * boilerplate.mass(found.element)):
        return Container(declared, "microdata")
    return found


def _told(element: html.HtmlElement) -> int:
    """Characters in paragraphs and captions: a photo story tells all in its captions."""
    return boilerplate.mass(element) + sum(len(string(one)) for one in element.iter("figcaption"))


def _apply_rules(container: Container) -> None:
    """Drops what the container's rules drop and marks what they call captions."""
    if container.rules is None:
        return
    for path in container.rules.drop:
        for element in selector(path)(container.element):
            boilerplate.drop(element)
    for path in container.rules.caption:
        for element in selector(path)(container.element):
            element.set(captions.RULED, "")


def _blocks(found: list[Piece], pictures: figures.Figures) -> tuple[Block, ...]:
    before, behind = ([Block("image", image=n) for n in numbers] for numbers in (pictures.before, pictures.behind))
    return (*before, *(Block(_kind(piece), piece.text, piece.image) for piece in found), *behind)


def _kind(piece: Piece) -> BlockKind:
    """A short bold paragraph that is no sentence is a subhead."""
    bold = piece.kind == "paragraph" and piece.strong >= 0.95 * len(piece.text) and len(piece.text) <= _SUBHEAD
    return "subhead" if bold and piece.text[-1:] not in '.!:;,…”"' else piece.kind
