"""A server that does what servers should not, over real sockets, and certificates that prove little.

Every trap writes on the bare socket, for no server library would send such answers. It ends when the other side goes
away, or when its patience does: then the crawler was not the one to end it, and `Hostile.outlasted` says so.
"""

from __future__ import annotations

import ssl
import struct
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET, socket
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import brotli
from backports import zstd
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.crawler.serving import Answer

PATIENCE = 40
"""Seconds a trap goes on; far longer than the tests let a request take."""
GIB = 1024**3
Trap = Callable[[socket, str], None]


class Outlasted(Exception):
    """Raised in a trap that nobody fled from."""


@dataclass
class Hostile:
    """Traps and answers by path; a path that ends with * stands for all that begin so; 404 elsewhere.

    connections: how many were opened; open: how many are, and most_open were at once; asked: the paths asked for, with
    the number of this machine where they were asked for, if that is not 127.0.0.1; times: when, in seconds of a
    monotonic clock; outlasted: those whose trap lasted to its end.
    """

    traps: Mapping[str, Trap | Answer]
    base_url: str = ""
    connections: int = 0
    open: int = 0
    most_open: int = 0
    asked: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    outlasted: list[str] = field(default_factory=list)

    @contextmanager
    def connected(self) -> Iterator[None]:
        self.connections += 1
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        try:
            yield
        finally:
            self.open -= 1

    def trap_of(self, path: str) -> Trap:
        found = self.traps.get(path) or next(
            (trap for key, trap in self.traps.items() if key.endswith("*") and path.startswith(key[:-1])),
            Answer(b"<h1>404</h1>", 404),
        )
        return answering(found) if isinstance(found, Answer) else found


def _handler(hostile: Hostile, tls: Mapping[str, ssl.SSLContext] | None) -> type[BaseRequestHandler]:
    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(PATIENCE)
            with suppress(OSError), hostile.connected():
                where = self.request.getsockname()[0]
                if tls is None:
                    self._answer(self.request, where)
                    return
                with tls[where].wrap_socket(self.request, server_side=True) as connection:
                    self._answer(connection, where)

        def _answer(self, connection: socket, where: str) -> None:
            while path := _path_asked(connection):
                path = path if where == "127.0.0.1" else where + path
                hostile.times.append(time.monotonic())
                hostile.asked.append(path)
                try:
                    hostile.trap_of(path)(connection, path)
                except Outlasted:
                    hostile.outlasted.append(path)
                    return

    return Handler


def _path_asked(connection: socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        if not piece:
            return ""
        head += piece
    return head.split(b" ", 2)[1].decode()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 50
    block_on_close = False


@contextmanager
def hostile(traps: Mapping[str, Trap | Answer], tls: Mapping[str, ssl.SSLContext] | None = None) -> Iterator[Hostile]:
    """Served on all numbers of this machine; base_url has 127.0.0.1. tls: the context for each number, if any."""
    served = Hostile(traps)
    with _Server(("0.0.0.0", 0), _handler(served, tls)) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        served.base_url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
        yield served
        server.shutdown()


# Answers, and ways to spoil them


def answering(answer: Answer) -> Trap:
    """A proper answer; the connection stays open for the next."""

    def trap(connection: socket, path: str) -> None:
        head = b"HTTP/1.1 %d Answer\r\nContent-Length: %d\r\n" % (answer.status, len(answer.body))
        head += b"".join(name.encode() + b": " + value + b"\r\n" for name, value in answer.headers)
        connection.sendall(head + b"\r\n" + answer.body)

    return trap


def in_turn(*answers: Trap | Answer) -> Trap:
    """One after the other; the last again and again."""
    left = list(answers)

    def trap(connection: socket, path: str) -> None:
        now = left.pop(0) if len(left) > 1 else left[0]
        (answering(now) if isinstance(now, Answer) else now)(connection, path)

    return trap


def raw(*pieces: bytes) -> Trap:
    """These bytes, and the connection is closed."""

    def trap(connection: socket, path: str) -> None:
        for piece in pieces:
            connection.sendall(piece)
        connection.close()

    return trap


def resetting(*pieces: bytes) -> Trap:
    """These bytes, and the connection is reset (RST), not closed."""

    def trap(connection: socket, path: str) -> None:
        for piece in pieces:
            connection.sendall(piece)
        time.sleep(0.2)  # so that they arrive: a reset overtakes what is still on its way
        connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    return trap


def endless(start: bytes, piece: bytes, pause: float = 0) -> Trap:
    """The start, and then the piece again and again, with seconds of pause."""

    def trap(connection: socket, path: str) -> None:
        connection.sendall(start)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            connection.sendall(piece)
            time.sleep(pause)
        raise Outlasted(path)

    return trap


def silence(connection: socket, path: str) -> None:
    """Nothing at all."""
    endless(b"", b"", pause=0.1)(connection, path)


def numbered(*, location: Callable[[int], bytes]) -> Trap:
    """Redirects without end, each to an address never seen: turns makes the next Location of a number."""

    def trap(connection: socket, path: str) -> None:
        number = int("".join(filter(str.isdigit, path)) or 0)
        answering(Answer(status=302, headers=(("Location", location(number + 1)),)))(connection, path)

    return trap


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


# Bombs: a few megabytes that unpack to gigabytes


def _deflated(unpacked: int) -> bytes:
    """A deflate stream of zeros that has no end: the same flushed block again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(bytes(1024**2)) + packer.flush(zlib.Z_FULL_FLUSH)
    return first * (unpacked // 1024**2)


def packed(coding: str, data: bytes, kind: bytes = b"text/html") -> Answer:
    return Answer(data, headers=(("Content-Type", kind), ("Content-Encoding", coding.encode())))


def bombs() -> dict[str, Answer]:
    """By content coding. Brotli has no way to repeat a block from outside: its bomb is smaller."""
    return {
        "gzip": packed("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + _deflated(10 * GIB)),
        "deflate": packed("deflate", b"\x78\x9c" + _deflated(10 * GIB)),
        "br": packed("br", brotli.compress(bytes(64 * 1024**2), quality=1)),
        "zstd": packed("zstd", zstd.compress(bytes(1024**2)) * (10 * 1024)),
    }


# Certificates


@dataclass(frozen=True)
class Authority:
    """One that the test's machine may be told to trust. path: its own certificate, in PEM."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    folder: Path
    path: Path

    def context(self, name: str, *, days: int = 30, signed: bool = True) -> ssl.SSLContext:
        """A server's side of TLS with a certificate for a name or number that is valid from two days before it is not,
        from today for `days`, or, where they are negative, no more; signed by the authority or by itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = (self.certificate.subject, self.key) if signed else (_name(name), key)
        certificate = _certificate(_name(name), key, *issuer, days=days, subject=name)
        file = self.folder / f"{name}{days}{signed}.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + _pem(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def authority(folder: Path, name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(_name(name), key, _name(name), key, days=30, subject=None)
    path = folder / f"{name}.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(key, certificate, folder, path)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    name: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    days: int,
    subject: str | None,
) -> x509.Certificate:
    end = datetime.now(UTC) + timedelta(days=days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=60))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=subject is None, path_length=None), critical=True)
    )
    if subject:
        builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(subject)]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _alternative(subject: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(subject))
    except ValueError:
        return x509.DNSName(subject)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
