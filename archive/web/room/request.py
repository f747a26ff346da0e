"""A request and what pages need to answer it: its language, links, the archive, a template."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Response
from markupsafe import Markup

from archive.console.logs import log_of
from archive.model.errors import (
    ArchiveDamaged,
    BadQuery,
    LuubaoError,
    QueryTooLong,
    UnknownArticle,
    UnknownCapture,
    Withdrawn,
)
from archive.queries.outlets_followed import Paper, papers
from archive.storage.connection import Database, borrowed
from archive.storage.damaged_rows import NOT_READABLE
from archive.web.room import local_times
from archive.web.room.change_descriptions import what_of, worded
from archive.web.room.etags import unless_known
from archive.web.room.translations import LANGUAGES, Language, markup, preferred, say
from archive.web.sql_guard import trusted

log = log_of(__name__)
T = TypeVar("T")
View = Callable[[Any, Any], Awaitable[Response]]

_STATIC = Path(__file__).parents[1] / "static"
_LONGEST_ARGUMENT = 2_000
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept-Language",
}
_STATUS_ONLY = re.compile(r"status (\d{3})")
_REDIRECTED = re.compile(r"redirected to (\S+?)(?:,|$)")
_STATUS: dict[type[LuubaoError], int] = {
    UnknownArticle: 404,
    UnknownCapture: 404,
    Withdrawn: 410,
    BadQuery: 400,
    QueryTooLong: 503,
    ArchiveDamaged: 500,
}


class NoDay(LuubaoError):
    """Raised for a value of the query that should be a day and is none."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request. chosen: the reader asked for this language by name, and links keep to it."""

    datasette: Any
    request: Any
    language: Language
    chosen: bool

    def argument(self, name: str) -> str:
        """A value of the query, in NFC and on one line; empty when there is none."""
        value = " ".join((self.request.args.get(name) or "")[:_LONGEST_ARGUMENT].split())
        return unicodedata.normalize("NFC", value.encode("utf-8", "replace").decode())

    def number(self, name: str, default: int, most: int) -> int:
        """A value of the query that is a number from 1 to `most`."""
        value = self.argument(name)
        return min(int(value), most) if re.fullmatch(r"[1-9]\d{0,8}", value) else default

    def day(self, name: str, *, last: bool = False) -> date | None:
        """A value of the query that is a day, as people write days; of a month or year the first, or the last. None
        where there is none. Raises NoDay for what is none."""
        if not (value := self.argument(name)):
            return None
        if (found := local_times.day_in(value, last=last)) is None:
            raise NoDay(value)
        return found

    def variable(self, name: str) -> int:
        """A number in the address itself."""
        return int(self.request.url_vars[name])

    def to(self, path: str, **query: object) -> str:
        """A link to a page of ours."""
        told = {name: value for name, value in query.items() if value not in (None, "", False)}
        if self.chosen:
            told.setdefault("lang", self.language)
        address = str(self.datasette.urls.path(path))
        return f"{address}?{urlencode(told)}" if told else address

    def again(self, **query: object) -> str:
        """A link to this page with some of its query changed."""
        kept = {name: self.request.args[name] for name in self.request.args}
        path = "/" + self.request.path.removeprefix(self.datasette.setting("base_url"))
        return self.to(path, **{**kept, **query})

    def permanent(self, path: str) -> str:
        """The address of a page of ours as the world knows it."""
        base = settings_of(self.datasette).get("address")
        if base:
            return f"{base.rstrip('/')}{path}"
        return str(self.datasette.absolute_url(self.request, str(self.datasette.urls.path(path))))

    def say(self, key: str, **values: object) -> str:
        """A text in the page's language."""
        return say(self.language, key, **values)

    def tell(self, key: str, **values: object) -> Markup:
        """The same for a template."""
        return markup(self.language, key, **values)

    def reason(self, stored: str | None) -> str:
        """Why an article is said to be gone, in the page's language; as it is stored where it is told otherwise."""
        if found := _REDIRECTED.search(stored or ""):
            return self.say("reason.redirected", url=found[1])
        found = _STATUS_ONLY.fullmatch(stored or "")
        return self.say("reason.status", status=found[1]) if found else stored or ""

    def minute(self, stamp: str | None, zone: str) -> Markup:
        """A stored time, as a `time` element."""
        return self._time(stamp, zone, local_times.minute)

    def day_of(self, stamp: str | None, zone: str) -> Markup:
        """The day of a stored time, as a `time` element."""
        return self._time(stamp, zone, local_times.day)

    def _time(self, stamp: str | None, zone: str, written: Callable[[datetime, Language], str]) -> Markup:
        if not stamp:
            return Markup("–")
        moment = local_times.local(stamp, zone)
        return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), written(moment, self.language))

    def written(self, day: date) -> str:
        """A day in words."""
        return local_times.day(day, self.language)

    def weekday(self, day: date) -> str:
        """A day with its weekday."""
        return local_times.weekday(day, self.language)

    def figure(self, number: int) -> str:
        """A number with its thousands apart."""
        return f"{number:,}".replace(",", "." if self.language == "vi" else ",")

    def feed_path(self, kind: str, query: str, form: str = "atom") -> str:
        """The path of a feed for a search."""
        told = "&".join(filter(None, [query, f"lang={self.language}" if self.chosen else ""]))
        return f"/-/feeds/{kind}.{form}" + (f"?{told}" if told else "")

    def feed(self, kind: str, query: str = "") -> str:
        """A link to a feed for a search."""
        return str(self.datasette.urls.path(self.feed_path(kind, query)))

    def picture(self, path: str | None) -> str | None:
        """Where a stored picture is served; None when it is not."""
        if not path or not has_pictures(self.datasette) or not path.startswith(("sha256/", "thumbnails/")):
            return None
        return str(self.datasette.urls.path(f"/-/pictures/{path}"))

    async def ask(self, question: Callable[[Database], T]) -> T:
        """What the archive answers, within Datasette's limit of time. Raises QueryTooLong beyond it."""
        limit = self.datasette.setting("sql_time_limit_ms")

        def asked(connection: Any) -> T:
            with sqlite_timelimit(connection, limit), trusted(connection), borrowed(connection) as db:
                try:
                    return question(db)
                except LuubaoError:
                    raise
                except NOT_READABLE as error:  # a row that cannot be: a sentence, and the log says which
                    log.exception("the archive holds what cannot be read")
                    raise ArchiveDamaged(f"the archive holds what cannot be read: {error}") from error

        return await archive_of(self.datasette).execute_fn(asked)  # type: ignore[no-any-return]

    def spoken(self) -> dict[str, Any]:
        """What templates call to say something in the page's language."""
        return {
            "visit": self,
            "t": self.tell,
            "to": self.to,
            "what_of": partial(what_of, self.say),
            "worded": partial(worded, self.say),
        }

    async def page(
        self, template: str, *, code: int = 200, headers: Mapping[str, str] | None = None, **context: Any
    ) -> Response:
        """A page of ours, made of a template. headers: besides those of every page."""
        every = await self._papers()
        told = {
            **self.spoken(),
            "papers": every,
            "site": site(every),
            "languages": LANGUAGES,
            "asset": self.asset,
            "others": self._others(),
            "data": self.datasette.urls.database(archive_of(self.datasette).name),
            **context,
        }
        body = await self.datasette.render_template(f"room/{template}.html", told, request=self.request)
        return Response.html(
            body, status=code, headers={**HEADERS, **(headers or {}), "Content-Language": self.language}
        )

    def _others(self) -> list[tuple[str, str]]:
        """The archives served beside this one, with the addresses of their tables."""
        ours = archive_of(self.datasette).name
        names = [name for name in self.datasette.databases if name not in (ours, "_memory", "_internal")]
        return [(name, str(self.datasette.urls.database(name))) for name in names]

    async def _papers(self) -> list[Paper]:
        """Whose pages these are; nobody's where that cannot be read, for a page may be one that says so."""
        try:
            return await self.ask(papers)
        except ArchiveDamaged:
            return []

    def asset(self, name: str) -> str:
        """Where a static file is served; its address changes with the file."""
        return f"{self.datasette.urls.path(f'/-/luubao/{name}')}?{_print_of(name)}"

    async def refusal(self, status: int, told: str, back: str | None = None) -> Response:
        """A page that says why there is no page. back: where it leads, besides the front page."""
        return await self.page("refusal", code=status, told=told, status=status, back=back)


