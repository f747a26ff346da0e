"""Wraps obstore: an object store by its address (s3://bucket/folder, gs://, az://, file:///folder), and chunks.

Keys and endpoints that are not Amazon's come from the environment, by the names that S3's own tools use:
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, AWS_REGION.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from archive.model.errors import LuubaoError, Misconfigured, StoreUnusable
from archive.model.urls import without_credentials
from archive.runtime.atomic_files import atomic_write, remove_leftovers

_MAX_RETRIES = 5
_LARGEST = 1 << 30  # bytes of an object; the manifest of a terabyte has about so many
_RESPONSE = re.compile(r"[<{].*")
_ERROR_CODE = re.compile(r"<Code>(\w{1,60})</Code>")  # Amazon S3 API Reference, "Error responses"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in the store. size: bytes; at: last modified, by the store's clock."""

    name: str
    size: int
    at: datetime


class ObjectStore:
    """Objects by name. Every method raises StoreUnusable where the store cannot be reached, or refuses."""

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
        with self._translating_errors():
            remote = {"client_options": {"allow_http": True}, "retry_config": {"max_retries": _MAX_RETRIES}}
            self._folder = Path(unquote(urlsplit(address).path)) if address.startswith("file:") else None
            self._store: Any = from_url(address, **({"mkdir": True} if address.startswith("file:") else remote))
            if self._folder:
                remove_leftovers(self._folder)

    def size(self, name: str) -> int | None:
        """Bytes of an object; None where there is none."""
        with self._translating_errors():
            try:
                return int(self._obstore.head(self._store, name)["size"])
            except FileNotFoundError:
                return None

    def read(self, name: str, most: int = _LARGEST) -> tuple[bytes, str | None] | None:
        """An object and its ETag; None where there is none, or it has more than `most` bytes."""
        with self._translating_errors():
            try:
                response = self._obstore.get(self._store, name)
                if response.meta["size"] > most:
                    return None
                return bytes(response.bytes()), response.meta["e_tag"]
            except FileNotFoundError:
                return None

    def write(self, name: str, data: bytes | Path) -> None:
        """Writes an object atomically, a large one in parts."""
        with self._translating_errors():
            if self._folder:
                with atomic_write(self._folder / name, replace=True, within=self._folder) as place:
                    place.write_bytes(data if isinstance(data, bytes) else data.read_bytes())
            else:
                self._obstore.put(self._store, name, data)

    def replace(self, name: str, data: bytes, tag: str | None) -> bool:
        """Writes an object if its ETag is still `tag`, or, for None, if it does not exist. Returns whether it wrote.
        (S3's conditional writes; a store without them, and a folder, overwrite.)"""
        if self._folder:
            if tag is None and self.size(name) is not None:
                return False
            self.write(name, data)
            return True
        mode: Any = {"e_tag": tag} if tag else "create"
        with self._translating_errors():
            try:
                self._obstore.put(self._store, name, data, mode=mode)
            except (self._obstore.exceptions.AlreadyExistsError, self._obstore.exceptions.PreconditionError):
                return False
            except (self._obstore.exceptions.NotSupportedError, NotImplementedError):
                self._obstore.put(self._store, name, data)
            return True

    def objects(self, folder: str) -> Iterator[StoredObject]:
        """The objects below a folder, except those still being written."""
        with self._translating_errors():
            for batch in self._obstore.list(self._store, folder):
                for entry in batch:
                    if not any(part.startswith(".") for part in entry["path"].split("/")):
                        yield StoredObject(str(entry["path"]), int(entry["size"]), entry["last_modified"])

    def delete(self, names: list[str]) -> None:
        with self._translating_errors():
            if names:
                self._obstore.delete(self._store, names)

    @contextmanager
    def _translating_errors(self) -> Iterator[None]:
        exceptions = self._obstore.exceptions
        try:
            yield
        except (exceptions.AlreadyExistsError, exceptions.PreconditionError, FileNotFoundError, LuubaoError):
            raise
        except (exceptions.BaseError, OSError, ValueError) as error:
            raise StoreUnusable(f"the object store at {self.address} cannot be used: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """Why the store failed, with the code it gave: without its response, which may repeat keys and signatures, and
    without the password of an endpoint. (So the error itself is not chained: logs would print it.)"""
    message = str(error).strip()
    sentence = " ".join(map(without_credentials, _RESPONSE.sub("", message.partition("\n")[0]).split()))
    code = _ERROR_CODE.search(message)
    return f"{sentence} {code[1]}" if code else sentence


SIZE = 64 * 1024
"""Bytes of a chunk, a multiple of SQLite's page size: a crawl changes scattered pages, and each changes its chunk.
(docs/scale.md compares other sizes.)"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of an archive. digest: of the whole; pieces: digests of its chunks, in order; before: its earlier
    digests, newest first; at: when it was pushed, UTC."""

    digest: str
    size: int
    pieces: tuple[str, ...]
    before: tuple[str, ...] = ()
    at: str = ""
    piece_size: int = SIZE

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def of_json(cls, data: bytes) -> Manifest:
        """Parses a manifest. Raises ValueError or TypeError for anything else."""
        fields = json.loads(data)
        return cls(**{**fields, "pieces": tuple(fields["pieces"]), "before": tuple(fields["before"])})


def cut(path: Path, size: int = SIZE) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        while chunk := file.read(size):
            yield digest_of(chunk), chunk


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def manifest_of(path: Path) -> Manifest:
    whole, pieces = hashlib.sha256(), []
    for digest, chunk in cut(path):
        whole.update(chunk)
        pieces.append(digest)
    return Manifest(whole.hexdigest(), path.stat().st_size, tuple(pieces))
