"""What the tests of crashes share: an archive with a history, and fresh copies of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive import finish_run, ingest, open_archive, start_run, transaction
from tests.archive.older_version import older
from tests.support import NOON, PAPER, page, shoot

HOME = "https://bao.example/"
NAMED = f"{HOME}bai-3.htm"
"""An article that names a person: in a word that the search index shortens by nothing, it can be looked for in a file."""
TRACE = b"zqx"
OLD = Path(__file__).parent / "old"
"""Archives of former schemas."""
SECRET = "UHJveHlVc2VyOlMzY3JldA"
KEPT = [["Accept", "*/*"], ["User-Agent", "luubao/0"]]


def sights(articles: int, days: int) -> Iterator[dict[str, Any]]:
    """What a crawl sees on some days: articles, every third of them edited, one that disappears on the last day. An
    older luubao takes those that tell of ferries for none."""
    for day in range(days):
        for number in range(articles):
            edit = day // 2 if number % 3 == 0 else 0
            text = f"Chuyến đò cuối cùng của bến {number}, chở mười hai người. " if number % 5 == 1 else ""
            text += f"Câu chuyện số {number} về mương {'Zqx' if number == 3 else 'nước'}, lần sửa {edit}. " * 3
            yield _seen(24 * day + number / 60, f"{HOME}bai-{number}.htm", _page(number, day, text))
        gone = day == days - 1
        body = None if gone else _page(99, day, "Bài sẽ mất. " * 9)
        yield _seen(24 * day + 2, f"{HOME}mat-1.htm", body, **({"status": 404} if gone else {}))


def _seen(hour: float, url: str, body: str | None, **facts: Any) -> dict[str, Any]:
    return {"hour": hour, "url": url, "body": body, "facts": facts}


def _page(number: int, day: int, text: str) -> str:
    figure = f'<figure><img src="/anh/{number}.jpg"><figcaption>Cảnh {number}. Ảnh: Hà Thu</figcaption></figure>'
    rest = "".join(f'<li><a href="/tin-{(number * 7 + day * 3 + n) % 40}.htm">Tin khác {n}</a></li>' for n in range(60))
    return page(f"Bài {number}", text, f"0{day}:00").replace("</article>", f"{figure}</article><ul>{rest}</ul>")


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Archives that an older luubao wrote: `kept`, enough to compact, and `few`, quickly read again."""
    folder = tmp_path_factory.mktemp("written")
    formerly = older(folder)
    for name, articles, days in (("kept", 13, 4), ("few", 4, 3)):
        formerly.write(folder / f"{name}.db", list(sights(articles, days)))
    return {name: folder / f"{name}.db" for name in ("kept", "few")}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Two sealed runs. Of three captures, two hold a password, in headers, and in addresses: put in before they were
    sealed, as luubao did until it had a list."""
    path = tmp_path / "old.db"
    own = tuple((name, value) for name, value in KEPT)
    sent = [*KEPT, ["Proxy-Authorization", f"Basic {SECRET}"], ["Cookie", f"sid={SECRET}"]]
    with open_archive(path, create=True) as db:
        guards = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for run_number, numbers in ((1, (1,)), (2, (2, 3))):
            run = start_run(db, PAPER, {"luubao": "0"}, NOON)
            for number in numbers:
                url = f"https://bao.example/bai-{number}.htm"
                ingest(db, run, shoot(url, page(f"Tin {number}"), number, request_headers=own))
            with transaction(db):
                for name, _ in guards:
                    db.execute(f"DROP TRIGGER {name}")
                if run_number == 1:
                    db.execute("UPDATE headers SET request = ? WHERE capture_id = 1", [json.dumps(sent)])
                else:
                    secret = f"https://ban:{SECRET}@bao.example/bai-3.htm"
                    db.execute("UPDATE captures SET requested_url = ?1, final_url = ?1 WHERE id = 3", [secret])
                for _, made in guards:
                    db.execute(made)
            finish_run(db, run, outcome="ok", reason=None, stats={"captures": len(numbers)}, moment=NOON)
    return path


@pytest.fixture
def copy(archives: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    return lambda name: Path(shutil.copy(archives["kept"], tmp_path / name))


@pytest.fixture
def copy_of_few(archives: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    return lambda name: Path(shutil.copy(archives["few"], tmp_path / name))


@pytest.fixture
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB, or of as many as its parameter says."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={getattr(request, 'param', 8)}m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount")
    yield place
    subprocess.run(["umount", place], check=True)


def fill(disk: Path, free: int) -> Path:
    """A file that leaves so many bytes free."""
    ballast, room = disk / "ballast", os.statvfs(disk)
    ballast.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - free)))
    return ballast


def at_many_points(suffices: Callable[[int], bool], points: int = 20) -> None:
    """Tries with ever more free bytes until they suffice, and at so many points up to that."""
    enough = 0
    while not suffices(enough):
        enough = 2 * enough or 16_384
        assert enough < 16_000_000, "the whole disk does not suffice"
    assert enough, "it writes nothing"
    for number in range(1, points):
        suffices(enough * number // points)
