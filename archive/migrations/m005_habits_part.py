"""Part of step 5: how often a paper edits, as its own rechecks have shown (archive/habits.py)."""

HABITS = """
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
