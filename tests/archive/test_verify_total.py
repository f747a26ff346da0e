"""`luubao verify` is total: a changed value of any column is named, or the column is listed with its reason."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive import finish_run, ingest, open_archive, start_run
from archive.pipeline.history_filing import judge_run
from archive.storage.integrity.column_validation import COLUMNS
from archive.storage.version_texts import put_boilerplate
from archive.text.recurring_blocks import Boilerplate
from crawler.cli import luubao
from tests.support import NOON, PAPER, page, shoot

_READING = (
    ("articles",), ("articles", "--json"), ("show", "1"), ("versions", "1"), ("search", "cầu"), ("status",), ("runs",),
    ("diff", "1"), ("verify",),
)  # fmt: skip
_FIGURE = '<figure><img src="/anh/1.jpg"><figcaption>Cầu nhìn từ bờ bắc. Ảnh: Trần Hà</figcaption></figure>'


_SCHEDULE = "what the crawler does next; nothing a newspaper published follows from it"
_SENT = "what was sent to readers, or is to be"
_OPERATOR_INPUT = "written by the archive's keeper"
_UNSEALED = "written down after the run was sealed, or of what is no crawl"
_FROM_PICTURE = "made from the picture's bytes, which are compared with their digest"
_OWN_CLOCK = "when we did something, by our own clock"
_NO_ARTICLE = (
    "of pages that show no article: only --reread reads them again. Of former readers: replaced by the present one"
)
_UNREFERENCED_ID = "a number by which nothing is referred to"
_LOG = "a record of what the archive said before; what it says now is derived"

_PROVENANCE = "given by the source of the capture"
_READING_COLUMNS = ("kind", "detail", "rules", "state", "words", "headline", "doubt", "version_id", "extractor_id")

UNCOVERED: Mapping[str, Mapping[str, str]] = {
    "frontier": {"*": _SCHEDULE},
    "shapes": {"*": _SCHEDULE},
    "habits": {"*": _SCHEDULE},
    "listed": {"*": _SCHEDULE},
    "hosts": {"*": _SCHEDULE},
    "alerts": {"*": _SENT},
    "alert_events": {"*": _SENT},
    "alert_matches": {"*": _SENT},
    "alert_messages": {"*": _SENT},
    "offers": {"*": _SCHEDULE},
    "offer_pages": {"*": _SCHEDULE},
    "unsettled": {"*": _SCHEDULE},
    "at_once": {"*": "when a site was out of order, judged at the end of runs; what follows from it is derived"},
    "images": {"id": _UNREFERENCED_ID, "first_seen_at": _SCHEDULE, "due_at": _SCHEDULE, "changed_at": _SCHEDULE},
    "outlets": dict.fromkeys(("title", "home_url", "timezone"), "the outlet's description; a crawl rewrites it"),
    "runs": dict.fromkeys(("kind", "source", "warnings", "health", "clock_ahead"), _UNSEALED),
    "origins": {"source": _PROVENANCE, "record": _PROVENANCE},
    "pictures": dict.fromkeys(
        ("size", "media_type", "width", "height", "perceptual_hash", "path", "thumbnail"), _FROM_PICTURE
    ),
    "readings": dict.fromkeys(_READING_COLUMNS, _NO_ARTICLE),
    "list_pages": {"*": "addresses of lists, and how far their placements were derived; placements are derived again"},
    "list_readings": {"*": _NO_ARTICLE},
    "teasers": {"*": _NO_ARTICLE},
    "placement_spans": {"id": _UNREFERENCED_ID},
    "set_aside": {"*": "other prints of an article and what is doubted: only --reread reads them again"},
    "texts": {
        "id": _UNREFERENCED_ID,
        "extractor_id": _NO_ARTICLE,
        "capture_id": "one of the captures that show the version: it is checked that it is one, not which",
    },
    "extractors": {
        "id": _UNREFERENCED_ID,
        "name": "who read: only the present reader's name can be known",
        "first_used_at": _OWN_CLOCK,
    },
    "furniture": {"id": _UNREFERENCED_ID, "learned_at": _OWN_CLOCK, "article_count": _SCHEDULE},
    "dictionaries": {"made_at": _OWN_CLOCK, "page_count": _SCHEDULE, "outlet_id": _SCHEDULE},
    "withdrawals": {
        "id": _UNREFERENCED_ID,
        **dict.fromkeys(("withdrawn_at", "reason", "destroyed_at", "restored_at"), _OPERATOR_INPUT),
    },
    "withheld": {"*": "of withdrawn articles: pages and texts are compared with their digests, the rest is not"},
    "renumberings": {"*": _LOG},
    "tombstones": {"id": _UNREFERENCED_ID},
    "seals": {"id": _UNREFERENCED_ID, "sealed_at": _OWN_CLOCK},
    "_sqlite_migrations": {"*": "which steps brought the file up to date; where one is missing the file is not opened"},
}
"""The columns that verify cannot check, by table: column, or * for all columns, and the reason. docs/storage.md lists them."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Three days of three articles: one with a picture and two edits, one that goes and comes back under a redirect,
    one unchanged; a list; and a page that asks to log in."""
    path = tmp_path_factory.mktemp("whole") / "archive.db"
    with open_archive(path, create=True) as db:
        for day in range(3):
            run = start_run(db, PAPER, {"luubao": "test"}, NOON + timedelta(days=day))
            edited = page(f"Cầu mới {day}", f"Ngày {day} của cây cầu mới bắc qua sông Con, dài {200 + day} mét.")
            sights: list[tuple[str, Any, dict[str, Any]]] = [
                ("a-1.htm", edited.replace("</article>", _FIGURE + "</article>"), {}),
                ("b-2.htm", page("Đường làng", "Con đường làng bốn cây số."), {}) if day != 1
                else ("b-2.htm", None, {"status": 404}),
                ("c-3.htm", page("Mùa quýt", "Vườn quýt trên sườn núi đã chín vàng."), {}),
                ("cu/c-3.htm", None, {"status": 301, "final_url": "https://bao.example/c-3.htm"}),
                ("tin/", "<html><body><a href='/a-1.htm'>Cầu</a></body></html>", {}),
            ]  # fmt: skip
            for hour, (path_of, body, facts) in enumerate(sights):
                ingest(db, run, shoot(f"https://bao.example/{path_of}", body, day + hour / 24, **facts))
            judge_run(db, run)
            if day == 2:  # no page is read after it
                put_boilerplate(db, run, Boilerplate(frozenset({"text sha256:00", "picture /anh/chung.jpg"})), NOON)
            finish_run(db, run, outcome="ok", reason=None, stats={"new": 1}, moment=NOON + timedelta(days=day, hours=9))
    return path.read_bytes()


@pytest.fixture
def path(made: bytes, tmp_path: Path) -> Path:
    (tmp_path / "archive.db").write_bytes(made)
    return tmp_path / "archive.db"


def unguarded(path: Path) -> sqlite3.Connection:
    """The file as somebody sees it who knows SQLite: no guards, no foreign keys."""
    db = sqlite3.connect(path)
    triggers = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    db.executescript(f"BEGIN;{''.join(f'DROP TRIGGER {name};' for (name,) in triggers)}COMMIT")
    return db


def columns(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Each column of each table that has rows, with what its table's rows are named by."""
    with closing(sqlite3.connect(path)) as db:
        tables = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        for (table,) in tables:
            if table.startswith("search") or not db.execute(f"SELECT 1 FROM {table}").fetchone():
                continue
            facts = db.execute(f"PRAGMA table_info({table})").fetchall()
            keys = [fact[1] for fact in facts if fact[5]] or ["rowid"]
            yield from ((table, fact[1], keys) for fact in facts)


