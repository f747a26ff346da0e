"""Datasette plugin: the URL routes of the reading room, links to them and pictures in Datasette's own pages, guarded
SQL.

No page and no query serves withdrawn data; internal tables are served only if the operator allows it; results are
limited; and a damaged index does not block the other tables.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup
from pluggy import HookimplMarker

from archive.console import log_of
from archive.storage.sqlite_file import damage_message
from archive.web.configuration import FILTERS, TESTS
from archive.web.room.article_page import article, at_address, citation, unapi, version
from archive.web.room.asgi_guard import AsgiGuard
from archive.web.room.comparison_page import card, choose, comparison
from archive.web.room.feed_pages import feed
from archive.web.room.list_pages import day, edits, gone, new, photos, picture, search
from archive.web.room.memento import timegate, timemap, timemap_of
from archive.web.room.overview_pages import about, calendar, front, robots
from archive.web.room.parameters import archive_names, picture_address, room_path
from archive.web.room.placement_pages import front_page, front_pages, path
from archive.web.room.replay import capture, cdx, replay, sandboxed, warc
from archive.web.room.request import View, context_of, is_public
from archive.web.sql_guard import Guard

hookimpl = HookimplMarker("datasette")
log = log_of(__name__)

# Column of an article's id in rows of any table or query; the tables whose own id it is; columns that become links.
_ID_COLUMN = "article_id"
_ARTICLE_TABLES = ("articles", "current_articles")
_HEADLINE_COLUMNS = ("headline", "new_headline")
# Paths as archive.model.paths makes them; no other value of a column becomes an image or a link.
_THUMBNAIL = re.compile(r"thumbnails/[0-9a-f]{2}/[0-9a-f]{64}\.jpg")
_PICTURE = re.compile(r"sha256/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z]{3,4}")


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    env.tests.update(TESTS)
    env.filters.update(FILTERS)


@hookimpl
def prepare_connection(conn: sqlite3.Connection, datasette: Any) -> None:
    Guard(conn, _broken_indexes(conn), machinery=bool((datasette.plugin_config("luubao") or {}).get("machinery")))


def _broken_indexes(conn: sqlite3.Connection) -> set[str]:
    """Virtual tables that fail on access; Datasette inspects every table at its start."""
    broken = set[str]()
    try:
        tables = conn.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL %'").fetchall()
    except sqlite3.DatabaseError:  # the next query reports it
        return broken
    for (name,) in tables:
        try:
            conn.execute(f'PRAGMA table_info("{name}")')
        except sqlite3.DatabaseError:
            broken.add(name)
    return broken


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return list(ROUTES)


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    return [{"href": datasette.urls.path("/"), "label": "Reading room"}]


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Wraps every request, including Datasette's own: allowed hosts, query queue, served files, headers."""
    host_names, base = (datasette.plugin_config("luubao") or {}).get("hosts", ()), datasette.setting("base_url")

    def is_database_page(path: str) -> bool:
        first_segment, _, rest = unquote(path.removeprefix(base.rstrip("/"))).lstrip("/").partition("/")
        if rest.partition("/")[0] == "-":  # the room of another archive
            return False
        return first_segment.rpartition(".")[0] in datasette.databases or first_segment in datasette.databases

    return partial(
        AsgiGuard, names=host_names, base=base, is_database_page=is_database_page, public=is_public(datasette)
    )


