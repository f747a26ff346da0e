"""What a page is: an article of some kind, or something else. A listing never becomes an article, nor the reverse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote, urlsplit

from archive.extract.body import Body
from archive.extract.element_text import text_of
from archive.extract.list_score import Signs, features, likelihood_of_a_list, signs_of
from archive.extract.metadata import Metadata
from archive.extract.parsed_page import Page
from archive.model.records import ReadableKind, Unreadable
from archive.text.folding import key_of

_SMALL = 1500  # characters of source below which a page can be a bounce
_BOUNCE = re.compile(r"document\.cookie\s*=|location\.(?:reload|replace|href)|http-equiv=[\"']?refresh", re.I)
_TAGS = re.compile(r"<(?:!doctype|html|head|body|div|p|span|table|article|section|a|h1|title|meta|script)\b", re.I)
_DATA = re.compile(
    r"\A\s*+(?:\{|\[|%PDF|<\?xml[^>]*>\s*(?:<!--.*?-->\s*)?<(?:rss|feed|urlset|sitemapindex|rdf)\b|<(?:rss|feed|"
    r"urlset|sitemapindex)\b)",
    re.I | re.S,
)
_GONE = re.compile(
    # the number of the error, not of anything that can be counted or named: `lỗi 404`, `404 - Báo`, never `404 hộ dân`
    r"^\W*404\W*$|(?:error|lỗi|mã|http|status|page|trang)\W{0,3}404\b|\b404\s*(?:[-–—|:/]|error|lỗi)|[-–—|(]\s*404\W*$|"
    r"not found|page (?:unavailable|missing|does not exist)|no longer (?:available|exists)|không tìm thấy|"
    r"không tồn tại|đã bị xóa|"
    r"nicht gefunden|introuvable|no encontrada|non trovata|não encontrada|nie znaleziono|не найдена",
    re.I,
)
_WALL = re.compile(
    r"^(?:just a moment|access (?:denied|to this page has been denied)|attention required|are you a (?:robot|"
    r"human)|security check|"
    r"verif(?:y|ying) you|please wait|one moment|log ?in|sign ?in|anmelden|đăng nhập|before you continue|"
    r"privacy settings|captcha|"
    r"request blocked|403 forbidden|pardon our interruption|human verification|cookie consent|ddos)",
    re.I,
)
_ARTICLE_TYPES = re.compile(r"(?:Article|BlogPosting|Report)$")
_INDEX = re.compile(r"^/?(?:(?:index|default|home|trang-chu|main)(?:\.\w{2,5})?)?/?$", re.I)
_NUMBERED = re.compile(r"[?&][\w-]*id=\d|\?p=\d", re.I)  # `/?p=31228`, `/Default.aspx?NewsId=5`
_ADDRESSED = re.compile(
    r"\d{5,}|(?<![^\W_])(?:[^\W_]++-){4,}[^\W_]|/\d{4}/\d\d?/"
)  # an id, a slug of five words, a day
_LOCAL = re.compile(r"(?:(?:https?:)?//[^/?#]*)?(/[^?#]*)", re.I)  # the path of a link's address
_MOST_LINKS = 2_000
_SURELY_A_LIST = 0.65  # by five folds: a tenth of the lists are below, one article in sixty of any site is above
_LEAST_LINKS = 6  # a page with fewer lists nothing
_SURELY_A_LIST_ALL_THE_SAME = 0.85  # of a page that calls itself an article: a brief of a small paper is like a list
_SURELY_NO_LIST, _PROBABLY_NO_LIST = 0.05, 0.4
_LONGEST_NAME = 60  # characters of a section's name
_PROSE = 60
_LITTLE = 800
_TOO_LITTLE = 80
_HEADLINE = 18
_FEW = 3
_MANY = 15  # links as long as headlines


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a page declares about its kind, read before the body reader takes the tree apart.

    sections: keys of the words by which the page's links name it or the directory it is in: in menus, its section.
    """

    article: bool
    live: bool
    video: bool
    home: bool
    addressed: bool
    title: str
    sections: frozenset[str]
    signs: Signs
    links: int


def refused_source(text: str) -> Unreadable | None:
    """Why this source is not worth parsing, or None."""
    if not text.strip():
        return Unreadable("empty")
    if _DATA.match(text) or not _TAGS.search(text) or text[:4000].count("\ufffd") > 400:
        return Unreadable("not-html")
    if len(text) < _SMALL and _BOUNCE.search(text):
        return Unreadable("cookie-bounce")
    return None


def evidence(page: Page) -> Evidence:
    """What the page declares."""
    types = {kind for one in page.linked_data for kind in _types(one.get("@type"))}
    metas = page.metas
    og_type = (metas.get("og:type") or [""])[0].lower()
    path = _path(page.url)
    title = next((" ".join((one.text or "").split()) for one in page.root.iter("title")), "")
    return Evidence(
        article=any(_ARTICLE_TYPES.search(kind) for kind in types) or "article:published_time" in metas,
        live="LiveBlogPosting" in types,
        video=og_type.startswith("video") or ("VideoObject" in types and "NewsArticle" not in types),
        home=bool(_INDEX.match(path)) and not _NUMBERED.search(page.url),
        addressed=bool(_ADDRESSED.search(path)),
        title=title,
        sections=frozenset(_sections(page, path)),
        signs=signs_of(page),
        links=sum(1 for _ in islice(page.root.iter("a"), _LEAST_LINKS)),
    )


