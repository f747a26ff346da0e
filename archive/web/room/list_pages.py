"""Lists that go on: new articles, edits, disappearances; and everything of one day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from datasette.utils.asgi import Response

from archive.model.time_zones import zone_of
from archive.queries import days, outlets_followed, recent
from archive.storage.connection import Database
from archive.web.room.edit_entries import told_of
from archive.web.room.local_times import day_in
from archive.web.room.request import Visit, page
from archive.web.room.search_page import filters, wanted_by

_PER_PAGE, _LAST_PAGE = 30, 1000
_PER_DAY = 500


@page
async def new(visit: Visit) -> Response:
    """`/-/new`: articles, the latest published first."""
    wanted, start = wanted_by(visit), _start(visit)
    cards = await visit.ask(lambda db: recent.published(db, wanted, limit=_PER_PAGE + 1, offset=start))
    return await _list(visit, "new", cards)


@page
async def edits(visit: Visit) -> Response:
    """`/-/edits`: edits, the latest first; with `?order=weight`, what changed most in meaning first."""
    wanted, start = wanted_by(visit), _start(visit)
    order: recent.EditOrder = "weight" if visit.argument("order") == "weight" else "time"
    found = await visit.ask(
        lambda db: told_of(db, recent.edits(db, wanted, order=order, limit=_PER_PAGE + 1, offset=start))
    )
    return await _list(visit, "edits", found, order=order)


@page
async def gone(visit: Visit) -> Response:
    """`/-/gone`: articles that are gone, the latest disappearance first."""
    wanted, start = wanted_by(visit), _start(visit)
    cards = await visit.ask(lambda db: recent.gone(db, wanted, limit=_PER_PAGE + 1, offset=start))
    return await _list(visit, "gone", cards)


def _start(visit: Visit) -> int:
    return (visit.number("page", 1, _LAST_PAGE) - 1) * _PER_PAGE


async def _list(visit: Visit, kind: str, found: list[Any], **context: Any) -> Response:
    number = visit.number("page", 1, _LAST_PAGE)
    return await visit.page(
        "list", kind=kind, found=found[:_PER_PAGE], more=len(found) > _PER_PAGE, number=number,
        filters=filters(wanted_by(visit)), **context,
    )  # fmt: skip


@page
async def day(visit: Visit) -> Response:
    """`/-/day/2026-05-20`: what was published, edited and taken away on a day, by each paper's own clock."""
    when = day_in(visit.request.url_vars["day"])
    if when is None:
        return await visit.refusal(404, visit.say("refusal.day"))
    found = await visit.ask(lambda db: _day(db, visit, when))
    before = when - timedelta(1) if when > date.min else None
    after = when + timedelta(1) if when < date.max else None
    return await visit.page("day", day=when, found=found, before=before, after=after)


def _day(db: Database, visit: Visit, when: date) -> dict[str, Any]:
    wanted = wanted_by(visit)
    every = outlets_followed.papers(db)
    chosen = next((paper for paper in every if paper.name == wanted.outlet), None)
    zone = zone_of((chosen or every[0]).timezone) if every else zone_of("UTC")
    between = days.moments(when, when, zone)
    edited = told_of(db, recent.edits(db, wanted, between=between, limit=_PER_DAY))
    published = replace(wanted, since=when.isoformat(), until=when.isoformat())
    return {
        "new": recent.published(db, published, limit=_PER_DAY),
        "edits": sorted(edited, key=lambda one: -one.gist.weight),
        "gone": recent.gone(db, wanted, between=between, limit=_PER_DAY),
        "unwatched": _unwatched(db, [chosen] if chosen else every, when),
    }


def _unwatched(
    db: Database, every: list[outlets_followed.Paper], when: date
) -> list[tuple[outlets_followed.Paper, str]]:
    """The papers at which nobody looked on a day, each with what is known of the day."""
    states = [(paper, str(days.days(db, paper, when, when).state(when))) for paper in every]
    return [(paper, state) for paper, state in states if state != "seen"]
