"""Keeps and reads: everything that turns bytes into an article, and one SQLite file that remembers.

>>> from archive import open_archive, articles
>>> with open_archive("luubao.db") as db:
...     for article in articles(db):
...         print(article.headline)
"""

from archive.errors import LuubaoError
from archive.extract import read_page
from archive.ingest import Ingested, ingest
from archive.rebuild import read_pending
from archive.records import (
    Block,
    Capture,
    Filed,
    Image,
    Kept,
    Outlet,
    Picture,
    PictureCapture,
    PictureOutcome,
    Reading,
    Run,
    StoredPicture,
    Unreadable,
    WantedPicture,
)
from archive.store import (
    REDIRECTS,
    article_count,
    captured_in_run,
    discover,
    due,
    due_pictures,
    enter,
    finish_run,
    forbid,
    give_up,
    keep_picture,
    last_body,
    leads_away,
    learn_furniture,
    note_redirect,
    open_archive,
    pictures_of,
    start_run,
    taken_in_run,
    validators,
)
from archive.urls import absolute, same_site, url_key, without_trackers

__all__ = [
    "REDIRECTS",
    "Block",
    "Capture",
    "Filed",
    "Image",
    "Ingested",
    "Kept",
    "LuubaoError",
    "Outlet",
    "Picture",
    "PictureCapture",
    "PictureOutcome",
    "Reading",
    "Run",
    "StoredPicture",
    "Unreadable",
    "WantedPicture",
    "absolute",
    "article_count",
    "captured_in_run",
    "discover",
    "due",
    "due_pictures",
    "enter",
    "finish_run",
    "forbid",
    "give_up",
    "ingest",
    "keep_picture",
    "last_body",
    "leads_away",
    "learn_furniture",
    "note_redirect",
    "open_archive",
    "pictures_of",
    "read_page",
    "read_pending",
    "same_site",
    "start_run",
    "taken_in_run",
    "url_key",
    "validators",
    "without_trackers",
]
