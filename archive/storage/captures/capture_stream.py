"""Streams captures for export: pages and pictures in order of time, without those of withdrawn articles.
Sorts lines on the disk, for an index of captures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.model import clock, validation
from archive.model.capture_validation import without_secrets
from archive.model.digests import digest_of
from archive.model.errors import ArchiveDamaged, pass_over
from archive.model.paths import picture_place
from archive.model.records import Capture, Headers
from archive.storage.integrity.column_validation import ROW_ERRORS, readable_values, usable
from archive.storage.stored_bodies import get_body

_BATCH_SIZE = 200
_CAPTURE_COLUMNS = ("requested_url", "final_url", "captured_at", "status", "encoding", "via")
_FETCH_COLUMNS = ("final_url", "captured_at", "status", "etag", "last_modified")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which captures to export: of one outlet, of one run, of a span of time (as clock.stamp writes it; without until).
    The defaults are all captures."""

    outlet: str | None = None
    run: int | None = None
    since: str = ""
    until: str = "~"


@dataclass(frozen=True, slots=True)
class Earlier:
    """The first record with the same payload: URL and time."""

    url: str
    at: str


@dataclass(frozen=True, slots=True)
class OutPage:
    """A capture of a page, with digest and size of its body. earlier: the record of this export that has the same body;
    for a 304, the capture it confirms, which another export may contain."""

    capture: Capture
    digest: str | None
    size: int | None
    earlier: Earlier | None


@dataclass(frozen=True, slots=True)
class OutPicture:
    """A fetch of a picture. path: of its file in the picture folder; None where it brought none or it was exported
    already."""

    url: str
    final_url: str
    captured_at: str
    status: int
    headers: Headers
    digest: str | None
    path: str | None
    earlier: Earlier | None


# what no export may contain: captures at a URL of a withdrawn article, or that showed one, or whose body was withdrawn
_WITHDRAWN = """
  captures.id IN (
    SELECT readings.capture_id FROM readings JOIN versions ON versions.id = readings.version_id
    JOIN articles ON articles.id = article_id WHERE withdrawn_at IS NOT NULL)
  OR EXISTS (SELECT 1 FROM aliases JOIN articles ON articles.id = aliases.article_id
    WHERE aliases.outlet_id = captures.outlet_id AND aliases.url_key = captures.url_key AND withdrawn_at IS NOT NULL)
  OR (captures.body_id IS NOT NULL
    AND captures.body_id IN (SELECT id FROM bodies WHERE codec IN ('withheld', 'destroyed')))
"""
_SCOPE = """(:outlet IS NULL OR outlets.name = :outlet) AND (:run IS NULL OR run_id = :run)
  AND captured_at >= :since AND captured_at < :until"""
_WITHDRAWN_PICTURE = """(picture_captures.picture_id IS NOT NULL AND (pictures.path LIKE 'withheld/%'
  OR pictures.path = 'destroyed')) OR (NOT EXISTS (SELECT 1 FROM version_images JOIN versions ON versions.id =
  version_images.version_id
  JOIN articles ON articles.id = versions.article_id WHERE version_images.image_id = picture_captures.image_id
  AND withdrawn_at IS NULL)
  AND EXISTS (SELECT 1 FROM articles WHERE articles.outlet_id = outlets.id AND withdrawn_at IS NOT NULL))"""
# an address that no version names any more may be a withdrawn article's, where there is one

_TEMP_TABLES = (
    "DROP TABLE IF EXISTS temp.leaving",
    "DROP TABLE IF EXISTS temp.left_already",
    "CREATE TEMP TABLE leaving (position INTEGER PRIMARY KEY, kind TEXT, number INTEGER)",
    "CREATE TEMP TABLE left_already (kind, number, url, at, PRIMARY KEY (kind, number)) WITHOUT ROWID",
)
_PAGES_IN_SCOPE = f"""
SELECT captured_at, 0 AS later, captures.id, 'page' AS kind FROM captures JOIN outlets ON outlets.id =
captures.outlet_id WHERE {_SCOPE} AND NOT ({_WITHDRAWN})
"""
_PICTURES_IN_SCOPE = f"""
SELECT captured_at, 1, picture_captures.id, 'picture' FROM picture_captures JOIN runs ON runs.id = run_id
JOIN outlets ON outlets.id = runs.outlet_id LEFT JOIN pictures ON pictures.id = picture_id
WHERE {_SCOPE} AND status IS NOT NULL AND NOT ({_WITHDRAWN_PICTURE})
"""


