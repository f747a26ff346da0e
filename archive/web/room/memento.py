"""The archive in time, for programs that speak Memento (RFC 7089): TimeGate, TimeMap, and what a version's page says of
its moment.

A memento is a version's page. It stood from its first sight on, so the one of a moment is the last that was first seen
by then, or the first one where the moment is earlier.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from datasette.utils.asgi import Response

from archive.model import clock
from archive.queries import lookup
from archive.queries.lookup import Article, Version
from archive.storage.connection import Database
from archive.web.room.request import HEADERS, Visit, page

_LINK = "application/link-format; charset=utf-8"


@page
async def timegate(visit: Visit) -> Response:
    """`/-/timegate/ADDRESS`: to the version that stood at Accept-Datetime; to the newest where none is named."""
    asked = visit.request.headers.get("accept-datetime", "")
    wanted = _moment(asked)
    if asked and wanted is None:
        return await visit.refusal(400, visit.say("refusal.400"))
    article, versions = await visit.ask(lambda db: _article(db, _address(visit)))
    chosen = standing(versions, wanted) if wanted else versions[-1]
    headers = {
        **HEADERS,
        "Location": memento(visit, article, chosen),
        "Vary": "accept-datetime",
        "Link": links(visit, article),
        "Cache-Control": "no-cache",
    }
    return Response("", status=302, headers=headers)


@page
async def timemap(visit: Visit) -> Response:
    """`/-/timemap/ID`: all versions of an article in link format."""
    article, versions = await visit.ask(lambda db: _article(db, str(visit.variable("id"))))
    return Response(_as_links(visit, article, versions), headers=HEADERS, content_type=_LINK)


@page
async def timemap_of(visit: Visit) -> Response:
    """`/-/timemap/link/ADDRESS`, `/-/timemap/json/ADDRESS`"""
    article, versions = await visit.ask(lambda db: _article(db, _address(visit)))
    if visit.request.url_vars["form"] == "link":
        return Response(_as_links(visit, article, versions), headers=HEADERS, content_type=_LINK)
    listed = [{"datetime": one.first_seen_at, "uri": memento(visit, article, one)} for one in versions]
    told = {
        "original_uri": article.url,
        "timegate_uri": _gate(visit, article),
        "timemap_uri": {"link_format": visit.permanent(f"/-/timemap/{article.id}")},
        "mementos": {"list": listed, "first": listed[0], "last": listed[-1]},
    }
    return Response(json.dumps(told), headers=HEADERS, content_type="application/json; charset=utf-8")


def _address(visit: Visit) -> str:
    """The address in the path, which may have a query of its own."""
    query = visit.request.query_string
    return str(visit.request.url_vars["url"]) + (f"?{query}" if query else "")


def _article(db: Database, address: str) -> tuple[Article, list[Version]]:
    article = lookup.find_article(db, address)
    return article, lookup.versions_of(db, article.id)


def standing(versions: Sequence[Version], at: datetime) -> Version:
    """The version that stood at a moment; the first one before that."""
    stood = [one for one in versions if one.first_seen_at <= clock.stamp(at)]
    return stood[-1] if stood else versions[0]


def _moment(text: str) -> datetime | None:
    """A date of HTTP (RFC 9110, section 5.6.7); None for anything else."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def written(stamp: str) -> str:
    """A stored time as HTTP writes it."""
    return format_datetime(clock.parse(stamp).astimezone(UTC), usegmt=True)


def memento(visit: Visit, article: Article, version: Version) -> str:
    """The address of a version."""
    return visit.permanent(f"/-/article/{article.id}/v{version.number}")


def _gate(visit: Visit, article: Article) -> str:
    return visit.permanent(f"/-/timegate/{_plain(article.url)}")


def _plain(url: str) -> str:
    """An address as it may stand in a header and a link: nothing that ends either, and ASCII."""
    return "".join(letter if "!" <= letter <= "~" and letter not in '<>"' else _quoted(letter) for letter in url)


def _quoted(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "replace"))


def links(visit: Visit, article: Article) -> str:
    """The Link header of a version: its original, its TimeGate, its TimeMap."""
    return ", ".join(
        (
            f'<{_plain(article.url)}>; rel="original"',
            f'<{_gate(visit, article)}>; rel="timegate"',
            f'<{visit.permanent(f"/-/timemap/{article.id}")}>; rel="timemap"; type="application/link-format"',
        )
    )


def _as_links(visit: Visit, article: Article, versions: Sequence[Version]) -> str:
    span = f'from="{written(versions[0].first_seen_at)}"; until="{written(versions[-1].first_seen_at)}"'
    told = [
        f'<{_plain(article.url)}>; rel="original"',
        f'<{_gate(visit, article)}>; rel="timegate"',
        f'<{visit.permanent(f"/-/timemap/{article.id}")}>; rel="self"; type="application/link-format"; {span}',
    ]
    for n, one in enumerate(versions):
        place = " ".join(name for name, at in (("first", 0), ("last", len(versions) - 1)) if n == at)
        rel = f"{place} memento".strip()
        told.append(f'<{memento(visit, article, one)}>; rel="{rel}"; datetime="{written(one.first_seen_at)}"')
    return ",\n".join(told) + "\n"
