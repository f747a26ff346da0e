"""Host header check against DNS rebinding.

A page of any site can make its own host name resolve to 127.0.0.1 (DNS rebinding) and then read the answers of a local
server. Its requests carry that name in Host, so requests with an unknown name are refused with 421 (RFC 9110, section
15.5.20). An IP address cannot be rebound, and is allowed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import Any

_REFUSAL = (
    b"This server is not asked by that name. If you meant it, start `luubao serve` with --host NAME, or with --public."
)


def with_known_hosts(application: Any, names: Collection[str]) -> Any:
    """ASGI middleware that lets through only requests whose Host is an IP address, localhost, or one of the names."""

    async def wrapper(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not is_known(_host(scope), names):
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 421, "headers": headers})
            await send({"type": "http.response.body", "body": _REFUSAL})
            return
        await application(scope, receive, send)

    return wrapper


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
    values = [value for name, value in scope["headers"] if name.lower() == b"host"]
    return values[0].decode("latin-1") if len(values) == 1 else ""
