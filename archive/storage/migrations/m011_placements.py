"""Step 11: which headline stood in which place of a home or section page, from when to when.

`list_readings` has the teasers that each capture of such a page shows, by number and in reading order;
`placement_spans` follows from these and from the captures that confirmed them. Archives that exist already get both by
`luubao reread`.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations, script

_TABLES = """
CREATE TABLE list_pages (
  id INTEGER PRIMARY KEY,
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  url_key TEXT NOT NULL,
  url TEXT NOT NULL,
  placed_through INTEGER NOT NULL DEFAULT 0,
  stale_from TEXT,
  UNIQUE (outlet_id, url_key)
) STRICT;

CREATE TABLE teasers (
  id INTEGER PRIMARY KEY,
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  url_key TEXT NOT NULL,
  url TEXT NOT NULL,
  headline TEXT NOT NULL,
  summary TEXT,
  picture TEXT,
  digest TEXT NOT NULL,
  UNIQUE (outlet_id, url_key, digest)
) STRICT;

CREATE TABLE list_readings (
  capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
  list_id INTEGER NOT NULL REFERENCES list_pages(id),
  teasers TEXT NOT NULL
) STRICT;

CREATE TABLE placement_spans (
  id INTEGER PRIMARY KEY,
  list_id INTEGER NOT NULL REFERENCES list_pages(id),
  position INTEGER NOT NULL CHECK (position >= 1),
  teaser_id INTEGER NOT NULL REFERENCES teasers(id),
  capture_id INTEGER NOT NULL REFERENCES captures(id),
  first_seen_at TEXT NOT NULL,
  last_seen_at TEXT NOT NULL,
  gone_at TEXT
) STRICT;
CREATE INDEX placement_spans_time ON placement_spans(list_id, first_seen_at);
CREATE INDEX placement_spans_gone ON placement_spans(list_id, gone_at);
CREATE INDEX placement_spans_teaser ON placement_spans(teaser_id);

CREATE VIEW placements AS
SELECT placement_spans.id, outlets.name AS outlet, list_pages.url AS list_url, placement_spans.position,
  articles.id AS article_id, teasers.url, teasers.headline, teasers.summary, teasers.picture,
  placement_spans.first_seen_at, placement_spans.last_seen_at, placement_spans.gone_at, placement_spans.capture_id
FROM placement_spans
JOIN list_pages ON list_pages.id = placement_spans.list_id
JOIN outlets ON outlets.id = list_pages.outlet_id
JOIN teasers ON teasers.id = placement_spans.teaser_id
LEFT JOIN aliases ON aliases.outlet_id = teasers.outlet_id AND aliases.url_key = teasers.url_key
LEFT JOIN articles ON articles.id = aliases.article_id
WHERE articles.withdrawn_at IS NULL;
"""


@migrations()
def m011_placements(db: Database) -> None:
    """Teasers of home and section pages, and the places in which they stood."""
    script(db, _TABLES)
    db.execute("PRAGMA user_version = 11")
