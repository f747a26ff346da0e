"""The columns that `luubao verify` does not check, each with the reason.

All others are sealed, or derived from sealed ones and compared. docs/storage.md prints this list; a test changes a
value of every other column."""

from __future__ import annotations

from collections.abc import Mapping

_SCHEDULE = "what the crawler does next; nothing a newspaper published follows from it"
_SENT = "what was sent to readers, or is to be"
_OPERATOR_INPUT = "written by the archive's keeper"
_UNSEALED = "written down after the run was sealed, or of what is no crawl"
_FROM_PICTURE = "made from the picture's bytes, which are compared with their digest"
_OWN_CLOCK = "when we did something, by our own clock"
_NO_ARTICLE = (
    "of pages that show no article: only --reread reads them again. Of former readers: replaced by the present one"
)
_UNREFERENCED_ID = "a number by which nothing is referred to"
_LOG = "a record of what the archive said before; what it says now is derived"

_PROVENANCE = "given by the source of the capture"
_READING_COLUMNS = ("kind", "detail", "rules", "state", "words", "headline", "doubt", "version_id", "extractor_id")

UNCOVERED: Mapping[str, Mapping[str, str]] = {
    "frontier": {"*": _SCHEDULE},
    "shapes": {"*": _SCHEDULE},
    "habits": {"*": _SCHEDULE},
    "listed": {"*": _SCHEDULE},
    "hosts": {"*": _SCHEDULE},
    "alerts": {"*": _SENT},
    "alert_events": {"*": _SENT},
    "alert_matches": {"*": _SENT},
    "alert_messages": {"*": _SENT},
    "offers": {"*": _SCHEDULE},
    "offer_pages": {"*": _SCHEDULE},
    "unsettled": {"*": _SCHEDULE},
    "at_once": {"*": "when a site was out of order, judged at the end of runs; what follows from it is derived"},
    "images": {"id": _UNREFERENCED_ID, "first_seen_at": _SCHEDULE, "due_at": _SCHEDULE, "changed_at": _SCHEDULE},
    "outlets": dict.fromkeys(("title", "home_url", "timezone"), "the outlet's description; a crawl writes it anew"),
    "runs": dict.fromkeys(("kind", "source", "warnings", "health", "clock_ahead"), _UNSEALED),
    "origins": {"source": _PROVENANCE, "record": _PROVENANCE},
    "pictures": dict.fromkeys(
        ("size", "media_type", "width", "height", "perceptual_hash", "path", "thumbnail"), _FROM_PICTURE
    ),
    "readings": dict.fromkeys(_READING_COLUMNS, _NO_ARTICLE),
    "list_pages": {"*": "addresses of lists, and how far their placements were derived; placements are derived again"},
    "list_readings": {"*": _NO_ARTICLE},
    "teasers": {"*": _NO_ARTICLE},
    "placement_spans": {"id": _UNREFERENCED_ID},
    "set_aside": {"*": "other prints of an article and what is doubted: only --reread reads them again"},
    "texts": {
        "id": _UNREFERENCED_ID,
        "extractor_id": _NO_ARTICLE,
        "capture_id": "one of the captures that show the version: it is checked that it is one, not which",
    },
    "extractors": {
        "id": _UNREFERENCED_ID,
        "name": "who read: only the present reader's name can be known",
        "first_used_at": _OWN_CLOCK,
    },
    "furniture": {"id": _UNREFERENCED_ID, "learned_at": _OWN_CLOCK, "article_count": _SCHEDULE},
    "dictionaries": {"made_at": _OWN_CLOCK, "page_count": _SCHEDULE, "outlet_id": _SCHEDULE},
    "withdrawals": {
        "id": _UNREFERENCED_ID,
        **dict.fromkeys(("withdrawn_at", "reason", "destroyed_at", "restored_at"), _OPERATOR_INPUT),
    },
    "withheld": {"*": "of withdrawn articles: pages and texts are compared with their digests, the rest is not"},
    "renumberings": {"*": _LOG},
    "tombstones": {"id": _UNREFERENCED_ID},
    "seals": {"id": _UNREFERENCED_ID, "sealed_at": _OWN_CLOCK},
    "_sqlite_migrations": {"*": "which steps brought the file up to date; where one is missing the file is not opened"},
}
"""By table: column, or * for all columns, and the reason."""


def is_covered(table: str, column: str) -> bool:
    """Whether `luubao verify` reports a changed value of this column."""
    listed = UNCOVERED.get(table, {})
    return column not in listed and "*" not in listed
