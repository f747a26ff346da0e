"""The article page: one version with its history and provenance, and its citation as BibTeX, RIS, CSL-JSON, JSON-LD."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from datasette.utils.asgi import Response

from archive.model import clock
from archive.model.clock import day_span, zone_of
from archive.model.records import Reading
from archive.queries import lookup, outlets_followed
from archive.queries.lookup import Article, Version
from archive.queries.placements import PlacementSpan, highest, places_of
from archive.storage.captures import kept_captures
from archive.storage.captures.kept_captures import CapturedTombstone, Provenance, provenance_of
from archive.storage.connection import Database
from archive.storage.integrity.column_validation import unreadable_row
from archive.web.configuration import Part, parts
from archive.web.room import parameters
from archive.web.room.memento import links, written
from archive.web.room.request import HEADERS, RequestContext, page
from archive.web.room.translations import local

_TYPES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "json": "application/vnd.citationstyles.csl+json; charset=utf-8",
}
_UNAPI = '<?xml version="1.0"?><formats><format name="ris" type="application/x-research-info-systems"/></formats>'
_VERSION = re.compile(r"[1-9]\d{0,17}/v[1-9]\d{0,8}", re.ASCII)
_BIBTEX = str.maketrans({
    **{letter: f"\\{letter}" for letter in "#$%&_{}"},
    "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cited:
    """The fields of a citation of a version. published: aware, None where the page names no time; archived: when this
    version was first seen, in the outlet's zone; address: permanent URL of the version; archive: name of this archive;
    original: the article's URL at the outlet."""

    key: str
    headline: str
    authors: tuple[str, ...]
    outlet: str
    section: str | None
    language: str | None
    published: datetime | None
    archived: datetime | None
    address: str
    original: str
    abstract: str | None
    digest: str
    archive: str = ""


def cited(context: RequestContext, outlet: str, article: Article, version: Version, reading: Reading) -> Cited:
    archived = clock.read(version.first_seen_at)
    authors = reading.authors or ((reading.byline,) if reading.byline else ())
    return Cited(
        f"{article.outlet}-{article.id}-v{version.number}", reading.headline, authors, outlet, reading.section,
        reading.language, reading.published_at, archived.astimezone(zone_of(article.timezone)) if archived else None,
        context.permanent(f"/-/article/{article.id}/v{version.number}"), article.url, reading.lead, version.digest,
        context.say("site.name", site=outlet),
    )  # fmt: skip


@page
async def citation(context: RequestContext) -> Response:
    """`/-/article/ID/vN.bib`, `.ris`, `.json`"""
    number, form = context.variable("id"), context.request.url_vars["form"]
    cited_version = await context.ask(lambda db: _cited(db, context, number))
    body = {"bib": bibtex, "ris": ris, "json": csl_json}[form](cited_version)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{cited_version.key}.{form}"'}
    return Response(body, headers=headers, content_type=_TYPES[form])


@page
async def unapi(context: RequestContext) -> Response:
    """`/-/unapi`: the formats of unAPI (http://unapi.info/specs/), by which Zotero imports what a page is about; with
    `?id=ID/vN&format=ris`, redirects to the citation."""
    if not context.argument("format"):
        return Response(_UNAPI, headers=HEADERS, content_type="application/xml; charset=utf-8")
    form, version = context.choice("format", ("ris",)), _VERSION.fullmatch(context.argument("id"))
    if version is None:
        return await context.refusal(404, context.say("search.no_address"))
    return Response.redirect(context.to(f"/-/article/{version[0]}.{form}"))


def _cited(db: Database, context: RequestContext, number: int) -> Cited:
    article = lookup.find_article(db, str(number))
    version_number, reading = lookup.reading_of(db, number, context.variable("number"))
    version = next(version for version in lookup.versions_of(db, number) if version.number == version_number)
    title = next(outlet.title for outlet in outlets_followed.outlets(db) if outlet.name == article.outlet)
    return cited(context, title, article, version, reading)


