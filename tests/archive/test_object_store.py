"""Archives through an object store: a real one over HTTP (moto's S3 server), and a folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner, Result

from archive import open_archive, start_run
from archive.cli import archive
from archive.exchange import sync
from archive.exchange.object_store import SIZE, ObjectStore, manifest_of
from archive.model.digests import digest_of
from archive.model.paths import picture_place
from archive.pipeline.verification import verify
from archive.storage.connection import transaction
from archive.storage.integrity.fixity import copy_archive
from archive.storage.picture_files import files_of, put_file
from tests.support import NOON, PAPER, page, shoot, visit

TOOLS = Path(__file__).parents[2] / ".venv-tools" / "bin"
MOTO = TOOLS / "moto_server"


@pytest.fixture(scope="module", params=["folder", pytest.param("s3", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a place for archives: a folder's, and a bucket's."""
    if request.param == "folder":
        yield f"file://{tmp_path_factory.mktemp('store')}"
    else:
        yield from _bucket()


def _bucket() -> Iterator[str]:
    if not MOTO.exists() and not os.environ.get("CI"):
        pytest.skip("no object store here: `make test-all` brings one")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    place = f"http://127.0.0.1:{port}"
    with (
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen([MOTO, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server,
    ):
        for name, value in {
            "ENDPOINT_URL": place,
            "ACCESS_KEY_ID": "a",
            "SECRET_ACCESS_KEY": "b",
            "REGION": "us-east-1",
        }.items():
            patch.setenv(f"AWS_{name}", value)
        _make_bucket(f"{place}/thu-vien")
        try:
            yield "s3://thu-vien"
        finally:
            server.terminate()


def _make_bucket(address: str) -> None:
    for _ in range(400):
        try:
            with urlopen(Request(address, method="PUT")) as answer:
                assert answer.status == 200
                return
        except URLError:
            time.sleep(0.05)
    raise AssertionError("moto_server does not answer")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of some megabytes, whose pages have little in common."""
    path = tmp_path_factory.mktemp("whole") / "bao.db"
    add(path, 0, 100)
    data = os.urandom(50_000)
    name = picture_place(digest_of(data), "image/png")
    put_file(path.with_name("bao.db.pictures"), name, data)
    with open_archive(path, create=True) as db, transaction(db):
        db.execute(
            "INSERT INTO pictures (digest, size, media_type, path) VALUES (?, ?, 'image/png', ?)",
            [digest_of(data), len(data), name],
        )
    return path


@pytest.fixture
def filled(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole.parent, tmp_path / "here") / whole.name


def add(path: Path, first: int, last: int) -> None:
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {"luubao": "test"}, NOON)
        for number in range(first, last):
            noise = os.urandom(20_000).hex()
            visit(db, run, shoot(f"https://bao.example/a-{number}.htm", page(f"Bài {number}") + f"<!--{noise}-->"))


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(archive, [str(one) for one in arguments])


def contents(path: Path) -> str:
    """What an archive is, whatever else lies beside it."""
    copy = path.with_name("copy-to-compare")
    copy_archive(path, copy)
    found = manifest_of(copy).digest
    copy.unlink()
    return found


def test_there_and_back_and_only_what_changed(place: str, filled: Path, tmp_path: Path) -> None:
    store = f"{place}/there-and-back"
    done = run("push", store, "--db", filled)
    assert (done.exit_code, "1 pictures carried" in done.output) == (0, True), done.output
    there = tmp_path / "there"
    there.mkdir()
    assert run("pull", store, "bao.db", "--to", there).exit_code == 0
    assert contents(there / "bao.db") == contents(filled)
    (name,) = files_of(filled.with_name("bao.db.pictures"))
    assert digest_of((there / "bao.db.pictures" / name).read_bytes())[7:] in name
    with open_archive(there / "bao.db") as db:
        assert list(verify(db)) == []
    again = sync.push(filled, ObjectStore(store), pictures=filled.with_name("bao.db.pictures"))
    assert (again.pieces, again.pictures) == (0, 0)
    add(filled, 300, 303)
    more = sync.push(filled, ObjectStore(store), pictures=None)
    assert 0 < more.pieces < more.of / 2
    down = sync.pull("bao.db", ObjectStore(store), there / "bao.db", pictures=None)
    assert 0 < down.pieces <= more.pieces
    assert contents(there / "bao.db") == contents(filled)


class Breaking(ObjectStore):
    """A store whose network breaks after some objects."""

    left = 40

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise ConnectionError("cut off")

    def write(self, name: str, data: bytes | Path) -> None:
        self._count()
        super().write(name, data)

    def read(self, name: str, most: int = 1 << 30) -> tuple[bytes, str | None] | None:
        self._count()
        return super().read(name, most)


def test_what_was_interrupted_goes_on(place: str, filled: Path, tmp_path: Path) -> None:
    store = f"{place}/interrupted"
    with pytest.raises(ConnectionError):
        sync.push(filled, Breaking(store), pictures=None)
    assert sync.stored(ObjectStore(store)) == []  # half an archive is none
    done = sync.push(filled, ObjectStore(store), pictures=None)
    assert done.of - done.pieces >= 20  # those that had come before
    to = tmp_path / "bao.db"
    with pytest.raises(ConnectionError):
        sync.pull("bao.db", Breaking(store), to, pictures=None)
    assert not to.exists()
    down = sync.pull("bao.db", ObjectStore(store), to, pictures=None)
    assert down.of - down.pieces >= 20
    assert contents(to) == contents(filled)
    assert [one.name for one in tmp_path.iterdir() if "part" in one.name] == []  # nothing is left lying about


def test_only_what_is_the_picture_it_is_called_comes_down(filled: Path, tmp_path: Path) -> None:
    store, to = tmp_path / "store", tmp_path / "there" / "to.db"
    assert run("push", f"file://{store}", "--db", filled).exit_code == 0
    (name,) = files_of(filled.with_name("bao.db.pictures"))
    held = store / "bao.db" / "pictures"
    false = f"sha256/00/{'00' * 32}.png"
    for other in (false, f"withheld/{false}", f"thumbnails/00/{'00' * 32}.jpg"):
        (held / other).parent.mkdir(parents=True, exist_ok=True)
        (held / other).write_bytes(b"other bytes")
    (held / "luubao.toml").write_bytes(b"[many]")
    to.parent.mkdir()
    done = run("pull", f"file://{store}", "bao.db", "--to", to)
    assert done.exit_code == 0, done.output
    folder = to.with_name("to.db.pictures")
    assert [one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()] == [name]
    (folder / name).unlink()
    (held / name).write_bytes(b"other bytes")
    done = run("pull", f"file://{store}", "bao.db", "--to", to)
    assert (done.exit_code, "1 picture is damaged" in done.stderr) == (4, True), done.output
    assert not (folder / name).exists()


def test_a_damaged_picture_of_the_store_never_replaces_a_good_one(filled: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert run("push", f"file://{store}", "--db", filled).exit_code == 0
    folder = filled.with_name("bao.db.pictures")
    (name,) = files_of(folder)
    good = (folder / name).read_bytes()
    (store / "bao.db" / "pictures" / name).write_bytes(good[:100])
    assert run("pull", f"file://{store}", "bao.db", "--to", filled).exit_code == 4
    assert (folder / name).read_bytes() == good


def test_a_pull_mends_a_local_picture_of_the_right_size_and_the_wrong_bytes(filled: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert run("push", f"file://{store}", "--db", filled).exit_code == 0
    folder = filled.with_name("bao.db.pictures")
    (name,) = files_of(folder)
    good = (folder / name).read_bytes()
    (folder / name).write_bytes(bytes([good[0] ^ 1]) + good[1:])
    assert run("pull", f"file://{store}", "bao.db", "--to", filled).exit_code == 0
    assert (folder / name).read_bytes() == good


def test_a_link_in_the_folder_of_pictures_is_not_carried(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret")
    name = f"sha256/00/{'00' * 32}.png"
    (filled.with_name("bao.db.pictures") / "sha256" / "00").mkdir(exist_ok=True)
    (filled.with_name("bao.db.pictures") / name).symlink_to(tmp_path / "secret")
    assert "1 pictures carried" in run("push", f"file://{tmp_path}/store", "--db", filled).output
    assert not (tmp_path / "store" / "bao.db" / "pictures" / name).exists()


def test_an_archive_in_a_store_has_a_name_and_no_path(tmp_path: Path) -> None:
    done = run("pull", f"file://{tmp_path}", "../../x.db")
    assert (done.exit_code, "is no name of a file" in done.output) == (1, True)


@pytest.mark.parametrize(("size", "sentence"), [(SIZE, "is not what was put down"), (1 << 34, "has lost a piece")])
def test_what_is_damaged_in_the_store_is_noticed(filled: Path, tmp_path: Path, size: int, sentence: str) -> None:
    store = tmp_path / "store"
    assert run("push", f"file://{store}", "--db", filled).exit_code == 0
    victim = next(one for one in (store / "bao.db/pieces").rglob("*") if one.is_file())
    os.truncate(victim, 0)
    os.truncate(victim, size)  # a sparse file: read whole it would take all memory
    to = tmp_path / "to.db"
    done = run("pull", f"file://{store}", "bao.db", "--to", to)
    assert (done.exit_code, sentence in done.output) == (1, True)
    assert not to.exists()


def test_nothing_is_written_over_that_would_be_lost(place: str, filled: Path, tmp_path: Path) -> None:
    """Two machines have gone on from one state: the second is refused, merges, and puts down what both have."""
    store = f"{place}/apart"
    assert run("push", store, "--db", filled).exit_code == 0
    second = tmp_path / "second" / "bao.db"
    second.parent.mkdir()
    assert run("pull", store, "bao.db", "--to", second).exit_code == 0
    add(filled, 300, 302)
    add(second, 400, 403)
    assert run("push", store, "--db", filled).exit_code == 0
    refused = run("push", store, "--db", second)
    assert (refused.exit_code, "that this archive does not come from" in refused.output) == (1, True)
    assert "has what the store has not" in run("pull", store, "bao.db", "--to", second).output
    other = tmp_path / "other.db"
    state = refused.output.split("--over ")[1].split()[0]
    assert run("pull", store, "bao.db", "--to", other).exit_code == 0
    assert run("merge", other, "--db", second).exit_code == 0
    assert run("push", store, "--db", second, "--over", state).exit_code == 0
    with open_archive(second) as db:
        assert db.execute("SELECT count(*) FROM captures").fetchone() == (105,)
    assert run("pull", store, "bao.db", "--to", other).exit_code == 0
    assert contents(other) == contents(second)


def test_what_cannot_be_is_said(place: str, filled: Path, tmp_path: Path) -> None:
    assert "has no archive x.db. It has: none" in run("pull", f"{place}/nothing", "x.db", "--to", tmp_path).output
    assert "there is no archive" in run("push", place, "--db", tmp_path / "none.db").output
    assert "cannot be used" in run("push", "s4://no/such", "--db", filled).output
    assert "cannot be used" in run("push", "s3://no-such-bucket/x", "--db", filled).output


def test_what_was_destroyed_leaves_the_store_and_does_not_come_back(place: str, filled: Path, tmp_path: Path) -> None:
    store, url = f"{place}/destroyed", "https://bao.example/doi-nhan-chung.htm"
    with open_archive(filled, create=True) as db:
        visit(db, start_run(db, PAPER, {}, NOON), shoot(url, page("Đời", "Nhân chứng kể lại đêm Zqx bên mương.")))
        (name,) = db.execute("SELECT path FROM pictures").fetchone()
    assert run("push", store, "--db", filled).exit_code == 0
    assert told_in(store, "đêm Zqx".encode()) and told_in(store, b"", name)
    assert run("withdraw", url, "--reason", "x", "--destroy", "--yes", "--db", filled).exit_code == 0
    with open_archive(filled, create=True) as db, transaction(db):
        db.execute("UPDATE pictures SET path = 'destroyed'")
    assert run("push", store, "--db", filled).exit_code == 0
    assert told_in(store, "đêm Zqx".encode()) == told_in(store, b"", name) == []
    ObjectStore(store).write(f"{filled.name}/pictures/{name}", b"brought back by somebody")
    assert run("pull", store, filled.name, "--to", tmp_path / "back.db").exit_code == 0
    assert contents(tmp_path / "back.db") == contents(filled)
    assert list(tmp_path.glob("back.db.pictures/**/*.png")) == []


def told_in(store: str, words: bytes, name: str = "") -> list[str]:
    """Objects of a store that hold some words, and are called so."""
    depot = ObjectStore(store)
    objects = [(one.name, depot.read(one.name)) for one in depot.objects("") if one.name.endswith(name)]
    return [one for one, found in objects if found and words in found[0]]
