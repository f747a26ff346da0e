"""`luubao diff` from outside: the page, the JSON, the terminal, and what it says when there is nothing to say."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from archive import Run, ingest
from archive.cli.diff_command import Comparison
from archive.cli.diff_command import page as diff_page
from archive.model.records import Image, Reading
from archive.queries.lookup import Article
from archive.storage.captures.kept_captures import Provenance
from crawler.cli import luubao
from tests.support import Shoot, page

URL = "https://bao.example/cau-moi-1.htm"
LONELY = "https://bao.example/cho-phien-2.htm"


@pytest.fixture
def kept(db: Database, run: Run, shoot: Shoot, path: Path) -> Path:
    """An article with three versions, and one with a single one."""
    first = page("Cầu mới")
    second = first.replace("212 mét", "221 mét")
    for hours, body in enumerate((first, second, second.replace("tám chuyến", "mười chuyến"))):
        ingest(db, run, shoot(URL, body, hours=hours))
    ingest(db, run, shoot(LONELY, page("Chợ phiên", "Chợ phiên vùng cao họp từ bốn giờ sáng bên suối.")))
    return path


def call(path: Path, *words: object) -> Result:
    return CliRunner().invoke(luubao, ["diff", "--db", str(path), *map(str, words)])


def test_the_last_two_are_compared_without_numbers(kept: Path) -> None:
    shown = call(kept, URL)
    assert shown.exit_code == 0
    assert "version 2 to 3\n" in shown.output
    assert "[-tám-]{+mười+} chuyến" in " ".join(shown.output.split())
    assert "212" not in shown.output
    assert "1 paragraph edited; 1 word removed, 1 added" in shown.output
    assert all(len(line) <= 80 for line in shown.output.splitlines())
    assert "\x1b" not in shown.output  # no colour into a pipe


def test_backwards(kept: Path) -> None:
    assert "[-221-]{+212+} mét" in call(kept, URL, 2, 1).output


def test_every_step_of_the_history(kept: Path) -> None:
    shown = call(kept, URL, "--all").output
    assert re.findall(r"version (\d to \d)$", shown, re.MULTILINE) == ["1 to 2", "2 to 3"]
    assert [step["new"]["version"] for step in json.loads(call(kept, URL, "--all", "--json").output)] == [2, 3]
    assert len(json.loads(call(kept, URL, 2, 3, "--all", "--json").output)) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([URL, 1, 7], "the article has no version 7. It has versions 1 to 3"),
        ([URL, 2, 2], "version 2 is compared with itself"),
        ([URL, 3], "version 3 is compared with itself"),
        ([LONELY], "has one version only"),
        ([LONELY, 1, 2], "no version 2. It has version 1"),
        ([URL, "--html", "/"], "cannot be written"),
        ([URL, "--html", "none/x.html"], "cannot be written: No such file"),
    ],
)
def test_what_cannot_be_compared_is_told_in_a_sentence(kept: Path, words: list[object], sentence: str) -> None:
    result = call(kept, *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert sentence in result.stderr


def test_the_page_does_not_take_the_archive_s_place(kept: Path) -> None:
    before = kept.read_bytes()
    assert "is the archive itself" in call(kept, URL, "--html", kept).output
    assert kept.read_bytes() == before


def test_html_before_the_address_is_explained(kept: Path) -> None:
    result = call(kept, "--html", URL)
    assert result.exit_code == 2
    assert "Put --html last" in result.output
    assert call(kept, URL, "--json", "--html").exit_code == 2


def test_json(kept: Path) -> None:
    told = json.loads(call(kept, URL, 1, 2, "--json").output)
    assert (told["url"], told["old"]["version"], told["new"]["version"]) == (URL, 1, 2)
    assert (told["words_removed"], told["words_added"]) == (1, 1)
    assert told["old"]["first_seen_at"] == "2026-05-20T12:00:00Z"
    assert told["new"]["requested_url"] == URL
    assert told["new"]["body_digest"].startswith("sha256:")
    (change,) = told["changes"]
    assert change["after"].startswith("Cầu dài 221 mét, rộng 9 mét")
    assert {key: value for key, value in change.items() if key not in ("before", "after", "pieces")} == {
        "part": "body", "kind": "edited", "old": [2], "new": [2], "form": "paragraph", "picture": None,
    }  # fmt: skip
    assert change["pieces"][:3] == [
        {"operation": "equal", "text": "Cầu dài "},
        {"operation": "removed", "text": "212"},
        {"operation": "added", "text": "221"},
    ]


def test_the_documentation_names_every_key(kept: Path) -> None:
    told = json.loads(call(kept, URL, 1, 2, "--json").output)
    text = (Path(__file__).parents[2] / "docs" / "diff.md").read_text("utf-8")
    for key in {*told, *told["old"], *told["changes"][0], *told["changes"][0]["pieces"][0]}:
        assert f"`{key}`" in text, f"docs/diff.md does not tell what {key} is"


NOON_STAMP = "2026-05-20T12:00:00Z"
HOSTILE = '<script>alert(1)</script> "quoted" \'&amp; <img src=x onerror=alert(1)> \x1b[31m\u202e </style>'


def written(before: Reading, after: Reading) -> str:
    old = Provenance(1, "2026-05-20T12:00:00Z", "2026-05-20T12:00:00Z", 1, "2026-05-20T12:00:00Z", URL, URL, 200, None, HOSTILE, HOSTILE)  # fmt: skip
    article = Article(
        1,
        HOSTILE,
        URL,
        HOSTILE,
        None,
        None,
        None,
        2,
        NOON_STAMP,
        NOON_STAMP,
        NOON_STAMP,
        None,
        None,
        "Asia/Ho_Chi_Minh",
    )
    return diff_page(article, [Comparison(old, old, before, after)])


READ = Reading(
    "article",
    "Cầu",
    text="Một hai ba.\nBốn năm sáu.",
    language="vi",
    images=(Image("https://bao.example/a.jpg", "Cầu"),),
)
ODD = Reading(
    "article", HOSTILE, lead=HOSTILE, text=f"{HOSTILE} bảy\nMột hai ba. {HOSTILE}", byline=HOSTILE, language='vi" onload="x',
    images=(Image(f'javascript:alert(1)//"{HOSTILE}', HOSTILE, HOSTILE), Image("http://evil.example/p.png", HOSTILE)),
)  # fmt: skip
PAGES = [(READ, ODD), (ODD, READ), (ODD, ODD), (READ, READ), (Reading("article", ""), READ)]


@pytest.mark.parametrize(("before", "after"), PAGES)
def test_nothing_the_newspaper_wrote_becomes_markup(before: Reading, after: Reading) -> None:
    tree = ElementTree.fromstring(written(before, after))
    tags = {element.tag for element in tree.iter()}
    assert not tags & {"script", "img", "iframe", "link", "object", "embed", "form", "svg", "base", "video", "audio"}
    for element in tree.iter():
        assert not [name for name in element.attrib if name.startswith("on") or name in ("src", "srcset", "style")]
        assert element.get("href", URL) == URL
    assert "\x1b" not in written(before, after)
    assert "\u202e" not in written(before, after)


def test_letters_that_are_no_controls_stay() -> None:
    """A no-break space, joiners of a script, a letter of private use, one that this Python does not know yet."""
    words = "5\u00a0000 \u1781\u200b\u17d2 \u0646\u200c\u0647 \ue000 \U0001fae9"
    assert f"<h1>{words}</h1>" in written(Reading("article", "Cầu"), Reading("article", words))


def test_the_page_fetches_nothing(kept: Path) -> None:
    text = call(kept, URL, "--html").output
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert "url(" not in text
    assert "@import" not in text
    assert not re.findall(r"<(?:script|img|link|iframe)\b", text)


class _Nesting(HTMLParser):
    """What the XML parser does not know: a block inside a paragraph closes it in HTML; a document has one main."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "p" not in self.open or tag in ("ins", "del", "a", "br", "strong"), f"<{tag}> inside <p>"
        assert tag not in ("ins", "del") or tag not in self.open
        self.tags.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in ("meta", "br", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("meta", "br", "input"), f"<{tag}/> is not closed in HTML"
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("before", "after"), PAGES)
def test_the_page_is_valid(before: Reading, after: Reading) -> None:
    text = written(before, after)
    assert text.startswith("<!DOCTYPE html>\n<html lang=")
    parser = _Nesting()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    assert sorted(parser.ids) == sorted(set(parser.ids))
    assert {"html", "head", "title", "body", "header", "main", "footer"} <= set(parser.tags)
    assert parser.tags.count("main") == parser.tags.count("title") == parser.tags.count("h1") == 1
    labels = re.findall(r'<label for="(\w+)"', text)
    assert sorted(labels) == sorted(parser.ids)


