"""Archives a stranger has made up, each with one value that cannot be: merged, and asked. The rest is taken, what is
wrong is named, and nothing ends in a traceback. The cases follow from the schema: a new column is tried by itself."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive import finish_run, ingest, open_archive, start_run
from archive.model import packing
from archive.storage import connection
from archive.storage.captures import other_archive
from archive.storage.integrity.column_validation import COLUMNS
from archive.storage.migrations import APPLICATION_ID
from crawler.cli import luubao
from tests.archive.invalid_archives import HOSTILE, Change, changed, changes, loosened, written
from tests.support import NOON, PAPER, Shoot, page

ASKED = (
    ("articles",), ("status",), ("runs",), ("show", "1"), ("versions", "1"), ("diff", "1"), ("search", "tin"),
    ("verify",), ("articles", "--json"), ("status", "--json"), ("runs", "--json"), ("show", "1", "--json"),
)  # fmt: skip
WRITING = (("upgrade",), ("reread", "--jobs", "1"), ("compact",))
ALL = list(changes())
EMPTY = frozenset(
    [
        "origins",
        "dictionaries",
        "tombstones",
        "withdrawals",
        "withheld",
        "renumberings",
        "shapes",
        "habits",
        "furniture",
        "offers",
        "offer_pages",
        "months",
        "unsettled",
        "rebuilding",
    ]
)
SAMPLE = random.Random(3).sample([one for one in ALL if one.table not in EMPTY], 8)
OF_EACH = int(os.environ.get("VALUES", "1"))
"""How many of the values each column is tried with; 99 for all, which takes an hour. With 1, `verify` and five of the
other questions are asked of each column, in turns."""
BAD_ZONE = Change("outlets", "timezone", "absent zone")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("made") / "made.db")


@pytest.fixture(scope="module")
def loose(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return loosened(made, tmp_path_factory.mktemp("loose") / "loose.db")


def run(*arguments: object) -> Result:
    """A command in this process; what it raises fails the test."""
    done = CliRunner().invoke(luubao, [str(one) for one in arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def asked(archive: Path, change: Change, commands: Iterable[tuple[str, ...]] = ASKED) -> None:
    for command in commands:
        done = run(*command, "--db", archive)
        assert done.exit_code in (0, 1, 4, 6), (change, command, done.output)
        assert done.output.strip() or done.exit_code == 0, (change, command)


def merged(other: Path, target: Path, change: Change) -> None:
    """The merge, and what our own archive is like after it."""
    done = run("merge", other, "--db", target)
    assert done.exit_code in (0, 1, 4), (change, done.output)
    if done.exit_code == 4:
        assert "  " in done.stderr and ": " in done.stderr, (change, done.output)  # where, and what is wrong
    if done.exit_code == 1:  # the outlet itself, or the file, cannot be: nothing was to be taken
        return
    checked = run("verify", "--db", target)
    assert checked.exit_code == 0, (change, done.output, checked.output)
    with open_archive(target) as db:
        taken = db.execute("SELECT count(*) FROM captures").fetchone()[0]
    lost = change.table in ("outlets", "captures", "bodies", "runs", "headers") or change.value == "null"
    assert taken >= (0 if change.table in ("outlets", "runs") or change.column.endswith("_id") else 4 if lost else 6), (
        change,
        done.output,
    )


@pytest.mark.parametrize("change", SAMPLE, ids=str)
def test_one_value_that_cannot_be_keeps_nobody_from_the_rest(change: Change, loose: Path, tmp_path: Path) -> None:
    if (other := changed(loose, tmp_path / "other.db", change)) is None:
        pytest.skip("the table is empty, or SQLite itself refuses it")
    merged(other, tmp_path / "ours.db", change)
    asked(other, change, ASKED[:6])


def chosen(table: str) -> Iterator[Change]:
    for column in COLUMNS[table]:
        values = [one for one in ALL if (one.table, one.column) == (table, column)]
        yield from random.Random(column).sample(values, min(OF_EACH, len(values)))


def some_questions(change: Change) -> Iterable[tuple[str, ...]]:
    if OF_EACH > 1:
        return ASKED
    return [("verify",), *random.Random(str(change)).sample([one for one in ASKED if one != ("verify",)], 5)]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("table", COLUMNS)
def test_every_value_of_every_column(table: str, loose: Path, tmp_path: Path) -> None:
    for change in chosen(table):
        other = changed(loose, tmp_path / "other.db", change)
        if other is None:
            continue
        for file in tmp_path.glob("ours.db*"):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        merged(other, tmp_path / "ours.db", change)
        asked(other, change, some_questions(change))
        for command in WRITING:
            done = run(*command, "--db", other)
            assert done.exit_code in (0, 1, 6), (change, command, done.output)


def test_a_zone_that_there_is_none_of_is_told_and_mended(loose: Path, tmp_path: Path) -> None:
    other = changed(loose, tmp_path / "other.db", BAD_ZONE)
    assert other
    assert "Tin hai" in run("articles", "--db", other).output
    said = run("runs", "--db", other)
    assert (said.exit_code, "ok" in said.stdout) == (0, True)
    assert "'Mars/Olympus' is no time zone" in said.stderr
    assert run("verify", "--db", other).exit_code == 1
    mended = run("upgrade", "--db", other)
    assert "timezone is UTC now" in mended.stderr
    assert run("runs", "--db", other).stderr == ""


def test_a_capture_that_cannot_be_is_named_by_upgrade_and_left(loose: Path, tmp_path: Path) -> None:
    other = changed(loose, tmp_path / "other.db", Change("captures", "status", "2^63-1"))
    assert other
    said = run("upgrade", "--db", other)
    assert said.exit_code == 6
    assert "captures 1: status: 9223372036854775807 is no HTTP status" in said.stderr
    assert "1 rows cannot be read and are passed over" in said.stdout


def test_waiting_addresses_that_cannot_be_are_left_out_by_upgrade(loose: Path, tmp_path: Path) -> None:
    other = changed(loose, tmp_path / "other.db", Change("frontier", "due_at", "a word"))
    assert other
    assert "crawling fills it in again" in run("upgrade", "--db", other).stderr
    assert run("verify", "--db", other).exit_code == 0


def test_a_merge_that_could_take_nothing_says_so_by_its_exit_code(loose: Path, tmp_path: Path) -> None:
    other = changed(loose, tmp_path / "other.db", Change("outlets", "home_url", "a word"))
    assert other
    done = run("merge", other, "--db", tmp_path / "ours.db")
    assert done.exit_code == 1 and "0 captures" in done.stdout and "outlets 1" in done.stderr, done.output


def test_a_merge_says_what_it_left_out(loose: Path, tmp_path: Path) -> None:
    other = changed(loose, tmp_path / "other.db", Change("captures", "captured_at", "year 1"))
    assert other
    done = run("merge", other, "--db", tmp_path / "ours.db")
    assert done.exit_code == 4
    assert "captures 1: captured_at: 0001-01-01T00:00:00+14:00 is outside of the calendar" in done.stderr
    assert done.stdout.startswith("5 captures")


def test_a_known_outlet_keeps_its_description(made: Path, loose: Path, tmp_path: Path) -> None:
    other = changed(loose, tmp_path / "other.db", Change("outlets", "title", "markup"))
    assert other
    ours = Path(shutil.copy(made, tmp_path / "ours.db"))
    run("merge", other, "--db", ours)
    with open_archive(ours) as db:
        assert db.execute("SELECT title FROM outlets").fetchall() == [("Báo Thử",)]


ENDLESS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)"


@pytest.mark.parametrize("table", ["captures", "runs", "outlets"])
def test_a_view_in_the_place_of_a_table_is_refused(table: str, loose: Path, tmp_path: Path) -> None:
    other = Path(shutil.copy(loose, tmp_path / "other.db"))
    with sqlite3.connect(other) as db:
        db.execute("PRAGMA legacy_alter_table = ON")
        db.execute(f"ALTER TABLE {table} RENAME TO former")
        db.execute(f"CREATE VIEW {table} AS {ENDLESS} SELECT former.* FROM former, r")
    db.close()
    done = run("merge", other, "--db", tmp_path / "ours.db")
    assert done.exit_code == 1 and "is not a luubao archive" in done.output


@pytest.mark.parametrize(
    "steps",
    [
        f"CREATE VIEW _sqlite_migrations AS {ENDLESS} SELECT n AS migration_set, n AS name, n AS applied_at FROM r",
        "CREATE VIRTUAL TABLE _sqlite_migrations USING fts5 (migration_set, name, applied_at)",
    ],
)
def test_the_steps_of_a_schema_are_a_table(steps: str, made: Path, tmp_path: Path) -> None:
    """They are read before anything else."""
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    with closing(sqlite3.connect(other)) as db:
        db.executescript(f"DROP TABLE _sqlite_migrations; {steps}")
    for command in (("articles",), ("verify",), ("upgrade",), ("merge", other)):
        done = run(*command, "--db", tmp_path / "ours.db" if command[0] == "merge" else other)
        assert done.exit_code == 1 and "_sqlite_migrations is no table of its own" in done.output, (
            command,
            done.output,
        )


def test_steps_that_cannot_be_taken_are_told(made: Path, tmp_path: Path) -> None:
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    with closing(sqlite3.connect(other)) as db:
        db.execute("DELETE FROM _sqlite_migrations WHERE rowid > 3")
        db.commit()
    done = run("upgrade", "--db", other)
    assert done.exit_code == 1 and "a step that its schema lacks cannot be taken" in done.stderr, done.output
    with closing(sqlite3.connect(other)) as db, closing(sqlite3.connect(made)) as source:
        counts = "SELECT (SELECT count(*) FROM captures), (SELECT count(*) FROM texts)"
        assert db.execute(counts).fetchall() == source.execute(counts).fetchall()


COUNT = "SELECT (WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r)"


@pytest.mark.parametrize(
    ("made_by", "name", "commands"),
    [
        (
            f"DROP VIEW edits; CREATE VIEW edits AS {COUNT} AS old_version_id",
            "schema edits: the view differs from luubao's",
            (("articles", "--edited"),),
        ),
        (
            f"CREATE TRIGGER mine BEFORE INSERT ON runs BEGIN {COUNT}; END",
            "schema mine: the trigger is not luubao's",
            WRITING[1:],
        ),
    ],
)
def test_code_of_a_stranger_is_not_run(
    made_by: str, name: str, commands: tuple[tuple[str, ...], ...], made: Path, tmp_path: Path
) -> None:
    """A view or a trigger that never ends: refused when the archive is opened, and named by verify."""
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    with closing(sqlite3.connect(other)) as db:
        db.executescript(made_by)
    for command in (*commands, ("merge", other)):
        done = run(*command, "--db", tmp_path / "ours.db" if command[0] == "merge" else other)
        assert done.exit_code == 1, (command, done.output)
        assert f"{name}. `luubao verify` names all such" in done.stderr
    assert name in run("verify", "--db", other).output
    assert (
        run("upgrade", "--db", other).exit_code == 0
    )  # luubao's own code is in its place, and what is foreign is gone
    assert [run(*command, "--db", other).exit_code for command in commands] == [0] * len(commands)


CALLS = (
    "printf('%.*c', 900000000, 'x')",
    "\"printf\"('%.*c', 900000000, 1)",
    "[printf] ('%.*c', 900000000, 1)",
    "printf -- in\n('%.*c', 900000000, 1)",
    "printf/* check */('%.*c', 900000000, 1)",
    "instr(hex(zeroblob(400000000)), hex(zeroblob(90000000)) || 1)",
)
KEY = "id INTEGER PRIMARY KEY"
DEFINITIONS = {  # what is made, and in its definition what is put in the place of what
    "column": ("SELECT 1", "{table}", KEY + ",", KEY + ", computed TEXT AS ({call}),"),
    "check": ("SELECT 1", "{table}", KEY + ",", KEY + " CHECK ({call} IS NOT 1),"),
    "default": ("SELECT 1", "{table}", KEY + ",", KEY + " DEFAULT ({call}),"),
    "index": ("CREATE INDEX computed ON {table} (id)", "computed", "(id)", "({call})"),
    "partial index": ("CREATE INDEX computed ON {table} (id)", "computed", "(id)", "(id) WHERE {call} IS NULL"),
}


def defined(path: Path, table: str, how: str, call: str) -> None:
    """Puts a call into a definition: SQLite would compute for ever if it were asked to."""
    made_by, name, former, present = (part.format(table=table, call=call) for part in DEFINITIONS[how])
    with closing(sqlite3.connect(path)) as db:
        db.execute(made_by)
    redefined(path, name, former, present)


def redefined(path: Path, name: str, former: str, present: str) -> None:
    """Puts something in the place of a part of a definition, also what SQLite would not take for a table with rows."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA writable_schema = ON")
        changed = "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = ? AND instr(sql, ?)"
        assert db.execute(changed, [former, present, name, former]).rowcount == 1
        db.commit()


