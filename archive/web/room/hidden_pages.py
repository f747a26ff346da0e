"""Of a public archive nobody sees how the server is set up: Datasette's pages about itself lead nowhere."""

from __future__ import annotations

from typing import Any

_ABOUT_ITSELF = frozenset(
    {
        "versions", "plugins", "settings", "config", "threads", "databases", "actor", "metadata", "patterns",
        "permissions", "allow-debug", "messages", "auth-token", "create-token", "logout",
    }
)  # fmt: skip
_NOWHERE = "no-such-page"


def with_itself_hidden(application: Any, base: str) -> Any:
    """An ASGI application for which Datasette's pages about itself do not exist. base: the path below which it is
    served."""
    start = f"{base.rstrip('/')}/-/"

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        name = path.removeprefix(start).partition("/")[0].partition(".")[0]
        if scope["type"] == "http" and path.startswith(start) and name in _ABOUT_ITSELF:
            nowhere = f"{start}{_NOWHERE}"
            scope = {**scope, "path": nowhere, "raw_path": nowhere.encode()}
        await application(scope, receive, send)

    return wrapped
