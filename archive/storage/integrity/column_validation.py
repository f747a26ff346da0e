"""Validators for every column of an archive, and fallbacks for invalid values.

One table for all code that reads rows of foreign origin: the query commands, `merge`, `verify` and `upgrade`. A test
fails for a column without a validator here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archive.model import validation
from archive.model.capture_validation import run_measures
from archive.model.errors import BadValue, pass_over
from archive.model.paths import picture_type
from archive.model.validation import (
    Validator,
    address,
    claimed_moment,
    count,
    data,
    digest,
    flag,
    json_counts,
    json_lines,
    json_object,
    json_pairs,
    line,
    number,
    optional,
    outlet_name,
    place,
    row_number,
    status,
    stored_moment,
    text,
    zone,
)

_WHEN, _LINE, _ROW, _COUNT = (optional(validator) for validator in (stored_moment, line, row_number, count))
_CLAIM = optional(claimed_moment)
_OUTCOME = validation.one_of("running", "ok", "nothing-found", "partly-failed", "failed", "interrupted")
_IDS = {"id": row_number, "outlet_id": row_number}
_TEXTS = {"headline": text, "lead": optional(text), "body": text, "captions": optional(text)}
_CLAIMED = {"byline": _LINE, "section": _LINE, "published_at": _CLAIM}


def _seconds_ahead(value: object) -> int:
    """Seconds by which a clock was ahead: at most the span of the times accepted, 1990 to 2200."""
    if count(value) > 210 * 366 * 86_400:
        raise BadValue(f"{validation.shown(value)} seconds are more than clocks can be apart")
    return count(value)


def place_in_page(value: object) -> int:
    """A picture's place in its article; a negative one for another address of the picture there."""
    return -row_number(-value) if isinstance(value, int) and value < 0 else row_number(value)


def row_numbers(value: object) -> tuple[int, ...]:
    """A list of row numbers, in JSON."""
    return tuple(row_number(item) for item in validation.json_list(value))


