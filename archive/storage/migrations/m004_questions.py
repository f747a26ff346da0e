"""Step 4: the questions people ask are answered at once at 200,000 articles.

What would cost a look at every edit, picture or article is worked out when it is written: how long a text had stood
when it was edited, the headline it had, how many pictures a credit has, how many articles a section brought in a month.
All of it can be made anew from the other tables. docs/questions.md holds the questions.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations, script

_COLUMNS = """
ALTER TABLE versions ADD COLUMN old_headline TEXT;
ALTER TABLE versions ADD COLUMN stood_days REAL;
"""

# The headline before, where this version changed it; and what a version does to the one after it, when a better reading
# corrects its headline.
_HEADLINE_BEFORE = """(
    SELECT earlier.headline FROM versions AS earlier
    WHERE earlier.article_id = versions.article_id AND earlier.number = versions.number - 1
      AND earlier.headline <> versions.headline
  )"""
_STOOD = """(
    SELECT round(julianday(versions.first_seen_at) - julianday(earlier.first_seen_at), 4) FROM versions AS earlier
    WHERE earlier.article_id = versions.article_id AND earlier.number = versions.number - 1
  )"""
_EDITS = f"""
UPDATE versions SET old_headline = {_HEADLINE_BEFORE}, stood_days = {_STOOD} WHERE number > 1;

-- which version an edit put in the place of which: narrow, for it is asked once for every hit of a search
CREATE TABLE successors (
  version_id INTEGER PRIMARY KEY REFERENCES versions(id),
  next_id INTEGER NOT NULL REFERENCES versions(id)
) STRICT;
INSERT INTO successors (version_id, next_id)
SELECT earlier.id, versions.id FROM versions
JOIN versions AS earlier ON earlier.article_id = versions.article_id AND earlier.number = versions.number - 1;

CREATE TRIGGER versions_compared AFTER INSERT ON versions WHEN new.number > 1 BEGIN
  INSERT INTO successors (version_id, next_id)
  SELECT id, new.id FROM versions WHERE article_id = new.article_id AND number = new.number - 1;
  UPDATE versions SET old_headline = {_HEADLINE_BEFORE}, stood_days = {_STOOD} WHERE id = new.id;
END;
CREATE TRIGGER versions_headline_corrected AFTER UPDATE OF headline ON versions
WHEN new.headline <> old.headline BEGIN
  UPDATE versions SET old_headline = {_HEADLINE_BEFORE}
  WHERE article_id = new.article_id AND number IN (new.number, new.number + 1) AND number > 1;
END;

CREATE INDEX versions_headlines ON versions(first_seen_at) WHERE old_headline IS NOT NULL;
CREATE INDEX versions_stood ON versions(stood_days) WHERE stood_days IS NOT NULL;

CREATE VIEW headline_changes AS
SELECT versions.article_id, articles.url, versions.number, versions.first_seen_at AS edited_at,
  versions.old_headline, versions.headline AS new_headline, versions.stood_days, articles.published_at
