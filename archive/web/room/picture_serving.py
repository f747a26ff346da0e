"""What is served of a folder of pictures: files that are called as pictures are, and nothing that could run."""

from __future__ import annotations

from typing import Any

from archive.model.picture_paths import named

_HARMLESS = (b"content-security-policy", b"default-src 'none'; sandbox")
# Its name is its digest, so it never changes. A proxy is not to keep it: what is withdrawn is gone within the second.
_LASTING = (b"cache-control", b"private, max-age=31536000, immutable")
_FOLDERS = ("sha256/", "thumbnails/")


def with_pictures_alone(application: Any, base: str) -> Any:
    """An ASGI application that answers 404 for whatever else somebody has put into the folder, and whose pictures may
    run nothing where a browser opens them as pages. base: the path below which it is served."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        name = scope.get("path", "").removeprefix(base.rstrip("/")).removeprefix("/-/pictures/")
        if scope["type"] != "http" or not name.startswith(_FOLDERS):
            await application(scope, receive, send)
        elif named(name) is None:
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"no picture is called so\n"})
        else:
            await application(scope, receive, _harmless(send))

    return wrapped


def _harmless(send: Any) -> Any:
    async def sent(message: Any) -> None:
        if message["type"] == "http.response.start":
            kept = [_LASTING] if message["status"] == 200 else []
            message = {**message, "headers": [*message.get("headers", []), _HARMLESS, *kept]}
        await send(message)

    return sent
