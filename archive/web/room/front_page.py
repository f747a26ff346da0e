"""The front page: latest articles, edits and disappearances, counts, and plots with the gaps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from datasette.utils.asgi import Response

from archive.queries import days, outlets_followed, recent
from archive.queries import photographs as photo_queries
from archive.queries.article_filter import ArticleFilter
from archive.storage.connection import Database
from archive.web.room.calendar_page import plot_of
from archive.web.room.list_pages import EditEntry, edit_entries_of
from archive.web.room.request import RequestContext, page

_NEW, _EDITED, _GONE, _PICTURES = 8, 8, 6, 6
_EDIT_DAYS, _PLOT_DAYS = 14, 90


@page
async def front(context: RequestContext) -> Response:
    """`/`: the front page."""
    return await context.page("front", front=await context.ask(lambda db: _front(db, context)))


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
