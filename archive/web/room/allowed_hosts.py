"""By which names a server may be asked.

A page of any site can have its own name lead to 127.0.0.1 (DNS rebinding) and then reads whatever a server at home
answers. Its requests carry that name in Host, so other names than ours are refused, with 421 (RFC 9110, section
15.5.20). An IP address is nobody's name.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import Any

_REFUSED = (
    b"This server is not asked by that name. If you meant it, start `luubao serve` with --host NAME, or with --public."
)


def with_known_hosts(application: Any, names: Collection[str]) -> Any:
    """An ASGI application that answers only who asks for it by an IP address, as localhost, or by one of the names."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not is_known(_host(scope), names):
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 421, "headers": headers})
            await send({"type": "http.response.body", "body": _REFUSED})
            return
        await application(scope, receive, send)

    return wrapped


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


def _host(scope: Any) -> str:
    found = [value for name, value in scope["headers"] if name.lower() == b"host"]
    return found[0].decode("latin-1") if len(found) == 1 else ""
