"""Generates the paper's feeds: RSS, partly with errors, Atom, and the page that lists them; and its
sitemaps and robots.txt."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from crawler.demo import frames, paper, words
from crawler.demo.bodies import Html, items, join, link, tag, text
from crawler.demo.edition import Edition
from crawler.demo.frames import NOTHING
from crawler.demo.newsroom_records import Article, date_of
from crawler.demo.page_furniture import NAME, RequestContext
from crawler.demo.section_addresses import SECTIONS, Section, article_path, thumbnail_path

WRONGLY_DECLARED = "kinh-te"
"""The section whose feed declares utf-16 and is UTF-8."""
LENGTH = 20


def rss(edition: Edition, base: str, section: Section | None = None) -> bytes:
    """RSS of the newest articles of the paper or of one section, including those found only in feeds."""
    chosen = [
        article for article in edition.reachable("open", "feed") if section is None or article.section == section.slug
    ]
    name = f"{NAME} - {section.name}" if section else f"{NAME} - Trang chủ"
    encoding = "utf-16" if section and section.slug == WRONGLY_DECLARED else "utf-8"
    return xml(_channel(name, base + (section.path if section else "/"), chosen[:LENGTH], base), encoding)


def wide_rss(edition: Edition, base: str) -> bytes:
    chosen = [edition.generated(number) for number in edition.feed_numbers("utf-16")]
    root = _channel(f"{NAME} - Chuyên trang", base + "/", chosen, base)
    return f'<?xml version="1.0" encoding="utf-16"?>\n{root}\n'.encode("utf-16")


def _channel(name: str, address: str, articles: list[Article], base: str) -> Html:
    channel = (
        tag("title", text(name)),
        Html(f"<link>{text(address)}</link>"),
        tag("description", text(f"Tin mới từ {NAME}")),
        tag("language", text("vi-vn")),
        *(_item(article, base) for article in articles),
    )
    return tag("rss", tag("channel", *channel), version="2.0")


def _item(article: Article, base: str) -> Html:
    address = base + article_path(article)
    sources = [base + thumbnail_path(picture.file) for picture in article.pictures[:1]]
    image = "".join(f'<a href="{address}"><img src="{source}"></a>' for source in sources)
    parts = [
        tag("title", text(article.headline)),
        # not tag(): in HTML a link element is void
        Html(f"<link>{text(address + '?utm_source=rss&utm_medium=feed')}</link>"),
        tag("guid", text(address), isPermaLink="true"),
        tag("description", Html(f"<![CDATA[{image}{article.lead}]]>")),
    ]
    if article.date_form != "none":
        parts.append(tag("pubDate", text(format_datetime(article.published))))
    return tag("item", *parts)


def atom(edition: Edition, base: str) -> bytes:
    """Atom of the newest generated articles, with the time of their last edit (RFC 4287)."""
    parts = (
        tag("title", text(NAME)),
        tag("id", text(base + "/")),
        tag("updated", text(last_modified(edition).isoformat())),
        Html(f'<link rel="self" href="{text(base)}/atom.xml"/>'),
        *(_entry(edition.generated(number), base) for number in edition.feed_numbers("atom")),
    )
    return xml(tag("feed", *parts, xmlns="http://www.w3.org/2005/Atom"))


def _entry(article: Article, base: str) -> Html:
    address = base + article_path(article)
    return tag(
        "entry",
        tag("title", text(article.headline)),
        tag("id", text(f"tag:baosongthao.example,2026:{article.id}")),
        tag("published", text(article.published.isoformat())),
        tag("updated", text((article.modified or article.published).isoformat())),
        tag("summary", text(article.lead)),
        Html(f'<link rel="alternate" href="{text(address)}"/>'),
    )


def listing(visit: RequestContext) -> bytes:
    """The HTML page that lists the feeds; only here is the UTF-16 feed named."""
    entries = [("/rss/home.rss", "Trang chủ"), *((f"/rss/{section.slug}.rss", section.name) for section in SECTIONS)]
    entries += [("/rss/chuyen-trang.rss", "Chuyên trang"), ("/atom.xml", "Atom")]
    main = join(tag("h1", text("RSS")), items(*(link(address, name) for address, name in entries)))
    return frames.page(visit, "RSS", main).encode()


def xml(root: Html, encoding: str = "utf-8") -> bytes:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{root}\n'.encode()


def last_modified(edition: Edition) -> datetime:
    """The time of the last publication or edit, not before the edition's day began."""
    times = [article.modified or article.published for article in edition.articles]
    times += [revision.edited_at for _, revision in edition.revised]
    times += [words.published(-edition.added)] if edition.added else []
    return max((*times, date_of(max(edition.day, paper.DAYS[0]))))


NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS_NAMESPACE = "http://www.google.com/schemas/sitemap-news/0.9"


def sitemap_index(edition: Edition, base: str) -> bytes:
    """The sitemap index: a sitemap of sections, and one of articles for each month, newest first; sitemaps of generated
    articles only are gzipped."""
    maps = [tag("sitemap", tag("loc", text(f"{base}/sitemaps/chuyen-muc.xml")))]
    for month, found in months(edition).items():
        address = tag("loc", text(f"{base}{month_path(edition, *month)}"))
        maps.append(tag("sitemap", address, _lastmod(max(_modification_times(edition, found)))))
    return xml(tag("sitemapindex", *maps, xmlns=NAMESPACE))


def month_path(edition: Edition, year: int, month: int) -> str:
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
