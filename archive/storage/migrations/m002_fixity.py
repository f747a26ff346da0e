"""Step 2: an archive that can prove itself, takes less room, and can forget a person.

Bodies may be stored against a dictionary of their outlet or as a patch of an earlier body; finished runs are sealed
into a chain of digests; what a newspaper took back, or a person asks to be forgotten, has tables of its own.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.model.digests import digest_of_value
from archive.storage.migrations.registry import migrations, script

_TEXT_COLUMNS = ("headline", "lead", "body", "captions", "layout", "details")

_TABLES = """
CREATE TABLE dictionaries (
  id INTEGER PRIMARY KEY,
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  digest TEXT NOT NULL,
  made_at TEXT NOT NULL,
  page_count INTEGER NOT NULL,
  size INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE INDEX dictionaries_outlet ON dictionaries(outlet_id, id);

ALTER TABLE bodies ADD COLUMN dictionary_id INTEGER REFERENCES dictionaries(id);
ALTER TABLE bodies ADD COLUMN base_id INTEGER REFERENCES bodies(id);
ALTER TABLE bodies ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
CREATE INDEX bodies_base ON bodies(base_id) WHERE base_id IS NOT NULL;
CREATE INDEX captures_body ON captures(body_id) WHERE body_id IS NOT NULL;

CREATE TABLE seals (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL UNIQUE REFERENCES runs(id),
  sealed_at TEXT NOT NULL,
  previous TEXT,
  digest TEXT NOT NULL UNIQUE,
  capture_count INTEGER NOT NULL,
  capture_digests BLOB NOT NULL,
  picture_digests BLOB NOT NULL
) STRICT;

CREATE TABLE tombstones (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles(id),
  gone_at TEXT NOT NULL,
  reason TEXT NOT NULL,
  returned_at TEXT
) STRICT;
CREATE INDEX tombstones_article ON tombstones(article_id, gone_at);

CREATE TABLE withdrawals (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles(id),
  withdrawn_at TEXT NOT NULL,
  reason TEXT NOT NULL,
  destroyed_at TEXT,
  restored_at TEXT
) STRICT;
CREATE INDEX withdrawals_article ON withdrawals(article_id);

CREATE TABLE withheld (
  withdrawal_id INTEGER NOT NULL REFERENCES withdrawals(id),
  table_name TEXT NOT NULL,
  row_id INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (withdrawal_id, table_name, row_id)
) STRICT;

ALTER TABLE articles ADD COLUMN withdrawn_at TEXT;
ALTER TABLE aliases ADD COLUMN kind TEXT NOT NULL DEFAULT 'address';
ALTER TABLE readings ADD COLUMN rules TEXT;
ALTER TABLE versions ADD COLUMN words_removed INTEGER;
ALTER TABLE versions ADD COLUMN words_added INTEGER;
ALTER TABLE texts ADD COLUMN row_digest TEXT;
"""

# A text may be emptied, and filled again, while its article is withdrawn; what it was stays told by its digests.
_GUARDS = """
CREATE TRIGGER texts_update_refused BEFORE UPDATE ON texts
WHEN new.id <> old.id OR new.version_id <> old.version_id OR new.extractor_id <> old.extractor_id
  OR new.capture_id <> old.capture_id OR new.digest <> old.digest OR new.row_digest IS NOT old.row_digest
  OR NOT EXISTS (
    SELECT 1 FROM versions JOIN articles ON articles.id = versions.article_id
    WHERE versions.id = old.version_id AND articles.withdrawn_at IS NOT NULL
  )
BEGIN SELECT RAISE(ABORT, 'texts are append-only'); END;

CREATE TRIGGER captures_sealed BEFORE INSERT ON captures
WHEN EXISTS (SELECT 1 FROM seals WHERE run_id = new.run_id)
BEGIN SELECT RAISE(ABORT, 'the run is sealed'); END;
CREATE TRIGGER runs_sealed BEFORE UPDATE ON runs
WHEN EXISTS (SELECT 1 FROM seals WHERE run_id = old.id)
BEGIN SELECT RAISE(ABORT, 'the run is sealed'); END;
CREATE TRIGGER runs_delete_refused BEFORE DELETE ON runs
BEGIN SELECT RAISE(ABORT, 'runs are append-only'); END;
CREATE TRIGGER seals_update_refused BEFORE UPDATE ON seals
BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;
CREATE TRIGGER seals_delete_refused BEFORE DELETE ON seals
BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;
CREATE TRIGGER dictionaries_update_refused BEFORE UPDATE ON dictionaries
BEGIN SELECT RAISE(ABORT, 'dictionaries are append-only'); END;
CREATE TRIGGER dictionaries_delete_refused BEFORE DELETE ON dictionaries
WHEN EXISTS (SELECT 1 FROM bodies WHERE dictionary_id = old.id)
BEGIN SELECT RAISE(ABORT, 'a dictionary that bodies are written with stays'); END;
CREATE TRIGGER tombstones_update_refused BEFORE UPDATE OF id, article_id, gone_at, reason ON tombstones
BEGIN SELECT RAISE(ABORT, 'tombstones are append-only'); END;
CREATE TRIGGER tombstones_delete_refused BEFORE DELETE ON tombstones
BEGIN SELECT RAISE(ABORT, 'tombstones are append-only'); END;
CREATE TRIGGER withdrawals_update_refused BEFORE UPDATE OF id, article_id, withdrawn_at, reason ON withdrawals
BEGIN SELECT RAISE(ABORT, 'withdrawals are append-only'); END;
CREATE TRIGGER withdrawals_delete_refused BEFORE DELETE ON withdrawals
BEGIN SELECT RAISE(ABORT, 'withdrawals are append-only'); END;
"""

# A version whose text is shown no more leaves the index, in the spelling in which it was indexed.
_SEARCH = """
CREATE TRIGGER active_texts_removed AFTER DELETE ON active_texts BEGIN
  INSERT INTO search(search, rowid, headline, lead, body, captions, folded)
  SELECT 'delete', old.version_id, headline, lead, body, captions, replace(replace(
    headline || ' · ' || coalesce(lead, '') || ' · ' || body || ' · ' || coalesce(captions, ''), 'đ', 'd'), 'Đ', 'D')
  FROM texts WHERE id = old.text_id;
END;
"""

_VIEWS = """
DROP VIEW edits;
CREATE VIEW edits AS
SELECT versions.article_id, outlets.name AS outlet, articles.url, versions.number,
  versions.first_seen_at AS edited_at, versions.changed, versions.words_removed, versions.words_added,
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

DROP VIEW disappearances;
CREATE VIEW disappearances AS
SELECT articles.id AS article_id, outlets.name AS outlet, articles.url, articles.headline, articles.published_at,
  articles.last_seen_at, articles.gone_since, articles.gone_reason
FROM articles JOIN outlets ON outlets.id = articles.outlet_id
WHERE articles.gone_since IS NOT NULL AND articles.withdrawn_at IS NULL;
"""


@migrations()
def m002_fixity(db: Database) -> None:
    """Dictionaries and patches, seals, tombstones, withdrawals."""
    db.execute("DROP TRIGGER texts_update_refused")
    script(db, _TABLES)
    _add_row_digests(db)
    _raise_tombstones(db)
    script(db, _GUARDS)
    script(db, _SEARCH)
    script(db, _VIEWS)
    db.execute("PRAGMA user_version = 2")


def _add_row_digests(db: Database) -> None:
    db.conn.create_function("row_digest", len(_TEXT_COLUMNS), lambda *row: digest_of_value(list(row)))
    db.execute(f"UPDATE texts SET row_digest = row_digest({', '.join(_TEXT_COLUMNS)})")


def _raise_tombstones(db: Database) -> None:
    """For what is gone now; that something had been gone before, and returned, step 1 did not write down."""
    db.execute(
        "INSERT INTO tombstones (article_id, gone_at, reason)"
        " SELECT id, gone_since, coalesce(gone_reason, 'unknown') FROM articles WHERE gone_since IS NOT NULL"
    )
