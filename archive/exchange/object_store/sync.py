"""An archive to an object store and back. In the store it is a folder named as its file: `manifest.json`, written last,
says which pieces make it up; `pieces/` has them; `pictures/` has the pictures.

Two machines that write to one archive's copy would each take away what the other brought. So an archive goes up only
where the store has nothing that it was not made from, and comes down only where nothing would be lost; what has grown
apart is put together by `luubao merge`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from archive.exchange.object_store.chunks import SIZE, Manifest, cut, digest_of, manifest_of
from archive.exchange.object_store.store import ObjectStore, Stored
from archive.model import clock
from archive.model.errors import ArchiveDamaged, ArchiveMissing, Diverged
from archive.runtime.atomic_files import arriving, beside, remove_leftovers
from archive.runtime.file_lock import outlet_lock
from archive.storage.captures.kept_captures import outlets_of
from archive.storage.connection import open_archive
from archive.storage.pictures.picture_folder import (
    MOST_BYTES,
    files_of,
    is_good,
    is_what_it_is_called,
    plain_file,
    put_file,
    size_of,
)
from archive.storage.snapshot import files_named, last_destroyed, snapshot

_REMEMBERED = 1000  # earlier states that a manifest names
_AT_ONCE = 8  # connections to the store
_BATCH = 32  # pieces

Step = Callable[[], None]


@dataclass(slots=True)
class Carried:
    """What was carried: pieces and bytes of the archive, of how many; pictures. damaged: pictures that were left where
    they are, for their bytes are not those of their names."""

    pieces: int = 0
    of: int = 0
    bytes: int = 0
    pictures: int = 0
    damaged: list[str] = field(default_factory=list)


def push(path: Path, depot: ObjectStore, *, pictures: Path | None, step: Step = lambda: None) -> Carried:
    """Puts an archive into the store, what is there already excepted. pictures: the folder with its pictures.

    Raises Diverged where the store has what this archive does not come from, ArchiveMissing and StoreUnusable.
    """
    done = Carried()
    with _copied(path) as copy:
        ours = manifest_of(copy)
        theirs, tag = _manifest(depot, path.name)
        if theirs and theirs.digest != ours.digest and theirs.digest not in _bases(path):
            raise Diverged(
                f"{depot.address} has a state of {path.name} that this archive does not come from. Put them together:"
                f" luubao pull {depot.address} {path.name} --to other.db; luubao merge other.db --db {path};"
                f" luubao push {depot.address} --db {path} --over {theirs.digest[:12]}"
            )
        wanted = files_named(copy)
        _put_pictures(depot, path.name, pictures, wanted, theirs, done, step)
        destroyed = last_destroyed(copy)
        _put_pieces(depot, path.name, copy, theirs, done, step)
    if theirs is None or theirs.digest != ours.digest:
        _conclude(depot, path, ours, theirs, tag, destroyed)
    elif base(path) != ours.digest:
        _notebase(path, ours.digest)
    prefix = f"{path.name}/pictures/"
    depot.delete([found for found, _ in depot.names(prefix) if found.removeprefix(prefix) not in wanted])
    return done


def put_over(path: Path, depot: ObjectStore, digest: str) -> None:
    """Notes that the archive holds what the store has in that state: `luubao merge` has brought it. Raises Diverged
    where the store has gone on since."""
    theirs, _ = _manifest(depot, path.name)
    if theirs is None or not theirs.digest.startswith(digest):
        raise Diverged(f"{depot.address} has another state of {path.name} by now. Pull and merge that one too")
    _notebase(path, theirs.digest)


def _conclude(
    depot: ObjectStore, path: Path, ours: Manifest, theirs: Manifest | None, tag: str | None, destroyed: str
) -> None:
    """destroyed: when words were destroyed last; a state from before is not left to whoever is pulling it."""
    before = (theirs.digest, *theirs.before)[:_REMEMBERED] if theirs else ()
    made = replace(ours, before=before, at=clock.stamp(clock.now()))
    _notebase(path, ours.digest, *_bases(path)[:1])  # whoever dies now has put the one or the other
    if not depot.replace(f"{path.name}/manifest.json", made.to_json(), tag):
        raise Diverged(f"another machine has put {path.name} into {depot.address} at this moment. Try again")
    _notebase(path, ours.digest)
    if theirs:  # whoever is pulling the state before this one may still finish
        keep = {*ours.pieces, *(theirs.pieces if theirs.at > destroyed else ())}
        stored = (name for name, _ in depot.names(f"{path.name}/pieces/"))
        depot.delete([name for name in stored if name.rpartition("/")[2] not in keep])


def _put_pieces(depot: ObjectStore, name: str, copy: Path, theirs: Manifest | None, done: Carried, step: Step) -> None:
    there = _untouched(depot, f"{name}/pieces/", theirs)

    def put(one: tuple[str, bytes]) -> int:
        digest, piece = one
        place = _piece(name, digest)
        if place in there and (found := depot.read(place)) and digest_of(found[0]) == digest:
            return 0  # an interrupted push has brought it
        depot.write(place, piece)
        return len(piece)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        pieces = cut(copy)
        while batch := list(islice(pieces, _BATCH)):
            new = {digest: piece for digest, piece in batch if there.get(_piece(name, digest)) != (len(piece), True)}
            carried = list(pool.map(put, new.items()))
            there |= {_piece(name, digest): (len(piece), True) for digest, piece in new.items()}
            done.of += len(batch)
            done.pieces += sum(size > 0 for size in carried)
            done.bytes += sum(carried)
            step()


def _untouched(depot: ObjectStore, prefix: str, theirs: Manifest | None) -> dict[str, tuple[int, bool]]:
    """What the store has below a place: sizes, and whether nobody has written it since the last push ended. What
    somebody has, an interrupted push or a failing disk, is read before it is believed."""
    ended = clock.parse(theirs.at) if theirs and theirs.at else None
    return {one.name: (one.size, ended is not None and one.at <= ended) for one in depot.objects(prefix)}


def _put_pictures(
    depot: ObjectStore,
    archive: str,
    folder: Path | None,
    wanted: set[str],
    theirs: Manifest | None,
    done: Carried,
    step: Step,
) -> None:
    """A picture's file is named by its digest and never changes: what is otherwise is damaged, here or there. One that
    no row means is left where it is."""
    if folder is None:
        return
    prefix = f"{archive}/pictures/"
    there = _untouched(depot, prefix, theirs)
    for name in sorted(wanted.intersection(files_of(folder))):
        size, untouched = there.get(prefix + name, (-1, False))
        if size != size_of(folder, name) or not untouched:
            _put_picture(depot, prefix, folder, name, size >= 0, done)
        step()


def _put_picture(depot: ObjectStore, prefix: str, folder: Path, name: str, is_there: bool, done: Carried) -> None:
    data = plain_file(folder, name)
    if data is None or not is_what_it_is_called(name, data):
        done.damaged.append(name)
    elif not (is_there and (found := depot.read(prefix + name)) and found[0] == data):
        depot.write(prefix + name, folder / name)
        done.pictures += 1


def pull(name: str, depot: ObjectStore, to: Path, *, pictures: Path | None, step: Step = lambda: None) -> Carried:
    """Brings an archive from the store, what is here already excepted. pictures: the folder for its pictures; None
    leaves them there.

    Raises ArchiveMissing where the store has none of that name, Diverged where what is at `to` would be lost,
    ArchiveDamaged where what came is not what was put down, and StoreUnusable.
    """
    done = Carried()
    theirs, _ = _manifest(depot, name)
    if theirs is None:
        raise ArchiveMissing(f"{depot.address} has no archive {name}. It has: {', '.join(stored(depot)) or 'none'}")
    with _replaceable(to, theirs) as here:
        if here is None or manifest_of(here).digest != theirs.digest:
            _get_pieces(depot, name, theirs, here, to, done, step)
        _part(to).unlink(missing_ok=True)
    _notebase(to, theirs.digest)
    if pictures is not None:
        _get_pictures(depot, name, pictures, files_named(to), done, step)
    return done


def stored(depot: ObjectStore) -> list[str]:
    """The names of the archives in a store."""
    names = {path.partition("/")[0] for path, _ in depot.names("") if path.endswith("/manifest.json")}
    return sorted(names)


@contextmanager
def _replaceable(to: Path, theirs: Manifest) -> Iterator[Path | None]:
    """A copy of what is at `to`, None where nothing is, with its outlets locked. Raises Diverged and Locked."""
    if not to.exists():
        yield None
        return
    with ExitStack() as stack:
        with open_archive(to) as db:
            names = [one.outlet.name for one in outlets_of(db)]
        for outlet in names:
            stack.enter_context(outlet_lock(to, outlet))
        here = stack.enter_context(_copied(to))
        if manifest_of(here).digest not in (theirs.digest, *theirs.before):
            raise Diverged(
                f"{to} has what the store has not. Push it first, or pull to another file with --to, and merge the two"
            )
        yield here


def _get_pieces(
    depot: ObjectStore, name: str, theirs: Manifest, here: Path | None, to: Path, done: Carried, step: Step
) -> None:
    """Puts the archive together beside its place, from pieces that are here and those that are not; an interrupted
    pull's are used again."""
    part = _part(to)
    known = _places(here, part)
    with arriving(to, replace=True) as made:
        with made.open("wb") as file, ThreadPoolExecutor(_AT_ONCE) as pool:
            for first in range(0, len(theirs.pieces), _BATCH):
                batch = theirs.pieces[first : first + _BATCH]
                new = [digest for digest in dict.fromkeys(batch) if digest not in known]
                came = dict(zip(new, pool.map(partial(_fetched, depot, name), new), strict=True))
                _put_by(part, came.values())
                done.pieces += len(came)
                done.bytes += sum(map(len, came.values()))
                file.writelines(came[digest] if digest in came else _read(*known[digest]) for digest in batch)
                step()
        if manifest_of(made).digest != theirs.digest:
            raise ArchiveDamaged(f"what came from {depot.address} is not {name} as it was put down")
        for sidecar in ("-wal", "-shm"):  # what they hold is in the store: _replaceable has seen to that
            to.with_name(to.name + sidecar).unlink(missing_ok=True)
    done.of = len(theirs.pieces)


