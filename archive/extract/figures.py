"""Extracts the pictures of an article with their captions, and their places in its body."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

from lxml import html

from archive.extract import caption_parts, captions, credits, naming_words, picture_urls
from archive.extract.blocks import IMAGE
from archive.extract.boilerplate import drop
from archive.extract.element_text import is_inside, string, text_of, without_markup
from archive.extract.parsed_page import Page
from archive.model.records import Image
from archive.text.folding import fold

_MAX_PICTURES = 500  # the longest gallery seen has 60


_ROW_TAGS = ("img", "amp-img", "a", "span", "br")
_MAX_CARD_DEPTH, _MAX_CARD_CHILDREN = 5, 12  # ancestors, children
_MAX_CARD_TEXT, _MIN_CARD_LINKED = 400, 0.5  # characters, linked share of them
_MAX_ROW = 4  # pictures above one caption
_CREDIT_TAGS = ("p", "div", "span", "figcaption", "small", "em", "cite", "i")
_MAX_CREDITS = 40
_LONGEST_CREDIT = 250  # characters of a credit, or a caption and a credit, far from its picture


@dataclass(frozen=True, slots=True)
class Figures:
    """The pictures in reading order, and the indexes of those before and behind the body."""

    images: tuple[Image, ...]
    before: tuple[int, ...]
    behind: tuple[int, ...]


def extract_figures(region: html.HtmlElement, body: html.HtmlElement, page: Page) -> Figures:
    """Reads the pictures of the region, removes their captions from the tree and marks the pictures' places.

    region: the part of the page that belongs to the article, `body` included.
    """
    images: list[Image] = []
    outside: tuple[list[int], list[int]] = ([], [])
    inside = set(picture_urls.pictures_in(body))
    behind = _elements_behind(region, body)
    cover = (page.metas.get("og:image") or [""])[0]
    done: set[html.HtmlElement] = set()
    lead_image = _lead_picture(page, region, behind)
    for picture in ([lead_image] if lead_image is not None else []) + picture_urls.pictures_in(region)[:_MAX_PICTURES]:
        if picture in done or picture_urls.is_icon(picture):
            continue
        read_images = _read_images(
            picture, region, page, picture in inside, done, "" if images else cover, picture is lead_image
        )
        new_images = _without_known(read_images, images)
        if picture not in inside:
            outside[picture in behind].extend(range(len(images), len(images) + len(new_images)))
        images.extend(new_images if not new_images else _marked(picture, new_images, len(images)))
    images = _with_distant_credit(images, region, body, behind)
    for caption in list(body.iter("figcaption")):
        drop(caption)  # of a video or a map: not body text
    return Figures(tuple(images), tuple(outside[0]), tuple(outside[1]))


def _with_distant_credit(
    images: list[Image], region: html.HtmlElement, body: html.HtmlElement, behind: set[html.HtmlElement]
) -> list[Image]:
    """The images with the credit, or the caption and the credit, in an element far from its picture: the lead picture's
    above the body, every other picture's elsewhere."""
    if not images or all(image.credit for image in images):
        return images
    found = list(islice(filter(_is_distant_credit, region.iter(*_CREDIT_TAGS)), _MAX_CREDITS))
    found = [element for element in found if not any(ancestor in found for ancestor in element.iterancestors())]
    texts = {text_of(element, _LONGEST_CREDIT + 1) for element in found}
    text = texts.pop() if len(texts) == 1 else ""
    if not 1 < len(text) <= _LONGEST_CREDIT:
        return images
    before = body not in found[0].iterancestors() and found[0] not in behind
    caption, credit = credits.split(text)
    if not credit:
        caption, credit = None, credits.name_only(text) or None
    for element in found:
        drop(element)
    ours = [image for image in images if not image.credit and not (caption and image.caption)]
    ours = [image for image in ours if image is images[0]] if before or caption else ours
    return [
        replace(image, credit=credit, caption=image.caption or caption, caption_raw=image.caption_raw or text)
        if image in ours
        else image
        for image in images
    ]


def _is_distant_credit(element: html.HtmlElement) -> bool:
    return (
        (naming_words.CREDIT.name_class(element) or element.tag == "figcaption")
        and not picture_urls.pictures_in(element)
        and not is_inside(element, "figure", "footer", "aside")
        and not captions.links_elsewhere(element)
    )


def _elements_behind(region: html.HtmlElement, body: html.HtmlElement) -> set[html.HtmlElement]:
    elements = list(region.iter())
    return set(elements[elements.index(body) :]) if body in elements else set()


def _lead_picture(page: Page, region: html.HtmlElement, behind: set[html.HtmlElement]) -> html.HtmlElement | None:
    """The lead picture: declared as the article's and shown before the body, or else the one unlinked before it."""
    names = caption_parts.covers(page)
    candidates: list[html.HtmlElement] = []
    for picture in page.root.iter("img", "amp-img"):
        if picture in behind or len(candidates) >= _MAX_PICTURES:
            break
        if not picture_urls.is_icon(picture):
            candidates.append(picture)
    for picture in candidates:
        address = picture_urls.address(picture, page.base)
        if address and caption_parts.is_named(address, names) and not captions.links_elsewhere(picture):
            return picture
    unlinked = [picture for picture in candidates if region in picture.iterancestors() and not is_inside(picture, "a")]
    return unlinked[0] if len(unlinked) == 1 else None


