"""Step 13, moved pictures: a page may show a picture at another address than its version names. Rows of version_images
at negative positions hold these, and views leave them out. Addresses that showed a list, or something doubtful, wait to
be filed again: since this step a list that looks like an article for a day opens none, and articles may exchange
addresses. An index finds the articles that moved to another one: to file each, all that are gone were looked at."""

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations, script

_VIEWS = """
DROP VIEW photographs;
CREATE VIEW photographs AS
SELECT pictures.thumbnail, version_images.caption, version_images.credit, articles.headline, articles.url,
  articles.published_at, articles.id AS article_id, images.url AS image_url, pictures.path AS picture
FROM articles
JOIN version_images ON version_images.version_id = articles.current_version_id
JOIN images ON images.id = version_images.image_id
LEFT JOIN pictures ON pictures.id = version_images.picture_id
WHERE articles.withdrawn_at IS NULL AND version_images.position > 0;

DROP VIEW replaced_pictures;
CREATE VIEW replaced_pictures AS
SELECT versions.article_id, articles.url, articles.headline, versions.number, versions.first_seen_at AS replaced_at,
  images.url AS image_url, version_images.caption, version_images.credit,
  old_pictures.path AS old_picture, new_pictures.path AS new_picture,
  old_pictures.thumbnail AS old_thumbnail, new_pictures.thumbnail AS new_thumbnail
FROM versions
JOIN articles ON articles.id = versions.article_id
JOIN versions AS earlier ON earlier.article_id = versions.article_id AND earlier.number = versions.number - 1
JOIN version_images ON version_images.version_id = versions.id
JOIN version_images AS old_images
  ON old_images.version_id = earlier.id AND old_images.position = version_images.position
  AND old_images.picture_id <> version_images.picture_id
  AND (old_images.image_id = version_images.image_id OR versions.words_of IN (earlier.id, earlier.words_of))
JOIN images ON images.id = version_images.image_id
JOIN pictures AS old_pictures ON old_pictures.id = old_images.picture_id
JOIN pictures AS new_pictures ON new_pictures.id = version_images.picture_id
WHERE versions.words_of IS NOT NULL AND articles.withdrawn_at IS NULL;

CREATE INDEX articles_moved ON articles(moved_to_id) WHERE moved_to_id IS NOT NULL;
"""

_FILED_AGAIN = """
INSERT INTO unsettled (outlet_id, url_key)
SELECT DISTINCT captures.outlet_id, captures.url_key FROM readings JOIN captures ON captures.id = readings.capture_id
WHERE readings.kind IN ('listing', 'unconfirmed') AND (captures.outlet_id, captures.url_key) IN
  (SELECT outlet_id, url_key FROM articles UNION SELECT outlet_id, url_key FROM aliases)
ON CONFLICT DO NOTHING
"""


@migrations()
def m013_moved_pictures(db: Database) -> None:
    """Moved pictures: views without other addresses, and with pictures replaced under another address."""
    script(db, _VIEWS)
    db.execute(_FILED_AGAIN)
    db.execute("PRAGMA user_version = 13")
