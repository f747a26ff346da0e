"""Reads the fetches of pictures, as the facts that histories are derived from, and detects placeholder images, and
fetches that come late.

A picture that several addresses bring, each of which had shown another one, is a stand-in (a placeholder): a server
sends it that has lost its pictures, or wants a visitor to log in. It counts as shown by no article. Where pages name
their pictures at new addresses, and several of these bring one picture in one visit, it may be one too: it is the
picture of a new article, and no edit of an older one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlite_utils import Database

from archive.history import PictureFetch, Shown
from archive.history.picture_changes import VISIT
from archive.model import clock
from archive.model.records import Run
from archive.storage.connection import rows_of, transaction
from archive.storage.integrity.column_validation import readable_values, usable
from archive.storage.schema_views import CORRECTED_TIME

_STAND_IN_REPLACED = 3  # different pictures that one replaced
_FETCHES = (
    f"SELECT picture_captures.id, picture_id, images.url, {CORRECTED_TIME} AS at, status, pictures.digest,"
    " perceptual_hash"
    " FROM json_each(?) AS wanted CROSS JOIN images ON images.url = wanted.value"
    " JOIN picture_captures ON image_id = images.id JOIN runs ON runs.id = run_id"
    " LEFT JOIN pictures ON pictures.id = picture_id ORDER BY images.url, at, picture_captures.id"
)


def fetches_of(db: Database, urls: Iterable[str]) -> list[PictureFetch]:
    """All fetches of these pictures that brought or confirmed bytes. A 304 confirms what the address had brought by
    then, as known now, and not as known when it was recorded."""
    fetches: list[PictureFetch] = []
    for _, of_one_url in groupby(rows_of(db, _FETCHES, [json.dumps(list(set(urls)))]), itemgetter("url")):
        rows = list(of_one_url)
        stand_ins = _stand_ins(db, {row["picture_id"] for row in rows if row["picture_id"]})
        last: Shown | None = None
        everywhere: dict[str, bool] = {}
        for fetch in readable_values(rows, "picture_captures", _from_row):
            shown = last if fetch.status == 304 else fetch.shown
            if shown and shown.digest not in everywhere:
                everywhere[shown.digest] = _came_everywhere(db, shown.digest, fetch.time)
            shown = replace(shown, everywhere=everywhere[shown.digest]) if shown else None
            last = shown or last
            if shown is not None and shown.digest not in stand_ins:
                fetches.append(replace(fetch, shown=shown))
    return fetches


def _stand_ins(db: Database, pictures: set[int]) -> set[str]:
    """The digests of the stand-ins among the pictures that one address brought. An address that always brought the
    same picture shows none."""
    if len(pictures) < 2:
        return set()
    stand_ins = [picture_id for picture_id in pictures if _replaced_count(db, picture_id) >= _STAND_IN_REPLACED]
    return {
        str(db.execute("SELECT digest FROM pictures WHERE id = ?", [picture_id]).fetchone()[0])
        for picture_id in stand_ins
    }


_REPLACED = f"""
SELECT first.image, (
  SELECT picture_id FROM picture_captures JOIN runs ON runs.id = run_id
  WHERE image_id = first.image AND picture_id <> ?1 AND {CORRECTED_TIME} < first.at
  ORDER BY {CORRECTED_TIME} DESC, picture_captures.id DESC LIMIT 1) AS before
FROM (SELECT image_id AS image, min({CORRECTED_TIME}) AS at FROM picture_captures JOIN runs ON runs.id = run_id
  WHERE picture_id = ?1 GROUP BY image_id) AS first
"""


def _replaced_count(db: Database, picture_id: int) -> int:
    """How many different pictures a picture replaced. (The same one replaced at many addresses counts once.)"""
    return len({before for _, before in db.execute(_REPLACED, [picture_id]).fetchall() if before is not None})


_CAME_FIRST = f"""
SELECT count(*) FROM (SELECT 1 FROM picture_captures JOIN runs ON runs.id = run_id
  WHERE picture_id = (SELECT id FROM pictures WHERE digest = ?)
  GROUP BY image_id HAVING min({CORRECTED_TIME}) BETWEEN ? AND ?)
