"""Classifies a page: the kind of an article, or why it is none (listing, home, soft 404, wall)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from archive.extract.body import Body
from archive.extract.element_text import text_of
from archive.extract.list_score import PageFeatures, features, likelihood_of_a_list, page_features
from archive.extract.metadata import Metadata
from archive.extract.parsed_page import Page
from archive.model.records import ReadableKind, Unreadable
from archive.text.folding import key_of

_MAX_BOUNCE_SOURCE = 1500  # characters of source below which a page can be a cookie bounce
_COOKIE_BOUNCE = re.compile(r"document\.cookie\s*=|location\.(?:reload|replace|href)|http-equiv=[\"']?refresh", re.I)
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
_ARTICLE_TYPES = re.compile(r"(?:Article|BlogPosting|Report)$")
_HOME_PATH = re.compile(r"^/?(?:(?:index|default|home|trang-chu|main)(?:\.\w{2,5})?)?/?$", re.I)
_ID_QUERY = re.compile(r"[?&][\w-]*id=\d|\?p=\d", re.I)  # `/?p=31228`, `/Default.aspx?NewsId=5`
ARTICLE_PATH = re.compile(
    r"\d{5,}|(?<![^\W_])(?:[^\W_]++-){4,}[^\W_]|/\d{4}/\d\d?/"
)  # an id, a slug of five words, a day
_DATED_SLUG = re.compile(r"/(?:19|20)\d\d/\d\d?/(?:\d\d?/)?[^\W\d_]+-[^/?#]+(?:[?#]|/?$)")
_LINK_PATH = re.compile(r"(?:(?:https?:)?//[^/?#]*)?(/[^?#]*)", re.I)  # the path of a link's URL
# By five-fold validation: a tenth of the lists are below, one article in sixty of any site is above.
_LIST_THRESHOLD = 0.65
_MIN_LIST_LINKS = 6  # a page with fewer links is not a list
_ARTICLE_LIST_THRESHOLD = 0.85  # for og:type article: briefs of small papers score like lists
_NO_LIST_THRESHOLD, _PROBABLY_NO_LIST_THRESHOLD = 0.05, 0.4
_MAX_SECTION_NAME = 60  # characters of a section's name
_LITTLE_PROSE = 800
_MIN_TEXT = 80
_MIN_HEADLINE = 18
_FEW_LINKS = 3
_MANY_LINKS = 15  # links as long as headlines


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a page declares about its kind, read before the body extractor consumes the tree.

    sections: keys of the texts of links to this page or a parent directory: in menus, its section.
    """

    article: bool
    live: bool
    video: bool
    home: bool
    addressed: bool
    title: str
    sections: frozenset[str]
    signs: PageFeatures
    links: int


def refused_source(text: str) -> Unreadable | None:
    """The reason not to parse this source, or None."""
    if not text.strip():
        return Unreadable("empty")
    if _NON_HTML.match(text) or not _HTML_TAG.search(text) or text[:4000].count("\ufffd") > 400:
        return Unreadable("not-html")
    if len(text) < _MAX_BOUNCE_SOURCE and _COOKIE_BOUNCE.search(text):
        return Unreadable("cookie-bounce")
    return None


def evidence(page: Page) -> Evidence:
    """Collects the evidence of a page."""
    types = {kind for thing in page.linked_data for kind in _types(thing.get("@type"))}
    metas = page.metas
    og_type = (metas.get("og:type") or [""])[0].lower()
    path = _path(page.url)
    title = next((" ".join((element.text or "").split()) for element in page.root.iter("title")), "")
    return Evidence(
        article=any(_ARTICLE_TYPES.search(kind) for kind in types) or "article:published_time" in metas,
        live="LiveBlogPosting" in types,
        video=og_type.startswith("video") or ("VideoObject" in types and "NewsArticle" not in types),
        home=bool(_HOME_PATH.match(path)) and not _ID_QUERY.search(page.url),
        addressed=bool(ARTICLE_PATH.search(path)),
        title=title,
        sections=frozenset(_ancestor_link_keys(page, path)),
        signs=page_features(page),
        links=len(page.links),
    )


def _ancestor_link_keys(page: Page, path: str) -> Iterator[str]:
    page_path = unquote(path).rstrip("/") + "/"
    for link, href in page.links_above:
        match = _LINK_PATH.match(href)
        link_path = unquote(match[1]).rstrip("/") + "/" if match else "/"
        if link_path != "/" and page_path.startswith(link_path) and link.find("img") is None:
            yield key_of(text_of(link, _MAX_SECTION_NAME))


