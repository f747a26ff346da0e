"""Feeds out: Atom (RFC 4287) of new articles, edits and disappearances, for any search.

Identifiers are made of the paper's address and of what happened when, so that they stay when the archive moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from datasette.utils.asgi import Response
from sqlite_utils import Database

from archive.datasette.room.searching import filters, wanted_by
from archive.datasette.room.visit import HEADERS, Visit, page, site
from archive.store import lately, papers

_ENTRIES = 50
_TYPE = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry. updated: when our clock saw it, UTC; path: of its page; parts: names of what an edit changed."""

    id: str
    title: str
    updated: str
    path: str
    summary: str
    section: str | None
    author: str | None
    published: str | None


@page
async def feed(visit: Visit) -> Response:
    """`/-/feeds/new.atom`, `edits.atom`, `gone.atom`, with the query of a search."""
    kind = visit.request.url_vars["kind"]
    entries, every = await visit.ask(lambda db: (list(_ENTRIES_OF[kind](db, visit)), papers.papers(db)))
    environment = visit.datasette.jinja_env
    environment.filters["printable"] = _printable
    template = environment.get_template("room/feed.atom")
    query = filters(wanted_by(visit))
    body = await template.render_async(
        visit=visit, t=visit.tell, kind=kind, entries=entries, site=site(every), query=query,
        updated=max((entry.updated for entry in entries), default="1970-01-01T00:00:00Z"),
        identifier=_identifier(visit.permanent(f"/-/feeds/{kind}.atom?{query}")),
    )  # fmt: skip
    return Response(body, headers={**HEADERS, "Content-Language": visit.language}, content_type=_TYPE)


def _printable(text: str) -> str:
    """Without what XML may not contain."""
    return "".join(letter for letter in text if letter.isprintable())


def _identifier(name: str) -> str:
    return uuid5(NAMESPACE_URL, name).urn


def _new(db: Database, visit: Visit) -> Iterator[Entry]:
    for card in lately.arrived(db, wanted_by(visit), limit=_ENTRIES):
        yield Entry(
            _identifier(f"{card.url}#article"), card.headline, card.first_seen_at, f"/-/article/{card.id}",
            card.lead or "", card.section, card.byline, card.published_at,
        )  # fmt: skip


def _edits(db: Database, visit: Visit) -> Iterator[Entry]:
    for edit in lately.edits(db, wanted_by(visit), limit=_ENTRIES):
        parts = ", ".join(visit.say(f"changed.{part.strip()}") for part in edit.changed.split(","))
        counts = visit.say("diff.words", removed=edit.words_removed or 0, added=edit.words_added or 0)
        headline = f"{edit.old_headline} → " if edit.old_headline != edit.new_headline else ""
        yield Entry(
            _identifier(f"{edit.url}#v{edit.number}"), edit.new_headline, edit.edited_at,
            f"/-/diff/{edit.article_id}/v{edit.number - 1}..v{edit.number}",
            f"{headline}{edit.new_headline}: {parts}; {counts}" if headline else f"{parts}; {counts}",
            edit.section, None, None,
        )  # fmt: skip


def _gone(db: Database, visit: Visit) -> Iterator[Entry]:
    for card in lately.gone(db, wanted_by(visit), limit=_ENTRIES):
        yield Entry(
            _identifier(f"{card.url}#gone-{card.gone_since}"), card.headline, card.gone_since or "",
            f"/-/article/{card.id}", visit.reason(card.gone_reason), card.section, card.byline, card.published_at,
        )  # fmt: skip


_ENTRIES_OF = {"new": _new, "edits": _edits, "gone": _gone}
