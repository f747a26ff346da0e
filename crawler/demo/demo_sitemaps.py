"""Generates the paper's sitemaps (by month, with an index), its news sitemap and its robots.txt."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache

from crawler.demo.demo_feeds import xml
from crawler.demo.edition import Edition
from crawler.demo.frames import NOTHING
from crawler.demo.markup import Html, tag, text
from crawler.demo.newsroom_records import Article
from crawler.demo.page_furniture import NAME
from crawler.demo.section_addresses import SECTIONS, article_path

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS_NAMESPACE = "http://www.google.com/schemas/sitemap-news/0.9"


def sitemap_index(edition: Edition, base: str) -> bytes:
    """The sitemap index: a sitemap of sections, and one of articles for each month, newest first; sitemaps of generated
    articles only are gzipped."""
    maps = [tag("sitemap", tag("loc", text(f"{base}/sitemaps/chuyen-muc.xml")))]
    maps += [
        tag(
            "sitemap",
            tag("loc", text(f"{base}{month_path(edition, *month)}")),
            _lastmod(max(_modification_times(edition, found))),
        )
        for month, found in months(edition).items()
    ]
    return xml(tag("sitemapindex", *maps, xmlns=NAMESPACE))


def month_path(edition: Edition, year: int, month: int) -> str:
    """The path of the sitemap of a month."""
    has_written = any(isinstance(article, Article) for article in months(edition).get((year, month), ()))
    return f"/sitemaps/tin-{year}-{month}.xml" + ("" if has_written else ".gz")


@lru_cache(maxsize=8)
def months(edition: Edition) -> dict[tuple[int, int], list[Article | int]]:
    """(year, month) -> the articles published in it, generated ones by number."""
    by_month: dict[tuple[int, int], list[Article | int]] = {}
    for published, article in edition.for_sitemap():
        by_month.setdefault((published.year, published.month), []).append(article)
    return by_month


def _modification_times(edition: Edition, articles: Iterable[Article | int]) -> Iterator[datetime]:
    for article in articles:
        yield edition.touched(article) if isinstance(article, int) else article.modified or article.published


def section_sitemap(base: str) -> bytes:
    """The sitemap of the section pages, without lastmod."""
    return xml(
        tag("urlset", *(tag("url", tag("loc", text(base + section.path))) for section in SECTIONS), xmlns=NAMESPACE)
    )


def month_sitemap(edition: Edition, base: str, year: int, month: int) -> bytes | None:
    """The sitemap of the articles of a month; lastmod is the time of the last edit. None for a month without
    articles."""
    in_month = months(edition).get((year, month))
    if not in_month:
        return None
    articles = (edition.generated(article) if isinstance(article, int) else article for article in in_month)
    return xml(tag("urlset", *(_url(article, base) for article in articles), xmlns=NAMESPACE))


def packed(body: bytes) -> bytes:
    """The body as a gzip file; the same bytes for the same content."""
    return gzip.compress(body, 6, mtime=0)


def _url(article: Article, base: str, extra: Html = NOTHING) -> Html:
    address = tag("loc", text(base + article_path(article)))
    return tag("url", address, _lastmod(article.modified or article.published), extra)


def _lastmod(moment: datetime) -> Html:
    return tag("lastmod", text(moment.isoformat()))


def news_sitemap(edition: Edition, base: str) -> bytes:
    """The news sitemap: the generated articles of two days, in the format of news search engines."""
    entries = (_news(edition.generated(number), base) for number in edition.news_numbers)
    spaces = Html(f'<urlset xmlns="{NAMESPACE}" xmlns:news="{NEWS_NAMESPACE}">')
    return xml(Html(f"{spaces}{''.join(entries)}</urlset>"))


def _news(article: Article, base: str) -> Html:
    publication = tag("news:publication", tag("news:name", text(NAME)), tag("news:language", text("vi")))
    publication_date = tag("news:publication_date", text(article.published.isoformat()))
    return _url(
        article, base, tag("news:news", publication, publication_date, tag("news:title", text(article.headline)))
    )


def robots(edition: Edition, base: str, crawl_delay: float) -> bytes:
    """robots.txt. crawl_delay: in seconds; 0 leaves the line out."""
    delay = [f"Crawl-delay: {crawl_delay:g}"] if crawl_delay else []
    rules = [f"# {NAME}", "User-agent: *", *delay, "Disallow: /in-bai/", "Disallow: /tim-kiem"]
    sitemap_paths = ["/sitemap.xml", *(["/sitemap-news.xml"] if edition.numbers else [])]
    return "\n".join([*rules, "", *(f"Sitemap: {base}{path}" for path in sitemap_paths), ""]).encode()
