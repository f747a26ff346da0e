"""Part of step 5: what an outlet's addresses have turned out to be, by their shapes (archive/shapes)."""

from __future__ import annotations

SHAPES = """
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
