"""A full disk: a sentence and an exit code, an archive that is whole, and work that goes on when there is room again."""

from __future__ import annotations

import lzma
import re
import secrets
import shutil
from pathlib import Path

import pytest

from tests.archive.conftest import NAMED, OLD, at_many_points, fill
from tests.crawler.serving import article, front, served
from tests.invariants import acknowledged, ask, asked_once, contents, sound
from tests.killable_commands import Ended, Parent

WORK = {
    "compact": ("compact",),
    "reread": ("reread", "--jobs", "1"),
    "withdraw": ("withdraw", NAMED, "--reason", "x"),
    "destroy": ("withdraw", NAMED, "--reason", "x", "--destroy", "--yes"),
    "merge": ("merge", "{kept}"),
}
MORE = {
    "restore what was withdrawn": ("withdraw", NAMED, "--restore"),
    "import": ("import", "{warc}"),
    "upgrade": ("upgrade",),
    "cleanse": ("cleanse",),
}

_WAY_OUT = re.compile("heck free space|twice the file's size is free|free twice its room")
_SAID = (  # an import that goes on has a run of its own, and a cleansing tells when it was
    "SELECT url_key, headline, version_count, gone_since FROM articles ORDER BY 1",
    "SELECT url_key, number, versions.digest FROM versions JOIN articles ON articles.id = article_id ORDER BY 1, 2",
    "SELECT requested_url, captured_at, status, digest FROM captures LEFT JOIN bodies ON bodies.id = body_id ORDER BY 1, 2",
    "SELECT requested_url, captured_at, request FROM captures JOIN headers ON capture_id = id ORDER BY 1, 2",
)


def told(ended: Ended) -> None:
    assert ended.code == 1, ended.err
    assert _WAY_OUT.search(ended.err) and "Traceback" not in ended.err, ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.fixture
def sources(parent: Parent, archives: dict[str, Path], old: Path, tmp_path: Path) -> dict[str, Path]:
    """What the commands begin with, and what they take in."""
    hidden, oldest, warc = (tmp_path / name for name in ("hidden.db", "oldest.db", "warc"))
    kept = Path(shutil.copy(archives["kept"], tmp_path / "kept.db"))
    shutil.copy(archives["few"], hidden)
    oldest.write_bytes(lzma.decompress(min(OLD.glob("schema-*.db.xz")).read_bytes()))
    for path, words in ((hidden, ("upgrade",)), (hidden, WORK["withdraw"]), (kept, ("upgrade",))):
        assert parent.run(*words, "--db", path).code == 0
    assert parent.run("export", "warc", "--to", warc, "--db", kept).code == 0
    begun = dict.fromkeys(WORK, archives["few"]) | {
        "import": archives["few"],
        "restore what was withdrawn": hidden,
        "upgrade": oldest,
        "cleanse": old,
    }
    return begun | {"warc": warc, "kept": archives["kept"]}


@pytest.mark.slow
@pytest.mark.parametrize("work", [*WORK, *MORE])
def test_wherever_the_room_runs_out(
    parent: Parent, sources: dict[str, Path], disk: Path, tmp_path: Path, work: str
) -> None:
    words = [word.format_map(sources) for word in (WORK | MORE)[work]]
    undisturbed = Path(shutil.copy(sources[work], tmp_path / "undisturbed.db"))
    assert parent.run(*words, "--db", undisturbed).code == 0
    before = acknowledged(sources[work])

    def held(path: Path) -> object:
        return [ask(path, question) for question in _SAID] if work in ("import", "cleanse") else contents(path)

    def suffices(free: int) -> bool:
        for file in disk.iterdir():
            file.unlink()
        path = Path(shutil.copy(sources[work], disk / "archive.db"))
        ballast = fill(disk, free)
        ended = parent.run(*words, "--db", path)
        ballast.unlink()
        if ended.code:
            told(ended)
            assert work == "cleanse" or acknowledged(path) >= before
            if work not in ("upgrade", "cleanse"):
                sound(path)
            assert parent.run(*words, "--db", path).code == 0
        sound(path)
        assert held(path) == wanted
        return ended.code == 0

    wanted = held(undisturbed)
    at_many_points(suffices)


@pytest.mark.slow
@pytest.mark.parametrize("work", WORK)
def test_a_bound_on_what_a_file_may_grow_to(
    parent: Parent, archives: dict[str, Path], tmp_path: Path, work: str
) -> None:
    """What a quota or a limit does: SQLite's writes fail, wherever they are."""
    words = [word.format_map(archives) for word in WORK[work]]
    source = archives["kept" if work == "compact" else "few"]
    undisturbed, path = (Path(shutil.copy(source, tmp_path / name)) for name in ("undisturbed.db", "bound.db"))
    parent.run(*words, "--db", undisturbed)
    before = acknowledged(path)
    told(parent.run(*words, "--db", path, largest_file=33_000))
    sound(path)
    assert acknowledged(path) == before
    assert parent.run(*words, "--db", path).code == 0
    assert contents(path) == contents(undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("disk", [4], indirect=True)
def test_a_crawl_ends_and_goes_on_when_there_is_room(parent: Parent, disk: Path) -> None:
    path, cut_short = disk / "archive.db", []
    large = secrets.token_hex(100_000)
    pages = {"/a.htm": article("Bài A", large), "/b.htm": article("Bài B", large)}
    with served({"/": front("/a.htm", "/b.htm"), **pages}) as site:
        command = ("crawl", "demo", "--base-url", site.base_url, "--db", path)

        def suffices(free: int) -> bool:
            for file in disk.iterdir():
                shutil.rmtree(file) if file.is_dir() else file.unlink()
            site.asked.clear()
            ballast = fill(disk, free)
            ended = parent.run(*command)
            ballast.unlink()
            if ended.code:
                told(ended)
                cut_short.append(len(site.asked))
                assert parent.run(*command).code == 0
            asked_once(path)
            sound(path)
            assert ask(path, "SELECT headline, version_count FROM articles ORDER BY 1") == [("Bài A", 1), ("Bài B", 1)]
            return ended.code == 0

        at_many_points(suffices)
    assert any(cut_short), "at no point it had begun"


@pytest.mark.slow
def test_even_questions_need_some_room_and_say_so(parent: Parent, archives: dict[str, Path], disk: Path) -> None:
    path = Path(shutil.copy(archives["few"], disk / "archive.db"))
    ballast = fill(disk, 0)
    told(parent.run("articles", "--db", path))
    ballast.unlink()
    assert parent.run("articles", "--db", path).code == 0
