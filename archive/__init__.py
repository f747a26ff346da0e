"""The library's public API: extracts articles from pages and stores them in one SQLite file, the archive.

>>> from archive import open_archive, articles
>>> with open_archive("luubao.db") as db:
...     for article in articles(db):
...         print(article.headline)
"""

import sys
from typing import TYPE_CHECKING

from archive.runtime.lazy_imports import lazy

if sys.platform == "win32":
    raise SystemExit(
        "luubao runs on Linux and macOS. On Windows, install it in WSL: https://learn.microsoft.com/windows/wsl"
    )

if TYPE_CHECKING:
    from archive.extract import read_page
    from archive.frontier.capacity import left_out
    from archive.frontier.change_rate_store import rechecks, runs_a_day, take_signalled
    from archive.frontier.dequeue import due, waiting
    from archive.frontier.host_state import HostState, note_hosts, troubled_hosts
    from archive.frontier.url_queue import (
        captured_in_run,
        drop,
        enqueue,
        forbid,
        give_up,
        recheck_all,
        relist,
        seed,
        set_since,
        taken_in_run,
    )
    from archive.history.responses import REDIRECTS
    from archive.model.errors import LuubaoError
    from archive.model.records import (
        Block,
        Capture,
        Filed,
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
    from archive.model.urls import absolute, same_site, url_key, without_trackers
    from archive.pipeline.history_filing import judge_run
    from archive.pipeline.ingest import (
        Arrival,
        Ingested,
        discover,
        file_reading,
        ingest,
        keep_capture,
        keep_picture,
        links_are_noted,
        note_redirect,
        note_sitemaps,
        read_pending,
    )
    from archive.pipeline.page_reading import gave_up, try_to_read
    from archive.storage.captures.capture_writer import last_body, leads_away
    from archive.storage.captures.request_validators import validators, versions_under
    from archive.storage.connection import open_archive, transaction
    from archive.storage.histories.doubts import doubts_of, opened_by
    from archive.storage.picture_fetches import due_pictures, leave_picture, pictures_after, pictures_of
    from archive.storage.picture_history import stand_ins_in
    from archive.storage.run_rows import article_count, finish_run, start_run
    from archive.storage.version_texts import boilerplate_of, learn_boilerplate

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
    "boilerplate_of",
    "captured_in_run",
    "discover",
    "doubts_of",
    "drop",
    "due",
    "due_pictures",
    "enqueue",
    "file_reading",
    "finish_run",
    "forbid",
    "gave_up",
    "give_up",
    "ingest",
    "judge_run",
    "keep_capture",
    "keep_picture",
    "last_body",
    "leads_away",
    "learn_boilerplate",
    "leave_picture",
    "left_out",
    "links_are_noted",
    "note_hosts",
    "note_redirect",
    "note_sitemaps",
    "open_archive",
    "opened_by",
    "pictures_after",
    "pictures_of",
    "read_page",
    "read_pending",
    "recheck_all",
    "rechecks",
    "relist",
    "runs_a_day",
    "same_site",
    "seed",
    "set_since",
    "stand_ins_in",
    "start_run",
    "take_signalled",
    "taken_in_run",
    "transaction",
    "troubled_hosts",
    "try_to_read",
    "url_key",
    "validators",
    "versions_under",
    "waiting",
    "without_trackers",
]

lazy(
    __name__,
    {
        "archive.extract": "read_page",
        "archive.frontier.capacity": "left_out",
        "archive.frontier.change_rate_store": "rechecks runs_a_day take_signalled",
        "archive.frontier.dequeue": "due waiting",
        "archive.frontier.host_state": "HostState note_hosts troubled_hosts",
        "archive.frontier.url_queue": (
            "captured_in_run drop enqueue forbid give_up recheck_all relist seed set_since taken_in_run"
        ),
        "archive.history.responses": "REDIRECTS",
        "archive.model.errors": "LuubaoError",
        "archive.model.records": (
            "Block Capture Filed Image Kept Link Outlet Picture PictureCapture PictureOutcome "
            "Reading Run StoredPicture Unreadable WantedPicture"
        ),
        "archive.model.urls": "absolute same_site url_key without_trackers",
        "archive.pipeline.history_filing": "judge_run",
        "archive.pipeline.ingest": (
            "Arrival Ingested discover file_reading ingest keep_capture keep_picture links_are_noted note_redirect"
            " note_sitemaps read_pending"
        ),
        "archive.pipeline.page_reading": "gave_up try_to_read",
        "archive.storage.captures.capture_writer": "last_body leads_away",
        "archive.storage.captures.request_validators": "validators versions_under",
        "archive.storage.connection": "open_archive transaction",
        "archive.storage.histories.doubts": "doubts_of opened_by",
        "archive.storage.picture_fetches": "due_pictures leave_picture pictures_after pictures_of",
        "archive.storage.picture_history": "stand_ins_in",
        "archive.storage.run_rows": "article_count finish_run start_run",
        "archive.storage.version_texts": "boilerplate_of learn_boilerplate",
    },
)
