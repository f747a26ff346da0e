"""The about page (facts on the archive for readers and librarians), and robots.txt (RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datasette.utils import tilde_encode
from datasette.utils.asgi import Response

from archive.queries import days, outlets_followed
from archive.queries import outlets_followed as facts
from archive.queries.outlets_followed import FollowedOutlet
from archive.storage.connection import Database
from archive.web.room.request import RequestContext, is_public, page, settings_of
from archive.web.room.served_archives import archive_names, prefix_of


@page
async def about(context: RequestContext) -> Response:
    """`/-/about`: who keeps the archive, since when, how often it crawls, its gaps, its rules, how to cite it."""
    sizes, followed = await context.ask(
        lambda db: (facts.sizes(db), [_summarized(db, outlet) for outlet in outlets_followed.outlets(db)])
    )
    settings = settings_of(context.datasette)
    return await context.page(
        "about", sizes=sizes, followed=followed, keeper=settings.get("keeper"), contact=settings.get("contact"),
        address=context.permanent("/"),
    )  # fmt: skip


def _summarized(db: Database, outlet: FollowedOutlet) -> dict[str, Any]:
    last = days.latest_day(db, outlet)
    recorded = days.days(db, outlet, last, last).recorded if last else None
    missed = len(days.days(db, outlet, *recorded).gaps) if recorded else 0
    return {"outlet": outlet, "followed": facts.crawl_history(db, outlet), "missed": missed}


# Copies of an outlet's pages should not compete with the originals; the other paths have too many URLs to crawl.
_DISALLOWED = (
    "/-/capture/", "/-/diff/", "/-/search", "/-/at", "/-/new", "/-/edits", "/-/gone", "/-/photos", "/-/picture/",
    "/-/day/", "/-/timegate/", "/-/timemap/",
)  # fmt: skip


@page
async def robots(context: RequestContext) -> Response:
    """`/robots.txt`: allows the front page and articles of a public archive, and nothing of any other."""
    server, rules = context.datasette, [("Disallow", "/")]
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
