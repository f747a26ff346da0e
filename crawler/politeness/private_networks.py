"""Where the crawler may go: out onto the web, never into the network of whoever runs it.

A page can name any address, and a DNS server can answer with any: a router's, a printer's, the 169.254.169.254 where
rented machines keep their keys. Nothing inside is asked for, save the paper itself where its home says that it is
there, and what the operator names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from archive.model.errors import Misconfigured

_INSIDE_NAMES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")
# IPv6 addresses that stand for an IPv4 address, given in their last 32 bits (RFC 4291 2.5.5, RFC 6052 2.1)
_EMBEDDING = (IPv6Network("::/96"), IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
_IPV6_OUTSIDE = IPv6Network("2000::/3")  # all of IPv6 that is given out to the web
_PORTS = {"http": 80, "https": 443}


def is_inside(host: str) -> bool:
    """Whether a host's name says that it is this machine, or one of its own network. Names of the web have a dot."""
    name = host.lower().rstrip(".")
    try:
        return not is_outside(name)
    except ValueError:
        return bool(name) and ("." not in name or name.endswith(_INSIDE_NAMES))


def is_outside(address: str) -> bool:
    """Whether an IP address is one of the web: none of RFC 1918, RFC 6598, loopback, link-local, IPv6 ULA (RFC 4193),
    multicast or otherwise set aside (RFC 6890), nor an IPv6 address that stands for one. Raises ValueError for what is
    no address."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv4Address):
        return _is_public(ip)
    embedded = _embedded(ip)
    return _is_public(embedded) if embedded else ip in _IPV6_OUTSIDE and _is_public(ip)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    if any(ip in network for network in _EMBEDDING):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


@dataclass(frozen=True, slots=True)
class PrivateNetworkFilter:
    """What one crawl may ask for. inside: the hosts of the operator's network that it may ask for all the same, as
    `host:port`, or as `host` with every port."""

    inside: frozenset[str] = frozenset()

    @classmethod
    def of(cls, home_url: str, named: Iterable[str] = ()) -> PrivateNetworkFilter:
        """The reach of a paper's crawl. named: as the operator writes them. Raises Misconfigured."""
        host, port = _host_and_port(home_url)
        home = {_place(host, port)} if is_inside(host) else set()
        return cls(frozenset(home | {_named(entry) for entry in named}))

    def permits(self, url: str) -> bool:
        """Whether the name in a web address may be looked up, or its number be asked."""
        host, port = _host_and_port(url)
        return not is_inside(host) or self._names(host, port)

    def admits(self, host: str, port: int, address: str) -> bool:
        """Whether a connection may be opened to the IP address that a host's name turned out to have."""
        return is_outside(address) or self._names(host, port)

    def _names(self, host: str, port: int) -> bool:
        return bool({host.lower(), _place(host, port)} & self.inside)


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)


def _place(host: str, port: int) -> str:
    return f"{host.lower()}:{port}"


def _named(entry: str) -> str:
    try:
        parts = urlsplit(f"//{entry.strip()}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.path:
        raise Misconfigured(f"{entry!r} is no host. Under `inside` stand names and addresses: 10.0.0.8:8080, anh.noibo")
    return _place(host, port) if port else host
