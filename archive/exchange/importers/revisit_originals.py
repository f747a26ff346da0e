"""Whose bytes a revisit brought again: which record, by its id or by the digest of its payload, held which bytes.

A sha256 of the bytes is known to every archive. wget names the record (`WARC-Refers-To`), Heritrix a sha1 of what the
server sent, packed or not (WARC 1.1, section 6.7.2): so what the files of one import say of their records is
remembered.
"""

from __future__ import annotations

from hashlib import blake2b, sha256

from archive.exchange.importers.import_items import Page, Refers


class Originals:
    """Of each record, 32 bytes for what it is called and as many for what it held."""

    def __init__(self) -> None:
        self._bodies: dict[bytes, bytes] = {}

    def note(self, page: Page) -> None:
        """A page that has its bytes."""
        if page.capture.body:
            own = sha256(page.capture.body).digest()
            self._bodies |= {_short(name): own for name in (page.record, page.digest) if name}

    def digest(self, refers: Refers) -> str | None:
        """The digest of the bytes that were meant, as the archive names them; None where no record so far held them."""
        names = (refers.record, refers.digest)
        found = (self._bodies.get(_short(name)) for name in names if name)
        own = next(filter(None, found), None)
        return f"sha256:{own.hex()}" if own else refers.digest


def _short(name: str) -> bytes:
    return blake2b(name.strip().lower().encode(), digest_size=16).digest()
