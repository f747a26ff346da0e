"""What programs that index the web are asked to leave alone."""

from __future__ import annotations

from datasette.utils.asgi import Response

from archive.web.room.request import Visit, archive_of, is_public, page

# Copies of a paper's pages are the paper's to be found by; the rest has more addresses than anybody should walk.
_CLOSED = (
    "/-/capture/", "/-/diff/", "/-/search", "/-/at", "/-/new", "/-/edits", "/-/gone", "/-/photos", "/-/picture/",
    "/-/day/", "/-/timegate/", "/-/timemap/",
)  # fmt: skip


@page
async def robots(visit: Visit) -> Response:
    """`/robots.txt` (RFC 9309): of a public archive, front page and articles may be indexed; of any other, nothing."""
    closed = (*_CLOSED, f"/{archive_of(visit.datasette).name}") if is_public(visit.datasette) else ("/",)
    lines = ["User-agent: *", *(f"Disallow: {visit.datasette.urls.path(path)}" for path in closed)]
    return Response.text("\n".join(lines) + "\n")
