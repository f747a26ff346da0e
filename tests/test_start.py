"""Commands start at once: each imports what it needs, when it needs it. This table says what that may be."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import click
import pytest

from archive import Capture, finish_run, ingest, open_archive, start_run
from crawler.cli import luubao
from tests.forked_imports import Started, Starter, starting
from tests.support import NOON, PAPER, page
from tests.test_architecture import ROOT

URL = "https://bao.example/cau-moi-1.htm"

ZSTD = {"backports"}
WARC = {*ZSTD, "warcio", "brotli", "six"}
PARQUET = {*ZSTD, "pyarrow", "cython_runtime"}
READER = {
    *ZSTD, "babel", "brotli", "certifi", "charset_normalizer", "courlan", "cython_runtime", "htmldate", "justext", "lxml",
    "lxml_html_clean", "tld", "trafilatura", "urllib3",
}  # fmt: skip

# Of the standard library: what takes longer to import than a question takes to answer.
HEAVY = {
    "asyncio", "concurrent", "email", "html.parser", "http", "importlib.metadata", "logging", "multiprocessing", "socket",
    "ssl", "subprocess", "urllib.request", "xml", "zipfile",
}  # fmt: skip


@dataclass(frozen=True)
class May:
    """What a command may import besides click and sqlite-utils when it is called as `call` says. call: None where the
    test only asks for --help, for the reason beside it; nobody's --help may import more than these two."""

    call: str | None
    packages: frozenset[str] = frozenset()
    heavy: bool = False


def looks(call: str) -> May:
    """A command that looks something up, which must be answered at once."""
    return May(call)


def works(call: str | None, packages: set[str] | None = None) -> May:
    """A command that takes its time, with what it works with."""
    return May(call, frozenset(packages or ()), heavy=True)


COMMANDS = {
    "alerts list": looks("alerts list"),
    "alerts send": works("alerts send"),
    "alerts test": works(None),  # of an alert, which is not there
    "articles": looks("articles"),
    "backfill": works(None),  # asks other archives, with Scrapy's settings
    "backup": works("backup backups", ZSTD),
    "cited": works("cited notes.txt", {*ZSTD, "lxml", "cython_runtime"}),
    "cleanse": works("cleanse", ZSTD),
    "compact": works("compact", ZSTD),
    "crawl": works(None),  # Scrapy and all
    "demo": works(None),  # crawls
    "diff": looks("diff 1"),
    "export atom": works("export atom --to out-atom", {*ZSTD, "jinja2", "markupsafe"}),
    "export bag": works("export bag --to out-bag", WARC),
    "export csv": works("export csv --to out-csv", ZSTD),
    "export html": works("export html --to out-html", {*ZSTD, "jinja2", "markupsafe"}),
    "export jsonl": works("export jsonl --to out-jsonl", ZSTD),
    "export parquet": works("export parquet --to out-parquet", PARQUET),
    "export sqlite": works("export sqlite --to out-sqlite", ZSTD),
    "export wacz": works("export wacz --to out-wacz", WARC),
    "export warc": works("export warc --to out-warc", WARC),
    "import": works(f"import saved.html --outlet bao --url {URL} --jobs 0", {*READER, *WARC, "PIL"}),
    "init": works(None),  # crawls
    "merge": works("merge other.db", READER),
    "outlets": looks("outlets"),
    "outlets move": works(None),  # asks the paper
    "outlets probe": works(None),  # crawls
    "pull": works(None),  # needs an object store
    "push": works(None),  # needs an object store
    "read": works(f"read saved.html --url {URL}", READER),
    "reread": works("reread --jobs 1", READER),
    "restore": works(None),  # of a backup, which is not there yet
    "rules test": works("rules test bao", READER),
    "runs": looks("runs"),
    "search": looks("search cau"),
    "serve": works(None),  # Datasette is a process of its own, and does not end
    "settings": looks("settings baophutho"),
    "show": looks("show 1"),
    "status": looks("status --exit-zero"),
    "upgrade": looks("upgrade"),
    "verify": works("verify", ZSTD),
    "versions": looks("versions 1"),
    "withdraw": works("withdraw 1 --reason asked", ZSTD),
    "worker": works(None),  # crawls
}


