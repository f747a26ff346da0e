"""Whose turn a host is among crawls on several machines: its own hosts belong to a crawl that has the lease, others it
takes for a request each."""

from __future__ import annotations

from pathlib import Path

from crawler.download.host_lock import SharedTurns
from crawler.fleet.lease import Lease


class LeasedTurns(SharedTurns):
    """Turns of a crawl that has a lease; with others on this machine it agrees through the folder, which a dying
    process leaves at once."""

    def __init__(self, at_once: int, folder: Path, lease: Lease):
        super().__init__(at_once, folder)
        self._lease = lease
        self._pauses: dict[str, float] = {}

    async def _lock(self, host: str, pause: float) -> bool:
        waited = await super()._lock(host, pause)
        if self._lease.covers(host):
            return waited
        try:
            waited |= await self._lease.take_turn(host, pause)
        except BaseException:  # undone, whatever it was, and raised again
            super()._unlock(host)
            raise
        self._pauses[host] = pause
        return waited

    def _unlock(self, host: str) -> None:
        if not self._lease.covers(host):
            self._lease.leave_turn(host, self._pauses.pop(host, 0.0))
        super()._unlock(host)
