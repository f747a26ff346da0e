"""Step 14, replaced texts: articles that lost words under an unchanged headline wait to be filed again, since from this
step on a text in the place of another waits for the next look. An index finds the articles that moved to another one:
to file each, all that are gone were looked at."""

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations

_FILED_AGAIN = """
INSERT INTO unsettled (outlet_id, url_key)
SELECT captures.outlet_id, captures.url_key FROM readings JOIN captures ON captures.id = readings.capture_id
WHERE readings.headline LIKE 'text:%' AND (captures.outlet_id, captures.url_key) IN
  (SELECT outlet_id, url_key FROM articles UNION SELECT outlet_id, url_key FROM aliases)
UNION SELECT outlet_id, articles.url_key FROM versions JOIN articles ON articles.id = article_id
WHERE number > 1 AND old_headline IS NULL AND words_removed > 0
ON CONFLICT DO NOTHING
"""


@migrations()
def m014_replaced_texts(db: Database) -> None:
    """Replaced texts: histories that the rule of the next look may tell otherwise are filed again."""
    db.execute("CREATE INDEX articles_moved ON articles(moved_to_id) WHERE moved_to_id IS NOT NULL")
    db.execute(_FILED_AGAIN)
    db.execute("PRAGMA user_version = 14")