@pytest.mark.parametrize(("how", "call"), list(zip(2 * list(DEFINITIONS), 2 * CALLS, strict=False)))
def test_a_definition_that_calls_functions_is_refused_or_not_asked(
    how: str, call: str, made: Path, tmp_path: Path
) -> None:
    """SQLite would call them for each row, and no limit of time ends a call."""
    other, ours, mine = (tmp_path / name for name in ("other.db", "ours.db", "mine.db"))
    shutil.copy(made, other)
    defined(other, "articles", how, call)
    for command in (("articles",), ("verify",), ("upgrade",), ("merge", other)):
        done = run(*command, "--db", ours if command[0] == "merge" else other)
        assert "its table articles, or of an index of it, calls functions" in done.output, (command, done.output)
    shutil.copy(made, mine)
    with closing(sqlite3.connect(mine)) as db:
        db.executescript(f"CREATE TABLE mine ({KEY}, url TEXT); INSERT INTO mine VALUES (1, ''), (2, '')")
    defined(mine, "mine", how, call)
    for command in (("articles",), ("verify",), ("upgrade",), ("merge", mine)):
        done = run(*command, "--db", ours if command[0] == "merge" else mine)
        assert done.exit_code == 0, (command, done.output)


LAST_COLUMN = "withdrawn_at TEXT,"


