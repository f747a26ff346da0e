"""A person's right to be forgotten: hidden everywhere, or destroyed, and the archive still proves itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from archive import finish_run, ingest, open_archive, start_run
from archive.cli import archive
from archive.frontier.dequeue import due
from archive.frontier.url_queue import seed
from archive.model.errors import UnknownArticle, Withdrawn
from archive.pipeline.verification import verify
from archive.queries import article_search, lookup
from archive.storage import codecs
from archive.storage.captures.capture_writer import kept_body
from archive.storage.connection import snapshot, transaction
from archive.storage.stored_bodies import StoredBody, get_body, replace_stored
from archive.storage.withdrawals import withdrawal
from archive.storage.withdrawals.destruction import encoded_row
from tests.support import NOON, PAPER, Shoot, page

NAMED = "https://bao.example/nguyen-van-a-1.htm"
OTHER = "https://bao.example/b-2.htm"
_FIGURE = '<figure><img src="/anh/1.jpg"><figcaption>Ông Nguyễn Văn A tại tòa. Ảnh: Trần Hà</figcaption></figure>'


def named(day: int) -> str:
    body = f"Ông Nguyễn Văn A ở xã Đồng Đậu bị xử phạt {day + 3} triệu đồng vì đổ đất trái phép xuống mương Zqx."
    return page("Phạt ông Nguyễn Văn A", body).replace("</article>", _FIGURE + "</article>")


@pytest.fixture
def kept(path: Path, shoot: Shoot) -> Path:
    """An article that names a person, edited once, and another one; kept on two days."""
    with open_archive(path, create=True) as db:
        for day in range(2):
            run = start_run(db, PAPER, {}, NOON)
            seed(db, run, [NAMED, OTHER], NOON)
            ingest(db, run, shoot(NAMED, named(day), day))
            ingest(db, run, shoot(OTHER, page("Mùa quýt chín", f"Vườn quýt ngày {day} trên sườn núi."), day))
            finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    return path


def run_command(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(archive, [*arguments, "--db", str(path)])


def everything(path: Path, *tables: str) -> dict[str, list[object]]:
    """All rows of some tables, as a person with SQL sees them."""
    with open_archive(path) as db:
        return {table: [tuple(row.values()) for row in db.query(f"SELECT * FROM {table}")] for table in tables}


_READ = (
    "articles", "versions", "texts", "version_images", "current_articles", "version_texts", "edits", "photographs",
    "disappearances", "search_source", "readings", "active_texts",
)  # fmt: skip


def traces(path: Path) -> list[str]:
    """Where the person's name can still be read by SQL."""
    return [table for table, rows in everything(path, *_READ).items() if "Nguyễn Văn A" in str(rows)]


def test_before_it_is_withdrawn_the_name_is_everywhere(kept: Path) -> None:
    assert set(traces(kept)) >= {"articles", "versions", "texts", "version_images", "current_articles", "photographs"}


