"""Leases on outlets in Redis: one crawl at a time holds an outlet, whatever happens to workers.

A lease is a key for each host of the outlet; its value is a token, and it expires after some seconds unless renewed. A
crawl that dies renews nothing, so another takes over. A crawl that was frozen (SIGSTOP, a suspended machine, a lost
network) and wakes up finds its lease expired by its own clock, which went on meanwhile; it checks that clock as the
last step before every request, so it sends none. It stops sending earlier than the server expires the key: by the
longest duration of a request, so that the last response has come before another crawl begins.

The token begins with a number that only grows (a fencing token): it tells late writes of a crawl with a lower number
from those of the current holder.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock, Thread

from redis import Redis
from redis.exceptions import RedisError

from archive.model.clock import now
from crawler.politeness.host_backoff import HostBackoff
from crawler.politeness.host_politeness import HostLock, LeaseCheck, SharedHostLock

_FENCE_KEY = "luubao:fence"
_HOST_KEY = "luubao:host:{}"
_PAUSE_KEY = "luubao:rest:{}"
_RENEWALS = 6  # renewals in the duration of a lease
_TURN_POLL = 0.05
_LONGEST_WAIT = 300.0  # seconds for a host of another outlet that another crawl holds
_RETRY_LATER = timedelta(minutes=15)

# Takes all keys or none. KEYS: the fence, then the hosts; ARGV: the holder, milliseconds. Returns the fence's number, 0
# where a host is taken.
_TAKE_SCRIPT = """
for i = 2, #KEYS do if redis.call('EXISTS', KEYS[i]) == 1 then return 0 end end
local fence = redis.call('INCR', KEYS[1])
for i = 2, #KEYS do redis.call('SET', KEYS[i], fence .. ':' .. ARGV[1], 'PX', ARGV[2]) end
return fence
"""
# KEYS: the hosts; ARGV: the token, milliseconds. Renews all keys and returns 1 if all are still ours; else renews none.
_RENEW_SCRIPT = """
for i = 1, #KEYS do if redis.call('GET', KEYS[i]) ~= ARGV[1] then return 0 end end
for i = 1, #KEYS do redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
return 1
"""
# KEYS: the hosts; ARGV: the token. Deletes those that are ours.
_RELEASE_SCRIPT = """
for i = 1, #KEYS do if redis.call('GET', KEYS[i]) == ARGV[1] then redis.call('DEL', KEYS[i]) end end
return 1
"""


def _clock() -> float:
    """A clock in seconds that goes on while the process is stopped or the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def key_of(host: str) -> str:
    return _HOST_KEY.format(host.removeprefix("www."))


