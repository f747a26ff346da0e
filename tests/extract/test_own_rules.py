"""Reading rules of the user's own: files of data beside luubao.toml, in force in every process of a command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import Reading, read_page
from archive.extract import own_rules
from archive.extract.extractor_identity import extractor_name
from archive.extract.own_rules import mistakes, require_rules
from archive.model.errors import Misconfigured
from crawler.config.settings_in_force import load

URL = "https://www.bao.example/cau-moi-1.htm"
PAGE = (
    '<html lang="vi"><body><div class="to cao">Cầu mới bắc qua sông</div><h1>Chuyên mục</h1><div class="than">'
    + "<p>Sáng nay cây cầu mới bắc qua sông đã thông xe, người dân hai bờ đi lại dễ hơn trước rất nhiều.</p>" * 8
    + '</div><p class="cu">Tiêu đề cũ của bài</p></body></html>'
)
RULES = """
hosts = ["bao.example"]

[[rules]]
version = 2
valid_from = 2026-06-01
headline = ["//div[cls('to')]"]

[[rules]]
valid_until = 2026-05-31
headline = ["//p[cls('cu')]"]
"""


def read_again() -> None:
    """A command reads its rules once."""
    own_rules._load.cache_clear()
    extractor_name.cache_clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LUUBAO_RULES", str(tmp_path))
    yield tmp_path
    read_again()


def headline(day: str, outlet: str | None = "thu") -> str:
    reading = read_page(PAGE, URL, outlet=outlet, captured_at=datetime.fromisoformat(day).replace(tzinfo=UTC))
    assert isinstance(reading, Reading)
    return reading.headline


def written(folder: Path, text: str) -> None:
    (folder / "thu.toml").write_text(text, "utf-8")
    read_again()


def test_the_outlet_or_the_host_selects_them_and_the_day(folder: Path) -> None:
    written(folder, RULES)
    assert headline("2026-07-01") == headline("2026-07-01", None) == "Cầu mới bắc qua sông"
    assert headline("2026-05-01") == "Tiêu đề cũ của bài"
    assert headline("2026-07-01", "khac") == "Chuyên mục"


def test_another_set_of_rules_is_another_reader(folder: Path) -> None:
    read_again()
    without = extractor_name()
    written(folder, RULES)
    names = [extractor_name()]
    written(folder, "# " + RULES)
    assert extractor_name() == names[0] != without, "a comment changes nothing"
    written(folder, RULES.replace("'cu'", "'to'"))
    assert extractor_name() not in (*names, without)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("headline = ['//h1[']", "thu.toml headline: //h1[ is no XPath 1.0: Invalid expression"),
        ("headline = ['khong(1)']", "thu.toml headline: khong(1) is no XPath 1.0: Unregistered function"),
        ("headline = '//h1'", "thu.toml headline: must be texts in brackets, such as [\"//h1[cls('title')]\"]"),
        ("headlines = ['//h1']", "thu.toml headlines: there is no such key; did you mean headline?"),
        ("valid_from = '2026-01-01'", "thu.toml valid_from: must be a day, such as 2026-06-30"),
        ("[rules]\nlead = ['//h2']", "thu.toml rules: write [[rules]] on a line of its own before each set"),
        ("lead = ['//h2']\n[[rules]]\nbody = ['//div']", "thu.toml lead: belongs below a line [[rules]]"),
        ("lead = [", "thu.toml is not TOML: Invalid value (at end of document)"),
    ],
)
def test_a_mistake_is_told_and_stops_no_other_outlet(folder: Path, text: str, told: str) -> None:
    written(folder, text)
    assert told in mistakes()["thu"]
    require_rules("khac")
    with pytest.raises(Misconfigured, match=r"thu\.toml"):
        require_rules("thu")
    assert headline("2026-07-01") == "Chuyên mục"


def test_they_lie_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "luubao.toml").write_text("")
    assert load(tmp_path / "luubao.toml", {}).folder("rules") is None
    (tmp_path / "rules").mkdir()
    assert load(tmp_path / "luubao.toml", {}).folder("rules") == tmp_path / "rules"
    assert load(tmp_path / "luubao.toml", {"LUUBAO_RULES": "/srv/rules"}).folder("rules") == Path("/srv/rules")
