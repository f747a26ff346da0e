"""What the tests of the reading room share: the demo's archive, a server on it, a real headless Chromium."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.room.pages import NUMBERS, PAGES

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def served(path: Path, *options: str) -> Iterator[str]:
    """The address of an archive served as `luubao serve` serves it."""
    command = [sys.executable, "-m", "crawler", "serve", "--db", str(path), "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stderr is not None
    told = ""
    for line in process.stderr:
        told += line
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            break
    else:
        raise AssertionError(told)
    try:
        yield found[0]
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the demo's newspaper, crawled on three days."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    command = [sys.executable, "-m", "crawler", "demo", "--db", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return path


@pytest.fixture(scope="session")
def room(demo: Path) -> Iterator[str]:
    """The address of the demo's reading room."""
    with served(demo) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium. Where there is none, tests that need one are skipped; in CI that would be a lie."""
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "CI has no Chromium: .ci/run installs one"
        pytest.skip("no Chromium here: `apt-get install chromium`, or another way to have one on the path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
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
