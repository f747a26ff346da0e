"""The library's public API: extracts articles from pages and stores them in one SQLite file, the archive.

>>> from archive import open_archive
>>> from archive.queries.lookup import articles
>>> with open_archive("luubao.db") as db:
...     for article in articles(db):
...         print(article.headline)
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if sys.platform == "win32":
    raise SystemExit(
        "luubao runs on Linux and macOS. On Windows, install it in WSL: https://learn.microsoft.com/windows/wsl"
    )

if TYPE_CHECKING:
    from archive.extract import read_page
    from archive.model.errors import LuubaoError
    from archive.model.records import (
        Block,
        Capture,
        Image,
        Link,
        Outlet,
        Picture,
        PictureCapture,
        Reading,
        Run,
        Unreadable,
    )
    from archive.model.urls import absolute, same_site
    from archive.pipeline.ingest import ingest, keep_picture
    from archive.storage.connection import open_archive, transaction
    from archive.storage.run_rows import finish_run, start_run

__all__ = [
    "Block",
    "Capture",
    "Image",
    "Link",
    "LuubaoError",
    "Outlet",
    "Picture",
    "PictureCapture",
    "Reading",
    "Run",
    "Unreadable",
    "absolute",
    "finish_run",
    "ingest",
    "keep_picture",
    "open_archive",
    "read_page",
    "same_site",
    "start_run",
    "transaction",
]

_homes_of_public_names = {
    name: home
    for home, names in {
        "archive.extract": "read_page",
        "archive.model.errors": "LuubaoError",
        "archive.model.records": "Block Capture Image Link Outlet Picture PictureCapture Reading Run Unreadable",
        "archive.model.urls": "absolute same_site",
        "archive.pipeline.ingest": "ingest keep_picture",
        "archive.storage.connection": "open_archive transaction",
        "archive.storage.run_rows": "finish_run start_run",
    }.items()
    for name in names.split()
}


if not TYPE_CHECKING:  # else every name would be one

    def __getattr__(name: str) -> Any:
        """Imports a public name when it is first accessed (PEP 562), so that a command imports only what it uses."""
        if name not in _homes_of_public_names:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_homes_of_public_names[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_homes_of_public_names})
