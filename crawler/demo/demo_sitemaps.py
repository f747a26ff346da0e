"""What the paper offers crawlers: sitemaps by month and their index, the news sitemap, robots.txt."""

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
    """One sitemap of sections, one of articles for every month, newest month first; months of generated articles alone
    are packed."""
    maps = [tag("sitemap", tag("loc", text(f"{base}/sitemaps/chuyen-muc.xml")))]
    maps += [
        tag(
            "sitemap", tag("loc", text(f"{base}{month_path(edition, *month)}")), _lastmod(max(_touched(edition, found)))
        )
        for month, found in months(edition).items()
    ]
    return xml(tag("sitemapindex", *maps, xmlns=NAMESPACE))


def month_path(edition: Edition, year: int, month: int) -> str:
    """Where the sitemap of a month is."""
    written = any(isinstance(one, Article) for one in months(edition).get((year, month), ()))
    return f"/sitemaps/tin-{year}-{month}.xml" + ("" if written else ".gz")


@lru_cache(maxsize=8)
def months(edition: Edition) -> dict[tuple[int, int], list[Article | int]]:
    """(year, month) -> the articles published in it, generated ones by number."""
    found: dict[tuple[int, int], list[Article | int]] = {}
    for published, article in edition.for_sitemap():
        found.setdefault((published.year, published.month), []).append(article)
    return found


def _touched(edition: Edition, articles: Iterable[Article | int]) -> Iterator[datetime]:
    for one in articles:
        yield edition.touched(one) if isinstance(one, int) else one.modified or one.published


def section_sitemap(base: str) -> bytes:
    """The section pages, without lastmod."""
    return xml(tag("urlset", *(tag("url", tag("loc", text(base + one.path))) for one in SECTIONS), xmlns=NAMESPACE))


def month_sitemap(edition: Edition, base: str, year: int, month: int) -> bytes | None:
    """The articles of a month; lastmod is the time of the last edit. None for a month without articles."""
    found = months(edition).get((year, month))
    if not found:
        return None
    articles = (edition.generated(one) if isinstance(one, int) else one for one in found)
    return xml(tag("urlset", *(_url(article, base) for article in articles), xmlns=NAMESPACE))


def packed(body: bytes) -> bytes:
    """As a file that is packed on the disk; the same bytes for the same content."""
    return gzip.compress(body, 6, mtime=0)


def _url(article: Article, base: str, more: Html = NOTHING) -> Html:
    address = tag("loc", text(base + article_path(article)))
    return tag("url", address, _lastmod(article.modified or article.published), more)


def _lastmod(when: datetime) -> Html:
    return tag("lastmod", text(when.isoformat()))


def news_sitemap(edition: Edition, base: str) -> bytes:
    """The generated articles of two days, as search engines for news want them."""
    entries = (_news(edition.generated(number), base) for number in edition.news_numbers)
    spaces = Html(f'<urlset xmlns="{NAMESPACE}" xmlns:news="{NEWS_NAMESPACE}">')
    return xml(Html(f"{spaces}{''.join(entries)}</urlset>"))


def _news(article: Article, base: str) -> Html:
    paper = tag("news:publication", tag("news:name", text(NAME)), tag("news:language", text("vi")))
    when = tag("news:publication_date", text(article.published.isoformat()))
    return _url(article, base, tag("news:news", paper, when, tag("news:title", text(article.headline))))


def robots(edition: Edition, base: str, crawl_delay: float) -> bytes:
    """robots.txt. crawl_delay: in seconds; 0 leaves the line out."""
    delay = [f"Crawl-delay: {crawl_delay:g}"] if crawl_delay else []
    rules = [f"# {NAME}", "User-agent: *", *delay, "Disallow: /in-bai/", "Disallow: /tim-kiem"]
    named = ["/sitemap.xml", *(["/sitemap-news.xml"] if edition.numbers else [])]
    return "\n".join([*rules, "", *(f"Sitemap: {base}{one}" for one in named), ""]).encode()