def another(value: Any, chance: random.Random) -> Any:
    """A value of the same type that is another one; text and bytes differ in one place."""
    if isinstance(value, bool | int):
        return chance.choice([value + 1, value - 1, 0, 999_999])
    if isinstance(value, float):
        return chance.choice([value + 1, value / 2 + 0.25])
    if isinstance(value, str):
        place = chance.randrange(len(value) + 1)
        return value[:place] + chance.choice("az09 ỳ") + value[place + 1 :]
    if isinstance(value, bytes):
        place = chance.randrange(max(len(value), 1))
        return value[:place] + bytes([(value[place : place + 1] or b"\0")[0] ^ 4]) + value[place + 1 :]
    return chance.choice([1, "2026-05-20T01:15:00Z", "x"])


def change(path: Path, table: str, column: str, keys: list[str], chance: random.Random) -> bool:
    """Changes one value. Returns whether that could be done, and it is another now."""
    with closing(unguarded(path)) as db:
        *key, value = chance.choice(db.execute(f"SELECT {', '.join(keys)}, {column} FROM {table}").fetchall())
        new = another(value, chance)
        if new == value:
            return False
        try:
            where = " AND ".join(f"{name} = ?" for name in keys)
            db.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", [new, *key])
            db.commit()
        except sqlite3.Error:  # a constraint that needs no trigger
            return False
    return True


