"""A plugin for Datasette: the pages of the reading room, and ways to them from Datasette's own pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup
from pluggy import HookimplMarker

from archive.console.logs import log_of
from archive.storage.sqlite_errors import damage
from archive.web.room import ROUTES
from archive.web.room.allowed_hosts import with_known_hosts
from archive.web.room.hidden_pages import with_itself_hidden
from archive.web.room.picture_serving import with_pictures_alone
from archive.web.room.query_queue import with_turns
from archive.web.room.request import archive_of, is_public, visit_of
from archive.web.room.security_headers import with_headers
from archive.web.template_environment import FILTERS, TESTS

hookimpl = HookimplMarker("datasette")
log = log_of(__name__)

# Where an article's number stands in a row of any table or query, and in these.
_NUMBER = "article_id"
_ARTICLES = ("articles", "current_articles")
_HEADLINES = ("headline", "new_headline")


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    """Templates may ask whether a link may lead to an address, and print what XML may contain."""
    env.tests.update(TESTS)
    env.filters.update(FILTERS)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Every page of the room."""
    return list(ROUTES)


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """From every page of Datasette's to the room."""
    return [{"href": datasette.urls.path("/"), "label": "Reading room"}]


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """What holds for every answer, Datasette's own included: who may ask, for which files, and headers."""
    names, base = (datasette.plugin_config("luubao") or {}).get("hosts", ()), datasette.setting("base_url")
    public = is_public(datasette)

    def is_question(path: str) -> bool:
        first = unquote(path.removeprefix(base.rstrip("/"))).lstrip("/").partition("/")[0]
        return first.rpartition(".")[0] in datasette.databases or first in datasette.databases

    def wrapped(application: Any) -> Any:
        inside = with_itself_hidden(application, base) if public else application
        answering = with_turns(with_pictures_alone(inside, base), is_question)
        return with_headers(with_known_hosts(answering, names))

    return wrapped


@hookimpl(tryfirst=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Callable[[], Any] | None:
    """A damaged file, an address that leads nowhere and a mistake of ours are told as the room tells them, in the
    reader's language and with a way on. What programs ask for, and what is wrong with somebody's SQL, stays
    Datasette's."""
    visit = visit_of(datasette, request)
    if damage(exception) is not None:
        return lambda: visit.refusal(500, visit.say("refusal.500"))
    status = getattr(exception, "status", None)
    if request.path.endswith((".json", ".csv")) or status not in (None, 404):
        return None
    if status is None:
        log.error("%s failed", request.path, exc_info=exception)
    return lambda: visit.refusal(status or 500, visit.say("refusal.404" if status else "refusal.mistake"))


@hookimpl(tryfirst=True)
def forbidden(datasette: Any, request: Any) -> Callable[[], Any] | None:
    """What the public may not see."""
    if request.path.endswith((".json", ".csv")):
        return None
    visit = visit_of(datasette, request)
    return lambda: visit.refusal(403, visit.say("refusal.403"))


@hookimpl(tryfirst=True)
def render_cell(row: Any, value: Any, column: str, table: str | None, database: str, datasette: Any) -> Markup | None:
    """A headline as a link to its article, a capture's number as one to the evidence; None leaves a cell to others."""
    if not value or database != archive_of(datasette).name:
        return None
    if column in _HEADLINES and (article := _number(row, "id" if table in _ARTICLES else _NUMBER)):
        return Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"/-/article/{article}"), value)
    if column == "capture_id" and isinstance(value, int):
        return Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"/-/capture/{value}"), value)
    return None


def _number(row: Any, column: str) -> int | None:
    """A number of a row; Datasette may have put a label beside it."""
    try:
        value = row[column]
    except (KeyError, IndexError):
        return None
    number = value.get("value") if isinstance(value, dict) else value
    return number if isinstance(number, int) else None