COLUMNS: dict[str, dict[str, Validator]] = {
    "outlets": {"id": row_number, "name": outlet_name, "title": line, "home_url": address, "timezone": zone},
    "runs": {
        **_IDS, "started_at": stored_moment, "finished_at": _WHEN, "outcome": _OUTCOME, "reason": optional(text),
        "software": json_object, "stats": json_counts, "warnings": optional(json_lines),
        "health": optional(run_measures), "source": _LINE,
        "kind": validation.one_of("crawl", "import", "backfill", "merge", "cleanse"),
        "clock_ahead": optional(_seconds_ahead),
    },
    "captures": {
        **_IDS, "run_id": row_number, "url_key": line, "requested_url": address, "final_url": place,
        "captured_at": stored_moment, "status": status, "outcome": line, "encoding": _LINE, "etag": _LINE,
        "last_modified": _LINE, "body_id": _ROW, "revisit_of": _ROW, "via": optional(json_lines),
        "detail": optional(text),
    },
    "headers": {"capture_id": row_number, "request": json_pairs, "response": json_pairs},
    "origins": {"capture_id": row_number, "source": text, "record": _LINE},
    "bodies": {
        "id": row_number, "digest": digest, "size": count, "codec": line, "data": data, "dictionary_id": _ROW,
        "base_id": _ROW, "depth": count,
    },
    "dictionaries": {
        **_IDS, "digest": digest, "made_at": stored_moment, "page_count": count, "size": count, "data": data,
    },
    "articles": {
        **_IDS, **_CLAIMED, "headline": text, "url": place, "version_count": count, "first_seen_at": stored_moment,
        "changed_at": stored_moment, "last_seen_at": stored_moment, "gone_since": _WHEN, "gone_reason": optional(text),
        "url_key": line, "current_version_id": _ROW, "moved_to_id": _ROW, "withdrawn_at": _WHEN,
    },
    "aliases": {
        "outlet_id": row_number, "url_key": line, "article_id": row_number, "since": stored_moment, "kind": line,
    },
    "versions": {
        **_CLAIMED, "id": row_number, "article_id": row_number, "number": row_number, "capture_id": row_number,
        "first_seen_at": stored_moment, "digest": digest, "changed": _LINE, "headline": text, "modified_at": _CLAIM,
        "words_removed": _COUNT, "words_added": _COUNT, "words_of": _ROW, "old_headline": optional(text),
        "stood_days": optional(number), "numbers_changed": _COUNT, "names_changed": _COUNT, "weight": optional(number),
        "announced": _LINE,
    },
    "texts": {
        **_TEXTS, "id": row_number, "version_id": row_number, "extractor_id": row_number, "capture_id": row_number,
        "digest": digest, "layout": text, "details": json_object, "row_digest": optional(digest),
    },
    "active_texts": {"version_id": row_number, "text_id": row_number},
    "successors": {"version_id": row_number, "next_id": row_number},
    "readings": {
        "capture_id": row_number, "extractor_id": row_number, "kind": line, "detail": optional(text),
        "version_id": _ROW, "rules": _LINE, "state": _LINE, "words": _LINE, "headline": _LINE, "doubt": optional(text),
    },
    "set_aside": {"capture_id": row_number, "extractor_id": row_number, "reading": data},
    "at_once": {
        "outlet_id": row_number, "began_at": stored_moment, "ended_at": stored_moment,
        "kind": validation.one_of("changed", "gone"),
    },
    "extractors": {"id": row_number, "name": line, "first_used_at": stored_moment},
    "images": {"id": row_number, "url": place, "first_seen_at": stored_moment, "due_at": _WHEN, "changed_at": _WHEN},
    "version_images": {
        "version_id": row_number, "position": place_in_page, "image_id": row_number, "caption": optional(text),
        "credit": optional(text), "caption_raw": optional(text), "alt": optional(text), "picture_id": _ROW,
    },
    "pictures": {
        "id": row_number, "digest": digest, "size": count, "media_type": picture_type, "width": _COUNT,
        "height": _COUNT, "perceptual_hash": optional(validation.perceptual_hash), "path": line,
        "thumbnail": _LINE,
    },
    "picture_captures": {
        "id": row_number, "image_id": row_number, "run_id": row_number, "captured_at": stored_moment,
        "final_url": place, "status": optional(status), "outcome": line, "detail": optional(text), "etag": _LINE,
        "last_modified": _LINE, "picture_id": _ROW,
    },
    "list_pages": {
        **_IDS, "url_key": line, "url": address, "placed_through": number, "stale_from": _WHEN,
    },
    "teasers": {
        **_IDS, "url_key": line, "url": place, "headline": text, "summary": optional(text), "picture": optional(place),
        "digest": digest,
    },
    "list_readings": {"capture_id": row_number, "list_id": row_number, "teasers": row_numbers},
    "placement_spans": {
        "id": row_number, "list_id": row_number, "position": row_number, "teaser_id": row_number,
        "capture_id": row_number, "first_seen_at": stored_moment, "last_seen_at": stored_moment, "gone_at": _WHEN,
    },
    "tombstones": {
        "id": row_number, "article_id": row_number, "gone_at": stored_moment, "reason": text, "returned_at": _WHEN,
    },
    "withdrawals": {
        "id": row_number, "article_id": row_number, "withdrawn_at": stored_moment, "reason": text,
        "destroyed_at": _WHEN, "restored_at": _WHEN,
    },
    "withheld": {"withdrawal_id": row_number, "table_name": line, "row_id": row_number, "data": data},
    "renumberings": {
        "id": row_number, "version_id": row_number, "article_id": row_number, "renumbered_at": stored_moment,
        "old_number": row_number, "new_number": _ROW, "old_first_seen_at": stored_moment, "new_first_seen_at": _WHEN,
        "old_digest": digest, "reason": optional(text),
    },
    "seals": {
        "id": row_number, "run_id": row_number, "sealed_at": stored_moment, "previous": optional(digest),
        "digest": digest, "capture_count": count, "capture_digests": data, "picture_digests": data,
    },
    "frontier": {
        "outlet_id": row_number, "url_key": line, "url": address, "found_at": stored_moment, "due_at": _WHEN,
        "changed_at": _WHEN, "run_id": _ROW, "rank": count, "kind": _LINE, "found_in": _LINE, "found_on": _LINE,
        "depth": count, "promise": number, "lastmod": _WHEN, "checked_at": _WHEN, "checks": count, "changes": count,
        "failures": count, "links_of": _ROW, "worth": number, "not_before": _WHEN, "sign": _LINE, "told": _LINE,
    },
    "hosts": {
        "host": line, "errors": count, "quiet_until": _WHEN, "reason": _LINE, "no_rules_since": _WHEN,
        "noted_at": stored_moment,
    },
    "shapes": {
        "outlet_id": row_number, "level": line, "name": line, "articles": number, "lists": number, "others": number,
        "found": number, "barren": number, "alive": flag,
    },
    "listed": {"outlet_id": row_number, "url_key": line, "keys": data},
    "habits": {"outlet_id": row_number, "bucket": line, "looks": number, "changes": number, "days": number},
    "furniture": {
        **_IDS, "digest": digest, "learned_at": stored_moment, "article_count": count, "recurring": json_lines,
    },
    "offers": {
        **_IDS, "archive": line, "url": place, "captured_at": stored_moment, "place": line, "digest": _LINE,
        "taken_at": _WHEN, "tries": count, "detail": optional(text),
    },
    "offer_pages": {
        "outlet_id": row_number, "archive": line, "query": line, "next_page": _LINE, "asked_at": stored_moment,
    },
    "credits": {"credit": text, "pictures": count},
    "months": {"outlet_id": row_number, "section": line, "month": line, "articles": count},
    "unsettled": {"outlet_id": row_number, "url_key": line},
    "rebuilding": {"article_id": row_number},
    "alerts": {
        "name": line, "since": stored_moment, "matched_at": _WHEN, "sent_at": _WHEN, "trouble": optional(text),
    },
    "alert_events": {
        "id": row_number, "kind": line, "article_id": row_number, "version_id": _ROW, "at": _WHEN,
    },
    "alert_matches": {
        "id": row_number, "alert": line, "event": line, "batch": row_number, "kind": line, "article_id": row_number,
        "version_id": _ROW, "at": stored_moment,
    },
    "alert_messages": {"alert": line, "destination": line, "batch": row_number, "key": _LINE},
}  # fmt: skip