def _sections(page: Page, path: str) -> Iterator[str]:
    here = unquote(path).rstrip("/") + "/"
    for link in islice(page.root.iter("a"), _MOST_LINKS):
        address = _LOCAL.match(link.get("href") or "")
        there = unquote(address[1]).rstrip("/") + "/" if address else "/"
        if there != "/" and here.startswith(there) and link.find("img") is None:
            yield key_of(text_of(link, _LONGEST_NAME))


def _types(value: object) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def judge(seen: Evidence, metadata: Metadata, body: Body) -> ReadableKind | Unreadable:
    """The kind of an article, or why the page is none."""
    prose = [
        len(block.text) for block in body.blocks if block.kind in ("paragraph", "quote") and len(block.text) >= _PROSE
    ]
    refused = _refused(seen, metadata, body, prose)
    if refused is not None:
        return refused
    if body.scrambled:
        return "obfuscated"
    if seen.live:
        return "live-blog"
    captioned = [len(image.caption) for image in body.images if image.caption]
    if len(captioned) >= 3 and sum(captioned) > sum(prose):
        return "photo-story"
    return "video" if seen.video and sum(prose) < _LITTLE else "article"


def _refused(seen: Evidence, metadata: Metadata, body: Body, prose: list[int]) -> Unreadable | None:
    headline = metadata.headline or seen.title
    if sum(prose) < _LITTLE and (_GONE.search(seen.title) or _GONE.search(headline)) and not seen.article:
        return Unreadable("soft-404", headline)
    if sum(prose) < _LITTLE and (_WALL.search(seen.title) or _WALL.search(headline)):
        return Unreadable("wall", headline)
    if seen.home and not seen.article:
        return Unreadable("home")
    if _lists(seen, metadata, body):
        return Unreadable("listing")
    return _too_weak(seen, metadata, body, prose)


def _lists(seen: Evidence, metadata: Metadata, body: Body) -> bool:
    """Whether the text is teasers: many of them, or nothing else on a page that does not look like one story's."""
    likelihood = weighed(seen, metadata, body)
    least = _SURELY_A_LIST_ALL_THE_SAME if seen.signs.og_type == "article" else _SURELY_A_LIST
    if likelihood > least and seen.links >= _LEAST_LINKS:
        return True
    if body.teasers.many and likelihood > _SURELY_NO_LIST:
        return not (seen.article and not seen.home and body.declared)
    if seen.article or seen.video or not body.teasers.all:
        return False
    return key_of(metadata.headline or "") in seen.sections or (body.teasers.teasers > 1 and not _named(seen, metadata))


def weighed(seen: Evidence, metadata: Metadata, body: Body) -> float:
    """How likely the page is a list: between 0 and 1."""
    return likelihood_of_a_list(signs_features(seen, metadata, body))


def signs_features(seen: Evidence, metadata: Metadata, body: Body) -> dict[str, float]:
    """What is weighed, by name."""
    section = key_of(metadata.headline or "") in seen.sections
    return features(seen.signs, seen.article, section, metadata, body)


def _named(seen: Evidence, metadata: Metadata) -> bool:
    """Whether address and headline are those of a story: a section's page is headed `Kinh doanh`."""
    return seen.addressed and len(metadata.headline or "") >= _HEADLINE


def _too_weak(seen: Evidence, metadata: Metadata, body: Body, prose: list[int]) -> Unreadable | None:
    """Little text, and nothing that says it is an article."""
    if body.scrambled or (any(image.caption for image in body.images) and seen.article):
        return None
    if body.guessed and not seen.article:
        return Unreadable("listing" if body.links > _MANY else "no-article", "no text of its own")
    size = sum(len(block.text) for block in body.blocks) + len(body.lead or "")
    if size < _TOO_LITTLE and not (seen.article and size):
        return Unreadable("listing" if body.links > _MANY else "no-article", "no text")
    known = (
        weighed(seen, metadata, body) < _PROBABLY_NO_LIST
        or seen.article
        or _named(seen, metadata)
        or seen.video
        or body.declared
        or metadata.published_at is not None
    )
    alone = body.links <= 2 * len(prose) or sum(prose) >= 2 * _LITTLE
    if not known and (not alone or (len(prose) < 2 and body.links > _FEW)):
        return Unreadable(
            "listing" if body.links > 2 * len(prose) else "no-article", "nothing says that this is an article"
        )
    return None


def flags(metadata: Metadata, body: Body) -> tuple[str, ...]:
    """What a person should look at in the reading."""
    texts = [block.text for block in body.blocks if block.text]
    size = sum(map(len, texts))
    found = {
        "no-headline": not metadata.headline,
        "no-date": metadata.published_at is None,
        "obfuscated": body.scrambled,
        "only-captions": not texts and any(image.caption for image in body.images),
        "no-body": not texts and not any(image.caption for image in body.images),
        "one-line-body": len(texts) == 1,
        "body-shorter-than-lead": bool(texts) and size < len(body.lead or ""),
    }
    return tuple(name for name, holds in found.items() if holds)
