"""To whom an outlet is given, agreed on through a Redis server: to one crawl at a time, whatever happens to workers.

A lease is a key for each host of the outlet that holds a token, and that the server forgets after some seconds unless
it is renewed. A crawl that dies renews nothing, so another takes over. A crawl that was frozen (SIGSTOP, a suspended
machine, a network that was gone) and wakes up has, by its own clock, which went on meanwhile, no lease any more; it
looks at that clock as the last thing before every request, so it asks for nothing. It stops asking earlier than the
server forgets: by as long as a request may take, so that also the last answer has come before somebody else begins.

The token begins with a number that only grows (a fence): what a crawl with a lower number says later can be told from
what holds now.
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
from crawler.politeness.host_lock import HostLock, SharedHostLock
from crawler.politeness.lease_check import LeaseCheck
from crawler.politeness.refusals import HostBackoff

_FENCE = "luubao:fence"
_HOST = "luubao:host:{}"
_REST = "luubao:rest:{}"
_BEATS = 6  # renewals in the time that a lease lasts
_GLANCE = 0.05
_LONGEST_WAIT = 300.0  # seconds for a host that another crawl has, which is not our outlet's own
_LATER = timedelta(minutes=15)

# All keys or none. KEYS: the fence, then the hosts; ARGV: who, milliseconds. Returns the fence's number, 0 where one is
# taken.
_TAKE = """
for i = 2, #KEYS do if redis.call('EXISTS', KEYS[i]) == 1 then return 0 end end
local fence = redis.call('INCR', KEYS[1])
for i = 2, #KEYS do redis.call('SET', KEYS[i], fence .. ':' .. ARGV[1], 'PX', ARGV[2]) end
return fence
"""
# KEYS: the hosts; ARGV: the token, milliseconds. Returns whether all were still ours; else none is touched.
_RENEW = """
for i = 1, #KEYS do if redis.call('GET', KEYS[i]) ~= ARGV[1] then return 0 end end
for i = 1, #KEYS do redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
return 1
"""
# KEYS: the hosts; ARGV: the token. Deletes those that are ours.
_RELEASE = """
for i = 1, #KEYS do if redis.call('GET', KEYS[i]) == ARGV[1] then redis.call('DEL', KEYS[i]) end end
return 1
"""


def _clock() -> float:
    """Seconds that go on while the process is stopped or the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def key_of(host: str) -> str:
    """The key of a host."""
    return _HOST.format(host.removeprefix("www."))


class Lease(LeaseCheck):
    """A lease that was taken. hosts: for which; seconds: how long it lasts unless renewed; reserve: how long before
    its end nothing is begun any more; fence: its number."""

    def __init__(
        self,
        connection: Redis,
        hosts: Sequence[str],
        seconds: float,
        reserve: float,
        who: str,
        fence: int,
        until: float,
    ):
        self._redis, self.hosts, self.seconds, self.reserve, self.fence = connection, hosts, seconds, reserve, fence
        self._token = f"{fence}:{who}"
        self._until = until
        self._turns: set[str] = set()
        self._turns_lock = Lock()
        self._over = Event()

    @classmethod
    def take(cls, connection: Redis, hosts: Sequence[str], *, seconds: float, reserve: float, who: str) -> Lease | None:
        """The lease on all these hosts; None where another has one of them. Raises RedisError."""
        until = _clock() + seconds
        keys = [_FENCE, *map(key_of, hosts)]
        fence = int(connection.eval(_TAKE, len(keys), *keys, who, int(seconds * 1000)))
        return cls(connection, hosts, seconds, reserve, who, fence, until) if fence else None

    def holds(self) -> bool:
        """Whether what is begun now ends before somebody else can begin."""
        return self.lost is None and _clock() < self._until - self.reserve

    def check(self) -> None:
        """Raises HostBackoff where nothing may be begun any more."""
        if not self.holds():
            raise HostBackoff(self.lost or "it is not sure that this crawl still has the outlet", now())

    def host_lock(self, at_once: int, folder: Path) -> HostLock:
        """The outlet's hosts are this crawl's; others it takes for a request each."""
        return LeasedHostLock(at_once, folder, self)

    def covers(self, host: str) -> bool:
        """Whether the host is of those that the lease is on."""
        return host.removeprefix("www.") in self.hosts

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renews the lease as long as the context lasts, and then gives it back."""
        beating = Thread(target=self._beat, name="lease", daemon=True)
        beating.start()
        try:
            yield
        finally:
            self._over.set()
            beating.join()
            with suppress(RedisError):  # then it ends by itself
                self._eval(_RELEASE, [*self.hosts, *self._turns])

    def _beat(self) -> None:
        while not self._over.wait(self.seconds / _BEATS) and self.lost is None:
            self.renew()

    def renew(self) -> None:
        """Makes it last again. What the server has forgotten is lost for good: another may have had it meanwhile."""
        until = _clock() + self.seconds
        with self._turns_lock:
            host_lock = list(self._turns)
        try:
            ours = self._eval(_RENEW, [*self.hosts, *host_lock], int(self.seconds * 1000))
        except RedisError:
            ours = _clock() < self._until  # no word from the server: what was agreed holds to its end
        else:
            self._until = until if ours else self._until
        if not ours:
            self.lost = "the outlet was given to another worker, for this one gave no sign of life"

    def _eval(self, script: str, hosts: Sequence[str], *arguments: object) -> bool:
        keys = list(map(key_of, hosts))
        return bool(self._redis.eval(script, len(keys), *keys, self._token, *map(str, arguments)))

    async def take_turn(self, host: str, pause: float) -> bool:
        """Has a further host for a request: one that other outlets lead to as well. Gives whether it had to wait.
        Raises HostBackoff where that takes too long, or nobody can be asked."""
        begun = _clock()
        while not await asyncio.to_thread(self._try_turn, host):
            if _clock() - begun > _LONGEST_WAIT:
                raise HostBackoff(f"{host} was asked by other crawls all the time", now() + _LATER)
            await asyncio.sleep(_GLANCE)
        return _clock() - begun > _GLANCE

    def _try_turn(self, host: str) -> bool:
        name = host.removeprefix("www.")
        try:
            if self._redis.exists(_REST.format(name)):
                return False
            with self._turns_lock:
                if not self._redis.set(key_of(name), self._token, nx=True, px=int(self.seconds * 1000)):
                    return False
                self._turns.add(name)
        except RedisError as error:
            raise HostBackoff(f"nobody can say whose turn {host} is: {error}", now() + _LATER) from error
        return True

    def leave_turn(self, host: str, pause: float) -> None:
        """Gives it back. pause: seconds in which nobody is to ask it."""
        name = host.removeprefix("www.")
        with self._turns_lock, suppress(RedisError):
            self._turns.discard(name)
            if pause > 0:
                self._redis.set(_REST.format(name), "1", px=int(pause * 1000))
            self._eval(_RELEASE, [name])


class LeasedHostLock(SharedHostLock):
    """Turns of a crawl that has a lease: hosts that the lease does not cover it takes for a request each; with others
    on this machine it agrees through the folder, which a dying process leaves at once."""

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