# A 304 confirms a capture at its own URL; the same bytes at another one may be a withdrawn article's.
_CONFIRMED_PAGE = """SELECT earlier.requested_url, earlier.captured_at FROM captures
JOIN captures AS earlier USING (outlet_id, url_key, body_id) WHERE captures.id = ? AND earlier.status <> 304
AND earlier.captured_at <= captures.captured_at ORDER BY earlier.captured_at DESC LIMIT 1"""
_CONFIRMED_PICTURE = """SELECT images.url, earlier.captured_at FROM picture_captures AS fetch
JOIN picture_captures AS earlier USING (image_id, picture_id) JOIN images ON images.id = fetch.image_id
WHERE fetch.id = ? AND earlier.status <> 304 AND earlier.captured_at <= fetch.captured_at
ORDER BY earlier.captured_at DESC LIMIT 1"""


class CaptureStream:
    """The captures of a scope, in order of time. One at a time on a connection, inside a `snapshot` of it."""

    def __init__(self, db: Database, scope: Scope, *, pictures: bool = True):
        self.db = db
        values = {"outlet": scope.outlet, "run": scope.run, "since": scope.since, "until": scope.until}
        for statement in _TEMP_TABLES:
            db.conn.execute(statement)
        sources = f"{_PAGES_IN_SCOPE} UNION ALL {_PICTURES_IN_SCOPE}" if pictures else _PAGES_IN_SCOPE
        db.conn.execute(
            f"INSERT INTO leaving (kind, number) SELECT kind, id FROM ({sources}) ORDER BY captured_at, later, id",
            values,
        )
        self.hidden = int(
            db.conn.execute(
                f"SELECT count(*) FROM captures JOIN outlets ON outlets.id = captures.outlet_id"
                f" WHERE {_SCOPE} AND ({_WITHDRAWN})", values,
            ).fetchone()[0]
        )  # fmt: skip
        self.withdrawn = int(
            db.conn.execute(
                "SELECT count(*) FROM articles JOIN outlets ON outlets.id = outlet_id"
                " WHERE withdrawn_at IS NOT NULL AND (:outlet IS NULL OR outlets.name = :outlet)", values,
            ).fetchone()[0]
        )  # fmt: skip

    @property
    def count(self) -> int:
        """How many records there are."""
        return int(self.db.conn.execute("SELECT count(*) FROM leaving").fetchone()[0])

    def __iter__(self) -> Iterator[OutPage | OutPicture]:
        last = 0
        while rows := self.db.conn.execute(
            "SELECT position, kind, number FROM leaving WHERE position > ? ORDER BY position LIMIT ?",
            [last, _BATCH_SIZE],
        ).fetchall():
            last = rows[-1][0]
            for _, kind, number in rows:
                try:
                    record = self._read_page(number) if kind == "page" else self._read_picture(number)
                except (ArchiveDamaged, *ROW_ERRORS) as error:
                    pass_over(f"{'captures' if kind == 'page' else 'picture_captures'} {number}", error)
                else:
                    yield record

    def _read_page(self, number: int) -> OutPage:
        row = next(iter(self.db.query(
            "SELECT requested_url, final_url, captured_at, status, encoding, via, body_id, digest, size, request,"
            " response FROM captures JOIN headers ON capture_id = captures.id LEFT JOIN bodies ON bodies.id = body_id"
            " WHERE captures.id = ?", [number],
        )))  # fmt: skip
        is_304 = row["status"] == 304
        earlier = self._duplicate_of("page", row["body_id"])
        if is_304 and not earlier:
            earlier = self._confirmed(_CONFIRMED_PAGE, number)
        body = None if is_304 or earlier or row["body_id"] is None else self._body(row["body_id"], row["digest"])
        usable("captures", {name: row[name] for name in _CAPTURE_COLUMNS})
        capture = Capture(
            row["requested_url"], row["final_url"], clock.parse(row["captured_at"]), row["status"],
            validation.json_pairs(row["response"]), body, row["encoding"], validation.json_pairs(row["request"]),
            validation.json_lines(row["via"] or "[]"),
        )  # fmt: skip
        page = OutPage(without_secrets(capture), row["digest"], row["size"], earlier)
        if not (is_304 or earlier):
            self._note_first("page", row["body_id"], row["requested_url"], row["captured_at"])
        return page

    def _body(self, body_id: int, digest: str) -> bytes | None:
        """The bytes of a page. Raises ArchiveDamaged where they are not those that arrived."""
        body = get_body(self.db, body_id)
        if body is not None and digest_of(body) != digest:
            raise ArchiveDamaged(f"body {body_id} is not the one its digest names. `luubao verify` tells more")
        return body

    def _read_picture(self, number: int) -> OutPicture:
        row = next(iter(self.db.query(
            "SELECT images.url, final_url, captured_at, status, etag, last_modified, media_type, picture_id, digest"
            " FROM picture_captures JOIN images ON images.id = image_id"
            " LEFT JOIN pictures ON pictures.id = picture_id WHERE picture_captures.id = ?", [number],
        )))  # fmt: skip
        usable("picture_captures", {name: row[name] for name in _FETCH_COLUMNS})
        validation.address(row["url"])
        is_304 = row["status"] == 304
        earlier = self._duplicate_of("picture", row["picture_id"])
        if is_304 and not earlier:
            earlier = self._confirmed(_CONFIRMED_PICTURE, number)
        if not (is_304 or earlier):
            self._note_first("picture", row["picture_id"], row["url"], row["captured_at"])
        fields = (("Content-Type", row["media_type"]), ("ETag", row["etag"]), ("Last-Modified", row["last_modified"]))
        headers = tuple((name, value) for name, value in fields if value)
        return OutPicture(
            row["url"], row["final_url"], row["captured_at"], row["status"], headers, row["digest"],
            None if is_304 or earlier or row["digest"] is None else picture_place(row["digest"], row["media_type"]),
            earlier,
        )  # fmt: skip

    def _confirmed(self, query: str, number: int) -> Earlier | None:
        """The capture that a 304 confirms, where this export does not contain it."""
        row = self.db.execute(query, [number]).fetchone()
        return Earlier(*row) if row else None

    def _duplicate_of(self, kind: str, number: int | None) -> Earlier | None:
        """The earlier record of this export with the same bytes."""
        query = "SELECT url, at FROM left_already WHERE kind = ? AND number = ?"
        row = self.db.conn.execute(query, [kind, number]).fetchone()
        return Earlier(*row) if row else None

    def _note_first(self, kind: str, number: int | None, url: str, moment: str) -> None:
        """Records the first record with these bytes, once they could be read."""
        if number is not None:
            self.db.conn.execute("INSERT INTO left_already VALUES (?, ?, ?, ?)", [kind, number, url, moment])


