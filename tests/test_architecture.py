"""Who may import whom. The table is the architecture: change it with a reason, here and in docs/design.md."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent

# Outside packages, and the only modules that may import them: one door per dependency.
DOORS = {
    "trafilatura": ("archive.extract",),
    "lxml": ("archive.extract", "crawler.discovery"),
    "sqlite_utils": ("archive.store", "archive.migrations", "archive.ingest", "archive.settle", "archive.finding", "archive.coverage", "archive.reread", "archive.derived", "archive.verify", "archive.keeping_cli", "archive.datasette", "archive.status.states", "archive.judging", "crawler.door", "crawler.desk", "crawler.extensions", "crawler.check", "crawler.story", "archive.arrive", "archive.merge", "archive.imports", "archive.export"),
    "jinja2": ("archive.templates",),
    "datasette": ("archive.datasette.room", "archive.datasette.plugins"),
    "sqlite3": ("archive.signals", "archive.store", "archive.migrations", "archive.keeping_cli", "archive.options", "archive.datasette.plugins", "archive.datasette.guard"),
    "backports.zstd": ("archive.store.codecs", "archive.codings"),
    "brotli": ("archive.codings",),
    "click": ("archive.cli", "archive.diff_cli", "archive.exchange_cli", "archive.export_cli", "archive.keeping_cli", "archive.options", "archive.output", "archive.reading_cli", "archive.remote_cli", "archive.reread_cli", "archive.scale.reread", "crawler.backup_cli", "crawler.cli", "crawler.crawl_cli", "crawler.init_cli", "crawler.move_cli", "crawler.options", "crawler.outlets_cli", "crawler.settings_cli", "crawler.status_cli", "crawler.worker_cli"),
    "scrapy": (
        "crawler.outlet", "crawler.exchange", "crawler.robots", "crawler.scheduler", "crawler.extensions",
        "crawler.progress", "crawler.crawl", "crawler.pictures", "crawler.picture_store", "crawler.probe.probing", "crawler.probe.visitor", "crawler.wire", "crawler.guest",
        "crawler.delay", "crawler.curfew", "crawler.refusals", "crawler.ending", "crawler.limits", "crawler.many.warm",
    ),
    "twisted": ("crawler.outlet", "crawler.pictures", "crawler.wire"),
    "zope": ("crawler.wire.lookup",),
    "OpenSSL": ("crawler.wire.certificates",),
    "obstore": ("archive.remote.depot",),
    "rq": ("crawler.many.queue", "crawler.many.work", "crawler.many.worker"),
    "redis": ("crawler.many.lease", "crawler.many.ordered", "crawler.many.queue", "crawler.many.work", "crawler.many.worker"),
    "service_identity": ("crawler.wire.certificates",),
    "warcio": ("archive.imports.robust", "archive.export.records"),
    "pyarrow": ("archive.export.tables", "archive.scale.parts", "archive.scale.places"),
    "pyspark": ("archive.scale.spark",),
    "PIL": ("archive.pictures",),
    "w3lib": ("crawler.discovery",),
}  # fmt: skip

# Our own packages, and what of ours they may import.
INSIDE = {
    "archive.records": ("archive.habits", "archive.model"),
    "archive.urls": (),
    "archive.clock": (),
    "archive.digests": (),
    "archive.errors": (),
    "archive.arriving": ("archive.errors",),
    # what a value may be, for all floors; captures are the one value of ours that has a gate of its own
    "archive.model": ("archive.model", "archive.clock", "archive.errors", "archive.records", "archive.urls"),
    "archive.habits": (),
    "archive.lazy": (),
    "archive.likeness": (),
    "archive.paths": (),
    "archive.schedule": ("archive.habits",),
    "archive.shapes": ("archive.shapes", "archive.urls"),
    "archive.pictures": ("archive.pictures", "archive.digests", "archive.records"),
    "archive.rules": ("archive.rules",),
    "archive.extract": ("archive.extract", "archive.rules", "archive.records", "archive.urls"),
    # what the archive believes is a pure function: no SQL, no parser, no clock of ours (archive.clock only writes times)
    "archive.history": (
        "archive.history", "archive.records", "archive.edits", "archive.urls", "archive.digests", "archive.likeness", "archive.wording",
    ),
    "archive.store": (
        "archive.store", "archive.arriving", "archive.history", "archive.records", "archive.urls", "archive.clock", "archive.digests", "archive.diff", "archive.edits",
        "archive.errors", "archive.furniture", "archive.habits", "archive.lazy", "archive.likeness", "archive.migrations",
        "archive.model",
        "archive.schedule", "archive.search", "archive.shapes", "archive.signals", "archive.snippets",
    ),
    "archive.migrations": ("archive.migrations", "archive.digests"),
    "archive": ("archive",),
    "crawler.spiders": ("crawler.outlet",),
    "crawler.demo": ("crawler.demo",),
    "crawler": ("crawler", "archive"),
}  # fmt: skip

MODULES = sorted(path for package in ("archive", "crawler") for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def lies_in(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_outside_packages_come_in_by_their_door(path: Path) -> None:
    for imported in imports(path):
        for package, doors in DOORS.items():
            if lies_in(imported, (package,)):
                assert lies_in(name_of(path), doors), f"{name_of(path)} imports {imported}: go through {doors}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_our_own_packages_import_only_what_they_may(path: Path) -> None:
    module = name_of(path)
    rule = max((key for key in INSIDE if lies_in(module, (key,))), key=len)
    for imported in imports(path):
        if lies_in(imported, ("archive", "crawler")):
            assert lies_in(imported, INSIDE[rule]), f"{module} imports {imported}; {rule} may import {INSIDE[rule]}"


# What prints, and the only module that may; the last moment before a process is ended is nobody's but its own.
OF_CLICK = {"echo", "secho", "style", "echo_via_pager", "progressbar", "confirm", "prompt", "pause"}
PRINTS = {"print", *(f"click.{name}" for name in OF_CLICK)}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_there_is_one_mouth(path: Path) -> None:
    if name_of(path) == "archive.output":
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in PRINTS, f"line {node.lineno} prints with {called}: archive.output has what prints"
            wrote = re.search(r"\bsys\.(\w+)\.(?:buffer\.)?write", called)
            assert not (wrote and wrote[1] in STREAMS), f"line {node.lineno} writes to {called}: archive.output prints"
            own = called.endswith("getLogger") and (not node.args or ast.unparse(node.args[0]) == "__name__")
            assert not own or name_of(path) == "archive.logs", f"line {node.lineno}: log_of of archive.logs has loggers"
        if isinstance(node, ast.ImportFrom) and node.module == "click":
            taken = {alias.name for alias in node.names} & OF_CLICK
            assert not taken, f"line {node.lineno} imports {taken}: archive.output has what prints"


def test_the_archive_works_where_scrapy_is_not_installed() -> None:
    program = (
        "import sys\n"
        "for name in ('scrapy', 'twisted', 'crawler'): sys.modules[name] = None\n"
        "import archive, archive.cli\n"
        "print(archive.read_page('<h1>x</h1>', 'https://bao.example/').__class__.__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout.strip()) == (0, "Unreadable"), done.stderr


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_file_grows_past_a_reader_s_patience(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= 350, f"{path.name} has {lines} lines: has it two reasons to change?"


@pytest.mark.parametrize("name", ["archive", "archive.store"])
def test_a_lazy_package_says_the_same_to_programs_and_to_type_checkers(name: str) -> None:
    package = import_module(name)
    tree = ast.parse(Path(package.__file__ or "").read_text("utf-8"))
    typed = next(node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name))
    froms = [node for node in typed.body if isinstance(node, ast.ImportFrom)]
    stated = {alias.name: node.module for node in froms for alias in node.names}
    homes = vars(package)["_homes_of_public_names"]
    assert homes == stated, "what lazy() is told differs from the imports for type checkers"
    assert sorted(package.__all__) == sorted(homes), "__all__ differs from the imports for type checkers"
    for public in homes:
        assert not isinstance(getattr(package, public), ModuleType), f"{name}.{public} is a module"


def test_a_submodule_does_not_hide_the_function_of_its_name() -> None:
    program = (
        "import archive.ingest, archive.store.keep, archive.store.furniture\n"
        "from archive import ingest, store\n"
        "print(callable(ingest), callable(archive.ingest), callable(store.keep), callable(archive.store.keep))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.split() == ["True"] * 4, done.stderr
