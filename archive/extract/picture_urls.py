"""Finds the URL of a picture: the real one, never the placeholder of lazy loading, also where it is only painted as a
background."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from urllib.parse import urljoin, urlsplit

from lxml import html

from archive.extract.elements import selector, string
from archive.model.urls import without_credentials

# attributes with the original, before those with copies scaled for a screen
_ORIGINAL_NAMES = ("original", "large-src", "full-src", "orig-file", "hi-res-src", "zoom-src")
_ORIGINAL_ATTRIBUTES = tuple(f"data-{name}" for name in _ORIGINAL_NAMES)
# lazy loaders put the URL into their own attributes: data-src, data-lazy-src, data-flickity-lazyload ...
_LAZY_ATTRIBUTE = re.compile(
    r"^data-(?:\w+-)*(?:src|lazy|lazyload|echo|url|image|img|original)(?:-\w+)?$|^(?!low|dyn|err)\w{1,5}-?src$"
)
_PICTURE_URL = re.compile(r"^(?:https?:)?//\S+$|^/?[^\s{<:]+\.(?:jpe?g|png|webp|gif|avif)\S*$|^/\S+$", re.I)
ENLARGEMENT_URL = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif)|/(?:images?|photos?|media|galler\w*|uploads?)(?![^\W_])|^#|^javascript:", re.I
)
_PAINTED_ATTRIBUTES = ("data-bg", "data-background", "data-background-image")
_painted = selector("//@style[contains(., 'url(')]/..")
_scripted = selector(
    "//*[contains(name(), '-') and @src and (contains(name(), 'image') or contains(name(), 'img'))][not(self::amp-img)]"
)
_PAINTED_URL = re.compile(r"url\(\s*[\"']?([^\"')]+)")
_MAX_PAINTED = 1_000  # elements
_MAX_FIGURES, _MAX_IN_FIGURE = 60, 20  # without an <img>; elements
_PLACEHOLDER = re.compile(
    r"^(?:data|about|blob|javascript):|(?:^|[/_.-])(?:blank|spacer|pixel|1x1|placeholder|lazy[-_]?load(?:ing)?|loading|"
    r"transparent|trans|dummy|empty|clear|preload(?:er)?|no[-_]?image|default[-_]?image)(?:[-_.\d][^/]*)?\.(?:gif|png|svg|jpe?g|webp)",
    re.I,
)
_NO_PICTURE = re.compile(
    r"^[\[<]|[\"{}]|^(?:https?:)?//[^?#]*/(?:embed|player)/[^.?#]*(?:[?#]|$)", re.I
)  # data, or a player's page
_WIDTH_IN_TEMPLATE = re.compile(r"\{(?:width|w|size)\}|\$width\b|%7[Bb]width%7[Dd]")  # a script writes a width there
_WIDTHS = re.compile(r"\d{2,4}")
_USUAL_WIDTH = 800  # pixels
_INTERCHANGED = re.compile(r"\[\s*+([^\s,\[\]]++)\s*+,")  # `[small.jpg, small], [large.jpg, large]`
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|webp|avif)(?:[?#].*)?$", re.I)
_CAPTION_ATTRIBUTE = re.compile(r"data-(?:[\w-]+-)?caption|data-sub-html")
_BETWEEN_CANDIDATES = re.compile(r",\s+|,(?=https?://|/)")
_DESCRIPTOR = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)[wxh]")
_ICON_NAME = re.compile(
    r"(?:^|[/_.-])(?:icons?|logos?|banners?|avatars?|emoji|sprite|badge|favicon|gravatar|button|btn|arrow|share|e?mail|print)(?:[/_.-]|$)",
    re.I,
)
# banners are recognisable by directory or alternative text, and change at every request
_FURNITURE_PATH = re.compile(
    r"/(?:wp-content/themes|assets/dist|ersatzbild|quang-?cao|adverts?|advertis(?:ing|ements?)|ads|adbanners?|icons?|buttons?|emojis?|smil(?:ey|ies?)s?|placeholders?|stars?|ratings?)/",
    re.I,
)
_ADVERT_ALT = re.compile(r"(?:quảng cáo|advertisement|advertising|anzeige|werbung|publicidad|publicité)\W*", re.I)
_LOGO_NAME = re.compile(r"(?:site-?|header-?)?logo[-_]?\d{0,4}\.\w{3,4}", re.I)
_MAX_ICON_NAME = 24  # characters of a file name; a longer one describes a photograph
_MIN_BANNER = 5  # times as wide as high
_SIZE_IN_NAME = re.compile(r"(?<![\d(:])(\d{2,4})x(\d{2,4})(?![\d:)])", re.I)  # not `focal(3798x42:3808x32)`
# the URL of a copy contains its size: `_144x110.webp`, `?w=145&h=101`
_SIZE_IN_URL = re.compile(
    r"[-_/=](\d{2,4})x(\d{2,4})(?:\.(?:jpe?g|png|webp|gif|avif)\b|&|$)|(?:[?&]w=|fill:)(\d{2,4})(?:&h=|:)(\d{2,4})\b",
    re.I,
)
# joining and parsing leave such an address as it is
_PLAIN = re.compile(r"https?://[a-z\d.-]+/[\w./%+,=~-]*(?:\?[\w./%+,=&~:-]+)?", re.A)
_MAX_ADDRESS = 4000  # characters
_MAX_THUMBNAIL = 200  # pixels: so small copies are thumbnails of other stories
_MIN_COLUMN = 500  # pixels
_MAX_ICON = 60  # pixels: up to this size a picture is an icon


def pictures_in(element: html.HtmlElement) -> list[html.HtmlElement]:
    """The <img> and <amp-img> of an element."""
    return list(element.iter("img", "amp-img"))


def has_other_pictures(element: html.HtmlElement, own: Collection[html.HtmlElement]) -> bool:
    """Whether an element has an <img> or <amp-img> that is none of these; a box of thousands is not read to its end."""
    return any(picture not in own for picture in element.iter("img", "amp-img"))


def address(image: html.HtmlElement, base: str) -> str | None:
    """The absolute URL of an <img>, <amp-img> or <source>; the original or largest of several."""
    link = next(image.iterancestors("a"), None)
    enlarged = [link.get("href", "")] if link is not None and _enlargement_caption(link) else ()
    for candidate in chain(enlarged, _candidate_urls(image)):
        absolute = absolute_url(candidate, base)
        if absolute:
            return absolute
    return None


def enlargement_caption(image: html.HtmlElement) -> str:
    """The caption in an attribute of the link to a picture's enlargement: `<a href="1.jpg" data-caption="...">`."""
    link = next(image.iterancestors("a"), None)
    return "" if link is None else _enlargement_caption(link)


