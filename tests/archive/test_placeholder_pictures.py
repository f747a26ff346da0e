"""A picture that stands in for others is no picture of an article: what a server sends that has lost its pictures."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive import Picture, PictureCapture, Run, finish_run, ingest, keep_picture, open_archive, start_run
from archive.pictures import recognise
from archive.pipeline.history_filing import judge_run
from archive.pipeline.merging import merge
from archive.pipeline.verification import verify
from archive.storage.captures.capture_stream import CaptureStream, OutPicture, Scope
from archive.storage.picture_files import put_file
from tests.archive.test_pictures import encoded, photo
from tests.support import NOON, PAPER, page, shoot

SITE = "https://bao.example"


BYTES = [encoded(photo(seed)) for seed in range(7)]  # the grain of a photograph is another each time


def picture(seed: int) -> Picture:
    found = recognise(BYTES[seed])
    assert isinstance(found, Picture)
    return found


LOST, *OWN = map(picture, range(7))
PLACES = range(6)


def shows(place: int, where: str = "") -> str:
    figure = f'<figure><img src="{SITE}/anh/{where}{place}.jpg"><figcaption>Ảnh {place}: bến đò</figcaption></figure>'
    return page(f"Tin số {place}", f"Chuyện thứ {place} của làng bên sông. " * 9).replace(
        "</article>", f"{figure}</article>"
    )


def fetch(db: Database, run: Run, place: int, hours: float, shown: Picture, where: str = "") -> None:
    url = f"{SITE}/anh/{where}{place}.jpg"
    (image,) = db.execute("SELECT id FROM images WHERE url = ?", [url]).fetchone()
    keep_picture(db, run, PictureCapture(image, NOON + timedelta(hours=hours), url, 200, picture=shown), timedelta())


@pytest.fixture
def paper(db: Database, run: Run) -> Database:
    """Six articles, each with a picture of its own, which was fetched."""
    for place in PLACES:
        ingest(db, run, shoot(f"{SITE}/b-{place}.htm", shows(place), hours=0))
        fetch(db, run, place, 0.1, OWN[place])
    return db


def versions(db: Database) -> list[int]:
    return [count for (count,) in db.execute("SELECT version_count FROM articles ORDER BY url_key").fetchall()]


def sound(db: Database) -> None:
    assert list(verify(db)) == []


def test_pictures_that_are_lost_for_a_day_are_no_edits(paper: Database, run: Run) -> None:
    for place in PLACES:
        fetch(paper, run, place, 24, LOST)
    judge_run(paper, run)
    assert versions(paper) == [1] * 6
    for place in PLACES:
        fetch(paper, run, place, 48, OWN[place])
    judge_run(paper, run)
    assert versions(paper) == [1] * 6
    sound(paper)


def test_one_that_was_edited_since_is_told_all_the_same(paper: Database, run: Run) -> None:
    for place in PLACES:
        fetch(paper, run, place, 24, LOST)
    fetch(paper, run, 0, 48, OWN[3])
    judge_run(paper, run)
    assert versions(paper) == [2, 1, 1, 1, 1, 1]
    (moment,) = paper.execute("SELECT first_seen_at FROM versions WHERE number = 2").fetchone()
    assert moment == "2026-05-22T12:00:00Z"
    sound(paper)


def test_two_of_a_kind_are_edits(paper: Database, run: Run) -> None:
    """An editor puts one picture into two articles."""
    for place in (0, 1):
        fetch(paper, run, place, 24, LOST)
    judge_run(paper, run)
    assert versions(paper) == [2, 2, 1, 1, 1, 1]
    fetch(paper, run, 2, 48, LOST)  # and then it comes at a third: the server's, and the two are taken back
    judge_run(paper, run)
    assert versions(paper) == [1] * 6
    sound(paper)


@pytest.mark.parametrize("where", ["moi/", "../cdn/anh/"])
def test_one_picture_at_many_new_addresses_is_no_edit_and_at_two_it_is(paper: Database, run: Run, where: str) -> None:
    for place in PLACES[:2]:
        ingest(paper, run, shoot(f"{SITE}/b-{place}.htm", shows(place, where), hours=24))
        fetch(paper, run, place, 24.1, LOST, where)
    judge_run(paper, run)
    assert versions(paper) == [2, 2, 1, 1, 1, 1]
    ingest(paper, run, shoot(f"{SITE}/b-2.htm", shows(2, where), hours=24))
    fetch(paper, run, 2, 24.1, LOST, where)
    judge_run(paper, run)
    assert versions(paper) == [1] * 6
    for place in PLACES[:3]:
        ingest(paper, run, shoot(f"{SITE}/b-{place}.htm", shows(place), hours=48))
    judge_run(paper, run)
    assert versions(paper) == [1] * 6
    sound(paper)
    exported = [one.url for one in CaptureStream(paper, Scope()) if isinstance(one, OutPicture)]
    assert len(exported) == 9 and any(where.strip("./") in url for url in exported)


def test_one_picture_exchanged_wherever_it_stood_is_an_edit_of_each(db: Database, run: Run) -> None:
    for place in PLACES:
        ingest(db, run, shoot(f"{SITE}/b-{place}.htm", shows(place), hours=0))
        fetch(db, run, place, 0.1, OWN[0])
    for place in PLACES:
        fetch(db, run, place, 24, OWN[1])
    judge_run(db, run)
    assert versions(db) == [2] * 6
    sound(db)


def test_archives_that_each_saw_some_of_it_take_it_back_when_they_merge(tmp_path: Path) -> None:
    """Two places are too few for either; together they are enough."""
    paths = [tmp_path / "one.db", tmp_path / "two.db"]
    for path, places in zip(paths, ((0, 1), (2, 3)), strict=True):
        with open_archive(path, create=True) as db:
            run = start_run(db, PAPER, {}, NOON)
            for place in places:
                ingest(db, run, shoot(f"{SITE}/b-{place}.htm", shows(place), hours=0))
                fetch(db, run, place, 0.1, OWN[place])
                fetch(db, run, place, 24, LOST)
            judge_run(db, run)
            finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON + timedelta(hours=30))
            assert versions(db) == [2, 2]
        for shown, data in zip((LOST, *OWN), BYTES, strict=True):
            put_file(path.with_suffix(".pictures"), shown.path, data)
    for into, other in (paths, paths[::-1]):
        both = shutil.copy(into, tmp_path / f"both-{into.name}")
        shutil.copytree(into.with_suffix(".pictures"), Path(both).with_suffix(".pictures"))
        merge(
            Path(both),
            other,
            pictures=Path(both).with_suffix(".pictures"),
            other_pictures=other.with_suffix(".pictures"),
        )
        with open_archive(both) as db:
            assert versions(db) == [1] * 4
            sound(db)
