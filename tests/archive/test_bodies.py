"""Bodies in little room: dictionaries, patches, compacting, and how far damage reaches."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest
from sqlite_utils import Database

from archive import Run, open_archive, start_run
from archive.model.errors import ArchiveDamaged
from archive.storage import codecs
from archive.storage.captures.capture_writer import keep, kept_body
from archive.storage.codecs import FIRST_AFTER, content, load, sample
from archive.storage.connection import transaction
from archive.storage.stored_bodies import MAX_DEPTH, compact
from tests.archive.template_pages import paper_page
from tests.support import NOON, PAPER, Shoot


def put(db: Database, run: Run, shoot: Shoot, number: int, edit: int = 0) -> int:
    """Keeps a page; returns the capture."""
    return keep(db, run, shoot(f"https://bao.example/b-{number}.htm", paper_page(number, edit), edit)).capture_id


def forms(db: Database) -> dict[str, int]:
    return dict(db.execute("SELECT codec, count(*) FROM bodies GROUP BY codec").fetchall())


def average(db: Database, codec: str) -> float:
    return float(db.execute("SELECT avg(length(data)) FROM bodies WHERE codec = ?", [codec]).fetchone()[0])


@pytest.fixture
def full(db: Database, run: Run, shoot: Shoot) -> Database:
    """An archive of 60 pages, twenty of them edited once, and one edited nine times."""
    for number in range(60):
        put(db, run, shoot, number)
    for number in range(20):
        put(db, run, shoot, number, 1)
    for edit in range(2, 10):
        put(db, run, shoot, 0, edit)
    return db


def test_every_body_comes_back_byte_for_byte(full: Database) -> None:
    rows = full.execute("SELECT id, requested_url, captured_at FROM captures").fetchall()
    assert len(rows) == 88
    for capture_id, url, captured_at in rows:
        number, edit = int(url.partition("b-")[2].partition(".")[0]), int(captured_at[11:13]) - 12
        assert kept_body(full, capture_id) == paper_page(number, edit).encode()


def test_pages_lean_on_a_dictionary_once_there_are_enough_and_recaptures_on_what_was_there(full: Database) -> None:
    assert forms(full) == {"zstd": FIRST_AFTER, "zstd-dictionary": 60 - FIRST_AFTER, "zstd-patch": 28}
    assert average(full, "zstd-dictionary") < average(full, "zstd") / 3
    assert average(full, "zstd-patch") < average(full, "zstd") / 12


def test_chains_stay_short(full: Database) -> None:
    depths = dict(full.execute("SELECT depth, count(*) FROM bodies GROUP BY depth").fetchall())
    assert max(depths) == MAX_DEPTH
    # page 0 was kept ten times: what stands alone, then three chains of three patches each on it
    assert depths == {0: 60, 1: 19 + 3, 2: 3, 3: 3}


def test_any_zstd_tool_opens_what_is_stored(full: Database, tmp_path: Path) -> None:
    if which("zstd") is None:
        pytest.skip("the zstd program is not installed")
    data, digest, dictionary_id = full.execute(
        "SELECT data, digest, dictionary_id FROM bodies WHERE codec = 'zstd-dictionary' LIMIT 1"
    ).fetchone()
    (tmp_path / "page.zst").write_bytes(data)
    (tmp_path / "dictionary").write_bytes(content(full, dictionary_id))
    command = ["zstd", "-d", "-c", "--patch-from", str(tmp_path / "dictionary"), str(tmp_path / "page.zst")]
    page = subprocess.run(command, capture_output=True, check=True).stdout
    found = full.execute(
        "SELECT requested_url FROM captures JOIN bodies ON bodies.id = body_id WHERE digest = ?", [digest]
    )
    number = int(found.fetchone()[0].partition("b-")[2].partition(".")[0])
    assert page == paper_page(number).encode()


def test_the_same_bytes_are_stored_once_wherever_they_come_from(db: Database, run: Run, shoot: Shoot) -> None:
    for url in ("https://bao.example/a.htm", "https://bao.example/b.htm"):
        keep(db, run, shoot(url, paper_page(1)))
    assert db.execute("SELECT count(*) FROM bodies").fetchone() == (1,)


def test_compacting_changes_the_room_bodies_take_and_nothing_else(full: Database) -> None:
    before = dict(full.execute("SELECT id, digest FROM bodies").fetchall())
    done = compact(full, [1])
    assert done.rewritten == FIRST_AFTER
    assert done.after < done.before * 0.7
    assert dict(full.execute("SELECT id, digest FROM bodies").fetchall()) == before
    assert "zstd" not in forms(full)
    test_every_body_comes_back_byte_for_byte(full)
    assert compact(full, [1]).rewritten == 0


def test_compacting_keeps_the_recorded_depths_true(full: Database) -> None:
    compact(full, [1])
    wrong = full.execute(
        "SELECT count(*) FROM bodies LEFT JOIN bodies AS base ON base.id = bodies.base_id"
        " WHERE bodies.depth <> coalesce(base.depth + 1, 0)"
    ).fetchone()
    assert wrong == (0,)


def test_a_new_template_gets_a_new_dictionary_and_the_old_one_stays_while_it_is_needed(
    full: Database, run: Run, shoot: Shoot
) -> None:
    for number in range(100, 180):
        page = paper_page(number).replace("menu-item", "muc").replace("Chuyên mục", "Trang")
        keep(full, run, shoot(f"https://bao.example/n-{number}.htm", page))
    before = average(full, "zstd-dictionary")
    done = compact(full, [1])
    assert done.dictionaries == 1
    assert average(full, "zstd-dictionary") < before / 2
    needed = "SELECT count(*) FROM bodies WHERE dictionary_id NOT IN (SELECT id FROM dictionaries)"
    assert full.execute(needed).fetchone() == (0,)
    test_every_body_of_the_first_kind_comes_back(full)


def test_every_body_of_the_first_kind_comes_back(full: Database) -> None:
    rows = full.execute(
        "SELECT id, requested_url FROM captures WHERE requested_url LIKE '%/b-%' AND captured_at LIKE '%T12%'"
    )
    for capture_id, url in rows.fetchall():
        number = int(url.partition("b-")[2].partition(".")[0])
        assert kept_body(full, capture_id) == paper_page(number).encode()


def damage(db: Database, body_id: int) -> None:
    """Turns one bit in the middle of a stored body."""
    data = bytearray(db.execute("SELECT data FROM bodies WHERE id = ?", [body_id]).fetchone()[0])
    data[len(data) // 2] ^= 0x10
    with transaction(db):
        db.execute("UPDATE bodies SET data = ? WHERE id = ?", [bytes(data), body_id])


def test_damage_is_told_and_reaches_only_what_hangs_on_it(full: Database) -> None:
    (body_id,) = full.execute("SELECT body_id FROM captures WHERE url_key = 'bao.example/b-5.htm' LIMIT 1").fetchone()
    damage(full, body_id)
    lost = set()
    for capture_id, key in full.execute("SELECT id, url_key FROM captures").fetchall():
        try:
            kept_body(full, capture_id)
        except ArchiveDamaged as error:
            assert "luubao verify" in str(error)
            lost.add(key)
    assert lost == {"bao.example/b-5.htm"}


def test_a_missing_dictionary_is_damage(db: Database) -> None:
    with pytest.raises(ArchiveDamaged, match="dictionary 17 is not there"):
        load(db, 17)


def test_a_new_capture_does_not_hang_on_a_damaged_one(full: Database, run: Run, shoot: Shoot) -> None:
    damage(full, full.execute("SELECT max(body_id) FROM captures WHERE url_key = 'bao.example/b-5.htm'").fetchone()[0])
    kept = put(full, run, shoot, 5, 7)
    assert kept_body(full, kept) == paper_page(5, 7).encode()


def test_compacting_leaves_damaged_bodies_alone_and_names_them(full: Database) -> None:
    damage(full, 3)
    done = compact(full, [1])
    assert 3 in done.damaged
    assert full.execute("SELECT codec FROM bodies WHERE id = 3").fetchone() == ("zstd",)


def test_an_outlet_s_dictionary_serves_that_outlet_only(full: Database, shoot: Shoot) -> None:
    other = start_run(full, PAPER.__class__("khac", "Báo Khác", "https://khac.example/", ("khac.example",)), {}, NOON)
    keep(full, other, shoot("https://khac.example/1.htm", paper_page(999)))
    assert full.execute("SELECT codec FROM bodies ORDER BY id DESC LIMIT 1").fetchone() == ("zstd",)


@pytest.mark.parametrize("body", ["", "1234567", "12345678", "x" * 3_000_000])
def test_patches_of_any_size_open(body: str) -> None:
    base, new = body.encode(), (body + "mới").encode()
    assert codecs.decompress(codecs.patch(new, base), codecs.prefix(base)) == new
    assert codecs.decompress(codecs.patch(base, new), codecs.prefix(new)) == base


def test_a_torn_frame_is_no_body() -> None:
    frame = codecs.compress(b"page" * 100)
    for torn in (frame[:-1], frame[1:], b"", frame + b"x"):
        with pytest.raises(codecs.ZstdError):
            codecs.decompress(torn)


@pytest.mark.parametrize("body", [b"tin", paper_page(1, 0).encode(), paper_page(2, 0).encode() * 40])
def test_no_bit_of_a_frame_s_head_can_be_another(body: bytes) -> None:
    base = paper_page(1, 1).encode()
    frames: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
        (codecs.compress(body), lambda data: codecs.decompress(data, None, len(body))),
        (codecs.patch(body, base), lambda data: codecs.decompress(data, codecs.prefix(base), len(body))),
    )
    for frame, opened in frames:
        assert opened(frame) == body
        for bit in range(8 * 10):
            changed = bytearray(frame)
            changed[bit // 8] ^= 1 << bit % 8
            with pytest.raises(codecs.ZstdError):
                opened(bytes(changed))


def test_a_large_body_comes_in_parts_and_is_checked_as_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecs, "_PART", 1_000)
    body = paper_page(1, 0).encode()
    for frame in (codecs.compress(body), codecs.compress(bytes(len(body)))):
        assert len(codecs.decompress(frame, None, len(body))) == len(body) > 1_000
        for damaged, size in (
            (frame, len(body) - 1), (frame, len(body) + 1), (frame[:-1], len(body)), (frame[: len(frame) // 2], len(body)),
            (frame + b"x", len(body)), (frame, 0), (b"", len(body)),
        ):  # fmt: skip
            with pytest.raises(codecs.ZstdError):
                codecs.decompress(damaged, None, size)


def test_a_big_first_crawl_learns_while_it_goes(path: Path, shoot: Shoot) -> None:
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        for number in range(FIRST_AFTER + 1):
            put(db, run, shoot, number)
        assert db.execute("SELECT page_count FROM dictionaries").fetchall() == [(FIRST_AFTER,)]


def test_a_dictionary_is_not_chosen_among_sitemaps_of_megabytes(db: Database, run: Run, shoot: Shoot) -> None:
    """A hundred of them would fill the memory."""
    for number in range(3):
        keep(db, run, shoot(f"https://bao.example/so-do-{number}.htm", f"<p>{number}</p>" + "x" * 600_000))
    pages = {put(db, run, shoot, number) for number in range(8)}
    chosen, count = sample(db, run.outlet_id)
    bodies = "SELECT id FROM captures WHERE body_id IN (SELECT value FROM json_each(?))"
    assert {number for (number,) in db.execute(bodies, [json.dumps(chosen)])} == pages
    assert count == 11
