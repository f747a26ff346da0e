"""Withdrawals (takedowns): hides articles or destroys their words. Here: looks withdrawals up, by article and by
address, and finds what is exposed in spite of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An article that is withdrawn now. destroyed_at: None while its words and bytes are kept."""

    id: int
    article_id: int
    withdrawn_at: str
    reason: str
    destroyed_at: str | None


def withdrawal_of(db: Database, article_id: int) -> Withdrawal | None:
    """The withdrawal that hides an article; None if it is not withdrawn."""
    rows = db.query(
        "SELECT id, article_id, withdrawn_at, reason, destroyed_at FROM withdrawals"
        " WHERE article_id = ? AND restored_at IS NULL ORDER BY id DESC LIMIT 1",
        [article_id],
    )
    return next((Withdrawal(**row) for row in rows), None)


def destroyed_since(db: Database, article_id: int) -> str | None:
    """When an article's words were destroyed; None if they were not."""
    present = withdrawal_of(db, article_id)
    return present.destroyed_at if present else None


def withdrawn_at_address(db: Database, outlet_id: int, key: str) -> int | None:
    """articles.id of the withdrawn article that has an address; None if there is none."""
    row = db.execute(
        "SELECT articles.id FROM aliases JOIN articles ON articles.id = aliases.article_id"
        " WHERE aliases.outlet_id = ? AND aliases.url_key = ? AND withdrawn_at IS NOT NULL",
        [outlet_id, key],
    ).fetchone()
    return int(row[0]) if row else None


def is_withdrawn(db: Database, outlet_id: int, key: str) -> bool:
    """Whether an address belongs to a withdrawn article."""
    return withdrawn_at_address(db, outlet_id, key) is not None


def exposed(db: Database, pictures: Path | None) -> Iterator[str]:
    """Reports withdrawn content that is still readable: words, and picture files in the served folder."""
    rows = db.execute(
        "SELECT articles.id FROM articles WHERE withdrawn_at IS NOT NULL AND (headline <> '' OR EXISTS ("
        " SELECT 1 FROM versions JOIN texts ON texts.version_id = versions.id WHERE versions.article_id = articles.id"
        " AND (versions.headline <> '' OR texts.body <> '')))"
    )
    for (article_id,) in rows.fetchall():
        yield f"article {article_id} is withdrawn and its words are still there"
    if pictures is None:
        return
    from archive.storage.picture_files import still_seen

    for name in still_seen(db, pictures):
        yield f"a picture is withdrawn and still lies in {pictures}: {name}"
