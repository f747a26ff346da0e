"""Guard of the server (ASGI): Host check, security headers, hidden pages, picture files, query queue.

A page of any site can make its own host name resolve to 127.0.0.1 (DNS rebinding) and then read the answers of a local
server. Its requests carry that name in Host, so requests with an unknown name are refused with 421 (RFC 9110, section
15.5.20). An IP address cannot be rebound, and is allowed.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from archive.model.paths import named

_UNKNOWN_HOST = (
    b"This server is not asked by that name. If you meant it, start `luubao serve` with --host NAME, or with --public."
)
_METHODS = ("GET", "HEAD", "OPTIONS")
_BUSY = b"Others are asking long questions at the moment. Try again in some seconds."
_EMBEDDED = b"A page of another site asks this. Open the address in a window of its own."
_NO_STORE = (b"cache-control", b"no-store")

_SERVER_PAGES = frozenset({
    "versions", "plugins", "settings", "config", "threads", "databases", "actor", "metadata", "patterns",
    "permissions", "allow-debug", "messages", "auth-token", "create-token", "logout",
})  # fmt: skip

_HEADERS = {
    # of Datasette's own pages, whose scripts are inline: the room's pages send a stricter one
    b"content-security-policy": b"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"SAMEORIGIN",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_STATIC_HEADERS = {**_HEADERS, b"cache-control": b"public, max-age=31536000, immutable"}
_SANDBOX = {b"content-security-policy": b"default-src 'none'; sandbox"}  # a browser may open a picture as a page
# A picture's name is its digest, so it never changes. Shared caches must not keep it: a withdrawn one vanishes at once.
_PICTURE_HEADERS = {**_HEADERS, **_SANDBOX, b"cache-control": b"private, max-age=31536000, immutable"}

AT_ONCE = 2
"""Of the SQL threads; the others are for the room (archive.web.configuration.SETTINGS)."""
_MOST_PENDING = 32


class AsgiGuard:
    """ASGI middleware before all of Datasette. Lets through only requests that read and whose Host is an IP address,
    localhost, or one of `names`, and adds the headers that a response does not set itself.

    Datasette's own pages (is_database_page: whether a path is one) have a queue: AT_ONCE run at a time, others wait,
    and with 32 pending a request gets 503 (RFC 9110, section 15.6.4). base: the path below which the application is
    served. public: hides Datasette's pages about itself."""

    def __init__(
        self,
        application: Any,
        names: Collection[str],
        base: str,
        is_database_page: Callable[[str], bool],
        *,
        public: bool,
    ) -> None:
        self._application, self._names, self._base, self._public = application, names, base.rstrip("/"), public
        self._is_database_page = is_database_page
        self._queue, self._pending = asyncio.Semaphore(AT_ONCE), 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        send = _with_headers(send, scope)
        headers = [(name.lower(), value) for name, value in scope["headers"]]
        hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
        if not (len(hosts) == 1 and is_known(hosts[0], self._names)):
            await _refuse(send, 421, _UNKNOWN_HOST, _NO_STORE)
        elif scope["method"] not in _METHODS:
            await _refuse(send, 405, b"This server is only read from.", (b"allow", b"GET, HEAD, OPTIONS"))
        elif not self._is_database_page(scope["path"]):
            await self._serve(scope, receive, send)
        elif _is_embedded(dict(headers)):  # it could ask long questions of a server at home, unseen
            await _refuse(send, 403, _EMBEDDED, _NO_STORE)
        elif self._pending >= _MOST_PENDING:
            await _refuse(send, 503, _BUSY, (b"retry-after", b"5"))
        else:
            self._pending += 1
            try:
                async with self._queue:
                    await self._serve(scope, receive, send)
            finally:
                self._pending -= 1

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        if (picture := _picture_name(path)) and named(picture) is None:  # another file in the folder
            await _refuse(send, 404, b"no picture is called so\n")
            return
        start = f"{self._base}/-/"
        if self._public and path.startswith(start) and re.split("[/.]", path.removeprefix(start))[0] in _SERVER_PAGES:
            missing = f"{start}no-such-page"
            scope = {**scope, "path": missing, "raw_path": missing.encode()}
        await self._application(scope, receive, send)


async def _refuse(send: Any, status: int, why: bytes, *headers: tuple[bytes, bytes]) -> None:
    headers = ((b"content-type", b"text/plain; charset=utf-8"), *headers)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": why})


def _with_headers(send: Any, scope: Any) -> Any:
    """Adds the headers that a response does not set itself."""

    async def send_with_headers(message: Any) -> None:
        if message["type"] == "http.response.start":
            present = [(bytes(name), bytes(value)) for name, value in message.get("headers", [])]
            names = {name.lower() for name, _ in present}
            headers = _headers_of(scope, message["status"])
            added = [(name, value) for name, value in headers.items() if name not in names]
            message = {**message, "headers": [*present, *added]}
        await send(message)

    return send_with_headers


def _headers_of(scope: Any, status: int) -> dict[bytes, bytes]:
    if _picture_name(scope["path"]):
        return _PICTURE_HEADERS if status == 200 else _HEADERS | _SANDBOX
    # a static file whose URL has a fingerprint of its content
    is_static = "/luubao/" in scope["path"] and len(scope["query_string"]) == 8
    return _STATIC_HEADERS if is_static else _HEADERS


def _picture_name(path: str) -> str | None:
    """What a path names below the folder of pictures."""
    name = path.partition("/-/pictures/")[2]
    return name if name.startswith(("sha256/", "thumbnails/")) else None


def _is_embedded(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a page of another site asks for this without showing it (https://www.w3.org/TR/fetch-metadata/)."""
    return headers.get(b"sec-fetch-site") == b"cross-site" and headers.get(b"sec-fetch-dest") != b"document"


def is_known(host: str, names: Collection[str]) -> bool:
    """Whether a Host header (RFC 9110, section 7.2) names this server."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() and not host.endswith("]") else host
    name = name.strip("[]").rstrip(".").lower()
    return name == "localhost" or name in names or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
