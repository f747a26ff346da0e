"""DNS lookup that refuses addresses in the operator's private network.

The address is checked in the lookup for the connection itself: after an earlier check the DNS server may give another
address the second time (DNS rebinding). Twisted resolves IP addresses here too, in all their spellings.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from crawler.politeness.private_networks import PrivateNetworkFilter


@implementer(IHostnameResolver)
class WaryResolver:
    """Resolves a host to the addresses that the filter admits. refused: by host, the last address that was refused."""

    def __init__(self, resolver: Any, reach: PrivateNetworkFilter):
        self.resolver = resolver
        self.reach = reach
        self.refused: dict[str, str] = {}

    def resolveHostName(
        self, resolutionReceiver: Any, hostName: str, portNumber: int = 0, *args: Any, **kwargs: Any
    ) -> Any:
        """See IHostnameResolver."""
        receiver = _AddressFilter(self, resolutionReceiver, hostName, portNumber)
        return self.resolver.resolveHostName(receiver, hostName, portNumber, *args, **kwargs)


@implementer(IResolutionReceiver)
class _AddressFilter:
    """Passes on the addresses that may be connected to."""

    def __init__(self, resolver: WaryResolver, receiver: Any, host: str, port: int):
        self.resolver = resolver
        self.receiver = receiver
        self.host = host
        self.port = port

    def resolutionBegan(self, resolution: Any) -> None:
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        ip: str = address.host  # IPv4Address and IPv6Address have a host, their interface does not declare it
        if self.resolver.reach.admits(self.host, self.port, ip):
            self.receiver.addressResolved(address)
        else:
            self.resolver.refused[self.host] = ip

    def resolutionComplete(self) -> None:
        self.receiver.resolutionComplete()
