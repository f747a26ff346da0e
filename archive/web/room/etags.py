"""A page that a reader has seen and that has not changed is not sent again (RFC 9110, section 13.1.2)."""

from __future__ import annotations

import hashlib
from typing import Any

from datasette.utils.asgi import Response

_CACHE_CONTROL = "private, no-cache"
"""Kept, and asked about each time: what is withdrawn is gone within the second, also from caches between."""


def unless_known(request: Any, response: Response) -> Response:
    """The answer, with an ETag made of what it says; 304 and nothing where the reader names that one. What forbids
    keeping it goes as it is."""
    if response.status != 200 or "Cache-Control" in response.headers:
        return response
    body = response.body.encode() if isinstance(response.body, str) else response.body
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**response.headers, "ETag": tag, "Cache-Control": _CACHE_CONTROL}
    named = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in named or "*" in named:
        return Response("", status=304, headers=headers)
    return Response(body, status=200, headers=headers, content_type=response.content_type)
