"""Speaks HTTP/1.1 for the paper: connections, conditions, compression."""

from __future__ import annotations

import gzip
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from typing import Protocol
from urllib.parse import unquote, urlsplit

from crawler.demo.page_furniture import Visit
from crawler.demo.router import GZIP, PNG, Answer, Ask, answer

WORTH_GZIP = 500


@dataclass(frozen=True, slots=True)
class Request:
    """One answered request. at: aware, UTC. path: with its query. conditional: whether it carried a validator. sent:
    bytes of the answer's body as they went out."""

    at: datetime
    method: str
    path: str
    status: int
    user_agent: str
    conditional: bool
    sent: int = 0


class Paper(Protocol):
    """What the server needs of the paper it serves."""

    crawl_delay: float

    def visit(self, host: str | None) -> Visit:
        """The next request's view of the paper."""

    def note(self, request: Request) -> None:
        """Takes a request into the log."""


class Server(ThreadingHTTPServer):
    """Ends every connection when it closes, kept-alive ones too, so that no thread outlives the paper."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], paper: Paper) -> None:
        self.paper = paper
        self._open: set[socket] = set()
        super().__init__(address, _Handler)

    def get_request(self) -> tuple[socket, tuple[str, int]]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket | tuple[bytes, socket]) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for connection in tuple(self._open):
            with suppress(OSError):  # the reader hung up first
                connection.shutdown(SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader who hangs up is no error; anything else is printed as usual."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # passed on as it came


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-IIS/8.5"
    sys_version = ""
    # the body leaves without waiting for the headers' acknowledgement, which a kept-alive reader delays by 40 ms
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: requests are in Newspaper.log."""

    def _respond(self, with_body: bool) -> None:
        paper = self.server.paper
        parts = urlsplit(self.path)
        ask = Ask(paper.visit(self.headers.get("Host")), unquote(parts.path) or "/", parts.query, paper.crawl_delay)
        found = answer(ask)
        status = 304 if found.status == 200 and self._unchanged(found) else found.status
        compressed = status != 304 and self._gzip_wanted(found)
        body = gzip.compress(found.body, 5, mtime=0) if compressed else found.body
        sent = body if with_body and status != 304 else b""
        self._note(status, len(sent))
        self.send_response(status)
        self._send_headers(found, compressed)
        if status != 304:
            self.send_header("Content-Type", found.content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(sent)

    def _note(self, status: int, sent: int) -> None:
        conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
        agent = self.headers.get("User-Agent", "")
        self.server.paper.note(Request(datetime.now(UTC), self.command, self.path, status, agent, conditional, sent))

    def _unchanged(self, found: Answer) -> bool:
        """RFC 9110: If-None-Match counts alone where it is given, and compares weakly."""
        asked = self.headers.get("If-None-Match")
        if asked is not None:
            tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
            return found.etag is not None and (asked.strip() == "*" or found.etag.removeprefix("W/") in tags)
        since = self.headers.get("If-Modified-Since")
        return bool(since and found.last_modified and _not_after(found.last_modified, since))

    def _gzip_wanted(self, found: Answer) -> bool:
        accepted = "gzip" in self.headers.get("Accept-Encoding", "")
        return accepted and found.content_type not in (PNG, GZIP) and len(found.body) > WORTH_GZIP

    def _send_headers(self, found: Answer, compressed: bool) -> None:
        if compressed:
            self.send_header("Content-Encoding", "gzip")
        if found.content_type != PNG:
            self.send_header("Vary", "Accept-Encoding")
        if found.location:
            self.send_header("Location", found.location)
        if found.etag:
            self.send_header("ETag", found.etag)
        if found.last_modified:
            self.send_header("Last-Modified", format_datetime(found.last_modified.astimezone(UTC), usegmt=True))


def _not_after(moment: datetime, date: str) -> bool:
    """Whether the moment is not after an HTTP date; a date that cannot be read is ignored."""
    try:
        return moment.replace(microsecond=0) <= parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return False
