"""The pages on an archive as a whole: the room's home page (latest articles, edits and disappearances, counts, plots
with the gaps), the about page (facts for readers and librarians), and robots.txt (RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from datasette.utils import tilde_encode
from datasette.utils.asgi import Response

from archive.queries import days, outlets_followed, recent
from archive.queries import photographs as photo_queries
from archive.queries.article_search import ArticleFilter
from archive.queries.outlets_followed import FollowedOutlet
from archive.storage.connection import Database
from archive.web.room.calendar_page import plot_of
from archive.web.room.list_pages import EditEntry, edit_entries_of
from archive.web.room.parameters import archive_names, prefix_of
from archive.web.room.request import RequestContext, is_public, page, settings_of

_NEW, _EDITED, _GONE, _PICTURES = 8, 8, 6, 6
_EDIT_DAYS, _PLOT_DAYS = 14, 90


@page
async def front(context: RequestContext) -> Response:
    """`/`: the home page."""
    return await context.page("home", front=await context.ask(lambda db: _front(db, context)))


def _front(db: Database, context: RequestContext) -> dict[str, Any]:
    outlets = outlets_followed.outlets(db)
    spans = [(outlet, last) for outlet in outlets if (last := days.latest_day(db, outlet))]
    pictures = photo_queries.photographs(db, limit=_PICTURES, by_arrival=True) if context.picture("thumbnails/") else []
    first = timedelta(days=_PLOT_DAYS - 1)
    return {
        "holdings": outlets_followed.holdings(db),
        "new": recent.published(db, ArticleFilter(), limit=_NEW),
        "edits": _edits(db, spans),
        "edit_days": _EDIT_DAYS,
        "gone": recent.gone(db, ArticleFilter(), limit=_GONE),
        "photographs": pictures,
        "plots": [(outlet, plot_of(days.days(db, outlet, last - first, last), context)) for outlet, last in spans],
    }


def _edits(db: Database, spans: list[tuple[outlets_followed.FollowedOutlet, date]]) -> list[EditEntry]:
    """The edits with the highest weight in the fortnight before the last crawl of any outlet."""
    if not spans:
        return []
    last = max(day for _, day in spans)
    between = (last - timedelta(days=_EDIT_DAYS)).isoformat(), "9999"
    return edit_entries_of(db, recent.edits(db, ArticleFilter(), order="weight", between=between, limit=_EDITED))


@page
async def about(context: RequestContext) -> Response:
    """`/-/about`: who keeps the archive, since when, how often it crawls, its gaps, its rules, how to cite it."""
    sizes, followed = await context.ask(
        lambda db: (outlets_followed.sizes(db), [_summarized(db, outlet) for outlet in outlets_followed.outlets(db)])
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
    return {"outlet": outlet, "followed": outlets_followed.crawl_history(db, outlet), "missed": missed}


# Copies of an outlet's pages should not compete with the originals; the other paths have too many URLs to crawl.
_DISALLOWED = (
    "/-/capture/", "/-/diff/", "/-/search", "/-/at", "/-/new", "/-/edits", "/-/gone", "/-/photos", "/-/picture/",
    "/-/day/", "/-/timegate/", "/-/timemap/",
)  # fmt: skip


@page
async def robots(context: RequestContext) -> Response:
    """`/robots.txt`: allows the home page and articles of a public archive, and nothing of any other."""
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
