"""The pictures of an article with their captions, and their places in its body."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from lxml import html

from archive.extract import caption_parts, captions, declared_captions, naming_words, picture_urls
from archive.extract.blocks import IMAGE
from archive.extract.boilerplate import drop
from archive.extract.element_text import text_of
from archive.extract.parsed_page import Page
from archive.extract.xpath import string
from archive.model.records import Image
from archive.text.folding import fold

_MOST = 500  # pictures; the longest gallery seen has 60


_IN_A_ROW = ("img", "amp-img", "a", "span", "br")
_CARD_DEPTH, _CARD_PARTS = 5, 12  # elements around, elements inside
_LONGEST_CARD, _CARD_SHARE = 400, 0.5  # characters, share of them in links
_LONGEST_ROW = 4  # pictures above one caption


@dataclass(frozen=True, slots=True)
class Figures:
    """The pictures in reading order, and the numbers of those that stand before and behind the body."""

    images: tuple[Image, ...]
    before: tuple[int, ...]
    behind: tuple[int, ...]


def take(region: html.HtmlElement, body: html.HtmlElement, page: Page) -> Figures:
    """Reads the pictures of the region, takes their captions out of the tree and marks the pictures' places.

    region: the part of the page that belongs to the article, `body` included.
    """
    images: list[Image] = []
    outside: tuple[list[int], list[int]] = ([], [])
    inside = set(picture_urls.pictures_in(body))
    behind = _behind(region, body)
    cover = (page.metas.get("og:image") or [""])[0]
    done: set[html.HtmlElement] = set()
    lead = _lead(page, region, behind)
    for picture in ([lead] if lead is not None else []) + picture_urls.pictures_in(region)[:_MOST]:
        if picture in done or picture_urls.is_icon(picture):
            continue
        read = _read(picture, region, page, picture in inside, done, "" if images else cover, picture is lead)
        found = _new(read, images)
        if picture not in inside:
            outside[picture in behind].extend(range(len(images), len(images) + len(found)))
        images.extend(found if not found else _marked(picture, found, len(images)))
    for caption in list(body.iter("figcaption")):
        drop(caption)  # of a film or a map: no text of the body
    return Figures(tuple(images), tuple(outside[0]), tuple(outside[1]))


def _lead(page: Page, region: html.HtmlElement, behind: set[html.HtmlElement]) -> html.HtmlElement | None:
    """The picture above the article, where the page declares it as the article's and shows it before the body, or
    where it is the one large picture between headline and body."""
    names = declared_captions.covers(page)
    before: list[html.HtmlElement] = []
    for picture in page.root.iter("img", "amp-img"):
        if picture in behind or len(before) >= _MOST:
            break
        if not picture_urls.is_icon(picture):
            before.append(picture)
    for picture in before:
        address = picture_urls.address(picture, page.base)
        if address and declared_captions.is_named(address, names) and not captions.links_elsewhere(picture):
            return picture
    alone = [one for one in before if region in one.iterancestors() and next(one.iterancestors("a"), None) is None]
    large = [one for one in alone if picture_urls.is_large(one)] or alone
    return large[0] if len(large) == 1 else None


def _new(found: list[Image], images: list[Image]) -> list[Image]:
    """Without those that the page shows a second time and says nothing new about."""
    known = {(image.url, image.caption) for image in images} | {(image.url, None) for image in images}
    return [image for image in found if (image.url, image.caption) not in known]


def _behind(region: html.HtmlElement, body: html.HtmlElement) -> set[html.HtmlElement]:
    """The pictures of the region that come after the beginning of the body."""
    passed = region is body
    behind = set()
    for element in region.iter(body.tag, "img", "amp-img"):
        passed = passed or element is body
        if passed:
            behind.add(element)
    return behind


def _marked(picture: html.HtmlElement, found: list[Image], number: int) -> list[Image]:
    picture.set(IMAGE, f"{number}+{len(found)}")
    return found


def _read(
    picture: html.HtmlElement,
    region: html.HtmlElement,
    page: Page,
    inside: bool,
    done: set[html.HtmlElement],
    cover: str,
    lead: bool,
) -> list[Image]:
    """The images of one picture and those that share its caption. cover: the address that the page declares for its
    lead picture, for a first picture that only a script gives an address. lead: it is the picture above the article,
    which needs no caption."""
    scope = captions.scope_of(picture, region)
    elements = captions.captions_of(scope, region, loose=inside)
    if not inside and not elements and not lead:
        return []
    bare = not elements and not lead
    if _is_portrait(scope, region) or (bare and (captions.leads_away(picture) or _is_card(scope, region))):
        return []
    raw, caption, credit = (
        caption_parts.read(elements, scope) if elements or scope.tag == "figure" else (None, None, None)
    )
    credit = credit or caption_parts.credit_in_title(caption, [picture]) or caption_parts.credit_in_data(picture)
    sharing = [picture]
    if elements:
        sharing = [
            one for one in _sharing(picture, scope, elements) if one not in done and not picture_urls.is_icon(one)
        ]
        for element in caption_parts.credit_elements_of(elements, scope) + elements:
            drop(element)
    done.update(sharing)
    found = {}
    for one in sharing:
        address = picture_urls.address(one, page.base)
        if address is None and caption and cover:
            address = picture_urls.absolute_url(cover, page.base)
        if address and address not in found:
            found[address] = Image(address, caption, credit, raw, fold(one.get("alt") or "") or None)
    return list(found.values())


def _sharing(
    picture: html.HtmlElement, scope: html.HtmlElement, elements: list[html.HtmlElement]
) -> list[html.HtmlElement]:
    """All the pictures that the caption is printed for."""
    parent = elements[0].getparent()
    if scope.tag == "figure":
        own = picture_urls.pictures_in(scope)
        if parent is None or elements[0].tag != "figcaption" or parent.tag == "figure":
            return own
        beside = [one for child in parent if child.tag == "figure" for one in picture_urls.pictures_in(child)]
        return beside if picture in beside else own
    if elements[0].tag == "tr" and len(elements[0]) == 1:
        above = elements[0].getprevious()
        shown = picture_urls.pictures_in(above) if above is not None else []
        return shown if picture in shown else [picture]
    shown = _above(elements[0])
    return shown if picture in shown else picture_urls.pictures_in(scope) or [picture]


def _above(caption: html.HtmlElement) -> list[html.HtmlElement]:
    """The pictures that stand directly before a caption, with no text and no other block between them."""
    found: list[html.HtmlElement] = []
    for one in caption.itersiblings(preceding=True):
        if one.tag not in _IN_A_ROW or string(one).strip() or (one.tail or "").strip() or len(found) > _LONGEST_ROW:
            break
        found[:0] = picture_urls.pictures_in(one)
    return found if len(found) <= _LONGEST_ROW else []


def _is_card(scope: html.HtmlElement, region: html.HtmlElement) -> bool:
    """The picture of another story's teaser: in the box around it stand a link and next to nothing else."""
    for box in islice(scope.iterancestors(), _CARD_DEPTH):
        if box is region or box.tag in ("body", "article", "main") or len(box) > _CARD_PARTS:
            return False
        size = len(text_of(box, _LONGEST_CARD + 1))
        if size > _LONGEST_CARD:
            return False
        if size:
            linked = sum(len(text_of(one, _LONGEST_CARD)) for one in box.iter("a") if captions.leads_away(one))
            return linked > _CARD_SHARE * size
    return False


def _is_portrait(scope: html.HtmlElement, region: html.HtmlElement) -> bool:
    """An author's portrait: near elements are named for the author."""
    for number, ancestor in enumerate([scope, *scope.iterancestors()]):
        if ancestor is region or number > 3:
            return False
        if naming_words.PORTRAIT.name(ancestor):
            return True
    return False
