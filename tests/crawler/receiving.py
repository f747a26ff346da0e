"""Receivers of alerts on loopback: a mail server (RFC 5321) and a web service, which keep what comes."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any


@dataclass
class MailServer:
    """mails: those accepted. reply: to a whole message. arrived: called when a message is accepted, before the sender
    hears of it. silent: whether it says nothing at all."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    reply: str = "250 OK"
    arrived: Callable[[], None] = lambda: None
    silent: bool = False
    asked: threading.Event = field(default_factory=threading.Event)

    def address(self, password: str = "") -> str:
        """Its address for apprise."""
        user = f"reader:{password}@" if password else ""
        return f"mailto://{user}127.0.0.1:{self.port}/?from=luubao@bao.example&to=reader@bao.example&mode=insecure"

    def texts(self) -> list[str]:
        """What the mails say, as a reader sees it."""
        bodies = [mail.get_body(("plain", "html")) for mail in self.mails]
        return [body.get_content() for body in bodies if body]


def _smtp(server: MailServer) -> type[StreamRequestHandler]:
    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            server.asked.set()
            with suppress(ConnectionError):
                if server.silent:
                    self.rfile.read()
                    return
                self.say("220 mail.bao.example ready")
                while line := self.rfile.readline():
                    verb = line.split()[0].upper() if line.split() else b""
                    if verb == b"DATA":
                        self.take()
                    elif verb == b"AUTH":
                        self.say("535 5.7.8 no such user reader")
                    else:
                        self.say("250-mail.bao.example\r\n250 AUTH PLAIN LOGIN" if verb == b"EHLO" else "250 OK")

        def take(self) -> None:
            self.say("354 go on")
            lines = iter(self.rfile.readline, b".\r\n")
            data = b"".join(line[1:] if line.startswith(b"..") else line for line in lines)
            if server.reply.startswith("250"):
                mail = message_from_bytes(data, policy=policy.default)
                assert isinstance(mail, EmailMessage)
                server.mails.append(mail)
                server.arrived()
            self.say(server.reply)

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    return Handler


@contextmanager
def mail_server(**facts: Any) -> Iterator[MailServer]:
    server = MailServer(**facts)
    with ThreadingTCPServer(("127.0.0.1", 0), _smtp(server)) as listening:
        listening.daemon_threads, listening.block_on_close = True, False
        server.port = listening.server_address[1]
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield server
        listening.shutdown()


@dataclass
class Hook:
    """A web service. came: path, headers, and JSON or text of each request; status: what it answers."""

    port: int = 0
    status: int = 200
    came: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Its address for apprise."""
        return f"json://127.0.0.1:{self.port}/hook/T0ken"


@contextmanager
def hook(status: int = 200) -> Iterator[Hook]:
    service = Hook(status=status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_json = "json" in self.headers["Content-Type"]
            service.came.append((self.path, dict(self.headers), json.loads(body) if is_json else body.decode()))
            self.send_response(service.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        service.port = server.server_address[1]
        yield service
        server.shutdown()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