def _enlargement_caption(link: html.HtmlElement) -> str:
    if not _PICTURE_FILE.search(link.get("href") or ""):
        return ""
    return next((value for name, value in link.attrib.items() if _CAPTION_ATTRIBUTE.fullmatch(name) and value), "")


def _candidate_urls(image: html.HtmlElement) -> Iterator[str]:
    """The URLs of an image, the likeliest original first; found as far as they are asked for."""
    attributes = image.attrib.items()
    yield from (value for name in _ORIGINAL_ATTRIBUTES if (value := image.get(name)))
    for name, value in attributes:
        if name == "data-interchange":
            yield from reversed(_INTERCHANGED.findall(value[:_MAX_ADDRESS]))
        elif name.startswith("data-") and _PICTURE_URL.match(filled := _with_width(image, value)):
            yield filled
        elif "set" not in name and _LAZY_ATTRIBUTE.match(name) and _PICTURE_URL.match(value):
            yield value
    yield from _widest(attributes)
    if image.get("src"):
        yield image.get("src", "")
    picture = next(image.iterancestors("picture"), None)
    for source in picture.iter("source") if picture is not None else ():
        yield from _widest(source.attrib.items())


def _with_width(image: html.HtmlElement, template: str) -> str:
    """The address that a script makes of a template: with the widest of the widths that it may take. '' if the text is
    no template."""
    if len(template) > _MAX_ADDRESS or not _WIDTH_IN_TEMPLATE.search(template):
        return ""
    widths = map(int, _WIDTHS.findall(image.get("data-widths") or ""))
    return _WIDTH_IN_TEMPLATE.sub(str(max(widths, default=_USUAL_WIDTH)), template)


