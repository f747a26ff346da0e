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


def with_headers(application: Any) -> Any:
    """An ASGI application whose answers carry them, unless they carry their own."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                present = [(bytes(name), bytes(value)) for name, value in message.get("headers", [])]
                names = {name.lower() for name, _ in present}
                added = [(name, value) for name, value in _EVERYWHERE.items() if name not in names]
                message = {**message, "headers": [*present, *added]}
            await send(message)

        await application(scope, receive, sent)

    return wrapped
