"""The one door to SQL: opening, keeping, filing, the frontier, and the questions people ask."""

from archive.store.connection import open_archive, transaction
from archive.store.file import file, last_capture_of, retell
from archive.store.frontier import discover, due, enter, give_up, waiting
from archive.store.furniture import furniture_of, learn_furniture
from archive.store.identity import latest_version
from archive.store.keep import keep, kept_body, last_body, leads_away, validators
from archive.store.runs import article_count, finish_run, start_run
from archive.store.sources import note_move, page_of, pages_of, source_of, unread

__all__ = [
    "article_count",
    "discover",
    "due",
    "enter",
    "file",
    "finish_run",
    "furniture_of",
    "give_up",
    "keep",
    "kept_body",
    "last_body",
    "last_capture_of",
    "latest_version",
    "leads_away",
    "learn_furniture",
    "note_move",
    "open_archive",
    "page_of",
    "pages_of",
    "retell",
    "source_of",
    "start_run",
    "transaction",
    "unread",
    "validators",
    "waiting",
]