class Lease(LeaseCheck):
    """A lease that was taken. hosts: those it covers; seconds: its duration unless renewed; reserve: the seconds before
    its end in which no request is begun; fence: its number."""

    def __init__(
        self, connection: Redis, hosts: Sequence[str], seconds: float, reserve: float, who: str, fence: int,
        until: float,
    ):  # fmt: skip
        self._redis, self.hosts, self.seconds, self.reserve, self.fence = connection, hosts, seconds, reserve, fence
        self._token = f"{fence}:{who}"
        self._expires_at = until
        self._turn_hosts: set[str] = set()
        self._turns_lock = Lock()
        self._released = Event()

    @classmethod
    def take(cls, connection: Redis, hosts: Sequence[str], *, seconds: float, reserve: float, who: str) -> Lease | None:
        """Takes the lease on all these hosts; None where another crawl holds one of them. Raises RedisError."""
        until = _clock() + seconds
        keys = [_FENCE_KEY, *map(key_of, hosts)]
        fence = int(connection.eval(_TAKE_SCRIPT, len(keys), *keys, who, int(seconds * 1000)))
        return cls(connection, hosts, seconds, reserve, who, fence, until) if fence else None

    def holds(self) -> bool:
        """Whether a request begun now ends before another crawl can begin."""
        return self.lost is None and _clock() < self._expires_at - self.reserve

    def check(self) -> None:
        """Raises HostBackoff where no request may be begun any more."""
        if not self.holds():
            raise HostBackoff(self.lost or "it is not sure that this crawl still has the outlet", now())

    def host_lock(self, at_once: int, folder: Path) -> HostLock:
        """The host lock of this crawl: holds the outlet's hosts all the time, and other hosts for one request each."""
        return LeasedHostLock(at_once, folder, self)

    def covers(self, host: str) -> bool:
        return host.removeprefix("www.") in self.hosts

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renews the lease as long as the context lasts, and then releases it."""
        renewal = Thread(target=self._renew_loop, name="lease", daemon=True)
        renewal.start()
        try:
            yield
        finally:
            self._released.set()
            renewal.join()
            with suppress(RedisError):  # then it expires by itself
                self._eval(_RELEASE_SCRIPT, [*self.hosts, *self._turn_hosts])

    def _renew_loop(self) -> None:
        while not self._released.wait(self.seconds / _RENEWALS) and self.lost is None:
            self.renew()

    def renew(self) -> None:
        """Renews the lease. A lease whose key has expired is lost for good: another crawl may have held it
        meanwhile."""
        until = _clock() + self.seconds
        with self._turns_lock:
            turns = list(self._turn_hosts)
        try:
            ours = self._eval(_RENEW_SCRIPT, [*self.hosts, *turns], int(self.seconds * 1000))
        except RedisError:
            ours = _clock() < self._expires_at  # the server is unreachable: the lease holds until it expires
        else:
            self._expires_at = until if ours else self._expires_at
        if not ours:
            self.lost = "the outlet was given to another worker, for this one gave no sign of life"

    def _eval(self, script: str, hosts: Sequence[str], *arguments: object) -> bool:
        keys = list(map(key_of, hosts))
        return bool(self._redis.eval(script, len(keys), *keys, self._token, *map(str, arguments)))

    async def take_turn(self, host: str) -> bool:
        """Takes the turn for one request at a further host, which other outlets link to as well. Returns whether it had
        to wait. Raises HostBackoff where that takes too long, or Redis does not answer."""
        begun = _clock()
        while not await asyncio.to_thread(self._try_turn, host):
            if _clock() - begun > _LONGEST_WAIT:
                raise HostBackoff(f"{host} was asked by other crawls all the time", now() + _RETRY_LATER)
            await asyncio.sleep(_TURN_POLL)
        return _clock() - begun > _TURN_POLL

    def _try_turn(self, host: str) -> bool:
        name = host.removeprefix("www.")
        try:
            if self._redis.exists(_PAUSE_KEY.format(name)):
                return False
            with self._turns_lock:
                if not self._redis.set(key_of(name), self._token, nx=True, px=int(self.seconds * 1000)):
                    return False
                self._turn_hosts.add(name)
        except RedisError as error:
            raise HostBackoff(f"nobody can say whose turn {host} is: {error}", now() + _RETRY_LATER) from error
        return True

    def leave_turn(self, host: str, pause: float) -> None:
        """Releases the turn. pause: the seconds in which no crawl may request the host."""
        name = host.removeprefix("www.")
        with self._turns_lock, suppress(RedisError):
            self._turn_hosts.discard(name)
            if pause > 0:
                self._redis.set(_PAUSE_KEY.format(name), "1", px=int(pause * 1000))
            self._eval(_RELEASE_SCRIPT, [name])


class LeasedHostLock(SharedHostLock):
    """The host lock of a crawl that has a lease: takes hosts that the lease does not cover for one request each. Crawls
    on this machine also take turns through the folder's lock files, which a dying process releases at once."""

    def __init__(self, at_once: int, folder: Path, lease: Lease):
        super().__init__(at_once, folder)
        self._lease = lease
        self._pauses: dict[str, float] = {}

    async def _lock(self, host: str, pause: float) -> bool:
        waited = await super()._lock(host, pause)
        if self._lease.covers(host):
            return waited
        try:
            waited |= await self._lease.take_turn(host)
        except BaseException:  # unlocks, whatever the error, and raises it again
            super()._unlock(host)
            raise
        self._pauses[host] = pause
        return waited

    def _unlock(self, host: str) -> None:
        if not self._lease.covers(host):
            self._lease.leave_turn(host, self._pauses.pop(host, 0.0))
        super()._unlock(host)
