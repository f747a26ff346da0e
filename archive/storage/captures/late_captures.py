"""Captures that do not come in order of time: finds duplicates and late ones, and records their origins.

A capture is late when something of its article is as new or newer. Then the table `unsettled` holds its URL until its
articles are rebuilt in order of time (archive/pipeline/filing.py).
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.history.facts import REDIRECTS, declared_key
from archive.model import clock
from archive.model.digests import digest_of
from archive.model.records import Capture, Reading, Run
from archive.model.urls import url_key
from archive.storage.captures.kept_captures import Source, article_at
from archive.storage.reading_rows import has_captures, same_words


def is_here(db: Database, run: Run, capture: Capture) -> bool:
    """Whether the archive has this very capture: the same URL, time, status and bytes. A 304 has no bytes, and those it
    confirms do not count."""
    rows = db.execute(
        "SELECT digest FROM captures LEFT JOIN bodies ON bodies.id = body_id WHERE outlet_id = ? AND url_key = ?"
        " AND captured_at = ? AND requested_url = ? AND status = ?",
        [
            run.outlet_id, url_key(capture.requested_url), clock.stamp(capture.captured_at), capture.requested_url,
            capture.status,
        ],
    ).fetchall()  # fmt: skip
    if capture.status == 304:
        return bool(rows)
    digest = digest_of(capture.body) if capture.body else None
    return any(row[0] == digest for row in rows)


def note_origin(db: Database, capture_id: int, source: str, record: str | None) -> None:
    """Records the origin of a capture. Call inside a transaction."""
    db.execute("INSERT INTO origins (capture_id, source, record) VALUES (?, ?, ?)", [capture_id, source, record])


def comes_late(db: Database, run: Run, capture: Capture) -> bool:
    """Whether something of a capture's article, as found by its URLs, is as new or newer."""
    key, moment = url_key(capture.requested_url), clock.stamp(capture.captured_at)
    keys = [key, *map(url_key, capture.via)]
    if (
        _has_newer(db, run, key, moment, or_equal=True)
        or _has_tie(db, run, key)
        or any(_has_newer(db, run, alias, moment) for alias in keys[1:])
    ):
        return True
    if _redirect_source_is_newer(db, run, capture.final_url, moment):
        return True
    if capture.status in REDIRECTS and _is_known(db, run, capture.final_url):
        return True
    article_ids = {article_at(db, run.outlet_id, alias) for alias in keys}
    return any(_article_has_newer(db, article_id, moment) for article_id in article_ids if article_id)


def reads_late(db: Database, source: Source, reading: Reading) -> bool:
    """Whether something of the articles that a reading may belong to is as new or newer than the capture."""
    moment, outlet_id = clock.stamp(source.captured_at), source.run.outlet_id
    keys = (source.url_key, *source.via, *declared_key(reading, source.run.outlet), *same_words(db, outlet_id, reading))
    article_ids = {article_at(db, outlet_id, key) for key in keys}
    return any(
        _article_has_newer(db, article_id, moment, source.capture_id) for article_id in article_ids if article_id
    )


def _has_newer(db: Database, run: Run, key: str, moment: str, *, or_equal: bool = False) -> bool:
    operator = ">=" if or_equal else ">"
    query = f"SELECT 1 FROM captures WHERE outlet_id = ? AND url_key = ? AND captured_at {operator} ? LIMIT 1"
    return db.execute(query, [run.outlet_id, key, moment]).fetchone() is not None


def _has_tie(db: Database, run: Run, key: str) -> bool:
    """Whether the two latest captures of a URL have the same time, so that their order is unknown."""
    rows = db.execute(
        "SELECT captured_at FROM captures WHERE outlet_id = ? AND url_key = ? ORDER BY captured_at DESC LIMIT 2",
        [run.outlet_id, key],
    ).fetchall()
    return len(rows) == 2 and rows[0] == rows[1]


def _redirect_source_is_newer(db: Database, run: Run, url: str, moment: str) -> bool:
    """Whether a URL that ever redirected here has later captures."""
    hops = db.execute(
        "SELECT url_key FROM captures INDEXED BY captures_redirects"
        " WHERE outlet_id = ? AND final_url = ? AND outcome = 'redirect'",
        [run.outlet_id, url],
    )
    return any(_has_newer(db, run, key, moment) or _has_tie(db, run, key) for (key,) in hops.fetchall())


def _is_known(db: Database, run: Run, url: str) -> bool:
    """Whether a URL has captures; one that is none has not."""
    try:
        return has_captures(db, run.outlet_id, url_key(url))
    except ValueError:
        return False


def _article_has_newer(db: Database, article_id: int, moment: str, except_capture: int = 0) -> bool:
    row = db.execute(
        "SELECT 1 FROM aliases JOIN captures USING (outlet_id, url_key)"
        " WHERE article_id = ? AND captured_at >= ? AND captures.id <> ? LIMIT 1",
        [article_id, moment, except_capture],
    ).fetchone()
    return row is not None


def mark_for_rebuild(db: Database, outlet_id: int, key: str) -> None:
    """Marks the articles of a URL for rebuilding. Call inside a transaction."""
    db.execute("INSERT INTO unsettled (outlet_id, url_key) VALUES (?, ?) ON CONFLICT DO NOTHING", [outlet_id, key])


def mark_alike(
    db: Database, outlet_id: int, column: str, name: str, key: str, but: set[str], fewest: int
) -> None:  # fmt: skip
    """Marks articles for rebuilding that changed to one text or headline, where so many do besides one
    that does, or did. column: words or headline of `readings`, which has this name; key: the URL of the one; but: URLs
    that are derived with it. Call inside a transaction."""
    assert column in ("words", "headline")
    rows = db.execute(
        "SELECT DISTINCT url_key FROM readings JOIN captures ON captures.id = capture_id"
        f" WHERE {column} = ? AND +outlet_id = ?",  # the plus: else SQLite goes through all captures of the outlet
        [name, outlet_id],
    )
    others = {other for (other,) in rows.fetchall()} - {key}
    for other in others - but if len(others) >= fewest else ():
        mark_for_rebuild(db, outlet_id, other)


def clear_rebuild_marks(db: Database, outlet_id: int, keys: set[str]) -> None:
    """Removes the marks of rebuilt articles. Call inside a transaction."""
    for key in keys:
        db.execute("DELETE FROM unsettled WHERE outlet_id = ? AND url_key = ?", [outlet_id, key])


def pending_urls(db: Database, outlet_id: int, limit: int) -> list[str]:
    """URL keys whose articles are marked for rebuilding."""
    rows = db.execute("SELECT url_key FROM unsettled WHERE outlet_id = ? LIMIT ?", [outlet_id, limit])
    return [row[0] for row in rows.fetchall()]
