"""`luubao outlets move`: a copy of the demo newspaper moves to another host of this machine, and its articles with it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from archive.storage.connection import open_archive
from archive.storage.histories.related_urls import hosts_of, moved_keys
from crawler.config.descriptions import OutletDescription
from crawler.demo.server import Newspaper
from crawler.moving import lines_for, rewritten
from tests.crawler.serving import article, front, served
from tests.killable_commands import parent_of_all

PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("LUUBAO_")}


def luubao(folder: Path, *words: str) -> str:
    """What a command says that is to end well."""
    done = parent_of_all().run(*words, cwd=folder, env=PLAIN)
    assert done.code in (0, 6), done.err
    return done.out


def settings(folder: Path, home: str) -> Path:
    file = folder / "luubao.toml"
    file.write_text(
        f'[crawl]\ncontact = "thu-vien@bao.example"\n\n[outlet.bao]\ntitle = "Báo Sông Thao"\nhome_url = "{home}/"\n'
        f'feeds = ["/rss/home.rss"]\nsitemaps = [\n  "/sitemap.xml",\n]\ndelay = 0\nfetch_pictures = false\n',
        "utf-8",
    )
    return file


def counted(folder: Path) -> tuple[int, int, int]:
    """Articles, versions, articles that are gone."""
    with open_archive(folder / "luubao.db") as db:
        row = db.execute("SELECT count(*), sum(version_count), sum(gone_since IS NOT NULL) FROM articles").fetchone()
    return (row[0], row[1], row[2])


@pytest.mark.slow
def test_a_copy_of_the_demo_goes_on_elsewhere(tmp_path: Path) -> None:
    with Newspaper() as paper:
        file = settings(tmp_path, paper.base_url)
        luubao(tmp_path, "crawl", "bao")
    assert counted(tmp_path) == (29, 29, 0)
    before = file.read_text("utf-8")
    with Newspaper(day=2, host="127.0.0.2") as new:
        told = luubao(tmp_path, "outlets", "move", "bao", new.base_url)
        assert "29 articles are known under 127.0.0.1" in told
        # one headline was edited meanwhile, and may be among them
        assert re.search(r"^12 of them asked for at the same path: 1[12] there with the same headline$", told, re.M)
        assert "Nothing was changed; --write does it." in told
        assert file.read_text("utf-8") == before
        written = luubao(tmp_path, "outlets", "move", "bao", new.base_url, "--write")
        assert "29 addresses wait for the next crawl" in written
        luubao(tmp_path, "crawl", "bao")
        assert {one.status for one in new.log if one.path.startswith("/xa-hoi/")} == {200}
    # of the second day's 5 edits one is a picture under its old address, which cannot be told from a new address
    assert counted(tmp_path) == (29 + 4, 29 + 4 + 4, 0)
    with open_archive(tmp_path / "luubao.db") as db:
        assert sorted(hosts_of(db, 1)) == ["127.0.0.1", "127.0.0.2"]
        kept = db.execute("SELECT count(*) FROM articles WHERE url_key LIKE '127.0.0.2/%'").fetchone()
        assert kept == (33,)
        assert db.execute("SELECT count(*) FROM aliases WHERE url_key LIKE '127.0.0.1/%'").fetchone() == (29,)
    assert "all is as it was recorded" in luubao(tmp_path, "verify")


@pytest.mark.slow
@pytest.mark.slow
def test_other_paths_by_number_and_by_words(tmp_path: Path) -> None:
    bridge, school = "/tin/cau-moi-238131.htm", "/tin/truong-hoc.htm"
    old = {"/": front(bridge, school), bridge: article("Cầu mới thông xe"), school: article("Trường học mở cửa lại")}
    new = {
        "/": front("/xa-hoi/238131", "/giao-duc/truong-hoc-mo-cua"),
        "/xa-hoi/238131": article("Cầu mới thông xe", "<p>Sáng nay có thêm một chuyến xe buýt chạy qua cầu.</p>"),
        "/giao-duc/truong-hoc-mo-cua": article("Trường học mở cửa lại"),
    }
    with served(old) as paper:
        settings(tmp_path, paper.base_url)
        luubao(tmp_path, "crawl", "bao")
    with served(new, "127.0.0.2") as there:
        told = luubao(tmp_path, "outlets", "move", "bao", there.base_url, "--write")
        assert "2 of them asked for at the same path: 0 there with the same headline" in told
        assert "1 of them found on the new home page by their number: 1 there with the same headline" in told
        assert "0 addresses wait" in told
        luubao(tmp_path, "crawl", "bao")
    assert counted(tmp_path) == (2, 3, 0)


def test_another_paper_is_refused_and_nothing_is_changed(tmp_path: Path) -> None:
    with served({"/": front("/tin/a.htm"), "/tin/a.htm": article("Cầu mới thông xe")}) as paper:
        file = settings(tmp_path, paper.base_url)
        luubao(tmp_path, "crawl", "bao")
    before = file.read_text("utf-8")
    with served({"/": front("/b.htm"), "/b.htm": article("Chợ phiên")}, "127.0.0.2") as other:
        move = ("outlets", "move", "bao", other.base_url, "--write")
        done = parent_of_all().run(*move, cwd=tmp_path, env=PLAIN)
    assert (done.code, done.out) == (1, "")
    assert "shows none of what is kept: 1 articles were asked for at the same path" in done.err
    assert file.read_text("utf-8") == before


def test_the_table_is_rewritten_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "luubao.toml"
    file.write_text(
        '# mine\n[crawl]\ndelay = 2\n\n[outlet.bao]  # ours\ntitle = "Báo"\nhome_url = "https://www.cu.example/"\nfeeds = [\n'
        '  "https://www.cu.example/rss",\n  "/tin.rss",\n]\nnever = ["/in/*"]\n\n[outlets.bao]\nhours = "22:00-06:00"\n',
        "utf-8",
    )
    one = OutletDescription("bao", "Báo", "https://www.cu.example/", ("cu.example",), never=("/in/*",))
    lines = lines_for(one, "https://moi.example/", asks_the_former=False)
    assert rewritten(file, one, "https://moi.example/", lines) == (
        '# mine\n[crawl]\ndelay = 2\n\n[outlet.bao]  # ours\ntitle = "Báo"\nhome_url = "https://moi.example/"\n'
        'hosts = ["moi.example", "cu.example"]  # cu.example is where it was before\n'
        'feeds = ["https://moi.example/rss", "/tin.rss"]\n'
        'never = ["/in/*", "http*://cu.example/*", "http*://cu.example:*/*", "http*://*.cu.example/*"]\n'
        '\n[outlets.bao]\nhours = "22:00-06:00"\n'
    )
    assert "never" not in lines_for(one, "https://moi.example/", asks_the_former=True)


def test_hosts_are_found_in_steps_of_the_index(tmp_path: Path) -> None:
    with open_archive(tmp_path / "a.db", create=True) as db:
        db.execute(
            "INSERT INTO outlets (id, name, title, home_url, timezone) VALUES (1, 'b', 'B', 'http://a.vn/', 'UTC')"
        )
        db.execute("INSERT INTO articles (id, outlet_id, url_key, url, headline, first_seen_at, last_seen_at, changed_at) VALUES (1, 1, 'a.vn/1', 'http://a.vn/1', 'A', '2026', '2026', '2026')")  # fmt: skip
        keys = ["a.vn/1", "a.vn/tin-238131.htm", "a.vn.example/x", "m.a.vn/1", "b.vn?id=238131", "a.vn?x=1"]
        for key in keys:
            db.execute("INSERT INTO aliases (outlet_id, url_key, article_id, since) VALUES (1, ?, 1, '2026')", [key])
        assert sorted(hosts_of(db, 1)) == ["a.vn", "a.vn.example", "b.vn", "m.a.vn"]
        assert moved_keys(db, 1, "c.vn/moi/238131", hosts_of(db, 1)) == {"a.vn/tin-238131.htm", "b.vn?id=238131"}
        assert moved_keys(db, 1, "m.a.vn/moi/238131", hosts_of(db, 1)) == {"b.vn?id=238131"}
