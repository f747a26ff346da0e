"""Lease check: whether a crawl may still ask. A crawl on a single machine always may; a worker among many machines may
while it holds the lease on its outlet, see crawler.fleet.lease."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from crawler.politeness.host_lock import HostLock

_POLL_INTERVAL = 0.2  # seconds between two checks


class LeaseCheck:
    """The check of a crawl that needs no lease. lost: why the lease is lost for good; None while it is not."""

    lost: str | None = None

    def __deepcopy__(self, memo: Any) -> LeaseCheck:
        return self  # the same object, however often Scrapy copies its settings

    def check(self) -> None:
        """Raises HostBackoff where the crawl must not ask at this moment."""

    def host_lock(self, at_once: int, folder: Path) -> HostLock | None:
        """The host lock shared with other machines; None where the lock in the folder is enough."""
        return None

    def holds(self) -> bool:
        """Whether the crawl may ask at this moment."""
        return True

    async def wait(self) -> None:
        """Waits until the crawl may ask, or has lost its lease: then `check` raises."""
        while not self.holds() and self.lost is None:
            await asyncio.sleep(_POLL_INTERVAL)
