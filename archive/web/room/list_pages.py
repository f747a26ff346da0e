"""List pages: paginated new articles, edits and disappearances; and the page of one day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote

from datasette.utils.asgi import Response

from archive.diff import EditSummary, Piece, words
from archive.diff.summary import PictureChange, Quote
from archive.model.time_zones import zone_of
from archive.queries import days, outlets_followed, recent
from archive.queries.recent import Edit, gists
from archive.storage.connection import Database
from archive.web.room import parameters
from archive.web.room.request import RequestContext, View, page
from archive.web.room.search_page import MOST_SECTIONS, filter_of, filter_query

_QUOTES, _PICTURES = 2, 2


@dataclass(frozen=True, slots=True)
class EditEntry:
    """A list entry of an edit. headline: pieces from old to new; parts: names of the changed parts; quotes, pictures:
    as many as the list has room for; more: how many are left out."""

    edit: Edit
    headline: tuple[Piece, ...]
    parts: tuple[str, ...]
    gist: EditSummary
    quotes: Sequence[Quote]
    pictures: Sequence[PictureChange]
    more: int


def edit_entries_of(db: Database, edits: Iterable[Edit], quotes: int = _QUOTES) -> list[EditEntry]:
    """The list entries of edits. quotes: the most quotes of each."""
    found = list(edits)
    gist_of = gists(db, ((edit.old_version_id, edit.new_version_id) for edit in found))
    return [_entry(edit, gist_of.get(edit.new_version_id, EditSummary()), quotes) for edit in found]


def _entry(edit: Edit, gist: EditSummary, quotes: int) -> EditEntry:
    parts = tuple(part.strip() for part in edit.changed.split(","))
    headline = words(edit.old_headline, edit.new_headline) if "headline" in parts else ()
    more = len(gist.below[quotes:]) + len(gist.pictures[_PICTURES:])
    return EditEntry(
        edit, headline or (Piece("equal", edit.new_headline),), parts, gist, gist.below[:quotes],
        gist.pictures[:_PICTURES], more,
    )  # fmt: skip


_PER_PAGE, _LAST_PAGE = 30, 1000
_PER_DAY = 500


def _cards_page(kind: str, query: Callable[..., list[recent.Card]]) -> View:
    """`/-/new`: articles, the latest published first; `/-/gone`: gone articles, the latest disappearance first."""

    @page
    async def cards(context: RequestContext) -> Response:
        chosen, offset = filter_of(context), _offset(context)
        found = await context.ask(lambda db: query(db, chosen, limit=_PER_PAGE + 1, offset=offset))
        return await _list(context, kind, found)

    return cards


new, gone = _cards_page("new", recent.published), _cards_page("gone", recent.gone)


@page
async def edits(context: RequestContext) -> Response:
    """`/-/edits`: edits, the latest first; with `?order=weight`, those with the highest weight first."""
    article_filter, offset = filter_of(context), _offset(context)
    order: recent.EditOrder = "weight" if context.choice("order", ("time", "weight")) == "weight" else "time"

    def found(db: Database) -> list[EditEntry]:
        return edit_entries_of(db, recent.edits(db, article_filter, order=order, limit=_PER_PAGE + 1, offset=offset))

    return await _list(context, "edits", await context.ask(found), order=order)


def _offset(context: RequestContext) -> int:
    return (context.number("page", 1, _LAST_PAGE) - 1) * _PER_PAGE


async def _list(context: RequestContext, kind: str, items: list[Any], **values: Any) -> Response:
    number = context.number("page", 1, _LAST_PAGE)
    return await context.page(
        "list", kind=kind, found=items[:_PER_PAGE], more=len(items) > _PER_PAGE, number=number,
        sections=await context.ask(lambda db: outlets_followed.sections(db)[:MOST_SECTIONS]),
        article_filter=filter_of(context), filter_query=filter_query(filter_of(context)), **values,
    )  # fmt: skip


@page
async def day(context: RequestContext) -> Response:
    """`/-/day/2026-05-20`: articles published, edited and gone on a day, in the outlet's time zone."""
    requested_day = parameters.day(unquote(context.request.url_vars["day"]))
    lists = await context.ask(lambda db: _day(db, context, requested_day))
    before = requested_day - timedelta(1) if requested_day > date.min else None
    after = requested_day + timedelta(1) if requested_day < date.max else None
    return await context.page("day", day=requested_day, found=lists, before=before, after=after)


def _day(db: Database, context: RequestContext, requested_day: date) -> dict[str, Any]:
    article_filter = filter_of(context)
    outlets = outlets_followed.outlets(db)
    chosen = next((outlet for outlet in outlets if outlet.name == article_filter.outlet), None)
    zone = zone_of((chosen or outlets[0]).timezone) if outlets else zone_of("UTC")
    between = days.moments(requested_day, requested_day, zone)
    edit_entries = edit_entries_of(db, recent.edits(db, article_filter, between=between, limit=_PER_DAY))
    shown = [chosen] if chosen else outlets
    states = [(outlet, days.days(db, outlet, requested_day, requested_day).state(requested_day)) for outlet in shown]
    published = replace(article_filter, since=requested_day.isoformat(), until=requested_day.isoformat())
    return {
        "new": recent.published(db, published, limit=_PER_DAY),
        "edits": sorted(edit_entries, key=lambda entry: -entry.gist.weight),
        "gone": recent.gone(db, article_filter, between=between, limit=_PER_DAY),
        # the outlets that were not crawled on the day, each with the day's state
        "unwatched": [(outlet, state) for outlet, state in states if state != "seen"],
    }
