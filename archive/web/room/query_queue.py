"""Limits concurrent requests for Datasette's own pages, so that visitors' queries do not delay the room's pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

AT_ONCE = 2
"""Of the SQL threads; the others are for the room (archive.web.SETTINGS)."""
_MOST_PENDING = 32
_BUSY = b"Others are asking long questions at the moment. Try again in some seconds."


def limit_concurrency(application: Any, is_database_page: Callable[[str], bool]) -> Any:
    """ASGI middleware with a queue for Datasette's own pages: AT_ONCE run at a time, others wait, and with 32 pending a
    request gets 503 (RFC 9110, section 15.6.4). is_database_page: whether a path is one of those pages."""
    semaphore, pending = asyncio.Semaphore(AT_ONCE), 0

    async def wrapper(scope: Any, receive: Any, send: Any) -> None:
        nonlocal pending
        if scope["type"] != "http" or not is_database_page(scope.get("path", "")):
            await application(scope, receive, send)
        elif pending >= _MOST_PENDING:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"5")]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": _BUSY})
        else:
            pending += 1
            try:
                async with semaphore:
                    await application(scope, receive, send)
            finally:
                pending -= 1

    return wrapper
