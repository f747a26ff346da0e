"""Configures Datasette and Jinja: Datasette's metadata, built from the schema, and the command line that serves an
archive; the Jinja environment of the reading room and of static editions, in which every value is autoescaped."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from archive.console import CONTROL
from archive.model.records import Block, Image, Reading
from archive.model.validation import is_address
from archive.queries.canned_queries import QUESTIONS, TOPICS
from archive.storage.schema import TABLES
from archive.web.sql_guard import SETTINGS as PUBLIC_SETTINGS

if TYPE_CHECKING:
    from jinja2 import Environment

SETTINGS = {
    "suggest_facets": "off",  # costs a second a page on a large archive
    "sql_time_limit_ms": "3000",
    "facet_time_limit_ms": "1000",
    "default_page_size": "50",
    "num_sql_threads": "6",  # of which visitors' own queries use room.asgi_guard.AT_ONCE
    "truncate_cells_html": "200",  # the whole text is on its own page, not in a table
    "allow_download": "off",  # a live SQLite file must not be copied; see docs
}
_FTS_SUFFIXES = ("_data", "_idx", "_docsize", "_config", "_content")
STATIC = Path(__file__).parent / "static"
PLUGINS = Path(__file__).parent / "plugins"
TEMPLATES = Path(__file__).parent / "templates"
# For each table: its full-text index, sort order, facets, and the label column that foreign keys to it show.
_TABLE_METADATA: dict[str, dict[str, Any]] = {
    "articles": {
        "fts_table": "search", "fts_pk": "current_version_id", "sort_desc": "published_at", "label_column": "headline",
        "facets": ["outlet_id", "section"],
    },
    "versions": {"fts_table": "search", "fts_pk": "id", "sort_desc": "first_seen_at", "label_column": "headline"},
    "captures": {"sort_desc": "id", "label_column": "captured_at", "facets": ["outcome", "status"]},
    "runs": {"sort_desc": "id", "label_column": "started_at", "facets": ["outlet_id", "outcome"]},
    "outlets": {"label_column": "name"},
    "images": {"label_column": "url"},
    "extractors": {"label_column": "name"},
    "bodies": {"label_column": "digest"},
    "edits": {"sort_desc": "edited_at"},
    "disappearances": {"sort_desc": "gone_since"},
    "current_articles": {"sort_desc": "published_at"},
    "headline_changes": {"sort_desc": "edited_at"},
    "credits": {"sort_desc": "pictures"},
    "months": {"sort_desc": "month"},
}  # fmt: skip


def metadata(
    archive: Path, host: str, public: str | None = None, others: Sequence[Path] = (), *, keeper: str | None = None,
    contact: str | None = None, machinery: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Datasette's metadata for the archive, and for others served beside it: descriptions, search, sort order, labels,
    hidden internal tables. host: where the server listens, also an allowed host name; public: its public URL; keeper,
    contact: who keeps the archive and how to reach them; machinery: whether internal tables are shown, and readable by
    visitors' SQL."""
    hidden: dict[str, Any] = {"hidden": True, **({} if machinery else {"allow": False})}
    tables = {
        table.name: {
            "description": table.meaning,
            "columns": table.columns,
            **(hidden if table.audience == "machinery" else {}),
            **_TABLE_METADATA.get(table.name, {}),
        }
        for table in TABLES
    }
    database = {"tables": {**tables, **dict.fromkeys(_HIDDEN_TABLES, hidden)}, "queries": _queries()}
    hosts = [name.lower() for name in (host, urlsplit(public or "").hostname) if name]  # besides localhost, addresses
    settings = {"public": public is not None, "address": public, "hosts": hosts, "machinery": machinery}
    return {
        "title": "luubao",
        "extra_css_urls": ["/-/luubao/luubao.css"],
        "databases": {path.stem: database for path in (archive, *others)},
        "plugins": {"luubao": {**settings, "keeper": keeper, "contact": contact}},
    }


_FTS_TABLES = [f"{name}{part}" for name in ("search", "search_front") for part in ("", *_FTS_SUFFIXES)]
_HIDDEN_TABLES = (
    "search_source", "search_front_source", "_sqlite_migrations", "sqlite_sequence", "sqlite_stat1", *_FTS_TABLES,
)  # fmt: skip


def _queries() -> dict[str, dict[str, Any]]:
    """The canned queries, each a page with a form for its parameters."""
    why = {question.name: topic.why for topic in TOPICS for question in topic.questions}
    return {
        question.name: {
            "sql": question.sql.strip(),
            "title": question.title,
            "description": why[question.name],
            "params": list(question.parameters),
        }
        for question in QUESTIONS
    }


