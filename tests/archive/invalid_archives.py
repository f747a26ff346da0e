"""Archives that a stranger has made up: one of ours, of which one value was changed to what cannot be."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from archive import (
    Capture,
    Link,
    PictureCapture,
    finish_run,
    ingest,
    keep_picture,
    open_archive,
    start_run,
    transaction,
)
from archive.frontier.schedule import HostState, note_hosts
from archive.frontier.url_queue import note_links, seed
from archive.pictures import recognise
from archive.storage.integrity.column_validation import COLUMNS
from tests.archive.test_warc import IMAGE, PNG, URL, with_picture
from tests.support import NOON, PAPER, page

HOSTILE: dict[str, object] = {
    "23 digits": "99999999999999999999999",
    "-1": -1,
    "2^63-1": 2**63 - 1,
    "a word": "gestern",
    "nothing in it": "",
    "NUL": "a\0b",
    "a megabyte": "a" * 1_000_000,
    "no UTF-8": b"\xff\xfe\xc3",
    "year 0": "0000-00-00T00:00:00Z",
    "year 1": "0001-01-01T00:00:00+14:00",
    "year 10000": "10000-01-01T00:00:00Z",
    "absent zone": "Mars/Olympus",
    "path": "../../evil",
    "markup": "\x1b]0;x\x07<script>",
    "list": "[1,[2]]",
    "object": '{"a":{"b":1}}',
    "measures": '{"shares": 5, "seeds": [], "new": -1}',
    "deep": "[" * 100_000,
    "not a number": float("inf"),
    "half": 0.5,
    "bytes": b"\0\1\2",
    "null": None,
}


@dataclass(frozen=True)
class Change:
    """One value of one column, in a few rows of its table."""

    table: str
    column: str
    value: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}={self.value}"


def changes() -> Iterator[Change]:
    """All there are, from the schema."""
    for table, columns in COLUMNS.items():
        for column in columns:
            yield from (Change(table, column, value) for value in HOSTILE)


def written(path: Path) -> Path:
    """A small archive with something in nearly every table: an article in two states with a picture, another one, a
    redirect, a page that is gone, an article that is withdrawn, addresses that wait."""
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {"luubao": "1"}, NOON)
        seed(db, run, ["https://bao.example/"], NOON)
        for headline, hours in (("Tin một", 0), ("Tin hai", 24)):
            body = with_picture(headline).encode()
            headers = (("Content-Type", "text/html"), ("ETag", '"1"'))
            ingest(db, run, Capture(URL, URL, NOON + timedelta(hours=hours), 200, headers, body, "utf-8"))
        picture = recognise(PNG)
        assert picture
        place = path.with_name(path.name + ".pictures") / picture.path
        place.parent.mkdir(parents=True)
        place.write_bytes(PNG)
        (image,) = db.execute("SELECT id FROM images WHERE url = ?", [IMAGE]).fetchone()
        keep_picture(
            db, run, PictureCapture(image, NOON + timedelta(hours=25), IMAGE, 200, picture=picture), timedelta()
        )
        other = "https://bao.example/b-2.htm"
        ingest(db, run, Capture(other, other, NOON + timedelta(hours=2), 200, body=page("Tin khác").encode()))
        old = "https://bao.example/cu.htm"
        ingest(db, run, Capture(old, URL, NOON + timedelta(hours=30), 301, (("Location", "/a-1.htm"),)))
        ingest(
            db,
            run,
            replace(
                Capture(URL, URL, NOON + timedelta(hours=30), 200, body=with_picture("Tin hai").encode()), via=(old,)
            ),
        )
        gone = "https://bao.example/het.htm"
        ingest(db, run, Capture(gone, gone, NOON + timedelta(hours=31), 404, body=b"<p>khong con</p>"))
        with transaction(db):
            note_links(
                db, run, "https://bao.example/", [Link(f"https://bao.example/w-{n}.htm") for n in range(3)], NOON
            )
        note_hosts(db, [HostState("bao.example", 3, NOON, "busy")], NOON)
        finish_run(db, run, outcome="ok", reason=None, stats={"captures": 7}, moment=NOON + timedelta(hours=60))
    return path


def loosened(source: Path, target: Path) -> Path:
    """A copy of an archive whose tables take anything: a stranger's schema refuses nothing that ours would."""
    shutil.copy(source, target)
    with closing(sqlite3.connect(target)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("PRAGMA writable_schema = ON")
        for name, made in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
            loose = made.replace(") STRICT, WITHOUT ROWID", ") WITHOUT ROWID").replace(") STRICT", ")")
            db.execute("UPDATE sqlite_master SET sql = ? WHERE name = ? AND type = 'table'", [loose, name])
        db.commit()
    return target


def changed(source: Path, target: Path, change: Change) -> Path | None:
    """A copy of a loosened archive with one value of one row changed; None where the table has no rows, or where no
    SQLite would take it."""
    for file in target.parent.glob(f"{target.name}*"):
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    shutil.copy(source, target)
    given = "CAST(? AS TEXT)" if change.value == "no UTF-8" else "?"
    keys = ", ".join(_WITHOUT_ROWID.get(change.table, ("rowid",)))
    with closing(sqlite3.connect(target)) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        try:
            cursor = db.execute(
                f"UPDATE {change.table} SET {change.column} = {given} WHERE ({keys}) IN"
                f" (SELECT {keys} FROM {change.table} LIMIT 1)",
                [HOSTILE[change.value]],
            )
            db.commit()
        except sqlite3.IntegrityError:
            return None
        return target if cursor.rowcount else None


_WITHOUT_ROWID = {
    "alert_messages": ("alert", "destination", "batch"),
    "listed": ("outlet_id", "url_key"),
    "frontier": ("outlet_id", "url_key"), "aliases": ("outlet_id", "url_key"), "version_images": ("version_id", "position"),
    "shapes": ("outlet_id", "level", "name"), "habits": ("outlet_id", "bucket"), "hosts": ("host",),
    "readings": ("capture_id", "extractor_id"), "withheld": ("withdrawal_id", "table_name", "row_id"),
    "unsettled": ("outlet_id", "url_key"), "months": ("month", "outlet_id", "section"), "credits": ("credit",),
    "offer_pages": ("outlet_id", "archive", "query"),
}  # fmt: skip
