"""Hides Datasette's pages about itself (versions, settings, ...) when the archive is public."""

from __future__ import annotations

from typing import Any

_SERVER_PAGES = frozenset(
    {
        "versions", "plugins", "settings", "config", "threads", "databases", "actor", "metadata", "patterns",
        "permissions", "allow-debug", "messages", "auth-token", "create-token", "logout",
    }
)  # fmt: skip
_MISSING_PAGE = "no-such-page"


def hide_server_pages(application: Any, base: str) -> Any:
    """ASGI middleware that routes Datasette's pages about itself to a missing page. base: the path below which the
    application is served."""
    start = f"{base.rstrip('/')}/-/"

    async def wrapper(scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        name = path.removeprefix(start).partition("/")[0].partition(".")[0]
        if scope["type"] == "http" and path.startswith(start) and name in _SERVER_PAGES:
            missing_path = f"{start}{_MISSING_PAGE}"
            scope = {**scope, "path": missing_path, "raw_path": missing_path.encode()}
        await application(scope, receive, send)

    return wrapper
