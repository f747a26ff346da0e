"""Serves the paper over HTTP/1.1: persistent connections, conditional requests, gzip."""

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

from crawler.demo.page_furniture import RequestContext
from crawler.demo.router import GZIP, PNG, Answer, RouteRequest, answer

WORTH_GZIP = 500


@dataclass(frozen=True, slots=True)
class Request:
    """One answered request. at: aware, UTC. path: with its query. conditional: whether it had a validator. sent: the
    size of the response body as sent, in bytes."""

    at: datetime
    method: str
    path: str
    status: int
    user_agent: str
    conditional: bool
    sent: int = 0


class Paper(Protocol):
    """The interface of the paper that the server needs."""

    crawl_delay: float

    def visit(self, host: str | None) -> RequestContext:
        """The next request's view of the paper."""

    def note(self, request: Request) -> None:
        """Adds a request to the log."""


class Server(ThreadingHTTPServer):
    """A threading HTTP server that on close ends every connection, including keep-alive ones, so that no thread
    outlives it."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], paper: Paper) -> None:
        self.paper = paper
        self._connections: set[socket] = set()
        super().__init__(address, _Handler)

    def get_request(self) -> tuple[socket, tuple[str, int]]:
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: socket | tuple[bytes, socket]) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for connection in tuple(self._connections):
            with suppress(OSError):  # the client closed it first
                connection.shutdown(SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignores connections closed by the client; prints other errors as usual."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # passed on unchanged


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-IIS/8.5"
    sys_version = ""
    # sends the body without waiting for the ACK of the headers, which a keep-alive client delays by 40 ms
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing: requests are in Newspaper.log."""

    def _respond(self, with_body: bool) -> None:
        paper = self.server.paper
        parts = urlsplit(self.path)
        ask = RouteRequest(
            paper.visit(self.headers.get("Host")), unquote(parts.path) or "/", parts.query, paper.crawl_delay
        )
        response = answer(ask)
        status = 304 if response.status == 200 and self._is_not_modified(response) else response.status
        compressed = status != 304 and self._accepts_gzip(response)
        body = gzip.compress(response.body, 5, mtime=0) if compressed else response.body
        sent = body if with_body and status != 304 else b""
        self._note(status, len(sent))
        self.send_response(status)
        self._send_headers(response, compressed)
        if status != 304:
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(sent)

    def _note(self, status: int, sent: int) -> None:
        conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
        agent = self.headers.get("User-Agent", "")
        self.server.paper.note(Request(datetime.now(UTC), self.command, self.path, status, agent, conditional, sent))

    def _is_not_modified(self, response: Answer) -> bool:
        """Whether to answer 304. RFC 9110: If-None-Match takes precedence, and compares weakly."""
        if_none_match = self.headers.get("If-None-Match")
        if if_none_match is not None:
            tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
            return response.etag is not None and (
                if_none_match.strip() == "*" or response.etag.removeprefix("W/") in tags
            )
        since = self.headers.get("If-Modified-Since")
        return bool(since and response.last_modified and _not_modified_since(response.last_modified, since))

    def _accepts_gzip(self, response: Answer) -> bool:
        accepted = "gzip" in self.headers.get("Accept-Encoding", "")
        return accepted and response.content_type not in (PNG, GZIP) and len(response.body) > WORTH_GZIP

    def _send_headers(self, response: Answer, compressed: bool) -> None:
        if compressed:
            self.send_header("Content-Encoding", "gzip")
        if response.content_type != PNG:
            self.send_header("Vary", "Accept-Encoding")
        if response.location:
            self.send_header("Location", response.location)
        if response.etag:
            self.send_header("ETag", response.etag)
        if response.last_modified:
            self.send_header("Last-Modified", format_datetime(response.last_modified.astimezone(UTC), usegmt=True))


def _not_modified_since(moment: datetime, date: str) -> bool:
    """Whether the moment is not after an HTTP date; ignores an invalid date."""
    try:
        return moment.replace(microsecond=0) <= parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return False