def bibtex(item: Cited) -> str:
    """An entry of type `online` (BibLaTeX), which BibTeX treats as `misc`. Braces keep the case of words."""
    fields = {
        "author": " and ".join(f"{{{_bibtex_escaped(name)}}}" for name in item.authors),
        "title": f"{{{_bibtex_escaped(item.headline)}}}",
        "organization": _bibtex_escaped(item.outlet),
        "date": item.published.date().isoformat() if item.published else "",
        "url": item.address,
        "urldate": item.archived.date().isoformat() if item.archived else "",
        "language": item.language or "",
        "note": f"{_bibtex_escaped(item.original)}, {item.digest}",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@online{{{re.sub(r'[^A-Za-z0-9-]', '-', item.key)},", *lines, "}", ""])


def _bibtex_escaped(text: str) -> str:
    return " ".join(text.translate(_BIBTEX).split())


def ris(item: Cited) -> str:
    """A record of type NEWS (https://en.wikipedia.org/wiki/RIS_(file_format)); lines end with CR LF."""
    fields = [
        ("TY", "NEWS"), *(("AU", name) for name in item.authors), ("TI", item.headline), ("T2", item.outlet),
        ("DA", f"{item.published:%Y/%m/%d/}" if item.published else ""), ("SE", item.section), ("AB", item.abstract),
        ("LA", item.language), ("UR", item.address), ("L2", item.original),
        ("Y2", f"{item.archived:%Y/%m/%d/}" if item.archived else ""), ("DB", item.archive),
        ("AV", item.address), ("N1", f"{item.original}, {item.digest}"), ("ER", " "),
    ]  # fmt: skip
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in fields if value]
    return "\r\n".join([*lines, ""])


def csl_json(item: Cited) -> str:
    """A list of one item (https://docs.citationstyles.org/en/stable/specification.html)."""
    values = {
        "id": item.key,
        "type": "article-newspaper",
        "title": item.headline,
        "author": [{"literal": name} for name in item.authors],
        "container-title": item.outlet,
        "section": item.section,
        "language": item.language,
        "issued": _date_parts(item.published),
        "accessed": _date_parts(item.archived),
        "URL": item.address,
        "abstract": item.abstract,
        "note": f"{item.original}, {item.digest}",
    }
    return json.dumps([{name: value for name, value in values.items() if value}], ensure_ascii=False, indent=1)


def _date_parts(moment: datetime | None) -> dict[str, Any] | None:
    return {"date-parts": [[moment.year, moment.month, moment.day]]} if moment else None


def json_ld(item: Cited, modified: datetime | None) -> dict[str, Any]:
    """The version as schema.org's NewsArticle."""
    values = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": item.address,
        "url": item.address,
        "headline": item.headline,
        "author": [{"@type": "Person", "name": name} for name in item.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": item.outlet},
        "articleSection": item.section,
        "inLanguage": item.language,
        "description": item.abstract,
        "datePublished": item.published.isoformat() if item.published else None,
        "dateModified": modified.isoformat() if modified else None,
        "isBasedOn": item.original,
        "identifier": item.digest,
    }
    return {name: value for name, value in values.items() if value}


_CAPTURES = 30
_PLACES = 1_000
_PATH = "/-/article/{}"


@dataclass(frozen=True, slots=True)
class Happening:
    """An event in the article's history, at time `at`: a version first seen, a disappearance or a return."""

    at: str
    version: Version | None = None
    tombstone: CapturedTombstone | None = None


@dataclass(frozen=True, slots=True)
class _ArticlePage:
    article: Article
    outlet: outlets_followed.FollowedOutlet
    versions: list[Version]
    version: Version
    provenance: Provenance
    reading: Reading
    parts: list[Part]
    history: list[Happening]
    captures: list[kept_captures.CaptureRow]
    place: PlacementSpan | None


@page
async def article(context: RequestContext) -> Response:
    """`/-/article/ID`: the newest version; with `?as_of=DAY`, redirects to the version at the end of that day."""
    number = context.variable("id")
    if context.argument("as_of"):
        return await _as_of(context, number)
    return await _page(context, await context.ask(lambda db: _shown(db, number, None)), newest=True)


@page
async def version(context: RequestContext) -> Response:
    """`/-/article/ID/vN`: one version; a permanent URL."""
    number = context.variable("number")
    shown = await context.ask(lambda db: _shown(db, context.variable("id"), number))
    return await _page(context, shown, newest=False)


@page
async def at_address(context: RequestContext) -> Response:
    """`/-/at?url=URL`: redirects to the article at any URL it was ever known under."""
    url = context.argument("url")
    article = await context.ask(lambda db: lookup.find_article(db, url))
    return Response.redirect(context.to(_PATH.format(article.id)))


async def _as_of(context: RequestContext, number: int) -> Response:
    day = parameters.day(context.argument("as_of"), last=True)
    article, version_number = await context.ask(lambda db: _version_on(db, number, day))
    if version_number is None:
        first = context.written(local(article.first_seen_at, article.timezone).date())
        sentence = context.say("article.not_yet", day=context.written(day), first=first)
        return await context.refusal(404, sentence, back=context.to(_PATH.format(number)))
    return Response.redirect(context.to(f"{_PATH.format(number)}/v{version_number}"))


def _version_on(db: Database, number: int, day: date) -> tuple[Article, int | None]:
    """The number of the version at the end of a day, in the outlet's zone; None before the first."""
    article = lookup.find_article(db, str(number))
    _, end = day_span(day, day, article.timezone)
    earlier = [version.number for version in lookup.versions_of(db, number) if version.first_seen_at < end]
    return article, earlier[-1] if earlier else None


def _shown(db: Database, number: int, version_number: int | None) -> _ArticlePage:
    article = lookup.find_article(db, str(number))
    shown, reading = lookup.reading_of(db, number, version_number)
    versions = lookup.versions_of(db, number)
    outlet = next((outlet for outlet in outlets_followed.outlets(db) if outlet.name == article.outlet), None)
    if outlet is None:
        raise unreadable_row(f"article {number}", "its outlet is no outlet that can be")
    return _ArticlePage(
        article, outlet, versions,
        next(version for version in versions if version.number == shown), provenance_of(db, number)[shown], reading,
        list(parts(reading)), history(versions, kept_captures.tombstones_of(db, number)),
        kept_captures.captures_of(db, number, _CAPTURES), highest(places_of(db, number, _PLACES)),
    )  # fmt: skip


async def _page(context: RequestContext, shown: _ArticlePage, *, newest: bool) -> Response:
    citation = cited(context, shown.outlet.title, shown.article, shown.version, shown.reading)
    headers = {"Link": links(context, shown.article, shown.versions, shown.version)}
    if not newest:
        headers["Memento-Datetime"] = written(shown.version.first_seen_at)
    return await context.page(
        "article", shown=shown, newest=newest, permanent=citation.address, item=citation, headers=headers,
        data_block=json_ld(citation, shown.reading.modified_at),
    )  # fmt: skip


def history(versions: Sequence[Version], tombstones: Sequence[CapturedTombstone]) -> list[Happening]:
    """All events of an article, the latest first."""
    happenings = [Happening(version.first_seen_at, version=version) for version in versions]
    for tombstone in tombstones:
        happenings.append(Happening(tombstone.gone_at, tombstone=replace(tombstone, returned_at=None)))
        if tombstone.returned_at:
            happenings.append(Happening(tombstone.returned_at, tombstone=tombstone))
    return sorted(happenings, key=lambda happening: happening.at, reverse=True)
