"""Anybody's own questions wait for one another, so that the room's pages do not wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

AT_ONCE = 2
"""Of the threads that ask the archive; the others are the room's (archive.web.SETTINGS)."""
_MOST = 32
_BUSY = b"Others are asking long questions at the moment. Try again in some seconds."


def with_turns(application: Any, is_question: Callable[[str], bool]) -> Any:
    """An ASGI application whose questions take turns: AT_ONCE are asked at a time, others wait, and whoever comes when
    32 are there is told so (503, RFC 9110, section 15.6.4). is_question: whether a path is one of Datasette's pages."""
    turns, there = asyncio.Semaphore(AT_ONCE), 0

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        nonlocal there
        if scope["type"] != "http" or not is_question(scope.get("path", "")):
            await application(scope, receive, send)
        elif there >= _MOST:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"5")]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": _BUSY})
        else:
            there += 1
            try:
                async with turns:
                    await application(scope, receive, send)
            finally:
                there -= 1

    return wrapped