@pytest.mark.parametrize(
    "column",
    [
        "price DECIMAL(10, 2)",
        "note VARCHAR (30) DEFAULT 'none (yet) -- or /* not'",
        "mark NUMERIC(8) NOT NULL DEFAULT -1 CHECK (mark IN (-1, 0) OR (mark > 5))",
        "added_at TEXT DEFAULT CURRENT_TIMESTAMP",
        "added_at TEXT DEFAULT (datetime('now')) -- abs(1)",
        """added_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK ("added_at" <> '(')""",
    ],
)
def test_a_column_of_one_s_own_keeps_nobody_out(column: str, made: Path, tmp_path: Path) -> None:
    """None of these definitions can take long."""
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    redefined(other, "articles", LAST_COLUMN, f"{LAST_COLUMN} {column}\n,")
    redefined(other, "articles", ") STRICT", ")")  # which has no VARCHAR
    for command in (("articles",), ("upgrade",), ("merge", other)):
        done = run(*command, "--db", tmp_path / "ours.db" if command[0] == "merge" else other)
        assert done.exit_code == 0, (command, done.output)


@pytest.mark.parametrize(
    "column",
    [
        """x TEXT DEFAULT '"' CHECK (x <> hex(zeroblob(400000000))), y TEXT DEFAULT '"'""",
        "x TEXT CHECK (x IN (1, CASE randomblob(900000000) WHEN x THEN 1 END))",
        "x TEXT CHECK (x NOT LIKE '%a%a%a%a%b')",
        "x TEXT CHECK (x \ufeffGLOB '*a*a*a*b')",
        "x TEXT CHECK (x -> '$.a' IS NULL)",
        "x TEXT DEFAULT (datetime(hex(zeroblob(400000000))))",
        "x TEXT AS (url || url)",
    ],
)
def test_a_call_that_hides_is_found(column: str, made: Path, tmp_path: Path) -> None:
    """Behind a text with a quotation mark, where a type could stand, or as an operator."""
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    redefined(other, "articles", LAST_COLUMN, f"{LAST_COLUMN} {column},")
    done = run("articles", "--db", other)
    assert done.exit_code == 1 and "its table articles, or of an index of it, calls functions" in done.stderr