@hookimpl(tryfirst=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Callable[[], Any] | None:
    """Shows the room's error page, in the reader's language and with a link onwards, for a damaged file, an unknown URL
    and an internal error. Errors of JSON and CSV requests and of visitors' SQL stay Datasette's."""
    context = context_of(datasette, request)
    if damage_message(exception) is not None:
        return lambda: context.refusal(500, context.say("refusal.500"))
    if isinstance(exception, MemoryError):  # of SQLite: archive.web.sql_guard sets its limit
        return lambda: context.refusal(503, context.say("refusal.503"))
    status = getattr(exception, "status", None)
    if request.path.endswith((".json", ".csv")) or status not in (None, 404):
        return None
    if status is None:
        log.error("%s failed", request.path, exc_info=exception)
    return lambda: context.refusal(status or 500, context.say("refusal.404" if status else "refusal.mistake"))


@hookimpl(tryfirst=True)
def forbidden(datasette: Any, request: Any) -> Callable[[], Any] | None:
    """Shows the room's error page for what the public may not see."""
    if request.path.endswith((".json", ".csv")):
        return None
    context = context_of(datasette, request)
    return lambda: context.refusal(403, context.say("refusal.403"))


@hookimpl(tryfirst=True)
def render_cell(row: Any, value: Any, column: str, table: str | None, database: str, datasette: Any) -> Markup | None:
    """A headline as a link to its article, a capture's id as a link to its page, the path of a stored picture as an
    image or a link; None leaves the cell to Datasette."""
    if not value or database not in archive_names(datasette):
        return None
    if column in _HEADLINE_COLUMNS and (article := _integer(row, "id" if table in _ARTICLE_TABLES else _ID_COLUMN)):
        return Markup('<a href="{}">{}</a>').format(room_path(datasette, database, f"/-/article/{article}"), value)
    if column == "capture_id" and isinstance(value, int):
        return Markup('<a href="{}">{}</a>').format(room_path(datasette, database, f"/-/capture/{value}"), value)
    if isinstance(value, str) and (address := picture_address(datasette, database, value)):
        if _THUMBNAIL.fullmatch(value):
            return Markup('<img src="{}" alt="" loading="lazy" width="160">').format(address)
        if _PICTURE.fullmatch(value):
            return Markup('<a href="{}">{}</a>').format(address, value)
    return None


def _integer(row: Any, column: str) -> int | None:
    """An integer of a row; None where there is none. Datasette may have wrapped it together with a label."""
    try:
        value = row[column]
    except (KeyError, IndexError):
        return None
    number = value.get("value") if isinstance(value, dict) else value
    return number if isinstance(number, int) else None


# Footnotes cite the URLs of articles, versions, comparisons and captures: never change them.
_ID = r"(?P<id>[1-9]\d{0,17})"

_PAGES: tuple[tuple[str, View], ...] = (
    (rf"/-/article/{_ID}$", article),
    (rf"/-/article/{_ID}/v(?P<number>[1-9]\d{{0,8}})$", version),
    (rf"/-/article/{_ID}/places$", path),
    (r"/-/at$", at_address),
    (rf"/-/diff/{_ID}$", choose),
    (rf"/-/diff/{_ID}/v(?P<old>[1-9]\d{{0,8}})\.\.v(?P<new>[1-9]\d{{0,8}})$", comparison),
    (rf"/-/diff/{_ID}/v(?P<old>[1-9]\d{{0,8}})\.\.v(?P<new>[1-9]\d{{0,8}})\.svg$", card),
    (rf"/-/capture/{_ID}$", capture),
    (rf"/-/capture/{_ID}/page$", sandboxed),
    (rf"/-/capture/{_ID}\.warc$", warc),
    (r"/-/search$", search),
    (r"/-/new$", new),
    (r"/-/edits$", edits),
    (r"/-/gone$", gone),
    (r"/-/day/(?P<day>[^/]{1,40})$", day),
    (r"/-/front$", front_pages),
    (rf"/-/front/{_ID}$", front_pages),
    (rf"/-/front/{_ID}/(?P<day>[^/]{{1,40}})$", front_page),
    (r"/-/photos$", photos),
    (r"/-/picture/(?P<digest>[0-9a-f]{64})$", picture),
    (r"/-/calendar$", calendar),
    (r"/-/about$", about),
    (rf"/-/article/{_ID}/v(?P<number>[1-9]\d{{0,8}})\.(?P<form>bib|ris|json)$", citation),
    (rf"/-/timemap/{_ID}$", timemap),
    (r"/-/timemap/(?P<form>link|json)/(?P<url>.+)$", timemap_of),
    (r"/-/timegate/(?P<url>.+)$", timegate),
    (r"/-/feeds/(?P<kind>new|edits|gone)\.(?P<form>atom|json)$", feed),
    (r"/-/unapi$", unapi),
    (r"/cdx$", cdx),
    (r"/web/(?P<timestamp>\d{1,14})(?P<mode>[a-z]{2}_)?/(?P<url>.+)$", replay),
    (r"/web/(?P<url>https?:/.+)$", replay),
)

# Of several archives the first has its room at the root, each other one below its name.
ROUTES: tuple[tuple[str, View], ...] = (
    (r"/$", front),
    (r"/(?P<archive>[^/]+)/-/?$", front),
    (r"/robots\.txt$", robots),
    *((f"{prefix}{pattern}", view) for prefix in ("", r"/(?P<archive>[^/]+)") for pattern, view in _PAGES),
)