"""


def _came_everywhere(db: Database, digest: str, moment: datetime) -> bool:
    """Whether several addresses brought a picture first within a visit of this time."""
    (count,) = db.execute(_CAME_FIRST, [digest, clock.stamp(moment - VISIT), clock.stamp(moment + VISIT)]).fetchone()
    return int(count) >= _STAND_IN_REPLACED


def stand_ins_in(db: Database, run_id: int | None) -> list[tuple[int, int]]:
    """The stand-ins that a run brought, or, without a run, all: pictures.id, and how often each came."""
    rows = db.execute(
        "SELECT picture_id, count(*) FROM picture_captures WHERE (?1 IS NULL OR run_id = ?1)"
        " AND outcome IN ('replaced', 'unclear') GROUP BY picture_id",
        [run_id],
    )
    return [
        (picture_id, count)
        for picture_id, count in rows.fetchall()
        if _replaced_count(db, picture_id) >= _STAND_IN_REPLACED
    ]


def mark_stand_ins(db: Database, run: Run, *, whole: bool) -> None:
    """Marks for rebuilding, in one transaction, the articles that ever showed a picture at an address where this run
    fetched a stand-in, or whose pictures changed to one that came at several addresses. whole: where any run did, for
    an import brings fetches of many times and runs."""
    with transaction(db):
        for picture_id, _ in stand_ins_in(db, None if whole else run.id):
            db.execute(_UNSETTLE.format(""), [picture_id, run.outlet_id])
        for (picture_id,) in db.execute(_AT_SEVERAL_ADDRESSES, [None if whole else run.id]).fetchall():
            db.execute(_UNSETTLE.format("AND changed LIKE '%pictures%'"), [picture_id, run.outlet_id])


_UNSETTLE = """
INSERT INTO unsettled (outlet_id, url_key) SELECT DISTINCT outlet_id, articles.url_key
FROM picture_captures JOIN version_images USING (image_id) JOIN versions ON versions.id = version_id
JOIN articles ON articles.id = article_id
WHERE picture_captures.picture_id = ? AND withdrawn_at IS NULL AND outlet_id = ? {} ON CONFLICT DO NOTHING
"""
_AT_SEVERAL_ADDRESSES = f"""
SELECT picture_id FROM picture_captures WHERE picture_id IN (SELECT picture_id FROM picture_captures
  WHERE (?1 IS NULL OR run_id = ?1) AND outcome = 'fresh')
GROUP BY picture_id HAVING count(DISTINCT image_id) >= {_STAND_IN_REPLACED}
"""


def _from_row(row: dict[str, Any]) -> PictureFetch:
    shown = Shown(row["digest"], usable("pictures", row)["perceptual_hash"], row["id"]) if row["digest"] else None
    return PictureFetch(row["id"], row["url"], clock.parse(row["at"]), shown, row["status"] or 0)


def picture_numbers(db: Database, digests: Iterable[str]) -> dict[str, int]:
    """pictures.id by digest."""
    return {
        digest: int(row[0])
        for digest in set(digests)
        if (row := db.execute("SELECT id FROM pictures WHERE digest = ?", [digest]).fetchone())
    }


def image_of(db: Database, url: str) -> int | None:
    """The row id of a picture's URL in `images`; None where no article ever showed it."""
    row = db.execute("SELECT id FROM images WHERE url = ?", [url]).fetchone()
    return int(row[0]) if row else None


def picture_is_here(db: Database, image_id: int, moment: str, status: int | None, digest: str | None) -> bool:
    """Whether the archive has this very fetch of a picture."""
    rows = db.execute(
        "SELECT digest FROM picture_captures LEFT JOIN pictures ON pictures.id = picture_id"
        " WHERE image_id = ? AND captured_at = ? AND status IS ?",
        [image_id, moment, status],
    ).fetchall()
    return bool(rows) if status == 304 else any(row[0] == digest for row in rows)


def picture_comes_late(db: Database, image_id: int, moment: str) -> bool:
    """Whether this picture was fetched later, or an article that shows it was captured later."""
    row = db.execute(
        "SELECT 1 FROM picture_captures WHERE image_id = ?1 AND captured_at >= ?2"
        " UNION ALL SELECT 1 FROM version_images JOIN versions ON versions.id = version_id"
        " JOIN aliases USING (article_id) JOIN captures USING (outlet_id, url_key)"
        " WHERE image_id = ?1 AND captured_at > ?2 LIMIT 1",
        [image_id, moment],
    ).fetchone()
    return row is not None


def mark_showing(db: Database, image_id: int) -> None:
    """Marks all articles that ever showed a picture for rebuilding. Call inside a transaction."""
    db.execute(
        "INSERT INTO unsettled (outlet_id, url_key) SELECT DISTINCT outlet_id, url_key FROM version_images"
        " JOIN versions ON versions.id = version_id JOIN articles ON articles.id = article_id"
        " WHERE image_id = ? AND withdrawn_at IS NULL ON CONFLICT DO NOTHING",
        [image_id],
    )


def outlet_showing(db: Database, url: str) -> str | None:
    """The name of an outlet with an article that shows a picture; None where there is none."""
    row = db.execute(
        "SELECT outlets.name FROM images JOIN version_images ON image_id = images.id"
        " JOIN versions ON versions.id = version_images.version_id JOIN articles ON articles.id = article_id"
        " JOIN outlets ON outlets.id = articles.outlet_id WHERE images.url = ? LIMIT 1",
        [url],
    ).fetchone()
    return str(row[0]) if row else None
