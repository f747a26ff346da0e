"""A real Datasette on a real archive, over HTTP, started as `luubao serve` starts it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from sqlite_utils import Database

from archive import Run, ingest
from archive.schema import TABLES
from tests.support import Shoot, page


@pytest.fixture
def base(db: Database, run: Run, shoot: Shoot, path: Path) -> Iterator[str]:
    ingest(db, run, shoot("https://bao.example/a-1.htm", page("Đảng bộ Tam Dương họp")))
    command = [sys.executable, "-m", "crawler", "serve", "--db", str(path), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    address = next(found[0] for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
    yield address
    process.terminate()
    process.communicate(timeout=20)


def get(address: str) -> dict:  # type: ignore[type-arg]  # JSON
    with urlopen(address) as answer:
        return dict(json.load(answer))


def test_every_table_and_view_answers(base: str) -> None:
    for table in TABLES:
        assert get(f"{base}/archive/{table.name}.json")["table"] == table.name


@pytest.mark.parametrize("words", ["Đảng bộ", "dang bo", "đang bo", '"tam duong"'])
def test_the_search_box_finds_vietnamese(base: str, words: str) -> None:
    for table in ("articles", "versions"):
        found = get(f"{base}/archive/{table}.json?_shape=objects&_search={quote(words)}")
        assert [row["headline"] for row in found["rows"]] == ["Đảng bộ Tam Dương họp"]
    assert get(f"{base}/archive/articles.json?_search=khongco")["rows"] == []


def test_columns_are_explained(base: str) -> None:
    with urlopen(f"{base}/archive/articles") as answer:
        page_source = answer.read().decode()
    assert "how many versions are known; 1 means never edited" in page_source


def test_machinery_is_hidden(base: str) -> None:
    hidden = {table["name"] for table in get(f"{base}/archive.json")["tables"] if table["hidden"]}
    assert {"frontier", "bodies", "headers", "active_texts"} <= hidden
    assert not {"articles", "versions", "captures", "runs"} & hidden


def test_nobody_can_write(base: str) -> None:
    statement = quote("DELETE FROM frontier")
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{base}/archive.json?sql={statement}")
    assert refused.value.code == 400
    refused.value.close()
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{base}/archive", data=b"sql=DELETE", method="POST"))
    assert refused.value.code in (403, 404, 405)
    refused.value.close()


def test_it_serves_while_a_crawl_writes(base: str, db: Database, run: Run, shoot: Shoot) -> None:
    for hours in range(1, 6):
        ingest(db, run, shoot("https://bao.example/a-1.htm", page(f"Đảng bộ Tam Dương họp lần {hours}"), hours=hours))
        time.sleep(0.01)
        (row,) = get(f"{base}/archive/articles.json?_shape=objects")["rows"]
        assert (row["headline"], row["version_count"]) == (f"Đảng bộ Tam Dương họp lần {hours}", hours + 1)
