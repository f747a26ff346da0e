"""The columns that `luubao verify` does not answer for, each with the reason.

Everything else is sealed, or follows from what is, and is compared. docs/storage.md prints this list; a test changes a
value of every other column."""

from __future__ import annotations

from collections.abc import Mapping

_NEXT = "what the crawler does next; nothing a newspaper published follows from it"
_SAID = "written by whoever keeps the archive"
_ADDED = "written down after the run was sealed, or of what is no crawl"
_MADE = "made from the picture's bytes, which are compared with their digest"
_OURS = "when we did something, by our own clock"
_PAGES = "of pages that show no article: only --reread reads them again. Of former readers: replaced by the present one"
_NUMBER = "a number by which nothing is referred to"
_LOG = "a record of what the archive said before; what it says now is derived"

_WHO = "said by whoever brought the capture"
_READ = ("kind", "detail", "rules", "state", "words", "headline", "doubt", "version_id", "extractor_id")

UNCOVERED: Mapping[str, Mapping[str, str]] = {
    "frontier": {"*": _NEXT},
    "shapes": {"*": _NEXT},
    "habits": {"*": _NEXT},
    "listed": {"*": _NEXT},
    "hosts": {"*": _NEXT},
    "offers": {"*": _NEXT},
    "offer_pages": {"*": _NEXT},
    "unsettled": {"*": _NEXT},
    "at_once": {"*": "when a site was out of order, judged at the end of runs; what follows from it is derived"},
    "images": {"id": _NUMBER, "first_seen_at": _NEXT, "due_at": _NEXT, "changed_at": _NEXT},
    "outlets": dict.fromkeys(("title", "home_url", "timezone"), "the outlet's description; a crawl writes it anew"),
    "runs": dict.fromkeys(("kind", "source", "warnings", "health", "clock_ahead"), _ADDED),
    "origins": {"source": _WHO, "record": _WHO},
    "pictures": dict.fromkeys(("size", "media_type", "width", "height", "perceptual_hash", "path", "thumbnail"), _MADE),
    "readings": dict.fromkeys(_READ, _PAGES),
    "set_aside": {"*": "other prints of an article and what is doubted: only --reread reads them again"},
    "texts": {"id": _NUMBER, "extractor_id": _PAGES},
    "extractors": {
        "id": _NUMBER,
        "name": "who read: only the present reader's name can be known",
        "first_used_at": _OURS,
    },
    "furniture": {"id": _NUMBER, "learned_at": _OURS, "article_count": _NEXT},
    "dictionaries": {"made_at": _OURS, "page_count": _NEXT, "outlet_id": _NEXT},
    "withdrawals": {"id": _NUMBER, **dict.fromkeys(("withdrawn_at", "reason", "destroyed_at", "restored_at"), _SAID)},
    "withheld": {"*": "of withdrawn articles: pages and texts are compared with their digests, the rest is not"},
    "renumberings": {"*": _LOG},
    "tombstones": {"id": _NUMBER},
    "seals": {"id": _NUMBER, "sealed_at": _OURS},
    "_sqlite_migrations": {"*": "which steps brought the file up to date; where one is missing the file is not opened"},
}
"""By table: column, or * for all, and why."""


def is_covered(table: str, column: str) -> bool:
    """Whether `luubao verify` names a changed value of this column."""
    listed = UNCOVERED.get(table, {})
    return column not in listed and "*" not in listed
