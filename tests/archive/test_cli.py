"""The archive's commands as a person and a pipe see them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from archive import Run, ingest
from crawler.cli import luubao
from tests.support import Shoot, page

URL = "https://bao.example/cau-moi-1.htm"
FIGURE = '<figure><img src="/anh/cau.jpg"><figcaption>Cầu ngày thông xe. Ảnh: Hà Thu</figcaption></figure>'


@pytest.fixture
def kept(db: Database, run: Run, shoot: Shoot, path: Path) -> Path:
    """An article with two versions and a picture, and one that is gone."""
    ingest(db, run, shoot(URL, page("Cầu mới").replace("</p>", "</p>" + FIGURE, 1)))
    ingest(
        db, run, shoot(URL, page("Cầu mới").replace("</p>", "</p>" + FIGURE, 1).replace("212 mét", "221 mét"), hours=5)
    )
    other = "https://bao.example/cho-phien-2.htm"
    ingest(db, run, shoot(other, page("Chợ phiên", "Chợ phiên vùng cao họp từ bốn giờ sáng bên suối.")))
    ingest(db, run, shoot(other, status=404, hours=6))
    return path


def call(*words: object) -> Result:
    return CliRunner().invoke(luubao, [str(word) for word in words])


def rows(*words: object) -> list[dict[str, object]]:
    result = call(*words, "--json")
    assert result.exit_code == 0, result.output
    return list(json.loads(result.output))


def test_articles(kept: Path) -> None:
    assert {row["headline"] for row in rows("articles", "--db", kept)} == {"Cầu mới", "Chợ phiên"}
    assert [row["headline"] for row in rows("articles", "--db", kept, "--edited")] == ["Cầu mới"]
    assert [row["gone_reason"] for row in rows("articles", "--db", kept, "--gone")] == ["status 404"]
    shown = call("articles", "--db", kept).output
    assert "2 versions" in shown
    assert "gone since 2026-05-21 01:00" in shown
    assert URL in shown
    assert "\x1b" not in shown  # no colour into a pipe


def test_nothing_found_is_told_and_exits_with_1(kept: Path) -> None:
    result = call("search", "--db", kept, "khongcogihet")
    assert (result.exit_code, result.output) == (1, "nothing found\n")
    assert call("search", "--db", kept, "khongcogihet", "--json").output == "[]\n"


@pytest.mark.parametrize("words", [["articles"], ["search", "cau"]])
def test_an_outlet_there_is_none_of_is_told_with_those_there_are(kept: Path, words: list[str]) -> None:
    result = call(*words, "--db", kept, "--outlet", "khac")
    assert (result.exit_code, result.output) == (1, "Error: the archive has no outlet khac. It has: bao\n")


def test_show(kept: Path) -> None:
    shown = call("show", "--db", kept, URL).output
    assert shown.startswith("Cầu mới\n")
    assert "221 mét" in shown
    assert "[picture] https://bao.example/anh/cau.jpg" in shown
    assert "Cầu ngày thông xe. (Hà Thu)" in shown
    assert "version 2 of 2" in shown
    assert "212 mét" in call("show", "--db", kept, URL, "--version", 1).output
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_versions(kept: Path) -> None:
    assert [(row["number"], row["changed"]) for row in rows("versions", "--db", kept, URL)] == [(1, None), (2, "body")]
    assert rows("versions", "--db", kept, URL)[0]["last_seen_at"] == "2026-05-20T12:00:00Z"
    assert "changed: body" in call("versions", "--db", kept, "bao.example/cau-moi-1.htm?utm_source=x").output


def test_diff(kept: Path) -> None:
    shown = call("diff", "--db", kept, URL).output
    assert "Cầu dài [-212-]{+221+} mét" in shown
    (change,) = json.loads(call("diff", "--db", kept, URL, 1, 2, "--json").output)["changes"]
    assert (change["part"], change["kind"], change["old"], change["new"]) == ("body", "edited", [2], [2])
    assert call("diff", "--db", kept, URL, 2, 2).exit_code == 1  # nothing changed


def test_search(kept: Path) -> None:
    assert [row["headline"] for row in rows("search", "--db", kept, "cau", "thong xe")] == ["Cầu mới"]
    shown = call("search", "--db", kept, '"thong xe"', "cau").output
    assert "«Cầu» ngày «thông xe»" in " ".join(shown.split())


def test_runs(kept: Path) -> None:
    assert [row["outcome"] for row in rows("runs", "--db", kept)] == ["running"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["show", "https://bao.example/khong-co"], "https://bao.example/khong-co is not in the archive"),
        (["show", "999"], "999 is not in the archive"),
        (["versions", "://"], "is not an address"),
        (["show", URL, "--version", "7"], "the article has no version 7"),
        (["search", '""'], "nothing to search for"),
    ],
)
def test_a_mistake_is_one_sentence(kept: Path, words: list[str], sentence: str) -> None:
    result = call(*words, "--db", kept)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_no_archive_says_what_to_do(tmp_path: Path) -> None:
    result = call("articles", "--db", tmp_path / "none.db")
    assert result.exit_code == 1
    assert "Crawl an outlet first" in result.output
    assert not (tmp_path / "none.db").exists()


def test_read_a_file(tmp_path: Path) -> None:
    file = tmp_path / "saved.html"
    file.write_text(page("Cầu mới").replace("</p>", "</p>" + FIGURE, 1), "utf-8")
    shown = call("read", file, "--url", URL, "--explain").output
    assert re.search(r"^headline +Cầu mới$", shown, re.MULTILINE)
    assert "Cầu ngày thông xe. (Hà Thu)" in shown
    assert re.search(r"^caption 1 +/html/body/article/figure/figcaption$", shown, re.MULTILINE)
    assert json.loads(call("read", file, "--url", URL, "--json").output)["images"][0]["credit"] == "Hà Thu"
    assert "Cầu mới" in call("read", file).output, "without an address it is no home page"


def test_read_what_was_kept(kept: Path) -> None:
    assert "221 mét" in call("read", URL, "--db", kept).output


def test_read_what_is_no_article(tmp_path: Path) -> None:
    file = tmp_path / "empty.html"
    file.write_text("", "utf-8")
    result = call("read", file)
    assert (result.exit_code, result.output) == (1, "no article: empty\n")


def test_read_what_is_not_there(tmp_path: Path) -> None:
    result = call("read", tmp_path / "none.html")
    assert result.exit_code == 1
    assert "there is no file" in result.output


def test_rules_test_says_what_is_missing_where(kept: Path) -> None:
    shown = call("rules", "test", "bao", "--db", kept).output
    assert re.search(r"^headline +2 of 2$", shown, re.MULTILINE)
    assert re.search(r"^authors +0 of 2\n +missing: " + re.escape(URL) + "$", shown, re.MULTILINE)
    assert "It has: bao" in call("rules", "test", "khac", "--db", kept).output


LISTING = {
    "alerts list",
    "cited",
    "outlets",
    "outlets probe",
    "articles",
    "versions",
    "diff",
    "search",
    "runs",
    "show",
    "read",
    "crawl",
    "verify",
    "reread",
    "settings",
    "status",
}


def leaves(group: click.Group, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name in group.list_commands(context := click.Context(group)):
        command = group.get_command(context, name)
        yield from leaves(command, (*prefix, name)) if isinstance(command, click.Group) else [(*prefix, name)]


@pytest.mark.parametrize("words", sorted(leaves(luubao)), ids=" ".join)
def test_every_command_helps_with_an_example(words: tuple[str, ...]) -> None:
    shown, name = call(*words, "--help").output, " ".join(words)
    assert "Example" in shown, f"{name}: say in its docstring how it is used"
    assert f"luubao {name}" in shown.partition("Example")[2]
    assert ("--json" in shown) == (name in LISTING), f"{name}: --json where it lists, nowhere else"


@pytest.mark.parametrize(
    "words",
    [
        ["show", "²"], ["show", "9" * 40], ["show", URL, "--version", "0"], ["show", URL, "--version", "9" * 30],
        ["articles", "--limit", "-7"], ["articles", "--limit", "9" * 30], ["diff", URL, "0", "1"], ["diff", URL, "1", "99"],
        ["show", "\udcff"], ["articles", "--outlet", "\udcff"], ["rules", "test", "\udcff"], ["search", "\udcff"],
        ["read", "http://[::1"], ["read", "http://127.0.0.1:99999/"], ["serve", "--port", "70000"],
    ],
)  # fmt: skip
def test_odd_arguments_are_told_in_a_sentence(kept: Path, words: list[str]) -> None:
    result = call(*words, "--db", kept)
    assert result.exit_code in (1, 2), result.output
    assert "Error: " in result.output or result.output == "nothing found\n"
    assert result.exception is None or isinstance(result.exception, SystemExit)