def test_a_table_of_one_s_own_cannot_hide_a_call(made: Path, tmp_path: Path) -> None:
    """A parenthesis in its name is none of the definition's. `verify` checks no table that calls functions."""
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    with closing(sqlite3.connect(other)) as db:
        db.executescript('CREATE TABLE "a(" (x TEXT CHECK (x <> \'b\'), "y" TEXT); INSERT INTO "a(" VALUES (1, 1)')
    redefined(other, "a(", "x <> 'b'", "x <> printf('%.*c', 900000000, 'x')")
    assert run("verify", "--db", other).exit_code == 0


@pytest.mark.parametrize(
    ("table", "last"),
    [("search_data", "block BLOB"), ("_sqlite_migrations", '"applied_at" TEXT'), ("Articles", "withdrawn_at TEXT")],
)
def test_tables_that_others_read_for_luubao_call_nothing(table: str, last: str, made: Path, tmp_path: Path) -> None:
    """SQLite and sqlite-utils do so; and a table's name may be in capitals."""
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    with closing(sqlite3.connect(other)) as db:
        if table == "Articles":
            db.executescript("ALTER TABLE articles RENAME TO x; ALTER TABLE x RENAME TO Articles")
    redefined(other, table, last, f"{last} CHECK (hex(1))")
    done = run("upgrade", "--db", other)
    assert done.exit_code == 1 and f"its table {table}, or of an index of it, calls functions" in done.stderr


