"""Classifies a page: the kind of an article, or why it is none (listing, home, soft 404, wall); reads a list's teasers.

A teaser is a headline in its place on a home or section page, with the text and the picture beside it. A place counts
headlines that lead to pages of the site, in reading order, each address once. Menus, footers and lists of what is read
most are left out: they say nothing of what the newsroom put where.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from archive.extract.body import Body
from archive.extract.elements import has_direct_text, label, text_of
from archive.extract.likelihood import ID_QUERY, Evidence
from archive.extract.metadata import Metadata
from archive.extract.parsed_page import Page, parse, types_of
from archive.extract.picture_urls import address, pictures_in
from archive.model.records import ReadableKind, Teaser, Unreadable, UnreadableReason
from archive.model.urls import absolute, host_of, same_site, url_key, without_trackers
from archive.text.folding import folded, key_of

_MAX_BOUNCE_SOURCE = 1500  # characters of source below which a page can be a cookie bounce
_COOKIE_BOUNCE = re.compile(r"document\.cookie\s*=|location\.(?:reload|replace|href)|http-equiv=[\"']?refresh", re.I)
_SCRIPT_OR_TAG = re.compile(r"<(script|style)\b.*?</\1|<[^>]*>", re.I | re.S)
_MAX_BOUNCE_TEXT = 200  # characters of text
_HTML_TAG = re.compile(r"<(?:!doctype|html|head|body|div|p|span|table|article|section|a|h1|title|meta|script)\b", re.I)
_NON_HTML = re.compile(
    r"\A\s*+(?:\{|\[|%PDF|<\?xml[^>]*>\s*(?:<!--.*?-->\s*)?<(?:rss|feed|urlset|sitemapindex|rdf)\b|<(?:rss|feed|"
    r"urlset|sitemapindex)\b)",
    re.I | re.S,
)
_NOT_FOUND_TITLE = re.compile(
    # only the error number, not a count or a name: `lỗi 404`, `404 - Báo`, never `404 hộ dân`
    r"^\W*404\W*$|(?:error|lỗi|mã|http|status|page|trang)\W{0,3}404\b|\b404\s*(?:[-–—|:/]|error|lỗi)|[-–—|(]\s*404\W*$|"
    r"not found|page (?:unavailable|missing|does not exist)|no longer (?:available|exists)|không tìm thấy|"
    r"không tồn tại|đã bị xóa|"
    r"nicht gefunden|introuvable|no encontrada|non trovata|não encontrada|nie znaleziono|не найдена",
    re.I,
)
_WALL_TITLE = re.compile(
    r"^(?:just a moment|access (?:denied|to this page has been denied)|attention required|are you a (?:robot|"
    r"human)|security check|"
    r"verif(?:y|ying) you|please wait|one moment|log ?in|sign ?in|anmelden|đăng nhập|before you continue|"
    r"privacy settings|captcha|"
    r"request blocked|403 forbidden|pardon our interruption|human verification|cookie consent|ddos)",
    re.I,
)
_ARTICLE_TYPES = ("article", "blogposting", "report")
_HOME_PATH = re.compile(r"^/?(?:(?:index|default|home|trang-chu|main)(?:\.\w{2,5})?)?/?$", re.I)
ARTICLE_PATH = re.compile(
    r"\d{5,}|(?<![^\W_])(?:[^\W_]++-){4,}[^\W_]|/\d{4}/\d\d?/"
)  # an id, a slug of five words, a day
_LINK_PATH = re.compile(r"(?:(?:https?:)?//[^/?#]*)?(/[^?#]*)", re.I)  # the path of a link's URL
# By five-fold validation: one list in twelve is below, one article in sixty of any site is above.
_LIST_THRESHOLD = 0.7
_MIN_LIST_LINKS = 6  # a page with fewer links is not a list
_NO_LIST_THRESHOLD, _PROBABLY_NO_LIST_THRESHOLD = 0.05, 0.4
_SMALL_SHARE = 0.1  # of the page's text
_MAX_SECTION_NAME = 60  # characters of a section's name
_LITTLE_PROSE = 800
_MIN_TEXT = 80
_MANY_LINKS = 15  # links as long as headlines


def refused_source(text: str) -> Unreadable | None:
    """The reason not to parse this source, or None."""
    if not text.strip():
        return Unreadable("empty")
    if _NON_HTML.match(text) or not _HTML_TAG.search(text) or text[:4000].count("\ufffd") > 400:
        return Unreadable("not-html")
    only_reloads = len(text) < _MAX_BOUNCE_SOURCE and _COOKIE_BOUNCE.search(text) is not None  # or sets a cookie
    is_bounce = only_reloads and len(_SCRIPT_OR_TAG.sub("", text).strip()) < _MAX_BOUNCE_TEXT
    return Unreadable("cookie-bounce") if is_bounce else None


def evidence_of(page: Page) -> Evidence:
    """Collects the evidence of a page."""
    types = tuple(kind for thing in page.linked_data for kind in types_of(thing))
    path = urlsplit(page.url).path
    return Evidence(
        url=page.url,
        title=next((" ".join((element.text or "").split()) for element in page.root.iter("title")), ""),
        types=types,
        og_type=(page.metas.get("og:type") or [""])[0].strip().lower(),
        article=any(kind.endswith(_ARTICLE_TYPES) for kind in types) or "article:published_time" in page.metas,
        home=bool(_HOME_PATH.match(path)) and not ID_QUERY.search(page.url),
        sections=frozenset(_ancestor_link_keys(page, path)),
        links=len(page.links),
        pictures=len(page.by_tag["img"]),
        buttons=len(page.by_tag["button"]),
    )


def _ancestor_link_keys(page: Page, path: str) -> Iterator[str]:
    page_path = unquote(path).rstrip("/") + "/"
    for link, href in page.links_above:
        match = _LINK_PATH.match(href)
        written = match[1] if match else ""
        link_path = (unquote(written) if "%" in written else written).rstrip("/") + "/"
        if link_path != "/" and page_path.startswith(link_path) and link.find("img") is None:
            yield key_of(text_of(link, _MAX_SECTION_NAME))


def classify_page(evidence: Evidence, metadata: Metadata, body: Body, likelihood: float) -> ReadableKind | Unreadable:
    """The kind of an article, or the reason why the page is none. likelihood: that it is a list."""
    prose = sum(body.prose_lengths)
    if refused := _refused(evidence, metadata, body, likelihood):
        return refused
    if body.scrambled:
        return "obfuscated"
    if "liveblogposting" in evidence.types:
        return "live-blog"
    captions = [len(image.caption) for image in body.images if image.caption]
    if len(captions) >= 3 and sum(captions) > prose:
        return "photo-story"
    return "video" if _is_video(evidence) and prose < _LITTLE_PROSE else "article"


def _is_video(evidence: Evidence) -> bool:
    declares_video = "videoobject" in evidence.types and "newsarticle" not in evidence.types
    return declares_video or evidence.og_type.startswith("video")


def _refused(evidence: Evidence, metadata: Metadata, body: Body, likelihood: float) -> Unreadable | None:
    headline = metadata.headline or evidence.title
    if sum(body.prose_lengths) < _LITTLE_PROSE:
        titles = (evidence.title, headline)
        says_gone = body.says_gone and metadata.published_at is None
        if (says_gone or any(map(_NOT_FOUND_TITLE.search, titles))) and not evidence.article:
            return Unreadable("soft-404", headline)
        if any(map(_WALL_TITLE.search, titles)):
            return Unreadable("wall", headline)
    if evidence.home and not evidence.article:
        return Unreadable("home")
    if _is_listing(evidence, metadata, body, likelihood):
        return Unreadable("listing")
    return _insufficient(evidence, metadata, body, likelihood)


def _is_listing(evidence: Evidence, metadata: Metadata, body: Body, likelihood: float) -> bool:
    """Whether the page is a listing: by its score, by many teasers, or by only teasers under a section's name."""
    is_story = likelihood <= _NO_LIST_THRESHOLD or (evidence.article and not evidence.home and body.declared)
    if likelihood > _LIST_THRESHOLD and evidence.links >= _MIN_LIST_LINKS:
        return True
    declares_story = evidence.article or _is_video(evidence)
    is_section = key_of(metadata.headline or "") in evidence.sections and not declares_story
    return (body.teasers.many and not is_story) or (body.teasers.all and is_section)


