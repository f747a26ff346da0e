"""Looking up names, and refusing those that turn out to lie in the operator's network.

What a name means is checked where it is looked up for the connection itself: whoever checks earlier asks a DNS server
that may answer otherwise the second time (DNS rebinding). Twisted looks up numbers here too, in all their spellings.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from crawler.politeness.private_networks import PrivateNetworkFilter


@implementer(IHostnameResolver)
class WaryResolver:
    """Finds the addresses of a host that may be asked. refused: hosts of which some address may not be."""

    def __init__(self, resolver: Any, reach: PrivateNetworkFilter):
        self.resolver = resolver
        self.reach = reach
        self.refused: dict[str, str] = {}

    def resolveHostName(
        self, resolutionReceiver: Any, hostName: str, portNumber: int = 0, *args: Any, **kwargs: Any
    ) -> Any:
        """As IHostnameResolver has it."""
        receiver = _Sieve(self, resolutionReceiver, hostName, portNumber)
        return self.resolver.resolveHostName(receiver, hostName, portNumber, *args, **kwargs)


@implementer(IResolutionReceiver)
class _Sieve:
    """Lets through the addresses that may be connected to."""

    def __init__(self, resolver: WaryResolver, receiver: Any, host: str, port: int):
        self.resolver = resolver
        self.receiver = receiver
        self.host = host
        self.port = port

    def resolutionBegan(self, resolution: Any) -> None:
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        number: str = address.host  # IPv4Address and IPv6Address have one, their interface does not say so
        if self.resolver.reach.admits(self.host, self.port, number):
            self.receiver.addressResolved(address)
        else:
            self.resolver.refused[self.host] = number

    def resolutionComplete(self) -> None:
        self.receiver.resolutionComplete()
