"""Exceptions that keep a request from being sent, and their causes.

IgnoreRequest          Scrapy's own: no retry, no error of the host
├── Forbidden          robots.txt forbids the request (crawler.politeness.robots_txt)
├── RobotsUnavailable  robots.txt gave no answer (crawler.politeness.robots_txt)
├── HostBackoff        the host is left alone for now (crawler.download.download_handler)
└── PrivateAddress     the address is on this machine or its network (crawler.download.download_handler)
"""

from __future__ import annotations

from datetime import datetime

from scrapy.exceptions import IgnoreRequest


class Forbidden(IgnoreRequest):
    """robots.txt forbids the request."""


class RobotsUnavailable(IgnoreRequest):
    """robots.txt gave no answer, or a server error: a crawler that cannot read the rules must ask for nothing (RFC 9309
    section 2.3.1.4)."""


class HostBackoff(IgnoreRequest):
    """The host is in backoff: it asked for it (Retry-After), or failed too often. until: when it may be asked again."""

    def __init__(self, reason: str, until: datetime):
        super().__init__(reason)
        self.until = until

    def __reduce__(self) -> tuple[type[HostBackoff], tuple[str, datetime]]:
        return type(self), (str(self), self.until)  # asyncio and Twisted copy an exception that several wait for


class PrivateAddress(IgnoreRequest):
    """The address lies in the private network of the crawler's operator."""
