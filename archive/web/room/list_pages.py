"""List pages: paginated new articles, edits and disappearances; and the page of one day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from archive.web.room.request import Visit, page
from archive.web.room.search_page import MOST_SECTIONS, filters, wanted_by

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


@page
async def new(visit: Visit) -> Response:
    """`/-/new`: articles, the latest published first."""
    wanted, offset = wanted_by(visit), _offset(visit)
    cards = await visit.ask(lambda db: recent.published(db, wanted, limit=_PER_PAGE + 1, offset=offset))
    return await _list(visit, "new", cards)


@page
async def edits(visit: Visit) -> Response:
    """`/-/edits`: edits, the latest first; with `?order=weight`, those with the highest weight first."""
    wanted, offset = wanted_by(visit), _offset(visit)
    order: recent.EditOrder = "weight" if visit.choice("order", ("time", "weight")) == "weight" else "time"
    entries = await visit.ask(
        lambda db: edit_entries_of(db, recent.edits(db, wanted, order=order, limit=_PER_PAGE + 1, offset=offset))
    )
    return await _list(visit, "edits", entries, order=order)


@page
async def gone(visit: Visit) -> Response:
    """`/-/gone`: gone articles, the latest disappearance first."""
    wanted, offset = wanted_by(visit), _offset(visit)
    cards = await visit.ask(lambda db: recent.gone(db, wanted, limit=_PER_PAGE + 1, offset=offset))
    return await _list(visit, "gone", cards)


def _offset(visit: Visit) -> int:
    return (visit.number("page", 1, _LAST_PAGE) - 1) * _PER_PAGE


async def _list(visit: Visit, kind: str, items: list[Any], **context: Any) -> Response:
    number = visit.number("page", 1, _LAST_PAGE)
    return await visit.page(
        "list", kind=kind, found=items[:_PER_PAGE], more=len(items) > _PER_PAGE, number=number,
        sections=await visit.ask(lambda db: outlets_followed.sections(db)[:MOST_SECTIONS]),
        wanted=wanted_by(visit), filters=filters(wanted_by(visit)), **context,
    )  # fmt: skip


@page
async def day(visit: Visit) -> Response:
    """`/-/day/2026-05-20`: articles published, edited and gone on a day, in the outlet's time zone."""
    requested_day = parameters.day(unquote(visit.request.url_vars["day"]))
    lists = await visit.ask(lambda db: _day(db, visit, requested_day))
    before = requested_day - timedelta(1) if requested_day > date.min else None
    after = requested_day + timedelta(1) if requested_day < date.max else None
    return await visit.page("day", day=requested_day, found=lists, before=before, after=after)


def _day(db: Database, visit: Visit, requested_day: date) -> dict[str, Any]:
    wanted = wanted_by(visit)
    papers = outlets_followed.papers(db)
    chosen = next((paper for paper in papers if paper.name == wanted.outlet), None)
    zone = zone_of((chosen or papers[0]).timezone) if papers else zone_of("UTC")
    between = days.moments(requested_day, requested_day, zone)
    edit_entries = edit_entries_of(db, recent.edits(db, wanted, between=between, limit=_PER_DAY))
    published = replace(wanted, since=requested_day.isoformat(), until=requested_day.isoformat())
    return {
        "new": recent.published(db, published, limit=_PER_DAY),
        "edits": sorted(edit_entries, key=lambda entry: -entry.gist.weight),
        "gone": recent.gone(db, wanted, between=between, limit=_PER_DAY),
        "unwatched": _papers_not_crawled(db, [chosen] if chosen else papers, requested_day),
    }


def _papers_not_crawled(
    db: Database, papers: list[outlets_followed.FollowedOutlet], requested_day: date
) -> list[tuple[outlets_followed.FollowedOutlet, str]]:
    """The outlets that were not crawled on a day, each with the day's state."""
    states = [(paper, str(days.days(db, paper, requested_day, requested_day).state(requested_day))) for paper in papers]
    return [(paper, state) for paper, state in states if state != "seen"]
