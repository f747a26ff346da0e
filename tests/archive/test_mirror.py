"""Saved pages and mirrors: address and time are taken from where whoever saved them wrote them down."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive import open_archive
from archive.cli import archive
from archive.imports.items import Page, Skipped
from archive.imports.mirror import read_mirror, read_page
from tests.support import page

MARCH = datetime(2019, 3, 1, 8, 0, tzinfo=UTC)
SAVED = {
    "HTTrack": "<!-- Mirrored from bao.example/tin/1.htm by HTTrack Website Copier/3.x [XR&CO'2014], Fri, 01 Mar 2019 08:00:00 GMT -->",
    "SingleFile": "<!--\n Page saved with SingleFile \n url: http://bao.example/tin/1.htm \n saved date: Fri Mar 01 2019 15:00:00 GMT+0700 (Indochina Time)\n-->",
}


@pytest.mark.parametrize("who", SAVED)
def test_a_page_says_where_and_when_it_was_saved(who: str, tmp_path: Path) -> None:
    file = tmp_path / "1.html"
    file.write_text(SAVED[who] + page())
    (found,) = read_page(file, None, None)
    assert isinstance(found, Page)
    assert (found.capture.requested_url, found.capture.captured_at) == ("http://bao.example/tin/1.htm", MARCH)


def test_a_browser_says_only_where(tmp_path: Path) -> None:
    file = tmp_path / "1.html"
    file.write_text("<!-- saved from url=(0028)https://bao.example/tin/1.htm -->" + page())
    os.utime(file, (MARCH.timestamp(), MARCH.timestamp()))
    (found,) = read_page(file, None, None)
    assert isinstance(found, Page)
    assert (found.capture.requested_url, found.capture.captured_at) == ("https://bao.example/tin/1.htm", MARCH)


def test_of_wget_the_folders_say_where(tmp_path: Path) -> None:
    for name in (
        "bao.example/index.html",
        "bao.example/tin/1.htm",
        "bao.example/xem.php?id=7.html",
        "bao.example/anh/x.jpg",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page())
        os.utime(file, (MARCH.timestamp(), MARCH.timestamp()))
    found = [one.capture for one in read_mirror(tmp_path, None, None) if isinstance(one, Page)]
    assert [one.requested_url for one in found] == [
        "http://bao.example/", "http://bao.example/xem.php?id=7.html", "http://bao.example/tin/1.htm",
    ]  # fmt: skip
    assert {one.captured_at for one in found} == {MARCH}


def test_a_page_without_address_is_told(tmp_path: Path) -> None:
    (tmp_path / "1.html").write_text(page())
    (found,) = read_page(tmp_path / "1.html", None, None)
    assert isinstance(found, Skipped) and "--url" in found.reason


def test_saved_pages_become_versions(tmp_path: Path) -> None:
    for name, headline in (("a", "Tin xưa"), ("b", "Tin xưa, sửa lại")):
        (tmp_path / f"{name}.html").write_text(page(headline))
    path, url = tmp_path / "a.db", "https://bao.example/tin/1.htm"
    for name, day in (("b", "2020-01-01"), ("a", "2019-01-01")):
        done = CliRunner().invoke(
            archive,
            [
                "import",
                str(tmp_path / f"{name}.html"),
                "--db",
                str(path),
                "--jobs",
                "0",
                "--outlet",
                "bao",
                "--home",
                "https://bao.example/",
                "--url",
                url,
                "--at",
                day,
            ],
        )
        assert done.exit_code == 0, done.output
    with open_archive(path) as db:
        assert db.execute("SELECT number, headline, first_seen_at FROM versions ORDER BY number").fetchall() == [
            (1, "Tin xưa", "2019-01-01T00:00:00Z"), (2, "Tin xưa, sửa lại", "2020-01-01T00:00:00Z"),
        ]  # fmt: skip
