"""What a wrong command line is told."""

from __future__ import annotations

from pathlib import Path
from subprocess import run

import pytest
from click.testing import CliRunner

from crawler.cli import luubao
from tests.crawler.serving import LUUBAO, article, crawl, front, served


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["crawl", "demo", "--max-pages", "-1"], "'-1' must be a whole number of pages, 0 for no limit"),
        (["crawl", "demo", "--max-minutes", "soon"], "'soon' must be a number of minutes, 0 for no limit"),
        (["crawl", "demo", "--contact", "me"], "'me' must be an e-mail address or a web address"),
        (["demo", "--serve", "--port", "65536"], "is not in the range"),
        (["demo", "--serve", "--port", "-1"], "is not in the range"),
    ],
)
def test_values_that_make_no_sense(arguments: list[str], told: str) -> None:
    done = CliRunner().invoke(luubao, arguments)
    assert done.exit_code == 2
    assert told in done.output


def test_an_archive_in_a_directory_that_is_not_there(tmp_path: Path) -> None:
    done = crawl("http://127.0.0.1:1", tmp_path / "missing" / "archive.db")
    assert done.code == 2
    assert "nothing can be written in" in done.told
    assert "Traceback" not in done.told


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_headlines_are_printed_whatever_the_locale_has_letters_for(tmp_path: Path, options: list[str]) -> None:
    with served({"/": front("/bai-1.htm"), "/bai-1.htm": article("Lúa đón nắng ở Gò Đồng")}) as site:
        crawl(site.base_url, tmp_path / "a.db")
    command = [*LUUBAO, "articles", "--db", str(tmp_path / "a.db"), *options]
    done = run(command, capture_output=True, check=True, env={"PYTHONIOENCODING": "latin-1"})
    assert "Lúa đón nắng ở Gò Đồng" in done.stdout.decode()
