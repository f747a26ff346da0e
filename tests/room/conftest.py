"""What the tests of the reading room share: the demo's archive, a server on it, a real headless Chromium."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.chromium import CHROMIUM_PATH, NO_CHROMIUM
from tests.killable_commands import parent_of_all
from tests.reading_room import served
from tests.room.pages import NUMBERS, PAGES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The archive of the demo's newspaper, crawled on three days by the worker that needs it first; others copy it."""
    ours = tmp_path_factory.mktemp("demo")
    shared = (ours if worker_id == "master" else tmp_path_factory.getbasetemp()).parent / "demo-of-all"
    with shared.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if shared.exists():
            shutil.copytree(shared, ours, dirs_exist_ok=True)
        else:
            done = parent_of_all().run("demo", "--db", ours / "demo.db")
            assert done.code == 0, done.out + done.err
            shutil.copytree(ours, shared)
    return ours / "demo.db"


@pytest.fixture(scope="session")
def room(demo: Path) -> Iterator[str]:
    """The address of the demo's reading room."""
    with served("--db", demo) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium. Where there is none, tests that need one are skipped; in CI that would be a lie."""
    if CHROMIUM_PATH is None:
        assert not os.environ.get("CI"), "CI has no Chromium: .ci/run installs one"
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM_PATH, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser nobody has used, set to Vietnamese."""
    context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which any error in the console fails the test."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert said == []


@pytest.fixture(scope="session")
def numbers(demo: Path) -> dict[str, int]:
    """The numbers that articles and captures happen to have in this archive."""
    db = sqlite3.connect(demo)
    found = {name: db.execute(query).fetchone()[0] for name, query in NUMBERS.items()}
    db.close()
    return found


@pytest.fixture(scope="session")
def pages(room: str, numbers: dict[str, int]) -> dict[str, str]:
    """The address of every kind of page."""
    return {name: room + path.format(**numbers) for name, path in PAGES.items()}


@pytest.fixture
def bridge(pages: dict[str, str]) -> str:
    """The address of the article about the bridge, which has three versions."""
    return pages["article"]
