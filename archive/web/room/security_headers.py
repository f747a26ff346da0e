"""Headers on every answer: browsers are not to guess what a file is, to tell others where a reader was, or to show a
page inside somebody else's."""

from __future__ import annotations

from typing import Any

_EVERYWHERE = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"SAMEORIGIN",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

# A static file of ours, asked for by an address that changes with the file.
_LASTING = {b"cache-control": b"public, max-age=31536000, immutable"}


def _is_named_by_its_print(scope: Any) -> bool:
    return "/luubao/" in scope.get("path", "") and len(scope.get("query_string", b"")) == 8


def with_headers(application: Any) -> Any:
    """An ASGI application whose answers carry them, unless they carry their own."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                present = [(bytes(name), bytes(value)) for name, value in message.get("headers", [])]
                names = {name.lower() for name, _ in present}
                wanted = {**_EVERYWHERE, **(_LASTING if _is_named_by_its_print(scope) else {})}
                added = [(name, value) for name, value in wanted.items() if name not in names]
                message = {**message, "headers": [*present, *added]}
            await send(message)

        await application(scope, receive, sent)

    return wrapped
