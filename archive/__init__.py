"""Keeps and reads: everything that turns bytes into an article, and one SQLite file that remembers.

>>> from archive import open_archive, articles
>>> with open_archive("luubao.db") as db:
...     for article in articles(db):
...         print(article.headline)
"""

import sys
from typing import TYPE_CHECKING

from archive.lazy import lazy

if sys.platform == "win32":
    raise SystemExit(
        "luubao runs on Linux and macOS. On Windows, install it in WSL: https://learn.microsoft.com/windows/wsl"
    )

if TYPE_CHECKING:
    from archive.errors import LuubaoError
    from archive.extract import read_page
    from archive.finding import discover, links_are_noted, note_sitemaps
    from archive.ingest import (
        Arrival,
        Ingested,
        gave_up,
        ingest,
        keep_picture,
        note_redirect,
        put_away,
        read_pending,
        settle_run,
        take_in,
        try_to_read,
    )
    from archive.records import (
        Block,
        Capture,
        Filed,
        HostState,
        Image,
        Kept,
        Link,
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
        ask_from,
        call_all,
        captured_in_run,
        due,
        due_pictures,
        enter,
        finish_run,
        forbid,
        furniture_of,
        give_up,
        last_body,
        leads_away,
        learn_furniture,
        leave,
        leave_picture,
        left_out,
        note_hosts,
        open_archive,
        pictures_of,
        plant,
        rechecks,
        runs_a_day,
        signed,
        start_run,
        taken_in_run,
        transaction,
        troubled_hosts,
        validators,
        versions_under,
        waiting,
        walk_anew,
    )
    from archive.store.doubts import doubts_of, opened_by
    from archive.store.pictures_past import stand_ins_in
    from archive.urls import absolute, same_site, url_key, without_trackers

__all__ = [
    "REDIRECTS",
    "Arrival",
    "Block",
    "Capture",
    "Filed",
    "HostState",
    "Image",
    "Ingested",
    "Kept",
    "Link",
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
    "ask_from",
    "call_all",
    "captured_in_run",
    "discover",
    "doubts_of",
    "due",
    "due_pictures",
    "enter",
    "finish_run",
    "forbid",
    "furniture_of",
    "gave_up",
    "give_up",
    "ingest",
    "keep_picture",
    "last_body",
    "leads_away",
    "learn_furniture",
    "leave",
    "leave_picture",
    "left_out",
    "links_are_noted",
    "note_hosts",
    "note_redirect",
    "note_sitemaps",
    "open_archive",
    "opened_by",
    "pictures_of",
    "plant",
    "put_away",
    "read_page",
    "read_pending",
    "rechecks",
    "runs_a_day",
    "same_site",
    "settle_run",
    "signed",
    "stand_ins_in",
    "start_run",
    "take_in",
    "taken_in_run",
    "transaction",
    "troubled_hosts",
    "try_to_read",
    "url_key",
    "validators",
    "versions_under",
    "waiting",
    "walk_anew",
    "without_trackers",
]

lazy(
    __name__,
    {
        "archive.errors": "LuubaoError",
        "archive.extract": "read_page",
        "archive.finding": "discover links_are_noted note_sitemaps",
        "archive.ingest": (
            "Arrival Ingested gave_up ingest keep_picture note_redirect put_away read_pending settle_run take_in "
            "try_to_read"
        ),
        "archive.records": (
            "Block Capture Filed HostState Image Kept Link Outlet Picture PictureCapture PictureOutcome "
            "Reading Run StoredPicture Unreadable WantedPicture"
        ),
        "archive.store": (
            "REDIRECTS article_count ask_from call_all captured_in_run due due_pictures enter finish_run "
            "forbid furniture_of give_up last_body leads_away learn_furniture leave "
            "leave_picture left_out note_hosts open_archive pictures_of plant rechecks runs_a_day signed start_run "
            "taken_in_run transaction troubled_hosts validators versions_under waiting walk_anew"
        ),
        "archive.store.doubts": "doubts_of opened_by",
        "archive.store.pictures_past": "stand_ins_in",
        "archive.urls": "absolute same_site url_key without_trackers",
    },
)
