"""Step 3: what pictures showed, not only where they stood.

A picture's bytes lie in a store of files, under their digest; the archive holds what they are, every time they were
asked for, and which of them each version of an article showed.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations, script

_TABLES = """
CREATE TABLE pictures (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  width INTEGER,
  height INTEGER,
  perceptual_hash TEXT,
  path TEXT NOT NULL,
  thumbnail TEXT
) STRICT;

CREATE TABLE picture_captures (
  id INTEGER PRIMARY KEY,
  image_id INTEGER NOT NULL REFERENCES images(id),
  run_id INTEGER NOT NULL REFERENCES runs(id),
  captured_at TEXT NOT NULL,
  final_url TEXT NOT NULL,
  status INTEGER,
  outcome TEXT NOT NULL CHECK (outcome IN
    ('fresh', 'revisit', 'not-modified', 'recompressed', 'unclear', 'replaced', 'gone', 'forbidden', 'error')),
  detail TEXT,
  etag TEXT,
  last_modified TEXT,
  picture_id INTEGER REFERENCES pictures(id)
) STRICT;
CREATE INDEX picture_captures_image ON picture_captures(image_id, id);
CREATE INDEX picture_captures_run ON picture_captures(run_id);
CREATE INDEX picture_captures_picture ON picture_captures(picture_id) WHERE picture_id IS NOT NULL;

ALTER TABLE images ADD COLUMN due_at TEXT;
ALTER TABLE images ADD COLUMN changed_at TEXT;
UPDATE images SET due_at = first_seen_at;
CREATE INDEX images_due ON images(due_at);

ALTER TABLE version_images ADD COLUMN picture_id INTEGER REFERENCES pictures(id);
CREATE INDEX version_images_picture ON version_images(picture_id) WHERE picture_id IS NOT NULL;

ALTER TABLE versions ADD COLUMN words_of INTEGER REFERENCES versions(id);
CREATE INDEX versions_words_of ON versions(words_of) WHERE words_of IS NOT NULL;
"""

# Of a picture, the bytes are frozen; where they lie, and what we make of them, may change.
_GUARDS = """
CREATE TRIGGER pictures_update_refused BEFORE UPDATE OF id, digest, size ON pictures
BEGIN SELECT RAISE(ABORT, 'pictures are append-only'); END;
CREATE TRIGGER pictures_delete_refused BEFORE DELETE ON pictures
BEGIN SELECT RAISE(ABORT, 'pictures are append-only'); END;
CREATE TRIGGER picture_captures_update_refused BEFORE UPDATE ON picture_captures
BEGIN SELECT RAISE(ABORT, 'picture_captures are append-only'); END;
CREATE TRIGGER picture_captures_delete_refused BEFORE DELETE ON picture_captures
BEGIN SELECT RAISE(ABORT, 'picture_captures are append-only'); END;
CREATE TRIGGER picture_captures_sealed BEFORE INSERT ON picture_captures
WHEN EXISTS (SELECT 1 FROM seals WHERE run_id = new.run_id)
BEGIN SELECT RAISE(ABORT, 'the run is sealed'); END;
CREATE TRIGGER versions_words_of_refused BEFORE UPDATE OF words_of ON versions
BEGIN SELECT RAISE(ABORT, 'versions are append-only'); END;
"""

# A version that a replaced picture opened shares its words with an earlier one, and so the captures that confirm them:
# those from its beginning to the next of its kind are its own.
_VIEWS = """
DROP VIEW photographs;
CREATE VIEW photographs AS
SELECT pictures.thumbnail, version_images.caption, version_images.credit, articles.headline, articles.url,
  articles.published_at, articles.id AS article_id, images.url AS image_url, pictures.path AS picture
FROM articles
JOIN version_images ON version_images.version_id = articles.current_version_id
JOIN images ON images.id = version_images.image_id
LEFT JOIN pictures ON pictures.id = version_images.picture_id
WHERE articles.withdrawn_at IS NULL;

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
  AND old_images.image_id = version_images.image_id AND old_images.picture_id <> version_images.picture_id
JOIN images ON images.id = version_images.image_id
JOIN pictures AS old_pictures ON old_pictures.id = old_images.picture_id
JOIN pictures AS new_pictures ON new_pictures.id = version_images.picture_id
WHERE versions.words_of IS NOT NULL AND articles.withdrawn_at IS NULL;

DROP VIEW version_spans;
CREATE VIEW version_spans AS
SELECT versions.id AS version_id, versions.article_id, versions.number, versions.first_seen_at,
  max(versions.first_seen_at, coalesce((
    SELECT max(captures.captured_at)
    FROM readings JOIN captures ON captures.id = readings.capture_id OR captures.revisit_of = readings.capture_id
    WHERE readings.version_id IN (versions.id, versions.words_of)
      AND captures.captured_at < coalesce((
        SELECT next.first_seen_at FROM versions AS next
        WHERE next.article_id = versions.article_id AND next.number = versions.number + 1
          AND next.words_of = coalesce(versions.words_of, versions.id)), '9999')
  ), versions.first_seen_at)) AS last_seen_at
FROM versions;
"""


@migrations()
def m003_pictures(db: Database) -> None:
    """Pictures, every fetch of one, and which picture a version showed."""
    script(db, _TABLES)
    script(db, _GUARDS)
    script(db, _VIEWS)
    db.execute("PRAGMA user_version = 3")
