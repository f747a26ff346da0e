"""Certificates: an archive takes a page from a server that cannot prove who it is, and writes down that it could not.

Papers let certificates expire, and a paper that is about to be closed does so first; to refuse it would be to lose it.
What is kept says how it came.
"""

from __future__ import annotations

from OpenSSL import SSL
from OpenSSL.crypto import X509
from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet._sslverify import ClientTLSOptions
from twisted.protocols.tls import TLSMemoryBIOProtocol

# What OpenSSL's errors say to a person (X509_verify_cert_error_string(3)); of the others their number.
_MEANINGS = {
    10: "has expired",
    9: "is not valid yet",
    18: "is signed by nobody but itself",
    19: "is signed by an authority this machine does not know",
    20: "is signed by an authority this machine does not know",
    21: "is signed by an authority this machine does not know",
    23: "has been revoked",
}


class NotingContextFactory(_ScrapyClientContextFactory):
    """Makes TLS connections that go on whatever the certificate is. doubts: what is wrong with the certificate of a
    host and port, of the newest connection to it; none when it is in order."""

    def __init__(self, *args: object, **kwargs: object):
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # pyOpenSSL takes it, its types do not
        self.doubts: dict[tuple[str, int], str] = {}
        self._options = self._get_cert_options()
        self._options.getContext().set_default_verify_paths()  # reads a hundred certificates: once is enough

    def creatorForNetloc(self, hostname: bytes, port: int) -> ClientTLSOptions:  # type: ignore[override]  # as Scrapy's
        """The maker of connections to one host and port."""
        return _NotingOptions(self._options._makeTLSConnection, hostname.decode("ascii"), port, self.doubts)


class _NotingOptions(ClientTLSOptions):
    def __init__(self, make: object, hostname: str, port: int, doubts: dict[tuple[str, int], str]):
        super().__init__(make, hostname)  # type: ignore[arg-type]  # pyOpenSSL takes it, its types do not
        self.place = hostname.lower(), port
        self.doubts = doubts

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """A connection that notes doubts where Twisted would end it."""
        connection = super().clientConnectionForTLS(tlsProtocol)
        found: list[str] = []

        def note(_: SSL.Connection, certificate: X509, error: int, depth: int, ok: int) -> bool:
            """OpenSSL's callback, for each certificate of the chain down to the server's own, which is at depth 0, and
            for each thing wrong with it. Must not raise."""
            if error:
                found.append(_MEANINGS.get(error, f"fails OpenSSL's check {error}"))
            elif depth == 0 and not self._names(certificate):
                found.append(f"does not name {self.place[0]}")
            if depth == 0:
                self._conclude(found)
            return True

        connection.set_verify(SSL.VERIFY_PEER, note)
        return connection

    def _conclude(self, found: list[str]) -> None:
        if found:
            self.doubts[self.place] = f"the certificate {found[0]}"
        else:
            self.doubts.pop(self.place, None)

    def _names(self, certificate: X509) -> bool:
        expected = DNS_ID(self._hostnameASCII) if self._hostnameIsDnsName else IPAddress_ID(self._hostnameASCII)
        try:
            verify_service_identity(extract_patterns(certificate), [expected], [])
        except (VerificationError, CertificateError, ValueError):
            return False
        return True
