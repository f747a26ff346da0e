"""Step 10: edits say how the newspaper announced them. `luubao upgrade` measures those that are stored already."""

from __future__ import annotations

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations, script

_ANNOUNCED = """
ALTER TABLE versions ADD COLUMN announced TEXT;
CREATE INDEX versions_unannounced ON versions(article_id, first_seen_at) WHERE announced = 'none';

DROP VIEW edits;
CREATE VIEW edits AS
SELECT versions.article_id, outlets.name AS outlet, articles.url, versions.number,
  versions.first_seen_at AS edited_at, versions.changed, versions.words_removed, versions.words_added,
  versions.numbers_changed, versions.names_changed, versions.weight, versions.announced, versions.stood_days,
  earlier.headline AS old_headline, versions.headline AS new_headline,
  old_text.body AS old_body, new_text.body AS new_body,
  earlier.id AS old_version_id, versions.id AS new_version_id
FROM versions
JOIN versions AS earlier ON earlier.article_id = versions.article_id AND earlier.number = versions.number - 1
JOIN articles ON articles.id = versions.article_id
JOIN outlets ON outlets.id = articles.outlet_id
JOIN active_texts AS old_active ON old_active.version_id = earlier.id
JOIN texts AS old_text ON old_text.id = old_active.text_id
JOIN active_texts AS new_active ON new_active.version_id = versions.id
JOIN texts AS new_text ON new_text.id = new_active.text_id
WHERE versions.number > 1
  -- what only an earlier extractor saw differently was no edit; a replaced picture leaves the words as they were
  AND (versions.changed = 'pictures' OR old_text.extractor_id <> new_text.extractor_id
    OR old_text.digest <> new_text.digest);
"""


@migrations()
def m010_announced(db: Database) -> None:
    """How edits were announced."""
    script(db, _ANNOUNCED)
    db.execute("PRAGMA user_version = 10")
