"""Step 1: what the first crawl needs: captures kept before they are read, versions, pictures, search, frontier."""

from __future__ import annotations

from sqlite_utils import Database

from archive.storage.migrations.registry import APPLICATION_ID, migrations, script

_FIRST = """
CREATE TABLE outlets (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  home_url TEXT NOT NULL,
  timezone TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  started_at TEXT NOT NULL,
  finished_at TEXT,
  outcome TEXT NOT NULL DEFAULT 'running'
    CHECK (outcome IN ('running', 'ok', 'nothing-found', 'partly-failed', 'failed', 'interrupted')),
  reason TEXT,
  software TEXT NOT NULL,
  stats TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX runs_outlet ON runs(outlet_id, started_at);

CREATE TABLE bodies (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  codec TEXT NOT NULL,
  data BLOB NOT NULL
) STRICT;

CREATE TABLE captures (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs(id),
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  url_key TEXT NOT NULL,
  requested_url TEXT NOT NULL,
  final_url TEXT NOT NULL,
  captured_at TEXT NOT NULL,
  status INTEGER NOT NULL,
  outcome TEXT NOT NULL
    CHECK (outcome IN ('fresh', 'revisit', 'not-modified', 'redirect', 'gone', 'error')),
  encoding TEXT,
  etag TEXT,
  last_modified TEXT,
  body_id INTEGER REFERENCES bodies(id),
  revisit_of INTEGER REFERENCES captures(id),
  via TEXT
) STRICT;
CREATE INDEX captures_url ON captures(outlet_id, url_key, id);
CREATE INDEX captures_run ON captures(run_id);
CREATE INDEX captures_redirects ON captures(outlet_id, final_url) WHERE outcome = 'redirect';
CREATE INDEX captures_revisit ON captures(revisit_of) WHERE revisit_of IS NOT NULL;

CREATE TABLE headers (
  capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
  request TEXT NOT NULL,
  response TEXT NOT NULL
) STRICT;

CREATE TABLE extractors (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  first_used_at TEXT NOT NULL
) STRICT;

CREATE TABLE articles (
  id INTEGER PRIMARY KEY,
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  headline TEXT NOT NULL,
  url TEXT NOT NULL,
  byline TEXT,
  section TEXT,
  published_at TEXT,
  version_count INTEGER NOT NULL DEFAULT 1,
  first_seen_at TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  last_seen_at TEXT NOT NULL,
  gone_since TEXT,
  gone_reason TEXT,
  url_key TEXT NOT NULL,
  current_version_id INTEGER REFERENCES versions(id),
  moved_to_id INTEGER REFERENCES articles(id),
  UNIQUE (outlet_id, url_key)
) STRICT;
CREATE INDEX articles_published ON articles(published_at);
CREATE INDEX articles_section ON articles(section, published_at);
CREATE INDEX articles_changed ON articles(changed_at);
CREATE INDEX articles_gone ON articles(gone_since) WHERE gone_since IS NOT NULL;
CREATE UNIQUE INDEX articles_current_version ON articles(current_version_id);

CREATE TABLE aliases (
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  url_key TEXT NOT NULL,
  article_id INTEGER NOT NULL REFERENCES articles(id),
  since TEXT NOT NULL,
  PRIMARY KEY (outlet_id, url_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_article ON aliases(article_id);

CREATE TABLE versions (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles(id),
  number INTEGER NOT NULL CHECK (number >= 1),
  capture_id INTEGER NOT NULL REFERENCES captures(id),
  first_seen_at TEXT NOT NULL,
  digest TEXT NOT NULL,
  changed TEXT,
  headline TEXT NOT NULL,
  byline TEXT,
  section TEXT,
  published_at TEXT,
  modified_at TEXT,
  UNIQUE (article_id, number)
) STRICT;
CREATE INDEX versions_edits ON versions(first_seen_at) WHERE number > 1;
CREATE INDEX versions_digest ON versions(digest);
CREATE INDEX versions_capture ON versions(capture_id);

CREATE TABLE texts (
  id INTEGER PRIMARY KEY,
  version_id INTEGER NOT NULL REFERENCES versions(id),
  extractor_id INTEGER NOT NULL REFERENCES extractors(id),
  capture_id INTEGER NOT NULL REFERENCES captures(id),
  digest TEXT NOT NULL,
  headline TEXT NOT NULL,
  lead TEXT,
  body TEXT NOT NULL,
  captions TEXT,
  layout TEXT NOT NULL,
  details TEXT NOT NULL,
  UNIQUE (version_id, extractor_id)
) STRICT;
CREATE INDEX texts_digest ON texts(digest);

CREATE TABLE active_texts (
  version_id INTEGER PRIMARY KEY REFERENCES versions(id),
  text_id INTEGER NOT NULL REFERENCES texts(id)
) STRICT;

CREATE TABLE readings (
  capture_id INTEGER NOT NULL REFERENCES captures(id),
  extractor_id INTEGER NOT NULL REFERENCES extractors(id),
  kind TEXT NOT NULL,
  detail TEXT,
  version_id INTEGER REFERENCES versions(id),
  PRIMARY KEY (capture_id, extractor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX readings_version ON readings(version_id) WHERE version_id IS NOT NULL;

CREATE TABLE images (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  first_seen_at TEXT NOT NULL
) STRICT;

CREATE TABLE version_images (
  version_id INTEGER NOT NULL REFERENCES versions(id),
  position INTEGER NOT NULL,
  image_id INTEGER NOT NULL REFERENCES images(id),
  caption TEXT,
  credit TEXT,
  caption_raw TEXT,
  alt TEXT,
  PRIMARY KEY (version_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX version_images_credit ON version_images(credit, image_id);
CREATE INDEX version_images_image ON version_images(image_id);

CREATE TABLE furniture (
  id INTEGER PRIMARY KEY,
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  digest TEXT NOT NULL,
  learned_at TEXT NOT NULL,
  article_count INTEGER NOT NULL,
  recurring TEXT NOT NULL,
  UNIQUE (outlet_id, digest)
) STRICT;

CREATE TABLE frontier (
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  url_key TEXT NOT NULL,
  url TEXT NOT NULL,
  found_at TEXT NOT NULL,
  due_at TEXT,
  changed_at TEXT,
  run_id INTEGER REFERENCES runs(id),
  PRIMARY KEY (outlet_id, url_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX frontier_due ON frontier(outlet_id, due_at);
"""