def _insufficient(evidence: Evidence, metadata: Metadata, body: Body, likelihood: float) -> Unreadable | None:
    """The reason to refuse a page with little text and no sign of an article, or None."""
    if body.scrambled or (any(image.caption for image in body.images) and evidence.article):
        return None
    without_text: UnreadableReason = "listing" if body.links > _MANY_LINKS else "no-article"
    if body.guessed and not evidence.article:
        return Unreadable(without_text, "no text of its own")
    size = sum(len(block.text) for block in body.blocks) + len(body.lead or "")
    if size < _MIN_TEXT and not (evidence.article and size):
        return Unreadable(without_text, "no text")
    declared = evidence.article or metadata.published_at is not None
    if body.of_page < _SMALL_SHARE and likelihood > _PROBABLY_NO_LIST_THRESHOLD and not declared:
        return Unreadable(without_text, "nothing says that this is an article")
    return None


def flags(metadata: Metadata, body: Body) -> tuple[str, ...]:
    """Flags of the reading for human review."""
    texts = [block.text for block in body.blocks if block.text]
    size = sum(map(len, texts))
    raised = {
        "no-headline": not metadata.headline,
        "no-date": metadata.published_at is None,
        "obfuscated": body.scrambled,
        "paywalled": body.paywalled,
        "more-pages": body.more_pages,
        "only-captions": not texts and any(image.caption for image in body.images),
        "no-body": not texts and not any(image.caption for image in body.images),
        "one-line-body": len(texts) == 1,
        "body-shorter-than-lead": bool(texts) and size < len(body.lead or ""),
    }
    return tuple(name for name, holds in raised.items() if holds)


