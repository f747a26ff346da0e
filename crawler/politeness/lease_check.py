"""Whether a crawl may still ask. One that is alone on its machine always may; one of many machines may while the outlet
is given to it, see crawler.fleet.lease."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from crawler.politeness.host_lock import HostLock

_GLANCE = 0.2  # seconds between two looks


class LeaseCheck:
    """See above. lost: why it is over for good; None while it is not."""

    lost: str | None = None

    def __deepcopy__(self, memo: Any) -> LeaseCheck:
        return self  # it is one, however often Scrapy copies its settings

    def check(self) -> None:
        """Raises HostBackoff where the crawl must not ask at this moment."""

    def host_lock(self, at_once: int, folder: Path) -> HostLock | None:
        """How it agrees with others on whose turn a host is; None where the folder is enough for that."""
        return None

    def holds(self) -> bool:
        """Whether the crawl may ask at this moment."""
        return True

    async def wait(self) -> None:
        """Waits until the crawl may ask, or never may again: then `check` says so."""
        while not self.holds() and self.lost is None:
            await asyncio.sleep(_GLANCE)
