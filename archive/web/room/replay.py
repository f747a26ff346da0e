"""`/cdx` and `/web/TIMESTAMP/URL`: interfaces of the Wayback Machine, by which tools for web archives read captures.

`/cdx` answers as the CDX server does (https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server).
`/web/` leads readers to our page about a capture. With `id_` behind the timestamp it sends the payload as it came, as a
download that no browser shows, for it is untrusted.

The evidence page, our page about a capture, shows the captured page in a sandboxed frame, in which nothing runs and
nothing is requested. The policy (https://www.w3.org/TR/CSP3/) allows its own inline styles and nothing else, in a
sandbox without scripts, forms, popups or an origin of its own. A policy does not stop every connection: Chromium
connects to the host of a frame before it finds the frame forbidden, and browsers connect to the hosts that a `link`
names as `preconnect`. So elements that only make requests, which the policy forbids, are renamed, as are the attributes
that embed another page or link to one. The rest stays as captured; the WARC has the original bytes. The captured page
is never shown on its own, so that its links lead nowhere either.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

from datasette.utils.asgi import Response

from archive.exchange.exporters.packages import surt
from archive.exchange.exporters.warc_records import warc_of
from archive.extract.charset import decode
from archive.model import clock
from archive.model.errors import BadQuery, BadValue
from archive.model.paths import thumbnail_place
from archive.model.records import header_of
from archive.model.validation import json_pairs
from archive.queries import photographs
from archive.queries.lookup import IndexedCapture, MatchType, captures_at, nearest
from archive.storage.captures import kept_captures
from archive.storage.captures.kept_captures import Exchange
from archive.storage.connection import Database
from archive.web.room.memento import link_safe, requested_url, written
from archive.web.room.request import RequestContext, page

POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "X-Robots-Tag": "noindex, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_REQUESTING = re.compile(
    r"<(/?)(link|i?frame|frameset|fencedframe|portal|object|embed|applet)(?![\w-])|\b(srcdoc|href)(?=\s*=)",
    re.IGNORECASE | re.ASCII,
)


def disable_requests(body: bytes, charset: str | None) -> bytes:
    """The page in UTF-8, without elements that would connect in spite of the policy. charset: the one of the HTTP
    header, if any. The text is decoded first, because in UTF-16 or behind control characters no pattern would match
    what a browser sees."""

    def disabled(match: re.Match[str]) -> str:
        return f"off-{match[3]}" if match[3] else f"<{match[1]}off-{match[2]}"

    return _REQUESTING.sub(disabled, decode(body, charset)).encode()


_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _CapturePage:
    exchange: Exchange
    present: bool
    confirmed: Exchange | None
    concerns: list[tuple[int, str]]
    pictures: list[tuple[str, str | None, int | None, int | None]]


@page
async def capture(context: RequestContext) -> Response:
    """`/-/capture/ID`: the facts about a capture, and the captured page in its frame."""
    capture_page = await context.ask(lambda db: _capture_page(db, context.variable("id")))
    return await context.page(
        "capture", found=capture_page, exchange=capture_page.exchange, thumbnail_of=thumbnail_place
    )


def _capture_page(db: Database, number: int) -> _CapturePage:
    exchange = kept_captures.exchange(db, number)
    confirmed = kept_captures.exchange(db, exchange.revisit_of) if exchange.revisit_of else None
    present = exchange.digest is not None and not exchange.withdrawn
    return _CapturePage(
        exchange, present, confirmed, kept_captures.asked_for(db, number),
        photographs.pictures_at(db, exchange.revisit_of or number) if present else [],
    )  # fmt: skip


@page
async def sandboxed(context: RequestContext) -> Response:
    """`/-/capture/ID/page`: the captured page, for the frame. A request for it as a document is redirected to the page
    about it (https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header)."""
    number = context.variable("id")
    if context.request.headers.get("sec-fetch-dest") == "document":
        return Response.redirect(context.to(f"/-/capture/{number}"))
    exchange, body = await context.ask(
        lambda db: (kept_captures.exchange(db, number), kept_captures.payload(db, number))
    )
    if body is None:
        return await context.refusal(410 if exchange.withdrawn else 404, context.say("capture.nothing"))
    if is_page(exchange):
        return Response(
            disable_requests(body, exchange.encoding), headers=HEADERS, content_type="text/html; charset=utf-8"
        )
    text = decode(body, exchange.encoding)  # feeds, scripts and other types
    return Response(text, headers=HEADERS, content_type="text/plain; charset=utf-8")


def is_page(exchange: Exchange) -> bool:
    """Whether the payload is HTML; other types are shown as text."""
    return bool(_HTML.match(exchange.header("content-type") or "text/html"))


@page
async def warc(context: RequestContext) -> Response:
    """`/-/capture/ID.warc`: the exchange as WARC, with the earlier one whose bytes a revisit confirms."""
    number = context.variable("id")
    capture_page = await context.ask(lambda db: _capture_page(db, number))
    if capture_page.exchange.withdrawn:
        return await context.refusal(410, context.say("capture.nothing"))
    body = await context.ask(lambda db: kept_captures.payload(db, number))
    data = warc_of(capture_page.exchange, body, capture_page.confirmed)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="luubao-capture-{number}.warc"'}
    return Response(data, headers=headers, content_type="application/warc")


_MATCH_TYPES: dict[str, MatchType] = {match: match for match in get_args(MatchType)}
_MAX_ROWS = 10_000
_FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_KNOWN = frozenset(
    {"url", "matchType", "from", "to", "limit", "offset", "output", "fl", "filter", "sort", "closest", "showResumeKey"}
    | {"resumeKey", "showNumPages", "page", "pageSize", "gzip", "lang", "resolveRevisits"}
)
_FILTER = re.compile(r"(!?)=?(urlkey|timestamp|original|mimetype|statuscode|digest|length):([\w./:+-]{1,200})")
_SCHEME = re.compile(r"^(https?):/+", re.I)


@dataclass(frozen=True, slots=True)
class _CdxQuery:
    """A query to the CDX server. filters: (negated, field, value). last: the last captures are wanted."""

    url: str
    match: MatchType
    since: str
    until: str
    limit: int
    offset: int
    last: bool
    fields: tuple[str, ...]
    filters: tuple[tuple[bool, str, str], ...]
    closest: datetime | None

    @property
    def is_sifted(self) -> bool:
        """Whether captures are chosen or put in order after they are read."""
        return bool(self.filters or self.closest)


@page
async def cdx(context: RequestContext) -> Response:
    """`/cdx?url=URL`: captures as lines of CDX, or with `output=json` as a list of lists."""
    try:
        query = _query(context)
    except BadQuery as error:
        return Response(f"{error}\n", status=400, headers=HEADERS, content_type="text/plain; charset=utf-8")
    if context.argument("showNumPages") == "true":
        return Response("1\n", headers=HEADERS, content_type="text/plain; charset=utf-8")
    found = await context.ask(lambda db: _rows(db, query))
    resume = str(query.offset + query.limit) if len(found) > query.limit and not query.is_sifted else ""
    if closest := query.closest:
        found.sort(key=lambda capture: abs(clock.parse(capture.captured_at) - closest))
    rows = [
        row for row in map(_row, found)
        if all((row[name] == value) is not negated for negated, name, value in query.filters)
    ][: query.limit]  # fmt: skip
    if query.last:
        rows.reverse()
    return _answer(context, query, [[row[name] for name in query.fields] for row in rows], resume)


def _answer(context: RequestContext, query: _CdxQuery, rows: list[list[str]], resume: str) -> Response:
    resume = resume if context.argument("showResumeKey") == "true" else ""
    if context.argument("output") == "json":
        listed = [list(query.fields), *rows] if rows else []
        text = json.dumps([*listed, [], [resume]] if resume else listed, ensure_ascii=False)
        return Response(text, headers=HEADERS, content_type="application/json; charset=utf-8")
    lines = [" ".join(row) for row in rows] + (["", resume] if resume else [])
    text = "".join(f"{line}\n" for line in lines)
    return Response(text, headers=HEADERS, content_type="text/plain; charset=utf-8")


def _query(context: RequestContext) -> _CdxQuery:
    """Parses a query. Raises BadQuery, with a sentence for whoever wrote the tool, for what it does not understand."""
    if unknown := sorted(set(context.request.args) - _KNOWN):
        raise BadQuery(f"unknown parameter {unknown[0]!r}. Known are: {', '.join(sorted(_KNOWN))}")
    if context.argument("page") not in ("", "0"):  # tools turn pages until they are told so
        raise BadQuery("there is one page, number 0. Use limit and resumeKey")
    url, match = context.argument("url"), context.argument("matchType") or "exact"
    if url.startswith("*."):
        url, match = url[2:], "domain"
    elif url.endswith("*"):
        url, match = url[:-1], "prefix"
    if not url or match not in _MATCH_TYPES:
        raise BadQuery("give a URL as `url=`, and as `matchType=` exact, prefix, host or domain")
    number = context.argument("limit") or str(_MAX_ROWS)
    if not re.fullmatch(r"-?[1-9]\d{0,8}", number):
        raise BadQuery(f"limit: {number!r} is no number")
    if context.argument("output") not in ("", "text", "json") or context.argument("sort") not in ("", "closest"):
        raise BadQuery("output is text or json, sort is closest; leave out what you do not need")
    closest = context.argument("closest") if context.argument("sort") == "closest" else ""
    return _CdxQuery(
        url, _MATCH_TYPES[match],
        _stored(context.argument("from") or "1990", last=False), _stored(context.argument("to") or "9999", last=True),
        min(abs(int(number)), _MAX_ROWS), _offset(context), number.startswith("-"), _fields(context),
        tuple(map(_filter, context.request.args.getlist("filter"))),
        clock.parse(_stored(closest, last=False)) if closest else None,
    )  # fmt: skip


def _offset(context: RequestContext) -> int:
    text = context.argument("resumeKey") or context.argument("offset") or "0"
    if not re.fullmatch(r"\d{1,9}", text):
        raise BadQuery(f"{text[:60]!r} is no resumption key of this archive")
    return int(text)


def _fields(context: RequestContext) -> tuple[str, ...]:
    names = tuple(context.argument("fl").replace(",", " ").split()) or _FIELDS
    if unknown := [name for name in names if name not in _FIELDS]:
        raise BadQuery(f"fl: no field {unknown[0]!r}. There are: {', '.join(_FIELDS)}")
    return names


def _filter(text: str) -> tuple[bool, str, str]:
    match = _FILTER.fullmatch(text)
    if match is None:
        form = "FIELD:VALUE or !FIELD:VALUE. Regular expressions are not supported"
        raise BadQuery(f"filter: {text[:60]!r} is not {form}")
    return bool(match[1]), match[2], match[3]


def _stored(digits: str, *, last: bool) -> str:
    """A timestamp of 4 to 14 digits as a stored time: the first moment that it names, or the last."""
    whole = digits + ("99991231235959" if last else "00000101000000")[len(digits) :]
    with suppress(ValueError):  # no such day or time
        if re.fullmatch(r"\d{4,14}", digits):
            if not last:  # the last of a month may be one that it has not: as a bound, it serves
                datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            return f"{whole[:4]}-{whole[4:6]}-{whole[6:8]}T{whole[8:10]}:{whole[10:12]}:{whole[12:]}Z"
    raise BadQuery(f"{digits[:60]!r} is no timestamp. Write 4 to 14 digits, such as 20260520 or 20260520081500")


def _rows(db: Database, query: _CdxQuery) -> list[IndexedCapture]:
    return captures_at(
        db, query.url, query.match, since=query.since, until=query.until, last=query.last,
        limit=_MAX_ROWS if query.is_sifted else query.limit + 1, offset=query.offset,
    )  # fmt: skip


def _row(capture: IndexedCapture) -> dict[str, str]:
    return {
        "urlkey": surt(capture.url),
        "timestamp": timestamp(capture.captured_at),
        "original": link_safe(capture.url),
        "mimetype": _media_type(capture) or "unk",
        "statuscode": str(capture.status),
        "digest": capture.digest or "-",
        "length": "-" if capture.size is None else str(capture.size),
    }


def _media_type(capture: IndexedCapture) -> str:
    try:
        media_type = header_of(json_pairs(capture.headers), "content-type") or ""
    except BadValue:
        return ""
    return re.sub(r"\s", "", media_type.partition(";")[0]).lower()


def timestamp(stored: str) -> str:
    """A stored time as 14 digits."""
    return re.sub(r"\D", "", stored)[:14]


@page
async def replay(context: RequestContext) -> Response:
    """`/web/TIMESTAMP/URL`: redirects to the timestamp of the nearest capture, and from there to our page about it;
    with `id_`, sends its payload."""
    variables = context.request.url_vars
    digits, mode = str(variables.get("timestamp") or "9999"), str(variables.get("mode") or "")
    url = _SCHEME.sub(r"\1://", requested_url(context))
    try:
        moment = _stored(digits, last=False)
    except BadQuery:
        moment = ""
    if mode not in ("", "id_") or not moment:
        return await context.refusal(400, context.say("replay.address"))
    capture = await context.ask(lambda db: nearest(db, url, moment))
    if capture is None:
        return await context.refusal(404, context.say("replay.none"))
    exact = timestamp(capture.captured_at)
    if digits != exact:
        path = f"/web/{exact}{mode}/{link_safe(capture.url)}"
        return _redirect(context.path(path), capture)
    if not mode:
        return _redirect(context.to(f"/-/capture/{capture.id}"), capture)
    return await _payload(context, capture)


def _redirect(location: object, capture: IndexedCapture, status: int = 302) -> Response:
    return Response("", status=status, headers={**_headers(capture), "Location": str(location)})


def _headers(capture: IndexedCapture) -> dict[str, str]:
    return {
        **HEADERS,
        "Memento-Datetime": written(capture.captured_at),
        "Link": f'<{link_safe(capture.url)}>; rel="original"',
    }


async def _payload(context: RequestContext, capture: IndexedCapture) -> Response:
    """The bytes that a capture brought or confirmed, with its status; a redirect leads to the capture it led to."""
    if capture.outcome == "redirect":
        path = f"/web/{timestamp(capture.captured_at)}id_/{link_safe(capture.final_url)}"
        return _redirect(context.path(path), capture, capture.status)
    body = await context.ask(lambda db: kept_captures.payload(db, capture.id)) or b""
    headers = {**_headers(capture), "Content-Disposition": "attachment"}
    media_type = _media_type(capture)
    safe = media_type if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", media_type) else "application/octet-stream"
    return Response(body, status=capture.status, headers=headers, content_type=safe)
