"""Routes requests: maps a path to its response. No sockets here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from crawler.demo import articles_old, demo_feeds, list_pages_html, painted_pictures
from crawler.demo.edition import LIVE
from crawler.demo.newsroom_records import Article, date_of
from crawler.demo.page_furniture import ADVERTS, RequestContext
from crawler.demo.section_addresses import BY_SLUG, SECTIONS, article_path, page_number

HTML = "text/html; charset=utf-8"
BARE_HTML = "text/html"
XML = "text/xml; charset=utf-8"
PNG = "image/png"
GZIP = "application/x-gzip"
FEEDS = frozenset(section.slug for section in SECTIONS)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response before compression and validators. etag: with its quotes. location: for redirects."""

    body: bytes
    content_type: str = HTML
    status: int = 200
    etag: str | None = None
    last_modified: datetime | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class RouteRequest:
    visit: RequestContext
    path: str
    query: str
    crawl_delay: float


def answer(ask: RouteRequest) -> Answer:
    """The response to a request; the 404 page where no route matches the path."""
    answers = (route(ask) for route in ROUTES)
    return next((response for response in answers if response), None) or Answer(
        list_pages_html.missing(ask.visit), status=404
    )


def _home(ask: RouteRequest) -> Answer | None:
    return Answer(list_pages_html.home(ask.visit)) if ask.path == "/" else None


def _robots(ask: RouteRequest) -> Answer | None:
    if ask.path != "/robots.txt":
        return None
    return Answer(demo_feeds.robots(ask.visit.edition, ask.visit.base, ask.crawl_delay), "text/plain; charset=utf-8")


def _article(ask: RouteRequest) -> Answer | None:
    article = ask.visit.edition.find(ask.path)
    if article is None or article.state == "gone-404":
        return None
    if article.state == "gone-410":
        return Answer(b"", status=410)
    if ask.path != article_path(article):
        return Answer(b"", status=301, location=ask.visit.base + article_path(article))
    return _article_page(ask.visit, article)


def _article_page(visit: RequestContext, article: Article) -> Answer:
    """The page of an article. The current template has an ETag of the article alone, without clock and sidebars; plain
    has Last-Modified only, the two oldest no validator. The charset is in the header for two of the four."""
    body = articles_old.page(visit, article)
    modified = article.modified or article.published
    if article.form == "modern":
        return Answer(body, HTML, etag=_etag(repr(article).encode(), weak=True), last_modified=modified)
    if article.form == "plain":
        return Answer(body, BARE_HTML, last_modified=modified)
    return Answer(body, HTML if article.form == "dnn" else BARE_HTML)


def _etag(content: bytes, weak: bool = False) -> str:
    return f'{"W/" if weak else ""}"{hashlib.sha256(content).hexdigest()[:16]}"'


def _section(ask: RouteRequest) -> Answer | None:
    for section in ask.visit.edition.sections:
        page = page_number(section, ask.path, ask.query, ask.visit.edition.size(section))
        if page and section.paging == "timeline" and page > 1:
            return Answer(list_pages_html.more_of(ask.visit, section, page))
        if page and (body := list_pages_html.section_page(ask.visit, section, page)):
            return Answer(body, BARE_HTML if section.paging in list_pages_html.OLD else HTML)
    return None


def _feed(ask: RouteRequest) -> Answer | None:
    match = re.fullmatch(r"/rss/([a-z-]+)\.rss", ask.path)
    if not match or (match[1] != "home" and match[1] not in FEEDS):
        return None
    body = demo_feeds.rss(ask.visit.edition, ask.visit.base, BY_SLUG.get(match[1]))
    return _xml_answer(ask, body, "application/rss+xml" if match[1] == demo_feeds.WRONGLY_DECLARED else XML)


def _generated_feed(ask: RouteRequest) -> Answer | None:
    """The feeds that only a paper with generated articles has."""
    edition, base = ask.visit.edition, ask.visit.base
    if not edition.numbers:
        return None
    if ask.path == "/rss.html":
        return Answer(demo_feeds.listing(ask.visit))
    if ask.path == "/rss/chuyen-trang.rss":
        return _xml_answer(ask, demo_feeds.wide_rss(edition, base), "application/rss+xml")
    if ask.path == "/atom.xml":
        return _xml_answer(ask, demo_feeds.atom(edition, base), "application/atom+xml")
    return _xml_answer(ask, demo_feeds.news_sitemap(edition, base)) if ask.path == "/sitemap-news.xml" else None


def _sitemap(ask: RouteRequest) -> Answer | None:
    edition, base = ask.visit.edition, ask.visit.base
    if ask.path == "/sitemap.xml":
        return _xml_answer(ask, demo_feeds.sitemap_index(edition, base))
    if ask.path == "/sitemaps/chuyen-muc.xml":
        return _xml_answer(ask, demo_feeds.section_sitemap(base))
    match = re.fullmatch(r"/sitemaps/tin-(\d{4})-(\d{1,2})\.xml(?:\.gz)?", ask.path)
    if not match or ask.path != demo_feeds.month_path(edition, int(match[1]), int(match[2])):
        return None
    body = demo_feeds.month_sitemap(edition, base, int(match[1]), int(match[2]))
    if body is None:
        return None
    return _xml_answer(ask, demo_feeds.packed(body), GZIP) if ask.path.endswith(".gz") else _xml_answer(ask, body)


def _xml_answer(ask: RouteRequest, body: bytes, content_type: str = XML) -> Answer:
    return Answer(
        body, content_type, etag=_etag(body, weak=True), last_modified=demo_feeds.last_modified(ask.visit.edition)
    )


def _picture(ask: RouteRequest) -> Answer | None:
    match = re.fullmatch(r"/anh/(2026/05|nho)/([a-z0-9-]+)\.png", ask.path)
    picture = ask.visit.edition.pictures.get(match[2]) if match else None
    if match is None or picture is None:
        return None
    if match[1] == "nho":
        return _png_answer(painted_pictures.thumbnail(picture.shows))
    return _png_answer(painted_pictures.photograph(picture.shows, picture.percent))


def _advert(ask: RouteRequest) -> Answer | None:
    match = re.fullmatch(r"/quang-cao/(\d{1,2})\.png", ask.path)
    return _png_answer(painted_pictures.advert(int(match[1]))) if match and int(match[1]) < ADVERTS else None


def _png_answer(body: bytes) -> Answer:
    return Answer(body, PNG, etag=_etag(body), last_modified=date_of(1))


def _disallowed(ask: RouteRequest) -> Answer | None:
    if ask.path == "/tim-kiem":
        return Answer(list_pages_html.search(ask.visit))
    match = re.fullmatch(r"/in-bai/(\d{1,9})", ask.path)
    article = ask.visit.edition.with_id(int(match[1])) if match else None
    if article is None or article.state not in LIVE:
        return None
    return Answer(articles_old.print_copy(ask.visit, article))


ROUTES: tuple[Callable[[RouteRequest], Answer | None], ...] = (
    _home, _article, _section, _picture, _advert, _feed, _sitemap, _generated_feed, _robots, _disallowed,
)  # fmt: skip
