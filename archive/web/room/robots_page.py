"""robots.txt of the reading room (RFC 9309)."""

from __future__ import annotations

from datasette.utils.asgi import Response

from archive.web.room.request import Visit, archive_of, is_public, page

# Copies of an outlet's pages should not compete with the originals; the other paths have too many URLs to crawl.
_DISALLOWED = (
    "/-/capture/", "/-/diff/", "/-/search", "/-/at", "/-/new", "/-/edits", "/-/gone", "/-/photos", "/-/picture/",
    "/-/day/", "/-/timegate/", "/-/timemap/",
)  # fmt: skip


@page
async def robots(visit: Visit) -> Response:
    """`/robots.txt`: allows the front page and articles of a public archive, and nothing of any other."""
    disallowed = (*_DISALLOWED, f"/{archive_of(visit.datasette).name}") if is_public(visit.datasette) else ("/",)
    lines = ["User-agent: *", *(f"Disallow: {visit.datasette.urls.path(path)}" for path in disallowed)]
    return Response.text("\n".join(lines) + "\n")
