"""Looks captures up by address and time, as the index of a web archive does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from archive.model import clock
from archive.model.errors import BadQuery
from archive.model.urls import url_key
from archive.model.validation import stored_moment
from archive.storage.sqlite_errors import readable_values

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