def as_of(db: Database, run: int | None = None) -> str:
    """When the archive, or one run of it, was last written to. Exports use it as their own time, so that a repeated
    export is the same."""
    rows = db.execute(
        "SELECT max(started_at), max(finished_at) FROM runs WHERE ?1 IS NULL OR id = ?1 UNION ALL"
        " SELECT max(withdrawn_at), max(max(coalesce(destroyed_at, ''), coalesce(restored_at, ''))) FROM withdrawals"
        " WHERE ?1 IS NULL UNION ALL SELECT * FROM (SELECT captured_at, NULL FROM captures WHERE ?1 IS NULL"
        " ORDER BY id DESC LIMIT 1)", [run],
    ).fetchall()  # fmt: skip
    return max((moment for row in rows for moment in row if moment), default=clock.stamp(clock.now()))


def outlet_facts(db: Database, name: str | None) -> list[dict[str, Any]]:
    """The outlets as another archive needs them to import them, each with its newest boilerplate set (furniture)."""
    rows = db.query("SELECT id, name, title, home_url, timezone FROM outlets WHERE ?1 IS NULL OR name = ?1", [name])
    facts = []
    for row in readable_values(list(rows), "outlets", dict):
        newest = db.execute(
            "SELECT recurring FROM furniture WHERE outlet_id = ? ORDER BY id DESC LIMIT 1", [row.pop("id")]
        ).fetchone()
        facts.append({**row, "furniture": validation.json_lines(newest[0]) if newest else []})
    return facts


class SortedLines:
    """Lines in a temporary table, outside the archive's file, which SQLite drops with the connection. Use inside a
    `snapshot`."""

    def __init__(self, db: Database):
        self.db = db
        db.conn.execute("DROP TABLE IF EXISTS temp.lines")
        db.conn.execute("CREATE TEMP TABLE lines (line TEXT)")

    def add(self, line: str) -> None:
        """Adds a line."""
        self.db.conn.execute("INSERT INTO lines VALUES (?)", [line])

    def __iter__(self) -> Iterator[str]:
        for (line,) in self.db.conn.execute("SELECT line FROM lines ORDER BY line"):
            yield line
