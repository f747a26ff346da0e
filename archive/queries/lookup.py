"""Looks up articles, versions, readings and runs; and captures by address and time, as the index of a web archive does.
Each function returns frozen values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from sqlite_utils import Database

from archive.model import clock
from archive.model.errors import BadQuery, UnknownArticle, Withdrawn
from archive.model.paths import shown_place
from archive.model.urls import url_key
from archive.model.validation import stored_moment
from archive.queries.article_search import ArticleFilter, conditions
from archive.storage.integrity.column_validation import readable_value, readable_values, unreadable_row
from archive.storage.withdrawals import withdrawal_of

if TYPE_CHECKING:
    from archive.model.records import Reading, StoredPicture


@dataclass(frozen=True, slots=True)
class Article:
    """An article's present state. Times as in clock.py; gone_since and gone_reason are None while it is online.
    outlet: its name on the command line; timezone: IANA name of the zone in which the outlet prints times."""

    id: int
    outlet: str
    url: str
    headline: str
    byline: str | None
    section: str | None
    published_at: str | None
    version_count: int
    first_seen_at: str
    changed_at: str
    last_seen_at: str
    gone_since: str | None
    gone_reason: str | None
    timezone: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an article. changed: the parts that differ from the version before; words_removed, words_added:
    how much; last_seen_at: time of the last capture that showed this version."""

    id: int
    article_id: int
    number: int
    first_seen_at: str
    last_seen_at: str
    headline: str
    changed: str | None
    digest: str
    words_removed: int | None
    words_added: int | None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run and its outcome. stats: its counts; warnings: unusual findings; timezone: the outlet's."""

    id: int
    outlet: str
    started_at: str
    finished_at: str | None
    outcome: str
    reason: str | None
    stats: Mapping[str, int]
    timezone: str
    warnings: tuple[str, ...] = ()


_ARTICLE = (
    "SELECT articles.id, outlets.name AS outlet, articles.url, articles.headline, articles.byline, articles.section,"
    " articles.published_at, articles.version_count, articles.first_seen_at, articles.changed_at,"
    " articles.last_seen_at, articles.gone_since, articles.gone_reason, outlets.timezone"
    " FROM articles JOIN outlets ON outlets.id = articles.outlet_id"
)


def articles(
    db: Database, *, outlet: str | None = None, edited: bool = False, unannounced: bool = False, gone: bool = False,
    limit: int = -1,
) -> list[Article]:  # fmt: skip
    """Articles, latest published first, those without a date last. edited: only those with more than one version.
    unannounced: only those with an edit that the newspaper did not announce. gone: only those that are gone. limit: -1
    is no limit."""
    article_filter = ArticleFilter(outlet=outlet, edited=edited, unannounced=unannounced, gone=gone)
    more, values = conditions(db, article_filter)
    rows = db.query(
        f"{_ARTICLE} WHERE withdrawn_at IS NULL{more} ORDER BY published_at DESC, articles.id DESC LIMIT :limit",
        {**values, "limit": limit},
    )
    return list(readable_values(rows, "articles", lambda row: Article(**row)))


def find_article(db: Database, address: str) -> Article:
    """The article at a URL: any URL it was ever known under, with or without scheme, or its id.

    Raises UnknownArticle when there is none, Withdrawn when the article is withdrawn.
    """
    number = article_id(db, address)
    if hidden := withdrawal_of(db, number):
        raise Withdrawn(f"{address} was withdrawn on {hidden.withdrawn_at[:10]}: {hidden.reason}")
    row = next(iter(db.query(f"{_ARTICLE} WHERE articles.id = ?", [number])), None)
    if row is None:
        raise unreadable_row(f"articles {number}", "it belongs to no outlet")
    return readable_value(row, "articles", lambda row: Article(**row))


_LONGEST_ID = 18  # digits that always fit SQLite's largest integer


def article_id(db: Database, address: str) -> int:
    """The id of the article at a URL, withdrawn or not. Raises UnknownArticle when there is none."""
    if address.isascii() and address.isdigit() and len(address) <= _LONGEST_ID:
        found = db.execute("SELECT id FROM articles WHERE id = ?", [int(address)]).fetchone()
    else:
        try:
            key = url_key(address if "://" in address else f"http://{address}")
        except ValueError as error:
            raise UnknownArticle(f"{address!r} is not an address. Copy one from `luubao articles`") from error
        found = db.execute("SELECT article_id FROM aliases WHERE url_key = ?", [key]).fetchone()
    if found is None:
        raise UnknownArticle(f"{address} is not in the archive. `luubao articles` and `luubao search` show what is")
    return int(found[0])


