"""The files of pictures, in a folder: whether they are what they were, and where those of withdrawn articles go.

Where pictures are kept in a store that is no folder (S3 and the like), none of this can be done from here.
"""

from __future__ import annotations

import shutil
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
    """Pictures whose file is missing or holds other bytes than were fetched, or lies where it should be no more."""
    for picture_id, digest, path, size in db.execute("SELECT id, digest, path, size FROM pictures ORDER BY id"):
        step()
        for file in _left_behind(folder, digest, path):
            name = file.relative_to(folder)
            yield Problem(
                f"pictures {picture_id}", f"{name} was withdrawn and is still there: withdraw its article again"
            )
        if path == DESTROYED:
            continue
        file = folder / path
        if not file.is_file():
            yield Problem(f"pictures {picture_id}", f"its file {path} is missing")
            continue
        held = file.read_bytes()
        if digest_of(held) != digest:
            yield Problem(f"pictures {picture_id}", f"the bytes of {path} are not those of {digest}")
        elif len(held) != size:
            yield Problem(f"pictures {picture_id}", f"it has {len(held)} bytes, {size} are recorded")


def hide(db: Database, folder: Path | None, article_id: int) -> list[tuple[int, bytes]]:
    """Puts an article's pictures where nothing is served from. Returns, for each, what `withheld` has to keep. Call
    inside a transaction, and `clear` after it: a crash before leaves every file where the archive says it is."""
    kept = []
    for picture_id, path, thumbnail in db.execute(_OWN, {"article": article_id}).fetchall():
        kept.append((int(picture_id), packed({"path": path, "thumbnail": thumbnail})))
        for name in filter(None, (path, thumbnail)):
            _put_also(folder, name, f"{_HIDDEN}/{name}")
        hidden = [f"{_HIDDEN}/{path}", f"{_HIDDEN}/{thumbnail}" if thumbnail else None, picture_id]
        db.execute("UPDATE pictures SET path = ?, thumbnail = ? WHERE id = ?", hidden)
    return kept


def show(db: Database, folder: Path | None, picture_id: int, path: str, thumbnail: str | None) -> None:
    """Puts a picture back to where it was. Call inside a transaction, and `clear` after it."""
    for name in filter(None, (path, thumbnail)):
        _put_also(folder, f"{_HIDDEN}/{name}", name)
    db.execute("UPDATE pictures SET path = ?, thumbnail = ? WHERE id = ?", [path, thumbnail, picture_id])


def destroy(db: Database, picture_id: int) -> None:
    """Forgets a hidden picture, and what it looked like; its digest stays. Call inside a transaction, and `clear` after
    it, which deletes the file."""
    db.execute(
        "UPDATE pictures SET path = ?, thumbnail = NULL, perceptual_hash = NULL WHERE id = ?", [DESTROYED, picture_id]
    )


def clear(db: Database, folder: Path | None) -> None:
    """Deletes what the last withdrawal or restoring, or one that was killed, left where the archive has it no more."""
    if folder is None:
        return
    gone = db.execute("SELECT digest, path FROM pictures WHERE path = ? OR path LIKE ?", [DESTROYED, f"{_HIDDEN}/%"])
    for digest, path in gone.fetchall():
        for file in _left_behind(folder, digest, path):
            file.unlink()
    for file in [one for one in (folder / _HIDDEN).rglob("*") if one.is_file()]:
        name = str(file.relative_to(folder / _HIDDEN))
        shown = db.execute("SELECT 1 FROM pictures WHERE ? IN (path, thumbnail)", [name]).fetchone()
        if shown and (folder / name).is_file():
            file.unlink()


def _left_behind(folder: Path, digest: str, path: str) -> list[Path]:
    """Files of a hidden picture that lie where pictures are served from, if it lies where it is hidden as well; of a
    destroyed one, all."""
    if path != DESTROYED and not (path.startswith(f"{_HIDDEN}/") and (folder / path).is_file()):
        return []
    algorithm, _, digits = digest.partition(":")
    places = [f"{place}/{digits[:2]}" for place in (algorithm, f"unserved/{algorithm}", "thumbnails")]
    if path == DESTROYED:
        places += [f"{_HIDDEN}/{place}" for place in places]
    return [file for place in places for file in sorted((folder / place).glob(f"{digits}.*"))]


def _put_also(folder: Path | None, old: str, new: str) -> None:
    """The same file under a second name; a copy where the file system has none of that."""
    if folder is None or not (folder / old).is_file() or (folder / new).is_file():
        return
    (folder / new).parent.mkdir(parents=True, exist_ok=True)
    try:
        (folder / new).hardlink_to(folder / old)
    except OSError:
        whole = (folder / new).with_suffix(".part")
        shutil.copyfile(folder / old, whole)
        whole.rename(folder / new)
