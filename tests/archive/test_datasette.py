"""A real Datasette on a real archive, over HTTP, started as `luubao serve` starts it."""

from __future__ import annotations

import json
import shutil
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from sqlite_utils import Database

from archive import Capture, Run, ingest, start_run
from archive.queries import article_search
from archive.queries.canned_queries import QUESTIONS, Question
from archive.storage.connection import open_archive
from archive.storage.schema import TABLES
from tests.reading_room import served
from tests.support import NOON, PAPER, Shoot, page

SPELLINGS = [
    "Đảng bộ", "dang bo", "đang bo", "DANG BO", '"tam duong"', '"Tam Dương"', "hoà bình", "Hòa Bình", '"hoa binh"',
    "thuy loi", unicodedata.normalize("NFD", "Thủy lợi"), "duong lang", "cau dai", "khongco", '"bộ đảng"',
]  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two articles; made once, for nobody writes to it."""
    path = tmp_path_factory.mktemp("datasette") / "archive.db"
    pages = {"a-1": page("Đảng bộ Tam Dương họp"), "b-2": page("Xã Hoà Bình được mùa", "Đường làng Thuỷ lợi xã tốt.")}
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {"luubao": "test"}, NOON)
        for name, body in pages.items():
            url = f"https://bao.example/{name}.htm"
            ingest(db, run, Capture(url, url, NOON, 200, body=body.encode(), encoding="utf-8"))
    return path


@pytest.fixture(scope="module")
def base(archive: Path) -> Iterator[str]:
    with served(archive) as address:
        yield address


def get(address: str) -> dict:  # type: ignore[type-arg]  # JSON
    with urlopen(address) as answer:
        return dict(json.load(answer))


def test_every_table_and_view_answers(archive: Path, base: str) -> None:
    with served(archive, "--machinery") as server:
        for table in TABLES:
            assert get(f"{server}/archive/{table.name}.json")["table"] == table.name
    for table in TABLES:
        if table.audience != "machinery":
            assert get(f"{base}/archive/{table.name}.json")["table"] == table.name


@pytest.mark.parametrize("words", ["Đảng bộ", "dang bo", "đang bo", '"tam duong"'])
def test_the_search_box_finds_vietnamese(base: str, words: str) -> None:
    for table in ("articles", "versions"):
        found = get(f"{base}/archive/{table}.json?_shape=objects&_search={quote(words)}")
        assert [row["headline"] for row in found["rows"]] == ["Đảng bộ Tam Dương họp"]
    assert get(f"{base}/archive/articles.json?_search=khongco")["rows"] == []


@pytest.mark.parametrize("words", SPELLINGS)
def test_the_search_box_and_the_command_find_the_same(base: str, archive: Path, words: str) -> None:
    found = get(f"{base}/archive/articles.json?_shape=objects&_search={quote(words)}")["rows"]
    with open_archive(archive) as reader:
        assert {row["headline"] for row in found} == {hit.headline for hit in article_search.search(reader, words)}


@pytest.mark.parametrize("words", ["'", '"', '""', "a\0b", "(", "NEAR(a b)", "***", "🙂", "-a", "a" * 5_000])
def test_hostile_words_in_the_search_box_break_nothing(base: str, words: str) -> None:
    address = f"{base}/archive/articles.json?_search={quote(words)}"
    try:
        assert "rows" in get(address)
    except HTTPError as refused:  # Datasette quotes words for FTS5 as it does, and says so where that fails
        with refused:
            assert (refused.code, json.load(refused)["ok"]) == (400, False)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_question_is_a_page_with_a_form(base: str, question: Question) -> None:
    with urlopen(f"{base}/archive/{question.name}") as answer:
        page_source = answer.read().decode()
    assert question.title in page_source
    assert all(f'name="{parameter}"' in page_source for parameter in question.parameters)


def test_a_question_answers_what_it_is_asked(base: str) -> None:
    asked = "name=tam%20duong&_shape=arrays"
    assert get(f"{base}/archive/named.json?{asked}")["rows"] == [[None, 1]]
    (row,) = get(f"{base}/archive/history.json?address=https://www.bao.example/a-1.htm/&_shape=objects")["rows"]
    assert (row["number"], row["headline"]) == (1, "Đảng bộ Tam Dương họp")


def test_columns_are_explained(base: str) -> None:
    with urlopen(f"{base}/archive/articles") as answer:
        page_source = answer.read().decode()
    assert "how many versions are known; 1 means never edited" in page_source


def test_machinery_is_hidden(base: str) -> None:
    seen = {table["name"] for table in get(f"{base}/archive.json")["tables"] if not table["hidden"]}
    assert not {"frontier", "bodies", "headers", "active_texts"} & seen
    assert {"articles", "versions", "captures", "runs"} <= seen


@pytest.mark.parametrize("statement", ["DELETE FROM frontier", "SELECT FTS3_tokenizer('simple')"])
def test_nobody_can_write_or_look_into_the_process(base: str, statement: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{base}/archive.json?sql={quote(statement)}")
    assert refused.value.code == 400
    refused.value.close()


def test_nobody_can_post(base: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{base}/archive", data=b"sql=DELETE", method="POST"))
    assert refused.value.code in (403, 404, 405)
    refused.value.close()


def test_it_serves_while_a_crawl_writes(db: Database, run: Run, shoot: Shoot, path: Path) -> None:
    ingest(db, run, shoot("https://bao.example/a-1.htm", page("Đảng bộ Tam Dương họp")))
    with served(path) as address:
        for hours in range(1, 6):
            headline = f"Đảng bộ Tam Dương họp lần {hours}"
            ingest(db, run, shoot("https://bao.example/a-1.htm", page(headline), hours=hours))
            time.sleep(0.01)
            (row,) = get(f"{address}/archive/articles.json?_shape=objects")["rows"]
            assert (row["headline"], row["version_count"]) == (headline, hours + 1)


def test_several_archives_are_asked_together(archive: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    shutil.copyfile(archive, other)
    sql = "SELECT (SELECT count(*) FROM [archive].articles) + (SELECT count(*) FROM [other].articles) AS together"
    with served(archive, other) as address:
        assert get(f"{address}/_memory.json?sql={quote(sql)}&_shape=objects")["rows"] == [{"together": 4}]
        found = get(f"{address}/other/articles.json?_search={quote('Dương họp')}&_shape=objects")
        assert found["filtered_table_rows_count"] == 1
        with urlopen(f"{address}/") as front:
            assert "Đảng bộ Tam Dương họp" in front.read().decode()
