"""The files of pictures, in a folder: whether they are what they were, and where those of withdrawn articles go.

Where pictures are kept in a store that is no folder (S3 and the like), none of this can be done from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from archive.digests import digest_of
from archive.store.fixity import Problem, Step
from archive.store.withheld import packed

_HIDDEN = "withheld"
"""The folder beside those that are served (archive/datasette), for pictures of withdrawn articles."""
DESTROYED = "destroyed"
"""What stands for the path of a picture that was destroyed."""

# shown by this article's versions and by no other's
_OWN = (
    "SELECT DISTINCT pictures.id, path, thumbnail FROM pictures"
    " JOIN version_images ON version_images.picture_id = pictures.id"
    " JOIN versions ON versions.id = version_images.version_id WHERE versions.article_id = :article"
    " AND NOT EXISTS (SELECT 1 FROM version_images AS others JOIN versions AS of ON of.id = others.version_id"
    " WHERE others.picture_id = pictures.id AND of.article_id <> :article)"
)


def broken_pictures(db: Database, folder: Path, step: Step) -> Iterator[Problem]:
    """Pictures whose file is missing or holds other bytes than were fetched."""
    for picture_id, digest, path in db.execute("SELECT id, digest, path FROM pictures ORDER BY id").fetchall():
        step()
        file = folder / path
        if path == DESTROYED:
            continue
        if not file.is_file():
            yield Problem(f"pictures {picture_id}", f"its file {path} is missing")
        elif digest_of(file.read_bytes()) != digest:
            yield Problem(f"pictures {picture_id}", f"the bytes of {path} are not those of {digest}")


def hide(db: Database, folder: Path | None, article_id: int) -> list[tuple[int, bytes]]:
    """Moves an article's pictures to where nothing is served from. Returns, for each, what `withheld` has to keep. Call
    inside a transaction: a crash in between leaves files that the next attempt finds."""
    kept = []
    for picture_id, path, thumbnail in db.execute(_OWN, {"article": article_id}).fetchall():
        kept.append((int(picture_id), packed({"path": path, "thumbnail": thumbnail})))
        for name in filter(None, (path, thumbnail)):
            _move(folder, name, f"{_HIDDEN}/{name}")
        hidden = [f"{_HIDDEN}/{path}", f"{_HIDDEN}/{thumbnail}" if thumbnail else None, picture_id]
        db.execute("UPDATE pictures SET path = ?, thumbnail = ? WHERE id = ?", hidden)
    return kept


def show(db: Database, folder: Path | None, picture_id: int, path: str, thumbnail: str | None) -> None:
    """Puts a picture back to where it was. Call inside a transaction."""
    for name in filter(None, (path, thumbnail)):
        _move(folder, f"{_HIDDEN}/{name}", name)
    db.execute("UPDATE pictures SET path = ?, thumbnail = ? WHERE id = ?", [path, thumbnail, picture_id])


def destroy(db: Database, folder: Path | None, picture_id: int) -> None:
    """Deletes a hidden picture, and what it looked like; its digest stays. Call inside a transaction."""
    paths = db.execute("SELECT path, thumbnail FROM pictures WHERE id = ?", [picture_id]).fetchone()
    for name in filter(None, paths):
        if folder:
            (folder / name).unlink(missing_ok=True)
    db.execute(
        "UPDATE pictures SET path = ?, thumbnail = NULL, perceptual_hash = NULL WHERE id = ?", [DESTROYED, picture_id]
    )


def _move(folder: Path | None, old: str, new: str) -> None:
    if folder is None or not (folder / old).is_file():
        return
    (folder / new).parent.mkdir(parents=True, exist_ok=True)
    (folder / old).rename(folder / new)
