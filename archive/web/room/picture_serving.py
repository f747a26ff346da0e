"""Serves only files of the picture folder whose names are those of pictures, with headers that prevent scripts."""

from __future__ import annotations

from typing import Any

from archive.model.picture_paths import named

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
