"""Takes the pictures of docs/tour.md, from the demo's archive, in a headless Chromium: `make pictures`.

The demo's three days pass within seconds, by today's clock. Here its captures are kept again under the dates the paper
prints, so that the pictures show a newspaper as it is followed day by day, with a day on which nobody looked.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from sqlite_utils import Database

from archive import Capture, Outlet, PictureCapture, Run, finish_run, ingest, keep_picture, open_archive, start_run
from archive.pictures import recognise
from archive.storage.captures.capture_writer import kept_body

FOLDER = Path(__file__).parent / "pictures"
DAYS = (18, 19, 21, 21)  # of May 2026: run by run; nobody looked on the 20th
WIDTH, HEIGHT = 1100, 760
_BRIDGE = "SELECT id FROM articles WHERE headline LIKE 'Thông xe kỹ thuật%'"
_CAPTURE = f"SELECT capture_id FROM versions WHERE article_id = ({_BRIDGE})"
_REPLACED = "SELECT article_id FROM versions WHERE words_of IS NOT NULL LIMIT 1"


def main() -> None:
    """Makes all pictures anew."""
    with tempfile.TemporaryDirectory() as folder, _dated(Path(folder)) as (archive, address):
        bridge, replaced = (_one(archive, query) for query in (_BRIDGE, _REPLACED))
        shots = {
            "front": "/?lang=en",
            "article": f"/-/article/{bridge}/v2?lang=en",
            "comparison": f"/-/diff/{bridge}/v1..v3?lang=en",
            "pictures-compared": f"/-/diff/{replaced}/v1..v2?lang=en&view=beside",
            "evidence": f"/-/capture/{_one(archive, _CAPTURE)}?lang=en",
            "search": "/-/search?q=ben+got&lang=en",
            "photographs": "/-/photos?lang=en",
            "calendar": "/-/calendar?lang=en",
        }
        FOLDER.mkdir(exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
            for name, path in shots.items():
                _take(page, address + path, FOLDER / f"{name}.png")
            browser.close()


def _one(archive: Path, query: str) -> int:
    with open_archive(archive) as db:
        return int(db.execute(query).fetchone()[0])


def _take(page: Page, address: str, file: Path) -> None:
    """A picture in few colours, so that it stays small."""
    page.goto(address, wait_until="networkidle")
    shown = Image.open(BytesIO(page.screenshot())).convert("RGB")
    shown.quantize(160, dither=Image.Dither.NONE).save(file, optimize=True)
    sys.stdout.write(f"{file.name}: {file.stat().st_size // 1024} kB\n")


@contextmanager
def _dated(folder: Path) -> Iterator[tuple[Path, str]]:
    """The demo's archive under the paper's own dates, and the address at which it is served."""
    demo, archive = folder / "demo.db", folder / "song-thao.db"
    subprocess.run([sys.executable, "-m", "crawler", "demo", "--db", str(demo)], check=True, stdout=subprocess.DEVNULL)
    with open_archive(demo) as source, open_archive(archive, create=True) as target:
        _copy(source, target, folder / "demo.db.pictures")
    (folder / "demo.db.pictures").rename(folder / "song-thao.db.pictures")
    command = [sys.executable, "-m", "crawler", "serve", "--db", str(archive), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as server:
        assert server.stderr is not None
        yield archive, next(found[0] for line in server.stderr if (found := re.search(r"http://127.0.0.1:\d+", line)))
        server.terminate()


def _copy(source: Database, target: Database, pictures: Path) -> None:
    row = next(iter(source.query("SELECT name, title, home_url, timezone FROM outlets")))
    outlet = Outlet(row["name"], row["title"], row["home_url"], ("127.0.0.1",), row["timezone"])
    for number, day in enumerate(DAYS, 1):
        began = datetime(2026, 5, day, 11, 30 if number < len(DAYS) else 55, tzinfo=UTC)
        run = start_run(target, outlet, {"luubao": "docs"}, began)
        for n, capture in enumerate(source.query(_CAPTURES, [number])):
            _keep(source, target, run, capture, began + timedelta(seconds=2 * n))
        for n, fetch in enumerate(source.query(_FETCHES, [number])):
            _keep_picture(target, run, fetch, began + timedelta(minutes=4, seconds=n), pictures)
        finish_run(target, run, outcome="ok", reason=None, stats={}, moment=began + timedelta(minutes=6))


_CAPTURES = (
    "SELECT captures.*, response, request FROM captures JOIN headers ON headers.capture_id = captures.id"
    " WHERE run_id = ? ORDER BY captures.id"
)
_FETCHES = (
    "SELECT images.url, final_url, status, etag, path FROM picture_captures JOIN images ON images.id = image_id"
    " LEFT JOIN pictures ON pictures.id = picture_id WHERE run_id = ? ORDER BY picture_captures.id"
)


def _keep(source: Database, target: Database, run: Run, row: dict[str, Any], moment: datetime) -> None:
    headers, asked = (tuple(map(tuple, json.loads(row[name]))) for name in ("response", "request"))
    body = None if row["status"] == 304 else kept_body(source, row["id"])
    via = tuple(json.loads(row["via"] or "[]"))
    capture = Capture(
        row["requested_url"], row["final_url"], moment, row["status"], headers, body, row["encoding"], asked, via
    )
    ingest(target, run, capture)


def _keep_picture(target: Database, run: Run, row: dict[str, Any], moment: datetime, pictures: Path) -> None:
    found = target.execute("SELECT id FROM images WHERE url = ?", [row["url"]]).fetchone()
    if found and row["path"]:
        picture = recognise((pictures / row["path"]).read_bytes())
        status = 200 if row["status"] == 304 else row["status"]
        keep_picture(
            target,
            run,
            PictureCapture(found[0], moment, row["final_url"], status, row["etag"], None, picture),
            timedelta(days=1),
        )


if __name__ == "__main__":
    main()
