"""Saved pages and mirrors: address and time are taken from where whoever saved them wrote them down."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive import finish_run, ingest, open_archive, start_run
from archive.cli import archive
from archive.exchange.importers.import_items import Page, Skipped
from archive.exchange.importers.mirrors import read_mirror, read_page
from tests.crawler.serving import Answer, served
from tests.support import NOON, PAPER, page, shoot

MARCH = datetime(2019, 3, 1, 8, 0, tzinfo=UTC)
SAVED = {
    "HTTrack": "<!-- Mirrored from bao.example/tin/1.htm by HTTrack Website Copier/3.x [XR&CO'2014], Fri, 01 Mar 2019 08:00:00 GMT -->",
    "SingleFile": "<!--\n Page saved with SingleFile \n url: http://bao.example/tin/1.htm \n saved date: Fri Mar 01 2019 15:00:00 GMT+0700 (Indochina Time)\n-->",
}


@pytest.mark.parametrize("who", SAVED)
def test_a_page_says_where_and_when_it_was_saved(who: str, tmp_path: Path) -> None:
    file = tmp_path / "1.html"
    file.write_text(SAVED[who] + page())
    found = read_page(file, None, None)
    assert isinstance(found, Page)
    assert (found.capture.requested_url, found.capture.captured_at) == ("http://bao.example/tin/1.htm", MARCH)


def test_a_browser_says_only_where(tmp_path: Path) -> None:
    file = tmp_path / "1.html"
    file.write_text("<!-- saved from url=(0028)https://bao.example/tin/1.htm -->" + page())
    os.utime(file, (MARCH.timestamp(), MARCH.timestamp()))
    found = read_page(file, None, None)
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
        "http://bao.example/", "http://bao.example/xem.php?id=7", "http://bao.example/tin/1.htm",
    ]  # fmt: skip
    assert {one.captured_at for one in found} == {MARCH}


WGET = {
    "index.html": "",
    "tin/index.html": "tin/",
    "tin/index.html?page=2.html": "tin/?page=2",
    "tin/index.html@page=2.html": "tin/?page=2",
    "xem.php?id=7": "xem.php?id=7",
    "xem.aspx@7.html": "xem.aspx?7",
    "xem.aspx.html": "xem.aspx",
    "tin@id=7&trang=2.html": "tin?id=7&trang=2",
    "tin/bai.html": "tin/bai.html",
    "tin/@nguoi-viet/bai.htm": "tin/@nguoi-viet/bai.htm",
}
"""Files of wget's, with and without -E and --restrict-file-names=windows, and what they were asked for as."""


@pytest.mark.parametrize("name", WGET)
def test_a_name_of_wget_s_is_the_address_it_had(name: str, tmp_path: Path) -> None:
    file = tmp_path / "bao.example" / name
    file.parent.mkdir(parents=True)
    file.write_text(page())
    (found,) = read_mirror(tmp_path, None, None)
    assert isinstance(found, Page)
    assert found.capture.requested_url == f"http://bao.example/{WGET[name]}"


def test_an_ending_that_wget_added_goes_where_the_page_has_none(tmp_path: Path) -> None:
    file = tmp_path / "bao.example" / "tin" / "bai-1.html"
    file.parent.mkdir(parents=True)
    file.write_text('<link rel="canonical" href="https://bao.example/tin/bai-1">' + page())
    (found,) = read_mirror(tmp_path, None, None)
    assert isinstance(found, Page) and found.capture.requested_url == "http://bao.example/tin/bai-1"
    file.write_text("<meta property='og:url' content='/tin/bai-1.html'>" + page())
    (found,) = read_mirror(tmp_path, None, None)
    assert isinstance(found, Page) and found.capture.requested_url == "http://bao.example/tin/bai-1.html"


def test_an_ending_that_wget_added_goes_where_other_pages_link_without_it(tmp_path: Path) -> None:
    links = '<a href="/tin/bài-1">1</a> <A class=x HREF=tin/b%C3%A0i-2>2</A> <a href="tin/bai-3.html">3</a> <a href="/tin/bai-3">3</a>'
    for name, body in {
        "index.html": links,
        **{f"tin/{name}.html": "" for name in ("bài-1", "bài-2", "bai-3", "bai-4")},
    }.items():
        file = tmp_path / "bao.example" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page() + body)
    found = {one.capture.requested_url for one in read_mirror(tmp_path, None, None) if isinstance(one, Page)}
    paths = ("", "tin/b%C3%A0i-1", "tin/b%C3%A0i-2", "tin/bai-3.html", "tin/bai-4.html")
    assert found == {f"http://bao.example/{path}" for path in paths}


def test_a_real_mirror_has_the_addresses_that_were_asked_for(tmp_path: Path) -> None:
    wget = shutil.which("wget")
    if wget is None and not os.environ.get("CI"):
        pytest.skip("no wget here: .ci/tools brings it")
    paths = ("/tin/bai-1", "/xem.aspx?id=1&cat=2", "/tin/bai-2.htm", "/t%C3%AAn-%E1%BA%BF.html", "/tin/?page=2")
    links = "".join(f'<a href="{path.replace("&", "&amp;")}">x</a>' for path in paths)
    html = (("Content-Type", b"text/html; charset=utf-8"),)
    answers = {path: Answer(page(path).encode(), headers=html) for path in paths}
    with served({**answers, "/": Answer(links.encode(), headers=html)}) as site:
        subprocess.run([str(wget), "-q", "-r", "-E", "-e", "robots=off", f"{site.base_url}/"], cwd=tmp_path, check=True)
        found = {one.capture.requested_url for one in read_mirror(tmp_path, None, None) if isinstance(one, Page)}
        assert found == {site.base_url + path for path in ("/", *paths)}


def test_a_folder_of_warc_files_is_all_of_them(tmp_path: Path) -> None:
    done = invoke("import", exported(tmp_path), "--db", tmp_path / "again.db", "--jobs", 0)
    assert done.exit_code == 0 and done.output.startswith("2 captures added")
    bag = invoke("export", "bag", "--db", tmp_path / "bao.db", "--organisation", "x", "--to", tmp_path / "bag")
    assert bag.exit_code == 0, bag.output
    done = invoke("import", tmp_path / "bag", "--db", tmp_path / "third.db", "--jobs", 0)
    assert done.exit_code == 0 and done.output.startswith("2 captures added")


def exported(folder: Path) -> Path:
    """WARC files of an archive of two captures, in a folder below a folder."""
    with open_archive(folder / "bao.db", create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        for hours, headline in ((0, "Tin xưa"), (24, "Tin xưa, sửa lại")):
            ingest(db, run, shoot(body=page(headline), hours=hours))
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    done = invoke("export", "warc", "--db", folder / "bao.db", "--to", folder / "warcs" / "2026")
    assert done.exit_code == 0, done.output
    return folder / "warcs"


def invoke(*words: object) -> Result:
    return CliRunner().invoke(archive, [str(one) for one in words])


def test_a_page_without_address_is_told(tmp_path: Path) -> None:
    (tmp_path / "1.html").write_text(page())
    found = read_page(tmp_path / "1.html", None, None)
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
