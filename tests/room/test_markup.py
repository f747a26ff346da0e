"""The markup is valid: HTML by the Nu checker, feeds as Atom, and every text is there in every language."""

from __future__ import annotations

import json
import os
import re
import shutil
import string
import subprocess
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from archive.web.room.translations import LANGUAGES, preferred, texts
from tests.room.conftest import ROOT
from tests.room.pages import PAGES

pytestmark = pytest.mark.slow

CHECKER = ROOT / "build" / "vnu" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
TEMPLATES = ROOT / "archive" / "web" / "templates" / "room"
ROOM = ROOT / "archive" / "web" / "room"
ATOM = "{http://www.w3.org/2005/Atom}"


def fetched(address: str, **headers: str) -> str:
    try:
        with urlopen(Request(address, headers=headers)) as answer:
            return str(answer.read().decode())
    except HTTPError as refused:
        with refused:
            return refused.read().decode()


def test_every_page_is_valid_html(pages: dict[str, str], tmp_path: Path) -> None:
    if not CHECKER.is_file() or shutil.which("java") is None:
        assert not os.environ.get("CI"), "CI has no Nu checker: .ci/run installs it"
        pytest.skip("no Nu HTML checker here: `make tools` brings it")
    for name, address in pages.items():
        (tmp_path / f"{name.replace(' ', '-')}.html").write_text(fetched(address), "utf-8")
    command = ["java", "-Xss4m", "-jar", str(CHECKER), "--format", "json", "--skip-non-html", str(tmp_path)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stderr)
    faults = [f"{Path(one['url']).name}: {one['message']} …{one.get('extract', '')}…" for one in told["messages"]]
    assert faults == []


@pytest.mark.parametrize("kind", ["new", "edits", "gone"])
def test_a_feed_is_atom(room: str, kind: str) -> None:
    """RFC 4287, sections 4.1.1 and 4.1.2: what a feed and an entry must have, once."""
    feed = ET.fromstring(fetched(f"{room}/-/feeds/{kind}.atom"))
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert entries
    for one in (feed, *entries):
        assert all(len(one.findall(f"{ATOM}{name}")) == 1 for name in ("id", "title", "updated"))
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", one.findtext(f"{ATOM}updated") or "")
        assert all((link.get("href") or "").startswith(room) for link in one.findall(f"{ATOM}link"))
    identifiers = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(identifiers)) == len(identifiers)
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    # captures are kept together and filed as they are read: within a few seconds their order is not that of their times
    updated = [datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "") for entry in entries]
    assert all(later - earlier < timedelta(seconds=10) for earlier, later in pairwise(updated))


def test_a_feed_follows_a_search(room: str) -> None:
    feed = ET.fromstring(fetched(f"{room}/-/feeds/gone.atom?q=tau+hut+cat"))
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert titles == ["Bắt quả tang hai tàu hút cát trong đêm"]
    edits = ET.fromstring(fetched(f"{room}/-/feeds/edits.atom?section=Kinh+t%E1%BA%BF"))
    assert {entry.findtext(f"{ATOM}title") for entry in edits.findall(f"{ATOM}entry")} == {
        "Chè Phú Khê được giá đầu vụ",
        "Làng đan lát Gò Sặt tìm đầu ra",
    }


def placeholders(text: str) -> set[str]:
    return {name for form in text.split("|") for _, name, _, _ in string.Formatter().parse(form) if name}


def test_every_text_is_there_in_every_language_with_the_same_values() -> None:
    for key, told in texts().items():
        assert set(told) == set(LANGUAGES), key
        assert len({frozenset(placeholders(text)) for text in told.values()}) == 1, key


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    sources = [path.read_text("utf-8") for path in (*TEMPLATES.iterdir(), *ROOM.glob("*.py"))]
    named = {
        key for text in sources for key in re.findall(r"\b(?:t|say|tell)\(f?['\"]([a-z][\w.]*[a-z_\d])['\"]", text)
    }
    named |= {key for text in sources for key in re.findall(r" else '([a-z]+\.\w+)'", text)}
    missing = named - set(texts())
    assert missing == set()
    begun = {key for text in sources for key in re.findall(r"['\"]([a-z][\w.]*\.)(?=['\"{])", text)}
    unused = {key for key in texts() if key not in named and not any(key.startswith(start) for start in begun)}
    assert unused == set()


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "vi"), ("en", "en"), ("vi-VN,vi;q=0.9,en;q=0.8", "vi"), ("fr-FR,fr;q=0.9,en;q=0.5", "en"),
        ("de", "vi"), ("en;q=0.1, vi;q=0.2", "vi"), ("en;q=0", "vi"), ("*", "vi"), ("EN-gb", "en"), ("en;q=x", "vi"),
    ],
)  # fmt: skip
def test_the_language_a_browser_asks_for(asked: str, language: str) -> None:
    assert preferred(asked) == language


@pytest.mark.parametrize("kind", PAGES)
def test_no_page_is_heavy(pages: dict[str, str], kind: str) -> None:
    assert len(fetched(pages[kind]).encode()) < 100_000
