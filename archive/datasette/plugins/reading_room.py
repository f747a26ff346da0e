"""A plugin for Datasette: the pages of the reading room, and ways to them from Datasette's own pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from pluggy import HookimplMarker

from archive.datasette.room import ROUTES
from archive.datasette.room.headers import with_headers
from archive.datasette.room.visit import archive_of

hookimpl = HookimplMarker("datasette")

# Columns that hold an article's number: of any table or query `article_id`, and of these `id`.
_ARTICLES = ("articles", "current_articles")


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
    """Headers that hold for every answer, Datasette's own included."""
    return with_headers


@hookimpl(tryfirst=True)
def render_cell(value: Any, column: str, table: str | None, database: str, datasette: Any) -> Markup | None:
    """An article's number as a link to its page; None leaves a cell to others."""
    if not isinstance(value, int) or database != archive_of(datasette).name:
        return None
    if column == "article_id" or (column == "id" and table in _ARTICLES):
        return Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"/-/article/{value}"), value)
    if column == "capture_id" or (column == "id" and table == "captures"):
        return Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"/-/capture/{value}"), value)
    return None
