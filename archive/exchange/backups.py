"""Makes and restores backups: a checked snapshot of an archive, with its pictures and settings, in a folder that
appears whole or not at all.

A backup is a folder `NAME-20261129T051500Z` with the archive, its pictures, `luubao.toml`, `spiders/`, and
`backup.json`, the manifest. A picture that the previous backup has too is a hard link to that file, once its bytes
match its digest.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from archive.model import clock
from archive.model.digests import digest_of_file
from archive.model.errors import ArchiveDamaged, ArchiveMissing, ArchiveUnusable
from archive.model.paths import real_path
from archive.runtime.atomic_files import atomic_write, outlet_lock, remove_leftovers, temporary_folder
from archive.storage.integrity.fixity import copy_archive, missing_pictures, problems_of
from archive.storage.picture_files import files_of, is_good
from archive.storage.sqlite_file import exclusive_access, is_there, remove_logs

Step = Callable[[], None]
Distrust = Callable[[Path], str | None]
_MANIFEST = "backup.json"
_PICTURES, _SETTINGS = "pictures", "settings"


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup. archive: the file's name; digest: of its bytes; seal: its newest; at: when the backup was made, UTC;
    lacking: pictures the archive names that were missing or damaged already."""

    place: Path
    archive: str
    digest: str
    seal: str | None
    at: str
    lacking: tuple[str, ...]

    @property
    def pictures(self) -> Path:
        """The folder with the pictures; may be missing."""
        return self.place / _PICTURES

    @property
    def settings(self) -> Path:
        """The folder with settings, spiders and rules; may be missing."""
        return self.place / _SETTINGS


def back_up(
    path: Path, target: Path, *, pictures: Path | None, settings: Sequence[Path], keep: int, step: Step = lambda: None
) -> tuple[Backup, list[Path]]:
    """Makes a backup in the folder `target`, then removes this archive's oldest backups, all but `keep`. pictures: the
    folder with the archive's pictures; settings: the user's own files and folders. Returns the backup, and the removed
    ones: none where pictures are lacking, since an older backup may have them.

    Raises ArchiveMissing, ArchiveUnusable and Unwritable, and ArchiveDamaged for an archive that is not as it was
    recorded; then it makes no backup and removes none.
    """
    before = backups_in(target, path.name)
    place = _new_place(target, path)
    with atomic_write(place, parents=True) as folder:
        folder.mkdir()
        copy = folder / path.name
        copy_archive(path, copy)
        shutil.copymode(path, copy)  # nobody may read more of the backup than of the archive
        problems, seal = problems_of(copy, step)
        if problems:
            raise ArchiveDamaged(
                f"{path} is damaged, and no backup was made of it: {problems[0].where}: {problems[0].what}. `luubao"
                " verify` names all; the backups before are kept"
            )
        if pictures:
            _copy_pictures(pictures, folder / _PICTURES, before[-1].pictures if before else None, step)
        lacking = missing_pictures(copy, folder / _PICTURES, step) if pictures else []
        _copy_settings(settings, folder / _SETTINGS)
        missing = [f"{problem.where}: {problem.what}" for problem in lacking]
        backup = Backup(place, path.name, digest_of_file(copy), seal, clock.stamp(clock.now()), tuple(missing))
        _write_manifest(folder, backup)
    old = [] if backup.lacking else [earlier.place for earlier in before][: max(0, len(before) + 1 - keep)]
    for place in old:  # renamed first, so that a half-removed one never stands under its name
        with temporary_folder(place) as folder:
            place.rename(folder / place.name)
    return backup, old


def backups_in(target: Path, archive: str | None = None) -> list[Backup]:
    """The backups in a folder, oldest first. archive: only backups of the file of that name."""
    places = sorted(target.iterdir()) if target.is_dir() else []
    backups = [backup for place in places if (backup := _read(place)) and archive in (None, backup.archive)]
    return sorted(backups, key=lambda backup: (backup.at, backup.place.name))


def restore(
    source: Path, path: Path, *, pictures: Path, force: bool, distrust: Distrust, step: Step = lambda: None
) -> tuple[Backup, list[str]]:
    """Restores a backup, or the newest one in a folder, to `path`, and its pictures to the folder `pictures`: good ones
    that are there stay. Restores settings, spiders and rules beside the archive where there are none. distrust: why
    one of these is not to be restored, for the next command runs it. Returns the backup, and a sentence for each that
    was not.

    Raises ArchiveMissing where there is no backup, ArchiveDamaged for one that is not as it was made, ArchiveUnusable
    where there is an archive already (force: replaces it) or another process uses it, and Unwritable.
    """
    backup = _choose(source, path.name)
    if not force and (path.exists() or path.is_symlink()):
        raise ArchiveUnusable(
            f"there is an archive at {path} already. Name another place with --db, or replace it with --force"
        )
    with _exclusive(path), atomic_write(path, replace=True, parents=True) as place:
        _check(backup, place, step)
        _put_pictures(backup.pictures, pictures, step)
        not_restored = list(_put_settings(backup.settings, path.parent, distrust))
        remove_logs(real_path(path))
        path.with_name(f"{path.name}.carried").unlink(missing_ok=True)  # may be older than the store's state
    return backup, not_restored


