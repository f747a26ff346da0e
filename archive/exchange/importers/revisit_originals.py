"""Resolves revisits: maps record ids and payload digests to the digests of the bodies they stand for.

Every archive knows the sha256 of its bodies. wget refers to the record (`WARC-Refers-To`), Heritrix to a sha1 of what
the server sent, compressed or not (WARC 1.1, section 6.7.2); so an import remembers the ids and digests of the records
in its files.
"""

from __future__ import annotations

from hashlib import blake2b, sha256

from archive.exchange.importers.import_items import Page, RevisitTarget


class Originals:
    """Original records: for each, 32 bytes for its id and digest, and as many for its body's digest."""

    def __init__(self) -> None:
        self._bodies: dict[bytes, bytes] = {}

    def note(self, page: Page) -> None:
        """Remembers a page that has its body."""
        if page.capture.body:
            body_digest = sha256(page.capture.body).digest()
            self._bodies |= {_short(name): body_digest for name in (page.record, page.digest) if name}

    def digest(self, refers: RevisitTarget) -> str | None:
        """The sha256 of the body that a revisit refers to; else the digest that the revisit states, or None."""
        names = (refers.record, refers.digest)
        found = (self._bodies.get(_short(name)) for name in names if name)
        body_digest = next(filter(None, found), None)
        return f"sha256:{body_digest.hex()}" if body_digest else refers.digest


def _short(name: str) -> bytes:
    return blake2b(name.strip().lower().encode(), digest_size=16).digest()
