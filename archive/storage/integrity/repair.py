"""Mending rows that hold what cannot be, as far as they need not stay.

What arrived is evidence and stays as it is; whoever reads it passes it over. What luubao only keeps books with, and how
an outlet is described, is mended.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.model import clock, validation
from archive.storage.connection import transaction
from archive.storage.integrity.value_check import Odd

_BOOKS = ("frontier", "hosts", "shapes", "habits")
"""Tables that are made anew by crawling: a row that cannot be goes. An address comes back with the page that leads to
it."""
_ANEW = {"images": ("due_at", "changed_at")}
"""Columns that are set anew: due now."""


def mend(db: Database, odd: Odd) -> str | None:
    """Mends a row as far as that is possible; what was done, None where it must stay as it is. Raises ArchiveUnusable
    where it cannot be written."""
    where = " AND ".join(f"{name} IS ?" for name in odd.key)
    with transaction(db):
        if odd.table in _BOOKS:
            db.execute(f"DELETE FROM {odd.table} WHERE {where}", list(odd.key.values()))
            return "left out; crawling makes it anew"
        if odd.wrong.keys() <= set(_ANEW.get(odd.table, ())):
            sets = ", ".join(f"{name} = {'NULL' if name == 'changed_at' else '?'}" for name in odd.wrong)
            now = [clock.stamp(clock.now()) for name in odd.wrong if name != "changed_at"]
            db.execute(f"UPDATE {odd.table} SET {sets} WHERE {where}", [*now, *odd.key.values()])
            return "due now"
        if odd.table == "outlets":
            return _mend_outlet(db, odd)
    return None


def _mend_outlet(db: Database, odd: Odd) -> str | None:
    number = odd.key["id"]
    anew = {"timezone": "UTC", "name": f"outlet-{number}", "title": f"outlet {number}"}
    done = [name for name in odd.wrong if name in anew]
    for name in done:
        db.execute(f"UPDATE outlets SET {name} = ? WHERE id = ?", [anew[name], number])
    if "home_url" in odd.wrong and (home := _home(db, number)):
        db.execute("UPDATE outlets SET home_url = ? WHERE id = ?", [home, number])
        anew["home_url"] = home
        done.append("home_url")
    return ", ".join(f"{name} is {anew[name]} now" for name in done) or None


def _home(db: Database, outlet_id: int) -> str | None:
    """The top of the site from which the outlet's first capture came."""
    rows = db.execute("SELECT requested_url FROM captures WHERE outlet_id = ? ORDER BY id LIMIT 50", [outlet_id])
    urls = (str(row[0]) for row in rows.fetchall())
    first = next((url for url in urls if validation.is_address(url)), None)
    return "/".join(first.split("/", 3)[:3]) + "/" if first else None
