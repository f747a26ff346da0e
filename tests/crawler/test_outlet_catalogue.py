"""The list of outlets, read from the spiders' files, says what the spiders say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.model.errors import Misconfigured, UnknownOutlet
from crawler.config.catalogue import PACKAGE, catalogue, described, load_catalogue, set_configuration
from crawler.config.descriptions import OutletDescription
from crawler.config.settings_in_force import Configuration
from crawler.run.run_command import spider_class

ROOT = Path(__file__).parent.parent.parent
HEAD = "from crawler.outlet import OutletSpider\n\n\n"
PLAIN = HEAD + (
    "class Thu(OutletSpider):\n"
    '    name = "baothu"\n'
    '    title = "Báo Thử"\n'
    '    home = "https://bao.example/"\n'
    '    hosts = ("bao.example",)\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with spiders of one's own."""
    set_configuration(lambda: Configuration(many={"spiders": str(tmp_path)}))
    yield tmp_path
    set_configuration(Configuration)
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_the_catalogue_says_what_the_spiders_say() -> None:
    for one in catalogue():
        spider = spider_class(one.name)
        assert one.outlet == spider().outlet
        assert (one.delay, one.custom_settings) == (spider.delay, spider.custom_settings)


def test_what_an_outlet_says_of_itself_has_the_names_of_settings() -> None:
    assert described("demo").settings == {"delay": 0.0}
    assert described("baophutho").settings == {}


def test_an_unknown_outlet_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownOutlet, match=r"no outlet is called khac\. There are: baophutho, baovinhphuc, demo"):
        described("khac")


def test_spiders_of_one_s_own_are_read_too(folder: Path) -> None:
    (folder / "baothu.py").write_text(
        f'"""Báo Thử."""\n\n{PLAIN}    timezone: str = "Asia/Bangkok"  # where it is printed\n    delay = 2.5\n',
        "utf-8",
    )
    (folder / "notes.txt").write_text("no spider")
    (folder / "__pycache__").mkdir()
    one = described("baothu")
    assert one == OutletDescription("baothu", "Báo Thử", "https://bao.example/", ("bao.example",), "Asia/Bangkok", 2.5)
    assert one.settings == {"delay": 2.5}


ODD = {
    "has a base of its own": HEAD + "class OutletSpider(OutletSpider):\n    pass\n\n\n" + PLAIN.removeprefix(HEAD),
    "computes": PLAIN.replace('("bao.example",)', 'tuple(["bao.example"])'),
    "imports more": "import string\n" + PLAIN,
    "inherits": PLAIN + '\n\nclass Con(Thu):\n    name = "baothu2"\n',
    "names its base otherwise": PLAIN.replace("import OutletSpider", "import OutletSpider as Base").replace("(Outlet", "(Base, Outlet").replace("Base, OutletSpider", "Base"),
    "has a method": PLAIN + "\n    def parse(self, response): ...\n",
    "runs something": PLAIN + '\nThu.title = "Báo " + "Thử"\n',
    "unpacks": PLAIN.replace('    name = "baothu"\n    title = "Báo Thử"\n', '    name, title = "baothu", "Báo Thử"\n'),
    "has a decorator": PLAIN.replace("class Thu", "@(lambda spider: spider)\nclass Thu"),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
def test_a_spider_may_be_more_than_constants(folder: Path, what: str) -> None:
    (folder / "baothu.py").write_text(ODD[what], "utf-8")
    assert described("baothu").title == "Báo Thử"


def test_spiders_in_folders_of_folders_are_found(folder: Path) -> None:
    (folder / "tinh").mkdir()
    (folder / "tinh" / "__init__.py").touch()
    (folder / "tinh" / "baothu.py").write_text(PLAIN, "utf-8")
    assert described("baothu").home == "https://bao.example/"


def test_a_class_without_a_name_is_no_outlet(folder: Path) -> None:
    (folder / "baothu.py").write_text(PLAIN.replace('    name = "baothu"\n', ""), "utf-8")
    assert [one.name for one in catalogue()] == ["baophutho", "baovinhphuc", "demo"]


OURS = ["baophutho", "baovinhphuc", "demo"]
BROKEN = {
    "forgets an import": (PLAIN.removeprefix(HEAD), ":1: NameError: name 'OutletSpider' is not defined"),
    "is no Python": ("# Báo Thử\nclass Thu(:\n", ":2: invalid syntax"),
    "fails when run": (HEAD + "raise ValueError('không')\n", ":4: ValueError: không"),
    "lacks a comma": (PLAIN.replace('("bao.example",)', '("bao.example")'), ":8 hosts: is one text"),
    "lacks another comma": (PLAIN + '    seeds = ("/x.rss")\n', ":9 seeds: is one text"),
    "has no such zone": (PLAIN + '    timezone = "Asia/Hanoi"\n', ":9 timezone: 'Asia/Hanoi' is no time zone"),
    "has no scheme": (PLAIN.replace("https://", ""), ":7 home: 'bao.example/' is no web address"),
    "has no home": (PLAIN.replace('    home = "https://bao.example/"\n', ""), ":4 home: None is no web address"),
    "leads away": (PLAIN + '    seeds = ("http://khac.example/",)\n', ":9 seeds: 'http://khac.example/' leads to another"),
    "computes what is wrong": (PLAIN + '    seeds = ("/x" + ".rss")\n', ":9 seeds: is one text"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_spider_that_cannot_be_used_is_told_with_its_line_and_stops_no_other(folder: Path, what: str) -> None:
    text, told = BROKEN[what]
    (folder / "baothu.py").write_text(text, "utf-8")
    (folder / "baokhac.py").write_text(PLAIN.replace("baothu", "baokhac"), "utf-8")
    found = load_catalogue()
    assert list(found.outlets) == sorted([*OURS, "baokhac"])
    assert list(found.wrong) == ["baothu"]
    assert found.messages()[0].startswith(f"{folder / 'baothu.py'}{told}"), found.messages()
    assert spider_class("baokhac").title == "Báo Thử"
    with pytest.raises(Misconfigured, match=r"baothu\.py:"):
        spider_class("baothu")


@pytest.mark.parametrize("name", ["baophutho", "baothu"])
def test_two_spiders_of_one_name_are_refused(folder: Path, name: str) -> None:
    (folder / "mot.py").write_text(PLAIN.replace("baothu", name), "utf-8")
    (folder / "hai.py").write_text(PLAIN.replace("baothu", "baothu"), "utf-8")
    found = load_catalogue()
    assert list(found.wrong) == ([name] if name == "baothu" else ["baophutho"])
    with pytest.raises(Misconfigured, match=f"{name} is described twice, in .*mot.py:4"):
        described(name)


def test_our_own_outlets_are_listed_without_scrapy() -> None:
    program = (
        "import sys\n"
        "sys.modules['scrapy'] = None\n"
        "from crawler.config.catalogue import catalogue\n"
        "print(*(one.name for one in catalogue()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.split() == ["baophutho", "baovinhphuc", "demo"], done.stderr
