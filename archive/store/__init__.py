"""The one door to SQL: opening, keeping, filing, the frontier, and the questions people ask."""

from typing import TYPE_CHECKING

from archive.lazy import lazy

if TYPE_CHECKING:
    from archive.history.answers import REDIRECTS
    from archive.store.conditions import validators, versions_under
    from archive.store.connection import open_archive, transaction
    from archive.store.frontier import (
        ask_from,
        call_all,
        captured_in_run,
        enter,
        forbid,
        give_up,
        is_new,
        leave,
        links_are_noted,
        note_links,
        plant,
        settle,
        taken_in_run,
        walk_anew,
    )
    from archive.store.furniture import furniture_of, learn_furniture, put_furniture
    from archive.store.habits import rechecks, runs_a_day, signed
    from archive.store.hosts import note_hosts, troubled_hosts
    from archive.store.identity import Source
    from archive.store.keep import keep, kept_body, last_body, leads_away
    from archive.store.ledger import Ledger, Span, Waiting
    from archive.store.pictures import due_pictures, keep_picture, leave_picture, pictures_of
    from archive.store.readings import record_refusal
    from archive.store.room import left_out, name_again
    from archive.store.runs import article_count, finish_run, register, start_run
    from archive.store.shapes import note_yield, promise_of
    from archive.store.sources import (
        outlets_of,
        page_of,
        pages_of,
        redirecting_here,
        unread,
        versions_at,
    )
    from archive.store.taking import due, waiting
    from archive.store.withdrawn import is_withdrawn

__all__ = [
    "REDIRECTS",
    "Ledger",
    "Source",
    "Span",
    "Waiting",
    "article_count",
    "ask_from",
    "call_all",
    "captured_in_run",
    "due",
    "due_pictures",
    "enter",
    "finish_run",
    "forbid",
    "furniture_of",
    "give_up",
    "is_new",
    "is_withdrawn",
    "keep",
    "keep_picture",
    "kept_body",
    "last_body",
    "leads_away",
    "learn_furniture",
    "leave",
    "leave_picture",
    "left_out",
    "links_are_noted",
    "name_again",
    "note_hosts",
    "note_links",
    "note_yield",
    "open_archive",
    "outlets_of",
    "page_of",
    "pages_of",
    "pictures_of",
    "plant",
    "promise_of",
    "put_furniture",
    "rechecks",
    "record_refusal",
    "redirecting_here",
    "register",
    "runs_a_day",
    "settle",
    "signed",
    "start_run",
    "taken_in_run",
    "transaction",
    "troubled_hosts",
    "unread",
    "validators",
    "versions_at",
    "versions_under",
    "waiting",
    "walk_anew",
]

lazy(
    __name__,
    {
        "archive.history.answers": "REDIRECTS",
        "archive.store.connection": "open_archive transaction",
        "archive.store.frontier": (
            "ask_from call_all captured_in_run enter forbid give_up is_new leave links_are_noted note_links "
            "plant settle taken_in_run walk_anew"
        ),
        "archive.store.furniture": "furniture_of learn_furniture put_furniture",
        "archive.store.habits": "rechecks runs_a_day signed",
        "archive.store.hosts": "note_hosts troubled_hosts",
        "archive.store.identity": "Source",
        "archive.store.conditions": "versions_under validators",
        "archive.store.keep": "keep kept_body last_body leads_away",
        "archive.store.ledger": "Ledger Span Waiting",
        "archive.store.pictures": "due_pictures keep_picture leave_picture pictures_of",
        "archive.store.readings": "record_refusal",
        "archive.store.room": "left_out name_again",
        "archive.store.runs": "article_count finish_run register start_run",
        "archive.store.shapes": "note_yield promise_of",
        "archive.store.sources": "outlets_of page_of pages_of redirecting_here unread versions_at",
        "archive.store.taking": "due waiting",
        "archive.store.withdrawn": "is_withdrawn",
    },
)
