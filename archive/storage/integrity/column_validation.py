"""Validators for every column of an archive, and fallbacks for invalid values.

For all code that reads rows of foreign origin: the query commands, `merge`, `verify` and `upgrade`. A column of a new
name needs a validator here.
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
from archive.storage.schema import TABLES
from archive.storage.schema_views import VIEWS

_WHEN, _LINE, _ROW, _COUNT = (optional(validator) for validator in (stored_moment, line, row_number, count))
_CLAIM = optional(claimed_moment)
_OUTCOME = validation.one_of("running", "ok", "nothing-found", "partly-failed", "failed", "interrupted")


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


_BY_NAME: dict[str, Validator] = {
    name: validator
    for validator, names in (
        (_WHEN, """
            finished_at changed_at gone_since withdrawn_at due_at stale_from gone_at returned_at destroyed_at
            restored_at new_first_seen_at lastmod checked_at not_before quiet_until no_rules_since taken_at
            matched_at sent_at at
        """),
        (_LINE, """
            source encoding etag last_modified record byline section changed announced rules state words thumbnail
            found_in found_on sign told next_page key
        """),
        (line, """
            name title outcome kind url_key codec path table_name host level bucket archive place query month alert
            event destination
        """),
        (row_number, """
            id outlet_id run_id capture_id article_id number version_id extractor_id text_id next_id image_id
            list_id teaser_id withdrawal_id row_id old_number batch
        """),
        (stored_moment, """
            started_at captured_at made_at first_seen_at last_seen_at since began_at ended_at first_used_at
            renumbered_at old_first_seen_at sealed_at found_at noted_at learned_at asked_at
        """),
        (optional(text), """
            reason detail gone_reason old_headline lead captions doubt caption credit caption_raw alt summary
            trouble
        """),
        (count, """
            size depth page_count version_count capture_count rank checks changes failures errors article_count
            tries pictures
        """),
        (_ROW, """
            body_id revisit_of dictionary_id base_id current_version_id moved_to_id words_of picture_id new_number
            links_of
        """),
        (number, "placed_through promise worth articles lists others found barren looks days"),
        (_COUNT, "words_removed words_added numbers_changed names_changed width height"),
        (data, "data reading capture_digests picture_digests keys"),
        (text, "headline body layout"),
        (address, "home_url requested_url"),
        (json_object, "software details"),
        (optional(json_lines), "warnings via"),
        (place, "final_url url"),
        (json_pairs, "request response"),
        (digest, "digest old_digest"),
        (_CLAIM, "published_at modified_at"),
        (optional(number), "stood_days weight"),
        (optional(digest), "row_digest previous"),
        (zone, "timezone"),
        (json_counts, "stats"),
        (optional(run_measures), "health"),
        (optional(_seconds_ahead), "clock_ahead"),
        (status, "status"),
        (place_in_page, "position"),
        (picture_type, "media_type"),
        (optional(validation.perceptual_hash), "perceptual_hash"),
        (optional(place), "picture"),
        (row_numbers, "teasers"),
        (flag, "alive"),
        (json_lines, "recurring"),
    )
    for name in names.split()
}  # fmt: skip
"""The validator of all columns of a name, but for those below."""
_BY_TABLE: dict[str, dict[str, Validator]] = {
    "outlets": {"name": outlet_name},
    "runs": {"outcome": _OUTCOME, "kind": validation.one_of("crawl", "import", "backfill", "merge", "cleanse")},
    "origins": {"source": text},
    "articles": {"changed_at": stored_moment},
    "readings": {"version_id": _ROW, "headline": _LINE},
    "at_once": {"kind": validation.one_of("changed", "gone")},
    "picture_captures": {"status": optional(status)},
    "list_pages": {"url": address},
    "placement_spans": {"position": row_number},
    "tombstones": {"gone_at": stored_moment, "reason": text},
    "withdrawals": {"withdrawn_at": stored_moment, "reason": text},
    "frontier": {"url": address, "run_id": _ROW, "kind": _LINE},
    "hosts": {"reason": _LINE},
    "habits": {"changes": number},
    "offers": {"digest": _LINE},
    "credits": {"credit": text},
    "months": {"section": line, "articles": count},
    "alert_events": {"version_id": _ROW},
    "alert_matches": {"version_id": _ROW, "at": stored_moment},
}  # fmt: skip
"""The validators of columns that mean something else in a table."""
COLUMNS: dict[str, dict[str, Validator]] = {
    table.name: {name: _BY_TABLE.get(table.name, {}).get(name) or _BY_NAME[name] for name in table.columns}
    for table in TABLES
    if table not in VIEWS
}
"""By table and column, as archive.storage.schema lists them."""

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
