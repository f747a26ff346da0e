"""Step 12: alerts. What was filed and no alert has looked at yet, what each alert matched, what is still to be sent.

The tables lie in the archive, and not beside it: a copy, a backup or another machine's archive then agrees with itself
about what was sent. Triggers note what is filed, whoever files it, and only in archives that have alerts. Of a
tombstone that is written anew the note of its removal says that it is no news.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations, script

_TABLES = """
CREATE TABLE alerts (
  name TEXT PRIMARY KEY,
  since TEXT NOT NULL,
  matched_at TEXT,
  sent_at TEXT,
  trouble TEXT
) STRICT;

CREATE TABLE alert_events (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  article_id INTEGER NOT NULL,
  version_id INTEGER,
  at TEXT
) STRICT;

CREATE TABLE alert_matches (
  id INTEGER PRIMARY KEY,
  alert TEXT NOT NULL REFERENCES alerts(name),
  event TEXT NOT NULL,
  batch INTEGER NOT NULL,
  kind TEXT NOT NULL,
  article_id INTEGER NOT NULL,
  version_id INTEGER,
  at TEXT NOT NULL,
  UNIQUE (alert, event)
) STRICT;
CREATE INDEX alert_matches_batch ON alert_matches(alert, batch);

CREATE TABLE alert_messages (
  alert TEXT NOT NULL REFERENCES alerts(name),
  destination TEXT NOT NULL,
  batch INTEGER NOT NULL,
  key TEXT,
  PRIMARY KEY (alert, destination, batch)
) STRICT, WITHOUT ROWID;
"""

_NOTES = (
    ("new", "INSERT ON articles", "", "new.id, NULL, NULL"),
    ("edited", "INSERT ON versions", "", "new.article_id, new.id, NULL"),
    ("gone", "INSERT ON tombstones", "", "new.article_id, NULL, new.gone_at"),
    ("back", "INSERT ON tombstones", "new.returned_at IS NOT NULL AND ", "new.article_id, NULL, new.returned_at"),
    ("back", "UPDATE OF returned_at ON tombstones", "new.returned_at IS NOT NULL AND ",
     "new.article_id, NULL, new.returned_at"),
    ("known", "DELETE ON tombstones", "", "old.article_id, NULL, old.gone_at"),
    ("known", "DELETE ON tombstones", "old.returned_at IS NOT NULL AND ", "old.article_id, NULL, old.returned_at"),
)  # fmt: skip


@migrations()
def m012_alerts(db: Database) -> None:
    """Alerts: events, matches and messages, and the triggers that note events."""
    script(db, _TABLES)
    for number, (kind, happening, condition, values) in enumerate(_NOTES):
        db.execute(
            f"CREATE TRIGGER alert_events_{kind}_{number} AFTER {happening}"
            f" WHEN {condition}EXISTS (SELECT 1 FROM alerts) BEGIN"
            f" INSERT INTO alert_events (kind, article_id, version_id, at) VALUES ('{kind}', {values}); END"
        )
    db.execute("PRAGMA user_version = 12")
