"""How much an edit changed."""

from __future__ import annotations

from sqlite_utils import Database

from archive import Run, ingest
from archive.queries import lookup
from tests.support import Shoot, page

URL = "https://bao.example/a-1.htm"


def sizes(db: Database) -> list[tuple[int, int | None, int | None]]:
    return [tuple(row) for row in db.execute("SELECT number, words_removed, words_added FROM versions ORDER BY number")]


def test_an_edit_counts_its_words(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(
        db, run, shoot(URL, page("Cầu mới", "Cây cầu dài 212 mét khánh thành sáng nay ở huyện Tam Sông bên bờ bắc."))
    )
    ingest(
        db, run, shoot(URL, page("Cầu mới", "Cây cầu dài 214 mét khánh thành sáng nay ở huyện Tam Sông bên bờ bắc."), 1)
    )
    ingest(
        db,
        run,
        shoot(
            URL, page("Cầu mới thông xe", "Cây cầu dài 214 mét khánh thành sáng nay ở huyện Tam Sông bên bờ bắc."), 2
        ),
    )
    assert sizes(db) == [(1, None, None), (2, 1, 1), (3, 0, 2)]


def test_the_edits_view_says_how_much(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(URL, page("Cầu mới")))
    ingest(db, run, shoot(URL, page("Cầu cũ"), 1))
    rows = db.execute("SELECT outlet, number, changed, words_removed, words_added FROM edits").fetchall()
    assert rows == [("bao", 2, "headline", 1, 1)]
    assert lookup.find_article(db, URL).version_count == 2
