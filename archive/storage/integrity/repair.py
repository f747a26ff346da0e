"""Repairs rows with invalid values, unless they are evidence.

What a crawl received is evidence and stays as it is; code that reads it skips it. Bookkeeping rows and descriptions of
outlets are repaired.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.model import clock, validation
from archive.storage.connection import transaction
from archive.storage.integrity.value_check import InvalidRow

_BOOKKEEPING = ("frontier", "hosts", "shapes", "habits")
"""Tables that crawling fills again: an invalid row is deleted. An address comes back with the page that links to
it."""
_RESET = {"images": ("due_at", "changed_at")}
"""Columns that are reset: due now."""


def mend(db: Database, odd: InvalidRow) -> str | None:
    """Repairs a row if possible. Returns what was done; None if the row must stay as it is. Raises ArchiveUnusable if
    the archive cannot be written."""
    where = " AND ".join(f"{name} IS ?" for name in odd.key)
    with transaction(db):
        if odd.table in _BOOKKEEPING:
            db.execute(f"DELETE FROM {odd.table} WHERE {where}", list(odd.key.values()))
            return "left out; crawling makes it anew"
        if odd.wrong.keys() <= set(_RESET.get(odd.table, ())):
            assignments = ", ".join(f"{name} = {'NULL' if name == 'changed_at' else '?'}" for name in odd.wrong)
            moments = [clock.stamp(clock.now()) for name in odd.wrong if name != "changed_at"]
            db.execute(f"UPDATE {odd.table} SET {assignments} WHERE {where}", [*moments, *odd.key.values()])
            return "due now"
        if odd.table == "outlets":
            return _repair_outlet(db, odd)
    return None


def _repair_outlet(db: Database, odd: InvalidRow) -> str | None:
    outlet_id = odd.key["id"]
    repaired = {"timezone": "UTC", "name": f"outlet-{outlet_id}", "title": f"outlet {outlet_id}"}
    columns = [name for name in odd.wrong if name in repaired]
    for name in columns:
        db.execute(f"UPDATE outlets SET {name} = ? WHERE id = ?", [repaired[name], outlet_id])
    if "home_url" in odd.wrong and (home := _home(db, outlet_id)):
        db.execute("UPDATE outlets SET home_url = ? WHERE id = ?", [home, outlet_id])
        repaired["home_url"] = home
        columns.append("home_url")
    return ", ".join(f"{name} is {repaired[name]} now" for name in columns) or None


def _home(db: Database, outlet_id: int) -> str | None:
    """The site root of the outlet's first capture with a valid address."""
    rows = db.execute("SELECT requested_url FROM captures WHERE outlet_id = ? ORDER BY id LIMIT 50", [outlet_id])
    urls = (str(row[0]) for row in rows.fetchall())
    first = next((url for url in urls if validation.is_address(url)), None)
    return "/".join(first.split("/", 3)[:3]) + "/" if first else None
