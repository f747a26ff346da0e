"""Writing an imagined paper's history into an archive table by table, as keeping and filing would have written it.

Filing looks up every article, text and address before it writes; whoever makes everything up knows them already. The
rows are the same (tests/archive/test_big.py compares them), in a fifth of the time.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from archive import Reading, Run
from archive.history.edits import changed_fields, headline_of, state_of, words_of
from archive.model import clock
from archive.model.digests import digest_of
from archive.model.urls import url_key
from archive.storage import codecs
from archive.storage.histories.history_versions import MEASURES, size_columns
from archive.storage.reading_rows import extractor_id
from archive.storage.version_texts import to_row

_ORDER = (
    "bodies", "captures", "headers", "articles", "aliases", "versions", "texts", "active_texts", "readings", "images",
    "version_images", "tombstones",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArchiveContents:
    """A state of an article as it will be written: its reading, its row of `texts`, what differs from the state before,
    and the columns that measure it (empty for the first)."""

    reading: Reading
    row: Mapping[str, str | None]
    changed: str | None
    measures: Mapping[str, int | float | str]


def told(reading: Reading, before: Reading | None) -> ArchiveContents:
    """What can be worked out apart from the archive."""
    if before is None:
        return ArchiveContents(reading, to_row(reading), None, {})
    changed = ", ".join(changed_fields(before, reading))
    return ArchiveContents(reading, to_row(reading), changed, size_columns(before, reading))


@dataclass(slots=True)
class _Article:
    """What is known of an article while its history is written. root: the capture that brought the latest body."""

    id: int
    url: str
    url_key: str
    version_id: int = 0
    number: int = 0
    body_id: int = 0
    root: int = 0
    tombstone: int = 0
    row: dict[str, Any] = field(default_factory=dict)


class Writer:
    """Takes events in the order of time; `flush` writes what has been taken."""

    def __init__(self, db: Database, outlet_id: int) -> None:
        self._db, self._outlet_id = db, outlet_id
        self._articles: dict[str, _Article] = {}
        self._bodies: dict[bytes, int] = {}
        self._images: dict[str, int] = {}
        self._last: dict[str, int] = defaultdict(int)
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._touched: dict[int, _Article] = {}

    def show(self, run: Run, url: str, moment: datetime, body: bytes, etag: str, state: ArchiveContents) -> None:
        """The page brought a state not seen before."""
        article = self._articles.get(url) or self._open(url, moment, state)
        article.body_id = self._body(body)
        article.root = self._capture(run, article, moment, "fresh", etag, None)
        departs = bool(state.changed)
        if state.changed != "":  # an edit that put back what stood there is none
            self._version(article, moment, state)
        self._add(
            "readings", capture_id=article.root, extractor_id=self._extractor(state.reading, moment),
            kind=state.reading.kind, detail=None, version_id=article.version_id, rules=None,
            state=state_of(state.reading), words=words_of(state.reading) if departs else None,
            headline=headline_of(state.reading) if departs else None, doubt=None,
        )  # fmt: skip
        self._seen(article, moment, state.reading)

    def same(self, run: Run, url: str, moment: datetime, etag: str) -> None:
        """The page stands as before, or stands again."""
        article = self._articles[url]
        self._capture(run, article, moment, "revisit", etag, article.root)
        self._seen(article, moment, None)

    def gone(self, run: Run, url: str, moment: datetime, body: bytes, etag: str) -> None:
        """The page is gone."""
        article = self._articles[url]
        kept, article.body_id = article.body_id, self._body(body)
        self._capture(run, article, moment, "gone", etag, None, status=404)
        article.body_id = kept
        article.row |= {"gone_since": clock.stamp(moment), "gone_reason": "status 404"}
        article.tombstone = self._add_numbered(
            "tombstones", article_id=article.id, gone_at=clock.stamp(moment), reason="status 404", returned_at=None
        )
        self._touched[article.id] = article

    def flush(self) -> None:
        """Writes everything taken so far. Call inside a transaction."""
        for table in _ORDER:
            if rows := self._rows.pop(table, None):
                self._insert(table, rows)
        for article in self._touched.values():
            values = {**article.row, "current_version_id": article.version_id, "version_count": article.number}
            self._db.conn.execute(
                f"UPDATE articles SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?",
                [*values.values(), article.id],
            )
        self._touched.clear()

    def _insert(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        first, *rest = rows
        statement = f"INSERT INTO {table} ({', '.join(first)}) VALUES ({', '.join('?' * len(first))})"
        self._db.conn.executemany(statement, [list(row.values()) for row in (first, *rest)])

    def _add(self, table: str, **values: Any) -> None:
        self._rows[table].append(values)

    def _add_numbered(self, table: str, **values: Any) -> int:
        self._last[table] += 1
        self._add(table, id=self._last[table], **values)
        return self._last[table]

    def _open(self, url: str, at: datetime, state: ArchiveContents) -> _Article:
        key, moment = url_key(url), clock.stamp(at)
        article_id = self._add_numbered(
            "articles", outlet_id=self._outlet_id, url_key=key, url=url, headline=state.reading.headline,
            first_seen_at=moment, changed_at=moment, last_seen_at=moment,
        )  # fmt: skip
        self._add("aliases", outlet_id=self._outlet_id, url_key=key, article_id=article_id, since=moment)
        self._articles[url] = _Article(article_id, url, key)
        return self._articles[url]

    def _body(self, body: bytes) -> int:
        if body not in self._bodies:
            data = codecs.compress(body)
            self._bodies[body] = self._add_numbered(
                "bodies", digest=digest_of(body), size=len(body), codec="zstd", data=data
            )
        return self._bodies[body]

    def _capture(
        self,
        run: Run,
        article: _Article,
        moment: datetime,
        outcome: str,
        etag: str,
        root: int | None,
        status: int = 200,
    ) -> int:
        capture_id = self._add_numbered(
            "captures", run_id=run.id, outlet_id=run.outlet_id, url_key=article.url_key, requested_url=article.url,
            final_url=article.url, captured_at=clock.stamp(moment), status=status, outcome=outcome, encoding=None, etag=etag,
            last_modified=None, body_id=article.body_id, revisit_of=root, via=None,
        )  # fmt: skip
        self._add("headers", capture_id=capture_id, request="[]", response=json.dumps([["ETag", etag]]))
        return capture_id

    def _version(self, article: _Article, at: datetime, state: ArchiveContents) -> None:
        article.number += 1
        reading, moment, extractor = state.reading, clock.stamp(at), self._extractor(state.reading, at)
        article.version_id = self._add_numbered(
            "versions", article_id=article.id, number=article.number, capture_id=article.root, first_seen_at=moment,
            digest=state.row["digest"], changed=state.changed, headline=reading.headline, byline=reading.byline,
            section=reading.section, published_at=clock.claimed(reading.published_at), modified_at=None,
            **{name: state.measures.get(name) for name in MEASURES},
        )  # fmt: skip
        made = {"version_id": article.version_id, "extractor_id": extractor, "capture_id": article.root}
        text_id = self._add_numbered("texts", **made, **state.row)
        self._add("active_texts", version_id=article.version_id, text_id=text_id)
        article.row["changed_at"] = moment
        for position, image in enumerate(reading.images, 1):
            self._add(
                "version_images", version_id=article.version_id, position=position,
                image_id=self._image(image.url, moment), caption=image.caption, credit=image.credit,
                caption_raw=image.caption_raw, alt=image.alt,
            )  # fmt: skip

    def _image(self, url: str, moment: str) -> int:
        if url not in self._images:
            self._images[url] = self._add_numbered("images", url=url, first_seen_at=moment, due_at=moment)
        return self._images[url]

    def _extractor(self, reading: Reading, moment: datetime) -> int:
        if not self._last["extractor"]:
            self._last["extractor"] = extractor_id(self._db, reading.extractor, moment)
        return self._last["extractor"]

    def _seen(self, article: _Article, moment: datetime, reading: Reading | None) -> None:
        """The article's row as filing leaves it; one that was gone has returned."""
        article.row |= {"last_seen_at": clock.stamp(moment), "gone_since": None, "gone_reason": None}
        if reading is not None:
            article.row |= {
                "headline": reading.headline, "byline": reading.byline, "section": reading.section,
                "published_at": clock.claimed(reading.published_at),
            }  # fmt: skip
        if article.tombstone:
            raised = next((row for row in self._rows["tombstones"] if row["id"] == article.tombstone), None)
            if raised is not None:
                raised["returned_at"] = clock.stamp(moment)
            else:
                self._db.conn.execute(
                    "UPDATE tombstones SET returned_at = ? WHERE id = ?", [clock.stamp(moment), article.tombstone]
                )
            article.tombstone = 0
        self._touched[article.id] = article