@pytest.mark.parametrize(("before", "damage"), [
    (False, "UPDATE bodies SET data = zeroblob(length(data))"),
    (True, "UPDATE withheld SET data = zeroblob(length(data))"),
    (True, "UPDATE withheld SET data = (SELECT data FROM withheld WHERE table_name = 'bodies') WHERE table_name <> 'bodies'"),
    (False, "INSERT INTO set_aside SELECT capture_id, extractor_id, x'00' FROM readings"),
])  # fmt: skip
def test_damage_ends_neither_a_withdrawal_nor_verify(kept: Path, before: bool, damage: str) -> None:
    if before:
        assert run_command(kept, "withdraw", NAMED, "--reason", "x").exit_code == 0
    with closing(sqlite3.connect(kept)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute(damage)
        db.commit()
    verified = run_command(kept, "verify")
    assert verified.exit_code == ("set_aside" not in damage) and isinstance(verified.exception, SystemExit | None)
    if before:
        told = run_command(kept, "withdraw", NAMED, "--restore")
        assert told.exit_code == 1 and "what is withheld cannot be read" in told.output
    told = run_command(kept, "withdraw", NAMED, "--reason", "x", "--destroy", "--yes")
    assert traces(kept) == []
    assert told.exit_code == before and ("2 of its texts were damaged" in told.output) == before, told.output
    again = run_command(kept, "withdraw", NAMED, "--reason", "x", "--destroy", "--yes")
    assert again.exit_code == 0 and "is destroyed, since" in again.output


@pytest.mark.parametrize("how", [[], ["--destroy", "--yes"]])
def test_a_withdrawn_article_is_nowhere_to_be_read(kept: Path, how: list[str]) -> None:
    told = run_command(kept, "withdraw", NAMED, "--reason", "yêu cầu ngày 20/5", *how)
    assert told.exit_code == 0, told.output
    assert traces(kept) == []
    with open_archive(kept) as db:
        assert article_search.search(db, '"Nguyễn Văn A"', history=True) == []
        assert [article.url for article in lookup.articles(db)] == [OTHER]
        assert len(article_search.search(db, "quýt")) == 1
    for command in ("show", "versions", "diff"):
        told = run_command(kept, command, NAMED)
        assert told.exit_code == 1
        assert "was withdrawn on" in told.output and "yêu cầu ngày 20/5" in told.output


@pytest.mark.parametrize("how", [[], ["--destroy", "--yes"]])
def test_withdrawing_breaks_no_seal_and_no_digest(kept: Path, how: list[str]) -> None:
    run_command(kept, "withdraw", NAMED, "--reason", "x", *how)
    told = run_command(kept, "verify", "--index")
    assert told.exit_code == 0, told.output


def test_restoring_brings_back_every_row_as_it_was(kept: Path) -> None:
    before = everything(kept, *_READ, "captures", "runs", "aliases", "images")
    run_command(kept, "withdraw", NAMED, "--reason", "x")
    assert run_command(kept, "withdraw", NAMED, "--restore").exit_code == 0
    assert everything(kept, *_READ, "captures", "runs", "aliases", "images") == before
    with open_archive(kept) as db:
        assert len(article_search.search(db, '"Nguyễn Văn A"', history=True)) == 2
        assert kept_body(db, 1) == named(0).encode()
        assert list(verify(db)) == []


def test_destroying_leaves_the_digests_and_no_bytes(kept: Path) -> None:
    with open_archive(kept) as db:
        before = db.execute("SELECT id, digest, size FROM bodies").fetchall()
    run_command(kept, "withdraw", NAMED, "--reason", "x", "--destroy", "--yes")
    with open_archive(kept) as db:
        assert db.execute("SELECT id, digest, size FROM bodies").fetchall() == before
        assert kept_body(db, 1) is None
        assert kept_body(db, 2) is not None
        assert db.execute("SELECT count(*) FROM withheld").fetchone() == (0,)


def test_destroyed_words_are_nowhere_in_the_file(kept: Path) -> None:
    """Not in freed pages, not in the write-ahead log, not in older pieces of the search index."""
    traces_in_file = ("đổ đất trái phép xuống mương".encode(), b"zqx")  # a word that the index shortens by nothing
    with open_archive(kept, create=True) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert all(trace in kept.read_bytes() for trace in traces_in_file)
    run_command(kept, "withdraw", NAMED, "--reason", "x", "--destroy", "--yes")
    left = b"".join(file.read_bytes() for file in kept.parent.glob(f"{kept.name}*"))
    assert not any(trace in left for trace in traces_in_file)


def test_what_is_withheld_can_be_destroyed_later_and_then_not_restored(kept: Path) -> None:
    run_command(kept, "withdraw", NAMED, "--reason", "x")
    assert run_command(kept, "withdraw", NAMED, "--reason", "x", "--destroy", "--yes").exit_code == 0
    told = run_command(kept, "withdraw", NAMED, "--restore")
    assert told.exit_code == 1
    assert "destroyed" in told.output
    assert run_command(kept, "verify").exit_code == 0


def test_destroying_asks_first(kept: Path) -> None:
    told = CliRunner().invoke(
        archive, ["withdraw", NAMED, "--reason", "x", "--destroy", "--db", str(kept)], input="n\n"
    )
    assert told.exit_code == 1
    assert "articles" in traces(kept)


@pytest.mark.parametrize("arguments", [[], ["--restore", "--reason", "x"], ["--restore", "--destroy"]])
def test_a_withdrawal_needs_a_reason_and_a_restoring_none(kept: Path, arguments: list[str]) -> None:
    assert run_command(kept, "withdraw", NAMED, *arguments).exit_code == 2
    assert "articles" in traces(kept)


def test_an_unknown_address_and_a_second_withdrawal_are_told(kept: Path) -> None:
    assert run_command(kept, "withdraw", "https://bao.example/x", "--reason", "x").exit_code == 1
    run_command(kept, "withdraw", NAMED, "--reason", "lần đầu")
    told = run_command(kept, "withdraw", NAMED, "--reason", "lần hai")
    assert told.exit_code == 1
    assert "lần đầu" in told.output


HIDE, DESTROY, RESTORE = ("--reason", "x"), ("--reason", "x", "--destroy", "--yes"), ("--restore",)


@pytest.mark.parametrize(
    ("before", "first", "second", "refused"),
    [
        ((), DESTROY, HIDE, Withdrawn), ((), HIDE, HIDE, Withdrawn), ((), HIDE, DESTROY, None),
        (HIDE, DESTROY, RESTORE, Withdrawn), (HIDE, RESTORE, RESTORE, UnknownArticle), (HIDE, RESTORE, HIDE, None),
    ],
)  # fmt: skip
def test_of_two_at_once_the_second_sees_what_the_first_did(
    kept: Path,
    before: tuple[str, ...],
    first: tuple[str, ...],
    second: tuple[str, ...],
    refused: type[Exception] | None,
) -> None:
    if before:
        assert run_command(kept, "withdraw", NAMED, *before).exit_code == 0
    with open_archive(kept, create=True) as db:
        article_id, waiting = lookup.article_id(db, NAMED), [first]

        def just_before(statement: str) -> None:
            if statement == "BEGIN IMMEDIATE" and waiting:
                assert run_command(kept, "withdraw", NAMED, *waiting.pop()).exit_code == 0

        db.conn.set_trace_callback(just_before)
        with nullcontext() if refused is None else pytest.raises(refused):
            if second == RESTORE:
                withdrawal.restore(db, article_id, NOON)
            else:
                withdrawal.withdraw(db, article_id, "y", NOON, destroy=second == DESTROY)
        db.conn.set_trace_callback(None)
        assert not waiting
        assert db.execute("SELECT count(*) FROM withdrawals WHERE restored_at IS NULL").fetchone()[0] <= 1
    assert run_command(kept, "verify").exit_code == 0


def test_it_is_not_asked_for_again_until_it_is_restored(kept: Path) -> None:
    later = NOON + timedelta(days=400)
    run_command(kept, "withdraw", NAMED, "--reason", "x")
    with open_archive(kept, create=True) as db:
        assert due(db, start_run(db, PAPER, {}, NOON), later, 10) == [OTHER]
    run_command(kept, "withdraw", NAMED, "--restore")
    with open_archive(kept, create=True) as db:
        assert set(due(db, start_run(db, PAPER, {}, NOON), later, 10)) == {NAMED, OTHER}


def test_should_it_answer_all_the_same_its_bytes_are_not_kept(kept: Path, shoot: Shoot) -> None:
    run_command(kept, "withdraw", NAMED, "--reason", "x")
    with open_archive(kept, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        ingest(db, run, shoot(NAMED, named(2), 50))
        assert db.execute("SELECT body_id FROM captures ORDER BY id DESC LIMIT 1").fetchone() == (None,)
    assert traces(kept) == []


@pytest.mark.parametrize("how", [[], ["--destroy", "--yes"]])
def test_the_same_words_at_another_address_are_withdrawn_too(kept: Path, shoot: Shoot, how: list[str]) -> None:
    run_command(kept, "withdraw", NAMED, "--reason", "x", *how)
    with open_archive(kept, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        ingest(db, run, shoot("https://bao.example/phap-luat/1.htm", named(1), 50))
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
        assert kept_body(db, db.execute("SELECT max(id) FROM captures").fetchone()[0]) is None
    assert traces(kept) == []
    assert run_command(kept, "verify").exit_code == 0


def test_pages_that_hang_on_a_destroyed_one_stay(path: Path, shoot: Shoot) -> None:
    """An address showed a person's article and, later, another paper's notice stored as a patch of it."""
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        ingest(db, run, shoot(NAMED, named(0)))
        ingest(db, run, shoot(OTHER, page("Mùa quýt chín", "Vườn quýt trên sườn núi."), 1))
        first = db.execute("SELECT body_id FROM captures WHERE id = 1").fetchone()[0]
        _hang(db, 2, first)
    run_command(path, "withdraw", NAMED, "--reason", "x", "--destroy", "--yes")
    with open_archive(path) as db:
        assert kept_body(db, 2) == page("Mùa quýt chín", "Vườn quýt trên sườn núi.").encode()
        assert list(verify(db)) == []


def _hang(db: Database, capture_id: int, base_id: int) -> None:
    """Stores a capture's body as a patch of another one's."""
    body_id = db.execute("SELECT body_id FROM captures WHERE id = ?", [capture_id]).fetchone()[0]
    body, base = get_body(db, body_id), get_body(db, base_id)
    assert body and base
    with transaction(db):
        replace_stored(db, body_id, StoredBody("zstd-patch", codecs.patch(body, base), base_id=base_id, depth=1))


def test_what_was_withheld_names_columns_and_no_sql(kept: Path) -> None:
    run_command(kept, "withdraw", NAMED, "--reason", "asked")
    false = encoded_row({"headline = (SELECT 'taken'), byline": "x"})
    with open_archive(kept, create=True) as db, transaction(db):
        db.execute("UPDATE withheld SET data = ? WHERE table_name = 'articles'", [false])
    done = run_command(kept, "withdraw", NAMED, "--restore")
    assert (done.exit_code, "names columns that it has not" in done.output) == (1, True)


@pytest.fixture
def many(path: Path, shoot: Shoot) -> Path:
    """Enough pages for a dictionary, of which the first is part of it whichever is chosen."""
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        for number in range(40):
            body = f"Người số {number} của làng kể chuyện đò ngang qua bến cũ, chuyến thứ {number * 7} trong năm."
            ingest(
                db, run, shoot(f"https://bao.example/lang-{number}.htm", page(f"Chuyện {number}", body), number / 99)
            )
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    return path


def dictionaries(path: Path) -> list[bytes]:
    with open_archive(path) as db:
        return [codecs.decompress(data) for (data,) in db.execute("SELECT data FROM dictionaries").fetchall()]


def test_no_page_of_a_destroyed_article_is_part_of_a_dictionary(many: Path) -> None:
    (before,) = dictionaries(many)
    number = next(number for number in range(40) if f"Người số {number} của".encode() in before)
    told = run_command(
        many, "withdraw", f"https://bao.example/lang-{number}.htm", "--reason", "x", "--destroy", "--yes"
    )
    assert told.exit_code == 0 and "1 of its sentences in 40 pages, 1 dictionaries" in told.output
    assert all(f"Người số {number} của".encode() not in one for one in dictionaries(many))
    assert run_command(many, "verify").exit_code == 0
    with open_archive(many) as db:
        bodies = [get_body(db, body_id) for (body_id,) in db.execute("SELECT id FROM bodies").fetchall()]
    assert sum(body is None for body in bodies) == 1 and len(bodies) == 40


def test_no_list_that_quotes_a_destroyed_article_is_part_of_a_dictionary(path: Path, shoot: Shoot) -> None:
    headline, lead = "Chủ tịch xã & người cũ bị bắt", "Ông ấy bị đưa đi ngay trong đêm mưa."
    quoting = f"<a href='/bat.htm'><h2>{headline.replace('&', '&amp;')}</h2><p>{lead}</p></a>"
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        named = page(headline, "Một bài dài về làng. " * 9).replace("<article>", f"<article><h2>{lead}</h2>")
        ingest(db, run, shoot("https://bao.example/bat.htm", named))
        for number in range(40):  # each with the teaser: whichever is chosen quotes it
            body = page(f"Chuyện {number}", f"Người số {number} của làng kể chuyện đò ngang qua bến cũ.")
            body = body.replace("</article>", f"</article><aside>{quoting if number < 30 else ''}</aside>")
            ingest(db, run, shoot(f"https://bao.example/lang-{number}.htm", body, number / 99))
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    quotes = [headline.replace("&", "&amp;").encode(), lead.encode()]
    assert any(quote in one for quote in quotes[:1] for one in dictionaries(path)), "a dictionary quotes it"
    done = run_command(path, "withdraw", "https://bao.example/bat.htm", "--reason", "x", "--destroy", "--yes")
    assert done.exit_code == 0, done.output
    assert [one for one in dictionaries(path) if quotes[0] in one] == []
    assert run_command(path, "verify").exit_code == 0


def test_pages_are_destroyed_until_there_are_none_to_choose_a_dictionary_from(many: Path, shoot: Shoot) -> None:
    left = set(range(40))
    with open_archive(many, create=True) as db:  # too short to be chosen, and written with the dictionary there is
        run = start_run(db, PAPER, {}, NOON)
        ingest(db, run, replace(shoot("https://bao.example/ngan.htm", hours=1), body=b"<p>Tin"))
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON + timedelta(hours=2))
    while chosen := dictionaries(many):
        number = next(one for one in left if f"Người số {one} của".encode() in chosen[0])
        left.remove(number)
        address = f"https://bao.example/lang-{number}.htm"
        done = run_command(many, "withdraw", address, "--reason", "x", "--destroy", "--yes")
        assert done.exit_code == 0, (number, done.output)
    with open_archive(many) as db:
        bodies = [get_body(db, body_id) for (body_id,) in db.execute("SELECT id FROM bodies").fetchall()]
    assert sum(body is not None for body in bodies) == len(left) + 1
    assert run_command(many, "verify").exit_code == 0


def test_destroying_again_says_since_when(kept: Path) -> None:
    destroying = ("withdraw", NAMED, "--reason", "x", "--destroy", "--yes")
    assert run_command(kept, *destroying).exit_code == 0
    again = run_command(kept, *destroying)
    assert again.exit_code == 0 and "article 1 is destroyed, since 20" in again.output
    assert run_command(kept, "verify").exit_code == 0


def test_a_reader_of_the_former_state_is_told_of_and_the_next_time_finishes(kept: Path) -> None:
    """The words stand in the main file until nobody reads it as it was."""
    destroying = ("withdraw", NAMED, "--reason", "x", "--destroy", "--yes")
    with open_archive(kept, create=True) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with open_archive(kept) as reading, snapshot(reading):
        reading.execute("SELECT count(*) FROM articles").fetchone()
        told = run_command(kept, *destroying)
        assert told.exit_code == 1 and "somebody is still reading the archive" in told.output
    assert run_command(kept, *destroying).exit_code == 0
    files = [file for file in kept.parent.glob(f"{kept.name}*") if file.is_file()]
    assert [file.name for file in files if "mương Zqx".encode() in file.read_bytes()] == []


def test_what_was_let_go_by_a_writer_that_did_not_overwrite_it_goes_too(kept: Path) -> None:
    """Some builds of SQLite leave what was taken out where it lay."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(kept)) as raw:
        raw.execute("PRAGMA secure_delete = OFF")
        raw.execute("CREATE TABLE former (words TEXT)")
        raw.execute("INSERT INTO former SELECT replace(hex(zeroblob(4000)), '00', 'mương Zqx ') ")
        raw.commit()
        raw.execute("DROP TABLE former")
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert "mương Zqx".encode() in kept.read_bytes()
    assert run_command(kept, "withdraw", NAMED, "--reason", "x", "--destroy", "--yes").exit_code == 0
    assert "mương Zqx".encode() not in kept.read_bytes()
