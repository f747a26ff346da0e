"""Step 17, doubts: edited, disappeared and doubted articles are filed again, by rules that doubt more of a bad day and
count a face that a page keeps for a week as a version."""

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations

_FILED_AGAIN = """
INSERT INTO unsettled (outlet_id, url_key)
SELECT outlet_id, url_key FROM articles
WHERE withdrawn_at IS NULL AND (version_count > 1 OR id IN (SELECT article_id FROM tombstones))
UNION SELECT captures.outlet_id, captures.url_key FROM readings JOIN captures ON captures.id = capture_id
WHERE doubt IS NOT NULL
ON CONFLICT DO NOTHING
"""


@migrations()
def m017_doubts(db: Database) -> None:
    """Doubts: histories that hold an edit, a disappearance or a doubt are filed again."""
    db.execute(_FILED_AGAIN)
    db.execute("PRAGMA user_version = 17")
