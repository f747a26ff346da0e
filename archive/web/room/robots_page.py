"""robots.txt of the reading room (RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datasette.utils import tilde_encode
from datasette.utils.asgi import Response

from archive.web.room.request import Visit, is_public, page
from archive.web.room.served_archives import archive_names, prefix_of

# Copies of an outlet's pages should not compete with the originals; the other paths have too many URLs to crawl.
_DISALLOWED = (
    "/-/capture/", "/-/diff/", "/-/search", "/-/at", "/-/new", "/-/edits", "/-/gone", "/-/photos", "/-/picture/",
    "/-/day/", "/-/timegate/", "/-/timemap/",
)  # fmt: skip


@page
async def robots(visit: Visit) -> Response:
    """`/robots.txt`: allows the front page and articles of a public archive, and nothing of any other."""
    server, rules = visit.datasette, [("Disallow", "/")]
    if is_public(server):
        rules = [rule for archive in archive_names(server) for rule in _rules(server, archive)]
    lines = ["User-agent: *", *(f"{word}: {server.urls.path(path)}" for word, path in rules)]
    return Response.text("\n".join(lines) + "\n")


def _rules(server: Any, archive: str) -> Iterator[tuple[str, str]]:
    """The rules for an archive: not its tables, and of its room what is no article. (The longest rule decides, RFC 9309
    section 2.2.2.)"""
    prefix = prefix_of(server, archive)
    yield from (("Disallow", f"{prefix}{path}") for path in _DISALLOWED)
    yield "Disallow", f"/{tilde_encode(archive)}"
    if prefix:
        yield "Allow", f"{prefix}/-/"
