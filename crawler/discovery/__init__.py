"""Link discovery: finds the links in the bytes of a page, feed or sitemap. Pure: no network, no archive, no clock.

One function for all kinds of documents; it never raises and its work is bounded:

>>> from crawler.discovery import links
>>> links(b'<a href="/cau-1.htm">...</a>', "https://bao.example/", ("bao.example",))
[Link(url='https://bao.example/cau-1.htm', found_in='page', lastmod=None, published=None)]
"""

from crawler.discovery.document_kinds import links, look
from crawler.discovery.link_urls import FoundLinks, may_be_news
from crawler.discovery.sitemaps import sitemaps_in

__all__ = ["FoundLinks", "links", "look", "may_be_news", "sitemaps_in"]
