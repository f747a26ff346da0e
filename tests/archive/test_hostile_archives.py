"""Whatever an enemy's archive says: nothing outside of the folders we name is changed, or read into what is published;
nothing is published as markup; nothing ends in a traceback."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from datasette.app import Datasette

from archive.model.paths import folder_beside
from archive.storage.integrity.column_validation import COLUMNS
from archive.web.configuration import PLUGINS, TEMPLATES, metadata
from crawler.cli import luubao
from tests.archive.hostile_archives import ATTACKS, TOKEN, Attack, World, attacked, columns, world

EXPORTS = {
    "html": "html", "warc": "warc", "wacz": "x.wacz", "bag": "bag", "jsonl": "jsonl", "csv": "csv", "sqlite": "sqlite",
    "parquet": "parquet", "atom": "x.atom",
}  # fmt: skip
PAGES = (
    "/", "/-/article/1", "/-/article/1/v1", "/-/diff/1", "/-/capture/1", "/-/capture/1.warc", "/-/photos", "/-/new",
    "/-/edits", "/-/gone", "/-/calendar", "/-/search?q=tin", "/-/feeds/new.atom", "/-/feeds/edits.atom",
)  # fmt: skip
REPRESENTATIVE = (
    Attack("pictures", "path", "secret"),
    Attack("texts", "details", "markup", dressed=True),
    Attack("outlets", "title", "markup"),
    Attack("outlets", "name", "traversal"),
    Attack("articles", "published_at", "markup", dressed=True),
)


OF_EACH = int(os.environ.get("VALUES", "1"))
"""How many of the attacks each column is tried with; 99 for all, which takes two hours. With 1, each column is exported
as HTML and in three other formats, which take turns."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world(tmp_path_factory.mktemp("enemy") / "world")


