"""The files of pictures: proved with the archive, and out of sight with a withdrawn article."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from archive import PictureCapture, finish_run, ingest, keep_picture, open_archive, start_run
from archive.cli import archive
from archive.model.paths import folder_beside
from archive.pictures import recognise
from tests.archive.test_datasette import get
from tests.archive.test_withdraw import NAMED, OTHER, named
from tests.reading_room import served
from tests.support import NOON, PAPER, Shoot, page

_SHARED = '<figure><img src="/anh/chung.png"><figcaption>Trụ sở xã. Ảnh: Trần Hà</figcaption></figure>'


def painted(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def kept(path: Path, shoot: Shoot) -> Path:
    """An article that names a person, with a picture of its own (red) and one that another article shows too (blue)."""
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        ingest(db, run, shoot(NAMED, named(0).replace("</article>", _SHARED + "</article>")))
        other = page("Mùa quýt chín", "Vườn quýt trên sườn núi.")
        ingest(db, run, shoot(OTHER, other.replace("</article>", _SHARED + "</article>")))
        for image_id, url in db.execute("SELECT id, url FROM images").fetchall():
            picture = recognise(painted("red" if url.endswith("1.jpg") else "blue"))
            assert picture is not None and picture.looks is not None and picture.thumbnail_path is not None
            for name, data in (
                (picture.path, painted("red" if url.endswith("1.jpg") else "blue")),
                (picture.thumbnail_path, picture.looks.thumbnail),
            ):
                file = folder_beside(path) / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            keep_picture(db, run, PictureCapture(image_id, NOON, url, 200, picture=picture), rest=NOON - NOON)
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    return path


def command(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(archive, [*arguments, "--db", str(path)])


def files(path: Path) -> dict[str, bytes]:
    folder = folder_beside(path)
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def problems(path: Path) -> list[str]:
    told = command(path, "verify", "--json")
    return [problem["where"] + " " + problem["what"].split()[0] for problem in json.loads(told.output)["problems"]]


def test_files_as_they_were_are_no_problem(kept: Path) -> None:
    assert problems(kept) == []


def test_a_missing_or_changed_file_is_named(kept: Path) -> None:
    folder = folder_beside(kept)
    red, blue = sorted(folder.glob("sha256/*/*"), key=lambda file: file.read_bytes() != painted("red"))
    red.unlink()
    blue.write_bytes(painted("green"))
    assert sorted(problems(kept)) == ["pictures 1 its", "pictures 2 the"]


def test_a_changed_fetch_is_named(kept: Path) -> None:
    with open_archive(kept, create=True) as db:
        db.execute("DROP TRIGGER picture_captures_update_refused")
        db.execute("UPDATE picture_captures SET status = 404 WHERE id = 2")
    assert problems(kept) == ["picture_captures 2 it"]


def test_a_withdrawn_article_s_own_pictures_go_where_nothing_is_served_from(kept: Path) -> None:
    before = files(kept)
    assert command(kept, "withdraw", NAMED, "--reason", "x").exit_code == 0
    after = files(kept)
    served_now = [data for name, data in after.items() if not name.startswith("withheld/")]
    assert painted("red") not in served_now and painted("blue") in served_now
    assert sorted(after.values()) == sorted(before.values())
    assert problems(kept) == []
    assert command(kept, "withdraw", NAMED, "--restore").exit_code == 0
    assert files(kept) == before
    assert problems(kept) == []


@pytest.mark.parametrize("how", [[], ["--destroy", "--yes"]])
def test_a_picture_that_another_article_shows_later_is_seen_again(kept: Path, how: list[str]) -> None:
    command(kept, "withdraw", NAMED, "--reason", "x", *how)
    red = recognise(painted("red"))
    assert red is not None and red.looks is not None and red.thumbnail_path is not None
    for name, data in ((red.path, painted("red")), (red.thumbnail_path, red.looks.thumbnail)):
        (folder_beside(kept) / name).parent.mkdir(parents=True, exist_ok=True)
        (folder_beside(kept) / name).write_bytes(data)
    with open_archive(kept, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        keep_picture(
            db, run, PictureCapture(2, NOON, "https://bao.example/anh/chung.png", 200, picture=red), rest=NOON - NOON
        )
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
        assert db.execute("SELECT path FROM pictures WHERE digest = ?", [red.digest]).fetchone() == (red.path,)
    assert [problem for problem in problems(kept) if "pictures" in problem] == []


def test_destroyed_pictures_are_gone(kept: Path) -> None:
    command(kept, "withdraw", NAMED, "--reason", "x", "--destroy", "--yes")
    assert painted("red") not in files(kept).values()
    assert painted("blue") in files(kept).values()
    assert problems(kept) == []
    with open_archive(kept) as db:
        assert db.execute(
            "SELECT count(*) FROM pictures WHERE path = 'destroyed' AND digest LIKE 'sha256:%'"
        ).fetchone() == (1,)


@pytest.mark.slow
def test_datasette_serves_neither_words_nor_picture_of_a_withdrawn_article(kept: Path) -> None:
    with open_archive(kept) as db:
        (path,) = db.execute("SELECT picture FROM photographs WHERE image_url LIKE '%/1.jpg'").fetchone()
    with served(kept) as base:
        assert urlopen(f"{base}/-/pictures/{path}").read() == painted("red")
    command(kept, "withdraw", NAMED, "--reason", "x")
    with served(kept, "--machinery") as base:
        for address in (
            f"{base}/-/pictures/{path}",
            f"{base}/-/pictures/withheld/{path}",
            f"{base}/-/pictures/sha256/../withheld/{path}",
        ):
            with pytest.raises(HTTPError, match="404"):
                urlopen(address)
        assert urlopen(f"{base}/archive/withheld").status == 200
        sql = quote("SELECT table_name, data, length(data) AS size, hex(data) AS digits FROM withheld")
        rows = get(f"{base}/archive.json?sql={sql}&_shape=objects")["rows"]
        assert len(rows) > 5
        assert {(row["data"], row["size"], row["digits"]) for row in rows} == {(None, None, "")}
        for table in ("articles", "versions", "texts", "current_articles", "search", "version_texts"):
            assert "Nguyễn Văn A" not in json.dumps(
                get(f"{base}/archive/{table}.json?_shape=objects"), ensure_ascii=False
            )


_RECIPE = (
    (
        "SELECT url_key, requested_url, final_url, captured_at, status, outcome, encoding, etag, last_modified, via,"
        " bodies.digest, request, response FROM captures LEFT JOIN bodies ON bodies.id = body_id"
        " JOIN headers ON capture_id = captures.id WHERE run_id = ? ORDER BY captures.id"
    ),
    (
        "SELECT images.url, captured_at, final_url, status, outcome, detail, etag, last_modified, digest"
        " FROM picture_captures JOIN images ON images.id = image_id LEFT JOIN pictures ON pictures.id = picture_id"
        " WHERE run_id = ? ORDER BY picture_captures.id"
    ),
)


def test_docs_storage_md_is_all_one_needs_to_compute_a_seal(kept: Path) -> None:
    def line(values: list[object]) -> bytes:
        return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    with sqlite3.connect(kept) as db:
        run = db.execute(
            "SELECT name, started_at, finished_at, outcome, reason, software, stats FROM runs"
            " JOIN outlets ON outlets.id = outlet_id WHERE runs.id = 1"
        ).fetchone()
        digest = hashlib.sha256(line([None, *run]))
        rows = [list(row) for query in _RECIPE for row in db.execute(query, [1]).fetchall()]
        for row in rows:
            digest.update(hashlib.sha256(line(row)).hexdigest().encode() + b"\n")
        assert len(rows) == 4
        assert db.execute("SELECT digest FROM seals").fetchall() == [("sha256:" + digest.hexdigest(),)]
    db.close()
