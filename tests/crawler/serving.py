"""A site of a few pages on loopback, and `luubao crawl` on it in a process of its own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests import killable_commands
from tests.support import page

ROOT = Path(__file__).parents[2]
LUUBAO = [sys.executable, "-m", "crawler"]


@dataclass(frozen=True)
class Answer:
    """What a path answers. headers: name and value, as they go over the wire."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Site:
    """Answers by path, or by what makes one of the request's headers; 404 elsewhere. asked: the paths asked for, in their order, with the request's headers; times:
    when, in seconds of a monotonic clock."""

    answers: Mapping[str, Answer | Callable[[Message], Answer]]
    base_url: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def log(self) -> list[str]:
        """The paths asked for, in their order."""
        return [path for path, _ in self.asked]


def article(headline: str, extra: str = "") -> Answer:
    return Answer(page(headline, body=extra).encode(), headers=(("Content-Type", b"text/html; charset=utf-8"),))


def front(*links: str) -> Answer:
    items = "".join(f'<p><a href="{link}">Tin {number}</a></p>' for number, link in enumerate(links))
    body = f"<html><head><title>Báo</title></head><body>{items}</body></html>"
    return Answer(body.encode(), headers=(("Content-Type", b"text/html; charset=utf-8"),))


def moved(location: str | bytes, status: int = 302) -> Answer:
    raw = location if isinstance(location, bytes) else location.encode()
    return Answer(status=status, headers=(("Location", raw),))


def rules(text: str, status: int = 200) -> Answer:
    return Answer(text.encode(), status, (("Content-Type", b"text/plain"),))


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True  # a head and a body sent one after the other wait for nobody's acknowledgement
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.times.append(time.monotonic())
            site.asked.append((self.path, dict(self.headers)))
            found = site.answers.get(self.path, Answer(b"<h1>404</h1>", 404))
            answer = found if isinstance(found, Answer) else found(self.headers)
            self.wfile.write(b"HTTP/1.1 %d Answer\r\nContent-Length: %d\r\n" % (answer.status, len(answer.body)))
            for name, value in answer.headers:
                self.wfile.write(name.encode() + b": " + value + b"\r\n")
            self.wfile.write(b"\r\n" + answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler


@contextmanager
def served(answers: Mapping[str, Answer | Callable[[Message], Answer]], host: str = "127.0.0.1") -> Iterator[Site]:
    site = Site(answers)
    with ThreadingHTTPServer((host, 0), _handler(site)) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        site.base_url = f"http://{host}:{server.server_address[1]}"
        yield site
        server.shutdown()


@dataclass(frozen=True)
class Crawled:
    code: int
    told: str
    summary: dict[str, Any]


def crawl(base_url: str, path: Path, *options: str, **how: Any) -> Crawled:
    """One crawl. how: of Parent.python."""
    command = [*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", base_url, "--json", *options]
    done = killable_commands.run(command, **how)
    return Crawled(done.returncode, done.stderr, json.loads(done.stdout or "{}"))
