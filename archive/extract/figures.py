"""Extracts the pictures of an article with their captions, and their places in its body."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable
from dataclasses import dataclass, replace
from itertools import islice, takewhile

from lxml import html

from archive.extract import caption_parts, captions, credits, naming_words, picture_urls
from archive.extract.blocks import IMAGE
from archive.extract.boilerplate import DOUBTFUL, drop
from archive.extract.declared import covers, file_name, is_named
from archive.extract.elements import is_inside, string, text_of, without_markup
from archive.extract.parsed_page import Page
from archive.model.records import Image
from archive.rules import phrases
from archive.text.folding import fold, key_of, letters

_MAX_PICTURES = 500  # the longest gallery seen has 60
_MAX_LOOKED = 2 * _MAX_PICTURES  # pictures and headings

_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_ROW_TAGS = ("img", "amp-img", "a", "span", "br")
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


def extract_figures(
    region: html.HtmlElement,
    body: html.HtmlElement,
    page: Page,
    declared: html.HtmlElement | None = None,
    persons: Collection[str] = (),
) -> Figures:
    """Reads the pictures of the region, removes their captions from the tree and marks the pictures' places.

    region: the part of the page that belongs to the article, `body` included. declared: see `declared_picture`.
    persons: keys of its authors.
    """
    images: list[Image] = []
    outside: tuple[list[int], list[int]] = ([], [])
    inside = set(picture_urls.pictures_in(body))
    elements = list(region.iter())
    behind = dict.fromkeys(elements[elements.index(body) :] if body in elements else ())
    cover = (page.metas.get("og:image") or [""])[0]
    done = _portraits(region, page, persons) | _elements_of_others(behind, body)
    if declared is None or page.root not in declared.iterancestors():
        declared = _declared(page, covers(page), None, lambda picture: _is_teaser(picture, page))
    lead = declared if declared is not None and declared not in behind else _lead_picture(region, behind)
    first = [lead] if lead is not None else []
    captions.mark(region if lead is None or region in lead.iterancestors() else page.root)
    for picture in first + picture_urls.pictures_in(region)[:_MAX_PICTURES]:
        if picture in done or picture_urls.is_icon(picture, declared=picture is declared):
            continue
        read_images = _read_images(
            picture,
            region,
            page,
            picture in inside,
            done,
            "" if images else cover,
            picture is lead or (picture is declared and picture in inside),
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
    images: list[Image], region: html.HtmlElement, body: html.HtmlElement, behind: Container[html.HtmlElement]
) -> list[Image]:
    """The images with the credit, or the caption and the credit, in an element far from its picture: the lead picture's
    above the body, every other picture's elsewhere."""
    if not images or all(image.credit for image in images):
        return images
    found = list(islice(filter(_is_distant_credit, region.iter(*_CREDIT_TAGS)), _MAX_CREDITS))
    found = [element for element in found if not _is_box_of(element, found)]
    found = [element for element in found if not any(ancestor in found for ancestor in element.iterancestors())]
    texts = {text_of(element, _LONGEST_CREDIT + 1) for element in found}
    text = texts.pop() if len(texts) == 1 else ""
    if not 1 < len(text) <= _LONGEST_CREDIT or text.casefold().startswith("copyright "):
        return images  # `Copyright 2026 A Newspaper` says whose the article is, not who took a picture
    before = body not in found[0].iterancestors() and found[0] not in behind
    caption, credit = credits.split(text)
    is_cut = caption is not None and not caption.endswith((".", "!", "?"))
    if is_cut and found[0].tag != "figcaption" and credits.is_name(text):
        caption, credit = None, text  # `Ann Lee | Agency` in an element named as credit
    if not credit:
        if credits.is_sentence(text):
            return images
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


def _is_box_of(element: html.HtmlElement, found: list[html.HtmlElement]) -> bool:
    """Whether an element is named as the box of a credit, and one of these is in it."""
    is_box = re.search("container|wrap", element.get("class") or "") is not None
    return is_box and any(element in other.iterancestors() for other in found)


