"""Migrations of the schema: numbered steps from an empty file to the present one, a module each, with its reason.

A step that has been released is never edited; a change is a new step. To add one: write `mNNN_what_for.py` after the
last, with a function under `@migrations()`; import it here; raise SCHEMA; describe its tables and columns in
archive/storage/schema.py, and what a column of a new name may hold in archive/storage/integrity/column_validation.py;
run `make docs`.
"""

from archive.storage.migrations import (  # noqa: F401  # each registers itself
    m001_first_light,
    m002_fixity,
    m003_pictures,
    m004_questions,
    m005_crawl,
    m006_reading_room,
    m007_exchange,
    m008_one_history,
    m009_watching,
    m010_announced,
    m011_placements,
    m012_alerts,
    m013_moved_pictures,
    m014_replaced_texts,
    m015_counted_credits,
    m016_former_words,
    m017_kinds_of_upheaval,
)
from archive.storage.migrations.registry import APPLICATION_ID, migrations

SCHEMA = 17
"""The number of the newest step, kept in the file's user_version."""

__all__ = ["APPLICATION_ID", "SCHEMA", "migrations"]
