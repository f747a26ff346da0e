"""Guards of the server (ASGI): Host check, security headers, ETags, hidden pages, picture files, query queue.

A page of any site can make its own host name resolve to 127.0.0.1 (DNS rebinding) and then read the answers of a local
server. Its requests carry that name in Host, so requests with an unknown name are refused with 421 (RFC 9110, section
15.5.20). An IP address cannot be rebound, and is allowed.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
from collections.abc import Callable, Collection
from typing import Any

from datasette.utils.asgi import Response

from archive.model.paths import named

_REFUSAL = (
    b"This server is not asked by that name. If you meant it, start `luubao serve` with --host NAME, or with --public."
)
_METHODS = ("GET", "HEAD", "OPTIONS")


def only_reading(application: Any, names: Collection[str]) -> Any:
    """ASGI middleware that lets through only requests whose Host is an IP address, localhost, or one of the names, and
    that only read."""

    async def wrapper(scope: Any, receive: Any, send: Any) -> None:
        hosts = [value for name, value in scope.get("headers", ()) if name.lower() == b"host"]
        if scope["type"] == "http" and not (len(hosts) == 1 and is_known(hosts[0].decode("latin-1"), names)):
            await _refuse(send, 421, _REFUSAL, (b"cache-control", b"no-store"))
        elif scope["type"] == "http" and scope["method"] not in _METHODS:
            await _refuse(send, 405, b"This server is only read from.", (b"allow", b"GET, HEAD, OPTIONS"))
        else:
            await application(scope, receive, send)

    return wrapper


async def _refuse(send: Any, status: int, why: bytes, header: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), header]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": why})


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


_CACHE_CONTROL = "private, no-cache"
"""Cached, but revalidated each time: withdrawn pages vanish at once, and shared caches keep nothing."""


def unless_known(request: Any, response: Response) -> Response:
    """The response with an ETag of its body; an empty 304 if the client sent that ETag. A response with another status
    or with its own Cache-Control stays unchanged."""
    if response.status != 200 or "Cache-Control" in response.headers:
        return response
    body = response.body.encode() if isinstance(response.body, str) else response.body
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**response.headers, "ETag": tag, "Cache-Control": _CACHE_CONTROL}
    client_tags = {value.strip().removeprefix("W/") for value in request.headers.get("if-none-match", "").split(",")}
    if tag in client_tags or "*" in client_tags:
        return Response("", status=304, headers=headers)
    return Response(body, status=200, headers=headers, content_type=response.content_type)


_SERVER_PAGES = frozenset({
    "versions", "plugins", "settings", "config", "threads", "databases", "actor", "metadata", "patterns",
    "permissions", "allow-debug", "messages", "auth-token", "create-token", "logout",
})  # fmt: skip


def hide_server_pages(application: Any, base: str) -> Any:
    """ASGI middleware that routes Datasette's pages about itself to a missing page. base: the path below which the
    application is served."""
    start = f"{base.rstrip('/')}/-/"

    async def wrapper(scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        name = path.removeprefix(start).partition("/")[0].partition(".")[0]
        if scope["type"] == "http" and path.startswith(start) and name in _SERVER_PAGES:
            missing_path = f"{start}no-such-page"
            scope = {**scope, "path": missing_path, "raw_path": missing_path.encode()}
        await application(scope, receive, send)

    return wrapper


_SANDBOX = (b"content-security-policy", b"default-src 'none'; sandbox")
# A picture's name is its digest, so it never changes. Shared caches must not keep it: a withdrawn one vanishes at once.
_IMMUTABLE = (b"cache-control", b"private, max-age=31536000, immutable")
_FOLDERS = ("sha256/", "thumbnails/")


def serve_only_pictures(application: Any, base: str) -> Any:
    """ASGI middleware that answers 404 for any other file in the folder, and sandboxes pictures, which a browser may
    open as pages. base: the path below which the application is served."""

    async def wrapper(scope: Any, receive: Any, send: Any) -> None:
        _, is_picture, name = scope.get("path", "").removeprefix(base.rstrip("/")).partition("/-/pictures/")
        if scope["type"] != "http" or not is_picture or not name.startswith(_FOLDERS):
            await application(scope, receive, send)
        elif named(name) is None:
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"no picture is called so\n"})
        else:
            await application(scope, receive, _with_picture_headers(send))

    return wrapper


def _with_picture_headers(send: Any) -> Any:
    async def send_with_headers(message: Any) -> None:
        if message["type"] == "http.response.start":
            cache_headers = [_IMMUTABLE] if message["status"] == 200 else []
            message = {**message, "headers": [*message.get("headers", []), _SANDBOX, *cache_headers]}
        await send(message)

    return send_with_headers


AT_ONCE = 2
"""Of the SQL threads; the others are for the room (archive.web.SETTINGS)."""
_MOST_PENDING = 32
_BUSY = b"Others are asking long questions at the moment. Try again in some seconds."
_EMBEDDED = b"A page of another site asks this. Open the address in a window of its own."


def limit_concurrency(application: Any, is_database_page: Callable[[str], bool]) -> Any:
    """ASGI middleware with a queue for Datasette's own pages: AT_ONCE run at a time, others wait, and with 32 pending a
    request gets 503 (RFC 9110, section 15.6.4). What a page of another site embeds is refused: it could ask long
    questions of a server at home, unseen. is_database_page: whether a path is one of those pages."""
    semaphore, pending = asyncio.Semaphore(AT_ONCE), 0

    async def wrapper(scope: Any, receive: Any, send: Any) -> None:
        nonlocal pending
        if scope["type"] != "http" or not is_database_page(scope.get("path", "")):
            await application(scope, receive, send)
        elif _is_embedded(scope):
            await _refuse(send, 403, _EMBEDDED, (b"cache-control", b"no-store"))
        elif pending >= _MOST_PENDING:
            await _refuse(send, 503, _BUSY, (b"retry-after", b"5"))
        else:
            pending += 1
            try:
                async with semaphore:
                    await application(scope, receive, send)
            finally:
                pending -= 1

    return wrapper


def _is_embedded(scope: Any) -> bool:
    """Whether a page of another site asks for this without showing it (https://www.w3.org/TR/fetch-metadata/)."""
    headers = dict(scope["headers"])
    return headers.get(b"sec-fetch-site") == b"cross-site" and headers.get(b"sec-fetch-dest") != b"document"


_HEADERS = {
    # of Datasette's own pages, whose scripts are inline: the room's pages send a stricter one
    b"content-security-policy": b"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"SAMEORIGIN",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_FOREVER = {b"cache-control": b"public, max-age=31536000, immutable"}


def with_headers(application: Any) -> Any:
    """ASGI middleware that adds the headers a response does not set itself."""

    async def wrapper(scope: Any, receive: Any, send: Any) -> None:
        # a static file whose URL has a fingerprint of its content
        is_static = "/luubao/" in scope.get("path", "") and len(scope.get("query_string", b"")) == 8

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                present = [(bytes(name), bytes(value)) for name, value in message.get("headers", [])]
                names = {name.lower() for name, _ in present}
                headers = {**_HEADERS, **(_FOREVER if is_static else {})}
                added = [(name, value) for name, value in headers.items() if name not in names]
                message = {**message, "headers": [*present, *added]}
            await send(message)

        await application(scope, receive, send_with_headers)

    return wrapper
