"""Serves the paper on 127.0.0.1: HTTP/1.1 in a thread, persistent connections, conditional requests, gzip.

For instance:

    with Newspaper(day=1) as paper:
        urlopen(paper.base_url)
        paper.turn_to(2)
        paper.log[-1].status
"""

from __future__ import annotations

import gzip
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from socket import SHUT_RDWR, socket
from threading import Lock, Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from crawler.demo.edition import LIVE, Edition, edition
from crawler.demo.newsroom_records import HANOI, Published, Revision, date_of
from crawler.demo.page_furniture import RequestContext
from crawler.demo.paper import DAYS, truth
from crawler.demo.router import GZIP, PNG, Answer, RouteRequest, answer
from crawler.demo.section_addresses import BY_SLUG, SCRIPTED, article_path, placement_of

WORTH_GZIP = 500


@dataclass(frozen=True, slots=True)
class Request:
    """One request. answered_at: aware, UTC. path: with its query. conditional: whether it had a validator. sent: the
    size of the response body as sent, in bytes."""

    answered_at: datetime
    method: str
    path: str
    status: int
    user_agent: str
    conditional: bool
    sent: int = 0


class Server(ThreadingHTTPServer):
    """A threading HTTP server that on close ends every connection, including keep-alive ones, so that no thread
    outlives it."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], paper: Newspaper) -> None:
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

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        """Ignores connections closed by the client; prints other errors as usual."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


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
        conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
        asker = self.headers.get("User-Agent", ""), conditional
        paper.note(Request(datetime.now(UTC), self.command, self.path, status, *asker, len(sent)))
        self.send_response(status)
        self._send_headers(response, compressed)
        if status != 304:
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(sent)

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


def reachable_in(today: Edition) -> frozenset[str]:
    """The paths of the articles that are reachable in an edition: all live written ones, and some generated ones."""
    written = (article_path(article) for article in today.articles if article.state in LIVE)
    generated = (article_path(today.generated(number)) for number in reachable_numbers(today))
    return frozenset((*written, *generated))


def reachable_numbers(today: Edition) -> list[int]:
    """The numbers of the reachable generated articles, newest first."""
    linked = _linked_numbers(today)
    reached: set[int] = set()
    for number in today.numbers:
        # the article before it, which comes first here, is the only one that links to it
        if number in linked or (placement_of(number).linked and number - 1 in reached):
            reached.add(number)
    return sorted(reached)


def _linked_numbers(today: Edition) -> set[int]:
    """The numbers of the articles in a list, a sitemap or a feed."""
    linked = {*today.monthly_numbers, *today.news_numbers, *today.feed_numbers("atom"), *today.feed_numbers("utf-16")}
    for slug, numbers in today.listed_numbers.items():
        linked.update(numbers[: today.size(BY_SLUG[slug])] if slug == SCRIPTED else numbers)
    return linked


class Newspaper:
    """The running paper; a context manager.

    day: the day of the paper, see paper.DAYS. port: 0 takes a free one; host: of this machine. crawl_delay: seconds in
    robots.txt, 0 for no such line. extra_articles: the number of generated articles, older than the written ones; a
    paper with some has more kinds of sections, feeds and sitemaps, see section_addresses.py. edition: the
    current edition.
    """

    def __init__(
        self, day: int = 1, port: int = 0, crawl_delay: float = 0.0, extra_articles: int = 0, host: str = "127.0.0.1"
    ) -> None:
        self.crawl_delay = crawl_delay
        self.extra_articles = extra_articles
        self._host, self._port = host, port
        self._lock = Lock()
        self._log: list[Request] = []
        self._serial = 0
        self._added = 0
        self._revised: dict[int, Revision] = {}
        self._revisions = 0
        self.turn_to(day)

    def turn_to(self, day: int) -> None:
        """Serves the paper of another day from the next request on. Raises ValueError for a day that is not in DAYS."""
        if day not in DAYS:
            raise ValueError(f"the paper has the days {DAYS}, not {day}")
        self._day = day
        self._rebuild_edition()

    @property
    def day(self) -> int:
        return self._day

    def add(self, count: int) -> tuple[str, ...]:
        """Publishes `count` new generated articles; returns their paths, the newest first."""
        self._added += count
        self._rebuild_edition()
        return tuple(article_path(self.edition.generated(number)) for number in self.edition.numbers[:count])

    def revise(self, count: int, moment: datetime | None = None) -> tuple[str, ...]:
        """Edits the text of `count` reachable generated articles; returns their paths. The same sequence of calls
        always chooses the same ones. moment: the time of the edit; by default from the paper's own calendar. Raises
        ValueError where fewer are reachable."""
        self._revisions += 1
        chosen = Random(self._revisions).sample(reachable_numbers(self.edition), count)
        revision = Revision(self._revisions, moment or date_of(1) + timedelta(hours=10, minutes=self._revisions))
        self._revised |= dict.fromkeys(chosen, revision)
        self._rebuild_edition()
        return tuple(article_path(self.edition.generated(number)) for number in sorted(chosen))

    def published(self) -> tuple[Published, ...]:
        today = self.edition
        return truth(today.articles, (today.generated(number) for number in today.numbers))

    def _rebuild_edition(self) -> None:
        self.edition: Edition = edition(self._day, self.extra_articles, self._added, frozenset(self._revised.items()))

    @property
    def base_url(self) -> str:
        return f"http://{self._host}:{self._server.server_address[1]}"

    @property
    def log(self) -> tuple[Request, ...]:
        with self._lock:
            return tuple(self._log)

    def __enter__(self) -> Newspaper:
        self._server = Server((self._host, self._port), self)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="newspaper")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def visit(self, host: str | None) -> RequestContext:
        """The next request's view of the paper. host: the Host header of the request."""
        with self._lock:
            self._serial += 1
            serial = self._serial
        base = f"http://{host}" if host else self.base_url
        now = datetime.combine(date_of(self._day).date(), datetime.now(HANOI).time(), HANOI)
        return RequestContext(self.edition, base, serial, now)

    def note(self, request: Request) -> None:
        with self._lock:
            self._log.append(request)