def test_statistics_of_a_stranger_that_are_computed(made: Path, tmp_path: Path) -> None:
    """SQLite reads them before anything else can be asked."""
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    with closing(sqlite3.connect(other)) as db:
        db.execute("ANALYZE")
        db.commit()
    assert run("articles", "--db", other).exit_code == 0
    redefined(other, "sqlite_stat1", "idx,stat", f"idx,stat AS ({CALLS[-1]})")
    done = run("articles", "--db", other)
    assert done.exit_code == 1 and "its table sqlite_stat1, or of an index of it, calls functions" in done.stderr


def test_a_kind_in_capitals_hides_nothing(made: Path, tmp_path: Path) -> None:
    """SQLite takes a "Trigger" for one."""
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    with closing(sqlite3.connect(other)) as db:
        db.executescript(f"CREATE TRIGGER mine BEFORE INSERT ON runs BEGIN {COUNT}; END; PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET type = 'Trigger' WHERE name = 'mine'")
        db.commit()
    for command in (("compact",), ("upgrade",), ("verify",), ("merge", other)):
        done = run(*command, "--db", tmp_path / "ours.db" if command[0] == "merge" else other)
        assert done.exit_code == 1 and "'mine' is of the kind 'Trigger'" in done.output, (command, done.output)


@pytest.mark.parametrize("column", ["size INTEGER", "Headline TEXT"])
def test_a_column_of_one_s_own_named_as_another_table_s_is_told(column: str, made: Path, tmp_path: Path) -> None:
    """A query over both tables would fail, or read the wrong one."""
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    with closing(sqlite3.connect(other)) as db:
        db.execute(f"ALTER TABLE captures ADD COLUMN {column}")
    for command in (("articles",), ("verify",), ("export", "warc", "--to", tmp_path / "w"), ("merge", other)):
        done = run(*command, "--db", tmp_path / "ours.db" if command[0] == "merge" else other)
        assert done.exit_code == 1, (command, done.output)
        assert f"its table captures has a column {column.split()[0]}, as another table" in done.stderr


def test_what_is_wrong_with_a_table_of_one_s_own_is_one_s_own(made: Path, tmp_path: Path) -> None:
    """A foreign key to what is no key, and a collation that SQLite has not: verify and backup go on past them."""
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    shutil.copytree(made.with_name("made.db.pictures"), tmp_path / "other.db.pictures")
    with closing(sqlite3.connect(other)) as db:
        db.executescript(
            "CREATE TABLE parents (a); CREATE TABLE mine (a REFERENCES parents(b)); INSERT INTO mine VALUES (1);"
            "CREATE TABLE sorted (a); INSERT INTO sorted VALUES ('b'), ('a'); CREATE INDEX by_a ON sorted (a)"
        )
    redefined(other, "by_a", "(a)", "(a COLLATE nowhere)")
    for command in (("verify",), ("backup", tmp_path / "backups"), ("articles",)):
        done = run(*command, "--db", other)
        assert done.exit_code == 0, (command, done.output)


def test_a_merge_takes_what_can_be_read_of_a_damaged_archive(made: Path, tmp_path: Path) -> None:
    """The header of one capture lies on a page that SQLite finds damaged."""
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    with closing(sqlite3.connect(other)) as db:
        db.execute("DROP TRIGGER headers_update_refused")
        rows = db.execute("SELECT capture_id FROM headers ORDER BY capture_id").fetchall()
        db.execute("UPDATE headers SET response = ? WHERE capture_id = ?", [f'[["x", "{"y" * 40_000}"]]', *rows[2]])
        db.commit()
    data = other.read_bytes()
    place = data.index(b"y" * 4_000)
    other.write_bytes(data[: place // 4096 * 4096] + b"\xff\xff\xff\xff" + data[place // 4096 * 4096 + 4 :])
    done = run("merge", other, "--db", tmp_path / "ours.db")
    assert done.exit_code == 4 and f"captures {rows[2][0]}: a value of it is damaged" in done.stderr, done.output
    assert f"{len(rows) - 1} captures" in done.stdout
    assert run("verify", "--db", tmp_path / "ours.db").exit_code == 0


def test_a_merge_does_not_say_of_one_archive_what_is_wrong_with_the_other(made: Path, tmp_path: Path) -> None:
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    with closing(sqlite3.connect(other)) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'captures_url')"
                   " WHERE name = 'runs'")  # fmt: skip
        db.commit()
    done = run("merge", other, "--db", tmp_path / "ours.db")
    assert done.exit_code == 1 and f"{other} or {tmp_path / 'ours.db'} is damaged" in done.stderr, done.output


