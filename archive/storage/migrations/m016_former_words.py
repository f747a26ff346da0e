"""Step 16, former words: articles that said former words again are filed again, where another address showed the same
bytes all the time. A recheck of that address counted for the version of the first time."""

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations

_FILED_AGAIN = """
INSERT INTO unsettled (outlet_id, url_key)
SELECT DISTINCT captures.outlet_id, captures.url_key FROM captures
JOIN readings AS root ON root.capture_id = revisit_of JOIN versions AS shown ON shown.id = root.version_id
JOIN versions AS later ON later.article_id = shown.article_id AND later.number > shown.number
  AND later.first_seen_at <= captured_at
JOIN readings AS again ON again.capture_id = later.capture_id AND again.state = root.state
WHERE captures.outcome IN ('revisit', 'not-modified')
  AND NOT EXISTS (SELECT 1 FROM readings WHERE readings.capture_id = captures.id)
ON CONFLICT DO NOTHING
"""


@migrations()
def m016_former_words(db: Database) -> None:
    """Former words: histories in which they stand again are filed again."""
    db.execute(_FILED_AGAIN)
    db.execute("PRAGMA user_version = 16")