def _part(to: Path) -> Path:
    """What an interrupted pull has brought."""
    return to.with_name(f".{to.name}.part")


def _places(*files: Path | None) -> dict[str, tuple[Path, int]]:
    """Where pieces are on this machine."""
    found: dict[str, tuple[Path, int]] = {}
    for file in files:
        if file is not None and file.exists():
            place = 0
            for digest, piece in cut(file):
                found[digest] = (file, place)
                place += len(piece)
    return found


def _read(file: Path, place: int) -> bytes:
    with file.open("rb") as opened:
        opened.seek(place)
        return opened.read(SIZE)


def _put_by(part: Path, pieces: Iterable[bytes]) -> None:
    """What an interrupted pull has brought, the next need not bring again."""
    with part.open("ab") as opened:
        opened.writelines(piece for piece in pieces if len(piece) == SIZE)


def _fetched(depot: ObjectStore, name: str, digest: str) -> bytes:
    found = depot.read(_piece(name, digest))
    if found is None:
        raise ArchiveDamaged(f"{depot.address} has lost a piece of {name}, or a newer state came meanwhile: pull again")
    if digest_of(found[0]) != digest:
        raise ArchiveDamaged(f"a piece of {name} at {depot.address} is not what was put down: {digest}")
    return found[0]


def _get_pictures(depot: ObjectStore, archive: str, folder: Path, wanted: set[str], done: Carried, step: Step) -> None:
    """The pictures that the archive means, and nothing else: what was withdrawn or destroyed since does not come back.
    What is here and good stays, whatever the store has."""
    remove_leftovers(folder)
    prefix = f"{archive}/pictures/"
    for one in depot.objects(prefix):
        name = one.name.removeprefix(prefix)
        if name not in wanted or size_of(folder, name) == one.size:
            pass
        elif is_good(folder, name):  # so that in the store is not
            done.damaged.append(name)
        else:
            _get_picture(depot, one, folder, name, done)
        step()


