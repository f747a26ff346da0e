"""Bytes of a page, feed or sitemap in, links out. Pure: no network, no archive.

Feeds are read by their links alone, so that a feed that declares the wrong charset, or is not quite XML, still counts.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator

from lxml import etree, html
from w3lib.url import safe_url_string

from archive import Link, absolute, same_site, without_trackers

_MARKUP_LIMIT = 20 * 1024 * 1024
# A feed's root is its first element: before it stand only text, a declaration, comments and a doctype.
_FEED = re.compile(
    rb"(?>[^<]++|<\?.*?\?>|<!--.*?-->|<![^->][^>]*>)*+<(?:\w+:)?(?:rss|feed|rdf|urlset|sitemapindex)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_GZIP = b"\x1f\x8b"
# What a link of these kinds leads to is never a page of news.
_NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|avif|css|js|json|woff2?|ttf|mp[34]|m4a|wav|avi|mov|pdf|docx?|xlsx?|pptx?|zip|rar|7z|exe|apk)$",
    re.IGNORECASE,
)
# Places where the same articles are printed again, or where every reader gets a page of his own.
_NOT_NEWS = re.compile(
    r"/(?:print|in-bai|login|dang-nhap|logout|register|dang-ky|search|tim-kiem|share|cart|api|ajax)(?:[/.?]|$)|[?&](?:q|keyword|s|print)=",
    re.IGNORECASE,
)


def links(body: bytes, base_url: str, hosts: tuple[str, ...], encoding: str | None = None) -> list[Link]:
    """The addresses on the site's hosts that a page, feed or sitemap leads to and that can be pages of news, absolute,
    without fragment and tracking parameters, each once, in the order of the document."""
    data = _unpacked(body)[:_MARKUP_LIMIT]
    if _FEED.match(data[:8192].replace(b"\0", b"")):
        resolved = [absolute(base_url, link) for link in _feed_links(data)]
    else:
        resolved = list(_page_links(data, base_url, encoding))
    clean = (_requestable(without_trackers(link)) for link in resolved if link and same_site(link, hosts))
    return [Link(url) for url in dict.fromkeys(link for link in clean if may_be_news(link))]


def _requestable(url: str) -> str:
    """The address as Scrapy will ask for it, so that what the frontier holds is what was asked for."""
    return safe_url_string(url.replace("\\", "/"))


def may_be_news(url: str) -> bool:
    """Whether an address can be that of an article or of a list of articles, judged by its form alone."""
    path = url.partition("?")[0]
    return not (_NOT_PAGES.search(path) or _NOT_NEWS.search(url))


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body
    try:
        return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS).decompress(body, _MARKUP_LIMIT)
    except (zlib.error, gzip.BadGzipFile):
        return b""


def _page_links(data: bytes, base_url: str, encoding: str | None) -> Iterator[str | None]:
    try:
        parser = html.HTMLParser(encoding=encoding) if encoding else html.HTMLParser()
    except LookupError:
        parser = html.HTMLParser()
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, ValueError):
        return
    base = next((absolute(base_url, tag.get("href") or "") for tag in root.iter("base")), None) or base_url
    for tag in root.iter("a", "area", "link"):
        if tag.tag != "link" or _leads_to_news(tag):
            yield absolute(base, tag.get("href") or "")


def _leads_to_news(link: html.HtmlElement) -> bool:
    relation = (link.get("rel") or "").lower().split()
    kind = (link.get("type") or "").lower()
    return "next" in relation or ("alternate" in relation and ("rss" in kind or "atom" in kind))


def _feed_links(data: bytes) -> list[str]:
    """Links of RSS (item/link, guid), Atom (link@href) and sitemaps (loc), whatever charset the feed declares: it is
    read as declared and as its bytes look, and the reading that finds more counts."""
    return max((list(_links_of(source)) for source in (data, _undeclared(data))), key=len)


def _links_of(source: bytes) -> Iterator[str]:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    for element in root.iter(etree.Element) if root is not None else ():
        try:
            link = _link_of(element)
        except UnicodeDecodeError:  # the recovering parser lets surrogates through, which no text can hold
            continue
        if link:
            yield link


def _link_of(element: etree._Element) -> str:
    name = element.tag.rpartition("}")[2].rpartition(":")[2].lower()  # a prefix nobody declared is part of the tag
    text = (element.text or "").strip()
    if name in ("loc", "link", "guid") and text.startswith("http"):
        return text
    if name == "link" and (element.get("rel") or "alternate") in ("alternate", "next"):
        return element.get("href") or ""
    return ""


def _undeclared(data: bytes) -> bytes:
    """The feed in UTF-8 without its declaration."""
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff")).encode("utf-8")
