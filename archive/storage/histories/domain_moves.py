"""Finds addresses that may be an article's: on other domains, after an outlet changed its domain, and with another
query (article_identity.py)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from archive.history.article_identity import are_domains, number_in, page_of, parts_of

_MOST_SAME_NUMBER = 2  # addresses with one number; if there are more, the number identifies no article

# A loose index scan: from each host to the first address after all of its own, which go on with a slash (before "0") or
# a question mark (before "@"), so it takes as many index look-ups as there are hosts.
_HOST = "substr(url_key, 1, min(instr(url_key || '/', '/'), instr(url_key || '?', '?')) - 1)"
_FIRST = f"SELECT {_HOST} FROM aliases WHERE outlet_id = ?1"
_HOSTS = f"""
WITH RECURSIVE known(host) AS (
  SELECT ({_FIRST} ORDER BY url_key LIMIT 1)
  UNION ALL
  SELECT coalesce(
    ({_FIRST} AND url_key >= known.host || '0' AND url_key < known.host || '?' ORDER BY url_key LIMIT 1),
    ({_FIRST} AND url_key >= known.host || '@' ORDER BY url_key LIMIT 1))
  FROM known WHERE host IS NOT NULL
)
SELECT host FROM known WHERE host IS NOT NULL
"""


def hosts_of(db: Database, outlet_id: int) -> list[str]:
    """The hosts of all addresses (aliases) of an outlet's articles."""
    return [row[0] for row in db.execute(_HOSTS, [outlet_id]).fetchall()]


def moved_keys(db: Database, outlet_id: int, key: str, hosts: Sequence[str]) -> set[str]:
    """Addresses on the outlet's other domains with the same path, or with the same article number in it, and those with
    the same path and another query. hosts: its hosts_of."""
    own_host, path = parts_of(key)
    keys = _same_page(db, outlet_id, key)
    for host in hosts if path else ():
        if are_domains(own_host, host):
            keys |= _same_path(db, outlet_id, host + path) | _same_number(db, outlet_id, host, number_in(key))
    return keys


def _same_page(db: Database, outlet_id: int, key: str) -> set[str]:
    page = page_of(key)
    if page is None:
        return set()
    rows = db.execute(
        "SELECT url_key FROM aliases WHERE outlet_id = ?1 AND url_key = ?2 UNION SELECT url_key FROM aliases"
        " WHERE outlet_id = ?1 AND url_key >= ?2 || '?' AND url_key < ?2 || '@'",
        [outlet_id, page],
    )
    return {str(row[0]) for row in rows.fetchall()} - {key}


def _same_path(db: Database, outlet_id: int, key: str) -> set[str]:
    row = db.execute("SELECT 1 FROM captures WHERE outlet_id = ? AND url_key = ? LIMIT 1", [outlet_id, key]).fetchone()
    return {key} if row else set()


def _same_number(db: Database, outlet_id: int, host: str, number: str | None) -> set[str]:
    if number is None:
        return set()
    rows = db.execute(
        "SELECT url_key FROM aliases WHERE outlet_id = ? AND url_key >= ? || '/' AND url_key < ? || '0'"
        " AND instr(url_key, ?) UNION SELECT url_key FROM aliases WHERE outlet_id = ? AND url_key >= ? || '?'"
        " AND url_key < ? || '@' AND instr(url_key, ?)",
        [outlet_id, host, host, number] * 2,
    )
    keys = {row[0] for row in rows.fetchall() if number_in(row[0]) == number}
    return keys if len(keys) <= _MOST_SAME_NUMBER else set()