def test_rows_of_no_number_are_named_by_a_merge_and_by_verify(made: Path, tmp_path: Path) -> None:
    """SQLite numbers rows from 1; a stranger may write others."""
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    with closing(sqlite3.connect(other)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE runs SET id = -7")
        db.execute("UPDATE captures SET run_id = -7")
        db.execute("UPDATE captures SET id = 0 WHERE id = (SELECT max(id) FROM captures)")
        db.commit()
    done = run("merge", other, "--db", tmp_path / "ours.db")
    assert done.exit_code == 1, done.output
    assert "runs -7: a row has no such number" in done.stderr and "captures 0: a row has" in done.stderr
    told = run("verify", "--db", other)
    assert told.exit_code == 1 and "runs -7: it has ended and has no seal" in told.output, told.output
    assert "captures 0: " in told.output


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE search_config SET v = 99",
        "DELETE FROM search_data",
        "DELETE FROM search_front_config",
        "DELETE FROM search_docsize WHERE id = (SELECT max(id) FROM search_docsize)",
    ],
)
def test_a_search_index_that_cannot_be_read_is_named_and_made_anew(change: str, made: Path, tmp_path: Path) -> None:
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    shutil.copytree(made.with_name("made.db.pictures"), tmp_path / "other.db.pictures")
    with closing(sqlite3.connect(other)) as db:
        db.execute(change)
        db.commit()
    index = "search_front" if "front" in change else "search"
    if "docsize" not in change:
        done = run("search", "tin", "--db", other)
        assert done.exit_code == 1 and "`luubao verify` tells more" in done.stderr, done.output
    told = run("verify", "--db", other)
    assert told.exit_code == 1 and "`luubao upgrade` rebuilds it" in told.output
    done = run("upgrade", "--db", other)
    assert done.exit_code == 0 and f"search index {index} was missing or changed" in done.stderr, done.output
    assert run("verify", "--index", "--db", other).exit_code == 0
    assert run("search", "tin", "--db", other).output == run("search", "tin", "--db", made).output


def test_an_archive_in_utf_16_is_refused(made: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(other)) as db:
        schema = source.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name IN ('runs', 'outlets')")
        db.execute("PRAGMA encoding = 'UTF-16'")
        db.executescript(";".join(sql for (sql,) in schema))
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    for command in (("articles",), ("verify",), ("upgrade",), ("merge", other)):
        done = run(*command, "--db", tmp_path / "ours.db" if command[0] == "merge" else other)
        assert done.exit_code == 1 and "its texts are in UTF-16le" in done.output, (command, done.output)


def test_names_in_quotes_keep_nobody_out(made: Path, tmp_path: Path) -> None:
    """SQLite writes them where a table was renamed."""
    with closing(sqlite3.connect(shutil.copy(made, tmp_path / "other.db"))) as db:
        for name in ("another", "captures"):
            db.execute(f"ALTER TABLE {'captures' if name == 'another' else 'another'} RENAME TO {name}")
        assert '"captures"(' in db.execute("SELECT sql FROM sqlite_master WHERE name = 'headers'").fetchone()[0]
    assert run("upgrade", "--db", tmp_path / "other.db").exit_code == 0  # the triggers are as luubao makes them again
    assert "Tin hai" in run("articles", "--db", tmp_path / "other.db").output


def test_a_view_of_one_s_own_keeps_nobody_out(made: Path, tmp_path: Path) -> None:
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE VIEW mine AS SELECT headline FROM articles")
    assert "Tin hai" in run("articles", "--db", other).output


def pictures_of(archive: Path, change: Callable[[Path], None]) -> Path:
    folder = archive.with_name(archive.name + ".pictures")
    (place,) = folder.rglob("*.png")
    change(place)
    return archive


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (lambda place: place.write_bytes(b"other bytes"), "not those of sha256:"),
        (lambda place: (place.rename(place.with_suffix(".x")), place.symlink_to(place.with_suffix(".x"))), "their files are not"),
        (lambda place: place.unlink(), "their files are not"),
    ],
    ids=["other bytes", "a link", "no file"],
)  # fmt: skip
def test_a_picture_lies_where_its_digest_says_and_nowhere_else(
    made: Path, tmp_path: Path, what: Callable[[Path], None], said: str
) -> None:
    other = Path(shutil.copy(made, tmp_path / "other.db"))
    shutil.copytree(made.with_name("made.db.pictures"), tmp_path / "other.db.pictures")
    done = run("merge", pictures_of(other, what), "--db", tmp_path / "ours.db")
    assert said in done.stderr, done.output
    assert not [one for one in (tmp_path / "ours.db.pictures").rglob("*") if one.is_file()]


