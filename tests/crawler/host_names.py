"""Names of the web for tests, which no DNS server knows."""

from __future__ import annotations

from typing import Any, Self

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred, succeed

NAMES = {"noi-bo.example": "127.0.0.1", "may-chu.example": "169.254.169.254"}


class Names(CachingThreadedResolver):
    """Knows them; asks the system for others."""

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:
        return cls(reactor, 0, 5)

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        return succeed(NAMES[name]) if name in NAMES else super().getHostByName(name, timeout)
