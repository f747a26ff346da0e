"""Step 17, kinds of upheaval: edits and disappearances at once are judged apart. What is recorded counts as both until
it is judged again; edited, disappeared and doubted articles are filed again, by the rules of today."""

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations, script

_KINDS = """
ALTER TABLE at_once RENAME TO former_at_once;
CREATE TABLE at_once (
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  began_at TEXT NOT NULL,
  ended_at TEXT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (outlet_id, began_at, kind)
) STRICT;
INSERT INTO at_once (outlet_id, began_at, ended_at, kind)
SELECT outlet_id, began_at, ended_at, 'changed' FROM former_at_once
UNION SELECT outlet_id, began_at, ended_at, 'gone' FROM former_at_once;
DROP TABLE former_at_once;
INSERT INTO unsettled (outlet_id, url_key)
SELECT outlet_id, url_key FROM articles
WHERE withdrawn_at IS NULL AND (version_count > 1 OR id IN (SELECT article_id FROM tombstones))
UNION SELECT captures.outlet_id, captures.url_key FROM readings JOIN captures ON captures.id = capture_id
WHERE doubt IS NOT NULL
ON CONFLICT DO NOTHING;
PRAGMA user_version = 17;
"""


@migrations()
def m017_kinds_of_upheaval(db: Database) -> None:
    """Kinds of upheaval: edits and disappearances at once are judged apart."""
    script(db, _KINDS)