def versions_of(db: Database, article_id: int) -> list[Version]:
    """All versions of an article, oldest first."""
    rows = db.query(
        "SELECT versions.id, versions.article_id, versions.number, versions.first_seen_at, version_spans.last_seen_at,"
        " versions.headline, versions.changed, versions.digest, versions.words_removed, versions.words_added"
        " FROM versions"
        " JOIN version_spans ON version_spans.version_id = versions.id"
        " WHERE versions.article_id = ? ORDER BY versions.number",
        [article_id],
    )
    return list(readable_values(rows, "versions", lambda row: Version(**row)))


def reading_of(db: Database, article_id: int, number: int | None = None) -> tuple[int, Reading]:
    """The number and the active reading of one version, by default the newest.

    Raises UnknownArticle when the article has no version with that number.
    """
    from archive.storage.version_texts import from_row

    rows = db.query(
        "SELECT versions.number, texts.*, versions.id AS version, extractors.name AS extractor FROM versions"
        " JOIN active_texts ON active_texts.version_id = versions.id JOIN texts ON texts.id = active_texts.text_id"
        " JOIN extractors ON extractors.id = texts.extractor_id"
        " WHERE versions.article_id = :article AND (:number IS NULL OR versions.number = :number)"
        " ORDER BY versions.number DESC LIMIT 1",
        {"article": article_id, "number": number},
    )
    if (row := next(iter(rows), None)) is None:
        raise UnknownArticle(f"the article has no version {number}. `luubao versions` lists those it has")
    reading = readable_value(row, "texts", lambda row: from_row(row, row["extractor"]))
    return row["number"], with_stored(reading, stored_pictures(db, f"[{row['version']}]").get(row["version"], {}))


def with_stored(reading: Reading, stored: Mapping[str, StoredPicture]) -> Reading:
    """The reading, with the stored copy of each picture. stored: by URL."""
    return replace(reading, images=tuple(replace(image, stored=stored.get(image.url)) for image in reading.images))


def stored_pictures(db: Database, numbers: str) -> dict[int, dict[str, StoredPicture]]:
    """The pictures of versions that were fetched, by versions.id and URL. numbers: a JSON list of versions.id."""
    rows = db.query(
        "SELECT version_images.version_id AS version, pictures.id, images.url, pictures.digest, path, media_type, size,"
        " width, height, thumbnail FROM version_images JOIN images ON images.id = image_id"
        " JOIN pictures ON pictures.id = picture_id"
        " WHERE version_images.version_id IN (SELECT value FROM json_each(?))",
        [numbers],
    )
    by_version: dict[int, dict[str, StoredPicture]] = {}
    for version, (url, stored) in readable_values(
        rows, "pictures", lambda row: (int(row["version"]), _stored_picture(row))
    ):
        if stored:
            by_version.setdefault(version, {})[url] = stored
    return by_version


def _stored_picture(row: dict[str, Any]) -> tuple[str, StoredPicture | None]:
    """The picture's URL, and the stored picture; None where it is withdrawn."""
    from archive.model.records import StoredPicture

    place = shown_place(row["digest"], row["media_type"], row["path"], row["thumbnail"])
    facts = {name: row[name] for name in ("digest", "media_type", "size", "width", "height")}
    return row["url"], StoredPicture(path=place.path, thumbnail=place.thumbnail, **facts) if place else None


def runs(db: Database, *, outlet: str | None = None, limit: int = 20) -> list[RunRecord]:
    """The latest runs, newest first."""
    rows = db.query(
        "SELECT runs.id, outlets.name AS outlet, started_at, finished_at, outcome, reason, stats, warnings,"
        " outlets.timezone FROM runs"
        " JOIN outlets ON outlets.id = runs.outlet_id WHERE :outlet IS NULL OR outlets.name = :outlet"
        " ORDER BY runs.id DESC LIMIT :limit",
        {"outlet": outlet, "limit": limit},
    )
    return list(readable_values(rows, "runs", _run_record))


