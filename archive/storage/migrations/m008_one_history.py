"""Step 8: one history. What a capture says is written down so that histories can be derived again without reading it.

`state` names what a reading says, `words` and `headline` name its body and headline where it would have changed a known
article: the same ones at several articles are a page of the site's, not of an article. `set_aside` keeps what was read
and is no version's: another print, or a page that is doubted. `clock_ahead` says that a run
went by a wrong clock. Nothing that existing archives say changes by this step.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations, script

_SEEN_AT = (
    "iif(clock_ahead IS NULL, captured_at,"
    " strftime('%Y-%m-%dT%H:%M:%SZ', captured_at, '-' || clock_ahead || ' seconds'))"
)
_TABLES = """
ALTER TABLE readings ADD COLUMN state TEXT;
ALTER TABLE readings ADD COLUMN words TEXT;
ALTER TABLE readings ADD COLUMN headline TEXT;
ALTER TABLE readings ADD COLUMN doubt TEXT;
CREATE INDEX readings_words ON readings(words) WHERE words IS NOT NULL;
CREATE INDEX readings_headline ON readings(headline) WHERE headline IS NOT NULL;
CREATE INDEX readings_doubt ON readings(capture_id) WHERE doubt IS NOT NULL;

CREATE TABLE set_aside (
  capture_id INTEGER NOT NULL REFERENCES captures(id),
  extractor_id INTEGER NOT NULL REFERENCES extractors(id),
  reading BLOB NOT NULL,
  PRIMARY KEY (capture_id, extractor_id)
) STRICT;

CREATE TABLE at_once (
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  began_at TEXT NOT NULL,
  ended_at TEXT NOT NULL,
  PRIMARY KEY (outlet_id, began_at)
) STRICT;
CREATE INDEX captures_gone ON captures(outlet_id, captured_at) WHERE outcome = 'gone';

CREATE INDEX versions_headline ON versions(headline);

ALTER TABLE renumberings ADD COLUMN reason TEXT;
ALTER TABLE runs ADD COLUMN clock_ahead INTEGER;
"""

# As before, but that a run whose clock was ahead saw what it saw when it was put
# (archive/storage/clock_corrections.py).
_VIEWS = f"""
DROP VIEW version_spans;
CREATE VIEW version_spans AS
SELECT versions.id AS version_id, versions.article_id, versions.number, versions.first_seen_at,
  max(versions.first_seen_at, coalesce((
    SELECT max({_SEEN_AT})
    FROM readings JOIN captures ON captures.id = readings.capture_id OR captures.revisit_of = readings.capture_id
    JOIN runs ON runs.id = captures.run_id
    WHERE readings.version_id IN (versions.id, versions.words_of)
      AND (captures.id = readings.capture_id
        OR NOT EXISTS (SELECT 1 FROM readings AS own WHERE own.capture_id = captures.id))
      AND {_SEEN_AT} < coalesce((
        SELECT next.first_seen_at FROM versions AS next
        WHERE next.article_id = versions.article_id AND next.number = versions.number + 1
          AND next.words_of = coalesce(versions.words_of, versions.id)), '9999')
  ), versions.first_seen_at)) AS last_seen_at
FROM versions;
"""


@migrations()
def m008_one_history(db: Database) -> None:
    """What a reading says, by name; readings that are no version's; why numbers changed; runs with a wrong clock."""
    script(db, _TABLES)
    script(db, _VIEWS)
    db.execute("PRAGMA user_version = 8")
