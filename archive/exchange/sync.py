"""Pushes an archive with its pictures to an object store, and pulls it. In the store it is a folder named as its file:
`manifest.json`, written last, lists its chunks; `pieces/` has the chunks; `pictures/` has the pictures, each checked
against the digest in its name.

Two machines that push to the same archive would overwrite each other's captures. So a push requires that the archive
comes from the state in the store, and a pull that no local state is lost; `luubao merge` unites archives that have
diverged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from archive.exchange.object_store import SIZE, Manifest, ObjectStore, StoredObject, cut, digest_of, manifest_of
from archive.model import clock
from archive.model.errors import ArchiveDamaged, ArchiveMissing, Diverged
from archive.runtime.atomic_files import atomic_write, outlet_lock, remove_leftovers, temporary_folder
from archive.storage import picture_files
from archive.storage.captures.kept_captures import outlets_of
from archive.storage.connection import open_archive
from archive.storage.integrity.fixity import copy_archive, files_named, last_destroyed
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


def _get_picture(bucket: ObjectStore, entry: StoredObject, folder: Path, name: str, carried: TransferReport) -> None:
    found = bucket.read(entry.name, MOST_BYTES)
    if found and is_what_it_is_called(name, found[0]):
        put_file(folder, name, found[0])
        carried.pictures += 1
    else:
        carried.damaged.append(name)


_MAX_BEFORE = 1000  # earlier digests that a manifest lists
_CONNECTIONS = 8  # parallel requests to the store
_BATCH = 32  # chunks


def push(path: Path, bucket: ObjectStore, *, pictures: Path | None, step: Step = lambda: None) -> TransferReport:
    """Pushes an archive to the store, except what is there already. pictures: the folder with its pictures.

    Raises Diverged where this archive does not come from the state in the store, ArchiveMissing and StoreUnusable.
    """
    carried = TransferReport()
    with _snapshot_beside(path) as copy:
        local = manifest_of(copy)
        remote, tag = _manifest(bucket, path.name)
        if remote and remote.digest != local.digest and remote.digest not in _bases(path):
            raise Diverged(
                f"{bucket.address} has a state of {path.name} that this archive does not come from. Put them together:"
                f" luubao pull {bucket.address} {path.name} --to other.db; luubao merge other.db --db {path};"
                f" luubao push {bucket.address} --db {path} --over {remote.digest[:12]}"
            )
        wanted = files_named(copy)
        put_pictures(bucket, path.name, pictures, wanted, remote, carried, step)
        destroyed = last_destroyed(copy)
        _put_chunks(bucket, path.name, copy, remote, carried, step)
    if remote is None or remote.digest != local.digest:
        _publish(bucket, path, local, remote, tag, destroyed)
    elif base(path) != local.digest:
        _write_bases(path, local.digest)
    prefix = f"{path.name}/pictures/"
    bucket.delete([entry.name for entry in bucket.objects(prefix) if entry.name.removeprefix(prefix) not in wanted])
    return carried


def accept_merged_state(path: Path, bucket: ObjectStore, digest: str) -> None:
    """Records that `luubao merge` has merged the store's state `digest` into the archive. Raises Diverged where the
    store has another state by now."""
    remote, _ = _manifest(bucket, path.name)
    if remote is None or not remote.digest.startswith(digest):
        raise Diverged(f"{bucket.address} has another state of {path.name} by now. Pull and merge that one too")
    _write_bases(path, remote.digest)


def _publish(
    bucket: ObjectStore, path: Path, local: Manifest, remote: Manifest | None, tag: str | None, destroyed: str
) -> None:
    """Writes the manifest, and deletes unused chunks. destroyed: when texts were last destroyed; chunks of an older
    state are deleted even if somebody is pulling it."""
    before = (remote.digest, *remote.before)[:_MAX_BEFORE] if remote else ()
    manifest = replace(local, before=before, at=clock.stamp(clock.now()))
    _write_bases(path, local.digest, *_bases(path)[:1])  # after a crash here the store has either state
    if not bucket.replace(f"{path.name}/manifest.json", manifest.to_json(), tag):
        raise Diverged(f"another machine has put {path.name} into {bucket.address} at this moment. Try again")
    _write_bases(path, local.digest)
    if remote:  # a pull of the previous state may still be running
        keep = {*local.pieces, *(remote.pieces if remote.at > destroyed else ())}
        chunks = bucket.objects(f"{path.name}/pieces/")
        bucket.delete([entry.name for entry in chunks if entry.name.rpartition("/")[2] not in keep])


def _put_chunks(
    bucket: ObjectStore, name: str, copy: Path, remote: Manifest | None, carried: TransferReport, step: Step
) -> None:
    stored_chunks = stored_objects(bucket, f"{name}/pieces/", remote)

    def put(item: tuple[str, bytes]) -> int:
        digest, chunk = item
        key = _chunk_name(name, digest)
        if key in stored_chunks and (found := bucket.read(key, SIZE)) and digest_of(found[0]) == digest:
            return 0  # left by an interrupted push
        bucket.write(key, chunk)
        return len(chunk)

    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        chunks = cut(copy)
        while batch := list(islice(chunks, _BATCH)):
            keys = {digest: _chunk_name(name, digest) for digest, _ in batch}
            new = {digest: chunk for digest, chunk in batch if stored_chunks.get(keys[digest]) != (len(chunk), True)}
            written = list(pool.map(put, new.items()))
            stored_chunks |= {keys[digest]: (len(chunk), True) for digest, chunk in new.items()}
            carried.of += len(batch)
            carried.pieces += sum(size > 0 for size in written)
            carried.bytes += sum(written)
            step()


def pull(
    name: str, bucket: ObjectStore, to: Path, *, pictures: Path | None, step: Step = lambda: None
) -> TransferReport:
    """Pulls an archive from the store, except what is here already. pictures: the folder for its pictures; None pulls
    none.

    Raises ArchiveMissing where the store has none of that name, Diverged where the archive at `to` would be lost,
    ArchiveDamaged where the data differs from what was pushed, and StoreUnusable.
    """
    carried = TransferReport()
    remote, _ = _manifest(bucket, name)
    if remote is None:
        raise ArchiveMissing(f"{bucket.address} has no archive {name}. It has: {', '.join(stored(bucket)) or 'none'}")
    with _lock_replaceable(to, remote) as local:
        if local is None or manifest_of(local).digest != remote.digest:
            _get_chunks(bucket, name, remote, local, to, carried, step)
        _partial_file(to).unlink(missing_ok=True)
    _write_bases(to, remote.digest)
    if pictures is not None:
        get_pictures(bucket, name, pictures, files_named(to), carried, step)
    return carried


def stored(bucket: ObjectStore) -> list[str]:
    """The names of the archives in a store."""
    manifests = (entry.name for entry in bucket.objects("") if entry.name.endswith("/manifest.json"))
    return sorted({name.partition("/")[0] for name in manifests})


@contextmanager
def _lock_replaceable(to: Path, remote: Manifest) -> Iterator[Path | None]:
    """Locks the outlets of the archive at `to`; yields a copy of it, None where there is none. Raises Diverged and
    Locked."""
    if not to.exists():
        yield None
        return
    with ExitStack() as stack:
        with open_archive(to) as db:
            names = [run.outlet.name for run in outlets_of(db)]
        for outlet in names:
            stack.enter_context(outlet_lock(to, outlet))
        local = stack.enter_context(_snapshot_beside(to))
        if manifest_of(local).digest not in (remote.digest, *remote.before):
            raise Diverged(
                f"{to} has what the store has not. Push it first, or pull to another file with --to, and merge the two"
            )
        yield local


def _get_chunks(
    bucket: ObjectStore, name: str, remote: Manifest, local: Path | None, to: Path, carried: TransferReport, step: Step
) -> None:
    """Assembles the archive in a temporary file, from local chunks and those of the store; reuses the chunks of an
    interrupted pull."""
    partial_file = _partial_file(to)
    local_chunks = _locate_chunks(local, partial_file)
    with atomic_write(to, replace=True) as assembled:
        with assembled.open("wb") as file, ThreadPoolExecutor(_CONNECTIONS) as pool:
            for first in range(0, len(remote.pieces), _BATCH):
                batch = remote.pieces[first : first + _BATCH]
                new = [digest for digest in dict.fromkeys(batch) if digest not in local_chunks]
                fetched = dict(zip(new, pool.map(partial(_fetch, bucket, name), new), strict=True))
                with partial_file.open("ab") as opened:  # so that a pull after an interrupted one can reuse them
                    opened.writelines(chunk for chunk in fetched.values() if len(chunk) == SIZE)
                carried.pieces += len(fetched)
                carried.bytes += sum(map(len, fetched.values()))
                file.writelines(
                    fetched[digest] if digest in fetched else _read_chunk(*local_chunks[digest]) for digest in batch
                )
                step()
        if manifest_of(assembled).digest != remote.digest:
            raise ArchiveDamaged(f"what came from {bucket.address} is not {name} as it was put down")
        for sidecar in ("-wal", "-shm"):  # their data is in the store, as _lock_replaceable checked
            to.with_name(to.name + sidecar).unlink(missing_ok=True)
    carried.of = len(remote.pieces)


def _partial_file(to: Path) -> Path:
    """The file with the chunks of an interrupted pull."""
    return to.with_name(f".{to.name}.part")


def _locate_chunks(*files: Path | None) -> dict[str, tuple[Path, int]]:
    """The file and offset of each chunk on this machine."""
    locations: dict[str, tuple[Path, int]] = {}
    for file in files:
        if file is not None and file.exists():
            offset = 0
            for digest, chunk in cut(file):
                locations[digest] = (file, offset)
                offset += len(chunk)
    return locations


def _read_chunk(file: Path, offset: int) -> bytes:
    with file.open("rb") as opened:
        opened.seek(offset)
        return opened.read(SIZE)


def _fetch(bucket: ObjectStore, name: str, digest: str) -> bytes:
    found = bucket.read(_chunk_name(name, digest), SIZE)
    if found is None:
        raise ArchiveDamaged(
            f"{bucket.address} has lost a piece of {name}, or a newer state came meanwhile: pull again"
        )
    if digest_of(found[0]) != digest:
        raise ArchiveDamaged(f"a piece of {name} at {bucket.address} is not what was put down: {digest}")
    return found[0]


def _manifest(bucket: ObjectStore, name: str) -> tuple[Manifest | None, str | None]:
    found = bucket.read(f"{name}/manifest.json")
    if found is None:
        return None, None
    try:
        return Manifest.of_json(found[0]), found[1]
    except (ValueError, TypeError, KeyError) as error:
        raise ArchiveDamaged(f"{bucket.address}/{name}/manifest.json is not what luubao wrote") from error


def _chunk_name(name: str, digest: str) -> str:
    return f"{name}/pieces/{digest[:2]}/{digest}"


def _base_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.carried")


def base(path: Path) -> str | None:
    """The digest of the store's state that this archive comes from; None where it was never pushed or pulled."""
    return next(iter(_bases(path)), None)


def _bases(path: Path) -> list[str]:
    try:
        return _base_file(path).read_text().split()
    except OSError:
        return []


def _write_bases(path: Path, *digests: str) -> None:
    with atomic_write(_base_file(path), replace=True) as place:
        place.write_text("".join(f"{digest}\n" for digest in digests))


@contextmanager
def _snapshot_beside(path: Path) -> Iterator[Path]:
    """A snapshot of the archive, in a temporary folder beside it."""
    with temporary_folder(path) as folder:
        copy = folder / path.name
        copy_archive(path, copy)
        yield copy