def invoked(*words: str | Path) -> Any:
    found = CliRunner().invoke(luubao, [str(word) for word in words])
    assert found.exception is None or isinstance(found.exception, SystemExit), (words, found.exception)
    return found


def is_covered(table: str, column: str) -> bool:
    return not {column, "*"} & UNCOVERED.get(table, {}).keys()


def test_every_listed_column_is_there_and_has_a_reason(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        for table, listed in UNCOVERED.items():
            there = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
            assert there and set(listed) <= there | {"*"} and all(listed.values()), table


NOT_HERE = {
    "dictionaries", "pictures", "picture_captures", "origins", "withdrawals", "months", "placement_spans", "rebuilding",
}  # fmt: skip
"""Tables that have tests of their own, for they need more than pages: compaction, pictures, lists."""


def test_every_covered_table_has_rows_to_change(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        tables = {table for table in COLUMNS if UNCOVERED.get(table, {}).keys() != {"*"}}
        empty = {table for table in tables if not db.execute(f"SELECT 1 FROM {table}").fetchone()}
    assert empty <= NOT_HERE, empty - NOT_HERE


def test_a_changed_value_of_any_covered_column_is_named(path: Path, made: bytes) -> None:
    chance, missed = random.Random(17), []
    for table, column, keys in list(columns(path)):
        if not is_covered(table, column):
            continue
        path.write_bytes(made)
        if change(path, table, column, keys, chance):
            told = invoked("verify", "--db", path)
            if told.exit_code != 1 or not told.output:
                missed.append((table, column))
    assert missed == []


@pytest.mark.parametrize(
    "table", ["outlets", "runs", "captures", "articles", "versions", "texts", "extractors", "bodies"]
)
def test_a_row_that_others_refer_to_in_vain_ends_no_command(path: Path, table: str) -> None:
    with closing(unguarded(path)) as db:
        db.execute(f"UPDATE {table} SET id = 999999 WHERE id = (SELECT max(id) FROM {table})")
        db.execute(f"UPDATE {table} SET id = 999998 WHERE id = (SELECT min(id) FROM {table})")
        db.commit()
    for words in _READING:
        invoked(*words, "--db", path)
    assert invoked("verify", "--db", path).exit_code == 1


def test_the_digest_of_a_former_reader_s_text_is_checked(path: Path) -> None:
    columns = "version_id, capture_id, digest, headline, lead, body, captions, layout, details, row_digest"
    with closing(unguarded(path)) as db:
        db.execute("INSERT INTO extractors (id, name, first_used_at) VALUES (99, 'former', '2026-05-20T01:15:00Z')")
        db.execute(f"INSERT INTO texts (extractor_id, {columns}) SELECT 99, {columns} FROM texts WHERE id = 1")
        db.commit()
        assert "and not that of its words" not in invoked("verify", "--db", path).output
        db.execute("UPDATE texts SET digest = 'sha256:00' || substr(digest, 10) WHERE extractor_id = 99")
        db.commit()
    assert "and not that of its words" in invoked("verify", "--db", path).output


def test_what_people_read_is_named_with_table_row_and_column(path: Path) -> None:
    with closing(unguarded(path)) as db:
        db.execute("UPDATE articles SET headline = 'Tin giả' WHERE id = 1")
        db.execute("UPDATE version_images SET caption = 'Chú thích giả'")
        db.execute("UPDATE tombstones SET reason = 'status 451'")
        db.commit()
    told = invoked("verify", "--db", path)
    assert told.exit_code == 1
    assert "articles 1: headline is 'Tin giả', derived again 'Cầu mới 2'" in told.output
    assert "version_images 1 1: caption is 'Chú thích giả', derived again 'Cầu nhìn từ bờ bắc.'" in told.output
    assert "tombstones 1: reason is 'status 451', derived again 'status 404'" in told.output
    assert invoked("verify", "--facts", "--db", path).exit_code == 0


def test_words_that_carry_digests_of_their_own_are_found_by_reading_again(path: Path) -> None:
    """Somebody who knows every formula changes a sentence, and all that is computed from it."""
    from archive.history.edits import headline_of, state_of, words_of
    from archive.storage.version_texts import from_row, to_row

    with open_archive(path) as db:
        (row,) = db.query(
            "SELECT * FROM texts WHERE version_id = (SELECT current_version_id FROM articles WHERE id = 3)"
        )
    row["body"] = row["body"].replace("chín vàng", "mất mùa")
    false = from_row(row)
    with closing(unguarded(path)) as raw:
        names = to_row(false)
        raw.execute("UPDATE texts SET body = ?, digest = ?, row_digest = ? WHERE id = ?",
                    [row["body"], names["digest"], names["row_digest"], row["id"]])  # fmt: skip
        raw.execute("UPDATE versions SET digest = ? WHERE id = ?", [names["digest"], row["version_id"]])
        named = [state_of(false), words_of(false), headline_of(false), row["version_id"]]
        raw.execute(
            "UPDATE readings SET state = ?, words = iif(words IS NULL, NULL, ?),"
            " headline = iif(headline IS NULL, NULL, ?) WHERE version_id = ?", named
        )  # fmt: skip
        raw.commit()
    told = invoked("verify", "--db", path)
    assert told.exit_code == 0, told.output
    told = invoked("verify", "--reread", "--db", path)
    assert told.exit_code == 1 and f"texts {row['id']}: " in told.output and "body is" in told.output


def test_words_under_a_digest_of_their_own_are_named(path: Path) -> None:
    """What a capture said is named where it is read (`readings.state`): words that say something else are no words of
    it, whatever digest they carry."""
    from archive.storage.version_texts import row_digest

    with open_archive(path) as db:
        (row,) = db.query(
            "SELECT * FROM texts WHERE version_id = (SELECT current_version_id FROM articles WHERE id = 3)"
        )
    row["body"] = row["body"].replace("chín vàng", "mất mùa")
    with closing(unguarded(path)) as raw:
        forged = [row["body"], row_digest(row), row["id"]]
        raw.execute("UPDATE texts SET body = ?, row_digest = ? WHERE id = ?", forged)
        raw.commit()
    told = invoked("verify", "--db", path)
    assert told.exit_code == 1 and f"texts {row['id']}: " in told.output and "body is " in told.output


def test_a_reading_of_a_capture_that_brought_no_page_is_named(path: Path) -> None:
    """Of a page that is no article, which only --reread reads again."""
    with closing(unguarded(path)) as db:
        ((gone,),) = db.execute("SELECT id FROM captures WHERE status = 404 LIMIT 1").fetchall()
        db.execute("UPDATE readings SET capture_id = ? WHERE kind = 'no-article'", [gone])
        db.commit()
    told = invoked("verify", "--db", path)
    assert told.exit_code == 1 and f"readings {gone}: it is of a capture that brought no page" in told.output


def test_reading_again_finds_nothing_in_a_sound_archive(path: Path) -> None:
    assert invoked("verify", "--reread", "--db", path).exit_code == 0


def test_a_value_that_cannot_be_is_named_in_any_table(path: Path, made: bytes) -> None:
    for table, columns_of_table in COLUMNS.items():
        path.write_bytes(made)
        with closing(unguarded(path)) as db:
            column = list(columns_of_table)[-1]
            db.execute("PRAGMA ignore_check_constraints = ON")
            try:
                changed = db.execute(f"UPDATE {table} SET {column} = x'ff'").rowcount
            except sqlite3.IntegrityError:
                continue
            db.commit()
        if changed and column != "data":
            told = invoked("verify", "--db", path)
            assert told.exit_code == 1 or not is_covered(table, column), (table, column)


def test_a_damaged_schema_that_sqlite_quotes_is_one_sentence(path: Path, made: bytes) -> None:
    whole = b"BEFORE DELETE ON dictionaries\nWHEN EXISTS"
    assert whole in made
    path.write_bytes(made.replace(whole, whole.replace(b"WHEN", b"W\xc8EN")))
    for words in _READING:
        assert "cannot be opened as an archive" in invoked(*words, "--db", path).output


@pytest.mark.parametrize("good, bad", [(b"AS last_seen_at", b"AS last_sgen_at"), (b"FROM texts", b"FROM t\xe5xts")])
def test_a_view_or_guard_that_says_something_else_is_named(path: Path, made: bytes, good: bytes, bad: bytes) -> None:
    assert good in made
    path.write_bytes(made.replace(good, bad))
    told = invoked("verify", "--db", path)
    assert told.exit_code == 1 and "differs from luubao's" in told.output


@pytest.mark.parametrize("seed", range(2))
def test_no_damaged_row_ends_a_command_in_a_traceback(path: Path, made: bytes, tmp_path: Path, seed: int) -> None:
    _try(path, made, tmp_path, random.Random(seed), 4)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_two_thousand_changed_values_and_bits_are_named_or_listed(
    path: Path, made: bytes, tmp_path: Path, seed: int
) -> None:
    chance, there = random.Random(1000 + seed), list(columns(path))
    for _ in range(100):
        path.write_bytes(made)
        table, column, keys = chance.choice(there)
        if change(path, table, column, keys, chance):
            told = invoked("verify", "--db", path)
            assert told.exit_code != 0 or not is_covered(table, column), (table, column)
    for _ in range(100):
        _flip(path, made, chance)
        if invoked("verify", "--db", path).exit_code == 0:
            assert [one for one in _differing(path, made, tmp_path) if is_covered(*one)] == []
    _try(path, made, tmp_path, chance, 20)


def _try(path: Path, made: bytes, tmp_path: Path, chance: random.Random, times: int) -> None:
    path.write_bytes(made)
    there = list(columns(path))
    for number in range(times):
        path.write_bytes(made)
        if number % 2:
            _flip(path, made, chance)
        else:
            change(path, *chance.choice(there), chance)
        exported = tmp_path / f"html-{chance.random()}"
        for words in (*_READING, ("export", "html", "--to", exported)):
            invoked(*words, "--db", path)


def _flip(path: Path, made: bytes, chance: random.Random) -> None:
    flipped = bytearray(made)
    flipped[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    path.write_bytes(flipped)


def _differing(path: Path, made: bytes, tmp_path: Path) -> set[tuple[str, str]]:
    """The columns in which two files differ, by SQLite alone."""
    whole = tmp_path / "whole.db"
    whole.write_bytes(made)
    found = set()
    with closing(sqlite3.connect(whole)) as one, closing(sqlite3.connect(path)) as other:
        one.text_factory = other.text_factory = bytes
        for table, column, keys in columns(whole):
            query = f"SELECT {', '.join(keys)}, {column} FROM {table} ORDER BY {', '.join(keys)}"
            if one.execute(query).fetchall() != other.execute(query).fetchall():
                found.add((table, column))
    return found
