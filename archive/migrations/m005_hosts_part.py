"""The part of step 5 that remembers how hosts answered, and what was odd about an exchange."""

HOSTS = """
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