def _without_known(candidates: list[Image], images: list[Image]) -> list[Image]:
    """Drops images already known with the same or no caption; with the same caption in whatever size."""
    known = {(image.url, image.caption) for image in images} | {(image.url, None) for image in images}
    copies = {(_file(image), image.caption) for image in images if image.caption}
    return [
        image
        for image in candidates
        if (image.url, image.caption) not in known and (_file(image), image.caption) not in copies
    ]


def _file(image: Image) -> str:
    return caption_parts.file_name(image.url) or image.url


def _marked(picture: html.HtmlElement, new_images: list[Image], number: int) -> list[Image]:
    picture.set(IMAGE, f"{number}+{len(new_images)}")
    return new_images


def _read_images(
    picture: html.HtmlElement,
    region: html.HtmlElement,
    page: Page,
    inside: bool,
    done: set[html.HtmlElement],
    cover: str,
    lead: bool,
) -> list[Image]:
    """The images of one picture and those that share its caption. cover: the declared URL of the lead picture, for a
    first picture that gets its URL only by script. lead: it is the lead picture, which needs no caption."""
    scope = captions.scope_of(picture, region)
    elements = captions.captions_of(scope, region, loose=inside)
    if not elements and (enlarged := without_markup(picture_urls.enlargement_caption(picture))):
        return _images_of([picture], page, Image("", *credits.split(enlarged), enlarged), "")
    if elements and captions.is_teaser(picture, elements):
        for element in elements:
            drop(element)
        return []
    if not inside and not lead and (not elements or captions.links_to_other_page(picture)):
        return []
    uncaptioned = not elements and not lead
    if _is_portrait(scope, region) or (
        uncaptioned and (captions.links_to_other_page(picture) or _is_card(scope, region))
    ):
        return []
    caption_raw, caption, credit = (
        caption_parts.read(elements, scope) if elements or scope.tag == "figure" else (None, None, None)
    )
    credit = credit or caption_parts.credit_in_title(caption, [picture]) or caption_parts.credit_in_data(picture)
    sharing = [picture]
    if elements:
        together = _pictures_sharing(picture, scope, elements)
        sharing = [other for other in together if other not in done and not picture_urls.is_icon(other)]
        for element in caption_parts.credit_elements_of(elements, scope) + elements:
            drop(element)
    done.update(sharing)
    return _images_of(sharing, page, Image("", caption, credit, caption_raw), cover)


def _images_of(sharing: list[html.HtmlElement], page: Page, described: Image, cover: str) -> list[Image]:
    """The images of pictures that share a caption, one a URL. described: their caption and credit."""
    by_url = {}
    for picture in sharing:
        address = picture_urls.address(picture, page.base)
        if address is None and described.caption and cover:
            address = picture_urls.absolute_url(cover, page.base)
        if address and address not in by_url:
            by_url[address] = replace(described, url=address, alt=fold(picture.get("alt") or "") or None)
    return list(by_url.values())


def _pictures_sharing(
    picture: html.HtmlElement, scope: html.HtmlElement, elements: list[html.HtmlElement]
) -> list[html.HtmlElement]:
    """All the pictures of the caption."""
    parent = elements[0].getparent()
    if scope.tag == "figure":
        own_pictures = picture_urls.pictures_in(scope)
        if parent is None or elements[0].tag != "figcaption" or parent.tag == "figure":
            return own_pictures
        siblings = [image for child in parent if child.tag == "figure" for image in picture_urls.pictures_in(child)]
        return siblings if picture in siblings else own_pictures
    if elements[0].tag == "tr" and len(elements[0]) == 1:
        previous_row = elements[0].getprevious()
        pictures = picture_urls.pictures_in(previous_row) if previous_row is not None else []
        return pictures if picture in pictures else [picture]
    pictures = _pictures_above(elements[0])
    return pictures if picture in pictures else picture_urls.pictures_in(scope) or [picture]


def _pictures_above(caption: html.HtmlElement) -> list[html.HtmlElement]:
    """The pictures directly before a caption, with no text and no other block between them."""
    pictures: list[html.HtmlElement] = []
    for sibling in caption.itersiblings(preceding=True):
        if (
            sibling.tag not in _ROW_TAGS
            or string(sibling).strip()
            or (sibling.tail or "").strip()
            or len(pictures) > _MAX_ROW
        ):
            break
        pictures[:0] = picture_urls.pictures_in(sibling)
    return pictures if len(pictures) <= _MAX_ROW else []


def _is_card(scope: html.HtmlElement, region: html.HtmlElement) -> bool:
    """Whether the picture belongs to a teaser of another story: its box holds a link and little else."""
    for box in islice(scope.iterancestors(), _MAX_CARD_DEPTH):
        if box is region or box.tag in ("body", "article", "main") or len(box) > _MAX_CARD_CHILDREN:
            return False
        size = len(text_of(box, _MAX_CARD_TEXT + 1))
        if size > _MAX_CARD_TEXT:
            return False
        if size:
            linked = sum(
                len(text_of(link, _MAX_CARD_TEXT)) for link in box.iter("a") if captions.links_to_other_page(link)
            )
            return linked > _MIN_CARD_LINKED * size
    return False


def _is_portrait(scope: html.HtmlElement, region: html.HtmlElement) -> bool:
    """Whether the picture is an author's portrait: a near ancestor has an author class."""
    for depth, ancestor in enumerate([scope, *scope.iterancestors()]):
        if ancestor is region or depth > 3:
            return False
        if naming_words.PORTRAIT.name(ancestor):
            return True
    return False
