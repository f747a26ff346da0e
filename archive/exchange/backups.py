"""Backups: an archive as it was at one moment, with its pictures and its own settings, checked, in a folder that is
there whole or not at all; and back.

A backup is a folder `NAME-20261129T051500Z` with the archive, its pictures, `luubao.toml`, `spiders/`, and
`backup.json`, which says what they are. Pictures that the backup before has are hard links to those, after their bytes
were compared with their digests.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from archive.model import clock
from archive.model.errors import ArchiveDamaged, ArchiveMissing, ArchiveUnusable
from archive.runtime.atomic_files import arriving, beside, remove_leftovers
from archive.runtime.file_lock import outlet_lock
from archive.storage.backup_checks import alone_with, pictures_lacking, problems_of, remove_logs
from archive.storage.connection import is_there
from archive.storage.pictures.picture_folder import files_of, is_good
from archive.storage.snapshot import snapshot

Step = Callable[[], None]
_TOLD = "backup.json"
_PICTURES, _SETTINGS = "pictures", "settings"


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup. archive: the file's name; digest: of its bytes; seal: its newest; at: when it was made, UTC; lacking:
    pictures it names that were missing or damaged already."""

    place: Path
    archive: str
    digest: str
    seal: str | None
    at: str
    lacking: tuple[str, ...]

    @property
    def pictures(self) -> Path:
        """The folder with its pictures; it may be missing."""
        return self.place / _PICTURES

    @property
    def settings(self) -> Path:
        """The folder with settings and spiders; it may be missing."""
        return self.place / _SETTINGS


def back_up(
    path: Path, target: Path, *, pictures: Path | None, settings: Sequence[Path], keep: int, step: Step = lambda: None
) -> tuple[Backup, list[Path]]:
    """Makes a backup in the folder `target`, and then removes the oldest ones of this archive but for `keep`. pictures:
    the folder with its pictures; settings: files and folders of its user's own. Returns the backup, and what was
    removed: nothing where pictures are lacking, which an older backup may have.

    Raises ArchiveMissing, ArchiveUnusable and Unwritable, and ArchiveDamaged for an archive that is not as it was
    recorded: no backup is made of that, and none is removed.
    """
    before = backups_in(target, path.name)
    place = _new_place(target, path)
    with arriving(place, parents=True) as folder:
        folder.mkdir()
        copy = folder / path.name
        snapshot(path, copy)
        problems, seal = problems_of(copy, step)
        if problems:
            raise ArchiveDamaged(
                f"{path} is damaged, and no backup was made of it: {problems[0].where}: {problems[0].what}. `luubao"
                " verify` names all; the backups before are kept"
            )
        if pictures:
            _copy_pictures(pictures, folder / _PICTURES, before[-1].pictures if before else None, step)
        lacking = pictures_lacking(copy, folder / _PICTURES, step) if pictures else []
        _copy_settings(settings, folder / _SETTINGS)
        told = [f"{one.where}: {one.what}" for one in lacking]
        made = Backup(place, path.name, _digest_of(copy), seal, clock.stamp(clock.now()), tuple(told))
        _note(folder, made)
    old = [] if made.lacking else [one.place for one in before][: len(before) + 1 - keep]
    for one in old:
        _remove(one)
    return made, old


def backups_in(target: Path, archive: str | None = None) -> list[Backup]:
    """The backups in a folder, the oldest first; archive: only of the file of that name."""
    places = sorted(target.iterdir()) if target.is_dir() else []
    found = [one for place in places if (one := _read(place)) and archive in (None, one.archive)]
    return sorted(found, key=lambda one: (one.at, one.place.name))


def restore(
    source: Path, path: Path, *, pictures: Path, force: bool, step: Step = lambda: None
) -> tuple[Backup, list[Path]]:
    """Puts a backup, or the newest of a folder with backups, in the place of `path`, and its pictures into a folder:
    those that are there and good stay. Settings and spiders go beside the archive where there are none. Returns the
    backup, and the settings that stay in it, for there are others.

    Raises ArchiveMissing where there is no backup, ArchiveDamaged for one that is not as it was made, ArchiveUnusable
    where there is an archive already (force: it gives way) or somebody uses it, and Unwritable.
    """
    backup = _chosen(source, path.name)
    if not force and (path.exists() or path.is_symlink()):
        raise ArchiveUnusable(
            f"there is an archive at {path} already. Name another place with --db, or replace it with --force"
        )
    with _nobody_at(path), arriving(path, replace=True, parents=True) as place:
        _check(backup, place, step)
        _put_pictures(backup.pictures, pictures, step)
        left = list(_put_settings(backup.settings, path.parent))
        remove_logs(path.resolve())
        path.with_name(f"{path.name}.carried").unlink(missing_ok=True)  # an older state than the store may have
    return backup, left


