"""What keeps a request from being sent, and whose doing it is.

IgnoreRequest          Scrapy's own: no retry, no error of the host
├── Forbidden          raised instead of a request that robots.txt forbids, from crawler.politeness.robots_txt
├── RobotsUnavailable  raised instead of a request when robots.txt gave no answer, from crawler.politeness.robots_txt
├── LeftAlone          raised instead of asking a host that is to be left alone, from crawler.download.download_handler
└── Inside             raised instead of asking this machine or its network, from crawler.download.download_handler
"""

from __future__ import annotations

from datetime import datetime

from scrapy.exceptions import IgnoreRequest


class Forbidden(IgnoreRequest):
    """robots.txt forbids it."""


class RobotsUnavailable(IgnoreRequest):
    """robots.txt gave no answer, or the answer of a broken server: whoever cannot read the rules must ask for nothing
    (RFC 9309 section 2.3.1.4)."""


class LeftAlone(IgnoreRequest):
    """The host has asked for rest, or failed too often. until: when it may be asked again."""

    def __init__(self, reason: str, until: datetime):
        super().__init__(reason)
        self.until = until

    def __reduce__(self) -> tuple[type[LeftAlone], tuple[str, datetime]]:
        return type(self), (str(self), self.until)  # asyncio and Twisted copy what several wait for


class Inside(IgnoreRequest):
    """The address lies in the network of whoever runs the crawler."""
