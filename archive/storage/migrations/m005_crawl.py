"""Step 5: the frontier knows what an address is, where it was found and how lively it is.

With it a run takes addresses a few at a time, the likeliest first, and never holds in memory what waits.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations, script

# rank orders what a run takes: 0 a seed, 1 never read, 2 a list, 3 anything known.
_FRONTIER = """
ALTER TABLE frontier ADD COLUMN rank INTEGER NOT NULL DEFAULT 1;
ALTER TABLE frontier ADD COLUMN kind TEXT;
ALTER TABLE frontier ADD COLUMN found_in TEXT;
ALTER TABLE frontier ADD COLUMN found_on TEXT;
ALTER TABLE frontier ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
ALTER TABLE frontier ADD COLUMN promise REAL NOT NULL DEFAULT 0.5;
ALTER TABLE frontier ADD COLUMN lastmod TEXT;
ALTER TABLE frontier ADD COLUMN checked_at TEXT;
ALTER TABLE frontier ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE frontier ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE frontier ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE frontier ADD COLUMN links_of INTEGER;
ALTER TABLE frontier ADD COLUMN worth REAL NOT NULL DEFAULT 0;

UPDATE frontier SET
  checked_at = (
    SELECT max(captured_at) FROM captures
    WHERE captures.outlet_id = frontier.outlet_id AND captures.url_key = frontier.url_key
  ),
  checks = (
    SELECT count(*) FROM captures
    WHERE captures.outlet_id = frontier.outlet_id AND captures.url_key = frontier.url_key
  ),
  kind = CASE WHEN EXISTS (
    SELECT 1 FROM aliases WHERE aliases.outlet_id = frontier.outlet_id AND aliases.url_key = frontier.url_key
  ) THEN 'article' END;
UPDATE frontier SET
  changes = (SELECT count(*) FROM versions JOIN aliases USING (article_id) WHERE aliases.outlet_id = frontier.outlet_id
    AND aliases.url_key = frontier.url_key AND number > 1),
  changed_at = (SELECT max(first_seen_at) FROM versions JOIN aliases USING (article_id)
    WHERE aliases.outlet_id = frontier.outlet_id AND aliases.url_key = frontier.url_key AND number > 1)
WHERE kind = 'article';
UPDATE frontier SET
  rank = CASE WHEN kind = 'article' THEN 3 ELSE 2 END,
  kind = coalesce(kind, 'list')
WHERE checked_at IS NOT NULL;

DROP INDEX frontier_due;
CREATE INDEX frontier_due ON frontier(outlet_id, rank, due_at);
CREATE INDEX frontier_new ON frontier(outlet_id, promise DESC, found_at) WHERE rank = 1;
"""

# How often a paper edits, as its own rechecks have shown (archive/model/change_rate.py).
_HABITS = """
-- a row a bucket: fewer than a hundred an outlet, however many articles and looks there are
CREATE TABLE habits (
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  bucket TEXT NOT NULL,
  looks REAL NOT NULL,
  changes REAL NOT NULL,
  days REAL NOT NULL,
  PRIMARY KEY (outlet_id, bucket)
) STRICT, WITHOUT ROWID;
"""

# What was not as usual in a run, and the measures by which that is told. Seals cover what a run brought and how it
# ended; warnings and measures are made from that, and a warning can come after the seal (a monitoring address that
# cannot be reached), so these two columns stay open.
_RUNS = """
ALTER TABLE runs ADD COLUMN warnings TEXT;
ALTER TABLE runs ADD COLUMN health TEXT;

DROP TRIGGER runs_sealed;
CREATE TRIGGER runs_sealed
BEFORE UPDATE OF id, outlet_id, started_at, finished_at, outcome, reason, software, stats ON runs
WHEN EXISTS (SELECT 1 FROM seals WHERE run_id = old.id)
BEGIN SELECT RAISE(ABORT, 'the run is sealed'); END;
"""

# How hosts answered, which later runs heed, and what was odd about an exchange.
_HOSTS = """
CREATE TABLE hosts (
  host TEXT PRIMARY KEY,
  errors INTEGER NOT NULL,
  quiet_until TEXT,
  reason TEXT,
  no_rules_since TEXT,
  noted_at TEXT NOT NULL
) STRICT;

ALTER TABLE captures ADD COLUMN detail TEXT;
"""

# What an outlet's addresses have turned out to be, by their shapes (archive/shapes).
_SHAPES = """
-- a row for every shape of which a page was read: some hundreds an outlet, however many addresses there are
CREATE TABLE shapes (
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  level TEXT NOT NULL,
  name TEXT NOT NULL,
  articles REAL NOT NULL,
  lists REAL NOT NULL,
  others REAL NOT NULL,
  found REAL NOT NULL,
  barren REAL NOT NULL,
  alive INTEGER NOT NULL,
  PRIMARY KEY (outlet_id, level, name)
) STRICT, WITHOUT ROWID;
"""


@migrations()
def m005_crawl(db: Database) -> None:
    """A frontier that is taken a few addresses at a time; habits of papers, manners of hosts; what was not as usual."""
    for statements in (_FRONTIER, _HABITS, _SHAPES, _HOSTS, _RUNS):
        script(db, statements)
    db.execute("PRAGMA user_version = 5")
