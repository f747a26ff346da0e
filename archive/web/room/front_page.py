"""The front page: latest articles, edits and disappearances, counts, and plots with the gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from datasette.utils.asgi import Response

from archive.queries import days, outlets_followed, recent
from archive.queries import photographs as gallery
from archive.queries.article_filter import ArticleFilter
from archive.storage.connection import Database
from archive.web.room.calendar_page import Plot, plot_of
from archive.web.room.list_pages import EditEntry, edit_entries_of
from archive.web.room.request import Visit, page

_NEW, _EDITED, _GONE, _PICTURES = 8, 8, 6, 6
_EDIT_DAYS, _PLOT_DAYS = 14, 90


@dataclass(frozen=True, slots=True)
class _Front:
    holdings: outlets_followed.Holdings
    new: list[recent.Card]
    edits: list[EditEntry]
    edit_days: int
    gone: list[recent.Card]
    photographs: list[gallery.Photograph]
    plots: list[tuple[outlets_followed.FollowedOutlet, Plot]]


@page
async def front(visit: Visit) -> Response:
    """`/`: the front page."""
    front_page = await visit.ask(lambda db: _front(db, visit))
    return await visit.page("front", front=front_page)


def _front(db: Database, visit: Visit) -> _Front:
    papers = outlets_followed.papers(db)
    spans = [(paper, last) for paper in papers if (last := days.latest_day(db, paper))]
    pictures = gallery.photographs(db, limit=_PICTURES, by_arrival=True) if visit.picture("thumbnails/") else []
    return _Front(
        outlets_followed.holdings(db),
        recent.published(db, ArticleFilter(), limit=_NEW),
        _edits(db, spans),
        _EDIT_DAYS,
        recent.gone(db, ArticleFilter(), limit=_GONE),
        pictures,
        [(paper, _plot(db, visit, paper, last)) for paper, last in spans],
    )


def _edits(db: Database, spans: list[tuple[outlets_followed.FollowedOutlet, date]]) -> list[EditEntry]:
    """The edits with the highest weight in the fortnight before the last crawl of any outlet."""
    if not spans:
        return []
    last = max(day for _, day in spans)
    between = (last - timedelta(days=_EDIT_DAYS)).isoformat(), "9999"
    return edit_entries_of(db, recent.edits(db, ArticleFilter(), order="weight", between=between, limit=_EDITED))


def _plot(db: Database, visit: Visit, paper: outlets_followed.FollowedOutlet, last: date) -> Plot:
    span = days.days(db, paper, last - timedelta(days=_PLOT_DAYS - 1), last)
    return plot_of(span, visit)