def test_the_path_a_stranger_names_is_never_used(made: Path, loose: Path, tmp_path: Path) -> None:
    other = changed(loose, tmp_path / "other.db", Change("pictures", "path", "path"))
    assert other
    shutil.copytree(made.with_name("made.db.pictures"), tmp_path / "other.db.pictures")
    (tmp_path / "evil").write_bytes(b"evil")
    (tmp_path / "here").mkdir()
    run("merge", other, "--db", tmp_path / "here" / "ours.db")
    files = {one.name for one in (tmp_path / "here").rglob("*") if one.is_file()}
    assert "evil" not in files


def test_every_column_has_a_gate(tmp_path: Path) -> None:
    with open_archive(tmp_path / "a.db", create=True) as db:
        rows = db.execute(
            "SELECT made.name, columns.name FROM sqlite_master AS made JOIN pragma_table_info(made.name) AS columns"
            " WHERE made.type = 'table' AND made.name NOT LIKE 'search%' AND made.name NOT LIKE '\\_%' ESCAPE '\\'"
            " AND made.name NOT LIKE 'sqlite%'"
        ).fetchall()
    assert set(rows) == {(table, column) for table, columns in COLUMNS.items() for column in columns}
    assert len(HOSTILE) > 20


LONG = {
    "captures": "requested_url",
    "versions": "headline",
    "articles": "headline",
    "texts": "body",
    "headers": "response",
}


@pytest.mark.parametrize("table", LONG)
def test_a_value_longer_than_any_is_told_and_never_read(
    table: str, loose: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a gigabyte, in fact; a row whose capture is too long is left out of a merge, and the others are taken."""
    monkeypatch.setattr(connection, "LARGEST_VALUE", 1_000_000)
    other = shutil.copy(loose, tmp_path / "other.db")
    with closing(sqlite3.connect(other)) as db:
        db.execute(
            f"UPDATE {table} SET {LONG[table]} = ? WHERE rowid = (SELECT min(rowid) FROM {table})", ["a" * 2_000_000]
        )
        db.commit()
    told = run("verify", "--db", other)
    assert (
        told.exit_code == 1
        and ("captures: " if table == "headers" else f"{table}: ") in told.output
        and "longer than any that luubao writes" in told.output
    )
    for command in ASKED:
        done = run(*command, "--db", other)
        assert done.exit_code in (0, 1, 6) and "aaaaa" not in done.output, (command, done.output[:500])
    done = run("merge", other, "--db", tmp_path / "ours.db")
    taken = table not in ("captures", "headers")
    assert (done.exit_code, "longer than any" in done.stderr) == ((0, False) if taken else (4, True)), done.output
    assert run("verify", "--db", tmp_path / "ours.db").exit_code == 0


def test_bodies_that_unpack_to_too_much_are_left_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shoot: Shoot
) -> None:
    """What a stranger's small file may unpack to is limited in a merge and in verify; the ratio is a setting."""
    monkeypatch.setattr(packing, "ALWAYS_ALLOWED", 1024)
    made = tmp_path / "made.db"
    with open_archive(made, create=True) as db:
        run_ = start_run(db, PAPER, {}, NOON)
        ingest(db, run_, shoot(body=page("Tin nhỏ")))
        ingest(db, run_, shoot(url="https://bao.example/to.htm", body=page("Tin to") + " " * 9_000_000))
        finish_run(db, run_, outcome="ok", reason=None, stats={}, moment=NOON)
    told = run("verify", "--unpack-ratio", "1", "--db", made)
    assert told.exit_code == 1 and "bodies 2: it unpacks to more than 1 times its size" in told.output
    done = run("merge", made, "--unpack-ratio", "1", "--db", tmp_path / "ours.db")
    assert done.exit_code == 4 and "1 captures" in done.output and "raise unpack_ratio" in done.stderr
    assert run("verify", "--db", tmp_path / "ours.db").exit_code == 0
    assert run("verify", "--db", made).exit_code == run("merge", made, "--db", tmp_path / "ours.db").exit_code == 0


def test_a_body_based_on_one_too_large_is_left_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shoot: Shoot
) -> None:
    """In a merge: a stranger's small body must not decompress one of a gigabyte that it is a patch of."""
    made, words = tmp_path / "made.db", page("Tin to") + "<!-- " + "".join(map(str, range(4_000))) + " -->"
    with open_archive(made, create=True) as db:
        run_ = start_run(db, PAPER, {}, NOON)
        ingest(db, run_, shoot(body=words))
        ingest(db, run_, shoot(hours=1, body=words[:-9_000]))
        finish_run(db, run_, outcome="ok", reason=None, stats={}, moment=NOON)
        assert db.execute("SELECT codec FROM bodies ORDER BY id").fetchall() == [("zstd",), ("zstd-patch",)]
    monkeypatch.setattr(other_archive, "LARGEST", len(words) - 1)
    done = run("merge", made, "--db", tmp_path / "ours.db")
    assert done.exit_code == 4 and "0 captures" in done.output, done.output
    assert "captures 1: its body has" in done.stderr and "captures 2: body 1 cannot be decompressed" in done.stderr


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
@pytest.mark.parametrize("what", ["a pipe", "a folder", "a link"])
def test_what_lies_beside_an_archive_is_a_plain_file(ending: str, what: str, made: Path, tmp_path: Path) -> None:
    """SQLite opens it as its log: it would wait for somebody to write into a pipe, for ever."""
    other, elsewhere = Path(shutil.copy(made, tmp_path / "other.db")), tmp_path / "elsewhere"
    elsewhere.write_text("of somebody else")
    beside = Path(f"{other}{ending}")
    if what == "a pipe":
        os.mkfifo(beside)
    elif what == "a folder":
        beside.mkdir()
    else:
        beside.symlink_to(elsewhere)
    for command in (("articles",), ("verify",), ("upgrade",), ("backup", tmp_path / "backups"), ("merge", other)):
        done = run(*command, "--db", tmp_path / "ours.db" if command[0] == "merge" else other)
        assert done.exit_code == 1 and f"other.db{ending} is no plain file" in done.stderr, (command, done.output)
    assert elsewhere.read_text() == "of somebody else"


