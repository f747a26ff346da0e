"""The article page: one version of an article, with its history and provenance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from datasette.utils.asgi import Response

from archive.model.records import Reading
from archive.model.time_zones import zone_of
from archive.queries import lookup, outlets_followed
from archive.queries.days import moments
from archive.queries.lookup import Article, Version
from archive.queries.placements import Place, highest, places_of
from archive.storage.captures import http_exchange
from archive.storage.captures.http_exchange import Tombstone
from archive.storage.captures.kept_captures import Provenance, provenance_of
from archive.storage.connection import Database
from archive.web.reading_parts import Part, parts
from archive.web.room import parameters
from archive.web.room.citations import cited, json_ld
from archive.web.room.local_times import local
from archive.web.room.memento import links, written
from archive.web.room.request import Visit, page

_CAPTURES = 30
_PLACES = 1_000
_PATH = "/-/article/{}"


@dataclass(frozen=True, slots=True)
class Happening:
    """An event in the article's history, at time `at`: a version first seen, a disappearance or a return."""

    at: str
    version: Version | None = None
    tombstone: Tombstone | None = None


@dataclass(frozen=True, slots=True)
class _ArticlePage:
    article: Article
    paper: outlets_followed.FollowedOutlet
    versions: list[Version]
    version: Version
    provenance: Provenance
    reading: Reading
    parts: list[Part]
    history: list[Happening]
    captures: list[http_exchange.CaptureRow]
    place: Place | None


@page
async def article(visit: Visit) -> Response:
    """`/-/article/ID`: the newest version; with `?as_of=DAY`, redirects to the version at the end of that day."""
    number = visit.variable("id")
    if visit.argument("as_of"):
        return await _as_of(visit, number)
    shown = await visit.ask(lambda db: _shown(db, number, None))
    return await _page(visit, shown, newest=True)


@page
async def version(visit: Visit) -> Response:
    """`/-/article/ID/vN`: one version; a permanent URL."""
    number = visit.variable("number")
    shown = await visit.ask(lambda db: _shown(db, visit.variable("id"), number))
    return await _page(visit, shown, newest=False)


@page
async def at_address(visit: Visit) -> Response:
    """`/-/at?url=URL`: redirects to the article at any URL it was ever known under."""
    url = visit.argument("url")
    article = await visit.ask(lambda db: lookup.find_article(db, url))
    return Response.redirect(visit.to(_PATH.format(article.id)))


async def _as_of(visit: Visit, number: int) -> Response:
    day = parameters.day(visit.argument("as_of"), last=True)
    article, version_number = await visit.ask(lambda db: _version_on(db, number, day))
    if version_number is None:
        first = visit.written(local(article.first_seen_at, article.timezone).date())
        newest = visit.to(_PATH.format(number))
        return await visit.refusal(404, visit.say("article.not_yet", day=visit.written(day), first=first), back=newest)
    return Response.redirect(visit.to(f"{_PATH.format(number)}/v{version_number}"))


def _version_on(db: Database, number: int, day: date) -> tuple[Article, int | None]:
    """The number of the version at the end of a day, in the outlet's zone; None before the first."""
    article = lookup.find_article(db, str(number))
    _, end = moments(day, day, zone_of(article.timezone))
    earlier = [version.number for version in lookup.versions_of(db, number) if version.first_seen_at < end]
    return article, earlier[-1] if earlier else None


def _shown(db: Database, number: int, wanted: int | None) -> _ArticlePage:
    article = lookup.find_article(db, str(number))
    shown, reading = lookup.reading_of(db, number, wanted)
    versions = lookup.versions_of(db, number)
    return _ArticlePage(
        article,
        next(paper for paper in outlets_followed.papers(db) if paper.name == article.outlet),
        versions,
        next(version for version in versions if version.number == shown),
        provenance_of(db, number)[shown],
        reading,
        list(parts(reading)),
        history(versions, http_exchange.tombstones_of(db, number)),
        http_exchange.captures_of(db, number, _CAPTURES),
        highest(places_of(db, number, _PLACES)),
    )


async def _page(visit: Visit, shown: _ArticlePage, *, newest: bool) -> Response:
    citation = cited(visit, shown.paper.title, shown.article, shown.version, shown.reading)
    headers = {"Link": links(visit, shown.article, shown.versions, shown.version)}
    if not newest:
        headers["Memento-Datetime"] = written(shown.version.first_seen_at)
    return await visit.page(
        "article", shown=shown, newest=newest, permanent=citation.address, one=citation, headers=headers,
        data_block=json_ld(citation, shown.reading.modified_at),
    )  # fmt: skip


def history(versions: Sequence[Version], tombstones: Sequence[Tombstone]) -> list[Happening]:
    """All events of an article, the latest first."""
    happenings = [Happening(version.first_seen_at, version=version) for version in versions]
    for tombstone in tombstones:
        happenings.append(Happening(tombstone.gone_at, tombstone=replace(tombstone, returned_at=None)))
        if tombstone.returned_at:
            happenings.append(Happening(tombstone.returned_at, tombstone=tombstone))
    return sorted(happenings, key=lambda happening: happening.at, reverse=True)
