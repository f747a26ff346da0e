"""What a destroyed article could leave behind: pages in dictionaries, old bytes in the file, words anywhere else.

A dictionary is made of whole pages of its outlet, so one that holds a page of a destroyed article is chosen anew
without it, and the bodies that used it are written again. The file is then written anew, for SQLite leaves what it let
go where it lay, unless every writer ever overwrote it. Last of all, everything that can be opened is opened, and looked
at for the article's own sentences.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from archive.model.errors import ArchiveDamaged, WordsRemain
from archive.storage.bodies import codecs, dictionaries, payloads
from archive.storage.bodies.compaction import reclaim, replace_stored
from archive.storage.withdrawals.withheld_rows import opened

_LONG = 40  # characters that make a sentence an article's own
_MOST = 40  # sentences looked for
_CHUNK = 1 << 22
_TEXTS = {
    "texts": "SELECT coalesce(headline, '') || char(10) || coalesce(lead, '') || char(10) || body || char(10)"
    " || coalesce(captions, '') || char(10) || details FROM texts",
    "search": "SELECT headline || char(10) || body FROM search_source",
}
_PACKED = (("withheld", "SELECT data FROM withheld"), ("set_aside", "SELECT reading FROM set_aside"))


@dataclass(slots=True)
class Look:
    """What was looked at for how many sentences: how many of each kind of place. left: places that hold one all the
    same; quoted: pages of others that say the same."""

    sentences: int
    places: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    quoted: int = 0


def renew_dictionaries(db: Database, pages: Iterable[bytes], since: str | None, at: datetime) -> int:
    """Chooses anew the dictionaries that hold one of these pages or, of an article whose pages nobody has any more, are
    older than its destruction; returns how many. Call inside a transaction, after the pages are hidden."""
    gone = [page for page in pages if page]
    found = []
    for dictionary_id, outlet_id, made_at in db.execute("SELECT id, outlet_id, made_at FROM dictionaries").fetchall():
        if (since and made_at < since) or (gone and _holds(db, dictionary_id, gone)):
            found.append((int(dictionary_id), int(outlet_id)))
    for outlet_id in {outlet_id for _, outlet_id in found}:
        _renew(db, outlet_id, [one for one, of in found if of == outlet_id], at)
    return len(found)


def _holds(db: Database, dictionary_id: int, pages: Iterable[bytes]) -> bool:
    try:
        content = dictionaries.content(db, dictionary_id)
    except ArchiveDamaged:
        return False
    return any(page in content for page in pages)


def _renew(db: Database, outlet_id: int, former: list[int], at: datetime) -> None:
    marks = ", ".join("?" * len(former))
    users = [row[0] for row in db.execute(f"SELECT id FROM bodies WHERE dictionary_id IN ({marks})", former)]
    chosen = dictionaries.replace(db, outlet_id, payloads.pages_to_choose_from(db, outlet_id), at)
    for body_id in users:
        page = payloads.get_body(db, body_id)
        if page is not None:
            replace_stored(db, body_id, payloads.encode_alone(db, page, chosen))
    db.execute(f"DELETE FROM dictionaries WHERE id IN ({marks})", former)


def scrub(db: Database) -> None:
    """Writes the file anew, so that nothing lies in it that no row holds.

    Raises WordsRemain where a reader of an old state, or the disk, does not let it be finished.
    """
    try:
        done = reclaim(db)
    except sqlite3.OperationalError as error:
        raise WordsRemain(
            f"it is destroyed, and the file could not be written anew ({error}): its words may lie in free room of it."
            " Give the same command again when nobody writes and twice the file's size is free"
        ) from error
    if not done:
        raise WordsRemain(
            "it is destroyed, and somebody is still reading the archive as it was before: until they are done, its"
            " words lie in the file or its log. Stop them (luubao serve, sqlite3, a backup) and give the same command"
            " again"
        )


def sentences_of(db: Database, article_id: int) -> list[str]:
    """Sentences that an article says and no other one, by all that was ever read of it."""
    rows = db.execute(
        "SELECT body FROM texts JOIN versions ON versions.id = version_id WHERE article_id = ?", [article_id]
    ).fetchall()
    hidden = db.execute(
        "SELECT data FROM withheld JOIN withdrawals ON withdrawals.id = withdrawal_id"
        " WHERE article_id = ? AND table_name = 'texts'",
        [article_id],
    ).fetchall()
    bodies_of = [str(body) for (body,) in rows] + [json.loads(opened(data))["body"] for (data,) in hidden]
    found = (part.strip() for body in bodies_of for part in re.split(r"(?<=[.!?])\s+|\n+", body))
    own = {one for one in found if len(one) >= _LONG}
    others = "SELECT body FROM texts JOIN versions ON versions.id = version_id WHERE article_id <> ?"
    for (body,) in db.execute(others, [article_id]):
        own -= {one for one in own if one in body}
    return sorted(own, key=lambda one: (-len(one), one))[:_MOST]


def look_for(db: Database, path: Path | None, sentences: list[str]) -> Look:
    """Opens everything that the archive holds, and the file itself, and looks for these sentences."""
    look, wanted = Look(len(sentences)), [one.encode() for one in sentences]
    if not wanted:
        return look
    for kind, name, content in _opened(db):
        look.places[kind] = look.places.get(kind, 0) + 1
        if any(one in content for one in wanted):
            look.quoted += kind == "pages"
            look.left += [] if kind == "pages" else [name]
    for file in _files(path):
        look.places["files"] = look.places.get("files", 0) + 1
        if _lies_in(file, wanted):
            look.left.append(file.name)
    return look


def _opened(db: Database) -> Iterator[tuple[str, str, bytes]]:
    """Kind, name and content of everything that can be opened."""
    for (body_id,) in db.execute("SELECT id FROM bodies ORDER BY id").fetchall():
        try:
            yield "pages", f"bodies {body_id}", payloads.get_body(db, body_id) or b""
        except ArchiveDamaged:  # `luubao verify` names it
            continue
    for (dictionary_id,) in db.execute("SELECT id FROM dictionaries").fetchall():
        yield "dictionaries", f"dictionaries {dictionary_id}", dictionaries.content(db, dictionary_id)
    for name, query in _TEXTS.items():
        for (text,) in db.execute(query):
            yield "texts", name, str(text).encode("utf-8", "replace")
    for name, query in _PACKED:
        for (data,) in db.execute(query):
            yield "readings set aside or withheld", name, codecs.decompress(data)


def _files(path: Path | None) -> list[Path]:
    if path is None:
        return []
    return [file for file in (path, path.with_name(f"{path.name}-wal")) if file.is_file()]


def _lies_in(path: Path, wanted: list[bytes]) -> bool:
    """Whether a file holds one of these as it is written."""
    longest, before = max(map(len, wanted)), b""
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            content = before + piece
            if any(one in content for one in wanted):
                return True
            before = content[-longest:]
    return False
