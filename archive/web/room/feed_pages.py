"""Outgoing feeds: Atom (RFC 4287) and JSON Feed (https://www.jsonfeed.org/version/1.1/) of new articles, edits and
disappearances, for any search, author, photographer, section or article.

Entry ids are made of the article's URL at the outlet and of the event, so that they stay when the archive moves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from datasette.utils.asgi import Response

from archive.diff.summary import line
from archive.queries import outlets_followed, recent
from archive.storage.connection import Database
from archive.web.room.list_pages import EditEntry, edit_entries_of, filter_of, filter_query
from archive.web.room.request import HEADERS, RequestContext, page, site

_MOST_ENTRIES = 50
_MOST_QUOTES = 8
_ATOM, _JSON = "application/atom+xml; charset=utf-8", "application/feed+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Entry:
    """A feed entry. updated: when we saw it, UTC; path: of its page in the room; address: its URL at the outlet; entry:
    the list entry of an edit; content: the whole entry as HTML."""

    id: str
    title: str
    updated: str
    path: str
    summary: str
    section: str | None
    author: str | None
    published: str | None
    address: str
    entry: EditEntry | None = None
    thumbnail: str | None = None
    content: str = ""


@page
async def feed(context: RequestContext) -> Response:
    """`/-/feeds/new.atom`, `edits.atom`, `gone.atom`, and the same as `.json`, filtered by the query of a search."""
    kind, form = (context.request.url_vars[name] for name in ("kind", "form"))
    found, outlets = await context.ask(lambda db: (list(_ENTRIES_OF[kind](db, context)), outlets_followed.outlets(db)))
    content = context.datasette.jinja_env.get_template("room/_entry.html")
    entries = [
        replace(entry, content=(await content.render_async(item=entry, **context.spoken())).strip()) for entry in found
    ]
    feed_info = _feed_info(context, kind, site(outlets))
    latest = max((entry.updated for entry in entries), default="1970-01-01T00:00:00Z")
    if form == "json":
        body = json.dumps(_as_json(context, feed_info, entries), ensure_ascii=False)
    else:
        template = context.datasette.jinja_env.get_template("room/feed.atom")
        body = await template.render_async(**context.spoken(), **feed_info, entries=entries, updated=latest)
    headers = {**HEADERS, "Content-Language": context.language}
    return Response(body, headers=headers, content_type=_JSON if form == "json" else _ATOM)


def _feed_info(context: RequestContext, kind: str, name: str) -> dict[str, Any]:
    query = filter_query(filter_of(context))
    words = f" ({context.argument('q')})" if context.argument("q") else ""
    return {
        "kind": kind,
        "query": query,
        "site": name,
        "title": f"{context.say('site.name', site=name)}: {context.say(f'feed.{kind}')}{words}",
        "identifier": _identifier(context.permanent(f"/-/feeds/{kind}.atom?{query}")),
        "page": context.permanent(f"/-/{kind}" + (f"?{query}" if query else "")),
    }


def _as_json(context: RequestContext, feed_info: dict[str, Any], entries: list[Entry]) -> dict[str, Any]:
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed_info["title"],
        "home_page_url": feed_info["page"],
        "feed_url": context.permanent(context.feed_path(feed_info["kind"], feed_info["query"], "json")),
        "language": context.language,
        "items": [_item(context, entry) for entry in entries],
    }


def _item(context: RequestContext, entry: Entry) -> dict[str, Any]:
    values = {
        "id": entry.id,
        "url": context.permanent(entry.path),
        "external_url": entry.address,
        "title": entry.title,
        "content_html": entry.content,
        "summary": entry.summary,
        "date_modified": entry.updated,
        "date_published": entry.published,
        "authors": [{"name": entry.author}] if entry.author else None,
        "tags": [entry.section] if entry.section else None,
    }
    return {name: value for name, value in values.items() if value}


def _identifier(name: str) -> str:
    return uuid5(NAMESPACE_URL, name).urn


def _new(db: Database, context: RequestContext) -> Iterator[Entry]:
    for card in recent.arrived(db, filter_of(context), limit=_MOST_ENTRIES):
        yield Entry(
            _identifier(f"{card.url}#article"), card.headline, card.first_seen_at, f"/-/article/{card.id}",
            card.lead or "", card.section, card.byline, card.published_at, card.url, thumbnail=card.thumbnail,
        )  # fmt: skip


def _edits(db: Database, context: RequestContext) -> Iterator[Entry]:
    for edit_entry in edit_entries_of(db, recent.edits(db, filter_of(context), limit=_MOST_ENTRIES), _MOST_QUOTES):
        edit, quotes = edit_entry.edit, edit_entry.gist.quotes
        parts = (context.say(f"changed.{part}") for part in edit_entry.parts)
        yield Entry(
            _identifier(f"{edit.url}#v{edit.number}"), edit.new_headline, edit.edited_at,
            f"/-/diff/{edit.article_id}/v{edit.number - 1}..v{edit.number}",
            line(quotes[0].pieces) if quotes else ", ".join(parts), edit.section, None, None, edit.url, edit_entry,
        )  # fmt: skip


def _gone(db: Database, context: RequestContext) -> Iterator[Entry]:
    for card in recent.gone(db, filter_of(context), limit=_MOST_ENTRIES):
        yield Entry(
            _identifier(f"{card.url}#gone-{card.gone_since}"), card.headline, card.gone_since or "",
            f"/-/article/{card.id}", context.reason(card.gone_reason), card.section, card.byline, card.published_at,
            card.url,
        )  # fmt: skip


_ENTRIES_OF: dict[str, Callable[[Database, RequestContext], Iterator[Entry]]] = {
    "new": _new, "edits": _edits, "gone": _gone,
}  # fmt: skip
