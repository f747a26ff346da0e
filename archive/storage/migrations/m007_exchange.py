"""Step 7: captures that come late: from other archives, from files, from another copy of this archive.

What a newspaper published long ago may arrive today. Then an article's versions are put in order of time anew
(docs/design.md), which is the one occasion on which the guards of versions, texts and tombstones stand back, and only
for the articles named in `rebuilding`. Every number that somebody may have quoted is kept in `renumberings`.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations, script

_TABLES = """
ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'crawl';
ALTER TABLE runs ADD COLUMN source TEXT;

CREATE TABLE origins (
  capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
  source TEXT NOT NULL,
  record TEXT
) STRICT;

CREATE TABLE unsettled (
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  url_key TEXT NOT NULL,
  PRIMARY KEY (outlet_id, url_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE rebuilding (
  article_id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE renumberings (
  id INTEGER PRIMARY KEY,
  version_id INTEGER NOT NULL,
  article_id INTEGER NOT NULL,
  renumbered_at TEXT NOT NULL,
  old_number INTEGER NOT NULL,
  new_number INTEGER,
  old_first_seen_at TEXT NOT NULL,
  new_first_seen_at TEXT,
  old_digest TEXT NOT NULL
) STRICT;
CREATE INDEX renumberings_version ON renumberings(version_id);
CREATE INDEX renumberings_article ON renumberings(article_id, old_number);

CREATE TABLE offers (
  id INTEGER PRIMARY KEY,
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  archive TEXT NOT NULL,
  url TEXT NOT NULL,
  captured_at TEXT NOT NULL,
  place TEXT NOT NULL,
  digest TEXT,
  taken_at TEXT,
  tries INTEGER NOT NULL DEFAULT 0,
  detail TEXT,
  UNIQUE (outlet_id, archive, place)
) STRICT;
CREATE INDEX offers_open ON offers(outlet_id, archive, id) WHERE taken_at IS NULL;

CREATE TABLE offer_pages (
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  archive TEXT NOT NULL,
  query TEXT NOT NULL,
  next_page TEXT,
  asked_at TEXT NOT NULL,
  PRIMARY KEY (outlet_id, archive, query)
) STRICT, WITHOUT ROWID;

CREATE INDEX captures_time ON captures(outlet_id, url_key, captured_at);
"""

_REBUILT = "EXISTS (SELECT 1 FROM rebuilding WHERE article_id = old.article_id)"
_TEXT_REBUILT = "EXISTS (SELECT 1 FROM versions JOIN rebuilding USING (article_id) WHERE versions.id = old.version_id)"
_GUARDS = f"""
DROP TRIGGER versions_update_refused;
CREATE TRIGGER versions_update_refused
BEFORE UPDATE OF id, article_id, number, capture_id, first_seen_at, digest, changed ON versions
WHEN new.id <> old.id OR NOT {_REBUILT}
BEGIN SELECT RAISE(ABORT, 'versions are append-only'); END;

DROP TRIGGER versions_words_of_refused;
CREATE TRIGGER versions_words_of_refused BEFORE UPDATE OF words_of ON versions WHEN NOT {_REBUILT}
BEGIN SELECT RAISE(ABORT, 'versions are append-only'); END;

DROP TRIGGER versions_delete_refused;
CREATE TRIGGER versions_delete_refused BEFORE DELETE ON versions WHEN NOT {_REBUILT}
BEGIN SELECT RAISE(ABORT, 'versions are append-only'); END;

DROP TRIGGER texts_delete_refused;
CREATE TRIGGER texts_delete_refused BEFORE DELETE ON texts WHEN NOT {_TEXT_REBUILT}
BEGIN SELECT RAISE(ABORT, 'texts are append-only'); END;

DROP TRIGGER tombstones_update_refused;
CREATE TRIGGER tombstones_update_refused BEFORE UPDATE OF id, article_id, gone_at, reason ON tombstones
WHEN NOT {_REBUILT}
BEGIN SELECT RAISE(ABORT, 'tombstones are append-only'); END;

DROP TRIGGER tombstones_delete_refused;
CREATE TRIGGER tombstones_delete_refused BEFORE DELETE ON tombstones WHEN NOT {_REBUILT}
BEGIN SELECT RAISE(ABORT, 'tombstones are append-only'); END;

CREATE TRIGGER origins_update_refused BEFORE UPDATE ON origins
BEGIN SELECT RAISE(ABORT, 'origins are append-only'); END;
CREATE TRIGGER origins_delete_refused BEFORE DELETE ON origins
BEGIN SELECT RAISE(ABORT, 'origins are append-only'); END;
CREATE TRIGGER renumberings_update_refused BEFORE UPDATE ON renumberings
BEGIN SELECT RAISE(ABORT, 'renumberings are append-only'); END;
CREATE TRIGGER renumberings_delete_refused BEFORE DELETE ON renumberings
BEGIN SELECT RAISE(ABORT, 'renumberings are append-only'); END;
"""

# A capture that confirms another's bytes shows what that one was read as, unless a reading of its own says otherwise:
# between the two, the page may have said something else.
_VIEWS = """
DROP VIEW version_spans;
CREATE VIEW version_spans AS
SELECT versions.id AS version_id, versions.article_id, versions.number, versions.first_seen_at,
  max(versions.first_seen_at, coalesce((
    SELECT max(captures.captured_at)
    FROM readings JOIN captures ON captures.id = readings.capture_id OR captures.revisit_of = readings.capture_id
    WHERE readings.version_id IN (versions.id, versions.words_of)
      AND (captures.id = readings.capture_id
        OR NOT EXISTS (SELECT 1 FROM readings AS own WHERE own.capture_id = captures.id))
      AND captures.captured_at < coalesce((
        SELECT next.first_seen_at FROM versions AS next
        WHERE next.article_id = versions.article_id AND next.number = versions.number + 1
          AND next.words_of = coalesce(versions.words_of, versions.id)), '9999')
  ), versions.first_seen_at)) AS last_seen_at
FROM versions;
"""


@migrations()
def m007_exchange(db: Database) -> None:
    """Where captures come from, what waits to be put in order of time, and what was renumbered."""
    for statements in (_TABLES, _GUARDS, _VIEWS):
        script(db, statements)
    db.execute("PRAGMA user_version = 7")
