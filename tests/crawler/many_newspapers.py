"""Many small newspapers on loopback: one server process that answers on every address of 127.0.0.0/8, a paper each.

The log says who asked which paper for what, when the request had come and when the answer had gone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby, pairwise
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any

from tests.support import page

_SPAWN = get_context("spawn")
PRESS = "127.9.9.9"
"""Where the pictures of all papers lie, where they have some."""


@dataclass(frozen=True, order=True)
class Asked:
    """One request. begun, ended: seconds of a clock. who: the contact that the user agent names."""

    begun: float
    ended: float
    host: str
    path: str
    status: int
    who: str


@dataclass(frozen=True)
class Town:
    """port: of every paper. names, hosts: of the papers."""

    port: int
    articles: int
    names: tuple[str, ...]
    connection: Connection

    def log(self) -> list[Asked]:
        """Every request so far."""
        self.connection.send("log")
        return sorted(self.connection.recv())

    def host(self, name: str) -> str:
        return _host(self.names.index(name))

    def paths(self, name: str) -> set[str]:
        """Everything that a paper has to show."""
        return {"/", *(_path(self.names.index(name), number) for number in range(self.articles))}

    def spiders(self, folder: Path) -> Path:
        """Writes spiders for the papers."""
        folder.mkdir(exist_ok=True)
        (folder / "town.py").write_text(_SPIDERS.format(port=self.port, papers={n: self.host(n) for n in self.names}))
        return folder


_SPIDERS = """
from crawler.outlet import OutletSpider

for name, host in {papers!r}.items():
    facts = dict(name=name, title="Báo " + name, home=f"http://{{host}}:{port}/", hosts=(host,), delay=0.0)
    globals()[name.title()] = type(name.title(), (OutletSpider,), {{**facts, "__module__": __name__}})
"""


@contextmanager
def town(papers: int, articles: int, *, slowness: float = 0.0, pictures: bool = False) -> Iterator[Town]:
    """slowness: seconds that every answer takes. pictures: whether each article shows one, at PRESS."""
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_serve, args=(theirs, articles, slowness, pictures), daemon=True)
    process.start()
    try:
        yield Town(ours.recv(), articles, tuple(f"bao{number:03}" for number in range(papers)), ours)
    finally:
        ours.send("close")
        process.join(5)
        process.kill()


def _host(number: int) -> str:
    return f"127.0.{1 + number // 200}.{1 + number % 200}"


def _number(host: str) -> int:
    _, _, street, house = map(int, host.split("."))
    return (street - 1) * 200 + house - 1


def _path(paper: int, number: int) -> str:
    return f"/tin-{paper:03}-{100000 + number}.htm"


def _serve(connection: Connection, articles: int, slowness: float, pictures: bool) -> None:
    log: list[Asked] = []
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            begun = time.monotonic()
            time.sleep(slowness)
            host = self.connection.getsockname()[0]
            status, kind, body = _answer(host, self.path, articles, self.connection.getsockname()[1] if pictures else 0)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            # noted before it has gone, so that whoever has an answer finds it in the log: without a body, the head is all
            who = self.headers.get("User-Agent", "").rpartition("contact: ")[2].rstrip(")")
            with lock:
                log.append(Asked(begun, time.monotonic(), host, self.path, status, who))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 512

        def handle_error(self, *_: Any) -> None:
            """Workers are killed while they listen."""

    with Server(("0.0.0.0", 0), Handler) as server:
        from threading import Thread

        Thread(target=server.serve_forever, daemon=True).start()
        connection.send(server.server_address[1])
        while connection.recv() != "close":
            with lock:
                connection.send(list(log))
        server.shutdown()


def _answer(host: str, path: str, articles: int, picture_port: int) -> tuple[int, str, bytes]:
    if host == PRESS and path.endswith(".png"):
        return 200, "image/png", _PICTURE
    if host == PRESS or path == "/robots.txt":
        return 404, "text/plain", b""
    paper = _number(host)
    paths = [_path(paper, number) for number in range(articles)]
    if path == "/":
        items = "".join(f'<li><a href="{one}">Tin số {one}</a></li>' for one in paths)
        return 200, "text/html; charset=utf-8", f"<title>Báo {paper}</title><ul>{items}</ul>".encode()
    if path not in paths:
        return 404, "text/html", b"<h1>404</h1>"
    shown = f'<figure><img src="http://{PRESS}:{picture_port}/{paper}-{path[-10:-4]}.png" width="640"></figure>'
    body = f"Đây là bài {path} của tờ báo số {paper}, và không bài nào khác nói như vậy.</p>{shown if picture_port else ''}<p>"
    return 200, "text/html; charset=utf-8", page(f"Tin {path[-10:-4]} của báo {paper}", body).encode()


def _png() -> bytes:
    from io import BytesIO

    from PIL import Image

    made = BytesIO()
    Image.effect_noise((320, 200), 60).save(made, "PNG")
    return made.getvalue()


_PICTURE = _png()


def visited_by_two_at_once(log: list[Asked]) -> list[str]:
    """Hosts that were asked anew before an answer had gone, or to which one visitor came back after another had
    come."""
    wrong = []
    for host, visits in groupby(sorted(log, key=lambda one: (one.host, one.begun)), key=lambda one: one.host):
        asked = list(visits)
        overlapping = any(later.begun < earlier.ended for earlier, later in pairwise(asked))
        guests = [who for who, _ in groupby(asked, key=lambda one: one.who)]
        if overlapping or (host != PRESS and len(guests) != len(set(guests))):  # to the press they all lead
            wrong.append(host)
    return wrong