_MAX_LINKS = 3_000
_MAX_TEASERS = 300
_MIN_WORDS, _MIN_LETTERS = 3, 15  # of a headline: a section's name is shorter
_MAX_HEADLINE, _MIN_SUMMARY, _MAX_SUMMARY = 300, 40, 600  # characters
_MAX_CLIMB = 12  # elements from a headline up to the box with its picture and text
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MAX_IN_LINK = 40  # elements
_LINE_TAGS, _BOLD = ("div", "p", "li"), ("b", "strong")
_TITLE_CLASS = re.compile(r"(?:^|[\s_-])(?:title|headline|heading|tieu-?de)(?:$|[\s_-])", re.I)
_LEFT_OUT = frozenset({"nav", "footer", "aside", "noscript", "template"})
_LEFT_OUT_CLASS = re.compile(
    r"(?:^|[\s_-])(?:menu|navbar|nav|breadcrumbs?|footer|doc-?nhieu|xem-?nhieu|most-?(?:read|viewed|popular)|popular"
    r"|trending|comments?|quang-?cao)(?:$|[\s_-])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Link:
    element: HtmlElement
    url: str
    key: str


def read_teasers(text: str, url: str) -> tuple[Teaser, ...]:
    """The teasers of a page, in reading order. Parses it anew: the body extractor has changed the first parse."""
    page = parse(text, url)
    if page is None or not url:
        return ()
    links = list(islice(_links(page), _MAX_LINKS))
    headlines = _of_articles(dict(islice(_headlines(links), _MAX_TEASERS)))
    around = _keys_inside([link for link in links if link.key in headlines])
    return tuple(_teaser(page, link, words, around) for link, words in headlines.values())


def _links(page: Page) -> Iterator[_Link]:
    """The links to other pages of the site, without trackers."""
    own = _key(page.url)
    for element in page.root.iter("a"):
        target = absolute(page.base, element.get("href") or "")
        if target and same_site(target, (host_of(page.url),)) and urlsplit(target).path.strip("/"):
            url = without_trackers(target)
            if (key := _key(url)) and key != own:
                yield _Link(element, url, key)


def _headlines(links: list[_Link]) -> Iterator[tuple[str, tuple[_Link, str]]]:
    """URL key -> link and headline of each address that a headline links to, in reading order."""
    seen = set[str]()
    for link in links:
        if link.key in seen:
            continue
        words = _words(link.element)
        if len(words) >= _MIN_LETTERS and len(words.split()) >= _MIN_WORDS and not _is_left_out(link.element):
            seen.add(link.key)
            yield link.key, (link, words)


def _of_articles(headlines: dict[str, tuple[_Link, str]]) -> dict[str, tuple[_Link, str]]:
    """Leaves out sections, whose names can be as long as headlines: other addresses lie below theirs, or theirs is
    unlike most of the page, which have a number, a day or a headline in them."""
    sections = {parent for key in headlines for parent in _parents(key)}
    others = {key: headline for key, headline in headlines.items() if key not in sections}
    alike = {key: headline for key, headline in others.items() if ARTICLE_PATH.search(urlsplit(headline[0].url).path)}
    return alike if 2 * len(alike) >= len(others) else others


def _keys_inside(links: list[_Link]) -> dict[HtmlElement, set[str]]:
    """The addresses of headlines that lie within each element."""
    inside = defaultdict[HtmlElement, set[str]](set)
    for link in links:
        for element in islice(link.element.iterancestors(), _MAX_CLIMB):
            inside[element].add(link.key)
    return inside


def _key(url: str) -> str | None:
    try:
        return url_key(url)
    except ValueError:
        return None


def _words(link: HtmlElement) -> str:
    """The headline that a link shows: where it encloses more, the heading in it, the element named so or in bold, or
    the first of several lines that is as long as one."""
    heading = next(link.iter(*_HEADINGS), None)
    if heading is not None:
        return text_of(heading, _MAX_HEADLINE)
    lines = [
        element for element in islice(link.iterdescendants(), _MAX_IN_LINK) if has_direct_text(element, _MIN_LETTERS)
    ]
    is_card = any(element.tag in _LINE_TAGS for element in lines[1:]) or any(map(_touches_next, lines))
    named = [element for element in lines if element.tag in _BOLD or _TITLE_CLASS.search(element.get("class") or "")]
    long = [element for element in named or lines if len(text_of(element, _MAX_HEADLINE).split()) >= _MIN_WORDS]
    return text_of(long[0] if is_card and long else link, _MAX_HEADLINE)


def _touches_next(element: HtmlElement) -> bool:
    """Whether nothing but a style sheet parts an element's words from the next one's."""
    following = element.getnext()
    return following is not None and not element.tail and bool((following.text or "").strip())


def _is_left_out(link: HtmlElement) -> bool:
    return any(
        node.tag in _LEFT_OUT or _LEFT_OUT_CLASS.search(label(node)) is not None for node in link.iterancestors()
    )


def _parents(key: str) -> Iterator[str]:
    """The addresses above one."""
    path = key.partition("?")[0]
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _teaser(page: Page, link: _Link, words: str, around: dict[HtmlElement, set[str]]) -> Teaser:
    """A headline with what lies in the largest element around it that holds no other headline."""
    box = link.element
    for element in islice(link.element.iterancestors(), _MAX_CLIMB):
        if element.tag == "body" or around[element] != {link.key}:
            break
        box = element
    pictures = (address(image, page.base) for image in islice(pictures_in(box), 5))
    picture = next((url for url in pictures if url and not _is_svg(url)), None)
    return Teaser(link.url, words, _summary(box, words), picture)


def _is_svg(url: str) -> bool:
    return url.partition("?")[0].lower().endswith(".svg")


def _summary(box: HtmlElement, headline: str) -> str | None:
    """The first running text of a box that is not the headline; else of the paragraph behind a box that is only one."""
    for element in box.iter("p", "div", "span", "a", "h2", "h3", "h4", "td", "li"):
        own = " ".join(filter(None, [element.text, *(child.tail for child in element)])).strip()
        if len(own) >= _MIN_SUMMARY:
            text = text_of(element, _MAX_SUMMARY)
            text = folded(own, _MAX_SUMMARY) if headline in text and element.tag in ("td", "li") else text
            if headline not in text:
                return text
    following = box.getnext() if box.tag in _HEADINGS else None
    text = text_of(following, _MAX_SUMMARY) if following is not None and following.tag == "p" else ""
    return text if len(text) >= _MIN_SUMMARY and following is not None and following.find(".//a") is None else None
