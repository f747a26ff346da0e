"""Step 9: what a run may look at before it is due, and the free signs that something was edited, moved or taken away.

`not_before` says when an address may be asked for at the earliest, whatever a run has left to spend; `sign` what made
it due before its turn; `told` names the headlines that lists have had for it. `listed` has the addresses that a feed or
a sitemap named last, in their order: what leaves it before its turn may be gone.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations, script

_TABLES = """
ALTER TABLE frontier ADD COLUMN not_before TEXT;
ALTER TABLE frontier ADD COLUMN sign TEXT;
ALTER TABLE frontier ADD COLUMN told TEXT;

CREATE TABLE listed (
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  url_key TEXT NOT NULL,
  keys BLOB NOT NULL,
  PRIMARY KEY (outlet_id, url_key)
) STRICT, WITHOUT ROWID;

UPDATE frontier SET not_before = due_at WHERE failures > 0 OR EXISTS (SELECT 1 FROM aliases
  JOIN articles ON articles.id = aliases.article_id WHERE aliases.outlet_id = frontier.outlet_id
  AND aliases.url_key = frontier.url_key AND gone_since IS NOT NULL);
"""


@migrations()
def m009_watching(db: Database) -> None:
    """When an address may be asked for at the earliest; free signs; what feeds and sitemaps named last."""
    script(db, _TABLES)
    db.execute("PRAGMA user_version = 9")