def _run_record(row: dict[str, Any]) -> RunRecord:
    parsed = {"stats": json.loads(row["stats"]), "warnings": tuple(json.loads(row["warnings"] or "[]"))}
    return RunRecord(**{**row, **parsed})


MatchType = Literal["exact", "prefix", "host", "domain"]
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class IndexedCapture:
    """A capture with what it shows: status and headers (JSON pairs) are those of the capture whose bytes it confirms.
    digest, size: of its payload; None where it has none."""

    id: int
    url: str
    final_url: str
    captured_at: str
    status: int
    outcome: str
    headers: str
    digest: str | None
    size: int | None


_CAPTURES = (
    "SELECT captures.id, captures.requested_url AS url, captures.final_url, captures.captured_at, root.status,"
    " captures.outcome, coalesce(headers.response, '[]') AS headers, bodies.digest, bodies.size FROM captures"
    " JOIN captures AS root ON root.id = coalesce(captures.revisit_of, captures.id)"
    " LEFT JOIN headers ON headers.capture_id = root.id LEFT JOIN bodies ON bodies.id = captures.body_id"
    " WHERE captures.outlet_id IN (SELECT id FROM outlets) AND coalesce(bodies.codec, '') NOT IN"
    " ('withheld', 'destroyed') AND {match} AND captures.captured_at >= :since AND captures.captured_at <= :until"
)
_MATCHES: dict[MatchType, str] = {
    "exact": "captures.url_key = :key",
    "prefix": "captures.url_key >= :key AND captures.url_key < :end",
    "host": "(captures.url_key = :key OR captures.url_key >= :key || '/' AND captures.url_key < :key || '0')",
    "domain": "(captures.url_key = :key OR captures.url_key LIKE :key || '/%' OR captures.url_key LIKE '%.' || :key"
    " OR captures.url_key LIKE '%.' || :key || '/%' AND instr(captures.url_key, '/') > length(:key))",
}


def captures_at(
    db: Database, url: str, match: MatchType, *, since: str, until: str, limit: int, offset: int = 0, last: bool = False
) -> list[IndexedCapture]:
    """Captures of an address, of all that begin with it, or of its host or domain, by address and time. since, until:
    stored times, both included. last: the last ones, latest first. Withdrawn pages are left out.

    Raises BadQuery for what is no address.
    """
    key = _key(url, match)
    order = "DESC" if last else "ASC"
    rows = db.query(
        f"{_CAPTURES.format(match=_MATCHES[match])} ORDER BY captures.url_key {order}, captures.captured_at {order},"
        f" captures.id {order} LIMIT :limit OFFSET :offset",
        {"key": key, "end": key + _LAST, "since": since, "until": until, "limit": limit, "offset": offset},
    )
    return list(readable_values(rows, "captures", _capture))


def _capture(row: dict[str, Any]) -> IndexedCapture:
    stored_moment(row["captured_at"])
    return IndexedCapture(**row)


def _key(url: str, match: MatchType) -> str:
    try:
        key = url_key(url if "://" in url else f"http://{url}")
    except ValueError as error:
        raise BadQuery(f"{url!r} is not an address") from error
    if match in ("host", "domain"):
        return key.partition("/")[0].partition("?")[0]
    return f"{key}/" if match == "prefix" and url.endswith("/") and "/" in key else key


def nearest(db: Database, url: str, at: str) -> IndexedCapture | None:
    """The capture of an address nearest to a time that shows something: a page, a redirect or a disappearance.

    Raises BadQuery for what is no address.
    """
    match = f"{_MATCHES['exact']} AND captures.outcome <> 'error'"
    found = [
        row
        for order, since, until in (("DESC", "", at), ("ASC", at, "9999"))
        for row in db.query(
            f"{_CAPTURES.format(match=match)} ORDER BY captures.captured_at {order}, captures.id {order} LIMIT 1",
            {"key": _key(url, "exact"), "since": since, "until": until},
        )
    ]
    moment = clock.parse(at)
    captures = readable_values(found, "captures", _capture)
    return min(captures, key=lambda capture: abs(clock.parse(capture.captured_at) - moment), default=None)
