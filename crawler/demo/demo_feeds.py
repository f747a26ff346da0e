"""Generates the paper's feeds: RSS, partly with errors, Atom, and the page that lists them."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from crawler.demo import frames, paper, words
from crawler.demo.edition import Edition
from crawler.demo.later_edits import date_of
from crawler.demo.markup import Html, items, join, link, tag, text
from crawler.demo.newsroom_records import Article
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
    """RSS of the newest generated articles, in UTF-16."""
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
    image = "".join(
        f'<a href="{address}"><img src="{base}{thumbnail_path(picture.file)}"></a>' for picture in article.pictures[:1]
    )
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
    """The XML document as UTF-8, whatever encoding it declares."""
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{root}\n'.encode()


def last_modified(edition: Edition) -> datetime:
    """The time of the last publication or edit, not before the edition's day began."""
    times = [article.modified or article.published for article in edition.articles]
    times += [revision.at for _, revision in edition.revised]
    times += [words.published(-edition.added)] if edition.added else []
    return max((*times, date_of(max(edition.day, paper.DAYS[0]))))
