"""Withdraws an article (takedown): removes its words, captions and bytes from the tables that people and the web read.

The evidence stays: addresses, times, versions, every digest, and the reason. The words and bytes move to `withheld`,
from which they can be restored, or are destroyed. Captures of list pages and feeds that quoted the article stay
unchanged: they are other pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.model import clock
from archive.model.errors import ArchiveDamaged, UnknownArticle, Withdrawn
from archive.storage import codecs, picture_files
from archive.storage.connection import insert, transaction, update
from archive.storage.integrity.column_validation import COLUMNS as COLUMNS_OF
from archive.storage.sqlite_file import checkpoint
from archive.storage.stored_bodies import StoredBody, encode, get_body, replace_stored, stored_data
from archive.storage.version_texts import COLUMNS
from archive.storage.withdrawals import withdrawal_of
from archive.storage.withdrawals.destruction import (
    encoded_row,
    lost_texts,
    opened,
    opened_row,
    or_nothing,
    quotable,
    renew_dictionaries,
    scrub,
)

# The columns that are emptied in each table, with their replacements.
_EMPTIED: dict[str, dict[str, Any]] = {
    "articles": {"headline": "", "byline": None, "section": None},
    "versions": {"headline": "", "byline": None, "section": None},
    "teasers": {"headline": "", "summary": None, "picture": None},
    "texts": dict(zip(COLUMNS, ("", None, "", None, "[]", "{}"), strict=True)),
}
_ROWS_OF_ARTICLE = {
    "articles": "SELECT id FROM articles WHERE id = ?",
    "versions": "SELECT id FROM versions WHERE article_id = ?",
    "teasers": "SELECT teasers.id FROM teasers JOIN aliases USING (outlet_id, url_key) WHERE article_id = ?",
    "texts": "SELECT texts.id FROM texts JOIN versions ON versions.id = texts.version_id WHERE versions.article_id = ?",
}
_BODIES = (
    "WITH own(id) AS ("
    " SELECT captures.id FROM captures JOIN aliases USING (outlet_id, url_key) WHERE aliases.article_id = :article"
    " UNION SELECT readings.capture_id FROM readings JOIN versions ON versions.id = readings.version_id"
    " WHERE versions.article_id = :article)"
    " SELECT DISTINCT body_id FROM captures JOIN own ON own.id = captures.id WHERE body_id IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM captures AS other WHERE other.body_id = captures.body_id"
    " AND other.id NOT IN (SELECT id FROM own)) ORDER BY body_id"
)


def withdraw(
    db: Database, article_id: int, reason: str, moment: datetime, *, destroy: bool, pictures: Path | None = None
) -> None:
    """Hides an article, and destroys its words and bytes if asked to. A hidden article can be destroyed; a destroyed
    one is destroyed again, which finishes an interrupted destruction. pictures: the folder of its pictures, or None.

    Raises Withdrawn if it is hidden already and not to be destroyed, WordsRemain if a reader keeps old bytes in the
    file.
    """
    with transaction(db):
        present = withdrawal_of(db, article_id)  # looked for here: another process may just have withdrawn it
        withdrawal_id = present.id if present else _hide(db, article_id, reason, moment, pictures)
        if destroy:
            since = present.destroyed_at if present else None
            quotes, lost = quotable(db, article_id), lost_texts(db, article_id)
            pages = _destroy(db, withdrawal_id, since or clock.stamp(moment))
            if lost or not all(pages):  # of what is lost nobody can say which dictionary holds it
                since = since or clock.stamp(moment)
            renew_dictionaries(db, pages, since, moment, quotes)
            _optimize_indexes(db)
    picture_files.clear(db, pictures)
    if present and not destroy:
        raise Withdrawn(f"article {article_id} was withdrawn on {present.withdrawn_at[:10]}: {present.reason}")
    if destroy:
        scrub(db)
    else:
        checkpoint(db)


def restore(db: Database, article_id: int, moment: datetime, *, pictures: Path | None = None) -> None:
    """Reverts a withdrawal: restores all rows and files.

    Raises UnknownArticle when the article is not withdrawn, Withdrawn when its words and bytes were destroyed.
    """
    with transaction(db):
        present = withdrawal_of(db, article_id)
        if present and not present.destroyed_at:
            _restore(db, article_id, present.id, clock.stamp(moment), pictures)
    picture_files.clear(db, pictures)
    if present is None:
        raise UnknownArticle(f"article {article_id} is not withdrawn. Nothing to restore")
    if present.destroyed_at:
        raise Withdrawn(f"the words of article {article_id} were destroyed on {present.destroyed_at[:10]}")


def _restore(db: Database, article_id: int, withdrawal_id: int, stamp: str, pictures: Path | None) -> None:
    for table in _EMPTIED:
        for row_id, values in _withheld(db, withdrawal_id, table):
            _write(db, table, row_id, values)
    _restore_images(db, withdrawal_id)
    _restore_bodies(db, withdrawal_id)
    for version_id, values in _withheld(db, withdrawal_id, "active_texts"):
        db.execute("INSERT INTO active_texts (version_id, text_id) VALUES (?, ?)", [version_id, values["text_id"]])
    hidden_pictures = _withheld(db, withdrawal_id, "pictures")
    db.execute("DELETE FROM withheld WHERE withdrawal_id = ?", [withdrawal_id])
    db.execute("UPDATE withdrawals SET restored_at = ? WHERE id = ?", [stamp, withdrawal_id])
    db.execute("UPDATE articles SET withdrawn_at = NULL WHERE id = ?", [article_id])
    _set_due(db, article_id, stamp)
    for picture_id, values in hidden_pictures:  # last: they must not be served before the commit
        picture_files.restore(db, pictures, picture_id, values["thumbnail"])


def withdraw_recapture(db: Database, article_id: int, outlet_id: int, key: str, moment: datetime) -> None:
    """Hides a new capture of a withdrawn article, and makes its address an alias. Call inside a transaction."""
    present = withdrawal_of(db, article_id)
    assert present is not None
    db.execute(
        "INSERT INTO aliases (outlet_id, url_key, article_id, since) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [outlet_id, key, article_id, clock.stamp(moment)],
    )
    _hide_bodies(db, present.id, article_id)
    _drop_set_aside(db, article_id)
    _set_due(db, article_id, None)
    if present.destroyed_at:
        renew_dictionaries(db, _destroy(db, present.id, clock.stamp(moment)), None, moment)


def _hide(db: Database, article_id: int, reason: str, moment: datetime, pictures: Path | None) -> int:
    stamp = clock.stamp(moment)
    withdrawal_id = insert(db, "withdrawals", {"article_id": article_id, "withdrawn_at": stamp, "reason": reason})
    db.execute("UPDATE articles SET withdrawn_at = ? WHERE id = ?", [stamp, article_id])
    for picture_id, data in picture_files.hide(db, pictures, article_id):
        _withhold(db, withdrawal_id, "pictures", picture_id, data)
    for version_id in _ids(db, _ROWS_OF_ARTICLE["versions"], article_id):
        _hide_images(db, withdrawal_id, version_id)
        _hide_active_text(db, withdrawal_id, version_id)  # before the text is emptied: the index trigger needs it
    for table, query in _ROWS_OF_ARTICLE.items():
        for row_id in _ids(db, query, article_id):
            _empty(db, withdrawal_id, table, row_id)
    _hide_bodies(db, withdrawal_id, article_id)
    _drop_set_aside(db, article_id)
    _set_due(db, article_id, None)
    return withdrawal_id


def _drop_set_aside(db: Database, article_id: int) -> None:
    """Deletes readings set aside (other prints, doubted pages); after a restoration they are read again."""
    db.execute(
        "DELETE FROM set_aside WHERE capture_id IN (SELECT captures.id FROM captures"
        " JOIN aliases USING (outlet_id, url_key) WHERE aliases.article_id = ?)",
        [article_id],
    )


def _ids(db: Database, query: str, number: int) -> list[int]:
    return [int(row[0]) for row in db.execute(query, [number]).fetchall()]


def _empty(db: Database, withdrawal_id: int, table: str, row_id: int) -> None:
    blank = _EMPTIED[table]
    row = next(iter(db.query(f"SELECT {', '.join(blank)} FROM {table} WHERE id = ?", [row_id])))
    _withhold(db, withdrawal_id, table, row_id, encoded_row(row))
    _write(db, table, row_id, blank)


def _check_columns(table: str, values: Mapping[str, Any]) -> None:
    """Raises ArchiveDamaged if withheld data names columns that do not exist: the names become SQL."""
    if not values.keys() <= COLUMNS_OF[table].keys():
        raise ArchiveDamaged(f"what was withheld of {table} names columns that it has not: `luubao verify` tells more")


def _write(db: Database, table: str, row_id: int, values: Mapping[str, Any]) -> None:
    _check_columns(table, values)
    update(db, table, row_id, values)


def _hide_active_text(db: Database, withdrawal_id: int, version_id: int) -> None:
    for row in list(db.query("SELECT text_id FROM active_texts WHERE version_id = ?", [version_id])):
        _withhold(db, withdrawal_id, "active_texts", version_id, encoded_row(row))
        db.execute("DELETE FROM active_texts WHERE version_id = ?", [version_id])


def _hide_images(db: Database, withdrawal_id: int, version_id: int) -> None:
    rows = list(db.query("SELECT * FROM version_images WHERE version_id = ? ORDER BY position", [version_id]))
    _withhold(db, withdrawal_id, "version_images", version_id, encoded_row({"rows": rows}))
    db.execute("DELETE FROM version_images WHERE version_id = ?", [version_id])


def _restore_images(db: Database, withdrawal_id: int) -> None:
    for _, values in _withheld(db, withdrawal_id, "version_images"):
        for row in values["rows"]:
            _check_columns("version_images", row)
            insert(db, "version_images", row)


def _hide_bodies(db: Database, withdrawal_id: int, article_id: int) -> None:
    body_ids = [int(row[0]) for row in db.execute(_BODIES, {"article": article_id}).fetchall()]
    pages = {body_id: page for body_id in body_ids if (page := _page_or_remains(db, body_id)) is not None}
    _detach_patches(db, pages)
    for body_id, page in pages.items():
        _withhold(db, withdrawal_id, "bodies", body_id, codecs.compress(page))
        replace_stored(db, body_id, StoredBody("withheld", b""))


def _page_or_remains(db: Database, body_id: int) -> bytes | None:
    """A page; of a damaged one, which is hidden all the same, the stored bytes."""
    try:
        return get_body(db, body_id)
    except ArchiveDamaged:
        return stored_data(db, body_id)


def _detach_patches(db: Database, body_ids: Iterable[int]) -> None:
    """Stores bodies that are patches on the hidden ones, and not hidden themselves, without a base."""
    hidden = set(body_ids)
    for base_id in hidden:
        for (body_id,) in db.execute("SELECT id FROM bodies WHERE base_id = ?", [base_id]).fetchall():
            if body_id not in hidden:
                with suppress(ArchiveDamaged):  # it is lost with its base
                    _store_alone(db, body_id)


def _store_alone(db: Database, body_id: int) -> None:
    page = get_body(db, body_id)
    assert page is not None  # a patch opens, or raises
    (outlet_id,) = db.execute("SELECT outlet_id FROM captures WHERE body_id = ? LIMIT 1", [body_id]).fetchone()
    replace_stored(db, body_id, encode(db, page, outlet_id, None))


def _restore_bodies(db: Database, withdrawal_id: int) -> None:
    rows = db.execute(
        "SELECT row_id, data FROM withheld WHERE withdrawal_id = ? AND table_name = 'bodies' ORDER BY row_id",
        [withdrawal_id],
    ).fetchall()
    for body_id, data in rows:
        (outlet_id,) = db.execute("SELECT outlet_id FROM captures WHERE body_id = ? LIMIT 1", [body_id]).fetchone()
        replace_stored(db, body_id, encode(db, opened(data), outlet_id, None))


def _destroy(db: Database, withdrawal_id: int, destroyed_at: str) -> list[bytes]:
    """Destroys the withheld data; returns the pages that it held, nothing for one that is damaged."""
    query = "SELECT data FROM withheld WHERE withdrawal_id = ? AND table_name = 'bodies'"
    pages = [or_nothing(partial(opened, data)) for (data,) in db.execute(query, [withdrawal_id]).fetchall()]
    pictures = "SELECT row_id FROM withheld WHERE withdrawal_id = ? AND table_name = 'pictures'"
    for picture_id in _ids(db, pictures, withdrawal_id):
        picture_files.destroy(db, picture_id)
    db.execute(
        "UPDATE bodies SET codec = 'destroyed' WHERE id IN"
        " (SELECT row_id FROM withheld WHERE withdrawal_id = ? AND table_name = 'bodies')",
        [withdrawal_id],
    )
    db.execute("DELETE FROM withheld WHERE withdrawal_id = ?", [withdrawal_id])
    db.execute("UPDATE withdrawals SET destroyed_at = ? WHERE id = ?", [destroyed_at, withdrawal_id])
    return pages


def _optimize_indexes(db: Database) -> None:
    """Merges each search index into one segment: older segments still hold removed words."""
    with transaction(db):
        db.execute("INSERT INTO search(search) VALUES ('optimize')")
        db.execute("INSERT INTO search_front(search_front) VALUES ('optimize')")


def _set_due(db: Database, article_id: int, due_at: str | None) -> None:
    """Sets when an article's addresses are due in the frontier; None, for a withdrawn one: never."""
    db.execute(
        "UPDATE frontier SET due_at = ? WHERE (outlet_id, url_key) IN"
        " (SELECT outlet_id, url_key FROM aliases WHERE article_id = ?)",
        [due_at, article_id],
    )


def _withhold(db: Database, withdrawal_id: int, table: str, row_id: int, data: bytes) -> None:
    db.execute("INSERT INTO withheld VALUES (?, ?, ?, ?)", [withdrawal_id, table, row_id, data])


def _withheld(db: Database, withdrawal_id: int, table: str) -> list[tuple[int, dict[str, Any]]]:
    rows = db.execute(
        "SELECT row_id, data FROM withheld WHERE withdrawal_id = ? AND table_name = ? ORDER BY row_id",
        [withdrawal_id, table],
    ).fetchall()
    return [(row_id, opened_row(data)) for row_id, data in rows]