FALLBACKS: dict[str, dict[str, Any]] = {
    "outlets": {"timezone": "UTC"},
    "runs": {
        "finished_at": None, "outcome": "interrupted", "reason": None, "software": "{}", "stats": "{}",
        "warnings": None, "health": None, "kind": "crawl", "source": None,
        "clock_ahead": None,
    },
    "articles": {"byline": None, "section": None, "published_at": None, "gone_reason": None},
    "versions": {"byline": None, "section": None, "published_at": None, "modified_at": None, "changed": None,
                 "words_removed": None, "words_added": None},
    "captures": {"encoding": None, "etag": None, "last_modified": None, "via": None, "detail": None},
    "headers": {"request": "[]", "response": "[]"},
    "pictures": {"width": None, "height": None, "perceptual_hash": None, "thumbnail": None},
    "picture_captures": {"etag": None, "last_modified": None, "detail": None},
    "origins": {"source": "unknown", "record": None},
}  # fmt: skip
"""By table and column: the value that replaces an invalid one, if the row is usable without it."""


def problems(table: str, row: Mapping[str, Any]) -> dict[str, str]:
    """The columns of a row with invalid values, and what is wrong. Ignores keys that are no columns."""
    errors = {}
    for name, validate in COLUMNS[table].items():
        if name in row:
            try:
                validate(row[name])
            except BadValue as error:
                errors[name] = str(error)
    return errors


def usable(
    table: str, row: Mapping[str, Any], number: object = None, note: Callable[[str, str], None] = pass_over
) -> dict[str, Any]:
    """The row, with fallbacks for invalid values, each of which is reported. Raises BadValue if a column without a
    fallback is invalid. number: the row's number, if it has no id. note: a callback that gets table and row, and what
    is wrong."""
    fixed, fallbacks = dict(row), FALLBACKS.get(table, {})
    for name, error in problems(table, row).items():
        if name not in fallbacks:
            raise BadValue(f"{name}: {error}")
        note(f"{table} {row.get('id', number)}", f"{name}: {error}")
        fixed[name] = fallbacks[name]
    return fixed
