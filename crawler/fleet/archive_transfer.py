"""Transfers a worker's archives where machines share no disk: fetches an outlet's archive from the object store before
its crawl, and uploads it afterwards."""

from __future__ import annotations

from pathlib import Path

from archive.exchange.object_store import sync
from archive.exchange.object_store.store import ObjectStore
from archive.model.errors import ArchiveMissing, Diverged
from archive.model.paths import folder_beside
from archive.pipeline.merging import merge
from archive.runtime.atomic_files import temporary_folder


def fetch(path: Path, address: str) -> None:
    """Downloads the archive from the store. Merges it with this machine's copy where both have changes: a worker died
    before it uploaded its own. Raises StoreUnusable and ArchiveDamaged."""
    store = ObjectStore(address)
    try:
        sync.pull(path.name, store, path, pictures=None)
    except ArchiveMissing:
        return
    except Diverged:
        _merge_diverged(path, store)


def _merge_diverged(path: Path, store: ObjectStore) -> None:
    with temporary_folder(path) as folder:
        remote = folder / path.name
        sync.pull(path.name, store, remote, pictures=folder_beside(remote))
        state = sync.base(remote)
        merge(path, remote, pictures=folder_beside(path), other_pictures=folder_beside(remote))
    assert state is not None
    sync.accept_merged_state(path, store, state)


def put(path: Path, address: str) -> None:
    """Uploads the archive and its pictures to the store. Raises Diverged and StoreUnusable."""
    pictures = folder_beside(path)
    sync.push(path, ObjectStore(address), pictures=pictures if pictures.is_dir() else None)
