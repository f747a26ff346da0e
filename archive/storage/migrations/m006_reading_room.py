"""Step 6: edits know how much they changed in meaning, and counts that a front page shows cost nothing.

What stands in an archive already gets a weight by what SQL can see of it; numbers and names are counted when
`luubao upgrade` or a better reading compares the texts.
"""

from __future__ import annotations

from math import log2

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations, script

_COLUMNS = """
ALTER TABLE versions ADD COLUMN numbers_changed INTEGER;
ALTER TABLE versions ADD COLUMN names_changed INTEGER;
ALTER TABLE versions ADD COLUMN weight REAL;

-- as archive/diff/compare.py weighs, but for what only a comparison knows
UPDATE versions SET weight = round(
  8.0 * (instr(changed, 'headline') > 0) + 3.0 * (instr(changed, 'lead') > 0) + 2.0 * (instr(changed, 'pictures') > 0)
  + log2(1 + words_removed + words_added), 2)
WHERE number > 1 AND words_removed IS NOT NULL;
UPDATE versions SET numbers_changed = 0, names_changed = 0 WHERE words_of IS NOT NULL AND number > 1;
CREATE INDEX versions_weight ON versions(weight) WHERE weight IS NOT NULL;

CREATE INDEX articles_edited ON articles(outlet_id) WHERE version_count > 1;
CREATE INDEX articles_withdrawn ON articles(outlet_id) WHERE withdrawn_at IS NOT NULL;

DROP VIEW edits;
CREATE VIEW edits AS
SELECT versions.article_id, outlets.name AS outlet, articles.url, versions.number,
  versions.first_seen_at AS edited_at, versions.changed, versions.words_removed, versions.words_added,
  versions.numbers_changed, versions.names_changed, versions.weight,
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
def m006_reading_room(db: Database) -> None:
    """Weights of edits, and indexes for counts."""
    db.conn.create_function("log2", 1, log2, deterministic=True)  # not in every SQLite
    script(db, _COLUMNS)
    db.execute("PRAGMA user_version = 6")