def _is_distant_credit(element: html.HtmlElement) -> bool:
    return (
        (naming_words.CREDIT.name_class(element) or element.tag == "figcaption")
        and not picture_urls.pictures_in(element)
        and not is_inside(element, "figure", "footer", "aside")
        and not captions.links_elsewhere(element)
    )


def _portraits(region: html.HtmlElement, page: Page, persons: Collection[str]) -> set[html.HtmlElement]:
    """The pictures of one file with an author's name as alternative text; some systems write it to all pictures."""
    named = [image for image in picture_urls.pictures_in(region) if key_of(image.get("alt") or "") in persons]
    return set(named) if len({picture_urls.address(image, page.base) for image in named}) == 1 else set()


def _elements_of_others(behind: Iterable[html.HtmlElement], body: html.HtmlElement) -> set[html.HtmlElement]:
    """What stands behind the body and a heading of other stories."""
    inside = set(body.iter())
    outside = [element for element in behind if element not in inside]
    headings = (element for element in outside if element.tag in _HEADINGS and phrases.RELATED.match(text_of(element)))
    heading = next(headings, None)
    return set(outside[outside.index(heading) :]) if heading is not None else set()


def declared_picture(page: Page, heading: html.HtmlElement | None) -> html.HtmlElement | None:
    """The first picture behind the headline, else before it, that the page declares as the article's and that is no
    teaser's; one that the page only paints as a background becomes an <img>."""
    names = covers(page)
    if not names:
        return None
    found = _declared(page, names, heading, lambda picture: _links_away(picture, page) or _is_teaser(picture, page))
    if found is not None:
        return found
    return picture_urls.painted_picture(
        picture_urls.painted_boxes(page.root),
        page.base,
        lambda box, url: is_named(url, names) and not _links_away(box, page),
    )


def _declared(
    page: Page,
    names: frozenset[str],
    heading: html.HtmlElement | None,
    is_teaser: Callable[[html.HtmlElement], bool],
) -> html.HtmlElement | None:
    first, reached = None, heading is None
    tags = ("img", "amp-img") if heading is None else ("img", "amp-img", str(heading.tag))
    for element in islice(page.root.iter(*tags), _MAX_LOOKED) if names else ():
        reached = reached or element is heading
        address = picture_urls.address(element, page.base) if element.tag != getattr(heading, "tag", "") else None
        if not address or not is_named(address, names) or is_teaser(element):
            continue
        if not picture_urls.is_icon(element, declared=True):
            if not captions.links_to_other_page(element) and reached:
                return element
            first = element if first is None and (heading is None or not reached) else first
    return first


def _links_away(picture: html.HtmlElement, page: Page) -> bool:
    """Whether a link leads from the picture to another page than this one and those below it."""
    link = captions.link_around(picture)
    if link is None or not captions.links_to_other_page(picture):
        return False
    own, target = page.url, picture_urls.absolute_url(link.get("href", ""), page.base) or ""
    return "/" not in _without_query(own) or not _without_query(target).startswith(_without_query(own))


def _is_teaser(picture: html.HtmlElement, page: Page) -> bool:
    """Whether a link around picture and text leads to another page, or the text is this page's title, in a list."""
    if not captions.links_elsewhere(picture):
        return False
    words, titles = letters(text_of(captions.link_around(picture))), page.metas.get("og:title", [])
    return _links_away(picture, page) or any(title in words or words in title for title in map(letters, titles))


def _without_query(url: str) -> str:
    return re.split("[?#]", url, maxsplit=1)[0].rstrip("/").partition("//")[2]


def _lead_picture(region: html.HtmlElement, behind: Container[html.HtmlElement]) -> html.HtmlElement | None:
    """The one large picture between headline and body that leads to no other page."""
    pictures = islice(takewhile(lambda picture: picture not in behind, picture_urls.pictures_in(region)), _MAX_PICTURES)
    ours = [image for image in pictures if not (picture_urls.is_icon(image) or captions.links_to_other_page(image))]
    ours = [image for image in ours if not naming_words.PORTRAIT.name_class(image)]
    unlinked = [image for image in ours if next(image.iterancestors("a"), None) is None] or ours
    large = [picture for picture in unlinked if picture_urls.is_wide(picture)] or unlinked
    return large[0] if len(large) == 1 else None


