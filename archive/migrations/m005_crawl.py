"""Step 5: TEMPORARY."""

from sqlite_utils import Database

from archive.migrations.m005_hosts_part import HOSTS
from archive.migrations.steps import migrations, script


@migrations()
def m005_crawl(db: Database) -> None:
    script(db, HOSTS)
    db.execute("PRAGMA user_version = 5")