def _check(backup: Backup, place: Path, step: Step) -> None:
    """Copies the archive of a backup, and looks at everything."""
    shutil.copyfile(backup.place / backup.archive, place)
    problems = [] if _digest_of(place) == backup.digest else ["the archive has other bytes than it was made with"]
    problems += [f"{one.where}: {one.what}" for one in problems_of(place, step)[0]] if not problems else []
    if backup.pictures.is_dir() and not problems:
        lacking = [f"{one.where}: {one.what}" for one in pictures_lacking(place, backup.pictures, step)]
        problems += [one for one in lacking if one not in backup.lacking]
    if problems:
        raise ArchiveDamaged(
            f"the backup {backup.place} is damaged: {problems[0]}. Nothing was changed; restore an older one"
        )


@contextmanager
def _nobody_at(path: Path) -> Iterator[None]:
    """Nobody crawls into, writes or serves the archive. Raises Locked and ArchiveUnusable."""
    with ExitStack() as held:
        if is_there(path):
            real = path.resolve()
            for file in sorted(real.parent.glob(f"{real.name}.*.lock")):
                held.enter_context(outlet_lock(path, file.name[len(real.name) + 1 : -len(".lock")]))
            held.enter_context(alone_with(path))
        yield


def _chosen(source: Path, name: str) -> Backup:
    if one := _read(source):
        return one
    found = backups_in(source)
    names = {one.archive for one in found}
    wanted = [one for one in found if one.archive == name or len(names) == 1]
    if wanted:
        return wanted[-1]
    if names:
        raise ArchiveMissing(f"{source} has backups of {', '.join(sorted(names))}. Name one of its folders")
    raise ArchiveMissing(f"there is no backup in {source}. `luubao backup {source}` makes one")


def _read(place: Path) -> Backup | None:
    """A backup, where this folder is one."""
    try:
        told = json.loads((place / _TOLD).read_text("utf-8"))
        name = str(told["archive"])
        made = Backup(place, name, str(told["digest"]), told["seal"], str(told["at"]), tuple(map(str, told["lacking"])))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return made if "/" not in name and (place / name).is_file() else None


def _note(folder: Path, made: Backup) -> None:
    facts = {"archive": made.archive, "digest": made.digest, "seal": made.seal, "at": made.at, "lacking": made.lacking}
    (folder / _TOLD).write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _new_place(target: Path, path: Path) -> Path:
    stamp = clock.stamp(clock.now()).replace("-", "").replace(":", "")
    names = (f"{path.stem}-{stamp}" + (f"-{count}" if count else "") for count in range(1000))
    return next(place for name in names if not (place := target / name).exists())


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _copy_pictures(folder: Path, to: Path, before: Path | None, step: Step) -> None:
    """Every picture that is good, here or in the backup before."""
    to.mkdir()
    for name in sorted(files_of(folder)):
        step()
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        if before and is_good(before, name) and _linked(before / name, to / name):
            continue
        if is_good(folder, name):
            shutil.copyfile(folder / name, to / name)


def _linked(old: Path, new: Path) -> bool:
    """Whether the same file could have a second name."""
    with suppress(OSError):
        os.link(old, new)
        return True
    return False


def _copy_settings(settings: Sequence[Path], to: Path) -> None:
    for one in settings:
        to.mkdir(exist_ok=True)
        if one.is_dir():
            shutil.copytree(one, to / one.name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy2(one, to / one.name)


def _put_pictures(folder: Path, to: Path, step: Step) -> None:
    if not folder.is_dir():
        return
    if not to.exists():
        with arriving(to, parents=True) as place:
            _copy_pictures(folder, place, None, step)
        return
    remove_leftovers(to)
    for name in sorted(files_of(folder)):
        step()
        if not is_good(to, name):
            with arriving(to / name, replace=True, within=to) as place:
                shutil.copyfile(folder / name, place)


def _put_settings(folder: Path, to: Path) -> Iterator[Path]:
    """Puts settings where there are none, and returns the others."""
    for one in sorted(folder.iterdir()) if folder.is_dir() else []:
        if (to / one.name).exists():
            yield one
            continue
        with arriving(to / one.name) as place:
            shutil.copytree(one, place) if one.is_dir() else shutil.copy2(one, place)


def _remove(place: Path) -> None:
    """Removes a backup: its name goes first, so that none is ever half."""
    with beside(place) as folder:
        place.rename(folder / place.name)
