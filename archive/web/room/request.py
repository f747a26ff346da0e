"""The request context of the room's pages: language, links, queries, templates and error pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, TypeVar
from urllib.parse import urlencode

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Response
from markupsafe import Markup

from archive.console import log_of
from archive.model import errors
from archive.model.errors import ArchiveDamaged, BadQuery, LuubaoError, UnknownArticle
from archive.queries.lookup import find_article
from archive.queries.outlets_followed import FollowedOutlet, outlets
from archive.storage.connection import Database, shared_connection
from archive.storage.integrity.column_validation import ROW_ERRORS
from archive.web.configuration import STATIC
from archive.web.room import parameters, translations
from archive.web.room.parameters import (
    BadParameter,
    archive_names,
    names_another,
    picture_address,
    prefix_of,
    quoted,
    requested_archive,
    room_path,
)
from archive.web.room.translations import LANGUAGES, Language, gone_reason, markup, preferred, say, what_of, worded
from archive.web.sql_guard import trusted

log = log_of(__name__)
T = TypeVar("T")
View = Callable[[Any, Any], Awaitable[Response]]

_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept-Language",
}
_CACHE_CONTROL = "private, no-cache"
"""Cached, but revalidated each time: withdrawn pages vanish at once, and shared caches keep nothing."""
_SAYS_PICTURE = re.compile(r"(?:ảnh|hình|photo|video|đồ họa|infographic)\b", re.IGNORECASE)
_STATUS: dict[type[LuubaoError], int] = {errors.UnknownCapture: 404, errors.Withdrawn: 410, errors.QueryTooLong: 503}


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request. chosen: the URL names the language, and links keep it. archive: the name of the archive it is about;
    where several are served, the first has its room at the root, and each other one below its name."""

    datasette: Any
    request: Any
    language: Language
    chosen: bool
    archive: str

    def argument(self, name: str) -> str:
        """A query parameter, in NFC and on one line; empty when absent. Raises BadParameter, as all of these do."""
        return parameters.single(name, self.request.args.getlist(name))

    def number(self, name: str, default: int, most: int, prefix: str = "") -> int:
        """A query parameter as a number from 1 to `most`; `default` when absent."""
        value = self.argument(name).removeprefix(prefix)
        if value and (not re.fullmatch(r"[1-9]\d{0,17}", value, re.ASCII) or int(value) > most):
            raise BadParameter("refusal.no_number", name=name, value=quoted(value), most=most)
        return int(value) if value else default

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """A query parameter that is one of `choices`; the first of them when absent."""
        value = self.argument(name) or choices[0]
        if value not in choices:
            listed = ", ".join(filter(None, choices))
            raise BadParameter("refusal.choice", name=name, value=quoted(value), choices=listed)
        return value

    def flag(self, name: str) -> bool:
        """A query parameter that is 1, or else 0 or absent."""
        return self.choice(name, ("0", "1")) == "1"

    def day(self, name: str, *, last: bool = False) -> date | None:
        """A query parameter as a day, as people write days; for a month or year its first day, or with `last` its last.
        None when absent."""
        value = self.argument(name)
        return parameters.day(value, last=last) if value else None

    async def check(self) -> None:
        """Checks the parameters of any page. Raises BadParameter, or UnknownArticle for an article that is not kept."""
        self.choice("lang", ("", *LANGUAGES))
        if self.argument("outlet"):
            self.choice("outlet", ["", *(outlet.name for outlet in await self._outlets())])
        if number := self.number("article", 0, parameters.HIGHEST_ID):
            await self.ask(lambda db: find_article(db, str(number)))

    def variable(self, name: str) -> int:
        """A number in the path of the URL."""
        return int(self.request.url_vars[name])

    def path(self, path: str) -> str:
        """The path of a page of this archive's room on the server."""
        return room_path(self.datasette, self.archive, path)

    def to(self, path: str, **query: object) -> str:
        """A link to a page of the room; keeps a chosen language."""
        return self._linked(self.path(path), **query)

    def _linked(self, address: str, **query: object) -> str:
        parameters = {name: value for name, value in query.items() if value not in (None, "", False)}
        if self.chosen:
            parameters.setdefault("lang", self.language)
        return f"{address}?{urlencode(parameters)}" if parameters else address

    def again(self, **query: object) -> str:
        """A link to this page with changed query parameters."""
        present = {name: self.request.args[name] for name in self.request.args}
        path = "/" + self.request.path.removeprefix(self.datasette.setting("base_url"))
        return self._linked(str(self.datasette.urls.path(path)), **{**present, **query})

    def permanent(self, path: str) -> str:
        """The permanent public URL of a page of the room."""
        base = settings_of(self.datasette).get("address")
        if base:
            return f"{base.rstrip('/')}{prefix_of(self.datasette, self.archive)}{path}"
        return str(self.datasette.absolute_url(self.request, self.path(path)))

    def say(self, key: str, **values: object) -> str:
        return say(self.language, key, **values)

    def tell(self, key: str, **values: object) -> Markup:
        """The same as markup, for templates."""
        return markup(self.language, key, **values)

    def reason(self, stored: str | None) -> str:
        """The reason why an article is gone, in the page's language."""
        return gone_reason(self.say, stored)

    def minute(self, stamp: str | None, zone: str) -> Markup:
        """A stored time, as a `time` element."""
        return self._time(stamp, zone, translations.minute)

    def day_of(self, stamp: str | None, zone: str) -> Markup:
        """The day of a stored time, as a `time` element."""
        return self._time(stamp, zone, translations.day)

    def span(self, first: str, last: str, zone: str) -> Markup:
        """From one stored time to another, as `time` elements; names a day once, and a minute once."""
        start, end = (translations.local(stamp, zone) for stamp in (first, last))
        if f"{start:%F %H:%M}" == f"{end:%F %H:%M}":
            return self.tell("span.moment", at=self.minute(first, zone))
        formatters = [translations.minute, translations.minute]
        if start.date() == end.date():  # the day stands where the language puts it: behind the times, or before them
            formatters[0 if self.language == "vi" else 1] = translations.time_of_day
        times = [self._time(stamp, zone, formatter) for stamp, formatter in zip((first, last), formatters, strict=True)]
        return self.tell("span.from_to", first=times[0], last=times[1])

    def credit(self, credit: str) -> str:
        """A picture credit with the word for it, unless it says itself what it is: `Ảnh minh họa`."""
        return credit if _SAYS_PICTURE.match(credit) else self.say("picture.credit", credit=credit)

    def _time(self, stamp: str | None, zone: str, formatter: Callable[[datetime, Language], str]) -> Markup:
        if not stamp:
            return Markup("–")
        moment = translations.local(stamp, zone)
        return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), formatter(moment, self.language))

    def local_day(self, stamp: str, zone: str) -> str:
        """The day of a stored time in a zone, as in URLs."""
        return translations.local(stamp, zone).date().isoformat()

    def local_time(self, stamp: str, zone: str) -> str:
        """The time of day of a stored time in a zone, as in URLs."""
        return f"{translations.local(stamp, zone):%H:%M:%S}"

    def written(self, day: date) -> str:
        """A day in the page's language."""
        return translations.day(day, self.language)

    def weekday(self, day: date) -> str:
        """A day with its weekday."""
        return translations.weekday(day, self.language)

    def figure(self, number: int) -> str:
        """A number with thousands separators."""
        return f"{number:,}".replace(",", "." if self.language == "vi" else ",")

    def figures(self, values: Mapping[str, object]) -> dict[str, object]:
        """Values for a text, with thousands separators in the numbers."""
        return {name: self.figure(value) if isinstance(value, int) else value for name, value in values.items()}

    def feed_path(self, kind: str, query: str, form: str = "atom") -> str:
        parameters = "&".join(filter(None, [query, f"lang={self.language}" if self.chosen else ""]))
        return f"/-/feeds/{kind}.{form}" + (f"?{parameters}" if parameters else "")

    def feed(self, kind: str, query: str = "") -> str:
        return self.path(self.feed_path(kind, query))

    def picture(self, path: str | None) -> str | None:
        """Where a stored picture is served; None when it is not."""
        if not path or not path.startswith(("sha256/", "thumbnails/")):
            return None
        return picture_address(self.datasette, self.archive, path)

    async def ask(self, question: Callable[[Database], T]) -> T:
        """Runs queries on the archive, within Datasette's time limit. Raises QueryTooLong beyond it."""
        limit_ms = self.datasette.setting("sql_time_limit_ms")

        def run(connection: Any) -> T:
            with sqlite_timelimit(connection, limit_ms), trusted(connection), shared_connection(connection) as db:
                try:
                    return question(db)
                except LuubaoError:
                    raise
                except ROW_ERRORS as error:  # an impossible row: the page says so, and the log says which
                    log.exception("the archive holds what cannot be read")
                    raise ArchiveDamaged(f"the archive holds what cannot be read: {error}") from error

        answer: T = await self.datasette.get_database(self.archive).execute_fn(run)
        return answer

    def spoken(self) -> dict[str, Any]:
        """Template variables that translate into the page's language."""
        whats = {"what_of": partial(what_of, self.say), "worded": partial(worded, self.say)}
        return {"context": self, "t": self.tell, "to": self.to, **whats}

    async def page(
        self, template: str, *, code: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> Response:
        """Renders a page of the room from a template. headers: besides those of every page."""
        outlets = await self._outlets()
        others = [name for name in archive_names(self.datasette) if name != self.archive]
        variables = {
            **self.spoken(),
            "outlets": outlets,
            "site": site(outlets),
            "languages": LANGUAGES,
            "asset": self.asset,
            "others": [(name, room_path(self.datasette, name, "/")) for name in others],
            "data": self.datasette.urls.database(self.archive),
            **values,
        }
        body = await self.datasette.render_template(f"room/{template}.html", variables, request=self.request)
        all_headers = {**HEADERS, **(headers or {}), "Content-Language": self.language}
        return Response.html(body, status=code, headers=all_headers)

    async def _outlets(self) -> list[FollowedOutlet]:
        """The outlets of the archive; none where they cannot be read, because the page may be the one that says so."""
        try:
            return await self.ask(outlets)
        except ArchiveDamaged:
            return []

    def asset(self, name: str) -> str:
        """The URL of a static file; it changes with the file's content."""
        return f"{self.datasette.urls.path(f'/-/luubao/{name}')}?{_fingerprint(name)}"

    async def refusal(self, status: int, sentence: str, back: str | None = None) -> Response:
        """An error page with a sentence. back: a link besides the one to the front page."""
        return await self.page("refusal", code=status, sentence=sentence, status=status, back=back)


@lru_cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:8]


