"""A monitoring service hears how runs end; what goes wrong with it never goes wrong with the crawl."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from crawler.run import run_command as pinging
from crawler.run.run_command import failing, ping


@dataclass
class Service:
    """Hears pings. status: what it answers."""

    address: str = ""
    status: int = 200
    heard: list[tuple[str, str, str]] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    one = Service()

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True  # a head and a body sent one after the other wait for nobody's acknowledgement

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            one.heard.append((self.path, body, self.headers["User-Agent"]))
            self.send_response(one.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"OK")

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        one.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield one
        server.shutdown()


def test_success_and_failure(service: Service) -> None:
    url = f"{service.address}/ping/0d1f"
    assert ping(url, success=True, text="demo: ok") is None
    assert ping(url, success=False, text="demo: Báo không trả lời") is None
    assert [(path, body) for path, body, _ in service.heard] == [
        ("/ping/0d1f", "demo: ok"),
        ("/ping/0d1f/fail", "demo: Báo không trả lời"),
    ]
    assert service.heard[0][2].startswith("luubao/")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://hc.example/ping/0d1f", "https://hc.example/ping/0d1f/fail"),
        ("https://hc.example/ping/0d1f/", "https://hc.example/ping/0d1f/fail"),
        ("https://hc.example/ping/0d1f?create=1", "https://hc.example/ping/0d1f/fail?create=1"),
    ],
)
def test_where_a_failure_is_told(url: str, told: str) -> None:
    assert failing(url) == told


def test_a_long_text_is_cut(service: Service) -> None:
    assert ping(service.address, success=True, text="ở" * 20_000) is None
    assert 9_000 < len(service.heard[0][1].encode()) <= 10_000


@pytest.mark.parametrize("status", [404, 500])
def test_a_service_that_refuses(service: Service, status: int) -> None:
    service.status = status
    assert ping(service.address, success=True, text="") == f"ping_url answered {status}"


def test_a_service_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert (
        ping(f"http://127.0.0.1:{port}/", success=True, text="")
        == "ping_url did not answer: [Errno 111] Connection refused"
    )
    assert (ping("http://khong-co.invalid/", success=True, text="") or "").startswith("ping_url did not answer: ")


def test_a_service_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinging, "_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert (
            ping(f"http://127.0.0.1:{silent.getsockname()[1]}/", success=True, text="")
            == "ping_url did not answer: timed out"
        )


def test_a_service_that_speaks_no_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as odd:

        def answer() -> None:
            connection, _ = odd.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        Thread(target=answer, daemon=True).start()
        assert (ping(f"http://127.0.0.1:{odd.getsockname()[1]}/", success=True, text="") or "").startswith(
            "ping_url did not answer: "
        )