def _get_picture(depot: ObjectStore, one: Stored, folder: Path, name: str, done: Carried) -> None:
    read = depot.read(one.name) if one.size <= MOST_BYTES else None
    if read and is_what_it_is_called(name, read[0]):
        put_file(folder, name, read[0])
        done.pictures += 1
    else:
        done.damaged.append(name)


def _manifest(depot: ObjectStore, name: str) -> tuple[Manifest | None, str | None]:
    found = depot.read(f"{name}/manifest.json")
    if found is None:
        return None, None
    try:
        return Manifest.of_json(found[0]), found[1]
    except (ValueError, TypeError, KeyError) as error:
        raise ArchiveDamaged(f"{depot.address}/{name}/manifest.json is not what luubao wrote") from error


def _piece(name: str, digest: str) -> str:
    return f"{name}/pieces/{digest[:2]}/{digest}"


def _base_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.carried")


def base(path: Path) -> str | None:
    """The digest of the state in the store that this archive comes from; None where it was never carried."""
    return next(iter(_bases(path)), None)


def _bases(path: Path) -> list[str]:
    try:
        return _base_file(path).read_text().split()
    except OSError:
        return []


def _notebase(path: Path, *digests: str) -> None:
    with arriving(_base_file(path), replace=True) as place:
        place.write_text("".join(f"{digest}\n" for digest in digests))


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """The archive as it stands, beside itself."""
    with beside(path) as folder:
        copy = folder / path.name
        snapshot(path, copy)
        yield copy
