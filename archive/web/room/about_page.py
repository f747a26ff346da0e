"""What a reader, a librarian or a lawyer wants to know of the archive itself."""

from __future__ import annotations

from dataclasses import dataclass

from datasette.utils.asgi import Response

from archive.queries import archive_summary as facts
from archive.queries import days, outlets_followed
from archive.queries.outlets_followed import Paper
from archive.storage.connection import Database
from archive.web.room.request import Visit, page, settings_of


@dataclass(frozen=True, slots=True)
class _Followed:
    paper: Paper
    followed: facts.Followed
    missed: int


@page
async def about(visit: Visit) -> Response:
    """`/-/about`: who keeps it, since when, how often, what it lacks, by which rules, how to cite it."""
    sizes, followed = await visit.ask(
        lambda db: (facts.sizes(db), [_of(db, one) for one in outlets_followed.papers(db)])
    )
    told = settings_of(visit.datasette)
    return await visit.page(
        "about", sizes=sizes, followed=followed, keeper=told.get("keeper"), contact=told.get("contact"),
        address=visit.permanent("/"),
    )  # fmt: skip


def _of(db: Database, paper: Paper) -> _Followed:
    last = days.latest_day(db, paper)
    known = days.days(db, paper, last, last).recorded if last else None
    missed = len(days.days(db, paper, *known).gaps) if known else 0
    return _Followed(paper, facts.followed(db, paper), missed)
