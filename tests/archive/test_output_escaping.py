"""Nothing foreign steers a terminal: every command on a pseudo-terminal, over archives with escapes in every text column.

A pipe would hide it, for click takes escapes out there. The columns follow from the schema, the commands from the list
of commands: what is new is in it by itself, or fails here.
"""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import re
import select
import shutil
import sqlite3
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click
import pytest

from archive.console import log_of, printable, rendered, styled
from archive.model.errors import BadValue
from archive.storage.integrity.column_validation import COLUMNS
from crawler.cli import luubao
from tests.archive.invalid_archives import loosened, written
from tests.test_architecture import ROOT
from tests.test_start import leaves

FORGED = "all is as it was recorded"
PAYLOAD = f"\x1b]0;{{where}}\x07\x1b[35m\x9b2J\u202e\u2066\u200f\r\n{FORGED}"
"""A title for the window, a colour of no line of ours, a cleared screen, a text turned round, and a line that lies."""

# What luubao itself says to a terminal: the ends of lines, its colours, a line that is shown anew, and click's bars.
OURS = re.compile(r"\r?\n|\x1b\[(?:0|1|22|3[12346])m|\r\x1b\[K|\r\x1b\[\?25l|\x1b\[(?:K|\?25h)|\t")
STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]")

CALLS: dict[str, tuple[str, ...]] = {
    "alerts list": ("", "--json"),
    "articles": ("", "--json", "--gone", "--edited"),
    "backup": ("backups\x1b[35m",),
    "cited": ("notes.txt --all", "notes.txt --all --json", "page.html"),
    "cleanse": ("--dry-run", ""),
    "compact": ("--no-vacuum",),
    "diff": ("1", "1 --json", "1 --all", "1 --html -"),
    "export atom": ("--to out/a.xml",),
    "export bag": ("--to out/bag",),
    "export csv": ("--to out/csv",),
    "export html": ("--to out/html",),
    "export jsonl": ("--to out/jsonl",),
    "export parquet": ("--to out/parquet",),
    "export sqlite": ("--to out/sqlite",),
    "export wacz": ("--to out/a.wacz",),
    "export warc": ("--to out/warc",),
    "import": ("nothing\x1b[35m.warc",),
    "merge": ("other.db",),
    "pull": ("file:///nowhere/\x1b[35m a.db",),
    "push": ("file:///proc/\x1b[35m",),
    "outlets": ("", "--json"),
    "read": ("page.html", "page.html --explain", "page.html --json"),
    "reread": ("--dry-run --jobs 1", "--dry-run --json --jobs 1"),
    "restore": (".",),
    "rules test": ("bao",),
    "runs": ("", "--json"),
    "search": ("tin", "tin --json", '"\x1b[35m'),
    "settings": ("\x1b[35m",),
    "show": ("1", "2", "1 --json", "nothing\x1b[35m"),
    "status": ("--exit-zero", "--exit-zero --json", "--exit-zero --html -"),
    "upgrade": ("",),
    "verify": ("", "--json", "--index"),
    "versions": ("1", "1 --json"),
    "withdraw": ("2 --reason \x1b[35m",),
}
WITHOUT_ARCHIVE = ("outlets", "settings", "pull")
ELSEWHERE = {
    "alerts send", "alerts test", "backfill", "crawl", "demo", "init", "outlets move", "outlets probe", "serve", "worker",
}  # fmt: skip
"""What asks the network or serves: it prints and logs by archive.console, as tests/test_architecture.py
and the last tests here say."""


TELLS_PARAGRAPHS = ("diff", "read", "reread", "show")
"""Commands that tell an article's text, whose paragraphs are lines of their own; so are a page's with --html."""
STARTS_OTHERS = ("import", "merge", "reread")
"""Commands with workers, which want a process that was not forked from a test."""


def test_every_command_is_called() -> None:
    assert set(leaves(luubao)) == set(CALLS) | ELSEWHERE


