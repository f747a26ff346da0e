"""Conditional requests (RFC 9110 section 13): an unchanged page costs the newspaper a 304."""

from __future__ import annotations

from scrapy.crawler import Crawler
from scrapy.http import Request

from crawler.outlet import door_of


class ConditionalRequests:
    """Sends If-None-Match and If-Modified-Since with what the address last answered. A 304 comes back as an answer."""

    def __init__(self, crawler: Crawler):
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ConditionalRequests:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Adds the validators the archive holds for pages; robots.txt is not the archive's, pictures have their own."""
        if "via" not in request.meta:
            return
        etag, last_modified = door_of(self.crawler).validators(request.url)
        if etag:
            request.headers["If-None-Match"] = etag
        if last_modified:
            request.headers["If-Modified-Since"] = last_modified
