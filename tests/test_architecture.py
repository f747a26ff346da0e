"""Who may import whom. The tables are the architecture: change them with a reason, here and in docs/design.md."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent

# Outside packages, and where alone they may be imported: at most three doors a dependency.
DOORS = {
    "trafilatura": ("archive.extract",),
    "lxml": ("archive.extract", "archive.exchange", "crawler.discovery"),
    "dateparser": ("archive.exchange",),
    "sqlite_utils": ("archive.storage", "archive.frontier", "archive.queries"),
    "sqlite3": ("archive.storage", "archive.runtime", "archive.web"),
    "jinja2": ("archive.web",),
    "datasette": ("archive.web",),
    "backports.zstd": ("archive.storage", "archive.exchange"),
    "brotli": ("archive.exchange",),
    "click": ("archive.cli", "archive.console", "crawler.cli"),
    "scrapy": ("crawler",),
    "twisted": ("crawler.download", "crawler.outlet"),
    "zope": ("crawler.download",),
    "OpenSSL": ("crawler.download",),
    "service_identity": ("crawler.download",),
    "w3lib": ("crawler.discovery",),
    "obstore": ("archive.exchange",),
    "warcio": ("archive.exchange",),
    "pyarrow": ("archive.exchange", "archive.cluster"),
    "pyspark": ("archive.cluster",),
    "PIL": ("archive.pictures", "crawler.demo"),  # the demo paints, and decodes nothing
    "rq": ("crawler.fleet",),
    "redis": ("crawler.fleet",),
    "apprise": ("crawler.alerts",),
    "requests": ("crawler.alerts",),
}

# Packages, layer by layer from the ground up. A package may import what is on layers below it, and packages that share its line.
# Packages of one layer on lines of their own do not know one another.
LAYERS = (
    (("archive.model",),),
    (("archive.text",), ("archive.rules",), ("archive.pictures",), ("archive.console",), ("archive.workers",)),
    (("archive.runtime",), ("archive.extract",), ("archive.history",)),
    (("archive.diff",),),
    (("archive.storage", "archive.frontier"),),
    (("archive.queries",), ("archive.pipeline",)),
    (("archive.exchange",), ("archive.monitor",)),
    (("archive.cluster",), ("archive.web",)),
    (("archive.cli", "archive.__main__"),),
    (("archive",),),  # the public names, each imported when it is first asked for
    (("crawler.discovery",), ("crawler.demo",)),
    (
        (
            "crawler.config", "crawler.alerts", "crawler.politeness", "crawler.download", "crawler.run",
            "crawler.settings", "crawler.outlet", "crawler.session", "crawler.writer", "crawler.readers",
            "crawler.scrapy_responses", "crawler.scheduler",
        ),
        ("crawler.demo_walkthrough",),
    ),
    (("crawler.spiders",), ("crawler.probe",), ("crawler.backfill",), ("crawler.demo_walkthrough",)),
    (("crawler.moving",), ("crawler.fleet",)),
    (("crawler.cli", "crawler.__main__"),),
)  # fmt: skip

# Packages that stand for themselves: of ours they import nothing.
ALONE = ("archive.rules", "crawler.demo")
# What no package below may do: history is pure (no SQL, no parser), and so is discovery.
PURE = ("archive.model", "archive.text", "archive.history", "archive.diff", "crawler.discovery")

MODULES = sorted(path for package in ("archive", "crawler") for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path, *, run: bool = False) -> Iterator[str]:
    """What a module imports, within its functions too. run: without what only type checkers see."""
    tree = ast.parse(path.read_text("utf-8"))
    typed = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    unseen = {inner for node in typed for inner in ast.walk(node)} if run else set()
    for node in ast.walk(tree):
        if node in unseen:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


NAMES = {name_of(path) for path in MODULES}


def lies_in(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_outside_packages_come_in_by_their_door(path: Path) -> None:
    for imported in imports(path):
        for package, doors in DOORS.items():
            if lies_in(imported, (package,)):
                assert lies_in(name_of(path), doors), f"{name_of(path)} imports {imported}: go through {doors}"


def package_of(module: str) -> str:
    """The package of a module, by the longest name on a layer; "archive" for what the front door is."""
    packages = [package for layer in LAYERS for line in layer for package in line if package != "archive"]
    found = [package for package in packages if lies_in(module, (package,))]
    if not found:
        assert module in ("archive", "crawler"), f"{module} is in no package: give it one in LAYERS"
    return max(found, key=len, default=module)


def below(package: str) -> set[str]:
    """The packages that a package may import: its own, those that share its line, and all on lower layers."""
    allowed: set[str] = set()
    for layer in LAYERS:
        for line in layer:
            if package in line:
                return {package} if package in ALONE else {*allowed, *line}
        allowed |= {name for line in layer for name in line}
    return allowed


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_room_imports_only_from_its_floor_and_below(path: Path) -> None:
    package = package_of(name_of(path))
    for imported in imports(path):
        if lies_in(imported, ("archive", "crawler")):
            assert package_of(module_of(imported)) in below(package), (
                f"{name_of(path)} imports {imported}, from above {package}"
            )


def module_of(imported: str) -> str:
    """The module in which an imported name is, or itself where it is one."""
    return imported if imported in NAMES else imported.rpartition(".")[0]


@pytest.mark.parametrize("path", [one for one in MODULES if lies_in(name_of(one), PURE)], ids=name_of)
def test_what_is_pure_asks_neither_database_nor_network_nor_clock(path: Path) -> None:
    for imported in imports(path):
        assert not lies_in(imported, ("sqlite3", "sqlite_utils", "socket", "urllib.request", "subprocess")), imported


def test_no_import_goes_in_a_circle() -> None:
    graph = {name_of(path): {module_of(one) for one in imports(path, run=True)} & NAMES for path in MODULES}
    TopologicalSorter({name: found - {name} for name, found in graph.items()}).prepare()


def test_a_module_s_name_means_one_thing() -> None:
    """Commands are called as what they do, and so are spiders and rules of one outlet."""
    counts = Counter(path.stem for path in MODULES if path.stem not in ("__init__", "__main__"))
    twice = {name for name, count in counts.items() if count > 1}
    assert not twice


# What prints, and the only module that may; the last moment before a process is ended is nobody's but its own.
OF_CLICK = {"echo", "secho", "style", "echo_via_pager", "progressbar", "confirm", "prompt", "pause"}
PRINTS = {"print", *(f"click.{name}" for name in OF_CLICK)}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_there_is_one_mouth(path: Path) -> None:
    if name_of(path) == "archive.console":
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in PRINTS, f"line {node.lineno} prints with {called}: archive.console has what prints"
            wrote = re.search(r"\bsys\.(\w+)\.(?:buffer\.)?write", called)
            assert not (wrote and wrote[1] in STREAMS), f"line {node.lineno} writes to {called}: archive.console prints"
            own = called.endswith("getLogger") and (not node.args or ast.unparse(node.args[0]) == "__name__")
            assert not own or name_of(path) == "archive.console", (
                f"line {node.lineno}: log_of of archive.console has loggers"
            )
        if isinstance(node, ast.ImportFrom) and node.module == "click":
            taken = {alias.name for alias in node.names} & OF_CLICK
            assert not taken, f"line {node.lineno} imports {taken}: archive.console has what prints"


def test_the_archive_works_where_scrapy_is_not_installed() -> None:
    program = (
        "import sys\n"
        "for name in ('scrapy', 'twisted', 'crawler'): sys.modules[name] = None\n"
        "import archive, archive.cli\n"
        "print(archive.read_page('<h1>x</h1>', 'https://bao.example/').__class__.__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout.strip()) == (0, "Unreadable"), done.stderr


def test_the_checkout_holds_only_what_the_listing_is_meant_to_show() -> None:
    tracked = ["git", "-C", str(ROOT), "ls-files"]
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    files = subprocess.run(tracked, capture_output=True, text=True, check=True).stdout.split()
    folders = {file.split("/")[0] for file in files if "/" in file}
    assert folders == {".ci", "archive", "bench", "container", "crawler", "docs", "tests"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_file_grows_past_a_reader_s_patience(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= 350, f"{path.name} has {lines} lines: has it two reasons to change?"


def test_the_front_door_says_the_same_to_programs_and_to_type_checkers() -> None:
    package = import_module("archive")
    tree = ast.parse(Path(package.__file__ or "").read_text("utf-8"))
    typed = next(node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name))
    froms = [node for node in typed.body if isinstance(node, ast.ImportFrom)]
    stated = {alias.name: node.module for node in froms for alias in node.names}
    homes = vars(package)["_homes_of_public_names"]
    assert homes == stated, "the table of homes differs from the imports for type checkers"
    assert sorted(package.__all__) == sorted(homes), "__all__ differs from the imports for type checkers"
    for public in homes:
        assert not isinstance(getattr(package, public), ModuleType), f"archive.{public} is a module"
