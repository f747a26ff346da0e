"""What the paper offers machines: RSS, sitemaps, robots.txt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from crawler.demo import paper, words
from crawler.demo.edition import Edition
from crawler.demo.edits import date_of
from crawler.demo.furniture import NAME
from crawler.demo.markup import Html, tag, text
from crawler.demo.records import Article
from crawler.demo.sections import SECTIONS, Section, article_path, thumbnail_path

WRONGLY_DECLARED = "kinh-te"
"""This section's feed says utf-16 and is UTF-8."""
LENGTH = 20
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def rss(edition: Edition, base: str, section: Section | None = None) -> bytes:
    """The newest articles of the paper or of one section, those found in the feeds only among them."""
    chosen = [one for one in edition.reachable("open", "feed") if section is None or one.section == section.slug]
    name = f"{NAME} - {section.name}" if section else f"{NAME} - Trang chủ"
    channel = (
        tag("title", text(name)),
        Html(f"<link>{text(base + (section.path if section else '/'))}</link>"),
        tag("description", text(f"Tin mới từ {NAME}")),
        tag("language", text("vi-vn")),
        *(_item(article, base) for article in chosen[:LENGTH]),
    )
    encoding = "utf-16" if section and section.slug == WRONGLY_DECLARED else "utf-8"
    return _xml(tag("rss", tag("channel", *channel), version="2.0"), encoding)


def _item(article: Article, base: str) -> Html:
    address = base + article_path(article)
    shown = "".join(
        f'<a href="{address}"><img src="{base}{thumbnail_path(one.file)}"></a>' for one in article.pictures[:1]
    )
    parts = [
        tag("title", text(article.headline)),
        # not tag(): in HTML a link element is void
        Html(f"<link>{text(address + '?utm_source=rss&utm_medium=feed')}</link>"),
        tag("guid", text(address), isPermaLink="true"),
        tag("description", Html(f"<![CDATA[{shown}{article.lead}]]>")),
    ]
    if article.date_form != "none":
        parts.append(tag("pubDate", text(format_datetime(article.published))))
    return tag("item", *parts)


def sitemap_index(edition: Edition, base: str) -> bytes:
    """One sitemap of sections, one of articles for every month, newest month first."""
    maps = [tag("sitemap", tag("loc", text(f"{base}/sitemaps/chuyen-muc.xml")))]
    maps += [
        tag("sitemap", tag("loc", text(f"{base}/sitemaps/tin-{year}-{month}.xml")), _lastmod(max(_touched(found))))
        for (year, month), found in months(edition).items()
    ]
    return _xml(tag("sitemapindex", *maps, xmlns=NAMESPACE))


@lru_cache(maxsize=8)
def months(edition: Edition) -> dict[tuple[int, int], list[Article | int]]:
    """(year, month) -> the articles published in it, generated ones by number."""
    found: dict[tuple[int, int], list[Article | int]] = {}
    for published, article in edition.for_sitemap():
        found.setdefault((published.year, published.month), []).append(article)
    return found


def _touched(articles: Iterable[Article | int]) -> Iterator[datetime]:
    for one in articles:
        yield words.NEWEST - one * words.APART if isinstance(one, int) else one.modified or one.published


def section_sitemap(base: str) -> bytes:
    """The section pages, without lastmod."""
    return _xml(tag("urlset", *(tag("url", tag("loc", text(base + one.path))) for one in SECTIONS), xmlns=NAMESPACE))


def month_sitemap(edition: Edition, base: str, year: int, month: int) -> bytes | None:
    """The articles of a month; lastmod is the time of the last edit. None for a month without articles."""
    found = months(edition).get((year, month))
    if not found:
        return None
    articles = (words.article(one) if isinstance(one, int) else one for one in found)
    return _xml(tag("urlset", *(_url(article, base) for article in articles), xmlns=NAMESPACE))


def _url(article: Article, base: str) -> Html:
    return tag("url", tag("loc", text(base + article_path(article))), _lastmod(article.modified or article.published))


def _lastmod(when: datetime) -> Html:
    return tag("lastmod", text(when.isoformat()))


def _xml(root: Html, encoding: str = "utf-8") -> bytes:
    """The document as UTF-8, whatever it says of itself."""
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{root}\n'.encode()


def robots(base: str, crawl_delay: float) -> bytes:
    """robots.txt. crawl_delay: in seconds; 0 leaves the line out."""
    delay = [f"Crawl-delay: {crawl_delay:g}"] if crawl_delay else []
    rules = [f"# {NAME}", "User-agent: *", *delay, "Disallow: /in-bai/", "Disallow: /tim-kiem"]
    return "\n".join([*rules, "", f"Sitemap: {base}/sitemap.xml", ""]).encode()


def last_modified(edition: Edition) -> datetime:
    """When the newest article came or was edited, not before the edition's day began."""
    times = (one.modified or one.published for one in edition.articles)
    return max((*times, date_of(max(edition.day, paper.DAYS[0]))))
