"""ETag validators: answers 304 when the client already has the page (If-None-Match, RFC 9110, section 13.1.2)."""

from __future__ import annotations

import hashlib
from typing import Any

from datasette.utils.asgi import Response

_CACHE_CONTROL = "private, no-cache"
"""Cached, but revalidated each time: withdrawn pages vanish at once, and shared caches keep nothing."""


def unless_known(request: Any, response: Response) -> Response:
    """The response with an ETag of its body; an empty 304 if the client sent that ETag. A response with another status
    or with its own Cache-Control stays unchanged."""
    if response.status != 200 or "Cache-Control" in response.headers:
        return response
    body = response.body.encode() if isinstance(response.body, str) else response.body
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**response.headers, "ETag": tag, "Cache-Control": _CACHE_CONTROL}
    client_tags = {value.strip().removeprefix("W/") for value in request.headers.get("if-none-match", "").split(",")}
    if tag in client_tags or "*" in client_tags:
        return Response("", status=304, headers=headers)
    return Response(body, status=200, headers=headers, content_type=response.content_type)