# đ (U+0111) is a letter of its own to every SQLite tokenizer, so a second column carries the text with đ folded to d;
# remove_diacritics 2 folds the rest, in NFC and NFD alike. The search index hangs on active_texts, a table that no
# bookkeeping touches.
_FOLDED = """replace(replace(
  headline || ' · ' || coalesce(lead, '') || ' · ' || body || ' · ' || coalesce(captions, ''), 'đ', 'd'), 'Đ', 'D')"""
_SEARCH = f"""
CREATE VIEW search_source AS
SELECT active_texts.version_id AS id, headline, lead, body, captions, {_FOLDED} AS folded
FROM active_texts JOIN texts ON texts.id = active_texts.text_id;

CREATE VIRTUAL TABLE search USING fts5(
  headline, lead, body, captions, folded,
  content='search_source', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
INSERT INTO search(search, rank) VALUES ('rank', 'bm25(10.0, 5.0, 1.0, 2.0, 1.0)');

CREATE TRIGGER active_texts_added AFTER INSERT ON active_texts BEGIN
  INSERT INTO search(rowid, headline, lead, body, captions, folded)
  SELECT new.version_id, headline, lead, body, captions, {_FOLDED} FROM texts WHERE id = new.text_id;
END;
CREATE TRIGGER active_texts_switched AFTER UPDATE OF text_id ON active_texts WHEN new.text_id <> old.text_id BEGIN
  INSERT INTO search(search, rowid, headline, lead, body, captions, folded)
  SELECT 'delete', old.version_id, headline, lead, body, captions, {_FOLDED} FROM texts WHERE id = old.text_id;
  INSERT INTO search(rowid, headline, lead, body, captions, folded)
  SELECT new.version_id, headline, lead, body, captions, {_FOLDED} FROM texts WHERE id = new.text_id;
END;
"""

