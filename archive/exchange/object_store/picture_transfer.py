"""Transfers the pictures of an archive to an object store and back, each checked against the digest in its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from archive.exchange.object_store.store import Manifest, ObjectStore, Stored
from archive.model import clock
from archive.runtime.atomic_files import remove_leftovers
from archive.storage import picture_files
from archive.storage.picture_files import MOST_BYTES, is_good, is_what_it_is_called, plain_file, put_file, size_of

Step = Callable[[], None]


@dataclass(slots=True)
class TransferReport:
    """What a push or pull transferred: chunks and bytes of the archive, of how many chunks; pictures. damaged: pictures
    not transferred, for their bytes do not match the digests in their names."""

    pieces: int = 0
    of: int = 0
    bytes: int = 0
    pictures: int = 0
    damaged: list[str] = field(default_factory=list)


def stored_objects(bucket: ObjectStore, prefix: str, remote: Manifest | None) -> dict[str, tuple[int, bool]]:
    """The objects below a prefix: their sizes, and whether they are unmodified since the last push. Objects modified
    later, by an interrupted push or a failing disk, must be read and verified."""
    pushed_at = clock.parse(remote.at) if remote and remote.at else None
    return {
        entry.name: (entry.size, pushed_at is not None and entry.at <= pushed_at) for entry in bucket.objects(prefix)
    }


def put_pictures(
    bucket: ObjectStore, archive: str, folder: Path | None, wanted: set[str], remote: Manifest | None,
    carried: TransferReport, step: Step,
) -> None:  # fmt: skip
    """Pushes pictures. A picture's file is named by its digest and never changes, so a difference is damage, here or in
    the store. Does not push pictures to which no row refers."""
    if folder is None:
        return
    prefix = f"{archive}/pictures/"
    stored_pictures = stored_objects(bucket, prefix, remote)
    for name in sorted(wanted.intersection(picture_files.files_of(folder))):
        size, unmodified = stored_pictures.get(prefix + name, (-1, False))
        if size != size_of(folder, name) or not unmodified:
            _put_picture(bucket, prefix, folder, name, size >= 0, carried)
        step()


def _put_picture(
    bucket: ObjectStore, prefix: str, folder: Path, name: str, is_stored: bool, carried: TransferReport
) -> None:
    data = plain_file(folder, name)
    if data is None or not is_what_it_is_called(name, data):
        carried.damaged.append(name)
    elif not (is_stored and (found := bucket.read(prefix + name, MOST_BYTES)) and found[0] == data):
        bucket.write(prefix + name, folder / name)
        carried.pictures += 1


def get_pictures(
    bucket: ObjectStore, archive: str, folder: Path, wanted: set[str], carried: TransferReport, step: Step
) -> None:
    """Pulls the pictures to which the archive refers and no others, so that withdrawn or destroyed ones do not come
    back. Checks the digest of each local picture: a damaged one is replaced, a good one never is."""
    remove_leftovers(folder)
    prefix = f"{archive}/pictures/"
    for entry in bucket.objects(prefix):
        name = entry.name.removeprefix(prefix)
        if name not in wanted:
            pass
        elif not is_good(folder, name):
            _get_picture(bucket, entry, folder, name, carried)
        elif size_of(folder, name) != entry.size:  # the one in the store is damaged
            carried.damaged.append(name)
        step()


def _get_picture(bucket: ObjectStore, entry: Stored, folder: Path, name: str, carried: TransferReport) -> None:
    found = bucket.read(entry.name, MOST_BYTES)
    if found and is_what_it_is_called(name, found[0]):
        put_file(folder, name, found[0])
        carried.pictures += 1
    else:
        carried.damaged.append(name)