def leaves(group: click.Group, prefix: tuple[str, ...] = ()) -> Iterator[str]:
    for name in group.list_commands(context := click.Context(group)):
        command = group.get_command(context, name)
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield " ".join((*prefix, name))
        if isinstance(command, click.Group):
            yield from leaves(command, (*prefix, name))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive that holds an edited article, another archive, and a saved page."""
    folder = tmp_path_factory.mktemp("kept")
    for name in ("luubao.db", "other.db"):
        with open_archive(folder / name, create=True) as db:
            run = start_run(db, PAPER, {"luubao": "test"}, NOON)
            for hours, length in enumerate(("212", "221")):
                body = page().replace("212 mét", f"{length} mét").encode()
                moment = NOON + timedelta(hours=hours)
                ingest(db, run, Capture(URL, URL, moment, 200, body=body, encoding="utf-8"))
            finish_run(
                db, run, outcome="ok", reason=None, stats={"captures": 2, "new": 1}, moment=NOON + timedelta(hours=2)
            )
    (folder / "saved.html").write_text(page(), "utf-8")
    (folder / "notes.txt").write_text(URL, "utf-8")
    return folder


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    with starting(tmp_path_factory.mktemp("start")) as start:
        yield start


Calls = Callable[..., dict[str, Started]]


@pytest.fixture(scope="module")
def call(starter: Starter, kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """Calls commands, given as one writes them, in a process of their own and a folder with copies of what was kept.
    What several of them import counts for the first: those called together may import the same."""

    @cache
    def call(*commands: str) -> dict[str, Started]:
        starter.folder = tmp_path_factory.mktemp("called")
        shutil.copytree(kept, starter.folder, dirs_exist_ok=True)
        return dict(zip(commands, starter(*(command.split() for command in commands)), strict=True))

    return call


def too_much(started: Started, may: May) -> Iterator[str]:
    """What a command should not have imported, who did, and what to do."""
    known = {"archive", "crawler", "click", "sqlite_utils", *may.packages, *sys.stdlib_module_names}
    seen: set[str] = set()
    for module in started.modules:
        package = module.name.partition(".")[0]
        heavy = not may.heavy and next((one for one in HEAVY if f"{module.name}.".startswith(f"{one}.")), None)
        wrong = heavy or (None if package in known or package.startswith("_") else package)
        if wrong and wrong not in seen:
            seen.add(wrong)
            yield f"{wrong}:\n    " + "\n    ".join(started.chain(module.name))


def hold(command: str, started: Started, may: May) -> None:
    if found := list(too_much(started, may)):
        raise AssertionError(
            f"`luubao {command}` imports what it may not:\n  "
            + "\n  ".join(found)
            + "\nImport it in the function that uses it, or for type checkers only (if TYPE_CHECKING). A command that"
            " cannot do without it says so in the table of tests/test_start.py."
        )


def test_every_command_stands_in_the_table() -> None:
    missing, extra = set(leaves(luubao)) - set(COMMANDS), set(COMMANDS) - set(leaves(luubao))
    assert not missing, f"say in COMMANDS what these may import: {', '.join(sorted(missing))}"
    assert not extra, f"take these out of COMMANDS, for there is no such command: {', '.join(sorted(extra))}"


HELPS = ["--help", *(f"{name} --help" for name in sorted(COMMANDS))]


@pytest.mark.parametrize("command", HELPS)
def test_help_imports_no_more_than_click_and_sqlite_utils(call: Calls, command: str) -> None:
    started = call(*HELPS)[command]
    assert started.code == 0, started.err
    hold(command, started, looks(command))


def test_the_list_of_commands_imports_none_of_them(call: Calls) -> None:
    ours = {one.name for one in call("--help")["--help"].modules if one.name.startswith(("archive", "crawler"))}
    commands = {one.place.partition(":")[0] for one in luubao.listed.values()}
    assert "crawler.cli" in ours
    assert ours & commands == set()


QUICK = [name for name, may in COMMANDS.items() if may.call and not may.packages >= READER]
OTHERS = [name for name, may in COMMANDS.items() if may.call and may.packages >= READER]


@pytest.mark.parametrize("command", QUICK)
def test_a_command_imports_no_more_than_the_table_says(call: Calls, command: str) -> None:
    may = COMMANDS[command]
    alike = [one.call for one in COMMANDS.values() if one.call and replace(one, call=None) == replace(may, call=None)]
    assert may.call
    started = call(*alike)[may.call]
    assert started.code == 0, started.err
    hold(may.call, started, may)


@pytest.mark.slow
@pytest.mark.parametrize("command", OTHERS)
def test_a_command_that_reads_pages_imports_no_more_than_the_table_says(call: Calls, command: str) -> None:
    test_a_command_imports_no_more_than_the_table_says(call, command)


@pytest.mark.parametrize("command", sorted(luubao.listed))
def test_a_group_lists_a_command_with_the_first_sentence_of_its_help(command: str) -> None:
    said = luubao.listed[command].sentence
    found = luubao.get_command(click.Context(luubao), command)
    real = found and found.get_short_help_str(limit=10_000)
    assert said == real, f"{command}: its docstring begins otherwise than its line in COMMANDS says"


def test_names_are_completed_with_their_sentences() -> None:
    completed = luubao.shell_complete(click.Context(luubao), "ver")
    assert [(one.value, one.help) for one in completed] == [
        ("verify", "Checks that the archive is complete and..."),
        ("versions", "Lists an article's versions and what..."),
    ]


def test_what_is_forbidden_is_named_with_who_imports_it_and_the_cure(call: Calls) -> None:
    started = call(warc := "export warc --to out-warc")[warc]
    assert started.code == 0, started.err
    with pytest.raises(AssertionError) as told:
        hold("export warc", started, looks("export warc"))
    assert "`luubao export warc` imports what it may not" in str(told.value)
    assert "warcio, imported in archive." in str(told.value)
    assert "archive.cli.export, imported in archive.cli.options line" in str(told.value)
    assert "Import it in the function that uses it" in str(told.value)


def test_windows_is_refused_in_a_sentence() -> None:
    command = [sys.executable, "-c", "import sys; sys.platform = 'win32'; import archive"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "install it in WSL" in done.stderr