FROM versions JOIN articles ON articles.id = versions.article_id
WHERE versions.old_headline IS NOT NULL;
"""

# A version's pictures count while it is its article's current one. A credit without pictures leaves no trace.
_COUNTED = """INSERT INTO credits (credit, pictures)
  SELECT credit, count(*) FROM version_images
  WHERE version_id = new.current_version_id AND credit IS NOT NULL GROUP BY credit
  ON CONFLICT (credit) DO UPDATE SET pictures = pictures + excluded.pictures;"""
_IS_CURRENT = "EXISTS (SELECT 1 FROM articles WHERE current_version_id = {row}.version_id)"
_CREDITS = f"""
CREATE TABLE credits (
  credit TEXT PRIMARY KEY,
  pictures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO credits (credit, pictures)
SELECT credit, count(*) FROM version_images JOIN articles ON articles.current_version_id = version_images.version_id
WHERE credit IS NOT NULL GROUP BY credit;

CREATE TRIGGER credits_emptied AFTER UPDATE ON credits WHEN new.pictures <= 0 BEGIN
  DELETE FROM credits WHERE credit = new.credit;
END;
CREATE TRIGGER credits_of_version AFTER UPDATE OF current_version_id ON articles
WHEN new.current_version_id IS NOT old.current_version_id BEGIN
  {_COUNTED}
  UPDATE credits SET pictures = pictures - (
    SELECT count(*) FROM version_images
    WHERE version_id = old.current_version_id AND version_images.credit = credits.credit
  ) WHERE credit IN (SELECT credit FROM version_images WHERE version_id = old.current_version_id);
END;
CREATE TRIGGER credits_of_picture AFTER INSERT ON version_images
WHEN new.credit IS NOT NULL AND {_IS_CURRENT.format(row="new")} BEGIN
  INSERT INTO credits (credit, pictures) VALUES (new.credit, 1)
  ON CONFLICT (credit) DO UPDATE SET pictures = pictures + 1;
END;
CREATE TRIGGER credits_of_lost_picture AFTER DELETE ON version_images
WHEN old.credit IS NOT NULL AND {_IS_CURRENT.format(row="old")} BEGIN
  UPDATE credits SET pictures = pictures - 1 WHERE credit = old.credit;
END;
CREATE TRIGGER credits_of_corrected_picture AFTER UPDATE OF credit ON version_images
WHEN new.credit IS NOT old.credit AND {_IS_CURRENT.format(row="new")} BEGIN
  INSERT INTO credits (credit, pictures) SELECT new.credit, 1 WHERE new.credit IS NOT NULL
  ON CONFLICT (credit) DO UPDATE SET pictures = pictures + 1;
  UPDATE credits SET pictures = pictures - 1 WHERE credit = old.credit;
END;

DROP INDEX version_images_credit;
CREATE INDEX version_images_credit ON version_images(credit, version_id);
"""

# The month is the paper's own, for published_at carries its own offset; articles without a date have none.
_MONTH = "substr({row}.published_at, 1, 7)"
_ONE_MORE = f"""INSERT INTO months (outlet_id, section, month, articles)
  SELECT new.outlet_id, coalesce(new.section, ''), {_MONTH.format(row="new")}, 1 WHERE new.published_at IS NOT NULL
  ON CONFLICT (outlet_id, section, month) DO UPDATE SET articles = articles + 1;"""
_MONTHS = f"""
CREATE TABLE months (
  outlet_id INTEGER NOT NULL REFERENCES outlets(id),
  section TEXT NOT NULL,
  month TEXT NOT NULL,
  articles INTEGER NOT NULL,
  PRIMARY KEY (outlet_id, section, month)
) STRICT, WITHOUT ROWID;
INSERT INTO months (outlet_id, section, month, articles)
SELECT outlet_id, coalesce(section, ''), {_MONTH.format(row="articles")}, count(*) FROM articles
WHERE published_at IS NOT NULL GROUP BY 1, 2, 3;

CREATE TRIGGER months_of_article AFTER INSERT ON articles BEGIN
  {_ONE_MORE}
END;
CREATE TRIGGER months_of_corrected_article AFTER UPDATE OF outlet_id, section, published_at ON articles
WHEN new.section IS NOT old.section OR new.published_at IS NOT old.published_at OR new.outlet_id <> old.outlet_id BEGIN
  {_ONE_MORE}
  UPDATE months SET articles = articles - 1
  WHERE outlet_id = old.outlet_id AND section = coalesce(old.section, '') AND month = {_MONTH.format(row="old")};
END;
CREATE TRIGGER months_emptied AFTER UPDATE ON months WHEN new.articles <= 0 BEGIN
  DELETE FROM months WHERE outlet_id = new.outlet_id AND section = new.section AND month = new.month;
END;

CREATE INDEX articles_outlet ON articles(outlet_id, published_at);

-- what search finds is put in order of publication without a look at every article's row
DROP INDEX articles_current_version;
CREATE INDEX articles_current_version ON articles(current_version_id, published_at);
"""

# What an article is about stands in its headline and lead. An index of these alone says at once which articles have the
# words there, where the index of everything would have to be walked through.
_FRONT = """
CREATE VIEW search_front_source AS
SELECT active_texts.version_id AS id, headline, lead
FROM active_texts JOIN texts ON texts.id = active_texts.text_id;

CREATE VIRTUAL TABLE search_front USING fts5(
  headline, lead, content='search_front_source', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
INSERT INTO search_front(search_front) VALUES ('rebuild');

CREATE TRIGGER active_texts_added_front AFTER INSERT ON active_texts BEGIN
  INSERT INTO search_front(rowid, headline, lead)
  SELECT new.version_id, headline, lead FROM texts WHERE id = new.text_id;
END;
CREATE TRIGGER active_texts_switched_front AFTER UPDATE OF text_id ON active_texts
WHEN new.text_id <> old.text_id BEGIN
  INSERT INTO search_front(search_front, rowid, headline, lead)
  SELECT 'delete', old.version_id, headline, lead FROM texts WHERE id = old.text_id;
  INSERT INTO search_front(rowid, headline, lead)
  SELECT new.version_id, headline, lead FROM texts WHERE id = new.text_id;
END;
CREATE TRIGGER active_texts_removed_front AFTER DELETE ON active_texts BEGIN
  INSERT INTO search_front(search_front, rowid, headline, lead)
  SELECT 'delete', old.version_id, headline, lead FROM texts WHERE id = old.text_id;
END;
"""


@migrations()
def m004_questions(db: Database) -> None:
    """Columns, tables and indexes for the ten questions."""
    for statements in (_COLUMNS, _EDITS, _CREDITS, _MONTHS, _FRONT):
        script(db, statements)
    db.execute("PRAGMA user_version = 4")