def _without_known(candidates: list[Image], images: list[Image]) -> list[Image]:
    """Drops images already known with the same or no caption; with the same caption in whatever size."""
    known = {(image.url, image.caption) for image in images} | {(image.url, None) for image in images}
    copies = {(file_name(image.url) or image.url, image.caption) for image in images if image.caption}
    return [
        image
        for image in candidates
        if (image.url, image.caption) not in known and (file_name(image.url) or image.url, image.caption) not in copies
    ]


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
    enlargement = picture_urls.enlargement_caption(picture)
    if not inside and not lead and not enlargement and captions.links_to_other_page(picture):
        return []
    scope = captions.scope_of(picture, region)
    elements = captions.captions_of(scope, region, loose=(inside or lead) and not _is_doubtful(picture))
    if not elements and (enlarged := without_markup(enlargement)):
        return _images_of([picture], page, Image("", *credits.split(enlarged), enlarged), "")
    if elements and captions.is_teaser(picture, elements):
        for element in elements:
            drop(element)
        return []
    if not inside and not lead and (not elements or captions.links_to_other_page(picture)):
        return []
    uncaptioned = not elements and not lead
    if (not lead and _is_portrait(picture, scope, region)) or (
        uncaptioned and (captions.links_to_other_page(picture) or captions.is_card(scope, region))
    ):
        return []
    caption_raw, caption, credit = (
        caption_parts.read(elements, scope) if elements or scope.tag == "figure" else (None, None, None)
    )
    if caption and phrases.ADVERT.match(caption):
        return []
    is_credited = credit is not None and credit in (caption_raw or "")
    if not lead and not is_credited and captions.is_of_another_story(picture, region):
        return []
    if not (caption or credit):
        caption_raw, caption, credit = caption_parts.in_attributes(picture, lead)
    credit = credit or caption_parts.credit_in_title(caption, [picture]) or caption_parts.credit_in_data(picture)
    sharing = _sharing(picture, scope, elements, done) if elements else [picture]
    done.update(sharing)
    return _images_of(sharing, page, Image("", caption, credit, caption_raw), cover)


def _sharing(
    picture: html.HtmlElement, scope: html.HtmlElement, elements: list[html.HtmlElement], done: set[html.HtmlElement]
) -> list[html.HtmlElement]:
    """The pictures that share a caption, which is removed from the tree with its credit."""
    together = [other for other in _pictures_sharing(picture, scope, elements) if other not in done]
    sharing = [other for other in together if other is picture or not picture_urls.is_icon(other)]
    for element in caption_parts.credit_elements_of(elements, scope) + elements:
        drop(element)
    return sharing


def _is_doubtful(picture: html.HtmlElement) -> bool:
    """Whether the picture is one of several in a box that looks like boilerplate."""
    doubtful = (box for box in picture.iterancestors() if box.get(DOUBTFUL) is not None)
    return any(len(picture_urls.pictures_in(box)) > 1 for box in doubtful)


def _images_of(sharing: list[html.HtmlElement], page: Page, described: Image, cover: str) -> list[Image]:
    """The images of pictures that share a caption, one a URL. described: their caption and credit."""
    by_url: dict[str, Image] = {}
    for picture in sharing:
        address = picture_urls.address(picture, page.base)
        if address is None and described.caption and cover and not by_url and picture is sharing[-1]:
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


def _is_portrait(picture: html.HtmlElement, scope: html.HtmlElement, region: html.HtmlElement) -> bool:
    """Whether the picture is an author's portrait: it or a near ancestor has an author class."""
    boxes = takewhile(lambda box: box is not region, islice((scope, *scope.iterancestors()), 4))
    return any(naming_words.PORTRAIT.name(box) for box in (picture, *boxes))