def _check(backup: Backup, copy: Path, step: Step) -> None:
    """Copies the archive of a backup to `copy`, and checks its digest, rows and pictures."""
    shutil.copy(backup.place / backup.archive, copy)
    problems = [] if digest_of_file(copy) == backup.digest else ["the archive has other bytes than it was made with"]
    problems += [f"{row.where}: {row.what}" for row in problems_of(copy, step)[0]] if not problems else []
    if backup.pictures.is_dir() and not problems:
        lacking = [f"{picture.where}: {picture.what}" for picture in missing_pictures(copy, backup.pictures, step)]
        problems += [problem for problem in lacking if problem not in backup.lacking]
    if problems:
        raise ArchiveDamaged(
            f"the backup {backup.place} is damaged: {problems[0]}. Nothing was changed; restore an older one"
        )


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """Keeps other processes from crawling into, writing or serving the archive. Raises Locked and ArchiveUnusable."""
    with ExitStack() as locks:
        if is_there(path):
            target = real_path(path)
            for file in sorted(target.parent.glob(f"{target.name}.*.lock")):
                locks.enter_context(outlet_lock(path, file.name[len(target.name) + 1 : -len(".lock")]))
            locks.enter_context(exclusive_access(path))
        yield


def _choose(source: Path, name: str) -> Backup:
    if backup := _read(source):
        return backup
    backups = backups_in(source)
    names = {backup.archive for backup in backups}
    matching = [backup for backup in backups if backup.archive == name or len(names) == 1]
    if matching:
        return matching[-1]
    if names:
        raise ArchiveMissing(f"{source} has backups of {', '.join(sorted(names))}. Name one of its folders")
    raise ArchiveMissing(f"there is no backup in {source}. `luubao backup {source}` makes one")


def _read(place: Path) -> Backup | None:
    try:
        facts = json.loads((place / _MANIFEST).read_text("utf-8"))
        name = str(facts["archive"])
        backup = Backup(
            place, name, str(facts["digest"]), facts["seal"], str(facts["at"]), tuple(map(str, facts["lacking"]))
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return backup if "/" not in name and (place / name).is_file() else None


def _write_manifest(folder: Path, backup: Backup) -> None:
    facts = {name: getattr(backup, name) for name in ("archive", "digest", "seal", "at", "lacking")}
    (folder / _MANIFEST).write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _new_place(target: Path, path: Path) -> Path:
    stamp = clock.stamp(clock.now()).replace("-", "").replace(":", "")
    names = (f"{path.stem}-{stamp}" + (f"-{count}" if count else "") for count in range(1000))
    return next(place for name in names if not (place := target / name).exists())


def _copy_pictures(folder: Path, to: Path, before: Path | None, step: Step) -> None:
    """Copies every good picture; links those that the previous backup has."""
    to.mkdir()
    for name in sorted(files_of(folder)):
        step()
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        if before and is_good(before, name):
            with suppress(OSError):  # the file system cannot link
                os.link(before / name, to / name)
                continue
        if is_good(folder, name):
            shutil.copy(folder / name, to / name)


def _copy_settings(settings: Sequence[Path], to: Path) -> None:
    for source in settings:
        to.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, to / source.name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy2(source, to / source.name)


def _put_pictures(folder: Path, to: Path, step: Step) -> None:
    if not folder.is_dir():
        return
    if not to.exists():
        with atomic_write(to, parents=True) as place:
            _copy_pictures(folder, place, None, step)
        return
    remove_leftovers(to)
    for name in sorted(files_of(folder)):
        step()
        if not is_good(to, name):
            with atomic_write(to / name, replace=True, within=to) as place:
                shutil.copy(folder / name, place)


def _put_settings(folder: Path, to: Path, distrust: Distrust) -> Iterator[str]:
    """Copies settings to where there are none; yields a sentence for each that it does not."""
    for setting in sorted(folder.iterdir()) if folder.is_dir() else []:
        if why := _foreign_reason(setting) or distrust(setting):
            yield f"{setting} is not restored: {why}"
            continue
        if (to / setting.name).exists():
            yield f"{setting.name} stays as it is; that of the backup is {setting}"
            continue
        with atomic_write(to / setting.name) as place:
            shutil.copytree(setting, place) if setting.is_dir() else shutil.copy2(setting, place)


def _foreign_reason(setting: Path) -> str | None:
    """Why no backup of ours holds this; None where it may: a hidden name is some other program's, links and pipes are
    never copied."""
    if setting.name.startswith("."):
        return "luubao has no settings of that name"
    inside = (setting, *setting.rglob("*"))
    odd = next((file for file in inside if file.is_symlink() or not (file.is_file() or file.is_dir())), None)
    return f"{odd.name} is a link, or no file" if odd else None