_VIEWS = """
CREATE VIEW current_articles AS
SELECT articles.id, outlets.name AS outlet, articles.url, articles.headline, texts.lead, texts.body,
  articles.byline, articles.section, articles.published_at, articles.version_count,
  articles.first_seen_at, articles.changed_at, articles.last_seen_at
FROM articles
JOIN outlets ON outlets.id = articles.outlet_id
JOIN active_texts ON active_texts.version_id = articles.current_version_id
JOIN texts ON texts.id = active_texts.text_id
WHERE articles.gone_since IS NULL;

CREATE VIEW version_texts AS
SELECT versions.id AS version_id, versions.article_id, versions.number, versions.first_seen_at,
  texts.headline, texts.lead, texts.body, texts.captions
FROM versions
JOIN active_texts ON active_texts.version_id = versions.id
JOIN texts ON texts.id = active_texts.text_id;

CREATE VIEW edits AS
SELECT versions.article_id, articles.url, versions.number, versions.first_seen_at AS edited_at, versions.changed,
  earlier.headline AS old_headline, versions.headline AS new_headline,
  old_text.body AS old_body, new_text.body AS new_body,
  earlier.id AS old_version_id, versions.id AS new_version_id
FROM versions
JOIN versions AS earlier ON earlier.article_id = versions.article_id AND earlier.number = versions.number - 1
JOIN articles ON articles.id = versions.article_id
JOIN active_texts AS old_active ON old_active.version_id = earlier.id
JOIN texts AS old_text ON old_text.id = old_active.text_id
JOIN active_texts AS new_active ON new_active.version_id = versions.id
JOIN texts AS new_text ON new_text.id = new_active.text_id
WHERE versions.number > 1;

CREATE VIEW disappearances AS
SELECT articles.id AS article_id, outlets.name AS outlet, articles.url, articles.headline, articles.published_at,
  articles.last_seen_at, articles.gone_since, articles.gone_reason
FROM articles JOIN outlets ON outlets.id = articles.outlet_id
WHERE articles.gone_since IS NOT NULL;

CREATE VIEW photographs AS
SELECT images.url AS image_url, version_images.caption, version_images.credit, articles.headline, articles.url,
  articles.published_at, articles.id AS article_id
FROM articles
JOIN version_images ON version_images.version_id = articles.current_version_id
JOIN images ON images.id = version_images.image_id;

CREATE VIEW version_spans AS
SELECT versions.id AS version_id, versions.article_id, versions.number, versions.first_seen_at,
  (SELECT max(captures.captured_at)
   FROM readings JOIN captures ON captures.id = readings.capture_id OR captures.revisit_of = readings.capture_id
   WHERE readings.version_id = versions.id) AS last_seen_at
FROM versions;
"""

_FROZEN_TABLES = ("captures", "headers", "texts", "furniture")
# Of a version, what identifies it is frozen; what a better reading of the same capture may correct is not. Of a body,
# the bytes it stands for are frozen; how they are compressed is not.
_FROZEN_COLUMNS = {
    "versions": "id, article_id, number, capture_id, first_seen_at, digest, changed",
    "bodies": "id, digest, size",
}


@migrations()
def m001_first_light(db: Database) -> None:
    """The schema of the first archives."""
    script(db, _FIRST)
    script(db, _SEARCH)
    script(db, _VIEWS)
    for statement in _guards():
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")


def _guards() -> list[str]:
    """Triggers that make the record append-only. INSERT OR REPLACE is caught by recursive_triggers (connection.py)."""
    frozen = [(table, "") for table in _FROZEN_TABLES] + [(t, f" OF {c}") for t, c in _FROZEN_COLUMNS.items()]
    return [
        f"CREATE TRIGGER {table}_{event.lower()}_refused"
        f" BEFORE {event}{columns if event == 'UPDATE' else ''} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
        for table, columns in frozen
        for event in ("UPDATE", "DELETE")
    ]
