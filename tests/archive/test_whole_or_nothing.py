"""Backups, stores and exports: whole or not at all, damaged files told, and what is good never written over."""

from __future__ import annotations

import lzma
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive import Picture, finish_run, ingest, keep_picture, open_archive, start_run, transaction
from archive.model.errors import ArchiveGone
from archive.model.records import PictureCapture
from archive.pictures import recognise
from archive.pipeline.verification import verify
from crawler.cli import luubao
from tests.archive.conftest import NAMED, OLD, TRACE, at_many_points, fill
from tests.invariants import ask, contents, sound
from tests.killable_commands import Ended, Parent
from tests.support import NOON, PAPER, new_archive, page, shoot

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645"
    "400000000049454e44ae426082"
)
IMAGE = "https://bao.example/anh/1.png"


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five articles, one with a picture, in a file called bao.db."""
    path = new_archive(tmp_path_factory.mktemp("written") / "bao.db")
    figure = f'<figure><img src="{IMAGE}"><figcaption>Cầu. Ảnh: An</figcaption></figure></article>'
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        for number in range(5):
            body = page(f"Bài {number}", f"Chuyện số {number} của con sông. " * 9)
            ingest(
                db, run, shoot(f"https://bao.example/b-{number}.htm", body.replace("</article>", figure), hours=number)
            )
        picture = recognise(PNG)
        assert isinstance(picture, Picture)
        put(path, picture.path, PNG)
        (image_id,) = db.execute("SELECT id FROM images WHERE url = ?", [IMAGE]).fetchone()
        keep_picture(db, run, PictureCapture(image_id, NOON, IMAGE, 200, picture=picture), NOON - NOON)
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    return path


def put(path: Path, name: str, data: bytes) -> Path:
    place = path.with_name(f"{path.name}.pictures") / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return place


@pytest.fixture
def bao(written: Path, tmp_path: Path) -> Path:
    return (
        shutil.copytree(written.parent, tmp_path / "here", ignore=shutil.ignore_patterns("*-wal", "*-shm")) / "bao.db"
    )


def call(*words: object, code: int = 0) -> Result:
    done = CliRunner().invoke(luubao, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done


def picture_of(path: Path) -> Path:
    (place,) = (one for one in path.with_name(f"{path.name}.pictures").rglob("*.png"))
    return place


def headlines(path: Path) -> list[str]:
    return [str(one) for (one,) in ask(path, "SELECT headline FROM articles ORDER BY 1")]


def add(path: Path, headline: str) -> None:
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        ingest(db, run, shoot("https://bao.example/them.htm", page(headline), hours=100))
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)


# --- backups ----------------------------------------------------------------------------------------------------------


def test_there_and_back(bao: Path, tmp_path: Path) -> None:
    settings = tmp_path / "luubao.toml"
    settings.write_text("[crawl]\ncontact = 'a@b.example'\n")
    assert "is made and checked" in call("backup", tmp_path / "b", "--db", bao, "--config", settings).output
    add(bao, "Bài sau")
    to = tmp_path / "there" / "bao.db"
    call("restore", tmp_path / "b", "--db", to)
    assert headlines(to) == [f"Bài {number}" for number in range(5)]
    assert picture_of(to).read_bytes() == PNG
    assert (to.parent / "luubao.toml").read_text() == settings.read_text()
    with open_archive(to) as db:
        assert list(verify(db, pictures=to.with_name("bao.db.pictures"))) == []
    assert [*tmp_path.rglob(".*"), *(tmp_path / "b").rglob("*-wal")] == []


@pytest.mark.parametrize("name", [".bashrc", "luubao.toml", "spiders", "rules"])
def test_a_backup_that_others_made_or_can_write_puts_no_code_beside_the_archive(
    bao: Path, tmp_path: Path, name: str
) -> None:
    call("backup", tmp_path / "b", "--db", bao)
    (backup,) = (tmp_path / "b").iterdir()
    secret, planted = tmp_path / "secret", backup / "settings" / name
    secret.write_text("mine alone")
    planted.parent.mkdir()
    if name == "luubao.toml":
        planted.symlink_to(secret)
    elif name == "rules":
        planted.mkdir()
        os.mkfifo(planted / "x.json")
    elif name == "spiders":
        planted.mkdir()
        (planted / "x.py").write_text("raise SystemExit('code of a stranger')")
        (planted / "x.py").chmod(0o666)
    else:
        planted.write_text("code of a stranger")
    told = call("restore", backup, "--db", tmp_path / "there" / "bao.db").output
    assert f"{name} is not restored: " in told
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == ["bao.db", "bao.db.pictures"]


def test_nobody_may_read_more_of_a_backup_than_of_the_archive(bao: Path, tmp_path: Path) -> None:
    bao.chmod(0o600)
    picture_of(bao).chmod(0o640)
    call("backup", tmp_path / "b", "--db", bao)
    (backup,) = (tmp_path / "b").iterdir()
    copied = [backup / "bao.db", *(one for one in (backup / "pictures").rglob("*") if one.is_file())]
    assert [oct(one.stat().st_mode & 0o777) for one in copied] == ["0o600", "0o640"]
    call("restore", backup, "--db", tmp_path / "again" / "bao.db")
    again = tmp_path / "again" / "bao.db"
    assert [oct(one.stat().st_mode & 0o777) for one in (again, picture_of(again))] == ["0o600", "0o640"]


def test_the_oldest_go_when_the_next_is_there(bao: Path, tmp_path: Path) -> None:
    for _ in range(4):
        call("backup", tmp_path / "b", "--db", bao, "--keep", 2)
    kept = sorted((tmp_path / "b").iterdir())
    assert len(kept) == 2
    pictures = [next(one.rglob("*.png")) for one in kept]
    assert pictures[0].samefile(pictures[1])


def test_none_goes_while_there_are_fewer_than_are_kept(bao: Path, tmp_path: Path) -> None:
    for number in range(1, 7):
        call("backup", tmp_path / "b", "--db", bao, "--keep", 7)
        assert len(list((tmp_path / "b").iterdir())) == number


def test_no_backup_is_made_of_a_damaged_archive_and_the_good_one_stays(bao: Path, tmp_path: Path) -> None:
    call("backup", tmp_path / "b", "--db", bao, "--keep", 1)
    before = sorted((tmp_path / "b").iterdir())
    damage(bao, "captures")
    told = call("backup", tmp_path / "b", "--db", bao, "--keep", 1, code=1).output
    assert "is damaged" in told and "luubao verify" in told
    assert sorted((tmp_path / "b").iterdir()) == before
    call("restore", tmp_path / "b", "--db", bao, "--force")
    sound(bao)


def test_a_damaged_picture_is_told_and_no_backup_goes(bao: Path, tmp_path: Path) -> None:
    picture_of(bao).write_bytes(PNG[:30])
    call("backup", tmp_path / "b", "--db", bao, "--keep", 1, code=1)
    assert "no older backup was removed" in call("backup", tmp_path / "b", "--db", bao, "--keep", 1, code=1).output
    assert len(list((tmp_path / "b").iterdir())) == 2


def test_a_picture_damaged_since_is_taken_from_the_backup_before(bao: Path, tmp_path: Path) -> None:
    call("backup", tmp_path / "b", "--db", bao)
    picture_of(bao).write_bytes(PNG[:30])
    call("backup", tmp_path / "b", "--db", bao)
    call("restore", tmp_path / "b", "--db", bao, "--force")
    assert picture_of(bao).read_bytes() == PNG


def flip(file: Path, moment: int) -> None:
    data = bytearray(file.read_bytes())
    data[moment] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("what", ["bao.db", "*.png"])
def test_a_damaged_backup_is_not_put_back(bao: Path, tmp_path: Path, what: str) -> None:
    call("backup", tmp_path / "b", "--db", bao)
    add(bao, "Bài sau")
    (victim,) = (tmp_path / "b").rglob(what)
    flip(victim, victim.stat().st_size // 2)
    assert "Nothing was changed" in call("restore", tmp_path / "b", "--db", bao, "--force", code=1).output
    assert "Bài sau" in headlines(bao)


def test_an_archive_that_is_there_is_not_replaced_unasked_and_one_in_use_never(bao: Path, tmp_path: Path) -> None:
    call("backup", tmp_path / "b", "--db", bao)
    assert "--force" in call("restore", tmp_path / "b", "--db", bao, code=1).output
    with open_archive(bao) as db:
        db.execute("SELECT count(*) FROM captures").fetchone()
        assert "is in use" in call("restore", tmp_path / "b", "--db", bao, "--force", code=1).output
    call("restore", tmp_path / "b", "--db", bao, "--force")
    assert "there is no backup" in call("restore", tmp_path / "here", "--db", bao, code=1).output


def test_a_log_of_the_file_before_is_no_part_of_what_is_put_back(bao: Path, tmp_path: Path) -> None:
    call("backup", tmp_path / "b", "--db", bao)
    with open_archive(bao, create=True) as db, transaction(db):
        db.execute("UPDATE outlets SET title = 'khác'")
        log = bao.with_name("bao.db-wal")
    with sqlite3.connect(bao) as other:
        other.execute("UPDATE outlets SET title = 'khác nữa'")
        other.commit()
        left = log.read_bytes()
    other.close()
    bao.unlink()
    log.write_bytes(left)
    call("restore", tmp_path / "b", "--db", bao)
    assert ask(bao, "SELECT title FROM outlets") == [(PAPER.title,)]


def test_a_log_that_lies_beside_a_damaged_file_is_named(bao: Path) -> None:
    damage(bao, "captures")
    bao.with_name("bao.db-wal").write_bytes(b"of another file")
    told = call("runs", "--db", bao)
    told = call("export", "warc", "--to", bao.parent / "w", "--db", bao, code=1)
    assert "bao.db-wal lies beside it" in told.output and "luubao restore" in told.output


# --- damage -----------------------------------------------------------------------------------------------------------


def damage(path: Path, table: str) -> None:
    """Overwrites the first page of a table."""
    ((page_number,),) = (ask(path, "SELECT rootpage FROM sqlite_master WHERE name = ?", table),)
    ((size,),) = ask(path, "PRAGMA page_size")
    with path.open("r+b") as file:
        file.seek((page_number[0] - 1) * size)
        file.write(random.Random(table).randbytes(size))


@pytest.mark.parametrize("words", [["articles"], ["runs"], ["show", "1"], ["verify"]])
def test_a_damaged_search_index_keeps_nobody_from_the_rest(bao: Path, words: list[str]) -> None:
    damage(bao, "search_config")
    told = call(*words, "--db", bao, code=int(words == ["verify"])).output
    assert ("Bài" in told) or words != ["articles"]


@pytest.mark.parametrize("words", [["search", "sông"], ["reread"], ["compact"], ["export", "html", "--to", "x"]])
def test_damage_is_one_sentence_that_names_verify(bao: Path, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bao.parent)
    for table in ("captures", "texts", "search_data", "runs"):
        damage(bao, table)
    done = CliRunner().invoke(luubao, [*words, "--db", str(bao)])
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (1, True), done.output
    assert "is damaged" in done.output and "`luubao verify`" in done.output
    assert "mistake in luubao" not in done.output


# --- the file is gone -------------------------------------------------------------------------------------------------


def remove(path: Path) -> None:
    for file in path.parent.glob("bao.db*"):
        if file.is_file():
            file.unlink()


def replace(path: Path) -> None:
    shutil.copy(path, path.with_name("other"))
    path.with_name("other").replace(path)


@pytest.mark.parametrize("happens", [remove, replace])
def test_what_is_written_into_a_file_that_is_gone_is_saved(bao: Path, happens: Callable[[Path], None]) -> None:
    with pytest.raises(ArchiveGone, match="was removed or replaced"), open_archive(bao, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        happens(bao)
        ingest(db, run, shoot("https://bao.example/sau.htm", page("Bài sau")))
    (saved,) = bao.parent.glob("bao.saved-*.db")
    assert len(headlines(saved)) == 5  # what was committed; what came after could not be
    sound(saved)


def test_that_it_is_gone_is_noticed_at_the_end_at_last(bao: Path) -> None:
    with pytest.raises(ArchiveGone), open_archive(bao, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        ingest(db, run, shoot("https://bao.example/sau.htm", page("Bài sau")))
        remove(bao)
    (saved,) = bao.parent.glob("bao.saved-*.db")
    assert "Bài sau" in headlines(saved)


# --- stores -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(bao: Path, tmp_path: Path) -> Path:
    call("push", f"file://{tmp_path}/store", "--db", bao)
    return tmp_path / "store"


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def turn(file: Path) -> None:
    time.sleep(1.01)  # a store says to the second when something was written
    flip(file, 40)


@pytest.mark.parametrize("harm", [cut, turn])
def test_damage_in_the_store_stays_there_and_a_push_mends_it(
    bao: Path, store: Path, harm: Callable[[Path], None]
) -> None:
    (far,) = store.rglob("*.png")
    piece = next(one for one in (store / "bao.db" / "pieces").rglob("*") if one.is_file())
    harm(far)
    harm(piece)
    call("pull", f"file://{store}", "bao.db", "--to", bao, code=4 if harm is cut else 0)  # only sizes are looked at
    assert picture_of(bao).read_bytes() == PNG
    assert "1 pictures carried" in call("push", f"file://{store}", "--db", bao).output
    assert far.read_bytes() == PNG
    call("pull", f"file://{store}", "bao.db", "--to", store.parent / "new.db")
    sound(store.parent / "new.db")


def test_a_damaged_picture_neither_comes_nor_goes(bao: Path, store: Path) -> None:
    (far,) = store.rglob("*.png")
    cut(far)
    told = call("pull", f"file://{store}", "bao.db", "--to", store.parent / "new.db", code=4).output
    assert "1 picture is damaged" in told
    assert not list(store.parent.glob("new.db.pictures/**/*.png"))
    far.write_bytes(PNG)
    cut(picture_of(bao))
    assert "1 picture is damaged" in call("push", f"file://{store}", "--db", bao, code=4).output
    assert far.read_bytes() == PNG


# --- one moment -------------------------------------------------------------------------------------------------------


def test_an_export_is_of_one_moment(bao: Path, tmp_path: Path) -> None:
    """Somebody takes an article away, and brings another, between its first row and its last."""
    from archive.cli.export import _leaving
    from archive.queries.tabular import Selection, rows, summary

    with _leaving(bao) as (db, _):
        first = next(found := rows(db, Selection()))
        add(bao, "Bài sau")
        call("withdraw", "https://bao.example/b-4.htm", "--reason", "x", "--db", bao)
        seen = [first["headline"], *(row["headline"] for row in found)]
        assert (sorted(seen), summary(db, Selection())["versions"]) == ([f"Bài {number}" for number in range(5)], 5)


# --- kill -9 ----------------------------------------------------------------------------------------------------------

KINDS = {"jsonl": "x", "csv": "x", "sqlite": "x", "html": "x", "warc": "x", "wacz": "x.wacz", "bag": "x", "atom": "x"}


def everything(place: Path) -> dict[str, bytes]:
    files = [one for one in place.rglob("*") if one.is_file()] if place.is_dir() else [place]
    return {str(one.relative_to(place)): one.read_bytes() for one in files if one.is_file()}


Command = Callable[[Path], tuple[str | Path, ...]]


def killed_and_again(
    parent: Parent, folder: Path, command: Command, result: Callable[[Path], object], times: int
) -> None:
    """Kills a command at so many moments, each time in a new folder; the second run ends as an undisturbed one did."""

    def run(place: Path, seconds: float | None) -> Ended:
        place.mkdir(exist_ok=True)
        begun = parent.start(*command(place))
        if seconds is None:
            return begun.end()
        time.sleep(seconds)
        return begun.kill()

    run(folder / "cold", None)
    started = time.monotonic()
    assert run(folder / "whole", None).code == 0
    takes, wanted = time.monotonic() - started, result(folder / "whole")
    chance = random.Random(7)
    for number in range(times):
        place = folder / str(number)
        run(place, chance.uniform(0.05, 1.0) * takes)
        done = run(place, None)
        assert done.code == 0, done.err
        assert result(place) == wanted
        assert [one.name for one in place.rglob(".*")] == []
        shutil.rmtree(place)


@pytest.fixture(params=[pytest.param(3, id="few"), pytest.param(25, id="many", marks=pytest.mark.slow)])
def times(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.mark.parametrize(
    "kind", ["jsonl", *(pytest.param(one, marks=pytest.mark.slow) for one in KINDS if one != "jsonl")]
)
def test_killed_exports(parent: Parent, bao: Path, tmp_path: Path, kind: str, times: int) -> None:
    killed_and_again(
        parent, tmp_path, lambda place: ("export", kind, "--to", place / KINDS[kind], "--db", bao), everything, times
    )


def test_killed_backups(parent: Parent, bao: Path, tmp_path: Path, times: int) -> None:
    def result(place: Path) -> object:
        newest = sorted(place.iterdir())[-1]
        return {name: data for name, data in everything(newest).items() if name != "backup.json"}

    killed_and_again(parent, tmp_path, lambda place: ("backup", place, "--db", bao, "--keep", "1"), result, times)


def test_killed_restores(parent: Parent, bao: Path, tmp_path: Path, times: int) -> None:
    call("backup", tmp_path / "b", "--db", bao)

    def result(place: Path) -> object:
        sound(place / "bao.db")
        return headlines(place / "bao.db"), picture_of(place / "bao.db").read_bytes()

    killed_and_again(
        parent, tmp_path, lambda place: ("restore", tmp_path / "b", "--db", place / "bao.db", "--force"), result, times
    )


def test_killed_pulls(parent: Parent, store: Path, tmp_path: Path, times: int) -> None:
    def result(place: Path) -> object:
        sound(place / "bao.db")
        return headlines(place / "bao.db"), picture_of(place / "bao.db").read_bytes()

    killed_and_again(
        parent, tmp_path, lambda place: ("pull", f"file://{store}", "bao.db", "--to", place / "bao.db"), result, times
    )


def test_killed_pushes(parent: Parent, bao: Path, tmp_path: Path, times: int) -> None:
    def result(place: Path) -> object:
        bao.with_name("bao.db.carried").unlink(missing_ok=True)
        assert [one.name for one in bao.parent.glob(".*")] == []
        return {name: data for name, data in everything(place).items() if "manifest" not in name}

    killed_and_again(parent, tmp_path, lambda place: ("push", f"file://{place}", "--db", bao), result, times)


@pytest.mark.parametrize("what", ["destroy", "upgrade"])
def test_killed_destructions_and_upgrades(
    parent: Parent, archives: dict[str, Path], tmp_path: Path, what: str, times: int
) -> None:
    source, words = archives["few"], ["withdraw", NAMED, "--reason", "x", "--destroy", "--yes"]
    if what == "upgrade":
        source, words = tmp_path / "old.db", ["upgrade"]
        source.write_bytes(lzma.decompress(min(OLD.glob("schema-*.db.xz")).read_bytes()))

    def command(place: Path) -> tuple[str | Path, ...]:
        if not (place / "bao.db").exists():
            shutil.copy(source, place / "bao.db")
        return (*words, "--db", place / "bao.db")

    def result(place: Path) -> object:
        sound(place / "bao.db")
        return contents(place / "bao.db"), what == "destroy" and TRACE in (place / "bao.db").read_bytes().lower()

    killed_and_again(parent, tmp_path, command, result, times)


# --- a full disk ------------------------------------------------------------------------------------------------------


WRITING = {
    **{kind: ("export", kind, "--to", f"DISK/{to}", "--db", "{db}") for kind, to in KINDS.items()},
    "backup": ("backup", "DISK/b", "--db", "{db}"),
    "push": ("push", "file://DISK/store", "--db", "{db}"),
    "pull": ("pull", "file://{store}", "bao.db", "--to", "DISK/bao.db"),
    "restore": ("restore", "{backup}", "--db", "DISK/bao.db"),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", WRITING)
def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    parent: Parent, bao: Path, store: Path, disk: Path, tmp_path: Path, what: str
) -> None:
    call("backup", tmp_path / "kept", "--db", bao)
    command = WRITING[what]

    def suffices(free: int) -> bool:
        for one in disk.iterdir():
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        words = [word.format_map({"store": store, "backup": tmp_path / "kept", "db": bao}) for word in command]
        words = [word.replace("DISK", str(disk)) for word in words]
        ballast = fill(disk, free)
        ended = parent.run(*words)
        ballast.unlink()
        if ended.code:
            assert (ended.code, len(ended.err.splitlines())) == (1, 1), ended.err
            assert "heck free space" in ended.err
            if what not in ("push", "pull"):  # what has come of it is used by the next
                assert everything(disk) == {}
            assert parent.run(*words).code == 0
        assert [one.name for one in disk.rglob(".*")] == []
        if what in ("pull", "restore"):
            assert headlines(disk / "bao.db") == headlines(bao)
            sound(disk / "bao.db")
        elif what not in ("backup", "push"):
            written = {name: data for name, data in everything(disk).items() if name != "ballast"}
            assert undisturbed.setdefault("it", written) == written
        return ended.code == 0

    undisturbed: dict[str, dict[str, bytes]] = {}
    at_many_points(suffices)


@pytest.mark.slow
def test_commands_side_by_side(parent: Parent, bao: Path, tmp_path: Path) -> None:
    """Exports of one archive to one place at once: the same ends there, and nothing else."""
    begun = [parent.start("export", "jsonl", "--to", tmp_path / "x", "--db", bao) for _ in range(4)]
    assert {one.end().code for one in begun} == {0}
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith((".", "x"))) == ["x"]