def test_the_page_says_what_changed_and_where_it_comes_from(kept: Path, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    assert call(kept, URL, 1, 2, "--html", file).output == ""
    text = file.read_text("utf-8")
    assert '<html lang="vi">' in text
    assert "Cầu dài <del>212</del><ins>221</ins> mét" in text
    assert '<div class="row changed edited">\n<p class="what">paragraph 2</p>' in text
    assert "<strong>1 paragraph edited; 1 word removed, 1 added</strong>" in text
    told = json.loads(call(kept, URL, 1, 2, "--json").output)
    for version in (told["old"], told["new"]):
        for fact in ("body_digest", "text_digest", "captured_at", "requested_url"):
            assert f"<td>{version[fact]}</td>" in text
    assert text.count("<h2>Version") == 1
    assert call(kept, URL, "--all", "--html").output.count("<h2>Version") == 2


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's ratio of two colours."""

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("ink", "back"), [("in", "in-back"), ("out", "out-back"), ("ink", "paper"), ("soft", "paper")])
def test_words_can_be_read_on_their_ground(ink: str, back: str) -> None:
    """WCAG's AAA asks for 7 to 1; and what colour says is said without it too."""
    style = (Path(__file__).parents[2] / "archive" / "web" / "templates" / "diff_page.css").read_text("utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", style))
    assert contrast(colours[ink], colours[back]) >= 6.5
    assert re.search(r"^del \{[^}]*line-through", style, re.MULTILINE)
    assert re.search(r"^ins \{[^}]*underline", style, re.MULTILINE)
