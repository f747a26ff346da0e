"""Connections: TLS certificates (a wrong one is recorded, not refused), and DNS lookup without private networks.

Papers let certificates expire, and a paper that is about to be closed does so first; to refuse it would be to lose it.
The capture names the fault.

The address is checked in the lookup for the connection itself: after an earlier check the DNS server may give another
address the second time (DNS rebinding). Twisted resolves IP addresses here too, in all their spellings.
"""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from OpenSSL.crypto import X509
from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet._sslverify import ClientTLSOptions
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

from crawler.politeness.private_networks import PrivateNetworkFilter

# OpenSSL's error codes in words (X509_verify_cert_error_string(3)); other codes are printed as numbers.
_MEANINGS = {
    10: "has expired", 9: "is not valid yet", 18: "is signed by nobody but itself", 23: "has been revoked",
    **dict.fromkeys((19, 20, 21), "is signed by an authority this machine does not know"),
}  # fmt: skip


class NotingContextFactory(_ScrapyClientContextFactory):
    """Makes TLS connections that go on whatever the certificate is. doubts: by host and port, what is wrong with the
    certificate of the newest connection; no entry where it is in order."""

    def __init__(self, *args: object, **kwargs: object):
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # pyOpenSSL takes it, its types do not
        self.doubts: dict[tuple[str, int], str] = {}
        self._options = self._get_cert_options()
        self._options.getContext().set_default_verify_paths()  # reads a hundred certificates: once is enough

    def creatorForNetloc(self, hostname: bytes, port: int) -> ClientTLSOptions:  # type: ignore[override]  # as Scrapy's
        return _LenientTLSOptions(self._options._makeTLSConnection, hostname.decode("ascii"), port, self.doubts)


class _LenientTLSOptions(ClientTLSOptions):
    def __init__(self, make: object, hostname: str, port: int, doubts: dict[tuple[str, int], str]):
        super().__init__(make, hostname)  # type: ignore[arg-type]  # pyOpenSSL takes it, its types do not
        self.place, self.doubts = (hostname.lower(), port), doubts

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """A connection that notes certificate errors where Twisted would end it."""
        connection = super().clientConnectionForTLS(tlsProtocol)
        problems: list[str] = []

        def verify(_: SSL.Connection, certificate: X509, error: int, depth: int, ok: int) -> bool:
            """OpenSSL's verify callback: called for each certificate of the chain down to the server's own at depth 0,
            and for each error in it. Must not raise."""
            if error:
                problems.append(_MEANINGS.get(error, f"fails OpenSSL's check {error}"))
            elif depth == 0 and not self._matches_host(certificate):
                problems.append(f"does not name {self.place[0]}")
            if depth == 0:
                self._note_problem(problems)
            return True

        connection.set_verify(SSL.VERIFY_PEER, verify)
        return connection

    def _note_problem(self, problems: list[str]) -> None:
        if problems:
            self.doubts[self.place] = f"the certificate {problems[0]}"
        else:
            self.doubts.pop(self.place, None)

    def _matches_host(self, certificate: X509) -> bool:
        expected = DNS_ID(self._hostnameASCII) if self._hostnameIsDnsName else IPAddress_ID(self._hostnameASCII)
        try:
            verify_service_identity(extract_patterns(certificate), [expected], [])
        except (VerificationError, CertificateError, ValueError):
            return False
        return True


@implementer(IHostnameResolver)
class WaryResolver:
    """Resolves a host to the addresses that the filter admits. refused: by host, the last address that was refused."""

    def __init__(self, resolver: Any, reach: PrivateNetworkFilter):
        self.resolver, self.reach = resolver, reach
        self.refused: dict[str, str] = {}

    def resolveHostName(
        self, resolutionReceiver: Any, hostName: str, portNumber: int = 0, *args: Any, **kwargs: Any
    ) -> Any:
        """See IHostnameResolver."""
        receiver = _AddressFilter(self, resolutionReceiver, hostName, portNumber)
        return self.resolver.resolveHostName(receiver, hostName, portNumber, *args, **kwargs)


@implementer(IResolutionReceiver)
class _AddressFilter:
    def __init__(self, resolver: WaryResolver, receiver: Any, host: str, port: int):
        self.resolver, self.receiver, self.host, self.port = resolver, receiver, host, port

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
