"""The Memento protocol (RFC 7089): TimeGate, TimeMap, and the Memento headers of a version's page.

A memento is a version's page. A version is valid from when it was first seen, so the memento for a moment is the last
version first seen by then, or the first version where the moment is earlier.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

from datasette.utils.asgi import Response

from archive.model import clock
from archive.queries import lookup
from archive.queries.lookup import Article, Version
from archive.storage.connection import Database
from archive.web.room.request import HEADERS, RequestContext, page

# Without a charset, which the type has not (RFC 6690): some clients compare the whole header.
_LINK = "application/link-format"


@page
async def timegate(context: RequestContext) -> Response:
    """`/-/timegate/URL`: redirects to the version at Accept-Datetime, or without that header to the newest."""
    accept_datetime = context.request.headers.get("accept-datetime", "")
    moment = clock.http_date(accept_datetime)
    if accept_datetime and moment is None:
        return await context.refusal(400, context.say("memento.datetime"))
    article, versions = await context.ask(lambda db: _article(db, requested_url(context)))
    version = version_at(versions, moment) if moment else versions[-1]
    headers = {
        **HEADERS,
        "Location": memento(context, article, version),
        "Vary": "accept-datetime",
        "Link": links(context, article, versions, version),
        "Cache-Control": "no-cache",
    }
    return Response("", status=302, headers=headers)


@page
async def timemap(context: RequestContext) -> Response:
    """`/-/timemap/ID`: all versions of an article in link format."""
    article, versions = await context.ask(lambda db: _article(db, str(context.variable("id"))))
    return Response(_as_links(context, article, versions), headers=HEADERS, content_type=_LINK)


@page
async def timemap_of(context: RequestContext) -> Response:
    """`/-/timemap/link/URL`, `/-/timemap/json/URL`: all versions in link format or as JSON."""
    article, versions = await context.ask(lambda db: _article(db, requested_url(context)))
    if context.request.url_vars["form"] == "link":
        return Response(_as_links(context, article, versions), headers=HEADERS, content_type=_LINK)
    mementos = [{"datetime": version.first_seen_at, "uri": memento(context, article, version)} for version in versions]
    document = {
        "original_uri": article.url,
        "timegate_uri": _timegate_url(context, article),
        "timemap_uri": {"link_format": _timemap_url(context, article)},
        "mementos": {"list": mementos, "first": mementos[0], "last": mementos[-1]},
    }
    return Response(json.dumps(document), headers=HEADERS, content_type="application/json; charset=utf-8")


def requested_url(context: RequestContext) -> str:
    """The URL in the path, which may have a query of its own."""
    query = context.request.query_string
    return str(context.request.url_vars["url"]) + (f"?{query}" if query else "")


def _article(db: Database, address: str) -> tuple[Article, list[Version]]:
    article = lookup.find_article(db, address)
    return article, lookup.versions_of(db, article.id)


def version_at(versions: Sequence[Version], moment: datetime) -> Version:
    """The version at a moment; the first version for an earlier moment."""
    earlier = [version for version in versions if version.first_seen_at <= clock.stamp(moment)]
    return earlier[-1] if earlier else versions[0]


def written(stamp: str) -> str:
    """A stored time as an HTTP date."""
    return format_datetime(clock.parse(stamp).astimezone(UTC), usegmt=True)


def memento(context: RequestContext, article: Article, version: Version) -> str:
    """The permanent URL of a version."""
    return context.permanent(f"/-/article/{article.id}/v{version.number}")


def _timegate_url(context: RequestContext, article: Article) -> str:
    return context.permanent(f"/-/timegate/{link_safe(article.url)}")


def link_safe(url: str) -> str:
    """A URL made safe for a header and a link: ASCII, without characters that would end either."""
    return "".join(
        character if "!" <= character <= "~" and character not in '<>"' else quote(character, safe="", errors="replace")
        for character in url
    )


def links(context: RequestContext, article: Article, versions: Sequence[Version], shown: Version) -> str:
    """The Link header of a version: original, TimeGate, TimeMap, the mementos next to it, and the first and last."""
    index = versions.index(shown)
    named = {"first": 0, "prev": index - 1, "next": index + 1, "last": len(versions) - 1}
    mementos = (
        _memento_link(context, article, versions[moment], [name for name, place in named.items() if place == moment])
        for moment in sorted({index, *named.values()})
        if 0 <= moment < len(versions)
    )
    timemap_link = f'<{_timemap_url(context, article)}>; rel="timemap"; type="{_LINK}"'
    return ", ".join((*_original_and_timegate(context, article), timemap_link, *mementos))


def _original_and_timegate(context: RequestContext, article: Article) -> tuple[str, str]:
    return f'<{link_safe(article.url)}>; rel="original"', f'<{_timegate_url(context, article)}>; rel="timegate"'


def _timemap_url(context: RequestContext, article: Article) -> str:
    return context.permanent(f"/-/timemap/{article.id}")


def _memento_link(context: RequestContext, article: Article, version: Version, names: Sequence[str]) -> str:
    rel, stamp = " ".join((*names, "memento")), written(version.first_seen_at)
    return f'<{memento(context, article, version)}>; rel="{rel}"; datetime="{stamp}"'


def _as_links(context: RequestContext, article: Article, versions: Sequence[Version]) -> str:
    span = f'from="{written(versions[0].first_seen_at)}"; until="{written(versions[-1].first_seen_at)}"'
    lines = [
        *_original_and_timegate(context, article),
        f'<{_timemap_url(context, article)}>; rel="self"; type="{_LINK}"; {span}',
    ]
    for index, version in enumerate(versions):
        names = [name for name, position in (("first", 0), ("last", len(versions) - 1)) if index == position]
        lines.append(_memento_link(context, article, version, names))
    return ",\n".join(lines) + "\n"
