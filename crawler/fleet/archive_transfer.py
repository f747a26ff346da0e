"""A worker's archives, where machines share no disk: an outlet's is fetched from the object store before its crawl, and
put there after it."""

from __future__ import annotations

from pathlib import Path

from archive.exchange.object_store import sync
from archive.exchange.object_store.store import ObjectStore
from archive.model.errors import ArchiveMissing, Diverged
from archive.model.paths import folder_beside
from archive.pipeline.merging import merge
from archive.runtime.atomic_files import beside


def fetch(path: Path, address: str) -> None:
    """Brings what the store has and this machine has not. What this machine has and the store has not, because its
    worker died before it was put there, is merged with it. Raises StoreUnusable and ArchiveDamaged."""
    depot = ObjectStore(address)
    try:
        sync.pull(path.name, depot, path, pictures=None)
    except ArchiveMissing:
        return
    except Diverged:
        _merge(path, depot)


def _merge(path: Path, depot: ObjectStore) -> None:
    with beside(path) as folder:
        other = folder / path.name
        sync.pull(path.name, depot, other, pictures=folder_beside(other))
        state = sync.base(other)
        merge(path, other, pictures=folder_beside(path), other_pictures=folder_beside(other))
    assert state is not None
    sync.put_over(path, depot, state)


def put(path: Path, address: str) -> None:
    """Puts the archive into the store, with its pictures. Raises Diverged and StoreUnusable."""
    pictures = folder_beside(path)
    sync.push(path, ObjectStore(address), pictures=pictures if pictures.is_dir() else None)
