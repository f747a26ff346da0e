"""Outlets as data: what a table of luubao.toml can say, what a mistake is told, and that it is crawled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.storage.connection import open_archive
from crawler.cli import luubao
from crawler.config.descriptions import OutletDescription, SettingsText, matcher
from crawler.config.settings_in_force import Configuration, load
from tests import killable_commands
from tests.crawler.serving import LUUBAO, article, front, served

WHOLE = """\
[outlet.baothu]
title = "Báo Thử"
home_url = "https://www.bao.example"
hosts = ["bao.example", "media.example"]
sections = ["/thoi-su/", "https://media.example/phim"]
feeds = ["/rss/home.rss"]
sitemaps = ["/sitemap.xml"]
never = ["/in-bai/*"]
timezone = "Asia/Bangkok"
delay = 2.5
max_pages = 40

[outlets.baothu]
delay = 4
"""


def written(folder: Path, text: str) -> Configuration:
    (folder / "luubao.toml").write_text(text, "utf-8")
    return load(folder / "luubao.toml", {})


def test_what_a_table_says(tmp_path: Path) -> None:
    found = written(tmp_path, WHOLE)
    assert found.declared.wrong == {}
    assert found.declared.outlets["baothu"] == OutletDescription(
        "baothu",
        "Báo Thử",
        "https://www.bao.example/",
        ("bao.example", "media.example"),
        "Asia/Bangkok",
        seeds=("/rss/home.rss", "/sitemap.xml", "/thoi-su/", "https://media.example/phim"),
        never=("/in-bai/*",),
    )
    file = tmp_path / "luubao.toml"
    said = {one.key.name: (one.value, one.origin) for one in found.settings("baothu")}
    assert said["max_pages"] == (40, f"{file} [outlet.baothu]")
    assert said["delay"] == (4, f"{file} [outlets.baothu]")
    assert found.value("max_pages", "baokhac") == 100_000


def test_what_a_table_need_not_say(tmp_path: Path) -> None:
    found = written(tmp_path, '[outlet.x]\ntitle = "X"\nhome_url = "http://www.bao.example:8080/moi/"\n')
    assert found.declared.outlets["x"] == OutletDescription(
        "x", "X", "http://www.bao.example:8080/moi/", ("bao.example",)
    )


GOOD = '[outlet.tot]\ntitle = "Tốt"\nhome_url = "http://tot.example/"\n'
HEAD = '[outlet.x]\ntitle = "X"\nhome_url = "http://bao.example/"\n'
MISTAKES = {
    HEAD + 'feeds = "/rss"': ':7 [outlet.x] feeds = "/rss": is one text where several can stand: write ["/rss"]',
    HEAD + "feeds = [1]": ":7 [outlet.x] feeds = [1]: must be texts in brackets",
    HEAD + 'feeds = [\n  "/rss",\n  "http://k.example/"\n]': ":7 [outlet.x] feeds = ['/rss', 'http://k.example/']: 'http://k.example/' leads to another site",
    HEAD + 'hosts = ["https://bao.example"]': ":7 [outlet.x] hosts = ['https://bao.example']: 'https://bao.example' is no host's name",
    HEAD + 'hosts = ["www.bao.example"]': ":7 [outlet.x] hosts = ['www.bao.example']: 'www.bao.example': write it without www.",
    HEAD + 'hosts = ["khac.example"]': ":7 [outlet.x] hosts = ['khac.example']: the home page's own host, bao.example, is not among them",
    HEAD + 'timezone = "Asia/Bangkokk"': ':7 [outlet.x] timezone = "Asia/Bangkokk": \'Asia/Bangkokk\' is no time zone; did you mean Asia/Bangkok?',
    HEAD + "delay = -1": ":7 [outlet.x] delay = -1: must be a number of seconds, 0 or more",
    HEAD + "delai = 1": ":7 [outlet.x] delai: there is no such setting; did you mean delay?",
    HEAD + "feed = []": ":7 [outlet.x] feed: there is no such setting; did you mean feeds?",
    HEAD + 'db = "x.db"': ":7 [outlet.x] db: belongs into the section [archive]",
    HEAD + 'seeds = ["/rss"]': ":7 [outlet.x] seeds = ['/rss']: write feeds, sitemaps or sections",
    '[outlet.x]\ntitle = "X"': ":4 [outlet.x] home_url: is missing: add a line such as home_url = ",
    '[outlet.x]\nhome_url = "http://bao.example/"': ":4 [outlet.x] title: is missing: add a line such as title = ",
    HEAD.replace("http://", ""): ':6 [outlet.x] home_url = "bao.example/": \'bao.example/\' is no web address: write it with https://',
    HEAD.replace("bao.example", "u:p@bao.example"): ':6 [outlet.x] home_url = "http://bao.example/": holds user:password@',
    HEAD.replace('"X"', "7"): ":5 [outlet.x] title = 7: must be the newspaper's name",
    HEAD.replace("outlet.x", 'outlet."../x"'): ":4 [outlet.../x] name: '../x' is no outlet's name",
    "[outlet.demo]\ndelay = 1": ":4 [outlet.demo]: says nothing of an outlet: settings of one that there is belong into [outlets.demo]",
    "[outlet]\nx = 3": ":5 [outlet.x]: must be a table for each outlet",
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_stops_no_other(tmp_path: Path, text: str) -> None:
    found = written(tmp_path, GOOD + text)
    assert list(found.declared.outlets) == ["tot"]
    (told,) = (sentence for sentences in found.declared.wrong.values() for sentence in sentences)
    assert told.startswith(f"{tmp_path / 'luubao.toml'}{MISTAKES[text]}"), told


def test_all_mistakes_of_a_table_are_told_at_once(tmp_path: Path) -> None:
    found = written(tmp_path, '[outlet.x]\ntimezone = "?"\nfeeds = "/"\ndelay = "a"\n')
    told = [one.partition("]")[0].rpartition(":")[2] for one in found.declared.wrong["x"]]
    assert sorted(told) == ["1 [outlet.x", "1 [outlet.x", "2 [outlet.x", "3 [outlet.x", "4 [outlet.x"]


def test_lines_in_a_file_with_texts_of_several_lines() -> None:
    source = SettingsText(Path("x"), 'a = """\n[b]\nc = 1\n"""\n\n[b]  # here\nd = [\n 1,\n]\nc = 2\n')
    assert [source.line("a"), source.line("b"), source.line("b", "d"), source.line("b", "c")] == [1, 6, 7, 10]
    assert source.line("b", "e") == 0


def test_never_means_paths_and_addresses() -> None:
    never = matcher(["/in-bai/*", "*?print=1", "https://anh.bao.example/*"])
    out = ["http://b.example/in-bai/7", "http://b.example/a?print=1", "https://anh.bao.example/x"]
    asked = [
        "http://b.example/in-bai",
        "http://b.example/a?print=10",
        "http://b.example/axprint=1",
        "http://anh.bao.example/x",
    ]
    assert ([*map(never, out)], [*map(never, asked)]) == ([True] * 3, [False] * 4)
    assert not matcher([])("http://b.example/")


def invoked(folder: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(luubao, ["--config", str(folder / "luubao.toml"), *words])
    return done.exit_code, done.stdout, done.stderr


def test_the_list_has_them_and_says_what_is_wrong_with_others(tmp_path: Path) -> None:
    (tmp_path / "luubao.toml").write_text(f"{WHOLE}\n{HEAD}delay = -1\n", "utf-8")
    code, told, wrong = invoked(tmp_path, "outlets", "--json")
    assert {one["name"]: one["home"] for one in json.loads(told)}["baothu"] == "https://www.bao.example/"
    assert (code, wrong.splitlines()) == (
        2,
        [f"{tmp_path / 'luubao.toml'}:19 [outlet.x] delay = -1: must be a number of seconds, 0 or more, such as 1.5"],
    )
    assert invoked(tmp_path, "settings", "baothu")[0] == 0
    assert "delay = -1: must be" in invoked(tmp_path, "settings", "x")[2]


def test_a_table_goes_before_an_outlet_that_comes_with_luubao(tmp_path: Path) -> None:
    (tmp_path / "luubao.toml").write_text(HEAD.replace("outlet.x", "outlet.baophutho"), "utf-8")
    code, told, wrong = invoked(tmp_path, "outlets", "--json")
    assert (code, wrong) == (0, "")
    assert {one["name"]: one["home"] for one in json.loads(told)}["baophutho"] == "http://bao.example/"


def with_a_spider(folder: Path, tables: str) -> None:
    (folder / "luubao.toml").write_text(tables, "utf-8")
    (folder / "spiders").mkdir()
    (folder / "spiders" / "x.py").write_text(
        "from crawler.outlet import OutletSpider\n\n\nclass X(OutletSpider):\n"
        '    name = "x"\n    title = "X"\n    home = "http://x.example/"\n    hosts = ("x.example",)\n',
        "utf-8",
    )


def test_a_table_and_a_spider_of_one_name_are_refused(tmp_path: Path) -> None:
    with_a_spider(tmp_path, HEAD)
    code, told, wrong = invoked(tmp_path, "outlets")
    assert (code, "http://x.example/" in told) == (2, False)
    assert (
        f"x is described twice, in {tmp_path / 'spiders' / 'x.py'}:4 and {tmp_path / 'luubao.toml'} [outlet.x]" in wrong
    )


def test_spiders_beside_the_file_are_found(tmp_path: Path) -> None:
    with_a_spider(tmp_path, GOOD)
    code, told, _ = invoked(tmp_path, "outlets")
    assert (code, {"x", "tot"} <= {line.split()[0] for line in told.splitlines()}) == (0, True)


def test_it_is_crawled_within_its_limits_and_others_beside_it(tmp_path: Path) -> None:
    pages = {
        "/": front("/tin-1.htm", "/in-bai/tin-1.htm"),
        "/chuyen-muc/": front("/tin-2.htm"),
        "/tin-1.htm": article("Cầu mới thông xe"),
        "/tin-2.htm": article("Trường học mở cửa"),
        "/in-bai/tin-1.htm": article("Cầu mới thông xe"),
    }
    with served(pages) as site:
        (tmp_path / "luubao.toml").write_text(
            f'[outlet.baothu]\ntitle = "Báo Thử"\nhome_url = "{site.base_url}"\nsections = ["/chuyen-muc/"]\n'
            f'never = ["/in-bai/*"]\ndelay = 0\nfetch_pictures = false\n\n{HEAD}delay = -1\n',
            "utf-8",
        )
        config = ["--config", str(tmp_path / "luubao.toml")]
        done = killable_commands.run([*LUUBAO, "crawl", "baothu", "x", "--archives", str(tmp_path), "--json", *config])
    told = json.loads(done.stdout)
    assert {one["outlet"]: one["outcome"] for one in told["outlets"]} == {"baothu": "ok", "x": "misconfigured"}
    assert "x: " in done.stderr
    assert ":12 [outlet.x] delay = -1: must be" in done.stderr
    assert sorted(site.log) == ["/", "/chuyen-muc/", "/robots.txt", "/tin-1.htm", "/tin-2.htm"]
    with open_archive(tmp_path / "baothu.db") as db:
        assert db.execute("SELECT name, title, home_url FROM outlets").fetchall() == [("baothu", "Báo Thử", f"{site.base_url}/")]  # fmt: skip
        assert db["articles"].count == 2