def _types(value: object) -> list[str]:
    return [type_name for type_name in (value if isinstance(value, list) else [value]) if isinstance(type_name, str)]


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def classify_page(page_evidence: Evidence, metadata: Metadata, body: Body) -> ReadableKind | Unreadable:
    """The kind of an article, or the reason why the page is none."""
    prose_lengths = body.prose_lengths
    refused = _refused(page_evidence, metadata, body, prose_lengths)
    if refused is not None:
        return refused
    if body.scrambled:
        return "obfuscated"
    if page_evidence.live:
        return "live-blog"
    caption_lengths = [len(image.caption) for image in body.images if image.caption]
    if len(caption_lengths) >= 3 and sum(caption_lengths) > sum(prose_lengths):
        return "photo-story"
    return "video" if page_evidence.video and sum(prose_lengths) < _LITTLE_PROSE else "article"


def _refused(page_evidence: Evidence, metadata: Metadata, body: Body, prose_lengths: list[int]) -> Unreadable | None:
    headline = metadata.headline or page_evidence.title
    if (
        sum(prose_lengths) < _LITTLE_PROSE
        and (_NOT_FOUND_TITLE.search(page_evidence.title) or _NOT_FOUND_TITLE.search(headline))
        and not page_evidence.article
    ):
        return Unreadable("soft-404", headline)
    if sum(prose_lengths) < _LITTLE_PROSE and (_WALL_TITLE.search(page_evidence.title) or _WALL_TITLE.search(headline)):
        return Unreadable("wall", headline)
    if page_evidence.home and not page_evidence.article:
        return Unreadable("home")
    if _is_listing(page_evidence, metadata, body):
        return Unreadable("listing")
    return _insufficient(page_evidence, metadata, body, prose_lengths)


def _is_listing(page_evidence: Evidence, metadata: Metadata, body: Body) -> bool:
    """Whether the page is a listing: by its score, by many teasers, or by only teasers on a page unlike a story."""
    likelihood = list_likelihood(page_evidence, metadata, body)
    threshold = _ARTICLE_LIST_THRESHOLD if page_evidence.signs.og_type == "article" else _LIST_THRESHOLD
    if likelihood > threshold and page_evidence.links >= _MIN_LIST_LINKS:
        return True
    if body.teasers.many and likelihood > _NO_LIST_THRESHOLD:
        return not (page_evidence.article and not page_evidence.home and body.declared)
    if page_evidence.article or page_evidence.video or not body.teasers.all:
        return False
    return key_of(metadata.headline or "") in page_evidence.sections or (
        body.teasers.teasers > 1 and not _looks_like_story(page_evidence, metadata)
    )


def list_likelihood(page_evidence: Evidence, metadata: Metadata, body: Body) -> float:
    """The likelihood between 0 and 1 that the page is a list."""
    return likelihood_of_a_list(signs_features(page_evidence, metadata, body))


def signs_features(page_evidence: Evidence, metadata: Metadata, body: Body) -> dict[str, float]:
    """The features of the list score, by name."""
    section = key_of(metadata.headline or "") in page_evidence.sections
    return features(page_evidence.signs, page_evidence.article, section, metadata, body)


def _looks_like_story(page_evidence: Evidence, metadata: Metadata) -> bool:
    """Whether URL and headline look like a story's: a section page has a headline such as `Kinh doanh`, and no words
    behind a day or month in its address."""
    is_long = len(metadata.headline or "") >= _MIN_HEADLINE
    return page_evidence.addressed and (is_long or bool(_DATED_SLUG.search(page_evidence.signs.url)))


def _insufficient(
    page_evidence: Evidence, metadata: Metadata, body: Body, prose_lengths: list[int]
) -> Unreadable | None:
    """The reason to refuse a page with little text and no sign of an article, or None."""
    if body.scrambled or (any(image.caption for image in body.images) and page_evidence.article):
        return None
    if body.guessed and not page_evidence.article:
        return Unreadable("listing" if body.links > _MANY_LINKS else "no-article", "no text of its own")
    size = sum(len(block.text) for block in body.blocks) + len(body.lead or "")
    if size < _MIN_TEXT and not (page_evidence.article and size):
        return Unreadable("listing" if body.links > _MANY_LINKS else "no-article", "no text")
    is_article_like = (
        list_likelihood(page_evidence, metadata, body) < _PROBABLY_NO_LIST_THRESHOLD
        or page_evidence.article
        or _looks_like_story(page_evidence, metadata)
        or page_evidence.video
        or body.declared
        or metadata.published_at is not None
    )
    mostly_prose = body.links <= 2 * len(prose_lengths) or sum(prose_lengths) >= 2 * _LITTLE_PROSE
    if not is_article_like and (not mostly_prose or (len(prose_lengths) < 2 and body.links > _FEW_LINKS)):
        return Unreadable(
            "listing" if body.links > 2 * len(prose_lengths) else "no-article", "nothing says that this is an article"
        )
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