def hot_journal(path: Path, names: Path) -> None:
    """A rollback journal of one page that ends with the name of a super-journal
    (https://www.sqlite.org/fileformat2.html#the_rollback_journal): SQLite plays it back, and deletes the other."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    magic, data, size = bytes.fromhex("d9d505f920a163d7"), path.read_bytes(), 4096
    page, name = data[:size], str(names).encode()
    parts = (1, 0, len(data) // size, 512, size)
    head = (magic + b"".join(part.to_bytes(4, "big") for part in parts)).ljust(512, b"\0")
    record = (1).to_bytes(4, "big") + page + sum(page[size - 200 : 0 : -200]).to_bytes(4, "big")
    lock_page = 0x40000000 // size + 1
    tail = lock_page.to_bytes(4, "big") + name + len(name).to_bytes(4, "big") + sum(name).to_bytes(4, "big") + magic
    Path(f"{path}-journal").write_bytes(head + record + tail)


def test_a_journal_of_a_stranger_deletes_nothing(made: Path, tmp_path: Path) -> None:
    other, elsewhere = Path(shutil.copy(made, tmp_path / "other.db")), tmp_path / "elsewhere.txt"
    hot_journal(other, elsewhere)
    for command in (("upgrade",), ("compact",), ("articles",), ("verify",), ("merge", other)):
        elsewhere.write_text("of somebody else")
        done = run(*command, "--db", tmp_path / "ours.db" if command[0] == "merge" else other)
        assert done.exit_code == 1 and "other.db-journal names another file" in done.stderr, (command, done.output)
    with closing(sqlite3.connect(other)) as db:
        db.execute("SELECT * FROM runs").fetchall()
    assert not elsewhere.exists(), "the journal is not one that SQLite plays back"


@pytest.mark.parametrize("what", ["a circle of links", "an empty file", "a pipe"])
def test_what_is_no_archive_is_told_by_every_command(what: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    if what == "a circle of links":
        path.symlink_to(path)
    elif what == "a pipe":
        os.mkfifo(path)
    else:
        path.touch()
    asked_ = [(*command, "--db", path) for command in (*ASKED[:8], *WRITING[::2], ("backup", tmp_path / "backups"))]
    for command in (*asked_, ("merge", path, "--db", tmp_path / "ours.db")):
        done = run(*command)
        assert done.exit_code == 1 and ("there is no archive at" in done.stderr or "is empty" in done.stderr), command