def settings_of(datasette: Any) -> dict[str, Any]:
    """The settings of `luubao serve`: address, hosts, keeper, contact."""
    return datasette.plugin_config("luubao") or {}


def is_public(datasette: Any) -> bool:
    return bool(settings_of(datasette).get("public"))


def site(outlets: list[FollowedOutlet]) -> str:
    """The name of the site: the titles of one or two outlets, else `luubao`."""
    return " · ".join(outlet.title for outlet in outlets) if 1 <= len(outlets) <= 2 else "luubao"


def context_of(datasette: Any, request: Any) -> RequestContext:
    """The request with its language: the one named in the URL, else the browser's preference."""
    requested, archive = request.args.get("lang"), requested_archive(datasette, request)
    for language in LANGUAGES:
        if requested == language:
            return RequestContext(datasette, request, language, True, archive)
    return RequestContext(datasette, request, preferred(request.headers.get("accept-language", "")), False, archive)


def page(view: Callable[[RequestContext], Awaitable[Response]]) -> View:
    """Wraps a page as a Datasette view: adds an ETag, and turns errors into error pages."""

    async def wrapper(datasette: Any, request: Any) -> Response:
        context = context_of(datasette, request)
        if names_another(request, context.archive):
            return await context.refusal(404, context.say("refusal.404"))
        try:
            await context.check()
            return _unless_known(request, await view(context))
        except BadParameter as error:
            return await context.refusal(400, context.say(error.key, **context.figures(error.values)))
        except UnknownArticle:
            return await context.refusal(404, context.say("search.no_address"))
        except BadQuery:
            return await context.refusal(400, context.say("search.mistake"))
        except LuubaoError as error:
            status = _STATUS.get(type(error), 500)
        except ROW_ERRORS:  # rows that contradict one another: the page says so, and the log says which
            log.exception("the archive holds what cannot be shown")
            status = 500
        return await context.refusal(status, context.say(f"refusal.{status}"))

    return wrapper


def _unless_known(request: Any, response: Response) -> Response:
    """The response with an ETag of its body; an empty 304 if the client sent that ETag. A response with another status
    or with its own Cache-Control stays unchanged."""
    if response.status != 200 or "Cache-Control" in response.headers:
        return response
    body = response.body.encode() if isinstance(response.body, str) else response.body
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**response.headers, "ETag": tag, "Cache-Control": _CACHE_CONTROL}
    client_tags = {value.strip().removeprefix("W/") for value in request.headers.get("if-none-match", "").split(",")}
    if tag in client_tags or "*" in client_tags:
        return Response("", status=304, headers=headers)
    return Response(body, status=200, headers=headers, content_type=response.content_type)
