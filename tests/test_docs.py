"""What the documentation says is true: its SQL runs, its files exist. (Generated parts are checked by `make lint`.)"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive import Run, ingest
from tests.support import Shoot, page

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]


def statements(text: str) -> list[str]:
    blocks = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    return [one.strip() for block in blocks for one in block.split(";") if one.strip()]


SQL = [(path.name, statement) for path in PAGES for statement in statements(path.read_text("utf-8"))]


@pytest.mark.parametrize(("name", "statement"), SQL, ids=[f"{name} {n}" for n, (name, _) in enumerate(SQL)])
def test_sql_runs(db: Database, run: Run, shoot: Shoot, path: Path, name: str, statement: str) -> None:
    ingest(db, run, shoot("https://bao.example/a-1.htm", page()))
    with sqlite3.connect(path) as plain:  # as sqlite3 on the command line would open it
        plain.execute(statement).fetchall()
    plain.close()


def test_there_is_sql() -> None:
    assert len(SQL) >= 6


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_files_named_exist(path: Path) -> None:
    for named in re.findall(r"`((?:archive|crawler|tests|docs)/[\w/.]+)`", path.read_text("utf-8")):
        assert (ROOT / named).exists(), f"{path.name} names {named}"