class Published(HTMLParser):
    """Reads a page of ours; what in it could run is put into `found`."""

    def __init__(self, *, scripts: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.scripts, self.found = scripts, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        runs = [name for name in told if name.startswith("on")]
        leads = [told[name].strip().lower() for name in ("href", "src", "action", "formaction") if name in told]
        runs += [where for where in leads if where.startswith(("javascript:", "data:", "vbscript:"))]
        data = tag == "script" and told == {"type": "application/ld+json"}  # which no browser runs
        code = tag == "script" and not data and told.get("src") not in self.scripts
        if runs or code or told.get("src") == "x":
            self.found.append(f"<{tag} {told}>")


def running(text: str, *scripts: str) -> list[str]:
    page = Published(scripts=scripts)
    page.feed(text)
    page.close()
    return page.found


def run(*arguments: object) -> Result:
    """A command in this process; what it raises fails the test."""
    done = CliRunner().invoke(luubao, [str(one) for one in arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code in (0, 1, 3, 4, 6), done.output
    assert done.exit_code == 0 or done.output.strip()
    return done


def contents(place: Path) -> Iterator[tuple[str, bytes]]:
    """All files of an export, packed ones unpacked."""
    for file in [place] if place.is_file() else sorted(place.rglob("*")):
        assert not file.is_symlink(), file
        if file.is_file():
            yield from _unpacked(file.name, file.read_bytes(), file)


def _unpacked(name: str, data: bytes, file: Path) -> Iterator[tuple[str, bytes]]:
    if name.endswith(".wacz"):
        with zipfile.ZipFile(file) as bundle:
            for inner in bundle.namelist():
                yield from _unpacked(inner, bundle.read(inner), file)
    else:
        yield name, gzip.decompress(data) if name.endswith(".gz") else data


def told(place: Path) -> None:
    """What was exported holds nothing of the exporter's, and nothing that runs."""
    for name, data in contents(place):
        assert TOKEN.encode() not in data, name
        text = data.decode("utf-8", "replace")
        if name.endswith((".html", ".atom")):
            assert running(text, "edition.js", "../edition.js") == [], name
        if name.endswith(".md"):
            assert "<img" not in text and "<script" not in text and "](javascript:" not in text, name


async def _served(here: World) -> list[tuple[str, int, dict[str, str], bytes]]:
    mounts = [(f"pictures/{name}", folder_beside(here.theirs) / name) for name in ("sha256", "thumbnails")]
    server = Datasette(
        [str(here.theirs)], metadata=metadata(here.theirs, "127.0.0.1"), plugins_dir=str(PLUGINS),
        template_dir=str(TEMPLATES), static_mounts=[(name, str(folder)) for name, folder in mounts if folder.is_dir()],
    )  # fmt: skip
    linked = [one for one in folder_beside(here.theirs).rglob("*") if one.is_symlink()]
    pictures = [f"/-/pictures/{one.relative_to(folder_beside(here.theirs)).as_posix()}" for one in linked]
    answers = []
    for address in (*PAGES, *pictures):
        answer = await server.client.get(address, headers={"host": "localhost"})
        answers.append((address, answer.status_code, dict(answer.headers), answer.content))
    for database in server.databases.values():
        database.close()
    return answers


def served(here: World) -> None:
    """Pages of the reading room, of the real application."""
    with ThreadPoolExecutor(1) as thread:  # whatever loop of another test runs in this one
        answers = thread.submit(lambda: asyncio.run(asyncio.wait_for(_served(here), 300))).result()
    for address, status, headers, data in answers:
        assert TOKEN.encode() not in data, address
        assert b"Traceback" not in data and status in (200, 302, 400, 404, 410, 500), (address, status)
        if headers.get("content-type", "").startswith(("text/html", "application/atom")):
            assert running(data.decode()) == [], address
        if status == 500:  # a sentence of ours, and no failure of Datasette's
            assert "room.css" in data.decode(), (address, data[:300])


def some_exports(seed: str) -> dict[str, str]:
    """HTML, and three of the other formats."""
    if OF_EACH > 1:
        return EXPORTS
    forms = ["html", *random.Random(seed).sample([form for form in EXPORTS if form != "html"], 3)]
    return {form: EXPORTS[form] for form in forms}


def published(here: World, exports: Mapping[str, str] = EXPORTS) -> None:
    """Everything that reads theirs and hands it on."""
    for form, name in exports.items():
        run("export", form, "--db", here.theirs, "--to", here.out / name)
    run("status", "--exit-zero", "--db", here.theirs, "--html", here.out / "status.html")
    run("push", f"file://{here.out}/store", "--db", here.theirs)
    run("pull", f"file://{here.out}/store", here.theirs.name, "--to", here.out)
    for left in ("store", here.theirs.name):  # an archive is no publication
        shutil.rmtree(here.out / left, ignore_errors=True)
        (here.out / left).unlink(missing_ok=True)
    told(here.out)
    served(here)


def changed(here: World) -> None:
    """Everything that writes: into ours, and into theirs."""
    run("merge", here.theirs, "--db", here.ours)
    if folder_beside(here.ours).is_dir():
        told(folder_beside(here.ours))
    run("verify", "--db", here.theirs)
    run("compact", "--db", here.theirs)
    run("withdraw", "1", "--reason", "asked", "--db", here.theirs)
    run("withdraw", "1", "--restore", "--db", here.theirs)
    for article in ("1", "2", "3"):
        run("withdraw", article, "--reason", "asked", "--destroy", "--yes", "--db", here.theirs)


def tried(made: World, top: Path, attack: Attack, exports: Mapping[str, str] = EXPORTS) -> bool:
    """Whether the attack could be made at all."""
    here = attacked(made, top, attack)
    if here is not None:
        before, hostname = here.untouched(), Path("/etc/hostname").read_bytes()
        published(here, exports)
        changed(here)
        assert here.untouched() == before, attack
        assert Path("/etc/hostname").read_bytes() == hostname
    shutil.rmtree(top)
    return here is not None


@pytest.mark.parametrize("attack", REPRESENTATIVE, ids=str)
def test_an_enemy_s_archive_changes_and_reads_nothing_outside(made: World, tmp_path: Path, attack: Attack) -> None:
    assert tried(made, tmp_path / "world", attack)


def test_the_enemy_s_archive_is_ours_but_for_the_attack(made: World, tmp_path: Path) -> None:
    """So that the tests above could fail: unattacked, everything is exported, and the exporter's file would be seen."""
    here = World(shutil.copytree(made.top, tmp_path / "world", symlinks=True))
    published(here)
    rows = [json.loads(line) for line in (here.out / "jsonl" / "versions.jsonl").read_text("utf-8").splitlines()]
    assert {row["headline"] for row in rows} >= {"Tin hai", "Chuyện riêng"}
    assert len(list((here.out / "html" / "pictures").rglob("*.png"))) == 2
    assert TOKEN.encode() in here.secret.read_bytes()
    assert running('<a href="javascript:x"><img src=x onerror=y>')


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_every_text_column_of_every_table(made: World, tmp_path: Path, table: str) -> None:
    failed: dict[str, str] = {}
    for attack in (one for column in columns(made, table) for one in chosen(table, column)):
        try:
            tried(made, tmp_path / "world", attack, some_exports(str(attack)))
        except Exception as error:  # noqa: BLE001  # all of them are told at once
            failed[str(attack)] = f"{type(error).__name__}: {str(error)[:300]}"
            shutil.rmtree(tmp_path / "world", ignore_errors=True)
    assert not failed, json.dumps(failed, indent=1, ensure_ascii=False)


def chosen(table: str, column: str) -> Iterator[Attack]:
    """Some of the attacks on a column, always the same: each as it is and dressed, or, where one is to do, either."""
    chance = random.Random(f"{table}.{column}")
    for name in chance.sample(sorted(ATTACKS), min(OF_EACH, len(ATTACKS))):
        ways = (False, True) if OF_EACH > 1 else (chance.random() < 0.5,)
        yield from (Attack(table, column, name, dressed) for dressed in ways)


@pytest.mark.parametrize("name", ["withheld", "sha256", "thumbnails"])
def test_a_folder_of_pictures_that_is_a_link_is_not_followed(made: World, tmp_path: Path, name: str) -> None:
    here = World(shutil.copytree(made.top, tmp_path / "world", symlinks=True))
    folder, elsewhere = folder_beside(here.theirs), here.top / "elsewhere"
    if (folder / name).is_dir():
        shutil.move(folder / name, elsewhere)
    else:
        shutil.copytree(folder, elsewhere)
    (folder / name).symlink_to(elsewhere)
    before = here.untouched()
    run("export", "html", "--db", here.theirs, "--to", here.out / "html")
    changed(here)
    assert here.untouched() == before
