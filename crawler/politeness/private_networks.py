"""Private networks: the crawler asks hosts of the public web, never of its operator's network (no SSRF).

A page can name any address, and a DNS server can answer with any: a router's, a printer's, the 169.254.169.254 where
rented machines keep their keys. No private address is asked, except the paper itself where its home page is on one, and
the hosts that the operator names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from archive.model.errors import Misconfigured

_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")
# IPv6 addresses that stand for an IPv4 address, given in their last 32 bits (RFC 4291 2.5.5, RFC 6052 2.1)
_IPV4_EMBEDDING = (IPv6Network("::/96"), IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
_IPV6_GLOBAL = IPv6Network("2000::/3")  # the global unicast addresses
_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_private_host(host: str) -> bool:
    """Whether a host's name means this machine or one of its private network. Names of the public web have a dot."""
    name = host.lower().rstrip(".")
    try:
        return not is_public_address(name)
    except ValueError:
        return bool(name) and ("." not in name or name.endswith(_PRIVATE_SUFFIXES))


def is_public_address(address: str) -> bool:
    """Whether an IP address is public: none of RFC 1918, RFC 6598, loopback, link-local, IPv6 ULA (RFC 4193), multicast
    or otherwise reserved (RFC 6890), nor an IPv6 address that embeds such an IPv4 address. Raises ValueError for what
    is no address."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv4Address):
        return _is_public(ip)
    embedded = _embedded_ipv4(ip)
    return _is_public(embedded) if embedded else ip in _IPV6_GLOBAL and _is_public(ip)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast


def _embedded_ipv4(ip: IPv6Address) -> IPv4Address | None:
    if any(ip in network for network in _IPV4_EMBEDDING):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


@dataclass(frozen=True, slots=True)
class PrivateNetworkFilter:
    """Says what one crawl may ask. inside: the private hosts that it may ask all the same, as `host:port`, or as `host`
    for every port."""

    inside: frozenset[str] = frozenset()

    @classmethod
    def of(cls, home_url: str, named: Iterable[str] = ()) -> PrivateNetworkFilter:
        """The filter of a paper's crawl. named: the allowed private hosts, as the operator writes them. Raises
        Misconfigured."""
        host, port = _host_and_port(home_url)
        web = _DEFAULT_PORTS.values()  # http leads to https, or the reverse
        home = {_netloc(host, own) for own in (web if port in web else (port,)) if is_private_host(host)}
        return cls(frozenset(home | {_allowed_host(entry) for entry in named}))

    def permits(self, url: str) -> bool:
        """Whether a URL's host may be looked up or, where it is an IP address, be asked."""
        host, port = _host_and_port(url)
        return not is_private_host(host) or self._is_allowed(host, port)

    def admits(self, host: str, port: int, address: str) -> bool:
        """Whether a connection may be opened to the IP address that DNS gave for a host."""
        return is_public_address(address) or self._is_allowed(host, port)

    def _is_allowed(self, host: str, port: int) -> bool:
        return bool({host.lower(), _netloc(host, port)} & self.inside)


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)


def _netloc(host: str, port: int) -> str:
    return f"{host.lower()}:{port}"


def _allowed_host(entry: str) -> str:
    try:
        parts = urlsplit(f"//{entry.strip()}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.path:
        raise Misconfigured(f"{entry!r} is no host. Under `inside` stand names and addresses: 10.0.0.8:8080, anh.noibo")
    return _netloc(host, port) if port else host
