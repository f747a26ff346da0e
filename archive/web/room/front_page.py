"""The front page: latest articles, edits and disappearances, counts, and plots with the gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from datasette.utils.asgi import Response

from archive.queries import days, outlets_followed, recent
from archive.queries import photographs as photo_queries
from archive.queries.article_filter import ArticleFilter
from archive.storage.connection import Database
from archive.web.room.calendar_page import Plot, plot_of
from archive.web.room.list_pages import EditEntry, edit_entries_of
from archive.web.room.request import RequestContext, page

_NEW, _EDITED, _GONE, _PICTURES = 8, 8, 6, 6
_EDIT_DAYS, _PLOT_DAYS = 14, 90


@dataclass(frozen=True, slots=True)
class _Front:
    holdings: outlets_followed.Holdings
    new: list[recent.Card]
    edits: list[EditEntry]
    edit_days: int
    gone: list[recent.Card]
    photographs: list[photo_queries.Photograph]
    plots: list[tuple[outlets_followed.FollowedOutlet, Plot]]


@page
async def front(context: RequestContext) -> Response:
    """`/`: the front page."""
    front_page = await context.ask(lambda db: _front(db, context))
    return await context.page("front", front=front_page)


def _front(db: Database, context: RequestContext) -> _Front:
    outlets = outlets_followed.outlets(db)
    spans = [(outlet, last) for outlet in outlets if (last := days.latest_day(db, outlet))]
    pictures = photo_queries.photographs(db, limit=_PICTURES, by_arrival=True) if context.picture("thumbnails/") else []
    return _Front(
        outlets_followed.holdings(db),
        recent.published(db, ArticleFilter(), limit=_NEW),
        _edits(db, spans),
        _EDIT_DAYS,
        recent.gone(db, ArticleFilter(), limit=_GONE),
        pictures,
        [(outlet, _plot(db, context, outlet, last)) for outlet, last in spans],
    )


def _edits(db: Database, spans: list[tuple[outlets_followed.FollowedOutlet, date]]) -> list[EditEntry]:
    """The edits with the highest weight in the fortnight before the last crawl of any outlet."""
    if not spans:
        return []
    last = max(day for _, day in spans)
    between = (last - timedelta(days=_EDIT_DAYS)).isoformat(), "9999"
    return edit_entries_of(db, recent.edits(db, ArticleFilter(), order="weight", between=between, limit=_EDITED))


def _plot(db: Database, context: RequestContext, outlet: outlets_followed.FollowedOutlet, last: date) -> Plot:
    span = days.days(db, outlet, last - timedelta(days=_PLOT_DAYS - 1), last)
    return plot_of(span, context)
