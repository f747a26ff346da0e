"""Step 5, as far as this branch needs it."""

from sqlite_utils import Database

from archive.migrations.m005_runs_part import RUNS
from archive.migrations.steps import migrations, script


@migrations()
def m005_crawl(db: Database) -> None:
    """Runs."""
    script(db, RUNS)
    db.execute("PRAGMA user_version = 5")
