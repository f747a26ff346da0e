"""Validators for every column of an archive, fallbacks for invalid values, and repairs of rows that are no evidence.

An archive may be old, damaged, or made by somebody else: all code that reads rows of foreign origin (the query
commands, `merge`, `verify` and `upgrade`) checks the columns of each row here, and skips a row that cannot be read. A
column of a new name needs a validator here. What a crawl received is evidence and stays as it is; bookkeeping rows and
descriptions of outlets are repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlite_utils import Database

from archive.model import clock, validation
from archive.model.capture_validation import run_measures
from archive.model.errors import ArchiveDamaged, BadValue, LuubaoError, pass_over
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
from archive.storage.sqlite_file import DatabaseError, is_too_long

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


T = TypeVar("T")
Row = dict[str, Any]
ROW_ERRORS = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, StopIteration)
"""Exceptions that making a value from a row raises where the row, or a row it refers to, holds invalid values. (A
future that is given StopIteration never ends: a request to the reading room would wait for ever.)"""


def readable_values(rows: Iterable[Row], table: str, make: Callable[[Row], T]) -> Iterator[T]:
    """The values that `make` returns for rows of a table; skips rows that cannot be read, with a notice. Columns that
    the table has not come from other tables."""
    for row in rows:
        try:
            value = make(usable(table, row))
        except ROW_ERRORS as error:
            pass_over(_row_name(table, row), error)
        else:
            yield value


def readable_value(row: Row, table: str, make: Callable[[Row], T]) -> T:
    """The value that `make` returns for one row. Raises ArchiveDamaged where the row cannot be read."""
    try:
        return make(usable(table, row))
    except LuubaoError as error:
        if not isinstance(error, ValueError):
            raise
        raise unreadable_row(_row_name(table, row), error) from error
    except ROW_ERRORS as error:
        raise unreadable_row(_row_name(table, row), error) from error


def unreadable_row(row_name: str, why: object) -> ArchiveDamaged:
    """The error for a row without which there is no answer. what: its name; why: the reason."""
    return ArchiveDamaged(f"{row_name} cannot be read ({why}). `luubao verify` names all such rows")


def _row_name(table: str, row: Row) -> str:
    identifier = next((row[name] for name in ("id", "url", "name", "version", "number") if name in row), "?")
    return f"{table} {str(identifier)[:80]}"


_BINARY = {"data", "capture_digests", "picture_digests", "reading"}
"""Columns of bytes, which are checked when they are decompressed."""


@dataclass(frozen=True, slots=True)
class InvalidRow:
    """A row with invalid values. key: what identifies it in its table; wrong: column -> what is wrong."""

    table: str
    key: dict[str, Any]
    wrong: dict[str, str]

    def __str__(self) -> str:
        name = " ".join(validation.shown(value).strip("'") for value in self.key.values())
        return (
            f"{self.table} {name}".strip() + ": " + "; ".join(f"{column}: {why}" for column, why in self.wrong.items())
        )


def odd_rows(db: Database, step: Callable[[], None] = lambda: None) -> Iterator[InvalidRow]:
    """Yields all rows with invalid values, table by table. step: a callback, called for every table."""
    for table, columns in COLUMNS.items():
        step()
        names, keys = [name for name in columns if name not in _BINARY], _key_of(db, table)
        try:
            for values in db.conn.cursor().execute(f"SELECT {', '.join(names)} FROM {table}"):
                row = dict(zip(names, values, strict=True))
                if errors := problems(table, row):
                    yield InvalidRow(table, {name: row[name] for name in keys}, errors)
        except DatabaseError as error:
            if not is_too_long(error):
                raise
            what = "it is longer than any that luubao writes, and what follows it was not read"
            yield InvalidRow(table, {}, {"a value": what})


def _key_of(db: Database, table: str) -> list[str]:
    """The columns of a table's primary key."""
    columns = db.execute("SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk", [table])
    return [str(name) for (name,) in columns.fetchall()]


_BOOKKEEPING = ("frontier", "hosts", "shapes", "habits")
"""Tables that crawling fills again: an invalid row is deleted. An address comes back with the page that links to
it."""
_RESET = {"images": ("due_at", "changed_at")}
"""Columns that are reset: due now."""


def repair(db: Database, odd: InvalidRow) -> str | None:
    """Repairs a row if possible. Returns what was done; None if the row must stay as it is. Call inside a
    transaction."""
    where = " AND ".join(f"{name} IS ?" for name in odd.key)
    if odd.table in _BOOKKEEPING:
        db.execute(f"DELETE FROM {odd.table} WHERE {where}", list(odd.key.values()))
        return "deleted; crawling fills it in again"
    if odd.wrong.keys() <= set(_RESET.get(odd.table, ())):
        assignments = ", ".join(f"{name} = {'NULL' if name == 'changed_at' else '?'}" for name in odd.wrong)
        moments = [clock.stamp(clock.now()) for name in odd.wrong if name != "changed_at"]
        db.execute(f"UPDATE {odd.table} SET {assignments} WHERE {where}", [*moments, *odd.key.values()])
        return "due now"
    return _repair_outlet(db, odd) if odd.table == "outlets" else None


def _repair_outlet(db: Database, odd: InvalidRow) -> str | None:
    outlet_id = odd.key["id"]
    repaired = {"timezone": "UTC", "name": f"outlet-{outlet_id}", "title": f"outlet {outlet_id}"}
    columns = [name for name in odd.wrong if name in repaired]
    for name in columns:
        db.execute(f"UPDATE outlets SET {name} = ? WHERE id = ?", [repaired[name], outlet_id])
    if "home_url" in odd.wrong and (home := _home(db, outlet_id)):
        db.execute("UPDATE outlets SET home_url = ? WHERE id = ?", [home, outlet_id])
        repaired["home_url"] = home
        columns.append("home_url")
    return ", ".join(f"{name} is {repaired[name]} now" for name in columns) or None


def _home(db: Database, outlet_id: int) -> str | None:
    """The site root of the outlet's first capture with a valid address."""
    rows = db.execute("SELECT requested_url FROM captures WHERE outlet_id = ? ORDER BY id LIMIT 50", [outlet_id])
    urls = (str(row[0]) for row in rows.fetchall())
    first = next((url for url in urls if validation.is_address(url)), None)
    return "/".join(first.split("/", 3)[:3]) + "/" if first else None


def uncounted(db: Database) -> list[int]:
    """Measured edits that lack a measure: those stored before migration step 6 or 10."""
    rows = db.execute(
        "SELECT id FROM versions WHERE number > 1 AND weight IS NOT NULL"
        " AND (numbers_changed IS NULL OR announced IS NULL)"
    )
    return [int(row[0]) for row in rows.fetchall()]
