"""The about page: facts on the archive itself, for readers, librarians and lawyers."""

from __future__ import annotations

from dataclasses import dataclass

from datasette.utils.asgi import Response

from archive.queries import days, outlets_followed
from archive.queries import outlets_followed as facts
from archive.queries.outlets_followed import FollowedOutlet
from archive.storage.connection import Database
from archive.web.room.request import Visit, page, settings_of


@dataclass(frozen=True, slots=True)
class _OutletSummary:
    paper: FollowedOutlet
    followed: facts.CrawlHistory
    missed: int


@page
async def about(visit: Visit) -> Response:
    """`/-/about`: who keeps the archive, since when, how often it crawls, its gaps, its rules, how to cite it."""
    sizes, followed = await visit.ask(
        lambda db: (facts.sizes(db), [_summarized(db, paper) for paper in outlets_followed.papers(db)])
    )
    settings = settings_of(visit.datasette)
    return await visit.page(
        "about", sizes=sizes, followed=followed, keeper=settings.get("keeper"), contact=settings.get("contact"),
        address=visit.permanent("/"),
    )  # fmt: skip


def _summarized(db: Database, paper: FollowedOutlet) -> _OutletSummary:
    last = days.latest_day(db, paper)
    recorded = days.days(db, paper, last, last).recorded if last else None
    missed = len(days.days(db, paper, *recorded).gaps) if recorded else 0
    return _OutletSummary(paper, facts.crawl_history(db, paper), missed)
