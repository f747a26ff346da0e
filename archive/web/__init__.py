"""Datasette on an archive: configuration made from the schema, and the command line that serves it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.queries.canned_queries import QUESTIONS, TOPICS
from archive.storage.schema import TABLES
from archive.web.public_checks import SETTINGS as PUBLIC_SETTINGS

SETTINGS = {
    "suggest_facets": "off",  # costs a second a page on a large archive
    "sql_time_limit_ms": "3000",
    "facet_time_limit_ms": "1000",
    "default_page_size": "50",
    "num_sql_threads": "6",  # of which anybody's own questions take turns.AT_ONCE
    "truncate_cells_html": "200",  # a text is to be seen whole on its own page, not in a table
    "allow_download": "off",  # a live SQLite file is not a file to copy; see docs
}
_FTS_PARTS = ("_data", "_idx", "_docsize", "_config", "_content")
STATIC = Path(__file__).parent / "static"
PLUGINS = Path(__file__).parent / "plugins"
TEMPLATES = Path(__file__).parent / "templates"
# How a table is searched and sorted, and which column stands for its rows where another table points at them.
_HABITS: dict[str, dict[str, Any]] = {
    "articles": {
        "fts_table": "search",
        "fts_pk": "current_version_id",
        "sort_desc": "published_at",
        "label_column": "headline",
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
}


def metadata(
    archive: Path, host: str, public: str | None = None, others: Sequence[Path] = (), *, keeper: str | None = None,
    contact: str | None = None, machinery: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Datasette's metadata for the archive, and for others served beside it: descriptions, search, order, labels,
    hidden machinery. host: where it listens, by which name it may then be asked; public: the address under which the
    world sees it; keeper, contact: who keeps it and how to reach them; machinery: whether its tables are shown, and may
    be read by anybody's SQL."""
    unseen: dict[str, Any] = {"hidden": True, **({} if machinery else {"allow": False})}
    tables = {
        table.name: {
            "description": table.meaning,
            "columns": table.columns,
            **(unseen if table.audience == "machinery" else {}),
            **_HABITS.get(table.name, {}),
        }
        for table in TABLES
    }
    database = {"tables": {**tables, **dict.fromkeys(_UNSEEN, unseen)}, "queries": _queries()}
    told = {"public": public is not None, "address": public, "hosts": _names(host, public), "machinery": machinery}
    return {
        "title": "luubao",
        "extra_css_urls": ["/-/luubao/luubao.css"],
        "databases": {one.stem: database for one in (archive, *others)},
        "plugins": {"luubao": {**told, "keeper": keeper, "contact": contact}},
    }


def _names(host: str, public: str | None) -> list[str]:
    """What the server is called, besides localhost and addresses of the network."""
    return [name.lower() for name in (host, urlsplit(public or "").hostname) if name]


_INDEXES = [f"{name}{part}" for name in ("search", "search_front") for part in ("", *_FTS_PARTS)]
_UNSEEN = ("search_source", "search_front_source", "_sqlite_migrations", "sqlite_sequence", "sqlite_stat1", *_INDEXES)


def _queries() -> dict[str, dict[str, Any]]:
    """The ten questions, each as a page with a form for its parameters."""
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


def write_metadata(
    archive: Path, folder: Path, host: str, public: str | None = None, others: Sequence[Path] = (),
    *, keeper: str | None = None, contact: str | None = None, machinery: bool = False,
) -> Path:  # fmt: skip
    """Writes the metadata into a folder; returns the file."""
    file = folder / "metadata.json"
    told = metadata(archive, host, public, others, keeper=keeper, contact=contact, machinery=machinery)
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return file


def command(
    archive: Path,
    metadata_file: Path,
    *,
    host: str,
    port: int,
    open_browser: bool,
    pictures: Path | None = None,
    laid_down: bool = False,
    public: str | None = None,
    others: Sequence[Path] = (),
) -> list[str]:
    """The command that serves the archive. Datasette opens files read-only and sees what a crawl writes meanwhile.
    pictures: the folder that has them. laid_down: the archive lies where nobody can write.
    public: the address under which the world sees it. others: archives served beside it; where anybody's SQL is run, a
    question may go across the first ten (Datasette's bound) in the database `_memory`."""
    settings = [word for name, value in _settings(public).items() for word in ("--setting", name, value)]
    browser = ["--open"] if open_browser else []
    place = ["--host", host, "--port", str(port), "--metadata", str(metadata_file), "--static", f"-/luubao:{STATIC}"]
    plugins = ["--plugins-dir", str(PLUGINS), "--template-dir", str(TEMPLATES)]
    shown = _pictures(pictures) if pictures else []
    files = [word for one in (archive, *others) for word in (["--immutable", str(one)] if laid_down else [str(one)])]
    across = ["--crossdb"] if others and public is None else []
    return [sys.executable, "-m", "datasette", "serve", *files, *across, *place, *plugins, *shown, *settings, *browser]


def _settings(public: str | None) -> dict[str, str]:
    if public is None:
        return SETTINGS
    path = urlsplit(public).path.rstrip("/")
    secure = {"force_https_urls": "on"} if public.startswith("https:") else {}
    return {**SETTINGS, **PUBLIC_SETTINGS, **secure, "base_url": f"{path}/"}


def _pictures(folder: Path) -> list[str]:
    """Serves pictures and thumbnails. Not the rest of the folder: an SVG can run scripts, and lies apart for that; and
    not where a link leads, which somebody else may have put there."""
    places = [name for name in ("sha256", "thumbnails") if (folder / name).is_dir()]
    mounts = [name for name in places if not (folder / name).is_symlink()]
    return [word for name in mounts for word in ("--static", f"-/pictures/{name}:{folder / name}")]