def _widest(attributes: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The widest candidate of each srcset among attributes."""
    for name, value in attributes:
        if "srcset" in name and (widest := _widest_in(value)):
            yield widest


@lru_cache(maxsize=512)
def _widest_in(srcset: str) -> str | None:
    candidates = [_candidate(part.split()) for part in _BETWEEN_CANDIDATES.split(srcset) if not part.isspace() and part]
    return max(candidates, key=lambda candidate: candidate[1])[0] if candidates else None


def _candidate(words: list[str]) -> tuple[str, float]:
    """The URL and the width or density of one candidate of a srcset."""
    size = _DESCRIPTOR.fullmatch(words[-1]) if len(words) > 1 else None
    return (words[-2], float(size[1])) if size else (words[-1], 0.0)


@lru_cache(maxsize=1024)
def is_address(url: str) -> bool:
    """Whether an attribute holds the address of a picture, or a list of them: no placeholder, data or video player."""
    return 0 < len(url) <= _MAX_ADDRESS and not _PLACEHOLDER.search(url) and not _NO_PICTURE.search(url)


def absolute_url(url: str, base: str) -> str | None:
    """The absolute URL, or None for placeholders and invalid URLs."""
    url = url.strip()
    if not is_address(url):
        return None
    if _PLAIN.fullmatch(url):
        return url
    try:
        absolute = urljoin(base, url.replace(" ", "%20"))
        return without_credentials(absolute) if urlsplit(absolute).scheme in ("http", "https") else None
    except ValueError:
        return None


def is_wide(image: html.HtmlElement, minimum: int = _MIN_COLUMN) -> bool:
    """Whether the width attribute is at least a column's, or another minimum."""
    width = (image.get("width") or "").strip().removesuffix("px")
    return width.isdecimal() and len(width) < 6 and int(width) >= minimum


def is_icon(image: html.HtmlElement, declared: bool = False) -> bool:
    """Whether the picture is a logo, avatar, share button, counter, thumbnail or recognisable advert. declared: the
    page declares it as the article's, so that a class says nothing."""
    if enlargement_caption(image):
        return False
    for side in ("width", "height"):
        size = (image.get(side) or "").strip().removesuffix("px")
        if size.isdecimal() and len(size) < 6 and 0 < int(size) <= _MAX_ICON:
            return True
    address = next((url for url in _candidate_urls(image) if is_address(url)), "")[-300:]
    path = address.partition("?")[0]
    if path.lower().endswith(".svg") or _LOGO_NAME.fullmatch(path.rpartition("/")[2]):
        return True
    if _ADVERT_ALT.fullmatch((image.get("alt") or "").strip()) or _FURNITURE_PATH.search(address):
        return True
    if (size := _SIZE_IN_NAME.search(address)) and int(size[1]) >= _MIN_BANNER * int(size[2]):
        return True
    if (size := _SIZE_IN_URL.search(address)) and max(
        int(size[1] or size[3]), int(size[2] or size[4])
    ) <= _MAX_THUMBNAIL:
        return True
    if is_wide(image, _MAX_THUMBNAIL):
        return False
    file_name = address.rpartition("/")[2]
    is_graphic = len(file_name) <= _MAX_ICON_NAME or file_name.partition("?")[0].endswith((".png", ".gif"))
    names = f"{'' if declared else image.get('class') or ''} {file_name if is_graphic else ''}"
    return bool(_ICON_NAME.search(names.replace(" ", "/")))


def show_painted(root: html.HtmlElement, base: str) -> None:
    """Makes an <img> of each picture that a figure with a caption only paints as a background, and of each element
    that a script makes a picture of: `<lazy-image src="1.jpg">`."""
    for element in _scripted(root)[:_MAX_PAINTED]:
        if absolute_url(element.get("src", ""), base) and element.find(".//img") is None:
            element.tag = "img"
    empty = (figure for figure in root.iter("figure") if figure.find(".//img") is None)
    for figure in islice(empty, _MAX_FIGURES):
        if figure.find(".//figcaption") is not None:
            painted_picture(islice(figure.iter(), _MAX_IN_FIGURE), base, lambda box, _: not string(box).strip())


def painted_boxes(root: html.HtmlElement) -> list[html.HtmlElement]:
    """The elements with a background in their style."""
    return _painted(root)[:_MAX_PAINTED]


def painted_picture(
    boxes: Iterable[html.HtmlElement], base: str, fits: Callable[[html.HtmlElement, str], bool]
) -> html.HtmlElement | None:
    """The first picture that a style or a script paints as a background and that fits, by element and URL, as a new
    <img> in its element."""
    for box in boxes:
        style = _PAINTED_URL.search(box.get("style") or "")
        named = (value for name in _PAINTED_ATTRIBUTES if (value := box.get(name)))
        url = absolute_url(style[1] if style else next(named, ""), base)
        if url and fits(box, url):
            picture = html.Element("img", {"src": url})
            box.insert(0, picture)
            return picture
    return None