def told(*words: str) -> str:
    """What a command shows on a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        if words[0] in STARTS_OTHERS:
            os.execv(sys.executable, [sys.executable, "-m", "crawler", *words])
        code = 99
        with suppress(BaseException):
            sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115  # they stay open as long as the process
            os.environ["TERM"] = "xterm"
            code = luubao(list(words), prog_name="luubao", standalone_mode=False) or 0
        with suppress(click.ClickException):
            sys.stdout.flush()
        os._exit(code)
    return shown_on(child, terminal)


def shown_on(child: int, terminal: int) -> str:
    said, until = b"", time.monotonic() + 60
    while time.monotonic() < until:
        if select.select([terminal], [], [], 1.0)[0]:
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # the other side is closed
                break
            said += piece
    os.close(terminal)
    os.waitpid(child, 0)
    return said.decode("utf-8", "replace")


def poisoned(source: Path, target: Path, *, readable: bool) -> Path:
    """A copy with the payload at the end of every text. readable: only where the row stays one that can be; else only
    where it does not."""
    loosened(source, target)
    with closing(sqlite3.connect(target)) as db:
        for table, columns in COLUMNS.items():
            kinds = {name: kind for _, name, kind, *_ in db.execute(f"PRAGMA table_info({table})").fetchall()}
            for column, gate in columns.items():
                if kinds[column] == "TEXT":
                    for (value,) in db.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall():
                        made = _with_payload(value, gate, f"{table}.{column}", readable=readable)
                        with suppress(sqlite3.IntegrityError):  # what points to it would point nowhere
                            db.execute(f"UPDATE {table} SET {column} = ? WHERE {column} IS ?", [made, value])
        db.commit()
    shutil.copytree(f"{source}.pictures", f"{target}.pictures", dirs_exist_ok=True)
    return target


def _with_payload(value: Any, gate: Any, where: str, *, readable: bool) -> Any:
    payload = PAYLOAD.format(where=where)
    appended = f"{value or ''}{payload}"
    if not readable:
        return value if _passes(gate, appended) else appended
    structured = isinstance(value, str) and value[:1] in ("[", "{")
    made = json.dumps(_inside(json.loads(value), payload)) if structured else appended
    return made if _passes(gate, made) else value


def _inside(value: Any, payload: str) -> Any:
    if isinstance(value, dict):
        return {name: _inside(one, payload) for name, one in value.items()}
    if isinstance(value, list):
        return [_inside(one, payload) for one in value]
    return f"{value}{payload}" if isinstance(value, str) else value


def _passes(gate: Any, value: str) -> bool:
    try:
        gate(value)
    except BadValue:
        return False
    return True


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    folder = tmp_path_factory.mktemp("mouth")
    source = written(folder / "source.db")
    return {readable: poisoned(source, folder / f"{readable}.db", readable=readable) for readable in (True, False)}


@pytest.mark.parametrize("readable", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["readable", "odd"])
@pytest.mark.parametrize(
    "command", [pytest.param(one, marks=[pytest.mark.slow] * (one in STARTS_OTHERS)) for one in sorted(CALLS)]
)
def test_nothing_foreign_steers_the_terminal(
    command: str, readable: bool, archives: dict[bool, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    shutil.copy(archives[readable], tmp_path / "luubao.db")
    shutil.copytree(f"{archives[readable]}.pictures", tmp_path / "luubao.db.pictures")
    shutil.copy(archives[True], tmp_path / "other.db")
    (tmp_path / "page.html").write_text(f"<h1>Tin{PAYLOAD}</h1><p>{PAYLOAD * 40}</p>" * 3, "utf-8")
    with closing(sqlite3.connect("luubao.db")) as db:
        addresses = [str(url) for (url,) in db.execute("SELECT url FROM articles")]
    (tmp_path / "notes.txt").write_text("\n".join([*addresses, f"https://x.example/{PAYLOAD}"]), "utf-8")
    for call in CALLS[command]:
        words = [*command.split(), *(call.split(" ") if call else ())]
        said = told(*words, *(() if command in WITHOUT_ARCHIVE else ("--db", "luubao.db")))
        rest = OURS.sub("", said)
        assert not STEERING.search(rest), f"{words}: {STEERING.findall(rest)[:5]} in {said[:2000]!r}"
        assert "Traceback" not in said, said
        if "--html" in words or command in TELLS_PARAGRAPHS:
            continue
        lines = [line.strip() for line in re.split(r"[\r\n]+", said)]
        assert not any(line.startswith(FORGED) for line in lines), f"{words}: a line that luubao did not write"


def test_escapes_are_shown_and_json_is_exact(archives: dict[bool, Path]) -> None:
    shown = told("articles", "--db", str(archives[True]))
    assert r"\x1b]0;articles.headline\x07\x1b[35m\x9b2J\u202e\u2066" in shown
    exact = json.loads(told("articles", "--json", "--db", str(archives[True])))
    assert any(one["headline"].endswith(PAYLOAD.format(where="articles.headline")) for one in exact)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Cầu mới", "Cầu mới"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\nb\r\nc\rd", r"a\nb\nc\x0dd"),
        ("\x9b31m", r"\x9b31m"),
        ("abc\u202efdp.exe\u2069", r"abc\u202efdp.exe\u2069"),
        ("\u0627\u200f\u061c", "\u0627\\u200f\\u061c"),
        ("क्\u200dष می\u200cخواهم", "क्\u200dष می\u200cخواهم"),
        ("👩\u200d👩", "👩\u200d👩"),
        ("\udcff", r"\udcff"),
        ("a\tb", "a\tb"),
    ],
)
def test_a_letter_that_steers_is_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_only_colours_of_ours_pass() -> None:
    line = styled("Tin \x1b[31mđỏ", fg="green") + " \x1b[31mđỏ\x1b[0m"
    assert rendered(line) == "\x1b[32mTin \\x1b[31mđỏ\x1b[0m \\x1b[31mđỏ\\x1b[0m"


def test_a_log_has_no_line_that_nobody_logged() -> None:
    file = io.StringIO()
    handler = logging.StreamHandler(file)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    log = log_of("tests.mouth")
    log.addHandler(handler)
    try:
        try:
            raise ValueError("\x1b[2J\nERROR: forged")
        except ValueError:
            log.exception("%s came from \x9b2J %s", "\x1b]0;x\x07\nERROR: forged", "\u202e")
    finally:
        log.removeHandler(handler)
    lines = file.getvalue().splitlines()
    assert lines[0] == r"ERROR: \x1b]0;x\x07"
    assert lines[1] == r"    ERROR: forged came from \x9b2J \u202e"
    assert not any(line.startswith("ERROR") for line in lines[1:])
    assert not STEERING.search("".join(lines))
