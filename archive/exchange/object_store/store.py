"""The object store: any that obstore knows, by its address: s3://bucket/folder, gs://, az://, or file:///folder.

Keys and places that are not Amazon's come from the environment, by the names that S3's own tools use:
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, AWS_REGION.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from archive.model.errors import LuubaoError, Misconfigured, StoreUnusable
from archive.model.urls import without_credentials
from archive.runtime.atomic_files import arriving, remove_leftovers

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Stored:
    """An object in the store. size: bytes; at: when it was last written, by the store's clock."""

    name: str
    size: int
    at: datetime


class ObjectStore:
    """Objects by their names. Every method raises StoreUnusable where the store cannot be reached, or refuses."""

    def __init__(self, address: str):
        try:
            import obstore
            from obstore.store import from_url
        except ImportError:
            raise Misconfigured(
                "an object store needs more than luubao brings by itself: pip install 'luubao[scale]'"
            ) from None
        if without_credentials(address) != address:
            raise Misconfigured(
                f"{without_credentials(address)}: leave user:password@ out of the address of an object store; keys come"
                " from the environment"
            )
        self.address, self._obstore = address.partition("?")[0], obstore
        with self._telling():
            remote: dict[str, Any] = {"client_options": {"allow_http": True}, "retry_config": {"max_retries": _TRIES}}
            self._folder = Path(unquote(urlsplit(address).path)) if address.startswith("file:") else None
            self._store: Any = from_url(address, **({"mkdir": True} if address.startswith("file:") else remote))
            if self._folder:
                remove_leftovers(self._folder)

    def size(self, name: str) -> int | None:
        """Bytes of an object; None where there is none."""
        with self._telling():
            try:
                return int(self._obstore.head(self._store, name)["size"])
            except FileNotFoundError:
                return None

    def read(self, name: str) -> tuple[bytes, str | None] | None:
        """An object, and the tag that changes with it; None where there is none."""
        with self._telling():
            try:
                found = self._obstore.get(self._store, name)
                return bytes(found.bytes()), found.meta["e_tag"]
            except FileNotFoundError:
                return None

    def write(self, name: str, data: bytes | Path) -> None:
        """Puts an object whole, a large one in parts."""
        with self._telling():
            if self._folder:
                with arriving(self._folder / name, replace=True, within=self._folder) as place:
                    place.write_bytes(data if isinstance(data, bytes) else data.read_bytes())
            else:
                self._obstore.put(self._store, name, data)

    def replace(self, name: str, data: bytes, tag: str | None) -> bool:
        """Puts an object where it still is what it was when `tag` was read, or is not there where that is None.
        Returns whether it was. (S3's conditional writes; a store without them, and a folder, overwrite.)"""
        if self._folder:
            if tag is None and self.size(name) is not None:
                return False
            self.write(name, data)
            return True
        mode: Any = {"e_tag": tag} if tag else "create"
        with self._telling():
            try:
                self._obstore.put(self._store, name, data, mode=mode)
            except (self._obstore.exceptions.AlreadyExistsError, self._obstore.exceptions.PreconditionError):
                return False
            except (self._obstore.exceptions.NotSupportedError, NotImplementedError):
                self._obstore.put(self._store, name, data)
            return True

    def names(self, folder: str) -> Iterator[tuple[str, int]]:
        """The objects below a folder, with their sizes."""
        return ((one.name, one.size) for one in self.objects(folder))

    def objects(self, folder: str) -> Iterator[Stored]:
        """The objects below a folder, but for those that are being written."""
        with self._telling():
            for batch in self._obstore.list(self._store, folder):
                for one in batch:
                    if not any(part.startswith(".") for part in one["path"].split("/")):
                        yield Stored(str(one["path"]), int(one["size"]), one["last_modified"])

    def delete(self, names: list[str]) -> None:
        """Removes objects."""
        with self._telling():
            if names:
                self._obstore.delete(self._store, names)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        exceptions = self._obstore.exceptions
        try:
            yield
        except (exceptions.AlreadyExistsError, exceptions.PreconditionError, FileNotFoundError, LuubaoError):
            raise
        except (exceptions.BaseError, OSError, ValueError) as error:
            why = str(error).strip().splitlines()[0]
            raise StoreUnusable(f"the object store at {self.address} cannot be used: {why}") from error
