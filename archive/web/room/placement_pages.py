"""Pages of what stood where: a newspaper's front or section page, look by look through a day; an article's path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import unquote

from datasette.utils.asgi import Response

from archive.model.clock import day_span
from archive.queries import lookup, placements
from archive.storage.connection import Database
from archive.web.room import parameters
from archive.web.room.request import RequestContext, page
from archive.web.room.translations import local

_MAX_PLACES = 500
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


@dataclass(frozen=True, slots=True)
class _Hour:
    """An hour of the day; look: the time of the last look in it, as `19:58:03`; empty where nobody looked."""

    number: int
    look: str
    chosen: bool


@page
async def front_pages(context: RequestContext) -> Response:
    """`/-/front`, `/-/front/ID`: redirects to the last day of a list page; of the first home page by default."""
    number = int(context.request.url_vars.get("id") or 0)
    found = await context.ask(lambda db: _last_day(db, number))
    if found is None:
        return await context.refusal(404, context.say("placed.none"))
    return Response.redirect(context.to(f"/-/front/{found[0]}/{found[1]}"))


def _last_day(db: Database, number: int) -> tuple[int, date] | None:
    for list_page in placements.list_pages(db):
        if list_page.id == number or not number:
            look = placements.next_look(db, list_page.id, "9999", before=True)
            return (list_page.id, local(look.at, list_page.timezone).date()) if look else None
    return None


@page
async def front_page(context: RequestContext) -> Response:
    """`/-/front/ID/DAY?at=HH:MM`: a list page as it was then, by default at the last look of the day."""
    day = parameters.day(unquote(context.request.url_vars["day"]))
    time = _TIME.fullmatch(context.argument("at") or "23:59:59")
    if time is None:
        return await context.refusal(400, context.say("placed.no_time", time=parameters.quoted(context.argument("at"))))
    moment = f"{int(time[1]):02}:{time[2]}:{time[3] or '59'}"
    found = await context.ask(lambda db: _front_page(db, context.variable("id"), day, moment))
    if found is None:
        return await context.refusal(404, context.say("placed.none"))
    return await context.page("placed_page", found=found, day=day)


def _front_page(db: Database, number: int, day: date, moment: str) -> dict[str, Any] | None:
    pages = placements.list_pages(db)
    list_page = next((page for page in pages if page.id == number), None)
    if list_page is None:
        return None
    start, end = day_span(day, day, list_page.timezone)
    looks = placements.looks(db, number, start, end)
    times = [f"{local(look.at, list_page.timezone):%H:%M:%S}" for look in looks]
    index = max((n for n, time in enumerate(times) if time <= moment), default=0)
    look = looks[index] if looks else None
    earlier, later = (placements.next_look(db, number, edge, before=edge == start) for edge in (start, end))
    previous = looks[index - 1] if index else earlier
    shown = times[index] if look else ""
    before, after = (local(near.at, list_page.timezone).date() if near else None for near in (earlier, later))
    return {
        "page": list_page,
        "pages": pages,
        "hours": _hours(times, shown),
        "looks": [time for time in times if time[:2] == shown[:2]],
        "at": shown,
        "look": look,
        "placed": placements.page_at(db, number, look, previous) if look else [],
        "before": before,
        "after": after,
    }


def _hours(times: list[str], shown: str) -> list[_Hour]:
    last = {int(time[:2]): time for time in times}
    return [_Hour(hour, last.get(hour, ""), bool(shown) and hour == int(shown[:2])) for hour in range(24)]


@page
async def path(context: RequestContext) -> Response:
    """`/-/article/ID/places`: where an article stood, from when to when, and under which headline."""
    number = context.variable("id")
    article, places = await context.ask(
        lambda db: (lookup.find_article(db, str(number)), placements.places_of(db, number, _MAX_PLACES))
    )
    return await context.page("places", places=places, article=article)