def command(
    archive: Path, metadata_file: Path, *, host: str, port: int, open_browser: bool,
    pictures: Sequence[Path | None] = (), laid_down: bool = False, public: str | None = None,
    others: Sequence[Path] = (),
) -> list[str]:  # fmt: skip
    """The command that serves the archive. Datasette opens files read-only and sees what a crawl writes meanwhile.
    pictures: the picture folder of each archive. laid_down: the archive is on read-only storage. public: its public
    URL. others: archives served beside it; where visitors may run SQL, a query may join the first ten (Datasette's
    limit) in the database `_memory`."""
    from datasette.utils import tilde_encode

    settings = [word for name, value in _settings(public).items() for word in ("--setting", name, value)]
    browser = ["--open"] if open_browser else []
    base = ["--host", host, "--port", str(port), "--metadata", str(metadata_file), "--static", f"-/luubao:{STATIC}"]
    plugins = ["--plugins-dir", str(PLUGINS), "--template-dir", str(TEMPLATES)]
    prefixes = ["", *(f"{tilde_encode(path.stem)}/" for path in others)]
    mounts = [word for prefix, folder in zip(prefixes, pictures, strict=False) if folder
              for word in _picture_mounts(folder, prefix)]  # fmt: skip
    files = [word for path in (archive, *others) for word in (["--immutable", str(path)] if laid_down else [str(path)])]
    crossdb = ["--crossdb"] if others and public is None else []
    return [sys.executable, "-m", "datasette", "serve", *files, *crossdb, *base, *plugins, *mounts, *settings, *browser]


def _settings(public: str | None) -> dict[str, str]:
    if public is None:
        return SETTINGS
    path = urlsplit(public).path.rstrip("/")
    secure = {"force_https_urls": "on"} if public.startswith("https:") else {}
    return {**SETTINGS, **PUBLIC_SETTINGS, **secure, "base_url": f"{path}/"}


def _picture_mounts(folder: Path, prefix: str) -> list[str]:
    """Options that serve pictures and thumbnails, but not the rest of the folder: SVGs can run scripts, and are stored
    apart for that reason. Symlinks are not followed, because somebody else may have put them there."""
    existing = [name for name in ("sha256", "thumbnails") if (folder / name).is_dir()]
    mounts = [name for name in existing if not (folder / name).is_symlink()]
    return [word for name in mounts for word in ("--static", f"{prefix}-/pictures/{name}:{folder / name}")]


TESTS = {"web_address": is_address}
"""Jinja tests: web_address allows http and https links, not `javascript:`."""


def printable(text: str) -> str:
    """The text without control characters, and so without all that XML forbids."""
    return CONTROL.sub("", text)


FILTERS = {"printable": printable}
"""Jinja filters."""


@cache
def environment() -> Environment:
    """The Jinja environment for pages written to files, with the templates compiled so far."""
    from jinja2 import (  # imported late: takes longer than a help to print
        Environment,
        FileSystemLoader,
        StrictUndefined,
    )

    jinja = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    jinja.tests.update(TESTS)
    jinja.filters.update(FILTERS)
    return jinja


@dataclass(frozen=True, slots=True)
class Part:
    """A display block. lines: the items of a list, or the lines of a text; rows: the cells of a table; image: a
    picture."""

    kind: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    image: Image | None = None


def parts(reading: Reading) -> Iterator[Part]:
    """The display blocks of a reading: adjacent items form one list, pictures outside of any block come last."""
    list_items: list[str] = []
    image_positions = set()
    for block in reading.blocks:
        if block.kind == "list":
            list_items += block.text.splitlines()
            continue
        if list_items:
            yield Part("list", tuple(list_items))
            list_items = []
        image_positions.add(block.image)
        yield _part(block, reading)
    if list_items:
        yield Part("list", tuple(list_items))
    yield from (Part("image", image=image) for n, image in enumerate(reading.images) if n not in image_positions)


def _part(block: Block, reading: Reading) -> Part:
    if block.kind == "image" and block.image is not None:
        return Part("image", image=reading.images[block.image])
    lines = tuple(block.text.splitlines())
    if block.kind == "table":
        return Part("table", rows=tuple(tuple(cell.strip() for cell in line.split(" | ")) for line in lines))
    return Part(block.kind, lines)
