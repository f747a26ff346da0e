"""A version as reference managers take it: BibTeX, RIS, CSL-JSON, and what search engines and Zotero read in a page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from datasette.utils.asgi import Response

from archive.model import clock
from archive.model.records import Reading
from archive.queries import lookup, outlets_followed
from archive.queries.lookup import Article, Version
from archive.storage.connection import Database
from archive.web.room.request import HEADERS, Visit, page

_TYPES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "json": "application/vnd.citationstyles.csl+json; charset=utf-8",
}
_BIBTEX = str.maketrans(
    {
        **{letter: f"\\{letter}" for letter in "#$%&_{}"},
        "\\": "\\textbackslash{}",
        "~": "\\textasciitilde{}",
        "^": "\\textasciicircum{}",
    }
)


@dataclass(frozen=True, slots=True)
class Cited:
    """What a citation of a version says. published: aware, None where the page names no time; archived: when this
    version was first seen; address: permanent, of the version; original: where the paper had it."""

    key: str
    headline: str
    authors: tuple[str, ...]
    paper: str
    section: str | None
    language: str | None
    published: datetime | None
    archived: datetime | None
    address: str
    original: str
    abstract: str | None
    digest: str


def cited(visit: Visit, paper: str, article: Article, version: Version, reading: Reading) -> Cited:
    """A version of an article as it is cited."""
    authors = reading.authors or ((reading.byline,) if reading.byline else ())
    return Cited(
        f"{article.outlet}-{article.id}-v{version.number}", reading.headline, authors, paper, reading.section,
        reading.language, reading.published_at, clock.read(version.first_seen_at),
        visit.permanent(f"/-/article/{article.id}/v{version.number}"), article.url, reading.lead, version.digest,
    )  # fmt: skip


@page
async def citation(visit: Visit) -> Response:
    """`/-/article/ID/vN.bib`, `.ris`, `.json`"""
    number, form = visit.variable("id"), visit.request.url_vars["form"]
    one = await visit.ask(lambda db: _cited(db, visit, number))
    body = {"bib": bibtex, "ris": ris, "json": csl_json}[form](one)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{one.key}.{form}"'}
    return Response(body, headers=headers, content_type=_TYPES[form])


def _cited(db: Database, visit: Visit, number: int) -> Cited:
    article = lookup.find_article(db, str(number))
    shown, reading = lookup.reading_of(db, number, visit.variable("number"))
    version = next(one for one in lookup.versions_of(db, number) if one.number == shown)
    title = next(paper.title for paper in outlets_followed.papers(db) if paper.name == article.outlet)
    return cited(visit, title, article, version, reading)


def bibtex(one: Cited) -> str:
    """An entry of type `online` (BibLaTeX), which BibTeX takes as `misc`. Braces keep the case of words."""
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in one.authors),
        "title": f"{{{_tex(one.headline)}}}",
        "organization": _tex(one.paper),
        "date": one.published.date().isoformat() if one.published else "",
        "url": one.address,
        "urldate": one.archived.date().isoformat() if one.archived else "",
        "language": one.language or "",
        "note": f"{_tex(one.original)}, {one.digest}",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@online{{{re.sub(r'[^A-Za-z0-9-]', '-', one.key)},", *lines, "}", ""])


def _tex(text: str) -> str:
    return " ".join(text.translate(_BIBTEX).split())


def ris(one: Cited) -> str:
    """A record of type NEWS (https://en.wikipedia.org/wiki/RIS_(file_format)); lines end with CR LF."""
    fields = [
        ("TY", "NEWS"), *(("AU", name) for name in one.authors), ("TI", one.headline), ("T2", one.paper),
        ("DA", f"{one.published:%Y/%m/%d/}" if one.published else ""), ("SE", one.section), ("AB", one.abstract),
        ("LA", one.language), ("UR", one.address), ("L2", one.original),
        ("Y2", f"{one.archived:%Y/%m/%d/}" if one.archived else ""), ("N1", one.digest), ("ER", " "),
    ]  # fmt: skip
    told = [f"{tag}  - {' '.join(value.split())}" for tag, value in fields if value]
    return "\r\n".join([*told, ""])


def csl_json(one: Cited) -> str:
    """A list of one item (https://docs.citationstyles.org/en/stable/specification.html)."""
    values = {
        "id": one.key,
        "type": "article-newspaper",
        "title": one.headline,
        "author": [{"literal": name} for name in one.authors],
        "container-title": one.paper,
        "section": one.section,
        "language": one.language,
        "issued": _parts(one.published),
        "accessed": _parts(one.archived),
        "URL": one.address,
        "abstract": one.abstract,
        "note": f"{one.original}, {one.digest}",
    }
    return json.dumps([{name: value for name, value in values.items() if value}], ensure_ascii=False, indent=1)


def _parts(moment: datetime | None) -> dict[str, Any] | None:
    return {"date-parts": [[moment.year, moment.month, moment.day]]} if moment else None


def json_ld(one: Cited, modified: datetime | None) -> dict[str, Any]:
    """The version as schema.org's NewsArticle."""
    values = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": one.address,
        "url": one.address,
        "headline": one.headline,
        "author": [{"@type": "Person", "name": name} for name in one.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": one.paper},
        "articleSection": one.section,
        "inLanguage": one.language,
        "description": one.abstract,
        "datePublished": one.published.isoformat() if one.published else None,
        "dateModified": modified.isoformat() if modified else None,
        "isBasedOn": one.original,
        "identifier": one.digest,
    }
    return {name: value for name, value in values.items() if value}