@lru_cache
def _print_of(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:8]


def archive_of(datasette: Any) -> Any:
    """Datasette's database that is the archive."""
    return datasette.get_database()


def has_pictures(datasette: Any) -> bool:
    """Whether the folder with the pictures is served."""
    return any(mount.startswith("-/pictures/") for mount, _ in datasette.static_mounts)


def settings_of(datasette: Any) -> dict[str, Any]:
    """What `luubao serve` was told: address, hosts, keeper, contact."""
    return datasette.plugin_config("luubao") or {}


def is_public(datasette: Any) -> bool:
    """Whether the archive is served to the world."""
    return bool(settings_of(datasette).get("public"))


def site(every: list[Paper]) -> str:
    """The name of the whole: that of the papers, where they are few."""
    return " · ".join(paper.title for paper in every) if 1 <= len(every) <= 2 else "luubao"


def visit_of(datasette: Any, request: Any) -> Visit:
    """The request, with the language it asks for: by name, or as the browser is set."""
    named = request.args.get("lang")
    for language in LANGUAGES:
        if named == language:
            return Visit(datasette, request, language, True)
    return Visit(datasette, request, preferred(request.headers.get("accept-language", "")), False)


def page(view: Callable[[Visit], Awaitable[Response]]) -> View:
    """A view for Datasette: what is not there, or takes too long, becomes a page that says so."""

    async def answered(datasette: Any, request: Any) -> Response:
        visit = visit_of(datasette, request)
        try:
            return unless_known(request, await view(visit))
        except NoDay as error:
            return await visit.refusal(400, visit.say("refusal.no_day", day=str(error)[:60]))
        except LuubaoError as error:
            status = _STATUS.get(type(error), 500)
        except NOT_READABLE:  # what rows say that cannot be read together: a sentence, and the log says which
            log.exception("the archive holds what cannot be shown")
            status = 500
        return await visit.refusal(status, visit.say(f"refusal.{status}"))

    return answered
