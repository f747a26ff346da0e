"""Security headers on every response: against content sniffing, referrer leaks and framing by other sites."""

from __future__ import annotations

from typing import Any

_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"SAMEORIGIN",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

# For a static file whose URL has a fingerprint of its content.
_IMMUTABLE = {b"cache-control": b"public, max-age=31536000, immutable"}


def _has_fingerprint(scope: Any) -> bool:
    return "/luubao/" in scope.get("path", "") and len(scope.get("query_string", b"")) == 8


def with_headers(application: Any) -> Any:
    """ASGI middleware that adds the headers a response does not set itself."""

    async def wrapper(scope: Any, receive: Any, send: Any) -> None:
        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                present = [(bytes(name), bytes(value)) for name, value in message.get("headers", [])]
                names = {name.lower() for name, _ in present}
                headers = {**_HEADERS, **(_IMMUTABLE if _has_fingerprint(scope) else {})}
                added = [(name, value) for name, value in headers.items() if name not in names]
                message = {**message, "headers": [*present, *added]}
            await send(message)

        await application(scope, receive, send_with_headers)

    return wrapper
